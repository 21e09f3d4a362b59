"""How long grading takes for a notebook, and how much of that the process for functions takes.

    python tests/benchmarks/grading_time.py [notebooks] [folder with another pooling_lab]

It needs the extra ``grading``. Right answers to assignments 1 and 2 are handed in as often as is
said, and graded in one go; then nbgrader grades the same by itself, without this course's
configuration: in one kernel for each, unguarded, with every test a cell of the student's kernel.
With a second folder, the package that lies there grades the same in turn. All are measured on the
same machine at the same time; the table says how they compare.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = ("1-output-sizes", "2-implement-pooling")
PREPARE = """
import shutil, sys
from pathlib import Path
import nbformat
try:
    from pooling_lab.grading import release, submitting
except ImportError:
    from pooling_lab.grading import building as release, submitting
course, count = Path(sys.argv[1]), int(sys.argv[2])
release.new_course(Path(sys.argv[3]) / "notebooks/assignments", course)
(source,) = (course / "source" / sys.argv[4]).glob("*.ipynb")
released = release.release(course, source)
right = submitting.answers_in(nbformat.read(source, 4))
notebook = submitting.filled(nbformat.read(released, 4), right)
for number in range(count):
    submitting.hand_in(notebook, course, f"s{number}", released)
"""
TIMED = """
import sys, time
from pooling_lab.grading.preprocessors import Judge
real = Judge.preprocess
def timed(self, nb, resources):
    start = time.perf_counter()
    try:
        return real(self, nb, resources)
    finally:
        print("judged in", time.perf_counter() - start, file=sys.stderr)
Judge.preprocess = timed
from nbgrader.apps.nbgraderapp import NbGraderApp
NbGraderApp.launch_instance()
"""


def prepare(course: Path, package: Path, assignment: str, count: int) -> None:
    """Make a course in which right notebooks have been handed in."""
    arguments = [str(course), str(count), str(package), assignment]
    subprocess.run(
        [sys.executable, "-c", PREPARE, *arguments],
        env=os.environ | {"PYTHONPATH": str(package)},
        check=True,
        capture_output=True,
    )


def autograde(course: Path, package: Path, assignment: str, **more: str) -> tuple[float, str]:
    """Return the seconds that grading all of it takes, and what was said."""
    start = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", TIMED, "autograde", assignment],
        cwd=course,
        env=os.environ | {"PYTHONPATH": str(package)} | more,
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - start, ran.stderr


def grade(package: Path, assignment: str, count: int) -> tuple[float, float]:
    """Return the seconds for a notebook, and those of them for judging it (the median)."""
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch) / "course"
        prepare(course, package, assignment, count)
        seconds, said = autograde(course, package, assignment)
    lines = [line.split()[-1] for line in said.splitlines() if line.startswith("judged in")]
    return seconds / count, statistics.median(map(float, lines))


def grade_plainly(assignment: str, count: int) -> float:
    """Return the seconds that nbgrader by itself takes for a notebook."""
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch) / "course"
        prepare(course, ROOT, assignment, count)
        (course / "nbgrader_config.py").unlink()
        # It grades all the same: a sheet that nobody would judge says no.
        return autograde(course, ROOT, assignment, POOLING_LAB_STUDENT="s0")[0] / count


def main(count: int = 10, other: Path | None = None) -> None:
    """Measure, and print a table."""
    print("seconds for a notebook, nbgrader's own start included")
    for assignment in ASSIGNMENTS:
        seconds, judging = grade(ROOT, assignment, count)
        print(f"{assignment:24} {seconds:5.2f} ({judging:.2f} to judge it, its process included)")
        plain = grade_plainly(assignment, count)
        print(f"{'nbgrader by itself':24} {plain:5.2f} ({seconds / plain:.2f} times as long)")
        if other is not None:
            before, _ = grade(other, assignment, count)
            print(f"{other.name:24} {before:5.2f} ({seconds / before:.2f} times as long)")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:2]), *(Path(one) for one in sys.argv[2:3]))
