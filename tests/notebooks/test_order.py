"""Terms come in order, and nothing above a *Predict* gives away the number below it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import minutes
import nbformat
import pytest

import pooling_lab
from pooling_lab import course

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NUMBERED = [path for path in course.lesson_files(NOTEBOOKS) if path.name != course.FRONT_DOOR]
# What the lessons teach. The course's tools (drawing, exercises, claims, data, explorers, course)
# are no terms: each of their calls is shown with what it gives.
TAUGHT = [
    "geometry",
    "gradients",
    "reference",
    "architectures",
    "training",
    "paired",
    "windows",
    "engine",
]


def public_names() -> set[str]:
    names = set(pooling_lab.__all__)
    for room in TAUGHT:
        module = importlib.import_module(f"pooling_lab.{room}")
        own = (n for n, thing in vars(module).items() if _made_in(thing, module.__name__))
        names |= {name for name in own if not name.startswith("_")}
    return names


def _made_in(thing: object, module: str) -> bool:
    return getattr(thing, "__module__", None) == module


def students_cells(path: Path) -> list[Any]:
    """The cells that a student reads: no checks, and not the folded picture."""
    return [
        cell
        for cell in nbformat.read(path, 4).cells
        if course.CHECK not in cell.metadata.get("tags", [])
        and not cell.metadata.get("jupyter", {}).get("source_hidden")
    ]


def introduced(cell: Any) -> set[str]:
    """Names that a cell imports from pooling_lab, or names in prose between backticks."""
    if cell.cell_type == "markdown":
        return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", cell.source))))
    imports = (s for s in ast.walk(ast.parse(cell.source)) if isinstance(s, ast.ImportFrom))
    ours = (s for s in imports if (s.module or "").startswith("pooling_lab"))
    return {alias.name for statement in ours for alias in statement.names}


def used(cell: Any) -> set[str]:
    """Names that a cell of code reads, by themselves or as attributes of a module."""
    if cell.cell_type == "markdown":
        return set()
    nodes = list(ast.walk(ast.parse(cell.source)))
    modules = {"pl", "pooling_lab", *TAUGHT}
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
    }


def test_no_name_is_used_before_the_lesson_that_introduces_it():
    names, known, early = public_names(), set(), []
    for path in NUMBERED:
        own: set[str] = set()  # what the lesson itself defines hides a name of the package
        for cell in students_cells(path):
            known |= introduced(cell)
            own |= _defined(cell)
            early += [(path.stem, cell.id, n) for n in (used(cell) & names) - known - own]
    assert early == []


def test_no_core_needs_a_name_that_deeper_alone_introduced():
    """Lesson 00 promises it: what stands under *Deeper* is needed by no later core."""
    names, known, early = public_names(), set(), []
    for path in NUMBERED:
        core, _ = minutes.parts(path)
        own: set[str] = set()
        for cell in core:
            known |= introduced(cell)
            own |= _defined(cell)
            folded = cell.metadata.get("jupyter", {}).get("source_hidden")
            early += [
                (path.stem, cell.id, n) for n in (used(cell) & names) - known - own if not folded
            ]
    assert early == []


def _defined(cell: Any) -> set[str]:
    if cell.cell_type == "markdown":
        return set()
    nodes = list(ast.walk(ast.parse(cell.source)))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    arguments = {n.arg for n in nodes if isinstance(n, ast.arg)}
    return stored | arguments | {n.name for n in nodes if isinstance(n, ast.FunctionDef)}


# --- spoilers ------------------------------------------------------------------------------

# A number of three digits or more, or with a decimal point: others stand anywhere by chance.
NUMBER = re.compile(r"(?<![\w.])\d(?:[\d,]*\d)?(?:\.\d+)?")


def telling(text: str) -> set[str]:
    found = (number.replace(",", "") for number in NUMBER.findall(text))
    return {n for n in found if len(n.replace(".", "")) >= 3}


def texts(cell: Any) -> str:
    """What a cell shows: its outputs as text, the alt text of pictures among them."""
    if cell.cell_type == "markdown":
        return cell.source
    shown = (o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs)
    return "\n".join(map(str, shown))


def predictions(path: Path) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each *Predict*, the numbers shown above it, and those that its answer brings.

    Numbers that the question states, or the code of the answer, are no answer.
    """
    cells = [
        cell
        for cell in nbformat.read(path, 4).cells
        if course.CHECK not in cell.metadata.get("tags", [])
    ]
    above: set[str] = set()
    for place, cell in enumerate(cells):
        if cell.cell_type == "code":
            above |= telling(texts(cell))
        elif "**Predict.**" in cell.source:
            answers = [c for c in cells[place + 1 :] if c.cell_type == "code" and c.outputs]
            if answers and not answers[0].id.startswith("bet-"):
                stated = telling(cell.source) | telling(answers[0].source)
                yield cell.id, above.copy(), telling(texts(answers[0])) - stated


@pytest.mark.parametrize("path", course.lesson_files(NOTEBOOKS), ids=lambda path: path.stem)
def test_no_number_above_a_prediction_gives_it_away(path):
    """Where the answer is one number: a table repeats what it compares with."""
    found = [(place, above, answer) for place, above, answer in predictions(path)]
    assert [
        (place, answer) for place, above, answer in found if len(answer) == 1 <= len(above & answer)
    ] == []
