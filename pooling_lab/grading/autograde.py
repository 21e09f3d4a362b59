"""Grade a whole class with as many processes as there are cores, into one gradebook.

    python -m pooling_lab.grading.autograde 1-output-sizes

Every process is nbgrader's own grading, with the course's configuration; it takes one submission
after the other from one list. What nbgrader's ``autograde`` understands (``--force``,
``--student``, ``--Execute.timeout=600``) is handed on to it. Writes are short, and SQLite lets one
process write at a time; the others wait for their turn.
"""

from __future__ import annotations

import argparse
import io
import logging
import multiprocessing
import os
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, NamedTuple

from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from sqlalchemy.exc import SAWarning

TURN = 600  # seconds that a process waits until it may write; nbgrader's own gives up after five
ENDED = "the process that graded it ended: too little memory, perhaps"
RAISED = re.compile(r"^[\w.]+: .+")  # the last line of a traceback

Became = Literal["graded", "graded before", "not graded"]


class Outcome(NamedTuple):
    """What became of one student's submission, and why, if it is not graded."""

    student: str
    became: Became
    why: str = ""


def autograde(assignment: str, processes: int, options: Sequence[str] = ()) -> Iterator[Outcome]:
    """Grade all submissions of an assignment in the course folder where one stands.

    Parameters
    ----------
    assignment
        Its name.
    processes
        How many submissions are graded at a time.
    options
        What is handed on to nbgrader.

    Yields
    ------
    Outcome
        Of each student, as soon as it is known.

    Raises
    ------
    ValueError
        If nothing was handed in, or the assignment was never released.
    """
    app = _nbgrader(assignment, options)
    converter = Autograde(coursedir=app.coursedir, parent=app)
    try:
        converter.init_notebooks()
    except NbGraderException as error:
        raise ValueError(f"{error} in {app.coursedir.root}") from None
    # Made once, by one process: two at a time would both make the course's entry.
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as book:
        if assignment not in [one.name for one in book.assignments]:
            raise ValueError(f"{assignment} was never released: the gradebook does not know it")
    students: SimpleQueue[str] = SimpleQueue()
    names = sorted(Path(one).parent.name for one in converter.assignments)
    for name in names:
        students.put(name)
    workers = [_Worker(assignment, options) for _ in range(min(processes, len(names)))]
    try:
        with ThreadPoolExecutor(len(workers)) as pool:
            done: SimpleQueue[Outcome] = SimpleQueue()
            for worker in workers:
                pool.submit(worker.take_all, students, done)
            for _ in names:
                yield done.get()
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that grades; one that ends is replaced, and costs the submission it was at."""

    def __init__(self, assignment: str, options: Sequence[str]) -> None:
        self.arguments = assignment, tuple(options)
        self._start()

    def _start(self) -> None:
        spawning = multiprocessing.get_context("spawn")
        self.connection, theirs = spawning.Pipe()
        self.process = spawning.Process(target=_serve, args=(theirs, *self.arguments), daemon=True)
        self.process.start()
        theirs.close()  # so that the end of the process is noticed here

    def take_all(self, students: SimpleQueue[str], done: SimpleQueue[Outcome]) -> None:
        while True:
            try:
                student = students.get_nowait()
            except Empty:
                return
            done.put(self._grade(student))

    def _grade(self, student: str) -> Outcome:
        try:
            self.connection.send(student)
            return Outcome(student, *self.connection.recv())
        except (EOFError, OSError):
            self.end()
            self._start()
            return Outcome(student, "not graded", ENDED)

    def end(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


# --- in the process -----------------------------------------------------------------------------


def _nbgrader(assignment: str, options: Sequence[str]) -> Any:
    """Return nbgrader's ``autograde`` as the command line would have it, not started."""
    app = AutogradeApp()
    app.initialize([*options])
    app.coursedir.assignment_id = assignment
    return app


def _serve(connection: Connection, assignment: str, options: Sequence[str]) -> None:
    """Grade one student after the other, until nobody asks any more."""
    # Every kernel says at its start how to end it, and SQLAlchemy that nbgrader's ways are its own.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    warnings.simplefilter("ignore", SAWarning)
    app = _nbgrader(assignment, options)
    if app.coursedir.db_url.startswith("sqlite:") and "?" not in app.coursedir.db_url:
        app.coursedir.db_url += f"?timeout={TURN}"
    while True:
        try:
            student = connection.recv()
        except EOFError:
            return
        connection.send(_graded(app, student))


def _graded(app: Any, student: str) -> tuple[Became, str]:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    kept, app.log.handlers = app.log.handlers, [handler]
    app.coursedir.student_id = student
    try:
        Autograde(coursedir=app.coursedir, parent=app).start()
    except NbGraderException as error:
        lines = [one for one in said.getvalue().splitlines() if RAISED.match(one)]
        return "not graded", lines[-1] if lines else str(error)
    finally:
        app.log.handlers = kept
    skipped = "Skipping existing assignment" in said.getvalue()
    return ("graded before" if skipped else "graded"), ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade, say who was not graded and why, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("assignment")
    parser.add_argument(
        "--processes", type=int, default=cores(), help="how many at a time (now: %(default)s)"
    )
    options, more = parser.parse_known_args(arguments)
    if options.processes < 1:
        parser.error(f"--processes must be at least 1; got {options.processes}")
    counts = dict.fromkeys(("graded", "graded before", "not graded"), 0)
    try:
        for one in autograde(options.assignment, options.processes, more):
            counts[one.became] += 1
            print(f"{one.student}: {one.became}{f' ({one.why})' * bool(one.why)}", flush=True)
    except ValueError as problem:
        print(problem, file=sys.stderr)
        return 1
    print(", ".join(f"{count} {became}" for became, count in counts.items()))
    if counts["not graded"]:
        print("The class report says what is wrong with those that are not graded.")
    return int(counts["not graded"] > 0)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
