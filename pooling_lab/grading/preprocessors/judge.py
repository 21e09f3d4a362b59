"""Decide about every test: outside the student's kernel, and with cases that it has not seen."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Unicode

from ... import exercises
from ...assignments import ANSWER, bundle, condition, packed, unpacked
from ...exercises.checking import Task
from ...exercises.compare import Value
from ...exercises.exercise import UnknownNumbers, known_version
from ...exercises.guarded_run import Trouble
from ..records import WAITS, note, record_of
from ..runner import Function, Separate, Submission
from .elsewhere import elsewhere, in_text

Resources = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One exercise that a test hands in, as the instructor wrote it there.

    Attributes
    ----------
    exercise
        Its id.
    expression
        What is handed in, as code: mostly the name of an answer or a function.
    where
        The condition on cases, as text, or None.
    allow
        Libraries that may be used beside NumPy.
    """

    exercise: str
    expression: str
    where: str | None = None
    allow: tuple[str, ...] = ()


class Judge(NbGraderPreprocessor):
    """Judge what was handed in.

    The tests in a submission are the instructor's again by now, so they can be trusted to say what
    has to be handed in. What the kernel put out cannot: it is taken as the answer to a question,
    never as a verdict. Functions are called in a process that knows neither what is expected nor
    the secret, and so are answers looked up where the kernel did not get as far as handing them in.
    """

    secret = Unicode("", help="Hidden cases are drawn from it.").tag(config=True)
    sandboxed = Bool(False, help="Whether functions are called in a sandbox.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Judge every test cell, in order."""
        about = resources["nbgrader"]
        self.notebook = nb
        if not self.sandboxed:
            note(nb, "it was graded without a sandbox: it ran as you, with your files")
        sheet = next((one for cell in nb.cells for one in sheets(cell)), SheetCall())
        self.whose = _Whose(about["id"], derived(self.secret, about["assignment"]), sheet)
        try:
            known_version(sheet.numbers)
        except UnknownNumbers as error:
            return _not_judged(nb, f"not graded, because the numbers differ: {error}"), resources
        code = [cell for cell in nb.cells if cell.cell_type == "code"]
        cells = ["" if _is_test(cell) or utils.is_locked(cell) else cell.source for cell in code]
        allowed = {
            one for cell in code if _is_test(cell) for a in asked(cell.source) for one in a.allow
        }
        self.ran_through = [
            "" if any(one.output_type == "error" for one in cell.outputs) else text
            for text, cell in zip(cells, code, strict=True)
        ]
        around = None
        if self.sandboxed:
            from .. import sandbox

            around = sandbox.for_functions
        how = Separate(around, tuple(sorted(allowed)))
        with Submission(cells, Path(resources["metadata"]["path"]).absolute(), how) as submission:
            for number, cell in enumerate(code):
                submission.advance(number)
                if _is_test(cell):
                    self._judge(cell, submission)
        return nb, resources

    def _judge(self, cell: NotebookNode, submission: Submission) -> None:
        wanted = [*asked(cell.source)]
        if not wanted:
            return  # a test of another kind: nbgrader's own rules hold
        found = [_Judgement(cell, one, self.whose, submission) for one in wanted]
        for one in found:
            one.look_elsewhere(self.ran_through)
        _tell_replaced(self.notebook, cell, found)
        cell.outputs = [output for one in found for output in one.outputs()]
        waits = [one.waits for one in found if one.waits]
        if waits and all(one.passed or one.waits for one in found):
            cell.metadata[WAITS] = waits[0]


class _Whose(NamedTuple):
    """Whose numbers count: the gradebook's business and the instructor's, not the kernel's."""

    student: str
    secret: str
    sheet: SheetCall

    def task(self, exercise: str) -> Task:
        if exercises.get(exercise).kind == "answer":
            course, numbers = self.sheet
            return exercises.personal(exercise, self.student, course, numbers=numbers)
        return exercises.show(exercise)


class _Judgement:
    """What came of one exercise in a test cell."""

    def __init__(
        self, cell: NotebookNode, asked: Asked, whose: _Whose, submission: Submission
    ) -> None:
        self.asked, self.submission = asked, submission
        self.errors = [one for one in cell.outputs if one.output_type == "error"]
        self.handed_in = _data(cell, asked.exercise)
        self.task, self.secret = whose.task(asked.exercise), whose.secret
        self.verdict: exercises.Verdict | None = None
        self.trouble: Trouble | None = None
        self.answer: str | None = None
        self.waits = ""
        if self.task.exercise.kind == "answer":
            self._judge_answer()
        else:
            self._judge_function()

    @property
    def passed(self) -> bool:
        return self.verdict is not None and self.verdict.passed

    # A short answer: what the kernel handed over, or what the name stands for in the other process.
    def _judge_answer(self) -> None:
        value = _unpacked(self.handed_in) if self.handed_in else None
        if value is None:
            in_order = _IN_ORDER if self.task.exercise.unordered else "{}"
            outcome = self.submission.value(in_order.format(self.asked.expression))
            value, self.trouble = outcome.value, outcome.trouble
        if self.trouble is None:
            self.answer = None if value is None else packed(value)
            self.verdict = self.task.check(value, final=True)
        if isinstance(value, str) and any(self.task.check(n).passed for n in in_text(value)):
            self.waits = "it is a text, and the numbers in it are right"

    def _judge_function(self) -> None:
        function = self.submission.function(self.asked.expression, self.task.exercise.stub)
        if isinstance(function, Trouble):
            self.trouble = function
        else:
            self.verdict = self._verdict(function)
            if function.forbidden and not self.verdict.passed:
                self.verdict = _not_allowed(self.verdict, function.forbidden)
                return
        if not self.passed and self.handed_in and not self._works_here(function):
            self.waits = self._why_waits()

    def _verdict(self, function: Function) -> exercises.Verdict:
        """Return the verdict on the cases of this test, named by what it does with all of them."""
        where = condition(self.asked.where)
        part = self.task.check(
            function.answer, secret=self.secret, where=where, runner=function.run, final=True
        )
        if part.passed or part.status != "wrong" or where is None:
            return part
        whole = self.task.check(
            function.answer, secret=self.secret, runner=function.run, final=True
        )
        return whole if whole.misconception and not whole.passed else part

    def _works_here(self, function: Function | Trouble) -> bool:
        """Tell whether it gives the right result for the example in this process as well."""
        if isinstance(function, Trouble):
            return False
        where = condition(self.asked.where)
        return self.task.try_out(function.answer, where=where, runner=function.run).passed

    def look_elsewhere(self, cells: Sequence[str]) -> None:
        """Have a person look where nothing was handed in, and there seems to be an answer.

        Parameters
        ----------
        cells
            The texts of all code cells; nothing for those that are not the student's, or stopped.
        """
        name, nothing = self.asked.expression, f"name '{self.asked.expression}' is not defined"
        if self.verdict is None:
            missing = self.trouble is not None and self.trouble.text.startswith(nothing)
        else:
            missing = self.verdict.status == "not attempted"
        if missing and not self.waits:
            self.waits = elsewhere(cells, name, self.submission.reached)

    def _why_waits(self) -> str:
        told = self.trouble or self._own_trouble()
        said = f": {told.kind}: {told.text}" if told else ""
        missing = [one for _, one in sorted(self.submission.troubles.items())]
        first = f"; before it: {missing[0].kind}: {missing[0].text}" if missing else ""
        return (
            f"it gave the right result for the example in the notebook, and not where the grading "
            f"calls it{said}{first}"
        )

    def _own_trouble(self) -> Trouble | None:
        message = self.verdict.message if self.verdict else ""
        lines = message.splitlines()
        return Trouble("the check", lines[0]) if lines else None

    def outputs(self) -> Iterator[NotebookNode]:
        """Return what stands below the test afterwards."""
        if self.answer is not None:
            about = {"exercise": self.asked.exercise, "answer": self.answer}
            data = {"text/plain": "Handed in.", ANSWER: about}
            yield new_output("display_data", data=data)
        if self.verdict is not None:
            yield new_output("display_data", data=bundle(self.verdict))
        if self.passed:
            return
        if self.waits:
            text = f"A person decides about this one: {self.waits}."
            yield new_output("stream", name="stdout", text=text)
        elif self.verdict is not None and self.verdict.status != "not attempted":
            status = self.verdict.status
            yield _not_yet(f"{self.asked.exercise} ({status}); what was seen stands above")
        elif self.errors:
            yield from self.errors
        elif self.trouble is not None:
            kind, text = self.trouble.kind, self.trouble.text
            yield new_output("error", ename=kind, evalue=text, traceback=[f"{kind}: {text}"])
        else:
            yield _not_yet(f"{self.asked.exercise}: nothing was handed in")


def _not_allowed(verdict: exercises.Verdict, library: str) -> exercises.Verdict:
    return exercises.Verdict(
        verdict.exercise, "wrong", _NOT_ALLOWED.format(library), ("library-used",)
    )


_IN_ORDER = "(lambda a: sorted(a) if isinstance(a, (set, frozenset)) else a)({})"
_NOT_ALLOWED = (
    "Your function uses `{}`, which this task does not allow.\n"
    "The task is to write it yourself: with loops, or with NumPy.\n"
    "Keep the library's function for comparing afterwards."
)


def _tell_replaced(nb: NotebookNode, cell: NotebookNode, found: list[_Judgement]) -> None:
    """Say it where a test ran through and handed nothing in."""
    errors = any(one.output_type == "error" for one in cell.outputs)
    if not errors and not all(one.handed_in or one.passed for one in found):
        note(nb, "a test ran through and handed nothing in: something replaces what it calls")


def _not_yet(text: str) -> NotebookNode:
    return new_output("error", ename="NotYet", evalue=text, traceback=[f"NotYet: {text}"])


def _not_judged(nb: NotebookNode, why: str) -> NotebookNode:
    """Have every test wait: nothing that is said about them would be true."""
    record_of(nb)["not_graded"] = why
    for cell in nb.cells:
        if _is_test(cell):
            cell.metadata[WAITS] = why
    return nb


def _is_test(cell: NotebookNode) -> bool:
    is_code = cell.cell_type == "code"
    return is_code and bool(utils.is_grade(cell)) and not utils.is_solution(cell)


def derived(secret: str, assignment: str) -> str:
    """Return the secret of one assignment, so that one that leaks does not give away the others."""
    return hashlib.sha256(f"{secret}/{assignment}".encode()).hexdigest()


# --- what the instructor's cells say ------------------------------------------------------------


class Call(NamedTuple):
    """A call in a cell: the name of what is called, and what it is called with, as code."""

    name: str
    arguments: list[ast.expr]
    keywords: dict[str, ast.expr]


def calls(source: str) -> list[Call]:
    """Return the calls in a cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    return [
        Call(
            node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func),
            node.args,
            {one.arg: one.value for one in node.keywords if one.arg},
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    ]


def _constant(node: ast.expr | None) -> Any:
    """Return what a literal stands for, and None for anything else."""
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:
        return None


def asked(source: str) -> Iterator[Asked]:
    """Return what a test hands in.

    Examples
    --------
    >>> [*asked('sheet.hand_in("max-pool2d", f, where="stride == 1")')]
    [Asked(exercise='max-pool2d', expression='f', where='stride == 1', allow=())]
    """
    for call in calls(source):
        if call.name == "hand_in":
            id, answer = call.arguments
            allow = _constant(call.keywords.get("allow")) or ()
            where = _constant(call.keywords.get("where"))
            yield Asked(_constant(id), ast.unparse(answer), where, (*allow,))


def handed_in(source: str) -> list[str]:
    """Return the exercises that a test hands in.

    Examples
    --------
    >>> handed_in('sheet.hand_in("output-size", sizes)')
    ['output-size']
    """
    return [one.exercise for one in asked(source)]


class SheetCall(NamedTuple):
    """What a locked cell says about everybody's numbers."""

    course: str = ""
    numbers: int = 1


def sheets(cell: NotebookNode) -> list[SheetCall]:
    """Return the course, and the version of the numbers, that a locked cell names."""
    if cell.cell_type != "code" or not utils.is_locked(cell):
        return []
    said = [one.keywords for one in calls(cell.source) if one.name == "Sheet"]
    return [
        SheetCall(
            str(_constant(one.get("course")) or ""),
            _constant(one["numbers"]) if "numbers" in one else 1,
        )
        for one in said
    ]


# --- what the kernel put out --------------------------------------------------------------------


def _data(cell: NotebookNode, exercise: str) -> dict[str, Any] | None:
    """Return what the cell handed over last for the exercise."""
    stored = [one["data"][ANSWER] for one in cell.outputs if ANSWER in one.get("data", {})]
    fitting = [one for one in stored if isinstance(one, dict) and one.get("exercise") == exercise]
    return fitting[-1] if fitting else None


def _unpacked(found: dict[str, Any]) -> Value | None:
    try:
        return unpacked(found["answer"])
    except (ArithmeticError, KeyError, RecursionError, TypeError, ValueError):  # forged
        return None
