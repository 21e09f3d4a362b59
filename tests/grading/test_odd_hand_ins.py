"""One batch with every kind of odd hand-in: none stops another, and each gets its due."""

from html.parser import HTMLParser

import nbformat
import odd_hand_ins
import pytest
from batches import Batch, cell_of
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from odd_hand_ins import ASSIGNMENT, KINDS

from pooling_lab.assignments import ANSWER, VERDICT
from pooling_lab.grading import gradebook, release

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    batch = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    other = release.release(
        batch.course, next(one for one in release.sources(batch.course) if "1-" in str(one))
    )
    for student, (differs, change, spoil, _, _) in KINDS.items():
        differs = differs(student) if callable(differs) else differs
        answers = {k: v for k, v in batch.right.items() if k != "words-padding"} | differs
        if change == "pasted":
            change = odd_hand_ins.pasted_untouched(lambda: nbformat.read(batch.released, 4))
        if spoil == "another":
            spoil = lambda data: other.read_bytes()  # noqa: E731
        batch.hand_in(student, answers, change, spoil or (lambda data: data))
    _, said = batch.grade()
    return batch, gradebook.read(batch.course), said


def of(rows, student):
    return [row for row in rows if row.student == student and row.assignment == ASSIGNMENT]


@pytest.mark.parametrize("student", KINDS)
def test_points_are_those_of_the_table(graded, student):
    _, rows, _ = graded
    found = of(rows, student)
    given = {row.question.removeprefix("test-"): row.points for row in found}
    assert given == KINDS[student][3], [(one.question, one.reason) for one in found]


@pytest.mark.parametrize("student", [one for one in KINDS if KINDS[one][4]])
def test_what_was_mended_or_wrong_is_told(graded, student):
    _, rows, _ = graded
    for row in of(rows, student):
        assert KINDS[student][4] in " | ".join((row.reason, *row.notes))


def test_nothing_is_told_of_what_everybody_hands_in(graded):
    _, rows, _ = graded
    told = {note for row in of(rows, "zz-last-of-these") for note in row.notes}
    assert {note for note in told if "without a sandbox" not in note} == set()


LIBRARIES = {
    "torch-module": "torch.nn.MaxPool2d",
    "torch-function": "torch.tensor",  # the first thing of torch that it uses
    "torch-aten": "torch.tensor",
    "scipy": "scipy.ndimage.maximum_filter",
    "library": "pooling_lab.pooling.max_pool2d",
}


@pytest.mark.parametrize("student", LIBRARIES)
def test_a_forbidden_library_is_named(graded, student):
    batch, rows, _ = graded
    (row,) = [one for one in of(rows, student) if one.question == "test-max-pool2d-other"]
    assert row.misconceptions == ("library-used",)
    told = str(cell_of(batch.graded(student), row.question).outputs)
    assert f"`{LIBRARIES[student]}`, which this task does not allow" in told


@pytest.mark.parametrize("student", ["made-by-a-call", "hands-in-itself", "always-right"])
def test_who_waits_is_told_why(graded, student):
    _, rows, _ = graded
    waits = [row for row in of(rows, student) if row.points is None]
    assert waits
    for row in waits:
        assert row.status == "waits for a person"
        assert "and not where the grading calls it" in row.reason


ANSWERS_ELSEWHERE = {
    "below-its-test": "at the test, but another cell has one",
    "above-its-cell": "at the test, but another cell has one",
    "another-name": "is pool beside it the answer?",
    "in-quotes": "it is a text, and the numbers in it are right",
}


@pytest.mark.parametrize(("student", "reason"), ANSWERS_ELSEWHERE.items())
def test_an_answer_that_a_person_can_find_waits_for_one(graded, student, reason):
    _, rows, _ = graded
    waiting = [one for one in of(rows, student) if one.points is None]
    assert waiting
    assert all(reason in one.reason for one in waiting)


def test_who_empties_the_environment_is_not_said_to_replace_anything(graded):
    _, rows, _ = graded
    assert {note for row in of(rows, "no-environment") for note in row.notes} == set()


class Live(HTMLParser):
    """Collects what would run or be fetched in a browser."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "iframe", "object", "embed", "style", "link", "form", "svg"):
            self.found.append(tag)
        for name, value in attrs:
            leads = (value or "").strip().lower()
            if name.startswith("on") or leads.startswith(("javascript", "data:text")):
                self.found.append((tag, name, value))


def live(html):
    parser = Live()
    parser.feed(html)
    return parser.found


def test_a_page_with_something_live_in_it_is_recognised():
    assert live(markdown2html_mistune(odd_hand_ins.IMG))


def test_nothing_live_is_left_in_a_graded_notebook(graded):
    batch, _, _ = graded
    paths = [*(batch.course / "autograded").rglob("*.ipynb")]
    assert len(paths) > 50
    for path in paths:
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                assert not live(markdown2html_mistune(cell.source)), path
            for one in cell.get("outputs", ()):
                data = one.get("data", {})
                assert not live(data.get("text/html", "")), path
                assert {*data} <= {"text/plain", "text/html", "image/png", ANSWER, VERDICT}


def test_output_without_end_is_bounded(graded):
    batch, _, _ = graded
    graded_file = batch.course / f"autograded/prints-for-ever/{ASSIGNMENT}/implement_pooling.ipynb"
    assert graded_file.stat().st_size < 2_000_000


def test_feedback_comes_for_everybody_who_was_graded(graded):
    batch, rows, _ = graded
    release.nbgrader(batch.course, "generate_feedback", ASSIGNMENT)
    graded_students = {
        one.parent.parent.name for one in (batch.course / "autograded").rglob("*.ipynb")
    }
    pages = {one.parent.parent.name for one in (batch.course / "feedback").rglob("*.html")}
    assert pages == graded_students == {row.student for row in rows if row.status != "not graded"}
