"""What a server must hold: students who open JupyterLab, run lesson 02 and then 10, all at once.

    python tests/benchmarks/hub_size.py          1, 2, 4 and 8 students
    python tests/benchmarks/hub_size.py 2        as many as are said

Each student has a server of their own, as the hub starts one, and a kernel for each lesson; both
stay open, as they do in JupyterLab. Memory is the proportional set size of all their processes
(what they share is divided among them), at its largest; seconds are from the start of a lesson's
kernel to its last cell, for the slowest; processor seconds are a student's, all processes together.
On a machine with other work seconds say little, processor seconds and memory hold.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import nbformat
import psutil
from jupyter_client.blocking import BlockingKernelClient

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import driving

LESSONS = ("02", "10")
THREADS = "2"  # as hub/jupyterhub_config.py says


class Measured(NamedTuple):
    """What one student needed."""

    memory: float  # MB
    seconds: tuple[float, ...]  # for each lesson
    processor: float  # seconds


class Student:
    """A server, and a kernel for each lesson."""

    def __init__(self, place: Path, lab: driving.Lab) -> None:
        self.runtime, self.lab = place / "runtime", lab
        self.server = next(
            one
            for one in psutil.Process().children()
            if any(str(lab.folder) in word for word in one.cmdline())
        )
        self.memory = 0.0

    def work(self) -> Measured:
        """Run the lessons one after the other, and measure meanwhile."""
        done = threading.Event()
        watching = threading.Thread(target=self._watch, args=(done,))
        watching.start()
        try:
            seconds = tuple(map(self._run, LESSONS))
        finally:
            done.set()
            watching.join()
        spent = sum(sum(one.cpu_times()[:2]) for one in self._processes())
        return Measured(self.memory, seconds, spent)

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(0.5):
            pss = sum(one.memory_full_info().pss for one in self._processes())
            self.memory = max(self.memory, pss / 1e6)

    def _processes(self) -> list[psutil.Process]:
        return [self.server, *self.server.children(recursive=True)]

    def _run(self, lesson: str) -> float:
        start = time.perf_counter()
        (path,) = driving.NOTEBOOKS.glob(f"{lesson}_*.ipynb")
        kernel = self.lab.request("POST", "kernels")["id"]
        file = self.runtime / f"kernel-{kernel}.json"
        client = BlockingKernelClient(connection_file=str(file))
        client.load_connection_file()
        client.start_channels(hb=False)  # a busy machine answers no heartbeat in time
        client.wait_for_ready(timeout=300)
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "code":
                answer = client.execute_interactive(
                    cell.source, timeout=600, allow_stdin=False, output_hook=lambda said: None
                )
                assert answer["content"]["status"] == "ok", (path.name, cell.source)
        client.stop_channels()
        return time.perf_counter() - start


def measure(count: int) -> list[Measured]:
    """Let so many students work at once."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as running:
        students = []
        for number in range(count):
            place = Path(scratch, str(number))
            place.mkdir()
            students.append(Student(place, running.enter_context(driving.running_lab(place))))
        with ThreadPoolExecutor(count) as pool:
            return [*pool.map(Student.work, students)]


def main(counts: list[int]) -> None:
    """Measure, and print a table."""
    os.environ["OMP_NUM_THREADS"] = THREADS
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began")
    heads = ("students", "MB each", *(f"lesson {one}, s" for one in LESSONS), "processor s each")
    print("".join(f"{head:>18}" for head in heads))
    for count in counts:
        found = measure(count)
        slowest = [max(one.seconds[k] for one in found) for k in range(len(LESSONS))]
        memory, processor = mean(one.memory for one in found), mean(one.processor for one in found)
        row = (count, memory, *slowest, processor)
        print("".join(f"{one:18.0f}" for one in row), flush=True)


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]] or [1, 2, 4, 8])
