"""What an exercise is: data. The machinery in the modules beside this one does the rest."""

from __future__ import annotations

import copy
import difflib
import functools
import itertools
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import numpy as np

from .compare import Beside, Marks, Value, alike, beside, marked, plain, same
from .seeded_random import Stream

Case = Mapping[str, Any]
Draw = Callable[[Stream], Case]
Mistakes = Collection[str]

NONE: frozenset[str] = frozenset()
VERSIONS = (1,)  # of the numbers, of all exercises together; append, never change one
LIBRARY = (
    "pooling_lab.engine",
    "pooling_lab.pooling",
    "pooling_lab.gradients",
    "pooling_lab.reference",
    "pooling_lab.exercises",
)


class UnknownNumbers(ValueError):
    """A version of the numbers that this pooling_lab does not have: nothing can be judged."""


def known_version(numbers: int) -> int:
    """Return a version of the numbers, if there is such a one.

    Raises
    ------
    UnknownNumbers
        If there is not.
    """
    if numbers not in VERSIONS:
        raise UnknownNumbers(
            f"numbers={numbers!r}: this pooling_lab has version {', '.join(map(str, VERSIONS))} of "
            "the numbers. Other numbers were given out, so nothing can be judged; install the "
            "pooling_lab that the assignment came with, or a newer one"
        )
    return numbers


class Judged(NamedTuple):
    """What came out for a case, beside what is right: computed once."""

    right: Value | None
    passes: bool
    marks: Marks = None  # which numbers are wrong, where that can be told
    beside: Beside | None = None  # of a wrong short answer that stands beside the one right one
    fitting: tuple[str, ...] = ()  # where many are right: misconceptions and slips that fit it
    reordered: bool = False  # and whether it would be right in another order


class Slip(NamedTuple):
    """A wrong answer with a story: what is said about it, and what it answers to a case."""

    text: str
    answers: Callable[..., Any]


Sum = tuple[tuple[str, ...], ...]  # products of quantities, by name


class Formula(NamedTuple):
    """How a count is made: the quantities of a case, and for each number a sum of products.

    ``quantities(**case)`` may hold more than the right sums use: what is taken in place of those.
    """

    quantities: Callable[..., Mapping[str, float]]
    sums: tuple[Sum, ...]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise, whole.

    Parameters
    ----------
    id, title, lesson
        ``"output-size"``, ``"How many windows fit?"``, ``"02"``.
    stars, minutes
        Difficulty from 1 to 3; the time it takes somebody who has read the lesson.
    task
        What to do. ``{name}`` stands for that number of the case; arrays are drawn below.
    stub
        What the student starts from: ``answer = None``, or a ``def`` whose body is ``...``.
    draws
        For each version of the numbers in which they changed, a function that draws a case: the
        arguments of ``solution``, by name, in order. What makes a case tell mistakes apart is
        written in it, once and for all: somebody may have been given these numbers. A better
        one becomes a new version: a further entry, and a further number in `VERSIONS`.
    solution
        The worked solution, as a student is shown it: a function of the case.
    mistaken
        The same with switches: ``mistaken(wrong, **case)`` is what somebody answers who has
        the misconceptions in ``wrong``. With none it must agree with ``solution``.
    misconceptions
        For each id why it happens and what to try, in one or two sentences, never the answer.
    hints
        Two or three, the last nearly the answer.
    fits
        Only where many answers are right: ``fits(answer, wrong, **case)`` tells whether
        ``answer`` is one that somebody with the misconceptions in ``wrong`` may give.
    gives
        With ``fits``: ``gives(answer, **case)`` says in one sentence what an array that was
        answered leads to, and what is wanted of it ("It turns 37 into 19; wanted is 18.").
    unordered
        Whether a set is an answer too; ``fits`` gets its items in rising order.
    ways
        The solution in other words, where students write it otherwise: `diagnosis.edits` changes
        one thing in each of them.
    slips
        Wrong answers with a story worth telling that are quicker written whole than as a switch.
    formula
        Where the answer is a sum of products: `diagnosis.formulas` finds what is left out of it.
    entries
        What the numbers of an answer are called, where there are a few: ``("rows", "columns")``.
    axes
        What the axes of the answer are called, where not (images, channels,) rows, columns.
    input_axes
        The same of the array ``x`` that is given.
    forbidden
        Modules whose functions a coded answer may not call.
    """

    id: str
    title: str
    lesson: str
    stars: int
    minutes: int
    task: str
    stub: str
    draws: Mapping[int, Draw]
    solution: Callable[..., Any]
    hints: tuple[str, ...]
    mistaken: Callable[..., Any] | None = None
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    fits: Callable[..., bool] | None = None
    gives: Callable[..., str] | None = None
    unordered: bool = False
    ways: tuple[Callable[..., Any], ...] = ()
    slips: Mapping[str, Slip] = field(default_factory=dict)
    formula: Formula | None = None
    entries: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    input_axes: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = LIBRARY

    @functools.cached_property
    def kind(self) -> str:
        """``"code"`` when a function is to be written, else ``"answer"``."""
        return "code" if self.stub.startswith("def ") else "answer"

    def in_order(self, answer: Any) -> Any:
        """Return an answer as it is; a set in rising order, where a set is an answer."""
        is_set = self.unordered and isinstance(answer, set | frozenset)
        return sorted(answer) if is_set else answer

    def draw(self, stream: Stream, numbers: int = 1) -> Case:
        """Draw a case as version ``numbers`` does: its own way, or the latest one before it.

        Raises
        ------
        UnknownNumbers
            If there is no such version.
        """
        version = known_version(numbers)
        return self.draws[max(one for one in self.draws if one <= version)](stream)

    def outcome(self, case: Case, wrong: Mistakes = NONE) -> Value | None:
        """Return what somebody with these misconceptions answers; None if that raises."""
        if not wrong:
            return _right(self, case) if self.kind == "answer" else plain(self.solution(**case))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                assert self.mistaken is not None
                return plain(self.mistaken(wrong, **case))
            except Exception:  # wrong code may well raise: that is an outcome too
                return None

    def slipped(self, slip: str, case: Case) -> Value | None:
        """Return what somebody answers to whom this slip happens; None if that raises."""
        return answers_of([self.slips[slip].answers], case)[0]

    @functools.cached_property
    def texts(self) -> Mapping[str, str]:
        """What is said about each of its misconceptions and slips, by id."""
        slips = {id: slip.text for id, slip in self.slips.items()}
        return {**slips, **self.misconceptions}

    def explains(self, value: Value | None, case: Case, wrong: Mistakes = NONE) -> bool:
        """Tell whether these misconceptions (none: the right way) lead to ``value``."""
        if value is None:
            return False
        if self.fits is not None:
            return isinstance(value, np.ndarray) and bool(self.fits(value, wrong, **case))
        expected = self.outcome(case, wrong)
        if expected is not None and same(value, expected):
            return True
        return len(wrong) == 1 and alike(next(iter(wrong)), value, self.outcome(case))

    def judge(self, value: Value | None, case: Case) -> Judged:
        """Hold what came out for a case against what is right."""
        right = self.outcome(case)
        if value is None or right is None:
            return Judged(right, False)
        if self.fits is not None:
            return self._judged_by_what_it_leads_to(value, case, right)
        if same(value, right):
            return Judged(right, True)
        if self.kind == "code":
            return Judged(right, False, marked(value, right))
        compared = beside(value, right)
        return Judged(right, False, compared.marks, compared)

    def _judged_by_what_it_leads_to(self, value: Value, case: Case, right: Value) -> Judged:
        assert self.fits is not None
        if not isinstance(value, np.ndarray):
            return Judged(right, False)
        fits = functools.partial(self.fits, **case)
        if fits(value, NONE):
            return Judged(right, True)
        if self.unordered:  # what a misconception leads to is one list
            wrong = ~np.isin(value, np.asarray(right)) if value.ndim == 1 else None
            return Judged(right, False, wrong)
        every = (*self.misconceptions, *self.slips)
        ways = map(frozenset, zip(every, strict=True))
        ids = tuple(itertools.compress(every, map(fits, itertools.repeat(value), ways)))
        others = [value[:, ::-1]] if value.ndim == 2 and value.shape[1] == 2 else []
        if value.ndim == 1 and 2 <= value.size <= 4:
            others = [*map(np.array, itertools.permutations(value))]
        reordered = bool(others) and any(map(fits, others, itertools.repeat(NONE)))
        return Judged(right, False, fitting=ids, reordered=reordered)


def answers_of(functions: Iterable[Callable[..., Any]], case: Case) -> list[Value | None]:
    """Return what each of these functions of a case gives; None where that is no answer."""
    found: list[Any] = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for function in functions:
            try:
                found.append(function(**copy.deepcopy(dict(case))))  # it may write into them
            except Exception:  # what was made up or changed may do anything
                found.append(None)
        for at, made in enumerate(found):
            try:
                found[at] = plain(made)
            except Exception:  # as above
                found[at] = None
    return found


REMEMBERED = 64  # cases
Table = TypeVar("Table")


def per_case(table: Callable[[Exercise, Case], Table]) -> Callable[[Exercise, Case], Table]:
    """Keep what was worked out for the cases that came last: many answers are to one task."""
    kept: dict[tuple[Any, ...], Table] = {}

    @functools.wraps(table)
    def remembered(exercise: Exercise, case: Case) -> Table:
        numbers = [
            (name, np.shape(value), np.asarray(value).dtype.str, np.asarray(value).tobytes())
            for name, value in case.items()
        ]
        key = (exercise.id, exercise.solution, *numbers)
        if key not in kept:
            if len(kept) >= REMEMBERED:
                del kept[next(iter(kept))]
            kept[key] = table(exercise, case)
        return kept[key]

    return remembered


@per_case
def _right(exercise: Exercise, case: Case) -> Value | None:
    return plain(exercise.solution(**case))


def keeping(draw: Draw, keeps: Callable[..., bool]) -> Draw:
    """Return a drawing that draws again until ``keeps(**case)`` says yes."""

    def drawn(stream: Stream) -> Case:
        case = draw(stream)
        return case if keeps(**case) else drawn(stream)

    return drawn


def function(signature: str) -> str:
    """Return the stub of a function to be written.

    Examples
    --------
    >>> print(function("double(x)"))
    def double(x):
        # your code, in place of the dots
        ...
    """
    return f"def {signature}:\n    # your code, in place of the dots\n    ..."


_all: dict[str, Exercise] = {}


def add(exercise: Exercise) -> Exercise:
    """Make an exercise known under its id.

    Raises
    ------
    ValueError
        If the id is taken.
    """
    if exercise.id in _all:
        raise ValueError(f"there is an exercise {exercise.id!r} already")
    _all[exercise.id] = exercise
    return exercise


def get(id: str) -> Exercise:
    """Return the exercise with this id.

    Raises
    ------
    ValueError
        If there is none; the message names the nearest ids.
    """
    if id not in _all:
        near = difflib.get_close_matches(str(id), _all, n=3) or list(_all)
        raise ValueError(f"there is no exercise {id!r}; did you mean {', '.join(near)}?")
    return _all[id]


def ids() -> tuple[str, ...]:
    """Return the ids of all exercises."""
    return tuple(_all)
