"""What of the list a function has: one misconception, two at once; or its numbers are rounded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from ..compare import Value, all_rounded, same
from ..exercise import Case, Exercise
from .attempt import Attempt
from .explain import Finding

Wrong = frozenset[str]


def singles(exercise: Exercise) -> list[Wrong]:
    """Return every misconception alone."""
    return [frozenset({one}) for one in exercise.misconceptions]


def pairs(exercise: Exercise) -> list[Wrong]:
    """Return every two misconceptions together."""
    return [frozenset(two) for two in itertools.combinations(exercise.misconceptions, 2)]


def one(attempt: Attempt) -> Finding | None:
    """Return the misconception that a function has in all it does, if there is one."""
    for who in singles(attempt.exercise):
        if _behaves_like(attempt, who):
            return _named(attempt, who)
    slip = next(_slips(attempt), None)
    if slip is not None:
        return Finding("known", {"ids": (slip,)}, explained=True)
    return _of_most(attempt)


def _of_most(attempt: Attempt) -> Finding | None:
    """Return the misconception that does what was seen, but at the edges of what a task allows."""
    usual = [i for i in range(len(attempt.outcomes)) if not _is_edge(attempt.cases[i])]
    wrong = [i for i in attempt.wrong if i in usual]
    if not wrong:
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
    """Return two misconceptions that a function has, together, in all it does."""
    both = (who for who in pairs(attempt.exercise) if _behaves_like(attempt, who))
    found = next(both, None)
    if found == LAST_WINDOW_MISSED:
        return Finding("last-window-missed", {"ids": ("last-window-missed",)}, explained=True)
    return _named(attempt, found) if found else None


def rounded(attempt: Attempt) -> Finding | None:
    """Return that all that a function gives is right, and rounded."""
    if attempt.exercise.fits is not None:
        return None
    return Finding("rounded", {"ids": ("rounded",)}, True) if _all_rounded(attempt) else None


def _all_rounded(attempt: Attempt) -> bool:
    """Tell whether every number seen is the right one rounded, the right ones too."""
    seen = len(attempt.outcomes)
    both = [
        (v, r)
        for v, r in zip(attempt.values[:seen], attempt.expected[:seen], strict=True)
        if v is not None and r is not None
    ]
    return len(both) == seen and all_rounded([v for v, _ in both], [r for _, r in both])
