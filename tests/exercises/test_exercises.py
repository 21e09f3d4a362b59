"""Every exercise keeps its promises: found by iterating over all of them, never listed by hand."""

import ast
import dataclasses
import importlib
import itertools
import re
from pathlib import Path

import numpy as np
import pytest
from discriminating_cases import confused
from wrong_functions import WRONG

from pooling_lab import exercises
from pooling_lab.exercises import content, misconceptions
from pooling_lab.exercises import exercise as exercise_module
from pooling_lab.exercises.checking import Task
from pooling_lab.exercises.diagnosis.known import pairs, singles
from pooling_lab.exercises.display import inline

HERE = Path(__file__).parent
STUDENTS = [f"s{number}" for number in range(1, 9)]
ALL = exercises.ids()
CODE = [one for one in ALL if exercises.get(one).kind == "code"]
ANSWERS = [one for one in ALL if exercises.get(one).kind == "answer"]
LISTED = [
    one for one in ALL if exercises.get(one).misconceptions
]  # slips: test_exercises_diagnosis
SOLUTIONS: dict[str, list] = {}
for path in sorted(HERE.glob("solutions_*.py")):
    for one, functions in importlib.import_module(path.stem).SOLUTIONS.items():
        SOLUTIONS.setdefault(one, []).extend(functions)


def tasks(id):
    """Everybody's task and some personal ones; wrong answers may be computed by pooling_lab."""
    all_tasks = [exercises.show(id), *(exercises.personal(id, student) for student in STUDENTS)]
    return [
        dataclasses.replace(task, exercise=dataclasses.replace(task.exercise, forbidden=()))
        for task in all_tasks
    ]


def as_answer(task, compute):
    """Turn ``compute(case)`` into an answer to a task: its value, or a function."""
    if task.exercise.kind == "answer":
        return compute(task.numbers)
    names = list(task.numbers)
    return lambda *arguments: compute(dict(zip(names, arguments, strict=True)))


def mistaken(task, wrong):
    return as_answer(task, lambda case: task.exercise.mistaken(wrong, **case))


def wrong_answers(task):
    """What every misconception of the list leads to; of functions, those that students type."""
    if task.exercise.kind == "code":
        listed = [function for _, function, _ in WRONG.get(task.exercise.id, [])]
        return [lambda *given, how=function: how(*given) for function in listed]  # without a name
    return [mistaken(task, wrong) for wrong in singles(task.exercise)]


def tampered(task, change):
    """The right answer with ``change`` applied to it."""
    return as_answer(task, lambda case: change(task.exercise.outcome(case)))


# --- what an exercise consists of ---------------------------------------------------------


@pytest.mark.parametrize("id", ALL)
def test_an_exercise_is_complete(id):
    exercise = exercises.get(id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id)
    assert exercise.stars in (1, 2, 3) and 1 <= exercise.minutes <= 40
    assert re.fullmatch(r"\d\d", exercise.lesson)
    assert 2 <= len(exercise.hints) <= 3
    if id in ANSWERS:  # what a function does is measured
        assert len(exercise.misconceptions) + len(exercise.slips) >= 3
    assert all(40 < len(text) < 300 for text in exercise.misconceptions.values())


@pytest.mark.parametrize(
    "path", sorted(Path(content.__file__).parent.glob("*.py")), ids=lambda path: path.stem
)
def test_an_exercise_has_at_most_40_lines_beside_its_solution_and_its_mistakes(path):
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            lines = statement.end_lineno - statement.lineno + 1
            assert lines <= 40, f"line {statement.lineno}: {lines} lines"


@pytest.mark.parametrize("id", ALL)
def test_the_untouched_stub_is_not_attempted(id):
    started = {}
    exec(exercises.get(id).stub, started)
    (answer,) = (value for name, value in started.items() if name != "__builtins__")
    for empty in (answer, None, ...):
        assert exercises.check(id, empty).status == "not attempted"


@pytest.mark.parametrize("id", ALL)
def test_the_worked_solution_runs_as_shown_and_passes(id):
    shown = {"np": np}
    exec(exercises.solution(id).code, shown)
    answer = shown[exercises.get(id).solution.__name__] if id in CODE else shown["answer"]
    verdict = exercises.check(id, answer, secret="an instructor's")
    assert verdict.passed, verdict
    assert id in exercises.seen()


@pytest.mark.parametrize("id", sorted(set(ALL) - set(CODE)))
def test_the_worked_solution_takes_the_numbers_that_a_student_was_given(id):
    shown = {"np": np}
    exec(exercises.solution(id, student="s1234567").code, shown)
    assert exercises.check(id, shown["answer"], student="s1234567").passed


@pytest.mark.parametrize("id", CODE)
def test_independent_solutions_pass(id):
    found = SOLUTIONS.get(id, [])
    assert len(found) >= 3, "add right functions to tests/exercises/solutions_<theme>.py"
    for function in found:
        verdict = exercises.check(id, function, secret="an instructor's")
        assert verdict.passed, f"{function.__name__}: {verdict}"


@pytest.mark.parametrize("id", LISTED)
def test_without_mistakes_the_mistaken_way_is_the_right_one(id):
    for task in tasks(id):
        for case in [task.numbers, *task.cases()]:
            made = task.exercise.mistaken(frozenset(), **case)
            value = exercise_module.plain(made)
            assert task.exercise.explains(value, case), case


# --- wrong answers ------------------------------------------------------------------------


@pytest.mark.parametrize("id", LISTED)
def test_every_misconception_is_rejected_and_named(id):
    personal = 0
    for task, misconception in itertools.product(tasks(id), exercises.get(id).misconceptions):
        verdict = task.check(mistaken(task, {misconception}))
        named = (verdict.status, verdict.misconception) == ("wrong", misconception)
        if id in CODE or task.given is exercises.show(id).given:
            assert named, task.numbers
        personal += not named
    assert personal <= 0.02 * len(STUDENTS) * len(exercises.get(id).misconceptions)  # by chance


def real_pairs(task):
    """Every two misconceptions that together lead elsewhere than one of them, or none."""
    exercise = task.exercise
    cases = [task.numbers] if exercise.kind == "answer" else task.cases()
    ones = [frozenset(), *singles(exercise)]
    for both in pairs(exercise):
        alike = (
            {one for a, one in confused(exercise, case, [both, *ones]) if a == both}
            for case in cases
        )
        if not set.intersection(*alike):
            yield both


@pytest.mark.parametrize("id", LISTED)
def test_two_misconceptions_at_once_are_rejected_and_told_as_two_only_of_four_numbers(id):
    task = tasks(id)[0]
    every = 7 if id in CODE else 1  # a function is measured, and that takes a while
    for who in itertools.islice(real_pairs(task), 0, None, every):
        verdict = task.check(mistaken(task, who))
        assert not verdict.passed
        numbers = np.size(task.exercise.outcome(task.numbers)) if id in ANSWERS else 4
        told = set(verdict.misconceptions)
        assert len(told) < 2 or numbers >= 4, verdict
        if len(told) == 2 and told != who:  # another pair that cannot be told from this one
            for case in task.cases() if id in CODE else [task.numbers]:
                value = task.exercise.outcome(case, who)
                assert value is None or task.exercise.explains(value, case, frozenset(told))


FOOLS = [
    ("all zeros", lambda right: np.zeros_like(right)),
    ("all NaN", lambda right: np.full_like(right, np.nan)),
    (
        "right shape with wrong numbers",
        lambda right: right + np.arange(1, right.size + 1).reshape(right.shape),
    ),
    (
        "one number off",
        lambda right: right + (np.arange(right.size) == right.size // 2).reshape(right.shape),
    ),
    ("a text", lambda right: "the right one"),
    ("a dict", lambda right: {"answer": right}),
    ("a list with a hole", lambda right: [None, *np.ravel(right)]),
    ("too many axes", lambda right: np.broadcast_to(right, (2, *right.shape))),
]


@pytest.mark.parametrize("what, change", FOOLS, ids=[name for name, _ in FOOLS])
@pytest.mark.parametrize("id", ALL)
def test_nothing_that_only_looks_like_an_answer_passes(id, what, change):
    for task in tasks(id)[:2]:
        right = task.exercise.outcome(task.numbers)
        if not isinstance(right, np.ndarray):
            pytest.skip("the answer is a word or has several parts")
        verdict = task.check(tampered(task, change))
        assert verdict.status in ("wrong", "error"), verdict


@pytest.mark.parametrize("id", CODE)
def test_a_result_that_is_made_up_gets_its_own_verdict(id):
    task = tasks(id)[0]
    right = task.exercise.outcome(task.numbers)
    if not isinstance(right, np.ndarray):
        pytest.skip("the answer has several parts")
    learnt_by_heart = [(repr(task.numbers), right)]
    answers = {
        "all-zeros": tampered(task, np.zeros_like),
        "all-nan": tampered(task, lambda value: np.full_like(value, np.nan)),
        "always-the-same": as_answer(task, lambda case: np.ones(right.shape) * 0.123),
        "example-only": as_answer(
            task, lambda case: right if repr(case) == learnt_by_heart[0][0] else [[0.123]]
        ),
    }
    for misconception, answer in answers.items():
        assert task.check(answer).misconception == misconception


@pytest.mark.parametrize("id", CODE)
def test_the_input_returned_unchanged_does_not_pass(id):
    for task in tasks(id)[:2]:
        first = next(iter(task.numbers))
        assert not task.check(as_answer(task, lambda case, first=first: case[first])).passed


@pytest.mark.parametrize("id", CODE)
def test_pooling_labs_own_function_is_recognised_and_does_not_pass(id):
    verdict = exercises.check(id, exercises.get(id).solution)
    assert (verdict.status, verdict.misconception) == ("wrong", "library-used")


# --- what is said -------------------------------------------------------------------------


@pytest.mark.parametrize("id", ALL)
def test_messages_are_short_calm_and_the_same_every_time(id):
    task = tasks(id)[0]
    two = [mistaken(task, wrong) for wrong in pairs(task.exercise)[:5]]
    for answer in [*wrong_answers(task), *two]:
        verdict = task.check(answer)
        if verdict.passed:
            continue  # two mistakes may cancel out
        assert 2 <= len(verdict.message.splitlines()) <= 7, verdict
        again = task.check(answer)
        assert (repr(again), again._repr_html_()) == (repr(verdict), verdict._repr_html_())
        assert "0x" not in repr(verdict)


@pytest.mark.parametrize("id", ANSWERS)
def test_no_message_tells_the_answer(id):
    task = exercises.show(id)
    right = inline(task.exercise.outcome(task.numbers))
    if right is None:
        pytest.skip("a grid is never written into a sentence")
    for wrong in singles(task.exercise):
        verdict = task.check(mistaken(task, wrong))
        assert not re.search(rf"(?<![\w.]){re.escape(right)}(?![\w.])", verdict.message), verdict


@pytest.mark.parametrize("id", ALL)
def test_hints_come_one_after_the_other_and_the_last_stays(id):
    hints = exercises.get(id).hints
    given = [exercises.hint(id).lines[0] for _ in range(len(hints) + 1)]
    assert given == [*hints, hints[-1]]


@pytest.mark.parametrize("id", ALL)
def test_a_task_can_be_read_as_text_and_as_html(id):
    task = exercises.show(id)
    assert task.exercise.title in repr(task) and task.exercise.title in task._repr_html_()
    assert "{" not in repr(task).replace(task.exercise.stub, "")
    assert "object at" not in repr(task)


# --- personal numbers ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("id", ALL)
def test_two_of_300_students_share_an_answer_with_at_most_2_percent(id):
    tasks = [exercises.personal(id, f"u{number:04}", "dl-2026") for number in range(300)]
    answers = [task.exercise.outcome(task.numbers) for task in tasks]
    if exercises.get(id).fits is None:
        shown = [repr(answer) for answer in answers]
        shared = sum(a == b for a, b in itertools.combinations(shown, 2))
    else:  # many answers are right: how often is a neighbour's one of them?
        two = itertools.combinations(range(300), 2)
        shared = sum(tasks[b].exercise.explains(answers[a], tasks[b].numbers) for a, b in two)
    assert shared <= 0.02 * 300 * 299 / 2, shared / (300 * 299 / 2)


@pytest.mark.parametrize("id", ANSWERS)
def test_a_neighbours_answer_is_wrong(id):
    everyone = [exercises.personal(id, student) for student in STUDENTS]
    for mine, theirs in itertools.permutations(everyone, 2):
        answer = theirs.exercise.solution(**theirs.numbers)
        if not mine.exercise.explains(exercise_module.plain(answer), mine.numbers):
            assert mine.check(answer).status == "wrong"


def test_course_secret_and_exercise_change_the_numbers_and_spelling_does_not():
    numbers = exercises.personal("output-size", "s1", course="a").numbers
    assert exercises.personal("output-size", " S1 ", course="a").numbers == numbers
    for course, secret in (("b", None), ("a", "x"), ("", "a")):
        other = exercises.personal("output-size", "s1", course=course, secret=secret)
        assert other.numbers != numbers


def test_hidden_cases_depend_on_the_secret_alone():
    task = exercises.show("max-pool2d")
    one, same, other = (repr(task.cases(secret)) for secret in ("a", "a", "b"))
    assert one == same != other
    assert len(task.cases("a")) > len(task.cases())


def test_an_unknown_exercise_is_named_with_its_neighbours():
    with pytest.raises(ValueError, match="no exercise 'output_size'; did you mean output-size"):
        exercises.check("output_size", 3)
    with pytest.raises(ValueError, match="student must be an id"):
        exercises.personal("output-size", student="  ")


def test_an_exercise_cannot_be_added_twice():
    with pytest.raises(ValueError, match="already"):
        exercise_module.add(exercises.get("output-size"))


def test_the_task_class_is_what_show_returns():
    assert isinstance(exercises.show("output-size"), Task)


def test_every_usual_text_is_said_somewhere():
    said = {text for id in ALL for text in exercises.get(id).misconceptions.values()}
    said |= {slip.text for id in ALL for slip in exercises.get(id).slips.values()}
    of_edits = {"power-ignored"}  # said of what was measured
    assert {one for one, text in misconceptions.TEXTS.items() if text not in said} <= of_edits


def test_what_is_measured_has_one_meaning():
    assert not {*misconceptions.MEASURED} & {*misconceptions.TEXTS}
    assert all(25 < len(text) < 90 for text in misconceptions.MEASURED.values())
