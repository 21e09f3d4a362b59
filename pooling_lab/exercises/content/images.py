"""An exercise about what max pooling cannot tell apart (lesson 05)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add
from ..misconceptions import (
    usual,
)
from ..seeded_random import Stream


def _blocks(image: np.ndarray) -> np.ndarray:
    """View an 8×8 image as 4×4 blocks of four cells."""
    return image.reshape(4, 2, 4, 2).swapaxes(1, 2).reshape(4, 4, 4)


def pools_agree(a: np.ndarray, b: np.ndarray) -> tuple[bool, bool]:
    """Tell whether max pooling, and whether average pooling, gives the same for two images."""
    one, other = _blocks(a), _blocks(b)
    same_mean = np.array_equal(one.mean(axis=2), other.mean(axis=2))
    return np.array_equal(one.max(axis=2), other.max(axis=2)), same_mean


def draw_image(stream: Stream) -> Case:
    """Draw an image whose 2×2 blocks hold one cell of ink, or none."""
    one_inked = np.eye(4)[[stream.integer(0, 3) for _ in range(16)]]
    one_inked[stream.shuffled(range(16))[: stream.integer(4, 10)]] = 0
    return {"x": one_inked.reshape(4, 4, 2, 2).swapaxes(1, 2).reshape(8, 8)}


def badly_broken(wrong: Mistakes, x: np.ndarray) -> np.ndarray:
    """Draw what somebody with these mistakes takes for an image that fools max pooling."""
    if "shifted" in wrong:
        return np.roll(x, 1, axis=1)
    if "average-broken" in wrong:
        return _blocks(x)[:, :, ::-1].reshape(4, 4, 2, 2).swapaxes(1, 2).reshape(8, 8)
    if "too-few-cells" in wrong:
        more = np.argwhere(break_max_pooling(x) != x)[:4]
        return x + np.isin(np.arange(64), more @ [8, 1]).reshape(8, 8)
    return break_max_pooling(x)


def _is_image(answer: np.ndarray) -> bool:
    return np.shape(answer) == (8, 8) and bool(np.isin(answer, (0, 1)).all())


def _break_fits(answer: np.ndarray, wrong: Mistakes, x: np.ndarray) -> bool:
    if not _is_image(answer):
        return False
    same_max, same_mean = pools_agree(answer, x)
    if "shifted" in wrong:
        return not same_max and np.array_equal(answer, np.roll(x, 1, axis=1))
    changed = int((answer != x).sum())
    if "average-broken" in wrong:
        return same_max and same_mean and changed > 0
    return same_max and not same_mean and (0 < changed < 8) == ("too-few-cells" in wrong)


def _break_gives(answer: np.ndarray, x: np.ndarray) -> str:
    """Say what the two pools make of an image, beside what they make of ``x``."""
    if answer.shape != (8, 8):
        sizes = " × ".join(map(str, answer.shape)) or "a single number"
        return f"An image has 8 rows of 8 cells; yours is {sizes}.{_no_image(answer, x)}"
    if not _is_image(answer):
        odd = answer[~np.isin(answer, (0, 1))][0]
        return f"The cells of an image are each 0 or 1; yours also holds {odd:g}.".replace("-", "−")
    same_max, same_mean = pools_agree(answer, x)
    changed = int((answer != x).sum())
    if same_max:
        told = "cannot either" if same_mean else "can"
        return (
            f"Max pooling cannot tell it from `x`, average pooling {told}; cells that differ: "
            f"{changed}, wanted at least 8."
        )
    pooled, wanted = _blocks(answer).max(axis=2), _blocks(x).max(axis=2)
    inked, emptied = int((pooled > wanted).sum()), int((pooled < wanted).sum())
    row, column = np.argwhere(pooled != wanted)[0]
    parts = [_windows(inked, "empty in `x` and not here")] * (inked > 0)
    parts += [_windows(emptied, "empty here and not in `x`")] * (emptied > 0)
    said = " and ".join(parts)
    return (
        f"Max pooling tells it from `x`: {said}, the first at rows {2 * row}–{2 * row + 1} and "
        f"columns {2 * column}–{2 * column + 1}."
    )


def _windows(count: int, empty: str) -> str:
    return f"{count} windows are {empty}" if count > 1 else f"1 window is {empty}"


def _no_image(answer: np.ndarray, x: np.ndarray) -> str:
    pooled = _blocks(x).max(axis=2)
    if np.array_equal(answer, pooled):
        return " That is `x` after max pooling: asked is an image that goes into it."
    if answer.shape == (64,) and _break_fits(answer.reshape(8, 8), frozenset(), x):
        return " The cells are right: group them into rows."
    return ""


def _redrawn(text: str, how: Callable[[np.ndarray], np.ndarray]) -> Slip:
    return Slip(text, lambda x: how(x))


_PLACES = "Max pooling asks each window whether it holds ink: which windows do, must stay."
_BREAK_SLIPS = {
    "transposed": _redrawn(f"Rows and columns have changed places. {_PLACES}", np.transpose),
    "mirrored": _redrawn(f"That is the image in a mirror. {_PLACES}", lambda x: x[:, ::-1]),
    "upside-down": _redrawn(f"That is the image upside down. {_PLACES}", lambda x: x[::-1]),
    "turned-round": _redrawn(f"That is the image, turned. {_PLACES}", lambda x: x[::-1, ::-1]),
    "turned-left": _redrawn(f"That is the image, turned. {_PLACES}", lambda x: np.rot90(x)),
    "turned-right": _redrawn(f"That is the image, turned. {_PLACES}", lambda x: np.rot90(x, -1)),
    "inverted": _redrawn(f"Ink and paper have changed places. {_PLACES}", lambda x: 1 - x),
    "all-ink": _redrawn(
        f"Every cell is ink, also in windows that are empty in `x`. {_PLACES}", np.ones_like
    ),
    "all-paper": _redrawn(f"There is no ink at all. {_PLACES}", np.zeros_like),
    "all-windows-but-the-asked": _redrawn(
        f"The windows that are empty in `x` were filled, and the others not. {_PLACES}",
        lambda x: np.maximum(x, 1 - break_max_pooling(x)),
    ),
    "empty-windows-alone": _redrawn(
        f"The windows that are empty in `x` were filled, and the others emptied. {_PLACES}",
        lambda x: 1 - break_max_pooling(x),
    ),
    "windows-from-one": _redrawn(
        "Windows were filled that begin at odd rows and columns. The first window begins at row 0 "
        "and column 0.",
        lambda x: _filled_from_one(x),
    ),
    "thickened": _redrawn(
        f"Ink was added all round, also in windows that are empty in `x`. {_PLACES}",
        lambda x: np.max(
            [np.pad(x, 1)[i : i + 8, j : j + 8] for i in range(3) for j in range(3)], axis=0
        ),
    ),
    "thickened-crosswise": _redrawn(
        f"Ink was added at all sides, also in windows that are empty in `x`. {_PLACES}",
        lambda x: np.max(
            [
                np.pad(x, 1)[i : i + 8, j : j + 8]
                for i, j in ((0, 1), (1, 0), (1, 1), (1, 2), (2, 1))
            ],
            axis=0,
        ),
    ),
    "averaged": _redrawn(
        "Each window holds its average, so that average pooling is fooled and max pooling is not. "
        "Which of the two is not to tell the images apart?",
        lambda x: np.kron(_blocks(x).mean(axis=2), np.ones((2, 2))),
    ),
    "darker": _redrawn(
        "The ink is darker. That changes the maximum of every window that holds some.",
        lambda x: 2 * x,
    ),
    **{
        f"shifted-{rows}-{columns}": _redrawn(
            "That is the image, shifted. Max pooling does notice most shifts: compare the two "
            "pooled maps block by block.",
            functools.partial(np.roll, shift=(rows, columns), axis=(0, 1)),
        )
        for rows in (-2, -1, 0, 1, 2)
        for columns in (-2, -1, 0, 1, 2)
        if (rows, columns) not in ((0, 0), (0, 1))
    },
}


def _filled_from_one(x: np.ndarray) -> np.ndarray:
    filled = x.copy()
    for i, j in itertools.product(range(1, 7, 2), repeat=2):
        filled[i : i + 2, j : j + 2] = x[i : i + 2, j : j + 2].max()
    return filled


# --- break-it -------------------------------------------------------------------------------


def break_max_pooling(x: np.ndarray) -> np.ndarray:
    """Fill every block that has ink: its maximum stays, its average does not."""
    any_ink = x.reshape(4, 2, 4, 2).max(axis=(1, 3))
    return np.kron(any_ink, np.ones((2, 2)))


_BREAK_IT = {
    "shifted": "That is the image, shifted. Max pooling does notice most shifts: compare the two "
    "pooled maps block by block.",
    "average-broken": "In your image each block holds as much ink as before, so the average cannot "
    "tell the two apart either.",
    "too-few-cells": "The idea works, but fewer than 8 cells differ. Where else may one?",
}

add(
    Exercise(
        id="break-it",
        title="Draw an image that fools max pooling",
        lesson="05",
        stars=2,
        minutes=8,
        task="`x` is an image of 8×8, with 1 for ink and 0 for paper. Draw another one, as a list "
        "of rows, in which every cell is 0 or 1 too, without grey: 2×2 max pooling with stride 2 "
        "must not tell the two apart, average pooling must, and at least 8 cells must differ. Many "
        "answers are right.",
        stub="answer = None",
        draws={1: draw_image},
        solution=break_max_pooling,
        mistaken=badly_broken,
        fits=_break_fits,
        gives=_break_gives,
        slips=_BREAK_SLIPS,
        misconceptions=usual("shifted", "average-broken", "too-few-cells", own=_BREAK_IT),
        hints=(
            "Max pooling asks each block whether there is ink; the average asks how much.",
            "Leave empty blocks empty, and put more ink into the others.",
        ),
    )
)
