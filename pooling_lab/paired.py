"""What pairs of runs can tell: an interval, "equal to within a margin", and how many are needed.

Two networks that are trained with the same seeds see the same digits at the same places in the
same batches. So subtract first, seed by seed, and ask only of the differences. Lesson 07 explains
all of it; lessons 11 and 12 use it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

MARGIN = 1.0
"""What counts as equal: one point of accuracy. Named before these runs, after a first edition's."""


class Difference(NamedTuple):
    """What the mean of paired differences can be, with 95 % confidence."""

    mean: float
    low: float
    high: float
    sd: float
    pairs: int

    @property
    def standard_error(self) -> float:
        """How uncertain the mean is: SD / √n."""
        return self.sd / math.sqrt(self.pairs)

    @property
    def t(self) -> float:
        """How many standard errors the mean is away from 0; infinite where none differs."""
        return self.mean / self.standard_error if self.sd else math.copysign(math.inf, self.mean)

    @property
    def told(self) -> bool:
        """Whether the interval leaves out 0: the sign of the mean can be told."""
        return not self.low <= 0 <= self.high

    def equal_within(self, margin: float = MARGIN) -> bool:
        """Whether both "larger by the margin" and "smaller by the margin" can be ruled out.

        These are two one-sided tests at 5 %, which comes to the same as asking whether the 90 %
        interval lies inside ± margin. "No difference was seen" is not this: few and scattered
        pairs see nothing.

        Source: Schuirmann 1987, A comparison of the two one-sided tests procedure.
        """
        return abs(self.mean) + t_limit(self.pairs, 0.90) * self.standard_error < margin

    def not_worse_than(self, margin: float = MARGIN) -> bool:
        """Whether "smaller by the margin" can be ruled out: the lower half of `equal_within`."""
        return self.mean - t_limit(self.pairs, 0.90) * self.standard_error > -margin

    def __str__(self) -> str:
        return f"{self.mean:+.1f} ({self.low:+.1f} to {self.high:+.1f})".replace("-", "−")


def difference(a: ArrayLike, b: ArrayLike) -> Difference:
    """Return the mean of ``a − b``, pair by pair, with its 95 % interval (Student's t).

    Parameters
    ----------
    a, b
        One number for each seed, in the same order, in the unit you want told: points, say.

    Raises
    ------
    ValueError
        If they are not pairs, or there are fewer than two.

    Source: Student 1908, The probable error of a mean.

    Examples
    --------
    >>> print(difference([90, 92, 94], [88, 91, 91]))
    +2.0 (−0.5 to +4.5)
    """
    first, second = np.asarray(a, float), np.asarray(b, float)
    if first.ndim != 1 or first.shape != second.shape or len(first) < 2:
        raise ValueError(
            "a and b must be pairs, at least two: one number a seed; "
            f"got shapes {first.shape} and {second.shape}"
        )
    gaps = first - second
    mean, sd, n = float(gaps.mean()), float(gaps.std(ddof=1)), len(gaps)
    reach = t_limit(n) * sd / math.sqrt(n)
    return Difference(mean, mean - reach, mean + reach, sd, n)


def t_limit(pairs: int, confidence: float = 0.95) -> float:
    """Return how many standard errors the interval reaches to each side.

    Examples
    --------
    >>> round(t_limit(5), 3), round(t_limit(10), 3), round(t_limit(1000), 2)
    (2.776, 2.262, 1.96)
    """
    low, high = 0.0, 1e4
    for _ in range(100):  # halve the interval that holds it
        middle = (low + high) / 2
        if _within(middle, pairs - 1) < confidence:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, degrees: int) -> float:
    """Return P(−t < T < t) for Student's T: its density, summed up in closed form.

    Source: Abramowitz & Stegun 1964, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(t / math.sqrt(degrees))
    term = math.cos(angle) if degrees % 2 else 1.0
    total = 0.0
    for k in range(3 if degrees % 2 else 2, degrees + 1, 2):
        total += term
        term *= math.cos(angle) ** 2 * (k - 1) / k
    if degrees % 2 == 0:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + math.sin(angle) * total)


def power(effect: float, sd: float, pairs: int) -> float:
    """Return how often an effect of this size is told, if the pairs scatter by ``sd``: 0 to 1.

    Examples
    --------
    >>> round(power(effect=4.0, sd=2.5, pairs=10), 2)
    0.99
    """
    shift, limit = effect / sd * math.sqrt(pairs), t_limit(pairs)
    return _over_scatter(pairs, lambda u: _normal(shift - limit * u) + _normal(-shift - limit * u))


def power_of_equal(effect: float, sd: float, pairs: int, margin: float = MARGIN) -> float:
    """Return how often `Difference.equal_within` says *equal* if the true difference is ``effect``.

    Another question than `power`: twenty pairs may be plenty to tell a difference of a point, and
    too few to rule it out.

    Examples
    --------
    >>> [round(power_of_equal(effect, sd=1.3, pairs=20), 2) for effect in (0, 0.3, 0.5)]
    [0.9, 0.75, 0.5]
    """
    unit, limit = sd / math.sqrt(pairs), t_limit(pairs, 0.90)

    def equal(u: float) -> float:  # the mean must lie within what the interval leaves of ± margin
        room = margin - limit * u * unit
        return max(0.0, _normal((room - effect) / unit) - _normal((-room - effect) / unit))

    return _over_scatter(pairs, equal)


def _over_scatter(pairs: int, share: Callable[[float], float]) -> float:
    """Return the mean of ``share(u)`` where a sample's own SD is u times the true one.

    u² is χ² over its degrees of freedom. Given u, mean and interval are those of the bell curve.
    """
    degrees = pairs - 1
    u = np.linspace(1e-6, 1 + 8 / math.sqrt(degrees), 4001)
    logs = (degrees - 1) * np.log(u) - degrees * u**2 / 2
    weight = np.exp(logs - logs.max())
    return float(np.average([share(x) for x in u.tolist()], weights=weight))


def seeds_needed(effect: float, sd: float, wanted: float = 0.8) -> int:
    """Return the smallest number of pairs with which an effect is told as often as wanted.

    Take ``effect`` and ``sd`` from other runs than those of the verdict.

    Examples
    --------
    >>> seeds_needed(effect=1.0, sd=1.3)
    16
    """
    pairs = 2
    while power(effect, sd, pairs) < wanted:
        pairs += 1
    return pairs


def _normal(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2
