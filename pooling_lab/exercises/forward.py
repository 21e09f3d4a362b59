"""Exercises about forward passes (lessons 03 to 07)."""

from __future__ import annotations

import numpy as np

from .exercise import Case, Exercise, add
from .streams import Stream
from .usual import slide, usual

# --- max-by-hand ----------------------------------------------------------------------------


def max_by_hand(x: np.ndarray) -> list[list[float]]:
    """Take the largest number of each 2×2 block; the blocks lie side by side."""
    return [[x[i : i + 2, j : j + 2].max() for j in (0, 2)] for i in (0, 2)]


add(
    Exercise(
        id="max-by-hand",
        title="Max pooling by hand",
        lesson="03",
        stars=1,
        minutes=4,
        task="Max-pool the 4×4 grid `x` with kernel_size=2 and stride=2, in your head or on paper. "
        "Write the result as a list of rows.",
        stub="answer = None",
        draw=lambda stream: {"x": stream.permuted(4, 4, low=-13, high=6)},
        solution=max_by_hand,
        mistaken=lambda wrong, x: slide(wrong, x, 2, 2),
        misconceptions=usual(
            *("mean-for-max", "sum-for-max", "min-for-max", "first-cell", "last-cell"),
            *("sign-ignored", "started-at-zero", "stride-ignored", "rows-columns-swapped"),
        ),
        hints=(
            "Draw a line down the middle and one across: these are the four windows.",
            "Each window gives one number, one of its own four. Below zero, the number nearest "
            "zero is the largest.",
            "`[[top left, top right], [bottom left, bottom right]]`: the largest of each window.",
        ),
    )
)

# --- pad-value ------------------------------------------------------------------------------


def pad_value(x: np.ndarray) -> list[list[float]]:
    """Pad with −∞, which no maximum ever picks: only real pixels can win."""
    padded = np.pad(x, 1, constant_values=-np.inf)
    return [[padded[i : i + 3, j : j + 3].max() for j in (0, 2)] for i in (0, 2)]


add(
    Exercise(
        id="pad-value",
        title="What does the padding count as?",
        lesson="03",
        stars=2,
        minutes=5,
        task="The map `x` was taken before the ReLU: all its numbers are negative. Max-pool it "
        "with kernel_size=3, stride=2 and padding=1, as `torch.nn.MaxPool2d` does. Write the "
        "result as a list of rows.",
        stub="answer = None",
        draw=lambda stream: {"x": stream.permuted(4, 4, low=-30, high=-1)},
        solution=pad_value,
        mistaken=lambda wrong, x: slide(wrong, x, 3, 2, padding=1),
        misconceptions=usual(
            *("zero-padding", "padding-ignored", "padding-once", "stride-ignored"),
            *("mean-for-max", "min-for-max", "last-cell", "rows-columns-swapped"),
        ),
        hints=(
            "Draw the map with a frame one cell wide. How many 3×3 windows fit, two cells apart?",
            "The cells of the frame are no pixels. Leave them out, and take the largest of the "
            "pixels that are left in the window.",
            "The frame counts as −∞. The windows cover rows 1 and 2 of the map, then rows 2 to 4; "
            "columns likewise.",
        ),
    )
)

# --- max-pool2d -----------------------------------------------------------------------------


def max_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Let a window slide over the rows and columns, and keep the largest number in it."""
    rows = (x.shape[0] - kernel_size) // stride + 1
    columns = (x.shape[1] - kernel_size) // stride + 1
    y = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            y[i, j] = x[top : top + kernel_size, left : left + kernel_size].max()
    return y


def _max_pool2d_draw(stream: Stream) -> Case:
    kernel_size, stride = stream.integer(2, 3), stream.integer(1, 3)
    shape = (kernel_size + stream.integer(0, 4) for _ in "HW")
    x = (stream.grid(*shape, low=-19, high=19) + stream.choice([0, 0, -10])) / 2
    return {"x": x, "kernel_size": kernel_size, "stride": stride}


add(
    Exercise(
        id="max-pool2d",
        title="Write max pooling",
        lesson="03",
        stars=2,
        minutes=12,
        task="Write `max_pool2d`. `x` is an array of shape (H, W); kernel_size and stride are "
        "whole numbers. There is no padding, and a window that does not fit whole is left out.",
        stub="def max_pool2d(x, kernel_size, stride):\n    ...",
        draw=_max_pool2d_draw,
        solution=max_pool2d,
        mistaken=slide,
        misconceptions=usual(
            *("mean-for-max", "sum-for-max", "min-for-max", "first-cell", "last-cell"),
            *("sign-ignored", "started-at-zero", "fraction-lost", "rows-columns-swapped"),
            *("stride-ignored", "stride-is-kernel", "ceil-for-floor", "forgot-plus-one"),
        ),
        hints=(
            "How many windows fit down, and how many across? Make an array of that shape first.",
            "Window (i, j) starts at row i·stride and column j·stride. Cut it out with a slice.",
            "`y[i, j] = x[i*stride : i*stride+kernel_size, j*stride : j*stride+kernel_size].max()`",
        ),
    )
)
