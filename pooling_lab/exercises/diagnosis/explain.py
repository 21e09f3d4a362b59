"""Which explanation of a wrong result is told: the surest first, each as plain data."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..compare import Value, agree, aligned, results, same
from ..exercise import Case, Exercise, get
from ..seeded_random import Stream
from . import by_hand, formulas, routes
from .edits import COMMON, DRAWS, FEW, RARE, USUAL, Edit, chance, edits_of, matching
from .measured import Measured, measured
from .probe import Probe, Runner
from .routes import Routes, Rule


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


# --- functions -------------------------------------------------------------------------------


def of_code(
    exercise: Exercise,
    run: Runner,
    cases: Sequence[Case],
    seen: Sequence[Value | None],
    wrong: Sequence[int],
) -> Finding | None:
    """Return what a wrong function does, by measuring it."""
    first = wrong[0]
    if not _repeats(run, cases[first], seen[first]):
        return Finding("random", {"at": first}, explained=True)
    solution = runner_of(exercise.solution)
    edits = solution_edits(exercise.id)
    whole = matching([e for e in edits if e.kind.startswith(WHOLE)], cases, seen)
    if whole:
        return Finding("edit", {"edit": whole[0], "at": first}, explained=True)
    sent = routes.name_sent(cases[0])
    if sent is not None:
        found = _sending(exercise, run, solution, cases, seen, wrong)
    else:
        found = _pooling(run, solution, cases, seen, wrong, exercise)
    if found is not None and found.explained:
        return found
    edited = matching(edits, cases, seen)
    if edited:
        best = edited[0]
        return Finding("edit", {"edit": best, "at": first}, explained=True)
    return found


WHOLE = ("result-", "as-if", "arguments-", "axis-first", "axes-moved", "entry", "entries")


def _repeats(run: Runner, case: Case, value: Value | None) -> bool:
    """Tell whether the same input gives the same result again, three times."""
    again = [*run([case] * 3)]
    return all(
        (one is None and value is None)
        or (one is not None and value is not None and same(one, value))
        for one in again
    )


def _pooling(
    run: Runner,
    solution: Runner,
    cases: Sequence[Case],
    seen: Sequence[Value | None],
    wrong: Sequence[int],
    exercise: Exercise,
) -> Finding | None:
    part = _wrong_part(exercise, cases[wrong[0]], seen[wrong[0]])
    if part == -1:
        return None
    found = measured(run, solution, cases, wrong, None if part is None else part)
    if found is None:
        return None
    facts = {"measured": found, "at": found.settings[0].at, "part": part}
    if found.made is not None and found.asked is not None and "p" not in cases[0]:
        if found.of_asked and found.made == found.asked:
            return None  # right wherever it was measured
        if found.of_asked:
            return Finding("makes", facts, explained=True)
        if found.windows_differ:
            return Finding("reads", facts, explained=True)
    if found.windows_differ and found.asked is not None and _reads_others(found):
        return Finding("reads-also", facts)
    return None


def _reads_others(found: Measured) -> bool:
    """Tell whether some output reads a cell that it should not, or there are more or fewer."""
    one = found.settings[0]
    if one.read.output != one.asked.output:
        return True
    return bool((one.read.cells & ~one.asked.cells).any())


def _wrong_part(exercise: Exercise, case: Case, value: Value | None) -> int | None:
    """Return which of several results is the first wrong one; −1 where they cannot be compared."""
    right = exercise.outcome(case)
    if isinstance(right, tuple):
        given = results(value)
        if len(given) != len(right):
            return -1
        wrong = [not same(a, b) for a, b in zip(given, right, strict=True)]
        return wrong.index(True) if any(wrong) else -1
    return None if isinstance(value, np.ndarray) else -1


def _sending(
    exercise: Exercise,
    run: Runner,
    solution: Runner,
    cases: Sequence[Case],
    seen: Sequence[Value | None],
    wrong: Sequence[int],
) -> Finding | None:
    if "grad_output" in cases[0]:
        rule, asked = _rule(exercise, cases, seen)
        if rule is not None and asked is not None and rule != asked:
            return Finding("rule", {"rule": rule, "asked": asked, "at": wrong[0]}, explained=True)
    found = routes.measure(run, solution, cases, wrong)
    if not found or all((f.reached == f.of_nothing).all() for f in found):
        return None  # it does not depend on what is sent
    one = next((f for f in found if f.place is not None), found[0])
    return Finding("routes", {"routes": one, "at": one.at}, explained=_linear(one, seen))


def _rule(
    exercise: Exercise, cases: Sequence[Case], seen: Sequence[Value | None]
) -> tuple[Rule | None, Rule | None]:
    able = [
        (case, value)
        for case, value in zip(cases, seen, strict=True)
        if isinstance(value, np.ndarray) and value.shape == np.shape(case["x"])
    ]
    if len(able) < len(cases):
        return None, None
    able.sort(key=lambda one: -one[0]["grad_output"].size)
    given = [case for case, _ in able]
    found = routes.rules(given, [value for _, value in able])
    if not found:
        return None, None
    rights = [exercise.outcome(case) for case in given]
    asked = routes.rules(given, [r for r in rights if isinstance(r, np.ndarray)])
    return found[0], asked[0] if asked else None


def _linear(one: Routes, seen: Sequence[Value | None]) -> bool:
    """Tell whether what was found for single numbers, added up, gives what was seen."""
    value = seen[one.at]
    if not isinstance(value, np.ndarray) or value.shape != one.of_nothing.shape:
        return False
    rest = one.of_nothing != 0  # stands there whatever is sent
    sent = np.asarray(one.case[one.name], float).ravel()
    weights = sent[(...,) + (None,) * (one.reached.ndim - 1)]
    added = np.where(rest, one.of_nothing, (weights * np.where(rest, 0, one.reached)).sum(axis=0))
    return bool(agree(added, value)[~rest].all() if rest.any() else agree(added, value).all())


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
        found = by_hand.of_grid(runner_of(exercise.solution), case, value)
        if found:
            return Finding("grid", {"grids": found}, explained=True)
        groups = by_hand.of_groups(runner_of(exercise.solution), case, value)
        if groups is not None:
            return Finding("groups", {"groups": groups}, explained=True)
    if isinstance(value, np.ndarray):
        changes = formulas.of(exercise, case, value)
        if changes:
            return Finding("formula", {"changes": changes}, explained=True)
    edits = [edit for edit in solution_edits(exercise.id) if cost(edit) <= _dearest(value)]
    if _says_little(value):
        edits = [edit for edit in edits if edit.kind not in LOOSE or edit.new in ("0", "1")]
    if isinstance(right, np.ndarray):
        while edits and chance(edits, case, right) > MOST_BY_CHANCE:
            dearest = max(cost(edit) for edit in edits)
            edits = [edit for edit in edits if cost(edit) < dearest]
    found_edits = matching(edits, [case], [value]) or matching(edits, [case], [value], False)
    found_edits.sort(key=cost)
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
    found = by_hand.of_grid(runner_of(exercise.solution), case, value)
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


__all__ = ["RARE", "USUAL", "Finding", "Probe", "of_answer", "of_code", "runner_of"]
