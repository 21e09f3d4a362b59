"""What is said about numbers that are sent back: gradients, and maxima that are put back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..diagnosis.addresses import Address
from ..diagnosis.routes import IN_MAP, Routes, Rule
from ..display import number
from .windows import AXES, cells_name, place_name, plural

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
    "own-map-max": "those cells of its window that hold the maximum of the whole map",
    "map-max": "the cells that hold the maximum of the whole map",
    "map-max-first": "the maximum of the whole map",
    "equal-first": "the first cell of the whole map that equals the maximum of its window",
    "equal-all": "every cell of the whole map that equals the maximum of its window",
    "first-of-last-row": "the first maximum of the last row that holds one",
    "last-of-first-row": "the last maximum of the first row that holds one",
    "positive-ties": "every cell that ties for the maximum, but only where that is above 0",
    "proportional-magnitudes": "every cell, in proportion to the size of its number",
    "row-of-max": "the whole row of its window in which the maximum stands",
    "column-of-max": "the whole column of its window in which the maximum stands",
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
    "as-wide-as-larger": "The windows are as wide as the larger of `kernel_size` and `stride`: the "
    "gaps between windows get something too.",
    "as-wide-as-smaller": "The windows are as wide as the smaller of `kernel_size` and `stride`: "
    "where they overlap, cells are left out.",
    "step-smaller": "The windows stand the smaller of `kernel_size` and `stride` apart, so that "
    "there are never gaps. Where does window (i, j) start?",
    "rows-one-less": "The windows are one row too short. A slice and a `range` stop before their "
    "end.",
    "columns-one-less": "The windows are one column too narrow. A slice and a `range` stop before "
    "their end.",
    "rows-one-more": "The windows are one row too long. A slice and a `range` stop before their "
    "end.",
    "columns-one-more": "The windows are one column too wide. A slice and a `range` stop before "
    "their end.",
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
    "1/(k-1)²": "1 / (kernel_size − 1)² of the gradient",
    "1/(k+1)²": "1 / (kernel_size + 1)² of the gradient",
}
_BOTH = "A cell that two windows read has caused both outputs: "
COMBINED = {
    "last": "Where windows overlap, the last one overwrites what was there. "
    f"{_BOTH}what becomes of the two shares?",
    "first": "Where windows overlap, only the first one counts. "
    f"{_BOTH}what becomes of the two shares?",
    "largest": "Where windows overlap, only the larger share is kept. "
    f"{_BOTH}what becomes of the two shares?",
    "largest-signed": "Where windows overlap, only the larger share is kept. "
    f"{_BOTH}what becomes of the two shares?",
    "largest-from-zero": "Of several gradients, and the 0 a cell begins with, only the largest is "
    f"kept, so a negative one never arrives. {_BOTH}what becomes of the two shares?",
    "averaged": "Where windows overlap, the shares are averaged. "
    f"{_BOTH}does a second one make its part smaller?",
    "averaged-by-windows": "Each cell is divided by the number of windows that read it. "
    f"{_BOTH}does a second one make its part smaller?",
    "cut": "Each time something is added, the decimals of the sum are cut off. What can the array "
    "hold that you fill: fractions too? Print its dtype.",
    "last-in-row": "Of windows that stand in one row, the last one overwrites what was there; from "
    f"row to row they are added. {_BOTH}is every addition made?",
    "last-in-column": "Of windows that stand in one column, the last one overwrites what was "
    f"there; from column to column they are added. {_BOTH}is every addition made?",
}
_LOST = "The others arrive as they should. Which outputs does your loop run over?"
SENDS = {
    "one": "Each output sends a 1, whatever `grad_output` holds. How much does the loss change "
    "when that output grows a little?",
    "magnitude": "The gradients have lost their signs on the way.",
    "positive": "Negative gradients arrive nowhere. What does your code do with numbers below 0?",
    "mean": "Each output sends the average of all gradients, and not its own.",
    "sum": "Each output sends the sum of all gradients, and not its own.",
    "first": "Each output sends the first gradient, and not its own.",
    "turned": "Output (i, j) sends the gradient at (j, i). Which of the two is the row?",
    "reversed": "The gradients are sent in reverse order.",
    "without-last": f"The gradients of the last row and column of outputs arrive nowhere. {_LOST}",
    "without-last-row": f"The gradients of the last row of outputs arrive nowhere. {_LOST}",
    "without-last-column": f"The gradients of the last column of outputs arrive nowhere. {_LOST}",
    "without-first": "The gradients of the first row and column of outputs arrive nowhere. "
    f"{_LOST}",
    "rows-times-rows": "There are more columns of outputs than rows, and the columns run to the "
    f"number of rows: the rest arrives nowhere. {_LOST}",
    "columns-times-columns": "There are more rows of outputs than columns, and the rows run to the "
    f"number of columns: the rest arrives nowhere. {_LOST}",
    "square": "Rows and columns of outputs both run to the smaller of the two numbers: the rest "
    f"arrives nowhere. {_LOST}",
    "first-row": f"Only the first row of outputs sends something. {_LOST}",
    "first-alone": f"Only the first output sends something. {_LOST}",
    "diagonal": f"Only the outputs on the diagonal send something. {_LOST}",
}
DIVISORS = {
    "map-columns": "the number of columns of `x`",
    "map-rows": "the number of rows of `x`",
    "stride": "`stride`",
    "kernel": "`kernel_size`",
    "output-columns": "the number of columns of outputs",
    "2": "2",
}


TIES = "Where cells tie, the first in reading order was the maximum: along the rows, from the top."
LOOK = {
    "last-max": f"{TIES} `>=` lets a later one win, `>` does not.",
    "all-max": TIES,
    "all-max-shared": TIES,
    "first-max-down": TIES,
    "last-max-down": TIES,
    "min": "Look which way round the comparison goes, below zero too.",
    "last-min": "Look which way round the comparison goes, below zero too.",
    "all-min": "Look which way round the comparison goes, below zero too.",
    "magnitude": "The sign counts: below zero, the number nearest zero is the largest.",
    "own-map-max": "Which maximum do you compare with: that of the window, or that of the map?",
    "map-max": "Which maximum do you compare with: that of the window, or that of the map?",
    "map-max-first": "Which maximum do you compare with: that of the window, or that of the map?",
    "max-transposed": "Which of the two numbers of a place is the row?",
    "positive-max": "A maximum may be below zero: does it get its gradient?",
}
DEPENDS = "Which cells of the window does an output depend on, and how much?"


REACH = {
    "windows": "as large as the windows reach",
    "kernels": "`kernel_size` times as large as `grad_output`",
    "strides": "`stride` times as large as `grad_output`",
    "square": "`stride` times as large as `grad_output`, and `kernel_size` more",
    "same": "as large as `grad_output`",
}


def of_rule(facts: Mapping[str, Any]) -> list[str]:
    """Say how gradients are sent, and into which shape, as far as it is not what was asked."""
    rule, asked = facts["rule"], facts["asked"]
    said = _of_sending(rule, asked) if rule != asked else []
    if not facts["reach"]:
        return said
    right = "" if said else "; the numbers in it are right"
    return [
        f"Your array is {REACH[facts['reach']]}{right}.",
        *said,
        "A row or column of `x` that no window reads has a gradient too: which one, and where does "
        "the shape come from?",
    ]


def _of_sending(rule: Rule, asked: Rule) -> list[str]:
    if rule.sends == "one" and rule.pick in ("values", "value-at-max"):
        return [
            "What is written into the gradient are the numbers of `x` themselves: `grad_output` is "
            "not used.",
            "How much does the loss change when an output grows a little?",
        ]
    lines = [SENDS[rule.sends]] if rule.sends != asked.sends else []
    if rule.place == "flat":
        return [*lines, *_of_flat(rule)]
    if rule.place != asked.place and rule.pick not in IN_MAP:
        lines.append(WHERE[rule.place])
    if (rule.place not in ("map", "corner") or rule.pick in IN_MAP) and rule.pick != asked.pick:
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


def _of_flat(rule: Rule) -> list[str]:
    """Say how the position of a maximum in its window is read, where that goes wrong."""
    origin, _, name = rule.pick.removesuffix("-cut").partition("-by-")
    where = "" if origin == "window" else " Where its window starts is not added."
    return [
        f"The position of the maximum in its window is divided by {DIVISORS[name]} to find row and "
        f"column.{where}",
        "How many cells has a row of the array in which that position was counted?",
    ]


def of_forward(facts: Mapping[str, Any]) -> list[str]:
    """Say that a result is a forward pass, or has its shape."""
    what = {"max": "the largest number", "mean": "the average", "sum": "the sum"}[facts["makes"]]
    times = " times its gradient" if facts["times"] else ""
    return [
        f"Your result is {what} of each window{times}: a forward pass.",
        "The gradient with respect to `x` has a number for each cell of `x`. How much does each "
        "cell contribute to the loss?",
    ]


# --- where a position leads --------------------------------------------------------------------

READ_BY = {
    "width": "the width",
    "height": "`height`",
    "columns-of-y": "the number of columns of `y`",
    "rows-of-y": "the number of rows of `y`",
    "twice-columns-of-y": "twice the number of columns of `y`",
    "twice-rows-of-y": "twice the number of rows of `y`",
    "width-less-1": "`width − 1`",
    "width-plus-1": "`width + 1`",
    "largest-side": "the longer side of the map",
    "root-of-largest": "the root of the largest index",
    "4": "4, whatever the width",
    "2": "2",
}
PUT = {
    "turned": "row and column have changed places",
    "in-window": "only its row and column within the window are used",
    "in-window-turned": "its row and column within the window have changed places",
    "parity": "whether it is even is taken for the column within the window",
    "within-window": "it is taken for a position within the window, and not in the map",
    "first-of-window": "each number is put into the first cell of its window",
    "last-of-window": "each number is put into the last cell of its window",
    "whole-window": "each number is put into all four cells of its window",
    "own-position": "each number of `y` is put where it stands in `y`",
}
WRITTEN = {
    "one": "a 1 is written in place of the number",
    "position": "the positions themselves are written",
    "quarter": "a quarter of each number is written",
    "positive": "0 is written in place of every negative number",
    "magnitude": "the numbers are written without their signs",
    "cut": "the numbers are written without their decimals",
    "negated": "the numbers are written with their signs turned",
    "sorted": "the numbers are sorted first",
    "reversed": "the numbers of `y` are taken in reverse order",
    "columns-first": "the numbers of `y` are taken down its columns",
    "by-rising-position": "the positions are sorted first, so that numbers and positions no longer "
    "belong together",
    "first-row": "only the first row of `y` is written",
    "first-column": "only the first column of `y` is written",
    "without-last": "the last number of `y` is not written",
    "without-last-row": "the last row of `y` is not written",
    "without-last-column": "the last column of `y` is not written",
    "first-alone": "only the first number of `y` is written",
}


SIZES = {
    "twice-y": "your map is twice as high and as wide as `y`, whatever `height` and `width` say",
    "turned": "your map has `width` rows and `height` columns",
    "high": "your map has `height` rows and as many columns",
    "wide": "your map has `width` columns and as many rows",
    "like-y": "your map is as large as `y`",
}


def of_address(found: Address) -> list[str]:
    """Say how positions are read, and what is written there."""
    told = [SIZES[found.size]] if found.size in SIZES else []
    if found.shift:
        told.append(f"positions are counted from {1 if found.shift < 0 else -1}")
    if found.place in PUT:
        told.append(PUT[found.place])
    if found.divisor != "width" and found.place not in (
        *("first-of-window", "last-of-window", "own-position", "whole-window"),
    ):
        told.append(f"a position is divided by {READ_BY[found.divisor]} to find row and column")
    if found.value in WRITTEN:
        told.append(WRITTEN[found.value])
    filled = (found.size, found.place) == ("twice-y", "whole-window")  # no cell is left over
    if found.around and not filled:
        told.append(f"{number(found.around)} stands wherever nothing is written")
    return [
        f"In your function {', and '.join(told)}.",
        "Lay the rows of the map one after the other: a position counts along them, from 0.",
    ]


# --- what is certain, whatever the rule ----------------------------------------------------------


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
        if one.reached.shape != one.asked.shape:
            return [
                f"Each 1 in `{one.name}` arrives in the row and column where it belongs; what is "
                "wrong is the shape of your array.",
                "Where does that shape come from, and which argument says how large the map is?",
            ]
        return [COMBINED[one.combined]] if one.combined in COMBINED else []
    at = int(np.ravel_multi_index(one.place, np.shape(one.case[one.name])))
    reached, asked = one.reached[at], one.asked[at]
    sent = f"A 1 at {place_name(one.place, AXES[2:])} of `{one.name}`"
    wanted, given = _cell_list(asked), _cell_list(reached)
    if not reached.any():
        return [f"{sent} arrives nowhere; it belongs to {wanted}.", "Which line loses it?"]
    if given == wanted:
        value = reached[reached != 0][0]
        return [
            f"{sent} reaches the right place and arrives as {number(value)}.",
            "What happens to it on the way?",
        ]
    return [
        f"{sent} goes to {given}; it belongs to {wanted}.",
        "Follow that number by hand: how does your code find its place?",
    ]


def _cell_list(marks: np.ndarray) -> str:
    where = np.argwhere(marks != 0)
    if len(where) == 1:
        return place_name(where[0], AXES[4 - marks.ndim :])
    named = cells_name(marks != 0, AXES[4 - marks.ndim :])
    if named.startswith(str(len(where))):
        return named
    return f"{plural(len(where), 'cell')} ({named.removeprefix('the cells ')})"
