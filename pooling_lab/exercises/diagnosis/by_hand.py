"""A grid worked out by hand, held against the table of operations over all kinds of windows.

The asked windows come from probing the worked solution. Other windows are wider or narrower, step
otherwise or start elsewhere, along one axis or both; the fewest differences win.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import agree
from .makes import OPERATIONS, Window, values_of
from .probe import Probe, Runner, mixed_up, unlike
from .reads import Axis, Reads, measure

Case = Mapping[str, Any]
Ends = tuple[tuple[int, int], ...]  # where each window along an axis starts and stops

FEWEST = 4  # numbers that an answer needs to be told from others by
DIVISORS = (2, 3, 4, 6, 8, 9)
OTHER_WINDOWS = ("max", "min", "mean", "sum", "farthest-from-zero", "first", "last")


@dataclass(frozen=True)
class OfGrid:
    """What a grid is: which windows, along rows and columns, and what is made of each."""

    rows: Axis
    columns: Axis
    asked_rows: Axis
    asked_columns: Axis
    operation: str
    asked_operation: str
    part: int | None = None  # of several grids

    @property
    def windows_differ(self) -> bool:
        """Whether other windows than the asked ones were taken."""
        return (self.rows, self.columns) != (self.asked_rows, self.asked_columns)


def of_grid(solution: Runner, case: Case, value: np.ndarray) -> list[OfGrid]:
    """Return what gives exactly this grid, what differs least from the task first.

    Parameters
    ----------
    solution
        Runs the worked solution.
    case
        The numbers of the task: an array ``x`` of two axes or more.
    value
        What was answered.
    """
    x = np.asarray(case["x"], float)
    right = Probe(solution, 10**9).ask([case])[0]
    if x.ndim < 2 or right is None or value.size < FEWEST or value.ndim != right.ndim:
        return []
    reads = measure(Probe(solution, 10**9), case, "x", bool((x >= 0).all()))
    planes = [*np.ndindex(right.shape[:-2])]
    if reads is None or right.ndim < 2 or value.shape[:-2] != right.shape[:-2]:
        return []
    found: list[list[OfGrid]] = []
    for plane in planes:
        asked = _asked(reads, plane)
        if asked is None:
            return []
        over = x if x.ndim == 2 else x[plane]
        operations = _operations(solution, case, reads, plane)
        if not operations:
            return []
        found.append([*_explained(over, value[plane], asked, operations[0])])
    return _shared(found, planes, x.ndim == 2 and right.ndim == 3)


@dataclass(frozen=True)
class OfLines:
    """An operation over whole rows, or whole columns, in the place of windows."""

    operation: str
    asked_operation: str
    lines: str  # "row" or "column"


def of_lines(solution: Runner, case: Case, value: np.ndarray) -> OfLines | None:
    """Return which operation over the rows or the columns of the map gives this list."""
    x = np.asarray(case["x"], float)
    if x.ndim != 2 or value.ndim != 1 or value.size < FEWEST:
        return None
    reads = measure(Probe(solution, 10**9), case, "x", bool((x >= 0).all()))
    asked = _operations(solution, case, reads, ()) if reads and len(reads.output) == 2 else []
    for lines, planes in (("row", x), ("column", x.T)):
        for name in (*asked[:1], *OTHER_WINDOWS):
            made = np.array([_value(ALL[name], plane) for plane in planes])
            if made.shape == value.shape and agree(made, value).all():
                return OfLines(name, asked[0] if asked else name, lines)
    return None


def _shared(found: list[list[OfGrid]], planes: list[Any], parts: bool) -> list[OfGrid]:
    """Return what explains every plane; of several results, each has its own explanation."""
    if not all(found):
        return []
    if parts and len(planes) > 1:
        return [_of_part(one[0], at) for at, one in enumerate(found)]
    first, *rest = found
    return [one for one in first if all(one in other for other in rest)]


def _of_part(one: OfGrid, part: int) -> OfGrid:
    return OfGrid(
        one.rows,
        one.columns,
        one.asked_rows,
        one.asked_columns,
        one.operation,
        one.asked_operation,
        part,
    )


def _asked(reads: Reads, plane: tuple[int, ...]) -> tuple[Axis, Axis] | None:
    rows: dict[int, tuple[int, int]] = {}
    columns: dict[int, tuple[int, int]] = {}
    for i, j in np.ndindex(reads.output[-2:]):
        where = np.nonzero(reads.of((*plane, i, j)))
        if not len(where[0]):
            return None
        rows[i] = int(where[-2].min()), int(where[-2].max()) + 1
        columns[j] = int(where[-1].min()), int(where[-1].max()) + 1
    return _axis([*rows.values()]), _axis([*columns.values()])


def _axis(ends: list[tuple[int, int]]) -> Axis:
    return Axis(tuple(a for a, _ in ends), tuple(b for _, b in ends))


def _operations(solution: Runner, case: Case, reads: Reads, plane: tuple[int, ...]) -> list[str]:
    """Return what the worked solution makes of its windows."""
    x = np.asarray(case["x"], float)
    maps = [*unlike(x, bool((x >= 0).all())), mixed_up(x.shape, 2)]
    rights = Probe(solution, 10**9).ask([{**case, "x": one} for one in maps])
    left = dict(ALL)
    for one, right in zip(maps, rights, strict=True):
        if right is None:
            continue
        for i, j in np.ndindex(reads.output[-2:]):
            marks = reads.of((*plane, i, j))
            window = one[marks]
            left = {
                n: how
                for n, how in left.items()
                if agree(np.array([_value(how, window)]), right[(*plane, i, j)][None]).all()
            }
    return [*left]


def _value(how: Callable[[np.ndarray], Any], window: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        try:
            return float(how(window))
        except (IndexError, ValueError):
            return float("nan")


def _divided(number: int) -> Callable[[np.ndarray], float]:
    return lambda v: float(v.sum() / number)


ALL: dict[str, Callable[[np.ndarray], Any]] = {
    **OPERATIONS,
    **{f"sum/{n}": _divided(n) for n in DIVISORS},
}


def _explained(
    x: np.ndarray, value: np.ndarray, asked: tuple[Axis, Axis], operation: str
) -> Iterator[OfGrid]:
    """Yield what gives a grid, the fewest differences first."""
    if value.ndim != 2:
        return
    table: dict[tuple[int, int, int, int], dict[str, float]] = {}

    def made(a: int, b: int, c: int, d: int) -> dict[str, float]:
        if (a, b, c, d) not in table:
            cut = np.s_[max(a, 0) : b, max(c, 0) : d]
            window = Window(x[cut], np.arange(x.size).reshape(x.shape)[cut], x.shape)
            table[a, b, c, d] = {
                name: float(values_of(name, [window])[0])
                if name in OPERATIONS
                else _value(how, window.values)
                for name, how in ALL.items()
            }
        return table[a, b, c, d]

    kinds: list[list[tuple[int, Axis]]] = []
    for axis, count in enumerate(value.shape):
        kinds.append([*_others(asked[axis], count, x.shape[axis])])
    options = []
    for (cost_r, rows), (cost_c, columns) in itertools.product(*kinds):
        alike = _change(rows, asked[0]) == _change(columns, asked[1])
        cost = max(cost_r, cost_c) if alike else cost_r + cost_c
        options.append((cost, rows, columns))
    options.sort(key=lambda one: one[0])
    best = None
    for cost, rows, columns in options:
        if best is not None and cost > best:
            return
        names = [operation, *(n for n in ALL if n != operation)]
        if cost:
            names = [operation, *(n for n in OTHER_WINDOWS if n != operation)]
        for name in names:
            total = cost + (name != operation)
            if total > 2 or (cost and name != operation and cost > 1):
                continue
            if _agrees(value, rows, columns, made, name) and (best is None or total <= best):
                best = total if best is None else best
                if (rows, columns) != asked or name != operation:
                    yield OfGrid(rows, columns, *asked, name, operation)
                else:
                    yield OfGrid(rows, columns, *asked, name, operation)
                    return


def _agrees(
    value: np.ndarray,
    rows: Axis,
    columns: Axis,
    made: Callable[[int, int, int, int], dict[str, float]],
    name: str,
) -> bool:
    for i, (a, b) in enumerate(zip(rows.starts, rows.stops, strict=True)):
        for j, (c, d) in enumerate(zip(columns.starts, columns.stops, strict=True)):
            wanted = made(a, b, c, d)[name]
            if not abs(wanted - value[i, j]) <= 1e-9 + 1e-6 * abs(wanted):
                return False
    return True


def _change(axis: Axis, asked: Axis) -> tuple[Any, ...]:
    return (
        axis.length if axis.length != asked.length else None,
        axis.step if axis.step != asked.step else None,
        axis.starts[0] - asked.starts[0],
    )


def _others(asked: Axis, count: int, size: int) -> Iterator[tuple[int, Axis]]:
    """Yield windows along one axis, with in how many ways they differ from those asked."""
    seen = set()
    if count == len(asked.starts):
        seen.add(asked)
        yield 0, asked
    step, length = (
        asked.step or size,
        asked.length or max(b - a for a, b in zip(asked.starts, asked.stops, strict=True)),
    )
    found = []
    for wide, pace, first in itertools.product(range(1, size + 1), range(1, size + 1), (0, -1, 1)):
        starts = [first + pace * i for i in range(count)]
        ends = [(max(a, 0), min(a + wide, size)) for a in starts]
        if any(a >= b for a, b in ends):
            continue
        axis = _axis(ends)
        cost = (wide != length) + (pace != step) + (first != min(asked.starts[0], 0))
        found.append((max(cost, 1), axis))
    for cost, axis in sorted(found, key=lambda one: one[0]):
        if axis not in seen:
            seen.add(axis)
            yield cost, axis
