"""Mistakes that lead to many answers: a running maximum may start at −99 or at −1e9.

What `Exercise.mistaken` computes is one of them; here the others are recognised by what they have
in common.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .compare import Value, agree, aligned


def one_number_won(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether one negative number, if any, stands in place of maxima below it.

    Examples
    --------
    >>> one_number_won(np.array([3.0, -99.0]), np.array([3.0, -500.0]))
    True
    """
    return one_frame_won(seen, right) and bool((seen[~agree(seen, right)] < 0).all())


def one_frame_won(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether one number, if any, whatever its sign, stands in place of maxima below it."""
    differs = ~agree(seen, right)
    won = np.unique(seen[differs])
    return not won.size or (len(won) == 1 and bool((won > right[differs]).all()))


def one_number_lost(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether one positive number, if any, stands in place of minima above it.

    Examples
    --------
    >>> one_number_lost(np.array([3.0, 255.0]), np.array([3.0, 500.0]))
    True
    """
    return one_number_won(-seen, -right)


def decimals_gone(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether these are whole numbers beside the right ones: cut off, or rounded.

    Examples
    --------
    >>> decimals_gone(np.array([-3.0, 4.0]), np.array([-2.5, 4.5]))
    True
    """
    return bool((seen == np.rint(seen)).all() and (abs(seen - right) < 1).all())


def one_factor(seen: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether all numbers are the right ones times one positive number.

    Examples
    --------
    >>> one_factor(np.array([-2.0, 0.0, 8.0]), np.array([-1.0, 0.0, 4.0]))
    True
    """
    largest = np.argmax(abs(right)) if right.size else 0
    if not right.size or not right.flat[largest]:
        return bool((seen == right).all())
    factor = seen.flat[largest] / right.flat[largest]
    return bool(factor > 0) and bool(agree(seen, factor * right).all())


ALIKE: dict[str, Callable[[np.ndarray, np.ndarray], bool]] = {
    "finite-start": one_number_won,
    "pad-not-low-enough": one_frame_won,
    "started-high": one_number_lost,
    "fraction-lost": decimals_gone,
    "wrong-divisor": one_factor,
}


def alike(misconception: str, value: Value, right: Value | None) -> bool:
    """Tell whether ``value`` is one of the many answers that a misconception leads to."""
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return False
    seen, right = aligned(value, right)
    return (
        seen.shape == right.shape and misconception in ALIKE and ALIKE[misconception](seen, right)
    )
