"""Where does a function put numbers that come with a position? For exercises that put maxima back.

A position is taken apart into a row and a column: by what it is divided, what is done with the
parts, and what is written there, is held against a table.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import Value, agree
from .explain import Finding
from .probe import Case

# By what a position is divided.
DIVISORS: dict[str, Callable[[Case], int]] = {
    "width": lambda c: int(c["width"]),
    "height": lambda c: int(c["height"]),
    "columns-of-y": lambda c: c["y"].shape[1],
    "rows-of-y": lambda c: c["y"].shape[0],
    "twice-columns-of-y": lambda c: 2 * c["y"].shape[1],
    "twice-rows-of-y": lambda c: 2 * c["y"].shape[0],
    "width-less-1": lambda c: int(c["width"]) - 1,
    "width-plus-1": lambda c: int(c["width"]) + 1,
    "largest-side": lambda c: max(int(c["width"]), int(c["height"])),
    "root-of-largest": lambda c: int(np.sqrt(c["indices"].max() + 1)),
    "4": lambda c: 4,
    "2": lambda c: 2,
}
Place = Callable[[int, int, int, int, int], tuple[int, int]]
# Where a number is written, from row and column of its position and of its window, and from both
# counted together.
PLACES: dict[str, Place] = {
    "there": lambda r, c, i, j, n: (r, c),
    "turned": lambda r, c, i, j, n: (c, r),
    "in-window": lambda r, c, i, j, n: (2 * i + r % 2, 2 * j + c % 2),
    "in-window-turned": lambda r, c, i, j, n: (2 * i + c % 2, 2 * j + r % 2),
    "parity": lambda r, c, i, j, n: (2 * i + r % 2, 2 * j + n % 2),
    "within-window": lambda r, c, i, j, n: (2 * i + r, 2 * j + c),
    "first-of-window": lambda r, c, i, j, n: (2 * i, 2 * j),
    "last-of-window": lambda r, c, i, j, n: (2 * i + 1, 2 * j + 1),
    "own-position": lambda r, c, i, j, n: (i, j),
    "whole-window": lambda r, c, i, j, n: (2 * i, 2 * j),  # and the three cells beside it
}
BEYOND = ("left-out", "wrapped", "cut")  # what becomes of a place outside the map
# How large the result is.
SIZES: dict[str, Callable[[Case], tuple[int, int]]] = {
    "asked": lambda c: (int(c["height"]), int(c["width"])),
    "twice-y": lambda c: (2 * c["y"].shape[0], 2 * c["y"].shape[1]),
    "turned": lambda c: (int(c["width"]), int(c["height"])),
    "high": lambda c: (int(c["height"]), int(c["height"])),
    "wide": lambda c: (int(c["width"]), int(c["width"])),
    "like-y": lambda c: c["y"].shape,
}
VALUES: dict[str, Callable[[Case], np.ndarray]] = {
    "value": lambda c: c["y"].ravel(),
    "one": lambda c: np.ones(c["y"].size),
    "position": lambda c: c["indices"].ravel().astype(float),
    "quarter": lambda c: c["y"].ravel() / 4,
    "positive": lambda c: np.maximum(c["y"], 0).ravel(),
    "magnitude": lambda c: abs(c["y"]).ravel(),
    "cut": lambda c: np.trunc(c["y"]).ravel(),
    "negated": lambda c: -c["y"].ravel(),
    "sorted": lambda c: np.sort(c["y"].ravel()),
    "reversed": lambda c: c["y"].ravel()[::-1],
    "columns-first": lambda c: c["y"].T.ravel(),
    "by-rising-position": lambda c: c["y"].ravel()[np.argsort(np.argsort(c["indices"].ravel()))],
    "first-row": lambda c: _kept(c, lambda i, j: i == 0),
    "first-column": lambda c: _kept(c, lambda i, j: j == 0),
    "without-last": lambda c: _kept(c, lambda i, j: i * c["y"].shape[1] + j < c["y"].size - 1),
    "without-last-row": lambda c: _kept(c, lambda i, j: i < c["y"].shape[0] - 1),
    "without-last-column": lambda c: _kept(c, lambda i, j: j < c["y"].shape[1] - 1),
    "first-alone": lambda c: _kept(c, lambda i, j: i == j == 0),
}


def _kept(case: Case, keep: Callable[[int, int], bool]) -> np.ndarray:
    y = case["y"]
    kept = [keep(i, j) for i, j in np.ndindex(y.shape)]
    found: np.ndarray = np.where(kept, y.ravel(), np.nan)  # NaN: not written at all
    return found


@dataclass(frozen=True)
class Address:
    """How positions are read, and what is written there."""

    divisor: str
    shift: int
    place: str
    value: str
    beyond: str = "left-out"
    around: float = 0.0  # what every other cell holds
    size: str = "asked"


ASKED = Address("width", 0, "there", "value")


def written(guess: Address, case: Case) -> np.ndarray:
    """Return the map that a guess leads to."""
    out, _ = _filled(guess, case)
    return out


def _filled(guess: Address, case: Case) -> tuple[np.ndarray, bool]:
    """Return the map that a guess leads to, and whether some number falls out of it."""
    shape = SIZES[guess.size](case)
    out, beyond = np.full(shape, guess.around), False
    divisor = max(DIVISORS[guess.divisor](case), 1)
    values = VALUES[guess.value](case)
    for at, (i, j) in enumerate(np.ndindex(case["y"].shape)):
        position = int(case["indices"][i, j]) + guess.shift
        row, column = PLACES[guess.place](*divmod(position, divisor), i, j, position)
        if guess.beyond == "wrapped":
            row, column = row % shape[0], column % shape[1]
        elif guess.beyond == "cut":
            row, column = min(row, shape[0] - 1), min(column, shape[1] - 1)
        if not (0 <= row < shape[0] and 0 <= column < shape[1]):
            beyond = True
        elif values[at] == values[at]:
            size = 2 if guess.place == "whole-window" else 1
            out[row : row + size, column : column + size] = values[at]
    return out, beyond


def of(cases: Sequence[Case], seen: Sequence[Value | None], first: int) -> Finding | None:
    """Return what positions are read as, where that gives every number of every input.

    Where nothing came out, some number has to fall out of the map.
    """
    if "indices" not in cases[0]:
        return None
    given = [*zip(cases, seen, strict=True)]
    arrays = [(case, y) for case, y in given if isinstance(y, np.ndarray)]
    stopped = [case for case, y in given if y is None]
    size = next(
        (one for one, of in SIZES.items() if all(y.shape == of(c) for c, y in arrays)), None
    )
    if size is None or len(arrays) + len(stopped) < len(given):
        return None
    for guess in _guesses(_around(arrays), size):
        if (
            guess != ASKED
            and all(agree(written(guess, c), y).all() for c, y in arrays)
            and all(_filled(guess, case)[1] for case in stopped)
        ):
            return Finding("address", {"address": guess, "at": first}, explained=True)
    return None


def _around(given: Sequence[tuple[Case, Any]]) -> float:
    """Return what most cells of all results hold."""
    cells, counts = np.unique(np.concatenate([y.ravel() for _, y in given]), return_counts=True)
    return float(cells[counts.argmax()])


def _guesses(around: float, size: str) -> Iterator[Address]:
    """Yield what differs from the right way in one thing, then in two."""
    same: dict[str, Any] = {"around": around, "size": size}
    yield from (Address("width", 0, "there", value, **same) for value in VALUES)
    for divisor, place, shift, beyond in itertools.product(DIVISORS, PLACES, (0, -1, 1), BEYOND):
        yield Address(divisor, shift, place, "value", beyond, **same)
    for divisor, place, value in itertools.product(DIVISORS, PLACES, VALUES):
        yield Address(divisor, 0, place, value, **same)
