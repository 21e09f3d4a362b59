"""What the notebook of an assignment calls.

    sheet = assignments.Sheet("s1234567", course="pooling-2026")
    sheet.show("output-size")               the task, with this student's own numbers
    sheet.look("output-size", answer)       visible test: is this an answer at all?
    sheet.hand_in("output-size", answer)    hidden test: is it right?

Exercises, cases and misconceptions are those of `pooling_lab.exercises`; nothing is stated
again here. While nbgrader grades, a test only hands over: an answer as it is, of a function that it
was right for the example. Both are judged afterwards by the grader (`pooling_lab.grading`), which
works out for itself whose numbers were asked for, and calls functions in a process of its own.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Collection
from typing import Any

import numpy as np

from .exercises import Note, Verdict, get, personal
from .exercises.checking import Task, Where, show
from .exercises.compare import LISTED, Value, plain
from .exercises.exercise import known_version

__all__ = [
    "ANSWER",
    "STUDENT",
    "VERDICT",
    "NotYet",
    "Sheet",
    "bundle",
    "condition",
    "packed",
    "unpacked",
]

ANSWER = "application/vnd.pooling-lab.answer+json"
VERDICT = "application/vnd.pooling-lab.verdict+json"
STUDENT = "POOLING_LAB_STUDENT"  # whose work it is, while nbgrader grades
LARGEST_ANSWER = 10_000  # numbers; no task asks for more


class NotYet(Exception):
    """A test of an assignment is not passed; a notebook shows the message and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"NotYet: {self}"]


class Sheet:
    """One student's assignment.

    Parameters
    ----------
    student
        The id that was typed, or None; a number is one too. On a JupyterHub the name of the login
        counts, and while nbgrader grades, the name under which the submission came in.
    course
        Which course, so that the numbers change from year to year.
    numbers
        The version of the numbers that this assignment was handed out with. Every version stays.

    Raises
    ------
    ValueError
        If nobody has said whose assignment this is.
    UnknownNumbers
        If this pooling_lab does not have that version: nothing can be judged then.

    Examples
    --------
    >>> Sheet("s1234567", course="pooling-2026")
    The assignment of s1234567, in the course pooling-2026.
    """

    def __init__(
        self, student: str | int | None = None, *, course: str = "", numbers: int = 1
    ) -> None:
        self.student, self.course = _whose(student), course
        self.numbers = known_version(numbers)
        self._lists: dict[int, tuple[Any, Value | None]] = {}

    def __repr__(self) -> str:
        return f"The assignment of {self.student}, in the course {self.course or 'without a name'}."

    def task(self, id: str) -> Task:
        """Return a task: with numbers of one's own, or, for a function, everybody's example."""
        if get(id).kind == "code":
            return show(id)
        return personal(id, self.student, self.course, numbers=self.numbers)

    def show(self, id: str) -> Note:
        """Return the task as it shows itself in a notebook; the stub stands in a cell already."""
        return dataclasses.replace(self.task(id).note(), code="")

    def look(
        self, id: str, answer: Any, *, where: str | None = None, allow: Collection[str] = ()
    ) -> None:
        """Test what may be seen before the deadline.

        Of a short answer, whether it is one; of a function, whether it gives the right result for
        the example in the task.

        Parameters
        ----------
        id
            Which exercise.
        answer
            The answer, or the function.
        where
            A condition on the arguments of the function, ``"stride >= kernel_size"``: only such
            inputs are tried, and the first of them is the example. One idea for one graded cell.
        allow
            Libraries that a function may use beside NumPy and Python's own, ``("torch",)``: others
            are not there when it is graded.

        Raises
        ------
        NotYet
            If not; the message says why.
        """
        task = self.task(id)
        if task.exercise.kind == "answer":
            _require_answer(task, self._listed(answer))
            print("That is an answer. Whether it is right, you hear after the deadline.")
            return
        verdict = task.try_out(answer, where=condition(where))
        if not verdict.passed:
            _require_passed(verdict)
        print("It gives the right result for an example. The grading tries others as well.")

    def hand_in(
        self, id: str, answer: Any, *, where: str | None = None, allow: Collection[str] = ()
    ) -> None:
        """Hand an answer over to the grader; where nobody grades, try a function on more cases.

        Parameters
        ----------
        id, answer, where, allow
            As in `look`.

        Raises
        ------
        NotYet
            If a function is tried and not right; the message says why.
        """
        task = self.task(id)
        if task.exercise.kind == "answer":
            _hand_over(id, plain(task.exercise.in_order(self._listed(answer))))
        elif _is_graded():
            _hand_over(id, None)
        else:
            _require_passed(task.check(answer, where=condition(where), final=True))

    def _listed(self, answer: Any) -> Any:
        """Return what can be looked at again: an iterator gives its items once only."""
        if not isinstance(answer, LISTED):
            return answer
        if id(answer) not in self._lists:
            self._lists[id(answer)] = (answer, plain(answer))
        return self._lists[id(answer)][1]


def _is_graded() -> bool:
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def _whose(typed: str | int | None) -> str:
    if _is_graded() and STUDENT not in os.environ:
        raise ValueError(
            "nbgrader grades without this course's nbgrader_config.py, so that nothing would be "
            "judged: look for an error at the beginning of what it says"
        )
    known = os.environ.get(STUDENT) if _is_graded() else os.environ.get("JUPYTERHUB_USER")
    student = known or ("" if typed is None else str(typed).strip())
    if not student:
        raise ValueError(
            "student is None: write your student id between quotes, student = 's1234567'"
        )
    return student


def condition(where: str | None) -> Where | None:
    """Turn a condition on a case's numbers into a function of the case."""
    if where is None:
        return None
    code = compile(where, "where", "eval")
    return lambda case: bool(eval(code, {"__builtins__": {}}, dict(case)))


def _require_answer(task: Task, answer: Any) -> None:
    """Raise unless this is something that can be judged."""
    verdict = task.check(answer)
    if verdict.status in ("not attempted", "error") or "in-quotes" in verdict.misconceptions:
        _require_passed(verdict)
    count = _count(plain(task.exercise.in_order(answer)))
    if count > LARGEST_ANSWER:
        raise NotYet(f"the answer to {task.exercise.id} has {count} numbers: too many")


def _count(value: Value | None) -> int:
    return sum(map(_count, value)) if isinstance(value, tuple) else np.size(np.asarray(value))


def _require_passed(verdict: Verdict) -> None:
    """Show a verdict, and raise unless it says that all is right."""
    from IPython.display import display

    display(bundle(verdict), raw=True)
    if not verdict.passed:
        raise NotYet(f"{verdict.exercise} ({verdict.status}); what was seen stands above")


# --- what a notebook stores ------------------------------------------------------------------


def packed(value: Value | None) -> str:
    """Return an answer in plain terms as text; JSON itself has no NaN and no infinity."""

    def lists(part: Any) -> Any:
        if isinstance(part, tuple):
            return {"parts": [lists(one) for one in part]}
        return part.tolist() if isinstance(part, np.ndarray) else part

    return json.dumps(lists(value))


def unpacked(text: str) -> Value | None:
    """Return what was packed.

    Examples
    --------
    >>> unpacked(packed(plain([[1, 2], [3, float("inf")]])))
    array([[ 1.,  2.],
           [ 3., inf]])
    """

    def value(part: Any) -> Any:
        if isinstance(part, dict):
            return tuple(value(one) for one in part["parts"])
        return part if part is None or isinstance(part, str) else np.array(part, float)

    unpacked: Value | None = value(json.loads(text))
    return unpacked


def _hand_over(id: str, answer: Value | None) -> None:
    from IPython.display import display

    display(
        {"text/plain": "Handed in.", ANSWER: {"exercise": id, "answer": packed(answer)}}, raw=True
    )


def bundle(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as a notebook stores it: for people, and for the class report."""
    return {
        "text/plain": repr(verdict),
        "text/html": verdict._repr_html_(),
        VERDICT: {
            "exercise": verdict.exercise,
            "status": verdict.status,
            "misconceptions": list(verdict.misconceptions),
        },
    }
