"""A count that is a sum of products: which factor or term is left out, too many, or another one.

An exercise names the quantities and the products; what is told gives every number of the answer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..exercise import Case, Formula, Sum

MOST = 3  # changes that are told side by side where numbers cannot tell them apart
CONSTANTS = (2, 3, 4, 8)
MOST_DECIMALS = 4  # of a count in thousands or millions
SAME = 1e-9  # relative: counts are exact
UNITS = {1000: "thousands", 10**6: "millions", 10**9: "thousand millions"}


@dataclass(frozen=True)
class Change:
    """What was done otherwise, by the names of quantities.

    Attributes
    ----------
    kind
        ``"without"``, ``"without-term"``, ``"instead"``, ``"times"``, ``"plus"``, ``"minus"``,
        ``"too-many"``, ``"added"``, ``"unit"``, ``"unit-rounded"``, ``"rounded-count"`` or
        ``"together"``.
    what, other
        The factors or the term it is about, and what stands there instead.
    part
        Of several numbers, the one it is about; None: all of them.
    """

    kind: str
    what: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    part: int | None = None


@dataclass(frozen=True)
class Sums:
    """The sums of products that a task asks for, and what each change of them leads to."""

    names: Collection[str]  # of the quantities
    rights: Sequence[float]
    changes: Sequence[Sequence[Change]]
    made: Sequence[np.ndarray]


def sums_of(formula: Formula, case: Case) -> Sums:
    """Return what each change of a formula gives for the numbers of a task."""
    names = formula.quantities(**case)
    changed = [[*_changed(terms, names)] for terms in formula.sums]
    return Sums(
        names,
        [_value(terms, names) for terms in formula.sums],
        [[change for change, _ in one] for one in changed],
        [np.array([made for _, made in one], float) for one in changed],
    )


def of(sums: Sums, value: np.ndarray) -> list[Change]:
    """Return the changes of a formula that give these numbers, the plainest first."""
    given, rights = value.ravel(), sums.rights
    if not np.isfinite(given).all():
        return []
    if given.size == 1 and len(rights) > 1:
        return [*_together(float(given[0]), rights)]
    if given.size != len(rights):
        return []
    wrong = [at for at, right in enumerate(rights) if given[at] != right]
    found: list[Change] | None = None
    for at in wrong:
        equal = np.flatnonzero(np.isclose(sums.made[at], given[at], rtol=SAME, atol=0))
        changes = [sums.changes[at][n] for n in equal.tolist()]
        found = changes if found is None else [one for one in found if one in changes]
    if not found:
        return [*_in_units(given, rights)]
    plainer = [one for one in found if one.kind != "instead" or one.other[0] in sums.names]
    found = plainer or found  # that a number stands there by chance is told last
    part = wrong[0] if len(wrong) < len(rights) else None
    return [Change(one.kind, one.what, one.other, part) for one in dict.fromkeys(found)][:MOST]


def _in_units(given: np.ndarray, rights: Sequence[float]) -> Iterator[Change]:
    """Yield that counts are rounded, or are so in another unit."""
    if all(map(_keeps_digits, given.tolist(), rights)):
        yield Change("rounded-count")
    for unit in UNITS:
        if all(map(_is_rounded, given * unit, rights, itertools.repeat(unit))):
            yield Change("unit-rounded", (str(unit),))


def _keeps_digits(given: float, right: float) -> bool:
    """Tell whether a whole number is the right one, rounded to two digits or more."""
    steps = [10**digits for digits in range(1, len(str(int(right))) - 1)]
    return given == right or any(given == round(right / step) * step for step in steps)


def _is_rounded(given: float, right: float, unit: int) -> bool:
    """Tell whether a count is the right one in another unit, rounded to at least two digits."""
    steps = [unit / 10**decimals for decimals in range(MOST_DECIMALS + 1)]
    return any(
        given >= 10 * step
        and abs(given - right) <= step / 2
        and math.isclose(given / step, round(given / step), rel_tol=SAME)
        for step in steps
    )


def _equal(made: float, given: float) -> bool:
    return math.isclose(made, given, rel_tol=SAME)


def _value(terms: Sum, names: Mapping[str, float]) -> float:
    return sum(math.prod(names[one] for one in term) for term in terms)


def _together(given: float, rights: Sequence[float]) -> Iterator[Change]:
    first, *rest = rights
    if _equal(first - rest[0], given):
        yield Change("together", ("difference",))
    if _equal(sum(rights), given):
        yield Change("together", ("sum",))
    if _equal(first / rest[0], given):
        yield Change("together", ("ratio",))


def _changed(terms: Sum, names: Mapping[str, float]) -> Iterator[tuple[Change, float]]:
    """Yield each change of a sum of products, with what it leads to; the most usual first."""
    right = _value(terms, names)
    quantities = [*dict.fromkeys(itertools.chain(*terms))]
    others = [one for one in names if one not in quantities]

    def _with(name: str, number: float) -> float:
        return _value(terms, {**names, name: number})

    for at, term in enumerate(terms):
        rest = right - math.prod(names[one] for one in term)
        if len(terms) > 1:
            yield Change("without-term", term), rest
        for left_out in _parts(term):
            kept = [*term]
            for one in left_out:
                kept.remove(one)
            yield Change("without", left_out), rest + math.prod(names[one] for one in kept)
        for one, other in itertools.product(dict.fromkeys(term), (*quantities, *others)):
            if one == other:
                continue
            for swapped in (_all_for(term, one, other), _once_for(term, one, other)):
                made = rest + math.prod(names[each] for each in swapped)
                yield Change("instead", (one,), (other,)), made
            squared = math.prod(names[each] for each in term) / names[one] * names[other] ** 2
            yield Change("instead", (one,), (other, other)), rest + squared
        for factors in _pairs([one for one in (*quantities, *others) if one not in term]):
            if len(terms) == len(factors) == 1:
                continue  # all of it is taken times that
            more = math.prod(names[each] for each in (*term, *factors))
            yield Change("too-many", factors), rest + more
        if at:
            yield Change("added-instead", term, ("1",)), rest + 1
            for other_term in _products(quantities):
                made = rest + math.prod(names[each] for each in other_term)
                yield Change("added-instead", term, other_term), made
        yield from _sums(term, rest, names)
    for term in _products(quantities):
        extra = math.prod(names[one] for one in term)
        yield Change("plus", term), right + extra
        yield Change("minus", term), right - extra
    for factor in (*quantities, *others):
        yield Change("times", (factor,)), right * names[factor]
    for number in CONSTANTS:
        first = math.prod(names[one] for one in terms[0])
        yield Change("times", (str(number),)), right * number
        yield Change("times", (str(number),)), right - first + first * number
        yield Change("times", (f"1/{number}",)), right / number
        yield Change("plus", (str(number),)), right + number
        yield Change("minus", (str(number),)), right - number
    for factor in quantities:
        for number in (2, 3):  # with 1 it is left out
            yield Change("instead", (factor,), (str(number),)), _with(factor, number)
        for step in (1, -1):
            near = f"{factor} {'+' if step > 0 else '−'} 1"
            yield Change("instead", (factor,), (near,)), _with(factor, names[factor] + step)
        twice = f"2 · {factor}"
        yield Change("instead", (factor,), (twice,)), _with(factor, 2 * names[factor])
    for unit in UNITS:
        yield Change("unit", (str(unit),)), right / unit


def _pairs(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield one factor, or two."""
    yield from ((one,) for one in names)
    yield from itertools.combinations_with_replacement(names, 2)


def _parts(term: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what may be left out of a product, the least first."""
    seen = set()
    for count in range(1, len(term)):
        for places in itertools.combinations(range(len(term)), count):
            part = tuple(term[at] for at in places)
            if part not in seen:
                seen.add(part)
                yield part


def _products(names: list[str]) -> Iterator[tuple[str, ...]]:
    for one in names:
        yield (one,)
    yield from itertools.combinations_with_replacement(names, 2)
    yield from ((one, one, other) for one in names for other in names if one != other)


def _all_for(term: tuple[str, ...], one: str, other: str) -> list[str]:
    return [other if each == one else each for each in term]


def _once_for(term: tuple[str, ...], one: str, other: str) -> list[str]:
    swapped = [*term]
    swapped[term.index(one)] = other
    return swapped


def _sums(
    term: tuple[str, ...], rest: float, names: Mapping[str, float]
) -> Iterator[tuple[Change, float]]:
    """Yield what comes out when factors are added and not multiplied."""
    for size in range(2, len(term) + 1):
        for places in itertools.combinations(range(len(term)), size):
            part = tuple(term[at] for at in places)
            rest_of_it = [names[one] for at, one in enumerate(term) if at not in places]
            made = sum(names[one] for one in part) * math.prod(rest_of_it)
            yield Change("added", part), rest + made
    squares = {one: names[one] ** term.count(one) for one in term}
    for one, other in itertools.combinations(squares, 2):
        left = math.prod(value for name, value in squares.items() if name not in (one, other))
        yield Change("added", (one, other)), rest + (squares[one] + squares[other]) * left
