"""What a lesson concludes is worked out in a cell that a student has: copies lack the checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from pooling_lab import course

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
# Lesson 00 keeps for its check what `check_setup` returns: the call itself prints what it found.
SAID_BY_THE_CALL = {("00_start_here", "cell-01", "ready")}

each_notebook = pytest.mark.parametrize(
    "path", course.lesson_files(NOTEBOOKS), ids=lambda path: path.stem
)
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
FUNCTIONS = ast.FunctionDef | ast.ClassDef | ast.Lambda
COMPOUND = ast.For | ast.While | ast.If | ast.With | ast.Try


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def is_check(cell: Any) -> bool:
    return course.CHECK in cell.metadata.get("tags", [])


def bound(node: ast.AST) -> set[str]:
    """Names that a statement of a cell gives to the cells below: none from inside a function."""
    if isinstance(node, FUNCTIONS | COMPREHENSIONS):
        return set()
    own = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else set()
    return own.union(*map(bound, ast.iter_child_nodes(node)))


def read(statement: ast.AST) -> set[str]:
    """Names that a statement reads. ``x[0] += 1`` changes x and reads nothing of it to show."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return from_outside(statement)
    return _loaded(statement)


def _loaded(statement: ast.AST) -> set[str]:
    changed = {id(_root(target)) for target in _targets(statement)}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in changed
    }


def _targets(statement: ast.AST) -> list[ast.expr]:
    if isinstance(statement, ast.AugAssign):
        return [statement.target]
    return statement.targets if isinstance(statement, ast.Assign) else []


def _root(target: ast.expr) -> ast.expr:
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target


def from_outside(function: ast.AST) -> set[str]:
    """Names that a function reads and has not made itself: it may be called anywhere below."""
    nodes = list(ast.walk(function))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return _loaded(function) - stored - {n.arg for n in nodes if isinstance(n, ast.arg)}


def kept_for_checks(cells: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield (cell, name) of what a shown cell works out and checks alone look at."""
    trees = [(cell, ast.parse(cell.source)) for cell in cells]
    functions = [
        node
        for cell, tree in trees
        if not is_check(cell)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    always = set().union(*map(from_outside, functions))
    waiting: dict[str, tuple[str, bool]] = {}  # name: its cell, and whether a check has read it
    for cell, statement in [(cell, s) for cell, tree in trees for s in tree.body]:
        names = bound(statement)
        inside = names if isinstance(statement, COMPOUND) else set()
        for name in (read(statement) - inside) & set(waiting):
            if is_check(cell):
                waiting[name] = (waiting[name][0], True)
            else:
                del waiting[name]
        for name in names:
            place, checked = waiting.pop(name, ("", False))
            if checked:
                yield place, name
            if not is_check(cell) and name not in always | (inside & read(statement)):
                waiting[name] = (cell.id, False)
    yield from ((place, name) for name, (place, checked) in waiting.items() if checked)


@each_notebook
def test_what_a_shown_cell_works_out_is_read_in_a_shown_cell(path):
    found = {(path.stem, *place) for place in kept_for_checks(code_cells(path))}
    assert found == {place for place in SAID_BY_THE_CALL if place[0] == path.stem}


def said(cell: Any) -> list[ast.expr]:
    """What a cell prints, and its last expression."""
    tree = ast.parse(cell.source)
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    prints = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]
    texts = [argument for call in prints for argument in call.args]
    if tree.body and isinstance(tree.body[-1], ast.Expr) and tree.body[-1].value not in prints:
        texts.append(tree.body[-1].value)
    return texts


@each_notebook
def test_no_shown_cell_says_a_sentence_and_nothing_that_it_worked_out(path):
    shown = [cell for cell in code_cells(path) if not is_check(cell)]
    fixed = {c.id for c in shown if said(c) and all(isinstance(t, ast.Constant) for t in said(c))}
    assert not fixed


SHOWN, CHECK = ["shown"], [course.CHECK]
MADE_UP = {
    "a value that a check alone reads": ([(SHOWN, "a = 1"), (CHECK, "assert a")], ["a"]),
    "shown in the same cell": ([(SHOWN, "a = 1\na"), (CHECK, "assert a")], []),
    "shown further down": ([(SHOWN, "a = 1"), (CHECK, "a"), (SHOWN, "print(a)")], []),
    "bound anew first": ([(SHOWN, "a = 1"), (CHECK, "a"), (SHOWN, "a = 2\na")], ["a"]),
    "changed in place": ([(SHOWN, "a = [0]\na[0] += 1"), (CHECK, "a")], ["a"]),
    "read by a shown function": ([(SHOWN, "a = 1\ndef f(): return a"), (CHECK, "a")], []),
    "its own variable in a function": (
        [(SHOWN, "a = 1\ndef f():\n    a = 2\n    return a"), (CHECK, "a")],
        ["a"],
    ),
    "read inside its own loop": ([(SHOWN, "for a in [1]:\n    print(a)"), (CHECK, "a")], []),
    "read by nobody": ([(SHOWN, "a = 1")], []),
}


@pytest.mark.parametrize(("sources", "kept"), MADE_UP.values(), ids=MADE_UP)
def test_it_tells_what_is_kept_for_checks(sources, kept):
    cells = [nbformat.v4.new_code_cell(code, metadata={"tags": tags}) for tags, code in sources]
    assert [name for _, name in kept_for_checks(cells)] == kept


@pytest.mark.parametrize(
    ("code", "fixed"),
    [('"all agree"', True), ('print("a")', True), ("f'{1 + 1} agree'", False), ("1 + 1", False)],
)
def test_it_tells_a_fixed_sentence(code, fixed):
    told = said(nbformat.v4.new_code_cell(code))
    assert all(isinstance(text, ast.Constant) for text in told) == fixed
