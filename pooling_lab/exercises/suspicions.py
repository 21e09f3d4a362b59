"""What a wrong answer may look like when no usual mistake explains it: all zeros, or the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .attempt import Attempt
from .compare import Value
from .display import Marks
from .shapes import shape_trouble


class Failure(NamedTuple):
    """A wrong answer: on which inputs, smallest first, and in which cells on the first of them."""

    attempt: Attempt
    wrong: list[int]
    marks: Marks

    @property
    def kind(self) -> str:
        """``"code"`` or ``"answer"``."""
        return self.attempt.exercise.kind

    @property
    def arrays(self) -> list[np.ndarray]:
        """All results, if all of them are arrays; else none."""
        values = [outcome.value for outcome in self.attempt.outcomes]
        arrays = [value for value in values if isinstance(value, np.ndarray)]
        return arrays if len(arrays) == len(values) else []

    @property
    def shape_trouble(self) -> str:
        """What is wrong with the shape of the result for the smallest input, if anything."""
        at, (attempt, *_) = self.wrong[0], self
        value = attempt.outcomes[at].value
        return "" if value is None else shape_trouble(attempt.exercise, value, attempt.cases[at])


class Suspicion(NamedTuple):
    """Something an answer may look like: its id, how it is seen, what is said of each kind."""

    id: str
    applies: Callable[[Failure], bool]
    texts: dict[str, str]


def _all_are(test: Callable[[np.ndarray], Any]) -> Callable[[Failure], bool]:
    def applies(failure: Failure) -> bool:
        enough = 0 if failure.kind == "code" else 1
        arrays = [] if failure.attempt.exercise.gives else failure.arrays
        return bool(arrays) and all(one.size > enough and np.all(test(one)) for one in arrays)

    return applies


def _is_empty(failure: Failure) -> bool:
    return bool(failure.arrays) and not any(one.size for one in failure.arrays)


def _returns_the_input(failure: Failure) -> bool:
    inputs = [
        [np.asarray(value, float) for value in case.values() if np.ndim(value)]
        for case in failure.attempt.cases
    ]
    return bool(failure.arrays) and all(
        any(np.array_equal(one, x, equal_nan=True) for x in given)
        for one, given in zip(failure.arrays, inputs, strict=True)
    )


def _never_changes(failure: Failure) -> bool:
    arrays = failure.arrays if failure.kind == "code" else []
    return bool(arrays) and all(np.array_equal(one, arrays[0], equal_nan=True) for one in arrays)


def _only_the_example(failure: Failure) -> bool:
    cases, wrong = failure.attempt.cases, failure.wrong
    return len(cases) > 1 and len(wrong) == len(cases) - 1 and 0 not in wrong


def _one_cell(failure: Failure) -> bool:
    marks = None if failure.attempt.exercise.fits else failure.marks
    return marks is not None and marks.size > 2 and int(marks.sum()) == 1


def _as_many(failure: Failure) -> bool:
    """Tell whether the result has as many numbers as it should."""
    at, exercise = failure.wrong[0], failure.attempt.exercise
    value, right = failure.attempt.outcomes[at].value, exercise.outcome(failure.attempt.cases[at])
    return value is not None and right is not None and _count(value) == _count(right)


def _count(value: Value) -> int:
    return sum(map(_count, value)) if isinstance(value, tuple) else int(np.size(value))


def _holds_a_word(failure: Failure) -> bool:
    value = failure.attempt.outcomes[failure.wrong[0]].value
    right = failure.attempt.exercise.outcome(failure.attempt.cases[failure.wrong[0]])
    return value is not None and _words(value) > (0 if right is None else _words(right))


def _words(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(map(_words, value))
    return int(isinstance(value, str))


AT_ONCE = (
    Suspicion(
        "in-quotes",
        _holds_a_word,
        {
            "answer": "Python takes for a text whatever stands in quotes, and nothing can be "
            "computed from a text.\nWrite numbers without quotes.",
            "code": "Python takes for a text whatever stands in quotes, and nothing can be "
            "computed from a text.\nReturn numbers: no quotes, no `str(…)`, no f-string.",
        },
    ),
    Suspicion(
        "empty",
        _is_empty,
        {
            "answer": "An empty list says that there are none at all.\n"
            "Begin at the left end and look at one after the other: is there really none?",
            "code": "There is not a single number in it: a loop has not run once, or a slice "
            "starts beyond the end.\nPrint how often each loop runs for this input.",
        },
    ),
    Suspicion(
        "all-nan",
        _all_are(np.isnan),
        {
            "answer": "NaN stands for “not a number”: it comes from 0/0 or from ∞ − ∞.\n"
            "Look at the line in which you computed it.",
            "code": "Every number is NaN. That comes from 0/0, from ∞ − ∞, or from an array that "
            "starts as NaN and is never filled.\nFind the first line after which a NaN is there.",
        },
    ),
    Suspicion(
        "all-zeros",
        _all_are(lambda one: one == 0),
        {
            "answer": "Every number is 0.\n"
            "Work out one of them slowly, from the numbers in the task.",
            "code": "Every number is 0. That comes of an array that is never filled, of another "
            "one that is filled, or of one for whole numbers, which cuts every fraction off.\n"
            "Print the array you return, and its dtype, before and after it is filled.",
        },
    ),
    Suspicion(
        "input-returned",
        _returns_the_input,
        {
            "answer": "Those are the numbers of the task, unchanged.\n"
            "What does the task ask you to do with them?",
            "code": "What comes back is the input itself, unchanged.\nMake a new array of the "
            "output's size, fill it, and return that one.",
        },
    ),
    Suspicion(
        "always-the-same",
        _never_changes,
        {
            "code": "The result is the same for every input, so it does not depend on the "
            "arguments.\nLook for a number or an array that is written into the function.",
        },
    ),
)
LATER = (
    Suspicion(
        "example-only",
        _only_the_example,
        {
            "code": "It is right for the example in the task and for no other input.\n"
            "Compute the result from the arguments, whatever they are.",
        },
    ),
    Suspicion(
        "wrong-shape",
        lambda failure: bool(failure.shape_trouble) and _as_many(failure),
        {
            "answer": "Read the end of the task once more: it says how to group the numbers.",
            "code": "As many numbers come out as should, arranged otherwise.\n"
            "Print the shape of your result, and compare it with the one that the task asks for.",
        },
    ),
    Suspicion(
        "wrong-shape",
        lambda failure: bool(failure.shape_trouble),
        {
            "answer": "Read the end of the task once more: it says how many numbers to write, and "
            "how to group them.",
            "code": "So it is about how many numbers come out, before it is about which.\n"
            "Print the shape of your result, and count by hand how many there should be.",
        },
    ),
    Suspicion(
        "one-cell-off",
        _one_cell,
        {
            "answer": "All numbers but one are right, so the method is; something goes wrong at "
            "that place.\nWork out the marked one again, slowly.",
            "code": "For this input all numbers but one are right.\n"
            "Work out the marked one again, slowly, as your code does: what is special there?",
        },
    ),
)
