"""What a function reads, and what it makes of that, beside what the worked solution does.

The worked solution is measured in the same way as the student's function, so an exercise says
nothing about its windows; both are held against the same table of operations. What is told gives
every output of every input the function was tried on, and of some that were made up.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..compare import agree
from .makes import CORE, Either, Makes, Sample, Search, Window, values_of
from .probe import Case, Probe, Runner, TooManyCalls, backgrounds, unlike
from .reads import MOST_CELLS, Reads, box_of, measure

SETTINGS = 2  # inputs of different shapes or windows that are measured with care
SMALL = 64  # cells of an input that is measured by preference
LARGE = 5040.0  # whole after a division by 2 to 10
ENOUGH = 3  # numbers that show that both of two operations are used
KNOWN: dict[Any, Reads | None] = {}  # what worked solutions read
MOST_KNOWN = 2000


@dataclass(frozen=True)
class Setting:
    """One input that was measured: what is read there, and what should be."""

    at: int  # which case
    case: Case
    read: Reads
    asked: Reads

    @property
    def as_asked(self) -> bool:
        """Whether each output reads the cells that it should."""
        same = self.read.output == self.asked.output
        return same and bool((self.read.cells == self.asked.cells).all())


@dataclass(frozen=True)
class Measured:
    """What a function reads and makes.

    Attributes
    ----------
    settings
        Inputs that were measured with care, the one to show first.
    asked
        What the worked solution makes of each window.
    made
        What the function makes; None where the table does not hold it.
    of_asked
        Whether it makes that of the cells that were asked (else: of those it reads).
    everywhere
        Whether that gives every output of every input.
    shown
        What came out of the first of the settings, and what should have.
    weights
        Where all outputs are weighted sums of cells: how much each cell of the first of the
        settings counts, as (outputs, cells); None where the table holds what is made, or nothing
        does.
    picked
        Two operations, where each output is what one or the other gives.
    of_cases
        For each input that it was tried on, the windows that `made` is made of; None where
        nothing came out, or where they were not measured.
    matrices
        For each of these inputs, the weights of the sums.
    """

    settings: tuple[Setting, ...]
    asked: Makes | Either | None
    made: Makes | Either | None
    of_asked: bool
    everywhere: bool = False
    shown: tuple[np.ndarray, np.ndarray] | None = None
    weights: np.ndarray | None = None
    picked: tuple[str, str] | None = None
    of_cases: tuple[Reads | None, ...] = ()
    matrices: tuple[np.ndarray | None, ...] = ()

    @property
    def fewer(self) -> bool:
        """Whether windows are missing at the end, and those that are there are the right ones."""
        return all(
            len(one.read.output) == len(one.asked.output)
            and all(n <= m for n, m in zip(one.read.output, one.asked.output, strict=True))
            and all(
                (one.read.of(place) == one.asked.of(place)).all()
                for place in np.ndindex(one.read.output)
            )
            for one in self.settings
        )

    @property
    def windows_differ(self) -> bool:
        """Whether it reads other cells than asked, or gives another number of outputs."""
        return not all(one.as_asked for one in self.settings)

    @property
    def takes_one_cell(self) -> bool:
        """Whether each output should be one cell as it is."""
        return all((one.asked.cells.sum(axis=1) == 1).all() for one in self.settings)

    @property
    def reads_others(self) -> bool:
        """Whether some output reads a cell that it should not, or there are more or fewer."""
        one = self.settings[0]
        if one.read.output != one.asked.output:
            return True
        return bool((one.read.cells & ~one.asked.cells).any())


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
    key: str = "",
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
    key
        Whose worked solution it is: what that reads is remembered.
    """
    name = array_name(cases[0])
    if name is None:
        return None
    task = _Task(Probe(run, part=part), Probe(solution, 10**9, part), cases, name, part, key)
    able = itertools.islice(filter(task.depends, task.order(wrong)), SETTINGS)
    found: list[Setting] = []
    try:
        for at in able:
            read, asked = task.read(at), task.asked(at)
            if read is not None and asked is not None:
                found.append(Setting(at, cases[at], read, asked))
    except TooManyCalls:
        pass
    found.sort(key=lambda one: one.as_asked)
    return task.made(found) if found else None


class _Task:
    """A function and a worked solution, and the inputs both are measured on."""

    def __init__(
        self,
        asking: Probe,
        knowing: Probe,
        cases: Sequence[Case],
        name: str,
        part: int | None,
        key: str,
    ) -> None:
        self.asking, self.knowing, self.cases, self.name = asking, knowing, cases, name
        self._key = key, part
        self._known: dict[int, Reads | None] = {}
        self.positive = all((c[name] >= 0).all() for c in cases if c[name].dtype.kind == "f")
        self._matrices: list[np.ndarray | None] = [None] * len(cases)
        self.seen = asking.ask(cases)
        self.right = knowing.ask(cases)

    def order(self, wrong: Sequence[int]) -> list[int]:
        """Return wrong cases, those first that differ in shape and in their other arguments."""
        able = [at for at in wrong if 4 <= self.cases[at][self.name].size <= MOST_CELLS]
        able.sort(key=lambda at: self.cases[at][self.name].size > SMALL)
        chosen: list[int] = []
        seen: set[tuple[Any, ...]] = set()
        for keys in (("kernel_size",), ("kernel_size", "stride", "p", "alpha")):
            for at in able:  # another kernel first: `kernel_size - 1` is 1 only where that is 2
                case = self.cases[at]
                key = tuple(case.get(one) for one in keys)
                if key not in seen and at not in chosen:
                    seen.add(key)
                    chosen.append(at)
        return [*chosen, *(at for at in able if at not in chosen)]

    def depends(self, at: int) -> bool:
        """Tell whether anything comes out, and other inputs lead to other outputs."""
        case = self.cases[at]
        maps = [np.asarray(case[self.name], float), *backgrounds(case[self.name], self.positive)]
        first, *others = self.asking.ask([{**case, self.name: one} for one in maps])
        if first is None or not first.size:
            return False
        return any(one is None or not np.array_equal(one, first, equal_nan=True) for one in others)

    def read(self, at: int, careful: bool = True) -> Reads | None:
        """Measure what the function reads in a case."""
        return measure(self.asking, self.cases[at], self.name, self.positive, careful)

    def asked(self, at: int) -> Reads | None:
        """Measure what the worked solution reads in a case; once for all inputs of its kind."""
        case = self.cases[at]
        others = (v.tobytes() if isinstance(v, np.ndarray) else v for v in case.values())
        kind = [case[n].shape if n == self.name else v for n, v in zip(case, others, strict=True)]
        key = (*self._key, self.positive, *kind)
        if key not in KNOWN:
            if len(KNOWN) >= MOST_KNOWN:
                KNOWN.clear()
            KNOWN[key] = measure(self.knowing, case, self.name, self.positive)
        return KNOWN[key]

    def made(self, found: list[Setting]) -> Measured:
        """Find what is made of the windows asked, or of those read; of some inputs, then of all."""
        plain = Measured(tuple(found), None, None, False)
        maps = [self._made_up(one.at) for one in found]
        if None in maps:
            return plain
        asked, seen = self._samples(maps, found, "asked", right=True), None
        wanted = Search(asked).first()
        same_shape = all(one.read.output == one.asked.output for one in found)
        main = wanted if isinstance(wanted, Makes) else None
        made, of_asked, everywhere = None, False, False
        weights = picked = None
        whole_numbers = any(case[self.name].dtype.kind in "iu" for case in self.cases)
        same = all(one.as_asked for one in found)
        for of_asked, everywhere in ((True, True), (False, True), (True, False), (False, False)):
            if (of_asked and not same_shape) or (same and not of_asked):
                continue
            if not everywhere and not whole_numbers:
                continue
            seen = self._samples(maps, found, "asked" if of_asked else "read")
            if not of_asked and Search(seen).first() is None:
                continue  # no need to measure what is read in all the other cases
            rest = self._of_cases(of_asked, float_only=not everywhere)
            if rest is None:
                continue
            made = Search([*seen, *rest]).first(main if of_asked and everywhere else None)
            if made is not None:
                break
        alike = len(found[0].read.output) == len(found[0].asked.output)
        if alike and (made is None or not everywhere):
            weights = self._weights(found[0], maps)
        if made is None and weights is None and same_shape:
            picked = _picked(self._of_cases(asked=True) or [])
        shown = None
        one, first = found[0], maps[0]
        if first is not None and same_shape:
            shown = first[1][0].reshape(one.read.output), first[2][0].reshape(one.read.output)
        everywhere = everywhere and made is not None
        whole = Measured(tuple(found), wanted, made, of_asked, everywhere, shown, weights, picked)
        if everywhere:
            each = (
                self._windows_of(at, of_asked) if y is not None and y.size else None
                for at, y in enumerate(self.seen)
            )
            return dataclasses.replace(whole, of_cases=tuple(each))
        return dataclasses.replace(
            whole, matrices=tuple(self._matrices) if weights is not None else ()
        )

    def _weights(self, shown: Setting, maps: Sequence[Any]) -> np.ndarray | None:
        """Return how much each cell counts, where all results are weighted sums of cells."""
        first = None
        try:
            for at, y in enumerate(self.seen):
                if y is None or not y.size:
                    continue
                found = self._jacobian(at)
                x = np.asarray(self.cases[at][self.name], float)
                if found is None or not agree(found @ x.ravel(), y.ravel()).all():
                    return None
                self._matrices[at] = found
                first = found if at == shown.at else first
        except TooManyCalls:
            return None
        inputs, ys, _ = maps[0]
        if first is None or not all(
            agree(first @ case[self.name].ravel(), y.ravel()).all()
            for case, y in zip(inputs, ys, strict=True)
        ):
            return None
        return first

    def _jacobian(self, at: int) -> np.ndarray | None:
        """Return what a large number in each cell alone leads to, for one of the same size as 1."""
        case, shape = self.cases[at], self.cases[at][self.name].shape
        ones = np.eye(int(np.prod(shape))).reshape(-1, *shape) * LARGE
        ys = self.asking.ask([{**case, self.name: one} for one in (0 * ones[0], *ones)])
        arrays = [y for y in ys if y is not None and ys[0] is not None and y.shape == ys[0].shape]
        if len(arrays) < len(ys) or arrays[0].any():
            return None
        made: np.ndarray = np.array([y.ravel() for y in arrays[1:]]).T / LARGE
        return made

    def _of_cases(self, asked: bool, float_only: bool = False) -> list[Sample] | None:
        """Return what came out of every case, or of those of floats, beside its windows."""
        found: list[Sample] = []
        try:
            for at, y in enumerate(self.seen):
                x, case = self.cases[at][self.name], self.cases[at]
                if y is None or not y.size:
                    continue  # there is no number to be accounted for
                if float_only and x.dtype.kind in "iu":
                    continue
                which = self._windows_of(at, asked) if 0 < x.size <= MOST_CELLS else None
                if which is None or which.output != y.shape:
                    return None
                found.append(_kept(windows(which, x, case), y.ravel(), case))
        except TooManyCalls:
            return None
        return found

    def _windows_of(self, at: int, asked: bool) -> Reads | None:
        if asked:
            return self.asked(at)
        if at not in self._known:
            self._known[at] = self.read(at, careful=False)
        return self._known[at]

    def _made_up(self, at: int) -> Any:
        """Return maps to hold guesses against, with what came out and what should have."""
        x, case = self.cases[at][self.name], self.cases[at]
        maps = [np.asarray(x, float), *unlike(x, self.positive)]
        inputs = [{**case, self.name: m} for m in maps]
        ys, zs = self.asking.ask(inputs), self.knowing.ask(inputs)
        shape = ys[0].shape if ys[0] is not None else None
        if any(y is None or y.shape != shape for y in ys) or any(z is None for z in zs):
            return None
        return inputs, ys, zs

    def _samples(
        self, maps: Sequence[Any], found: Sequence[Setting], which: str, right: bool = False
    ) -> list[Sample]:
        samples = []
        for one, (inputs, ys, zs) in zip(found, maps, strict=True):
            reads = one.asked if which == "asked" else one.read
            for case, y in zip(inputs, zs if right else ys, strict=True):
                samples.append(_kept(windows(reads, case[self.name], case), y.ravel(), case))
        return samples


def _picked(samples: Sequence[Sample]) -> tuple[str, str] | None:
    """Return two operations, where each number is what one or the other gives, and both come."""
    for a, b in itertools.combinations(CORE if samples else (), 2):
        first, second, seen = (
            np.concatenate(of)
            for of in (
                [values_of(a, one.windows) for one in samples],
                [values_of(b, one.windows) for one in samples],
                [one.seen for one in samples],
            )
        )
        one, other = agree(first, seen), agree(second, seen)
        if (one | other).all() and min((one & ~other).sum(), (other & ~one).sum()) >= ENOUGH:
            return a, b
    return None


def _kept(found: list[Window], seen: np.ndarray, case: Case) -> Sample:
    """Leave out outputs that read nothing and never change: they are said by themselves."""
    kept = [at for at, window in enumerate(found) if window.values.size]
    return Sample([found[at] for at in kept], seen[kept], case)


def windows(reads: Reads, values: np.ndarray, case: Case) -> list[Window]:
    """Return the cells that each output reads, as a box where they fill one."""
    values = np.asarray(values, float)
    places = np.arange(values.size).reshape(values.shape)
    found = []
    for place in np.ndindex(reads.output):
        marks = reads.of(place)
        box = box_of(marks)
        if box is None:
            found.append(Window(values[marks], places[marks], values.shape, values, case))
            continue
        cut = tuple(slice(a, b) for a, b in zip(box.start, box.stop, strict=True))
        v, p = (_plane(of[cut]) for of in (values, places))
        found.append(Window(v, p, values.shape, values, case))
    return found


def _plane(box: np.ndarray) -> np.ndarray:
    """Return a box without axes of length 1 before or after its rows and columns."""
    while box.ndim > 2 and 1 in (box.shape[0], box.shape[-1]):
        box = box[0] if box.shape[0] == 1 else box[..., 0]
    return box
