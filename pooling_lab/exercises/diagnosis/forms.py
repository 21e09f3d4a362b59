"""What fits the form of a function's results: their axes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..compare import agree
from .attempt import Attempt
from .explain import Finding
from .probe import Runner


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
