"""Compare answers, however they are written: lists, tuples, NumPy arrays, torch tensors."""

from __future__ import annotations

import itertools
import math
import numbers
import string
from collections.abc import Callable, Collection, Iterable, Iterator, KeysView, Sequence, ValuesView
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

Value = str | np.ndarray | tuple["Value", ...]

RELATIVE = 1e-5  # float32 carries about seven digits
HUGE = 1e15  # from here on whole numbers are not told apart any more
MOST_NUMBERS = 10_000  # in one answer; no exercise asks for more
LISTED = (Iterator, KeysView, ValuesView, range)  # generators, zip: the list they stand for
ENOUGH_DIGITS = 3  # significant ones: a number rounded to so many is told from the others
MANY = 4  # numbers that are rounded alike: then some may keep a single digit
MOST_DIGITS = 6  # a number with more than these is not called rounded

_MARKS = string.whitespace + ".,;:!?'\"`*_\N{HORIZONTAL ELLIPSIS}“”‘’„‚«»‹›"
_array, _float64 = np.array, np.dtype(np.float64)  # NumPy's own, whatever a student assigns


class NotNumbers(TypeError):
    """The answer holds something that is neither a number nor a word."""


class TooMany(NotNumbers):
    """The answer holds more numbers than any task asks for."""


class NoOrder(TypeError):
    """The answer is a set, which keeps neither an order nor what comes twice."""


def plain(answer: Any) -> Value | None:
    """Return an answer as a copy in plain terms: float64 arrays, words, or tuples of these.

    None and ``...``, alone or throughout a list, come back as None: nothing was answered. Of a
    word neither capitals nor the marks around it matter. An iterator is read once, and no further
    than an answer may be long.

    Raises
    ------
    NotNumbers
        If there is something in it that is neither a number nor a word.
    TooMany
        If there are more than 10 000 numbers.
    NoOrder
        If it is a set.

    Examples
    --------
    >>> plain([1, 2])
    array([1., 2.])
    >>> plain(zip([1, 2], [3, 4]))
    array([[1., 3.],
           [2., 4.]])
    >>> plain("  Cannot be  told.")
    'cannot be told'
    >>> plain(...) is None
    True
    """
    if answer is None or answer is Ellipsis:
        return None
    if isinstance(answer, str):
        return _words(answer)
    _require_few(getattr(answer, "shape", ()))  # before anything is copied
    if hasattr(answer, "detach") and hasattr(
        answer, "cpu"
    ):  # a torch tensor, which may want gradients
        answer = answer.detach().cpu()
    if isinstance(answer, set | frozenset):
        raise NoOrder(f"a {type(answer).__name__}")
    if isinstance(answer, LISTED):
        answer = list(itertools.islice(answer, MOST_NUMBERS + 1))  # it may have no end
    if isinstance(answer, list | tuple):
        _require_few((len(answer),))
        return _sequence(answer)
    return _numbers(answer)


def _words(text: str) -> str:
    """Return a text without capitals, marks at its ends and doubled spaces; "can not" is a word."""
    words = " ".join(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return words.strip(_MARKS).replace("can't", "cannot").replace("can not", "cannot")


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
    _require_few(array.shape)
    if array.dtype.kind not in "biuf" and not _exact(array):
        raise NotNumbers(f"{type(answer).__name__}")
    floats = array.astype(_float64)
    floats += 0.0  # no negative zeros
    return floats


def _require_few(shape: Iterable[int]) -> None:
    if math.prod(shape) > MOST_NUMBERS:
        raise TooMany(f"more than {MOST_NUMBERS:,} numbers".replace(",", " "))


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


def results(value: Value | None) -> list[Value]:
    """Return the results a value can be read as: the parts of a tuple, the items of a stack.

    A single number, a text and nothing at all are none.

    Examples
    --------
    >>> len(results((plain(1), plain(2)))), len(results(plain([[1], [2]]))), results(plain(49))
    (2, 2, [])
    """
    if isinstance(value, tuple) or (isinstance(value, np.ndarray) and value.ndim):
        return list(value)
    return []


def parted(value: Value, right: Value | None) -> Value:
    """Return an array as its rows where several results are asked for.

    Two results of one shape are read as one array, as nested lists are.
    """
    several = isinstance(right, tuple) and isinstance(value, np.ndarray) and value.ndim > 0
    return tuple(np.asarray(one) for one in value) if several else value


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
    marks: np.ndarray = agree_with_each(a, b[None])[0]
    return marks


def agree_with_each(a: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Mark the cells in which an array agrees with each of a stack of arrays; see `agree`."""
    with np.errstate(invalid="ignore"):  # inf − inf
        difference, larger = abs(a - others), np.maximum(abs(a), abs(others))
    finite = np.where(np.isfinite(larger), larger, 0)
    largest = finite.max(axis=tuple(range(1, others.ndim)), keepdims=True, initial=0)
    rounding = RELATIVE * np.maximum(larger, 0.01 * largest)
    close = (difference <= rounding) & (difference < np.inf)
    whole = (a == np.rint(a)) & (others == np.rint(others)) & (larger < HUGE)
    marks: np.ndarray = (a == others) | (close & ~whole) | ((a != a) & (others != others))
    return marks


Label = TypeVar("Label")


class Candidates(Generic[Label]):
    """Values that answers are held against, all of them at once.

    Parameters
    ----------
    labelled
        What leads to each value, and the value; those of one shape are stacked, so that one
        comparison is enough.

    Examples
    --------
    >>> Candidates([("a", plain([1, 2])), ("b", plain("told")), ("c", plain([[1, 2]]))]).equal_to(
    ...     plain((1, 2))
    ... )
    ['a', 'c']
    """

    def __init__(self, labelled: Iterable[tuple[Label, Value]]) -> None:
        both = [*labelled]
        self.labels, self.values = [one for one, _ in both], [value for _, value in both]
        self._stacks = _stacks(self.values, _free_of_leading_ones)
        self._squeezed = _stacks(self.values, _free_of_ones)

    def equal_to(self, value: Value) -> list[Label]:
        """Return what leads to a value that is the `same`, in their order."""
        if isinstance(value, np.ndarray):
            found = _found(value, self._stacks.get(_free_of_leading_ones(value.shape)))
        else:
            found = [at for at, one in enumerate(self.values) if same(value, one)]
        return [self.labels[at] for at in found]

    def alike(self, value: Value) -> list[Label]:
        """Return what leads to a value, shape included; if nothing does, but for axes of 1.

        Examples
        --------
        >>> Candidates([("a", plain([[1], [2]])), ("b", plain([1, 3]))]).alike(plain([1, 2]))
        ['a']
        """
        if not isinstance(value, np.ndarray):
            return self.equal_to(value)
        found = _found(value, self._squeezed.get(_free_of_ones(value.shape)))
        exact = [at for at in found if np.shape(np.asarray(self.values[at])) == value.shape]
        return [self.labels[at] for at in exact or found]

    def equal_in_order(self, value: np.ndarray) -> list[Label]:
        """Return what leads to the numbers of an array, read along rows or down columns."""
        flat = self._stacks.get(_free_of_leading_ones((value.size,)))
        found = {at for way in (value, value.T) for at in _found(way, flat)}
        return [self.labels[at] for at in sorted(found)]

    def rounded_to(self, value: Value) -> list[tuple[Label, int]]:
        """Return what leads to a value that is rounded, and to how many digits it is."""
        both = zip(self.labels, self.values, strict=True)
        found = [(one, max(digits_kept(value, made), _evenly(value, made))) for one, made in both]
        return [(one, digits) for one, digits in found if digits]


def _evenly(value: Value, made: Value) -> int:
    """Return to how many digits most of some numbers are kept, all rounded to as many decimals."""
    if not (isinstance(value, np.ndarray) and isinstance(made, np.ndarray)):
        return 0
    many = value.shape == made.shape and value.size >= MANY and bool(np.isfinite(made).all())
    if not many or not all_rounded([value], [made]):
        return 0
    return int(np.median(_digits(value, made)))


Stack = tuple[list[int], np.ndarray]  # which values, and these, one row each


def _free_of_leading_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without what `same` does not look at: one number may stand in brackets."""
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def _free_of_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _stacks(
    values: Sequence[Value], key: Callable[[tuple[int, ...]], tuple[int, ...]]
) -> dict[tuple[int, ...], Stack]:
    places: dict[tuple[int, ...], list[int]] = {}
    for at, one in enumerate(values):
        if isinstance(one, np.ndarray):
            places.setdefault(key(one.shape), []).append(at)
    return {
        shape: (at, np.stack([np.asarray(values[n]).ravel() for n in at]))
        for shape, at in places.items()
    }


def _found(value: np.ndarray, stack: Stack | None) -> list[int]:
    if stack is None:
        return []
    places, rows = stack
    return [places[at] for at in np.flatnonzero(agree_with_each(value.ravel(), rows).all(axis=1))]


Marks = np.ndarray | None


def marks_of(value: Value, right: Value) -> Marks:
    """Mark the numbers of one part that are wrong; None where they do not stand side by side."""
    if isinstance(value, str):
        return np.array(value != right)
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return None
    seen, wanted = aligned(value, right)
    return ~agree(seen, wanted).reshape(value.shape) if seen.shape == wanted.shape else None


def marked(value: Value, right: Value) -> Marks:
    """Mark the wrong numbers of an answer, or where it has several parts, its wrong parts."""
    value = parted(value, right)
    if isinstance(value, tuple) and isinstance(right, tuple):
        if len(value) != len(right):
            return None
        return np.array([_is_wrong(*pair) for pair in zip(value, right, strict=True)])
    return None if isinstance(value, str) else marks_of(value, right)


def _is_wrong(value: Value, right: Value) -> bool:
    """Tell whether one of several parts is wrong; a single number may be rounded."""
    mark = marks_of(value, right)
    if mark is None:
        return True
    return bool(mark.any()) and not (mark.ndim == 0 and digits_kept(value, right) >= ENOUGH_DIGITS)


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


def all_rounded(values: list[Value], rights: list[Value]) -> bool:
    """Tell whether all numbers were rounded in one way: to as many decimals, or digits.

    A number that differs beside others that kept their decimals was not rounded, and a whole one
    is not to be rounded at all.

    Examples
    --------
    >>> all_rounded([plain([0.4, 2.3])], [plain([0.43, 2.25])])
    True
    >>> all_rounded([plain([0.4, 2.25])], [plain([0.43, 2.25])])
    False
    """
    arrays = [one for one in (*values, *rights) if isinstance(one, np.ndarray)]
    if len(arrays) < 2 * len(values) or not all(np.isfinite(one).all() for one in arrays):
        return False
    both = [aligned(*pair) for pair in zip(values, rights, strict=True)]  # type: ignore[arg-type]
    if any(value.shape != right.shape for value, right in both):
        return False
    value = np.concatenate([np.ravel(one) for one, _ in both])
    right = np.concatenate([np.ravel(one) for _, one in both])
    if not value.any() or (value != right)[right == np.rint(right)].any():
        return False
    magnitude = np.floor(np.log10(np.where(right == 0, 1, abs(right))))
    steps = [np.array(10.0**-decimals) for decimals in range(MOST_DIGITS + 1)]
    steps += [10.0 ** (magnitude + 1 - digits) for digits in range(1, MOST_DIGITS + 1)]
    return any(bool(_is_rounded(value, right, step).all()) for step in steps)


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


class Beside(NamedTuple):
    """A wrong answer beside the right one: all that is certain, compared once."""

    marks: Marks  # which numbers are wrong, where that can be told
    shape: bool  # whether it has the axes and sizes that are asked for
    as_many: bool  # whether it has as many numbers
    brackets: bool  # whether it is right but for its brackets
    elsewhere: bool  # whether it holds all the right numbers, in other places
    digits: int  # to how many digits it is right
    rounded: bool  # whether all its numbers are right ones, rounded in one way


def beside(value: Value, right: Value) -> Beside:
    """Compare a wrong answer with the right one."""
    brackets = elsewhere = False
    if isinstance(value, np.ndarray) and isinstance(right, np.ndarray):
        as_many = value.size == right.size > 1
        brackets = as_many and bool(agree(value.ravel(), right.ravel()).all())
        elsewhere = value.size > 2 and same_numbers(value, right)
    digits = digits_kept(value, right)
    return Beside(
        marked(value, right),
        outline(parted(value, right), right) == outline(right, right),
        numbers_in(value) == numbers_in(right),
        brackets,
        elsewhere,
        digits,
        bool(digits) and all_rounded([value], [right]),
    )


def same_numbers(value: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether these are the right numbers, in whatever order and brackets."""
    ordered = np.sort(value, axis=None), np.sort(right, axis=None)
    return value.size == right.size and bool(agree(*ordered).all())


def outline(value: Value, right: Value) -> Any:
    """Return the shape of an answer; leading axes of length 1 are free."""
    if isinstance(value, tuple):
        rights = right if isinstance(right, tuple) and len(right) == len(value) else value
        return tuple(outline(a, b) for a, b in zip(value, rights, strict=True))
    if isinstance(value, str):
        return "word"
    shape, axes = value.shape, right.ndim if isinstance(right, np.ndarray) else value.ndim
    while len(shape) > axes and shape[0] == 1:
        shape = shape[1:]
    return shape


def numbers_in(value: Value) -> int:
    """Return how many numbers and words an answer holds."""
    return sum(map(numbers_in, value)) if isinstance(value, tuple) else int(np.size(value))


# --- mistakes that lead to many answers ---------------------------------------------------------
# A frame may hold −99 or −1e9: what `Exercise.mistaken` computes is one of them; the others are
# recognised by what they have in common.


def one_frame_won(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether one number, if any, stands in place of maxima below it.

    Examples
    --------
    >>> one_frame_won(np.array([3.0, -99.0]), np.array([3.0, -500.0]))
    True
    """
    differs = ~agree(seen, right)
    won = np.unique(seen[differs])
    return not won.size or (len(won) == 1 and bool((won > right[differs]).all()))


MADE_WHOLE: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
    *(np.floor, np.ceil, np.trunc, np.rint),
    lambda v: np.floor(v + 0.5),
    lambda v: np.trunc(v + np.copysign(0.5, v)),
)


def decimals_gone(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether these are the right numbers made whole, all in one way: cut off, or rounded.

    Examples
    --------
    >>> decimals_gone(np.array([-3.0, 4.0]), np.array([-2.5, 4.5]))
    True
    """
    return any(np.array_equal(seen, whole(right)) for whole in MADE_WHOLE)


ALIKE: dict[str, Callable[[np.ndarray, np.ndarray], bool]] = {
    "pad-not-low-enough": one_frame_won,
    "fraction-lost": decimals_gone,
}


def alike(misconception: str, value: Value, right: Value | None) -> bool:
    """Tell whether ``value`` is one of the many answers that a misconception leads to."""
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return False
    seen, right = aligned(value, right)
    return (
        seen.shape == right.shape and misconception in ALIKE and ALIKE[misconception](seen, right)
    )


def alike_among(misconceptions: Collection[str], value: Value, right: Value | None) -> list[str]:
    """Return those of some misconceptions that lead to many answers, and to ``value`` too."""
    return [one for one in ALIKE if one in misconceptions and alike(one, value, right)]
