"""What an answer looks like where nothing explains it: all zeros, the input, right but for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..compare import Value, numbers_in, outline, parted
from ..exercise import Case
from .attempt import Attempt
from .explain import Finding

Test = Callable[[Attempt], Any]


def at_once(attempt: Attempt) -> Finding | None:
    """Return what is plain to see before anything is looked for."""
    found = next((name for name, test in AT_ONCE.items() if test(attempt)), None)
    return Finding(found, {"ids": (found,)}, explained=True) if found else None


def later(attempt: Attempt) -> Finding | None:
    """Return what is certain about a function that nothing explains."""
    if shape_is_wrong(attempt):
        kind = "arranged" if _as_many(attempt) else "wrong-shape"
        return Finding(kind, {"ids": ("wrong-shape",)})
    if (
        attempt.marks is not None
        and not attempt.exercise.fits
        and (attempt.marks.size > 2 and attempt.marks.sum() == 1)
    ):
        return Finding("one-cell-off", {"ids": ("one-cell-off",)})
    if _some_nan(attempt):
        return Finding("some-nan")
    when = _only_where(attempt)
    if when is not None:
        return Finding("only-where", {"when": when})
    return None


# --- what every number has in common -----------------------------------------------------------


def _arrays(attempt: Attempt) -> list[np.ndarray]:
    """Return all results, if all of them are arrays; else none."""
    values = [outcome.value for outcome in attempt.outcomes]
    arrays = [value for value in values if isinstance(value, np.ndarray)]
    return arrays if len(arrays) == len(values) else []


def _all_are(test: Callable[[np.ndarray], Any]) -> Test:
    def applies(attempt: Attempt) -> bool:
        enough = 0 if attempt.is_code else 1
        arrays = [] if attempt.exercise.gives else _arrays(attempt)
        return bool(arrays) and all(one.size > enough and np.all(test(one)) for one in arrays)

    return applies


def _is_empty(attempt: Attempt) -> bool:
    arrays = _arrays(attempt)
    return bool(arrays) and not any(one.size for one in arrays)


def _returns_the_input(attempt: Attempt) -> bool:
    inputs = [
        [np.asarray(value, float) for value in case.values() if np.ndim(value)]
        for case in attempt.cases[: len(attempt.outcomes)]
    ]
    arrays = _arrays(attempt)
    return bool(arrays) and all(
        any(np.array_equal(one, x, equal_nan=True) for x in given)
        for one, given in zip(arrays, inputs, strict=True)
    )


def _never_changes(attempt: Attempt) -> bool:
    arrays = _arrays(attempt) if attempt.is_code else []
    return len(arrays) > 1 and all(np.array_equal(one, arrays[0], equal_nan=True) for one in arrays)


def _holds_a_word(attempt: Attempt) -> bool:
    first = attempt.wrong[0]
    value, right = attempt.values[first], attempt.judged[first].right
    return value is not None and _words(value) > (0 if right is None else _words(right))


def _words(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(map(_words, value))
    return int(isinstance(value, str))


AT_ONCE: Mapping[str, Test] = {
    "in-quotes": _holds_a_word,
    "empty": _is_empty,
    "all-nan": _all_are(np.isnan),
    "all-zeros": _all_are(lambda one: one == 0),
    "input-returned": _returns_the_input,
    "always-the-same": _never_changes,
}

# --- what is certain ------------------------------------------------------------------------


def only_the_example(attempt: Attempt) -> Finding | None:
    """Return that the example in the task is right, and nothing else."""
    cases, wrong = attempt.cases, attempt.wrong
    if len(cases) > 1 and len(wrong) == len(cases) - 1 and 0 not in wrong:
        return Finding("example-only", {"ids": ("example-only",)})
    return None


def shape_is_wrong(attempt: Attempt) -> bool:
    """Tell whether the first wrong result has other axes, or other sizes, than asked."""
    first = attempt.wrong[0]
    value, right = attempt.values[first], attempt.expected[first]
    if value is None or right is None or attempt.exercise.gives:
        return False
    return bool(outline(parted(value, right), right) != outline(right, right))


def _some_nan(attempt: Attempt) -> bool:
    """Tell whether NaN stands in the first wrong result where a number should."""
    value, right = attempt.values[attempt.wrong[0]], attempt.expected[attempt.wrong[0]]
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return False
    return bool(np.isnan(value).any()) and not np.isnan(right).any()


def _as_many(attempt: Attempt) -> bool:
    """Tell whether the result has as many numbers as it should."""
    first = attempt.wrong[0]
    value, right = attempt.values[first], attempt.expected[first]
    return value is not None and right is not None and numbers_in(value) == numbers_in(right)


# What inputs may have in common that go wrong while the others do not.
FEATURES: Mapping[str, Callable[[Case], bool]] = {
    "overlap": lambda c: c["stride"] < c["kernel_size"],
    "gaps": lambda c: c["stride"] > c["kernel_size"],
    "stride-not-kernel": lambda c: c["stride"] != c["kernel_size"],
    "stride-not-1": lambda c: c["stride"] != 1,
    "not-square": lambda c: c["x"].shape[-1] != c["x"].shape[-2],
    "photo": lambda c: c["x"].dtype == np.uint8,
    "negative": lambda c: bool((c["x"] < 0).any()),
    "all-negative": lambda c: bool((c["x"] < 0).all()),
    "zero": lambda c: bool((c["x"] == 0).any()),
    "huge": lambda c: float(abs(c["x"]).max(initial=0)) > 1000,
    "ties": lambda c: len(np.unique(c["x"])) < c["x"].size,
    "odd": lambda c: any(n % 2 for n in c["x"].shape[-2:]),
    "padding": lambda c: c["padding"] > 0,
    "wide-padding": lambda c: c["padding"] > 1,
    "not-divisible": lambda c: c["size"] % c["bins"] != 0,
    "rest": lambda c: any((n - c["kernel_size"]) % c["stride"] for n in c["x"].shape[-2:]),
    "large-kernel": lambda c: c["kernel_size"] > 2,
    "batch": lambda c: c["x"].shape[0] > 1,
}


def _only_where(attempt: Attempt) -> str | None:
    """Return what all inputs that go wrong have in common, and none that goes right."""
    right = [i for i in range(len(attempt.outcomes)) if i not in attempt.wrong]
    if len(attempt.wrong) < 2 or len(right) < 2:
        return None
    for name, has in FEATURES.items():
        try:
            if all(has(attempt.cases[i]) for i in attempt.wrong) and not any(
                has(attempt.cases[i]) for i in right
            ):
                return name
        except (KeyError, IndexError):  # the exercise has no such argument
            continue
    return None
