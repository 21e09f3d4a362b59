"""Exercises about whole maps: global and adaptive pooling (lesson 06)."""

from __future__ import annotations

import math

import numpy as np

from ..exercise import Case, Exercise, Slip, add, function
from ..seeded_random import Stream

# --- global-pooling -------------------------------------------------------------------------


def global_avg_pool2d(x: np.ndarray) -> np.ndarray:
    """Collapse rows and columns: one mean for each channel of each image."""
    return x.mean(axis=(2, 3))


add(
    Exercise(
        id="global-pooling",
        title="Write global average pooling",
        lesson="06",
        stars=1,
        minutes=5,
        task="Write `my_global_avg_pool2d` for a batch `x` of shape (N, C, H, W). It returns an "
        "array of shape (N, C). The maps may hold whole numbers, as photos of dtype uint8 do.",
        stub=function("my_global_avg_pool2d(x)"),
        draws={1: lambda stream: {"x": stream.grid(2, *(stream.integer(2, 4) for _ in "CHW"))}},
        solution=global_avg_pool2d,
        axes=("images", "channels"),
        hints=(
            "Which two of the four axes are gone in the result?",
            "`x.mean(axis=…)` takes a tuple of axes.",
            "Rows and columns are axes 2 and 3.",
        ),
    )
)

# --- how bins are cut wrongly ---------------------------------------------------------------


def bins_by_fractions(size: int, bins: int) -> list[tuple[int, int]]:
    """Divide exactly and round afterwards, as many do."""
    return [(int(i * size / bins), math.ceil((i + 1) * size / bins)) for i in range(bins)]


def _width_first(size: int, bins: int) -> list[tuple[int, int]]:
    return [(int(i * (size / bins)), math.ceil((i + 1) * (size / bins))) for i in range(bins)]


_BIN_SLIPS = {
    "split-without-overlap": Slip(
        "The first bins got one cell more and none overlap, as `np.array_split` cuts. PyTorch's "
        "bins may overlap. Look at 5 cells in 3 bins.",
        lambda size, bins: [
            (cells[0], cells[-1] + 1) for cells in np.array_split(np.arange(size), bins)
        ],
    ),
    "length-for-stop": Slip(
        "The second number is how long the bin is. It should be where the bin stops, so that "
        "`x[start:stop]` cuts it out.",
        lambda size, bins: [(start, stop - start) for start, stop in adaptive_bins(size, bins)],
    ),
    "cells-for-bins": Slip(
        "Those are the cells of each bin. The two ends of each are asked for: the first cell, and "
        "the one after the last.",
        lambda size, bins: [[*range(*one)] for one in adaptive_bins(size, bins)],
    ),
    "ends-apart": Slip(
        "Those are all the starts and then all the stops. The task asks for a pair `(start, "
        "stop)` for each bin.",
        lambda size, bins: [*zip(*adaptive_bins(size, bins), strict=True)],
    ),
    "width-first": Slip(
        "It is right for most sizes. The width of a bin, `size / bins`, is rounded already when it "
        "is multiplied: `7 * (29 / 7)` is a little more than 29, and rounding up makes 30 of it. "
        "What comes out when you multiply first?",
        _width_first,
    ),
}


# --- adaptive-bins --------------------------------------------------------------------------


def adaptive_bins(size: int, bins: int) -> list[tuple[int, int]]:
    """Let bin i start at floor(i·n/o) and stop before ceil((i + 1)·n/o)."""
    return [(i * size // bins, -(-(i + 1) * size // bins)) for i in range(bins)]


def _bins_draw(stream: Stream) -> Case:
    bins = stream.integer(2, 15)
    return {"size": stream.integer(bins, 99), "bins": bins}


add(
    Exercise(
        id="adaptive-bins",
        title="Cut a row into adaptive bins",
        lesson="06",
        stars=2,
        minutes=5,
        task="Write `my_bins`. It returns, for each of the adaptive bins over `size` cells, the "
        "pair (start, stop) that PyTorch chooses, so that `x[start:stop]` is the bin.",
        stub=function("my_bins(size, bins)"),
        draws={1: _bins_draw},
        solution=adaptive_bins,
        axes=("bins", "start and stop"),
        ways=(bins_by_fractions,),
        slips=_BIN_SLIPS,
        hints=(
            "For 5 cells and 3 bins PyTorch takes cells 0 1, then 1 2 3, then 3 4.",
            "The start is rounded down and the stop is rounded up, so that no cell is left out.",
            "`i * size // bins` and `-(-(i + 1) * size // bins)`",
        ),
    )
)
