"""Search for cases that tell the right answer and every usual wrong one apart.

CS231n's forward test on an increasing ramp lets "return the bottom-right cell" pass with a
perfect score. So cases are not made up here but searched for: candidates are drawn, and one
is kept when it separates two answers that no case before it has separated.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .compare import RELATIVE, Value, same
from .exercise import Case, Exercise, get
from .seeded_random import Stream

CANDIDATES = 400  # cases drawn before the search gives up
GOOD_ENOUGH = 24  # cases among which the one with the clearest pairs is chosen

Wrong = frozenset[str]
Confusion = tuple[Wrong, Wrong]


def singles(exercise: Exercise) -> list[Wrong]:
    """Return every misconception alone."""
    return [frozenset({one}) for one in exercise.misconceptions]


def pairs(exercise: Exercise) -> list[Wrong]:
    """Return every two misconceptions together."""
    return [frozenset(two) for two in itertools.combinations(exercise.misconceptions, 2)]


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


def size(case: Case) -> tuple[int, float]:
    """Return how many numbers a case has, and how large the single ones are: small ones first."""
    single = sum(float(abs(value)) for value in case.values() if isinstance(value, int | float))
    return sum(int(np.size(value)) for value in case.values()), single


def _candidates(exercise: Exercise, stream: Stream) -> Iterator[Case]:
    return (exercise.draw(stream) for _ in range(CANDIDATES))


@functools.cache
def telling_cases(exercise_id: str) -> tuple[Case, ...]:
    """Return cases for a function: together they tell every two single answers apart.

    The first is the example in the task: the one that tells most apart by itself.
    """
    exercise = get(exercise_id)
    kept: list[tuple[int, Case]] = []
    whos = [frozenset[str](), *singles(exercise)]
    open_questions = set(itertools.permutations(whos, 2))
    for case in _candidates(exercise, Stream("telling", exercise_id)):
        mixed_up = confused(exercise, case, whos)
        if open_questions - mixed_up:
            kept.append((len(mixed_up), case))
        open_questions &= mixed_up
        if not open_questions:
            break
    return tuple(case for _, case in sorted(kept, key=lambda one: one[0]))


def telling_case(exercise: Exercise, stream: Stream) -> Case:
    """Return one case for a short answer: it tells every two single answers apart.

    Two misconceptions at once may still lead to the same numbers as two others, when the answer
    has only one or two of them; then the best of several such cases is taken. If no case tells
    all single answers apart, the best one drawn is returned, and a test fails.
    """
    alone = [frozenset[str](), *singles(exercise)]
    telling: list[Case] = []
    second_best: list[tuple[int, Case]] = []
    for case in _candidates(exercise, stream):
        if mixed_up := len(confused(exercise, case, alone)):
            second_best.append((mixed_up, case))
        else:
            telling.append(case)
        if telling and (len(telling) == GOOD_ENOUGH or not _pairs_may_mix(exercise, case)):
            break
    if len(telling) < 2:
        return telling[0] if telling else min(second_best, key=lambda one: one[0])[1]
    return min(telling, key=lambda case: _unclear_pairs(exercise, case))


def _unclear_pairs(exercise: Exercise, case: Case) -> tuple[int, int]:
    """Count the pairs that look like one misconception (worse), and those that look like a pair."""
    mixed_up = confused(exercise, case, [frozenset(), *singles(exercise), *pairs(exercise)])
    like_one = sum(len(b) < 2 for _, b in mixed_up)
    return like_one, len(mixed_up) - like_one


def _pairs_may_mix(exercise: Exercise, case: Case) -> bool:
    """Tell whether pairs of misconceptions collide by chance: where the answer is a few numbers."""
    return exercise.fits is None and np.size(np.asarray(exercise.outcome(case), object)) <= 3
