"""From what an answer did to a verdict: what was seen, why that happens, what to try."""

from __future__ import annotations

import dis
import inspect
from typing import Any

from .attempt import Attempt, call, verdict
from .display import Verdict
from .naming import rounded_enough
from .results import wrong_result
from .stopped import stopped


def diagnose(attempt: Attempt) -> Verdict:
    """Return the verdict on an attempt."""
    if _untouched(attempt):
        return verdict(attempt, "not attempted", _NOT_ATTEMPTED[attempt.exercise.kind])
    if attempt.outcomes[-1].trouble and attempt.outcomes[-1].trouble.kind == "TimeUp":
        return stopped(attempt, len(attempt.outcomes) - 1)
    if attempt.run.called:
        used = min(attempt.run.called)
        return verdict(attempt, "wrong", _LIBRARY.format(used), "library-used")
    wrong = attempt.wrong()
    if not wrong:
        return _all_right(attempt)
    if rounded_enough(attempt):
        return verdict(attempt, "passed", _ROUNDED)
    if attempt.outcomes[wrong[0]].trouble:
        return stopped(attempt, wrong[0])
    return wrong_result(attempt, wrong)


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
    code = attempt.answer.__code__ if inspect.isfunction(attempt.answer) else None
    stub: dict[str, Any] = {}
    exec(attempt.exercise.stub, stub)
    empty = next(value for name, value in stub.items() if name != "__builtins__")
    return code is None or len([*dis.get_instructions(code)]) > len([*dis.get_instructions(empty)])


def _all_right(attempt: Attempt) -> Verdict:
    for case, outcome in zip(attempt.cases, attempt.outcomes, strict=True):
        if outcome.changed_input:
            text = _CHANGED.format(call(attempt.exercise, case))
            return verdict(attempt, "wrong", text, "changes-input", case=case)
    if not attempt.is_code:
        return verdict(attempt, "passed", "That is the answer.")
    tried = (
        f"Your function gave the right result for all {len(attempt.cases)} inputs it was tried on."
    )
    return verdict(attempt, "passed", tried)


_CHANGED = (
    "The results are right, but {} changes the array it is given.\n"
    "Whoever calls it still needs that array, and finds other numbers in it.\n"
    "Work on a copy (`x = x.copy()`), or fill a new array."
)
_ROUNDED = (
    "That is the answer, rounded; here so many digits are enough.\n"
    "Keep all of them where something is computed from the result."
)
