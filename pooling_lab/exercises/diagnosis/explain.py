"""Which explanation of a wrong result is told: the surest first, each as plain data."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..compare import Value, agree, aligned
from ..exercise import Case, Exercise, get, per_case
from ..seeded_random import Stream
from . import by_hand, formulas
from .edits import (
    COMMON,
    DRAWS,
    FEW,
    RARE,
    USUAL,
    Edit,
    Edited,
    chance,
    edited,
    edits_of,
    giving,
)
from .probe import Runner


@dataclass(frozen=True)
class Finding:
    """What was found about a wrong result.

    Attributes
    ----------
    kind
        ``"known"``, ``"makes"``, ``"reads"``, ``"routes"``, ``"edit"``, ``"grid"``, ``"fact"``…
    facts
        What `messages` words; depends on the kind.
    explained
        Whether this, rerun, gives every number that was seen.
    """

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    explained: bool = False


def runner_of(function: Callable[..., Any]) -> Runner:
    """Return a runner for code of our own, which needs no guard."""
    from ..compare import plain

    def run(cases: Sequence[Case]) -> list[Value | None]:
        values: list[Value | None] = []
        for case in cases:
            try:
                with np.errstate(all="ignore"):
                    values.append(plain(function(**case)))
            except Exception:  # the worked solution may refuse what was made up to probe with
                values.append(None)
        return values

    return run


@functools.cache
def solution_edits(exercise_id: str) -> tuple[Edit, ...]:
    """Return the edits of an exercise's worked solution."""
    exercise = get(exercise_id)
    stream = Stream("edits", exercise_id)
    cases = [exercise.draw(stream) for _ in range(DRAWS)]
    return edits_of((exercise.solution, *exercise.ways), cases)


# --- short answers -----------------------------------------------------------------------------

MOST_BY_CHANCE = 0.02  # of the answers near the right one that edits may explain
ALIKE = 0.4  # ranks closer than this are told side by side


def of_answer(exercise: Exercise, case: Case, value: Value) -> Finding | None:
    """Return what a wrong short answer is, from the worked solution and from the grid."""
    right = exercise.outcome(case)
    assert right is not None
    if _only_brackets(value, right):
        return Finding("brackets", explained=True)
    if _one_entry_off(value, right) and exercise.formula is None:
        return _of_all_windows(exercise, case, value)
    if isinstance(value, np.ndarray) and "x" in case and np.ndim(case["x"]) >= 2:
        found = by_hand.of_grid(exercise, case, value)
        if found:
            return Finding("grid", {"grids": found}, explained=True)
        groups = by_hand.of_groups(exercise, case, value)
        if groups is not None:
            return Finding("groups", {"groups": groups}, explained=True)
    if isinstance(value, np.ndarray):
        changes = formulas.of(exercise, case, value)
        if changes:
            return Finding("formula", {"changes": changes}, explained=True)
    dearest, little = _dearest(value), _says_little(value)
    table = [
        one
        for one in _edited(exercise, case)
        if cost(one.edit) <= dearest
        and not (little and one.edit.kind in LOOSE and one.edit.new not in ("0", "1"))
    ]
    if isinstance(right, np.ndarray):
        while table and chance(table, right) > MOST_BY_CHANCE:
            dearest = max(cost(one.edit) for one in table)
            table = [one for one in table if cost(one.edit) < dearest]
    found_edits = sorted(giving(table, value), key=cost)
    if not found_edits:
        return None
    near = [e for e in found_edits if cost(e) <= cost(found_edits[0]) + ALIKE]
    if len(near) == 1:
        return Finding("edit", {"edit": near[0]}, explained=True)
    if len(near) == 2:
        return Finding("either", {"edits": near}, explained=False)
    return None


# What may come out right in all windows but one, and is told then.
ABOUT_ONE_WINDOW = ("farthest-from-zero", "mean-of-nonzero", "mean-of-positive", "largest-nonzero")


def _of_all_windows(exercise: Exercise, case: Case, value: Value) -> Finding | None:
    """Return what gives every number of a grid, where all but one are right."""
    if not isinstance(value, np.ndarray) or np.ndim(case.get("x", 0)) < 2:
        return None
    found = by_hand.of_grid(exercise, case, value)
    told = [one for one in found if one.operation != one.asked_operation]
    if not told or any(one.operation not in ABOUT_ONE_WINDOW for one in told):
        return None
    return Finding("grid", {"grids": found}, explained=True)


SMALL = 1000
LOOSE = ("as-if", "as-if-off", "arguments-swapped", "one-off", "constant", "value")


def _says_little(value: Value) -> bool:
    """Tell whether an answer is a few small numbers: many changes lead to them by chance."""
    if not isinstance(value, np.ndarray):
        return False
    return value.size < FEW and bool((abs(value) < SMALL).all())


@per_case
def _edited(exercise: Exercise, case: Case) -> list[Edited]:
    return edited(solution_edits(exercise.id), case)


def _only_brackets(value: Value, right: Value) -> bool:
    """Tell whether these are the right numbers in their order, grouped otherwise."""
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return False
    return value.size == right.size > 1 and bool(agree(value.ravel(), right.ravel()).all())


def _one_entry_off(value: Value, right: Value) -> bool:
    if not (isinstance(value, np.ndarray) and isinstance(right, np.ndarray)):
        return False
    value, right = aligned(value, right)
    return value.shape == right.shape and value.size > 1 and (~agree(value, right)).sum() == 1


def _dearest(value: Value) -> float:
    """Return how unusual an edit may be: the fewer numbers, the more usual it has to be."""
    count = value.size if isinstance(value, np.ndarray) else len(value)
    return 5.0 if count >= FEW else 2.6


COSTS = {
    **dict.fromkeys(("as-if-0", "as-if-1", "term", "factor", "divisor"), 1.0),
    **dict.fromkeys(("result-swapped", "result-reversed", "entries-swapped"), 1.0),
    **dict.fromkeys(("ceiled", "floored", "not-rounded", "arguments-swapped"), 1.1),
    **dict.fromkeys(("sign", "operation", "item", "step", "entry-missing"), 1.2),
    "as-if-minus": 2.1,
    "as-if": 1.9,
    "constant": 2.0,
    "value": 1.9,
    **dict.fromkeys(("added", "multiplied", "magnitude", "nearest"), 1.7),
    **dict.fromkeys(("as-if-off", "one-off", "twice", "turned"), 2.5),
    **dict.fromkeys(("array-sorted", "array-magnitudes"), 1.6),
}


def cost(edit: Edit) -> float:
    """Return how unusual an edit is, more finely than its rank says."""
    kind = f"as-if-{edit.new}" if edit.kind == "as-if" and edit.new in "01" else edit.kind
    fine = COSTS.get(kind)
    return fine if fine is not None and edit.rank <= COMMON else float(edit.rank) + 0.05


__all__ = ["RARE", "USUAL", "Finding", "of_answer", "runner_of", "solution_edits"]
