"""Ask a function questions: which inputs it gets, and how many calls that may take.

A probe never holds the function. It holds a runner, ``run(cases) -> outcomes``: in a notebook the
guarded call in the same process, in the grader a child process in which the student's code lives
and from which only arrays come back. Calls are counted, not timed, so that a verdict is the same
on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..compare import Value, results

Case = Mapping[str, Any]
Runner = Callable[[Sequence[Case]], Sequence[Value | None]]

MOST_CALLS = 3000  # of the student's function for one verdict
PRIMES = (7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)


class TooManyCalls(Exception):
    """The questions would take more calls than one verdict may."""


class Probe:
    """A function that can be asked, a limited number of times.

    Parameters
    ----------
    run
        Calls the function with each case; None stands for whatever is no result.
    calls
        How many calls are left.
    part
        Which of several results is looked at; None where there is one.
    """

    def __init__(self, run: Runner, calls: int = MOST_CALLS, part: int | None = None) -> None:
        self._run, self.calls, self._part = run, calls, part

    def ask(self, cases: Sequence[Case]) -> list[np.ndarray | None]:
        """Return one array for each case, or None where the result is no array.

        Raises
        ------
        TooManyCalls
            If these calls are more than are left; none is made then.
        """
        if len(cases) > self.calls:
            raise TooManyCalls
        self.calls -= len(cases)
        values = [*self._run(cases)]
        values += [None] * (len(cases) - len(values))
        return [self._array(value) for value in values]

    def _array(self, value: Value | None) -> np.ndarray | None:
        if self._part is not None:
            given = results(value)
            value = given[self._part] if len(given) > self._part else None
        return np.asarray(value) if isinstance(value, np.ndarray | float) else None


def mixed_up(shape: tuple[int, ...], turn: int = 0) -> np.ndarray:
    """Return the whole numbers from 0 on in a fixed disorder, each once.

    Examples
    --------
    >>> mixed_up((2, 3))
    array([[0., 1., 2.],
           [3., 4., 5.]])
    >>> sorted(mixed_up((4, 5), 1).ravel()) == list(range(20))
    True
    """
    size = int(np.prod(shape))
    if not turn or size < 3:
        return np.arange(float(size)).reshape(shape)
    odd = next(p for p in PRIMES[turn % 5 :] if size % p)
    return ((np.arange(size) * odd + 3 * turn) % size).astype(float).reshape(shape)


def backgrounds(x: np.ndarray, positive: bool) -> list[np.ndarray]:
    """Return maps of the shape of ``x`` in which no number comes twice: mixed, below, above 0."""
    size = max(x.size, 1)
    above = [1.5 + 1.25 * mixed_up(x.shape, turn) for turn in (1, 2)]
    if positive:
        return above
    mixed = 1.25 * (mixed_up(x.shape, 3) - size / 2) + 0.4
    return [mixed, -1.5 - 1.25 * mixed_up(x.shape, 4), above[0]]


def unlike(x: np.ndarray, positive: bool) -> list[np.ndarray]:
    """Return maps to hold a guess against: ties, zeros, signs, fractions, large and small."""
    order = mixed_up(x.shape, 3)
    maps = [
        order % 5 - 2,  # ties
        np.where(order % 3 == 0, 0, order - order.size / 2) / 4,  # zeros and fractions
        -1.75 - mixed_up(x.shape, 2) % 7,  # below zero, ties
        0.25 + mixed_up(x.shape, 1) / 8,  # above zero, fractions
        1.25 * (mixed_up(x.shape, 4) - order.size / 3),
        100 * (order % 11) - 520 + order / 16,
        np.where(order % 3 == 0, 0, order) / 4,  # zeros below all others
    ]
    return [abs(one) for one in maps] if positive else maps
