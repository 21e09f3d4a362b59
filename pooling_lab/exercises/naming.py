"""Name what explains a wrong answer: one usual mistake, its rounding, or two at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import NamedTuple

from .attempt import Attempt
from .compare import all_rounded, digits_kept
from .exercise import NONE, Exercise, Mistakes
from .suspicions import AT_ONCE, LATER, Failure, Suspicion

ENOUGH_DIGITS = 3  # significant ones: a short answer rounded to so many is told from the others


Wrong = frozenset[str]


def singles(exercise: Exercise) -> list[Wrong]:
    """Return every misconception alone."""
    return [frozenset({one}) for one in exercise.misconceptions]


def pairs(exercise: Exercise) -> list[Wrong]:
    """Return every two misconceptions together."""
    return [frozenset(two) for two in itertools.combinations(exercise.misconceptions, 2)]


class Reason(NamedTuple):
    """The ids of what explains an answer, and what is said about it."""

    ids: tuple[str, ...]
    lines: list[str]


def reason(failure: Failure) -> Reason:
    """Return what explains a wrong answer, the surest explanation first."""
    return (
        _one_mistake(failure)
        or _rounding(failure)
        or _suspicion(failure, AT_ONCE)
        or _two_mistakes(failure)
        or _suspicion(failure, LATER)
        or _unnamed(failure)
    )


def _unnamed(failure: Failure) -> Reason:
    exercise = failure.attempt.exercise
    text = _UNNAMED["gives" if exercise.gives else exercise.kind]
    return Reason((), [text.format(exercise.id)])


_UNNAMED = {
    "answer": "It is none of the usual mistakes.\n"
    "Do it once more in small steps and write each of them down; "
    '`exercises.hint("{}")` has a hint.',
    "gives": 'Start from there, and check again as often as you like; `exercises.hint("{}")` has a '
    "hint.",
    "code": "It is none of the usual mistakes.\n"
    "Take one wrong number, work it out by hand from the input, and compare every step; "
    '`exercises.hint("{}")` has a hint.',
}


def _suspicion(failure: Failure, suspicions: Iterable[Suspicion]) -> Reason | None:
    found = (one for one in suspicions if one.applies(failure))
    return next((Reason((one.id,), [one.texts[failure.kind]]) for one in found), None)


# --- usual mistakes -------------------------------------------------------------------------


def _one_mistake(failure: Failure) -> Reason | None:
    found = (who for who in singles(failure.attempt.exercise) if _behaves_like(failure, who))
    return next((_named(failure, who) for who in found), None)


def _named(failure: Failure, who: Wrong) -> Reason:
    texts = failure.attempt.exercise.misconceptions
    ids = tuple(one for one in texts if one in who)
    return Reason(ids, [texts[one] for one in ids])


def _behaves_like(failure: Failure, who: Wrong) -> bool:
    outcomes, wrong = failure.attempt.outcomes, failure.wrong
    others = [i for i in range(len(outcomes)) if i not in wrong]
    return all(_fits(failure.attempt, i, who) for i in wrong + others)


def _fits(attempt: Attempt, i: int, who: Wrong) -> bool:
    value, case = attempt.outcomes[i].value, attempt.cases[i]
    if value is None:  # wrong code may stop where this misconception does too
        return attempt.outcomes[i].trouble is not None and (
            attempt.exercise.outcome(case, who) is None
        )
    return attempt.exercise.explains(value, case, who)


# What two mistakes together do, and one slip does more often: that one is told.
_ONE_SLIP = {
    frozenset({"ceil-for-floor", "forgot-plus-one"}): Reason(
        ("last-window-missed",),
        [
            "A window that ends exactly at the edge is missing. A `range` stops before its end: "
            "which is the last place where a whole window fits, and is it among yours?"
        ],
    ),
}
_AVERAGED_WITH_ZEROS = frozenset({"mean-for-max", "zero-padding"})  # as average pooling does


def _two_mistakes(failure: Failure) -> Reason | None:
    exercise = failure.attempt.exercise
    who = next((who for who in pairs(exercise) if _behaves_like(failure, who)), None)
    if who is None:
        return None
    if failure.kind == "code" and who in _ONE_SLIP:
        return _ONE_SLIP[who]
    if failure.kind == "answer" and who == _AVERAGED_WITH_ZEROS:
        return _named(failure, frozenset({"mean-for-max"}))
    ids, lines = _named(failure, who)
    return Reason(ids, [_TWO[failure.kind], *lines])


_TWO = {  # a few numbers can agree by chance, a function on many inputs cannot
    "answer": "It could be two things at once.",
    "code": "Two things at once.",
}

# --- rounding -------------------------------------------------------------------------------


def rounded_enough(attempt: Attempt) -> bool:
    """Tell whether a short answer is the right one, rounded, and can be nothing else."""
    if attempt.is_code:
        return False
    kept = _digits(attempt, [0], NONE)
    others = (_digits(attempt, [0], who) for who in singles(attempt.exercise))
    return kept >= ENOUGH_DIGITS and all(other < kept for other in others)


def _digits(attempt: Attempt, places: Iterable[int], who: Mistakes) -> int:
    """Return to how many digits the answers are what ``who`` leads to, rounded; 0 if not."""
    exercise, digits = attempt.exercise, []
    for i in places:
        value, expected = attempt.outcomes[i].value, exercise.outcome(attempt.cases[i], who)
        if value is None or expected is None or exercise.fits is not None:
            return 0
        digits.append(digits_kept(value, expected))
    return min(digits, default=0)


def _all_rounded(attempt: Attempt) -> bool:
    """Tell whether every number seen is the right one rounded, the right ones too."""
    values = [outcome.value for outcome in attempt.outcomes]
    rights = [attempt.exercise.outcome(case) for case in attempt.cases[: len(values)]]
    both = [(v, r) for v, r in zip(values, rights, strict=True) if v is not None and r is not None]
    return len(both) == len(values) and all_rounded([v for v, _ in both], [r for _, r in both])


def _rounding(failure: Failure) -> Reason | None:
    attempt, wrong = failure.attempt, failure.wrong
    if (attempt.is_code or _digits(attempt, wrong, NONE)) and _all_rounded(attempt):
        return Reason(("rounded",), [_ROUNDED[failure.kind]])
    if attempt.is_code:
        return None
    alike = (who for who in singles(attempt.exercise) if _digits(attempt, wrong, who) >= 3)
    return next((_named(failure, who) for who in alike), None)


_ROUNDED = {
    "answer": "It looks rounded, and too little of it is left to tell it from other answers.\n"
    "Write all the digits you have, or a fraction: `3 / 7` is fine.",
    "code": "The results are rounded. Whoever computes with them needs all their digits.\n"
    "Return them as they are, and round only what you print.",
}
