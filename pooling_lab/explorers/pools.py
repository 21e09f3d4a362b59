"""What an explorer pools with: a kind of the library or a student's own function."""

from __future__ import annotations

import contextlib
import inspect
import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pooling_lab.drawing import number
from pooling_lab.explorers.explorer import Control
from pooling_lab.geometry import Axis, window_axes
from pooling_lab.pooling import avg_pool2d, max_pool2d, min_pool2d

Function = Callable[..., Any]
KINDS: dict[str, Function] = {"max": max_pool2d, "average": avg_pool2d, "min": min_pool2d}
VALUES: dict[str, Sequence[Any]] = {
    "kernel_size": (1, 2, 3, 4),
    "stride": (1, 2, 3, 4),
    "padding": (0, 1, 2),
    "dilation": (1, 2),
    "ceil_mode": (False, True),
    "count_include_pad": (True, False),
}
PLAIN = {"padding": 0, "dilation": 1, "ceil_mode": False, "count_include_pad": True}


def pool_controls(
    pool: str | Function, start: dict[str, Any], shown: Sequence[str], values: dict[str, Any]
) -> list[Control]:
    """Return one control for the kind of pooling and one per setting.

    Parameters
    ----------
    pool
        A name of `KINDS`, or a function with arguments named as PyTorch's.
    start
        The value each setting starts at; ``stride=None`` means the kernel size.
    shown
        The names of the controls to show; the others stay where they start.
    values
        What each setting may be.
    """
    names = ["pool", *start]
    if unknown := [name for name in shown if name not in names]:
        raise ValueError(f"controls must be among {', '.join(names)}, got {unknown[0]!r}")
    kinds: Sequence[Any] = list(KINDS) if "pool" in shown else [pool]
    taken = list(start)
    if callable(pool):
        kinds, taken = [pool.__name__], _parameters(pool)
    elif pool not in KINDS:
        raise ValueError(f"pool must be one of {', '.join(KINDS)} or a function, got {pool!r}")
    moving = [name for name in shown if name in taken]
    if "stride" in moving and start["stride"] is None:
        start = {**start, "stride": start["kernel_size"]}
    return [Control("pool", kinds, kinds[0] if callable(pool) else pool, "buttons")] + [
        Control(name, values[name] if name in moving else [value], value, _kind_of(value))
        for name, value in start.items()
    ]


def _kind_of(value: Any) -> str:
    return "checkbox" if isinstance(value, bool) else "slider"


def _parameters(function: Function) -> list[str]:
    """Return which of the settings a function takes; refuse one that needs others."""
    _, *others = inspect.signature(function).parameters.values()
    needed = [p.name for p in others if p.default is p.empty and p.name not in VALUES]
    if needed:
        raise TypeError(
            f"pool must take x and then any of {', '.join(VALUES)}, under these names: "
            f"{function.__name__} also needs {', '.join(needed)}"
        )
    return [p.name for p in others if p.name in VALUES]


def axes_of(x: NDArray[Any], settings: dict[str, Any]) -> tuple[Axis, Axis]:
    """Return the two axes of the window, unchecked: also those that cannot work."""
    kernel = settings["kernel_size"]
    window = (kernel, settings["stride"] or kernel, settings["padding"], settings["dilation"])
    rows, columns = (Axis(size, *window, settings["ceil_mode"]) for size in x.shape[:2])
    return rows, columns


def run(pool: str | Function, x: NDArray[Any], settings: dict[str, Any]) -> NDArray[Any]:
    """Return what the pooling makes of ``x``, or raise a ValueError that says why not.

    A student's function works on a copy, and what it prints is not shown: it runs a few
    hundred times.
    """
    window = {name: value for name, value in settings.items() if name != "count_include_pad"}
    axes = window_axes(x.shape[:2], **window, shape=x.shape)
    function = pool if callable(pool) else KINDS[pool]
    taken = _parameters(function)
    for name, plain in PLAIN.items():
        if name not in taken and settings[name] != plain:
            raise ValueError(f"{function.__name__} has no {name}")
    arguments = {name: settings[name] for name in taken}
    if not callable(pool):
        return function(x, **arguments)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            y = np.asarray(function(x.copy(), **arguments))
    except Exception as error:
        raise ValueError(f"{pool.__name__} raised {type(error).__name__}: {error}") from error
    expected = (axes[0].outputs, axes[1].outputs)
    if y.dtype.kind not in "fiub":
        raise ValueError(f"{pool.__name__} must return numbers, it returned {y.dtype}")
    if y.shape != expected:
        raise ValueError(f"{pool.__name__} returned shape {y.shape}, but {expected} windows fit")
    return y


def as_plane(value: ArrayLike, name: str = "x") -> NDArray[Any]:
    """Return a copy of one plane of numbers; refuse anything else."""
    plane = np.array(value)
    if plane.ndim != 2 or plane.size == 0 or plane.dtype.kind not in "iuf":
        raise ValueError(
            f"{name} must be one plane (H, W) of numbers, got {plane.dtype} of shape {plane.shape}"
        )
    return plane


def size_of(x: NDArray[Any]) -> str:
    """Write height and width of a plane, as in ``6 × 6``."""
    return f"{x.shape[0]} × {x.shape[1]}"


def formula(axes: tuple[Axis, Axis]) -> list[str]:
    """Write the size formula, and again with the numbers put in."""
    rounding = "ceil" if axes[0].ceil_mode else "floor"
    symbols = "(size + 2·padding − dilation·(kernel_size − 1) − 1) / stride"
    sides = {"rows": axes[0], "columns": axes[1]}
    if axes[0] == axes[1]:
        sides = {"rows and columns": axes[0]}
    lines = [f"{name}: {_substituted(axis)}" for name, axis in sides.items()]
    return [f"output size = {rounding}({symbols}) + 1", *lines]


def _substituted(axis: Axis) -> str:
    size, kernel, stride, padding, dilation, ceil_mode = (
        getattr(axis, name)
        for name in ("size", "kernel", "stride", "padding", "dilation", "ceil_mode")
    )
    room = size + 2 * padding - axis.span
    windows = -(-room // stride) + 1 if ceil_mode else room // stride + 1
    text = (
        f"{'ceil' if ceil_mode else 'floor'}(({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1)"
        f" / {stride}) + 1 = {number(windows)}"
    )
    if windows > axis.outputs:
        return f"{text}, less 1 because the last window would start beyond the data: {axis.outputs}"
    return text
