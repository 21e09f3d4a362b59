"""What a function reads, and what it makes of that, beside what the worked solution does.

The worked solution is measured in the same way as the student's function, so an exercise says
nothing about its windows; both are held against the same table of operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .makes import Makes, Window, blends, factor_name, fitting
from .probe import Case, Probe, Runner, TooManyCalls, backgrounds, unlike
from .reads import MOST_CELLS, Reads, box_of, measure

SETTINGS = 2  # inputs of different shapes or windows that are measured
SMALL = 64  # cells of an input that is measured by preference


@dataclass(frozen=True)
class Setting:
    """One input that was measured: what is read there, and what should be."""

    at: int  # which case
    case: Case
    read: Reads
    asked: Reads


@dataclass(frozen=True)
class Measured:
    """What a function reads and makes.

    Attributes
    ----------
    settings
        Inputs that were measured, the one to show first.
    asked
        What the worked solution makes of each window.
    made
        What the function makes; None where the table does not hold it.
    of_asked
        Whether it makes that of the cells that were asked (else: of those it reads).
    shown
        What came out of the first of the settings, and what should have.
    """

    settings: tuple[Setting, ...]
    asked: Makes | None
    made: Makes | None
    of_asked: bool
    shown: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def windows_differ(self) -> bool:
        """Whether it reads other cells than asked, or gives another number of outputs."""
        return any(
            one.read.output != one.asked.output or (one.read.cells != one.asked.cells).any()
            for one in self.settings
        )


def array_name(case: Case) -> str | None:
    """Return the name of the array that windows slide over."""
    arrays = {n: v for n, v in case.items() if isinstance(v, np.ndarray) and v.ndim >= 2}
    return "x" if [*arrays] == ["x"] else None


def measured(
    run: Runner,
    solution: Runner,
    cases: Sequence[Case],
    wrong: Sequence[int],
    part: int | None = None,
) -> Measured | None:
    """Return what a function does; None where measuring does not tell.

    Parameters
    ----------
    run, solution
        The function, and the worked solution.
    cases
        All inputs it was tried on.
    wrong
        Which of them went wrong, the one to show first.
    part
        Which of several results is looked at.
    """
    name = array_name(cases[0])
    if name is None:
        return None
    positive = all((case[name] >= 0).all() for case in cases if case[name].dtype.kind == "f")
    asking, knowing = Probe(run, part=part), Probe(solution, 10**9, part)
    found: list[Setting] = []
    try:
        for at in _settings(cases, wrong, name):
            if not found and not _depends(asking, cases[at], name, positive):
                return None
            read = measure(asking, cases[at], name, positive)
            asked = measure(knowing, cases[at], name, positive)
            if read is not None and asked is not None:
                found.append(Setting(at, cases[at], read, asked))
    except TooManyCalls:
        pass
    if not found:
        return None
    return _made(asking, knowing, found, name, positive)


def _depends(asking: Probe, case: Case, name: str, positive: bool) -> bool:
    """Tell whether anything comes out, and other inputs lead to other outputs."""
    maps = [np.asarray(case[name], float), *backgrounds(case[name], positive)]
    first, *others = asking.ask([{**case, name: one} for one in maps])
    if first is None or not first.size:
        return False
    return any(one is None or not np.array_equal(one, first, equal_nan=True) for one in others)


def _settings(cases: Sequence[Case], wrong: Sequence[int], name: str) -> list[int]:
    """Choose wrong cases that differ in shape and in their other arguments."""
    able = [at for at in wrong if 4 <= cases[at][name].size <= MOST_CELLS]
    able.sort(key=lambda at: cases[at][name].size > SMALL)
    chosen: list[int] = []
    seen: set[tuple[Any, ...]] = set()
    for keys in (("kernel_size",), ("kernel_size", "stride", "p", "alpha")):
        for at in able:  # another kernel first: `kernel_size - 1` is 1 only where that is 2
            case = cases[at]
            key = tuple(case.get(one) for one in keys)
            if key not in seen and at not in chosen:
                seen.add(key)
                chosen.append(at)
    for at in able:
        if len(chosen) < SETTINGS and at not in chosen:
            chosen.append(at)
    return chosen[:SETTINGS]


Tried = tuple[list[Window], list[float], float]  # windows, what came out, and alpha


@dataclass
class _Seen:
    """What came out for several maps at one setting, beside the windows it may come from."""

    asked: list[Window] = field(default_factory=list)
    read: list[Window] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    alpha: float = np.nan


def _made(
    asking: Probe, knowing: Probe, settings: list[Setting], name: str, positive: bool
) -> Measured | None:
    tried = []
    for one in settings:
        tried.append(_try(asking, knowing, one, name, positive))
        if tried[-1] is None:
            return Measured(tuple(settings), None, None, False)
    every = [one for one in tried if one is not None]
    wanted = _common([(one.asked, one.right, one.alpha) for one in every], settings)
    made, of_asked = None, False
    if all(one.read.output == one.asked.output for one in settings):
        made = _common([(one.asked, one.seen, one.alpha) for one in every], settings)
        of_asked = made is not None
    if made is None:
        made = _common([_that_read(one) for one in every], settings)
    first, one = every[0], settings[0]
    size = int(np.prod(one.read.output))
    shown = None
    if one.read.output == one.asked.output:
        seen, right = (np.array(of[:size]) for of in (first.seen, first.right))
        shown = seen.reshape(one.read.output), right.reshape(one.read.output)
    return Measured(tuple(settings), wanted, made, of_asked, shown)


def _try(asking: Probe, knowing: Probe, one: Setting, name: str, positive: bool) -> _Seen | None:
    x = one.case[name]
    maps = [np.asarray(x, float), *unlike(x, positive)]
    inputs = [{**one.case, name: m} for m in maps]
    found = _Seen()
    for m, y, z in zip(maps, asking.ask(inputs), knowing.ask(inputs), strict=True):
        if y is None or z is None or y.shape != one.read.output:
            return None
        found.seen += y.ravel().tolist()
        found.right += z.ravel().tolist()
        found.asked += windows(one.asked, m)
        found.read += windows(one.read, m)
    found.alpha = float(one.case.get("alpha", np.nan))
    return found


def _that_read(one: _Seen) -> Tried:
    """Leave out outputs that read nothing and never change: they are said by themselves."""
    kept = [at for at, window in enumerate(one.read) if window.values.size]
    return (
        [one.read[at] for at in kept],
        [one.seen[at] for at in kept],
        one.alpha,
    )


def _common(tried: list[Tried], settings: Sequence[Setting]) -> Makes | None:
    """Return what gives everything at all settings; a factor may differ from one to the next."""
    together = ([w for one in tried for w in one[0]], [y for one in tried for y in one[1]])
    alphas = [one[2] for one in tried for _ in one[1]]
    whole = next(_found(together[0], np.array(together[1]), alphas), None)
    if whole is not None:
        return whole
    each = [
        {(m.operation): m for m in fitting(ws, np.array(ys)) if m.afterwards in ("", "scaled")}
        for ws, ys, _ in tried
    ]
    for operation in each[0] if each else ():
        if all(operation in one for one in each):
            makes = [one[operation] for one in each]
            factors = [m.number if m.afterwards else 1.0 for m in makes]
            named = factor_name(factors, [one.case for one in settings])
            return Makes(operation, "scaled", factors[0], named or "")
    return None


def _found(ws: list[Window], seen: np.ndarray, alphas: list[float]) -> Iterator[Makes]:
    if any(a == a for a in alphas):
        yield from blends(ws, seen, np.array(alphas))
    yield from fitting(ws, seen)


def windows(reads: Reads, values: np.ndarray) -> list[Window]:
    """Return the cells that each output reads, as a box where they fill one."""
    places = np.arange(values.size).reshape(values.shape)
    found = []
    for place in np.ndindex(reads.output):
        marks = reads.of(place)
        box = box_of(marks)
        if box is None:
            found.append(Window(values[marks], places[marks], values.shape))
            continue
        cut = tuple(slice(a, b) for a, b in zip(box.start, box.stop, strict=True))
        v, p = values[cut], places[cut]
        if v.ndim > 2:  # leading axes of length 1 do not count
            flat = tuple(n for n in v.shape if n != 1)
            shape = flat if len(flat) == 2 else (1, *flat) if len(flat) == 1 else v.shape
            v, p = v.reshape(shape), p.reshape(shape)
        found.append(Window(v, p, values.shape))
    return found
