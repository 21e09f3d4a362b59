"""Compare answers, however they are written: lists, tuples, NumPy arrays, torch tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

Value = str | np.ndarray | tuple["Value", ...]

RELATIVE = 1e-5  # float32 carries about seven digits
BIGGEST = 10**7  # cells; no exercise asks for more

_array, _float64 = np.array, np.dtype(np.float64)  # NumPy's own, whatever a student assigns


class NotNumbers(TypeError):
    """The answer holds something that is neither a number nor a word."""


def plain(answer: Any) -> Value | None:
    """Return an answer as a copy in plain terms: float64 arrays, words, or tuples of these.

    None and ``...``, alone or throughout a list, come back as None: nothing was answered.

    Raises
    ------
    NotNumbers
        If there is something in it that is neither a number nor a word.

    Examples
    --------
    >>> plain([1, 2])
    array([1., 2.])
    >>> plain("  Cannot be  told")
    'cannot be told'
    >>> plain(...) is None
    True
    """
    if answer is None or answer is Ellipsis:
        return None
    if isinstance(answer, str):
        return " ".join(answer.casefold().split())
    if hasattr(answer, "detach"):  # a torch tensor, which may want gradients
        answer = answer.detach().cpu()
    if isinstance(answer, list | tuple):
        return _sequence(answer)
    return _numbers(answer)


def _sequence(items: list[Any] | tuple[Any, ...]) -> Value | None:
    try:
        return _numbers(items)
    except (NotNumbers, ValueError, RuntimeError):  # ragged, or words, or tensors with gradients
        parts = tuple(plain(item) for item in items)
    if all(part is None for part in parts):
        return None
    if any(part is None for part in parts):
        raise NotNumbers("a part of it is still None")
    return _stacked(tuple(part for part in parts if part is not None))


def _stacked(parts: tuple[Value, ...]) -> Value:
    """Turn parts of one shape into one array, so that a list of tensors equals an array."""
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    if len(arrays) == len(parts) and len({part.shape for part in arrays}) == 1:
        return _array(arrays)
    return parts


def _numbers(answer: Any) -> np.ndarray:
    array = _array(answer)
    if array.dtype.kind not in "biuf":
        raise NotNumbers(f"{type(answer).__name__}")
    if array.size > BIGGEST:
        raise NotNumbers(f"an array of {array.size} numbers")
    numbers = array.astype(_float64)
    numbers += 0.0  # no negative zeros
    return numbers


def same(a: Value, b: Value) -> bool:
    """Tell whether two answers are equal up to rounding; leading axes of length 1 are free.

    Examples
    --------
    >>> same(plain([[1, 2]]), plain((1.0000001, 2)))
    True
    >>> same(plain([1, 2]), plain([1, 3]))
    False
    """
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        a, b = aligned(a, b)
        return a.shape == b.shape and (a.tobytes() == b.tobytes() or bool(agree(a, b).all()))
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return isinstance(a, str) and isinstance(b, str) and a == b


def aligned(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drop leading axes of length 1 from whichever array has more axes."""
    while a.ndim > b.ndim and a.shape[0] == 1:
        a = a[0]
    while b.ndim > a.ndim and b.shape[0] == 1:
        b = b[0]
    return a, b


def agree(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Mark the cells in which two arrays of one shape agree.

    Whole numbers agree when they are equal (a count of weights is right or wrong), others up to
    rounding in float32. NaN agrees with NaN.
    """
    with np.errstate(invalid="ignore"):  # inf − inf
        difference, larger = abs(a - b), np.maximum(abs(a), abs(b))
    rounding = RELATIVE * np.maximum(larger, 0.01 * larger[np.isfinite(larger)].max(initial=0))
    close = (difference <= rounding) & (difference < np.inf)
    whole = (a == np.rint(a)) & (b == np.rint(b))
    return (a == b) | (close & ~whole) | ((a != a) & (b != b))
