"""A configuration that is broken gives nobody points, and says so."""

import pytest
from batches import Batch

from pooling_lab.grading import gradebook, release

pytestmark = pytest.mark.slow

ASSIGNMENT = "1-output-sizes"
CONFIGURATION = "nbgrader_config.py"


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    made = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    made.hand_in("ada", made.right)
    return made


def graded_with(batch, configuration):
    """Grade with another configuration; return the course's rows, and what nbgrader said."""
    path = batch.course / CONFIGURATION
    before = path.read_text()
    path.write_text(configuration(before))
    try:
        said = release.nbgrader(batch.course, "autograde", ASSIGNMENT, "--force", check=False)
    finally:
        path.write_text(before)
    return gradebook.read(batch.course), said


# nbgrader goes on with settings of its own after these, and everybody would have all points.
BROKEN = {
    "a name that does not exist": lambda text: f"{text}\nc.Execute.timeout = thirty\n",
    "a line that is no Python": lambda text: f"{text}\nc.Execute.timeout = (\n",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=[*BROKEN])
def test_what_nbgrader_reads_no_further_gives_nobody_points(batch, broken):
    rows, said = graded_with(batch, broken)
    assert "Exception while loading config file" in said
    assert {(row.points, row.status) for row in rows} == {(None, "not graded")}
    assert {row.reason for row in rows} == {
        "it was graded without this course's nbgrader_config.py: "
        "nbgrader autograde 1-output-sizes --student=ada --force"
    }


def test_a_value_of_the_wrong_kind_stops_grading(batch):
    rows, said = graded_with(batch, lambda text: f"{text}\nc.Execute.timeout = 'a while'\n")
    assert "The 'timeout' trait of a RunOn instance expected an int" in said
    assert {(row.points, row.status) for row in rows} == {(None, "not graded")}


def test_a_course_package_that_cannot_be_imported_stops_nbgrader(batch):
    _, said = graded_with(
        batch, lambda text: text.replace("pooling_lab.grading.collect", "pooling_lab.no_such")
    )
    assert "nbgrader_config.py cannot be read" in said
    assert "Autograding" not in said


def test_the_same_with_the_configuration_mended_is_graded(batch):
    rows, said = graded_with(batch, lambda text: text)
    assert {row.points for row in rows if row.question.startswith("test-")} == {4.0}, said
