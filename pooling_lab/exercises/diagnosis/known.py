"""The misconceptions of the list: one, rounding, or two at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..compare import ALIKE, Value, alike, all_rounded, digits_kept, same
from ..exercise import Case, Exercise, answers_of, per_case
from .attempt import Attempt
from .edits import FEW
from .explain import Finding

ENOUGH_DIGITS = 3  # significant ones: a short answer rounded to so many is told from the others

MOST_STORIES = 3  # that are told side by side of one answer

Wrong = frozenset[str]


def singles(exercise: Exercise) -> list[Wrong]:
    """Return every misconception alone."""
    return [frozenset({one}) for one in exercise.misconceptions]


def pairs(exercise: Exercise) -> list[Wrong]:
    """Return every two misconceptions together."""
    return [frozenset(two) for two in itertools.combinations(exercise.misconceptions, 2)]


def one(attempt: Attempt) -> Finding | None:
    """Return the misconception that does exactly what was seen, if one does."""
    if not attempt.is_code:
        return _of_answer(attempt)
    for who in singles(attempt.exercise):
        if _behaves_like(attempt, who):
            return _named(attempt, who)
    return next((_told(one) for one in _slips(attempt)), None) or _of_most(attempt)


@per_case
def stories(exercise: Exercise, case: Case) -> list[tuple[str, Value]]:
    """Return what is answered by everybody who has a misconception, or to whom a slip happens."""
    found: list[tuple[str, Value | None]] = []
    if exercise.fits is None and exercise.mistaken is not None:
        found += [(one, exercise.outcome(case, {one})) for one in exercise.misconceptions]
        if {*exercise.misconceptions} >= AVERAGED_WITH_ZEROS:
            found.append(("mean-for-max", exercise.outcome(case, AVERAGED_WITH_ZEROS)))
    made = answers_of([one.answers for one in exercise.slips.values()], case)
    found += zip(exercise.slips, made, strict=True)
    return [
        (id, _in_order(exercise, value))
        for id, value in found
        if value is not None and not (isinstance(value, np.ndarray) and not value.size)
    ]


def _in_order(exercise: Exercise, value: Value) -> Value:
    """Return an answer as it is; sorted, where its order does not matter."""
    free = exercise.unordered and isinstance(value, np.ndarray)
    return np.sort(np.asarray(value), axis=None) if free else value


def _of_answer(attempt: Attempt) -> Finding | None:
    """Return what gives a short answer: one story, or the few among which it cannot tell."""
    exercise, case, value = attempt.exercise, attempt.cases[0], attempt.values[0]
    assert value is not None
    found = []
    if exercise.fits is not None and isinstance(value, np.ndarray):
        fits = exercise.fits
        found += [one for one in exercise.misconceptions if fits(value, {one}, **case)]
    for one in ALIKE:
        if one in exercise.misconceptions and alike(one, value, attempt.expected[0]):
            found.append(one)
    answer = _in_order(exercise, value)
    found += [one for one, made in stories(exercise, case) if same(answer, made)]
    told: dict[str, str] = {}
    for one in found:  # the same in a part of the answer is no other story
        told.setdefault(one.partition("-in-the-")[0].partition("-throughout")[0], one)
    order = [*exercise.misconceptions, *exercise.slips]
    return _told(*sorted(told.values(), key=order.index)) if told else None


def _told(first: str, *others: str) -> Finding:
    facts = {"ids": (first,), "also": others[: MOST_STORIES - 1]}
    return Finding("known", facts, explained=True)


def _of_most(attempt: Attempt) -> Finding | None:
    """Return the misconception that does what was seen, but at the edges of what a task allows."""
    usual = [i for i in range(len(attempt.outcomes)) if not _is_edge(attempt.cases[i])]
    wrong = [i for i in attempt.wrong if i in usual]
    if not attempt.is_code or not wrong:
        return None
    for who in singles(attempt.exercise):
        if all(_fits(attempt, i, who) for i in [*wrong, *usual]):
            return Finding("known", {**_named(attempt, who).facts, "at": wrong[0]}, explained=True)
    return None


def _slips(attempt: Attempt) -> Iterator[str]:
    """Yield the slips that give exactly what was seen; the first case first."""
    for slip in attempt.exercise.slips:
        for case, value in zip(attempt.cases, attempt.values, strict=True):
            if not _same(attempt.exercise.slipped(slip, case), value):
                break
        else:
            yield slip


def _same(a: Value | None, b: Value | None) -> bool:
    if a is None or b is None:
        return a is None and b is None
    return same(a, b)


def _named(attempt: Attempt, who: Wrong) -> Finding:
    ids = tuple(one for one in attempt.exercise.misconceptions if one in who)
    return Finding("known", {"ids": ids}, explained=True)


def _behaves_like(attempt: Attempt, who: Wrong) -> bool:
    others = [i for i in range(len(attempt.outcomes)) if i not in attempt.wrong]
    return all(_fits(attempt, i, who) for i in attempt.wrong + others)


def _is_edge(case: Case) -> bool:
    """Tell whether two ways to make one mistake may differ: whole numbers, gaps, axes of length 1.

    torch's average of whole numbers is cut off, NumPy's is not; both may be of a wrong axis.
    """
    kernel_size = case.get("kernel_size", 2)
    x = case.get("x")
    single = isinstance(x, np.ndarray) and 1 in x.shape
    return is_whole(case) or single or kernel_size == 1 or case.get("stride", 1) > kernel_size


def is_whole(case: Case) -> bool:
    """Tell whether a case is about a map of whole numbers."""
    return isinstance(case.get("x"), np.ndarray) and case["x"].dtype.kind in "iu"


def _fits(attempt: Attempt, i: int, who: Wrong) -> bool:
    value, case = attempt.values[i], attempt.cases[i]
    if value is None:  # wrong code may stop where this misconception does too
        trouble, made = attempt.outcomes[i].trouble, attempt.exercise.outcome(case, who)
        if trouble is not None and trouble.kind == "OverflowError" and made is not None:
            return _overflows(made)
        return trouble is not None and made is None
    return attempt.exercise.explains(value, case, who)


def _overflows(made: Value) -> bool:
    """Tell whether NumPy's floats became infinite, where Python's own raise an error."""
    return isinstance(made, np.ndarray) and not np.isfinite(made).all()


# What two mistakes together do, and one slip does more often: that one is told.
LAST_WINDOW_MISSED = frozenset({"ceil-for-floor", "forgot-plus-one"})
AVERAGED_WITH_ZEROS = frozenset({"mean-for-max", "zero-padding"})  # as average pooling does


def two(attempt: Attempt) -> Finding | None:
    """Return two misconceptions that together do what was seen.

    Few numbers are matched by some pair too easily, so nothing is said of them.
    """
    if not attempt.is_code and _numbers(attempt) < FEW:
        return None
    if not attempt.is_code and attempt.exercise.fits is None:
        value = attempt.values[0]
        assert value is not None
        for who, made in _pair_stories(attempt.exercise, attempt.cases[0]):
            if same(value, made):
                return _named(attempt, who)
        return None
    both = (who for who in pairs(attempt.exercise) if _behaves_like(attempt, who))
    found = next(both, None)
    if found == LAST_WINDOW_MISSED:
        return Finding("last-window-missed", {"ids": ("last-window-missed",)}, explained=True)
    return _named(attempt, found) if found else None


@per_case
def _pair_stories(exercise: Exercise, case: Case) -> list[tuple[Wrong, Value]]:
    made = [(who, exercise.outcome(case, who)) for who in pairs(exercise)]
    return [(who, value) for who, value in made if value is not None]


def _numbers(attempt: Attempt) -> int:
    value = attempt.values[0]
    return value.size if isinstance(value, np.ndarray) else len(value or ())


# --- rounding -------------------------------------------------------------------------------


def rounded_enough(attempt: Attempt) -> bool:
    """Tell whether a short answer is the right one, rounded, and can be nothing else."""
    if attempt.is_code:
        return False
    value, right = attempt.values[0], attempt.expected[0]
    if attempt.exercise.fits is not None or value is None or right is None:
        return False
    if isinstance(value, np.ndarray) and (value == np.rint(value)).all():
        return False  # a whole number keeps two digits at most
    kept = digits_kept(value, right)
    return kept >= ENOUGH_DIGITS and all(other < kept for _, other in _rounded_stories(attempt))


def _rounded_stories(attempt: Attempt) -> list[tuple[str, int]]:
    """Return to how many digits a short answer is that of each misconception."""
    value, told = attempt.values[0], attempt.exercise.misconceptions
    assert value is not None
    made = stories(attempt.exercise, attempt.cases[0])
    return [(one, digits_kept(value, other)) for one, other in made if one in told]


def rounded(attempt: Attempt) -> Finding | None:
    """Return that the numbers are rounded, right ones or those of a misconception."""
    if attempt.exercise.fits is not None:
        return None
    value, right = attempt.values[0], attempt.expected[0]
    if attempt.is_code:
        return Finding("rounded", {"ids": ("rounded",)}, True) if _all_rounded(attempt) else None
    kept = 0 if value is None or right is None else digits_kept(value, right)
    beside_a_word = isinstance(value, tuple) and kept >= 2
    if beside_a_word or (kept and _all_rounded(attempt)):
        return Finding("rounded", {"ids": ("rounded",)}, explained=True)
    found = [one for one, digits in _rounded_stories(attempt) if digits >= ENOUGH_DIGITS]
    return _told(found[0]) if found else None


def _all_rounded(attempt: Attempt) -> bool:
    """Tell whether every number seen is the right one rounded, the right ones too."""
    seen = len(attempt.outcomes)
    both = [
        (v, r)
        for v, r in zip(attempt.values[:seen], attempt.expected[:seen], strict=True)
        if v is not None and r is not None
    ]
    return len(both) == seen and all_rounded([v for v, _ in both], [r for _, r in both])
