"""What ``make assignments`` does: check every source, build the releases, prove them, zip them.

python -m pooling_lab.grading.release notebooks/assignments
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from pooling_lab.course.lessons import CHECK, tags

from .submitting import answers_in, filled, hand_in

REGION = re.compile(r"^\s*### (?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS)$")
PROJECT = Path("source", "4-project", "project.ipynb")
TELLTALE = 12  # characters; a shorter line of a solution may stand anywhere


class Unfit(Exception):
    """A source that must not be handed out."""


class Built(NamedTuple):
    """What was built: the assignment, its points, those a person gives, and its zip."""

    assignment: str
    points: float
    by_hand: float
    zip: Path


def nbgrader(course: Path, *arguments: str, check: bool = True) -> str:
    """Run nbgrader in a course folder and return what it said.

    Raises
    ------
    Unfit
        If ``check`` and it failed; nbgrader's last lines are in the message.
    """
    # Said here, it counts more than a `CourseDirectory.root` in the configuration, which is copied.
    here = f"--CourseDirectory.root={course.absolute()}"
    ran = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments, here],
        cwd=course,
        capture_output=True,
        text=True,
    )
    if check and ran.returncode:
        raise Unfit(f"nbgrader {' '.join(arguments)} failed:\n{ran.stderr[-2000:]}")
    return ran.stdout + ran.stderr


def new_course(folder: Path, to: Path) -> Path:
    """Copy configuration and sources, and nothing of a class, to a new course folder."""
    to.mkdir(parents=True, exist_ok=True)
    shutil.copy(folder / "nbgrader_config.py", to)
    shutil.copytree(folder / "source", to / "source", dirs_exist_ok=True)
    fetch_project(folder.parent, to)
    return to


def fetch_project(lessons: Path, course: Path) -> None:
    """Make lesson 13 an assignment's source: its cells carry nbgrader's marks, and CI's go."""
    for lesson in lessons.glob("13_*.ipynb"):
        notebook = nbformat.read(lesson, 4)
        notebook.cells = [one for one in notebook.cells if CHECK not in tags(one)]
        (course / PROJECT.parent).mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, course / PROJECT)


def sources(course: Path) -> list[Path]:
    """Return the source notebooks of a course, in order."""
    return sorted((course / "source").glob("*/*.ipynb"))


def release(course: Path, source: Path) -> Path:
    """Make the version for students, and return its path.

    A source without a solution in it is handed out as it is: what students start from stands there.
    """
    clears = "### BEGIN SOLUTION" in source.read_text(encoding="utf-8")
    options = ("--create", "--force", f"--ClearSolutions.enabled={clears}")
    nbgrader(course, "generate_assignment", source.parent.name, *options)
    return course / "release" / source.parent.name / source.name


def points(course: Path, assignment: str) -> dict[str, dict[str, float | None]]:
    """Return what each student was given for each question; None where a person decides."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(assignment)
        }


# --- the proofs ------------------------------------------------------------------------------


def prove(folder: Path, source: Path) -> None:
    """Grade the instructor's own answers and an untouched copy, and see that both get their due.

    The points are read from a gradebook: ``nbgrader validate`` ends well whatever it finds.

    Raises
    ------
    Unfit
        If the own answers miss a point that a test gives, or the untouched copy gets one.
    """
    assignment, full = source.parent.name, tests(nbformat.read(source, 4))
    if not full:
        return  # a person gives all the points
    with tempfile.TemporaryDirectory() as scratch:
        course = new_course(folder, Path(scratch))
        released = release(course, source)
        untouched = nbformat.read(released, 4)
        solved = filled(untouched, answers_in(nbformat.read(source, 4)))
        for student, notebook in (("reference", solved), ("untouched", untouched)):
            hand_in(notebook, course, student, released)
        nbgrader(course, "autograde", assignment)
        given = points(course, assignment)
    for question, most in full.items():
        if given["reference"][question] != most:
            raise Unfit(f"{assignment}: the source's own answer does not pass {question}")
        if given["untouched"][question] != 0:
            raise Unfit(f"{assignment}: {question} is passed by the notebook as it is handed out")


def tests(source: NotebookNode) -> dict[str, float]:
    """Return the points of every cell that a test grades."""
    marks = [cell.metadata.get("nbgrader", {}) for cell in source.cells]
    return {
        one["grade_id"]: one["points"] for one in marks if one.get("grade") and not one["solution"]
    }


def require_stated_points(source: Path) -> tuple[float, float]:
    """Return all points and those that a person gives, if the heading states their sum.

    Raises
    ------
    Unfit
        If it states another sum, or none.
    """
    notebook = nbformat.read(source, 4)
    stated = re.search(r"\*\*Points:\*\* (\d+)", notebook.cells[0].source)
    marks = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    total = sum(one.get("points", 0) for one in marks)
    if not stated or int(stated[1]) != total:
        heading = f"its heading must say **Points:** {total}"
        raise Unfit(f"{source.parent.name}: its cells have {total} points; {heading}")
    return total, total - sum(tests(notebook).values())


def require_nothing_leaks(source: Path, released: Path) -> None:
    """See that no line of a solution or a hidden test stands in the version for students.

    Raises
    ------
    Unfit
        If one does; the message shows it.
    """
    handed_out = "\n".join(cell.source for cell in nbformat.read(released, 4).cells)
    for line in hidden_lines(nbformat.read(source, 4)):
        if line in handed_out:
            raise Unfit(f"{released.parent.name}: the release shows `{line}`")


def hidden_lines(source: NotebookNode) -> set[str]:
    """Return the lines that students must not see, and the markers around them."""
    hidden: set[str] = set()
    open_to_all: set[str] = set()
    for cell in source.cells:
        inside = False
        for line in cell.source.split("\n"):
            if REGION.match(line):
                inside = "BEGIN" in line
                hidden.add(line.strip())
            elif len(line.strip()) >= TELLTALE:
                (hidden if inside else open_to_all).add(line.strip())
    return hidden - open_to_all


# --- all of it -------------------------------------------------------------------------------


def build(folder: Path) -> Iterator[Built]:
    """Build every assignment of a course folder.

    Raises
    ------
    Unfit
        At the first source that must not be handed out.
    """
    fetch_project(folder.parent, folder)
    for source in sources(folder):
        total, by_hand = require_stated_points(source)
        prove(folder, source)
        released = release(folder, source)
        require_nothing_leaks(source, released)
        yield Built(source.parent.name, total, by_hand, zipped(released, folder / "zips"))


def zipped(released: Path, to: Path) -> Path:
    """Zip a release for a learning-management system, and return the path of the zip."""
    to.mkdir(exist_ok=True)
    path = to / f"{released.parent.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(released.parent.iterdir()):
            archive.write(file, f"{released.parent.name}/{file.name}")
    return path


def main(arguments: list[str]) -> int:
    """Build the course folder that is named, and print what was built."""
    folder = Path(arguments[0])
    try:
        for one in build(folder):
            print(
                f"{one.assignment}: {one.points:g} points, {one.by_hand:g} of them given by hand; "
                f"{one.zip.relative_to(folder)}"
            )
            if graded := len(points(folder, one.assignment)):
                again = f"nbgrader autograde {one.assignment} --force"
                print(f"  {graded} are graded; after a change of points or of the course: {again}")
    except Unfit as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
