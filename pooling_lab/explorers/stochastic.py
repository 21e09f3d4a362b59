"""One cell of each window by lot: the chances, the draw, and what the draws average to."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pooling_lab.drawing import Label, Picture, cell_name, grid, is_exact, number, window_cells
from pooling_lab.explorers.explorer import Control, Explorer, Frame, Step
from pooling_lab.explorers.pools import as_plane, size_of
from pooling_lab.geometry import Axis, window_axes
from pooling_lab.pooling import avg_pool2d, stochastic_pool2d

EXAMPLE = (
    (0, 1, 4, 4),
    (3, 6, 4, 4),
    (0, 0, 1, 0),
    (0, 0, 7, 2),
)
KERNELS = (2, 3, 4)
SEEDS = range(40)

Array = NDArray[Any]


def stochastic_explorer(x: ArrayLike = EXAMPLE, *, kernel_size: int = 2, seed: int = 0) -> Explorer:
    """Return sliders over stochastic pooling: what a training step draws, what a test takes.

    Beside the draw of one seed stands the mean of all draws up to it, which comes near Σa² / Σa
    and not near the plain mean.

    Parameters
    ----------
    x
        Activations of shape ``(H, W)``, finite and not negative, as a rule 4 × 4.
    kernel_size, seed
        Where the controls start; the stride is the kernel size.

    Raises
    ------
    TypeError, ValueError
        If ``x`` is no plane of activations, or a control cannot start there.

    Examples
    --------
    >>> explorer = stochastic_explorer([[1, 3], [0, 0]])
    >>> explorer.step.text.partition("Test: ")[2]
    '(1² + 3² + 0² + 0²) / 4 = 2.5; plain mean 1'
    """
    plane = as_plane(x)
    stochastic_pool2d(plane, 1, training=False)  # refuses negative and infinite ones
    games = {kernel: _game(plane, kernel) for kernel in KERNELS}

    def frame(kernel_size: int, seed: int) -> Frame:
        game = games[kernel_size]
        return _refused(plane, game) if isinstance(game, str) else _frame(plane, game, seed)

    controls = [Control("kernel_size", KERNELS, kernel_size), Control("seed", SEEDS, seed)]
    return Explorer("Stochastic pooling", controls, frame, slides=["x", "p"])


class _Game(NamedTuple):
    """All draws with one window; ``(R, C)`` is the shape of the output."""

    axes: tuple[Axis, Axis]
    sums: Array  # (R, C)
    draws: Array  # (seeds, R, C)
    places: Array  # (seeds, R, C): row·W + column of the cell drawn
    expected: Array  # (R, C): Σa² / Σa
    mean: Array  # (R, C)


def _game(x: Array, kernel: int) -> _Game | str:
    """Draw with every seed, or return why the window cannot work."""
    try:
        axes = window_axes(x.shape, kernel, shape=x.shape)
    except ValueError as error:
        return str(error)
    drawn = [stochastic_pool2d(x, kernel, rng=seed, return_indices=True) for seed in SEEDS]
    draws, places = (np.stack(arrays) for arrays in zip(*drawn, strict=True))
    sums = avg_pool2d(x, kernel, divisor_override=1)
    expected = stochastic_pool2d(x, kernel, training=False)
    return _Game(axes, sums, draws, places, expected, avg_pool2d(x, kernel))


def _refused(x: Array, error: str) -> Frame:
    none = Picture([Label(0, -8, "no output")], "no output")
    return Frame(f"input {size_of(x)}: no output", [grid(x, "input"), *[none] * 5], error=error)


def _frame(x: Array, game: _Game, seed: int) -> Frame:
    places = list(np.ndindex(*game.sums.shape))
    chances = np.full(x.shape, "–", dtype="U12")
    for place in places:
        for cell in window_cells(game.axes, *place):
            total = game.sums[place]
            chances[cell] = number(x[cell] / total if total else 0.0)
    so_far = game.draws[: seed + 1].mean(axis=0)
    draws = f"{seed + 1} draw{'s' * (seed > 0)}"
    panels = [
        grid(x, "activations a", axes=game.axes),
        grid(chances, "chance a / Σa", name="p", axes=game.axes),
        grid(game.draws[seed], "drawn", name="d"),
        grid(so_far, "on average", name="m"),
        grid(game.expected, "Σa² / Σa", name="t"),
        grid(game.mean, "plain mean", name="a"),
    ]
    off, off_plain = (np.abs(so_far - y).max().item() for y in (game.expected, game.mean))
    summary = f"input {size_of(x)}, output {size_of(game.sums)}, seed {seed}"
    notes = [
        "Training: one cell of each window is drawn. Test: Σa² / Σa, the mean weighted by chance.",
        f"Mean of {draws}: at most {number(off)} away from Σa² / Σa, "
        f"at most {number(off_plain)} from the plain mean.",
    ]
    return Frame(summary, panels, [_step(x, game, seed, place) for place in places], notes)


def _step(x: Array, game: _Game, seed: int, place: tuple[int, ...]) -> Step:
    """Return the step of one window: its chances, the draw, and the three means."""
    cells = window_cells(game.axes, *place)
    words = [number(x[cell].item()) for cell in cells]
    total, expected, mean = (y[place].item() for y in (game.sums, game.expected, game.mean))
    drawn = divmod(int(game.places[seed][place]), x.shape[1])
    text = f"no activation: the draw and the test give 0; plain mean {number(mean)}"
    if total:
        chances = ", ".join(f"{word}/{number(total)}" for word in words)
        squares = " + ".join(f"{word}²" for word in words)
        text = (
            f"chances {chances}: seed {seed} draws {number(x[drawn].item())}. Test: ({squares}) / "
            f"{number(total)} {'=' if is_exact(expected) else '≈'} {number(expected)}; "
            f"plain mean {number(mean)}"
        )
    return Step(
        text,
        here=[cell_name(panel, *place) for panel in "dmta"],
        reads=[cell_name(panel, *cell) for panel in "xp" for cell in cells],
        best=[cell_name(panel, *drawn) for panel in "xp"] if total else [],
    )
