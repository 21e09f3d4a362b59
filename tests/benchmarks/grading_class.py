"""How long a class's hand-ins of one assignment take to grade, by the number of processes.

    python tests/benchmarks/grading_class.py [hand-ins] [processes ...]     60, 1 and 2

The class is made up (`tests.grading.made_up`), so right answers, wrong ones and broken files are
mixed as real ones are. Each number of processes grades a fresh copy of it, and the points must be
the same. On a machine with other work only the quotient of two rows says something.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "grading"))
import made_up

from pooling_lab.grading.release import points

ASSIGNMENT = "1-output-sizes"
COMMAND = (sys.executable, "-m", "pooling_lab.grading.autograde", ASSIGNMENT, "--processes")


def grade(course: Path, processes: int) -> float:
    """Return the seconds that grading takes."""
    start = time.perf_counter()
    subprocess.run(
        [*COMMAND, str(processes)],
        cwd=course,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def main(count: int, processes: list[int]) -> None:
    """Measure, and print a table."""
    made_up.CLASS = tuple(made_up.Student(number) for number in range(1, count + 1))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began")
    print(f"{'processes':>10}{'graded':>10}{'seconds':>10}{'for each':>10}")
    with tempfile.TemporaryDirectory() as scratch:
        course = made_up.prepare(Path(scratch, "course"))
        made_up.make(course)
        found = []
        for number in processes:
            copy = Path(shutil.copytree(course, Path(scratch, f"graded by {number}")))
            seconds = grade(copy, number)
            found.append(points(copy, ASSIGNMENT))
            graded = len([*copy.glob(f"autograded/*/{ASSIGNMENT}/*.ipynb")])
            print(f"{number:10}{graded:10}{seconds:10.0f}{seconds / graded:10.2f}", flush=True)
    assert all(one == found[0] for one in found), "the points differ"


if __name__ == "__main__":
    numbers = [int(one) for one in sys.argv[1:]]
    main(numbers[0] if numbers else 60, numbers[1:] or [1, 2])
