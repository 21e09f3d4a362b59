"""Search for cases that tell the right answer and every usual wrong one apart.

CS231n's forward test on an increasing ramp lets "return the bottom-right cell" pass with a
perfect score. So cases are not made up here but searched for: candidates are drawn, and one
is kept when it separates two answers that no case before it has separated.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

import numpy as np

from .answers import Value, same
from .exercise import Case, Exercise, get
from .streams import Stream

CANDIDATES = 400  # cases drawn before the search gives up
GOOD_ENOUGH = 4  # cases among which the one with the clearest pairs is chosen

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
    ``b`` would lead to. No misconceptions at all (the empty set) is one of them.
    """
    answers = {who: exercise.outcome(case, who) for who in whos}
    return {
        (a, b)
        for a, b in itertools.permutations(whos, 2)
        if _alike(exercise, case, answers[a], b, answers[b])
    }


def _alike(exercise: Exercise, case: Case, a: Value | None, b: Wrong, of_b: Value | None) -> bool:
    if a is None or of_b is None:
        return a is of_b
    return exercise.explains(a, case, b) if exercise.fits else same(a, of_b)


def size(case: Case) -> int:
    """Return how many numbers a case has: small cases are shown first."""
    return sum(int(np.size(value)) for value in case.values())


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

    Among a few such cases the one is chosen on which most pairs of misconceptions, too,
    lead to an answer of their own. If no case tells all apart, the best one drawn is returned.
    """
    alone = [frozenset[str](), *singles(exercise)]
    drawn: list[tuple[int, Case]] = []
    for case in _candidates(exercise, stream):
        drawn.append((len(confused(exercise, case, alone)), case))
        if sum(questions == 0 for questions, _ in drawn) == GOOD_ENOUGH:
            break
    fewest = min(questions for questions, _ in drawn)
    best = [case for questions, case in drawn if questions == fewest]
    everyone = alone + pairs(exercise)
    return min(best, key=lambda case: len(confused(exercise, case, everyone)))
