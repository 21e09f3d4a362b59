"""An exercise about two networks and their seeds: when a difference can be told (lesson 11)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..exercise import Case, Exercise, Mistakes, Slip, add, keeping
from ..misconceptions import (
    usual,
)
from ..seeded_random import Stream

Numbers = np.ndarray


def _se(d: Numbers) -> float:
    return float(d.std(ddof=1) / len(d) ** 0.5)


def _t_with(t: Callable[[Numbers, Numbers, Numbers], float]) -> Callable[..., tuple[float, str]]:
    """Return the answer of somebody who finds t so, from a, b and their differences."""

    def slipped(a: Numbers, b: Numbers) -> tuple[float, str]:
        found = float(t(a, b, a - b))
        return found, "told" if abs(found) > 2.776 else "cannot be told"

    return slipped


_STATISTICS: dict[str, tuple[str, Callable[[Numbers, Numbers, Numbers], float]]] = {
    "root-of-n-minus-one": (
        "The standard deviation was divided by the root of n − 1. The n − 1 is in the standard "
        "deviation already: by the root of which number is the error of a mean smaller?",
        lambda a, b, d: d.mean() / (d.std(ddof=1) / 2),
    ),
    "divided-by-n": (
        "The standard deviation was divided by n. The mean of n numbers is steadier by a root: "
        "which one?",
        lambda a, b, d: d.mean() / (d.std(ddof=1) / 5),
    ),
    "mean-difference": (
        "That is the mean difference itself, in percent. How large is it beside its standard "
        "error?",
        lambda a, b, d: d.mean(),
    ),
    "standard-error": (
        "That is the standard error itself. How many of them is the mean difference?",
        lambda a, b, d: _se(d),
    ),
    "standard-deviation": (
        "That is the standard deviation of the differences. The mean of five of them is steadier; "
        "and how many standard errors is the mean difference?",
        lambda a, b, d: d.std(ddof=1),
    ),
    "upside-down": (
        "The standard error was divided by the mean difference. How many standard errors is it?",
        lambda a, b, d: _se(d) / d.mean(),
    ),
    "median-difference": (
        "The median of the differences was taken. The task asks about their mean.",
        lambda a, b, d: np.median(d) / _se(d),
    ),
    "difference-of-medians": (
        "The medians of `a` and `b` were compared. The task asks about the mean difference.",
        lambda a, b, d: (np.median(a) - np.median(b)) / _se(d),
    ),
    "sum-of-differences": (
        "The differences were added up and not averaged.",
        lambda a, b, d: d.sum() / _se(d),
    ),
    "sum-alone": (
        "That is the sum of the differences. How many standard errors is their mean?",
        lambda a, b, d: d.sum(),
    ),
    "largest-difference": (
        "The largest difference was taken. The task asks about the mean of all five.",
        lambda a, b, d: d.max() / _se(d),
    ),
    "error-of-a": (
        "The standard error is that of `a` alone. The same seed makes a pair: look at the five "
        "differences.",
        lambda a, b, d: d.mean() / _se(a),
    ),
    "error-of-b": (
        "The standard error is that of `b` alone. The same seed makes a pair: look at the five "
        "differences.",
        lambda a, b, d: d.mean() / _se(b),
    ),
    "errors-added": (
        "The two standard errors were added up. The same seed makes a pair: look at the five "
        "differences.",
        lambda a, b, d: d.mean() / (_se(a) + _se(b)),
    ),
    "all-ten": (
        "The standard error was taken from all ten numbers. The same seed makes a pair: look at "
        "the five differences.",
        lambda a, b, d: d.mean() / _se(np.concatenate([a, b])),
    ),
    "ten-pairs": (
        "It was divided by the root of 10, as if there were ten differences. How many are there?",
        lambda a, b, d: d.mean() / (d.std(ddof=1) / 10**0.5),
    ),
    "two-spreads": (
        "The spread of `a` and that of `b` were put together. The same seed makes a pair: look at "
        "the five differences.",
        lambda a, b, d: d.mean() / ((a.var(ddof=1) + b.var(ddof=1)) / 2) ** 0.5,
    ),
    "variance": (
        "The variance was taken in place of the standard deviation: which of them is in percent?",
        lambda a, b, d: d.mean() / (d.var(ddof=1) / 5**0.5),
    ),
    "variance-over-n": (
        "The variance was divided by n, and its root was not taken: which of them is in percent?",
        lambda a, b, d: d.mean() / (d.var(ddof=1) / 5),
    ),
    "wins": (
        "That is in how many seeds `a` is ahead. How far it is ahead counts too: how many standard "
        "errors is the mean difference?",
        lambda a, b, d: (d > 0).sum(),
    ),
    "threshold": (
        "2.776 is what t is held against. How many standard errors is the mean difference?",
        lambda a, b, d: 2.776,
    ),
    "margin": (
        "That is 2.776 standard errors. How many of them is the mean difference?",
        lambda a, b, d: 2.776 * _se(d),
    ),
    "in-shares": (
        "The mean difference was divided by the mean of `b`. How large is it beside its standard "
        "error?",
        lambda a, b, d: d.mean() / b.mean(),
    ),
    "signs-dropped": (
        "The signs of the differences were dropped. A seed in which `b` is ahead counts against "
        "`a`.",
        lambda a, b, d: abs(d).mean() / _se(abs(d)),
    ),
    "signs-dropped-above": (
        "In the mean the signs of the differences were dropped. A seed in which `b` is ahead "
        "counts against `a`.",
        lambda a, b, d: abs(d).mean() / _se(d),
    ),
    "seeds-lost": (
        "`a` and `b` were sorted first. The same seed makes a pair: that is lost.",
        lambda a, b, d: d.mean() / _se(np.sort(a) - np.sort(b)),
    ),
    "b-minus-a": (
        "It is b − a. The task asks for a − b: what becomes of the sign?",
        lambda a, b, d: -d.mean() / _se(d),
    ),
}
_OTHER_WORD = {"told": "cannot be told", "cannot be told": "told"}
_PLOT_SLIPS = {
    **{id: Slip(text, _t_with(t)) for id, (text, t) in _STATISTICS.items()},
    **{
        f"{id}-other-word": Slip(
            f"{text} And the word does not follow from your number either: hold it against 2.776.",
            lambda a, b, t=t: (_t_with(t)(a, b)[0], _OTHER_WORD[_t_with(t)(a, b)[1]]),
        )
        for id, (text, t) in _STATISTICS.items()
    },
    "wrong-word": Slip(
        "The number is right, and the word does not follow from it. Hold it against 2.776, "
        "without its sign.",
        lambda a, b: (read_the_plot(a, b)[0], _OTHER_WORD[read_the_plot(a, b)[1]]),
    ),
    "word-alone": Slip(
        "The word is right, and the number is missing: how many standard errors is it?",
        lambda a, b: read_the_plot(a, b)[1],
    ),
    "other-word-alone": Slip(
        "The number is missing, and the word does not follow from it: find the number first, and "
        "hold it against 2.776.",
        lambda a, b: _OTHER_WORD[read_the_plot(a, b)[1]],
    ),
    "true-or-false": Slip(
        "The number is right. In place of True or False write “told” or “cannot be told”.",
        lambda a, b: (read_the_plot(a, b)[0], read_the_plot(a, b)[1] == "told"),
    ),
    "true-for-false": Slip(
        "The number is right. Hold it against 2.776, without its sign, and write the words that "
        "the task gives.",
        lambda a, b: (read_the_plot(a, b)[0], read_the_plot(a, b)[1] != "told"),
    ),
}

# --- read-the-plot --------------------------------------------------------------------------


def read_the_plot(a: np.ndarray, b: np.ndarray) -> tuple[float, str]:
    """Divide the mean difference by its standard error, and hold it against 2.776."""
    difference = a - b
    t = difference.mean() / (difference.std(ddof=1) / len(difference) ** 0.5)
    return float(t), "told" if abs(t) > 2.776 else "cannot be told"


def _plot_mistaken(wrong: Mistakes, a: np.ndarray, b: np.ndarray) -> tuple[float, str]:
    ddof = 0 if "n-for-n-minus-one" in wrong else 1
    apart = (a.var(ddof=ddof) + b.var(ddof=ddof)) ** 0.5
    spread = apart if "pairs-ignored" in wrong else (a - b).std(ddof=ddof)
    t = (a - b).mean() / (spread / (1 if "sd-for-se" in wrong else len(a) ** 0.5))
    told = abs(t) > 2.776 or "any-difference-told" in wrong
    return float(t), "told" if told else "cannot be told"


def _plot_draw(stream: Stream) -> Case:
    b = 80 + stream.grid(5, low=0, high=120) / 10
    return {"a": b + stream.grid(5, low=-20, high=60) / 10, "b": b}


_READ_THE_PLOT = {
    "pairs-ignored": "The two spreads were added as if the networks had nothing in common. The "
    "same seed makes a pair: look at the five differences.",
    "sd-for-se": "That is the spread of single differences. The mean of five of them is "
    "steadier: by which factor?",
    "n-for-n-minus-one": "The standard deviation was taken with n. From a sample it is taken with "
    "n − 1, since the mean came from the same numbers.",
    "any-difference-told": "The means differ, as two means nearly always do. The question is "
    "whether the difference is large beside its standard error.",
}

add(
    Exercise(
        id="read-the-plot",
        title="Five seeds: can it be told?",
        lesson="11",
        stars=2,
        minutes=8,
        task="`a` and `b` are test accuracies (percent) of two networks, trained with the same "
        "five seeds in the same order. How many standard errors is the mean difference a − b away "
        "from zero? Call that t; it is below 0 where `b` is ahead. Beyond 2.776, on either side, "
        'it counts as told (95 %). Do not round: write `(t, "told")` or `(t, "cannot be told")`.',
        stub="answer = None",
        draws={1: keeping(_plot_draw, lambda a, b: 0.2 < abs(read_the_plot(a, b)[0]) < 2.6)},
        solution=read_the_plot,
        mistaken=_plot_mistaken,
        slips=_PLOT_SLIPS,
        misconceptions=usual(
            "pairs-ignored",
            "sd-for-se",
            "n-for-n-minus-one",
            "any-difference-told",
            own=_READ_THE_PLOT,
        ),
        hints=(
            "Look at the five differences. Their standard error is their standard deviation "
            "(with n − 1) divided by √n.",
            "`d.mean() / (d.std(ddof=1) / 5**0.5)`, then compare with 2.776.",
        ),
    )
)
