"""Where a submission's functions are called: a process that knows nothing of the course.

It is started as a script, from a folder that holds a copy of it and of `guarded_run`; see `runner`,
which is the other end. It keeps the names that the cells of one notebook define, and calls what it
is told to. Neither expected values nor the secret ever come here. Messages are a line of JSON and
then arrays in NumPy's own format: nothing that comes from here is ever unpickled.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import linecache
import os
import re
import struct
import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MEMORY = 4 * 2**30  # bytes of data
CPU_SECONDS = 300
LARGEST_FILE = 2**26  # bytes that may be written to one file
KEPT_OF_PRINTS = 2_000  # characters for one input
LENGTH = struct.Struct("<Q")

# These stand in for the real ones. Of the first kind nothing may be used; the others do nothing:
# a picture that somebody draws on the way is no reason to lose points.
FORBIDDEN = frozenset(
    (
        *("torch", "torchvision", "scipy", "skimage", "cv2", "pooling_lab"),
        *("tensorflow", "keras", "jax", "sklearn", "PIL"),
    )
)
QUIET = frozenset(
    ("matplotlib", "IPython", "ipywidgets", "anywidget", "google", "pylab", "seaborn")
)
SPOKEN_TO_JUPYTER = re.compile(r"^(\s*)(?:[%!?].*|.*[\w)\]]\?{1,2}\s*|\w+\s*=\s*[%!].*)$")
WHOLE_CELL = re.compile(r"^\s*%%(\w+)")
TRANSPARENT = {"time", "capture", "timeit", "prun"}  # what is below them is Python


class NotAllowed(ImportError):
    """A library was used that this task does not allow."""


# --- messages -----------------------------------------------------------------------------------


def write(stream: BinaryIO, message: Any) -> None:
    """Write one message: text, numbers, lists and dictionaries, with arrays among them."""
    arrays: list[bytes] = []
    header = json.dumps(_without_arrays(message, arrays)).encode()
    for part in (header, LENGTH.pack(len(arrays)), *arrays):
        stream.write(LENGTH.pack(len(part)))
        stream.write(part)
    stream.flush()


def _without_arrays(part: Any, arrays: list[bytes]) -> Any:
    if isinstance(part, np.ndarray):
        held = io.BytesIO()
        np.save(held, part, allow_pickle=False)
        arrays.append(held.getvalue())
        return {"array": len(arrays) - 1}
    if isinstance(part, dict):
        return {"items": {str(k): _without_arrays(v, arrays) for k, v in part.items()}}
    if isinstance(part, tuple):
        return {"tuple": [_without_arrays(one, arrays) for one in part]}
    if isinstance(part, list):
        return [_without_arrays(one, arrays) for one in part]
    return part.item() if isinstance(part, np.generic) else part


def read(stream: BinaryIO, most: int = 2**31) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        If there is none any more.
    ValueError
        If it is none, or larger than ``most`` bytes.
    """
    header = _piece(stream, most)
    (count,) = LENGTH.unpack(_piece(stream, LENGTH.size))
    if count > 10_000:
        raise ValueError("too many arrays in a message")
    arrays = []
    for _ in range(count):
        piece = _piece(stream, most)
        most -= len(piece)
        arrays.append(np.load(io.BytesIO(piece), allow_pickle=False))
    return _with_arrays(json.loads(header), arrays)


def _piece(stream: BinaryIO, most: int) -> bytes:
    (size,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    if size > most:
        raise ValueError(f"a message must have at most {most} bytes; this has {size}")
    return _exactly(stream, size)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError("the other end is gone")
    return found


def _with_arrays(part: Any, arrays: list[np.ndarray]) -> Any:
    if isinstance(part, list):
        return [_with_arrays(one, arrays) for one in part]
    if not isinstance(part, dict):
        return part
    (kind, held), *_ = part.items()
    if kind == "array":
        return arrays[held]
    if kind == "tuple":
        return tuple(_with_arrays(one, arrays) for one in held)
    return {name: _with_arrays(one, arrays) for name, one in held.items()}


# --- what may not be imported -------------------------------------------------------------------


class _Stub(types.ModuleType):
    """Stands for a module, or for anything in it, until somebody uses it."""

    def __init__(self, name: str, quiet: bool) -> None:
        super().__init__(name)
        self.__dict__.update(__path__=[], _quiet=quiet)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _Stub(f"{self.__name__}.{name}", self._quiet)

    def _use(self, *_: Any, **__: Any) -> Any:
        if self._quiet:
            return self
        raise NotAllowed(self.__name__)

    def _as_base(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        self._use()
        return ()

    def __iter__(self) -> Any:
        self._use()
        return iter((self, self))  # fig, axes = plt.subplots()

    def __enter__(self) -> Any:
        return self._use()

    def __exit__(self, *_: Any) -> None:
        return None

    # `def f(x: np.ndarray | torch.Tensor)` and `isinstance(x, torch.Tensor)` use nothing of it.
    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __or__(self, other: Any) -> Any:
        return self

    __ror__ = __or__
    __call__ = __getitem__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _use
    __truediv__ = __rtruediv__ = __matmul__ = __array__ = __len__ = __float__ = _use
    __setitem__ = __index__ = __int__ = _use
    __mro_entries__ = _as_base


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stub for what this task does not allow, and for what draws."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = frozenset(allowed)

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in self.allowed or top not in FORBIDDEN | QUIET:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Stub(spec.name, spec.name.partition(".")[0] in QUIET)

    def exec_module(self, module: types.ModuleType) -> None:
        return None


# --- the cells of a notebook --------------------------------------------------------------------

_KEPT = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Global, ast.Pass),
)
_AROUND = (ast.If, ast.Try, ast.With, ast.For, ast.While)
# Methods of Python's and NumPy's own things that are called for what they change.
_CHANGES = frozenset(
    (
        *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update"),
        *("add", "discard", "setdefault", "popitem", "appendleft", "extendleft", "popleft"),
        *("rotate", "fill", "put", "setflags", "resize", "itemset", "setfield", "seed"),
    )
)


def statements(source: str, filename: str) -> list[ast.stmt]:
    """Return the imports, definitions and assignments of a cell, also those within `if` or `for`.

    A call such as ``table.append(3)`` is one of them: it changes what a name stands for.

    Raises
    ------
    SyntaxError
        If it is no Python, once what speaks to Jupyter is left out.
    """
    whole = WHOLE_CELL.match(source)
    if whole and whole[1] not in TRANSPARENT:
        return []
    if whole:
        source = "\n" + source.partition("\n")[2]
    try:
        tree = ast.parse(source, filename)
    except SyntaxError:
        lines = [SPOKEN_TO_JUPYTER.sub(r"\1pass", line) for line in source.split("\n")]
        tree = ast.parse("\n".join(lines), filename)
    return _kept(tree.body)


def _kept(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [
        one
        for one in body
        if isinstance(one, _KEPT) or _changes_something(one) or _keeps_something(one)
    ]


def _changes_something(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call):
        return False
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in _CHANGES
    defines = isinstance(call.func, ast.Name) and call.func.id == "exec" and call.args
    return bool(defines) and isinstance(call.args[0], ast.Constant)  # of what stands there


def _keeps_something(statement: ast.stmt) -> bool:
    """Tell whether a compound statement defines something, and leave only that in it."""
    if not isinstance(statement, _AROUND):
        return False
    something = False
    for name in ("body", "orelse", "finalbody"):
        body = getattr(statement, name, None)
        if body:
            kept = _kept(body)
            something = something or any(not isinstance(one, ast.Pass) for one in kept)
            if kept or name == "body":
                kept = kept or [ast.copy_location(ast.Pass(), body[0])]
            setattr(statement, name, kept)
    for handler in getattr(statement, "handlers", ()):
        handler.body = _kept(handler.body) or [ast.copy_location(ast.Pass(), handler)]
        something = something or any(not isinstance(one, ast.Pass) for one in handler.body)
    return something


class _Notebook:
    """The names that a notebook's cells have defined so far."""

    def __init__(self, guarded_run: Any) -> None:
        self.guarded_run = guarded_run
        self.names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_, **__: None}
        self.names["get_ipython"] = lambda: _Stub("IPython", quiet=True)

    def define(self, at: int, source: str) -> dict[str, Any] | None:
        """Run what a cell defines; return the first thing that did not run through."""
        filename = f"<cell {at}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        troubles: list[Any] = []

        def all_of_it() -> None:
            for one in statements(source, filename):
                code = compile(ast.Module([one], []), filename, "exec")
                try:
                    exec(code, self.names)
                except self.guarded_run.TimeUp:
                    raise
                except BaseException as error:
                    troubles.append(self.guarded_run._trouble(error))

        outcome = self.guarded_run.run(all_of_it, [{}], ())
        troubles += [one.trouble for one in outcome.outcomes if one.trouble]
        return _told(troubles[0]) if troubles else None

    def call(self, expression: str, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        """Call a function with each of some inputs, guarded."""
        function = eval(expression, self.names)
        ran = self.guarded_run.run(function, inputs, ())
        return {
            "outcomes": [
                {
                    "value": one.value,
                    "trouble": _told(one.trouble),
                    "printed": one.printed,
                    "changed_input": bool(one.changed_input),
                }
                for one in ran.outcomes
            ],
            "lives_on": bool(ran.lives_on),
        }

    def value(self, expression: str) -> dict[str, Any]:
        """Return what an expression gives, in plain terms."""
        return self.call(f"(lambda: {expression})", [{}])

    def about(self, expression: str, stub: str) -> dict[str, Any]:
        """Return what can be told about a function without calling it."""
        function = eval(expression, self.names)
        if not callable(function):
            return {"callable": False}
        code = getattr(function, "__code__", None)
        empty: dict[str, Any] = {}
        exec(stub, empty)
        stubs = next(v.__code__ for k, v in empty.items() if k != "__builtins__")
        small = code is not None and len(code.co_code) <= len(stubs.co_code)
        known = self.guarded_run.inspect
        try:
            parameters = [*known.signature(function).parameters]
        except (TypeError, ValueError):
            parameters = []
        name = str(getattr(function, "__name__", ""))
        return {"callable": True, "empty": small, "name": name, "parameters": parameters}


def _told(trouble: Any) -> dict[str, Any] | None:
    if trouble is None:
        return None
    return {n: getattr(trouble, n) for n in ("kind", "text", "line", "source")}


# --- the process --------------------------------------------------------------------------------


def _limit() -> None:
    if hasattr(os, "register_at_fork"):  # a twin would answer as well, and have twins of its own
        os.register_at_fork(after_in_child=functools.partial(os._exit, 1))
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _channels() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for messages; the notebook's code gets empty ones."""
    came, goes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return came, goes


def _print_no_more_than_is_kept(limit: int) -> None:
    """Have `print` do nothing once enough is printed: a right function may print at every step."""
    real = builtins.print

    def print_a_little(*values: Any, **how: Any) -> None:
        sink = sys.stdout
        if how.get("file") is None and isinstance(sink, io.StringIO) and sink.tell() >= limit:
            return
        real(*values, **how)

    builtins.print = print_a_little


def main(allowed: Sequence[str]) -> None:
    """Do what comes in, one message after the other, until there is no more."""
    came, goes = _channels()
    _limit()
    _print_no_more_than_is_kept(KEPT_OF_PRINTS)  # before `guarded_run` notes what is Python's own
    here = types.ModuleType("kept_apart")
    here.__path__ = [str(Path(__file__).parent)]
    sys.modules["kept_apart"] = here
    guarded_run = importlib.import_module("kept_apart.guarded_run")
    sys.meta_path.insert(0, _Finder(allowed))
    sys.path.append(os.getcwd())  # at the end: a `random.py` of the student's is not Python's
    notebook = _Notebook(guarded_run)
    does: dict[str, Callable[..., Any]] = {
        "define": notebook.define,
        "call": notebook.call,
        "value": notebook.value,
        "about": notebook.about,
    }
    while True:
        try:
            number, what, arguments = read(came)
        except EOFError:
            return
        try:
            answer = {"gives": does[what](**arguments)}
        except BaseException as error:
            answer = {"trouble": _told(guarded_run._trouble(error))}
        write(goes, [number, answer])


if __name__ == "__main__":
    main(sys.argv[1:])
