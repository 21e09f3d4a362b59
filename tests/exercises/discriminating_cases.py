"""Search for cases that tell the right answer and every usual wrong one apart.

Used when cases are added (`add_cases.py`) and tested, never when somebody is checked: what a
student is given may not follow a list of mistakes that grows.
"""

from __future__ import annotations

import copy
import functools
import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from pooling_lab.exercises.compare import RELATIVE, Value, plain, same
from pooling_lab.exercises.diagnosis.attempt import effort
from pooling_lab.exercises.diagnosis.known import Wrong, singles
from pooling_lab.exercises.exercise import Case, Exercise
from pooling_lab.exercises.seeded_random import Stream

CANDIDATES = 2_000  # cases drawn before the search gives up

Confusion = tuple[Wrong, Wrong]


def confused(exercise: Exercise, case: Case, whos: list[Wrong]) -> set[Confusion]:
    """Return who cannot be told from whom by this case.

    ``(a, b)`` means that what somebody with the misconceptions ``a`` answers is also what
    ``b`` would lead to. No misconceptions at all (the empty set) is one of them. Where many
    answers are right, a right one may suit ``b`` too: that does not count, right is asked first.
    """
    answers = {who: exercise.outcome(case, who) for who in whos}
    if exercise.fits is not None:
        return {
            (a, b)
            for a, b in itertools.permutations(whos, 2)
            if a and (answers[a] is None or exercise.explains(answers[a], case, b))
        }
    outlines = {who: _outline(answer) for who, answer in answers.items()}
    alike = ((a, b) for a, b in itertools.combinations(whos, 2) if _alike(outlines[a], outlines[b]))
    return {pair for a, b in alike for pair in ((a, b), (b, a))}


class _Outline(NamedTuple):
    """A value, and what tells quickly that two of them differ: thousands are compared."""

    value: Value | None
    first: float = math.nan
    largest: float = math.nan


def _outline(value: Value | None) -> _Outline:
    if not isinstance(value, np.ndarray) or not value.size:
        return _Outline(value)
    return _Outline(value, value.flat[0].item(), abs(value).max().item())


def _alike(a: _Outline, b: _Outline) -> bool:
    if a.value is None or b.value is None:
        return a.value is b.value
    if abs(a.first - b.first) > RELATIVE * max(a.largest, b.largest):
        return False
    return same(a.value, b.value)


def everybody(exercise: Exercise) -> list[Wrong]:
    """Return those who are right, and those with one misconception."""
    return [frozenset(), *singles(exercise)]


def mixed_up(exercise: Exercise, cases: Iterable[Case]) -> set[Confusion]:
    """Return who cannot be told from whom by all of these cases together."""
    whos = everybody(exercise)
    left = set(itertools.permutations(whos, 2))
    for case in cases:
        left &= confused(exercise, case, whos)
    return left


def rejects(exercise: Exercise, case: Case, function: Callable[..., Any]) -> bool:
    """Tell whether a wrong function gives something else than the right result."""
    with np.errstate(all="ignore"):
        try:
            value = plain(function(*copy.deepcopy(list(case.values()))))
        except Exception:
            return True
        return not exercise.explains(value, case)


def missing(
    exercise: Exercise, stored: list[Case], functions: Iterable[Callable[..., Any]]
) -> list[Case]:
    """Return the cases that are still needed, each as easy to read as can be.

    Of a short answer there is one case, the task itself; of a function as many as tell every two
    misconceptions apart and reject all of the wrong ``functions``.
    """
    candidates = _candidates(exercise)
    if exercise.kind == "answer":
        return [] if stored else [min(candidates, key=lambda case: _rank(exercise, case))]
    found = [] if stored else [min(candidates[:400], key=lambda case: _rank(exercise, case))]
    left, whos = mixed_up(exercise, [*stored, *found]), everybody(exercise)
    for case in sorted(candidates, key=effort):
        if not left:
            break
        if left - (still := confused(exercise, case, whos)):
            found.append(case)
            left &= still
    for function in functions:
        if not any(rejects(exercise, case, function) for case in [*stored, *found]):
            found.append(_first(exercise, sorted(candidates, key=effort), function))
    return found


@functools.cache
def _drawn(exercise_id: str, draw: Callable[[Stream], Case]) -> list[Case]:
    stream = Stream("telling", exercise_id)
    return [draw(stream) for _ in range(CANDIDATES)]


def _candidates(exercise: Exercise) -> list[Case]:
    return _drawn(exercise.id, exercise.draws[max(exercise.draws)])


def _first(exercise: Exercise, cases: list[Case], function: Callable[..., Any]) -> Case:
    for case in cases:
        if rejects(exercise, case, function):
            return case
    raise LookupError(f"no case of {exercise.id} rejects {function}")


def _rank(exercise: Exercise, case: Case) -> tuple[int, int, int, float]:
    digits, cells, single = effort(case)
    return digits, len(confused(exercise, case, everybody(exercise))), cells, single
