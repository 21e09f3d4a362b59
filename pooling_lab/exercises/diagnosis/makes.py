"""What does a function make of the cells that it reads? A table of operations, held against it.

A guess is a small program (`Makes`, or `Either` of two): `evaluate` runs it. It is told when it
gives every output, for every input that was tried: ties, signs, fractions, zeros, all the cases.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..compare import agree

Numbers = np.ndarray
_NO_MAP, _NO_CASE = np.zeros((0, 0)), dict[str, Any]()


class Window(NamedTuple):
    """The cells that one output reads: their values as a box, and their places in the map."""

    values: Numbers
    places: Numbers  # of the cells within the input, counted along its rows
    shape: tuple[int, ...]  # of the input
    whole: Numbers = _NO_MAP  # the input itself
    case: Mapping[str, Any] = _NO_CASE  # all arguments


class Sample(NamedTuple):
    """One input: the windows of its outputs, and what came out of them."""

    windows: Sequence[Window]
    seen: Numbers
    case: Mapping[str, Any]


def _second(values: Numbers, rank: int) -> float:
    ordered = np.sort(values, axis=None)
    return float(ordered[rank] if values.size > 1 else ordered[0])


def _rest(values: Numbers) -> float:
    return float((values.sum() - values.max()) / (values.size - 1)) if values.size > 1 else np.nan


def _part(values: Numbers, where: Numbers) -> float:
    return float(values[where].mean()) if where.any() else 0.0


def _as_matrix(values: Numbers) -> Numbers:
    return values if values.ndim == 2 else values.reshape(1, -1)


def _diagonal(values: Numbers) -> Numbers:
    return np.diagonal(_as_matrix(values))


def _middle(values: Numbers) -> float:
    return float(values[tuple(n // 2 for n in values.shape)])


def _mode(values: Numbers) -> float:
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])


def _halved(values: Numbers) -> float:
    """Average a running average with each new number."""
    return float(functools.reduce(lambda a, b: (a + b) / 2, values.ravel().tolist()))


Reduction = Callable[[Numbers], Any]
CORE: dict[str, Callable[..., Any]] = {
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
    "sum": np.sum,
    "median": np.median,
}
# Which cells of a window an operation is done with, where these are not all.
PARTS: dict[str, Reduction] = {
    "diagonal": _diagonal,
    "first-row": lambda v: _as_matrix(v)[0],
    "first-column": lambda v: _as_matrix(v)[:, 0],
    "last-row": lambda v: _as_matrix(v)[-1],
    "last-column": lambda v: _as_matrix(v)[:, -1],
    "corners": lambda v: v[np.ix_(*(sorted({0, n - 1}) for n in v.shape))],
    "distinct": np.unique,
}


def _of_part(part: str, how: str) -> Reduction:
    return lambda v: CORE[how](PARTS[part](v))


def _of_lines(line: str, inner: str, outer: str) -> Reduction:
    axis = 1 if line == "row" else 0
    return lambda v: CORE[outer](CORE[inner](_as_matrix(v), axis=axis))


# What can be made of parts of a window, and of its rows and columns.
OF_PARTS: dict[str, Reduction] = {
    **{
        f"{how}-of-{part}": _of_part(part, how)
        for how, part in itertools.product(("max", "min", "mean", "sum"), PARTS)
    },
    **{
        f"{outer}-of-{line}-{inner}": _of_lines(line, inner, outer)
        for line, inner, outer in itertools.product(("row", "column"), CORE, CORE)
        if inner != outer and {inner, outer} != {"mean", "sum"}
    },
}
# What may be blended with something else; alone it is an operation with something afterwards.
FOR_A_BLEND: dict[str, Reduction] = {
    "mean-down": lambda v: np.floor(v.mean()),
    "mean-cut": lambda v: np.trunc(v.mean()),
    "mean-nearest": lambda v: np.rint(v.mean()),
    "max-at-least-zero": lambda v: max(v.max(), 0.0),
}
# What can be made of the cells of a window, the most usual first.
OPERATIONS: dict[str, Reduction] = {
    **CORE,
    "second-largest": lambda v: _second(v, -2),
    "second-smallest": lambda v: _second(v, 1),
    "farthest-from-zero": lambda v: v.flat[abs(v).argmax()],
    "nearest-to-zero": lambda v: v.flat[abs(v).argmin()],
    "largest-magnitude": lambda v: abs(v).max(),
    "smallest-magnitude": lambda v: abs(v).min(),
    "mean-of-magnitudes": lambda v: abs(v).mean(),
    "sum-of-magnitudes": lambda v: abs(v).sum(),
    "position-of-max": np.argmax,
    "position-of-min": np.argmin,
    "range": np.ptp,
    "midrange": lambda v: (v.max() + v.min()) / 2,
    "product": np.prod,
    "mean-of-squares": lambda v: (v**2).mean(),
    "sum-of-squares": lambda v: (v**2).sum(),
    "root-mean-square": lambda v: (v**2).mean() ** 0.5,
    "length": lambda v: (v**2).sum() ** 0.5,
    "standard-deviation": np.std,
    "variance": np.var,
    "count": np.size,
    "positive-count": lambda v: (v > 0).sum(),
    "nonzero-count": np.count_nonzero,
    "mean-without-max": _rest,
    "mean-without-extremes": lambda v: np.sort(v, axis=None)[1:-1].mean() if v.size > 2 else np.nan,
    "mean-of-nonzero": lambda v: _part(v, v != 0),
    "mean-of-positive": lambda v: _part(v, v > 0),
    "mean-below-max": lambda v: _part(v, v < v.max()) if (v < v.max()).any() else v.max(),
    "smallest-positive": lambda v: v[v > 0].min() if (v > 0).any() else 0,
    "largest-negative": lambda v: v[v < 0].max() if (v < 0).any() else 0,
    "largest-nonzero": lambda v: v[v != 0].max() if (v != 0).any() else 0,
    "smallest-nonzero": lambda v: v[v != 0].min() if (v != 0).any() else 0,
    "mean-of-clipped": lambda v: np.maximum(v, 0).mean(),
    "sum-of-clipped": lambda v: np.maximum(v, 0).sum(),
    "first": lambda v: v.flat[0],
    "last": lambda v: v.flat[-1],
    "middle": _middle,
    "top-right": lambda v: _as_matrix(v)[0, -1],
    "bottom-left": lambda v: _as_matrix(v)[-1, 0],
    "most-frequent": _mode,
    "sum-over-side": lambda v: v.sum() / len(v),
    "halved-again": _halved,
    "first-of-largest-whole": lambda v: v.flat[np.trunc(v).argmax()],
    "first-of-smallest-whole": lambda v: v.flat[np.trunc(v).argmin()],
    "zero": lambda v: 0.0,
    **{
        name: OF_PARTS[name]
        for name in (
            *("max-of-diagonal", "mean-of-diagonal", "min-of-diagonal", "max-of-last-row"),
            *("max-of-first-row", "mean-of-first-row", "min-of-first-row", "mean-of-last-row"),
            *("max-of-first-column", "mean-of-first-column", "min-of-first-column"),
            *("max-of-row-sum", "max-of-row-mean", "mean-of-row-max", "sum-of-row-max"),
            "min-of-row-max",
        )
    },
}
# What needs to know where the window lies, or the map around it.
PLACES: dict[str, Callable[[Window], float]] = {
    "place-of-max": lambda w: w.places.flat[w.values.argmax()],
    "place-of-min": lambda w: w.places.flat[w.values.argmin()],
    "row-of-max": lambda w: w.places.flat[w.values.argmax()] // w.shape[-1],
    "column-of-max": lambda w: w.places.flat[w.values.argmax()] % w.shape[-1],
    **{f"map-{how}": lambda w, how=how: CORE[how](w.whole) for how in CORE},  # type: ignore[misc]
}
# What is done to every number before the operation.
BEFORE: dict[str, Callable[[Numbers], Numbers]] = {
    "magnitude": np.abs,
    "clipped": lambda v: np.maximum(v, 0),
    "cut": np.trunc,
    "rounded": np.rint,
    "floored": np.floor,
    "negated": np.negative,
    "255-minus": lambda v: 255 - v,
    "reciprocal": lambda v: 1 / v,
    "squared": np.square,
    **{
        dtype: lambda v, dtype=dtype: v.astype(dtype).astype(float)  # type: ignore[misc]
        for dtype in ("uint8", "int8", "int16", "int32", "float16")
    },
}
AFTERWARDS: dict[str, Callable[[Numbers], Numbers]] = {
    "": lambda v: v,
    "negated": np.negative,
    "magnitude": np.abs,
    "cut": np.trunc,
    "rounded": np.rint,
    "floored": np.floor,
    "ceiled": np.ceil,
    "wrapped": lambda v: np.mod(np.trunc(v), 256),
    "at-least-zero": lambda v: np.maximum(v, 0),
    "at-most-zero": lambda v: np.minimum(v, 0),
    "squared": np.square,
}
UNDONE = {"negated": "negated", "255-minus": "255-minus", "reciprocal": "reciprocal"}
# Two operations, or an operation and a number of the whole map.
TOGETHER: dict[str, Callable[[Numbers, Numbers], Numbers]] = {
    "minus": np.subtract,
    "plus": np.add,
    "times": np.multiply,
    "over": np.divide,
    "larger": np.maximum,
    "smaller": np.minimum,
}
SHARES: dict[str, Callable[[float], tuple[float, float]]] = {
    "as-asked": lambda a: (a, 1 - a),
    "reversed": lambda a: (1 - a, a),
    "half-and-half": lambda a: (0.5, 0.5),
    "second-whole": lambda a: (a, 1.0),
    "first-whole": lambda a: (1.0, 1 - a),
    "both-whole": lambda a: (1.0, 1.0),
    "both-alike": lambda a: (a, a),
    "second-whole-shared": lambda a: (a / (a + 1), 1 / (a + 1)),  # weights that are made to add up
    "first-whole-shared": lambda a: (1 / (2 - a), (1 - a) / (2 - a)),
    "difference": lambda a: (a, a - 1),
    "over-two": lambda a: (a / 2, (1 - a) / 2),
    "second-alone": lambda a: (0.0, 1 - a),
    "first-alone": lambda a: (a, 0.0),
    "shares-squared": lambda a: (a * a, (1 - a) * (1 - a)),
    "times-first": lambda a: (a * a, a * (1 - a)),
    "times-second": lambda a: (a * (1 - a), (1 - a) * (1 - a)),
    "percent": lambda a: (a / 100, 1 - a / 100),
    "brackets": lambda a: (a, -a),  # and 1 added
    "product": lambda a: (a, 1 - a),  # multiplied and not added
    "power": lambda a: (a, 1 - a),
}


@dataclass(frozen=True)
class Makes:
    """What is made of each window: an operation, and what happens before and after it."""

    operation: str
    afterwards: str = ""
    number: float = 0.0  # of a factor, or of a number that something starts from
    other: str = ""  # a second operation it is blended or combined with, or the name of a factor
    before: str = ""

    @property
    def plain(self) -> bool:
        """Whether the result of the operation is returned as it is."""
        return not self.afterwards and not self.before


@dataclass(frozen=True)
class Either:
    """One thing where a test of the input says yes, another where it says no."""

    test: str
    yes: Makes
    no: Makes
    number: float = 0.0  # that an argument is compared with


def values_of(operation: str, windows: Sequence[Window], before: str = "") -> Numbers:
    """Return what an operation gives for each window; NaN where it cannot be done."""
    how = {**OPERATIONS, **OF_PARTS, **FOR_A_BLEND}.get(operation)
    found = np.full(len(windows), np.nan)
    with np.errstate(all="ignore"):
        for at, window in enumerate(windows):
            if window.values.size:
                values = BEFORE[before](window.values) if before else window.values
                found[at] = how(values) if how else PLACES[operation](window)
    return found


def evaluate(guess: Makes | Either, windows: Sequence[Window]) -> Numbers:
    """Return what a guess gives for each window."""
    if isinstance(guess, Either):
        yes = np.array([holds(guess.test, guess.number, w.case) for w in windows])
        return np.where(yes, evaluate(guess.yes, windows), evaluate(guess.no, windows))
    after, other = guess.afterwards, guess.other
    values = values_of(guess.operation, windows, guess.before)
    with np.errstate(all="ignore"):
        if after in SHARES:
            return _blended(after, values, values_of(other, windows), windows)
        if after in TOGETHER:
            return TOGETHER[after](values, values_of(other, windows))
        if after == "at-least":
            return np.maximum(values, guess.number)
        if after == "at-most":
            return np.minimum(values, guess.number)
        if after == "moved":
            return values + guess.number
        if after == "scaled":
            return values * [factor(other, w.case, guess.number) for w in windows]
        return (BEFORE if after in BEFORE and after not in AFTERWARDS else AFTERWARDS)[after](
            values
        )


def _blended(how: str, a: Numbers, b: Numbers, windows: Sequence[Window]) -> Numbers:
    shares = [SHARES[how](float(w.case["alpha"])) for w in windows]
    first, second = np.array(shares).T
    if how == "product":
        return first * a * (second * b)
    if how == "power":
        return np.sign(a) * abs(a) ** first * abs(b) ** second
    return first * a + second * b + (how == "brackets")


# --- which guesses give what was seen ---------------------------------------------------------


class Search:
    """Holds guesses against samples; each number is computed once.

    Parameters
    ----------
    samples
        Inputs, the most telling first: what does not fit the first is out.
    """

    def __init__(self, samples: Sequence[Sample], known: Search | None = None) -> None:
        self.samples = [one for one in samples if len(one.seen)]
        self._values: dict[tuple[str, str, int], Numbers] = known._values if known else {}

    def values(self, operation: str, at: int, before: str = "") -> Numbers:
        """Return what an operation gives for the windows of sample number ``at``."""
        sample = self.samples[at]
        key = operation, before, id(sample)
        if key not in self._values:
            self._values[key] = values_of(operation, sample.windows, before)
        return self._values[key]

    def fits(self, guess: Makes | Either) -> bool:
        """Tell whether a guess gives everything that was seen."""
        return all(_same(evaluate(guess, one.windows), one.seen) for one in self.samples)

    def quick(self, operation: str, before: str = "", after: str = "") -> bool:
        """Tell whether an operation may do: judged by the first sample, computed once."""
        with np.errstate(all="ignore"):
            made = AFTERWARDS[after](self.values(operation, 0, before))
        return _same(made, self.samples[0].seen)

    def first(self, asked: Makes | None = None) -> Makes | Either | None:
        """Return the plainest guess that gives everything, if there is one."""
        if not self.samples or not all(w.values.size for s in self.samples for w in s.windows):
            return None
        return next((one for one in self.guesses(asked) if self.fits(one)), None)

    def guesses(self, asked: Makes | None) -> Iterator[Makes | Either]:
        """Yield what fits the first sample, the plainest first; then what holds in two parts."""
        yield from self.single()
        if asked is not None:
            yield from self._parted(asked)

    def single(self) -> Iterator[Makes]:
        """Yield single operations that fit the first sample."""
        case, seen = self.samples[0].case, self.samples[0].seen
        if "alpha" in case:
            yield from self._blends()
        for after in AFTERWARDS:
            for name in (*OPERATIONS, *PLACES, *OF_PARTS):
                if self.quick(name, after=after):
                    yield Makes(name, after)
        for name in (*CORE, "farthest-from-zero"):
            yield from self._bounded(name)
            yield from self._scaled(name)
            yield from self._moved(name)
        for before, name in itertools.product(BEFORE, CORE):
            for after in ("", UNDONE.get(before, "")):
                guess = Makes(name, after, before=before)
                if _same(evaluate(guess, self.samples[0].windows), seen):
                    yield guess
        for name, how, stat in itertools.product(CORE, TOGETHER, PLACES):
            if stat.startswith("map-"):
                with np.errstate(all="ignore"):
                    made = TOGETHER[how](self.values(name, 0), self.values(stat, 0))
                if _same(made, seen):
                    yield Makes(name, how, other=stat)

    def _blends(self) -> Iterator[Makes]:
        seen, last = self.samples[0].seen, self.samples[0].windows[-1:]
        with np.errstate(all="ignore"):
            for how, a, b in itertools.product(SHARES, BLENDED, BLENDED):
                one = _blended(how, self.values(a, 0)[-1:], self.values(b, 0)[-1:], last)
                if a != b and _same(one, seen[-1:]):
                    yield Makes(a, how, other=b)

    def _bounded(self, name: str) -> Iterator[Makes]:
        """Find a number below (or above) which nothing goes: what a running maximum starts from."""
        for after, beyond in (("at-least", np.greater), ("at-most", np.less)):
            won: set[float] = set()
            for at, one in enumerate(self.samples):
                values = self.values(name, at)
                won |= {*one.seen[beyond(one.seen, values) & ~agree(values, one.seen)].tolist()}
            if len(won) == 1:
                yield Makes(name, after, won.pop())

    def _scaled(self, name: str) -> Iterator[Makes]:
        factors = []
        for at, one in enumerate(self.samples):
            values = self.values(name, at)
            largest = int(np.argmax(abs(values)))
            if values[largest] and np.isfinite(values[largest]):
                factors.append((one.case, float(one.seen[largest] / values[largest])))
        if not factors or not np.isfinite([f for _, f in factors]).all():
            return
        named = factor_name([f for _, f in factors], [case for case, _ in factors])
        if factors[0][1]:
            yield Makes(name, "scaled", factors[0][1], named or "")

    def _moved(self, name: str) -> Iterator[Makes]:
        off = self.samples[0].seen[0] - self.values(name, 0)[0]
        if np.isfinite(off) and off:
            yield Makes(name, "moved", float(off))

    def _parted(self, asked: Makes) -> Iterator[Either]:
        """Yield pairs of operations, with a test of the input that tells which of them it is."""
        held = [_same(evaluate(asked, one.windows), one.seen) for one in self.samples]
        for test, number in tests_of([one.case for one in self.samples]):
            yes = [holds(test, number, one.case) for one in self.samples]
            if not 2 <= sum(yes) <= len(yes) - 2:
                continue
            sides: list[Makes | None] = []
            for side in (True, False):
                inside = [i for i, one in enumerate(yes) if one is side]
                if all(held[i] for i in inside):
                    sides.append(asked)
                    continue
                part = Search([self.samples[i] for i in inside], self)
                other = [i for i, one in enumerate(yes) if one is not side]
                guesses = part.single() if all(held[i] for i in other) else map(Makes, CORE)
                sides.append(next(filter(part.fits, guesses), None))
                if sides[-1] is None:
                    break
            if len(sides) == 2 and sides[0] and sides[1] and sides[0] != sides[1]:
                yield Either(test, sides[0], sides[1], number)


BLENDED = (
    *("max", "mean", "min", "sum", "median", "first", "last", "middle", "mean-without-max"),
    *("mean-below-max", "sum-over-side", "second-largest", "map-max", "map-mean"),
    *(*FOR_A_BLEND, "farthest-from-zero", "largest-magnitude", "mean-of-magnitudes"),
)


def _same(values: Numbers, seen: Numbers) -> bool:
    one, other = float(values[-1]), float(seen[-1])  # quick: most are out here
    if abs(one - other) > 1e-3 * (abs(one) + abs(other)) + 1e-3 * abs(seen).max():
        return False
    return bool(agree(values, seen).all())


# --- tests of an input ------------------------------------------------------------------------

FEATURES: dict[str, Callable[[Numbers], bool]] = {
    "negative": lambda x: bool((x < 0).any()),
    "all-negative": lambda x: bool((x < 0).all()),
    "positive": lambda x: bool((x > 0).any()),
    "zero": lambda x: bool((x == 0).any()),
    "fractions": lambda x: bool((x != np.rint(x)).any()),
    "above-1": lambda x: bool((x > 1).any()),
}
COMPARED = ("alpha", "p", "stride", "kernel_size", "padding")


def tests_of(cases: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """Yield tests that part some inputs in two: an argument from a number on, a kind of map."""
    for name in COMPARED:
        if name in cases[0]:
            for number in sorted({float(case[name]) for case in cases})[1:]:
                yield name, number
    for name in FEATURES:
        yield name, 0.0


def holds(test: str, number: float, case: Mapping[str, Any]) -> bool:
    """Tell whether a test says yes of an input."""
    return FEATURES[test](case["x"]) if test in FEATURES else bool(case[test] >= number)


# --- factors ----------------------------------------------------------------------------------


def factor_name(factors: Sequence[float], cases: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what a factor is called in all of some cases: ``"1 / kernel_size"``, or None."""
    for name in FACTORS:
        try:
            wanted = [factor(name, case) for case in cases]
        except (KeyError, ZeroDivisionError):
            continue
        if all(abs(a - b) <= 1e-6 * abs(b) for a, b in zip(wanted, factors, strict=True)):
            return name
    return None


def factor(name: str, case: Mapping[str, Any], number: float = 1.0) -> float:
    """Return a factor by its name; a number that has none."""
    return FACTORS[name](_Arguments(case)) if name else number


class _Arguments:
    """The arguments of a case: ``c.k``, ``c.s``, ``c.h`` and ``c.w``."""

    def __init__(self, case: Mapping[str, Any]) -> None:
        self._case = case

    @property
    def k(self) -> float:
        return float(self._case["kernel_size"])

    @property
    def s(self) -> float:
        return float(self._case["stride"])

    @property
    def h(self) -> float:
        return float(self._case["x"].shape[-2])

    @property
    def w(self) -> float:
        return float(self._case["x"].shape[-1])


FACTORS: dict[str, Callable[[_Arguments], float]] = {
    "2": lambda c: 2.0,
    "1 / 2": lambda c: 0.5,
    "1 / 4": lambda c: 0.25,
    "4": lambda c: 4.0,
    "1 / 9": lambda c: 1 / 9,
    "1 / kernel_size": lambda c: 1 / c.k,
    "1 / kernel_size²": lambda c: 1 / c.k**2,
    "kernel_size": lambda c: c.k,
    "kernel_size²": lambda c: c.k**2,
    "1 / (kernel_size² − 1)": lambda c: 1 / (c.k**2 - 1),
    "1 / (kernel_size² + 1)": lambda c: 1 / (c.k**2 + 1),
    "1 / (2·kernel_size)": lambda c: 1 / (2 * c.k),
    "1 / kernel_size³": lambda c: 1 / c.k**3,
    "1 / kernel_size⁴": lambda c: 1 / c.k**4,
    "1 / (kernel_size − 1)²": lambda c: 1 / (c.k - 1) ** 2,
    "1 / (kernel_size + 1)²": lambda c: 1 / (c.k + 1) ** 2,
    "1 / stride": lambda c: 1 / c.s,
    "1 / stride²": lambda c: 1 / c.s**2,
    "1 / (kernel_size·stride)": lambda c: 1 / c.s / c.k,
    "the number of rows": lambda c: c.h,
    "the number of columns": lambda c: c.w,
    "columns / rows": lambda c: c.w / c.h,
    "rows / columns": lambda c: c.h / c.w,
    "1 / rows": lambda c: 1 / c.h,
    "1 / columns": lambda c: 1 / c.w,
    "1 / (rows·columns)": lambda c: 1 / c.h / c.w,
    "1 / rows²": lambda c: 1 / c.h**2,
    "1 / columns²": lambda c: 1 / c.w**2,
    "1 / (rows·columns − 1)": lambda c: 1 / (c.h * c.w - 1),
    "1 / (rows + columns)": lambda c: 1 / (c.h + c.w),
}

__all__ = ["Either", "Makes", "Sample", "Search", "Window", "evaluate", "values_of"]
