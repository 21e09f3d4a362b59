"""By which formula a function counts windows along each axis.

A table of formulas is held against the shapes of all results, and of some more for maps with more
columns than rows and the other way round. What gives them all is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .probe import Case, Probe, Runner, TooManyCalls, mixed_up

OTHER_SHAPES = ((7, 10), (11, 8), (9, 6), (6, 13))
ENOUGH = 6  # shapes that have to be known
MOST_KINDS = 4  # of windows that are tried on these


class Sizes(NamedTuple):
    """What the number of windows along an axis follows from."""

    n: int  # cells along this axis
    other: int  # along the other one
    k: int
    s: int
    p: int


def _asked(c: Sizes) -> int:
    return (c.n + 2 * c.p - c.k) // c.s + 1


def _turned(formula: Callable[[Sizes], int]) -> Callable[[Sizes], int]:
    return lambda c: formula(c._replace(n=c.other, other=c.n))


FORMULAS: dict[str, Callable[[Sizes], int]] = {
    "asked": _asked,
    "one": lambda c: min(1, _asked(c)),
    "other-side": _turned(_asked),
    "smaller-side": lambda c: min(_asked(c), _turned(_asked)(c)),
    "larger-side": lambda c: max(_asked(c), _turned(_asked)(c)),
    "no-plus-one": lambda c: _asked(c) - 1,
    "plus-one-inside": lambda c: (c.n + 2 * c.p - c.k + 1) // c.s,
    "last-missed": lambda c: -(-(c.n + 2 * c.p - c.k) // c.s),
    "rounded-up": lambda c: -(-(c.n + 2 * c.p - c.k) // c.s) + 1,
    "rounded": lambda c: round((c.n + 2 * c.p - c.k) / c.s) + 1,
    "size-over-stride": lambda c: (c.n + 2 * c.p) // c.s,
    "every-start": lambda c: -(-(c.n + 2 * c.p) // c.s),
    "size-over-kernel": lambda c: (c.n + 2 * c.p) // c.k,
    "cropped-to-stride": lambda c: (c.n // c.s * c.s - c.k) // c.s + 1,
    "cropped-to-kernel": lambda c: (c.n // c.k * c.k - c.k) // c.s + 1,
    "step-1": lambda c: c.n + 2 * c.p - c.k + 1,
    "step-kernel": lambda c: (c.n + 2 * c.p - c.k) // c.k + 1,
    "swapped": lambda c: (c.n + 2 * c.p - c.s) // c.k + 1,
    "no-padding": lambda c: (c.n - c.k) // c.s + 1,
    "padding-once": lambda c: (c.n + c.p - c.k) // c.s + 1,
    "padding-doubled": lambda c: (c.n + 4 * c.p - c.k) // c.s + 1,
    "one-more": lambda c: _asked(c) + 1,
    "smaller-window": lambda c: (c.n + 2 * c.p - c.k + 1) // c.s + 1,
    "larger-window": lambda c: (c.n + 2 * c.p - c.k - 1) // c.s + 1,
    "all": lambda c: c.n,
    "kernel": lambda c: c.k,
}
OF_STRIDES = ("size-over-stride", "every-start", "cropped-to-stride", "plus-one-inside", "swapped")
# Exercises that name no stride have one all the same: which, is seen from the right results.
STRIDES: Sequence[Callable[[Case], tuple[int, int]]] = (
    lambda c: (c["kernel_size"], c["stride"]),
    lambda c: (c["kernel_size"], c["kernel_size"]),
    lambda c: (c["kernel_size"], 1),
    lambda c: (2, 2),
)


SIDES = ("rows", "columns")


@dataclass(frozen=True)
class Counted:
    """By which formula windows are counted.

    Attributes
    ----------
    rows, columns
        Names of `FORMULAS` that give every shape; "" where none does.
    numbers_right
        Whether every number is the right one, of those that are there and should be.
    strides
        Which of `STRIDES` the task has.
    asked
        The formulas that are right: a pass along the rows leaves their number as it is.
    """

    rows: str
    columns: str
    numbers_right: bool
    strides: int = 0
    asked: tuple[str, str] = ("asked", "asked")

    @property
    def wrong(self) -> dict[str, tuple[str, ...]]:
        """The formulas that are not the ones asked, each with the sides that are counted so."""
        found: dict[str, tuple[str, ...]] = {}
        for side, name, asked in zip(SIDES, (self.rows, self.columns), self.asked, strict=True):
            if name not in (asked, ""):
                found[name] = (*found.get(name, ()), side)
        return found

    @property
    def whole(self) -> bool:
        """Whether all shapes are accounted for, and what is there is right."""
        return bool(self.rows and self.columns) and self.numbers_right


def of(
    run: Runner, solution: Runner, cases: Sequence[Case], part: int | None = None
) -> Counted | None:
    """Return by which formulas a function counts; None where it counts right or cannot be asked."""
    x = cases[0].get("x")
    if (
        not isinstance(x, np.ndarray)
        or x.ndim not in (2, 4)
        or any(n.startswith("g") for n in cases[0])
    ):
        return None
    first = 0 if x.ndim == 2 else 1  # layout (images, rows, columns, channels)
    every = [*cases, *_more(cases, first)]
    try:
        seen, right = Probe(run, part=part).ask(every), Probe(solution, 10**9, part).ask(every)
    except TooManyCalls:
        return None
    pairs: list[tuple[Any, Any]] = [*zip(seen, right, strict=True)]
    if any(z is None or (y is not None and y.size and y.ndim != x.ndim) for y, z in pairs):
        return None
    asked = [z.shape[first : first + 2] for _, z in pairs]
    shapes = [_shape(y, first, x.ndim) for y, _ in pairs]
    known = [a == b for a, b in zip(shapes, asked, strict=True) if None not in a]
    strides, formulas, kinds = _kinds(every, asked, first)
    if strides is None or all(known) or len(known) < ENOUGH:
        return None
    able = [n for n in FORMULAS if "stride" in cases[0] or n not in OF_STRIDES]
    names = [
        next((n for n in (asked_of, *able) if _gives(FORMULAS[n], kinds, shapes, axis)), "")
        for axis, asked_of in enumerate(formulas)
    ]
    alike = all(_overlap(y, z) for y, z in pairs if y is not None and y.size)
    return Counted(names[0], names[1], alike, strides, formulas)


def cut(found: Counted, case: Case, right: np.ndarray) -> np.ndarray:
    """Return the right result with as many rows and columns as are counted, if it has them."""
    first = 0 if right.ndim == 2 else 1
    window = STRIDES[found.strides](case)
    both = zip((found.rows, found.columns), _sizes(case, window, first), strict=True)
    sizes = [max(0, FORMULAS[name](size)) for name, size in both]
    return right[(slice(None),) * first + tuple(map(slice, sizes))]


Shape = tuple[int | None, ...]


def _shape(y: np.ndarray | None, first: int, axes: int) -> Shape:
    """Return rows and columns; None where an empty list, or no result, does not tell."""
    if y is None:
        return None, None
    if y.ndim < axes:  # `[]`: no row at all
        return 0, None
    return y.shape[first : first + 2]


def _overlap(y: np.ndarray, z: np.ndarray) -> bool:
    """Tell whether the numbers that two results have in common are the same."""
    common = tuple(slice(0, min(a, b)) for a, b in zip(y.shape, z.shape, strict=True))
    return bool(np.allclose(y[common], z[common], rtol=1e-5, equal_nan=True))


def _more(cases: Sequence[Case], first: int) -> list[Case]:
    kinds: dict[tuple[Any, ...], Case] = {}
    for case in cases:
        kinds.setdefault(tuple(v for n, v in case.items() if n != "x"), case)
    found: list[Case] = []
    for case in [*kinds.values()][:MOST_KINDS]:
        for shape in OTHER_SHAPES:
            whole = (*case["x"].shape[:first], *shape, *case["x"].shape[first + 2 :])
            found.append({**case, "x": 1.5 + mixed_up(whole, 2)})
    return found


def _kinds(
    cases: Sequence[Case], right: Sequence[Shape], first: int
) -> tuple[int | None, tuple[str, str], list[tuple[Sizes, Sizes]]]:
    """Return the strides and formulas from which the right counts follow, and all sizes."""
    if any(len(shape) < 2 for shape in right):
        return None, ("", ""), []
    for at, strides in enumerate(STRIDES):
        try:
            found = [_sizes(case, strides(case), first) for case in cases]
        except KeyError:
            continue
        names = [
            next((n for n in ("asked", "all") if _gives(FORMULAS[n], found, right, axis)), "")
            for axis in (0, 1)
        ]
        if all(names):
            return at, (names[0], names[1]), found
    return None, ("", ""), []


def _sizes(case: Mapping[str, Any], window: tuple[int, int], first: int) -> tuple[Sizes, Sizes]:
    rows, columns = case["x"].shape[first : first + 2]
    rest = (*window, case.get("padding", 0))
    return Sizes(rows, columns, *rest), Sizes(columns, rows, *rest)


def _gives(
    formula: Callable[[Sizes], int],
    kinds: Sequence[tuple[Sizes, Sizes]],
    shapes: Sequence[Shape],
    axis: int,
) -> bool:
    return all(
        shape[axis] in (None, max(0, formula(kind[axis])))
        for kind, shape in zip(kinds, shapes, strict=True)
    )
