"""Adaptive bins over a row of numbers: uneven, overlapping, and never leaving a cell out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pooling_lab.drawing import cell_name, grid, number
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Reduction, Step
from pooling_lab.geometry import adaptive_bins
from pooling_lab.pooling import adaptive_avg_pool2d, adaptive_max_pool2d

EXAMPLE = (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)  # the first digits of π
POOLS = {"average": adaptive_avg_pool2d, "max": adaptive_max_pool2d}
BINS = range(1, 9)


def adaptive_explorer(
    x: Sequence[float] = EXAMPLE, *, size: int = 5, bins: int = 3, pool: str = "average"
) -> Explorer:
    """Return sliders over a row of numbers that any number of adaptive bins share.

    Parameters
    ----------
    x
        At least two numbers; the slider ``size`` takes the first 2, 3, … of them.
    size, bins, pool
        Where the controls start: how many numbers there are, how many bins share them, and
        what becomes of a bin, ``"average"`` or ``"max"``.

    Raises
    ------
    traitlets.TraitError
        If a control cannot start there; the message lists where it can.

    Examples
    --------
    >>> adaptive_explorer().step.text
    'bin 0 reads cells floor(0·5/3) = 0 to ceil(1·5/3) − 1 = 1: average of 3, 1 gives 2'
    """
    row = np.array([x])

    def frames_of(numbers: NDArray[Any]) -> Callable[..., Frame]:
        def frame(pool: str, size: int, bins: int) -> Frame:
            return _frame(numbers[:, :size], pool, adaptive_bins(size, bins))

        return frame

    controls = [
        Control("pool", list(POOLS), pool, "buttons"),
        Control("size", range(2, row.shape[1] + 1), size),
        Control("bins", BINS, bins),
    ]
    return Explorer("Adaptive bins", controls, frames_of, plane=row, slides=["x"], outputs="y")


def _frame(x: np.ndarray, pool: str, bins: list[range]) -> Frame:
    y = POOLS[pool](x, (1, len(bins)))
    size = x.shape[1]
    steps = [_step(x[0], pool, bins, i, y[0, i]) for i in range(len(bins))]
    panels = [grid(x, f"input 1 × {size}"), grid(y, f"output 1 × {len(bins)}", name="y")]
    summary = f"adaptive {pool} pooling: {size} cells shared by {len(bins)} bins"
    return Frame(summary, panels, steps, _notes(size, bins), reduces=Reduction(pool, words=True))


def _step(x: np.ndarray, pool: str, bins: list[range], i: int, result: float) -> Step:
    cells, share = bins[i], f"{len(x)}/{len(bins)}"
    values = ", ".join(number(value) for value in x[cells].tolist())
    return Step(
        f"bin {i} reads cells floor({i}·{share}) = {cells[0]} to ceil({i + 1}·{share}) − 1 = "
        f"{cells[-1]}: {pool} of {values} gives {number(result)}",
        here=[cell_name("y", 0, i)],
        reads=[cell_name("x", 0, cell) for cell in cells],
    )


def _notes(size: int, bins: list[range]) -> list[str]:
    """Say how long the bins are, and which cells several of them read."""
    lengths = sorted({len(cells) for cells in bins})
    readers = [sum(cell in cells for cells in bins) for cell in range(size)]
    shared = [str(cell) for cell, count in enumerate(readers) if count > 1]
    named = f"{'cell' if len(shared) == 1 else 'cells'} {', '.join(shared)}"
    return [
        f"Cells in a bin: {' or '.join(map(str, lengths))}.",
        f"Read by several bins: {named}." if shared else "No bins overlap.",
    ]
