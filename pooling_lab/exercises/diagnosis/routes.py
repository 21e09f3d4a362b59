"""Where does each number go? For functions that send numbers back: gradients, unpooling.

A 1 is put at one position at a time, with zeros elsewhere: which cells does it reach, and with how
much? Then fractions, negative numbers, and all of them at once: do the shares add up? What is
found is put together again, as a rule about windows, cells and shares, and told when the rule
gives every number of every input.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import agree
from .probe import Case, Probe, Runner, TooManyCalls, mixed_up

SENT = ("grad_output", "y")  # the array whose numbers are sent, by name
SETTINGS = 3

Pick = Callable[[np.ndarray], np.ndarray]


def _one(where: int, shape: tuple[int, ...]) -> np.ndarray:
    cells = np.zeros(int(np.prod(shape)))
    if cells.size:
        cells[where] = 1
    return cells.reshape(shape)


def _ties(window: np.ndarray) -> np.ndarray:
    return (window == window.max()).astype(float)


def _last(window: np.ndarray) -> int:
    return window.size - 1 - int(window.ravel()[::-1].argmax())


def _down(window: np.ndarray, last: bool = False) -> np.ndarray:
    turned = window.T
    return _one(_last(turned) if last else int(turned.argmax()), turned.shape).T


def _softmax(window: np.ndarray) -> np.ndarray:
    raised: np.ndarray = np.exp(window - window.max())
    return raised / raised.sum()


# Which cells of a window get something, and which share, the most usual first.
PICKS: dict[str, Pick] = {
    "first-max": lambda w: _one(int(w.argmax()), w.shape),
    "whole": lambda w: np.ones(w.shape),
    "whole-shared": lambda w: np.full(w.shape, 1 / w.size),
    "last-max": lambda w: _one(_last(w), w.shape),
    "all-max": _ties,
    "all-max-shared": lambda w: _ties(w) / _ties(w).sum(),
    "min": lambda w: _one(int(w.argmin()), w.shape),
    "last-min": lambda w: _one(_last(-w), w.shape),
    "all-min": lambda w: _ties(-w),
    "first-max-down": _down,
    "last-max-down": lambda w: _down(w, last=True),
    "max-transposed": lambda w: (
        _one(int(w.argmax()), w.shape).T if w.shape[0] == w.shape[-1] else np.zeros(w.shape)
    ),
    "magnitude": lambda w: _one(int(abs(w).argmax()), w.shape),
    "second-largest": lambda w: _one(int(np.argsort(w, axis=None, kind="stable")[-2:][0]), w.shape),
    "first": lambda w: _one(0, w.shape),
    "last": lambda w: _one(-1, w.shape),
    "middle": lambda w: _one(w.size // 2, w.shape),
    "not-max": lambda w: 1 - _ties(w),
    "positive": lambda w: (w > 0).astype(float),
    "nonnegative": lambda w: (w >= 0).astype(float),
    "above-mean": lambda w: (w > w.mean()).astype(float),
    "positive-max": lambda w: _one(int(w.argmax()), w.shape) * (w.max() > 0),
    "softmax": _softmax,
    "proportional": lambda w: w / w.sum() if w.sum() else np.zeros(w.shape),
    "values": lambda w: w.astype(float),
    "value-at-max": lambda w: _one(int(w.argmax()), w.shape) * w.max(),
    "diagonal": lambda w: np.eye(*w.shape),
    "first-row": lambda w: np.eye(w.shape[0])[0][:, None] * np.ones(w.shape),
    "first-column": lambda w: np.eye(w.shape[1])[0] * np.ones(w.shape),
    "map-max": lambda w: np.zeros(w.shape),  # made in `_maps`
    "map-max-first": lambda w: np.zeros(w.shape),
}
Place = Callable[[int, int, int, int], tuple[int, int, int, int]]
# Where the window of output (i, j) lies: top, left, and how many rows and columns.
PLACES: dict[str, Place] = {
    "asked": lambda i, j, k, s: (i * s, j * s, k, k),
    "step-1": lambda i, j, k, s: (i, j, k, k),
    "step-kernel": lambda i, j, k, s: (i * k, j * k, k, k),
    "kernel-is-stride": lambda i, j, k, s: (i * s, j * s, s, s),
    "one-less": lambda i, j, k, s: (i * s, j * s, k - 1, k - 1),
    "one-more": lambda i, j, k, s: (i * s, j * s, k + 1, k + 1),
    "rows-columns-swapped": lambda i, j, k, s: (j * s, i * s, k, k),
    "columns-step-1": lambda i, j, k, s: (i * s, j, k, k),
    "rows-step-1": lambda i, j, k, s: (i, j * s, k, k),
    "one-later": lambda i, j, k, s: (i * s + 1, j * s + 1, k, k),
    "kernel-and-stride-swapped": lambda i, j, k, s: (i * k, j * k, s, s),
    "corner": lambda i, j, k, s: (0, 0, k, k),  # the place in a window taken for one in the map
    "start-alone": lambda i, j, k, s: (i * s, j * s, 1, 1),
    "position-alone": lambda i, j, k, s: (i, j, 1, 1),
    "map": lambda i, j, k, s: (0, 0, 10**6, 10**6),
}
COMBINED = ("added", "last", "first", "largest", "averaged", "largest-signed")


@dataclass(frozen=True)
class Rule:
    """How numbers are sent: to which window, to which of its cells, how much, and what adds up."""

    place: str
    pick: str
    factor: str
    combined: str


Factor = Callable[[Mapping[str, Any]], float]
FACTORS: dict[str, Factor] = {
    "1": lambda c: 1.0,
    "1/k²": lambda c: 1 / c["kernel_size"] ** 2,
    "1/k": lambda c: 1 / c["kernel_size"],
    "k²": lambda c: float(c["kernel_size"] ** 2),
    "k": lambda c: float(c["kernel_size"]),
    "-1": lambda c: -1.0,
    "-1/k²": lambda c: -1 / c["kernel_size"] ** 2,
    "1/(k²-1)": lambda c: 1 / (c["kernel_size"] ** 2 - 1),
    "1/(2k)": lambda c: 1 / (2 * c["kernel_size"]),
    "2": lambda c: 2.0,
    "1/2": lambda c: 0.5,
    "1/4": lambda c: 0.25,
    "1/9": lambda c: 1 / 9,
    "1/s": lambda c: 1 / c["stride"],
    "1/s²": lambda c: 1 / c["stride"] ** 2,
    "1/(ks)": lambda c: 1 / c["stride"] / c["kernel_size"],
    "1/outputs": lambda c: 1 / c["grad_output"].size,
    "1/cells": lambda c: 1 / c["x"].size,
    "1/k⁴": lambda c: 1 / c["kernel_size"] ** 4,
    "1/k³": lambda c: 1 / c["kernel_size"] ** 3,
}


def rules(cases: Sequence[Case], seen: Sequence[np.ndarray]) -> list[Rule]:
    """Return the rules that give everything that was seen, for all cases.

    Parameters
    ----------
    cases
        Arguments ``grad_output``, ``x``, ``kernel_size`` and ``stride``, the most telling first.
    seen
        What came out of the function, of the shape of ``x`` each.
    """
    left: list[Rule] | None = None
    for case, y in zip(cases, seen, strict=True):
        left = [*_rules_for(case, y, left)]
        if not left:
            return []
    return left or []


def _rules_for(case: Case, y: np.ndarray, left: list[Rule] | None) -> Iterator[Rule]:
    if left is None:
        pairs = [*itertools.product(PLACES, PICKS)]
        wanted: dict[tuple[str, str], list[tuple[str, str]]] = {
            pair: [*itertools.product(FACTORS, COMBINED)] for pair in pairs
        }
    else:
        wanted = {}
        for rule in left:
            wanted.setdefault((rule.place, rule.pick), []).append((rule.factor, rule.combined))
    reached = y != 0
    for (place, pick), rest in wanted.items():
        maps = _maps(case, place, pick)
        if (reached & ~(maps != 0).any(axis=0)).any():  # quick: most are out here
            continue
        by_way = {way: combine(maps, way) for way in {way for _, way in rest}}
        for factor, way in rest:
            times = _factor(factor, case, by_way[way], y)
            if times is not None and agree(times * by_way[way], y).all():
                yield Rule(place, pick, factor, way)


def _factor(name: str, case: Case, whole: np.ndarray, y: np.ndarray) -> float | None:
    """Return a factor where it may lead from ``whole`` to ``y``, judged by the largest number."""
    try:
        times = FACTORS[name](case)
    except ZeroDivisionError:
        return None
    at = int(abs(whole).argmax())
    made, seen = times * whole.flat[at], y.flat[at]
    return times if abs(made - seen) <= 1e-4 * max(abs(made), abs(seen), 1e-12) else None


def _maps(case: Case, place: str, pick: str) -> np.ndarray:
    """Return what each output sends to each cell, as an array (outputs, rows, columns)."""
    x, gradient = np.asarray(case["x"], float), np.asarray(case["grad_output"], float)
    maps = np.zeros((gradient.size, *x.shape))
    with np.errstate(all="ignore"):
        for at, (i, j) in enumerate(np.ndindex(gradient.shape)):
            top, left, rows, columns = PLACES[place](i, j, case["kernel_size"], case["stride"])
            asked_top, asked_left = i * case["stride"], j * case["stride"]
            k = case["kernel_size"]
            if place == "corner":
                source = x[asked_top : asked_top + k, asked_left : asked_left + k]
            else:
                source = x[top : top + rows, left : left + columns]
            if not source.size:
                continue
            if pick == "map-max":
                part = (source == x.max()).astype(float)
            elif pick == "map-max-first":
                part = np.zeros(source.shape)
                if source.max() == x.max():
                    part = PICKS["first-max"](source)
            else:
                part = PICKS[pick](source)
            room = maps[at, top : top + part.shape[0], left : left + part.shape[1]]
            room += gradient[i, j] * part[: room.shape[0], : room.shape[1]]
    return maps


def combine(maps: np.ndarray, how: str) -> np.ndarray:
    """Put together what several outputs send to the same cell."""
    if how == "added":
        added: np.ndarray = maps.sum(axis=0)
        return added
    if how == "averaged":
        averaged: np.ndarray = maps.sum(axis=0) / np.maximum((maps != 0).sum(axis=0), 1)
        return averaged
    result = np.zeros(maps.shape[1:])
    for one in maps:
        reached = one != 0
        if how == "last":
            result = np.where(reached, one, result)
        elif how == "first":
            result = np.where(reached & (result == 0), one, result)
        elif how == "largest-signed":
            result = np.where(reached & ((result == 0) | (one > result)), one, result)
        else:
            result = np.where(abs(one) > abs(result), one, result)
    return result


# --- what is certain, whatever the rule -----------------------------------------------------


@dataclass(frozen=True)
class Routes:
    """Where a 1 at each position goes in one input, and where it should.

    Attributes
    ----------
    at, case
        Which input.
    reached, asked
        What a 1 at each position of the array sent leads to, as ``(positions, *output)``.
    of_nothing
        What comes out when nothing but zeros is sent.
    ignored
        Whether the numbers sent make no difference beside their places.
    """

    at: int
    case: Case
    name: str
    reached: np.ndarray
    asked: np.ndarray
    of_nothing: np.ndarray
    asked_of_nothing: np.ndarray
    loses_fractions: bool
    loses_signs: bool
    ignores_size: bool
    combined: str | None

    @property
    def place(self) -> tuple[int, ...] | None:
        """The first position whose 1 does not go where it should."""
        off = [
            at
            for at, (a, b) in enumerate(zip(self.reached, self.asked, strict=True))
            if a.shape != b.shape or not agree(a, b).all()
        ]
        if not off:
            return None
        found = np.unravel_index(off[0], np.shape(self.case[self.name]))
        return tuple(map(int, found))


def name_sent(case: Case) -> str | None:
    """Return the name of the array whose numbers are sent on, if the task has one."""
    return next((name for name in SENT if name in case and len(case) > 1), None)


def measure(
    run: Runner, solution: Runner, cases: Sequence[Case], wrong: Sequence[int]
) -> list[Routes]:
    """Probe a few wrong inputs with a 1 at every position."""
    asking, knowing = Probe(run), Probe(solution, 10**9)
    found = []
    try:
        for at in wrong[:SETTINGS]:
            one = _routes(asking, knowing, at, cases[at])
            if one is not None:
                found.append(one)
    except TooManyCalls:
        pass
    return found


def _routes(asking: Probe, knowing: Probe, at: int, case: Case) -> Routes | None:
    name = name_sent(case)
    if name is None or not 0 < case[name].size <= 40:
        return None
    shape = case[name].shape
    units = [_one(position, shape) for position in range(case[name].size)]
    many = 1.5 * mixed_up(shape, 1) + 0.75
    large = 3600.0  # whole after a division by 4, 9 or 16 as well
    questions = [np.zeros(shape), *units]
    questions += [
        0.5 * units[0],
        -units[0],
        3 * units[0],
        0.5 * units[-1],
        -units[-1],
        large * units[0],
        many,
    ]
    asked = [{**case, name: one} for one in questions]
    seen, right = asking.ask(asked), knowing.ask(asked)
    good = [y for y in seen if y is not None and seen[0] is not None and y.shape == seen[0].shape]
    if len(good) < len(asked) or any(z is None for z in right):
        return None
    ys, zs = np.array(good), np.array(right)
    count = len(units)
    half, minus, three, half_last, minus_last, huge, all_at_once = ys[1 + count :]
    first, last = ys[1], ys[count]
    fractions = (first.any() and not half.any()) or (last.any() and not half_last.any())
    if ys.shape == zs.shape:  # a large number arrives whole, a small one does not
        large_right = agree(huge, zs[-2]).all() and zs[-2].any()
        fractions = fractions or (large_right and not agree(first, zs[1]).all())
    signs = (first.any() and not minus.any()) or (last.any() and not minus_last.any())
    weighted = many.ravel()[(...,) + (None,) * (ys.ndim - 1)] * ys[1 : 1 + count]
    way = next((one for one in COMBINED if agree(combine(weighted, one), all_at_once).all()), None)
    return Routes(
        at,
        case,
        name,
        ys[1 : 1 + count],
        zs[1 : 1 + count],
        ys[0],
        zs[0],
        bool(fractions),
        bool(signs),
        bool(agree(three, first).all() and first.any()),
        way,
    )
