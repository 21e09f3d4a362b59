"""What an explorer pools with: a kind of the library or a student's own function."""

from __future__ import annotations

import functools
import inspect
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


class Guarded:
    """A student's function, called so that the notebook lives on whatever it does.

    It works on a copy, and what it prints is not shown: it runs a few hundred times. After a
    call that did not end, no other is tried.
    """

    def __init__(self, function: Function) -> None:
        self.function, self.stuck = function, ""
        self.name: str = function.__name__

    def __call__(self, x: NDArray[Any], **arguments: Any) -> NDArray[Any]:
        """Return its answer as an array, or raise a ValueError that says why there is none."""
        from pooling_lab.exercises import guarded_run  # all exercises come with it

        if self.stuck:
            raise ValueError(f"not tried, because {self.stuck}")
        answers: list[NDArray[Any]] = []
        call = functools.partial(self.function, x.copy(), **arguments)
        run = guarded_run.run(lambda: answers.append(np.asarray(call())), [{}], ())
        trouble = run.outcomes[0].trouble
        if trouble is None:
            return answers[0]
        name = self.name
        words = f"{name} raised {trouble.kind}: {trouble.text}"
        if trouble.kind == "TimeUp":
            given = ", ".join(f"{key}={value}" for key, value in arguments.items())
            words = f"{name} with {given} did not end within {guarded_run.TIME_LIMIT:g} seconds"
            self.stuck = words
        where = f" (line {trouble.line}: {trouble.source})" if trouble.source else ""
        alive = " It cannot be stopped: restart the kernel." if run.lives_on else ""
        raise ValueError(f"{words}{where}.{alive}" if alive else f"{words}{where}")


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


def run(pool: str | Guarded, x: NDArray[Any], settings: dict[str, Any]) -> NDArray[Any]:
    """Return what the pooling makes of ``x``, or raise a ValueError that says why not."""
    window = {name: value for name, value in settings.items() if name != "count_include_pad"}
    axes = window_axes(x.shape[:2], **window, shape=x.shape)
    function = KINDS[pool] if isinstance(pool, str) else pool.function
    taken = _parameters(function)
    for name, plain in PLAIN.items():
        if name not in taken and settings[name] != plain:
            raise ValueError(f"{function.__name__} has no {name}")
    arguments = {name: settings[name] for name in taken}
    if not isinstance(pool, Guarded):
        return function(x, **arguments)
    y = pool(x, **arguments)
    expected = (axes[0].outputs, axes[1].outputs)
    if y.dtype.kind not in "fiub":
        raise ValueError(f"{pool.name} must return numbers, it returned {y.dtype}")
    if y.shape != expected:
        raise ValueError(f"{pool.name} returned shape {y.shape}, but {expected} windows fit")
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
