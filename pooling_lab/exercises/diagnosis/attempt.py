"""An answer, its inputs, what came out and what should have: each worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..compare import Marks, Value
from ..exercise import Case, Exercise, Judged
from ..guarded_run import Outcome, Run, Runner


@dataclass(frozen=True)
class Attempt:
    """An answer to a task.

    Attributes
    ----------
    exercise, answer
        What was asked, and what was answered: a value, or a function.
    cases
        The inputs that a function was tried on; of a short answer the numbers of the task.
    run
        What it did with them.
    runner
        Calls the function again, with inputs made up to probe it; None for a short answer.
    """

    exercise: Exercise
    answer: Any
    cases: Sequence[Case]
    run: Run
    runner: Runner | None = None

    @cached_property
    def is_code(self) -> bool:
        """Whether the answer is a function."""
        return self.exercise.kind == "code"

    @cached_property
    def outcomes(self) -> Sequence[Outcome]:
        """What it did with each input; fewer than the inputs when the time was up."""
        return self.run.outcomes

    @cached_property
    def values(self) -> list[Value | None]:
        """What came out for each input; None where nothing did."""
        seen = [outcome.value for outcome in self.outcomes]
        return seen + [None] * (len(self.cases) - len(seen))

    @cached_property
    def judged(self) -> list[Judged]:
        """What came out for each input, beside what the worked solution gives."""
        return [*map(self.exercise.judge, self.values, self.cases)]

    @cached_property
    def expected(self) -> list[Value | None]:
        """What the worked solution gives for each input."""
        return [one.right for one in self.judged]

    @cached_property
    def wrong(self) -> list[int]:
        """Which cases went wrong, the one that is easiest to read first.

        A window of one cell comes last: what it shows is seldom what went wrong.
        """
        tried = range(len(self.outcomes))
        off = [i for i in tried if not self.judged[i].passes]
        if len(off) < 2:
            return off
        return sorted(off, key=lambda i: (_one_cell(self.cases[i]), effort(self.cases[i])))

    @cached_property
    def marks(self) -> Marks:
        """Which numbers of the first wrong result are wrong, where that can be told."""
        return self.judged[self.wrong[0]].marks


def _one_cell(case: Case) -> bool:
    return bool(case.get("kernel_size") == 1)


def effort(case: Case) -> tuple[int, int, float]:
    """Return what it takes to read a case: long numbers count most, then how many there are.

    Examples
    --------
    >>> effort({"x": np.array([3.0, -18.5]), "p": 2})
    (0, 3, 2.0)
    >>> effort({"x": np.array([-3_900_000_000.0]), "p": 2})[0]
    8
    """
    largest = max(float(abs(np.asarray(value)).max(initial=0)) for value in case.values())
    digits = int(np.log10(max(largest, 1))) + 1
    single = sum(float(abs(value)) for value in case.values() if isinstance(value, int | float))
    return max(0, digits - 2), sum(int(np.size(value)) for value in case.values()), single
