"""Read a graded course into plain rows, and write these as CSV.

    rows = gradebook.read(Path("notebooks/assignments"))
    gradebook.to_csv(rows, Path("class.csv"))

A row is one question of one assignment of one student. What was not graded has no points, and a
reason: nbgrader's own CSV gives it 0.0, the same as a real zero. What the rows say about the class
is counted in `report`.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterable, Iterator, Sequence
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
from ..exercises.misconceptions import MEASURED, TEXTS
from ..exercises.seeded_random import identity
from .clean import Unreadable, clean
from .collect import TOLD, kind_of, read_told
from .preprocessors.clean_exporter import others, read_file, released
from .preprocessors.judge import SheetCall, handed_in, sheets
from .preprocessors.tidy import ASIDE
from .records import WAITS, fingerprint, record_of

Status = Literal[
    "right", "partly right", "wrong", "not attempted", "waits for a person", "not graded"
]
STATUSES: tuple[Status, ...] = get_args(Status)
DATABASE = "gradebook.db"
LONGEST_ANSWER = 5_000  # characters; no right answer is nearly as long
LONGEST_REASON = 200
ELSEWHERE = "the numbers below", "the numbers in the notebook"  # a row has no grids below it
NAME = re.compile(r"[a-z][a-z-]{2,40}")  # of a misconception
LOST = ("wrong", "partly right")
BETWEEN = " | "  # of notes in one cell of a table
TIME = "%Y-%m-%d %H:%M"
# What a verdict may name besides an exercise's own misconceptions, as students are told.
# Where short answers and functions have words of their own, those of functions say more.
_ANY_EXERCISE = {
    **{
        one: " ".join(texts.get("code", texts.get("answer", "")).split())
        for one, texts in messages.LOOKS.items()
    },
    **MEASURED,
    **TEXTS,
}


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
    numbers
        The version of the numbers that were given out.
    id
        The student's id, from which the numbers follow; ``student`` is the name of the account.
    notes
        What the grading mended or found odd, in sentences.
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
    numbers: int = 1
    id: str = ""
    notes: tuple[str, ...] = ()


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
            or read_told(course / "downloaded" / assignment.name / TOLD)
            for row in _of_assignment(course, assignment, students)
        ]


def of_nobody(course: Path) -> list[tuple[str, str, str]]:
    """Return assignment, file and reason for all downloads that do not say whose they are.

    Parameters
    ----------
    course
        The folder in which nbgrader works.
    """
    return [
        (path.parent.name, one.file, one.why)
        for path in sorted((course / "downloaded").glob(f"*/{TOLD}"))
        for one in read_told(path)
        if not one.student
    ]


def _folders(path: Path) -> set[str]:
    return {one.name for one in path.glob("*") if one.is_dir() and not one.name.startswith(".")}


def _of_assignment(course: Path, assignment: Any, students: list[str]) -> Iterator[Row]:
    known = {one.student.id: one for one in assignment.submissions}
    told = read_told(course / "downloaded" / assignment.name / TOLD)
    for student in sorted({*students, *(one.student for one in told)} - {""}):
        for notebook in assignment.notebooks:
            place = _Place(course, student, assignment.name, notebook.name)
            about = (
                *(f"{one.file}: {one.why}" for one in told if one.student == student),
                *(f"{name} was put aside before grading" for name in _set_aside(place)),
            )
            yield from _of_notebook(place, notebook, known.get(student), about)


def _of_notebook(
    place: _Place, notebook: Any, submission: Any, collected: tuple[str, ...]
) -> Iterator[Row]:
    """Return the rows of one student; what cannot be read is said there and stops nobody."""
    try:
        yield from _rows(place, notebook, submission, collected)
    except Exception as error:  # a file, or what nbgrader made of it, may be odd in every way
        reason = f"the report cannot read this ({type(error).__name__}: {error})"
        for question in _questions(place, notebook):
            yield replace(question, reason=_one_line(reason), notes=collected)


def _rows(place: _Place, notebook: Any, submission: Any, collected: tuple[str, ...]) -> list[Row]:
    questions = [replace(one, notes=collected) for one in _questions(place, notebook)]
    reason = _why_not(place, submission is not None, collected)
    if not reason:
        graded = _Graded(place, submission)
        rows = [graded.row(question) for question in questions]
        reason = str(graded.record.get("not_graded", "")) or _whose_else(place, rows)
        if not reason:
            return rows
    return [replace(question, reason=reason) for question in questions]


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
            id=place.student,
        )
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    ]


def _set_aside(place: _Place) -> list[str]:
    """Return what lay beside the notebook and was no file that could be copied."""
    folder = place.course / ASIDE / place.student / place.assignment
    return sorted(one.name for one in folder.glob("*"))


def _timestamp(folder: Path) -> str:
    """Return when something was handed in; empty if that is not known."""
    try:
        return str(parse_utc((folder / "timestamp.txt").read_text("utf-8").strip()).strftime(TIME))
    except (OSError, ValueError, OverflowError):
        return ""


# --- why something has no grade -----------------------------------------------------------------


def _why_not(place: _Place, tried: bool, collected: tuple[str, ...]) -> str:
    """Return why there is no grade; empty if there is one."""
    names = sorted(one.name for one in place.submitted.glob("*") if one.name != "timestamp.txt")
    if not names:
        return "; ".join(collected) or "nothing was handed in" + _elsewhere(place)
    if place.file not in names:
        return _another_name(place, names)
    try:
        data = read_file(place.submitted / place.file)
    except Unreadable as error:
        return str(error)
    again = f"nbgrader autograde {place.assignment} --student={place.student}"
    if not (place.autograded / place.file).exists():
        found = _broken(place, data)
        return found or f"grading {'failed' if tried else 'was not run'}: {again} says more"
    graded = _record(place).get("file")
    if graded is None:
        return f"it was graded without this course's nbgrader_config.py: {again} --force"
    if graded != fingerprint(data):
        found = _broken(place, data)
        return found or f"a newer one was handed in after grading: {again} --force"
    return ""


def _another_name(place: _Place, names: Sequence[str]) -> str:
    """Say what was handed in where a notebook of the right name was not."""
    deeper = [one.relative_to(place.submitted) for one in place.submitted.rglob("*.ipynb")]
    if deeper:
        there = ", ".join(sorted({one.as_posix() for one in deeper})[:5])
        return f"wrong file name: there is {there}; expected is {place.file}"
    there = ", ".join(f"{one} ({kind_of(one) or 'no notebook'})" for one in names[:5])
    return f"no notebook was handed in: there is {there}; ask for {place.file}"


def _broken(place: _Place, data: bytes) -> str:
    """Say what is wrong with a file that is no notebook of the assignment."""
    try:
        given = released(place.course, place.assignment, place.file)
        clean(data, given, others(place.course, place.assignment))
    except Unreadable as error:
        return str(error)
    return ""


def _record(place: _Place) -> dict[str, Any]:
    """Return what the grading noted in a graded notebook."""
    return record_of(_graded_notebook(place))


def _graded_notebook(place: _Place) -> NotebookNode:
    return nbformat.v4.reads((place.autograded / place.file).read_text("utf-8"))


def _whose_else(place: _Place, rows: Sequence[Row]) -> str:
    """Say that another id was typed than the one the submission came under, if that may matter.

    Where every answer is right for the numbers of the one it came under, nothing is in doubt.
    """
    typed = _typed(_graded_notebook(place))
    id = rows[0].id if rows else place.student
    doubtful = any(one.status == "wrong" and one.answer for one in rows)
    if not typed or identity(typed) == identity(id) or not doubtful:
        return ""
    return (
        f"the sheet says {_one_line(typed)}, the name of the file {place.student}: which is right? "
        "Rename the file, collect and grade again"
    )


def _typed(notebook: NotebookNode) -> str:
    """Return the student's id as it was typed last; empty on a hub, where the login counts."""
    texts = [cell.source for cell in notebook.cells if _name(cell) == "who"]
    found = re.findall(r"^student\s*=\s*([\"']?)(.+?)\1\s*(?:#.*)?$", "".join(texts), re.MULTILINE)
    typed = str(found[-1][1]).strip() if found else ""
    return "" if typed in ("None", "...") else typed


def _elsewhere(place: _Place) -> str:
    """Name the folders of a student that belong to no assignment."""
    known = _folders(place.course / "source") | _folders(place.course / "release")
    strange = sorted(_folders(place.submitted.parent) - known)
    return f"; there is a folder {', '.join(strange[:5])}, which is no assignment" * bool(strange)


# --- what was graded ----------------------------------------------------------------------------


class _Graded:
    """What came of one student's notebook."""

    def __init__(self, place: _Place, submission: Any) -> None:
        self.notebook = _graded_notebook(place)
        self.record = record_of(self.notebook)
        self.cells = {_name(cell): cell for cell in self.notebook.cells if _name(cell)}
        said = (one for each in self.notebook.cells for one in sheets(each))
        self.sheet = next(said, SheetCall())
        self.grades = {
            grade.name: grade
            for one in submission.notebooks
            if one.name == place.notebook
            for grade in one.grades
        }

    def row(self, question: Row) -> Row:
        """Return the row of one question."""
        grade, cell = self.grades.get(question.question), self.cells.get(question.question)
        if grade is None or cell is None:
            return replace(question, reason=_NOT_IN_IT)
        judged = _stored(cell, VERDICT, question.exercise)
        verdict: dict[str, Any] = judged.get(VERDICT, {})
        points = None if grade.needs_manual_grade else float(grade.score)
        status = _status(points, question.max_points, _untouched(grade, cell, verdict))
        said = str(judged.get("text/plain", ""))
        reason = _reason(cell, self.notebook, said) if status in LOST else ""
        if status == "not attempted" and question.exercise:
            reason = _stopped_before(cell, self.notebook)
        return replace(
            question,
            points=points,
            status=status,
            misconceptions=() if status == "right" else _misconceptions(verdict),
            reason=_one_line(str(cell.metadata.get(WAITS, ""))) if points is None else reason,
            course=self.sheet.course,
            numbers=self.sheet.numbers,
            answer=_answer(_stored(cell, ANSWER, question.exercise).get(ANSWER, {})),
            id=str(self.record.get("id", question.student)),
            notes=(
                *question.notes,
                *map(str, self.record.get("notes", ())),
                *_by_hand(grade, cell),
            ),
        )


_NOT_IN_IT = (
    "it was graded before this question was there, or after it had been taken out: "
    "grade again with --force"
)


def _by_hand(grade: Any, cell: NotebookNode) -> Iterator[str]:
    """Say it where a person, or somebody in that person's name, has changed a test's points."""
    if is_solution(cell) or not is_grade(cell):
        return
    if grade.manual_score is not None and grade.manual_score != grade.auto_score:
        was = "no points" if grade.auto_score is None else f"{grade.auto_score:g}"
        yield f"{grade.name}: points set by hand: {grade.manual_score:g} in place of {was}"
    if grade.extra_credit:
        yield f"{grade.name}: extra points set by hand: {grade.extra_credit:g}"


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _untouched(grade: Any, cell: NotebookNode, verdict: dict[str, Any]) -> bool:
    """Tell whether there is no answer: nbgrader gives 0 to a cell of one's own as it was."""
    own = is_solution(cell)
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


def _stored(cell: NotebookNode, kind: str, exercise: str) -> dict[str, Any]:
    """Return the last output of a cell that holds this kind of thing for an exercise."""
    found: list[dict[str, Any]] = [
        one["data"]
        for one in cell.get("outputs", ())
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
    """Return what a misconception or slip is, as students are told, or else its name in words.

    Examples
    --------
    >>> meaning("counted-from-one")
    'Positions are counted from 0: the first cell of the map is cell 0.'
    """
    texts = (exercises.get(one).texts.get(misconception) for one in exercises.ids())
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


def _reason(cell: NotebookNode, notebook: NotebookNode, verdict: str) -> str:
    """Return what the test says; if a name was missing, also why it may be missing."""
    own = next(_errors(cell), None)
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


def _stopped_before(cell: NotebookNode, notebook: NotebookNode) -> str:
    """Return what stopped the cells of an answer that has no value."""
    before = notebook.cells[: notebook.cells.index(cell)]
    tests = [i for i, one in enumerate(before) if is_grade(one)]
    own = before[tests[-1] + 1 if tests else 0 :]
    errors = [error for one in own for error in _errors(one) if _name(one)]
    return f"before the test: {_told(errors[-1])}" if errors else ""


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
        "notes": BETWEEN.join(row.notes),
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
            "numbers": int(line["numbers"]),
            "misconceptions": tuple(line["misconceptions"].split()),
            "notes": tuple(filter(None, line["notes"].split(BETWEEN))),
        }
    )
