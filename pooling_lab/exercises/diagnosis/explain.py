"""What was found about a wrong result, as plain data; and the edits of a worked solution."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..compare import Value
from ..exercise import Case, get
from ..seeded_random import Stream
from .edits import DRAWS, Edit, edits_of
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


__all__ = ["Finding", "runner_of", "solution_edits"]
