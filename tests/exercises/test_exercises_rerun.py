"""Whatever explains a short answer gives every number of it, rerun from its own description."""

import itertools
import math

import numpy as np
import pytest
from test_exercises import ANSWERS
from test_exercises_diagnosis import of_every_kind, other_than

from pooling_lab import exercises
from pooling_lab.exercises.compare import all_rounded, digits_kept, plain, same
from pooling_lab.exercises.diagnosis import Attempt, by_hand, diagnose
from pooling_lab.exercises.diagnosis.makes import OPERATIONS, Window, values_of
from pooling_lab.exercises.guarded_run import run


def found_about(id, answer):
    task = exercises.show(id)
    exercise, cases = task.exercise, [task.numbers]
    did = run(lambda *_: exercise.in_order(answer), cases, ())
    with np.errstate(all="ignore"):
        return diagnose(Attempt(exercise, answer, cases, did))


# --- each kind, rerun -------------------------------------------------------------------------


def known(exercise, case, value, found):
    ids = (*found.ids, *found.facts.get("also", ()))
    if len(found.ids) == 2:
        return exercise.explains(value, case, frozenset(found.ids))
    return all(leads_to(exercise, case, value, one) for one in ids)


def leads_to(exercise, case, value, one):
    slipped = exercise.slipped(one, case) if one in exercise.slips else None
    if slipped is not None and exercise.unordered:
        return same(np.sort(value), np.sort(slipped))
    if slipped is not None and same(value, slipped):
        return True
    if exercise.fits is not None and not exercise.unordered:
        return exercise.fits(value, {one}, **case)
    if exercise.explains(value, case, frozenset({one})):
        return True
    if one == "mean-for-max" and exercise.explains(value, case, {one, "zero-padding"}):
        return True
    return digits_kept(value, exercise.outcome(case, {one})) >= 3  # rounded by the student


def edit(exercise, case, value, found):
    made = found.facts["edit"].outcome(case)
    if isinstance(value, np.ndarray):
        made, value = np.squeeze(made), np.squeeze(value)
    return same(made, value)


def grid(exercise, case, value, found):
    x = np.asarray(case["x"], float)
    grids = found.facts["grids"]
    if grids[0].part is not None:
        return all(is_grid(x, value[one.part], one) for one in grids)
    planes = [(x[at] if x.ndim > 2 else x, value[at]) for at in np.ndindex(value.shape[:-2])]
    return all(is_grid(plane, seen, one) for one in grids for plane, seen in planes)


def is_grid(x, seen, one):
    for i, j in np.ndindex(seen.shape):
        rows = slice(one.rows.starts[i], one.rows.stops[i])
        columns = slice(one.columns.starts[j], one.columns.stops[j])
        cells = x[rows, columns]
        if one.operation in OPERATIONS:
            window = Window(cells, np.arange(x.size).reshape(x.shape)[rows, columns], x.shape)
            made = values_of(one.operation, [window])[0]
        else:
            made = cells.sum() / int(one.operation.removeprefix("sum/"))
        if not np.isclose(made, seen[i, j], rtol=1e-4):
            return False
    return True


def groups(exercise, case, value, found):
    made = dict(by_hand.groups_of(by_hand.layout(exercise, case)))[found.facts["groups"]]
    return any(np.allclose(made, way.ravel()) for way in (value, value.T))


def formula(exercise, case, value, found):
    names = exercise.formula.quantities(**case)
    sums, given = exercise.formula.sums, np.ravel(value)
    rights = [sum(math.prod(names[one] for one in term) for term in terms) for terms in sums]
    for change in found.facts["changes"]:
        if change.kind == "together":
            a, b = rights
            how = {"difference": a - b, "sum": a + b, "ratio": a / b}
            return math.isclose(how[change.what[0]], given[0])
        if change.kind == "rounded-count":
            steps = 10.0 ** np.arange(1, 9)
            both = zip(rights, given, strict=True)
            return all(any(round(r / step) * step == g for step in steps) for r, g in both)
        if change.kind == "unit-rounded":
            made = np.array(rights) / float(change.what[0])
            return any(np.allclose(np.round(made, n), given, rtol=1e-9) for n in range(5))
        wrong = [at for at, right in enumerate(rights) if given[at] != right]
        if change.part is not None and wrong != [change.part]:
            return False
        if not all(
            any(
                math.isclose(made, given[at], rel_tol=1e-9)
                for made in changed(change, sums[at], names)
            )
            for at in wrong
        ):
            return False
    return True


def number(text, names):
    """What a factor stands for: a quantity, a number, or “2 · size” and the like."""
    if text in names:
        return names[text]
    for sign, how in (
        (" + ", lambda a, b: a + b),
        (" − ", lambda a, b: a - b),
        (" · ", lambda a, b: a * b),
    ):
        left, found, right = text.partition(sign)
        if found:
            return how(number(left, names), number(right, names))
    over = text.partition("/")
    return float(over[0]) / float(over[2]) if over[1] else float(text)


def changed(change, terms, names):
    """Every number that a change of one of these terms may lead to."""
    product = math.prod(number(one, names) for one in change.what)
    other = math.prod(number(one, names) for one in change.other)
    values = [math.prod(names[one] for one in term) for term in terms]
    right = sum(values)
    if change.kind in ("plus", "minus"):
        yield right + (product if change.kind == "plus" else -product)
    if change.kind == "unit":
        yield right / product
    if change.kind == "times":
        yield right * product
        yield right - values[0] + values[0] * product
    if change.kind == "instead" and len(change.other) == 1:  # everywhere
        swapped = {**names, change.what[0]: other}
        yield sum(math.prod(swapped[one] for one in term) for term in terms)
    for term, value in zip(terms, values, strict=True):
        rest = right - value
        if change.kind == "without-term" and term == change.what:
            yield rest
        if change.kind == "without":
            yield rest + value / product
        if change.kind == "instead":
            yield rest + value / product * other
            yield rest + value / product ** term.count(change.what[0]) * other ** term.count(
                change.what[0]
            )
        if change.kind == "too-many":
            yield rest + value * product
        if change.kind == "added-instead":
            yield rest + other
        if change.kind == "added":
            factors = [names[one] for one in change.what]
            yield rest + value / product * sum(factors)
            squares = [names[one] ** term.count(one) for one in change.what]
            yield rest + value / math.prod(squares) * sum(squares)


def brackets(exercise, case, value, found):
    return same(value.ravel(), exercise.outcome(case).ravel())


def another_order(exercise, case, value, found):
    orders = itertools.permutations(value) if value.ndim == 1 else [value[:, ::-1]]
    return any(exercise.fits(np.array(one), frozenset(), **case) for one in orders)


def rounded(exercise, case, value, found):
    right = exercise.outcome(case)
    return digits_kept(value, right) >= 2 or all_rounded([value], [right])


RERUN = {
    "known": known,
    "edit": edit,
    "grid": grid,
    "groups": groups,
    "formula": formula,
    "brackets": brackets,
    "in-another-order": another_order,
    "rounded": rounded,
    "rounded-enough": rounded,
    "all-zeros": lambda exercise, case, value, found: not value.any(),
    "all-nan": lambda exercise, case, value, found: np.isnan(value).all(),
    "empty": lambda exercise, case, value, found: not value.size,
    "input-returned": lambda exercise, case, value, found: any(
        np.array_equal(value, given) for given in case.values()
    ),
    "in-quotes": lambda exercise, case, value, found: not isinstance(value, np.ndarray),
}


def answers(id):
    """Wrong answers of every kind, and what is left of the right one in another form."""
    right = exercises.get(id).outcome(exercises.show(id).numbers)
    yield from of_every_kind(id)
    x = exercises.show(id).numbers.get("x")
    if np.ndim(x) == 2:
        yield "of each row", x.max(axis=1)
        yield "of each column", x.mean(axis=0)
    if isinstance(right, np.ndarray):
        yield "turned", right.T
        yield "other brackets", right.ravel() if right.ndim > 1 else right.reshape(-1, 1)
        yield "reversed", right[::-1] if right.ndim else right
        yield "pairs reversed", right[..., ::-1] if right.ndim else right
        yield "in thousands", np.round(right / 1000, 1)
        yield "two digits", np.round(right, 2)
        yield "zeros", np.zeros_like(right)
        yield "none", np.zeros(0)
        yield "NaN", np.full_like(right, np.nan)
        yield "a word", "many"


@pytest.mark.parametrize("id", ANSWERS)
def test_what_explains_an_answer_gives_every_number_of_it(id):
    exercise, case = exercises.get(id), exercises.show(id).numbers
    explained = 0
    for what, answer in answers(id):
        found = None if answer is None else found_about(id, answer)
        if found is None or not found.explained or found.kind == "right":
            continue
        explained += 1
        value = plain(exercise.in_order(answer))
        assert RERUN[found.kind](exercise, case, value, found), (what, answer, found)
    assert explained >= 3


@pytest.mark.parametrize("id", ANSWERS)
def test_what_nobody_meant_is_not_explained(id):
    right = exercises.get(id).outcome(exercises.show(id).numbers)
    found = found_about(id, other_than(right))
    assert found.status == "wrong" and not found.explained, found


def test_every_kind_of_explanation_is_rerun():
    kinds = {
        found_about(id, answer).kind
        for id in ("output-size", "max-by-hand", "head-weights", "choose-window", "average-by-hand")
        for _, answer in answers(id)
        if answer is not None
    }
    told = {"known", "edit", "grid", "groups", "formula", "brackets", "in-another-order"}
    assert told <= kinds, told - kinds
