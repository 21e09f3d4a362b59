"""The prose about what was measured: operations, windows, routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..diagnosis import Diagnosis
from ..diagnosis.makes import Makes
from ..diagnosis.measured import Measured
from ..diagnosis.routes import Routes, Rule
from ..display import Grid, number
from ..exercise import Case, Exercise
from .windows import AXES, cells_name, drawn, of_reads, place_name, plural

OPERATIONS = {
    "max": "the largest number",
    "min": "the smallest number",
    "mean": "the average",
    "sum": "the sum",
    "median": "the median",
    "second-largest": "the second largest number",
    "second-smallest": "the second smallest number",
    "farthest-from-zero": "the number farthest from zero",
    "nearest-to-zero": "the number nearest to zero",
    "largest-magnitude": "the largest number once all signs are dropped",
    "smallest-magnitude": "the smallest number once all signs are dropped",
    "mean-of-magnitudes": "the average once all signs are dropped",
    "sum-of-magnitudes": "the sum once all signs are dropped",
    "position-of-max": "the position of the largest number in its window, counted from 0",
    "position-of-min": "the position of the smallest number in its window, counted from 0",
    "place-of-max": "the position of the largest number in the whole map",
    "place-of-min": "the position of the smallest number in the whole map",
    "row-of-max": "the row in which the largest number stands",
    "column-of-max": "the column in which the largest number stands",
    "range": "the largest number minus the smallest",
    "midrange": "the middle between the largest number and the smallest",
    "product": "the product",
    "mean-of-squares": "the average of the squares",
    "sum-of-squares": "the sum of the squares",
    "root-mean-square": "the root of the average square",
    "length": "the root of the sum of the squares",
    "standard-deviation": "the standard deviation",
    "variance": "the variance",
    "count": "how many cells there are",
    "positive-count": "how many numbers are above 0",
    "nonzero-count": "how many numbers are not 0",
    "mean-without-max": "the average of the others, without the largest number",
    "mean-without-extremes": "the average without the largest and the smallest number",
    "mean-of-nonzero": "the average of the numbers that are not 0",
    "mean-of-positive": "the average of the numbers above 0",
    "smallest-positive": "the smallest number above 0",
    "largest-negative": "the largest number below 0",
    "largest-nonzero": "the largest number that is not 0",
    "smallest-nonzero": "the smallest number that is not 0",
    "mean-of-clipped": "the average, with every negative number taken for 0",
    "sum-of-clipped": "the sum, with every negative number taken for 0",
    "first": "the top left cell",
    "last": "the bottom right cell",
    "middle": "the cell in the middle",
    "top-right": "the top right cell",
    "bottom-left": "the bottom left cell",
    "max-of-diagonal": "the largest number on the diagonal",
    "mean-of-diagonal": "the average of the diagonal",
    "min-of-diagonal": "the smallest number on the diagonal",
    "max-of-first-row": "the largest number of the first row alone",
    "mean-of-first-row": "the average of the first row alone",
    "min-of-first-row": "the smallest number of the first row alone",
    "max-of-first-column": "the largest number of the first column alone",
    "mean-of-first-column": "the average of the first column alone",
    "min-of-first-column": "the smallest number of the first column alone",
    "max-of-last-row": "the largest number of the last row alone",
    "mean-of-last-row": "the average of the last row alone",
    "largest-row-sum": "the largest sum of a row",
    "largest-row-mean": "the largest average of a row",
    "mean-of-row-maxima": "the average of the largest number of each row",
    "sum-of-row-maxima": "the sum of the largest numbers of the rows",
    "smallest-row-maximum": "the smallest among the largest numbers of the rows",
    "most-frequent": "the number that comes most often",
    "zero": "always 0",
    "sum-over-side": "the sum divided by the side of the window",
    **{f"sum/{n}": f"the sum divided by {n}" for n in (2, 3, 4, 6, 8, 9)},
}
AFTERWARDS = {
    "negated": "{}, with its sign turned",
    "magnitude": "{}, with its sign dropped",
    "cut": "{}, with the decimals cut off",
    "rounded": "{}, rounded to a whole number",
    "floored": "{}, rounded down to a whole number",
    "ceiled": "{}, rounded up to a whole number",
    "wrapped": "{}, forced into uint8, where −1 becomes 255",
    "at-least-zero": "{}, but never less than 0",
    "at-most-zero": "{}, but never more than 0",
    "squared": "the square of {}",
    "at-least": "{0}, but never less than {1}",
    "at-most": "{0}, but never more than {1}",
    "scaled": "{0} times {1}",
    "moved": "{0} with {1} added",
}
SHARES = {
    "as-asked": "alpha times {0}, plus 1 − alpha times {1}",
    "reversed": "1 − alpha times {0}, plus alpha times {1}",
    "half-and-half": "half of {0} and half of {1}, whatever alpha is",
    "second-whole": "alpha times {0}, plus the whole of {1}",
    "first-whole": "the whole of {0}, plus 1 − alpha times {1}",
    "both-whole": "{0} plus {1}, without alpha",
    "both-alike": "alpha times {0}, plus alpha times {1}",
    "difference": "alpha times {0}, minus 1 − alpha times {1}",
    "over-two": "the mix of {0} and {1}, divided by 2 once more",
    "second-alone": "1 − alpha times {1} alone, without {0}",
    "first-alone": "alpha times {0} alone, without {1}",
}


def made(makes: Makes) -> str:
    """Say what is made of a window: “the average, rounded to a whole number”."""
    phrase = OPERATIONS[makes.operation]
    if makes.afterwards in SHARES:
        return SHARES[makes.afterwards].format(phrase, OPERATIONS[makes.other])
    if makes.plain:
        return phrase
    told = f"`{makes.other}`" if makes.other else number(makes.number)
    return AFTERWARDS[makes.afterwards].format(phrase, told)


_PARTS = ("first", "last", "middle", "top-right", "bottom-left")
_SIGNS = ("farthest-from-zero", "largest-magnitude", "mean-of-magnitudes", "sum-of-magnitudes")
_ZEROS = (
    *("mean-of-nonzero", "mean-of-positive", "smallest-positive", "largest-negative"),
    *("largest-nonzero", "smallest-nonzero", "mean-of-clipped", "sum-of-clipped"),
)


def what_to_try(makes: Makes, asked: Makes) -> str:
    """Say where to look, from what is made of a window."""
    operation, after = makes.operation, makes.afterwards
    if after in ("cut", "rounded", "floored", "ceiled"):
        return (
            "Decimals get lost in a division by `//`, in `int(…)` or `round(…)`, and in an array "
            "that holds whole numbers only. Which of them is yours?"
        )
    if after in ("at-least", "at-most", "at-least-zero", "at-most-zero"):
        return (
            "Some number wins against a whole window, and it is not in that window. What does "
            "your function start from, or compare with?"
        )
    if after == "wrapped":
        return "What can an array of dtype uint8 hold, and what should the result hold?"
    if after == "scaled" and operation in ("mean", "sum"):
        return "By which number do you divide, and how many cells has a window been summed over?"
    if after in ("negated", "magnitude"):
        return "Follow one negative number through your function: where does its sign change?"
    if after in SHARES and makes.operation == asked.operation and makes.other == asked.other:
        return "What must be left with alpha = 1, and with alpha = 0?"
    if operation.startswith(("position", "place", "row-of", "column-of")):
        return "`argmax` says where a number is and `max` how large it is. Which is asked for?"
    if operation in _SIGNS:
        return "The sign counts: below zero, the number nearest zero is the largest."
    if operation in _ZEROS:
        return "Every number of a window counts, 0 and negative ones too. Where are some left out?"
    if operation in _PARTS or "-of-" in operation:
        return "Every cell of a window has a say. Which of them does your loop or slice leave out?"
    return "Write down the numbers of one window, and follow your line with them."


def of_makes(exercise: Exercise, found: Measured) -> list[str]:
    """Say what is made of each window instead of what."""
    assert found.made is not None and found.asked is not None
    right = "" if found.windows_differ else "Your windows are right. "
    return [
        f"{right}What you make of each window is {made(found.made)}; asked is {made(found.asked)}.",
        *_shown(found),
        what_to_try(found.made, found.asked),
    ]


def _shown(found: Measured) -> list[str]:
    """Show one window, its numbers and what came of them, where it is small enough to follow."""
    one = found.settings[0]
    x, (asked, seen) = np.asarray(one.case["x"], float), (one.asked, found.shown)
    for place in np.ndindex(asked.output):
        numbers = x[asked.of(place)]
        if seen is not None and 1 < numbers.size <= 9 and seen[1][place] != seen[0][place]:
            told = ", ".join(number(float(one)) for one in numbers)
            at = place_name(place, AXES[2:]) if len(place) == 2 else place_name(place, ())
            return [
                f"At {at} the window holds {told}, and yours gives {number(float(seen[0][place]))}."
            ]
    return []


# --- what is sent back -----------------------------------------------------------------------

PICKS = {
    "first-max": "the first cell of its window that is the maximum",
    "whole": "every cell of its window",
    "whole-shared": "every cell of its window, shared out",
    "last-max": "the last of the cells that tie for the maximum",
    "all-max": "every cell that ties for the maximum",
    "all-max-shared": "all cells that tie for the maximum, shared out among them",
    "min": "the smallest cell of its window",
    "last-min": "the last of the smallest cells",
    "all-min": "every cell that ties for the minimum",
    "first-max-down": "the maximum that comes first when one goes down the columns",
    "last-max-down": "the maximum that comes last when one goes down the columns",
    "max-transposed": "the place of the maximum with row and column swapped",
    "magnitude": "the cell farthest from zero",
    "second-largest": "the second largest cell of its window",
    "first": "the top left cell of its window",
    "last": "the bottom right cell of its window",
    "middle": "the cell in the middle of its window",
    "not-max": "every cell except the maximum",
    "positive": "every cell above 0",
    "nonnegative": "every cell that is not below 0",
    "above-mean": "every cell above the average of its window",
    "positive-max": "the maximum, but only where it is above 0",
    "softmax": "every cell, in the shares of a softmax",
    "proportional": "every cell, in proportion to its number",
    "values": "every cell, multiplied by its number",
    "value-at-max": "the maximum, multiplied by its number",
    "diagonal": "the diagonal of its window",
    "first-row": "the first row of its window",
    "first-column": "the first column of its window",
    "map-max": "the cells that hold the maximum of the whole map",
    "map-max-first": "the maximum of the whole map",
}
WHERE = {
    "step-1": "The windows stand one cell apart: the stride does not place them. Where does "
    "window (i, j) start?",
    "step-kernel": "The windows stand `kernel_size` cells apart, and not as far as `stride` says.",
    "kernel-is-stride": "The windows are as wide as `stride`, and not as `kernel_size` says.",
    "one-less": "The windows are one cell too small in each direction. A slice and a `range` stop "
    "before their end.",
    "one-more": "The windows are one cell too large in each direction. A slice and a `range` stop "
    "before their end.",
    "rows-columns-swapped": "Rows and columns are swapped: row i of the gradient belongs to the "
    "rows of `x` from i·stride on.",
    "columns-step-1": "Along the columns the windows stand one cell apart: the stride places them "
    "in the rows alone.",
    "rows-step-1": "Along the rows the windows stand one cell apart: the stride places them in "
    "the columns alone.",
    "one-later": "All windows stand one row and one column too far on. Where does the first start?",
    "kernel-and-stride-swapped": "`kernel_size` and `stride` have changed places.",
    "corner": "The place within a window was taken for a place in the map: all gradients land in "
    "the top left corner. Where does window (i, j) start?",
    "start-alone": "Only the cell where a window starts gets something.",
    "position-alone": "The gradient of output (i, j) lands on cell (i, j), whatever the window.",
    "map": "The gradient is sent over the whole map, and not over the window it comes from.",
}
FACTORS = {
    "1": "the whole gradient",
    "1/k²": "1 / kernel_size² of the gradient",
    "1/k": "1 / kernel_size of the gradient",
    "k²": "kernel_size² times the gradient",
    "k": "kernel_size times the gradient",
    "-1": "the gradient with its sign turned",
    "-1/k²": "1 / kernel_size² of the gradient, with its sign turned",
    "1/(k²-1)": "1 / (kernel_size² − 1) of the gradient",
    "1/(2k)": "1 / (2·kernel_size) of the gradient",
    "2": "twice the gradient",
    "1/2": "half of the gradient",
    "1/4": "a quarter of the gradient, whatever the window",
    "1/9": "a ninth of the gradient, whatever the window",
    "1/s": "1 / stride of the gradient",
    "1/s²": "1 / stride² of the gradient",
    "1/(ks)": "1 / (kernel_size·stride) of the gradient",
    "1/outputs": "the gradient divided by the number of outputs",
    "1/cells": "the gradient divided by the number of cells of `x`",
    "1/k⁴": "1 / kernel_size⁴ of the gradient: it was divided twice",
    "1/k³": "1 / kernel_size³ of the gradient",
}
COMBINED = {
    "last": "Where windows overlap, the last one overwrites what was there. A cell that two "
    "windows read has caused both outputs: what becomes of the two shares?",
    "first": "Where windows overlap, only the first one counts. A cell that two windows read has "
    "caused both outputs: what becomes of the two shares?",
    "largest": "Where windows overlap, only the larger share is kept. A cell that two windows "
    "read has caused both outputs: what becomes of the two shares?",
    "largest-signed": "Where windows overlap, only the larger share is kept. A cell that two "
    "windows read has caused both outputs: what becomes of the two shares?",
    "averaged": "Where windows overlap, the shares are averaged. A cell that two windows read has "
    "caused both outputs: does a second one make its part smaller?",
}


TIES = "Where cells tie, the first in reading order was the maximum: along the rows, from the top."
LOOK = {
    "last-max": TIES,
    "all-max": TIES,
    "all-max-shared": TIES,
    "first-max-down": TIES,
    "last-max-down": TIES,
    "min": "Look which way round the comparison goes, below zero too.",
    "last-min": "Look which way round the comparison goes, below zero too.",
    "all-min": "Look which way round the comparison goes, below zero too.",
    "magnitude": "The sign counts: below zero, the number nearest zero is the largest.",
    "map-max": "Which maximum do you compare with: that of the window, or that of the map?",
    "map-max-first": "Which maximum do you compare with: that of the window, or that of the map?",
    "max-transposed": "Which of the two numbers of a place is the row?",
    "positive-max": "A maximum may be below zero: does it get its gradient?",
}
DEPENDS = "Which cells of the window does an output depend on, and how much?"


def of_rule(rule: Rule, asked: Rule) -> list[str]:
    """Say how gradients are sent, as far as it is not what was asked."""
    lines = [WHERE[rule.place]] if rule.place != asked.place else []
    if rule.place not in ("map", "corner") and rule.pick != asked.pick:
        each = f", {FACTORS[rule.factor]} each" if rule.factor != asked.factor else ""
        lines.append(
            f"In your function the gradient of an output goes to {PICKS[rule.pick]}{each}."
        )
        lines.append(LOOK.get(rule.pick, DEPENDS))
    elif rule.place not in ("map", "corner") and rule.factor != asked.factor:
        lines.append(
            f"Each cell of a window gets {FACTORS[rule.factor]}. If one cell grows by 1, by how "
            "much does the output grow?"
        )
    if rule.combined != asked.combined:
        lines.append(COMBINED[rule.combined])
    return lines


def of_routes(one: Routes) -> list[str]:
    """Say where a number goes that is sent alone, and what arrives."""
    if one.of_nothing.shape == one.asked_of_nothing.shape:
        rest = one.of_nothing != one.asked_of_nothing
        if rest.any():
            value = one.of_nothing[rest].ravel()[0]
            return [
                f"With nothing but zeros in `{one.name}`, {number(value)} stands in "
                f"{int(rest.sum())} of the {rest.size} cells.",
                "What should a cell hold that nothing was sent to, and what does your array start "
                "from?",
            ]
    if one.ignores_size:
        return [
            f"A 3 in `{one.name}` gives the same as a 1: its numbers are not used, only its places."
        ]
    if one.loses_fractions:
        return [
            "Large numbers arrive as they should, and of small ones the decimals are lost on the "
            "way.",
            "What can the array hold that you fill: fractions too? Print its dtype.",
        ]
    if one.loses_signs:
        return ["A negative number arrives nowhere. What does your code do with numbers below 0?"]
    if one.place is None:
        return [COMBINED[one.combined]] if one.combined in COMBINED else []
    at = int(np.ravel_multi_index(one.place, np.shape(one.case[one.name])))
    reached, asked = one.reached[at], one.asked[at]
    sent = f"A 1 at {place_name(one.place, AXES[2:])} of `{one.name}`"
    wanted = _cell_list(asked)
    if not reached.any():
        return [f"{sent} arrives nowhere; it belongs to {wanted}.", "Which line loses it?"]
    if reached.shape == asked.shape and ((reached != 0) == (asked != 0)).all():
        value = reached[reached != 0][0]
        return [
            f"{sent} reaches the right place and arrives as {number(value)}.",
            "What happens to it on the way?",
        ]
    return [
        f"{sent} goes to {_cell_list(reached)}; it belongs to {wanted}.",
        "Follow that number by hand: how does your code find its place?",
    ]


def _cell_list(marks: np.ndarray) -> str:
    where = np.argwhere(marks != 0)
    if len(where) == 1:
        return place_name(where[0], AXES[4 - marks.ndim :])
    named = cells_name(marks != 0, AXES[4 - marks.ndim :])
    return f"{plural(len(where), 'cell')} ({named.removeprefix('the cells ')})"


# --- answers of a certain form -----------------------------------------------------------------


def one_of_each_pair(facts: Mapping[str, Any]) -> list[str]:
    """Say which number of each pair is right, and how many of the others are not."""
    good = "first" if facts["right"] == 0 else "second"
    bad = "second" if facts["right"] == 0 else "first"
    way = {True: "too large", False: "too small", None: "wrong"}[facts["too_large"]]
    return [
        f"The {good} number of each pair is right for every input. Of the {bad} ones "
        f"{facts['off']} of {facts['of']} are {way}: look at pair {facts['first']}.",
        "Work that one out by hand. What becomes of an end that lies between two cells?",
    ]


def of_weights(facts: Mapping[str, Any]) -> list[str]:
    """Say what weights do: which channels they connect, how alike they are, what they add up to."""
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


FORMS = {
    "one-of-each-pair": one_of_each_pair,
    "weights": of_weights,
}

# --- which of these --------------------------------------------------------------------------

KINDS = (
    "one-of-each-pair",
    "weights",
    "makes",
    "reads",
    "reads-also",
    "rule",
    "routes",
)
Said = tuple[list[str], tuple[Grid, ...]]


def said(exercise: Exercise, found: Diagnosis, _: Case) -> Said | None:
    """Return what is said about something measured, and what is drawn; None: there are no words."""
    facts, lines = found.facts, None
    if found.kind == "makes":
        return of_makes(exercise, facts["measured"]), ()
    if found.kind in ("reads", "reads-also"):
        return _windows(exercise, facts["measured"], facts["part"])
    if found.kind in FORMS:
        lines = FORMS[found.kind](facts)
    elif found.kind == "rule":
        lines = of_rule(facts["rule"], facts["asked"])
    elif found.kind == "routes":
        lines = of_routes(facts["routes"])
    return (lines, ()) if lines else None


def _windows(exercise: Exercise, found: Measured, part: int | None) -> Said:
    whose = "the result" if part is None else f"result {part + 1}"
    lines = of_reads(exercise, found, whose)
    if found.made is not None and found.asked is not None and found.made != found.asked:
        lines.append(
            f"And what you make of the cells you read is {made(found.made)}; asked is "
            f"{made(found.asked)}."
        )
    return lines, drawn(found.settings[0])
