"""What is said about a wrong result: what was seen, with its wrong numbers marked, and why."""

from __future__ import annotations

import numpy as np

from .attempt import Attempt, call, verdict
from .compare import Value, agree, aligned, parted
from .display import WRONG, Grid, Marks, Verdict, grids, inline
from .exercise import Case, Exercise
from .naming import reason
from .stopped import printed
from .suspicions import Failure


def wrong_result(attempt: Attempt, wrong: list[int]) -> Verdict:
    """Return the verdict on results of which those numbered ``wrong`` are not right."""
    outcome, case = attempt.outcomes[wrong[0]], attempt.cases[wrong[0]]
    if outcome.value is None:
        text = _NO_RETURN.format(call(attempt.exercise, case))
        return verdict(attempt, "wrong", text, "no-return", case=case)
    value = parted(outcome.value, attempt.exercise.outcome(case))
    failure = Failure(attempt, wrong, _marks(attempt.exercise, value, case))
    ids, why = reason(failure)
    lines = [_seen(failure, value, case, "rounded" in ids), *why, *printed(outcome)]
    drawn = _drawn(failure, value)
    return verdict(attempt, "wrong", "\n".join(lines), *ids, case=case, drawn=drawn)


_NO_RETURN = (
    "{} computes something and returns nothing.\n"
    "A function without `return` gives `None`, whatever it has worked out.\n"
    "End it with `return` and your result."
)


def _marks(exercise: Exercise, value: Value, case: Case) -> Marks:
    """Mark the wrong numbers, where it can be told which those are."""
    expected = exercise.outcome(case)
    if isinstance(value, tuple) and isinstance(expected, tuple):
        return _marked_parts(value, expected)
    if not (isinstance(value, np.ndarray) and isinstance(expected, np.ndarray)):
        return None
    if exercise.fits:
        return ~np.isin(value, expected) if exercise.unordered and value.ndim == 1 else None
    return _marks_of(value, expected)


def _marked_parts(value: tuple[Value, ...], expected: tuple[Value, ...]) -> Marks:
    """Mark the wrong ones among parts that are words or single numbers."""
    if len(value) != len(expected):
        return None
    marks = [_marks_of(*pair) for pair in zip(value, expected, strict=True)]
    return np.array([mark is None or mark.any() for mark in marks])


def _marks_of(value: Value, expected: Value) -> Marks:
    if isinstance(value, str):
        return np.array(value != expected)
    if not (isinstance(value, np.ndarray) and isinstance(expected, np.ndarray)):
        return None
    seen, right = aligned(value, expected)
    return ~agree(seen, right).reshape(value.shape) if seen.shape == right.shape else None


def _seen(failure: Failure, value: Value, case: Case, rounded: bool) -> str:
    attempt, marks = failure.attempt, None if rounded else _telling_marks(failure)
    start = f"{call(attempt.exercise, case)} gives" if attempt.is_code else "Your answer is"
    short = inline(value, marks)
    what = f"{start} {short or 'the numbers below'}."
    if attempt.is_code and isinstance(value, np.ndarray) and not value.size:
        what = f"{start} an empty array."
    about = "" if rounded else failure.shape_trouble or _about(failure, value, case)
    return f"{what} {about}".rstrip()


def _about(failure: Failure, value: Value, case: Case) -> str:
    exercise, marks = failure.attempt.exercise, failure.marks
    if exercise.gives is not None and isinstance(value, np.ndarray):
        return exercise.gives(value, **case)
    if marks is None or marks.size < 2:
        return ""
    what, wrong = "parts" if isinstance(value, tuple) else "numbers", int(marks.sum())
    which = f"marked {WRONG}" if inline(value) or what == "numbers" else "drawn below"
    if wrong == marks.size:
        return f"Both {what} are wrong." if wrong == 2 else f"All {wrong} {what} are wrong."
    are = "is" if wrong == 1 else "are"
    return f"Of its {marks.size} {what}, {wrong} {are} wrong ({which})."


def _telling_marks(failure: Failure) -> Marks:
    """Return the marks; where all numbers are wrong they tell nothing."""
    return None if failure.marks is None or failure.marks.all() else failure.marks


def _drawn(failure: Failure, value: Value) -> tuple[Grid, ...]:
    if inline(value):
        return ()
    whose, marks = "your result" if failure.attempt.is_code else "your answer", failure.marks
    if isinstance(value, tuple) and marks is not None:
        return _wrong_part(failure, value, whose, int(marks.argmax()))
    drawn = grids(whose, value, _telling_marks(failure))[:1]
    return tuple(grid.first_plane() for grid in drawn)


def _wrong_part(
    failure: Failure, value: tuple[Value, ...], whose: str, part: int
) -> tuple[Grid, ...]:
    right = failure.attempt.exercise.outcome(failure.attempt.cases[failure.wrong[0]])
    marks = _marks_of(value[part], right[part]) if isinstance(right, tuple) else None
    return tuple(
        grid.first_plane() for grid in grids(f"{whose}, part {part + 1}", value[part], marks)[:1]
    )
