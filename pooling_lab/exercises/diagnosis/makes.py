"""What does a function make of the cells that it reads? A table of operations, held against it.

An operation is told when it gives every output, for every input that was tried: ties, signs,
fractions and zeros are among them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..compare import agree

Numbers = np.ndarray


class Window(NamedTuple):
    """The cells that one output reads: their values as a box, and their places in the map."""

    values: Numbers
    places: Numbers  # of the cells within the input, counted along its rows
    shape: tuple[int, ...]  # of the input


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


def _line(values: Numbers, axis: int, at: int) -> Numbers:
    matrix = _as_matrix(values)
    return matrix[at] if axis == 0 else matrix[:, at]


def _mode(values: Numbers) -> float:
    found, counts = np.unique(values, return_counts=True)
    return float(found[counts.argmax()])


Reduction = Callable[[Numbers], Any]

# What can be made of the cells of a window, the most usual first.
OPERATIONS: dict[str, Reduction] = {
    "max": np.max,
    "min": np.min,
    "mean": np.mean,
    "sum": np.sum,
    "median": np.median,
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
    "max-of-diagonal": lambda v: _diagonal(v).max(),
    "mean-of-diagonal": lambda v: _diagonal(v).mean(),
    "min-of-diagonal": lambda v: _diagonal(v).min(),
    "max-of-first-row": lambda v: _line(v, 0, 0).max(),
    "mean-of-first-row": lambda v: _line(v, 0, 0).mean(),
    "min-of-first-row": lambda v: _line(v, 0, 0).min(),
    "max-of-first-column": lambda v: _line(v, 1, 0).max(),
    "mean-of-first-column": lambda v: _line(v, 1, 0).mean(),
    "min-of-first-column": lambda v: _line(v, 1, 0).min(),
    "max-of-last-row": lambda v: _line(v, 0, -1).max(),
    "mean-of-last-row": lambda v: _line(v, 0, -1).mean(),
    "largest-row-sum": lambda v: _as_matrix(v).sum(axis=1).max(),
    "largest-row-mean": lambda v: _as_matrix(v).mean(axis=1).max(),
    "mean-of-row-maxima": lambda v: _as_matrix(v).max(axis=1).mean(),
    "sum-of-row-maxima": lambda v: _as_matrix(v).max(axis=1).sum(),
    "smallest-row-maximum": lambda v: _as_matrix(v).max(axis=1).min(),
    "most-frequent": _mode,
    "sum-over-side": lambda v: v.sum() / len(v),
    "zero": lambda v: 0.0,
}
# What needs to know where the window lies.
PLACES: dict[str, Callable[[Window], float]] = {
    "place-of-max": lambda w: w.places.flat[w.values.argmax()],
    "place-of-min": lambda w: w.places.flat[w.values.argmin()],
    "row-of-max": lambda w: w.places.flat[w.values.argmax()] // w.shape[-1],
    "column-of-max": lambda w: w.places.flat[w.values.argmax()] % w.shape[-1],
}


@dataclass(frozen=True)
class Makes:
    """What is made of each window: an operation, and what happens to its result afterwards."""

    operation: str
    afterwards: str = ""
    number: float = 0.0  # of a factor, or of a number that something starts from
    other: str = ""  # a second operation that it is blended with

    @property
    def plain(self) -> bool:
        """Whether the result of the operation is returned as it is."""
        return not self.afterwards


def values_of(operation: str, windows: Sequence[Window]) -> Numbers:
    """Return what an operation gives for each window; NaN where it cannot be done."""
    how = OPERATIONS.get(operation)
    found = np.full(len(windows), np.nan)
    with np.errstate(all="ignore"):
        for at, window in enumerate(windows):
            if window.values.size:
                found[at] = how(window.values) if how else PLACES[operation](window)
    return found


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


A_FEW = 24  # windows


def fitting(windows: Sequence[Window], seen: Numbers) -> Iterator[Makes]:
    """Yield what gives ``seen`` for these windows, the plainest first.

    Parameters
    ----------
    windows
        The cells of each output, of all inputs.
    seen
        The outputs, in the same order.
    """
    if not len(seen) or not all(w.values.size for w in windows):
        return
    some = slice(None, None, 1 + len(windows) // A_FEW)  # most operations are out after a few
    few = {name: values_of(name, windows[some]) for name in (*OPERATIONS, *PLACES)}
    for after, change in AFTERWARDS.items():
        with np.errstate(all="ignore"):
            for name, values in few.items():
                if _same(change(values), seen[some]) and _same(
                    change(values_of(name, windows)), seen
                ):
                    yield Makes(name, after)
    for name in ("max", "min", "mean", "sum", "median", "farthest-from-zero"):
        values = values_of(name, windows)
        yield from _bounded(name, values, seen)
        yield from _scaled(name, values, seen)
        yield from _moved(name, values, seen)


def _same(values: Numbers, seen: Numbers) -> bool:
    return bool(agree(values, seen).all())


def _bounded(name: str, values: Numbers, seen: Numbers) -> Iterator[Makes]:
    """Find a number below (or above) which nothing goes: what a running maximum starts from."""
    for after, bound, beyond in (
        ("at-least", np.maximum, seen > values),
        ("at-most", np.minimum, seen < values),
    ):
        won = np.unique(seen[beyond & ~agree(values, seen)])
        if len(won) == 1 and _same(bound(values, won[0]), seen):
            yield Makes(name, after, float(won[0]))


def _scaled(name: str, values: Numbers, seen: Numbers) -> Iterator[Makes]:
    if not np.isfinite(values).all() or not values.any() or not seen.any():
        return
    largest = int(np.argmax(abs(values)))
    factor = float(seen[largest] / values[largest])
    if np.isfinite(factor) and factor and _same(factor * values, seen):
        yield Makes(name, "scaled", factor)


def _moved(name: str, values: Numbers, seen: Numbers) -> Iterator[Makes]:
    if np.isfinite(seen).all() and _same(values + (seen[0] - values[0]), seen):
        yield Makes(name, "moved", float(seen[0] - values[0]))


# --- two operations, blended ----------------------------------------------------------------

BLENDED = (
    "max",
    "mean",
    "min",
    "sum",
    "median",
    "first",
    "last",
    "middle",
    "mean-without-max",
    "sum-over-side",
    "second-largest",
)
SHARES: dict[str, Callable[[float], tuple[float, float]]] = {
    "as-asked": lambda a: (a, 1 - a),
    "reversed": lambda a: (1 - a, a),
    "half-and-half": lambda a: (0.5, 0.5),
    "second-whole": lambda a: (a, 1.0),
    "first-whole": lambda a: (1.0, 1 - a),
    "both-whole": lambda a: (1.0, 1.0),
    "both-alike": lambda a: (a, a),
    "difference": lambda a: (a, a - 1),
    "over-two": lambda a: (a / 2, (1 - a) / 2),
    "second-alone": lambda a: (0.0, 1 - a),
    "first-alone": lambda a: (a, 0.0),
}


def blends(windows: Sequence[Window], seen: Numbers, shares: Numbers) -> Iterator[Makes]:
    """Yield which two operations, blended with ``shares`` (one for each window), give ``seen``."""
    made = {name: values_of(name, windows) for name in BLENDED}
    with np.errstate(all="ignore"):
        for how, weights in SHARES.items():
            first, second = (np.array(one) for one in zip(*map(weights, shares), strict=True))
            for a, b in itertools.product(BLENDED, BLENDED):
                if a != b and _same(first * made[a] + second * made[b], seen):
                    yield Makes(a, how, 0.0, b)


def factor_name(factors: Sequence[float], cases: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what a factor is called in all of some cases: ``"1 / kernel_size"``, or None."""
    for name, expression in FACTORS.items():
        try:
            wanted = [expression(_Arguments(case)) for case in cases]
        except (KeyError, ZeroDivisionError):
            continue
        if np.allclose(wanted, factors, rtol=1e-6, atol=0):
            return name
    return None


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
