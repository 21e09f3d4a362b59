"""The prose about grids worked out by hand: which windows, and what was made of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..diagnosis import Diagnosis
from ..diagnosis.by_hand import OfGrid, OneWindow
from ..diagnosis.makes import Makes
from ..diagnosis.reads import Axis
from ..display import Grid, number
from ..exercise import Case, Exercise
from .operations import OPERATIONS, what_to_try
from .windows import axis_names, cells_name, output_names, place_name, span


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
            f"For each window you have{where} {OPERATIONS[one.operation]}; asked is "
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


GROUPS = {
    "row": "each row of the map",
    "column": "each column of the map",
    "map": "the whole map",
    "along-rows": "{cells} neighbours in a row",
    "along-columns": "{cells} neighbours down a column",
    "apart": "cells that do not lie side by side",
    "on-its-side": "windows that lie on their side",
    "window": "each window",
    "cell": "each cell",
}
THROUGH = "-through-channels"


def of_groups(facts: Mapping[str, Any]) -> list[str]:
    """Say which cells were put together in place of windows."""
    one = facts["groups"]
    name = GROUPS[one.groups.removesuffix(THROUGH)].format(cells=one.cells)
    name += ", through all channels" * one.groups.endswith(THROUGH)
    lines = [
        f"What you have is {OPERATIONS[one.operation]} of {name}; asked is "
        f"{OPERATIONS[one.asked_operation]} of each window."
    ]
    if one.groups.endswith(THROUGH):
        return [
            *lines,
            "A pooling layer looks at each channel by itself: as many come out as go in.",
        ]
    return [*lines, "Draw the windows on the map: how many rows and columns has each?"]


def of_the_one(exercise: Exercise, facts: Mapping[str, Any]) -> list[str]:
    """Say which number alone is wrong, and which window it belongs to."""
    place = facts.get("place", ())
    if len(place) == 1:
        at = place[0]
        names = exercise.entries or [f"number {n}" for n in range(1, at + 2)]
        return [f"All are right but one: {names[at]}.", "Work that one out again, slowly."]
    window: OneWindow | None = facts.get("window")
    said = "Work that one out again, slowly." if window is None else _beside(window, facts)
    where = place_name(place, output_names(exercise, len(place)))
    lines = [f"All numbers are right but the one at {where}."]
    if window is None:
        return [*lines, said]
    shape = window.marks.shape
    names, box = axis_names(exercise, shape), window.box
    if box is None:
        cells = cells_name(window.marks, names)
    else:
        sizes = shape if len(shape) > 2 else (None,) * len(shape)
        *spans, last = map(span, names, box.start, box.stop, sizes)
        cells = f"{', '.join(spans)} and {last}"
    numbers = ", ".join(map(number, window.numbers.tolist()))
    return [*lines, f"Its window holds {numbers} ({cells}). {said}"]


def _beside(window: OneWindow, facts: Mapping[str, Any]) -> str:
    given = facts["given"]
    if not window.operation:
        return "Work that one out again from these, slowly."
    if facts["sign"]:
        return "Look at the sign of yours once more."
    if window.operation not in ("max", "min"):
        return f"Work out {OPERATIONS[window.operation]} of these once more, signs included."
    asked = OPERATIONS[window.operation]
    if given in window.numbers:
        below = " Below zero, the number nearest zero is the largest." * bool(
            (window.numbers < 0).all()
        )
        return f"Yours is one of them, but not {asked}.{below}"
    return f"Yours is none of them; asked is {asked}."


KINDS = ("grid", "groups")


def said(_: Exercise, found: Diagnosis, __: Case) -> tuple[list[str], tuple[Grid, ...]] | None:
    """Return what is said about a grid; None: there are no words."""
    lines = of_grids(found.facts["grids"]) if found.kind == "grid" else of_groups(found.facts)
    return (lines, ()) if lines else None
