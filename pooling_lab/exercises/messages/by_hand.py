"""The prose about grids worked out by hand: which windows, and what was made of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..diagnosis import Diagnosis
from ..diagnosis.by_hand import OfGrid
from ..diagnosis.makes import Makes
from ..diagnosis.reads import Axis
from ..display import Grid
from ..exercise import Case, Exercise
from .measured import OPERATIONS, what_to_try


def of_grids(grids: Sequence[OfGrid]) -> list[str] | None:
    """Say what a grid is; None where several windows are possible."""
    parts = [one for one in grids if one.part is not None]
    if parts:
        lines = [
            line for one in parts for line in _of_one(one, f" in result {(one.part or 0) + 1}")
        ]
        return [*dict.fromkeys(lines)]
    best = grids[0]
    if best.windows_differ and any(
        (one.rows, one.columns) != (best.rows, best.columns) for one in grids
    ):
        return None
    return _of_one(best, "")


def _of_one(one: OfGrid, where: str) -> list[str]:
    lines = []
    if one.operation != one.asked_operation:
        lines.append(
            f"What you have{where} is {OPERATIONS[one.operation]} of each window; asked is "
            f"{OPERATIONS[one.asked_operation]}."
        )
        if one.operation != "sum/9":
            lines.append(what_to_try(Makes(one.operation), Makes(one.asked_operation)))
    if one.windows_differ:
        said = " and ".join(
            _row_of_windows(name, axis)
            for name, axis in (("row", one.rows), ("column", one.columns))
        )
        lines.append(f"Your numbers{where} belong to windows over {said}.")
        lines.append(
            "Draw the first two windows of the task: how large are they, and how far "
            "apart do they start?"
        )
    return lines


def _row_of_windows(name: str, axis: Axis) -> str:
    spans = [
        f"{a}–{b - 1}" if b - a > 1 else f"{a}"
        for a, b in zip(axis.starts, axis.stops, strict=True)
    ]
    return f"{name}s {', '.join(spans)}"


def of_lines(facts: Mapping[str, Any]) -> list[str]:
    """Say that whole rows or columns were taken for windows."""
    one = facts["lines"]
    return [
        f"What you have is {OPERATIONS[one.operation]} of each {one.lines} of the map; asked is "
        f"{OPERATIONS[one.asked_operation]} of each window.",
        "Draw the windows on the map: how many rows and columns has each?",
    ]


KINDS = ("grid", "lines")


def said(_: Exercise, found: Diagnosis, __: Case) -> tuple[list[str], tuple[Grid, ...]] | None:
    """Return what is said about a grid; None: there are no words."""
    lines = of_grids(found.facts["grids"]) if found.kind == "grid" else of_lines(found.facts)
    return (lines, ()) if lines else None
