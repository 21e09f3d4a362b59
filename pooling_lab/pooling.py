"""Pooling layers, forward: each kind is a few lines on top of one `engine`.

All functions take ``x`` of shape ``(..., H, W)``: rows and columns are the last two axes, and
every plane before them is pooled by itself. Names, argument order and numbers are those of
``torch.nn.functional``; where it differs, the docstring says so. ``x`` is never changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from pooling_lab.engine import outputs, over_planes, pool, pool_with_positions
from pooling_lab.geometry import (
    Axis,
    Size,
    as_flag,
    as_int,
    as_pair,
    as_stride,
    shape_note,
    shown,
    window_axes,
)
from pooling_lab.validation import (
    Array,
    as_indices,
    as_planes,
    as_power,
    as_share,
    refuse_negative,
)
from pooling_lab.windows import Bins, Sweeps, adaptive, sliding, taps

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

MOST_LEVELS = 1000  # grids of a pyramid; a longer list is an iterator that does not end

Pooled = Any  # an array; with return_indices=True two of them: the values and their positions


# --- windows that slide -------------------------------------------------------------------


def max_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Pooled:
    """Return the maximum of every window.

    ``y[i, j] = max over (m, n) of x[i·s − p + m·d, j·s − p + n·d]``, cells outside ``x`` left out.

    Parameters
    ----------
    x
        Real numbers of shape (..., H, W), in any memory layout.
    kernel_size, stride
        Height and width of the window, and how far it moves, in cells: an int or a pair.
        ``stride=None`` means the kernel size. PyTorch's other spellings are welcome too:
        ``[2]`` for 2, and ``stride=[]`` for None.
    padding
        Cells added on each side, at most half of the kernel. They count as −∞: never as 0.
    dilation
        Distance between the cells of a window; 1 means neighbours.
    ceil_mode
        Keep a last, partial window if it starts inside the input or the left padding.
    return_indices
        Also return where each maximum is.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        Maxima of shape (..., H_out, W_out) in the dtype of ``x``. With ``return_indices`` also
        their positions ``row·W + column`` in the plane without padding: the first of several
        equal ones, the first NaN if there is one; −1 if a dilated window reads only padding.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.max_pool2d`.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.max_pool2d.html

    Examples
    --------
    >>> x = np.arange(1, 17).reshape(4, 4)
    >>> max_pool2d(x, 2)
    array([[ 6,  8],
           [14, 16]])
    >>> max_pool2d([[3.0, 1.0, 3.0]], (1, 2), stride=1, return_indices=True)
    (array([[3., 3.]]), array([[0, 2]]))
    """
    x = as_planes(x)
    rows, columns = _windows(x, kernel_size, stride, padding, dilation, ceil_mode)
    return _extreme(np.maximum, x, rows, columns, return_indices)


def min_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """Return the minimum of every window.

    ``min = −max(−x)`` on the real line. In NumPy's unsigned and signed integers it is not:
    ``−x`` wraps around, so the minimum is taken directly, and padding counts as +∞.

    Parameters
    ----------
    x, kernel_size, stride, padding, dilation, ceil_mode
        As for `max_pool2d`.

    Returns
    -------
    ndarray
        Minima of shape (..., H_out, W_out) in the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.min_pool2d`.

    Source: PyTorch has no such layer; the numbers are those of ``-max_pool2d(-x)`` in float64.

    Examples
    --------
    >>> min_pool2d(np.arange(1, 17, dtype=np.uint8).reshape(4, 4), 2)
    array([[ 1,  3],
           [ 9, 11]], dtype=uint8)
    """
    x = as_planes(x)
    return pool(np.minimum, x, *_windows(x, kernel_size, stride, padding, dilation, ceil_mode))


def avg_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Return the average of every window.

    ``y[i, j] = (sum of the window's cells) / divisor``; padding adds 0 to the sum.

    Parameters
    ----------
    x, kernel_size, stride, padding, ceil_mode
        As for `max_pool2d`.
    count_include_pad
        Count padding cells in the divisor, up to the padded edge; if False, count only the
        cells of ``x``.
    divisor_override
        Divide every sum by this whole number instead; negative is allowed, 0 is not.

    Returns
    -------
    ndarray
        Averages of shape (..., H_out, W_out): float64 for integers, where torch truncates or
        refuses, else the dtype of ``x``. float16 is added up in float32, and so rounded once.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.avg_pool2d`.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.avg_pool2d.html

    Examples
    --------
    >>> avg_pool2d(np.arange(1, 17).reshape(4, 4), 2)
    array([[ 3.5,  5.5],
           [11.5, 13.5]])
    >>> avg_pool2d([[1, 2, 3]], (1, 2), ceil_mode=True)
    array([[1.5, 3. ]])
    """
    x = as_planes(x)
    axes = window_axes(x.shape[-2:], kernel_size, stride, padding, 1, ceil_mode, shape=x.shape)
    divisor = avg_divisor(x, axes, count_include_pad, divisor_override)
    return average(x, sliding(axes[0]), sliding(axes[1]), divisor)


def lp_pool2d(
    x: ArrayLike,
    norm_type: float,
    kernel_size: Size,
    stride: Size | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Return the p-norm of every window.

    ``y[i, j] = (sum of |x|^p over the window)^(1/p)``: p = 1 is the sum of absolute values, not
    the average; p = 2 the Euclidean length; p = ∞ the largest absolute value.

    The definition is kept where torch departs from it: torch adds up the signed powers, and
    scales up a clipped last window (``[3, 4, 5]``, p = 2, k = 2, ceil: 7.07 where the norm is 5).

    Parameters
    ----------
    x, kernel_size, stride, ceil_mode
        As for `max_pool2d`.
    norm_type
        The exponent p, above 0; ``math.inf`` is allowed.

    Returns
    -------
    ndarray
        Norms of shape (..., H_out, W_out): float64 for integers, else the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.lp_pool2d`.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.lp_pool2d.html

    Examples
    --------
    >>> lp_pool2d([[3, -4, 5]], 2, (1, 2), ceil_mode=True)
    array([[5., 5.]])
    """
    x = as_planes(x)
    p = as_power(norm_type, "norm_type", x)
    rows, columns = _windows(x, kernel_size, stride, 0, 1, ceil_mode)
    return norms(x, p, rows, columns).astype(result_type(x), copy=False)


def stochastic_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    *,
    rng: np.random.Generator | int | None = None,
    training: bool = True,
    return_indices: bool = False,
) -> Pooled:
    """Draw one cell of every window, with probability proportional to its activation.

    ``P(cell) = a / Σa``. For testing, ``training=False`` gives the mean weighted with the same
    probabilities, ``Σa² / Σa``. A window of zeros gives 0 (training: its first cell).

    Parameters
    ----------
    x
        Activations of shape (..., H, W), finite and not negative.
    kernel_size, stride
        As for `max_pool2d`.
    rng
        A NumPy Generator, a seed for one, or None for a new one.
    training
        Draw (True), or return the expected value (False).
    return_indices
        Also return the drawn positions, for `max_unpool2d` and the backward pass.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        Values of shape (..., H_out, W_out): drawn ones in the dtype of ``x``, means in float64
        for integers. With ``return_indices`` also the positions ``row·W + column``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.stochastic_probabilities`.

    Source: Zeiler & Fergus 2013, Stochastic Pooling for Regularization of Deep Convolutional
    Neural Networks.

    Examples
    --------
    >>> x = [[0.0, 0.0, 1.0, 3.0], [0.0, 2.0, 0.0, 0.0]]
    >>> stochastic_pool2d(x, 2, training=False)
    array([[2. , 2.5]])
    >>> stochastic_pool2d(x, (2, 1), rng=0)[0, :2]
    array([0., 2.])
    """
    x = as_planes(x)
    axes = window_axes(x.shape[-2:], kernel_size, stride, shape=x.shape)
    training, both = as_flag(training, "training"), as_flag(return_indices, "return_indices")
    generator = _generator(rng)
    refuse_negative(x, "its numbers become probabilities")
    if not np.isfinite(x).all():
        raise ValueError(f"x must be finite: its numbers become probabilities{shape_note(x.shape)}")
    if not training and both:
        raise ValueError("return_indices needs training=True: a weighted mean has no position")
    if not training:
        return _weighted_mean(x, *axes)
    positions = _draw(x, *axes, generator)
    values = np.take_along_axis(_flat(x), _flat(positions), -1).reshape(positions.shape)
    return (values, positions) if both else values


def mixed_pool2d(
    x: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    *,
    alpha: ArrayLike = 0.5,
) -> Array:
    """Return ``alpha`` times the maximum plus ``1 − alpha`` times the average of every window.

    Parameters
    ----------
    x, kernel_size, stride
        As for `max_pool2d`.
    alpha
        Numbers from 0 (average) to 1 (maximum): one for all; shape (C,), one per channel, where
        C is the axis before the rows; or any shape that broadcasts to that of the output.

    Returns
    -------
    ndarray
        Shape (..., H_out, W_out): float64 for integers, else the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.max_pool2d`
    and `pooling_lab.reference.avg_pool2d`.

    Source: Lee, Gallagher & Tu 2016, Generalizing Pooling Functions in CNNs (a
    learned alpha); Yu et al. 2014, Mixed Pooling for CNNs (an alpha drawn from 0 and 1).

    Examples
    --------
    >>> mixed_pool2d([[1.0, 2.0], [3.0, 6.0]], 2, alpha=[[0.5]])
    array([[4.5]])
    """
    x = as_planes(x)
    mean = avg_pool2d(x, kernel_size, stride)
    high = max_pool2d(x, kernel_size, stride).astype(mean.dtype, copy=False)
    share = as_share(alpha, mean.shape).astype(mean.dtype)
    with np.errstate(invalid="ignore", over="ignore"):
        mixed = share * high + (1 - share) * mean
    return np.where(share == 1, high, np.where(share == 0, mean, mixed))  # 0 · ∞ is not 0


# --- windows that fit the plane -----------------------------------------------------------


def global_max_pool2d(x: ArrayLike, keepdims: bool = True) -> Array:
    """Return the maximum of every plane.

    Parameters
    ----------
    x
        Real numbers of shape (..., H, W).
    keepdims
        Keep rows and columns as axes of length 1.

    Returns
    -------
    ndarray
        Shape (..., 1, 1), or (...) without ``keepdims``, in the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.adaptive_max_pool2d`.

    Source: Oquab et al. 2015, Is Object Localization for Free?, section 3.

    Examples
    --------
    >>> global_max_pool2d([[1, 5], [3, 2]])
    array([[5]])
    """
    x = as_planes(x)
    keepdims = as_flag(keepdims, "keepdims", x.shape)
    high = over_planes(np.maximum, x)
    return high[..., None, None] if keepdims else high


def global_avg_pool2d(x: ArrayLike, keepdims: bool = True) -> Array:
    """Return the average of every plane: one number for each channel.

    Parameters
    ----------
    x, keepdims
        As for `global_max_pool2d`.

    Returns
    -------
    ndarray
        Shape (..., 1, 1), or (...) without ``keepdims``: float64 for integers, else the dtype
        of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.adaptive_avg_pool2d`.

    Source: Lin, Chen & Yan 2014, Network In Network, section 3.2.

    Examples
    --------
    >>> global_avg_pool2d([[1, 5], [3, 2]], keepdims=False)
    array(2.75)
    """
    x = as_planes(x)
    keepdims = as_flag(keepdims, "keepdims", x.shape)
    cells = math.prod(x.shape[-2:])
    with np.errstate(invalid="ignore", over="ignore"):
        total = over_planes(np.add, x, accumulator(x.dtype, cells))
        mean = np.asarray(total / cells, dtype=result_type(x))
    return mean[..., None, None] if keepdims else mean


def gem_pool2d(x: ArrayLike, p: float = 3, keepdims: bool = True) -> Array:
    """Return the generalised mean of every plane: a dial from average to maximum.

    ``y = (mean of x^p)^(1/p)``: p = 1 is the average, p = ∞ the maximum. Each plane is divided
    by its maximum first, so that large powers neither overflow nor vanish.

    Parameters
    ----------
    x
        Numbers of shape (..., H, W), not negative: a negative number has no real power 3.5.
        (The paper pools after a ReLU; some code clips at a small positive number instead.)
    p
        The exponent, above 0; ``math.inf`` is allowed.
    keepdims
        Keep rows and columns as axes of length 1.

    Returns
    -------
    ndarray
        Shape (..., 1, 1), or (...) without ``keepdims``: float64 for integers, else the dtype
        of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.lp_pool2d`.

    Source: Radenović, Tolias & Chum 2018, Fine-tuning CNN Image Retrieval with No Human
    Annotation.

    Examples
    --------
    >>> x = [[0.0, 3.0], [4.0, 0.0]]
    >>> [round(gem_pool2d(x, p).item(), 3) for p in (1, 2, 3, math.inf)]
    [1.75, 2.5, 2.834, 4.0]
    """
    x = as_planes(x)
    p, keepdims = as_power(p, "p", x), as_flag(keepdims, "keepdims", x.shape)
    refuse_negative(x, "its powers have no real root (put a ReLU before it)")
    high = global_max_pool2d(x).astype(np.promote_types(result_type(x), np.float32))
    if p < math.inf:
        with np.errstate(all="ignore"):
            scale = np.where((high > 0) & (high < math.inf), high, 1)
            high = scale * global_avg_pool2d((x / scale) ** p) ** (1 / p)
    high = high.astype(result_type(x), copy=False)
    return high if keepdims else high[..., 0, 0]


def adaptive_max_pool2d(x: ArrayLike, output_size: Size, return_indices: bool = False) -> Pooled:
    """Return the maximum of every adaptive bin: any input size to one output size.

    Bin ``i`` of ``o`` covers the cells ``floor(i·n/o) … ceil((i + 1)·n/o) − 1`` of ``n``.

    Parameters
    ----------
    x
        Real numbers of shape (..., H, W).
    output_size
        Number of bins: an int or a pair (rows, columns); None in a pair keeps the size that
        axis has.
    return_indices
        Also return where each maximum is, as `max_pool2d` does.

    Returns
    -------
    ndarray or (ndarray, ndarray)
        Maxima of shape (..., rows, columns) in the dtype of ``x``, and their positions.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.adaptive_max_pool2d`.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_max_pool2d.html

    Examples
    --------
    >>> adaptive_max_pool2d([[1, 2, 3, 4, 5]], (1, 3))
    array([[2, 4, 5]])
    """
    x = as_planes(x)
    rows, columns = adaptive_windows(x, output_size)
    pooled = _extreme(np.maximum, x, rows.sweeps, columns.sweeps, return_indices)
    if isinstance(pooled, tuple):
        return tuple(spread(part, rows, columns) for part in pooled)
    return spread(pooled, rows, columns)


def adaptive_avg_pool2d(x: ArrayLike, output_size: Size) -> Array:
    """Return the average of every adaptive bin: any input size to one output size.

    Parameters
    ----------
    x, output_size
        As for `adaptive_max_pool2d`.

    Returns
    -------
    ndarray
        Averages of shape (..., rows, columns): float64 for integers, else the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.adaptive_avg_pool2d`.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.adaptive_avg_pool2d.html

    Examples
    --------
    >>> adaptive_avg_pool2d([[1, 2, 3, 4, 5]], (1, 3))
    array([[1.5, 3. , 4.5]])
    """
    x = as_planes(x)
    rows, columns = adaptive_windows(x, output_size)
    mean = average(x, rows.sweeps, columns.sweeps, bin_cells(rows, columns))
    return spread(mean, rows, columns)


def spatial_pyramid_pool2d(
    x: ArrayLike, levels: Sequence[int] = (1, 2, 4), kind: Literal["max", "avg"] = "max"
) -> Array:
    """Return the adaptive bins of several grids in one row: a fixed length from any size.

    Parameters
    ----------
    x
        Real numbers of shape (..., H, W).
    levels
        The grids: level n has n × n bins.
    kind
        ``"max"`` or ``"avg"``.

    Returns
    -------
    ndarray
        Shape (..., L) with L the sum of n² over the levels: 21 for 1, 2, 4.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.adaptive_max_pool2d`.

    Source: He et al. 2014, Spatial Pyramid Pooling in Deep Convolutional Networks for Visual
    Recognition, section 2.2.

    Examples
    --------
    >>> spatial_pyramid_pool2d([[1, 2], [3, 4]], levels=(1, 2))
    array([4, 1, 2, 3, 4])
    """
    x = as_planes(x)
    if not isinstance(kind, str):
        raise TypeError(f"kind must be 'max' or 'avg', not {shown(kind)}{shape_note(x.shape)}")
    if kind not in ("max", "avg"):
        raise ValueError(f"kind must be 'max' or 'avg', got {shown(kind)}{shape_note(x.shape)}")
    if not isinstance(levels, Iterable):
        raise TypeError(f"levels must be whole numbers, not {shown(levels)}{shape_note(x.shape)}")
    grids = islice(levels, MOST_LEVELS + 1)
    bins = [as_int(n, f"levels[{i}]", 1, x.shape) for i, n in enumerate(grids)]
    if not 1 <= len(bins) <= MOST_LEVELS:
        raise ValueError(
            f"levels must name 1 to {MOST_LEVELS} grids, got {shown(levels)}{shape_note(x.shape)}"
        )
    _require_room("levels", (*x.shape[:-2], sum(n * n for n in bins)), x)
    adaptive_pool = adaptive_max_pool2d if kind == "max" else adaptive_avg_pool2d
    return np.concatenate([_flat(adaptive_pool(x, n)) for n in bins], axis=-1)


# --- back up, and down without aliasing ---------------------------------------------------


def max_unpool2d(
    y: ArrayLike,
    indices: ArrayLike,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    output_size: Size | None = None,
) -> Array:
    """Put every maximum back where it came from, and 0 everywhere else.

    Parameters
    ----------
    y, indices
        What `max_pool2d` returned with ``return_indices=True``, both of shape (..., H, W).
        Where two windows had the same maximum, its last copy is kept.
    kernel_size, stride, padding
        As in that call.
    output_size
        Height and width wanted, or the whole shape, for inputs whose last rows no window read;
        less than a stride away from the usual size.

    Returns
    -------
    ndarray
        Shape (..., (H − 1)·stride − 2·padding + kernel_size, the same for W), or
        ``(..., *output_size)``, in the dtype of ``y``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.max_positions`.

    Source: https://docs.pytorch.org/docs/2.13/generated/torch.nn.functional.max_unpool2d.html

    Examples
    --------
    >>> max_unpool2d(*max_pool2d([[1, 2], [4, 3]], 2, return_indices=True), 2)
    array([[0, 0],
           [4, 0]])
    """
    y = as_planes(y, "y")
    plane = _unpooled_size(y.shape, kernel_size, stride, padding, output_size)
    positions = as_indices(indices, y, "y", plane)
    x = np.zeros((*y.shape[:-2], *plane), y.dtype)
    np.put_along_axis(_flat(x), _flat(positions), _flat(y), axis=-1)
    return x


def blur_pool2d(x: ArrayLike, stride: Size = 2, taps: int = 3) -> Array:
    """Blur with a binomial filter, then keep every ``stride``-th cell, so that nothing aliases.

    The filter is row ``taps − 1`` of Pascal's triangle over its sum, along rows and columns:
    ``[1, 2, 1] / 4`` for 3 taps. Edges are mirrored. Set after a max pool of stride 1 it replaces
    the max pool of stride 2.

    Parameters
    ----------
    x
        Real numbers of shape (..., H, W).
    stride
        Distance between the cells that are kept: an int or a pair.
    taps
        Length of the filter; 1 does not blur.

    Returns
    -------
    ndarray
        Shape (..., ceil(H / stride), ceil(W / stride)): float64 for integers, else the dtype of
        ``x``.

    Raises
    ------
    TypeError, ValueError
        For an argument of the wrong kind or value; the message names it.

    In loops, to be read aloud: `pooling_lab.reference.windows`.

    Source: Zhang 2019, Making Convolutional Networks Shift-Invariant Again, section 3.2.

    Examples
    --------
    >>> blur_pool2d([[0.0, 0.0, 4.0, 0.0], [0.0, 0.0, 4.0, 0.0]])
    array([[0., 2.]])
    """
    x = as_planes(x)
    steps = as_pair(stride, "stride", 1, x.shape)
    taps = as_int(taps, "taps", 1, x.shape)
    if taps // 2 >= min(x.shape[-2:]):
        raise ValueError(
            f"taps must be smaller: {taps} taps mirror {taps // 2} cells beyond the edge cell"
            f"{shape_note(x.shape)}"
        )
    weights = [math.comb(taps - 1, j) / 2 ** (taps - 1) for j in range(taps)]
    blurred = x.astype(np.promote_types(result_type(x), np.float32), copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        for axis, step in ((-2, steps[0]), (-1, steps[1])):
            blurred = _blur(blurred.swapaxes(axis, -1), weights, step).swapaxes(axis, -1)
        return blurred.astype(result_type(x), copy=False)


# --- what they share with the gradients ---------------------------------------------------


def _windows(x: Array, *window: Any) -> tuple[Sweeps, Sweeps]:
    rows, columns = window_axes(x.shape[-2:], *window, shape=x.shape)
    return sliding(rows), sliding(columns)


def _extreme(op: np.ufunc, x: Array, rows: Sweeps, columns: Sweeps, return_indices: bool) -> Pooled:
    if as_flag(return_indices, "return_indices", x.shape):
        return pool_with_positions(op, x, rows, columns)
    return pool(op, x, rows, columns)


def adaptive_windows(x: Array, output_size: Size) -> tuple[Bins, Bins]:
    """Return the adaptive bins along both axes; None keeps the size of its axis."""
    if isinstance(output_size, Sequence) and len(output_size) == 2:
        pairs = zip(output_size, x.shape[-2:], strict=True)
        output_size = [n if wanted is None else wanted for wanted, n in pairs]
    rows, columns = as_pair(output_size, "output_size", 1, x.shape)
    _require_room("output_size", (*x.shape[:-2], rows, columns), x)
    return adaptive(x.shape[-2], rows), adaptive(x.shape[-1], columns)


def spread(pooled: Array, rows: Bins, columns: Bins) -> Array:
    """Repeat the different bins as often as they come, along both axes."""
    for axis, bins in ((-2, rows), (-1, columns)):
        if bins.times is not None:
            pooled = np.repeat(pooled, bins.times, axis)
    return pooled


def bin_cells(rows: Bins, columns: Bins) -> Array | float:
    """Return how many cells each of the different bins has, or one number for all."""
    if len(rows.sweeps) == len(columns.sweeps) == 1:
        return float(rows.sweeps[0].kernel * columns.sweeps[0].kernel)
    counts = [np.empty(outputs(bins.sweeps)) for bins in (rows, columns)]
    for count, bins in zip(counts, (rows, columns), strict=True):
        for sweep in bins.sweeps:
            count[sweep.into] = sweep.kernel
    return np.multiply.outer(*counts)


def _require_room(name: str, shape: tuple[int, ...], x: Array) -> None:
    """Raise NumPy's own error if a result of this shape cannot be, before any work is done."""
    said = f"{name} asks for too much, a result of shape {shape}{shape_note(x.shape)}: "
    try:
        np.empty(shape, result_type(x))
    except MemoryError as error:
        raise MemoryError(f"{said}{error}") from None
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{said}{error}") from None


def avg_divisor(
    x: Array, axes: tuple[Axis, Axis], count_include_pad: bool, divisor_override: int | None
) -> Array | float:
    """Return what each window's sum is divided by: shape (H_out, W_out), or one for all."""
    include = as_flag(count_include_pad, "count_include_pad", x.shape)
    if divisor_override is not None:
        number = as_int(divisor_override, "divisor_override", -(2**63), x.shape)
        if number == 0:
            raise ValueError(f"divisor_override must not be 0{shape_note(x.shape)}")
        return float(number)
    rows, columns = axes
    if not (rows.padding or columns.padding or rows.ceil_mode):  # no window is clipped
        return float(rows.kernel * columns.kernel)
    counts = (np.array(axis.counts(include), np.float64) for axis in axes)
    return np.multiply.outer(*counts)


def result_type(x: Array) -> np.dtype[Any]:
    """Return the dtype of an average of ``x``: its own, or float64 for integers."""
    return x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)


@lru_cache(maxsize=1024)
def accumulator(dtype: np.dtype[Any], terms: int) -> np.dtype[Any]:
    """Return the dtype to add up ``terms`` numbers in, so that rounding stays invisible."""
    wide = np.float64 if dtype.kind != "f" or terms > 64 else np.float32
    return np.promote_types(dtype, wide)


@np.errstate(invalid="ignore", over="ignore")
def average(x: Array, rows: Sweeps, columns: Sweeps, divisor: Array | float) -> Array:
    """Return the sum over every window, divided; ``inf − inf`` is a quiet NaN."""
    terms = max([sweep.kernel for sweep in rows + columns])
    mean = pool(np.add, x, rows, columns, accumulator(x.dtype, terms), divisor)
    return mean.astype(result_type(x), copy=False)


@np.errstate(all="ignore")
def norms(x: Array, p: float, rows: Sweeps, columns: Sweeps) -> Array:
    """Return the p-norm of every window in float64."""
    size = np.abs(x.astype(np.promote_types(x.dtype, np.float64)))
    if p == math.inf:
        return pool(np.maximum, size, rows, columns)
    if has_power(size, p):
        return pool(np.add, size**p, rows, columns) ** (1 / p)
    # The norm of a rectangle is the norm of the norms of its rows.
    return norms_along(norms_along(size, p, -1, columns), p, -2, rows)


@np.errstate(all="ignore")
def has_power(size: Array, p: float) -> bool:
    """Return whether the powers of these numbers, none negative, stay clear of 0 and infinity."""
    high = size.max(initial=0)
    low = np.min(size, initial=high, where=size > 0)
    return bool(high == 0 or (low**p > 1e-150 and high**p < 1e150))


@np.errstate(all="ignore")
def norms_along(size: Array, p: float, axis: int, sweeps: Sweeps) -> Array:
    """Return the p-norm of every window of one row or column, each divided by its largest cell.

    So a power neither overflows nor vanishes, whatever else the plane holds.
    """
    lines = size.swapaxes(axis, -1)
    one_row = sliding(Axis(lines.shape[-2], 1, 1))
    high = pool(np.maximum, lines, one_row, sweeps)
    scale = np.where((high > 0) & (high < math.inf), high, 1)
    total = np.zeros_like(high)
    for windows, cells in taps(sweeps, lines.shape[-1]):
        total[..., windows] += (lines[..., cells] / scale[..., windows]) ** p
    return (scale * total ** (1 / p)).swapaxes(axis, -1)


@np.errstate(over="ignore", invalid="ignore")
def _weighted_mean(x: Array, rows: Axis, columns: Axis) -> Array:
    wide = x.astype(np.promote_types(x.dtype, np.float64), copy=False)
    if has_power(wide, 2):
        windows = sliding(rows), sliding(columns)
        total, squares = pool(np.add, wide, *windows), pool(np.add, wide * wide, *windows)
        exponent = np.zeros(total.shape, int)
    else:
        cells, exponent = _scaled_windows(wide, rows, columns)
        total, squares = cells.sum(axis=-1), (cells * cells).sum(axis=-1)
    mean = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    return np.ldexp(mean, exponent).astype(result_type(x), copy=False)


def _flat(x: Array) -> Array:
    """View every plane as one row."""
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])


def _generator(rng: np.random.Generator | int | None) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator | None):
        rng = as_int(rng, "rng (a Generator, None, or a seed)", 0, largest=None)
    return np.random.default_rng(rng)


def _draw(x: Array, rows: Axis, columns: Axis, generator: np.random.Generator) -> Array:
    """Return the position of one cell per window, drawn in proportion to the activations."""
    cells, _ = _scaled_windows(x, rows, columns)
    summed = cells.cumsum(axis=-1)
    total = summed[..., -1]
    mark = generator.random(total.shape) * total
    mark = np.minimum(mark, np.nextafter(total, 0))  # rounding must not reach past the last cell
    drawn = (summed > mark[..., None]).argmax(axis=-1)
    row = np.arange(rows.outputs)[:, None] * rows.stride + drawn // columns.kernel
    column = np.arange(columns.outputs) * columns.stride + drawn % columns.kernel
    return row * x.shape[-1] + column


def _scaled_windows(x: Array, rows: Axis, columns: Axis) -> tuple[Array, Array]:
    """Return the cells of every window in a row, over a power of two that brings them below 1.

    Sums of them cannot overflow, and are the same to the last bit where none would have.
    """
    window = (rows.kernel, columns.kernel)
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=(-2, -1))
    cells = _flat(windows[..., :: rows.stride, :: columns.stride, :, :])
    cells = cells.astype(np.promote_types(x.dtype, np.float64), copy=False)
    _, exponent = np.frexp(cells.max(axis=-1))
    return np.ldexp(cells, -exponent[..., None]), exponent


def _unpooled_size(
    shape: tuple[int, ...],
    kernel_size: Size,
    stride: Size | None,
    padding: Size,
    output_size: Size | None,
) -> tuple[int, int]:
    kernels = as_pair(kernel_size, "kernel_size")
    strides = as_stride(stride, kernels)
    paddings = as_pair(padding, "padding", 0)
    numbers = zip(shape[-2:], kernels, strides, paddings, strict=True)
    rows, columns = ((n - 1) * s - 2 * p + k for n, k, s, p in numbers)
    if output_size is None:
        asked = rows, columns
    elif isinstance(output_size, Sequence) and len(output_size) == len(shape):
        asked = as_pair(output_size[-2:], "output_size")
    else:
        asked = as_pair(output_size, "output_size")
    if min(asked) < 1:
        raise ValueError(f"padding {padding!r} leaves no cell (y has shape {shape})")
    if abs(asked[0] - rows) >= strides[0] or abs(asked[1] - columns) >= strides[1]:
        raise ValueError(
            f"output_size must be less than a stride {strides} away from {(rows, columns)}, "
            f"not {asked} (y has shape {shape})"
        )
    return asked


def _blur(x: Array, weights: Sequence[float], step: int) -> Array:
    """Filter along the last axis with mirrored edges, and keep every ``step``-th cell."""
    beyond = [(0, 0)] * (x.ndim - 1) + [((len(weights) - 1) // 2, len(weights) // 2)]
    padded = np.pad(x, beyond, mode="reflect")
    size = x.shape[-1]
    parts = [weight * padded[..., j : j + size : step] for j, weight in enumerate(weights)]
    return np.asarray(sum(parts))
