"""Make a clean notebook of any file that was handed in, or say why that cannot be done.

This is the first step of grading, before nbgrader has read anything. Of what a student's file says
about itself, only its texts, their kinds and the names of cells are kept; which cell is graded, for
how many points and with which tags follows from the notebook that was handed out. Each repair is
told, as a sentence for the class report.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .harmless import as_text, harmless, is_base64

LARGEST_FILE = 100 * 2**20  # bytes
MOST_CELLS = 5_000
IMAGES = ("image/png", "image/jpeg", "image/gif")
SKIPPED = "skip-execution"
OTHER_FILES = (  # how they begin, and what they are
    (b"PK\x03\x04", "a zip file"),
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "a gzip file"),
    (b"<", "an HTML page"),
)
SPACE = re.compile(r"\s+")
BOUND = re.compile(r"^(?:def\s+(\w+)|(\w+)\s*=)", re.MULTILINE)


class Unreadable(Exception):
    """A file of which no notebook of this assignment can be made; the message says why."""


@dataclass
class Clean:
    """A notebook that can be graded, and what had to be done for it."""

    notebook: NotebookNode
    repairs: list[str] = field(default_factory=list)


def clean(
    data: bytes, released: NotebookNode, others: Iterable[tuple[str, NotebookNode]] = ()
) -> Clean:
    """Return the clean notebook of a file.

    Parameters
    ----------
    data
        What stands in the file.
    released
        The notebook that was handed out; its cells' marks are the ones that count.
    others
        Names and notebooks of the other assignments, to recognise one under a wrong name.

    Raises
    ------
    Unreadable
        If the file is no notebook, or none of this assignment.
    """
    told: list[str] = []
    cells = _cells(_parsed(_text(data, told)), told)
    if not cells:
        raise Unreadable("it has no cells: ask for it again")
    notebook = _Aligned(released, cells, told).notebook(others)
    return Clean(notebook, [*dict.fromkeys(told)])


# --- from bytes to cells ------------------------------------------------------------------------


class _Cell(NamedTuple):
    """What is kept of a student's cell."""

    kind: str
    source: str
    name: str  # that nbgrader gave it
    id: str
    attachments: dict[str, Any]
    asks: bool  # whether it says of itself that it is graded


def _text(data: bytes, told: list[str]) -> str:
    if len(data) > LARGEST_FILE:
        raise Unreadable(
            f"it has {len(data) // 2**20} MB; at most {LARGEST_FILE // 2**20} are read"
        )
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("corrupt file: it is empty")
    for start, what in OTHER_FILES:
        if data.lstrip().startswith(start):
            raise Unreadable(f"it is {what} under the name of a notebook: ask for the notebook")
    encoding: str = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "cp1252", data.decode("cp1252", errors="replace")
    if encoding != "utf-8":
        told.append(f"the file was saved as {_ENCODINGS.get(encoding, encoding.upper())}")
    return text.lstrip("\ufeff")


_ENCODINGS = {"utf-8-sig": "UTF-8 with a byte-order mark", "cp1252": "something else than UTF-8"}


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        if "<<<<<<< " in text and ">>>>>>> " in text:
            raise Unreadable("it holds a merge conflict (<<<<<<<): ask for it again") from None
        where = f" in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(
            f"corrupt file: it breaks off or is damaged{where}: ask for it again"
        ) from None
    if not isinstance(found, dict):
        raise Unreadable("corrupt file: it is no notebook: ask for it again")
    return found


def _cells(found: dict[str, Any], told: list[str]) -> list[_Cell]:
    cells = found.get("cells")
    if cells is None and isinstance(found.get("worksheets"), list):
        told.append("the file had the format of notebooks of before 2015")
        sheets = [one for one in found["worksheets"] if isinstance(one, dict)]
        cells = [cell for one in sheets for cell in one.get("cells") or ()]
    if not isinstance(cells, list):
        raise Unreadable("it has no cells: ask for it again")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; at most {MOST_CELLS} are read")
    kept = [_cell(one, told) for one in cells if isinstance(one, dict)]
    if len(kept) < len(cells):
        told.append("something among the cells was none and was left out")
    return kept


def _cell(found: dict[str, Any], told: list[str]) -> _Cell:
    kind, source = found.get("cell_type"), _source(found)
    if kind == "raw" and source.strip():
        told.append("a raw cell is shown as text")
        kind, source = "markdown", as_text(source)
    if kind == "heading":
        kind, source = "markdown", f"# {source}"
    if kind not in ("code", "markdown", "raw"):
        told.append("a cell of an unknown kind is shown as text")
    metadata = found.get("metadata")
    if not isinstance(metadata, dict):
        told.append("the metadata of a cell was missing or damaged")
        metadata = {}
    mark, tags = metadata.get("nbgrader"), metadata.get("tags")
    if "nbgrader" in metadata and not isinstance(mark, dict):
        told.append("the mark of a cell was damaged")
    if isinstance(tags, list) and SKIPPED in tags:
        told.append(f"a cell was tagged {SKIPPED}: it was run all the same")
    name, id = (mark or {}).get("grade_id") if isinstance(mark, dict) else "", found.get("id")
    return _Cell(
        kind if kind == "code" else "markdown",
        source,
        name if isinstance(name, str) else "",
        id if isinstance(id, str) else "",
        _images(found.get("attachments")),
        isinstance(mark, dict) and bool(mark.get("grade")),
    )


def _source(found: dict[str, Any]) -> str:
    """Return the text of a cell, which stands there as one text or as lines."""
    source = found.get("source", found.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    text = "".join(one for one in lines if isinstance(one, str))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be written


def _images(attachments: Any) -> dict[str, Any]:
    """Return the attached images, if that is what they are."""
    kept: dict[str, Any] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        for kind, data in bundle.items() if isinstance(bundle, dict) else ():
            if kind in IMAGES and isinstance(data, str) and is_base64(data):
                kept.setdefault(re.sub(r"[^\w. -]", "_", str(name)), {})[kind] = data
    return kept


# --- which cell is which ------------------------------------------------------------------------


def mark_of(cell: NotebookNode) -> dict[str, Any]:
    """Return what nbgrader notes about a cell that was handed out."""
    mark: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return mark


def name_of(cell: NotebookNode) -> str:
    """Return the name by which nbgrader knows a cell."""
    return str(mark_of(cell).get("grade_id", ""))


class _Aligned:
    """A student's cells beside those that were handed out.

    A cell is known by its mark's name, else by its id, else by its text; an answer that has lost
    all three by its place between others and the name it gives a value to.
    """

    def __init__(self, released: NotebookNode, cells: list[_Cell], told: list[str]) -> None:
        self.released, self.cells, self.told = released.cells, cells, told
        self.texts = {_spaceless(one.source) for one in self.released}
        self.known = {name_of(one) for one in self.released} - {""}
        self.at: dict[int, int] = {}  # of a handed-out cell: where the student has it
        self.dropped: set[int] = set()

    def notebook(self, others: Iterable[tuple[str, NotebookNode]]) -> NotebookNode:
        for i, cell in enumerate(self.released):
            self._place(i, self._candidates(cell))
        for i, cell in enumerate(self.released):
            if i not in self.at and mark_of(cell).get("solution"):
                self._place(i, self._in_the_gap(i))
        self._require_the_right_one(others)
        self._words_below()
        unknown = sorted({one.name for one in self.cells if one.asks} - self.known)
        if unknown:
            names = ", ".join(unknown[:3])
            self.told.append(f"it has graded cells that this assignment does not have: {names}")
        return self._built()

    def _candidates(self, cell: NotebookNode) -> list[int]:
        name, id, text = name_of(cell), cell.get("id"), _spaceless(cell.source)
        free = [j for j in range(len(self.cells)) if j not in self.at.values()]
        ways: list[list[int]] = [
            [j for j in free if name and self.cells[j].name == name],
            [
                j
                for j in free
                if id and self.cells[j].id == id and self.cells[j].name not in self.known
            ],
        ]
        if not mark_of(cell).get("solution"):
            ways.append([j for j in free if text and _spaceless(self.cells[j].source) == text])
        found = next(filter(None, ways), [])
        if name and found and found is not ways[0]:
            self.told.append("cells had lost their marks and were recognised otherwise")
        return found

    def _named(self, j: int) -> bool:
        return self.cells[j].name in self.known

    def _place(self, i: int, candidates: list[int]) -> None:
        """Choose among several: the last that was filled in, of locked cells the next one."""
        if not candidates:
            return
        cell = self.released[i]
        if mark_of(cell).get("solution"):
            stub = _spaceless(cell.source)
            filled = [j for j in candidates if _spaceless(self.cells[j].source) != stub]
            chosen = (filled or candidates)[-1]
            left = [j for j in candidates if j not in filled and j != chosen]
        else:
            before = max((j for k, j in self.at.items() if k < i), default=-1)
            chosen = next((j for j in candidates if j > before), candidates[0])
            left = [j for j in candidates if j != chosen and name_of(cell)]
        self.at[i] = chosen
        self.dropped |= {*left}
        if left:
            self.told.append("copies of cells were left out: as they were handed out, or of tests")
        elif name_of(cell) and len(candidates) > 1:
            self.told.append("a cell was there several times: the last one counts")

    def _in_the_gap(self, i: int) -> list[int]:
        """Return what stands where an answer is missing and may be that answer."""
        start = max((j for k, j in self.at.items() if k < i), default=-1)
        end = min((j for k, j in self.at.items() if k > i and j > start), default=len(self.cells))
        taken = {*self.at.values()} | self.dropped
        gap = [
            j
            for j in range(start + 1, end)
            if j not in taken and _spaceless(self.cells[j].source) not in self.texts
        ]
        cell = self.released[i]
        if cell.cell_type == "markdown":
            return [j for j in gap if self.cells[j].kind == "markdown"]
        name = _binds(cell)
        found = [j for j in gap if name and _gives_a_value(name, self.cells[j].source)]
        if found:
            self.told.append("cells had lost their marks and were recognised otherwise")
        return found

    def _require_the_right_one(self, others: Iterable[tuple[str, NotebookNode]]) -> None:
        asked = [i for i in _asked(self.released) if i in self.at]
        if asked:
            return
        for name, notebook in others:
            theirs = {name_of(notebook.cells[i]) for i in _asked(notebook.cells)}
            ids = {notebook.cells[i].get("id") for i in _asked(notebook.cells)}
            if any(one.name in theirs or (one.id and one.id in ids) for one in self.cells):
                raise Unreadable(f"it is the notebook of {name}, under the name of this one")
        raise Unreadable("none of the assignment's questions is in it: ask for it again")

    def _words_below(self) -> None:
        """Take an answer in words from new cells below the one for it, which was left alone."""
        taken = {*self.at.values()} | self.dropped
        for i, cell in enumerate(self.released):
            if not (
                cell.cell_type == "markdown" and mark_of(cell).get("solution") and i in self.at
            ):
                continue
            here = self.at[i]
            if _spaceless(self.cells[here].source) not in ("", _spaceless(cell.source)):
                continue
            below = []
            for j in range(here + 1, len(self.cells)):
                if j in taken or self.cells[j].kind != "markdown":
                    break
                if _spaceless(self.cells[j].source) not in self.texts:
                    below.append(j)
            if below:
                text = "\n\n".join(self.cells[j].source for j in below)
                images = {n: b for j in below for n, b in self.cells[j].attachments.items()}
                self.cells[here] = self.cells[here]._replace(source=text, attachments=images)
                self.dropped |= {*below}
                self.told.append("an answer in words stood in a new cell below the one for it")

    def _order(self) -> list[int]:
        """Return the student's cells in order; an empty answer comes before what stood above it.

        Somebody who types an answer where the task is shown finds it set to None again below.
        """
        order = [j for j in range(len(self.cells)) if j not in self.dropped]
        for i, cell in enumerate(self.released):
            at, name = self.at.get(i), _binds(cell)
            if at is None or not name or not self._is_untouched(i):
                continue
            before = [j for k, j in self.at.items() if k < i and name_of(self.released[k])]
            between = [j for j in order if max(before, default=-1) < j < at]
            above = [j for j in between if _gives_a_value(name, self.cells[j].source)]
            if above:
                order.remove(at)
                order.insert(order.index(above[0]), at)
                self.told.append(f"{name} was answered in another cell than the one for it")
        return order

    def _is_untouched(self, i: int) -> bool:
        own, given = self.cells[self.at[i]].source, self.released[i].source
        return _spaceless(own) == _spaceless(given)

    def _built(self) -> NotebookNode:
        which = {j: i for i, j in self.at.items()}
        made: list[tuple[int | None, NotebookNode]] = []
        for j in self._order():
            made += [(None, typed) for typed in self._typed_into(j, which.get(j))]
            made.append((which.get(j), self._made(j, which.get(j))))
        for i, cell in enumerate(self.released):
            if i in self.at or not name_of(cell):
                continue
            there = [k for k, (r, _) in enumerate(made) if r is not None and r < i]
            made.insert(there[-1] + 1 if there else 0, (i, _handed_out(cell)))
            self.told.append("deleted cells were put back")
        cells = [cell for _, cell in made]
        for number, cell in enumerate(cells):
            cell.id = f"cell-{number}"
        return new_notebook(cells=cells)

    def _typed_into(self, j: int, i: int | None) -> list[NotebookNode]:
        """Return what was typed into a locked cell, as a cell of its own before it."""
        if i is None or not mark_of(self.released[i]).get("locked"):
            return []
        if self.cells[j].kind != "code" or mark_of(self.released[i]).get("solution"):
            return []
        own = {line.strip() for line in self.released[i].source.split("\n")}
        typed = [line for line in self.cells[j].source.split("\n") if line.strip() not in own]
        if not typed:
            return []
        name = name_of(self.released[i])
        self.told.append(f"{name} is as it was handed out; what was typed into it comes before it")
        return [new_code_cell("\n".join(typed))]

    def _made(self, j: int, i: int | None) -> NotebookNode:
        """Return a student's cell with the mark that it was handed out with."""
        cell = self.cells[j]
        released = None if i is None else self.released[i]
        if released is not None and name_of(released):
            if released.cell_type != cell.kind:
                self.told.append("a cell's kind (code or text) had been changed")
            made = _handed_out(released)
            made.source = cell.source
        elif cell.kind == "code":
            made = new_code_cell(cell.source)
        else:
            made = new_markdown_cell(cell.source)
        if made.cell_type == "markdown":
            self._show(made, cell, released)
        return made

    def _show(self, made: NotebookNode, cell: _Cell, released: NotebookNode | None) -> None:
        if cell.attachments:
            made.attachments = cell.attachments
        if released is None or _spaceless(released.source) != _spaceless(cell.source):
            made.source = harmless(cell.source)
            if made.source != cell.source:
                self.told.append("HTML in a text was made harmless")


def _handed_out(cell: NotebookNode) -> NotebookNode:
    """Return a cell as it was handed out, with its mark and nothing else."""
    made = new_code_cell() if cell.cell_type == "code" else new_markdown_cell()
    made.source = cell.source
    made.metadata.nbgrader = copy.deepcopy(mark_of(cell))
    return made


def _asked(cells: Sequence[NotebookNode]) -> list[int]:
    """Return which cells ask something: those that are graded, and the answers of tests."""
    marks = [mark_of(one) for one in cells]
    first = next((i for i, mark in enumerate(marks) if mark.get("locked")), -1)
    return [
        i
        for i, mark in enumerate(marks)
        if mark.get("grade") or mark.get("task") or (mark.get("solution") and i > first)
    ]


def _binds(cell: NotebookNode) -> str:
    """Return the name to which an answer's cell is to give a value; empty if there is none."""
    is_answer = cell.cell_type == "code" and mark_of(cell).get("solution")
    bound = BOUND.search(cell.source) if is_answer else None
    return (bound[1] or bound[2]) if bound else ""


def _gives_a_value(name: str, source: str) -> bool:
    """Tell whether a cell gives a value to a name, as far as that can be told by looking at it."""
    return bool(re.search(rf"^\s*(?:def\s+{name}\b|{name}\b[^=\n]*=(?!=))", source, re.MULTILINE))


def _spaceless(text: str) -> str:
    return SPACE.sub("", text)
