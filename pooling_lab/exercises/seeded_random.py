"""Numbers drawn from a sha256 digest: the same on every system and in every Python version.

Python's ``hash()`` changes from run to run and the streams of NumPy's ``Generator`` may change
between versions; a student's numbers may not.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def identity(student: str) -> str:
    """Return a student's id in one spelling: capitals and spaces around it do not matter.

    Examples
    --------
    >>> identity(" S1234567 ")
    's1234567'
    """
    return unicodedata.normalize("NFC", student).strip().casefold()


class Stream:
    """An endless stream of numbers that depends on nothing but its key.

    The n-th word is the first 8 bytes of sha256(sha256(key) + n).

    Examples
    --------
    >>> stream = Stream("dl-2026", "output-size", "s1234567")
    >>> [stream.integer(1, 6) for _ in range(5)]
    [6, 4, 3, 4, 6]
    """

    def __init__(self, *key: str | int | None) -> None:
        self._seed = hashlib.sha256(json.dumps(key).encode()).digest()
        self._drawn = 0

    def _word(self) -> int:
        self._drawn += 1
        digest = hashlib.sha256(self._seed + self._drawn.to_bytes(8, "big")).digest()
        return int.from_bytes(digest[:8], "big")

    def integer(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included, all equally likely."""
        span = high - low + 1
        word = self._word()
        while word >= 2**64 - 2**64 % span:  # else the low numbers come a little more often
            word = self._word()
        return low + word % span

    def numbers(self, **ends: tuple[int, int]) -> dict[str, int]:
        """Return a whole number for each name, between the ends given for it."""
        return {name: self.integer(*pair) for name, pair in ends.items()}

    def choice(self, items: Sequence[T]) -> T:
        """Return one of ``items``."""
        return items[self.integer(0, len(items) - 1)]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Return ``items`` in a random order."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.integer(0, last)
            order[last], order[other] = order[other], order[last]
        return order

    def grid(self, *shape: int, low: int = -9, high: int = 9) -> np.ndarray:
        """Return an array of whole numbers (as float64) from ``low`` to ``high``."""
        cells = [float(self.integer(low, high)) for _ in range(int(np.prod(shape)))]
        return np.array(cells).reshape(shape)

    def moved(self, x: np.ndarray) -> np.ndarray:
        """Return a map as it is, or moved to where a running maximum or minimum starts wrongly.

        Up, down, cut off at 0, or so far away that no number is low or high enough to start from.
        """
        far = 1e17 * (25 + np.rint(x) % 16)
        ways = [x, x, x, x, np.minimum(x, 0), np.maximum(x, 0), x - 2000, x + 2000, -far, far]
        return self.choice(ways) + 0.0  # no negative zeros

    def permuted(self, *shape: int, low: int, high: int) -> np.ndarray:
        """Return an array like `grid`'s in which no number comes twice."""
        cells = self.shuffled(range(low, high + 1))[: int(np.prod(shape))]
        return np.array(cells, float).reshape(shape)
