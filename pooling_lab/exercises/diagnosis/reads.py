"""Which cells each output of a function reads.

One cell of the input is changed at a time, far up and far down, over a few backgrounds; an output
that moves has read the cell. That proves that a cell is read and never that it is not, so what is
found here is told only when an operation over exactly these cells gives every output on other
inputs as well (`makes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .probe import Case, Probe, backgrounds

MOST_CELLS = 200  # of an input that is probed


@dataclass(frozen=True)
class Reads:
    """What each output of a function reads.

    Attributes
    ----------
    output, input
        Shapes of the output and of the input.
    cells
        Whether output o reads cell c, as an array ``(outputs, inputs)``.
    """

    output: tuple[int, ...]
    input: tuple[int, ...]
    cells: np.ndarray

    def of(self, place: tuple[int, ...]) -> np.ndarray:
        """Return which cells of the input the output at ``place`` reads."""
        at = int(np.ravel_multi_index(place, self.output)) if self.output else 0
        marks: np.ndarray = self.cells[at].reshape(self.input)
        return marks


@dataclass(frozen=True)
class Box:
    """Cells that fill a box: from ``start`` up to, not with, ``stop`` along each axis."""

    start: tuple[int, ...]
    stop: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many cells along each axis."""
        return tuple(b - a for a, b in zip(self.start, self.stop, strict=True))


def measure(
    probe: Probe, case: Case, name: str, positive: bool = False, careful: bool = True
) -> Reads | None:
    """Measure which cells of the array ``name`` each output reads; None where there is no telling.

    Parameters
    ----------
    probe
        The function.
    case
        Its arguments; those beside ``name`` stay as they are.
    name
        Which array is changed.
    positive
        Whether the task promises that no number is below zero.
    careful
        Whether to change cells over several backgrounds, or over one.
    """
    x = case[name]
    if not 0 < x.size <= MOST_CELLS:
        return None
    bases = backgrounds(x, positive)[: None if careful else 1]
    questions = [one for base in bases for one in _changed(base, positive)]
    answers = probe.ask([{**case, name: one.astype(_kind(x))} for one in questions])
    each = 1 + 2 * x.size
    first = answers[0]
    if first is None or not first.size:
        return None
    cells = np.zeros((first.size, x.size), bool)
    for start in range(0, len(answers), each):
        base_result, *rest = answers[start : start + each]
        if base_result is None or base_result.shape != first.shape:
            return None
        for number, y in enumerate(rest):
            if y is not None and y.shape == first.shape:
                cells[:, number // 2] |= ~_equal(y, base_result).ravel()
    return Reads(first.shape, x.shape, cells)


def _changed(base: np.ndarray, positive: bool) -> list[np.ndarray]:
    """Return a map as it is, and then with each cell far up and far down."""
    maps = [base]
    for at in range(base.size):
        for value in (base.max() + 1.75, 0.0 if positive else base.min() - 1.75):
            other = base.copy()
            other.flat[at] = value
            maps.append(other)
    return maps


def _kind(x: np.ndarray) -> Any:
    return x.dtype if x.dtype.kind == "f" else float


def _equal(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    same: np.ndarray = (a == b) | ((a != a) & (b != b))
    return same


def box_of(marks: np.ndarray) -> Box | None:
    """Return the box that the marked cells fill; None if they fill none."""
    if not marks.any():
        return None
    where = np.nonzero(marks)
    start = tuple(int(axis.min()) for axis in where)
    stop = tuple(int(axis.max()) + 1 for axis in where)
    filled = int(np.prod([b - a for a, b in zip(start, stop, strict=True)])) == marks.sum()
    return Box(start, stop) if filled else None


@dataclass(frozen=True)
class Axis:
    """How windows lie along one axis: where each starts, and where it stops."""

    starts: tuple[int, ...]
    stops: tuple[int, ...]

    @property
    def step(self) -> int | None:
        """From one window to the next; None where that changes or there is one window alone."""
        steps = {b - a for a, b in zip(self.starts, self.starts[1:], strict=False)}
        return steps.pop() if len(steps) == 1 else None

    @property
    def length(self) -> int | None:
        """How many cells a window has; None where that changes."""
        lengths = {b - a for a, b in zip(self.starts, self.stops, strict=True)}
        return lengths.pop() if len(lengths) == 1 else None


def axes_of(reads: Reads) -> tuple[Axis, ...] | None:
    """Return how the windows lie along each axis of the output, where that is all there is to it.

    The output has an axis for each of the input, in the same order, and where a window lies along
    an axis depends on its place along that axis alone.
    """
    if len(reads.output) != len(reads.input) or not reads.cells.any(axis=1).all():
        return None
    boxes = {place: box_of(reads.of(place)) for place in np.ndindex(reads.output)}
    found = []
    for axis, count in enumerate(reads.output):
        ends: list[tuple[int, int]] = []
        for at in range(count):
            seen = {
                (box.start[axis], box.stop[axis]) if box else None
                for place, box in boxes.items()
                if place[axis] == at
            }
            if len(seen) != 1 or None in seen:
                return None
            end = seen.pop()
            assert end is not None
            ends.append(end)
        found.append(Axis(tuple(a for a, _ in ends), tuple(b for _, b in ends)))
    return tuple(found)


def called(value: int, numbers: Mapping[str, int]) -> str | None:
    """Return the name of the argument that has this value, if one alone has."""
    names = [name for name, number in numbers.items() if number == value]
    return names[0] if len(names) == 1 else None
