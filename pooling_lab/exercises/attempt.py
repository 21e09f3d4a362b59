"""An answer, the inputs it was tried on, and how a call with one of them is written down."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .display import LONGEST, Grid, Status, Verdict
from .exercise import Case, Exercise
from .guarded_run import Outcome, Run

LINE = 88  # characters of code before a line is broken


@dataclass(frozen=True)
class Attempt:
    """An answer, the inputs it was tried on, and what it did with them."""

    exercise: Exercise
    answer: Any
    cases: Sequence[Case]
    run: Run

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """What it did with each input; fewer than the inputs when the time was up."""
        return self.run.outcomes

    @property
    def is_code(self) -> bool:
        """Whether the answer is a function."""
        return self.exercise.kind == "code"

    def wrong(self) -> list[int]:
        """Return which cases went wrong, the one that is easiest to read first."""
        by_size = sorted(range(len(self.outcomes)), key=lambda i: effort(self.cases[i]))
        right = self.exercise.explains
        return [i for i in by_size if not right(self.outcomes[i].value, self.cases[i])]


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


def verdict(
    attempt: Attempt,
    status: Status,
    message: str,
    *misconceptions: str,
    case: Case | None = None,
    drawn: tuple[Grid, ...] = (),
) -> Verdict:
    """Return a verdict; with a ``case``, the input that a function failed on goes with it."""
    code = ""
    if attempt.is_code and case is not None:  # a short answer's numbers are in the task
        drawn, code = (*_largest(case), *drawn), _pasteable(attempt, case)
    return Verdict(attempt.exercise.id, status, message, misconceptions, drawn, code)


def arrays_of(case: Case) -> tuple[Grid, ...]:
    """Return the arrays among the numbers of a case, to be drawn."""
    return tuple(Grid(n, np.asarray(v)) for n, v in case.items() if isinstance(v, np.ndarray))


def call(exercise: Exercise, case: Case) -> str:
    """Write the call of a coded exercise with the numbers of a case, arrays by name."""
    arguments = (n if isinstance(v, np.ndarray) else f"{n}={v!r}" for n, v in case.items())
    return f"`{_stub_name(exercise)}({', '.join(arguments)})`"


def literal(value: object) -> str:
    """Write a value as code; a photo keeps its dtype."""
    if not isinstance(value, np.ndarray):
        return repr(value)
    numbers = value.tolist()
    usual = np.array(numbers).dtype == value.dtype
    return f"np.array({numbers})" if usual else f'np.array({numbers}, dtype="{value.dtype}")'


def _stub_name(exercise: Exercise) -> str:
    return exercise.stub.removeprefix("def ").partition("(")[0]


def _largest(case: Case) -> tuple[Grid, ...]:
    """Return the largest array of a case: one input beside one result is enough to look at."""
    grids = sorted(arrays_of(case), key=lambda grid: -grid.cells.size)
    return tuple(grid.first_plane() for grid in grids[:1])


def _pasteable(attempt: Attempt, case: Case) -> str:
    """Write the student's call with its numbers, or where they are many, what is not drawn."""
    arrays = {n: v for n, v in case.items() if isinstance(v, np.ndarray)}
    if sum(v.size for v in arrays.values()) <= LONGEST:
        return _wrapped(_own_call(attempt, case))
    drawn = [grid.caption for grid in _largest(case)]
    left = [(n, v) for n, v in arrays.items() if n not in drawn and v.size <= LONGEST]
    return "\n".join(_wrapped(f"{n} = {literal(v)}") for n, v in left)


def _own_call(attempt: Attempt, case: Case) -> str:
    """Write a call of the student's function under its own name, by name only where that fits."""
    name = _name(attempt.answer)
    name = name if name.isidentifier() else _stub_name(attempt.exercise)
    own_names = _parameters(attempt.answer) == tuple(case)
    texts = [(n, literal(v), own_names and not isinstance(v, np.ndarray)) for n, v in case.items()]
    return f"{name}({', '.join(f'{n}={text}' if by_name else text for n, text, by_name in texts)})"


def _wrapped(code: str) -> str:
    return textwrap.fill(code, LINE, subsequent_indent="    ", break_on_hyphens=False)


def _name(function: Callable[..., Any]) -> str:
    try:
        return str(function.__name__)
    except Exception:  # a student's own class may do anything when it is asked
        return ""


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except Exception:
        return ()
