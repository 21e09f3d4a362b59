"""The stored cases: everybody's numbers of a short answer, and what functions are tried on.

``cases.json`` holds a list for each exercise. The first case is the task that everybody sees; a
function is tried on all of them. They were searched for, so that together they tell all mistakes
apart (CS231n's forward test on an increasing ramp lets "return the bottom-right cell" pass), and
they stay: ``tests/exercises/add_cases.py`` only appends.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .exercise import Case

STORED = Path(__file__).with_name("cases.json")


@functools.cache
def cases(exercise_id: str) -> tuple[Case, ...]:
    """Return the stored cases of an exercise, the task's own first."""
    return tuple(decoded(case) for case in _stored()[exercise_id])


@functools.cache
def _stored() -> Mapping[str, list[dict[str, Any]]]:
    stored: dict[str, list[dict[str, Any]]] = json.loads(STORED.read_text(encoding="utf-8"))
    return stored


def encoded(case: Case) -> dict[str, Any]:
    """Return a case as JSON holds it, to the last digit; an array with its dtype.

    Examples
    --------
    >>> encoded({"x": np.array([0.1, 2]), "sizes": (3, 4)})
    {'x': {'float64': [0.1, 2.0]}, 'sizes': [3, 4]}
    """
    return {name: _plain(value) for name, value in case.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {str(value.dtype): value.tolist()}
    return list(value) if isinstance(value, tuple) else value


def decoded(stored: Mapping[str, Any]) -> Case:
    """Return the case that was stored."""
    return {name: _value(value) for name, value in stored.items()}


def _value(stored: Any) -> Any:
    if isinstance(stored, dict):
        ((dtype, numbers),) = stored.items()
        return np.array(numbers, dtype)
    return tuple(stored) if isinstance(stored, list) else stored
