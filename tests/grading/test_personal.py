"""One's own numbers count, whoever's name is typed and whatever is replaced in the notebook."""

import nbformat
import pytest
from batches import Batch, cell_of

from pooling_lab import exercises

ASSIGNMENT = "1-output-sizes"
QUESTIONS = ("output-size", "dropped-cells", "chain-sizes", "choose-window")
OWN, NONE = dict.fromkeys(QUESTIONS, 4), dict.fromkeys(QUESTIONS, 0)
NAMES = dict(zip(QUESTIONS, ("rows_columns", "pixels", "sizes", "window"), strict=True))


def answers_of(student):
    """Return what is right for a student, typed in as numbers."""
    tasks = {id: exercises.personal(id, student, "pooling-2026") for id in QUESTIONS}
    return {
        f"answer-{id}": f"{NAMES[id]} = {task.exercise.solution(**task.numbers)}"
        for id, task in tasks.items()
    }


def before_the_sheet(source):
    def change(notebook):
        place = notebook.cells.index(cell_of(notebook, "sheet"))
        notebook.cells.insert(place, nbformat.v4.new_code_cell(source))

    return change


SOMEBODY_ELSE = """
import os

from pooling_lab import assignments, exercises

os.environ["POOLING_LAB_STUDENT"] = "ada"
assignments._whose = lambda typed: "ada"
assignments.personal = lambda id, *_, **__: exercises.personal(id, "ada", "pooling-2026")
"""
ALL_IS_RIGHT = """
from pooling_lab import exercises
from pooling_lab.exercises import checking

right = exercises.Verdict("output-size", "passed", "That is the answer.")
checking.Task.check = exercises.check = lambda *_, **__: right
"""
OTHER_COURSE = """
from pooling_lab import assignments

class Sheet(assignments.Sheet):
    def __init__(self, student, course, numbers=1):
        super().__init__(student, course="pooling-1999")

assignments.Sheet = Sheet
"""
NOTHING = ""

KINDS = {
    "ada": ("ada", None, NOTHING, OWN),
    "BEN": ("ben", None, NOTHING, OWN),
    "typed-another-id": ("typed-another-id", "ada", NOTHING, OWN),
    "neighbour": ("ada", None, NOTHING, NONE),
    "neighbour-and-id": ("ada", "ada", NOTHING, NONE),
    "neighbour-and-helper": ("ada", "ada", SOMEBODY_ELSE, NONE),
    "neighbour-and-verdict": ("ada", None, ALL_IS_RIGHT, NONE),
    "own-and-helper": ("own-and-helper", None, SOMEBODY_ELSE, OWN),
    "own-and-verdict": ("own-and-verdict", None, ALL_IS_RIGHT, OWN),
    "own-and-course": ("own-and-course", None, OTHER_COURSE, OWN),
}


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    batch = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    for student, (whose, typed, replaced, _) in KINDS.items():
        answers = {"who": f"student = {typed!r}", **answers_of(whose)}
        batch.hand_in(student, answers, before_the_sheet(replaced))
    return batch.grade()[0]


@pytest.mark.parametrize("student", KINDS)
def test_only_ones_own_answers_count(points, student):
    given = {name.removeprefix("test-"): n for name, n in points[student].items()}
    assert given.pop("words-halves") == 0  # nothing was written
    assert given == KINDS[student][3]


def test_the_neighbours_numbers_are_others():
    mine, neighbours = answers_of("neighbour"), answers_of("ada")
    assert not set(mine.values()) & set(neighbours.values())
