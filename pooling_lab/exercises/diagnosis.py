"""From what an answer did to a verdict: what was seen, why that happens, what to try."""

from __future__ import annotations

import dis
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .answers import Value, agree, aligned
from .exercise import Case, Exercise
from .running import MEMORY_LIMIT, TIME_LIMIT, Outcome, Run, Trouble
from .showing import WRONG, Grid, Verdict, grids, inline
from .telling import Wrong, pairs, singles, size

Marks = np.ndarray | None


@dataclass(frozen=True)
class Attempt:
    """An answer, the inputs it was tried on, and what it did with them."""

    exercise: Exercise
    answer: Any
    cases: Sequence[Case]
    run: Run

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """What it did with each input; fewer than the inputs when the time was up."""
        return self.run.outcomes

    def wrong(self) -> list[int]:
        """Return which cases went wrong, the smallest input first."""
        by_size = sorted(range(len(self.outcomes)), key=lambda i: size(self.cases[i]))
        right = self.exercise.explains
        return [i for i in by_size if not right(self.outcomes[i].value, self.cases[i])]


def diagnose(attempt: Attempt) -> Verdict:
    """Return the verdict on an attempt."""
    if _untouched(attempt):
        return _verdict(attempt, "not attempted", _NOT_ATTEMPTED[attempt.exercise.kind])
    if attempt.outcomes[-1].trouble and attempt.outcomes[-1].trouble.kind == "TimeUp":
        return _stopped(attempt, len(attempt.outcomes) - 1)
    if attempt.run.called:
        used = min(attempt.run.called)
        return _verdict(attempt, "wrong", _LIBRARY.format(used), "library-used")
    wrong = attempt.wrong()
    if not wrong:
        return _all_right(attempt)
    if attempt.outcomes[wrong[0]].trouble:
        return _stopped(attempt, wrong[0])
    return _wrong(attempt, wrong)


def _verdict(
    attempt: Attempt, status: Any, message: str, *misconceptions: str, drawn: tuple[Grid, ...] = ()
) -> Verdict:
    return Verdict(attempt.exercise.id, status, message, misconceptions, drawn)


_NOT_ATTEMPTED = {
    "answer": "`answer` has no value yet.\nPut your answer in place of `None` and check again.",
    "code": "The function is still the empty one.\n"
    "Write its body in place of `...`, run the cell, and check again.",
}
_LIBRARY = (
    "Your function calls `{}` of pooling_lab, which knows the answer.\n"
    "Here the task is to write it yourself: with loops, with NumPy, or with torch.\n"
    "Keep pooling_lab's function for comparing afterwards."
)


def _untouched(attempt: Attempt) -> bool:
    first = attempt.outcomes[0]
    if first.trouble:
        return first.trouble.kind == "NotImplementedError"
    if first.value is not None:
        return False
    return not callable(attempt.answer) or not _has_a_body(attempt)


def _has_a_body(attempt: Attempt) -> bool:
    """Tell whether the function does more than the stub (which returns None too)."""
    code = getattr(attempt.answer, "__code__", None)
    stub: dict[str, Any] = {}
    exec(attempt.exercise.stub, stub)
    empty = next(value for name, value in stub.items() if name != "__builtins__")
    return code is None or len([*dis.get_instructions(code)]) > len([*dis.get_instructions(empty)])


def _all_right(attempt: Attempt) -> Verdict:
    for case, outcome in zip(attempt.cases, attempt.outcomes, strict=True):
        if outcome.changed_input:
            return _verdict(
                attempt, "wrong", _CHANGED.format(_call(attempt, case)), "changes-input"
            )
    if attempt.exercise.kind == "answer":
        return _verdict(attempt, "passed", "That is the answer.")
    tried = (
        f"Your function gave the right result for all {len(attempt.cases)} inputs it was tried on."
    )
    return _verdict(attempt, "passed", tried)


_CHANGED = (
    "The results are right, but {} changes the array it is given.\n"
    "Whoever calls it still needs that array, and finds other numbers in it.\n"
    "Work on a copy (`x = x.copy()`), or fill a new array."
)

# --- code that stopped ------------------------------------------------------------------------

_STOPPED = {
    "TimeUp": (
        f"It was still running after {TIME_LIMIT:g} seconds and was interrupted{{where}}.",
        "Either a loop there never comes to its end, or it does far more work than it needs.",
        "Look at what has to change for that loop to stop, and print it once per turn.",
    ),
    "RecursionError": (
        "It called itself again and again until Python gave up{where}.",
        "A function that calls itself needs a case in which it stops, and each call must come "
        "nearer to it.",
    ),
    "MemoryError": (
        f"It asked for more than {MEMORY_LIMIT // 2**30} GiB of memory{{where}}.",
        "The input has only a few numbers, so an array there has far too large a shape.",
        "Print the shape before you make the array.",
    ),
    "SystemExit": (
        "It wanted to end the program or to wait for the keyboard: {text}{where}.",
        "It was kept from that, since it would stop the whole notebook. Return the result instead.",
    ),
    "WrongSignature": (
        "It could not be called: {text}.",
        "The check calls {call}: the names are free, their number and order are not.",
    ),
    "NotNumbers": (
        "The result cannot be read as numbers: {text}.",
        "Return a number, a list of lists, a NumPy array or a torch tensor.",
    ),
}
_RAISED = (
    "{call} stopped with {kind}: {text}{where}.",
    "Call your function with that input yourself, and print what stands in that line before it "
    "stops.",
)
_LIVES_ON = (
    "It is within one long call that cannot be interrupted and goes on in the background; "
    "*Kernel → Restart* ends it."
)


def _stopped(attempt: Attempt, at: int) -> Verdict:
    outcome, case = attempt.outcomes[at], attempt.cases[at]
    trouble = outcome.trouble or Trouble("", "")
    words = {
        "kind": trouble.kind,
        "text": trouble.text or "no message",
        "where": _where(trouble),
        "call": _call(attempt, case),
    }
    lines = [line.format(**words) for line in _STOPPED.get(trouble.kind, _RAISED)]
    if attempt.run.lives_on:
        lines.append(_LIVES_ON)
    return _verdict(
        attempt, "error", "\n".join(lines + _printed(outcome)), drawn=_given(attempt, case)
    )


def _where(trouble: Trouble) -> str:
    if trouble.line is None:
        return ""
    source = f": `{trouble.source}`" if trouble.source else ""
    return f", in line {trouble.line}{source}"


def _printed(outcome: Outcome) -> list[str]:
    text = " ⏎ ".join(outcome.printed.split("\n")).strip(" ⏎")
    return [f"It printed: {text[:150]}{'…' * (len(text) > 150)}"] if text else []


# --- wrong results -------------------------------------------------------------------------------


def _wrong(attempt: Attempt, wrong: list[int]) -> Verdict:
    at = wrong[0]
    outcome, case = attempt.outcomes[at], attempt.cases[at]
    if outcome.value is None:
        return _verdict(attempt, "wrong", _NO_RETURN.format(_call(attempt, case)), "no-return")
    marks = _marks(attempt.exercise, outcome.value, case)
    ids, why = _explanation(attempt, wrong, marks)
    lines = [_seen(attempt, case, outcome.value, marks), *why, *_printed(outcome)]
    drawn = _given(attempt, case) + _drawn(attempt, outcome.value, marks)
    return _verdict(attempt, "wrong", "\n".join(lines), *ids, drawn=drawn)


_NO_RETURN = (
    "{} computes something and returns nothing.\n"
    "A function without `return` gives `None`, whatever it has worked out.\n"
    "End it with `return` and your result."
)


def _explanation(
    attempt: Attempt, wrong: list[int], marks: Marks
) -> tuple[tuple[str, ...], list[str]]:
    exercise = attempt.exercise
    for who in [*singles(exercise), *pairs(exercise)]:
        if _behaves_like(attempt, wrong, who):
            named = tuple(one for one in exercise.misconceptions if one in who)
            texts = [exercise.misconceptions[one] for one in named]
            return named, texts if len(texts) == 1 else ["Two things at once.", *texts]
    for one, applies, text in _SUSPICIOUS:
        if applies(attempt, wrong, marks):
            return (one,), [text]
    return (), [_UNNAMED["gives" if exercise.gives else exercise.kind].format(exercise.id)]


def _behaves_like(attempt: Attempt, wrong: list[int], who: Wrong) -> bool:
    others = [i for i in range(len(attempt.outcomes)) if i not in wrong]
    return all(_fits(attempt, i, who) for i in wrong + others)


def _fits(attempt: Attempt, i: int, who: Wrong) -> bool:
    value, case = attempt.outcomes[i].value, attempt.cases[i]
    if value is None:  # wrong code may stop where this misconception does too
        return attempt.outcomes[i].trouble is not None and (
            attempt.exercise.outcome(case, who) is None
        )
    return attempt.exercise.explains(value, case, who)


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


def _numbers(attempt: Attempt) -> list[np.ndarray] | None:
    """Return all results if all of them are arrays."""
    values = [outcome.value for outcome in attempt.outcomes]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    return arrays if len(arrays) == len(values) else None


def _all_are(test: Callable[[np.ndarray], Any]) -> Callable[[Attempt, list[int], Marks], bool]:
    def applies(attempt: Attempt, wrong: list[int], marks: Marks) -> bool:
        arrays = _numbers(attempt)
        is_code = attempt.exercise.kind == "code"
        return arrays is not None and all(
            (is_code or one.size > 1) and bool(np.all(test(one))) for one in arrays
        )

    return applies


def _returns_the_input(attempt: Attempt, wrong: list[int], marks: Marks) -> bool:
    arrays = _numbers(attempt)
    if arrays is None:
        return False
    inputs = [[np.asarray(v, float) for v in case.values() if np.ndim(v)] for case in attempt.cases]
    return all(
        any(np.array_equal(one, x, equal_nan=True) for x in given)
        for one, given in zip(arrays, inputs, strict=True)
    )


def _never_changes(attempt: Attempt, wrong: list[int], marks: Marks) -> bool:
    arrays = _numbers(attempt)
    return (
        attempt.exercise.kind == "code"
        and arrays is not None
        and all(np.array_equal(one, arrays[0], equal_nan=True) for one in arrays)
    )


def _only_the_example(attempt: Attempt, wrong: list[int], marks: Marks) -> bool:
    return len(attempt.cases) > 1 and len(wrong) == len(attempt.cases) - 1 and 0 not in wrong


def _one_cell(attempt: Attempt, wrong: list[int], marks: Marks) -> bool:
    return marks is not None and marks.size > 2 and int(marks.sum()) == 1


_SUSPICIOUS: tuple[tuple[str, Callable[[Attempt, list[int], Marks], bool], str], ...] = (
    (
        "all-nan",
        _all_are(np.isnan),
        "Every number is NaN. That comes from 0/0, from ∞ − ∞, or from an array that starts as "
        "NaN and is never filled.\nFind the first line after which a NaN is there.",
    ),
    (
        "all-zeros",
        _all_are(lambda one: one == 0),
        "Every number is 0, as in an array that is made with zeros and never filled.\n"
        "Is the array you fill the one you return?",
    ),
    (
        "input-returned",
        _returns_the_input,
        "What comes back is the input itself, unchanged.\nMake a new array of the output's size, "
        "fill it, and return that one.",
    ),
    (
        "example-only",
        _only_the_example,
        "It is right for the example in the task and for no other input.\n"
        "Compute the result from the arguments, whatever they are.",
    ),
    (
        "always-the-same",
        _never_changes,
        "The result is the same for every input, so it does not depend on the arguments.\n"
        "Look for a number or an array that is written into the function.",
    ),
    (
        "wrong-shape",
        lambda attempt, wrong, marks: (
            marks is None and _numbers(attempt) is not None and attempt.exercise.fits is None
        ),
        "So it is about how many numbers come out, before it is about which.\n"
        "Draw the input, and count how many come out of each row and of each column.",
    ),
    (
        "one-cell-off",
        _one_cell,
        "All numbers but one are right, so the method is; something goes wrong at that place.\n"
        "Work out the marked one again, slowly.",
    ),
)


def _marks(exercise: Exercise, value: Value, case: Case) -> Marks:
    """Mark the wrong numbers, if value and answer are arrays of one shape."""
    expected = None if exercise.fits else exercise.outcome(case)
    if not (isinstance(value, np.ndarray) and isinstance(expected, np.ndarray)):
        return None
    seen, right = aligned(value, expected)
    return ~agree(seen, right).reshape(value.shape) if seen.shape == right.shape else None


def _seen(attempt: Attempt, case: Case, value: Value, marks: Marks) -> str:
    exercise, short = attempt.exercise, inline(value)
    is_code = exercise.kind == "code"
    start = f"{_call(attempt, case)} gives" if is_code else "Your answer is"
    what = f"{start} {short or 'the numbers below'}."
    expected = exercise.outcome(case)
    if isinstance(value, str) != isinstance(expected, str):
        wanted = "a word" if isinstance(expected, str) else "numbers, without quotes"
        return f"{what} The task asks for {wanted}."
    if exercise.gives is not None and isinstance(value, np.ndarray):
        return f"{what} {exercise.gives(value, **case)}"
    if exercise.fits is not None:
        return what
    if marks is None and isinstance(value, np.ndarray):
        return f"{what} Its shape, {value.shape}, is not the one that is asked for."
    if marks is None or marks.size == 1:
        return what
    wrong, marked = int(marks.sum()), "" if short else f" (marked {WRONG})"
    are = f"{wrong} is" if wrong == 1 else f"{wrong} are"
    return f"{what} Of its {marks.size} numbers, {are} wrong{marked}."


def _drawn(attempt: Attempt, value: Value, marks: Marks) -> tuple[Grid, ...]:
    whose = "your result" if attempt.exercise.kind == "code" else "your answer"
    return () if inline(value) else grids(whose, value, marks)


def _given(attempt: Attempt, case: Case) -> tuple[Grid, ...]:
    if attempt.exercise.kind == "answer":
        return ()  # the student has them in the task
    return arrays_of(case)


def arrays_of(case: Case) -> tuple[Grid, ...]:
    """Return the arrays among the numbers of a case, to be drawn."""
    return tuple(Grid(n, np.asarray(v)) for n, v in case.items() if isinstance(v, np.ndarray))


def _call(attempt: Attempt, case: Case) -> str:
    return call(attempt.exercise, case)


def call(exercise: Exercise, case: Case) -> str:
    """Write the call of a coded exercise with the numbers of a case."""
    name = exercise.stub.removeprefix("def ").partition("(")[0]
    arguments = (n if isinstance(v, np.ndarray) else f"{n}={v!r}" for n, v in case.items())
    return f"`{name}({', '.join(arguments)})`"
