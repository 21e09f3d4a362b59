"""Tasks and verdicts as people see them: HTML in a notebook, plain text everywhere else.

Tables, not SVG (JupyterLab strips SVG from notebooks it does not trust); the state is said by
a word and a sign, never by colour alone; text takes its colour from the theme, light or dark.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Literal

import numpy as np

from .. import tables
from ..palette import NEUTRAL, VERDICTS
from .compare import HUGE, Value

Marks = np.ndarray | None
LARGEST = 12  # rows and columns that are drawn
LONGEST = 40  # numbers that are written within a sentence or a line of code
GROUPS = "\N{NARROW NO-BREAK SPACE}"
MOST_PLANES = 4  # of one array that are drawn
WRONG = "✗"


@dataclass(frozen=True)
class Grid:
    """An array to draw, with a caption.

    ``wrong`` marks the cells that are not right, ``chosen`` those that a window holds; grids with
    chosen cells stand side by side.
    """

    caption: str
    cells: np.ndarray
    wrong: Marks = None
    chosen: Marks = None

    def planes(self) -> list[tuple[str, np.ndarray, Marks]]:
        """Return every plane to draw, with its caption and marks."""
        rows = np.atleast_2d(self.cells)
        wrong = None if self.wrong is None else self.wrong.reshape(rows.shape)
        if rows.ndim == 2:
            return [(self.caption, rows, wrong)]
        return [
            (
                f"{self.caption}[{', '.join(map(str, at))}]",
                rows[at],
                None if wrong is None else wrong[at],
            )
            for at in np.ndindex(rows.shape[:-2])
        ]

    def first_plane(self) -> Grid:
        """Return the first plane in which something is wrong, or the first of all."""
        if self.cells.ndim <= 2 or not self.cells.size:
            return self
        planes = self.planes()
        if self.wrong is None:
            (caption, cells, _), which = planes[0], f"the first of {len(planes)} planes"
            return Grid(f"{caption}, {which}" if len(planes) > 1 else caption, cells)
        caption, cells, wrong = next(one for one in planes if np.any(one[2]))
        return Grid(f"{caption}, the first plane with a wrong number", cells, wrong)

    def at_a_glance(self) -> tuple[list[tuple[str, np.ndarray, Marks]], str]:
        """Return the planes to draw, and a line about those that are left out."""
        planes = self.planes()
        left_out = len(planes) - MOST_PLANES
        if left_out <= 2:  # the line would take as much room
            return planes, ""
        return planes[:MOST_PLANES], f"… and {left_out} more planes of {self.caption}"

    @property
    def fits(self) -> bool:
        """Whether it is small enough to be drawn."""
        few = self.cells.size <= LONGEST
        return few or (self.cells.size <= 4 * LARGEST**2 and max(self.cells.shape) <= LARGEST)

    @property
    def summary(self) -> str:
        """One line in place of a drawing that would be too large."""
        return f"{self.caption}: an array of shape {self.cells.shape}"


def number(value: float) -> str:
    """Write a number shortly: whole numbers in full, from five digits on in groups of three.

    The groups are kept apart by a narrow space that never breaks a line: a comma would look
    like the next number of a list.

    Examples
    --------
    >>> number(3.0), number(-1.25), number(float("-inf")), number(1024)
    ('3', '−1.25', '−∞', '1024')
    >>> number(102760448).replace(GROUPS, " ")
    '102 760 448'
    """
    if np.isinf(value):
        text = "-∞" if value < 0 else "∞"
    elif abs(value) >= HUGE or np.isnan(value):
        text = f"{value:.6g}".replace("nan", "NaN")
    elif value == np.rint(value) or abs(value) >= 10_000:
        whole, point, rest = f"{value:,.2f}".rstrip("0").rstrip(".").partition(".")
        text = (whole if abs(value) >= 10_000 else whole.replace(",", "")) + point + rest
    else:
        text = f"{value:.6g}"
    return text.replace(",", GROUPS).replace("-", "−")


def inline(value: Value, wrong: Marks = None) -> str | None:
    """Write an answer within a sentence, or return None when it wants to be drawn."""
    if isinstance(value, str):
        return f"“{value}”"
    if isinstance(value, tuple):
        texts = [inline(part) for part in value]
        return None if None in texts else _listed(map(str, texts), wrong)
    if value.ndim > 1 or value.size > LONGEST:
        return None
    if value.ndim == 0:
        return number(value.item())
    return _listed(map(number, value), wrong) if value.size else "an empty list"


def _listed(texts: Iterable[str], wrong: Marks) -> str:
    marks = itertools.repeat(False) if wrong is None else wrong
    marked = (text + WRONG if mark else text for text, mark in zip(texts, marks, strict=False))
    return f"({', '.join(marked)})"


def grids(caption: str, value: Value, wrong: Marks = None) -> tuple[Grid, ...]:
    """Return what is to be drawn of an answer: nothing, one array, or several."""
    if isinstance(value, tuple):
        parts = (grids(f"{caption}, part {i}", part) for i, part in enumerate(value, 1))
        return tuple(grid for part in parts for grid in part)
    return () if isinstance(value, str) or not value.size else (Grid(caption, value, wrong),)


def first_plane(caption: str, value: Value, wrong: Marks = None) -> tuple[Grid, ...]:
    """Return the one plane of an answer that is drawn, if there is one; see `Grid.first_plane`."""
    return tuple([grid.first_plane() for grid in grids(caption, value, wrong)[:1]])


@dataclass(frozen=True)
class Note:
    """Something said to a student: a heading, paragraphs, grids and perhaps some code."""

    heading: str
    lines: tuple[str, ...]
    grids: tuple[Grid, ...] = ()
    code: str = ""
    colour: str = field(default=NEUTRAL, repr=False)

    def __repr__(self) -> str:
        parts = [self.heading, *self.lines, *map(_grid_text, self.grids)]
        return "\n".join([*parts, *([self.code] if self.code else [])])

    def _repr_html_(self) -> str:
        texts = [f"<strong>{marked_up(self.heading)}</strong>", *map(marked_up, self.lines)]
        code = f"<pre><code>{escape(self.code)}</code></pre>" if self.code else ""
        return (
            f"<section style='border-left:4px solid {self.colour};padding:0.2em 1em'>"
            f"{''.join(map(_paragraph, texts))}"
            f"{''.join(map(_grid_html, self.grids))}{code}</section>"
        )


def _paragraph(text: str) -> str:
    return f"<p style='margin:0.3em 0'>{text}</p>"


def marked_up(text: str) -> str:
    """Turn `` `code` `` into HTML, and everything else into itself."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False)).replace("\n", "<br>")


def _grid_text(grid: Grid) -> str:
    if not grid.fits:
        return grid.summary
    planes, left_out = grid.at_a_glance()
    if grid.chosen is not None:
        return f"{grid.caption}:\n" + "\n".join(_rows_text(grid.cells, grid.chosen, "[{}]"))
    texts = [f"{name} =\n" + "\n".join(_rows_text(cells, wrong)) for name, cells, wrong in planes]
    return "\n".join(texts + [left_out] * bool(left_out))


def _rows_text(cells: np.ndarray, marks: Marks, mark: str = "{}" + WRONG) -> Iterable[str]:
    texts = [[_marked(*cell, mark) for cell in row] for row in _with_marks(cells, marks)]
    width = max(len(text) for row in texts for text in row) if cells.size else 0
    return ("  ".join(text.rjust(width) for text in row).join(("  ", "")) for row in texts)


def _marked(value: float, marked: bool, mark: str) -> str:
    return mark.format(number(value)) if marked else number(value)


def _with_marks(cells: np.ndarray, wrong: Marks) -> list[list[tuple[float, bool]]]:
    marks = np.zeros(cells.shape, bool) if wrong is None else wrong
    return [list(zip(row, mark, strict=True)) for row, mark in zip(cells, marks, strict=True)]


def _grid_html(grid: Grid) -> str:
    if not grid.fits:
        return _paragraph(escape(grid.summary))
    if grid.chosen is not None:
        return _table(grid.caption, grid.cells, grid.chosen, chosen=True)
    planes, left_out = grid.at_a_glance()
    rest = [_paragraph(escape(left_out))] if left_out else []
    return "".join([*(_table(*plane) for plane in planes), *rest])


def _table(caption: str, cells: np.ndarray, marks: Marks, chosen: bool = False) -> str:
    size = " × ".join(map(str, cells.shape))
    write = chosen_cell if chosen else _cell
    rows = [
        [write(_written(*one, chosen), one[1]) for one in row] for row in _with_marks(cells, marks)
    ]
    place = (
        "display:inline-table;vertical-align:top;margin:0.4em 2em 0.4em 0"
        if chosen
        else "margin:0.4em 0"
    )
    return tables.grid(rows, f"{marked_up(caption)} ({size})", place)


def _written(value: float, marked: bool, chosen: bool) -> str:
    return _marked(value, marked, "[{}]" if chosen else "{}" + WRONG)


def _cell(text: str, wrong: bool) -> str:
    border = f"2px solid {VERDICTS['wrong']}" if wrong else f"1px solid {NEUTRAL}"
    return tables.cell(_bold(text, wrong), f"border:{border};{_ROOM};text-align:right")


def chosen_cell(text: str, chosen: bool, side: str = "right") -> str:
    """Write a cell that a window may hold: then bold, with a thick border; no colour needed."""
    border = "3px double currentColor" if chosen else f"1px dotted {NEUTRAL}"
    return tables.cell(_bold(text, chosen), f"border:{border};{_ROOM};text-align:{side}")


_ROOM = "padding:0.2em 0.6em"


def _bold(text: str, bold: bool) -> str:
    return f"<strong>{text}</strong>" if bold else text


Status = Literal["passed", "wrong", "not attempted", "error"]

HEADINGS: dict[Status, str] = {
    "passed": "✓ Right",
    "wrong": "✗ Not yet",
    "not attempted": "○ Not attempted yet",
    "error": "! Cannot be checked",
}


@dataclass(frozen=True)
class Verdict:
    """What came of checking an answer: shown as rich text, and usable as data.

    ``explained`` tells whether the message says what this answer does, rather than something that
    would fit any.
    """

    exercise: str
    status: Status
    message: str
    misconceptions: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    code: str = ""
    explained: bool = False

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == "passed"

    @property
    def misconception(self) -> str | None:
        """The id of what explains the wrong answer, two ids joined by ``+``, or None."""
        return "+".join(self.misconceptions) or None

    def _note(self) -> Note:
        heading, colour = HEADINGS[self.status], VERDICTS[self.status]
        lines = tuple(self.message.splitlines())
        return Note(f"{heading}: {self.exercise}", lines, self.grids, self.code, colour)

    def __repr__(self) -> str:
        return repr(self._note())

    def _repr_html_(self) -> str:
        return self._note()._repr_html_()
