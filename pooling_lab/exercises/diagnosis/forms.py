"""What fits the form of an answer: pairs, weights, numbers in another order."""

from __future__ import annotations

import itertools

import numpy as np

from .attempt import Attempt
from .explain import Finding


def of(attempt: Attempt) -> Finding | None:
    """Return what is certain about an answer of one of these forms."""
    value, right = attempt.values[attempt.wrong[0]], attempt.expected[attempt.wrong[0]]
    if not isinstance(value, np.ndarray) or not isinstance(right, np.ndarray):
        return None
    if attempt.exercise.fits is not None:
        return _in_another_order(attempt, value)
    if value.shape != right.shape:
        return None
    if attempt.is_code and right.ndim == 2 and right.shape[1] == 2:
        return _one_of_each_pair(attempt)
    if right.ndim == 4 and attempt.exercise.axes[:1] == ("output channels",):
        return _weights(attempt)
    return None


def _in_another_order(attempt: Attempt, value: np.ndarray) -> Finding | None:
    """Return that the numbers would be right in another order, alone or within each pair."""
    case, fits = attempt.cases[0], attempt.exercise.fits
    assert fits is not None
    if value.ndim == 1 and 2 <= value.size <= 4 and not attempt.exercise.unordered:
        others = (value[list(order)] for order in itertools.permutations(range(value.size)))
    elif value.ndim == 2 and value.shape[1] == 2:
        others = (one for one in [value[:, ::-1]])
    else:
        return None
    if any(fits(one, frozenset(), **case) for one in others):
        return Finding("in-another-order", {"pairs": value.ndim == 2}, explained=True)
    return None


def _one_of_each_pair(attempt: Attempt) -> Finding | None:
    """Return that of every pair one number is right in all results, and the other not."""
    right_columns = {0, 1}
    for value, right in zip(attempt.values, attempt.expected, strict=True):
        if not isinstance(value, np.ndarray) or not isinstance(right, np.ndarray):
            return None
        if value.shape != right.shape or value.shape[1:] != (2,):
            return None
        right_columns &= {c for c in (0, 1) if np.array_equal(value[:, c], right[:, c])}
    if len(right_columns) != 1:
        return None
    good = right_columns.pop()
    at = attempt.wrong[0]
    value, right = attempt.values[at], attempt.expected[at]
    assert isinstance(value, np.ndarray) and isinstance(right, np.ndarray)
    off = np.flatnonzero(value[:, 1 - good] != right[:, 1 - good])
    ways = {bool(value[i, 1 - good] > right[i, 1 - good]) for i in off}
    facts = {
        "right": good,
        "off": len(off),
        "of": len(value),
        "first": int(off[0]),
        "too_large": ways.pop() if len(ways) == 1 else None,
    }
    return Finding("one-of-each-pair", facts)


def _weights(attempt: Attempt) -> Finding | None:
    """Return which channels are connected, whether their weights are alike, and their sum."""
    at = attempt.wrong[0]
    value, right = attempt.values[at], attempt.expected[at]
    assert isinstance(value, np.ndarray) and isinstance(right, np.ndarray)
    connected, wanted = ((one != 0).sum(axis=(2, 3)) > 0 for one in (value, right))
    facts: dict[str, object] = {}
    if (connected != wanted).any():
        output = int((connected != wanted).any(axis=1).argmax())
        facts = {"output": output, "inputs": tuple(map(int, np.flatnonzero(connected[output])))}
    elif any(len(np.unique(value[i, i])) > 1 for i in range(len(value))):
        facts = {"weights": int(np.count_nonzero(value[0, 0])), "cells": int(value[0, 0].size)}
    else:
        facts = {"sum": float(value[0].sum())}
    every = all(isinstance(v, np.ndarray) for v in attempt.values)
    return Finding("weights", facts, explained=every)
