"""Windows as the engine wants them: equally spaced, in plain integers.

Sliding windows, adaptive bins and the way back from outputs to cells all become one or a few
`Sweep`s along an axis, so that `engine` knows only one kind of work.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pooling_lab.geometry import Axis, adaptive_bin

FEW = 64  # cells of a window that may be visited one by one, though most of them do not exist


class Sweep(NamedTuple):
    """``outputs`` windows along an axis: window ``i`` reads ``start + i·stride + j·dilation``.

    ``j`` runs over ``0 … kernel - 1``; cells outside the input do not exist and are left out.
    What window ``i`` gives is number ``first + i·every`` of the output.
    """

    start: int
    stride: int
    kernel: int
    dilation: int
    outputs: int
    first: int = 0
    every: int = 1

    @property
    def into(self) -> slice:
        """The places of the output that these windows fill."""
        return slice(self.first, self.first + self.outputs * self.every, self.every)

    def taps(self, size: int) -> list[tuple[slice, slice]]:
        """Return, for each ``j``, which windows have that cell and which cells these are.

        A cell that no window has gives two empty slices.

        Examples
        --------
        >>> Sweep(start=-1, stride=2, kernel=2, dilation=1, outputs=3).taps(4)
        [(slice(1, 3, None), slice(1, 4, 2)), (slice(0, 2, None), slice(0, 3, 2))]
        """
        found = []
        for j in range(self.kernel):
            cell = self.start + j * self.dilation  # what window 0 reads
            first = max(0, -(cell // self.stride))
            last = min(self.outputs - 1, (size - 1 - cell) // self.stride)
            if first > last:
                found.append((slice(0, 0), slice(0, 0)))
            else:
                low, high = cell + first * self.stride, cell + last * self.stride
                found.append((slice(first, last + 1), slice(low, high + 1, self.stride)))
        return found

    def pairs(self, half: Sweep) -> Sweep:
        """Return which two of the windows of ``half`` make each of these."""
        step = self.stride // half.stride
        shift = half.outputs - 1 - (self.outputs - 1) * step
        return Sweep(0, step, 2, shift, self.outputs)

    def last_cells(self) -> Sweep:
        """Return the last cell of each window, as windows of one cell."""
        return self._replace(start=self.start + (self.kernel - 1) * self.dilation, kernel=1)


Sweeps = tuple[Sweep, ...]  # together they fill the output along one axis


def taps(sweeps: Sweeps, size: int) -> Iterator[tuple[slice, slice]]:
    """Go through the cells of all windows, those that exist: which windows, which cells."""
    for sweep in sweeps:
        for windows, cells in sweep.taps(size):
            if windows.start < windows.stop:
                first = sweep.first + windows.start * sweep.every
                last = sweep.first + (windows.stop - 1) * sweep.every
                yield slice(first, last + 1, sweep.every), cells


@lru_cache(maxsize=1024)
def sliding(axis: Axis) -> Sweeps:
    """Return the windows of a pooling layer along one axis."""
    apart = axis.dilation if axis.kernel > 1 else 1  # one cell is no distance from itself
    sweep = Sweep(-axis.padding, axis.stride, axis.kernel, apart, axis.outputs)
    return _cut_to(axis.size, sweep)


def _cut_to(size: int, sweep: Sweep) -> Sweeps:
    """Cut windows that are far longer than the line to the cells they read, each by itself.

    Padding may be half of the kernel, so a kernel of ten million fits a line of four cells.
    Windows that long are of dilation 1, and few: about as many as there are cells.
    """
    if sweep.kernel <= max(FEW, 2 * size):
        return (sweep,)
    found = []
    for i in range(sweep.outputs):
        first = sweep.start + i * sweep.stride
        cells = range(max(0, first), min(size, first + sweep.kernel))
        found.append(Sweep(cells.start, 1, len(cells), 1, 1, sweep.first + i * sweep.every))
    return tuple(found)


class Bins(NamedTuple):
    """Adaptive bins along an axis: the different ones, and how often in a row each comes."""

    sweeps: Sweeps
    times: tuple[int, ...] | None = None  # None: once each


@lru_cache(maxsize=1024)
def adaptive(size: int, bins: int) -> Bins:
    """Return adaptive bins: they repeat after ``bins / gcd(size, bins)``, one `Sweep` for each.

    Of more bins than cells most are equal: each reads one cell, or two that are neighbours.

    Examples
    --------
    >>> adaptive(8, 4) == Bins((Sweep(start=0, stride=2, kernel=2, dilation=1, outputs=4),))
    True
    >>> [sweep.kernel for sweep in adaptive(5, 3).sweeps]
    [2, 3, 2]
    >>> adaptive(2, 7).times  # cell 0, cells 0 and 1, cell 1
    (3, 1, 3)
    """
    if bins > size:
        alone, pairs = Sweep(0, 1, 1, 1, size, 0, 2), Sweep(0, 1, 2, 1, size - 1, 1, 2)
        return Bins((alone, pairs) if size > 1 else (alone,), _runs(size, bins))
    repeats = math.gcd(size, bins)
    kinds = bins // repeats
    cells = (adaptive_bin(i, size, bins) for i in range(kinds))
    return Bins(
        tuple(
            Sweep(bin.start, size // repeats, len(bin), 1, repeats, i, kinds)
            for i, bin in enumerate(cells)
        )
    )


def _runs(size: int, bins: int) -> tuple[int, ...]:
    """Count the bins that read cell 0 alone, cells 0 and 1, cell 1 alone, and so on."""
    times = []
    for cell in range(size):
        last = (cell + 1) * bins // size  # the bins before this one end within the cell
        times.append(last + (-cell * bins // size))
        times.append(1 if (cell + 1) * bins % size else 0)
    return tuple(times[:-1])


def readers(axis: Axis) -> Sweeps:
    """Return, for each cell of the input, the windows that read it: the way of a gradient.

    Every ``stride``-th cell has the same readers but for a shift. Dilation 1 only.

    Examples
    --------
    >>> readers(Axis(size=4, kernel=2, stride=1)) == (Sweep(-1, 1, 2, 1, outputs=4),)
    True
    """
    found: list[Sweep] = []
    for first in range(min(axis.stride, axis.size)):
        newest, offset = divmod(first + axis.padding, axis.stride)
        count = max(0, -(-(axis.kernel - offset) // axis.stride))
        cells = len(range(first, axis.size, axis.stride))
        sweep = Sweep(newest - count + 1, 1, count, 1, cells, first, axis.stride)
        found.extend(_cut_to(axis.outputs, sweep))
    return tuple(found)


@lru_cache(maxsize=1024)
def halved(sweep: Sweep, overlapping: bool) -> Sweep | None:
    """Return the windows of half the length to combine in pairs, if that is less work.

    Where halves may overlap (a maximum may see a cell twice) they are ``ceil(kernel / 2)`` long,
    else ``floor(kernel / 2)``, and an odd last cell is left over.

    Examples
    --------
    >>> halved(Sweep(0, 1, 8, 1, outputs=3), overlapping=True)
    Sweep(start=0, stride=1, kernel=4, dilation=1, outputs=7, first=0, every=1)
    """
    if sweep.kernel < 4:
        return None
    length = (sweep.kernel + overlapping) // 2
    shift = (sweep.kernel - length if overlapping else length) * sweep.dilation
    step = math.gcd(sweep.stride, shift)  # half windows are needed this far apart
    count = ((sweep.outputs - 1) * sweep.stride + shift) // step + 1
    half = Sweep(sweep.start, step, length, sweep.dilation, count)
    return half if _work(half, overlapping) + _joins(sweep, half) <= _work_directly(sweep) else None


def _work(sweep: Sweep, overlapping: bool) -> int:
    """Count the cells combined on the cheaper of the two ways."""
    half = halved(sweep, overlapping)
    return _work(half, overlapping) + _joins(sweep, half) if half else _work_directly(sweep)


def _joins(sweep: Sweep, half: Sweep) -> int:
    return (2 if sweep.kernel > 2 * half.kernel else 1) * sweep.outputs


def _work_directly(sweep: Sweep) -> int:
    return (sweep.kernel - 1) * sweep.outputs
