"""What a wrong function does, measured: the surest explanation first, each as plain data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..compare import Value, results, same
from ..exercise import Case, Exercise
from . import bins, counts, forms, masks, powers, routes, weights
from .attempt import Attempt
from .edits import matching
from .explain import Finding, runner_of, solution_edits
from .measured import array_name, measured
from .probe import Runner, unlike

# What is done to a whole result or argument, and no measuring says better.
WHOLE = (
    *("result-swapped", "result-reversed", "result-sorted", "result-transposed", "result-turned"),
    *("result-alone", "result-flat", "as-if", "arguments-", "axis-first", "axes-moved"),
    *("entry", "entries"),
)


def of(attempt: Attempt, run: Runner) -> Finding | None:
    """Return what a wrong function does, by measuring it.

    Parameters
    ----------
    attempt
        What was handed in, and what came out.
    run
        Calls it with other inputs.
    """
    exercise, cases, seen, wrong = attempt.exercise, attempt.cases, attempt.values, attempt.wrong
    first = wrong[0]
    if not _repeats(run, cases, seen):
        return Finding("random", {"at": first}, explained=True)
    edits = solution_edits(exercise.id)
    whole = matching([e for e in edits if e.kind.startswith(WHOLE)], cases, seen)
    if whole:
        return Finding("edit", {"edit": whole[0], "at": first}, explained=True)
    certain = None
    for look in (forms.of_code, bins.of, weights.of, powers.of, masks.of, _sending, _pooling):
        found = look(attempt, run)
        if found is not None and found.explained:
            return found
        certain = certain or found
    edited = matching(edits, cases, seen)
    if edited:
        return Finding("edit", {"edit": edited[0], "at": first}, explained=True)
    return certain


def holds(attempt: Attempt, run: Runner, ids: Sequence[str]) -> bool:
    """Tell whether misconceptions give what comes out for maps that were made up as well.

    Only of functions that windows slide over: what else may be made up, an exercise alone knows.
    """
    exercise, cases = attempt.exercise, attempt.cases
    name = array_name(cases[0])
    if name is None or len(ids) != 1 or ids[0] not in exercise.misconceptions:
        return True
    x = cases[attempt.wrong[0]][name]
    positive = all((case[name] >= 0).all() for case in cases if case[name].dtype.kind == "f")
    made_up = [{**cases[attempt.wrong[0]], name: one} for one in unlike(x, positive)]
    if "p" in cases[0]:  # no task draws 1, with which every mean but the plain one is told apart
        made_up += [{**case, "p": 1} for case in made_up[-1:]]
    who = frozenset(ids)
    seen = zip(made_up, run(made_up), strict=False)
    return all(y is None or exercise.explains(y, case, who) for case, y in seen)


def _repeats(run: Runner, cases: Sequence[Case], seen: Sequence[Value | None]) -> bool:
    """Tell whether the same inputs give the same results again, twice."""
    return all(
        (one is None and before is None)
        or (one is not None and before is not None and same(one, before))
        for again in (run(cases), run(cases))
        for one, before in zip(again, seen, strict=False)
    )


def _sending(attempt: Attempt, run: Runner) -> Finding | None:
    if routes.name_sent(attempt.cases[0]) is None:
        return None
    return routes.of(attempt, run, runner_of(attempt.exercise.solution))


# --- windows ----------------------------------------------------------------------------------


def _pooling(attempt: Attempt, run: Runner) -> Finding | None:
    exercise, cases, seen, wrong = attempt.exercise, attempt.cases, attempt.values, attempt.wrong
    part = _wrong_part(exercise, cases[wrong[0]], seen[wrong[0]])
    if part == -1 or routes.name_sent(cases[0]) is not None:
        return None
    solution = runner_of(exercise.solution)
    if _all_in_brackets(attempt):
        run = _out_of_brackets(run)
    found = measured(run, solution, cases, wrong, part, exercise.id)
    counted = counts.of(run, solution, cases, part)
    if found is None:
        if counted is None or not counted.whole:
            return None
        return Finding("counts", {"counts": counted, "at": wrong[0], "part": part})
    facts = {"measured": found, "at": found.settings[0].at, "part": part, "counts": counted}
    if counted is not None and counted.whole and found.fewer:
        ids = ("last-window-missed",) * ("last-missed" in counted.wrong)
        return Finding("reads", {**facts, "ids": ids}, explained=True)
    if found.weights is not None:
        return Finding("linear", facts, explained=True)
    if found.picked is not None:
        return Finding("picked", facts)
    if "p" in cases[0] and not found.windows_differ:
        return Finding("windows-right", facts)  # which mean it is, is looked for in `powers`
    if found.made is not None and found.asked is not None:
        if found.of_asked and found.made == found.asked:
            return None  # right wherever it was measured
        if found.of_asked:
            return Finding("makes", facts, found.everywhere)
        if found.windows_differ:
            return Finding("reads", facts, found.everywhere)
    if found.windows_differ and found.reads_others:
        return Finding("reads-also", facts)
    return None if found.windows_differ else Finding("windows-right", facts)


def _all_in_brackets(attempt: Attempt) -> bool:
    """Tell whether every result has one leading axis too many, of length 1, as torch leaves it."""
    both = [*zip(attempt.values, attempt.expected, strict=True)]
    return all(
        isinstance(right, np.ndarray)
        and isinstance(value, np.ndarray)
        and value.ndim == right.ndim + 1
        and len(value) == 1
        for value, right in both
        if value is not None
    )


def _out_of_brackets(run: Runner) -> Runner:
    """Return a function as it is without that axis: leading ones of length 1 are free."""

    def asked(cases: Sequence[Case]) -> list[Value | None]:
        return [
            one[0] if isinstance(one, np.ndarray) and one.shape[:1] == (1,) else one
            for one in run(cases)
        ]

    return asked


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
