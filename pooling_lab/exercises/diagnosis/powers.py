"""Which mean is it? For exercises with a power p: what is done before, when and after averaging."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import Value, agree
from .attempt import Attempt
from .explain import Finding
from .probe import Case, Runner, mixed_up

Numbers = np.ndarray

# What is done to every number, to all of a channel, and to the result.
INNER: dict[str, Callable[[Numbers, float], Numbers]] = {
    "power": lambda v, p: v**p,
    "nothing": lambda v, p: v,
    "root": lambda v, p: v ** (1 / p),
    "times-p": lambda v, p: p * v,
    "exp": lambda v, p: np.exp(v),
    "exp-times-p": lambda v, p: np.exp(p * v),
    "log": lambda v, p: np.log(v),
    "log-a-little-more": lambda v, p: np.log(v + 1e-12),
    "square": lambda v, p: v**2,
    "power-plus-1": lambda v, p: v ** (p + 1),
    "power-minus-1": lambda v, p: v ** (p - 1),
    "whole-power": lambda v, p: v ** int(p),
    "undone": lambda v, p: (v**p) ** (1 / p),
}
WHOLE: dict[str, Callable[[Numbers], Any]] = {
    "mean": np.mean,
    "sum": np.sum,
    "sum-over-rows": lambda v: v.sum() / v.shape[0],
    "sum-over-columns": lambda v: v.sum() / v.shape[1],
    "sum-over-less": lambda v: v.sum() / (v.size - 1),
    "max": np.max,
    "median": np.median,
    "first-row": lambda v: v[0].mean(),
    "first-column": lambda v: v[:, 0].mean(),
}
OUTER: dict[str, Callable[[Numbers, float], Numbers]] = {
    "root": lambda y, p: y ** (1 / p),
    "nothing": lambda y, p: y,
    "power": lambda y, p: y**p,
    "square-root": lambda y, p: y**0.5,
    "cube-root": lambda y, p: y ** (1 / 3),
    "over-p": lambda y, p: y / p,
    "log": lambda y, p: np.log(y),
    "log-over-p": lambda y, p: np.log(y) / p,
    "exp": lambda y, p: np.exp(y),
    "whole-root": lambda y, p: y ** (1 // p),
    "rounded-root": lambda y, p: y ** round(1 / p, 2),
    "rounded-once": lambda y, p: y ** round(1 / p, 1),
    "root-plus-1": lambda y, p: y ** (1 / (p + 1)),
    "root-minus-1": lambda y, p: y ** (1 / (p - 1)) if p > 1 else y,
    "times-p": lambda y, p: y * p,
    "undone": lambda y, p: (y**p) ** (1 / p),
}


def _mean(v: Numbers, p: float) -> Any:
    return (v**p).mean() ** (1 / p)


def _weighted(weights: Numbers, v: Numbers) -> Any:
    return (weights * v).sum() / weights.sum()


# What is no chain of three steps.
OTHERS: dict[str, Callable[[Numbers, float], Any]] = {
    "max": lambda v, p: v.max(),
    "min": lambda v, p: v.min(),
    "median": lambda v, p: np.median(v),
    "softmax": lambda v, p: _weighted(np.exp(p * (v - v.max())), v),
    "softmax-without-p": lambda v, p: _weighted(np.exp(v - v.max()), v),
    "lehmer": lambda v, p: (v ** (p + 1)).sum() / (v**p).sum(),
    "lehmer-below": lambda v, p: (v**p).sum() / (v ** (p - 1)).sum(),
    "blend": lambda v, p: v.mean() / p + (1 - 1 / p) * v.max(),
    "blend-turned": lambda v, p: v.max() / p + (1 - 1 / p) * v.mean(),
    "blend-up": lambda v, p: ((p - 1) * v.max() + v.mean()) / p,
    "halfway": lambda v, p: (v.mean() + v.max()) / 2,
    "blend-next": lambda v, p: (v.mean() + p * v.max()) / (p + 1),
    "blend-next-turned": lambda v, p: (p * v.mean() + v.max()) / (p + 1),
    "without-zeros": lambda v, p: _mean(v[v > 0], p) if (v > 0).any() else 0.0,
    "of-rows-mean": lambda v, p: np.mean([_mean(row, p) for row in v]),
    "of-columns-mean": lambda v, p: np.mean([_mean(column, p) for column in v.T]),
    "of-columns-max": lambda v, p: max(_mean(column, p) for column in v.T),
    "of-rows-max": lambda v, p: max(_mean(row, p) for row in v),
    "of-row-means": lambda v, p: _mean(v.mean(axis=1), p),
    "of-column-means": lambda v, p: _mean(v.mean(axis=0), p),
    "half-precision": lambda v, p: np.float64(
        (v.astype(np.float16) ** np.float16(p)).mean() ** np.float16(1 / p)
    ),
    "half-precision-powers": lambda v, p: np.float64((v.astype(np.float16) ** p).mean()) ** (1 / p),
}


@dataclass(frozen=True)
class Power:
    """What is made of a channel: three steps, or one thing that has a name of its own.

    ``scaled`` names what is done with the largest number first and last, one of `SCALED`.
    """

    inner: str
    whole: str = ""
    outer: str = ""
    scaled: str = ""


@dataclass(frozen=True)
class From:
    """Something other from a p on, the right thing below; or the other way round."""

    p: float
    then: Power
    otherwise: Power
    below: bool = False


# What is done with the largest number: nothing; a channel is divided by its own and multiplied
# again (also where that is 0; without the second; by the largest of all channels).
SCALED = ("", "own", "own-even-0", "not-multiplied", "of-all")
ASKED = Power("power", "mean", "root")
POWERS = (3, 1, 2, 4, 5, 6, 7, 8, 10, 12, 2.5, 20)
CHANNELS = np.stack(
    [mixed_up((3, 4), 1) / 2 + 0.5, mixed_up((3, 4), 3) % 7, 0.25 + mixed_up((3, 4), 2)]
)


def value(guess: Power, v: Numbers, p: float, top: float) -> float:
    """Return what a guess gives for a channel; ``top`` is the largest number of all channels."""
    with np.errstate(all="ignore"):
        shares, back = _shares(guess.scaled, v, top)
        if guess.inner in OTHERS:
            return float(back * OTHERS[guess.inner](shares, p))
        try:
            inner = INNER[guess.inner](shares, p)
            return float(back * OUTER[guess.outer](WHOLE[guess.whole](inner), p))
        except (OverflowError, ZeroDivisionError):
            return np.nan


def _shares(scaled: str, v: Numbers, top: float) -> tuple[Numbers, float]:
    """Return what a channel is divided into, and by what the result is multiplied."""
    if not scaled:
        return v, 1.0
    largest = float(top if scaled == "of-all" else v.max())
    divisor = largest if largest > 0 or scaled == "own-even-0" else 1.0
    return v / divisor, 1.0 if scaled == "not-multiplied" else largest


def values(guess: Power | From, case: Case) -> Numbers:
    """Return what a guess gives for each channel of a case."""
    x, p = np.asarray(case["x"], float), case["p"]
    if isinstance(guess, From):
        inside = (p < guess.p) is guess.below
        guess = guess.then if inside else guess.otherwise
    return np.array([value(guess, channel, p, x.max()) for channel in x])


def of(attempt: Attempt, run: Runner) -> Finding | None:
    """Return which mean a function takes, where it takes one of each channel."""
    if [*attempt.cases[0]] != ["x", "p"]:
        return None
    more = [{"x": CHANNELS, "p": p} for p in POWERS]
    cases, seen = [*more, *attempt.cases], [*run(more), *attempt.values]
    if len(seen) < len(cases):
        return None
    given = [(case, _per_channel(case, y)) for case, y in zip(cases, seen, strict=True)]
    if any(y is not None and one is None for y, (_, one) in zip(seen, given, strict=True)):
        return None
    turned = any(isinstance(y, np.ndarray) and y.ndim > 1 for y in seen)
    whole = (one for one in _guesses(*given[0]) if _all(one, given))
    found: Power | From | None = next(whole, None) or next(_from(given), None)
    if found is None or (found == ASKED and not turned):
        return None
    axes = next((y.ndim for y in seen if isinstance(y, np.ndarray)), 1)
    facts = {
        "at": attempt.wrong[0],
        "power": found,
        "axes": turned,
        "shape": (-1,) + (1,) * (axes - 1),
    }
    return Finding("powers", facts, True)


def _per_channel(case: Case, y: Value | None) -> np.ndarray | None:
    """Return one number for each channel, if there is one, whatever the axes of length 1."""
    fits = isinstance(y, np.ndarray) and y.size == len(case["x"]) == max(y.shape, default=1)
    return np.asarray(y).ravel() if fits else None


Given = tuple[Case, Value | None]


def _guesses(case: Case, y: Value | None) -> Iterator[Power]:
    """Yield what gives the result of one input; each step is computed once."""
    if not isinstance(y, np.ndarray):
        return
    for name in OTHERS:
        if _fits(Power(name), case, y):
            yield Power(name)
    p, x = case["p"], np.asarray(case["x"], float)
    steps, near = [*itertools.product(INNER, WHOLE)], 1e-6 * abs(y[np.isfinite(y)]).max(initial=0)
    with np.errstate(all="ignore"):
        for scaled in SCALED:
            both = [_shares(scaled, channel, x.max()) for channel in x]
            back = np.array([largest for _, largest in both])
            made = np.array([[WHOLE[b](INNER[a](v, p)) for v, _ in both] for a, b in steps])
            fits = [  # quick: what is left is held against every input
                np.isclose(back * how(made, p), y, rtol=1e-4, atol=near, equal_nan=True)
                for how in OUTER.values()
            ]
            for step, outer in np.argwhere(np.array(fits).all(axis=2).T):
                inner, whole = steps[step]
                yield Power(inner, whole, [*OUTER][outer], scaled)


def _all(guess: Power | From, given: Sequence[Given]) -> bool:
    return all(_fits(guess, *one) for one in given)


def _fits(guess: Power | From, case: Case, y: Value | None) -> bool:
    """Tell whether a guess gives what came out; Python's own numbers raise where it is infinite."""
    made = values(guess, case)
    if y is None:
        return not np.isfinite(made).all()
    return isinstance(y, np.ndarray) and bool(agree(made, y).all())


def _from(given: Sequence[Given]) -> Iterator[From]:
    """Yield what holds from one p on (or up to one), where the rest is right."""
    right = Power("power", "mean", "root", "own")
    for p in sorted({float(case["p"]) for case, _ in given})[1:]:
        for below in (False, True):
            inside = [one for one in given if (one[0]["p"] < p) is below]
            outside = [one for one in given if (one[0]["p"] < p) is not below]
            if len(inside) < 2:
                continue
            rest = next((one for one in (right, ASKED) if _all(one, outside)), None)
            if rest is None:
                continue
            for guess in _guesses(*inside[0]):
                if guess not in (ASKED, right) and _all(guess, inside):
                    yield From(p, guess, rest, below)
