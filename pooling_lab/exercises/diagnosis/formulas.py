"""A count that is a sum of products: which factor or term is left out, too many, or another one.

An exercise names the quantities and the products; what is told gives every number of the answer.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..exercise import Case, Exercise, Sum

MOST = 3  # changes that are told side by side where numbers cannot tell them apart
CONSTANTS = (2, 3, 4, 8)
UNITS = {1000: "thousands", 10**6: "millions", 10**9: "thousand millions"}


@dataclass(frozen=True)
class Change:
    """What was done otherwise, by the names of quantities.

    Attributes
    ----------
    kind
        ``"without"``, ``"without-term"``, ``"instead"``, ``"times"``, ``"plus"``, ``"minus"``,
        ``"added"``, ``"unit"`` or ``"together"``.
    what, other
        The factors or the term it is about, and what stands there instead.
    part
        Of several numbers, the one it is about; None: all of them.
    """

    kind: str
    what: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    part: int | None = None


def of(exercise: Exercise, case: Case, value: np.ndarray) -> list[Change]:
    """Return the changes of an exercise's formula that give these numbers, the plainest first."""
    if exercise.formula is None or not np.isfinite(value).all():
        return []
    names, sums = exercise.formula.quantities(**case), exercise.formula.sums
    rights = [_value(terms, names) for terms in sums]
    given = np.ravel(value)
    if given.size == 1 and len(sums) > 1:
        return [*_together(float(given[0]), rights)]
    if given.size != len(sums):
        return []
    wrong = [at for at, right in enumerate(rights) if given[at] != right]
    found: list[Change] | None = None
    for at in wrong:
        changes = [one for one, made in _changed(sums[at], names) if _equal(made, given[at])]
        found = changes if found is None else [one for one in found if one in changes]
    if not found:
        return []
    part = wrong[0] if len(wrong) < len(sums) else None
    return [Change(one.kind, one.what, one.other, part) for one in dict.fromkeys(found)][:MOST]


def _equal(made: float, given: float) -> bool:
    return math.isclose(made, given, rel_tol=1e-9)


def _value(terms: Sum, names: Mapping[str, float]) -> float:
    return sum(math.prod(names[one] for one in term) for term in terms)


def _together(given: float, rights: list[float]) -> Iterator[Change]:
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
        for number in (1, 2, 3):
            yield Change("instead", (factor,), (str(number),)), _with(factor, number)
        for step in (1, -1):
            near = f"{factor} {'+' if step > 0 else '−'} 1"
            yield Change("instead", (factor,), (near,)), _with(factor, names[factor] + step)
        twice = f"2 · {factor}"
        yield Change("instead", (factor,), (twice,)), _with(factor, 2 * names[factor])
    for unit in UNITS:
        yield Change("unit", (str(unit),)), right / unit


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
