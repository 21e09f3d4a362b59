"""Make a class of thirty that does not exist, grade it, and store what the report shows.

    python tests/grading/made_up.py

It is for trying things out: the report, the machine, the time that grading takes. Everybody in it
is invented, and always hands in the same (`Stream`). The answers are of the kinds that real
classes give: right ones, ones with a known misconception, typical wrong code, nothing at all; and
the files are broken in the ways in which real ones are (`MISHAPS`).
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook

from pooling_lab import exercises
from pooling_lab.exercises.compare import Value
from pooling_lab.exercises.seeded_random import Stream
from pooling_lab.grading.gradebook import DATABASE, TIME, read, to_csv
from pooling_lab.grading.preprocessors.judge import SheetCall, handed_in, sheets
from pooling_lab.grading.release import nbgrader, new_course, release, sources
from pooling_lab.grading.submitting import answers_in, filled, hand_in

COURSE = Path(__file__).parents[2] / "notebooks" / "assignments"
STORED = COURSE / "made_up_class.csv"
ASSIGNMENTS = {"1-output-sizes": "2026-04-20 22:00", "2-implement-pooling": "2026-05-04 22:00"}
SIZE = 30

# Whom something happens to, and what: by number.
MISHAPS = {
    4: "hands in half a file",
    8: "imports what is not there",
    11: "renames the file",
    17: "writes an endless loop",
    30: "hands in nothing",
}
COPIES_FROM = {1: 2, 16: 15}  # a neighbour's answers, with the neighbour's numbers
UNREAD = {3, 12, 19}  # whose texts the person who grades has not come to yet

# What is typically written instead, by exercise and misconception.
WRONG_CODE = {
    "max-pool2d": {
        "started-at-zero": """
def my_max_pool2d(x, kernel_size, stride):
    rows = (x.shape[0] - kernel_size) // stride + 1
    columns = (x.shape[1] - kernel_size) // stride + 1
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for a in range(kernel_size):
                for b in range(kernel_size):
                    y[i, j] = max(y[i, j], x[i * stride + a, j * stride + b])
    return y
""",
        "stride-is-kernel": """
def my_max_pool2d(x, kernel_size, stride):
    rows, columns = x.shape[0] // kernel_size, x.shape[1] // kernel_size
    blocks = x[: rows * kernel_size, : columns * kernel_size]
    return blocks.reshape(rows, kernel_size, columns, kernel_size).max(axis=(1, 3))
""",
        "stride-ignored": """
def my_max_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return windows.max(axis=(-2, -1))
""",
    },
    "avg-pool2d": {
        "stride-is-kernel": """
def my_avg_pool2d(x, kernel_size, stride):
    rows, columns = x.shape[0] // kernel_size, x.shape[1] // kernel_size
    blocks = x[: rows * kernel_size, : columns * kernel_size]
    return blocks.reshape(rows, kernel_size, columns, kernel_size).mean(axis=(1, 3))
""",
        "fraction-lost": """
def my_avg_pool2d(x, kernel_size, stride):
    rows = (x.shape[0] - kernel_size) // stride + 1
    columns = (x.shape[1] - kernel_size) // stride + 1
    y = np.zeros((rows, columns), dtype=int)
    for i in range(rows):
        for j in range(columns):
            y[i, j] = x[i * stride :, j * stride :][:kernel_size, :kernel_size].mean()
    return y
""",
        "max-for-mean": """
def my_avg_pool2d(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(-2, -1))
""",
    },
    "find-the-bug": {
        "zero-padding": """
def my_padded_max(x, kernel_size, stride, padding):
    padded = np.pad(x, padding)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(-2, -1))
""",
        "pad-not-low-enough": """
def my_padded_max(x, kernel_size, stride, padding):
    padded = np.pad(x, padding, constant_values=-9)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max(axis=(-2, -1))
""",
    },
    "unpool": {
        "spread-over-window": """
def my_max_unpool2d(y, indices, height, width):
    y = np.asarray(y)
    rest = (0, height - 2 * y.shape[0]), (0, width - 2 * y.shape[1])
    return np.pad(np.kron(y, np.ones((2, 2))), rest)
""",
        "top-left": """
def my_max_unpool2d(y, indices, height, width):
    y = np.asarray(y)
    x = np.zeros((height, width))
    x[: 2 * y.shape[0] : 2, : 2 * y.shape[1] : 2] = y
    return x
""",
    },
}
# In one line, so that it is interrupted in the same line every time.
ENDLESS = """
def my_max_pool2d(x, kernel_size, stride):
    y, i = [], 0
    while i + kernel_size <= len(x): y.append(x[i:, :kernel_size][:kernel_size].max())
    return y
"""
SAYINGS = (
    "It loses one row.",
    "For 8 rows it gives 4, for 7 rows it gives 4 as well, so it is not always half.",
    "floor((8 + 2 − 3) / 2) + 1 = 4 and floor((7 + 2 − 3) / 2) + 1 = 4. Every row is read.",
)


@dataclass(frozen=True)
class Student:
    """Somebody who does not exist.

    Attributes
    ----------
    number
        From 1.
    ability
        From 35 to 98: how many of a hundred questions come out right.
    """

    number: int

    @property
    def id(self) -> str:
        """The id, which no real student has."""
        return f"made-up-{self.number:02d}"

    @property
    def ability(self) -> int:
        """How much this one knows."""
        return Stream("ability", self.number).integer(35, 98)

    def does(self, what: str) -> bool:
        """Tell whether this mishap happens to this one."""
        return MISHAPS.get(self.number) == what


CLASS = tuple(Student(number) for number in range(1, SIZE + 1))


# --- what is answered ---------------------------------------------------------------------------


def answers(student: Student, source: NotebookNode) -> dict[str, str]:
    """Return what a student writes into the cells of an assignment.

    Parameters
    ----------
    student
        Who.
    source
        The assignment with its solutions.
    """
    right, sheet = answers_in(source), _sheet(source)
    known = {f"answer-{one}": one for cell in source.cells for one in handed_in(cell.source)}
    found = {"who": f'student = "{student.id}"'}
    for name in right.keys() - {"who"}:
        text = _text(student, name, right[name], known.get(name), sheet)
        if text:
            found[name] = text
    return found


def _sheet(source: NotebookNode) -> SheetCall:
    return next(one for cell in source.cells for one in sheets(cell))


def _text(student: Student, name: str, right: str, exercise: str | None, sheet: SheetCall) -> str:
    """Return what stands in one cell; nothing if it stays as it was."""
    if exercise == "max-pool2d" and student.does("writes an endless loop"):
        return ENDLESS.strip()
    if exercise == "max-pool2d" and student.does("imports what is not there"):
        return f"import poolinglib\n\n\n{right}"
    copied = COPIES_FROM.get(student.number, student.number)
    stream, ability = Stream("answer", name, copied), Student(copied).ability
    if stream.integer(1, 100) > ability + 40:
        return ""
    if exercise is None:
        return SAYINGS[min(2, ability // 33)]
    knows = stream.integer(1, 100) <= ability
    if exercises.get(exercise).kind == "code":
        return right if knows else stream.choice([*WRONG_CODE[exercise].values()]).strip()
    case = exercises.personal(exercise, Student(copied).id, sheet.course, numbers=sheet.numbers)
    variable = right.partition(" = ")[0]  # the cell begins with it
    return f"{variable} = {_literal(_value(case, stream, knows))}"


def _value(task: exercises.Task, stream: Stream, knows: bool) -> Value | None:
    """Return the right answer, or one that somebody with a misconception gives."""
    exercise, numbers = task.exercise, task.numbers
    if knows:
        return exercise.outcome(numbers)
    order = stream.shuffled(list(exercise.misconceptions)[:3])
    outcomes = (exercise.outcome(numbers, frozenset({one})) for one in order)
    return next((one for one in outcomes if one is not None), exercise.outcome(numbers))


def _literal(value: Value | None) -> str:
    assert value is not None and not isinstance(value, tuple)
    return repr(value if isinstance(value, str) else value.tolist()).replace(".0", "")


# --- what is handed in --------------------------------------------------------------------------


def make(course: Path) -> None:
    """Write what the class hands in, as nbgrader's ``submitted`` folder.

    Parameters
    ----------
    course
        A course folder in which the assignments have been released.
    """
    for name, deadline in ASSIGNMENTS.items():
        (released,) = (course / "release" / name).glob("*.ipynb")
        source = nbformat.read(course / "source" / name / released.name, as_version=4)
        handed_out = nbformat.read(released, as_version=4)
        for student in CLASS:
            if not student.does("hands in nothing"):
                notebook = filled(handed_out, answers(student, source))
                path = hand_in(notebook, course, student.id, released)
                _when(path, student, deadline)
                _spoil(path, student)


def _when(path: Path, student: Student, deadline: str) -> None:
    """Write when it came: most in the last evening, some in the days before, few too late."""
    stream = Stream("time", path.parent.name, student.number)
    minutes = stream.integer(-5, 240) if stream.integer(1, 3) > 1 else stream.integer(240, 6000)
    when = datetime.strptime(deadline, TIME) - timedelta(minutes=minutes)
    (path.parent / "timestamp.txt").write_text(f"{when:%Y-%m-%d %H:%M:%S} UTC\n")


def _spoil(path: Path, student: Student) -> None:
    first = path.parent.name == min(ASSIGNMENTS)
    if first and student.does("hands in half a file"):
        path.write_bytes(path.read_bytes()[:3000])
    if first and student.does("renames the file"):
        path.rename(path.with_name(f"{path.stem} (1).ipynb"))


# --- how it is graded ---------------------------------------------------------------------------


def prepare(folder: Path) -> Path:
    """Set up a course folder of its own, with the assignments released, and return it.

    Parameters
    ----------
    folder
        A folder without a course in it.
    """
    course = new_course(COURSE, folder)
    (course / "secret.txt").write_text("made-up")  # the same hidden cases every time
    for source in (one for one in sources(course) if one.parent.name in ASSIGNMENTS):
        release(course, source)
    return course


def grade(course: Path) -> dict[str, float]:
    """Grade what the class handed in, texts too, and return the seconds for each assignment."""
    with Gradebook(f"sqlite:///{course / DATABASE}") as book:
        for student in CLASS:
            book.update_or_create_student(student.id)
    seconds = {}
    for name in ASSIGNMENTS:
        start = time.perf_counter()
        nbgrader(course, "autograde", name, check=False)  # some of them cannot be graded
        seconds[name] = time.perf_counter() - start
    _grade_texts(course)
    return seconds


def _grade_texts(course: Path) -> None:
    """Do what a person does, but for those who have to wait."""
    points = {one.id: one.ability // 20 for one in CLASS if one.number not in UNREAD}
    with Gradebook(f"sqlite:///{course / DATABASE}") as book:
        for grade in book.db.query(Grade).filter(Grade.needs_manual_grade):
            if grade.auto_score is None and grade.student.id in points:
                grade.manual_score = min(points[grade.student.id], grade.max_score)
                grade.needs_manual_grade = False
        book.db.commit()


def main() -> None:
    """Make the class, grade it, store what the report reads, and say how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        course = prepare(Path(folder))
        make(course)
        for name, seconds in grade(course).items():
            notebooks = len([*(course / "autograded").glob(f"*/{name}/*.ipynb")])
            print(f"{name:25} {seconds:6.1f} s, {seconds / notebooks:4.1f} s for a notebook")
        to_csv(read(course), STORED)


if __name__ == "__main__":
    main()
