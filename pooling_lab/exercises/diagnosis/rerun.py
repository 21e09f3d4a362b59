"""What was found about a function is run again: it has to give every number that was seen.

Of each kind of finding the facts are enough to compute what comes out for every input. A kind
that is not listed here explains nothing, however true what is said of it may be.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..compare import ALIKE, Value, agree, aligned, results, same
from ..exercise import Case
from . import addresses, bins, counts, makes, masks, powers, routes, weights
from .attempt import Attempt
from .explain import Finding, runner_of
from .known import LAST_WINDOW_MISSED, is_whole
from .measured import Measured, windows
from .probe import Probe
from .reads import measure

Facts = Mapping[str, Any]
Rerun = Callable[[int], Value | None]  # from the number of an input to what comes out
Change = Callable[[np.ndarray], np.ndarray]

# Nothing is supposed about these: they are seen in every result.
SEEN = (
    *("in-quotes", "empty", "all-nan", "all-zeros", "input-returned", "always-the-same"),
    "random",
)


def checked(attempt: Attempt, found: Finding) -> Finding:
    """Return a finding about a function as one that explains only if it gives every number."""
    if not found.explained or found.kind in SEEN or reproduces(attempt, found.kind, found.facts):
        return found
    return dataclasses.replace(found, explained=False)


def reproduces(attempt: Attempt, kind: str, facts: Facts) -> bool:
    """Tell whether a finding, run again, gives every number of every input that was tried."""
    values = attempt.values[: len(attempt.outcomes)]
    return any(
        all(_gives(how, at, value) for at, value in enumerate(values))
        for how in reruns(attempt, kind, facts)
    )


def _gives(how: Rerun, at: int, value: Value | None) -> bool:
    if value is None:
        return True  # there is no number to be given
    made = how(at)
    return made is not None and same(made, value)


def reruns(attempt: Attempt, kind: str, facts: Facts) -> Iterator[Rerun]:
    """Yield the ways to run a finding again: one, or a few where it leaves something open."""
    if kind in ("known", "last-window-missed"):
        yield from _of_misconceptions(attempt, frozenset(facts["ids"]))
    elif kind == "rounded":
        for digits in range(7):
            for halves in HALVES:
                yield partial(_changed, attempt, partial(_to_decimals, halves, digits))
            yield partial(_changed, attempt, partial(_to_digits, digits=digits))
    elif kind == "whole-numbers":
        for cut in (np.trunc, np.rint, np.floor):
            yield partial(_if_whole, attempt, cut)
    elif kind == "form":
        for form in _forms(facts["form"]):
            yield partial(_changed, attempt, form)
    elif kind in OF_CASE:
        yield lambda at: OF_CASE[kind](facts, attempt.cases[at])
    elif kind in ("makes", "reads", "linear"):
        yield partial(_measured, attempt, facts)


# --- from the arguments alone -----------------------------------------------------------------


def _means(facts: Facts, case: Case) -> Value:
    return powers.values(facts["power"], case).reshape(facts["shape"])


def _bins(facts: Facts, case: Case) -> Value:
    return bins.value(facts["start"], facts["stop"], case["size"], case["bins"])


def _weights(facts: Facts, case: Case) -> Value:
    return weights.value(facts["weights"], case["channels"], case["kernel_size"])


OF_CASE: dict[str, Callable[[Facts, Case], Value | None]] = {
    "edit": lambda facts, case: facts["edit"].outcome(case),
    "bins": _bins,
    "weights": _weights,
    "powers": _means,
    "masked": lambda facts, case: masks.value(facts["masked"], case),
    "rule": lambda facts, case: routes.ruled(facts["rule"], case, facts["reach"]),
    "forward": lambda facts, case: routes.pooled(case, facts["makes"], facts["times"]),
    "address": lambda facts, case: addresses.written(facts["address"], case),
}

# --- the right result, changed ----------------------------------------------------------------


def _changed(attempt: Attempt, change: Change, at: int) -> Value | None:
    """Return what becomes of the right result for input number ``at``."""
    return _each_part(change, attempt.expected[at])


def _each_part(change: Change, right: Value | None) -> Value | None:
    if isinstance(right, tuple):
        parts = (_each_part(change, one) for one in right)
        return tuple(one for one in parts if one is not None)
    if not isinstance(right, np.ndarray):
        return None
    with np.errstate(all="ignore"):
        return np.asarray(change(right))


HALVES: dict[str, Change] = {
    "to the even one": np.rint,
    "away from zero": lambda v: np.sign(v) * np.floor(abs(v) + 0.5),
    "to zero": lambda v: np.sign(v) * np.ceil(abs(v) - 0.5),
}


def _to_decimals(halves: str, digits: int, right: np.ndarray) -> np.ndarray:
    return HALVES[halves](right * 10**digits) / 10**digits


def _to_digits(right: np.ndarray, digits: int) -> np.ndarray:
    magnitude = np.floor(np.log10(np.where(right == 0, 1, abs(right))))
    step = 10.0 ** (magnitude + 1 - digits)
    return np.asarray(np.rint(right / step) * step)


def _if_whole(attempt: Attempt, cut: Change, at: int) -> Value | None:
    whole = is_whole(attempt.cases[at])
    return _changed(attempt, cut, at) if whole else attempt.expected[at]


def _forms(form: str) -> Iterator[Change]:
    if form == "squeezed":
        yield np.squeeze
    for count in (1, 2):
        for axes in itertools.combinations_with_replacement(range(-4, 4), count):
            yield partial(_with_axes, axes)


def _with_axes(axes: Sequence[int], right: np.ndarray) -> np.ndarray:
    for axis in axes:
        right = np.expand_dims(right, min(max(axis, -right.ndim - 1), right.ndim))
    return right


# --- misconceptions ---------------------------------------------------------------------------


def _of_misconceptions(attempt: Attempt, who: frozenset[str]) -> Iterator[Rerun]:
    exercise, cases = attempt.exercise, attempt.cases
    name = next(iter(who))
    if name in exercise.slips:
        yield lambda at: exercise.slipped(name, cases[at])
        return
    wrong = LAST_WINDOW_MISSED if name == "last-window-missed" else who
    if exercise.mistaken is not None:
        yield lambda at: exercise.outcome(cases[at], wrong)
    if len(who) == 1 and name in ALIKE:
        yield from _alike(attempt, name)


def _alike(attempt: Attempt, name: str) -> Iterator[Rerun]:
    """Yield what a misconception with a number in it answers, with the number that was seen."""
    tried = [at for at in range(len(attempt.outcomes)) if not is_whole(attempt.cases[at])]
    both = ((attempt.values[at], attempt.expected[at]) for at in tried)
    pairs = [
        aligned(v, r) for v, r in both if isinstance(v, np.ndarray) and isinstance(r, np.ndarray)
    ]
    if not pairs or not all(v.shape == r.shape for v, r in pairs):
        return
    if name == "fraction-lost":
        for cut in (np.trunc, np.rint, np.floor, np.ceil):
            yield partial(_changed, attempt, cut)
        return
    for how in (np.mean, np.max, np.median):  # a number of the map itself
        yield partial(_in_a_frame, attempt, how, False)
    won = np.unique(np.concatenate([v[~agree(v, r)] for v, r in pairs]))
    if len(won) != 1:
        return
    for own in (False, True):
        yield partial(_in_a_frame, attempt, lambda _: float(won[0]), own)


def _in_a_frame(
    attempt: Attempt, number: Callable[[np.ndarray], Any], own: bool, at: int
) -> Value | None:
    """Return the result with a frame of one number, in floats or in the map's own dtype."""
    case = attempt.cases[at]
    x = case["x"] if own else np.asarray(case["x"], float)
    frame = np.asarray(number(x)).astype(x.dtype)
    x = np.pad(x, case["padding"], constant_values=frame)
    return attempt.exercise.outcome({**case, "x": x, "padding": 0})


# --- from what was measured -------------------------------------------------------------------


def _measured(attempt: Attempt, facts: Facts, at: int) -> Value | None:
    """Return what came out, if what was measured gives the part it is about; else None.

    Of several results all others have to be right, or made in the same way.
    """
    value, right, part = attempt.values[at], attempt.expected[at], facts["part"]
    if part is None:
        return value if _part_is_given(attempt, facts, at, value, right) else None
    given, wanted = results(value), results(right)
    if len(given) != len(wanted):
        return None
    others = (
        same(a, b) or _made_too(attempt, facts, at, i, a)
        for i, (a, b) in enumerate(zip(given, wanted, strict=True))
        if i != part
    )
    here = _part_is_given(attempt, facts, at, given[part], wanted[part])
    return value if here and all(others) else None


def _made_too(attempt: Attempt, facts: Facts, at: int, part: int, value: Value) -> bool:
    """Tell whether the same is made of the windows of another one of several results."""
    found, case = facts["measured"], attempt.cases[at]
    if not found.of_asked or found.made is None or not isinstance(value, np.ndarray):
        return False
    probe = Probe(runner_of(attempt.exercise.solution), 10**9, part)
    asked = measure(probe, case, "x", careful=False)
    if asked is None or asked.output != value.shape:
        return False
    made = makes.evaluate(found.made, windows(asked, case["x"], case))
    return bool(agree(made, value.ravel()).all())


def _part_is_given(
    attempt: Attempt, facts: Facts, at: int, value: Value | None, right: Value | None
) -> bool:
    if not isinstance(value, np.ndarray) or not isinstance(right, np.ndarray):
        return False
    found, counted, case = facts["measured"], facts["counts"], attempt.cases[at]
    if found.of_cases or found.matrices:
        made = _from_cells(found, case, at)
        if not value.size or made is None or made.size != value.size:
            return not value.size
        return bool(agree(made.ravel(), value.ravel()).all())
    return counted is not None and counted.whole and same(counts.cut(counted, case, right), value)


def _from_cells(found: Measured, case: Case, at: int) -> np.ndarray | None:
    x = case["x"]
    if found.matrices:
        matrix = found.matrices[at]
        return None if matrix is None else np.asarray(matrix @ np.asarray(x, float).ravel())
    which = found.of_cases[at]
    if which is None or found.made is None:
        return None
    return makes.evaluate(found.made, windows(which, x, case))
