"""What must not be handed out is refused, each fault by its own message."""

import subprocess
import sys
import zipfile

import nbformat
import pytest
from batches import HERE, cell_of

from pooling_lab.grading import release

ASSIGNMENT = "1-output-sizes"


@pytest.fixture
def course(tmp_path):
    course = release.new_course(HERE, tmp_path / "course")
    for source in release.sources(course):
        if source.parent.name != ASSIGNMENT:
            source.unlink()
    return course


def changed(course, change):
    (source,) = release.sources(course)
    notebook = nbformat.read(source, 4)
    change(notebook)
    nbformat.write(notebook, source)
    return source


def replace(name, old, new):
    def change(notebook):
        cell = cell_of(notebook, name)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def test_every_assignment_is_built_and_zipped(tmp_path):
    course = release.new_course(HERE, tmp_path / "course")
    ran = subprocess.run(
        [sys.executable, "-m", "pooling_lab.grading.release", str(course)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("points, ") == len(release.sources(course)) > 0
    for source in release.sources(course):
        with zipfile.ZipFile(course / "zips" / f"{source.parent.name}.zip") as archive:
            assert archive.namelist() == [f"{source.parent.name}/{source.name}"]


def test_an_own_assignment_made_of_three_exercises_is_built_and_graded(course):
    """The recipe of CONTRIBUTING, followed: a copy, other ids, other points, the sum in words."""
    (source,) = release.sources(course)
    notebook = nbformat.read(source, 4)
    taken_out = ("chain-sizes", "choose-window")
    notebook.cells = [
        cell for cell in notebook.cells if not any(one in cell.get("id", "") for one in taken_out)
    ]
    for cell in notebook.cells:  # one exercise in the place of another
        cell.source = cell.source.replace('"dropped-cells"', '"head-weights"')
    cell_of(notebook, "answer-dropped-cells").source = (
        "### BEGIN SOLUTION\n"
        'task = sheet.task("head-weights")\n'
        "pixels = task.exercise.solution(**task.numbers)\n### END SOLUTION"
    )
    notebook.cells[0].source = notebook.cells[0].source.replace("**Points:** 20", "**Points:** 12")
    own = course / "source" / "5-my-own" / "my_own.ipynb"
    own.parent.mkdir()
    nbformat.write(notebook, own)
    source.unlink()
    assert [built.points for built in release.build(course)] == [12]


def test_the_instructors_course_is_left_alone_by_a_proof(course, tmp_path, monkeypatch):
    """README's line for a hub names the real course in a configuration that is copied."""
    real = tmp_path / "real"
    real.mkdir()
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + f"\nc.CourseDirectory.root = {str(real)!r}\n")
    release.prove(course, *release.sources(course))
    assert [*real.iterdir()] == []


def test_an_own_answer_that_does_not_pass(course):
    source = changed(course, replace("answer-dropped-cells", "sorted(", "list(range(99)) or ("))
    with pytest.raises(release.Unfit, match="own answer does not pass test-dropped-cells"):
        release.prove(course, source)


def test_a_test_that_the_untouched_notebook_passes(course):
    def nothing_to_do(notebook):
        cell_of(notebook, "test-chain-sizes").source = "pass"

    source = changed(course, nothing_to_do)
    with pytest.raises(release.Unfit, match="test-chain-sizes is passed by the notebook as it is"):
        release.prove(course, source)


def test_a_hidden_line_that_would_be_shown(course):
    def shown_elsewhere(notebook):
        notebook.cells[0].source += "\n\n`last = numbers['size'] - numbers['kernel_size']`"
        cell_of(notebook, "answer-dropped-cells").source = (
            "pixels = None\n### BEGIN SOLUTION\n"
            "last = numbers['size'] - numbers['kernel_size']\n### END SOLUTION"
        )

    source = changed(course, shown_elsewhere)
    with pytest.raises(release.Unfit, match="the release shows `last = numbers"):
        release.require_nothing_leaks(source, release.release(course, source))


def test_points_that_the_heading_does_not_state(course):
    def dearer(notebook):
        cell_of(notebook, "test-chain-sizes").metadata.nbgrader.points = 5

    with pytest.raises(release.Unfit, match="21 points"):
        release.require_stated_points(changed(course, dearer))


def test_an_assignment_that_nbgrader_refuses(course):
    def unmarked(notebook):
        del cell_of(notebook, "answer-dropped-cells").metadata["nbgrader"]

    source = changed(course, unmarked)
    with pytest.raises(release.Unfit, match="non-solution cell"):
        release.release(course, source)
