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

from pooling_lab.geometry import Sweep, halved

Array = NDArray[Any]
Sweeps = Sequence[tuple[slice, Sweep]]  # which outputs, and the windows they come from

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
    shape = [sum(sweep.outputs for _, sweep in sweeps) for sweeps in (rows, columns)]
    out = np.empty((planes, *shape, channels), dtype or x.dtype)
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


def _blocks(x: Array, rows: Sweeps) -> Iterator[tuple[slice, slice, slice, Sweep]]:
    """Cut the work into blocks: which planes, which of their rows, which outputs, which windows."""
    plane_bytes = max(1, x[:1].nbytes)
    step = max(1, BLOCK // plane_bytes)
    for first in range(0, len(x), step):
        for into, sweep in rows:
            if plane_bytes <= BLOCK or into.step not in (None, 1):
                yield slice(first, first + step), slice(None), into, sweep
            else:
                for cells, outputs, band in _bands(sweep, x.shape[1], plane_bytes):
                    yield slice(first, first + step), cells, outputs, band


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
    taps = _taps(sweep, x.shape[axis], axis)
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
    """One cell of every window, as indices: the windows that have it, the cells, the windows that do not."""

    target: tuple[slice, ...]
    source: tuple[slice, ...]
    edges: tuple[tuple[slice, ...], ...]


@lru_cache(maxsize=1024)
def _taps(sweep: Sweep, size: int, axis: int) -> list[Tap]:
    """Return the cells of ``sweep`` as indices, those that every window has first."""
    before = (slice(None),) * axis
    taps = []
    for target, source in sweep.taps(size):
        edges = (slice(0, target.start), slice(target.stop, sweep.outputs))
        taps.append(
            Tap(
                (*before, target),
                (*before, source),
                tuple((*before, edge) for edge in edges if edge.start < edge.stop),
            )
        )
    return sorted(taps, key=lambda tap: len(tap.edges))


def _identity(op: np.ufunc, dtype: np.dtype[Any]) -> float:
    """Return the number that changes nothing: what an empty window gives."""
    if op is np.add:
        return 0
    if dtype.kind == "f":
        return -math.inf if op is np.maximum else math.inf
    limits = np.iinfo(dtype)
    return limits.min if op is np.maximum else limits.max
