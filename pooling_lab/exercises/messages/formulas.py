"""What is said about counts, bins, powers and weights: which formula they follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..diagnosis.bins import Formula
from ..diagnosis.counts import Counted
from ..diagnosis.powers import OTHERS, From, Power
from ..diagnosis.weights import ASKED, Weights
from ..display import number
from ..misconceptions import TEXTS

# --- how many windows -------------------------------------------------------------------------

COUNTS = {
    "one": ("there is never more than one", "A `return` inside a loop ends it in its first turn."),
    "other-side": ("the other side of `x` is counted", "Which size of `x` goes into which count?"),
    "smaller-side": (
        "the smaller of both counts is taken for rows and columns alike",
        "Which size of `x` goes into which count?",
    ),
    "larger-side": (
        "the larger of both counts is taken for rows and columns alike",
        "Which size of `x` goes into which count?",
    ),
    "no-plus-one": (
        "the steps from window to window are counted",
        "The first window stands there before any step is made.",
    ),
    "plus-one-inside": (
        "the 1 is added before dividing by the stride, and not after",
        "Try it with a stride of 2: how many windows fit, and what does your formula give?",
    ),
    "last-missed": (
        "a last window that ends exactly at the edge is missing",
        "A `range` stops before its end: which is the last place where a whole window fits?",
    ),
    "rounded-up": (
        "windows that do not fit whole are counted too",
        "What becomes of a window that sticks out of the map?",
    ),
    "rounded": (
        "the division is rounded to the nearest whole number",
        "What becomes of a window that sticks out of the map?",
    ),
    "size-over-stride": (
        "the size is divided by the stride, as if a window were one cell wide",
        "Where may the last window start at the latest?",
    ),
    "every-start": (
        "a window starts at every stride-th cell up to the edge, whole or not",
        "Where may the last window start at the latest?",
    ),
    "size-over-kernel": (
        "the size is divided by the size of a window, as if windows lay side by side",
        "How far does the second window start from the first?",
    ),
    "cropped-to-stride": (
        "the map is cropped to a multiple of the stride first",
        "Which cells may a window still read that you have cropped away?",
    ),
    "cropped-to-kernel": (
        "the map is cropped to a multiple of the kernel size first",
        "Which cells may a window still read that you have cropped away?",
    ),
    "step-1": ("a window starts at every cell", "How far does the second window start?"),
    "step-kernel": ("windows lie side by side", "How far does the second window start?"),
    "swapped": (
        "kernel size and stride have changed places",
        "Which of the two is how large a window is, and which how far it moves?",
    ),
    "no-padding": ("the padding is left out", "Where does the first window start?"),
    "padding-once": (
        "the padding is added on one side only",
        "How many cells has a row with its padding, before the first pixel and after the last?",
    ),
    "padding-doubled": (
        "the padding is added twice on each side",
        "How many cells has a row with its padding?",
    ),
    "one-more": ("there is one more than fit", "Where does your last window end?"),
    "smaller-window": (
        "as many are counted as for a window that is one cell smaller",
        "A `range` stops before its end: how large is your window?",
    ),
    "larger-window": (
        "as many are counted as for a window that is one cell larger",
        "A `range` stops before its end: how large is your window?",
    ),
    "all": ("there are as many as `x` has", "Which loop does not move a window?"),
    "kernel": ("there are as many as a window has cells", "Which axes did you reduce?"),
}


def of_counts(found: Counted) -> list[str]:
    """Say by which formula windows are counted, where that is not the one asked."""
    lines = []
    sides = {"row": found.rows, "column": found.columns}
    for name in found.wrong:
        which = " and ".join(f"{side}s" for side, of in sides.items() if of == name)
        lines.append(f"{which.capitalize()}: {COUNTS[name][0]}.")
    return [*lines, *dict.fromkeys(COUNTS[name][1] for name in found.wrong)]


# --- bins --------------------------------------------------------------------------------------

_ENDS = {
    "down": "{0}·size / bins, rounded down",
    "up": "{0}·size / bins, rounded up",
    "nearest": "{0}·size / bins, rounded to the nearest cell",
    "half-up": "{0}·size / bins, rounded to the nearest cell",
    "not-rounded": "{0}·size / bins, not rounded",
    "width-down": "{0} times `size // bins`",
    "width-up": "{0} times the width of a bin, which was rounded up first",
    "width-nearest": "{0} times the width of a bin, which was rounded first",
    "width-up-cut": "{0} times the width of a bin, which was rounded up first, cut off at the size",
    "swapped": "{0}·bins / size, rounded down: the two have changed places",
    "swapped-up": "{0}·bins / size, rounded up: the two have changed places",
    "bins-less-one": "{0}·size / (bins − 1), rounded down",
    "cells-less-one": "{0}·(size − 1) / bins, rounded down",
    "tenths": "{0}·size / bins + 0.9, rounded down, which loses fractions below a tenth",
    "floor-plus-one": "{0}·size / bins, rounded down, plus 1, also where it comes out even",
    "floor-plus-one-cut": "{0}·size / bins, rounded down, plus 1, also where it comes out even "
    "before the end",
    "floor-plus-one-unless-even": "{0}·size / bins, rounded down, plus 1 unless size / bins comes "
    "out even, also where that end does",
    "floor-plus-one-unless-last": "{0}·size / bins, rounded down, plus 1 unless size / bins comes "
    "out even, also where that end does",
    "rest-first": "that of bins without overlap, the first of which got the rest, a cell each",
    "rest-last": "that of bins of `size // bins` cells, the last of which takes the rest",
}
_FROM_START = {
    "start-width-down": "its start plus `size // bins`",
    "start-width-up": "its start plus the width `size / bins`, rounded up",
    "start-width-nearest": "its start plus the width `size / bins`, rounded",
    "start-width-plus-one": "its start plus `size // bins` and 1",
    "start-kernel": "its start plus one width for all bins",
    "start-not-rounded": "its start plus `size / bins`, not rounded",
    "next-start": "where the next bin starts",
}


def _end(formula: Formula, i: str) -> str:
    name, shift = formula
    text = _FROM_START.get(name) or _ENDS[name].format(i)
    return text + {0: "", 1: ", and 1 more", -1: ", and 1 less"}[shift]


def of_bins(facts: Mapping[str, Any]) -> list[str]:
    """Say by which formula starts, or stops, or both are worked out."""
    start, stop = facts["start"], facts["stop"]
    said = []
    if start != ("down", 0):
        said.append(f"Bin i starts at {_end(start, 'i')}.")
    if stop != ("up", 0):
        said.append(f"It stops at {_end(stop, '(i + 1)')}." if said else "")
        said[-1] = said[-1] or f"The starts are right. Bin i stops at {_end(stop, '(i + 1)')}."
    else:
        said.append("The stops are right.")
    return [*said, "Look at 5 cells in 3 bins: which cells does each read, and is each cell read?"]


# --- which mean --------------------------------------------------------------------------------

_INNER = {
    "power": "`x ** p`",
    "nothing": "`x`",
    "root": "`x ** (1 / p)`",
    "times-p": "`p * x`",
    "exp": "`exp(x)`",
    "exp-times-p": "`exp(p * x)`",
    "log": "`log(x)`",
    "log-a-little-more": "`log(x)`, a very small number added",
    "square": "`x ** 2`",
    "power-plus-1": "`x ** (p + 1)`",
    "power-minus-1": "`x ** (p - 1)`",
    "whole-power": "`x ** int(p)`",
    "undone": "`(x ** p) ** (1 / p)`",
}
_WHOLE = {
    "mean": "the average of {}",
    "sum": "the sum of {}",
    "sum-over-rows": "the sum of {} divided by the number of rows alone",
    "sum-over-columns": "the sum of {} divided by the number of columns alone",
    "sum-over-less": "the sum of {} divided by one less than there are cells",
    "max": "the largest of {}",
    "median": "the median of {}",
    "first-row": "the average of {} in the first row alone",
    "first-column": "the average of {} in the first column alone",
}
_OUTER = {
    "root": "{} to the power of `1 / p`",
    "nothing": "{}, without a root",
    "power": "{} to the power of `p`",
    "square-root": "the square root of {}, whatever p is",
    "cube-root": "the cube root of {}, whatever p is",
    "over-p": "{}, divided by p",
    "log": "the logarithm of {}",
    "log-over-p": "the logarithm of {}, divided by p",
    "exp": "the exponential of {}",
    "whole-root": "{} to the power of `1 // p`, which is 0 for every p above 1",
    "rounded-root": "{} to the power of `1 / p` rounded to two decimals",
    "rounded-once": "{} to the power of `1 / p` rounded to one decimal",
    "root-plus-1": "{} to the power of `1 / (p + 1)`",
    "root-minus-1": "{} to the power of `1 / (p − 1)`",
    "times-p": "{}, times p",
    "undone": "{}, to the power of p and then of `1 / p`",
}
_OTHERS = {
    "max": "the largest number",
    "min": "the smallest number",
    "median": "the median",
    "softmax": "an average with the weights of a softmax, `exp(p * x)`",
    "softmax-without-p": "an average with the weights of a softmax, `exp(x)`",
    "lehmer": "the sum of `x ** (p + 1)` divided by the sum of `x ** p` (a Lehmer mean)",
    "lehmer-below": "the sum of `x ** p` divided by the sum of `x ** (p − 1)` (a Lehmer mean)",
    "blend": "a blend of average and largest number, the average with the share 1 / p",
    "blend-turned": "a blend of average and largest number, the largest with the share 1 / p",
    "blend-up": "a blend of average and largest number, the average with the share 1 / p",
    "halfway": "half of the average and half of the largest number",
    "blend-next": "a blend of average and largest number, with p as the weight of the largest",
    "blend-next-turned": "a blend of average and largest number, with p as the weight of the "
    "average",
    "without-zeros": "the generalised mean of the numbers that are not 0: zeros are left out, also "
    "of the count",
    "of-rows-mean": "the generalised mean of each row, and then the plain average of these",
    "of-columns-mean": "the generalised mean of each column, and then the plain average of these",
    "of-rows-max": "the generalised mean of each row, and then the largest of these",
    "of-row-means": "the plain average of each row, and then the generalised mean of these",
    "of-column-means": "the plain average of each column, and then the generalised mean of these",
    "half-precision": "the generalised mean in float16, which holds three digits and nothing "
    "beyond 65 504",
    "half-precision-powers": "the generalised mean of powers in float16, which holds three digits "
    "and nothing beyond 65 504",
}


def _power(one: Power) -> str:
    if one.inner in OTHERS:
        return _OTHERS[one.inner]
    inner = _WHOLE[one.whole].format(_INNER[one.inner])
    return _OUTER[one.outer].format(inner)


def of_powers(facts: Mapping[str, Any]) -> list[str]:
    """Say which mean is taken of each channel, and what to try."""
    one = facts["power"]
    if isinstance(one, From):
        side = "less than" if one.below else "at least"
        return [
            f"It is right but where p is {side} {number(one.p)}: "
            f"there it gives {_power(one.then)}.",
            "The task treats every p alike. Which line of yours tells them apart?",
        ]
    axes = ["Axes of length 1 are left over. Which axes are to be gone?"] * facts["axes"]
    if one.outer == "root" and one.whole == "mean" and one.inner == "power":
        return axes if one.scaled else [*axes, TEXTS["power-overflows"]]
    return [*axes, f"Of each channel yours gives {_power(one)}.", _what_to_try(one)]


def _what_to_try(one: Power) -> str:
    if one.inner in OTHERS:
        return (
            "A generalised mean takes three steps: a power of every number, the average of all, a "
            "root. Which of them is another in yours?"
        )
    if one.whole != "mean":
        return "By how many numbers is a sum divided to make an average of a whole channel?"
    if {one.inner, one.outer} <= {"nothing", "undone"}:
        return "That is the plain average for every p: a power is taken and undone at once."
    if (one.inner, one.outer) == ("root", "power"):
        return "Power and root have changed places: which of them makes large numbers count more?"
    if one.inner != "power":
        return "What makes large numbers count more before the average is taken?"
    return "Put in a channel full of twos: whatever p is, what should come out?"


# --- weights -----------------------------------------------------------------------------------

_CHANNELS = {
    "all": "every output channel is made of all input channels",
    "reversed": "the channels come out in reverse order",
    "own-and-before": "an output channel is made of its own channel and of all before it",
    "own-and-after": "an output channel is made of its own channel and of all after it",
    "first-alone": "only the first channel comes through, the others are 0",
    "without-last": "the last channel is 0",
    "without-first": "the first channel is 0",
    "as-many-as-kernel": "only as many channels as `kernel_size` says come through, the others are "
    "0",
    "next": "an output channel is made of the next channel, and not of its own",
    "others": "an output channel is made of all channels but its own",
    "of-the-first": "every output channel is made of the first input channel",
    "to-the-first": "all input channels go into the first output channel",
    "one-output": "there is one output channel, which adds up all input channels",
    "one-input": "each output channel has weights for one input channel alone",
}
_KERNELS = {
    "middle": "the middle cell of each kernel",
    "middle-before": "the middle cell of each kernel",
    "first": "the first cell of each kernel",
    "last": "the last cell of each kernel",
    "diagonal": "the diagonal of each kernel",
    "first-row": "the first row of each kernel",
    "first-column": "the first column of each kernel",
}


def of_weights(found: Weights) -> list[str]:
    """Say what all weights have in common, as far as it is not what was asked."""
    lines = []
    if found.channels in _CHANNELS:
        lines.append(f"With your weights {_CHANNELS[found.channels]}.")
        lines.append("Pooling keeps channels apart. Of which input channel is each output made?")
    if found.kernel == "bell":
        lines.append("The cells in the middle of a kernel count more than those at its edge.")
        lines.append("In an average every cell of the window counts alike.")
    elif found.kernel in _KERNELS:
        lines.append(f"Only {_KERNELS[found.kernel]} is not 0.")
        lines.append("In an average every cell of the window counts alike.")
    if found.factor != ASKED.factor:
        lines.append(f"Each weight is {found.factor}.")
        lines.append("Put the same number into every cell of a window: what should come out?")
    return lines


def of_some_weights(facts: Mapping[str, Any]) -> list[str]:
    """Say what is certain: which channels are connected, how alike weights are, their sum."""
    if "inputs" in facts:
        told = ", ".join(map(str, facts["inputs"])) or "none"
        return [
            f"With your weights output channel {facts['output']} is made of input channel {told}.",
            "Pooling keeps channels apart. Of which input channel is each output made?",
        ]
    if "weights" in facts:
        return [
            f"In a kernel of yours the weights differ: {facts['weights']} of {facts['cells']} are "
            "not 0.",
            "In an average every cell of the window counts alike. What does that say of the "
            "weights?",
        ]
    return [
        f"The right channels are connected, and the weights of one output add up to "
        f"{number(facts['sum'])}.",
        "Put the same number into every cell of a window: what should come out?",
    ]
