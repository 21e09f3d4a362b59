"""Right for floats, wrong for whole numbers: results kept in the dtype of the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..exercise import Case
from .attempt import Attempt
from .explain import Finding
from .known import is_whole

ID = "whole-numbers"


def of(attempt: Attempt) -> Finding | None:
    """Return that only maps of whole numbers go wrong, and go right as floats."""
    if not alone(attempt):
        return None
    return Finding("whole-numbers", {"ids": (ID,)}, explained=True)


def alone(attempt: Attempt) -> bool:
    """Tell whether a function goes wrong for maps of whole numbers alone, and for none as floats.

    It is called once more for each of the wrong cases, with the same numbers as float64.
    """
    if not attempt.is_code or attempt.runner is None or not attempt.wrong:
        return False
    cases = [attempt.cases[i] for i in attempt.wrong]
    if not all(is_whole(case) for case in cases):
        return False
    outcomes = attempt.runner([_as_floats(case) for case in cases]).outcomes
    right = attempt.exercise.explains
    return len(outcomes) == len(cases) and all(
        right(outcome.value, case) for outcome, case in zip(outcomes, cases, strict=True)
    )


def _as_floats(case: Case) -> Mapping[str, Any]:
    return {**case, "x": case["x"].astype(float)}
