"""Exercises about forward passes (lessons 03 to 07)."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, function, keeping
from ..misconceptions import slide, usual
from ..seeded_random import Stream
from .by_hand import MAXIMA, PADDED


def draw_low_map(stream: Stream) -> Case:
    """Draw a map from before the ReLU, mostly below zero, and a padded window over it."""
    kernel_size = stream.choice([2, 3, 3, 4, 5])
    shape = [stream.integer(max(3, kernel_size), 6) for _ in "HW"]
    low, high = stream.choice([(-40, -1), (-40, -1), (-6, 0), (-19, 6)])  # 0 may be the largest
    x = stream.grid(*shape, low=low, high=high) / 2
    return {
        "x": stream.choice([x, x, x, x - 2000, 1e17 * (np.rint(x) % 16 - 40)]),
        "kernel_size": kernel_size,
        "stride": stream.integer(1, min(kernel_size, 3)),
        "padding": stream.integer(0, kernel_size // 2),
    }


def _signs_matter(x: np.ndarray) -> bool:
    """Tell whether a block is all negative, and one has a number above 0 farthest from it."""
    blocks = x.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)
    high, low = blocks.max(axis=1), blocks.min(axis=1)
    corners = blocks[:, [0, 3]].T
    at_a_corner = [(one == end).all() for one in corners for end in (high, low)]
    return bool(high.min() < 0 and (high > -low).any() and not any(at_a_corner))


def _frame_matters(x: np.ndarray) -> bool:
    """Tell whether a window that begins with the first pixel has another maximum."""
    windows = x[:2, :2], x[:2, 1:], x[1:, :2], x[1:, 1:]
    first, right, below, last = (window.max() for window in windows)
    later = x[:3, :3].max(), x[:3, 2:].max(), x[2:, :3].max(), x[2:, 2:].max()
    return bool(right != below and (first, right, below, last) != later)


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
        draws={
            1: keeping(lambda stream: {"x": stream.permuted(4, 4, low=-13, high=6)}, _signs_matter)
        },
        solution=max_by_hand,
        mistaken=lambda wrong, x: slide(wrong, x, 2, 2),
        slips=MAXIMA,
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
        draws={
            1: keeping(
                lambda stream: {"x": stream.permuted(4, 4, low=-30, high=-1)}, _frame_matters
            )
        },
        solution=pad_value,
        mistaken=lambda wrong, x: slide(wrong, x, 3, 2, padding=1),
        slips=PADDED,
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

# --- maps to be pooled -------------------------------------------------------------------------


def _max_pool2d_draw(stream: Stream) -> Case:
    kernel_size, stride = stream.integer(2, 3), stream.integer(1, 3)
    room = [0, 2, 3] if stride > kernel_size else range(5)  # a last window holds some cell
    shape = [kernel_size + stream.choice(room) for _ in "HW"]
    x = (stream.grid(*shape, low=-19, high=19) + stream.choice([0, 0, -10])) / 2
    return {"x": stream.moved(x), "kernel_size": kernel_size, "stride": stride}


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


add(
    Exercise(
        id="max-pool2d",
        title="Write max pooling",
        lesson="03",
        stars=2,
        minutes=12,
        task="Write `my_max_pool2d`. `x` is an array of shape (H, W); kernel_size and stride are "
        "whole numbers. There is no padding, and a window that does not fit whole is left out. The "
        "map may hold whole numbers or fractions, far below zero too; the result's values count, "
        "its dtype does not.",
        stub=function("my_max_pool2d(x, kernel_size, stride)"),
        draws={1: _max_pool2d_draw},
        solution=max_pool2d,
        hints=(
            "How many windows fit down, and how many across? Make an array of that shape first.",
            "Window (i, j) starts at row i·stride and column j·stride. Cut it out with a slice.",
            "`y[i, j] = x[i*stride : i*stride+kernel_size, j*stride : j*stride+kernel_size].max()`",
        ),
    )
)

# --- find-the-bug ---------------------------------------------------------------------------


def padded_max(x: np.ndarray, kernel_size: int, stride: int, padding: int) -> np.ndarray:
    """Pad with −∞ instead of 0: then a cell that does not exist never wins."""
    padded = np.pad(x.astype(float), padding, constant_values=-np.inf)
    y = np.empty([(n - kernel_size) // stride + 1 for n in padded.shape])
    for i, j in np.ndindex(y.shape):
        y[i, j] = padded[i * stride :, j * stride :][:kernel_size, :kernel_size].max()
    return y


def _bug_mistaken(
    wrong: Mistakes, x: np.ndarray, kernel_size: int, stride: int, padding: int
) -> np.ndarray:
    if "pad-not-low-enough" in wrong:
        x, padding = np.pad(x, padding, constant_values=-9), 0
    return slide(wrong, x, kernel_size, stride, padding)


_FIND_THE_BUG = {
    "pad-not-low-enough": "In places a number won that is no pixel of the window: what stands in "
    "the frame, or what something starts from. However it is chosen, a map may lie below it. "
    "Which number is below all others?",
}

add(
    Exercise(
        id="find-the-bug",
        title="Right on photos, wrong before the ReLU",
        lesson="04",
        stars=2,
        minutes=10,
        task="A max pooling begins with `padded = np.pad(x, padding)`, then takes each window's "
        "maximum. On photos it is right; on maps from before the ReLU it is not. Write "
        "`my_padded_max` so that it is right for every map `x` of shape (H, W), one of whole "
        "numbers included. As in PyTorch, `padding` is at most half of `kernel_size`.",
        stub=function("my_padded_max(x, kernel_size, stride, padding)"),
        draws={1: draw_low_map},
        solution=padded_max,
        mistaken=_bug_mistaken,
        misconceptions=usual("zero-padding", "pad-not-low-enough", own=_FIND_THE_BUG),
        hints=(
            "What does `np.pad` write into the frame? What would never win?",
            "`np.pad(x.astype(float), padding, constant_values=-np.inf)`: whole numbers cannot "
            "hold −inf.",
        ),
    )
)

# --- how two passes go wrong ------------------------------------------------------------------


def _columns_first(x: np.ndarray, kernel_size: int) -> list[np.ndarray]:
    return [one.T for one in separable_max(x.T, kernel_size)]


_SEPARABLE_SLIPS = {
    "columns-first": Slip(
        "The first pass went down the columns. The order makes no difference in the end, but the "
        "task asks for the pass along the rows first: what does it leave of the width?",
        _columns_first,
    ),
    "second-pass-alone": Slip(
        "The second pass began with `x` again. It is to go on with what the first one has left.",
        lambda x, kernel_size: [
            separable_max(x, kernel_size)[0],
            _columns_first(x, kernel_size)[0],
        ],
    ),
    "both-at-once": Slip(
        "What should be the result of the first pass is a maximum over the whole window already. "
        "A pass along the rows looks at one row at a time.",
        lambda x, kernel_size: [separable_max(x, kernel_size)[1]] * 2,
    ),
    "end-result-only": Slip(
        "That is the end of both passes. The task asks for what each of them leaves: return the "
        "two arrays.",
        lambda x, kernel_size: separable_max(x, kernel_size)[1],
    ),
}

# --- separable-max --------------------------------------------------------------------------


def separable_max(x: np.ndarray, kernel_size: int) -> list[np.ndarray]:
    """Take the maximum of shifted slices along the rows, then the same down the columns."""
    passes = []
    for axis in (1, 0):
        outputs = x.shape[axis] - kernel_size + 1
        x = np.maximum.reduce([np.take(x, range(k, k + outputs), axis) for k in range(kernel_size)])
        passes.append(x)
    return passes


add(
    Exercise(
        id="separable-max",
        title="Rows first, then columns",
        lesson="14",
        stars=3,
        minutes=15,
        task="Write `my_separable_max`: max pooling with stride 1 and no padding for an array `x` "
        "of shape (H, W), in two passes. The first takes the largest of kernel_size neighbours "
        "within each row; the second does the same down the columns of what the first has left. "
        "Return both arrays, `first, second`. The map may hold whole numbers, as a photo of dtype "
        "uint8 does.",
        stub=function("my_separable_max(x, kernel_size)"),
        draws={
            1: lambda stream: {
                "x": stream.moved(
                    stream.grid(stream.integer(4, 7), stream.integer(4, 7), low=-19, high=19)
                ),
                "kernel_size": stream.integer(2, 4),
            }
        },
        solution=separable_max,
        slips=_SEPARABLE_SLIPS,
        hints=(
            "`x[:, k : k + W - kernel_size + 1]` is every window's k-th cell along the row.",
            "`np.maximum.reduce([… for k in range(kernel_size)])`, once for each axis.",
        ),
    )
)
