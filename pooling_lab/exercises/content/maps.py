"""Exercises about whole maps: global and adaptive pooling (lesson 06)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, function
from ..misconceptions import usual
from ..seeded_random import Stream

# --- global-pooling -------------------------------------------------------------------------


def global_avg_pool2d(x: np.ndarray) -> np.ndarray:
    """Collapse rows and columns: one mean for each channel of each image."""
    return x.mean(axis=(2, 3))


_AXES: dict[str, Any] = {
    **{"wrong-axes": (0, 1), "channels-last-misread": (1, 2), "row-left": 2, "column-left": 3},
    **{"channels-pooled": (1, 2, 3), "batch-pooled": (0, 2, 3)},
}


def _global_mistaken(wrong: Mistakes, x: np.ndarray) -> np.ndarray:
    axis = next((_AXES[one] for one in _AXES if one in wrong), (2, 3))
    how = np.sum if "sum-for-mean" in wrong else np.max if "max-for-mean" in wrong else np.mean
    pooled = how(x, axis=axis, keepdims="axes-kept" in wrong)
    cells = x.shape[2] * x.shape[3]
    pooled = pooled * cells / (cells - 1) if "wrong-divisor" in wrong else pooled
    return np.trunc(pooled) if "fraction-lost" in wrong else pooled


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
        mistaken=_global_mistaken,
        misconceptions=usual(
            *("wrong-axes", "channels-last-misread", "row-left", "column-left", "axes-kept"),
            *("channels-pooled", "batch-pooled", "max-for-mean", "sum-for-mean", "fraction-lost"),
            "wrong-divisor",
        ),
        hints=(
            "Which two of the four axes are gone in the result?",
            "`x.mean(axis=…)` takes a tuple of axes.",
            "Rows and columns are axes 2 and 3.",
        ),
    )
)

# --- how bins are cut wrongly ---------------------------------------------------------------

Bins = list[tuple[float, float]]


def _even(size: int, bins: int) -> Bins:
    widths = [size // bins + (i < size % bins) for i in range(bins)]
    return [(sum(widths[:i]), sum(widths[: i + 1])) for i in range(bins)]


CUTS: dict[str, Callable[[int, int], Bins]] = {
    "equal-bins": lambda n, o: [(i * (n // o), (i + 1) * (n // o)) for i in range(o)],
    "rest-in-last-bin": lambda n, o: [
        (i * (n // o), n if i == o - 1 else (i + 1) * (n // o)) for i in range(o)
    ],
    "split-without-overlap": _even,
    "wide-bins": lambda n, o: [(i * -(-n // o), min(n, (i + 1) * -(-n // o))) for i in range(o)],
    "bins-floored": lambda n, o: [(i * n // o, (i + 1) * n // o) for i in range(o)],
    "bins-ceiled": lambda n, o: [(-(-i * n // o), -(-(i + 1) * n // o)) for i in range(o)],
    "bins-rounded": lambda n, o: [(round(i * n / o), round((i + 1) * n / o)) for i in range(o)],
    "ends-not-rounded": lambda n, o: [(i * n / o, (i + 1) * n / o) for i in range(o)],
    "stop-plus-one": lambda n, o: [(i * n // o, (i + 1) * n // o + 1) for i in range(o)],
}


def _bins_mistaken(wrong: Mistakes, size: int, bins: int) -> list[Any]:
    cut = next((how for one, how in CUTS.items() if one in wrong), adaptive_bins)
    last = 1 if "stop-included" in wrong else 0
    found = [(start, stop - last) for start, stop in cut(size, bins)]
    if "length-for-stop" in wrong:
        return [(start, stop - start) for start, stop in found]
    if "ends-apart" in wrong:
        return [*zip(*found, strict=True)]
    return [[*range(*map(int, one))] for one in found] if "cells-for-bins" in wrong else found


def bins_by_fractions(size: int, bins: int) -> list[tuple[int, int]]:
    """Divide exactly and round afterwards, as many do."""
    return [(int(i * size / bins), math.ceil((i + 1) * size / bins)) for i in range(bins)]


def _width_first(size: int, bins: int) -> list[tuple[int, int]]:
    return [(int(i * (size / bins)), math.ceil((i + 1) * (size / bins))) for i in range(bins)]


_BIN_SLIPS = {
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
        mistaken=_bins_mistaken,
        ways=(bins_by_fractions,),
        slips=_BIN_SLIPS,
        misconceptions=usual(
            *CUTS, "stop-included", "length-for-stop", "cells-for-bins", "ends-apart"
        ),
        hints=(
            "For 5 cells and 3 bins PyTorch takes cells 0 1, then 1 2 3, then 3 4.",
            "The start is rounded down and the stop is rounded up, so that no cell is left out.",
            "`i * size // bins` and `-(-(i + 1) * size // bins)`",
        ),
    )
)
