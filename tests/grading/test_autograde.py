"""Grading with several processes: into one gradebook, each submission once, nobody stopped."""

from __future__ import annotations

import os

import pytest
from batches import Batch

from pooling_lab.grading import autograde, release

ASSIGNMENT = "1-output-sizes"
FULL = {"test-output-size", "test-dropped-cells", "test-chain-sizes", "test-choose-window"}


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """Nine submissions, of which one is broken, and one is no notebook."""
    made = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    for number in range(6):
        made.hand_in(f"s{number}", made.right)
    made.hand_in("broken", made.right, spoil=lambda data: data[:3000])
    made.hand_in("a.b-1", made.right)
    misnamed = made.hand_in("misnamed", made.right)
    misnamed.rename(misnamed.with_name("my homework.txt"))
    return made


def graded(batch, *arguments):
    """Run the command in the course's folder; return its exit code."""
    here = os.getcwd()
    os.chdir(batch.course)
    try:
        return autograde.main([ASSIGNMENT, *arguments])
    finally:
        os.chdir(here)


def test_three_processes_grade_everybody_into_one_gradebook(batch, capsys):
    assert graded(batch, "--processes", "3") == 1  # one could not be
    said = capsys.readouterr().out
    assert "broken: not graded (pooling_lab.grading.clean.Unreadable: corrupt file" in said
    assert "7 graded, 0 graded before, 1 not graded" in said
    given = release.points(batch.course, ASSIGNMENT)
    right = [f"s{number}" for number in range(6)] + ["a.b-1"]
    for student in right:
        assert {one: given[student][one] for one in FULL} == dict.fromkeys(FULL, 4)
    names = {path.parent.parent.name for path in batch.course.glob("autograded/*/*/*.ipynb")}
    assert names == {*right}


def test_what_is_graded_is_graded_again_only_by_force(batch, capsys):
    assert graded(batch, "--student", "s1") == 0
    assert "0 graded, 1 graded before" in capsys.readouterr().out
    assert graded(batch, "--student", "s1", "--force") == 0
    assert "s1: graded\n1 graded, 0 graded before" in capsys.readouterr().out


def test_a_process_that_ends_costs_one_submission(batch, capsys, monkeypatch):
    monkeypatch.setattr(autograde, "_serve", _ends_at_s2)
    assert graded(batch, "--force", "--processes", "2", "--student", "s*") == 1
    said = capsys.readouterr().out
    assert f"s2: not graded ({autograde.ENDED})" in said
    assert "5 graded, 0 graded before, 1 not graded" in said


def _ends_at_s2(connection, assignment, options):
    """Take the place of a process that the system ends, when it comes to one submission."""
    app = autograde._nbgrader(assignment, options)
    while True:
        try:
            student = connection.recv()
        except EOFError:
            return
        if student == "s2":
            os._exit(9)
        connection.send(autograde._graded(app, student))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["5-nothing"], "No notebooks were matched"),
        (["1-output-sizes", "--processes", "0"], "--processes must be at least 1; got 0"),
    ],
)
def test_what_cannot_be_graded_is_said(batch, capsys, arguments, said):
    here = os.getcwd()
    os.chdir(batch.course)
    try:
        try:
            code = autograde.main(arguments)
        except SystemExit as stopped:
            code = stopped.code
    finally:
        os.chdir(here)
    assert code != 0
    assert said in capsys.readouterr().err
