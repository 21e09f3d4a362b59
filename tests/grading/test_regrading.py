"""What changes between handing out, grading and grading again, and what that does to points."""

import nbformat
import pytest
from batches import Batch, cell_of
from nbgrader.api import Gradebook

from pooling_lab.grading import gradebook, release, report, submitting

pytestmark = pytest.mark.slow

ASSIGNMENT, NOTEBOOK, WORDS = "1-output-sizes", "output_sizes", "words-halves"
QUESTIONS = ("output-size", "dropped-cells", "chain-sizes", "choose-window")


def points(course, student):
    rows = [one for one in gradebook.read(course) if one.student == student]
    return {one.question.removeprefix("test-"): one.points for one in rows}


def grade_by_hand(course, student, question, score):
    with Gradebook(f"sqlite:///{course / gradebook.DATABASE}") as book:
        grade = book.find_grade(question, NOTEBOOK, ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = score, False
        book.db.commit()


def test_a_text_is_read_again_only_if_it_has_changed(tmp_path):
    batch = Batch(tmp_path / "course", ASSIGNMENT)
    for student in ("same", "changed"):
        batch.hand_in(student, batch.right)
    batch.grade()
    for student in ("same", "changed"):
        grade_by_hand(batch.course, student, WORDS, 3)
    batch.hand_in("changed", batch.right | {WORDS: "Something else is written here now."})
    release.nbgrader(batch.course, "autograde", ASSIGNMENT, "--force")
    full = dict.fromkeys(QUESTIONS, 4.0)
    assert points(batch.course, "same") == full | {WORDS: 3.0}
    assert points(batch.course, "changed") == full | {WORDS: None}


def test_a_question_that_is_taken_out_after_handing_out_leaves_the_others(tmp_path):
    batch = Batch(tmp_path / "course", ASSIGNMENT)
    handed_out = nbformat.read(batch.released, 4)
    source = nbformat.read(batch.source, 4)
    source.cells = [cell for cell in source.cells if "chain-sizes" not in cell.id]
    nbformat.write(source, batch.source)
    release.release(batch.course, batch.source)
    notebook = submitting.filled(handed_out, batch.right)
    submitting.hand_in(notebook, batch.course, "ada", batch.released)
    batch.grade()
    found = points(batch.course, "ada")
    assert {one: found[one] for one in QUESTIONS if one != "chain-sizes"} == {
        one: 4.0 for one in QUESTIONS if one != "chain-sizes"
    }
    assert "chain-sizes" not in found
    told = [note for _, _, note in report.notes(gradebook.read(batch.course))]
    assert "it has graded cells that this assignment does not have: test-chain-sizes" in told


def test_numbers_of_a_version_that_is_not_here_are_not_graded_and_never_wrong(tmp_path):
    batch = Batch(tmp_path / "course", ASSIGNMENT)
    source = nbformat.read(batch.source, 4)
    sheet = cell_of(source, "sheet")
    assert "numbers=1" in sheet.source
    sheet.source = sheet.source.replace("numbers=1", "numbers=99")
    nbformat.write(source, batch.source)
    release.release(batch.course, batch.source)
    batch.hand_in("ada", batch.right | {"answer-output-size": "rows_columns = (1, 2)"})
    batch.grade()
    rows = gradebook.read(batch.course)
    assert {row.points for row in rows} == {None}
    assert {row.status for row in rows} == {"not graded"}
    assert {row.reason.startswith("not graded, because the numbers differ") for row in rows} == {
        True
    }
