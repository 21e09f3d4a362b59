"""All the prose of a verdict, but for the texts of misconceptions: from a `Diagnosis` to words.

What was seen comes first, with the student's own numbers; then what it is, or what is certain;
then what to try. Never the answer. Words are chosen once, for who reads them: a notebook, in which
one can check again, or a final verdict, after which one cannot.
"""

from __future__ import annotations

import numpy as np

from ..compare import Marks, Value, marks_of, parted
from ..diagnosis import Attempt, Diagnosis, whole_numbers
from ..display import WRONG, Grid, Verdict, first_plane, inline
from ..exercise import Case
from . import by_hand, edits, measured, shapes
from .calls import call, first_arrays, pasteable
from .stopped import printed, stopped

HINT = '`exercises.hint("{}")` has a hint.'


def verdict(attempt: Attempt, found: Diagnosis, *, final: bool = False) -> Verdict:
    """Return the verdict that says what was found.

    Parameters
    ----------
    attempt, found
        The answer, and what was found about it.
    final
        Whether this is the last word: then nothing is said about trying again.
    """
    lines, drawn, worded = _said(attempt, found, final)
    code = ""
    if attempt.is_code and found.at is not None:
        case = attempt.cases[found.at]
        shown = () if any(grid.chosen is not None for grid in drawn) else first_arrays(case)
        drawn, code = (*shown, *drawn), pasteable(attempt.exercise, attempt.answer, case)
    return Verdict(
        attempt.exercise.id,
        found.status,
        "\n".join(filter(None, lines)),
        found.ids,
        drawn,
        code,
        found.explained and worded,
    )


Said = tuple[list[str], tuple[Grid, ...], bool]  # lines, drawings, whether there were words for it


def _said(attempt: Attempt, found: Diagnosis, final: bool) -> Said:
    if found.status == "error":
        assert found.at is not None
        lines = stopped(attempt, found.at)
        return [*lines, *map(_whole_numbers, found.ids, [attempt.cases[found.at]])], (), True
    kind = "code" if attempt.is_code else "answer"
    if found.kind in PLAIN:
        about = call(attempt.exercise, attempt.cases[found.at or 0]) if attempt.is_code else ""
        words = {"call": about, "tried": len(attempt.cases), **found.facts}
        return [PLAIN[found.kind][kind].format(**words)], (), True
    return _wrong(attempt, found, final)


PLAIN = {
    "untouched": {
        "answer": "`answer` has no value yet.\nPut your answer in place of `None` and check again.",
        "code": "The function is still the empty one.\n"
        "Write its body in place of `...`, run the cell, and check again.",
    },
    "library": {
        "answer": "",
        "code": "Your function calls `{name}` of pooling_lab, which knows the answer.\n"
        "Here the task is to write it yourself: with loops, with NumPy, or with torch.\n"
        "Keep pooling_lab's function for comparing afterwards.",
    },
    "right": {
        "answer": "That is the answer.",
        "code": "Your function gave the right result for all {tried} inputs it was tried on.",
    },
    "changes-input": {
        "answer": "",
        "code": "The results are right, but {call} changes the array it is given.\n"
        "Whoever calls it still needs that array, and finds other numbers in it.\n"
        "Work on a copy (`x = x.copy()`), or fill a new array.",
    },
    "rounded-enough": {
        "answer": "That is the answer, rounded; here so many digits are enough.\n"
        "Keep all of them where something is computed from the result.",
        "code": "",
    },
    "no-return": {
        "answer": "",
        "code": "{call} computes something and returns nothing.\n"
        "A function without `return` gives `None`, whatever it has worked out.\n"
        "End it with `return` and your result.",
    },
}

LOOKS = {
    "in-quotes": {
        "answer": "Python takes for a text whatever stands in quotes, and nothing can be "
        "computed from a text.\nWrite numbers without quotes, and without a unit.",
        "code": "Python takes for a text whatever stands in quotes, and nothing can be "
        "computed from a text.\nReturn numbers: no quotes, no `str(…)`, no f-string.",
    },
    "empty": {
        "answer": "An empty list says that there are none at all.\n"
        "Begin at the left end and look at one after the other: is there really none?",
        "code": "There is not a single number in it: a loop has not run once, or a slice "
        "starts beyond the end.\nPrint how often each loop runs for this input.",
    },
    "all-nan": {
        "answer": "NaN stands for “not a number”: it comes from 0/0 or from ∞ − ∞.\n"
        "Look at the line in which you computed it.",
        "code": "Every number is NaN. That comes from 0/0, from ∞ − ∞, or from an array that "
        "starts as NaN and is never filled.\nFind the first line after which a NaN is there.",
    },
    "some-nan": {
        "code": "NaN stands where a number should. It comes from 0/0, from ∞ − ∞, or from an array "
        "that starts as NaN.\nFind the first line after which a NaN is there.",
    },
    "all-zeros": {
        "answer": "Every number is 0.\nWork out one of them slowly, from the numbers in the task.",
        "code": "Every number is 0. That comes of an array that is never filled, of another "
        "one that is filled, or of one for whole numbers, which cuts every fraction off.\n"
        "Print the array you return, and its dtype, before and after it is filled.",
    },
    "input-returned": {
        "answer": "Those are the numbers of the task, unchanged.\n"
        "What does the task ask you to do with them?",
        "code": "What comes back is the input itself, unchanged.\nMake a new array of the "
        "output's size, fill it, and return that one.",
    },
    "always-the-same": {
        "code": "The result is the same for every input, so it does not depend on the "
        "arguments.\nLook for a number or an array that is written into the function.",
    },
    "random": {
        "code": "Called again with the same input, it gives other numbers: something in it is "
        "drawn at random, or is left over from the call before.\nThe same input is to give the "
        "same result. Compute it from the arguments alone.",
    },
    "last-window-missed": {
        "code": "A window that ends exactly at the edge is missing. A `range` stops before its "
        "end: which is the last place where a whole window fits, and is it among yours?",
    },
    "rounded": {
        "answer": "It looks rounded, and too little of it is left to tell it from other answers.\n"
        "Write all the digits you have, or a fraction: `3 / 7` is fine.",
        "code": "The results are rounded. Whoever computes with them needs all their digits.\n"
        "Return them as they are, and round only what you print.",
    },
    "example-only": {
        "code": "It is right for the example in the task and for no other input.\n"
        "Compute the result from the arguments, whatever they are.",
    },
    "arranged": {
        "answer": "Read the end of the task once more: it says how to group the numbers.",
        "code": "As many numbers come out as should, arranged otherwise.\n"
        "Print the shape of your result, and compare it with the one that the task asks for.",
    },
    "wrong-shape": {
        "answer": "Read the end of the task once more: it says how many numbers to write, and "
        "how to group them.",
        "code": "So it is about how many numbers come out, before it is about which.\n"
        "Print the shape of your result, and count by hand how many there should be.",
    },
    "one-cell-off": {
        "code": "For this input all numbers but one are right.\n"
        "Work out the marked one again, slowly, as your code does: what is special there?",
    },
    "brackets": {
        "answer": "The numbers are right and in order; brackets are missing, or too many.\n"
        "Read the end of the task once more: it says how to group the numbers.",
    },
    "right-numbers": {
        "answer": "All the right numbers are there, in other places.\n"
        "Read the end of the task once more: it says in which form and order to write.",
    },
}
PERHAPS = "An answer as short as this comes about in many ways. One of them, perhaps yours:"
SEVERAL = "More than one way leads to this answer; which of these was yours?"
WHERE = {
    "overlap": "windows overlap (stride < kernel_size)",
    "gaps": "there are gaps between windows (stride > kernel_size)",
    "stride-not-kernel": "stride and kernel_size differ",
    "stride-not-1": "the stride is more than 1",
    "not-square": "the map has more columns than rows, or fewer",
    "photo": "`x` is a photo of dtype uint8",
    "negative": "there are negative numbers in `x`",
    "all-negative": "all numbers of `x` are negative",
    "zero": "there is a 0 in `x`",
    "huge": "there are numbers far from zero in `x`",
    "ties": "a number comes twice in `x`",
    "odd": "the number of rows or of columns is odd",
    "padding": "there is padding",
    "wide-padding": "the padding is more than 1",
    "not-divisible": "the bins do not come out even",
    "rest": "the last window does not end at the edge",
    "large-kernel": "kernel_size is more than 2",
    "batch": "the batch holds more than one image",
}
UNEXPLAINED = {
    "answer": "Do it once more in small steps and write each of them down",
    "gives": "Start from there",
    "code": "Take the first number that is marked, work it out by hand from the input, and compare "
    "every step with what your code does",
}


def _wrong(attempt: Attempt, found: Diagnosis, final: bool) -> Said:
    at = attempt.wrong[0] if found.at is None else found.at
    value, case = attempt.values[at], attempt.cases[at]
    right, marks = attempt.judged[at].right, attempt.judged[at].marks
    assert value is not None
    if isinstance(right, tuple) and isinstance(value, np.ndarray):
        value = parted(value, right)
    quiet = found.kind == "rounded"
    telling = None if marks is None or marks.all() else marks  # all wrong tells nothing
    written = inline(value, None if quiet else telling)
    whose = "your result" if attempt.is_code else "your answer"
    if isinstance(value, np.ndarray):
        drawn = () if written else first_plane(whose, value, telling)
    else:
        drawn = () if written else _first_part(whose, value, right, marks)
    start = f"{call(attempt.exercise, case)} gives" if attempt.is_code else "Your answer is"
    said_by_windows = found.kind in ("reads", "reads-also") and _axes(value) == _axes(right)
    about, compared = "", attempt.judged[at].beside
    if not quiet and not said_by_windows:
        if attempt.exercise.gives is None and (compared is None or not compared.shape):
            about = shapes.trouble(attempt.exercise, value, right)  # else there is none
        about = about or _about(attempt, value, at, bool(written))
    why, more = _why(attempt, found)
    worded = bool(why)
    why = why or _nothing_found(attempt, value, final)
    empty = attempt.is_code and isinstance(value, np.ndarray) and not value.size
    seen = "an empty array" if empty else written or "the numbers below"
    lines = [f"{start} {seen}. {about}".rstrip(), *why]
    if attempt.outcomes[at].printed:
        lines += printed(attempt.outcomes[at])
    return lines, (*more, *drawn), worded


def _axes(value: Value | None) -> int | None:
    return value.ndim if isinstance(value, np.ndarray) else None


def _why(attempt: Attempt, found: Diagnosis) -> tuple[list[str], tuple[Grid, ...]]:
    kind = "code" if attempt.is_code else "answer"
    if found.kind == "known":
        also = found.facts.get("also", ())
        texts = [attempt.exercise.texts[one] for one in (*found.ids, *also)]
        if not also and not found.facts.get("sure", True):
            return [PERHAPS, *texts], ()
        if also:
            return [SEVERAL, *(f"{at}. {text}" for at, text in enumerate(texts, 1))], ()
        return ["Two things at once."] * (len(texts) > 1) + texts, ()
    if found.kind == whole_numbers.ID:
        return [_whole_numbers(found.kind, attempt.cases[found.at or 0])], ()
    if found.kind == "one-cell-off" and not attempt.is_code:
        return by_hand.of_the_one(attempt.exercise, found.facts), ()
    if found.kind in LOOKS:
        return [LOOKS[found.kind][kind]], ()
    for about in (measured, edits, by_hand):
        if found.kind in about.KINDS:
            said = about.said(attempt.exercise, found, attempt.cases[found.at or 0])
            if said is None:
                return [], ()
            perhaps = [] if found.facts.get("sure", True) else [PERHAPS]
            return [*perhaps, *said[0]], said[1]
    if found.kind == "only-where":
        where = WHERE[found.facts["when"]]
        return [
            f"It is right for every input but those where {where}: there it is always wrong.",
            "What does your code do there that it does not do elsewhere?",
        ], ()
    return [], ()


def _whole_numbers(_: str, case: Case) -> str:
    dtype = case["x"].dtype
    holds = "from 0 to 255" if dtype == np.uint8 else "neither fractions nor infinity"
    return (
        f"`x` holds whole numbers here (dtype {dtype}); with the same numbers as floats yours is "
        f"right. An array or a sum of that dtype holds {holds}. Where do yours get their dtype?"
    )


def _nothing_found(attempt: Attempt, value: Value, final: bool) -> list[str]:
    exercise, right = attempt.exercise, attempt.judged[0].right
    text = UNEXPLAINED["gives" if exercise.gives else exercise.kind]
    side = "" if attempt.is_code or exercise.gives else _which_way(value, right)
    hint = "" if final else f"; {HINT.format(exercise.id)}"
    return [*([side] if side else []), f"{text}{hint or '.'}"]


def _which_way(value: Value, right: Value | None) -> str:
    """Say whether a number is too large or too small, where there are few."""
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return ""
    if value.shape != right.shape or value.ndim > 1 or value.size > 4:
        return ""
    ways = {bool(a > b) for a, b in zip(value.ravel(), right.ravel(), strict=True) if a != b}
    if len(ways) != 1:
        return ""
    they = "It is" if value.size == 1 else "What is wrong is"
    return f"{they} too {'large' if ways.pop() else 'small'}."


# --- what was seen ---------------------------------------------------------------------------


def _about(attempt: Attempt, value: Value, at: int, written: bool) -> str:
    exercise, marks = attempt.exercise, attempt.judged[at].marks
    if exercise.gives is not None and isinstance(value, np.ndarray):
        return exercise.gives(value, **attempt.cases[at])
    if marks is None or marks.size < 2:
        return ""
    what, wrong = "parts" if isinstance(value, tuple) else "numbers", int(marks.sum())
    which = f"marked {WRONG}" if written or what == "numbers" else "drawn below"
    if wrong == marks.size:
        return f"Both {what} are wrong." if wrong == 2 else f"All {wrong} {what} are wrong."
    are = "is" if wrong == 1 else "are"
    return f"Of its {marks.size} {what}, {wrong} {are} wrong ({which})."


def _first_part(whose: str, value: Value, right: Value | None, marks: Marks) -> tuple[Grid, ...]:
    """Draw the first part that is wrong, of several; the first of all where that is not known."""
    if marks is None or len(marks) != len(value):
        return first_plane(whose, value)
    part = int(marks.argmax())
    inner = marks_of(value[part], right[part]) if isinstance(right, tuple) else None
    return first_plane(f"{whose}, part {part + 1}", value[part], inner)
