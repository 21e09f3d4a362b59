"""How long grading takes for a notebook, and how much of that the process for functions takes.

    python tests/benchmarks/grading_time.py [notebooks] [folder with another pooling_lab]

It needs the extra ``grading``. Right answers to assignment 2 are handed in as often as is said,
and graded in one go. With a second folder, the package that lies there grades the same in turn, so
that both are measured on the same machine at the same time; the table says how they compare.
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
ASSIGNMENT = "2-implement-pooling"
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


def grade(package: Path, count: int, timed: bool) -> tuple[float, list[float]]:
    """Return the seconds for a notebook, and those of them that each judging took."""
    environment = os.environ | {"PYTHONPATH": str(package)}
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch) / "course"
        prepare = [sys.executable, "-c", PREPARE, str(course), str(count), str(package), ASSIGNMENT]
        subprocess.run(prepare, env=environment, check=True, capture_output=True)
        how = ["-c", TIMED] if timed else ["-m", "nbgrader"]
        start = time.perf_counter()
        ran = subprocess.run(
            [sys.executable, *how, "autograde", ASSIGNMENT],
            cwd=course,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = (time.perf_counter() - start) / count
    said = [line.split()[-1] for line in ran.stderr.splitlines() if line.startswith("judged in")]
    return seconds, [float(one) for one in said]


def main(count: int = 10, other: Path | None = None) -> None:
    """Measure, and print a table."""
    seconds, judged = grade(ROOT, count, timed=True)
    print(f"{seconds:5.2f} s for a notebook ({count} right ones of {ASSIGNMENT})")
    print(f"{statistics.median(judged):5.2f} s of these to judge it, its process included")
    if other is not None:
        before, _ = grade(other, count, timed=False)
        print(f"{before:5.2f} s for a notebook with the package in {other.name}")
        print(f"{seconds / before:5.2f} times as long")


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:2]), *(Path(one) for one in sys.argv[2:3]))
