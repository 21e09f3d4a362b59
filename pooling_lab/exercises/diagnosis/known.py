"""The misconceptions of the list: one, rounding, or two at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..compare import Value, all_rounded, digits_kept, same
from ..exercise import NONE, Case, Exercise, Mistakes
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
    found = (who for who in singles(attempt.exercise) if _behaves_like(attempt, who))
    return (
        next((_named(attempt, who) for who in found), None)
        or next((_told(one) for one in _slips(attempt)), None)
        or _of_most(attempt)
    )


def _of_answer(attempt: Attempt) -> Finding | None:
    """Return what gives a short answer: one story, or the few among which it cannot tell."""
    exercise = attempt.exercise
    found = [next(iter(who)) for who in singles(exercise) if _behaves_like(attempt, who)]
    if set(exercise.misconceptions) >= AVERAGED_WITH_ZEROS and not found:
        found = ["mean-for-max"] * _behaves_like(attempt, AVERAGED_WITH_ZEROS)
    stories: dict[str, str] = {}
    for one in (*found, *_slips(attempt)):  # the same in a part of the answer is no other story
        stories.setdefault(one.partition("-in-the-")[0].partition("-throughout")[0], one)
    return _told(*stories.values()) if stories else None


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
    exercise = attempt.exercise
    for slip in exercise.slips:
        for case, value in zip(attempt.cases, attempt.values, strict=True):
            made = exercise.slipped(slip, case)
            if isinstance(made, np.ndarray) and not made.size:
                break  # no number at all says nothing
            if (
                exercise.unordered
                and isinstance(value, np.ndarray)
                and isinstance(made, np.ndarray)
            ):
                value, made = np.sort(value, axis=None), np.sort(made, axis=None)
            if not _same(made, value):
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
    both = pairs(attempt.exercise)
    who = next((who for who in both if _behaves_like(attempt, who)), None)
    if who is None:
        return None
    if attempt.is_code and who == LAST_WINDOW_MISSED:
        return Finding("last-window-missed", {"ids": ("last-window-missed",)}, explained=True)
    return _named(attempt, who)


def _numbers(attempt: Attempt) -> int:
    value = attempt.values[0]
    return value.size if isinstance(value, np.ndarray) else len(value or ())


# --- rounding -------------------------------------------------------------------------------


def rounded_enough(attempt: Attempt) -> bool:
    """Tell whether a short answer is the right one, rounded, and can be nothing else."""
    if attempt.is_code:
        return False
    kept = _digits(attempt, [0], NONE)
    others = (_digits(attempt, [0], who) for who in singles(attempt.exercise))
    return kept >= ENOUGH_DIGITS and all(other < kept for other in others)


def _digits(attempt: Attempt, places: list[int], who: Mistakes) -> int:
    """Return to how many digits the answers are what ``who`` leads to, rounded; 0 if not."""
    digits = []
    for i in places:
        value = attempt.values[i]
        expected = attempt.exercise.outcome(attempt.cases[i], who) if who else attempt.expected[i]
        if value is None or expected is None or attempt.exercise.fits is not None:
            return 0
        digits.append(digits_kept(value, expected))
    return min(digits, default=0)


def rounded(attempt: Attempt) -> Finding | None:
    """Return that the numbers are rounded, right ones or those of a misconception."""
    kept = 0 if attempt.is_code else _digits(attempt, attempt.wrong, NONE)
    beside_a_word = isinstance(attempt.values[0], tuple) and kept >= 2
    if beside_a_word or ((attempt.is_code or kept) and _all_rounded(attempt)):
        return Finding("rounded", {"ids": ("rounded",)}, explained=True)
    if attempt.is_code:
        return None
    alike = (who for who in singles(attempt.exercise) if _digits(attempt, attempt.wrong, who) >= 3)
    return next((_named(attempt, who) for who in alike), None)


def _all_rounded(attempt: Attempt) -> bool:
    """Tell whether every number seen is the right one rounded, the right ones too."""
    seen = len(attempt.outcomes)
    both = [
        (v, r)
        for v, r in zip(attempt.values[:seen], attempt.expected[:seen], strict=True)
        if v is not None and r is not None
    ]
    return len(both) == seen and all_rounded([v for v, _ in both], [r for _, r in both])
