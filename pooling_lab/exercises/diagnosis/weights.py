"""What the weights of a convolution do: which channels they connect, and with which kernels."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..compare import agree
from .attempt import Attempt
from .explain import Finding
from .probe import Runner

# Which input channels an output channel is made of, as a matrix (outputs, inputs).
CHANNELS: dict[str, Callable[[int, int], np.ndarray]] = {
    "own": lambda c, k: np.eye(c),
    "all": lambda c, k: np.ones((c, c)),
    "reversed": lambda c, k: np.eye(c)[::-1],
    "own-and-before": lambda c, k: np.tri(c),
    "own-and-after": lambda c, k: np.tri(c).T,
    "first-alone": lambda c, k: np.eye(c) * (np.arange(c) < 1),
    "without-last": lambda c, k: np.eye(c) * (np.arange(c) < c - 1),
    "without-first": lambda c, k: np.eye(c) * (np.arange(c) > 0),
    "as-many-as-kernel": lambda c, k: np.eye(c) * (np.arange(c) < k),
    "next": lambda c, k: np.roll(np.eye(c), 1, axis=1),
    "others": lambda c, k: 1 - np.eye(c),
    "of-the-first": lambda c, k: np.outer(np.ones(c), np.arange(c) < 1),
    "to-the-first": lambda c, k: np.outer(np.arange(c) < 1, np.ones(c)),
    "one-output": lambda c, k: np.ones((1, c)),
    "one-input": lambda c, k: np.ones((c, 1)),
}
# Which cells of a kernel count, before they are divided.
KERNELS: dict[str, Callable[[int], np.ndarray]] = {
    "whole": lambda k: np.ones((k, k)),
    "middle": lambda k: _one(k, k // 2),
    "middle-before": lambda k: _one(k, (k - 1) // 2),
    "first": lambda k: _one(k, 0),
    "last": lambda k: _one(k, k - 1),
    "diagonal": np.eye,
    "first-row": lambda k: np.outer(np.arange(k) < 1, np.ones(k)),
    "first-column": lambda k: np.outer(np.ones(k), np.arange(k) < 1),
    "bell": lambda k: np.outer(_binomial(k), _binomial(k)) * k**2,
}
FACTORS: dict[str, Callable[[int, int], float]] = {
    "1 / kernel_size²": lambda c, k: 1 / k**2,
    "1": lambda c, k: 1.0,
    "1 / kernel_size": lambda c, k: 1 / k,
    "1 / (channels·kernel_size²)": lambda c, k: 1 / (c * k**2),
    "1 / (channels·kernel_size)": lambda c, k: 1 / (c * k),
    "1 / channels": lambda c, k: 1 / c,
    "1 / channels²": lambda c, k: 1 / c**2,
    "1 / (kernel_size² − 1)": lambda c, k: 1 / max(k**2 - 1, 1),
    "1 / (2·kernel_size)": lambda c, k: 1 / (2 * k),
    "kernel_size²": lambda c, k: float(k**2),
    "1 / 4": lambda c, k: 0.25,
    "1 / 9": lambda c, k: 1 / 9,
}
MORE = [(2, 3), (3, 2), (4, 5), (5, 4), (1, 3), (3, 1)]


def _one(k: int, at: int) -> np.ndarray:
    cells = np.zeros((k, k))
    cells[at, at] = 1
    return cells


def _binomial(k: int) -> np.ndarray:
    row = np.array([1.0])
    for _ in range(k - 1):
        row = np.convolve(row, [0.5, 0.5])
    return row


@dataclass(frozen=True)
class Weights:
    """Which channels are connected, by which cells of a kernel, and how much each counts."""

    channels: str
    kernel: str
    factor: str


ASKED = Weights("own", "whole", "1 / kernel_size²")


def of(attempt: Attempt, run: Runner) -> Finding | None:
    """Return what gives all weights; where nothing does, what is certain about the first wrong."""
    if [*attempt.cases[0]] != ["channels", "kernel_size"]:
        return None
    more = [{"channels": c, "kernel_size": k} for c, k in MORE]
    values = [*attempt.values, *run(more)]
    cases = [*attempt.cases, *more]
    at = attempt.wrong[0]
    if len(values) < len(cases) or not all(isinstance(v, np.ndarray) for v in values):
        return None
    for names in itertools.product(CHANNELS, KERNELS, FACTORS):
        guess = Weights(*names)
        if all(
            _gives(guess, c["channels"], c["kernel_size"], v)
            for c, v in zip(cases, values, strict=True)
        ):
            return Finding("weights", {"weights": guess, "at": at}, explained=True)
    value, right = attempt.values[at], attempt.expected[at]
    assert isinstance(value, np.ndarray) and isinstance(right, np.ndarray)
    return Finding("some-weights", _certain(value, right)) if value.shape == right.shape else None


def _gives(guess: Weights, c: int, k: int, seen: object) -> bool:
    assert isinstance(seen, np.ndarray)
    made = value(guess, c, k)
    return made.shape == seen.shape and bool(agree(made, seen).all())


def value(guess: Weights, channels: int, kernel_size: int) -> np.ndarray:
    """Return the weights that a guess leads to."""
    who = CHANNELS[guess.channels](channels, kernel_size)[:, :, None, None]
    made: np.ndarray = who * KERNELS[guess.kernel](kernel_size)
    return made * FACTORS[guess.factor](channels, kernel_size)


def _certain(value: np.ndarray, right: np.ndarray) -> dict[str, object]:
    """Return which channels are connected, whether their weights are alike, and their sum."""
    connected, wanted = ((one != 0).sum(axis=(2, 3)) > 0 for one in (value, right))
    if (connected != wanted).any():
        output = int((connected != wanted).any(axis=1).argmax())
        return {"output": output, "inputs": tuple(map(int, np.flatnonzero(connected[output])))}
    if any(len(np.unique(value[i, i])) > 1 for i in range(len(value))):
        return {"weights": int(np.count_nonzero(value[0, 0])), "cells": int(value[0, 0].size)}
    return {"sum": float(value[0].sum())}
