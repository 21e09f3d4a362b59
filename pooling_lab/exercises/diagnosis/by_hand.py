"""A grid worked out by hand, held against the table of operations over all kinds of windows.

The asked windows come from probing the worked solution. Other windows are wider or narrower, step
otherwise or start elsewhere, along one axis or both; the fewest differences win.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import Candidates, Value, agree
from ..exercise import Case, Exercise, answers_of, per_case
from .makes import OPERATIONS, Window, values_of
from .probe import Probe, Runner, mixed_up, unlike
from .reads import Axis, Box, Reads, box_of, measure

Ends = tuple[tuple[int, int], ...]  # where each window along an axis starts and stops

FEWEST = 4  # numbers that an answer needs to be told from others by
MOST_CHANGES = 2  # in which windows and operation differ from the asked ones
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
    cost: float = 0  # in how many ways it differs from what is asked
    windows_differ: bool = False
    part: int | None = None  # of several grids


@dataclass(frozen=True)
class Layout:
    """The windows that a task asks for, found by probing its worked solution.

    ``asked`` holds the windows along rows and columns for each plane of the result, ``operations``
    what is made of them.
    """

    x: np.ndarray
    right: np.ndarray
    reads: Reads
    planes: list[tuple[int, ...]]
    asked: list[tuple[Axis, Axis] | None]
    operations: list[list[str]]


@per_case
def layout(exercise: Exercise, case: Case) -> Layout | None:
    """Return the windows of a task about a map; None where there are none to be found."""
    x, right = np.asarray(case.get("x", 0), float), exercise.outcome(case)
    if x.ndim < 2 or not isinstance(right, np.ndarray) or right.ndim < 2:
        return None

    def solution(cases: Sequence[Case]) -> list[Value | None]:
        return [answers_of([exercise.solution], one)[0] for one in cases]

    reads = measure(Probe(solution, 10**9), case, "x", bool((x >= 0).all()))
    if reads is None or len(reads.output) < 2:
        return None
    planes = [*np.ndindex(right.shape[:-2])]
    asked = [_asked(reads, plane) for plane in planes]
    operations = [_operations(solution, case, reads, plane) for plane in planes]
    return Layout(x, right, reads, planes, asked, operations)


def grids_of(task: Layout, shape: tuple[int, ...]) -> list[Candidates[OfGrid]]:
    """Return what answers of a shape may be, plane by plane; none where that tells nothing."""
    right = task.right.shape
    if np.prod(shape) < FEWEST or len(shape) != len(right) or shape[:-2] != right[:-2]:
        return []
    found = []
    for plane, asked, operations in zip(task.planes, task.asked, task.operations, strict=True):
        if asked is None or not operations:
            return []
        over = task.x if task.x.ndim == 2 else task.x[plane]
        found.append(Candidates(_grids(over, shape[-2:], asked, operations[0])))
    return found


def of_all_planes(task: Layout, planes: Sequence[Sequence[OfGrid]]) -> list[OfGrid]:
    """Return what explains every plane, what differs least from the task alone.

    Of several results each has its own explanation.
    """
    if task.x.ndim == 2 and len(planes) > 1:
        least = [min(ways, key=lambda one: one.cost) for ways in planes]
        return [dataclasses.replace(one, part=at) for at, one in enumerate(least)]
    shared = [one for one in planes[0] if all(one in ways for ways in planes)]
    return [one for one in shared if one.cost == min(each.cost for each in shared)]


@dataclass(frozen=True)
class OfGroups:
    """An operation over other groups of cells than windows: rows, columns, the whole map."""

    operation: str
    asked_operation: str
    groups: str  # a name out of `GROUPS`
    cells: int  # of a group
    cost: float = MOST_CHANGES  # as unlike the task as windows may be


Cells = list[np.ndarray]  # of each group the places of its cells in the map, counted along its rows


def _chunks(places: np.ndarray, size: int) -> Cells:
    flat = places.ravel()
    return [flat[at : at + size] for at in range(0, flat.size - size + 1, size)]


def _apart(places: np.ndarray, window: tuple[int, int]) -> Cells:
    """Return cells that lie a whole grid apart, where windows should hold neighbours."""
    steps = [n // k for n, k in zip(places.shape, window, strict=True)]
    if 0 in steps or any(n % k for n, k in zip(places.shape, window, strict=True)):
        return []
    return [places[i :: steps[0], j :: steps[1]].ravel() for i, j in np.ndindex(*steps)]


# Ways to group the cells of a plane, given how many rows and columns the asked windows have.
GROUPS: dict[str, Callable[[np.ndarray, tuple[int, int]], Cells]] = {
    "row": lambda places, window: [*places],
    "column": lambda places, window: [*places.T],
    "map": lambda places, window: [places.ravel()],
    "along-rows": lambda places, window: _chunks(places, window[0] * window[1]),
    "along-columns": lambda places, window: _chunks(places.T, window[0] * window[1]),
    "apart": _apart,
    "on-its-side": lambda places, window: _windows(places, window[::-1]),
    "cell": lambda places, window: [*places.reshape(-1, 1)],
}


def _windows(places: np.ndarray, window: tuple[int, int]) -> Cells:
    high, wide = window
    rows, columns = (range(0, n - k + 1, k) for n, k in zip(places.shape, window, strict=True))
    return [places[i : i + high, j : j + wide].ravel() for i in rows for j in columns]


def groups_of(task: Layout) -> Iterator[tuple[OfGroups, np.ndarray]]:
    """Yield operations over other groups of cells than windows, and the numbers they give.

    Of channels each has its groups, or one group goes through them all.
    """
    first = task.reads.of((0,) * len(task.reads.output))
    high, wide = (int(n) for n in np.ptp(np.argwhere(first), axis=0)[-2:] + 1)
    asked = task.operations[0]
    for groups, cells in _groupings(task.x.shape, (high, wide)):
        if not cells or (groups == "cell" and len(cells[0]) == 1):
            continue
        for name in dict.fromkeys([*asked[:1], *OTHER_WINDOWS]):
            made = np.array([_value(ALL[name], task.x.ravel()[one]) for one in cells])
            yield OfGroups(name, asked[0] if asked else name, groups, len(cells[0])), made


@dataclass(frozen=True)
class OneWindow:
    """The one window of a grid whose number is wrong."""

    place: tuple[int, ...]
    marks: np.ndarray  # its cells in the map
    box: Box | None  # which they fill
    numbers: np.ndarray
    operation: str  # asked; "" where it is none of the table


def windows_of(task: Layout) -> Mapping[tuple[int, ...], OneWindow]:
    """Return the window that each number of the result is made of, by its place."""
    found = {}
    for place in np.ndindex(task.reads.output):
        marks, asked = task.reads.of(place), task.operations[task.planes.index(place[:-2])]
        what = asked[0] if asked else ""
        found[place] = OneWindow(place, marks, box_of(marks), task.x[marks], what)
    return found


def _groupings(shape: tuple[int, ...], window: tuple[int, int]) -> Iterator[tuple[str, Cells]]:
    planes = np.arange(int(np.prod(shape))).reshape(-1, *shape[-2:])
    ways = {**GROUPS, "window": _windows}
    for name, how in ways.items():
        each = [how(plane, window) for plane in planes]
        if name != "window":
            yield name, [cells for plane in each for cells in plane]
        if len(planes) > 1 and all(each):
            through = [np.concatenate(cells) for cells in zip(*each, strict=True)]
            yield f"{name}-through-channels", through


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


def _grids(
    x: np.ndarray, shape: tuple[int, ...], asked: tuple[Axis, Axis], operation: str
) -> Iterator[tuple[OfGrid, np.ndarray]]:
    """Yield what a plane of this shape may be: windows and an operation, and what they give."""
    made = functools.cache(functools.partial(_made, x))
    for cost, rows, columns in _options(asked, (shape[0], shape[1]), x.shape):
        down = [*zip(rows.starts, rows.stops, strict=True)]
        along = [*zip(columns.starts, columns.stops, strict=True)]
        for name in dict.fromkeys([operation, *(OTHER_WINDOWS if cost else ALL)]):
            total = cost + (name != operation)
            if total > MOST_CHANGES or (cost > 1 and name != operation):
                continue
            cells = np.array([[made(name, *row, *column) for column in along] for row in down])
            differ = (rows, columns) != asked
            yield OfGrid(rows, columns, *asked, name, operation, total, differ), cells


def _made(x: np.ndarray, name: str, a: int, b: int, c: int, d: int) -> float:
    """Return what an operation makes of the window over rows a to b and columns c to d."""
    cut = np.s_[a:b, c:d]
    if name not in OPERATIONS:
        return _value(ALL[name], x[cut])
    window = Window(x[cut], np.arange(x.size).reshape(x.shape)[cut], x.shape)
    return float(values_of(name, [window])[0])


def _options(
    asked: tuple[Axis, Axis], counts: tuple[int, int], sizes: tuple[int, ...]
) -> list[tuple[float, Axis, Axis]]:
    """Return the windows along rows and columns that may have been taken, the nearest first."""
    kinds = [
        [(cost, axis) for cost, axis in _others(*one) if cost <= MOST_CHANGES]
        for one in zip(asked, counts, sizes, strict=True)
    ]
    options = []
    for (cost_r, rows), (cost_c, columns) in itertools.product(*kinds):
        alike = _change(rows, asked[0]) == _change(columns, asked[1])
        cost = max(cost_r, cost_c) if alike else cost_r + cost_c
        if cost <= MOST_CHANGES:
            options.append((cost, rows, columns))
    return sorted(options, key=lambda one: one[0])


def _change(axis: Axis, asked: Axis) -> tuple[Any, ...]:
    return (
        axis.length if axis.length != asked.length else None,
        axis.step if axis.step != asked.step else None,
        axis.starts[0] - asked.starts[0],
    )


SAME_PATTERN = 0.5  # the windows that were asked, and more of them, or fewer


def _laid(wide: int, pace: int, first: int, count: int, size: int) -> Axis | None:
    """Return so many windows along an axis, cut off at its ends; None if one lies outside."""
    starts = [first + pace * i for i in range(count)]
    ends = [(max(a, 0), min(a + wide, size)) for a in starts]
    return None if any(a >= b for a, b in ends) else _axis(ends)


def _others(asked: Axis, count: int, size: int) -> Iterator[tuple[float, Axis]]:
    """Yield windows along one axis, with in how many ways they differ from those asked."""
    seen = set()
    if count == len(asked.starts):
        seen.add(asked)
        yield 0, asked
    patterns = [*itertools.product(range(1, size + 1), range(1, size + 1), (0, -1, 1))]
    made = [(_laid(*pattern, count, size), pattern) for pattern in patterns]
    same = [one for one in patterns if _laid(*one, len(asked.starts), size) == asked]
    usual = same[0] if same else (asked.length, asked.step, asked.starts[0])
    found: list[tuple[float, Axis]] = []
    for axis, pattern in made:
        if axis is not None:
            differences = sum(a != b for a, b in zip(pattern, usual, strict=True))
            found.append((differences or SAME_PATTERN, axis))
    for cost, axis in sorted(found, key=lambda one: one[0]):
        if axis not in seen:
            seen.add(axis)
            yield cost, axis
