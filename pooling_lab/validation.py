"""What may come in: every array and number is checked once, at the door, and named if refused."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pooling_lab.geometry import shape_note, shown

Array = NDArray[Any]


def as_array(value: ArrayLike, name: str) -> Array:
    """Return ``value`` as an array of real numbers in the machine's own byte order.

    Raises
    ------
    TypeError
        If it holds anything else (booleans, complex numbers, text, objects) or has a mask.
    ValueError
        If its rows are of different lengths.
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain array: pooling has no rule for masked cells")
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from None
    except (RuntimeError, TypeError) as error:  # such as a torch tensor that records gradients
        raise TypeError(f"{name} must be an array of numbers: {error}") from None
    if array.dtype.kind not in "iuf":
        raise TypeError(
            f"{name} must hold real numbers (integer or floating), not {array.dtype}"
            f" ({name} has shape {array.shape})"
        )
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def as_planes(value: ArrayLike, name: str = "x") -> Array:
    """Return ``value`` as an array of shape ``(..., H, W)`` with at least one cell in a plane."""
    array = as_array(value, name)
    if array.ndim < 2 or 0 in array.shape[-2:]:
        raise ValueError(
            f"{name} must have shape (..., H, W) with H and W at least 1, got {array.shape}"
        )
    return array


def as_gradient(value: ArrayLike, shape: tuple[int, ...], x: Array) -> Array:
    """Return ``value``, the gradient of an output of shape ``shape``, as an array."""
    array = as_array(value, "grad_output")
    if array.shape != shape:
        raise ValueError(
            f"grad_output must have the shape of the output, {shape}, got {array.shape}"
            f"{shape_note(x.shape)}"
        )
    return array


def as_indices(value: ArrayLike, like: Array, name: str, plane: tuple[int, int]) -> Array:
    """Return ``value`` as positions in a plane, one for each number of ``like``."""
    array = as_array(value, "indices")
    if array.dtype.kind == "f":
        raise TypeError(f"indices must be whole numbers, not {array.dtype}")
    if array.shape != like.shape:
        raise ValueError(f"indices must have the shape of {name}, {like.shape}, got {array.shape}")
    cells = plane[0] * plane[1]
    if array.size and not (array.min() >= 0 and array.max() < cells):
        raise ValueError(
            f"indices must lie between 0 and {cells - 1}, the cells of a {plane[0]} x {plane[1]} "
            f"plane, got {array.min()} to {array.max()} ({name} has shape {like.shape})"
        )
    return array.astype(np.intp, copy=False)


def as_power(value: Any, name: str, x: Array) -> float:
    """Return the exponent ``value``, a number above 0, infinity included."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(
            f"{name} must be a number, not {type(value).__name__} {shown(value)}"
            f"{shape_note(x.shape)}"
        )
    try:
        power = float(value)
    except OverflowError:
        power = math.nan
    if not power > 0:
        raise ValueError(
            f"{name} must be above 0 and fit a float, got {shown(value)}{shape_note(x.shape)}"
        )
    return power


def as_share(value: ArrayLike, shape: tuple[int, ...]) -> Array:
    """Return ``value``, numbers from 0 to 1, as an array that broadcasts to ``shape``."""
    share = as_array(value, "alpha")
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError(f"alpha must lie between 0 and 1, got {shown(value)}")
    per_channel = share[:, None, None] if share.ndim == 1 else share
    try:
        np.broadcast_to(per_channel, shape)
    except ValueError:
        raise ValueError(
            "alpha must be a number, one number per channel (shape (C,)), or an array that "
            f"broadcasts to the output's shape {shape}, got shape {share.shape}"
        ) from None
    return per_channel


def refuse_negative(x: Array, why: str) -> None:
    """Raise a ValueError if any number of ``x`` is below 0."""
    if (x < 0).any():
        raise ValueError(f"x must not be negative: {why}{shape_note(x.shape)}")
