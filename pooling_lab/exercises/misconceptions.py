"""The usual mistakes: what each is called, what a student is told, and how it computes.

An id means the same in every exercise, so a class report can count it across all of them.
Each text says why the mistake happens and what to try, for a short answer and for a function
alike, and never what the answer is. An exercise names the ones that can occur in it with
`usual`, and adds its own beside them.
"""

from __future__ import annotations

from collections.abc import Callable
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
    "stride-only-counted": "The number of windows is right, but they stand one cell apart: the "
    "stride was used to count them and not to place them. Where does window (i, j) start?",
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
    "padding-too-wide": "The padding is more than half the kernel. PyTorch refuses that: a window "
    "could then lie in the padding altogether.",
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
    "max-for-min": "The largest numbers were taken. Look which way round the comparison goes, "
    "below zero too.",
    "started-low": "Where a window has only positive numbers a 0 came out, and 0 is not in that "
    "window. A running minimum must not start at 0.",
    "started-high": "Where all numbers of a window are above the one you start with, that one "
    "came out, and it is not in the window. However high it is, a map may be higher: what is in "
    "the window for certain?",
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
    "always-four": "It was divided by 4, whatever the window. How many cells does a larger window "
    "hold?",
    "wrong-divisor": "All numbers are off by the same factor: what was added up is right, and the "
    "number it was divided by is not. How many cells are averaged?",
    "pads-counted": "The padding cells were counted in the divisor both times. Without them a "
    "window at the edge holds fewer cells: how many are left?",
    "pads-not-counted": "Only the pixels of a window were counted in the divisor, both times. With "
    "count_include_pad=True the padding cells count too, as zeros.",
    "the-other-way-round": "The two results are swapped. With which setting is a number at the "
    "edge nearer zero?",
    "channels-pooled": "The channels were mixed as well. A pooling layer looks at each channel "
    "by itself: as many come out as go in.",
    "one-channel": "That is one channel alone. The layer does the same to every channel: how many "
    "come out when several go in?",
    "channels-last-misread": "The axes were taken for another order, so channels were treated as "
    "rows or columns. Write down first what each axis is.",
    "sign-not-restored": "The trick min(x) = −max(−x) needs both signs. The one after the maximum "
    "is missing.",
    "sign-not-turned": "The trick min(x) = −max(−x) needs both signs. The one before the maximum "
    "is missing.",
    "sign-wraps": "On a photo of dtype uint8 there are no negative numbers: −5 becomes 251, and −0 "
    "stays 0, so a 0 loses. Which kind of number has a sign?",
    "one-kernel": "That is the kernel that one channel is averaged with. `conv2d` wants one for "
    "every pair of an output and an input channel, in the shape that the task gives.",
    "channels-added": "Every channel got the kernel of every other: the averages of all channels "
    "are added up. Pool one channel while you cover the others.",
    "one-kernel-each": "Those are weights for `groups=channels`. The full shape also has a place "
    "for every pair of different channels: what stands there?",
    "power-ignored": "That is the plain average for every p: the powers were left out, or undone "
    "before the mean was taken. Which of the three steps comes first?",
    "power-overflows": "The powers grew beyond the largest number there is, or shrank to 0, and "
    "no root brings them back. What changes when a channel is divided by its largest number first?",
    "root-by-dividing": "The mean was divided by p. A p-th root is the power 1/p, and in Python "
    "`a ** 1 / p` means `(a ** 1) / p`: powers come before divisions.",
    "root-forgotten": "The root is missing: the result has grown to a power of the numbers. What "
    "would the dial give for a channel full of twos?",
    "share-reversed": "The shares are the other way round. With alpha = 1 nothing but the maximum "
    "should be left.",
    "average-whole": "The average was added whole. The two shares make 1 together: with alpha = 1 "
    "nothing of the average should be left.",
    "share-ignored": "Maximum and average were blended half and half, whatever alpha says.",
    "reshaped-not-moved": "`reshape` does not move axes: it cuts the same row of numbers anew, so "
    "pixels end up in other places. Move the axis instead.",
    "order-not-restored": "The channels are not where they were. What has been moved to the front "
    "has to be moved back to the end.",
    "reshaped-back": "The channels were moved to the front, and `reshape` did not move them back: "
    "it cuts the same row of numbers anew. Move the axis once more.",
    "batch-pooled": "The images of the batch were averaged into one. Each image keeps its own "
    "numbers.",
    "axes-kept": "Rows and columns are still there, with a single cell each. The task asks for "
    "an array without these two axes.",
    "row-left": "Only the rows were collapsed: of each channel a number per column is left. Which "
    "axes does global pooling collapse?",
    "column-left": "Only the columns were collapsed: of each channel a number per row is left. "
    "Which axes does global pooling collapse?",
    "bins-rounded": "The ends were rounded to the nearest cell, one down and another up, so some "
    "cells are read too little. Which way is a start rounded, and which way a stop?",
    "stop-plus-one": "One was added to every stop, also where the bin ends exactly between two "
    "cells. Look at 6 cells in 3 bins.",
    "rest-in-last-bin": "The bins are all of one size and the last one takes what is left over. "
    "PyTorch's bins differ by less. Look at 11 cells in 4 bins.",
    "split-without-overlap": "The first bins got one cell more and none overlap, as "
    "`np.array_split` cuts. PyTorch's bins may overlap. Look at 5 cells in 3 bins.",
    "wide-bins": "The bins were all made as wide as the widest, so that the last one is cut short "
    "or empty. PyTorch's bins differ by less. Look at 5 cells in 4 bins.",
    "ends-not-rounded": "An end was left between two cells. A slice needs whole numbers: which way "
    "is a start rounded, and which way a stop?",
    "ends-apart": "Those are all the starts and then all the stops. The task asks for a pair "
    "`(start, stop)` for each bin.",
    "cells-for-bins": "Those are the cells of each bin. The two ends of each are asked for: the "
    "first cell, and the one after the last.",
    "length-for-stop": "The second number is how long the bin is. It should be where the bin "
    "stops, so that `x[start:stop]` cuts it out.",
    "bins-ceiled": "Both ends of each bin were rounded up, so the bins never overlap. Which way is "
    "the start rounded?",
    "stop-included": "The stop is one too small. A slice stops before its stop: `x[1:4]` holds "
    "three cells.",
    "pad-not-low-enough": "In places a number won that is no pixel of the window: what stands in "
    "the frame, or what something starts from. However it is chosen, a map may lie below it. "
    "Which number is below all others?",
    "columns-first": "The first pass went down the columns. The order makes no difference in the "
    "end, but the task asks for the pass along the rows first: what does it leave of the width?",
    "second-pass-alone": "The second pass began with `x` again. It is to go on with what the "
    "first one has left.",
    "both-at-once": "What should be the result of the first pass is a maximum over the whole "
    "window already. A pass along the rows looks at one row at a time.",
    "end-result-only": "That is the end of both passes. The task asks for what each of them "
    "leaves: return the two arrays.",
    "one-slice-short": "The window is one cell too small in each direction. `range(n)` ends at "
    "n − 1: how many slices did you combine?",
    # reading experiments and images
    "pairs-ignored": "The two spreads were added as if the networks had nothing in common. The "
    "same seed makes a pair: look at the five differences.",
    "sd-for-se": "That is the spread of single differences. The mean of five of them is "
    "steadier: by which factor?",
    "n-for-n-minus-one": "The standard deviation was taken with n. From a sample it is taken with "
    "n − 1, since the mean came from the same numbers.",
    "any-difference-told": "The means differ, as two means nearly always do. The question is "
    "whether the difference is large beside its standard error.",
    "shifted": "That is the image, shifted. Max pooling does notice most shifts: compare the two "
    "pooled maps block by block.",
    "average-broken": "In your image each block holds as much ink as before, so the average cannot "
    "tell the two apart either.",
    "too-few-cells": "The idea works, but fewer than 8 cells differ. Where else may one?",
    # where the maximum was
    "index-in-window": "That position counts inside the window. It is wanted in the whole map: "
    "where does that window start?",
    "value-for-index": "Those are the maxima themselves. The task asks where in the map they are.",
    "transposed": "The right numbers at the wrong places: rows and columns of your list are "
    "swapped. Its first row belongs to the two upper windows.",
    "index-times-height": "A flat position jumps by the length of a row when the row changes, "
    "and a row is as long as there are columns.",
    "counted-from-one": "Positions are counted from 0: the first cell of the map is cell 0.",
    "spread-over-window": "Each number was written to its whole window. Only one cell held the "
    "maximum; what the others held is lost.",
    "top-left": "Each number was written to the first cell of its window. The index says where in "
    "the map it really was.",
    "twice-the-size": "The map was made twice as large as `y`. A pool leaves an odd last row or "
    "column out, so the map may be larger: which arguments say how large?",
    "counted-down": "The indices were counted down the columns. They run along the rows: which "
    "cell comes after the last one of a row?",
    "index-for-value": "The positions themselves were written into the map. They say where, and "
    "`y` says what.",
    # the whole map at once, and bins
    "wrong-axes": "The wrong axes were collapsed. Each channel keeps a number of its own; rows "
    "and columns are what disappears.",
    "equal-bins": "The bins were all made the same size. When the size does not divide, adaptive "
    "bins differ or overlap, so that no cell is left out. Look at 5 cells in 3 bins.",
    "bins-floored": "Both ends of each bin were rounded down, so some cells are read by nobody "
    "or too little. Which way is the end rounded?",
    # gradients
    "every-tie": "Where several cells tie for the maximum, each of them got the gradient. The "
    "first one in reading order was passed on, so only that one can have caused the output.",
    "ties-share": "Where several cells tie for the maximum, they shared the gradient. The first "
    "one in reading order was passed on, so it gets all of it.",
    "last-tie": "Where several cells tie for the maximum, the last of them got the gradient. The "
    "first one in reading order was passed on: `>=` lets a later one win, `>` does not.",
    "gradient-ignored": "Each output sent back a 1, whatever `grad_output` holds. How much does "
    "the loss change when that output grows a little?",
    "overwritten": "Where windows overlap, the last gradient replaced the earlier ones. A cell "
    "that two windows read causes both outputs: what happens to the two parts?",
    "not-divided": "Each cell got the whole gradient of its window. An average passes on only a "
    "share of each cell: how large is it?",
    "wrong-cell": "The gradient went to a cell that was not the one passed on. Compare the place "
    "of the maximum with the place you wrote to.",
    "spread-evenly": "Every cell of the window got a share. A maximum passes on one cell alone: "
    "what changes in the output when another one grows a little?",
    # receptive fields
    "jump-not-multiplied": "The kernel sizes were added as if all layers looked at pixels. After "
    "a stride, a step of one cell is a step of several pixels.",
    "jump-too-early": "The stride of a layer was used for that layer itself. It widens only the "
    "layers after it.",
    "no-minus-one": "Each layer added its whole kernel. One of its cells is the one that was "
    "seen already.",
    "pools-left-out": "The pools' own windows were left out. A pool reads several cells too, and "
    "adds (kernel_size − 1)·jump like a convolution.",
    "started-at-none": "It started from 0. Before any layer, a number sees one pixel: itself.",
    "jumps-added": "The strides were added up. Two layers that each skip every second cell leave "
    "one in four: what does that say about the jump?",
    "strides-added": "The strides were added. Follow one shift through the stack: a shift by the "
    "first stride is a shift by one cell for the second pool.",
    "last-stride-only": "Only the last pool was asked. The ones before it have to be passed as "
    "well.",
    "cells-for-pixels": "The cells were taken for pixels. One cell of the output stands for more "
    "than one pixel.",
    # costs
    "pool-weights-counted": "Weights were counted for a pooling layer. It takes a maximum or an "
    "average: which numbers would it learn?",
    "biases-forgotten": "The biases are missing. Each output channel, or each dense output, has "
    "one.",
    "channels-forgotten": "The channels are missing from the product. Each output channel reads "
    "every input channel.",
    "parts-swapped": "(a) and (b) are swapped. Which of the two heads is the large one?",
    "at-input-size": "The operations were counted at the size of the input. They are done once "
    "per output, and the stride makes fewer of those.",
    "doubled": "That is twice as much. Either additions and multiplications were counted apart "
    "(one multiply-add counts once here), or the stride was used along one side only.",
    "side-not-squared": "Only one side was counted. How many cells does a whole map or window "
    "hold?",
    "one-axis-averaged": "A whole row was left of each channel. Global pooling leaves one number "
    "per channel: which axes does it collapse?",
    "stride-divides-weights": "The stride was taken to save weights. It saves places at which the "
    "kernel is used; the kernel itself stays as it is.",
    "last-pool-forgotten": "One pool is missing: the last block ends in a pool as well. Count the "
    "pools.",
    "convolutions-shrink": "The convolutions took a row on each side. With a 3×3 window and "
    "padding 1 they keep the size: put the numbers into the formula.",
    "channels-written-last": "The channels were written last, as the papers do. The task asks for "
    "PyTorch's order: which of the three comes first there?",
    "always-doubled": "The channels were doubled in every block. Look at VGG16's table once more: "
    "from some block on they stop growing.",
    "pool-forgotten": "That is the size before the pool. It is the result that is asked for.",
    "one-side-halved": "The pool was taken to halve the map. It halves both sides: what does that "
    "leave of the area?",
    "numbers-not-bytes": "Numbers were counted. A float32 takes more than one byte.",
    "bits-for-bytes": "Those are bits. Eight bits make one byte, and bytes are asked for.",
    "one-image": "That is one image of the batch. All of them are kept at once.",
    # drawing at random
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


def usual(*ids: str) -> dict[str, str]:
    """Return the texts of some of the usual mistakes, by id."""
    return {one: TEXTS[one] for one in ids}


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
ALL_COUNTS = tuple(map(_way, dict.fromkeys((*_ABOUT, *COUNTS))))


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
    "finite-start": lambda window: max(-999, window.max()),
    "side-not-squared": lambda window: window.sum() / len(window),
    "always-four": lambda window: window.sum() / 4,
    "wrong-divisor": lambda window: window.sum() / (window.size - 1),
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
    step = 1 if "stride-only-counted" in wrong else step
    rows, columns = ([first + i * step for i in range(n)] for n in counts)
    cells = [reduce(_cut(x, i, j, kernel_size)) for i in rows for j in columns]
    y = np.array(cells).reshape(len(rows), len(columns))
    if "fraction-lost" in wrong:
        y = np.trunc(y)
    return y.T if "rows-columns-swapped" in wrong else y


def _cut(x: np.ndarray, i: int, j: int, kernel_size: int) -> np.ndarray:
    return x[max(i, 0) : i + kernel_size, max(j, 0) : j + kernel_size]
