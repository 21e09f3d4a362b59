"""Pooling in plain nested loops: slow, obvious, and the specification of the fast versions.

A plane is a list of rows of numbers; there is no NumPy here and no trick. Two loops visit the
windows, two more gather the cells of one window, and then the kinds of pooling differ in one
line. Read it aloud.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pooling_lab.geometry import Axis, Size, adaptive_bins, as_pair, window_axes

Plane = Sequence[Sequence[float]]
Cell = tuple[int, int]
Window = tuple[int, int, list[Cell]]


def windows(rows: Axis, columns: Axis) -> Iterator[Window]:
    """Visit every window: its place ``(i, j)`` in the output, and the cells it reads.

    Examples
    --------
    >>> for i, j, cells in windows(Axis(size=2, kernel=2, stride=2), Axis(3, 2, 1)):
    ...     print(i, j, cells)
    0 0 [(0, 0), (0, 1), (1, 0), (1, 1)]
    0 1 [(0, 1), (0, 2), (1, 1), (1, 2)]
    """
    for i in range(rows.outputs):
        for j in range(columns.outputs):
            cells = []
            for row in rows.cells(i):
                for column in columns.cells(j):
                    cells.append((row, column))
            yield i, j, cells


def bins(plane: Plane, output_size: Size) -> Iterator[Window]:
    """Visit every adaptive bin, as `windows` does.

    Examples
    --------
    >>> [cells for _, _, cells in bins([[1, 2, 3]], (1, 2))]
    [[(0, 0), (0, 1)], [(0, 1), (0, 2)]]
    """
    height, width = as_pair(output_size, "output_size")
    for i, rows in enumerate(adaptive_bins(len(plane), height)):
        for j, columns in enumerate(adaptive_bins(len(plane[0]), width)):
            yield i, j, [(row, column) for row in rows for column in columns]


def max_pool2d(
    plane: Plane,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> list[list[float]]:
    """Return the maximum of every window. Padding is never read, so it needs no value.

    Examples
    --------
    >>> max_pool2d([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]], 2)
    [[6, 8], [14, 16]]
    """
    rows, columns = _axes(plane, kernel_size, stride, padding, dilation, ceil_mode)
    output = _zeros(rows.outputs, columns.outputs)
    for i, j, cells in windows(rows, columns):
        output[i][j] = -math.inf
        for row, column in cells:
            if _wins(plane[row][column], output[i][j]):
                output[i][j] = plane[row][column]
    return output


def min_pool2d(plane: Plane, *window: Any) -> list[list[float]]:
    """Return the minimum of every window: the maximum of the negatives, negated.

    Examples
    --------
    >>> min_pool2d([[4, 2, 7, 1]], (1, 2))
    [[2, 1]]
    """
    return _negative(max_pool2d(_negative(plane), *window))


def max_positions(plane: Plane, *window: Any) -> list[list[int]]:
    """Return where the first maximum of every window is: ``row·width + column``; −1 is nowhere.

    Examples
    --------
    >>> max_positions([[1, 2], [4, 4]], 2)
    [[2]]
    """
    rows, columns = _axes(plane, *window)
    output = [[-1] * columns.outputs for _ in range(rows.outputs)]
    for i, j, cells in windows(rows, columns):
        if cells:
            row, column = _first_maximum(plane, cells)
            output[i][j] = row * len(plane[0]) + column
    return output


def avg_pool2d(
    plane: Plane,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> list[list[float]]:
    """Return the sum of every window, divided by its number of cells.

    Examples
    --------
    >>> avg_pool2d([[1, 2, 3]], (1, 2), ceil_mode=True)
    [[1.5, 3.0]]
    """
    rows, columns = _axes(plane, kernel_size, stride, padding, 1, ceil_mode)
    output = _zeros(rows.outputs, columns.outputs)
    for i, j, cells in windows(rows, columns):
        for row, column in cells:
            output[i][j] += plane[row][column]
        output[i][j] /= divisor_override or _count(rows, columns, i, j, count_include_pad)
    return output


def lp_pool2d(
    plane: Plane,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> list[list[float]]:
    """Return the p-norm of every window: ``(sum of |x|^p)^(1/p)``.

    Examples
    --------
    >>> lp_pool2d([[3, -4]], 2, (1, 2))
    [[5.0]]
    """
    rows, columns = _axes(plane, kernel_size, stride, 0, 1, ceil_mode)
    output = _zeros(rows.outputs, columns.outputs)
    for i, j, cells in windows(rows, columns):
        for row, column in cells:
            output[i][j] += abs(plane[row][column]) ** norm_type
        output[i][j] **= 1 / norm_type
    return output


def adaptive_max_pool2d(plane: Plane, output_size: Size) -> list[list[float]]:
    """Return the maximum of every adaptive bin.

    Examples
    --------
    >>> adaptive_max_pool2d([[1, 2, 3, 4, 5]], (1, 3))
    [[2, 4, 5]]
    """
    output = _zeros(*as_pair(output_size, "output_size"))
    for i, j, cells in bins(plane, output_size):
        row, column = _first_maximum(plane, cells)
        output[i][j] = plane[row][column]
    return output


def adaptive_avg_pool2d(plane: Plane, output_size: Size) -> list[list[float]]:
    """Return the average of every adaptive bin.

    Examples
    --------
    >>> adaptive_avg_pool2d([[1, 2, 3, 4, 5]], (1, 3))
    [[1.5, 3.0, 4.5]]
    """
    output = _zeros(*as_pair(output_size, "output_size"))
    for i, j, cells in bins(plane, output_size):
        output[i][j] = sum(plane[row][column] for row, column in cells) / len(cells)
    return output


def stochastic_probabilities(
    plane: Plane, kernel_size: Size, stride: Size | None = None
) -> list[list[list[float]]]:
    """Return with what probability each cell of each window is drawn: ``a / Σa``.

    Examples
    --------
    >>> stochastic_probabilities([[1, 3, 0, 4]], (1, 2))
    [[[0.25, 0.75], [0.0, 1.0]]]
    """
    rows, columns = _axes(plane, kernel_size, stride)
    output: list[list[list[float]]] = [[[]] * columns.outputs for _ in range(rows.outputs)]
    for i, j, cells in windows(rows, columns):
        total = sum(plane[row][column] for row, column in cells)
        output[i][j] = [plane[row][column] / total for row, column in cells]
    return output


def max_pool2d_backward(grad_output: Plane, plane: Plane, *window: Any) -> list[list[float]]:
    """Send the gradient of every window to its first maximum; ``+=``, for windows overlap.

    Examples
    --------
    >>> max_pool2d_backward([[1, 1]], [[1, 5, 2]], (1, 2), 1)
    [[0, 2, 0]]
    """
    grad = _zeros(len(plane), len(plane[0]))
    for i, j, cells in windows(*_axes(plane, *window)):
        if cells:
            row, column = _first_maximum(plane, cells)
            grad[row][column] += grad_output[i][j]
    return grad


def min_pool2d_backward(grad_output: Plane, plane: Plane, *window: Any) -> list[list[float]]:
    """Send the gradient of every window to its first minimum.

    Examples
    --------
    >>> min_pool2d_backward([[1, 1]], [[4, 1, 2]], (1, 2), 1)
    [[0, 2, 0]]
    """
    return max_pool2d_backward(grad_output, _negative(plane), *window)


def avg_pool2d_backward(
    grad_output: Plane,
    plane: Plane,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> list[list[float]]:
    """Share the gradient of every window among its cells; ``+=``, for windows overlap.

    Examples
    --------
    >>> avg_pool2d_backward([[2, 4]], [[1, 5, 2]], (1, 2), 1)
    [[1.0, 3.0, 2.0]]
    """
    rows, columns = _axes(plane, kernel_size, stride, padding, 1, ceil_mode)
    grad = _zeros(len(plane), len(plane[0]))
    for i, j, cells in windows(rows, columns):
        divisor = divisor_override or _count(rows, columns, i, j, count_include_pad)
        for row, column in cells:
            grad[row][column] += grad_output[i][j] / divisor
    return grad


def _axes(plane: Plane, *window: Any) -> tuple[Axis, Axis]:
    return window_axes((len(plane), len(plane[0])), *window)


def _zeros(height: int, width: int) -> list[list[float]]:
    return [[0] * width for _ in range(height)]


def _negative(plane: Plane) -> list[list[float]]:
    return [[-value for value in row] for row in plane]


def _count(rows: Axis, columns: Axis, i: int, j: int, count_include_pad: bool) -> int:
    if count_include_pad:
        return rows.padded_count(i) * columns.padded_count(j)
    return len(rows.cells(i)) * len(columns.cells(j))


def _wins(value: float, best: float) -> bool:
    """Tell whether ``value`` beats ``best``: it is larger, or the first NaN."""
    return not math.isnan(best) and (math.isnan(value) or value > best)


def _first_maximum(plane: Plane, cells: Iterable[Cell]) -> Cell:
    """Return the first cell, row by row, that no other beats."""
    first, *others = cells
    for row, column in others:
        if _wins(plane[row][column], plane[first[0]][first[1]]):
            first = row, column
    return first
