"""How many answers that mean nothing are explained by chance: few numbers fit many stories.

A whole number is thought to be anything from half to twice the right one; of several, all of them
are, or (as often) all are right but one. Of an answer of one number around 100 there are 150 of
these, and five stories explain one in thirty, whoever wrote it and why.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..compare import Value

MOST_BY_CHANCE = 0.02  # of the answers near the right one that may be explained


def within(most: float, values: Sequence[Value], right: Value) -> tuple[set[int], float]:
    """Return which of some values may be told, so that few answers near the right one are.

    Parameters
    ----------
    most
        Which share of the answers near the right one they may be.
    values
        What is answered, the surest first; what comes twice counts once.
    right
        The right answer.

    Returns
    -------
    tuple[set[int], float]
        Their places (what is far from the right answer is always among them), and which share is
        left.
    """
    if not isinstance(right, np.ndarray) or not right.size:
        return {*range(len(values))}, most
    room = np.array([high - low + 1 for low, high in ends_near(right)])
    told, seen, left = set[int](), dict[bytes, bool](), most
    for at, value in enumerate(values):
        near = isinstance(value, np.ndarray) and value.shape == right.shape
        if not isinstance(value, np.ndarray) or not (near and _is_near(value, right)):
            told.add(at)
            continue
        key, off = value.tobytes(), (value != right).ravel()
        if key not in seen:
            whole = 1 / float(np.prod(room, dtype=float))
            single = float(1 / room[off][0] / off.size) if off.sum() == 1 else 0.0
            share = whole if right.size == 1 else (whole + single) / 2
            seen[key] = share <= left
            left -= share * seen[key]
        if seen[key]:
            told.add(at)
    return told, left


def ends_near(right: np.ndarray) -> list[tuple[int, int]]:
    """Return from where to where a whole number is near each right one.

    Examples
    --------
    >>> ends_near(np.array([7.0, 0.0, -4.0]))
    [(4, 14), (-3, 3), (-8, -2)]
    """
    low, high = np.sort([np.ceil(right.ravel() / 2), np.floor(2 * right.ravel())], axis=0)
    both = zip(low.astype(int).tolist(), high.astype(int).tolist(), strict=True)
    return [(a, b) if a < b else (-3, 3) for a, b in both]


def _is_near(value: np.ndarray, right: np.ndarray) -> bool:
    """Tell whether all numbers are whole and near the right ones, or right."""
    low, high = np.transpose(ends_near(right))
    given = value.ravel()
    near = (given >= low) & (given <= high) & (given == np.rint(given))
    return bool((near | (given == right.ravel())).all())
