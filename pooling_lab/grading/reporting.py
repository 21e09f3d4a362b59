"""Read a graded course into plain rows, and write these as CSV.

    rows = reporting.read(Path("notebooks/assignments"))
    reporting.to_csv(rows, Path("class.csv"))

A row is one question of one assignment of one student. What was not graded has no points, and a
reason: nbgrader's own CSV gives it 0.0, the same as a real zero. What the rows say about the class
is counted in `counting`.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_solution, parse_utc

from .. import exercises
from ..assignments import ANSWER, VERDICT, packed, unpacked
from ..exercises import messages
from ..exercises.seeded_random import identity
from .judging import courses, handed_in

Status = Literal[
    "right", "partly right", "wrong", "not attempted", "waits for a person", "not graded"
]
STATUSES: tuple[Status, ...] = get_args(Status)
DATABASE = "gradebook.db"
LONGEST_ANSWER = 5_000  # characters; no right answer is nearly as long
LONGEST_REASON = 200
RESTORED = "# This cell (id:"  # how a cell begins that the grading put back
ELSEWHERE = "the numbers below", "the numbers in the notebook"  # a row has no grids below it
NAME = re.compile(r"[a-z][a-z-]{2,40}")  # of a misconception
TIME = "%Y-%m-%d %H:%M"
# What a verdict may name besides an exercise's own misconceptions, as students are told.
_ANY_EXERCISE = {one: " ".join(texts["code"].split()) for one, texts in messages.LOOKS.items()}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One question of one assignment of one student.

    Attributes
    ----------
    student, assignment
        Whose, and of which.
    question
        The name of the graded cell.
    exercise
        The exercise that it asks; empty where a person grades a text.
    points, max_points
        None, not 0, as long as nobody has graded it.
    status
        One of `STATUSES`.
    misconceptions
        Those that the verdict names.
    reason
        Why there are no points, or not all of them.
    course, answer
        What the student's own numbers follow from, and the short answer as `packed` text.
    submitted
        When, in UTC, if that is known: ``"2026-05-04 21:40"``.
    """

    student: str
    assignment: str
    question: str
    exercise: str
    points: float | None
    max_points: float
    status: Status
    misconceptions: tuple[str, ...] = ()
    reason: str = ""
    course: str = ""
    answer: str = ""
    submitted: str = ""


# --- from a course folder -----------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where the work of one student for one assignment lies."""

    course: Path
    student: str
    assignment: str
    notebook: str

    @property
    def submitted(self) -> Path:
        return self.course / "submitted" / self.student / self.assignment

    @property
    def autograded(self) -> Path:
        return self.course / "autograded" / self.student / self.assignment

    @property
    def file(self) -> str:
        return f"{self.notebook}.ipynb"


def read(course: Path) -> list[Row]:
    """Return a row for each question of each student, also of those who handed in nothing.

    Assignments that nobody has handed in yet are left out.

    Parameters
    ----------
    course
        The folder in which nbgrader works.

    Raises
    ------
    FileNotFoundError
        If there is no gradebook in it: nothing has been handed out yet.
    """
    database = course.resolve() / DATABASE
    if not database.exists():
        raise FileNotFoundError(f"course must hold {DATABASE}; there is none in {course.name!r}")
    with Gradebook(f"sqlite:///{database}") as book:
        students = sorted({one.id for one in book.students} | _folders(course / "submitted"))
        assignments = sorted(book.assignments, key=lambda one: one.name)
        return [
            row
            for assignment in assignments
            if any((course / "submitted" / one / assignment.name).is_dir() for one in students)
            for row in _of_assignment(course, assignment, students)
        ]


def _folders(path: Path) -> set[str]:
    return {one.name for one in path.glob("*") if one.is_dir() and not one.name.startswith(".")}


def _of_assignment(course: Path, assignment: Any, students: list[str]) -> Iterator[Row]:
    known = {one.student.id: one for one in assignment.submissions}
    for student in students:
        for notebook in assignment.notebooks:
            place = _Place(course, student, assignment.name, notebook.name)
            yield from _of_notebook(place, _questions(place, notebook), known.get(student))


def _questions(place: _Place, notebook: Any) -> list[Row]:
    """Return the questions of a notebook, as long as nothing is graded."""
    sources = {one.name: one.source for one in notebook.source_cells}
    when = _timestamp(place.submitted)
    return [
        Row(
            student=place.student,
            assignment=place.assignment,
            question=cell.name,
            exercise=next(iter(handed_in(sources.get(cell.name, ""))), ""),
            points=None,
            max_points=cell.max_score,
            status="not graded",
            submitted=when,
        )
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    ]


def _of_notebook(place: _Place, questions: list[Row], submission: Any) -> Iterator[Row]:
    reason = _why_not(place, submission is not None)
    if reason:
        yield from (replace(question, reason=reason) for question in questions)
        return
    notebook = nbformat.v4.reads((place.autograded / place.file).read_text("utf-8"))
    grades = {
        grade.name: grade
        for one in submission.notebooks
        if one.name == place.notebook
        for grade in one.grades
    }
    for question in questions:
        yield _graded(question, grades[question.question], notebook)


def _timestamp(folder: Path) -> str:
    """Return when something was handed in; empty if that is not known."""
    try:
        return str(parse_utc((folder / "timestamp.txt").read_text("utf-8").strip()).strftime(TIME))
    except (OSError, ValueError, OverflowError):
        return ""


# --- why something has no grade -----------------------------------------------------------------


def _why_not(place: _Place, tried: bool) -> str:
    """Return why there is no grade; empty if there is one."""
    names = sorted(one.name for one in place.submitted.glob("*") if one.name != "timestamp.txt")
    if not names:
        return "nothing was handed in" + _elsewhere(place)
    if place.file not in names:
        there = ", ".join(names[:5])
        return f"wrong file name: there is {there}; expected is {place.file}"
    if trouble := _broken(place.submitted / place.file) or _whose_else(place):
        return trouble
    again = f"nbgrader autograde {place.assignment} --student={place.student}"
    if not (place.autograded / place.file).exists():
        return f"grading {'failed' if tried else 'was not run'}: {again} says more"
    if _answers(place.submitted / place.file) != _answers(place.autograded / place.file):
        return f"a newer one was handed in after grading: {again} --force"
    return ""


def _answers(path: Path) -> dict[str, str]:
    """Return what stands in the answer cells; a newer submission differs in them."""
    cells = [one for one in nbformat.read(path, as_version=4).cells if is_solution(one)]
    return {_name(one): one.source.strip() for one in cells if not one.source.startswith(RESTORED)}


def _whose_else(place: _Place) -> str:
    """Say that another id was typed than the one the submission came under."""
    typed = _typed(place.submitted / place.file)
    if not typed or identity(typed) == identity(place.student):
        return ""
    return (
        f"the sheet says {_one_line(typed)}, the name of the file {place.student}: which is right? "
        "Rename the file, collect and grade again"
    )


def _typed(path: Path) -> str:
    """Return the student's id as it was typed; empty on a hub, where the login counts."""
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if _name(cell) == "who"]
    found = re.search(r"^student\s*=\s*([\"'])(.+?)\1", texts[0] if texts else "", re.MULTILINE)
    return found[2] if found else ""


def _elsewhere(place: _Place) -> str:
    """Name the folders of a student that belong to no assignment."""
    known = _folders(place.course / "source") | _folders(place.course / "release")
    strange = sorted(_folders(place.submitted.parent) - known)
    return f"; there is a folder {', '.join(strange[:5])}, which is no assignment" * bool(strange)


def _broken(path: Path) -> str:
    """Say what is wrong with a file that is no notebook."""
    if path.stat().st_size == 0:
        return "corrupt file: it is empty"
    try:
        nbformat.read(path, as_version=4)
    except Exception as error:  # a file may be broken in every way
        return f"corrupt file: it is no notebook ({type(error).__name__}): ask for it again"
    return ""


# --- what was graded ----------------------------------------------------------------------------


def _graded(question: Row, grade: Any, notebook: NotebookNode) -> Row:
    cell = next((one for one in notebook.cells if _name(one) == question.question), None)
    judged = _stored(cell, VERDICT, question.exercise)
    verdict: dict[str, Any] = judged.get(VERDICT, {})
    points = None if grade.needs_manual_grade else float(grade.score)
    status = _status(points, question.max_points, _untouched(grade, cell, verdict))
    lost = status in ("wrong", "partly right")
    return replace(
        question,
        points=points,
        status=status,
        misconceptions=() if status == "right" else _misconceptions(verdict),
        reason=_reason(cell, notebook, str(judged.get("text/plain", ""))) if lost else "",
        course=next((one for each in notebook.cells for one in courses(each)), ""),
        answer=_answer(_stored(cell, ANSWER, question.exercise).get(ANSWER, {})),
    )


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _untouched(grade: Any, cell: NotebookNode | None, verdict: dict[str, Any]) -> bool:
    """Tell whether there is no answer: nbgrader gives 0 to a cell of one's own as it was."""
    own = cell is not None and is_solution(cell)
    as_it_was = own and grade.auto_score == 0 and grade.manual_score is None
    return as_it_was or verdict.get("status") == "not attempted"


def _status(points: float | None, most: float, untouched: bool) -> Status:
    if points is None:
        return "waits for a person"
    if points >= most:
        return "right"
    if untouched:
        return "not attempted"
    return "partly right" if points > 0 else "wrong"


def _stored(cell: NotebookNode | None, kind: str, exercise: str) -> dict[str, Any]:
    """Return the last output of a cell that holds this kind of thing for an exercise."""
    found: list[dict[str, Any]] = [
        one["data"]
        for one in (cell.get("outputs", ()) if cell else ())
        if isinstance(one.get("data", {}).get(kind), dict)
        and one["data"][kind].get("exercise") == exercise
    ]
    return found[-1] if found else {}


def _misconceptions(verdict: dict[str, Any]) -> tuple[str, ...]:
    """Return what looks like the name of one: a kernel may have put out anything."""
    named = verdict.get("misconceptions")
    names = named if isinstance(named, list) else []
    return tuple(one for one in names if isinstance(one, str) and NAME.fullmatch(one))


@functools.cache
def meaning(misconception: str) -> str:
    """Return what a misconception is, as students are told, or else its name in words.

    Examples
    --------
    >>> meaning("counted-from-one")
    'Positions are counted from 0: the first cell of the map is cell 0.'
    """
    texts = (exercises.get(one).misconceptions.get(misconception) for one in exercises.ids())
    return next(
        filter(None, texts), _ANY_EXERCISE.get(misconception, misconception.replace("-", " "))
    )


def _answer(stored: dict[str, Any]) -> str:
    """Return an answer as text, if it is one and not too long to be compared."""
    text = stored.get("answer")
    if not isinstance(text, str) or len(text) > LONGEST_ANSWER:
        return ""
    try:
        return packed(unpacked(text))
    except (ArithmeticError, KeyError, TypeError, ValueError, RecursionError):
        return ""


def _reason(cell: NotebookNode | None, notebook: NotebookNode, verdict: str) -> str:
    """Return what the test says; if a name was missing, also why it may be missing."""
    own = next(_errors(cell), None) if cell else None
    if own is None:
        return ""
    if own.ename == "NotYet":
        said = (verdict.splitlines()[1:] or [own.evalue])[0]
        return f"in the test: {_one_line(said.replace(*ELSEWHERE))}"
    said = f"in the test: {_told(own)}"
    if own.ename != "NameError":
        return said
    before = notebook.cells[: notebook.cells.index(cell)]
    earlier = [e for one in before if not is_grade(one) for e in _errors(one)]
    causes = [one for one in earlier if one.ename != "NameError"] or earlier
    return f"{said}; before it: {_told(causes[-1])}" if causes else said


def _errors(cell: NotebookNode) -> Iterator[NotebookNode]:
    return (one for one in cell.get("outputs", ()) if one.output_type == "error")


def _told(error: NotebookNode) -> str:
    """Return an error in one line."""
    if error.ename == "CellTimeoutError":
        return "the cell was still running when its time was up"
    return _one_line(f"{error.ename}: {error.evalue}")


def _one_line(text: str) -> str:
    """Return a text for a spreadsheet: one line, no control characters, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"


# --- CSV ----------------------------------------------------------------------------------------

COLUMNS = tuple(one.name for one in fields(Row))


def to_csv(rows: Iterable[Row], path: Path) -> None:
    """Write rows as UTF-8, one header line; what has no points has an empty cell.

    Parameters
    ----------
    rows
        The rows.
    path
        The file; it is overwritten.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(_as_text, rows))


def _as_text(row: Row) -> dict[str, str]:
    return {
        **{name: str(getattr(row, name)) for name in COLUMNS},
        "points": "" if row.points is None else f"{row.points:.10g}",
        "max_points": f"{row.max_points:.10g}",
        "misconceptions": " ".join(row.misconceptions),
    }


def from_csv(path: Path) -> list[Row]:
    """Read rows that `to_csv` wrote.

    Raises
    ------
    ValueError
        If the columns are others, or a status is none of `STATUSES`.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} must have the columns {', '.join(COLUMNS)}")
        return [_from_text(line) for line in reader]


def _from_text(line: dict[str, Any]) -> Row:
    if line["status"] not in STATUSES:
        raise ValueError(f"status must be one of {', '.join(STATUSES)}; got {line['status']!r}")
    return Row(
        **{
            **line,
            "points": float(line["points"]) if line["points"] else None,
            "max_points": float(line["max_points"]),
            "misconceptions": tuple(line["misconceptions"].split()),
        }
    )
