"""The window over a grid of numbers: where it stands, what it reads, what that becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pooling_lab.drawing import (
    Label,
    Picture,
    cell_name,
    grid,
    is_exact,
    looks_along,
    number,
    window_cells,
)
from pooling_lab.explorers.explorer import Explorer, Frame, Reduction, Step
from pooling_lab.explorers.pools import (
    VALUES,
    Function,
    Guarded,
    as_plane,
    axes_of,
    formula,
    pool_controls,
    run,
    size_of,
)
from pooling_lab.geometry import Axis

EXAMPLE = (
    (3, 1, 0, 5, 2, 7),
    (4, 8, 6, 1, 9, 0),
    (2, 5, 5, 3, 4, 6),
    (7, 0, 1, 8, 2, 3),
    (6, 9, 4, 0, 5, 1),
    (1, 2, 3, 7, 8, 4),
)
PAD = {"max": "−∞", "min": "∞", "average": "0"}
CONTROLS = ("pool", "kernel_size", "stride", "padding", "dilation", "ceil_mode")


def window_explorer(
    x: ArrayLike | None = None,
    pool: str | Function = "max",
    *,
    kernel_size: int = 2,
    stride: int | None = None,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    controls: Sequence[str] = CONTROLS,
) -> Explorer:
    """Return sliders over a grid of numbers, with the window, its numbers and the size formula.

    Parameters
    ----------
    x
        Numbers of shape ``(H, W)``, as a rule at most 8 × 8; a 6 × 6 example if there are none.
    pool
        ``"max"``, ``"average"``, ``"min"``, or a function of your own whose arguments are
        named as PyTorch's: ``def my_pool(x, kernel_size, stride)``. It then gets the controls
        it has arguments for; where it raises or returns a wrong shape, the explorer says so.
    kernel_size, stride, padding, dilation, ceil_mode, count_include_pad
        Where the controls start; ``stride=None`` means the kernel size.
    controls
        The controls to show; the other settings stay where they start.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no plane, or ``pool`` or ``controls`` is none of the above.

    Examples
    --------
    >>> explorer = window_explorer([[1, 2], [3, 4]], controls=["pool", "kernel_size"])
    >>> explorer.step.text
    'max(1, 2, 3, 4) = 4'
    >>> explorer.pool = "average"
    >>> explorer.step.text
    '(1 + 2 + 3 + 4) / 4 = 2.5'
    """
    plane = as_plane(EXAMPLE if x is None else x)
    start = {
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": ceil_mode,
        "count_include_pad": count_include_pad,
    }
    guarded = Guarded(pool) if callable(pool) else None
    chosen = pool_controls(pool, start, controls, VALUES)

    def frames_of(numbers: NDArray[Any]) -> Callable[..., Frame]:
        drawn: dict[Any, Picture] = {}

        def input_of(axes: tuple[Axis, Axis], pad: str) -> Picture:
            """Draw the input once for all settings that leave the same cells unread."""
            looks = [tuple(looks_along(axis.size, axis).items()) for axis in axes]
            key = (*looks, pad)
            if key not in drawn:
                drawn[key] = grid(numbers, f"input {size_of(numbers)}", axes=axes, pad=pad)
            return drawn[key]

        def frame(**settings: Any) -> Frame:
            kind = settings.pop("pool")
            return _frame(numbers, input_of, guarded or kind, kind, settings)

        return frame

    return Explorer("Window explorer", chosen, frames_of, plane=plane, slides=["x"], outputs="y")


def _frame(
    x: NDArray[Any],
    input_of: Callable[[tuple[Axis, Axis], str], Picture],
    pool: str | Guarded,
    kind: str,
    settings: dict[str, Any],
) -> Frame:
    axes = axes_of(x, settings)
    pad = PAD.get(kind, "") if settings["count_include_pad"] else ""
    before = input_of(axes, pad if settings["padding"] else "")
    words = f"{kind} pooling, input {size_of(x)}"
    try:
        y = run(pool, x, settings)
    except ValueError as error:
        none = Picture([Label(0, -8, "no output")], "no output")
        return Frame(f"{words}: no output", [before, none], notes=formula(axes), error=str(error))
    after = grid(y, f"output {size_of(y)}", name="y")
    steps = [
        window_step(x, y[place].item(), kind, pad, axes, place) for place in np.ndindex(*y.shape)
    ]
    notes = formula(axes) + legend(axes, kind, pad)
    reduces = None if isinstance(pool, Guarded) else Reduction(kind, pad, settings["padding"])
    return Frame(f"{words}, output {size_of(y)}", [before, after], steps, notes, reduces=reduces)


def window_step(
    x: NDArray[Any],
    result: float,
    kind: str,
    pad: str,
    axes: tuple[Axis, Axis],
    place: tuple[int, ...],
) -> Step:
    """Return the step of one window: its cells, which of them win, and the calculation."""
    height, width = (range(axis.size) for axis in axes)
    tall, wide = (range(-axis.padding, axis.size + axis.padding) for axis in axes)
    cells = window_cells(axes, *place)
    values = {(r, c): x.item(r, c) for r, c in cells if r in height and c in width}
    words = [
        number(values.get((r, c), pad))
        for r, c in cells
        if (r, c) in values or (pad and r in tall and c in wide)
    ]
    wins = kind in ("max", "min")
    best = [cell for cell, value in values.items() if wins and _is_same(value, result)]
    equal = f", the first of {len(best)} equal" if len(best) > 1 else ""
    exact = all(map(is_exact, (result, *values.values())))
    return Step(
        calculation(kind, words, result, "=" if exact else "≈") + equal,
        here=[cell_name("y", *place)],
        reads=[cell_name("x", *cell) for cell in cells],
        best=[cell_name("x", *cell) for cell in best[:1]],
        ties=[cell_name("x", *cell) for cell in best[1:]],
    )


def _is_same(value: float, result: float) -> bool:
    return value == result or (value != value and result != result)


def calculation(kind: str, words: Sequence[str], result: float, equals: str) -> str:
    """Write how a window's numbers become one."""
    answer = f"{equals} {number(result)}"
    if kind == "average":
        terms = [f"({word})" if word.startswith("−") else word for word in words]
        return f"({' + '.join(terms)}) / {len(words)} {answer}"
    if kind in ("max", "min"):
        return f"{kind}({', '.join(words)}) {answer}"
    return f"{kind} of {', '.join(words)} gives {number(result)}"


def legend(axes: tuple[Axis, Axis], kind: str, pad: str) -> list[str]:
    """Say what the hatched, the dashed and the dotted cells are, where there are any."""
    rows, columns = axes
    kept = (rows.size - len(rows.unread())) * (columns.size - len(columns.unread()))
    lines = []
    if unread := rows.size * columns.size - kept:
        lines.append(
            f"Hatched: {unread} of {rows.size * columns.size} cells are read by no window."
        )
    if rows.padding:
        lines.append(f"Dashed: padding, {f'counts as {pad}' if pad else 'not counted'}.")
    if any(axis.reads(axis.outputs - 1).stop > axis.size + axis.padding for axis in axes):
        lines.append("Dotted: past the padded edge; ceil_mode lets the last window reach there.")
    return lines
