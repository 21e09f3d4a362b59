"""What fits the form of an answer: its axes, or numbers in another order."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from ..compare import agree
from .attempt import Attempt
from .explain import Finding
from .probe import Runner


def of(attempt: Attempt) -> Finding | None:
    """Return that the numbers would be right in another order, alone or within each pair."""
    value, fits = attempt.values[attempt.wrong[0]], attempt.exercise.fits
    if not isinstance(value, np.ndarray) or fits is None:
        return None
    case = attempt.cases[0]
    if value.ndim == 1 and 2 <= value.size <= 4 and not attempt.exercise.unordered:
        others = (value[list(order)] for order in itertools.permutations(range(value.size)))
    elif value.ndim == 2 and value.shape[1] == 2:
        others = (one for one in [value[:, ::-1]])
    else:
        return None
    if any(fits(one, frozenset(), **case) for one in others):
        return Finding("in-another-order", {"pairs": value.ndim == 2}, explained=True)
    return None


def of_code(attempt: Attempt, run: Runner) -> Finding | None:
    """Return what is right but for the form of some result."""
    values, rights = _arrays(attempt.values), _arrays(attempt.expected)
    if len(values) < len(attempt.cases) or len(rights) < len(values):
        return None
    both = [*zip(values, rights, strict=True)]
    for name, form in FORMS.items():
        if all(form(v, r) for v, r in both):
            return Finding("form", {"form": name, "at": attempt.wrong[0]}, explained=True)
    return None


def _arrays(values: object) -> list[np.ndarray]:
    assert isinstance(values, list)
    return [one for one in values if isinstance(one, np.ndarray)]


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(agree(a, b).all())


def _squeezed(v: np.ndarray, r: np.ndarray) -> bool:
    return v.size == r.size and _same(v.squeeze(), r.squeeze())


def _longer(v: np.ndarray, r: np.ndarray) -> bool:
    return v.ndim > r.ndim and _squeezed(v, r)


def _without_axis(v: np.ndarray, r: np.ndarray) -> bool:
    return _same(v, r) or (v.ndim < r.ndim and _squeezed(v, r))


# What every result is beside the right one.
FORMS: dict[str, Callable[[np.ndarray, np.ndarray], bool]] = {
    "squeezed": _without_axis,
    "axes-left": _longer,
    "axes-too-many-or-few": _squeezed,
}
