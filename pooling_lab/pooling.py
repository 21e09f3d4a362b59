"""Pooling layers, forward: one engine, and each kind of pooling as a few lines on top of it.

Pooling over a rectangle with max, min or + is *separable*: fold the rows, then the columns.
Along one axis the engine combines whole shifted slices, one NumPy call for each cell of the
window, so nothing loops over outputs and padding is never written down: each call touches only
the windows whose cell exists. A long window is combined from two half windows instead.

All functions take ``x`` of shape ``(..., H, W)``; every plane ``(H, W)`` is pooled by itself.
Names, argument order and numbers are those of ``torch.nn.functional``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pooling_lab.engine import Array, Sweeps, pool
from pooling_lab.geometry import (
    Size,
    Sweep,
    adaptive_sweeps,
    as_flag,
    as_int,
    as_pair,
    shape_note,
    window_axes,
)

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "blur_pool2d",
    "gem_pool2d",
    "global_avg_pool2d",
    "global_max_pool2d",
    "lp_pool2d",
    "max_pool2d",
    "max_unpool2d",
    "min_pool2d",
    "mixed_pool2d",
    "spatial_pyramid_pool2d",
    "stochastic_pool2d",
]


def as_planes(x: ArrayLike, name: str = "x") -> Array:
    """Return ``x`` as an array of real numbers of shape ``(..., H, W)``, or say what is wrong."""
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain array: pooling has no rule for masked cells")
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} must hold real numbers (integer or floating), not {array.dtype}"
            f"{shape_note(array.shape)}"
        )
    if array.ndim < 2 or 0 in array.shape[-2:]:
        raise ValueError(
            f"{name} must have shape (..., H, W) with H and W at least 1, got {array.shape}"
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _at(axis: int, cells: slice) -> tuple[slice, ...]:
    return (slice(None),) * axis + (cells,)


# --- windows that slide -------------------------------------------------------------------


def _sweeps(x: Array, *window: Any) -> tuple[Sweeps, Sweeps]:
    rows, columns = window_axes(x.shape[-2:], *window, shape=x.shape)
    return [(slice(None), rows.sweep())], [(slice(None), columns.sweep())]


def max_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """Return the maximum of every window."""
    x = as_planes(x)
    rows, columns = _sweeps(x, kernel_size, stride, padding, dilation, ceil_mode)
    if as_flag(return_indices, "return_indices", x.shape):
        return max_with_indices(x, rows, columns)
    return pool(np.maximum, x, rows, columns)


def max_with_indices(x: Array, rows: Sweeps, columns: Sweeps) -> tuple[Array, Array]:
    """Return the maxima and where each one is: its flat position in the plane."""
    high = pool(np.maximum, x, rows, columns)
    row_high = pool(np.maximum, x, [(slice(None), Sweep(0, 1, 1, 1, x.shape[-2]))], columns)
    column = _first_equal(x, row_high, -1, columns, np.arange(x.shape[-1]))
    row = _first_equal(row_high, high, -2, rows, np.arange(x.shape[-2])[:, None])
    column = np.take_along_axis(column, np.maximum(row, 0), axis=-2)
    nowhere = (row < 0) | (column < 0)  # a dilated window may read nothing but padding
    return high, np.where(nowhere, -1, row * x.shape[-1] + column)


def _first_equal(x: Array, high: Array, axis: int, sweeps: Sweeps, position: Array) -> Array:
    """Return the position along ``axis`` of the first cell that equals its window's maximum."""
    axis += x.ndim
    found = np.full(high.shape, -1)
    position = np.broadcast_to(position, x.shape)
    for into, sweep in sweeps:
        for target, source in reversed(sweep.taps(x.shape[axis])):
            outputs, cells = (_at(axis, into), _at(axis, target)), _at(axis, source)
            hit = (x[cells] == high[outputs[0]][outputs[1]]) | (x[cells] != x[cells])
            np.copyto(found[outputs[0]][outputs[1]], position[cells], where=hit)
    return found


def min_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the minimum of every window."""
    x = as_planes(x)
    return pool(np.minimum, x, *_sweeps(x, kernel_size, stride, padding, dilation, ceil_mode))


def avg_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Return the average of every window."""
    x = as_planes(x)
    divisor = avg_divisor(
        x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )
    return _average(x, *_sweeps(x, kernel_size, stride, padding, 1, ceil_mode), divisor)


def avg_divisor(
    x: Array,
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> Array:
    """Return what each window's sum is divided by, of shape (H_out, W_out) or ()."""
    axes = window_axes(x.shape[-2:], kernel_size, stride, padding, 1, ceil_mode, shape=x.shape)
    include = as_flag(count_include_pad, "count_include_pad", x.shape)
    if divisor_override is not None:
        number = as_int(divisor_override, "divisor_override", -math.inf, x.shape)
        if number == 0:
            raise ValueError(f"divisor_override must not be 0{shape_note(x.shape)}")
        return np.asarray(number)
    rows, columns = (
        [axis.padded_count(i) if include else len(axis.cells(i)) for i in range(axis.outputs)]
        for axis in axes
    )
    return np.multiply.outer(rows, columns)


def result_type(x: Array) -> np.dtype[Any]:
    """Return the dtype of an average of ``x``: its own, or float64 for integers."""
    return x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)


def accumulator(x: Array, rows: Sweeps, columns: Sweeps) -> np.dtype[Any]:
    """Return the dtype to add in: wide enough that rounding stays far below the last digit."""
    longest = max(sweep.kernel for _, sweep in (*rows, *columns))
    wider = np.float64 if longest > 64 else np.float32
    return np.promote_types(result_type(x), wider)


def _average(x: Array, rows: Sweeps, columns: Sweeps, divisor: Array) -> Array:
    with np.errstate(invalid="ignore", over="ignore"):
        mean = pool(np.add, x, rows, columns, accumulator(x, rows, columns), divisor)
        return mean.astype(result_type(x), copy=False)


def lp_pool2d(
    x: ArrayLike,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Return the p-norm of every window."""
    x = as_planes(x)
    p = as_power(norm_type, "norm_type", x)
    rows, columns = _sweeps(x, kernel_size, stride, 0, 1, ceil_mode)
    size = np.abs(x.astype(accumulator(x, rows, columns)))
    if p == math.inf:
        return pool(np.maximum, size, rows, columns).astype(result_type(x))
    with np.errstate(all="ignore"):
        return (pool(np.add, size**p, rows, columns) ** (1 / p)).astype(result_type(x))


def as_power(value: Any, name: str, x: Array) -> float:
    """Return the exponent ``value`` as a float, or say what is wrong with it."""
    if isinstance(value, (bool, np.bool)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(
            f"{name} must be a number, not {type(value).__name__} {value!r}{shape_note(x.shape)}"
        )
    if not value > 0:
        raise ValueError(f"{name} must be above 0, got {value}{shape_note(x.shape)}")
    return float(value)


def stochastic_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    *,
    rng: np.random.Generator | int | None = None,
    training: bool = True,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    """Draw one cell of every window, with probability proportional to its activation."""
    x = as_planes(x)
    rows, columns = window_axes(x.shape[-2:], kernel_size, stride, shape=x.shape)
    if not np.isfinite(x).all() or (x < 0).any():
        raise ValueError(
            "x must be finite and not negative: its numbers become probabilities"
            f"{shape_note(x.shape)}"
        )
    if not as_flag(training, "training", x.shape):
        if as_flag(return_indices, "return_indices", x.shape):
            raise ValueError("return_indices needs training=True: a mean has no position")
        sweeps = [[(slice(None), axis.sweep())] for axis in (rows, columns)]
        return _weighted_mean(x, *sweeps)
    windows = np.lib.stride_tricks.sliding_window_view(x, (rows.kernel, columns.kernel), (-2, -1))
    windows = windows[..., :: rows.stride, :: columns.stride, :, :]
    summed = windows.reshape(*windows.shape[:-2], -1).cumsum(axis=-1, dtype=np.float64)
    total = summed[..., -1]
    drawn = np.random.default_rng(rng).random(total.shape) * total
    drawn = np.minimum(drawn, np.nextafter(total, 0))  # rounding must not reach the end
    pick = (summed > drawn[..., None]).argmax(axis=-1)
    row = np.arange(rows.outputs)[:, None] * rows.stride + pick // columns.kernel
    column = np.arange(columns.outputs) * columns.stride + pick % columns.kernel
    flat = row * x.shape[-1] + column
    values = _take(x, flat)
    return (values, flat) if as_flag(return_indices, "return_indices", x.shape) else values


def _take(x: Array, flat: Array) -> Array:
    planes = x.reshape(*x.shape[:-2], -1)
    return np.take_along_axis(planes, flat.reshape(*x.shape[:-2], -1), -1).reshape(flat.shape)


def _weighted_mean(x: Array, rows: Sweeps, columns: Sweeps) -> Array:
    wide = x.astype(accumulator(x, rows, columns), copy=False)
    total = pool(np.add, wide, rows, columns)
    squares = pool(np.add, wide * wide, rows, columns)
    mean = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    return mean.astype(result_type(x), copy=False)


def mixed_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    *,
    alpha: ArrayLike = 0.5,
) -> Array:
    """Return ``alpha`` times the maximum plus ``1 - alpha`` times the average of every window."""
    x = as_planes(x)
    high, mean = max_pool2d(x, kernel_size, stride), avg_pool2d(x, kernel_size, stride)
    share = as_share(alpha, high.shape).astype(mean.dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        mixed = share * high.astype(mean.dtype) + (1 - share) * mean
    return np.where(share == 1, high, np.where(share == 0, mean, mixed)).astype(mean.dtype)


def as_share(alpha: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return ``alpha`` as an array that broadcasts to the output, or say what is wrong."""
    share = np.asarray(alpha)
    if share.dtype.kind not in "iuf":
        raise TypeError(f"alpha must be a number or an array of numbers, not {share.dtype}")
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(f"alpha must lie between 0 and 1, got {alpha!r}")
    per_channel = share[:, None, None] if share.ndim == 1 else share
    try:
        np.broadcast_to(per_channel, shape)
    except ValueError:
        raise ValueError(
            "alpha must be a number, one number per channel, or an array that broadcasts to the "
            f"output's shape {shape}, got shape {share.shape}"
        ) from None
    return per_channel


# --- windows that fit the plane -----------------------------------------------------------


def _whole(x: Array) -> tuple[Sweeps, Sweeps]:
    rows, columns = ([(slice(None), Sweep(0, 1, size, 1, 1))] for size in x.shape[-2:])
    return rows, columns


def _keep(x: Array, keepdims: bool) -> Array:
    return x if as_flag(keepdims, "keepdims", x.shape) else x[..., 0, 0]


def global_max_pool2d(x: ArrayLike, keepdims: bool = True) -> Array:
    """Return the maximum of every plane."""
    x = as_planes(x)
    return _keep(pool(np.maximum, x, *_whole(x)), keepdims)


def global_avg_pool2d(x: ArrayLike, keepdims: bool = True) -> Array:
    """Return the average of every plane."""
    x = as_planes(x)
    return _keep(_average(x, *_whole(x), np.asarray(math.prod(x.shape[-2:]))), keepdims)


def gem_pool2d(x: ArrayLike, p: float = 3, keepdims: bool = True) -> Array:
    """Return the generalised mean of every plane: ``(mean of x^p)^(1/p)``."""
    x = as_planes(x)
    p = as_power(p, "p", x)
    if (x < 0).any():
        raise ValueError(
            "x must not be negative: its powers have no real root (put a ReLU before it)"
            f"{shape_note(x.shape)}"
        )
    high = global_max_pool2d(x).astype(np.promote_types(result_type(x), np.float32))
    if p == math.inf:
        return _keep(high.astype(result_type(x)), keepdims)
    with np.errstate(all="ignore"):
        scaled = x / np.where((high > 0) & (high < math.inf), high, 1)  # keeps x^p in range
        mean = global_avg_pool2d(scaled**p) ** (1 / p)
        scaled_back = mean * np.where((high > 0) & (high < math.inf), high, 1)
    return _keep(scaled_back.astype(result_type(x)), keepdims)


def _adaptive(x: Array, output_size: Size) -> tuple[Sweeps, Sweeps]:
    bins = as_pair(output_size, "output_size", 1, x.shape)
    rows, columns = (adaptive_sweeps(n, o) for n, o in zip(x.shape[-2:], bins, strict=True))
    return rows, columns


def adaptive_max_pool2d(
    x: ArrayLike, output_size: Size, return_indices: bool = False
) -> Array | tuple[Array, Array]:
    """Return the maximum of every adaptive bin."""
    x = as_planes(x)
    rows, columns = _adaptive(x, output_size)
    if as_flag(return_indices, "return_indices", x.shape):
        return max_with_indices(x, rows, columns)
    return pool(np.maximum, x, rows, columns)


def adaptive_avg_pool2d(x: ArrayLike, output_size: Size) -> Array:
    """Return the average of every adaptive bin."""
    x = as_planes(x)
    rows, columns = _adaptive(x, output_size)
    return _average(x, rows, columns, np.multiply.outer(_counts(rows), _counts(columns)))


def _counts(sweeps: Sweeps) -> Array:
    counts = np.empty(sum(sweep.outputs for _, sweep in sweeps), int)
    for into, sweep in sweeps:
        counts[into] = sweep.kernel
    return counts


def spatial_pyramid_pool2d(
    x: ArrayLike, levels: Sequence[int] = (1, 2, 4), kind: str = "max"
) -> Array:
    """Return the bins of several adaptive poolings in one row."""
    x = as_planes(x)
    pools = {"max": adaptive_max_pool2d, "avg": adaptive_avg_pool2d}
    if kind not in pools:
        raise ValueError(f"kind must be 'max' or 'avg', got {kind!r}{shape_note(x.shape)}")
    grids = [pools[kind](x, as_int(n, "levels", 1, x.shape)) for n in levels]
    return np.concatenate([grid.reshape(*x.shape[:-2], -1) for grid in grids], axis=-1)


# --- the way back up, and down without aliasing --------------------------------------------


def max_unpool2d(
    y: ArrayLike,
    indices: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Sequence[int] | None = None,
) -> Array:
    """Put every maximum back where it came from, zeros elsewhere."""
    y = as_planes(y, "y")
    where = as_indices(indices, y.shape, "y")
    height, width = _unpooled_size(y.shape, kernel_size, stride, padding, output_size)
    return scatter(y, where, (height, width), np.put_along_axis)


def scatter(values: Array, indices: Array, size: tuple[int, int], put: Any) -> Array:
    """Return planes of zeros with ``values`` put at the flat ``indices``."""
    cells = size[0] * size[1]
    if not ((indices >= 0) & (indices < cells)).all():
        raise ValueError(
            f"indices must lie between 0 and {cells - 1} for a plane of {size[0]} x {size[1]}, "
            f"got {indices.min()} to {indices.max()}"
        )
    lead = values.shape[:-2]
    planes = np.zeros((*lead, cells), values.dtype)
    put(planes, indices.reshape(*lead, -1), values.reshape(*lead, -1), -1)
    return planes.reshape(*lead, *size)


def as_indices(indices: ArrayLike, shape: tuple[int, ...], like: str) -> Array:
    """Return ``indices`` as an array of whole numbers of shape ``shape``."""
    where = np.asarray(indices)
    if where.dtype.kind not in "iu":
        raise TypeError(f"indices must be whole numbers, not {where.dtype}")
    if where.shape != shape:
        raise ValueError(f"indices must have the shape of {like}, {shape}, got {where.shape}")
    return where.astype(np.intp)


def _unpooled_size(
    shape: tuple[int, ...],
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Sequence[int] | None,
) -> tuple[int, int]:
    kernels = as_pair(kernel_size, "kernel_size", 1, shape)
    strides = kernels if stride is None else as_pair(stride, "stride", 1, shape)
    paddings = as_pair(padding, "padding", 0, shape)
    usual = [
        (n - 1) * s - 2 * p + k
        for n, s, p, k in zip(shape[-2:], strides, paddings, kernels, strict=True)
    ]
    if output_size is None:
        if min(usual) < 1:
            raise ValueError(f"padding {padding!r} leaves nothing of the output{shape_note(shape)}")
        return usual[0], usual[1]
    asked = as_pair(list(output_size)[-2:], "output_size", 1, shape)
    for size, want, s in zip(usual, asked, strides, strict=True):
        if not size - s < want < size + s:
            raise ValueError(
                f"output_size {asked} must differ by less than the stride {strides} from the "
                f"usual {tuple(usual)}{shape_note(shape)}"
            )
    return asked


def blur_pool2d(x: ArrayLike, stride: Size = 2, taps: int = 3) -> Array:
    """Blur with a binomial filter, then keep every ``stride``-th cell."""
    x = as_planes(x)
    strides = as_pair(stride, "stride", 1, x.shape)
    width = as_int(taps, "taps", 1, x.shape)
    before, after = (width - 1) // 2, width // 2
    if after >= min(x.shape[-2:]):
        raise ValueError(
            f"taps {width} needs {after} reflected cells at the edge, more than the plane has"
            f"{shape_note(x.shape)}"
        )
    weights = [math.comb(width - 1, i) / 2 ** (width - 1) for i in range(width)]
    blurred = x.astype(np.promote_types(result_type(x), np.float32), copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        for axis, step in zip((x.ndim - 2, x.ndim - 1), strides, strict=True):
            edges = [(before, after) if a == axis else (0, 0) for a in range(x.ndim)]
            padded = np.pad(blurred, edges, mode="reflect")
            count = (blurred.shape[axis] - 1) // step + 1
            blurred = sum(
                weight * padded[_at(axis, slice(j, j + (count - 1) * step + 1, step))]
                for j, weight in enumerate(weights)
            )
    return blurred.astype(result_type(x), copy=False)
