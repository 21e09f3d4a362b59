"""From a wrong answer to a `Diagnosis`: what was found, as plain data; `messages` words it.

What explains an answer is looked for from the surest down. Of a function (`functions`): a
misconception of the list (`known`); what it reads and makes, measured (`measured`, `routes`); the
worked solution with one thing changed (`edits`). Of a short answer (`answers`): the same list,
other windows (`by_hand`), products (`formulas`), changes; what each leads to in a task is worked
out once (`hypotheses`). It is told when it gives every number that was seen. Where nothing does,
only what is certain is said.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..compare import ALIKE, Value
from ..exercise import Case
from . import answers, explain, functions, known, looks, names, rerun, whole_numbers
from .attempt import Attempt

Status = Literal["passed", "wrong", "not attempted", "error"]


@dataclass(frozen=True)
class Diagnosis:
    """What was found about an answer, without a word of prose.

    Attributes
    ----------
    status, kind
        The verdict, and which of the texts in `messages` says why.
    ids
        Misconceptions, and other names under which a class report counts it.
    at
        Which input is shown; None where there is none to show.
    explained
        Whether what was found, rerun, gives every number that was seen.
    facts
        What the text needs: numbers, names, measurements.
    """

    status: Status
    kind: str
    ids: tuple[str, ...] = ()
    at: int | None = None
    explained: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def diagnose(attempt: Attempt) -> Diagnosis:
    """Return what is found about an attempt."""
    if _untouched(attempt):
        return Diagnosis("not attempted", "untouched")
    last = len(attempt.run.outcomes) - 1
    trouble = attempt.run.outcomes[last].trouble
    if trouble and trouble.kind == "TimeUp":
        return Diagnosis("error", "stopped", at=last, explained=True)
    if attempt.run.called:
        facts = {"name": min(attempt.run.called)}
        return Diagnosis("wrong", "library", ("library-used",), explained=True, facts=facts)
    is_code = attempt.is_code
    if not attempt.wrong:
        return _all_right(attempt)
    first = attempt.wrong[0]
    trouble = attempt.outcomes[first].trouble
    if trouble:
        return _known_elsewhere(attempt) or _stopped(attempt, first)
    if attempt.values[first] is None:
        return Diagnosis("wrong", "no-return", ("no-return",), at=first, explained=True)
    found = _of_function(attempt) if is_code else answers.of(attempt)
    if found is None:
        return Diagnosis("wrong", "unexplained", at=first)
    status: Status = "passed" if found.kind == "rounded-enough" else "wrong"
    at = found.facts.get("at", first)
    ids = names.of(found) if is_code else found.facts.get("ids", ())
    found = rerun.checked(attempt, found) if is_code else found
    return Diagnosis(status, found.kind, ids, at, found.explained, found.facts)


def _stopped(attempt: Attempt, first: int) -> Diagnosis:
    ids = (whole_numbers.ID,) if whole_numbers.alone(attempt) else ()
    return Diagnosis("error", "stopped", ids, at=first, explained=True)


def _known_elsewhere(attempt: Attempt) -> Diagnosis | None:
    """Return the misconception behind an error, where another input shows it by its result."""
    numbers = [i for i in attempt.wrong if attempt.values[i] is not None]
    found = known.one(attempt) if numbers else None
    if found is None:
        return None
    at = found.facts.get("at", numbers[0])
    at = at if at in numbers else numbers[0]
    found = rerun.checked(attempt, found)
    return Diagnosis("wrong", found.kind, found.facts["ids"], at, found.explained, found.facts)


def _all_right(attempt: Attempt) -> Diagnosis:
    for at, outcome in enumerate(attempt.outcomes):
        if outcome.changed_input:
            return Diagnosis("wrong", "changes-input", ("changes-input",), at=at, explained=True)
    return Diagnosis("passed", "right", explained=True)


def _untouched(attempt: Attempt) -> bool:
    first = attempt.run.outcomes[0]
    if first.trouble:
        return first.trouble.kind == "NotImplementedError"
    if first.value is not None:
        return False
    return not callable(attempt.answer) or not _has_a_body(attempt)


def _has_a_body(attempt: Attempt) -> bool:
    """Tell whether the function does more than the stub (which returns None too)."""
    code = attempt.answer.__code__ if inspect.isfunction(attempt.answer) else None
    stub: dict[str, Any] = {}
    exec(attempt.exercise.stub, stub)
    empty = next(value for name, value in stub.items() if name != "__builtins__")
    return code is None or len([*dis.get_instructions(code)]) > len([*dis.get_instructions(empty)])


def _of_function(attempt: Attempt) -> explain.Finding | None:
    """Ask one layer after the other; the first that explains everything wins.

    A misconception that gives nearly everything is told where nothing explains all of it.
    """
    nearly = _known(attempt)
    if nearly is not None and (nearly.explained or nearly.facts["ids"][0] in ALIKE):
        return nearly
    found = (
        whole_numbers.of(attempt)
        or looks.at_once(attempt)
        or _from_what_it_does(attempt)
        or known.two(attempt)
        or looks.later(attempt)
    )
    explains = found is not None and rerun.checked(attempt, found).explained
    return found if explains or nearly is None else nearly


def _known(attempt: Attempt) -> explain.Finding | None:
    """Return the misconception that explains everything, of a function on other inputs as well."""
    found = known.one(attempt)
    if found is None or attempt.runner is None or "ids" not in found.facts:
        return found
    found = rerun.checked(attempt, found)
    return found if functions.holds(attempt, _only_values(attempt), found.facts["ids"]) else None


def _from_what_it_does(attempt: Attempt) -> explain.Finding | None:
    if attempt.exercise.fits is not None or attempt.runner is None:
        return None
    found = functions.of(attempt, _only_values(attempt))
    if found and found.explained and found.kind != "edit":
        return found
    little = found if found and found.kind == "windows-right" else None
    surer = known.rounded(attempt) or (None if little else found) or looks.only_the_example(attempt)
    return surer or (little and (known.two(attempt) or looks.later(attempt) or little))


def _only_values(attempt: Attempt) -> Any:
    """Return the student's function as the layers below see it: inputs in, arrays out."""
    runner = attempt.runner
    assert runner is not None

    def run(cases: Sequence[Case]) -> list[Value | None]:
        return [outcome.value for outcome in runner(cases).outcomes]

    return run


__all__ = ["Attempt", "Diagnosis", "Status", "diagnose"]
