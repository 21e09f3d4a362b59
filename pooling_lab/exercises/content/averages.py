"""Exercises about averages, and the dial from average to maximum (lessons 05 and 07)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, function, keeping
from ..misconceptions import TEXTS, slide, usual
from ..seeded_random import Stream
from .by_hand import AVERAGES, CELLS, DRAWN, INCLUDED


def draw_map(stream: Stream) -> Case:
    """Draw a small map with decimals, and a window and a stride that need not fit it."""
    kernel_size = stream.integer(2, 3)
    stride = stream.integer(1, kernel_size)
    rows, columns = (kernel_size + stream.integer(0, 4) for _ in range(2))
    x = stream.grid(rows, columns, low=-19, high=19) / 2
    return {"x": x, "kernel_size": kernel_size, "stride": stride}


# --- average-by-hand ------------------------------------------------------------------------


def average_by_hand(x: np.ndarray) -> list[list[float]]:
    """Add up each 2×2 block and divide by four."""
    return [[x[i : i + 2, j : j + 2].sum() / 4 for j in (0, 2)] for i in (0, 2)]


add(
    Exercise(
        id="average-by-hand",
        title="Average pooling by hand",
        lesson="05",
        stars=1,
        minutes=4,
        task="Average-pool the 4×4 grid `x` with kernel_size=2 and stride=2, in your head or on "
        "paper. Write the result as a list of rows; halves and quarters stay as they are.",
        stub="answer = None",
        draws={
            1: keeping(
                lambda stream: {"x": stream.permuted(4, 4, low=-9, high=9)},
                lambda x: x[:2, 2:].sum() != x[2:, :2].sum(),
            )
        },
        solution=average_by_hand,
        mistaken=lambda wrong, x: slide(wrong, x, 2, 2, reduce=np.mean),
        slips=AVERAGES,
        misconceptions=usual(
            *("max-for-mean", "sum-for-mean", "side-not-squared", "first-cell", "last-cell"),
            *("fraction-lost", "stride-ignored", "rows-columns-swapped"),
        ),
        hints=(
            "Draw a line down the middle and one across: these are the four windows.",
            "Add up the four numbers of a window, signs included.",
            "`[[top left, top right], [bottom left, bottom right]]`: each sum divided by 4.",
        ),
    )
)

# --- avg-pool2d -----------------------------------------------------------------------------


def avg_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Let a window slide over the rows and columns, and keep the mean of its numbers."""
    rows = (x.shape[0] - kernel_size) // stride + 1
    columns = (x.shape[1] - kernel_size) // stride + 1
    y = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            top, left = i * stride, j * stride
            y[i, j] = x[top : top + kernel_size, left : left + kernel_size].mean()
    return y


add(
    Exercise(
        id="avg-pool2d",
        title="Write average pooling",
        lesson="05",
        stars=2,
        minutes=10,
        task="Write `my_avg_pool2d`. `x` is an array of shape (H, W); kernel_size and stride are "
        "whole numbers. There is no padding, and a window that does not fit whole is left out. The "
        "map may hold whole numbers, as a photo of dtype uint8 does.",
        stub=function("my_avg_pool2d(x, kernel_size, stride)"),
        draws={1: draw_map},
        solution=avg_pool2d,
        hints=(
            "Your max pooling of lesson 03 needs to change in one place.",
            "Mind the kind of the array that you fill: can it hold 3.5?",
            "Window (i, j) is `x[i*stride:, j*stride:][:kernel_size, :kernel_size]`; average it.",
        ),
    )
)

_COUNT_INCLUDE_PAD = {
    "pads-counted": "The padding cells were counted in the divisor both times. Without them a "
    "window at the edge holds fewer cells: how many are left?",
    "pads-not-counted": "Only the pixels of a window were counted in the divisor, both times. With "
    "count_include_pad=True the padding cells count too, as zeros.",
    "the-other-way-round": "The two results are swapped. With which setting is a number at the "
    "edge nearer zero?",
}

# --- count-include-pad ----------------------------------------------------------------------


def count_include_pad(x: np.ndarray) -> list[list[list[float]]]:
    """Add up each window's pixels; divide by all nine cells, or by the pixels alone."""
    halves = (slice(0, 2), slice(1, 4))
    windows = [[x[rows, columns] for columns in halves] for rows in halves]
    counted = [[window.sum() / 9 for window in row] for row in windows]
    return [counted, [[window.mean() for window in row] for row in windows]]


def _include_mistaken(wrong: Mistakes, x: np.ndarray) -> list[np.ndarray]:
    def counted(window: np.ndarray) -> float:
        return float(window.sum() / 9)

    first = np.mean if "pads-not-counted" in wrong else counted
    second = counted if "pads-counted" in wrong else np.mean
    both = [slide(wrong, x, 3, 2, padding=1, reduce=how) for how in (first, second)]
    return both[::-1] if "the-other-way-round" in wrong else both


add(
    Exercise(
        id="count-include-pad",
        title="Does the padding count?",
        lesson="05",
        stars=2,
        minutes=8,
        task="Average-pool the map `x` with kernel_size=3, stride=2 and padding=1, as "
        "`torch.nn.AvgPool2d` does: first with `count_include_pad=True`, then with "
        "`count_include_pad=False`. Write both results: a list of two lists of rows.",
        stub="answer = None",
        draws={
            1: keeping(
                lambda stream: {"x": 36 * stream.permuted(4, 4, low=-9, high=9)},
                lambda x: x[:2, 1:].sum() != x[1:, :2].sum(),
            )
        },
        axes=("results", "rows", "columns"),
        solution=count_include_pad,
        mistaken=_include_mistaken,
        slips=INCLUDED,
        misconceptions=usual(
            *("pads-counted", "pads-not-counted", "the-other-way-round", "padding-ignored"),
            *("padding-once", "max-for-mean", "sum-for-mean", "stride-ignored"),
            "rows-columns-swapped",
            own=_COUNT_INCLUDE_PAD,
        ),
        hints=(
            "Draw the map with a frame one cell wide. How many pixels does each 3×3 window hold?",
            "The four windows hold 4, 6, 6 and 9 pixels. Add up the pixels of each.",
            "The same four sums twice: divided by 9 each, then by 4, 6, 6 and 9.",
        ),
    )
)

# --- how weights go wrong ----------------------------------------------------------------------

_WEIGHTS_SLIPS = {
    "one-kernel": Slip(
        "That is the kernel that one channel is averaged with. `conv2d` wants one for every pair "
        "of an output and an input channel, in the shape that the task gives.",
        lambda channels, kernel_size: np.full((kernel_size, kernel_size), 1 / kernel_size**2),
    ),
    "one-kernel-each": Slip(
        "Those are weights for `groups=channels`. The full shape also has a place for every pair "
        "of different channels: what stands there?",
        lambda channels, kernel_size: average_weights(channels, kernel_size).sum(axis=1)[:, None],
    ),
}

# --- average-as-convolution -----------------------------------------------------------------


def average_weights(channels: int, kernel_size: int) -> np.ndarray:
    """Connect each channel to itself alone, with the same small weight for every cell."""
    weights = np.zeros((channels, channels, kernel_size, kernel_size))
    for channel in range(channels):
        weights[channel, channel] = 1 / kernel_size**2
    return weights


add(
    Exercise(
        id="average-as-convolution",
        title="Write average pooling as a convolution",
        lesson="05",
        stars=2,
        minutes=8,
        task="Write `average_weights`. It returns the weights, of shape (channels, channels, "
        "kernel_size, kernel_size), with which `torch.nn.functional.conv2d(x, weights, "
        "stride=kernel_size)` is average pooling with that kernel size: an array of NumPy or a "
        "tensor, whose numbers alone count.",
        stub=function("average_weights(channels, kernel_size)"),
        draws={
            1: lambda stream: {
                "channels": stream.integer(2, 9),
                "kernel_size": stream.integer(2, 9),
            }
        },
        solution=average_weights,
        axes=("output channels", "input channels", "rows", "columns"),
        slips=_WEIGHTS_SLIPS,
        hints=(
            "What is the sum of all weights that lead to one output?",
            "Pooling keeps channels apart: which weights between channel 0 and channel 1 do that?",
            "1 / kernel_size² where both channel numbers are the same, and 0 elsewhere.",
        ),
    )
)

# --- how the dial goes wrong -------------------------------------------------------------------

_GEM_SLIPS = {
    "channels-pooled": Slip(TEXTS["channels-pooled"], lambda x, p: (x**p).mean() ** (1 / p)),
    "wrong-axes": Slip(TEXTS["wrong-axes"], lambda x, p: (x**p).mean(axis=(0, 1)) ** (1 / p)),
    "root-by-dividing": Slip(
        "The mean was divided by p. A p-th root is the power 1/p, and in Python `a ** 1 / p` means "
        "`(a ** 1) / p`: powers come before divisions.",
        lambda x, p: (x**p).mean(axis=(1, 2)) / p,
    ),
}


def _gem_draw(stream: Stream) -> Case:
    """Draw channels, one perhaps of zeros; rarely with a power that overflows or vanishes."""
    x = stream.grid(stream.integer(2, 3), 2, stream.integer(2, 4), low=0, high=9)
    x[: stream.choice([0, 0, 1])] = 0
    scale, p = stream.choice([(1, 0)] * 4 + [(25, 200), (1 / 1000, 200), (1, 400)])
    return {"x": x * scale, "p": p or stream.integer(2, 5)}


def gem_at_once(x: np.ndarray, p: float) -> np.ndarray:
    """Take powers, mean and root in one line, as most do."""
    return (x**p).mean(axis=(1, 2)) ** (1 / p)


# --- dial -----------------------------------------------------------------------------------


def gem(x: np.ndarray, p: float) -> np.ndarray:
    """Take the p-th root of the mean p-th power, of shares of the largest: none grows too big."""
    largest = x.max(axis=(1, 2))
    shares = x / np.where(largest > 0, largest, 1)[:, None, None]  # zeros stay zeros
    return largest * (shares**p).mean(axis=(1, 2)) ** (1 / p)


add(
    Exercise(
        id="dial",
        title="Turn the dial from mean to maximum",
        lesson="07",
        stars=2,
        minutes=8,
        task="Write `my_gem_pool2d`: the generalised mean of each channel of `x`, an array of "
        "shape (C, H, W) without negative numbers. It returns C numbers. With p = 1 it is the "
        "average; the larger p, the nearer it comes to the maximum. p may be large, "
        "such as 200: then a power of a number may be more than a float64 holds, or so small that "
        "it becomes 0. The result is right there too, and for a channel of zeros. The maps may "
        "hold whole numbers. p is 1 or more, and need not be whole.",
        stub=function("my_gem_pool2d(x, p)"),
        draws={1: _gem_draw},
        solution=gem,
        axes=("channels",),
        ways=(gem_at_once,),
        mistaken=lambda wrong, **case: (gem_at_once if wrong else gem)(**case),
        misconceptions=usual("power-overflows"),
        slips=_GEM_SLIPS,
        hints=(
            "Three steps: a power of every number, a mean for each channel, a root. The mean runs "
            "over two of the three axes.",
            "225 to the power of 200 is more than a float64 holds. What becomes of the result when "
            "all numbers of a channel are divided by the largest of them first?",
            "`largest * ((x / largest) ** p).mean(axis=(1, 2)) ** (1 / p)`, with 1 in place of a "
            "largest number that is 0.",
        ),
    )
)

# --- how a draw goes wrong ------------------------------------------------------------------


def _draw_slip(end: Callable[[np.ndarray], float]) -> Callable[..., list[float]]:
    return lambda x: [*(x.ravel() / x.sum()), end(x.ravel())]


_DRAW_SLIPS = {
    "sum-when-testing": Slip(
        "The last number is the sum of the window. When testing, each number is weighted with its "
        "own probability before they are added.",
        _draw_slip(np.sum),
    ),
    "divided-once-more": Slip(
        "The last number was divided by 4 once more. The probabilities add up to 1 already: what "
        "is left to divide by?",
        _draw_slip(lambda v: float((v**2).sum() / v.sum() / 4)),
    ),
    "squares-when-testing": Slip(
        "The last number is the sum of the squares. By what is each number to be weighted?",
        _draw_slip(lambda v: float((v**2).sum())),
    ),
    "not-shares": Slip(
        "Those are the numbers themselves. A probability is a share of the whole: what do the "
        "four add up to?",
        lambda x: [*x.ravel(), float((x**2).sum() / x.sum())],
    ),
    "nonzero-alike": Slip(
        "Every number but 0 got the same chance. Here a large number is drawn more often than a "
        "small one.",
        lambda x: [*((x.ravel() > 0) / (x > 0).sum()), float(x.sum() / (x > 0).sum())],
    ),
    "share-of-largest": Slip(
        "Each number was divided by the largest one. The four probabilities are to add up to 1.",
        lambda x: [*(x.ravel() / x.max()), float((x**2).sum() / x.max())],
    ),
}

_STOCHASTIC_PROBABILITIES = {
    "softmax": "That is a softmax. Stochastic pooling takes each number as a share of the sum of "
    "its window: no exponential.",
    "all-alike": "Every cell got the same chance. Here a large number is drawn more often than a "
    "small one.",
    "zeros-left-in": "A cell that is 0 got a chance. After a ReLU a 0 means that nothing was found "
    "there, and it is never drawn.",
    "max-when-testing": "The maximum was taken for the test. That is another network than the one "
    "that was trained, on average: what would the draws give in the long run?",
    "plain-mean": "That is the plain mean. When testing, each number is weighted with its own "
    "probability of being drawn.",
}

# --- stochastic-probabilities ---------------------------------------------------------------


def stochastic_window(x: np.ndarray) -> list[float]:
    """Take each number as a share of the sum; weight each with its share when testing."""
    shares = x.ravel() / x.sum()
    return [*shares, (shares * x.ravel()).sum()]


def _stochastic_mistaken(wrong: Mistakes, x: np.ndarray) -> list[float]:
    cells = x.ravel()
    raw = np.exp(cells - cells.max()) if "softmax" in wrong else cells
    raw = np.ones(4) if "all-alike" in wrong else raw
    raw = raw + 1 if "zeros-left-in" in wrong else raw
    shares = raw / raw.sum()
    end = cells.mean() if "plain-mean" in wrong else (shares * cells).sum()
    return [*shares, cells.max() if "max-when-testing" in wrong else end]


def _stochastic_draw(stream: Stream) -> Case:
    cells = stream.shuffled([0, *stream.shuffled(range(1, 16))[:3]])
    return {"x": np.array(cells, float).reshape(2, 2)}


add(
    Exercise(
        id="stochastic-probabilities",
        title="Draw one of four",
        lesson="07",
        stars=2,
        minutes=6,
        task="Stochastic pooling looks at the window `x`. Write five numbers as a list: the "
        "probability of each cell in reading order while training, and then what the layer gives "
        "when testing. Do not round; fractions such as `3 / 7` are fine.",
        entries=CELLS,
        stub="answer = None",
        draws={1: _stochastic_draw},
        solution=stochastic_window,
        mistaken=_stochastic_mistaken,
        slips=_DRAW_SLIPS | DRAWN,
        misconceptions=usual(
            *("softmax", "plain-mean", "all-alike", "zeros-left-in", "max-when-testing"),
            own=_STOCHASTIC_PROBABILITIES,
        ),
        hints=(
            "The probabilities add up to 1 and are proportional to the numbers. What does a 0 get?",
            "When testing nothing is drawn: each number counts as often as it would be drawn.",
            "`p = x / x.sum()`, then `(p * x).sum()`",
        ),
    )
)

# --- how a minimum goes wrong ---------------------------------------------------------------

_MIN_SLIPS = {
    "sign-wraps": Slip(
        "On a photo of dtype uint8 there are no negative numbers: −5 becomes 251, and −0 stays 0, "
        "so a 0 loses. Which kind of number has a sign?",
        lambda x, kernel_size, stride: -slide((), -x, kernel_size, stride),
    ),
}

# --- maps and photos to be pooled -----------------------------------------------------------


def _min_draw(stream: Stream) -> Case:
    case = draw_map(stream)
    photo = 25 * stream.grid(*case["x"].shape, low=0, high=9).astype(np.uint8)
    return {**case, "x": stream.choice([*[stream.moved(case["x"])] * 3, case["x"] + 12, photo])}


# --- min-pool2d -----------------------------------------------------------------------------


def min_pool2d(x: np.ndarray, kernel_size: int, stride: int) -> np.ndarray:
    """Let a window slide over the rows and columns, and keep the smallest number in it."""
    rows = (x.shape[0] - kernel_size) // stride + 1
    columns = (x.shape[1] - kernel_size) // stride + 1
    y = np.empty((rows, columns), x.dtype)
    for i in range(rows):
        for j in range(columns):
            y[i, j] = x[i * stride :, j * stride :][:kernel_size, :kernel_size].min()
    return y


add(
    Exercise(
        id="min-pool2d",
        title="Write min pooling, for photos too",
        lesson="07",
        stars=2,
        minutes=8,
        task="Write `my_min_pool2d`, which keeps the smallest number of each window. `x` is an "
        "array of shape (H, W): a map with negative numbers, or a photo of dtype uint8. There is "
        "no padding, and a window that does not fit whole is left out.",
        stub=function("my_min_pool2d(x, kernel_size, stride)"),
        draws={1: _min_draw},
        solution=min_pool2d,
        slips=_MIN_SLIPS,
        hints=(
            "Your max pooling of lesson 03 needs to change in one place.",
            "With the trick −max(−x): which dtype can hold −x?",
        ),
    )
)

# --- how a mix goes wrong ----------------------------------------------------------------------


def _largest_from(low: float) -> Callable[..., np.ndarray]:
    """Return the mix of somebody whose running maximum starts at a number."""

    def mixed(x: np.ndarray, kernel_size: int, alpha: float) -> np.ndarray:
        high, mean = (mixed_pool2d(x, kernel_size, share) for share in (1, 0))
        return alpha * np.maximum(low, high) + (1 - alpha) * mean

    return mixed


_MIXED_SLIPS = {
    id: Slip(TEXTS[id], _largest_from(low))
    for id, low in (("started-at-zero", 0), ("finite-start", -999))
}

# --- mixed-pool2d ---------------------------------------------------------------------------


def mixed_pool2d(x: np.ndarray, kernel_size: int, alpha: float) -> np.ndarray:
    """Blend the maximum and the mean of each window; the windows lie side by side."""
    rows, columns = x.shape[0] // kernel_size, x.shape[1] // kernel_size
    whole = x[: rows * kernel_size, : columns * kernel_size]
    windows = whole.reshape(rows, kernel_size, columns, kernel_size)
    return alpha * windows.max(axis=(1, 3)) + (1 - alpha) * windows.mean(axis=(1, 3))


add(
    Exercise(
        id="mixed-pool2d",
        title="Mix maximum and average",
        lesson="07",
        stars=2,
        minutes=8,
        task="Write `my_mixed_pool2d` for an array `x` of shape (H, W): alpha times the maximum "
        "plus 1 − alpha times the average of each window. The stride is kernel_size, and a window "
        "that does not fit whole is left out. The map may hold whole numbers, as a photo of dtype "
        "uint8 does, and alpha is from 0 to 1.",
        stub=function("my_mixed_pool2d(x, kernel_size, alpha)"),
        draws={
            1: lambda stream: {
                "x": stream.moved(
                    stream.grid(stream.integer(3, 7), stream.integer(3, 7), low=-19, high=19) / 2
                ),
                "kernel_size": stream.integer(2, 3),
                "alpha": stream.choice([0.1, 0.2, 0.3, 0.7, 0.8]),
            }
        },
        solution=mixed_pool2d,
        slips=_MIXED_SLIPS,
        hints=(
            "You have written both pools already. What must be left with alpha = 1, and with 0?",
            "`alpha * maximum + (1 - alpha) * average`",
        ),
    )
)
