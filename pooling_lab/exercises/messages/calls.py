"""How the numbers of a case are written down: as a call, as code to paste, as arrays to draw."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from ..display import LONGEST, Grid
from ..exercise import Case, Exercise

LINE = 88  # characters of code before a line is broken


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


def first_arrays(case: Case) -> tuple[Grid, ...]:
    """Return the largest array of a case: one input beside one result is enough to look at."""
    grids = sorted(arrays_of(case), key=lambda grid: -grid.cells.size)
    return tuple(grid.first_plane() for grid in grids[:1])


def pasteable(exercise: Exercise, answer: Any, case: Case) -> str:
    """Write the student's call with its numbers, or where they are many, what is not drawn."""
    arrays = {n: v for n, v in case.items() if isinstance(v, np.ndarray)}
    if sum(v.size for v in arrays.values()) <= LONGEST:
        return _wrapped(_own_call(exercise, answer, case))
    drawn = [grid.caption for grid in first_arrays(case)]
    left = [(n, v) for n, v in arrays.items() if n not in drawn and v.size <= LONGEST]
    return "\n".join(_wrapped(f"{n} = {literal(v)}") for n, v in left)


def _own_call(exercise: Exercise, answer: Any, case: Case) -> str:
    """Write a call of the student's function under its own name, by name only where that fits."""
    name = _name(answer)
    name = name if name.isidentifier() else _stub_name(exercise)
    own_names = _parameters(answer) == tuple(case)
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
