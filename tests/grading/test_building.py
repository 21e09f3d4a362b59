"""What must not be handed out is refused, each fault by its own message."""

import subprocess
import sys
import zipfile

import nbformat
import pytest
from batches import HERE, cell_of

from pooling_lab.grading import building

ASSIGNMENT = "1-output-sizes"


@pytest.fixture
def course(tmp_path):
    course = building.new_course(HERE, tmp_path / "course")
    for source in building.sources(course):
        if source.parent.name != ASSIGNMENT:
            source.unlink()
    return course


def changed(course, change):
    (source,) = building.sources(course)
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
    course = building.new_course(HERE, tmp_path / "course")
    ran = subprocess.run(
        [sys.executable, "-m", "pooling_lab.grading.building", str(course)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("\n") == len(building.sources(course)) == 4
    for source in building.sources(course):
        with zipfile.ZipFile(course / "zips" / f"{source.parent.name}.zip") as archive:
            assert archive.namelist() == [f"{source.parent.name}/{source.name}"]


def test_an_own_answer_that_does_not_pass(course):
    source = changed(course, replace("answer-dropped-cells", "sorted(", "list(range(99)) or ("))
    with pytest.raises(building.Unfit, match="own answer does not pass test-dropped-cells"):
        building.prove(course, source)


def test_a_test_that_the_untouched_notebook_passes(course):
    def nothing_to_do(notebook):
        cell_of(notebook, "test-chain-sizes").source = "pass"

    source = changed(course, nothing_to_do)
    with pytest.raises(building.Unfit, match="test-chain-sizes is passed by the notebook as it is"):
        building.prove(course, source)


def test_a_hidden_line_that_would_be_shown(course):
    def shown_elsewhere(notebook):
        notebook.cells[0].source += "\n\n`last = numbers['size'] - numbers['kernel_size']`"
        cell_of(notebook, "answer-dropped-cells").source = (
            "pixels = None\n### BEGIN SOLUTION\n"
            "last = numbers['size'] - numbers['kernel_size']\n### END SOLUTION"
        )

    source = changed(course, shown_elsewhere)
    with pytest.raises(building.Unfit, match="the release shows `last = numbers"):
        building.require_nothing_leaks(source, building.release(course, source))


def test_points_that_the_heading_does_not_state(course):
    def dearer(notebook):
        cell_of(notebook, "test-chain-sizes").metadata.nbgrader.points = 5

    with pytest.raises(building.Unfit, match="21 points"):
        building.require_stated_points(changed(course, dearer))


def test_an_assignment_that_nbgrader_refuses(course):
    def unmarked(notebook):
        del cell_of(notebook, "answer-dropped-cells").metadata["nbgrader"]

    source = changed(course, unmarked)
    with pytest.raises(building.Unfit, match="non-solution cell"):
        building.release(course, source)
