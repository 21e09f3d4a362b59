"""What operations on the cells of a window are called, and what to try where one is wrong."""

from __future__ import annotations

import itertools

import numpy as np

from ..diagnosis.makes import Either, Makes
from ..diagnosis.measured import Measured
from ..display import number
from .windows import AXES, place_name

_HOW = {
    "max": "the largest number",
    "min": "the smallest number",
    "mean": "the average",
    "sum": "the sum",
    "median": "the median",
}
_OVER = {
    "max": "the largest among",
    "min": "the smallest among",
    "mean": "the average of",
    "sum": "the sum of",
    "median": "the median of",
}
_PARTS = {
    "diagonal": "the diagonal",
    "first-row": "the first row alone",
    "first-column": "the first column alone",
    "last-row": "the last row alone",
    "last-column": "the last column alone",
    "corners": "the four corners alone",
    "distinct": "its different numbers, each counted once",
}
_LINES = {
    "max": "the largest numbers of its {}s",
    "min": "the smallest numbers of its {}s",
    "mean": "the averages of its {}s",
    "sum": "the sums of its {}s",
    "median": "the medians of its {}s",
}

OPERATIONS = {
    **_HOW,
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
    "mean-below-max": "the average of the numbers below the largest, where there are any",
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
    "most-frequent": "the number that comes most often",
    "halved-again": "half of what came so far plus half of the next number, cell by cell",
    "first-of-largest-whole": "the first of the numbers that are largest without their decimals",
    "first-of-smallest-whole": "the first of the numbers that are smallest without their decimals",
    "zero": "always 0",
    "mean-down": "the average, rounded down to a whole number",
    "mean-cut": "the average, with its decimals cut off",
    "mean-nearest": "the average, rounded to a whole number",
    "max-at-least-zero": "the largest number, but never less than 0",
    "sum-over-side": "the sum divided by the side of the window",
    **{f"sum/{n}": f"the sum divided by {n}" for n in (2, 3, 4, 6, 8, 9)},
    **{f"map-{how}": f"{phrase} of all of `x`" for how, phrase in _HOW.items()},
    **{
        f"{how}-of-{part}": f"{_HOW[how]} of {phrase}"
        for how, (part, phrase) in itertools.product(_HOW, _PARTS.items())
    },
    **{
        f"{outer}-of-{line}-{inner}": f"{_OVER[outer]} {_LINES[inner].format(line)}"
        for outer, line, inner in itertools.product(_HOW, ("row", "column"), _HOW)
    },
    "max-of-diagonal": "the largest number on the diagonal",
    "min-of-diagonal": "the smallest number on the diagonal",
    "mean-of-row-max": "the average of the largest number of each row",
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
    "255-minus": "255 minus {0}",
    "reciprocal": "1 divided by {0}",
}
BEFORE = {
    "magnitude": "{}, once all signs are dropped",
    "clipped": "{}, with every negative number taken for 0",
    "cut": "{}, once the decimals of all numbers are cut off",
    "rounded": "{}, once all numbers are rounded",
    "floored": "{}, once all numbers are rounded down",
    "negated": "{}, once all signs are turned",
    "255-minus": "{} of 255 − x",
    "reciprocal": "{} of 1 / x",
    "squared": "{} of the squares",
    **{
        dtype: "{}, once all numbers are forced into " + dtype
        for dtype in ("uint8", "int8", "int16", "int32", "float16")
    },
}
TOGETHER = {
    "minus": "{0} minus {1}",
    "plus": "{0} plus {1}",
    "times": "{0} times {1}",
    "over": "{0} divided by {1}",
    "larger": "the larger one of {0} and {1}",
    "smaller": "the smaller one of {0} and {1}",
}
SHARES = {
    "as-asked": "alpha times {0}, plus 1 − alpha times {1}",
    "reversed": "1 − alpha times {0}, plus alpha times {1}",
    "half-and-half": "half of {0} and half of {1}, whatever alpha is",
    "second-whole": "alpha times {0}, plus the whole of {1}",
    "first-whole": "the whole of {0}, plus 1 − alpha times {1}",
    "both-whole": "{0} plus {1}, without alpha",
    "both-alike": "alpha times {0}, plus alpha times {1}",
    "second-whole-shared": "{0} with the weight alpha and {1} with the weight 1, divided by the "
    "sum of the weights",
    "first-whole-shared": "{0} with the weight 1 and {1} with the weight 1 − alpha, divided by "
    "the sum of the weights",
    "difference": "alpha times {0}, minus 1 − alpha times {1}",
    "over-two": "the mix of {0} and {1}, divided by 2 once more",
    "second-alone": "1 − alpha times {1} alone, without {0}",
    "first-alone": "alpha times {0} alone, without {1}",
    "shares-squared": "alpha² times {0}, plus (1 − alpha)² times {1}",
    "times-first": "the mix of {0} and {1}, multiplied by alpha once more",
    "times-second": "the mix of {0} and {1}, multiplied by 1 − alpha once more",
    "percent": "a mix of {0} and {1} in which alpha counts as a percentage",
    "brackets": "alpha times {0}, plus 1, minus alpha times {1}: the brackets are missing",
    "product": "the two parts multiplied: alpha times {0}, times 1 − alpha times {1}",
    "power": "{0} to the power of alpha, times {1} to the power of 1 − alpha",
}
TESTS = {
    "negative": ("the map holds a negative number", "the map holds no negative number"),
    "all-negative": ("all numbers of the map are negative", "not all numbers are negative"),
    "positive": ("the map holds a number above 0", "the map holds no number above 0"),
    "zero": ("the map holds a 0", "the map holds no 0"),
    "fractions": ("the map holds fractions", "the map holds whole numbers only"),
    "above-1": ("the map holds a number above 1", "the map holds no number above 1"),
}


def made(makes: Makes | Either) -> str:
    """Say what is made of a window: “the average, rounded to a whole number”."""
    if isinstance(makes, Either):
        yes, no = _sides(makes)
        return f"{made(makes.yes)} where {yes}, and {made(makes.no)} where {no}"
    phrase, after = OPERATIONS[makes.operation], makes.afterwards
    if makes.before:
        phrase = BEFORE[makes.before].format(phrase)
    if after in SHARES:
        return SHARES[after].format(phrase, OPERATIONS[makes.other])
    if after in TOGETHER:
        return TOGETHER[after].format(phrase, OPERATIONS[makes.other])
    if not after:
        return phrase
    if after == makes.before == "negated":
        return f"{phrase}, and the sign is turned back"
    told = f"`{makes.other}`" if makes.other else number(makes.number)
    return AFTERWARDS[after].format(phrase, told)


def _sides(makes: Either) -> tuple[str, str]:
    if makes.test in TESTS:
        return TESTS[makes.test]
    limit = number(makes.number)
    return f"`{makes.test}` is {limit} or more", f"`{makes.test}` is less than {limit}"


_ALONE = ("first", "last", "middle", "top-right", "bottom-left")
_SIGNS = ("farthest-from-zero", "largest-magnitude", "mean-of-magnitudes", "sum-of-magnitudes")
_ZEROS = (
    *("mean-of-nonzero", "mean-of-positive", "smallest-positive", "largest-negative"),
    *("largest-nonzero", "smallest-nonzero", "mean-of-clipped", "sum-of-clipped"),
)
_WITHOUT_DECIMALS = {
    *("cut", "rounded", "floored", "ceiled", "mean-down", "mean-cut", "mean-nearest"),
}
_DTYPES = {
    "uint8": "from 0 to 255",
    "int8": "from −128 to 127",
    "int16": "whole numbers from −32 768 to 32 767",
    "int32": "whole numbers up to about 2·10⁹",
    "float16": "three digits, and nothing beyond 65 504",
}


def what_to_try(makes: Makes | Either, asked: Makes | Either) -> str:
    """Say where to look, from what is made of a window."""
    if isinstance(makes, Either):
        return "Which line of yours tells these inputs apart? The task treats all of them alike."
    operation, after = makes.operation, makes.afterwards
    if makes.before in _DTYPES:
        return f"What can {makes.before} hold ({_DTYPES[makes.before]}), and what does `x` hold?"
    if {makes.before, after, operation, makes.other} & _WITHOUT_DECIMALS:
        return (
            "Decimals get lost in a division by `//`, in `int(…)` or `round(…)`, and in an array "
            "that holds whole numbers only. Which of them is yours?"
        )
    if "whole" in operation:
        return "Numbers are compared without their decimals: 8 and 8.5 then count as equal."
    if after in ("at-least", "at-most", "at-least-zero", "at-most-zero"):
        return (
            "Some number wins against a whole window, and it is not in that window. What does "
            "your function start from, or compare with?"
        )
    if "map-" in operation or makes.other.startswith("map-"):
        return "What is asked looks at one window at a time: where does all of `x` come in?"
    if after == "wrapped":
        return "What can an array of dtype uint8 hold, and what should the result hold?"
    if makes.before in ("255-minus", "negated", "reciprocal"):
        return "What is done to every number before has to be undone after. Try it with one window."
    if after == "scaled" and operation in ("mean", "sum"):
        return "By which number do you divide, and how many cells has a window been summed over?"
    if after in ("negated", "magnitude"):
        return "Follow one negative number through your function: where does its sign change?"
    parts = {makes.operation, makes.other}
    if after in SHARES and isinstance(asked, Makes) and parts == {asked.operation, asked.other}:
        return "What must be left with alpha = 1, and with alpha = 0?"
    if operation.startswith(("position", "place", "row-of", "column-of")):
        where, what = ("argmin", "min") if "min" in operation else ("argmax", "max")
        return f"`{where}` says where a number is and `{what}` how large it is. Which is asked for?"
    if operation in _SIGNS or makes.before == "magnitude":
        return "The sign counts: below zero, the number nearest zero is the largest."
    if operation in _ZEROS or makes.before == "clipped":
        return "Every number of a window counts, 0 and negative ones too. Where are some left out?"
    if "-of-row-" in operation or "-of-column-" in operation:
        return "Two things are done one after the other, along two axes. Are both what is asked?"
    if operation in _ALONE or "-of-" in operation:
        return "Every cell of a window has a say. Which of them does your loop or slice leave out?"
    return "Write down the numbers of one window, and follow your line with them."


PARTIAL = (*_ALONE, *(f"{how}-of-{part}" for how in _HOW for part in _PARTS))


def of_makes(found: Measured) -> list[str]:
    """Say what is made of each window instead of what."""
    assert found.made is not None and found.asked is not None
    right = "Your windows are right. "
    if isinstance(found.made, Either) and found.asked in (found.made.yes, found.made.no):
        yes, no = _sides(found.made)
        where, other = (
            (no, found.made.no) if found.asked == found.made.yes else (yes, found.made.yes)
        )
        return [
            f"{right}Where {where} you make something else of each: {made(other)}.",
            "Which line of yours tells these inputs apart? The task treats all of them alike.",
        ]
    partly = isinstance(found.made, Makes) and found.made.operation in PARTIAL
    right = "" if partly else right
    return [
        f"{right}What you make of each window is {made(found.made)}; asked is {made(found.asked)}.",
        *_shown(found),
        what_to_try(found.made, found.asked),
    ]


def of_right_windows(found: Measured) -> list[str]:
    """Say that windows are right where it is not known what is made of them."""
    one = found.settings[0]
    named = found.asked is not None and "p" not in one.case  # with p it is another mean each time
    asked = f"; asked is {made(found.asked)}" if named and found.asked else ""
    where = "channel" if len(one.asked.output) < len(one.asked.input) else "window"
    return [
        f"Each of your numbers depends on every cell of its {where}, as it should. So it is about "
        f"what you make of them{asked}.",
        *_shown(found),
        f"Follow one {where} through your lines by hand, number by number.",
    ]


def of_picked(found: Measured) -> list[str]:
    """Say that each number is what one operation gives, or another, and never a mix of both."""
    assert found.picked is not None
    one, other = (OPERATIONS[name] for name in found.picked)
    asked = f"; asked is {made(found.asked)}" if found.asked is not None else ""
    return [
        f"Each of your numbers is {one} of its window or {other}, never a mix of both{asked}.",
        "What decides in your code which of the two it is? Work out one window by hand.",
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
