"""What is said about bins: by which formulas they start and stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..diagnosis.bins import Formula

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
    cut = (
        ", but never beyond the size" if name.startswith("start-") and name.endswith("-cut") else ""
    )
    plain = name.removesuffix("-cut") if cut else name
    text = (_FROM_START.get(plain) or _ENDS[plain].format(i)) + cut
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
