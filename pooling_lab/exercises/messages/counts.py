"""What is said about how many windows there are: by which formula they are counted."""

from __future__ import annotations

from ..diagnosis.counts import Counted

COUNTS = {
    "asked": ("windows are counted that are not asked for", "Which axis does this pass go along?"),
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
    "step-1": (
        "a window starts at every cell",
        "How far from the first does the second one start?",
    ),
    "step-kernel": (
        "windows lie side by side",
        "How far from the first does the second one start?",
    ),
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
    lines = [
        f"{' and '.join(sides).capitalize()}: {COUNTS[name][0]}."
        for name, sides in found.wrong.items()
    ]
    return [*lines, *dict.fromkeys(COUNTS[name][1] for name in found.wrong)]
