"""How far a student has come, read from the saved notebooks: nothing is run, nothing is stored.

A verdict that a notebook shows is saved with it; its plain text begins with a sign and ends its
first line with the exercise's id. `pooling_lab.exercises` writes that line, and is not asked here:
the contents are also told where NumPy is not installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pooling_lab.course.files import read_file, read_object
from pooling_lab.course.home import BETS, Home
from pooling_lab.course.lessons import (
    CHECK,
    CORE,
    DEEPER,
    FRONT_DOOR,
    Lesson,
    as_told,
    lesson_files,
    read_cells,
    source,
    tags,
)

Cells = list[dict[str, Any]]
ASKS = re.compile(r"""\bcheck\(\s*["']([\w-]+)["']""")
SHOWS = re.compile(r"""\bshow\(\s*["']([\w-]+)["']""")
TRIED = re.compile(r"([✓✗!]) [\w ]+: ([\w-]+)$", re.M)
RIGHT = "✓"


class Done(NamedTuple):
    """What a student has done in one lesson."""

    lesson: Lesson
    answers: Mapping[str, bool | None]
    """By exercise: right, tried and not right, or (None) not tried yet."""
    waits: bool
    """Whether an exercise of its core has not been tried yet."""

    @property
    def begun(self) -> bool:
        """Whether any exercise was tried."""
        return any(answer is not None for answer in self.answers.values())

    @property
    def right(self) -> int:
        """How many exercises are right."""
        return sum(answer is True for answer in self.answers.values())

    @property
    def open(self) -> list[str]:
        """The exercises that were tried and are not right."""
        return [id for id, answer in self.answers.items() if answer is False]

    def __str__(self) -> str:
        if not self.begun:
            return ""
        whole = " ✓" * (self.right == len(self.answers))
        return f"{self.right} of {len(self.answers)}{whole}"


def is_students(home: Home) -> bool:
    """Return whether the folder is a student's, and not the course's own in a clone."""
    return home.own.resolve() != home.originals.resolve()


def progress(home: Home) -> list[Done]:
    """Return what a student has done in each lesson; in the course's own folder that is nothing."""
    originals = lesson_files(home.originals)
    if not is_students(home):
        return [Done(as_told(original), {}, False) for original in originals]
    return [_done(home.own / original.name, original) for original in originals]


def _done(copy: Path, original: Path) -> Done:
    cells = cells_of(copy)
    # Lesson 00 answers an exercise itself, to show how a check speaks: that is nobody's work.
    shown = {id for id, answer in answers(cells_of(original)).items() if answer is not None}
    mine = {id: answer for id, answer in answers(cells).items() if id not in shown}
    behind = [i for i, cell in enumerate(cells) if source(cell).startswith(DEEPER)]
    core = answers(cells[: min(behind, default=len(cells))])
    return Done(as_told(original), mine, any(mine.get(id, True) is None for id in core))


def next_lesson(done: list[Done]) -> Lesson | None:
    """Return where to go on: where one is, else the next of the core, else of the others.

    One is in the last lesson in which an exercise was tried, as long as one of its core was not.
    """
    begun = [one for one in done if one.begun]
    if begun and begun[-1].waits:
        return begun[-1].lesson
    ahead = [one for one in done if not one.begun]
    core = [one.lesson for one in ahead if one.lesson.number in CORE]
    others = [one.lesson for one in ahead if one.answers and one.lesson.file != FRONT_DOOR]
    return next(iter(core + others), None)


def bets_placed(own: Path) -> int:
    """Return how many bets are in a student's folder."""
    return len(read_object(own / BETS))


def cells_of(path: Path) -> Cells:
    """Return the cells of a notebook that may be anything; none if it is no notebook."""
    try:
        return read_cells(read_file(path) or b"")
    except (OSError, ValueError):
        return []


def answers(cells: Cells) -> dict[str, bool | None]:
    """Return the exercises that are checked in some cells: right, not right, or not tried yet.

    One that was right once is right: the same may have been checked again in another cell.
    """
    code = [cell for cell in cells if cell["cell_type"] == "code" and CHECK not in tags(cell)]
    found = (TRIED.match(text) for cell in code for text in shown(cell))
    right: dict[str, bool] = {}
    for sign, id in (verdict.groups() for verdict in found if verdict):
        right[id] = right.get(id, False) or sign == RIGHT
    return {id: right.get(id) for cell in code for id in ASKS.findall(source(cell))}


def tasks(cells: Cells) -> dict[str, str]:
    """Return the exercises that are shown in some cells, each with its task and stub as shown.

    The text is empty where the cell has not been run.
    """
    return {id: "\n".join(shown(cell)) for cell in cells for id in SHOWS.findall(source(cell))}


def shown(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield the plain texts that a cell shows, whatever else is stored with it."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        text = data.get("text/plain") if isinstance(data, dict) else None
        lines = text if isinstance(text, list) else [text]
        if all(isinstance(line, str) for line in lines):
            yield "".join(map(str, lines))
