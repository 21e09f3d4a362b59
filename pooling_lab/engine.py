"""One engine for every kind of pooling: fold the rows of each window, then its columns.

Pooling over a rectangle with max, min or + is *separable*. Along one axis the engine combines
whole shifted slices, one NumPy call per cell of the window, so that nothing loops over outputs,
and no padding is ever written down: a call touches only the windows whose cell exists. Long
windows are combined from two windows of half the length. Nothing is ever subtracted, so a NaN
or an infinity stays in the windows that contain it.

How it is kept fast: the axes are taken in the order in which they lie in memory, and the work
is cut into blocks that stay in a processor's own cache from the first call to the last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pooling_lab.windows import Sweep, Sweeps, halved

Array = NDArray[Any]

BLOCK = 1 << 20  # bytes of input in a block; with what is made from it, a core's own cache
TINY = 1 << 10  # of fewer numbers, the time goes into starting each call
NOWHERE = np.intc(np.iinfo(np.intc).max)  # in place of the number of a cell, where no cell exists
SHORT = 1 << 14  # rows of fewer bytes are read much faster in one piece than in two by turns


def pool(
    op: np.ufunc,
    x: Array,
    rows: Sweeps,
    columns: Sweeps,
    dtype: np.dtype[Any] | None = None,
    divisor: Array | float | None = None,
) -> Array:
    """Return ``op`` over every window of ``x``, computed in ``dtype`` and then divided.

    Parameters
    ----------
    op
        ``np.maximum``, ``np.minimum`` or ``np.add``.
    x
        Array of shape (..., H, W), in any memory layout; only read.
    rows, columns
        The windows along each axis.
    dtype
        What to compute in; the dtype of ``x`` if None.
    divisor
        Divides every window: one number, or an array of shape (H_out, W_out).

    Returns
    -------
    ndarray
        Shape (..., H_out, W_out), axes in the same memory order as those of ``x``.
    """
    tiles = _tiles(x.shape[-2:], rows, columns)
    if tiles and tiles[::2] == (1, 1):
        out = over_planes(op, x, dtype)[..., None, None]
        return out if divisor is None else np.divide(out, divisor, out=out)
    if tiles and x.size <= TINY:
        out = op.reduce(x.reshape(x.shape[:-2] + tiles), (-3, -1), dtype)
        return out if divisor is None else np.divide(out, divisor, out=out)
    source, axes = in_memory_order(x)
    planes, _, _, channels = source.shape
    out = np.empty((planes, outputs(rows), outputs(columns), channels), dtype or x.dtype)
    if isinstance(divisor, np.ndarray):
        divisor = divisor[:, :, None].astype(out.dtype)
    for some, cells, sweep in _blocks(source.shape, x.itemsize, rows):
        block = source[some, cells]
        if block.dtype != out.dtype or block.strides[1] < SHORT:
            block = block.astype(out.dtype, order="C")  # one straight read brings it in
        band = _fold(op, block, 1, sweep)
        target = out[some, sweep.into]
        for columns_sweep in columns:
            _fold(op, band, 2, columns_sweep, target[:, :, columns_sweep.into])
        if divisor is not None:
            target /= divisor[sweep.into] if isinstance(divisor, np.ndarray) else divisor
    return _in_axis_order(out, axes, x.shape[:-2])


def over_planes(op: np.ufunc, x: Array, dtype: np.dtype[Any] | None = None) -> Array:
    """Return ``op`` over every plane, shape (...): one window that is all of it."""
    if op is np.add:
        return np.asarray(np.einsum("...ij->...", x, dtype=dtype))  # faster than np.sum
    return np.asarray(op.reduce(x, (-2, -1), dtype))


@lru_cache(maxsize=1024)
def _tiles(
    size: tuple[int, int], rows: Sweeps, columns: Sweeps
) -> tuple[int, int, int, int] | None:
    """Return (H_out, kernel, W_out, kernel) if the windows cover the plane like tiles."""
    for cells, sweeps in zip(size, (rows, columns), strict=True):
        tile = Sweep(0, sweeps[0].kernel, sweeps[0].kernel, 1, cells // sweeps[0].kernel)
        if sweeps != (tile,) or cells % tile.kernel:
            return None
    return rows[0].outputs, rows[0].kernel, columns[0].outputs, columns[0].kernel


def in_memory_order(x: Array) -> tuple[Array, list[int] | None]:
    """View ``x`` as (planes, H, W, channels), as it lies in memory, and say which axis went where.

    In channels_last memory the channels of one pixel are neighbours: as the innermost axis they
    let every call run over long stretches. None says that the axes lie in order.
    """
    if x.flags.c_contiguous:
        return x.reshape(-1, *x.shape[-2:], 1), None
    strides = [abs(stride) for stride in x.strides]
    lead = sorted(range(x.ndim - 2), key=lambda axis: -strides[axis])
    inner = [axis for axis in lead if 0 < strides[axis] < min(strides[-2:])]
    outer = [axis for axis in lead if axis not in inner]
    axes = [*outer, x.ndim - 2, x.ndim - 1, *inner]
    channels = math.prod(x.shape[axis] for axis in inner)
    return x.transpose(axes).reshape(-1, *x.shape[-2:], channels), axes


def _in_axis_order(out: Array, axes: list[int] | None, lead: tuple[int, ...]) -> Array:
    """Undo `in_memory_order` for a result of another height and width."""
    shape = (*lead, *out.shape[1:3])
    if axes is None:
        return out.reshape(shape)
    return out.reshape([shape[axis] for axis in axes]).transpose(np.argsort(axes))


def _plane_blocks(planes: int, nbytes: int) -> list[slice]:
    step = max(1, BLOCK // max(1, nbytes))
    return [slice(first, first + step) for first in range(0, planes, step)]


@lru_cache(maxsize=256)
def _blocks(
    shape: tuple[int, ...], itemsize: int, rows: Sweeps
) -> list[tuple[slice, slice, Sweep]]:
    """Cut the work into blocks: which planes, which of their rows, which windows."""
    planes, height, *row = shape
    plane = height * math.prod(row) * itemsize
    work = [(slice(None), sweep) for sweep in rows]
    if plane > BLOCK and len(rows) == 1:
        work = _bands(rows[0], height, plane)
    return [(some, cells, sweep) for some in _plane_blocks(planes, plane) for cells, sweep in work]


def _bands(sweep: Sweep, size: int, nbytes: int) -> list[tuple[slice, Sweep]]:
    """Cut one plane's windows into bands of rows; bands overlap where their windows do."""
    span = (sweep.kernel - 1) * sweep.dilation + 1
    height = max(1, max(size * BLOCK // nbytes, 4 * span) // sweep.stride)
    bands = []
    for first in range(0, sweep.outputs, height):
        count = min(height, sweep.outputs - first)
        start = sweep.start + first * sweep.stride
        top, bottom = max(0, start), start + (count - 1) * sweep.stride + span
        band = sweep._replace(start=start - top, outputs=count, first=first)
        bands.append((slice(top, max(top, bottom)), band))
    return bands


def _fold(op: np.ufunc, x: Array, axis: int, sweep: Sweep, out: Array | None = None) -> Array:
    """Return ``op`` over each window along ``axis``, from halves where that is less work."""
    if out is None:
        out = np.empty((*x.shape[:axis], sweep.outputs, *x.shape[axis + 1 :]), x.dtype)
    half = halved(sweep, op is not np.add)
    if half is None:
        _fold_cells(op, x, axis, sweep, out)
    else:
        halves = _fold(op, x, axis, half)
        _fold_cells(op, halves, axis, sweep.pairs(half), out)
        if 2 * half.kernel < sweep.kernel:  # the odd last cell
            _combine(op, x, _taps(sweep.last_cells(), x.shape[axis], axis), out)
    return out


def _fold_cells(op: np.ufunc, x: Array, axis: int, sweep: Sweep, out: Array) -> None:
    """Combine the first cells of all windows with their second cells, then the third, and so on."""
    taps = _widest_first(sweep, x.shape[axis], axis)
    if not taps or taps[0].edges:  # no cell that every window has
        out[...] = _identity(op, out.dtype)
        _combine(op, x, taps, out)
    elif len(taps) == 1:
        out[...] = x[taps[0].source]
    else:
        cells, (target, source, edges) = x[taps[0].source], taps[1]
        op(cells[target], x[source], out=out[target])
        for edge in edges:  # the windows that have no second one
            out[edge] = cells[edge]
        _combine(op, x, taps[2:], out)


def _combine(op: np.ufunc, x: Array, taps: Sequence[Tap], out: Array) -> None:
    for target, source, _ in taps:
        op(out[target], x[source], out=out[target])


class Tap(NamedTuple):
    """One cell of every window, as indices."""

    target: tuple[slice, ...]  # the windows that have it
    source: tuple[slice, ...]  # the cells
    edges: tuple[tuple[slice, ...], ...]  # the windows that have not


@lru_cache(maxsize=1024)
def _taps(sweep: Sweep, size: int, axis: int) -> list[Tap]:
    """Return the cells of all windows, in order."""
    taps = []
    for target, source in sweep.taps(size):
        around = (slice(0, target.start), slice(target.stop, sweep.outputs))
        edges = tuple(_at(axis, edge) for edge in around if edge.start < edge.stop)
        taps.append(Tap(_at(axis, target), _at(axis, source), edges))
    return taps


@lru_cache(maxsize=1024)
def _widest_first(sweep: Sweep, size: int, axis: int) -> list[Tap]:
    return sorted(_taps(sweep, size, axis), key=lambda tap: len(tap.edges))


def _identity(op: np.ufunc, dtype: np.dtype[Any]) -> float:
    """Return the number that changes nothing: what an empty window gives."""
    if op is np.add:
        return 0
    if dtype.kind == "f":
        return -math.inf if op is np.maximum else math.inf
    limits = np.iinfo(dtype)
    return limits.min if op is np.maximum else limits.max


def pool_with_positions(
    op: np.ufunc, x: Array, rows: Sweeps, columns: Sweeps
) -> tuple[Array, Array]:
    """Return the extreme of every window and where it is: the first one in row-major order.

    Positions count the cells of the plane, row by row. A NaN wins, as it does in the value. A
    dilated window that reads nothing but padding has no position: −1.
    """
    source, axes = in_memory_order(x)
    planes, height, width, channels = source.shape
    shape = (planes, outputs(rows), outputs(columns), channels)
    values, positions = np.empty(shape, x.dtype), np.empty(shape, np.intp)
    top, left = _starts(rows)[:, None, None], _starts(columns)[:, None]
    for some in _plane_blocks(planes, source[:1].nbytes):
        lines, in_line = _extreme(op, source[some], 2, columns)
        values[some], down = _extreme(op, lines, 1, rows)
        row = top + down * rows[0].dilation
        across = np.take_along_axis(in_line, np.clip(row, 0, height - 1), axis=1)
        positions[some] = row * width + left + across * columns[0].dilation
        nowhere = (down == NOWHERE) | (across == NOWHERE)
        positions[some][nowhere] = -1
    lead = x.shape[:-2]
    return _in_axis_order(values, axes, lead), _in_axis_order(positions, axes, lead)


def _extreme(op: np.ufunc, x: Array, axis: int, sweeps: Sweeps) -> tuple[Array, Array]:
    """Fold along ``axis``, and tell which cell of its window equals the result first."""
    shape = (*x.shape[:axis], outputs(sweeps), *x.shape[axis + 1 :])
    values, cells = np.empty(shape, x.dtype), np.empty(shape, np.intc)
    for sweep in sweeps:
        into = _at(axis, sweep.into)
        _fold(op, x, axis, sweep, values[into])
        cells[into] = _first_equal(x, axis, sweep, values[into])
    return values, cells


def _first_equal(x: Array, axis: int, sweep: Sweep, values: Array) -> Array:
    """Count, for each window, the cells before the first one that equals its value."""
    searching = np.ones(values.shape, bool)
    count = np.zeros(values.shape, np.min_scalar_type(sweep.kernel))
    has_nan = bool((values != values).any())
    for target, source, _ in _taps(sweep, x.shape[axis], axis):
        found = x[source] == values[target]
        if has_nan:
            found |= x[source] != x[source]
        searching[target] &= ~found
        count += searching
    return np.where(searching, NOWHERE, count) if searching.any() else count


def _starts(sweeps: Sweeps) -> Array:
    """Return where each window starts."""
    starts = np.empty(outputs(sweeps), np.intp)
    for sweep in sweeps:
        starts[sweep.into] = sweep.start + sweep.stride * np.arange(sweep.outputs)
    return starts


def outputs(sweeps: Sweeps) -> int:
    """Return how many windows the sweeps have together."""
    return sum(sweep.outputs for sweep in sweeps)


def _at(axis: int, cells: slice) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, cells)
