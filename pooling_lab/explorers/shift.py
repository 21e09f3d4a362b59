"""The input moves, the output follows: exactly, nearly, or not at all."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pooling_lab.data import load_photo
from pooling_lab.drawing import Picture, cell_name, grid, is_exact, number
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Step
from pooling_lab.explorers.pools import as_plane, size_of
from pooling_lab.explorers.window import calculation
from pooling_lab.geometry import Axis
from pooling_lab.pooling import avg_pool2d, blur_pool2d, max_pool2d

KINDS = ("max", "average", "blur", "none")
DIRECTIONS = {"down": 0, "right": 1}
SHIFTS = range(5)
MARGIN = 2  # pixels pooled beyond the view on each side, so that no border disturbs
SMALLEST = 16

Array = NDArray[Any]


def shift_explorer(
    x: ArrayLike | None = None,
    pool: str = "max",
    *,
    kernel_size: int = 2,
    stride: int = 2,
    direction: str = "right",
    shift: int = 1,
) -> Explorer:
    """Return sliders that move the input: which outputs stay, which move along, which change.

    The relative change is the length of the difference between the outputs, over the length of
    the output before the move without its mean.

    Parameters
    ----------
    x
        Numbers of shape ``(H, W)``, at least 16 × 16, of which a view 8 smaller is shown: the
        others come into view when it moves. A piece of a photo, 16 × 16, if there are none.
    pool
        ``"max"``; ``"average"``; ``"blur"``, the maximum with stride 1 and then `blur_pool2d`; or
        ``"none"``, the input as it is.
    kernel_size, stride
        Where the controls of the window start.
    direction, shift
        Where the input starts: moved ``"right"`` or ``"down"``, and by how many pixels.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no plane of numbers or too small, or a control cannot start there.

    Examples
    --------
    >>> explorer = shift_explorer(shift=2)
    >>> explorer.frame.notes[0]
    '2 is 1 · the stride: 12 of 12 outputs are the old ones, one cell on.'
    """
    plane = as_plane(load_photo("camera")[44:60, 52:68] if x is None else x).astype(float)
    if min(plane.shape) < SMALLEST:
        raise ValueError(f"x must be at least {SMALLEST} × {SMALLEST}, got shape {plane.shape}")

    drawn = functools.cache(functools.partial(_drawn, plane))  # most frames show the same

    def frame(**settings: Any) -> Frame:
        return _frame(plane, drawn, **settings)

    controls = [
        Control("pool", KINDS, pool, "buttons"),
        Control("direction", [*DIRECTIONS], direction, "buttons"),
        Control("shift", SHIFTS, shift),
        Control("kernel_size", (2, 3), kernel_size),
        Control("stride", (1, 2), stride),
    ]
    return Explorer("Shift explorer", controls, frame, slides=["x"])


def _frame(
    x: Array,
    drawn: Callable[[str, int], Picture],
    pool: str,
    direction: str,
    shift: int,
    kernel_size: int,
    stride: int,
) -> Frame:
    along = DIRECTIONS[direction]
    if pool == "none":
        kernel_size = stride = 1
    before, after = (_moved(x, along, by) for by in (0, shift))
    seen = after[MARGIN:-MARGIN, MARGIN:-MARGIN]
    rows, columns = axes = [_axis(pool, size, kernel_size, stride) for size in seen.shape]
    kept = tuple(slice(MARGIN // stride, MARGIN // stride + axis.outputs) for axis in axes)
    was, now = (_pooled(pool, plane, kernel_size, stride)[kept] for plane in (before, after))
    moved = _move(direction, shift)
    same = np.count_nonzero(now == was)
    words = "no pooling" if pool == "none" else f"{pool} pooling"
    return Frame(
        f"{words}, {moved}: {same} of {now.size} outputs stay the same "
        f"({100 * same / now.size:.0f} %), relative change {number(_change(was, now))}",
        [
            drawn(direction if shift else "right", shift),
            grid(now, f"output {size_of(now)}", name="y"),
            grid(was, "output before", name="w"),
            grid(now - was, "change", name="c"),
        ],
        [_step(pool, seen, (rows, columns), now, was, place) for place in np.ndindex(*now.shape)],
        [*_follows(now, was, along, shift, stride), *LEGEND.get(pool, [])],
    )


def _drawn(x: Array, direction: str, shift: int) -> Picture:
    """Draw the input as it stands after the move."""
    seen = _moved(x, DIRECTIONS[direction], shift)[MARGIN:-MARGIN, MARGIN:-MARGIN]
    return grid(seen, f"input {size_of(seen)}, {_move(direction, shift)}")


def _move(direction: str, shift: int) -> str:
    return f"moved {shift} {direction}" if shift else "not moved"


LEGEND = {
    "blur": ["blur: the maximum with stride 1, a blur over 3 × 3 of those, and then the stride."],
    "none": ["Nothing is pooled: kernel_size and stride do nothing."],
}


def _moved(x: Array, along: int, by: int) -> Array:
    """Return the part of ``x`` that is pooled when the picture has moved."""
    starts = [SHIFTS[-1] - by * (axis == along) for axis in (0, 1)]
    rows, columns = (slice(a, a + n - SHIFTS[-1]) for a, n in zip(starts, x.shape, strict=True))
    return x[rows, columns]


def _axis(pool: str, size: int, kernel_size: int, stride: int) -> Axis:
    """Return the windows over the view; a blurred maximum reads one cell more on each side."""
    wider = pool == "blur"
    return Axis(size, kernel_size + 2 * wider, stride, padding=int(wider))


def _pooled(pool: str, x: Array, kernel_size: int, stride: int) -> Array:
    if pool == "max":
        return max_pool2d(x, kernel_size, stride)
    if pool == "average":
        return avg_pool2d(x, kernel_size, stride)
    return blur_pool2d(max_pool2d(x, kernel_size, 1), stride) if pool == "blur" else x


def _change(was: Array, now: Array) -> float:
    length, spread = (float(np.linalg.norm(a)) for a in (now - was, was - was.mean()))
    return length and (length / spread if spread else math.inf)


def _step(
    pool: str,
    x: Array,
    axes: tuple[Axis, Axis],
    now: Array,
    was: Array,
    place: tuple[int, ...],
) -> Step:
    rows, columns = (axis.cells(i) for axis, i in zip(axes, place, strict=True))
    cells = [(r, c) for r in rows for c in columns]
    new, old = now[place].item(), was[place].item()
    text = f"output {number(new)}"
    if pool in ("max", "average"):
        equals = "=" if is_exact(new) else "≈"
        text = calculation(pool, [number(x[cell]) for cell in cells], new, equals)
    change = f"a change of {number(new - old)}" if new != old else "the same"
    return Step(
        f"{text}; before the move {number(old)}: {change}",
        here=[cell_name(panel, *place) for panel in "ywc"],
        reads=[cell_name("x", *cell) for cell in cells],
    )


def _follows(now: Array, was: Array, along: int, shift: int, stride: int) -> list[str]:
    """Say whether the output moves along with the input."""
    by, rest = divmod(shift, stride)
    kept = f"{_same(now, was, along, by)} outputs are the old ones{_on(by)}"
    if rest:
        nearest = f"{_same(now, was, along, by + 1)} are the old ones{_on(by + 1)}"
        return [f"{shift} is no multiple of the stride: {kept}; {nearest}."]
    return [f"{shift} is {by} · the stride: {kept}."]


def _on(by: int) -> str:
    """Say how far on an output is looked for."""
    return {0: "", 1: ", one cell on"}.get(by, f", {by} cells on")


def _same(now: Array, was: Array, along: int, by: int) -> str:
    """Count the outputs that are what stood ``by`` cells before, before the move."""
    now, was = (np.moveaxis(plane, along, 0) for plane in (now, was))
    new, old = now[by:], was[: len(was) - by]
    return f"{np.count_nonzero(new == old)} of {new.size}"
