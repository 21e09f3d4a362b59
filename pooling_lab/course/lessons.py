"""The lessons as files: which they are, and what each says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pooling_lab.course.home import CourseError

# A cell with this tag asserts what the course promises; CI runs it, a student's copy has none.
CHECK = "check"
FRONT_DOOR = "pooling_in_90_minutes.ipynb"
CORE = ("01", "02", "03", "04", "05", "06", "10")
DEEPER = "## Deeper"  # the heading of a lesson's optional part begins so


class Lesson(NamedTuple):
    """One notebook of the course as its first cells describe it."""

    number: str
    file: str
    title: str
    minutes: int
    """Of its core: what the lessons behind it build on."""
    deeper: int
    """Of its optional part, *Deeper*; 0 if it has none."""


def lesson_files(folder: Path) -> list[Path]:
    """Return the notebooks of the course in ``folder``: the 90 minutes first, then by number."""
    return [*folder.glob(FRONT_DOOR), *sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def number_of(path: Path) -> str:
    """Return what a lesson is called by at the command line."""
    return "90" if path.name == FRONT_DOOR else path.name[:2]


def read_cells(text: bytes) -> list[dict[str, Any]]:
    """Return the cells of a notebook.

    Raises
    ------
    ValueError
        If it is none of format 4; whatever else is in the file.
    """
    try:
        notebook = json.loads(text.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(_is_cell(cell) for cell in cells):
        raise ValueError("it is no notebook of format 4")
    return cells


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("metadata"), dict):
        return False
    source = cell.get("source", "")
    return isinstance(cell.get("cell_type"), str) and (
        isinstance(source, str)
        or (isinstance(source, list) and all(isinstance(line, str) for line in source))
    )


def source(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell."""
    return "".join(cell.get("source", ""))


def tags(cell: Mapping[str, Any]) -> Sequence[str]:
    """Return the tags of a cell."""
    found = cell["metadata"].get("tags", [])
    return found if isinstance(found, list) else []


def lessons(folder: Path) -> list[Lesson]:
    """Return the lessons in ``folder`` in teaching order, the notebook of 90 minutes first.

    Raises
    ------
    CourseError
        If a notebook does not say its title as ``# NN · Title`` and its ``**Minutes:** N``.
    """
    return [_described(path) for path in lesson_files(folder)]


def _described(path: Path) -> Lesson:
    try:
        cells = read_cells(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CourseError(f"{path.name} cannot be read: {error}") from None
    prose = "\n".join(source(c) for c in cells if c["cell_type"] == "markdown")
    title = re.match(r"# (?:\d\d · )?(.+)", prose)
    minutes = re.search(r"\*\*Minutes:\*\* (\d+)(?: for the core, (\d+) for \*Deeper\*)?", prose)
    if not (title and minutes):
        raise CourseError(f"{path.name} must begin with '# NN · Title' and say '**Minutes:** N'.")
    return Lesson(number_of(path), path.name, title[1], int(minutes[1]), int(minutes[2] or 0))


def as_told(path: Path) -> Lesson:
    """Return a lesson as it describes itself, or at least its name."""
    try:
        return _described(path)
    except CourseError:  # an original with a conflict in it: its name is all there is
        return Lesson(number_of(path), path.name, path.stem, 0, 0)
