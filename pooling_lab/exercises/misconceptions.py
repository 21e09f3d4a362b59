"""The usual mistakes: what each is called, what a student is told, and how it computes.

An id means the same in every exercise, so a class report can count it across all of them.
Each text says why the mistake happens and what to try, for a short answer and for a function
alike, and never what the answer is. An exercise names the ones that can occur in it with
`usual`, and adds its own beside them. What functions do is measured: only where a story is worth
telling does an exercise that asks for one name any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .exercise import Mistakes, Slip

TEXTS = {
    # how many windows, and where
    "forgot-plus-one": "That counts the steps from window to window. The first window stands "
    "there before any step is made: count the windows of a tiny row by hand.",
    "padding-once": "The padding was added on one side only. Draw the row: there are padding "
    "cells before the first pixel and after the last one.",
    "padding-ignored": "The padding was left out. The first window starts in it, before the "
    "first pixel, so the row is longer than its pixels.",
    "ceil-for-floor": "The number of windows was rounded up. A window that sticks out at the end "
    "is left out here.",
    "floor-for-ceil": "The number of windows was rounded down. With ceil_mode a last window that "
    "sticks out still counts.",
    "last-window-in-padding": "With ceil_mode a last window counts only if it starts inside the "
    "input or the left padding. Yours starts to the right of the last pixel.",
    "fraction-kept": "A number of windows is whole. Decide what becomes of one that only partly "
    "fits.",
    "stride-ignored": "The window moved by one cell at a time. Here it moves by the stride: "
    "where does the second window start?",
    "stride-is-kernel": "The window moved by its own size. That is what happens when no stride "
    "is given; here one is.",
    "window-not-subtracted": "The whole row was divided by the stride, as if a window were one "
    "cell wide. Where may the last window start at the latest?",
    "dilation-ignored": "The cells of the window were taken as neighbours. With dilation there "
    "are gaps between them: draw one window.",
    "dilation-times-kernel": "A window with dilation d does not span kernel_size·d cells: there "
    "is a gap between two of its cells, and none after the last. Draw one window.",
    "rows-columns-swapped": "Rows and columns are swapped. Rows come first, in every pair of "
    "sizes or positions; and in a list of rows each inner list is one row.",
    "padding-too-wide": "The padding is more than half the kernel. PyTorch refuses that: with at "
    "most half, the middle of every window is a cell that exists.",
    "window-too-small": "The number of windows is right, but the kernel is smaller than the task "
    "allows. What may the others become when it grows?",
    "gaps-forgotten": "Those are the pixels after the last window. The stride is larger than the "
    "kernel: what lies between two windows?",
    "tail-forgotten": "Those are the pixels between the windows. Where does the last window end, "
    "and where does the row?",
    "convolution-keeps-size": "The convolutions were taken to keep the size. They do so only when "
    "the padding makes up for the kernel: check each.",
    "halved": "The pools were taken to halve, whatever their kernel. A 3/2 window needs room for "
    "three pixels.",
    # what becomes of the numbers in a window
    "mean-for-max": "Those are averages. An average blends the numbers of a window; the maximum "
    "keeps one of them and forgets the others.",
    "max-for-mean": "Those are maxima: one number of each window was kept. An average lets all "
    "of them count.",
    "sum-for-mean": "Those are sums. What turns the sum of a window into its average?",
    "sum-for-max": "Those are sums. Max pooling adds nothing up: it keeps one number of each "
    "window.",
    "min-for-max": "The smallest numbers were taken. Look which way round the comparison goes, "
    "below zero too.",
    "first-cell": "That is the top left cell of each window, whatever the others hold: a stride "
    "through the map. Every cell of a window has a say.",
    "last-cell": "That is the bottom right cell of each window. On a grid that counts upwards it "
    "is the largest by chance: every cell of a window has a say.",
    "sign-ignored": "Those are the numbers farthest from zero. The sign counts: below zero, the "
    "number nearest zero is the largest.",
    "started-at-zero": "Where a window has only negative numbers a 0 came out, and 0 is not in "
    "that window. A 0 to begin with beats every negative number: begin with one of the window.",
    "finite-start": "Where a window lies below the number you start with, that number came out, "
    "and it is not in the window. However low it is, a map may be lower: what is in the window "
    "for certain?",
    "zero-padding": "Where a window reaches into the padding a 0 came out, and no pixel there is "
    "0. Zeros around a negative map win every comparison: what would never win?",
    "fraction-lost": "All numbers are whole: the decimals are gone. They were rounded or cut off "
    "on the way: by whole-number division, say, or by a place that holds whole numbers only.",
    "channels-pooled": "The channels were mixed as well. A pooling layer looks at each channel "
    "by itself: as many come out as go in.",
    "one-channel": "That is one channel alone. The layer does the same to every channel: how many "
    "come out when several go in?",
    "channels-last-misread": "The axes were taken for another order, so channels were treated as "
    "rows or columns. Write down first what each axis is.",
    "power-ignored": "That is the plain average for every p: the powers were left out, or undone "
    "before the mean was taken. Which of the three steps comes first?",
    "power-overflows": "The powers grew beyond the largest number there is, or shrank to 0, and "
    "no root brings them back. What changes when a channel is divided by its largest number first?",
    # reading experiments and images
    # where the maximum was
    "counted-from-one": "Positions are counted from 0: the first cell of the map is cell 0.",
    # the whole map at once, and bins
    "wrong-axes": "The wrong axes were collapsed. Each channel keeps a number of its own; rows "
    "and columns are what disappears.",
    # gradients
    # receptive fields
    "jump-not-multiplied": "The kernel sizes were added as if all layers looked at pixels. After "
    "a stride, a step of one cell is a step of several pixels.",
    "jump-too-early": "The stride of a layer was used for that layer itself. It widens only the "
    "layers after it.",
    "no-minus-one": "Each layer added its whole kernel. One of its cells is the one that was "
    "seen already.",
    # costs
    "pool-weights-counted": "Weights were counted for a pooling layer. It takes a maximum or an "
    "average: which numbers would it learn?",
    "biases-forgotten": "The biases are missing. Each output channel, or each dense output, has "
    "one.",
    "channels-forgotten": "The channels are missing from the product. Each output channel reads "
    "every input channel.",
    "side-not-squared": "Only one side was counted. How many cells does a whole map or window "
    "hold?",
    # drawing at random
}


# What a class report says of mistakes that are measured: students are told their own numbers.
MEASURED = {
    "always-four": "It was divided by 4, whatever the window.",
    "wrong-divisor": "A sum was divided by another number than there are cells.",
    "stride-only-counted": "The stride was used to count windows and not to place them.",
    "max-for-min": "The largest numbers were taken in place of the smallest.",
    "started-low": "A running minimum starts at 0.",
    "started-high": "A running minimum starts at a number that a map may lie above.",
    "sign-not-restored": "The trick min(x) = −max(−x), without the sign after the maximum.",
    "sign-not-turned": "The trick min(x) = −max(−x), without the sign before the maximum.",
    "channels-added": "Every output channel is made of all input channels, added up.",
    "root-forgotten": "The root after the mean is missing.",
    "share-reversed": "Maximum and average have changed their shares.",
    "average-whole": "The average is added whole, and not with its share.",
    "share-ignored": "Half and half, whatever alpha says.",
    "batch-pooled": "The images of a batch are averaged into one.",
    "axes-kept": "Axes of length 1 are left over.",
    "row-left": "Only the rows were collapsed.",
    "column-left": "Only the columns were collapsed.",
    "equal-bins": "All bins were made the same size.",
    "rest-in-last-bin": "The last bin takes all the cells that are left over.",
    "wide-bins": "The width of a bin was rounded up, the same for all.",
    "bins-floored": "Both ends of a bin were rounded down.",
    "bins-ceiled": "Both ends of a bin were rounded up.",
    "bins-rounded": "Both ends of a bin were rounded to the nearest cell.",
    "ends-not-rounded": "The ends of bins were not rounded.",
    "stop-plus-one": "A bin stops one cell after its rounded end, also where it comes out even.",
    "stop-included": "A bin stops at its last cell, and not after it.",
    "spread-over-window": "A maximum was written into all cells of its window.",
    "top-left": "A maximum was written into the first cell of its window.",
    "index-for-value": "The positions were written in place of the numbers.",
    "every-tie": "Each cell that ties for the maximum got the whole gradient.",
    "ties-share": "Cells that tie for the maximum shared the gradient.",
    "last-tie": "The last cell that ties for the maximum got the gradient, and not the first.",
    "gradient-ignored": "Each output sent a 1, whatever its gradient is.",
    "overwritten": "Where windows overlap, one gradient overwrites the other.",
    "not-divided": "Each cell of a window got the whole gradient of an average.",
    "wrong-cell": "The gradient of a maximum went to the last cell of its window.",
    "spread-evenly": "Every cell of a window got a share of the gradient of its maximum.",
}


def usual(*ids: str, own: Mapping[str, str] = {}) -> dict[str, str]:
    """Return the texts of some of the usual mistakes, by id; those of one exercise are its own."""
    return {one: own.get(one) or TEXTS[one] for one in ids}


def count(wrong: Mistakes, size: float, kernel_size: int, stride: int, padding: int = 0) -> float:
    """Count the windows along one axis as somebody with these mistakes does."""
    sides = 0 if "padding-ignored" in wrong else 1 if "padding-once" in wrong else 2
    window = 0 if "window-not-subtracted" in wrong else kernel_size
    step, room = _step(wrong, kernel_size, stride), size + sides * padding - window
    if "fraction-kept" in wrong:
        steps = room / step
    else:
        steps = -(-room // step) if "ceil-for-floor" in wrong else room // step
    return steps + (0 if "forgot-plus-one" in wrong else 1)


Count = Callable[[int, int, int, int], float]  # size, kernel_size, stride, padding

# Ways to count the windows of a row that have a story, the same in every exercise about sizes.
COUNTS: dict[str, tuple[str, Count]] = {
    "same-size": (
        "Those are the sizes that go in. Padding keeps a size only when the window moves by one "
        "cell at a time: what does the stride do?",
        lambda n, k, s, p: n,
    ),
    "padded-size": (
        "That is the size with its padding, before any window has been put down. How many windows "
        "fit into it?",
        lambda n, k, s, p: n + 2 * p,
    ),
    "size-over-stride": (
        "The size was divided by the stride, and that is all. How far is it from the first place "
        "of a whole window to the last?",
        lambda n, k, s, p: n // s,
    ),
    "size-over-stride-up": (
        "The size was divided by the stride and rounded up, as with padding that is made to fit. "
        "Here window and padding are given: where may the last window start?",
        lambda n, k, s, p: -(-n // s),
    ),
    "size-over-kernel": (
        "The size was divided by kernel_size, as if windows stood side by side. By how much does "
        "the window move?",
        lambda n, k, s, p: n // k,
    ),
    "padded-over-stride": (
        "The padded size was divided by the stride, as if a window were one cell wide. Where may "
        "the last window start at the latest?",
        lambda n, k, s, p: (n + 2 * p) // s,
    ),
    "plus-one-inside": (
        "The 1 was added before the division by the stride. It stands for the first window, which "
        "is there before any step is made: when is it counted?",
        lambda n, k, s, p: (n + 2 * p - k + 1) // s,
    ),
    "kernel-and-stride-exchanged": (
        "kernel_size and stride have changed places: which of the two is how large a window is, "
        "and which is how far it moves?",
        lambda n, k, s, p: (n + 2 * p - s) // k + 1,
    ),
    "padding-subtracted": (
        "The padding was taken off, and not added. Does a row become longer or shorter when cells "
        "are put before and after it?",
        lambda n, k, s, p: (n - 2 * p - k) // s + 1,
    ),
    "kernel-added": (
        "kernel_size was added, and not taken off. Does a larger window fit more often, or less?",
        lambda n, k, s, p: (n + 2 * p + k) // s + 1,
    ),
    "padding-outside": (
        "The padding was added to the number of windows. It makes the row longer in which they are "
        "counted: where in the formula does that belong?",
        lambda n, k, s, p: (n - k) // s + 1 + 2 * p,
    ),
    "padding-outside-once": (
        "The padding was added to the number of windows, once. It makes the row longer in which "
        "they are counted, at both ends: where in the formula does that belong?",
        lambda n, k, s, p: (n - k) // s + 1 + p,
    ),
    "padding-thrice": (
        "The padding was counted once too often: there are two ends. Draw the row with its "
        "padding.",
        lambda n, k, s, p: (n + 4 * p - k) // s + 1,
    ),
    "one-too-many": (
        "One window too many was counted. Put the numbers of a tiny row into your formula: which "
        "of its windows sticks out?",
        lambda n, k, s, p: (n + 2 * p - k) // s + 2,
    ),
    "stride-forgotten-plus-one": (
        "Window and padding are in it, and the stride and the first window are not. How many whole "
        "strides are in that room, and how many windows is that?",
        lambda n, k, s, p: n + 2 * p - k,
    ),
    "half-the-kernel": (
        "Half a window was taken off at the end. How many cells of the row does the last window "
        "need from where it starts?",
        lambda n, k, s, p: (n + 2 * p - k // 2) // s + 1,
    ),
}


ABOUT_WINDOWS = (
    *("forgot-plus-one", "window-not-subtracted", "same-size", "one-too-many", "kernel-added"),
    *("half-the-kernel", "stride-forgotten-plus-one"),
)
ABOUT_STRIDES = (
    *("stride-ignored", "stride-is-kernel", "ceil-for-floor", "size-over-stride"),
    *("size-over-stride-up", "size-over-kernel", "plus-one-inside", "kernel-and-stride-exchanged"),
)
ABOUT_PADDING = (
    *("padding-once", "padding-ignored", "padded-size", "padded-over-stride"),
    *("padding-subtracted", "padding-outside", "padding-outside-once", "padding-thrice"),
)


def counted(
    answers: Callable[[Count], Callable[..., Any]], *ids: str, where: str = ""
) -> dict[str, Slip]:
    """Return the slips of an exercise about sizes.

    Parameters
    ----------
    answers
        Turns a way to count windows into the answer to a case.
    ids
        Which ways: of `COUNTS`, or misconceptions of `count`.
    where
        Which layer it is about, where an exercise has several: ``"the first pool"``.
    """
    slips = {}
    for id in ids:
        text, how = _way(id)
        told = f"In {where}: {text[0].lower()}{text[1:]}" if where else text
        slips[f"{id}-in-{where.replace(' ', '-')}" if where else id] = Slip(told, answers(how))
    return slips


def _way(id: str) -> tuple[str, Count]:
    return COUNTS[id] if id in COUNTS else (TEXTS[id], lambda *window: count({id}, *window))


_ABOUT = (*ABOUT_PADDING, *ABOUT_STRIDES, *ABOUT_WINDOWS)
ALL_COUNTS = {id: _way(id) for id in dict.fromkeys((*_ABOUT, *COUNTS))}


def every_count(sizes: Sequence[int], window: tuple[int, int, int]) -> dict[str, list[float]]:
    """Return how many windows every way to count them finds along some axes; "" is the right one.

    Examples
    --------
    >>> found = every_count((7, 9), (3, 2, 0))
    >>> found[""], found["forgot-plus-one"]
    ([3, 4], [2, 3])
    """
    ways = {id: [how(n, *window) for n in sizes] for id, (_, how) in ALL_COUNTS.items()}
    return {"": [count((), n, *window) for n in sizes], **ways}


def _step(wrong: Mistakes, kernel_size: int, stride: int) -> int:
    if "stride-ignored" in wrong:
        return 1
    return kernel_size if "stride-is-kernel" in wrong else stride


REDUCTIONS: dict[str, Callable[[np.ndarray], float]] = {
    "mean-for-max": np.mean,
    "max-for-mean": np.max,
    "sum-for-mean": np.sum,
    "sum-for-max": np.sum,
    "min-for-max": np.min,
    "first-cell": lambda window: window[0, 0],
    "last-cell": lambda window: window[-1, -1],
    "sign-ignored": lambda window: window.flat[abs(window).argmax()],
    "started-at-zero": lambda window: max(0, window.max()),
    "side-not-squared": lambda window: window.sum() / len(window),
}


def slide(
    wrong: Mistakes,
    x: np.ndarray,
    kernel_size: int,
    stride: int,
    padding: int = 0,
    reduce: Callable[[np.ndarray], float] = np.max,
) -> np.ndarray:
    """Pool a map as somebody with these mistakes does; padding is left out of the windows."""
    reduce = next((how for one, how in REDUCTIONS.items() if one in wrong), reduce)
    first = 0 if {"padding-ignored", "padding-once"} & set(wrong) else -padding
    step = _step(wrong, kernel_size, stride)
    slips = set(wrong) - {"stride-ignored", "stride-is-kernel"}  # they are in the step already
    counts = [int(count(slips, n, kernel_size, step, padding)) for n in x.shape]
    if "zero-padding" in wrong:
        x, first = np.pad(x, padding), first + padding
    rows, columns = ([first + i * step for i in range(n)] for n in counts)
    cells = [reduce(_cut(x, i, j, kernel_size)) for i in rows for j in columns]
    y = np.array(cells).reshape(len(rows), len(columns))
    if "fraction-lost" in wrong:
        y = np.trunc(y)
    return y.T if "rows-columns-swapped" in wrong else y


def _cut(x: np.ndarray, i: int, j: int, kernel_size: int) -> np.ndarray:
    return x[max(i, 0) : i + kernel_size, max(j, 0) : j + kernel_size]
