"""The made-up class is always the same, and what is stored of it is what grading it gives."""

import json

import made_up
import numpy as np
import pytest

from pooling_lab import exercises
from pooling_lab.grading import gradebook

WRONG_CODE = [
    (exercise, misconception, code)
    for exercise, known in made_up.WRONG_CODE.items()
    for misconception, code in known.items()
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder with the assignments released."""
    return made_up.prepare(tmp_path_factory.mktemp("course"))


def handed_in(course, name):
    """Return what the class hands in, under ``submitted`` and then put away under ``name``."""
    made_up.make(course)
    submitted = (course / "submitted").rename(course / name)
    return {
        path.relative_to(submitted).as_posix(): path.read_bytes()
        for path in submitted.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
def test_the_class_hands_in_the_same_every_time(course):
    first, second = (handed_in(course, name) for name in ("first", "second"))
    assert first == second


@pytest.mark.slow
def test_each_mishap_is_to_be_found_among_the_files(course):
    files = handed_in(course, "third")
    assert len({name.split("/")[0] for name in files}) == made_up.SIZE - 1
    assert not [name for name in files if name.startswith("made-up-30/")]
    assert "made-up-11/1-output-sizes/output_sizes (1).ipynb" in files
    with pytest.raises(ValueError):
        json.loads(files["made-up-04/1-output-sizes/output_sizes.ipynb"])
    loop, copied, neighbour = (
        files[f"made-up-{number}/{name}.ipynb"].decode()
        for number, name in (
            ("17", "2-implement-pooling/implement_pooling"),
            ("01", "1-output-sizes/output_sizes"),
            ("02", "1-output-sizes/output_sizes"),
        )
    )
    assert "while i + kernel_size <= len(x): y.append" in loop
    assert copied == neighbour.replace("made-up-02", "made-up-01")


@pytest.mark.parametrize(
    ("exercise", "misconception", "code"), WRONG_CODE, ids=[" ".join(one[:2]) for one in WRONG_CODE]
)
def test_wrong_code_has_the_misconception_it_stands_for(exercise, misconception, code):
    names = {"np": np}
    exec(code, names)
    (function,) = (value for name, value in names.items() if name.startswith("my_"))
    assert exercises.check(exercise, function).misconceptions == (misconception,)


def test_every_student_is_plainly_invented():
    ids = [student.id for student in made_up.CLASS]
    assert len({*ids}) == made_up.SIZE == 30
    assert all(one.startswith("made-up-") for one in ids)
    assert {row.student for row in gradebook.from_csv(made_up.STORED)} == {*ids}


@pytest.mark.slow
def test_grading_the_class_gives_what_is_stored(course):
    """If an assignment or an exercise has changed: python tests/grading/made_up.py."""
    made_up.make(course)
    made_up.grade(course)
    assert gradebook.read(course) == gradebook.from_csv(made_up.STORED)
