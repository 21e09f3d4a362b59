"""Find an answer that is there, and not where or what it should be: a person decides about it."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Sequence
from typing import Any

from .. import child


def elsewhere(cells: Sequence[str], name: str, test: int) -> str:
    r"""Say where an answer seems to be, if a name stood for none at the test; empty if nowhere.

    Parameters
    ----------
    cells
        The texts of all code cells, in order.
    name
        What is handed in.
    test
        The number of the test's cell.

    Examples
    --------
    >>> elsewhere(["a = 1", "a = None", ""], "a", test=2)
    'there was no a at the test, but another cell has one: is it right?'
    >>> elsewhere(["def f(x):\n    ...\n\n\ndef g(x):\n    return x", ""], "f", test=1)
    'f is as empty as it was handed out; is g beside it the answer?'
    >>> elsewhere(["a = None", "", "b = 1"], "a", test=1)
    ''
    """
    found = [_Given(text) for text in cells]
    own = max((n for n in range(test) if name in found[n].is_something), default=None)
    if any(one.is_something.get(name) for n, one in enumerate(found) if n != own):
        return f"there was no {name} at the test, but another cell has one: is it right?"
    functions = [] if own is None else found[own].functions
    if functions and own is not None and name in found[own].empty_functions:
        return f"{name} is as empty as it was handed out; is {functions[-1]} beside it the answer?"
    return ""


class _Given:
    """The names that a cell gives a value, as far as reading it tells."""

    def __init__(self, source: str) -> None:
        self.is_something: dict[str, bool] = {}  # and neither None nor an empty function
        self.functions: list[str] = []
        self.empty_functions: list[str] = []
        try:
            self._read(child.statements(source, "<cell>"))
        except SyntaxError:
            return

    def _read(self, statements: Sequence[ast.AST]) -> None:
        for one in statements:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                empty = all(_does_nothing(step) for step in one.body)
                (self.empty_functions if empty else self.functions).append(one.name)
                self.is_something[one.name] = not empty
            elif isinstance(one, ast.Assign):
                names = [part for target in one.targets for part in ast.walk(target)]
                something = ast.unparse(one.value) not in ("None", "...")
                self.is_something |= {n.id: something for n in names if isinstance(n, ast.Name)}
            elif not isinstance(one, ast.ClassDef):
                self._read([*ast.iter_child_nodes(one)])


def _does_nothing(step: ast.stmt) -> bool:
    if isinstance(step, ast.Return):
        return step.value is None or ast.unparse(step.value) == "None"
    return isinstance(step, ast.Pass) or (
        isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    )


def in_text(text: str) -> list[Any]:
    """Return what a text may stand for: a literal, all numbers in it, or the first of them."""
    numbers = [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", text)]
    with contextlib.suppress(ValueError, SyntaxError, RecursionError, MemoryError):
        return [ast.literal_eval(text), numbers, *numbers[:1]]
    return [numbers, *numbers[:1]]
