"""Compare answers, however they are written: lists, tuples, NumPy arrays, torch tensors."""

from __future__ import annotations

import itertools
import numbers
from collections.abc import Iterator, KeysView, ValuesView
from decimal import Decimal
from typing import Any

import numpy as np

Value = str | np.ndarray | tuple["Value", ...]

RELATIVE = 1e-5  # float32 carries about seven digits
HUGE = 1e15  # from here on whole numbers are not told apart any more
BIGGEST = 10**7  # cells; no exercise asks for more
LISTED = (Iterator, KeysView, ValuesView)  # generators, zip, map: read as the list they stand for
MOST_DIGITS = 6  # a number with more than these is not called rounded

_array, _float64 = np.array, np.dtype(np.float64)  # NumPy's own, whatever a student assigns


class NotNumbers(TypeError):
    """The answer holds something that is neither a number nor a word."""


class NoOrder(TypeError):
    """The answer is a set, which keeps neither an order nor what comes twice."""


def plain(answer: Any) -> Value | None:
    """Return an answer as a copy in plain terms: float64 arrays, words, or tuples of these.

    None and ``...``, alone or throughout a list, come back as None: nothing was answered.

    Raises
    ------
    NotNumbers
        If there is something in it that is neither a number nor a word.
    NoOrder
        If it is a set.

    Examples
    --------
    >>> plain([1, 2])
    array([1., 2.])
    >>> plain(zip([1, 2], [3, 4]))
    array([[1., 3.],
           [2., 4.]])
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
    if isinstance(answer, set | frozenset):
        raise NoOrder(f"a {type(answer).__name__}")
    if isinstance(answer, LISTED):
        answer = list(itertools.islice(answer, BIGGEST + 1))  # it may have no end
    if isinstance(answer, list | tuple):
        _require_few(len(answer))
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
    _require_few(array.size)
    if array.dtype.kind not in "biuf" and not _exact(array):
        raise NotNumbers(f"{type(answer).__name__}")
    floats = array.astype(_float64)
    floats += 0.0  # no negative zeros
    return floats


def _require_few(count: int) -> None:
    if count > BIGGEST:
        raise NotNumbers(f"more than {BIGGEST:,} numbers".replace(",", " "))


def _exact(array: np.ndarray) -> bool:
    """Tell whether an array of objects holds fractions, decimals or very large integers."""
    return array.dtype.kind == "O" and all(
        isinstance(one, numbers.Real | Decimal) for one in array.flat
    )


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
        if not a.size and not b.size:
            return True  # no number is wrong, whatever the list of none is called
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

    Whole numbers agree when they are equal (a count of weights is right or wrong), others, and
    huge ones, up to rounding in float32. NaN agrees with NaN.
    """
    with np.errstate(invalid="ignore"):  # inf − inf
        difference, larger = abs(a - b), np.maximum(abs(a), abs(b))
    rounding = RELATIVE * np.maximum(larger, 0.01 * larger[np.isfinite(larger)].max(initial=0))
    close = (difference <= rounding) & (difference < np.inf)
    whole = (a == np.rint(a)) & (b == np.rint(b)) & (larger < HUGE)
    return (a == b) | (close & ~whole) | ((a != a) & (b != b))


def digits_kept(value: Value, right: Value) -> int:
    """Return to how many significant digits ``value`` is ``right``, rounded; 0 if it is not.

    A whole number is not to be rounded, and a number that agrees has kept ``MOST_DIGITS``; one
    that was rounded to a whole has kept two at most.

    Examples
    --------
    >>> digits_kept(plain([0.429, 2]), plain([3 / 7, 2]))
    3
    >>> digits_kept(plain(0.42), plain(3 / 7))
    0
    """
    if isinstance(value, tuple) and isinstance(right, tuple) and len(value) == len(right):
        return min(map(digits_kept, value, right), default=0)
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return MOST_DIGITS * same(value, right)
    value, right = aligned(value, right)
    if value.shape != right.shape or not value.any() or not np.isfinite([value, right]).all():
        return 0
    return int(np.where(agree(value, right), MOST_DIGITS, _digits(value, right)).min())


def _digits(value: np.ndarray, right: np.ndarray) -> np.ndarray:
    kept = np.zeros(value.shape, int)
    for decimals in range(4):
        kept = np.where(_is_rounded(value, right, 10.0**-decimals), 1, kept)
    magnitude = np.floor(np.log10(np.where(right == 0, 1, abs(right))))
    for digits in range(1, MOST_DIGITS + 1):
        step = 10.0 ** (magnitude + 1 - digits)
        kept = np.where(_is_rounded(value, right, step), digits, kept)
    kept = np.where(value == np.rint(value), np.minimum(kept, 2), kept)
    return np.where(right == np.rint(right), 0, kept)


def _is_rounded(value: np.ndarray, right: np.ndarray, step: float | np.ndarray) -> np.ndarray:
    multiple = abs(value / step - np.rint(value / step)) < 1e-6
    return (abs(value - right) <= 0.5 * step * (1 + 1e-9)) & multiple
