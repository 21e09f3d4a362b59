"""What a student was given never changes, and tells mistakes apart all the same."""

import dataclasses
import functools
import json

import numpy as np
import pytest
from discriminating_cases import mixed_up
from pin_numbers import PINNED, STUDENTS, digest, given, personal, pinned

from pooling_lab import exercises
from pooling_lab.exercises import exercise as exercise_module
from pooling_lab.exercises.cases import STORED, cases, decoded, encoded
from pooling_lab.exercises.exercise import VERSIONS
from pooling_lab.exercises.seeded_random import Stream

ALL = exercises.ids()
CODE = [one for one in ALL if exercises.get(one).kind == "code"]
ANSWERS = [one for one in ALL if exercises.get(one).kind == "answer"]
KEPT = json.loads(PINNED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("id", ALL)
def test_60_students_keep_their_numbers_in_every_version(id, version):
    assert pinned(id, version) == KEPT[id]["versions"][str(version)]


@pytest.mark.parametrize("id", ALL)
def test_stored_cases_are_only_ever_appended_to(id):
    stored = [digest([case]) for case in cases(id)]
    assert stored == KEPT[id]["stored"], "append with add_cases.py, then run pin_numbers.py"


def test_the_pin_notices_one_number_of_one_student():
    numbers = given("output-size", 1, STUDENTS[59])
    changed = [{**numbers[0], "padding": numbers[0]["padding"] + 1}]
    assert digest(numbers) != digest(changed)


@pytest.fixture
def with_a_new_misconception(monkeypatch):
    """Let every exercise have one misconception more, whose answer is the right one."""

    def mistaken(exercise, wrong, **case):
        return exercise.mistaken({one for one in wrong if one != "made-up"}, **case)

    for id, one in exercise_module._all.items():
        more = dataclasses.replace(
            one,
            misconceptions={"made-up": "A text.", **one.misconceptions},
            mistaken=one.mistaken and functools.partial(mistaken, one),
        )
        monkeypatch.setitem(exercise_module._all, id, more)
    exercises.personal.cache_clear()
    yield
    exercises.personal.cache_clear()


@pytest.mark.parametrize("id", ALL)
def test_a_new_misconception_changes_no_numbers_and_no_cases(id, with_a_new_misconception):
    assert "made-up" in exercises.get(id).misconceptions
    for version in VERSIONS:
        assert pinned(id, version) == KEPT[id]["versions"][str(version)]
    shown = exercises.personal(id, STUDENTS[0]).exercise
    assert "made-up" in shown.misconceptions
    assert [digest([case]) for case in cases(id)] == KEPT[id]["stored"]


# --- what the numbers tell apart ----------------------------------------------------------


@pytest.mark.parametrize("id", ANSWERS)
def test_of_the_mistakes_of_60_students_at_most_one_and_a_half_percent_are_right_by_chance(id):
    exercise = exercises.get(id)
    given_to = [personal(id, version, one).numbers for version in VERSIONS for one in STUDENTS]
    right = sum(
        exercise.explains(exercise.outcome(case, {one}), case)
        for case in given_to
        for one in exercise.misconceptions
    )
    assert right <= 0.015 * len(given_to) * len(exercise.misconceptions)


@pytest.mark.parametrize("id", ALL)
def test_the_stored_cases_tell_every_two_answers_apart(id):
    assert not mixed_up(exercises.get(id), cases(id))


# --- versions ------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [0, 2, -1, None, "1", 1.5])
def test_a_version_that_is_not_there_is_an_error_of_its_own(numbers):
    with pytest.raises(exercises.UnknownNumbers, match=f"numbers={numbers!r}: .* version 1 of"):
        exercises.personal("output-size", "s1", numbers=numbers)


def test_a_second_version_is_an_entry_and_a_number(monkeypatch):
    first = exercises.personal("output-size", "s1").numbers
    another = exercises.personal("chain-sizes", "s1").numbers
    monkeypatch.setattr(exercise_module, "VERSIONS", (1, 2))
    one = exercises.get("output-size")
    draws = {**one.draws, 2: lambda stream: {**one.draws[1](stream), "height": 50}}
    monkeypatch.setitem(exercise_module._all, one.id, dataclasses.replace(one, draws=draws))
    exercises.personal.cache_clear()
    assert exercises.personal(one.id, "s1").numbers == first
    assert exercises.personal(one.id, "s1", numbers=2).numbers == {**first, "height": 50}
    assert exercises.personal("chain-sizes", "s1", numbers=2).numbers == another  # has no second
    exercises.personal.cache_clear()


@pytest.mark.parametrize("id", ALL)
def test_every_drawing_belongs_to_a_version(id):
    assert {1} <= {*exercises.get(id).draws} <= {*VERSIONS}


# --- how cases are stored ---------------------------------------------------------------------


@pytest.mark.parametrize("id", ALL)
def test_a_case_survives_being_stored(id):
    for case in [*cases(id), exercises.get(id).draw(Stream("anything", id))]:
        again = decoded(json.loads(json.dumps(encoded(case))))
        assert repr(again) == repr(case)
        for name, value in case.items():
            assert np.array_equal(again[name], value) and type(again[name]) is type(value)
            assert getattr(again[name], "dtype", None) == getattr(value, "dtype", None)


def test_every_exercise_has_stored_cases_and_nothing_else_has():
    assert {*json.loads(STORED.read_text(encoding="utf-8"))} == {*ALL}
