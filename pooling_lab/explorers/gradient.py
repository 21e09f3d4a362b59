"""Where the gradient goes: what each window sends back, and what each cell gathers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pooling_lab.drawing import Label, Picture, cell_name, grid, is_exact, number
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Step
from pooling_lab.explorers.pools import PLAIN, Function, as_plane, axes_of, run, size_of
from pooling_lab.explorers.window import PAD, legend, window_step
from pooling_lab.geometry import Axis
from pooling_lab.gradients import avg_pool2d_backward, max_pool2d_backward

EXAMPLE = (
    (1, 3, 2, 0, 6),
    (5, 4, 9, 4, 1),
    (8, 6, 7, 1, 3),
    (8, 0, 3, 2, 2),
    (4, 5, 1, 8, 0),
)
BACKWARD: dict[str, Function] = {"max": max_pool2d_backward, "average": avg_pool2d_backward}
GRADIENTS = ("ones", "1, 2, 3, …")

Array = NDArray[Any]


def gradient_explorer(
    x: ArrayLike = EXAMPLE,
    pool: str = "max",
    *,
    kernel_size: int = 3,
    stride: int = 2,
    padding: int = 0,
    grad_output: str | ArrayLike = "ones",
) -> Explorer:
    """Return sliders over a backward pass: input, gradient of the output, gradient of the input.

    The steps go through the windows first, and say what each sends back, then through the cells
    that gather something, and say what: ``1 + 1 = 2`` where two windows overlap.

    Parameters
    ----------
    x
        Numbers of shape ``(H, W)``, as a rule at most 6 × 6.
    pool
        ``"max"`` or ``"average"``.
    kernel_size, stride, padding
        Where the controls start.
    grad_output
        The gradient that arrives: ``"ones"``; ``"1, 2, 3, …"``, so that each window's part can
        be told in the sums; or numbers of the output's shape, which the other settings refuse.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no plane of numbers, or a control cannot start there.

    Examples
    --------
    >>> explorer = gradient_explorer([[1, 5, 2]], kernel_size=1, stride=1, grad_output=[[7, 8, 9]])
    >>> explorer.step.text
    'max(1) = 1. Backward: 7 to that cell, 0 to the others'
    >>> gradient_explorer().frame.steps[4].text
    'cell (1, 2) gets 1 + 1 = 2 from 2 windows'
    """
    plane = as_plane(x)
    named = isinstance(grad_output, str)
    given = None if named else as_plane(grad_output, "grad_output")

    def frame(pool: str, grad_output: str, **window: int) -> Frame:
        return _frame(plane, pool, window, grad_output if given is None else given)

    controls = [
        Control("pool", list(BACKWARD), pool, "buttons"),
        Control("kernel_size", (1, 2, 3), kernel_size),
        Control("stride", (1, 2, 3), stride),
        Control("padding", (0, 1), padding),
        Control(
            "grad_output",
            GRADIENTS if named else ["given"],
            grad_output if named else "given",
            "buttons",
        ),
    ]
    return Explorer("Gradient explorer", controls, frame, slides=["x"])


class _Pass(NamedTuple):
    """One backward pass, taken apart; ``(R, C)`` is the shape of the output."""

    pool: str
    axes: tuple[Axis, Axis]
    x: Array  # (H, W)
    y: Array  # (R, C)
    arriving: Array  # (R, C)
    shares: Array  # (R, C, H, W): what one unit at a window alone gives to each cell
    gathered: Array  # (H, W)


def _frame(x: Array, pool: str, window: dict[str, int], arriving: str | Array) -> Frame:
    axes = axes_of(x, {**PLAIN, **window})
    before = grid(x, f"input {size_of(x)}", axes=axes, pad=PAD[pool])
    words = f"{pool} pooling backward, input {size_of(x)}"
    try:
        back = _backward(x, pool, window, arriving)
    except ValueError as error:
        none = Picture([Label(0, -8, "no gradient")], "no gradient")
        return Frame(f"{words}: no gradient", [before, none, none], error=str(error))
    size = size_of(back.y)
    panels = [
        before,
        grid(back.arriving, f"output's gradient {size}", name="g"),
        grid(back.gathered, f"input's gradient {size_of(x)}", name="d"),
    ]
    steps = [_sends(back, place) for place in np.ndindex(*back.y.shape)]
    cells = {cell: _gathers(back, cell) for cell in np.ndindex(*x.shape)}
    steps += [step for step in cells.values() if step.reads]
    empty = [step for step in cells.values() if not step.reads]
    return Frame(
        f"{words}, output {size}",
        panels,
        steps,
        _sums(back) + legend(axes, pool, PAD[pool]),
        pointed=empty,
    )


def _backward(x: Array, pool: str, window: dict[str, int], arriving: str | Array) -> _Pass:
    """Send the gradient back, and also one unit from each window alone."""
    axes, backward = axes_of(x, {**PLAIN, **window}), BACKWARD[pool]
    y = run(pool, x, {**PLAIN, **window})
    if isinstance(arriving, str):
        arriving = (
            np.ones(y.shape) if arriving == "ones" else 1 + np.arange(y.size).reshape(y.shape)
        )
    gathered = backward(arriving, x, **window)
    units = np.eye(y.size).reshape(-1, *y.shape)
    shares = backward(units, np.broadcast_to(x, (y.size, *x.shape)), **window)
    return _Pass(pool, axes, x, y, arriving, shares.reshape(*y.shape, *x.shape), gathered)


def _sends(back: _Pass, place: tuple[int, ...]) -> Step:
    """Say what one window sends back, and to which cells."""
    forward = window_step(back.x, back.y[place].item(), back.pool, PAD[back.pool], back.axes, place)
    gradient = back.arriving[place].item()
    receive = [cell_name("d", *cell) for cell in np.argwhere(back.shares[place])]
    words = f"{number(gradient)} to that cell, 0 to the others"
    if back.pool == "average":
        lost = "; what goes to padding is lost" if len(receive) < len(forward.reads) else ""
        words = f"{_divided([gradient], back)} to each cell{lost}"
    return Step(
        f"{forward.text}. Backward: {words}",
        here=[cell_name("g", *place)],
        reads=[*forward.reads, *receive],
        best=[*forward.best, *(receive if back.pool == "max" else [])],
        ties=forward.ties,
    )


def _gathers(back: _Pass, cell: tuple[int, ...]) -> Step:
    """Say what one cell of the input gets from which windows."""
    senders = [place for place in np.ndindex(*back.y.shape) if back.shares[place][cell]]
    amounts = [back.arriving[place].item() for place in senders]
    text = f"{_divided(amounts, back)} from {len(senders)} window{'s' * (len(senders) > 1)}"
    if not senders:
        unread = any(i in axis.unread() for i, axis in zip(cell, back.axes, strict=True))
        text = f"0: {'no window reads it' if unread else 'it is the maximum of no window'}"
    return Step(
        f"cell ({cell[0]}, {cell[1]}) gets {text}",
        here=[cell_name("d", *cell), cell_name("x", *cell)],
        reads=[cell_name("g", *place) for place in senders],
    )


def _divided(amounts: list[float], back: _Pass) -> str:
    """Write what some windows send to one cell, added up: for an average, divided by its cells."""
    divisor = back.axes[0].kernel * back.axes[1].kernel if back.pool == "average" else 1
    terms = [f"({number(a)})" if a < 0 and len(amounts) > 1 else number(a) for a in amounts]
    total = sum(amounts) / divisor
    words = " + ".join(terms)
    if divisor > 1:
        words = f"({words}) / {divisor}" if len(terms) > 1 else f"{words} / {divisor}"
    if words == number(total):
        return words
    return f"{words} {'=' if all(map(is_exact, (total, *amounts))) else '≈'} {number(total)}"


def _sums(back: _Pass) -> list[str]:
    """Write the rule, and what arrives and what is gathered in all."""
    over = "whose maximum it is" if back.pool == "max" else "that read it, divided by their cells"
    arrived, gathered = back.arriving.sum().item(), back.gathered.sum().item()
    lost = "" if np.isclose(arrived, gathered) else ": the rest fell on padding"
    return [
        f"A cell gets the sum of the gradients of the windows {over}.",
        f"In all {number(arrived)} arrives and {number(gathered)} is gathered{lost}.",
    ]
