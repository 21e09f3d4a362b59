"""Check an answer and say why it is wrong; hints, worked solutions, personal variants.

How to add an exercise (one section of a theme file, at most 40 lines; `sizes` is a model):

1. In a theme file write the worked solution as a function of the numbers of a case. Students
   get to read it, and CI runs it as it is shown.
   What a wrong function reads and makes, and what is the solution with one thing changed, is
   found without your help (`diagnosis`); ``ways=(…)`` may name other ways to write it.
2. Only where a story is worth telling: ``slips={"id": Slip(text, answers)}``, a text (why it
   happens and what to try, never the answer) and a function that answers so. Mistakes that combine
   are switches: ``mistaken(wrong, **case)`` and ``misconceptions=usual(…)``; `transformers` does
   without.
3. Write the drawing, ``draws={1: …}``: small, ragged, negative, whatever makes the wrong answers
   differ. A short answer has one case alone, so what keeps it from being right by chance is
   written down there, with `keeping`.
4. ``add(Exercise(id=…, task=…, stub=…, slips=…, hints=…))``.
5. For a function, put three independent right solutions into
   ``tests/exercises/solutions_<theme>.py``.
6. Run ``python tests/exercises/add_cases.py`` (it searches for cases that tell all mistakes apart,
   and only ever appends to ``cases.json``) and ``python tests/exercises/pin_numbers.py``, then
   ``pytest tests/exercises -k <id>``.

What somebody was given never changes. Numbers that should have been drawn otherwise get a new
version: append 2 to `exercise.VERSIONS`, write ``draws={1: …, 2: …}``, pin, and name
``numbers=2`` in the assignments that are handed out from now on. Those that were keep theirs.

The student's code is only ever called guarded (`guarded_run`), no message holds the answer, and
messages are the same on every machine and every run.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from .cases import cases
from .diagnosis import Attempt, diagnose
from .display import Note, Verdict, grids, inline
from .exercise import Case, Exercise, get, ids
from .guarded_run import Runner, here, own_functions, run
from .messages import verdict
from .messages.calls import arrays_of, call, literal
from .seeded_random import Stream, identity

RANDOM_CASES = 8
CANDIDATES = 400  # cases drawn before `where` is said to keep too few
Where = Callable[[Case], bool]


@dataclass(frozen=True)
class Task:
    """An exercise with the numbers that somebody was given.

    Attributes
    ----------
    exercise
        The exercise, as data.
    given
        What the task is about, by name: ``{"size": 37, …}`` or ``{"x": array, …}``.
    """

    exercise: Exercise
    given: Case
    _key: tuple[str | None, ...] = ()
    _version: int = 1

    @property
    def numbers(self) -> dict[str, Any]:
        """A copy of what was given: what is written into its arrays changes no task."""
        return copy.deepcopy(dict(self.given))

    def check(
        self,
        answer: Any,
        *,
        secret: str | None = None,
        where: Where | None = None,
        runner: Runner | None = None,
        final: bool = False,
        beside: Mapping[str, np.ndarray] = MappingProxyType({}),
    ) -> Verdict:
        """Return the verdict on an answer to this task; see `check` and `cases`.

        A ``runner`` calls a function somewhere else than here, also to probe it; then ``answer``
        only stands for it. A ``final`` verdict says nothing about trying again. ``beside`` are the
        right answers of other exercises: a wrong answer that is one of them was meant for that.
        """
        cases = functools.partial(self.cases, secret, where)
        return self._verdict(answer, cases, runner, final, beside)

    def try_out(
        self, answer: Any, *, where: Where | None = None, runner: Runner | None = None
    ) -> Verdict:
        """Return the verdict on the example alone: the first of `cases`."""
        return self._verdict(answer, lambda: self.cases(None, where)[:1], runner)

    def _verdict(
        self,
        answer: Any,
        cases_for_code: Callable[[], list[Case]],
        runner: Runner | None = None,
        final: bool = False,
        beside: Mapping[str, np.ndarray] = MappingProxyType({}),
    ) -> Verdict:
        exercise = self.exercise
        wanted = callable(answer) if exercise.kind == "code" else not callable(answer)
        if answer is not None and answer is not Ellipsis and not wanted:
            return Verdict(exercise.id, "error", _WRONG_KIND[exercise.kind].format(exercise.id))
        with own_functions() as replaced:
            if exercise.kind == "code" and callable(answer):
                cases = cases_for_code()
                did = (runner or here(answer, exercise.forbidden))(cases)
                again = runner or here(answer, ())
            else:
                cases = [self.given]
                did, again = run(lambda *_: exercise.in_order(answer), cases, ()), None
            with np.errstate(all="ignore"):  # an answer may hold any number
                attempt = Attempt(exercise, answer, cases, did, again)
                said = verdict(attempt, diagnose(attempt), final=final)
                if beside and said.status == "wrong" and not said.explained:
                    value = did.outcomes[-1].value
                    for other, right in beside.items():
                        if isinstance(value, np.ndarray) and np.array_equal(value, right):
                            told = _ANOTHERS.format(other)
                            said = Verdict(exercise.id, "wrong", told, explained=True)
        return _with_note(said, replaced) if replaced and not said.passed else said

    def cases(self, secret: str | None = None, where: Where | None = None) -> list[Case]:
        """Return the inputs a function is tried on; the first is the example in the task.

        Parameters
        ----------
        secret
            An instructor's secret: as many cases again are drawn from it.
        where
            Which cases to keep, where one idea of several is asked for: ``lambda case:
            case["stride"] == 1``. As many random ones as ever are drawn.

        Raises
        ------
        ValueError
            If hardly any case is one that ``where`` keeps.
        """
        streams = [Stream("random", self.exercise.id, *self._key)]
        if secret is not None:
            streams.append(Stream("hidden", self.exercise.id, *self._key, secret))
        stored = [case for case in cases(self.exercise.id) if case is not self.given]
        kept = [case for case in (self.given, *stored) if where is None or where(case)]
        return kept + [case for stream in streams for case in self._drawn(stream, where)]

    def _drawn(self, stream: Stream, where: Where | None) -> list[Case]:
        candidates = (self.exercise.draw(stream, self._version) for _ in range(CANDIDATES))
        kept = (case for case in candidates if where is None or where(case))
        drawn = list(itertools.islice(kept, RANDOM_CASES))
        if len(drawn) < RANDOM_CASES:
            raise ValueError(
                f"where must keep at least {RANDOM_CASES} of {CANDIDATES} cases of "
                f"{self.exercise.id!r}; it keeps {len(drawn)}"
            )
        return drawn

    def note(self) -> Note:
        """Return the task in words, with its arrays and the stub."""
        exercise, shown = self.exercise, arrays_of(self.given)
        stars = "★" * exercise.stars + "☆" * (3 - exercise.stars)
        lines = exercise.task.strip().format(**self.given).split("\n\n")
        if exercise.kind == "code":
            result = exercise.outcome(self.given)
            assert result is not None
            lines.append(
                f"For example {call(exercise, self.given)} gives {inline(result) or 'this:'}"
            )
            shown += () if inline(result) else grids("result", result)
        elif shown and not self._key:
            arrays = ", ".join(f"`{grid.caption}`" for grid in shown)
            taken = f'`{shown[0].caption} = exercises.show("{exercise.id}").numbers["{{}}"]`'
            lines.append(f"No need to type {arrays}: {taken.format(shown[0].caption)}.")
            if exercise.gives:
                first = shown[0].caption
                cell = f"`{first}[{', '.join('0' * shown[0].cells.ndim)}] = 1`"
                lines.append(
                    f"That is a copy of your own: change its cells, {cell}, and check it, "
                    f'`exercises.check("{exercise.id}", {first})`.'
                )
        return Note(
            f"{exercise.title} {stars} {exercise.stars} of 3 stars, {exercise.minutes} minutes",
            tuple(lines),
            shown,
            exercise.stub,
        )

    def __repr__(self) -> str:
        return repr(self.note())

    def _repr_html_(self) -> str:
        return self.note()._repr_html_()


_WRONG_KIND = {
    "code": "What was handed over is not a function.\n"
    "Write its name without calling it: `exercises.check({0!r}, my_function)`.",
    "answer": "What was handed over is a function, and the task asks for its result.\n"
    "Call it first, and check what it returns.",
}


def _with_note(verdict: Verdict, replaced: list[str]) -> Verdict:
    """Say that functions of NumPy or Python had been replaced in the notebook."""
    note = f"`{replaced[0]}` has been replaced in this notebook; the check used the original."
    return dataclasses.replace(verdict, message=f"{verdict.message}\n{note}")


@functools.cache
def _standard(id: str) -> Task:
    return Task(get(id), cases(id)[0])


def _task(id: str, student: str | None, course: str, secret: str | None, numbers: int) -> Task:
    return _standard(id) if student is None else personal(id, student, course, secret, numbers)


@functools.lru_cache(maxsize=1000)
def personal(
    id: str, student: str, course: str = "", secret: str | None = None, numbers: int = 1
) -> Task:
    """Return an exercise with a student's own numbers, the same always and everywhere.

    Parameters
    ----------
    id
        Which exercise.
    student
        The student's id; capitals and spaces around it do not matter.
    course
        Which course, so that the numbers change from year to year.
    secret
        The instructor's: without it nobody can work out another student's numbers.
    numbers
        The version of the numbers, as in the cell that gave them out: every version stays.

    Returns
    -------
    Task
        ``task.numbers`` are the numbers; ``task.check(answer)`` gives the verdict.

    Raises
    ------
    ValueError
        If there is no such exercise, or the student's id is empty.
    UnknownNumbers
        If this pooling_lab does not have that version of the numbers.
    """
    if not identity(student):
        raise ValueError("student must be an id, not an empty text")
    exercise, key = get(id), (course, identity(student), secret)
    drawn = exercise.draw(Stream("personal", id, *key), numbers)
    return Task(exercise, drawn, key, numbers)


def show(
    id: str,
    *,
    student: str | None = None,
    course: str = "",
    secret: str | None = None,
    numbers: int = 1,
) -> Task:
    """Return the task with its stars and minutes; in a notebook it shows itself.

    Parameters
    ----------
    id
        Which exercise.
    student, course, secret, numbers
        As in `personal`; without ``student`` everybody gets the same numbers.
    """
    return _task(id, student, course, secret, numbers)


def check(
    id: str,
    answer: Any,
    *,
    student: str | None = None,
    course: str = "",
    secret: str | None = None,
    numbers: int = 1,
) -> Verdict:
    """Return a verdict on an answer: whether it is right, and if not, why not.

    Parameters
    ----------
    id
        Which exercise.
    answer
        A number, a list, an array or a tensor; or, where a function is to be written, the
        function. It is called with small inputs that tell the usual mistakes apart.
    student, course, numbers
        As in `personal`, if the numbers were the student's own.
    secret
        An instructor's: personal numbers and hidden inputs for functions are drawn from it.

    Returns
    -------
    Verdict
        ``passed``, ``status``, ``misconception`` and ``message``; shown as rich text.

    Examples
    --------
    >>> check("output-size", None).status
    'not attempted'
    """
    given = (student, course, secret, numbers)
    return _task(id, *given).check(answer, secret=secret, beside=_beside(id, *given))


_ANOTHERS = (
    "That is the answer to `{0}`: every short answer is called `answer`.\n"
    "Run the cell above, with your answer to this task, and then the check."
)


@functools.lru_cache(maxsize=1000)
def _beside(id: str, *given: Any) -> dict[str, np.ndarray]:
    """Return the one right answer of each other short exercise of the lesson."""
    others = [one for one in map(get, ids()) if one.id != id and one.lesson == get(id).lesson]
    right = {
        one.id: one.outcome(_task(one.id, *given).given)
        for one in others
        # Where many answers are right, one of them proves nothing.
        if get(id).kind == one.kind == "answer" and one.fits is None
    }
    return {other: value for other, value in right.items() if isinstance(value, np.ndarray)}


_hints_given: dict[str, int] = {}
_seen: list[str] = []


def hint(id: str) -> Note:
    """Return the next hint; after the last one, the last again."""
    hints = get(id).hints
    which = min(_hints_given.get(id, 0), len(hints) - 1)
    _hints_given[id] = which + 1
    return Note(f"Hint {which + 1} of {len(hints)}: {id}", (hints[which],))


def solution(
    id: str,
    *,
    student: str | None = None,
    course: str = "",
    secret: str | None = None,
    numbers: int = 1,
) -> Note:
    """Return a worked solution; from then on `seen` says so.

    Parameters
    ----------
    id
        Which exercise.
    student, course, secret, numbers
        As in `show`, so that the solution is worked with the numbers that were shown.
    """
    task = _task(id, student, course, secret, numbers)
    if id not in _seen:
        _seen.append(id)
    return Note(f"A worked solution: {id}", (), code=_solution_code(task))


def seen() -> tuple[str, ...]:
    """Return the ids of the exercises whose solution was looked at in this session."""
    return tuple(_seen)


def _solution_code(task: Task) -> str:
    worked = task.exercise.solution
    source = inspect.getsource(worked).strip()
    if task.exercise.kind == "code":
        return source
    numbers = ", ".join(f"{name}={literal(value)}" for name, value in task.given.items())
    return f"{source}\n\n\nanswer = {worked.__name__}({numbers})"
