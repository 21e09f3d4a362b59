"""Why a short answer is wrong: decided in one pass over what every hypothesis gives.

The surest explanation that gives every number wins: a misconception of the list; what is plain to
see; the right numbers in other brackets; other windows, other cells, a product without a factor;
the worked solution with one thing changed; two misconceptions at once. Where none does, only what
is certain is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..compare import ENOUGH_DIGITS, Beside, Value
from ..exercise import Exercise, Mistakes
from . import looks
from .attempt import Attempt
from .by_hand import OfGrid
from .edits import ALIKE
from .explain import Finding
from .hypotheses import Hypotheses, Matches, hypotheses

RULES = ("padding-too-wide", "window-too-small")  # of a task, that an answer breaks
MOST_STORIES = 3  # that are told side by side of one answer
# What may come out right in all windows but one, and is told then.
ABOUT_ONE_WINDOW = ("farthest-from-zero", "mean-of-nonzero", "mean-of-positive", "largest-nonzero")


def of(attempt: Attempt) -> Finding | None:
    """Return what is found about a wrong short answer."""
    exercise, value, judged = attempt.exercise, attempt.values[0], attempt.judged[0]
    assert value is not None
    task, compared = hypotheses(exercise, attempt.cases[0]), judged.beside
    found = task.matching(value, compared is not None and compared.elsewhere)
    seen = None if found.ids else looks.at_once(attempt)
    if compared is None:
        return _of_many(attempt, task, found) or seen or _two(exercise, found.pairs)
    if found.ids:
        return _told(task, found.ids, sure=not _is_another_cell(task, value, compared.marks))
    return (
        _rounded(exercise, value, compared, found)
        or seen
        or _generated(exercise, value, compared, found)
        or _two(exercise, found.pairs)
        or _certain(exercise, value, judged.right, compared, task)
    )


def _of_many(attempt: Attempt, task: Hypotheses, found: Matches) -> Finding | None:
    """Return what is found where many answers are right."""
    judged = attempt.judged[0]
    ids = (*judged.fitting, *found.ids)
    if ids:
        return _told(task, ids, sure=bool(np.size(attempt.values[0])))  # type: ignore[arg-type]
    if judged.reordered:
        pairs = np.ndim(attempt.values[0]) == 2  # type: ignore[arg-type]
        return Finding("in-another-order", {"pairs": pairs}, explained=True)
    return None


def _told(task: Hypotheses, ids: Iterable[str], sure: bool = True) -> Finding:
    """Return one story, or the few among which the numbers cannot tell.

    It is one that many others might be as well where too many are as near.
    """
    exercise = task.exercise
    told: dict[str, str] = {}
    for one in ids:  # the same in a part of the answer is no other story
        if exercise.texts[one] not in map(exercise.texts.get, told.values()):
            told.setdefault(one.partition("-in-the-")[0].partition("-throughout")[0], one)
    order = [*exercise.misconceptions, *exercise.slips]
    first, *others = sorted(told.values(), key=order.index)
    sure = sure and not task.sure.isdisjoint(told.values())
    facts: dict[str, Any] = {"ids": (first,), "also": tuple(others[: MOST_STORIES - 1])}
    facts["sure"] = sure or first in RULES  # that is no guess
    return Finding("known", facts, explained=sure)


def _is_another_cell(task: Hypotheses, value: Value, marks: np.ndarray | None) -> bool:
    """Tell whether one number of a grid is wrong, and is one of its window: seen wrongly, or so."""
    if not isinstance(value, np.ndarray) or marks is None or marks.ndim < 2 or marks.sum() != 1:
        return False
    place = tuple(np.argwhere(marks)[0].tolist())
    window = task.generated.windows.get(place)
    return window is not None and value[place] in window.numbers


def _two(exercise: Exercise, both: Sequence[Mistakes]) -> Finding | None:
    if not both:
        return None
    ids = tuple(one for one in exercise.misconceptions if one in both[0])
    return Finding("known", {"ids": ids}, explained=True)


def _rounded(exercise: Exercise, value: Value, compared: Beside, found: Matches) -> Finding | None:
    """Return that the numbers are rounded, right ones or those of a misconception."""
    whole = isinstance(value, np.ndarray) and bool((value == np.rint(value)).all())
    others = [digits for one, digits in found.nearly if one in exercise.misconceptions]
    nearest = max(others, default=0)
    if not whole and compared.digits >= ENOUGH_DIGITS and nearest < compared.digits:
        return Finding("rounded-enough", explained=True)
    if compared.rounded or (isinstance(value, tuple) and compared.digits >= 2):
        return Finding("rounded", {"ids": ("rounded",)}, explained=True)
    ids = [one for one, digits in found.nearly if digits >= ENOUGH_DIGITS]
    if ids:
        return Finding("known", {"ids": (ids[0],)}, explained=True)
    ids = [one for one, digits in found.nearly if digits == 2 and isinstance(value, tuple)]
    return Finding("known", {"ids": (ids[0],), "sure": False}) if ids else None


def _generated(
    exercise: Exercise, value: Value, compared: Beside, found: Matches
) -> Finding | None:
    """Return the surest of what is generated from the worked solution."""
    marks = compared.marks
    if compared.brackets:
        return Finding("brackets", explained=True)
    listed = isinstance(value, np.ndarray) and exercise.formula is None
    if listed and marks is not None and marks.size > 1 and marks.sum() == 1:
        return _of_all_windows(found.grids) or _of_groups(found, sure=False)
    if found.grids:
        return Finding("grid", {"grids": found.grids, "sure": found.sure}, found.sure)
    if found.groups:
        return _of_groups(found, found.sure)
    if found.changes:
        return Finding("formula", {"changes": found.changes}, explained=True)
    near = [one for one in found.edits if one.cost <= found.edits[0].cost + ALIKE]
    if len(near) == 1:
        return Finding("edit", {"edit": near[0]}, explained=True)
    return Finding("either", {"edits": near}) if len(near) == 2 else None


def _of_all_windows(grids: Sequence[OfGrid]) -> Finding | None:
    """Return what gives every number of a grid, where all but one are right."""
    told = [one for one in grids if one.operation != one.asked_operation]
    if not told or any(one.operation not in ABOUT_ONE_WINDOW for one in told):
        return None
    return Finding("grid", {"grids": grids}, explained=True)


def _of_groups(found: Matches, sure: bool) -> Finding | None:
    if not found.groups:
        return None
    return Finding("groups", {"groups": found.groups[0], "sure": sure}, sure)


def _certain(
    exercise: Exercise, value: Value, right: Value | None, compared: Beside, task: Hypotheses
) -> Finding | None:
    """Return what is certain about an answer that nothing explains."""
    marks = compared.marks
    if compared.elsewhere and exercise.formula is None:
        return Finding("right-numbers", {"ids": ("right-numbers-elsewhere",)})
    if not compared.shape:
        kind = "arranged" if compared.as_many else "wrong-shape"
        return Finding(kind, {"ids": ("wrong-shape",)})
    if marks is None or marks.size <= 2 or marks.sum() != 1:
        return None
    facts: dict[str, Any] = {"ids": ("one-cell-off",)}
    if isinstance(value, np.ndarray) and isinstance(right, np.ndarray):
        place = tuple(int(n) for n in np.argwhere(marks)[0])
        sign = bool(value.shape == right.shape and (value == -right)[place])
        window = task.generated.windows.get(place)
        facts |= {"place": place, "window": window, "given": float(value[place]), "sign": sign}
    return Finding("one-cell-off", facts)
