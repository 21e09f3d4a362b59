"""Which cells each output of a pooling function reads: for those who are curious.

exercises.reads(my_max_pool2d, (5, 6), kernel_size=2, stride=2)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import tables
from .diagnosis.probe import Probe, mixed_up
from .diagnosis.reads import MOST_CELLS, Reads, measure
from .display import chosen_cell
from .guarded_run import here


@dataclass(frozen=True)
class Footprint:
    """Which cells of the input each output reads; in a notebook it draws one of the windows.

    Attributes
    ----------
    cells
        Whether output (i, j) reads cell (r, c), as a boolean array (rows, columns, H, W).
    place
        The output whose window is drawn.
    """

    cells: np.ndarray
    place: tuple[int, int] = (0, 0)

    def at(self, i: int, j: int) -> Footprint:
        """Return the same with the window of output (i, j) to be drawn."""
        return Footprint(self.cells, (i, j))

    def __repr__(self) -> str:
        i, j = self.place
        marks = self.cells[i, j]
        lines = ["  ".join("■" if one else "·" for one in row) for row in marks]
        return "\n".join([f"Output ({i}, {j}) reads {int(marks.sum())} cells:", *lines])

    def _repr_html_(self) -> str:
        marks = self.cells[self.place]
        rows = [
            [chosen_cell("■" if one else "·", bool(one), "center") for one in row] for row in marks
        ]
        return tables.grid(rows, f"Output {self.place} reads {int(marks.sum())} cells")


def reads(
    function: Callable[..., Any], shape: tuple[int, int], kernel_size: int, stride: int
) -> Footprint:
    """Return which cells each output of a pooling function reads, found by changing them.

    Parameters
    ----------
    function
        Called as ``function(x, kernel_size, stride)``, guarded, with arrays of ``shape``.
    shape
        Rows and columns of the input, at most 120 cells in all.
    kernel_size, stride
        Passed on.

    Returns
    -------
    Footprint
        ``cells`` of shape (rows, columns, H, W). That a cell is marked proves that it is read;
        that it is not proves nothing.

    Raises
    ------
    ValueError
        If the input has too many cells, or the function gives no array of rows and columns.

    Examples
    --------
    >>> from pooling_lab import max_pool2d
    >>> found = reads(lambda x, k, s: max_pool2d(x, k, s), (4, 4), kernel_size=2, stride=2)
    >>> found.cells[0, 1].sum(axis=0)
    array([0, 0, 2, 2])
    """
    if int(np.prod(shape)) > MOST_CELLS:
        raise ValueError(f"shape is {shape}: at most {MOST_CELLS} cells are probed")
    case = {"x": mixed_up(shape, 1), "kernel_size": kernel_size, "stride": stride}
    runner = here(function, ())
    probe = Probe(lambda cases: [one.value for one in runner(cases).outcomes])
    found: Reads | None = measure(probe, case, "x")
    if found is None or len(found.output) != 2:
        raise ValueError(
            f"{getattr(function, '__name__', 'function')} gives no array of rows and columns for "
            f"an input of shape {shape}"
        )
    return Footprint(found.cells.reshape(*found.output, *shape))
