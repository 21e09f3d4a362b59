"""Pooling layers, backward: where the gradient of the output goes in the input.

The maximum sends it to one cell of the window, the average to all cells alike, and where windows
overlap it adds up. The transpose of a windowed sum is again a windowed sum, so the `engine`
serves here too.

Every function takes the gradient of the output, then ``x`` and the window arguments of its
forward pass, and returns the gradient of ``x``: of the shape of ``x``, in its dtype (float64 for
integers).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from pooling_lab.engine import outputs, pool_with_positions
from pooling_lab.geometry import Axis, Size, as_flag, window_axes
from pooling_lab.pooling import (
    accumulator,
    adaptive_windows,
    average,
    avg_divisor,
    bin_cells,
    has_power,
    norms,
    norms_along,
    result_type,
    spread,
)
from pooling_lab.validation import Array, as_gradient, as_indices, as_planes, as_power
from pooling_lab.windows import Sweeps, adaptive, readers, sliding, taps

__all__ = [
    "adaptive_avg_pool2d_backward",
    "adaptive_max_pool2d_backward",
    "avg_pool2d_backward",
    "global_avg_pool2d_backward",
    "global_max_pool2d_backward",
    "lp_pool2d_backward",
    "max_pool2d_backward",
    "min_pool2d_backward",
    "stochastic_pool2d_backward",
]


def max_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """Send each gradient to the cell that held the maximum: the first of several equal ones.

    ``∂L/∂x[c] = Σ ∂L/∂y[w]`` over the windows ``w`` whose maximum is cell ``c``.

    Parameters
    ----------
    grad_output
        Gradient of the output, shape (..., H_out, W_out).
    x
        Input of the forward pass, shape (..., H, W).
    kernel_size, stride, padding, dilation, ceil_mode
        As for `max_pool2d`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html

    Examples
    --------
    >>> max_pool2d_backward([[1.0, 1.0]], [[1, 5, 2]], (1, 2), stride=1)
    array([[0., 2., 0.]])
    """
    x = as_planes(x)
    axes = _axes(x, kernel_size, stride, padding, dilation, ceil_mode)
    return _to_extreme(np.maximum, grad_output, x, *map(sliding, axes))


def min_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """Send each gradient to the cell that held the minimum: the first of several equal ones.

    Parameters
    ----------
    grad_output, x, kernel_size, stride, padding, dilation, ceil_mode
        As for `max_pool2d_backward`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Examples
    --------
    >>> min_pool2d_backward([[1.0, 1.0]], [[4, 1, 2]], (1, 2), stride=1)
    array([[0., 2., 0.]])
    """
    x = as_planes(x)
    axes = _axes(x, kernel_size, stride, padding, dilation, ceil_mode)
    return _to_extreme(np.minimum, grad_output, x, *map(sliding, axes))


def avg_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Share each gradient equally among the cells of its window.

    ``∂L/∂x[c] = Σ ∂L/∂y[w] / divisor[w]`` over the windows ``w`` that read cell ``c``. What falls
    on padding is lost.

    Parameters
    ----------
    grad_output
        Gradient of the output, shape (..., H_out, W_out).
    x
        Input of the forward pass, shape (..., H, W); only its shape and dtype matter.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As for `avg_pool2d`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool2d.html

    Examples
    --------
    >>> avg_pool2d_backward([[2.0, 4.0]], [[1, 5, 2]], (1, 2), stride=1)
    array([[1., 3., 2.]])
    """
    x = as_planes(x)
    axes = _axes(x, kernel_size, stride, padding, 1, ceil_mode)
    divisor = avg_divisor(x, axes, count_include_pad, divisor_override)
    return _to_all(_as_gradient(grad_output, x, axes), divisor, x, *map(readers, axes))


def lp_pool2d_backward(
    grad_output: ArrayLike,
    x: ArrayLike,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Share each gradient among the cells of its window by their part in the norm.

    ``∂L/∂x[c] = sign(x[c])·|x[c]|^(p−1) · Σ ∂L/∂y[w]·y[w]^(1−p)`` over the windows ``w`` that read
    cell ``c``; a cell of 0 gets 0, and so does all of a zero window. For p = ∞ the cell of the
    largest absolute value gets everything, with its sign.

    Parameters
    ----------
    grad_output
        Gradient of the output, shape (..., H_out, W_out).
    x
        Input of the forward pass, shape (..., H, W).
    norm_type, kernel_size, stride, ceil_mode
        As for `lp_pool2d`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Source: Gulcehre et al. 2014, Learned-Norm Pooling for Deep Feedforward and Recurrent Neural
    Networks, section 2.

    Examples
    --------
    >>> lp_pool2d_backward([[5.0]], [[3, -4]], 2, (1, 2))
    array([[ 3., -4.]])
    """
    x = as_planes(x)
    p = as_power(norm_type, "norm_type", x)
    axes = _axes(x, kernel_size, stride, 0, 1, ceil_mode)
    grad = _as_gradient(grad_output, x, axes)
    wide = x.astype(np.promote_types(x.dtype, np.float64))
    if p == math.inf:
        toward = _to_extreme(np.maximum, grad, np.abs(wide), *map(sliding, axes))
        return (np.sign(wide) * toward).astype(result_type(x), copy=False)
    if not has_power(np.abs(wide), p):
        toward = _to_norms(grad, np.abs(wide), p, *map(sliding, axes))
        return (np.sign(wide) * toward).astype(result_type(x), copy=False)
    with np.errstate(all="ignore"):
        norm = norms(wide, p, *map(sliding, axes))
        share = np.where(norm == 0, 0, grad * norm ** (1 - p))
        toward = _to_all(share, 1.0, wide, *map(readers, axes))
        slope = np.where(wide == 0, 0, np.sign(wide) * np.abs(wide) ** (p - 1))
        return (slope * toward).astype(result_type(x), copy=False)


def global_max_pool2d_backward(
    grad_output: ArrayLike, x: ArrayLike, keepdims: bool = True
) -> Array:
    """Send each gradient to the largest cell of its plane: the first of several equal ones.

    Parameters
    ----------
    grad_output
        Gradient of the output, shape (..., 1, 1), or (...) without ``keepdims``.
    x
        Input of the forward pass, shape (..., H, W).
    keepdims
        As for `global_max_pool2d`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Examples
    --------
    >>> global_max_pool2d_backward([[2.0]], [[1, 5], [5, 2]])
    array([[0., 2.],
           [0., 0.]])
    """
    x = as_planes(x)
    grad = _as_plane_gradient(grad_output, x, keepdims)
    return _to_extreme(np.maximum, grad, x, *(bins.sweeps for bins in adaptive_windows(x, 1)))


def global_avg_pool2d_backward(
    grad_output: ArrayLike, x: ArrayLike, keepdims: bool = True
) -> Array:
    """Share each gradient equally among all cells of its plane.

    Parameters
    ----------
    grad_output, x, keepdims
        As for `global_max_pool2d_backward`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Examples
    --------
    >>> global_avg_pool2d_backward([[2.0]], [[1, 5], [5, 2]])
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    x = as_planes(x)
    grad = _as_plane_gradient(grad_output, x, keepdims)
    share = (grad / math.prod(x.shape[-2:])).astype(result_type(x), copy=False)
    return np.array(np.broadcast_to(share, x.shape))


def adaptive_max_pool2d_backward(grad_output: ArrayLike, x: ArrayLike, output_size: Size) -> Array:
    """Send each gradient to the largest cell of its bin: the first of several equal ones.

    Parameters
    ----------
    grad_output
        Gradient of the output, shape (..., rows, columns).
    x
        Input of the forward pass, shape (..., H, W).
    output_size
        As for `adaptive_max_pool2d`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Examples
    --------
    >>> adaptive_max_pool2d_backward([[1.0, 1.0]], [[1, 5, 2]], (1, 2))
    array([[0., 2., 0.]])
    """
    x = as_planes(x)
    rows, columns = adaptive_windows(x, output_size)
    _, positions = pool_with_positions(np.maximum, x, rows.sweeps, columns.sweeps)
    positions = spread(positions, rows, columns)
    return _scatter(as_gradient(grad_output, positions.shape, x), positions, x)


def adaptive_avg_pool2d_backward(grad_output: ArrayLike, x: ArrayLike, output_size: Size) -> Array:
    """Share each gradient equally among the cells of its bin.

    Cell ``c`` of ``n`` lies in the bins ``floor(c·o/n) … ceil((c + 1)·o/n) − 1`` of ``o``: the bins
    that read a cell are again adaptive bins, with the two sizes exchanged.

    Parameters
    ----------
    grad_output, x, output_size
        As for `adaptive_max_pool2d_backward`.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Examples
    --------
    >>> adaptive_avg_pool2d_backward([[2.0, 4.0]], [[1, 5, 2]], (1, 2))
    array([[1., 3., 2.]])
    """
    x = as_planes(x)
    rows, columns = adaptive_windows(x, output_size)
    asked = tuple(sum(bins.times or ()) or outputs(bins.sweeps) for bins in (rows, columns))
    grad = as_gradient(grad_output, (*x.shape[:-2], *asked), x)
    divisor = bin_cells(rows, columns)
    if isinstance(divisor, np.ndarray):
        divisor = spread(divisor, rows, columns)
    back = [adaptive(o, n) for o, n in zip(asked, x.shape[-2:], strict=True)]
    return spread(_to_all(grad, divisor, x, *(bins.sweeps for bins in back)), *back)


def stochastic_pool2d_backward(grad_output: ArrayLike, x: ArrayLike, indices: ArrayLike) -> Array:
    """Send each gradient to the cell that was drawn.

    Parameters
    ----------
    grad_output, indices
        Gradient of the output, and the positions that `stochastic_pool2d` returned with
        ``return_indices=True``: both of shape (..., H_out, W_out).
    x
        Input of the forward pass, shape (..., H, W); only its shape and dtype matter.

    Returns
    -------
    ndarray
        Gradient of the input, shape (..., H, W).

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    Source: Zeiler & Fergus 2013, Stochastic Pooling for Regularization of Deep Convolutional
    Neural Networks, section 3.

    Examples
    --------
    >>> stochastic_pool2d_backward([[1.0, 1.0]], [[1, 5, 2]], [[1, 1]])
    array([[0., 2., 0.]])
    """
    x = as_planes(x)
    grad = as_planes(grad_output, "grad_output")
    positions = as_indices(indices, grad, "grad_output", x.shape[-2:])
    as_gradient(grad, (*x.shape[:-2], *grad.shape[-2:]), x)
    return _scatter(grad, positions, x)


# --- the ways back ------------------------------------------------------------------------


def _to_extreme(
    op: np.ufunc, grad_output: ArrayLike, x: Array, rows: Sweeps, columns: Sweeps
) -> Array:
    _, positions = pool_with_positions(op, x, rows, columns)
    return _scatter(as_gradient(grad_output, positions.shape, x), positions, x)


@np.errstate(invalid="ignore", over="ignore")
def _scatter(grad: Array, positions: Array, x: Array) -> Array:
    """Add every gradient to the cell at its position; −1 is nowhere."""
    nowhere = positions < 0
    if nowhere.any():
        grad, positions = np.where(nowhere, 0, grad), np.where(nowhere, 0, positions)
    planes = np.arange(math.prod(x.shape[:-2])).reshape(*x.shape[:-2], 1, 1)
    cells = (planes * math.prod(x.shape[-2:]) + positions).ravel()
    total = np.zeros(x.size, accumulator(result_type(x), 1))
    np.add.at(total, cells, grad.ravel().astype(total.dtype, copy=False))
    return total.astype(result_type(x), copy=False).reshape(x.shape)


def _to_all(grad: Array, divisor: Array | float, x: Array, rows: Sweeps, columns: Sweeps) -> Array:
    with np.errstate(all="ignore"):
        share = grad.astype(np.promote_types(result_type(x), np.float32)) / divisor
    return average(share, rows, columns, 1.0).astype(result_type(x), copy=False)


@np.errstate(all="ignore")
def _to_norms(grad: Array, size: Array, p: float, rows: Sweeps, columns: Sweeps) -> Array:
    """Share by parts in a norm, first among the rows of each window, then within each row.

    A part is a ratio of at most 1, and so has a power where the cell itself has none.
    """
    of_rows = norms_along(size, p, -1, columns)
    return _along(_along(grad, of_rows, p, -2, rows), size, p, -1, columns)


def _along(grad: Array, size: Array, p: float, axis: int, sweeps: Sweeps) -> Array:
    norm = norms_along(size, p, axis, sweeps).swapaxes(axis, -1)
    size, grad = size.swapaxes(axis, -1), grad.swapaxes(axis, -1)
    total = np.zeros_like(size)
    for windows, cells in taps(sweeps, size.shape[-1]):
        part = (size[..., cells] / norm[..., windows]) ** (p - 1)
        total[..., cells] += grad[..., windows] * np.where(size[..., cells] == 0, 0, part)
    return total.swapaxes(axis, -1)


def _axes(x: Array, *window: Any) -> tuple[Axis, Axis]:
    return window_axes(x.shape[-2:], *window, shape=x.shape)


def _as_gradient(grad_output: ArrayLike, x: Array, axes: tuple[Axis, Axis]) -> Array:
    return as_gradient(grad_output, (*x.shape[:-2], *(axis.outputs for axis in axes)), x)


def _as_plane_gradient(grad_output: ArrayLike, x: Array, keepdims: bool) -> Array:
    """Return the gradient of a global pooling, of shape (..., 1, 1)."""
    lead = x.shape[:-2]
    shape = (*lead, 1, 1) if as_flag(keepdims, "keepdims", x.shape) else lead
    return as_gradient(grad_output, shape, x).reshape(*lead, 1, 1)
