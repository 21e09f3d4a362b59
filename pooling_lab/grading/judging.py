"""Judge short answers outside the student's kernel, and see that no test was skipped."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor

from .. import exercises
from ..assignments import ANSWER, VERDICT, bundle, final, unpacked

Resources = dict[str, Any]


class Judge(NbGraderPreprocessor):
    """Judge what was handed in.

    The tests in a submission are the instructor's again by now, so they can be trusted to say what
    has to be handed in. What the kernel put out cannot: whoever replaces `Sheet` hands in nothing,
    or not what he was asked for. Whose numbers count is the gradebook's business, not the kernel's.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Judge every test cell."""
        self.course = next((one for cell in nb.cells for one in courses(cell)), "")
        nb, resources = super().preprocess(nb, resources)
        return nb, resources

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Judge one test cell."""
        if utils.is_grade(cell) and not utils.is_solution(cell) and cell.cell_type == "code":
            for exercise in handed_in(cell.source):
                self._judge(cell, exercise, resources["nbgrader"]["student"])
        return cell, resources

    def _judge(self, cell: NotebookNode, exercise: str, student: str) -> None:
        short = exercises.get(exercise).kind == "answer"
        found = _data(cell, ANSWER if short else VERDICT, exercise)
        if found is None:
            if not _has_error(cell):
                _add_error(cell, f"{exercise}: nothing was handed in")
        elif short:
            verdict = _verdict(exercise, found, student, self.course)
            cell.outputs.append(new_output("display_data", data=bundle(final(verdict))))
            if not verdict.passed:
                _add_error(cell, f"{exercise} ({verdict.status}); what was seen stands above")
        elif found.get("status") != "passed" and not _has_error(cell):
            _add_error(cell, f"{exercise}: not passed")


class Call(NamedTuple):
    """A call in a cell: the name of what is called, and what it is called with."""

    name: str
    arguments: list[Any]
    keywords: dict[str, Any]


def calls(source: str) -> list[Call]:
    """Return the calls in a cell, with those arguments that stand there as constants."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return [
        Call(
            node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func),
            [one.value if isinstance(one, ast.Constant) else None for one in node.args],
            {
                k.arg or "": k.value.value
                for k in node.keywords
                if isinstance(k.value, ast.Constant)
            },
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def handed_in(source: str) -> list[str]:
    """Return the exercises that a test hands in.

    Examples
    --------
    >>> handed_in('sheet.hand_in("output-size", sizes)')
    ['output-size']
    """
    return [call.arguments[0] for call in calls(source) if call.name == "hand_in"]


def courses(cell: NotebookNode) -> list[str]:
    """Return the course that a locked cell names."""
    if cell.cell_type != "code" or not utils.is_locked(cell):
        return []
    return [call.keywords.get("course", "") for call in calls(cell.source) if call.name == "Sheet"]


def _data(cell: NotebookNode, kind: str, exercise: str) -> dict[str, Any] | None:
    """Return the last thing of this kind that the cell put out for the exercise."""
    stored = [one["data"][kind] for one in cell.outputs if kind in one.get("data", {})]
    fitting = [one for one in stored if isinstance(one, dict) and one.get("exercise") == exercise]
    return fitting[-1] if fitting else None


def _verdict(exercise: str, found: dict[str, Any], student: str, course: str) -> exercises.Verdict:
    try:
        answer = unpacked(found["answer"])
    except (ArithmeticError, KeyError, RecursionError, TypeError, ValueError):  # forged
        answer = None
    return exercises.check(exercise, answer, student=student, course=course)


def _has_error(cell: NotebookNode) -> bool:
    return any(one.output_type == "error" for one in cell.outputs)


def _add_error(cell: NotebookNode, text: str) -> None:
    cell.outputs.append(
        new_output("error", ename="NotYet", evalue=text, traceback=[f"NotYet: {text}"])
    )
