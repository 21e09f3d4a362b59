"""Run somebody else's function: whatever it does, the notebook lives on.

The function runs in a thread of its own, so that the notebook's thread can always answer in
time. When the time is up, an exception is thrown into that thread which arms itself again
each time it is caught (`TimeUp`), so ``while True: try: … except: pass`` ends too.

What cannot be stopped from within Python: one single long call inside a library (a sort of
a billion numbers, a long sleep) runs on in the background until it returns, and if it also
keeps Python's lock (``sum(itertools.count())``), only *Kernel → Restart* helps. Python 3.12
alone throws at the end of a loop as if it were still within the ``try``, so there a loop round
``try: call() … except: pass`` runs on as well (3.11 and 3.13 end it). The memory
limit exists on Linux only. Someone who means harm can do it; that is the grader's business.
"""

from __future__ import annotations

import _thread
import builtins
import collections
import contextlib
import contextvars
import copy
import ctypes
import functools
import inspect
import io
import linecache
import math
import os
import re
import sys
import sysconfig
import threading
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from .compare import Value, plain

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

TIME_LIMIT = 5.0  # seconds for all the inputs of one check together
LONGEST_WAIT = 15.0  # seconds on top, for which others had the processor
IMPORT_TIME_LIMIT = 60.0  # `import torch` cut short would leave a broken torch behind
POLL = 0.05  # seconds between two looks at a thread
GRACE = 1.0  # seconds to wait for a thread that has been told to stop
MEMORY_LIMIT = 2**30  # bytes on top of what the notebook holds already
STACK_SIZE = 2**26  # bytes: deep recursion ends in a RecursionError, not in a crash
DEEPEST_RECURSION = 10_000
ENOUGH_TROUBLE = 3  # inputs that fail to run, after which the others are not tried
PRINT_LIMIT = 2_000  # characters kept of what is printed for one input

_FOREIGN = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(__file__).parents[1]), "<frozen "}
)
_OWN = {module: dict(vars(module)) for module in (builtins, math, np)}
_CHANGING_BUILTINS = {"input", "_"}  # Jupyter replaces these itself


@dataclass(frozen=True)
class Trouble:
    """Why there is no result: an exception, or the time was up."""

    kind: str
    text: str
    line: int | None = None
    source: str = ""


@dataclass
class Outcome:
    """What the function did with one input: a value, or trouble; and what it did besides."""

    value: Value | None = None
    trouble: Trouble | None = None
    printed: str = ""
    changed_input: bool = False


@dataclass
class Run:
    """What the function did with the inputs, up to the one at which time or patience ran out."""

    outcomes: list[Outcome] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    lives_on: bool = False


Runner = Callable[[Sequence[Mapping[str, Any]]], Run]
"""Calls one function with each of some inputs: in this process (`here`), or in another."""


def here(function: Callable[..., Any], forbidden: Collection[str]) -> Runner:
    """Return what calls ``function`` in this process, guarded; see `run`."""
    return functools.partial(run, function, forbidden=forbidden)


def run(
    function: Callable[..., Any], inputs: Sequence[Mapping[str, Any]], forbidden: Collection[str]
) -> Run:
    """Call ``function`` with each of ``inputs``, guarded.

    Parameters
    ----------
    function
        The student's function; it is called with copies, by position.
    inputs
        The arguments of each call, by name.
    forbidden
        Beginnings of module names; functions from there that get called are reported.

    Returns
    -------
    Run
        One outcome per input; fewer when the time was up or three did not run through.
    """
    result, printed = Run(), _Sink()
    with _guarded(printed):
        thread = _Thread(functools.partial(_call_all, function, inputs, forbidden, result, printed))
        trouble = thread.finish(time.monotonic() + TIME_LIMIT)
        result.lives_on = thread.alive
    if trouble and len(result.outcomes) < len(inputs):
        result.outcomes.append(Outcome(trouble=trouble, printed=printed.getvalue()))
    return result


def _call_all(
    function: Callable[..., Any],
    inputs: Sequence[Mapping[str, Any]],
    forbidden: Collection[str],
    result: Run,
    printed: _Sink,
) -> None:
    for given in inputs:
        printed.empty()
        outcome = _call(function, tuple(given.values()), _Watch(forbidden, result.called))
        outcome.printed = printed.getvalue()
        result.outcomes.append(outcome)
        if sum(one.trouble is not None for one in result.outcomes) == ENOUGH_TROUBLE:
            return


def _call(function: Callable[..., Any], given: tuple[Any, ...], watch: _Watch) -> Outcome:
    arguments = copy.deepcopy(given)
    try:
        _require_signature(function, arguments)
        with watch:
            answer = function(*arguments)
        value = plain(answer)
    except TimeUp:
        raise
    except BaseException as error:
        return Outcome(trouble=_trouble(error))
    return Outcome(value=value, changed_input=_print_of(arguments) != _print_of(given))


def _require_signature(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # some built-in functions have none
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise WrongSignature(str(error)) from None


class WrongSignature(TypeError):
    """The function cannot be called with the arguments of the task."""


def _print_of(arguments: tuple[Any, ...]) -> list[Any]:
    return [
        (a.tobytes(), a.shape, a.dtype) if isinstance(a, np.ndarray) else repr(a) for a in arguments
    ]


class _Watch:
    """Within it, note which functions of the forbidden modules are called."""

    def __init__(self, forbidden: Collection[str], called: set[str]) -> None:
        self.forbidden, self.called = tuple(forbidden), called

    def __enter__(self) -> None:
        if self.forbidden:  # watching slows code of many calls down, and a probe needs it not
            sys.setprofile(self._see)

    def __exit__(self, *error: object) -> None:
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and self._is_forbidden(frame):
            self.called.add(self._outermost(frame).f_code.co_name)

    def _is_forbidden(self, frame: FrameType) -> bool:
        name = str(frame.f_globals.get("__name__"))
        return name.startswith(self.forbidden) and name != __name__

    def _outermost(self, frame: FrameType) -> FrameType:
        """Return the frame of the function that the student called, not of what it calls."""
        found, step = frame, frame.f_back
        while step is not None and step.f_globals.get("__name__") != __name__:
            found = step if self._is_forbidden(step) else found
            step = step.f_back
        return found


# --- trouble, and where in the student's code it is ---------------------------------------


def _trouble(error: BaseException) -> Trouble:
    frames = []
    step = error.__traceback__
    while step is not None:
        frames.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    line, source = _own_line(frames, often=isinstance(error, RecursionError))
    inside = frames[-1][0]
    torchs = inside.startswith(_FOREIGN) and "torch" in Path(inside).parts
    within = " (within torch)" * torchs
    return Trouble(type(error).__name__, _one_line(_text(error)) + within, line, source)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # the student's own exception may be broken as well
        return ""


def _own_line(frames: Sequence[tuple[str, int]], often: bool = False) -> tuple[int | None, str]:
    """Return the deepest line that is the student's (or the one that comes most often).

    ``frames`` are file names and line numbers, from the outermost in.
    """
    own = [frame for frame in reversed(frames) if not frame[0].startswith(_FOREIGN)]
    if not own:
        return None, ""
    filename, number = collections.Counter(own).most_common(1)[0][0] if often else own[0]
    return number, linecache.getline(filename, number).strip()


def _one_line(text: str, limit: int = 200) -> str:
    """Make a message the same on every run and every machine: no addresses, one short line."""
    text = re.sub(r"0x[0-9a-fA-F]{4,}", "0x…", " ".join(text.split()))
    return text if len(text) <= limit else text[: limit - 1] + "…"


# --- the thread and its watchdog -------------------------------------------------------------


class TimeUp(SystemExit):
    """Time is up. A SystemExit, because a thread that ends with one ends in silence."""


_throw = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, ctypes.py_object)(
    ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
)


def _time_up_in(thread: ctypes.c_ulong) -> type[TimeUp]:
    """Make a `TimeUp` that is thrown into ``thread`` again whenever one is made.

    Python makes the exception object when an ``except`` or ``finally`` catches it, so whoever
    catches one has the next one coming at the end of the loop or at the next call. That all
    of ``__init__`` is C matters: a line of Python there would be interrupted itself. When
    ``thread`` is set to 0, it ends.
    """

    class TimeUpAgain(TimeUp):
        pass

    again = functools.partial(_throw, thread, ctypes.py_object(TimeUpAgain))
    TimeUpAgain.__init__ = again  # type: ignore[method-assign]
    return TimeUpAgain


class _Thread:
    """A thread that can be told to stop."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._busy = _thread.allocate_lock()
        self._busy.acquire()
        in_context = functools.partial(contextvars.copy_context().run, work)
        self._target = ctypes.c_ulong(0)
        self._number = 0  # the system's, once it runs
        old_size = threading.stack_size(STACK_SIZE)
        try:
            self._ident = _thread.start_new_thread(self._main, (in_context,))
        finally:
            threading.stack_size(old_size)

    def _main(self, work: Callable[[], None]) -> None:
        self._number = threading.get_native_id()
        try:
            work()
        finally:
            self._target.value = 0
            self._busy.release()

    @property
    def alive(self) -> bool:
        return self._busy.locked()

    def finish(self, deadline: float) -> Trouble | None:
        """Wait for the end of the work; when the time is up, stop it and say where it was."""
        last, imported = time.monotonic(), 0.0  # seconds of importing, which may be slow, are free
        try:
            while not self._busy.acquire(timeout=POLL):
                now = time.monotonic()
                imported += (now - last) * (self._importing() and imported < IMPORT_TIME_LIMIT)
                last, late = now, now - deadline - imported
                if late > 0 and late > self.waited():
                    return self._stop()
        except BaseException:  # the student pressed the stop button
            self._stop()
            raise
        self._busy.release()
        return None

    def waited(self) -> float:
        """Return the seconds for which it could have run and others had the processor (Linux)."""
        try:
            told = Path(f"/proc/self/task/{self._number}/schedstat").read_text()
        except OSError:
            return 0.0
        return min(LONGEST_WAIT, int(told.split()[1]) / 1e9)

    def _frames(self) -> list[tuple[str, int]]:
        frame = sys._current_frames().get(self._ident)
        frames: list[tuple[str, int]] = []
        while frame is not None:
            frames.insert(0, (frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return frames

    def _importing(self) -> bool:
        return any(name.startswith("<frozen importlib") for name, _ in self._frames())

    def _stop(self) -> Trouble:
        line, source = _own_line(self._frames())
        self._target.value = self._ident
        time_up, end = _time_up_in(self._target), time.monotonic() + GRACE
        while self.alive and time.monotonic() < end:
            sys.setrecursionlimit(sys.getrecursionlimit() + 10)  # room to catch it at the limit
            _throw(self._ident, time_up)
            time.sleep(0.005)
        _settle()
        return Trouble("TimeUp", "", line, source)


def _settle() -> None:
    """Throw and catch one more, here.

    A thread that dies with one pending leaves Python 3.11 and 3.12 looking for it for ever:
    slower, and endlessly where a profiler is on.
    """
    with contextlib.suppress(TimeUp):
        _throw(threading.get_ident(), TimeUp)


# --- the surroundings while it runs --------------------------------------------------------


class _Sink(io.StringIO):
    """Keeps the beginning of what is printed and drops the rest."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, PRINT_LIMIT - self.tell())])
        return len(text)

    def empty(self) -> None:
        self.seek(0)
        self.truncate()


@contextlib.contextmanager
def _guarded(printed: _Sink) -> Iterator[None]:
    depth = sys.getrecursionlimit()
    with contextlib.ExitStack() as stack:
        stack.callback(sys.setrecursionlimit, depth)
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(contextlib.redirect_stderr(printed))
        stack.enter_context(own_functions())
        stack.enter_context(_stand_ins())
        sys.setrecursionlimit(min(depth, DEEPEST_RECURSION))
        stack.enter_context(_memory_limit())
        yield


@contextlib.contextmanager
def own_functions() -> Iterator[list[str]]:
    """Within it, Python's and NumPy's functions are their own; gives what had been replaced."""
    before = _changed()
    _put_back()
    try:
        yield [f"{module.__name__}.{name}" for module, name in before]
    finally:
        _put_back()
        for (module, name), value in before.items():
            setattr(module, name, value)


def _changed() -> dict[tuple[ModuleType, str], Any]:
    return {
        (module, name): vars(module).get(name)
        for module, own in _OWN.items()
        for name, value in own.items()
        if vars(module).get(name) is not value and name not in _CHANGING_BUILTINS
    }


def _put_back() -> None:
    for module, name in _changed():
        setattr(module, name, _OWN[module][name])


def _refuse(what: str) -> Callable[..., Any]:
    def stand_in(*_: object, **__: object) -> None:
        raise SystemExit(what)

    return stand_in


@contextlib.contextmanager
def _stand_ins() -> Iterator[None]:
    """Replace, for a while, what would end the kernel or wait for ever for the keyboard."""
    deepen, depth = sys.setrecursionlimit, sys.getrecursionlimit()
    places: list[tuple[Any, str, Any]] = [
        (os, "_exit", _refuse("os._exit")),
        (os, "abort", _refuse("os.abort")),
        (builtins, "exit", _refuse("exit()")),
        (builtins, "quit", _refuse("quit()")),
        (builtins, "input", _refuse("input()")),
        (sys, "breakpointhook", _refuse("breakpoint()")),
        (sys, "setrecursionlimit", lambda n: deepen(max(depth, min(n, DEEPEST_RECURSION)))),
        (sys, "unraisablehook", collections.deque[Any](maxlen=0).append),  # C: see `TimeUp`
    ]
    shell = getattr(builtins, "get_ipython", lambda: None)()
    if shell is not None:
        places.append((shell, "ask_exit", _refuse("exit()")))
    with contextlib.ExitStack() as stack:
        for owner, name, replacement in places:
            stack.callback(setattr, owner, name, getattr(owner, name, None))
            setattr(owner, name, replacement)
        yield


@contextlib.contextmanager
def _memory_limit() -> Iterator[None]:
    """Let a hog run into a MemoryError instead of taking the machine down (Linux only)."""
    status = Path("/proc/self/status")
    if resource is None or not status.exists():
        yield
        return
    held = re.search(r"VmData:\s+(\d+) kB", status.read_text())
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MEMORY_LIMIT + 1024 * int(held[1] if held else 0)
    limits = [one for one in (limit, soft, hard) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
