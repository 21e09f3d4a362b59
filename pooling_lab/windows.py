"""Windows as the engine wants them: equally spaced, in plain integers.

Sliding windows, adaptive bins and the way back from outputs to cells all become one or a few
`Sweep`s along an axis, so that `engine` knows only one kind of work.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from pooling_lab.geometry import Axis, adaptive_bins


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


@lru_cache(maxsize=1024)
def sliding(axis: Axis) -> Sweeps:
    """Return the windows of a pooling layer along one axis."""
    return (Sweep(-axis.padding, axis.stride, axis.kernel, axis.dilation, axis.outputs),)


def adaptive(size: int, bins: int) -> Sweeps:
    """Return adaptive bins: they repeat after ``bins / gcd(size, bins)``, one `Sweep` for each.

    Examples
    --------
    >>> adaptive(8, 4) == (Sweep(start=0, stride=2, kernel=2, dilation=1, outputs=4),)
    True
    >>> [sweep.kernel for sweep in adaptive(5, 3)]
    [2, 3, 2]
    """
    repeats = math.gcd(size, bins)
    kinds = bins // repeats
    return tuple(
        Sweep(cells.start, size // repeats, len(cells), 1, repeats, i, kinds)
        for i, cells in enumerate(adaptive_bins(size, bins)[:kinds])
    )


def readers(axis: Axis) -> Sweeps:
    """Return, for each cell of the input, the windows that read it: the way of a gradient.

    Every ``stride``-th cell has the same readers but for a shift. Dilation 1 only.

    Examples
    --------
    >>> readers(Axis(size=4, kernel=2, stride=1)) == (Sweep(-1, 1, 2, 1, outputs=4),)
    True
    """
    found = []
    for first in range(min(axis.stride, axis.size)):
        newest, offset = divmod(first + axis.padding, axis.stride)
        count = max(0, -(-(axis.kernel - offset) // axis.stride))
        cells = len(range(first, axis.size, axis.stride))
        found.append(Sweep(newest - count + 1, 1, count, 1, cells, first, axis.stride))
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
