"""What a mean over masked cells is: a sum, or another number, and by what it is divided."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..compare import Value, agree, same
from .attempt import Attempt
from .explain import Finding
from .probe import Case, Runner, mixed_up

Numbers = np.ndarray
Of = Callable[[Numbers, Numbers], Numbers]  # of x, (N, L, C), and the mask, (N, L)


def _kept(x: Numbers, m: Numbers) -> Numbers:
    return x * m[:, :, None]


def _at(x: Numbers, places: Numbers) -> Numbers:
    return x[np.arange(len(x)), places]


def _among(how: Callable[..., Numbers], x: Numbers, m: Numbers) -> Numbers:
    return np.array([how(one[row > 0], axis=0) for one, row in zip(x, m, strict=True)])


def _last(m: Numbers) -> Numbers:
    return np.asarray(m.shape[1] - 1 - m[:, ::-1].argmax(axis=1))


# What is divided, for each sequence and channel.
OVER: dict[str, Of] = {
    "kept": lambda x, m: _kept(x, m).sum(axis=1),
    "all": lambda x, m: x.sum(axis=1),
    "padding": lambda x, m: (x * (1 - m)[:, :, None]).sum(axis=1),
    "kept-of-batch": lambda x, m: np.broadcast_to(_kept(x, m).sum(axis=(0, 1)), _wide(x)),
    "all-of-batch": lambda x, m: np.broadcast_to(x.sum(axis=(0, 1)), _wide(x)),
    "kept-of-channels": lambda x, m: np.broadcast_to(
        _kept(x, m).sum(axis=(1, 2))[:, None], _wide(x)
    ),
    "kept-magnitudes": lambda x, m: _kept(abs(x), m).sum(axis=1),
    "kept-positive": lambda x, m: _kept(np.maximum(x, 0), m).sum(axis=1),
    "max": lambda x, m: _among(np.max, x, m),
    "min": lambda x, m: _among(np.min, x, m),
    "median": lambda x, m: _among(np.median, x, m),
    "max-with-zeros": lambda x, m: _kept(x, m).max(axis=1),
    "nan": lambda x, m: np.where(m[:, :, None] > 0, x, np.nan).sum(axis=1),
    "softmax": lambda x, m: (x * (np.exp(m) / np.exp(m).sum(axis=1)[:, None])[:, :, None]).sum(
        axis=1
    ),
    "first": lambda x, m: _at(x, m.argmax(axis=1)),
    "last-kept": lambda x, m: _at(x, _last(m)),
    "last": lambda x, m: x[:, -1],
    "without-last-kept": lambda x, m: _kept(x, m).sum(axis=1) - _at(x, _last(m)),
    "without-first": lambda x, m: _kept(x, m)[:, 1:].sum(axis=1),
}
# By what.
BY: dict[str, Of] = {
    "own": lambda x, m: m.sum(axis=1)[:, None],
    "nothing": lambda x, m: np.ones((1, 1)),
    "length": lambda x, m: np.full((1, 1), float(m.shape[1])),
    "length-less-1": lambda x, m: np.full((1, 1), max(m.shape[1] - 1.0, 1.0)),
    "batch": lambda x, m: np.full((1, 1), m.sum()),
    "mean": lambda x, m: np.full((1, 1), m.sum() / len(m)),
    "largest": lambda x, m: np.full((1, 1), m.sum(axis=1).max()),
    "first": lambda x, m: np.full((1, 1), m[0].sum()),
    "across": lambda x, m: m.sum(axis=1)[None, :],
    "nonzero": lambda x, m: np.maximum((_kept(x, m) != 0).sum(axis=1), 1),
    "all-nonzero": lambda x, m: np.maximum((x != 0).sum(axis=1), 1),
    "padding": lambda x, m: np.maximum((1 - m).sum(axis=1), 1)[:, None],
    "one-more": lambda x, m: m.sum(axis=1)[:, None] + 1,
    "one-less": lambda x, m: np.maximum(m.sum(axis=1) - 1, 1)[:, None],
    "own-and-channels": lambda x, m: m.sum(axis=1)[:, None] * x.shape[2],
    "sequences": lambda x, m: np.full((1, 1), float(len(x))),
    "channels": lambda x, m: np.full((1, 1), float(x.shape[2])),
    "places": lambda x, m: np.full((1, 1), float(m.size)),
}
SHAPES: dict[str, Callable[[Numbers], Numbers]] = {
    "asked": lambda y: y,
    "one-row": lambda y: y[0],  # where it is the same for all sequences
    "one-number": lambda y: y[:, 0],
    "axis-left": lambda y: y[:, None],
}


def _wide(x: Numbers) -> tuple[int, int]:
    return x.shape[0], x.shape[2]


@dataclass(frozen=True)
class Masked:
    """What is divided by what, by the names of `OVER` and `BY`, and what is left of the axes."""

    over: str
    by: str
    shape: str = "asked"


ASKED = Masked("kept", "own")
ONE_ROW = ("kept-of-batch", "all-of-batch")
ONE_NUMBER = ("kept-of-channels",)


def of(attempt: Attempt, run: Runner) -> Finding | None:
    """Return what gives all means, of inputs with zeros among the kept cells too."""
    if [*attempt.cases[0]] != ["x", "mask"]:
        return None
    more = _more()
    cases, seen = [*more, *attempt.cases], [*run(more), *attempt.values]
    tried = len(more) + len(attempt.outcomes)
    given = [*zip(cases, seen, strict=True)][:tried]
    if len(seen) < len(cases) or seen[len(more) + attempt.wrong[0]] is None:
        return None
    for over, by, shape in itertools.product(OVER, BY, SHAPES):
        guess = Masked(over, by, shape)
        if _makes_sense(guess) and all(_fits(guess, *one) for one in given):
            return Finding("masked", {"masked": guess, "at": attempt.wrong[0]}, explained=True)
    return None


def _makes_sense(guess: Masked) -> bool:
    alike = {"one-row": ONE_ROW, "one-number": ONE_NUMBER}.get(guess.shape)
    return guess != ASKED and (alike is None or guess.over in alike)


def _more() -> list[Case]:
    """Return inputs with a 0 among the kept cells, and one with as many sequences as channels."""
    found: list[Case] = []
    for turn, (n, length, c) in enumerate([(2, 4, 3), (3, 4, 3), (2, 5, 2)], 1):
        kept = np.array([[float(i < length - j) for i in range(length)] for j in range(n)])
        x = 1.5 * (mixed_up((n, length, c), turn) % 7) - 3
        found.append({"x": x, "mask": kept})
    return found


def _fits(guess: Masked, case: Case, y: Value | None) -> bool:
    """Tell whether a guess gives what came out; nothing does where it cannot be computed."""
    made = value(guess, case)
    if made is None or y is None:
        return made is None and y is None
    if guess.shape == "asked" and isinstance(y, np.ndarray) and y.shape == made.shape:
        return bool(agree(made, y).all())
    return same(made, y)


def value(guess: Masked, case: Case) -> Numbers | None:
    """Return what a guess gives; None where the shapes do not go together."""
    x, mask = np.asarray(case["x"], float), np.asarray(case["mask"], float)
    with np.errstate(all="ignore"):
        over, by = OVER[guess.over](x, mask), BY[guess.by](x, mask)
        try:
            made = over / by
        except ValueError:
            return None
    if made.shape != over.shape:
        return None
    return SHAPES[guess.shape](made)
