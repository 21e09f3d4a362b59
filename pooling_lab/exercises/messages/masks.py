"""What is said about means over masked cells: what is divided, and by what."""

from __future__ import annotations

from ..diagnosis.masks import Masked

_OVER = {
    "kept": "the sum of the cells that the mask keeps",
    "all": "the sum of all cells, padding included",
    "padding": "the sum of the padding",
    "kept-of-batch": "the sum of the cells that are kept in the whole batch",
    "all-of-batch": "the sum of all cells of the whole batch",
    "kept-of-channels": "the sum of the kept cells of all channels together",
    "kept-magnitudes": "the sum of the kept cells without their signs",
    "kept-positive": "the sum of the kept cells above 0",
    "max": "the largest of the kept cells",
    "min": "the smallest of the kept cells",
    "median": "the median of the kept cells",
    "max-with-zeros": "the largest of the kept cells and the zeros in place of the padding",
    "nan": "the sum of all cells with NaN in place of the padding (NaN plus anything is NaN)",
    "softmax": "the sum of all cells, with the weights of a softmax of the mask",
    "first": "the first of the kept cells",
    "last-kept": "the last of the kept cells",
    "last": "the last of all cells, kept or not",
    "without-last-kept": "the sum of the kept cells but the last",
    "without-first": "the sum of the kept cells but the first",
}
_BY = {
    "own": "the number of cells kept in that sequence",
    "length": "the length L, padding included",
    "length-less-1": "L − 1, padding included",
    "batch": "the number of cells kept in the whole batch",
    "mean": "the number of cells kept on average in a sequence",
    "largest": "the number of cells kept in the longest sequence",
    "first": "the number of cells kept in the first sequence",
    "across": "a number of another sequence: the counts of the sequences lie along the channels",
    "nonzero": "the number of kept cells that are not 0",
    "all-nonzero": "the number of all cells that are not 0",
    "padding": "the number of cells of the padding",
    "one-more": "one more than the number of cells kept",
    "one-less": "one less than the number of cells kept",
    "own-and-channels": "the number of cells kept times the number of channels",
    "sequences": "the number of sequences",
    "channels": "the number of channels",
    "places": "N·L, the number of places in the whole batch",
}
_TRY = {
    "across": "What shape have your counts, and with which axis of the sums do they line up?",
    "nonzero": "Which cells count is said by the mask alone: may a kept cell hold a 0?",
    "all-nonzero": "Which cells count is said by the mask alone: may a kept cell hold a 0?",
}
_SHAPES = {
    "one-row": "There is one row for all sequences. Which axis is to stay?",
    "one-number": "There is one number for all channels. Which axis is to stay?",
    "axis-left": "An axis of length 1 is left over. Which axes are to be gone?",
}


def of_masked(found: Masked) -> list[str]:
    """Say what is divided by what, and what to try."""
    lines = [_SHAPES[found.shape]] if found.shape in _SHAPES else []
    if (found.over, found.by) == ("kept", "own"):
        return [f"Its numbers are right. {lines[0]}"]
    divided = f", divided by {_BY[found.by]}" if found.by in _BY else ""
    return [
        f"Each of your numbers is {_OVER[found.over]}{divided}.",
        *lines,
        _TRY.get(found.by, "Work one sequence out by hand: which cells count, and how many?"),
    ]
