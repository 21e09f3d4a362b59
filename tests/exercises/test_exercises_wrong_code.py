"""Wrong functions as students type them: none passes, and the usual mistakes are named."""

import pytest
from discriminating_cases import rejects
from wrong_functions import WRONG

from pooling_lab import exercises
from pooling_lab.exercises.cases import cases

CASES = [(id, *row) for id, rows in WRONG.items() for row in rows]


@pytest.mark.parametrize(
    "id, function, named",
    [(i, f, n) for i, _, f, n in CASES],
    ids=[f"{c[0]}: {c[1]}" for c in CASES],
)
def test_what_students_type_is_rejected_and_the_usual_is_named(id, function, named):
    verdict = exercises.check(id, function)
    assert verdict.status in ("wrong", "error"), verdict
    if named is not None:
        assert verdict.explained and verdict.misconception == named, verdict


@pytest.mark.parametrize(
    "id, function", [(i, f) for i, _, f, _ in CASES], ids=[f"{c[0]}: {c[1]}" for c in CASES]
)
def test_the_stored_cases_reject_it_whatever_numbers_a_student_has(id, function):
    assert any(rejects(exercises.get(id), case, function) for case in cases(id))


@pytest.mark.parametrize("id", [id for id in exercises.ids() if exercises.get(id).kind == "code"])
def test_every_coded_exercise_has_such_wrong_functions(id):
    assert len(WRONG.get(id, [])) >= 3, "add wrong functions to tests/exercises/wrong_functions.py"
