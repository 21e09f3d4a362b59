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
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pooling_lab.sweeps import Sweep, Sweeps, halved

Array = NDArray[Any]

BLOCK = 1 << 18  # bytes of input in a block; with what is made from it, a core's own cache
SHORT = 1 << 14  # rows of fewer bytes are read much faster in one piece than in two by turns


def pool(
    op: np.ufunc,
    x: Array,
    rows: Sweeps,
    columns: Sweeps,
    dtype: np.dtype[Any] | None = None,
    divisor: Array | None = None,
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
        Divides every window: shape (H_out, W_out), or () for all windows alike.

    Returns
    -------
    ndarray
        Shape (..., H_out, W_out), axes in the same memory order as those of ``x``.
    """
    source, axes = in_memory_order(x)
    planes, _, _, channels = source.shape
    out = np.empty((planes, outputs(rows), outputs(columns), channels), dtype or x.dtype)
    for some, cells, into, sweep in _blocks(source, rows):
        block = source[some, cells]
        if block.dtype != out.dtype or block.strides[1] < SHORT:
            block = block.astype(out.dtype)
        band = _fold(op, block, 1, sweep)
        target = out[some, into]
        for into_columns, column_sweep in columns:
            _fold(op, band, 2, column_sweep, target[:, :, into_columns])
        if divisor is not None:
            target /= divisor[into, :, None] if divisor.ndim else divisor
    return _in_axis_order(out, axes, x.shape[:-2])


def in_memory_order(x: Array) -> tuple[Array, list[int]]:
    """View ``x`` as (planes, H, W, channels), as it lies in memory, and say which axis went where.

    In channels_last memory the channels of one pixel are neighbours: as the innermost axis they
    let every call run over long stretches.
    """
    if x.flags.c_contiguous:
        return x.reshape(-1, *x.shape[-2:], 1), list(range(x.ndim))
    strides = [abs(stride) for stride in x.strides]
    lead = sorted(range(x.ndim - 2), key=lambda axis: -strides[axis])
    inner = [axis for axis in lead if 0 < strides[axis] < min(strides[-2:])]
    outer = [axis for axis in lead if axis not in inner]
    axes = [*outer, x.ndim - 2, x.ndim - 1, *inner]
    channels = math.prod(x.shape[axis] for axis in inner)
    return x.transpose(axes).reshape(-1, *x.shape[-2:], channels), axes


def _in_axis_order(out: Array, axes: list[int], lead: tuple[int, ...]) -> Array:
    """Undo `in_memory_order` for a result of another height and width."""
    sizes = (*lead, *out.shape[1:3])
    out = out.reshape([sizes[axis] for axis in axes])
    return out if axes == sorted(axes) else out.transpose(np.argsort(axes))


def _plane_blocks(x: Array) -> Iterator[slice]:
    step = max(1, BLOCK // max(1, x[:1].nbytes))
    return (slice(first, first + step) for first in range(0, len(x), step))


def _blocks(x: Array, rows: Sweeps) -> Iterator[tuple[slice, slice, slice, Sweep]]:
    """Cut the work into blocks: which planes, which of their rows, which outputs, which windows."""
    plane_bytes = x[:1].nbytes
    for some in _plane_blocks(x):
        for into, sweep in rows:
            if plane_bytes <= BLOCK or len(rows) > 1:
                yield some, slice(None), into, sweep
            else:
                for cells, outputs, band in _bands(sweep, x.shape[1], plane_bytes):
                    yield some, cells, outputs, band


def _bands(sweep: Sweep, size: int, nbytes: int) -> Iterator[tuple[slice, slice, Sweep]]:
    """Cut one plane's windows into bands of rows; bands overlap where their windows do."""
    span = (sweep.kernel - 1) * sweep.dilation + 1
    height = max(1, max(size * BLOCK // nbytes, 4 * span) // sweep.stride)
    for first in range(0, sweep.outputs, height):
        count = min(height, sweep.outputs - first)
        start = sweep.start + first * sweep.stride
        top = max(0, start)
        bottom = start + (count - 1) * sweep.stride + span
        yield (
            slice(top, max(top, bottom)),
            slice(first, first + count),
            sweep._replace(start=start - top, outputs=count),
        )


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
    for some in _plane_blocks(source):
        across = np.arange(width)[:, None]
        lines, found = _extreme(op, source[some], 2, columns, across)
        down = np.arange(height)[:, None, None] * width
        values[some], positions[some] = _extreme(op, lines, 1, rows, down + found)
    np.maximum(positions, -1, out=positions)
    lead = x.shape[:-2]
    return _in_axis_order(values, axes, lead), _in_axis_order(positions, axes, lead)


def _extreme(
    op: np.ufunc, x: Array, axis: int, sweeps: Sweeps, positions: Array
) -> tuple[Array, Array]:
    """Fold along ``axis``, and carry the position of the first cell that equals the result."""
    shape = (*x.shape[:axis], outputs(sweeps), *x.shape[axis + 1 :])
    values, found = np.empty(shape, x.dtype), np.full(shape, np.iinfo(np.intp).min // 2)
    positions = np.broadcast_to(positions, x.shape)
    for into, sweep in sweeps:
        best, first = (array[_at(axis, into)] for array in (values, found))
        _fold(op, x, axis, sweep, best)
        for target, cells, _ in reversed(_taps(sweep, x.shape[axis], axis)):
            hit = (x[cells] == best[target]) | (x[cells] != x[cells])
            np.copyto(first[target], positions[cells], where=hit)
    return values, found


def outputs(sweeps: Sweeps) -> int:
    """Return how many windows the sweeps have together."""
    return sum(sweep.outputs for _, sweep in sweeps)


def _at(axis: int, cells: slice) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, cells)
