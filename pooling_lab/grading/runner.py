r"""Call a submission's functions in a process of their own; this is the grader's end.

    submission = Submission(["import numpy as np", "def f(x): ..."], folder, Separate())
    function = submission.function("f", stub="def f(x):\n    ...")
    task.check(function.answer, runner=function.run)

The process (`child`) runs the imports, definitions and assignments of the cells in their order. It
lives as long as the submission is judged, and is started again when a cell or a call has ended it.
Inputs go there, results come back; what is expected, the comparison and the secret stay here.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import functools
import inspect
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..exercises import guarded_run
from ..exercises.compare import MOST_NUMBERS, Value
from ..exercises.guarded_run import Outcome, Run, Trouble
from . import child

PATIENCE = 20.0  # seconds on top of what a call may take: a busy machine, a large import
LARGEST_REPLY = 2**28  # bytes
MOST_STARTS = 4
MOST_HANGS = 2
LONGEST = 2_000  # characters of anything the process says in words
KEPT_VARIABLES = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ")
ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
CRASH = Trouble("Crash", "the process in which it was called came to its end")


@dataclass(frozen=True)
class Separate:
    """How the process is started.

    Attributes
    ----------
    around
        Turns its command into one that shuts it in; see `sandbox.for_functions`.
    allowed
        Libraries beside NumPy that may be used.
    """

    around: Callable[[list[str], Path, Path, Sequence[str]], list[str]] | None = None
    allowed: tuple[str, ...] = ()

    def command(self, folder: Path) -> list[str]:
        """Return what starts the process, for a submission that lies in ``folder``."""
        plain = [sys.executable, "-I", str(room() / "child.py"), *self.allowed]
        return plain if self.around is None else self.around(plain, room(), folder, self.allowed)


class Submission:
    """The code cells of one submission, and the process in which they live.

    Parameters
    ----------
    cells
        The texts of the code cells, in order.
    folder
        Where the submission lies: the process starts in there.
    how
        How the process is started.
    """

    def __init__(self, cells: Sequence[str], folder: Path, how: Separate) -> None:
        self.cells, self.folder, self.how = [*cells], folder, how
        self.troubles: dict[int, Trouble] = {}  # of cells that did not run through
        self.reached = 0
        self._process: _Process | None = None
        self._starts = self._hangs = 0

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.end()
        self._process = None

    def advance(self, to: int) -> None:
        """Have the cells before number ``to`` run, whenever something is asked for."""
        self.reached = max(self.reached, to)

    def value(self, expression: str) -> Outcome:
        """Return what an expression gives after the cells reached so far."""
        return _run_from(self._ask("value", expression=expression), 1).outcomes[0]

    def function(self, expression: str, stub: str) -> Function | Trouble:
        """Return what stands for a function over there, or why there is none."""
        found = self._ask("about", expression=expression, stub=stub)
        if isinstance(found, Trouble):
            return found
        if not isinstance(found, dict) or found.get("callable") is not True:
            return Trouble("TypeError", f"{expression} is not a function")
        return Function(self, expression, stub, found)

    def call(self, expression: str, inputs: Sequence[Mapping[str, Any]]) -> Run:
        """Call a function over there with each of some inputs, by position."""
        given = [dict(one) for one in inputs]
        run = _run_from(self._ask("call", expression=expression, inputs=given), len(given))
        if run.lives_on:  # what cannot be stopped from within can be from here
            self.end()
            run.lives_on = False
        return run

    def _ask(self, what: str, **arguments: Any) -> Any:
        """Return the answer, or the trouble in its place."""
        process = self._ready()
        return CRASH if process is None else self._answer(process, what, **arguments)

    def _answer(self, process: _Process, what: str, **arguments: Any) -> Any:
        try:
            answer = process.ask(what, **arguments)
        except _Gone as why:
            self._hangs += isinstance(why.__cause__, queue.Empty)
            self.end()
            return CRASH
        trouble = answer.get("trouble") if isinstance(answer, dict) else None
        return _trouble(trouble) if trouble else answer.get("gives")

    def _ready(self) -> _Process | None:
        """Return the process with all cells run that were reached; start it where needed."""
        while self._hangs < MOST_HANGS:
            if self._process is None:
                if self._starts == MOST_STARTS:
                    return None
                self._starts += 1
                self._process = _Process(self.how.command(self.folder), self.folder)
            if self._defines(self._process):
                return self._process
        return None

    def _defines(self, process: _Process) -> bool:
        """Have the cells run that it has not run yet; tell whether it is still there then."""
        while process.defined < self.reached:
            at = process.defined
            process.defined += 1
            if self.troubles.get(at) is CRASH:
                continue
            found = self._answer(process, "define", at=at, source=self.cells[at])
            trouble = found if isinstance(found, Trouble) else _trouble(found)
            if trouble:
                self.troubles[at] = trouble
            if trouble is CRASH:
                return False
        return True


class Function:
    """Stands for a function that lives in the other process.

    Attributes
    ----------
    answer
        What is handed to `Task.check` in its place: it has its name and its parameters, and where
        it is as empty as it was handed out, it is that empty function.
    tried
        What it did with all inputs so far.
    """

    def __init__(
        self, submission: Submission, expression: str, stub: str, about: dict[str, Any]
    ) -> None:
        self._submission, self._expression = submission, expression
        self.answer = _compiled(stub) if about.get("empty") is True else _elsewhere()
        self.answer.__name__ = str(about.get("name"))[:80]
        names = [str(one) for one in about.get("parameters") or () if str(one).isidentifier()]
        if len({*names}) == len(names):
            kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
            own = inspect.Signature([inspect.Parameter(name, kind) for name in names])
            self.answer.__signature__ = own
        self.tried: list[Outcome] = []

    def run(self, cases: Sequence[Mapping[str, Any]]) -> Run:
        """Call it with each of some inputs; the outcomes are kept in `tried` as well."""
        run = self._submission.call(self._expression, cases)
        self.tried += run.outcomes
        return run

    @property
    def forbidden(self) -> str:
        """The library that was used although the task does not allow it; empty if none was."""
        kinds = [one.trouble for one in self.tried if one.trouble]
        return next((one.text for one in kinds if one.kind == child.NotAllowed.__name__), "")


def _compiled(stub: str) -> Any:
    names: dict[str, Any] = {}
    exec(stub, names)
    return next(value for name, value in names.items() if name != "__builtins__")


def _elsewhere() -> Any:
    def function(*_: Any) -> Any:
        raise NotImplementedError("it lives in another process")

    return function


# --- what the process says, which may be anything -----------------------------------------------


def _run_from(answer: Any, count: int) -> Run:
    """Return a run with an outcome for each input, or with the trouble that ended it early."""
    if isinstance(answer, Trouble):
        return Run([Outcome(trouble=answer)])
    found = answer.get("outcomes") if isinstance(answer, dict) else None
    outcomes = [_outcome(one) for one in found[:count]] if isinstance(found, list) else []
    if len(outcomes) < count and not any(one.trouble for one in outcomes):
        outcomes.append(Outcome(trouble=CRASH))
    lives_on = isinstance(answer, dict) and answer.get("lives_on") is True
    return Run(outcomes, lives_on=lives_on)


def _outcome(found: Any) -> Outcome:
    if not isinstance(found, dict):
        return Outcome(trouble=CRASH)
    try:
        value = _value(found.get("value"))
    except (TypeError, ValueError, RecursionError):
        return Outcome(trouble=CRASH)
    return Outcome(
        value=value,
        trouble=_trouble(found.get("trouble")),
        printed=str(found.get("printed") or "")[:LONGEST],
        changed_input=found.get("changed_input") is True,
    )


def _value(found: Any) -> Value | None:
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, tuple):
        parts = tuple(_value(one) for one in found)
        if any(one is None for one in parts):
            raise ValueError("a part is missing")
        return tuple(one for one in parts if one is not None)
    if (
        not isinstance(found, np.ndarray)
        or found.dtype.kind not in "biuf"
        or found.size > MOST_NUMBERS
    ):
        raise TypeError("a value must be numbers or words")
    return found.astype(np.float64)


def _trouble(found: Any) -> Trouble | None:
    if not isinstance(found, dict):
        return None
    line, source = found.get("line"), str(found.get("source") or "")[:LONGEST]
    kind, text = str(found.get("kind") or "Error")[:80], str(found.get("text") or "")[:LONGEST]
    return Trouble(kind, text, line if isinstance(line, int) else None, source)


# --- the process --------------------------------------------------------------------------------


class _Gone(Exception):
    """The process has ended, hangs, or talks nonsense."""


class _Process:
    """The process itself: it gets messages and answers them in their order."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.defined = 0
        self._number = 0
        variables = {n: os.environ[n] for n in KEPT_VARIABLES if n in os.environ} | ALONE
        self._started = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._to: BinaryIO = self._started.stdin  # type: ignore[assignment]  # both are pipes
        self._from: BinaryIO = self._started.stdout  # type: ignore[assignment]
        self._came: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while True:
                self._came.put(child.read(self._from, LARGEST_REPLY))
        except Exception:  # it may write anything
            self._came.put(None)

    def ask(self, what: str, **arguments: Any) -> Any:
        """Return the answer to one message.

        Raises
        ------
        _Gone
            If none came in time.
        """
        self._number += 1
        patience = guarded_run.TIME_LIMIT + guarded_run.GRACE + PATIENCE
        patience += guarded_run.IMPORT_TIME_LIMIT * (what == "define")
        try:
            child.write(self._to, [self._number, what, arguments])
            answer = self._came.get(timeout=patience)
            number, answer = answer
        except (OSError, ValueError, TypeError, queue.Empty) as error:
            raise _Gone from error
        if number != self._number:
            raise _Gone
        return answer

    def end(self) -> None:
        """End it."""
        self._started.kill()
        self._started.wait()
        for stream in (self._to, self._from):
            with contextlib.suppress(OSError):  # what was still to be written cannot be any more
                stream.close()


@functools.cache
def room() -> Path:
    """Return a folder that holds what the process is made of, and nothing else of the course."""
    folder = tempfile.TemporaryDirectory(prefix="pooling-room-")
    atexit.register(folder.cleanup)
    shutil.copy(child.__file__, folder.name)
    waiting, here = ["guarded_run"], Path(guarded_run.__file__).parent
    while waiting:
        module = here / f"{waiting.pop()}.py"
        if not (Path(folder.name) / module.name).exists():
            shutil.copy(module, folder.name)
            waiting += _beside(module)
    return Path(folder.name)


def _beside(module: Path) -> list[str]:
    """Return the modules beside one that it imports."""
    tree = ast.parse(module.read_text("utf-8"))
    found = [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) and one.level == 1]
    return [one.module for one in found if one.module]
