"""By which formulas starts and stops of bins are worked out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from .attempt import Attempt
from .explain import Finding
from .probe import Runner

End = Callable[[int, int, int], float]
# The start of bin i, of n cells in o bins; shifted by one cell they are tried as well.
ENDS: dict[str, End] = {
    "down": lambda i, n, o: i * n // o,
    "up": lambda i, n, o: -(-i * n // o),
    "nearest": lambda i, n, o: round(i * n / o),
    "half-up": lambda i, n, o: math.floor(i * n / o + 0.5),
    "not-rounded": lambda i, n, o: i * n / o,
    "width-down": lambda i, n, o: i * (n // o),
    "width-up": lambda i, n, o: i * -(-n // o),
    "width-nearest": lambda i, n, o: i * round(n / o),
    "width-up-cut": lambda i, n, o: min(n, i * -(-n // o)),
    "swapped": lambda i, n, o: i * o // n,
    "swapped-up": lambda i, n, o: -(-i * o // n),
    "bins-less-one": lambda i, n, o: i * n // max(o - 1, 1),
    "cells-less-one": lambda i, n, o: i * (n - 1) // o,
    "tenths": lambda i, n, o: int(i * n / o + 0.9),
    "floor-plus-one": lambda i, n, o: i * n // o + 1,
    "floor-plus-one-cut": lambda i, n, o: min(n, i * n // o + 1),
    "floor-plus-one-unless-even": lambda i, n, o: i * n // o + (n % o != 0),
    "floor-plus-one-unless-last": lambda i, n, o: i * n // o + (n % o != 0 and i < o),
    "rest-first": lambda i, n, o: i * (n // o) + min(i, n % o),
    "rest-last": lambda i, n, o: n if i == o else i * (n // o),
}
WIDTHS: dict[str, Callable[[int, int], float]] = {
    "width-down": lambda n, o: n // o,
    "width-up": lambda n, o: -(-n // o),
    "width-nearest": lambda n, o: round(n / o),
    "width-plus-one": lambda n, o: n // o + 1,
    "kernel": lambda n, o: n - (o - 1) * (n // o),
    "not-rounded": lambda n, o: n / o,
}
MORE = [(n, o) for n, o in ((7, 3), (12, 4), (10, 10), (23, 5), (64, 9), (31, 30), (18, 12))]


def of(attempt: Attempt, run: Runner) -> Finding | None:
    """Return the formulas that give all starts, and all stops; or what is certain of each pair."""
    if [*attempt.cases[0]] != ["size", "bins"]:
        return None
    cases = [*attempt.cases, *({"size": n, "bins": o} for n, o in MORE)]
    values = [*attempt.values, *run(cases[len(attempt.cases) :])]
    if len(values) < len(cases) or not all(
        isinstance(v, np.ndarray) and v.shape == (c["bins"], 2)
        for v, c in zip(values, cases, strict=True)
    ):
        return None
    asked = [(c["size"], c["bins"]) for c in cases]
    pairs = [np.asarray(v) for v in values]
    start = next(_fitting(asked, [p[:, 0] for p in pairs], 0), None)
    stop = next(_fitting(asked, [p[:, 1] for p in pairs], 1), None) or next(
        _of_start(asked, pairs), None
    )
    facts = {"start": start, "stop": stop}
    if start is not None and stop is not None:
        return Finding("bins", facts, explained=True)
    return _one_of_each_pair(attempt)


Formula = tuple[str, int]  # the name of a formula, and by how many cells its result is shifted


def _fitting(asked: list[tuple[int, int]], seen: list[np.ndarray], ahead: int) -> Iterator[Formula]:
    for shift in (0, 1, -1):
        for name, formula in ENDS.items():
            if all(
                [formula(i + ahead, n, o) + shift for i in range(o)] == one.tolist()
                for (n, o), one in zip(asked, seen, strict=True)
            ):
                yield name, shift


def _of_start(asked: list[tuple[int, int]], pairs: list[np.ndarray]) -> Iterator[Formula]:
    """Yield how a stop follows from its own start, from the next one's, or from the stop before."""
    both = [*zip(asked, pairs, strict=True)]
    for name, width in WIDTHS.items():
        if all((p[:, 1] - p[:, 0] == width(n, o)).all() for (n, o), p in both):
            yield f"start-{name}", 0
        if all((p[:, 1] == np.minimum(n, p[:, 0] + width(n, o))).all() for (n, o), p in both):
            yield f"start-{name}-cut", 0
    for shift in (0, 1, -1):
        if all((p[:-1, 1] == p[1:, 0] + shift).all() and p[-1, 1] == n for (n, _), p in both):
            yield "next-start", shift


def value(start: Formula, stop: Formula, n: int, o: int) -> np.ndarray:
    """Return the bins that formulas for start and stop lead to."""
    starts = np.array([ENDS[start[0]](i, n, o) + start[1] for i in range(o)], float)
    name, shift = stop
    if name == "next-start":
        stops = np.append(starts[1:] + shift, n)
    elif name in ENDS:
        stops = np.array([ENDS[name](i + 1, n, o) + shift for i in range(o)], float)
    else:
        width = WIDTHS[name.removeprefix("start-").removesuffix("-cut")](n, o)
        stops = starts + width
        stops = np.minimum(n, stops) if name.endswith("-cut") else stops
    return np.stack([starts, stops], axis=1)


def _one_of_each_pair(attempt: Attempt) -> Finding | None:
    """Return that of every pair one number is right in all results, and the other not."""
    both = [*zip(attempt.values, attempt.expected, strict=True)]
    good = [c for c in (0, 1) if all(np.array_equal(v[:, c], r[:, c]) for v, r in both)]  # type: ignore[call-overload, index]
    if len(good) != 1:
        return None
    at, bad = attempt.wrong[0], 1 - good[0]
    value, right = (np.asarray(of[at]) for of in (attempt.values, attempt.expected))
    off = np.flatnonzero(value[:, bad] != right[:, bad])
    ways = {bool(value[i, bad] > right[i, bad]) for i in off}
    facts = {
        "right": good[0],
        "off": len(off),
        "of": len(value),
        "first": int(off[0]),
        "too_large": ways.pop() if len(ways) == 1 else None,
    }
    return Finding("one-of-each-pair", facts)
