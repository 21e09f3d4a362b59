"""A graded course becomes rows, rows become CSV and counts; nothing ungraded looks like a zero."""

import contextlib
import dataclasses
from collections import Counter
from datetime import datetime

import matplotlib
import nbformat
import pytest
from batches import Batch, cell_of
from matplotlib import pyplot as plt
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.api import Gradebook

from pooling_lab import exercises
from pooling_lab.assignments import packed
from pooling_lab.exercises import compare
from pooling_lab.exercises.diagnosis import names
from pooling_lab.grading import gradebook, report
from pooling_lab.grading.gradebook import Row

matplotlib.use("agg")

ASSIGNMENT, COURSE = "1-output-sizes", "pooling-2026"
QUESTIONS = ("output-size", "dropped-cells", "chain-sizes", "choose-window")
WORDS = "words-halves"


def answer(exercise, student, wrong=()):
    """Return what somebody with these misconceptions answers to a student's own task."""
    task = exercises.personal(exercise, student, COURSE)
    return task.exercise.outcome(task.numbers, frozenset(wrong)).tolist()


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A graded batch, in which files are broken and one student is only on the roster."""
    batch = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    ada = {"who": 'student = "Ada"', WORDS: "Even sizes are halved, odd ones are not."}
    batch.hand_in("ada", batch.right | ada)
    once = {
        "answer-output-size": f"rows_columns = {answer('output-size', 'bob', ['padding-once'])}"
    }
    copied = {"answer-chain-sizes": f"sizes = {answer('chain-sizes', 'ada')}"}
    batch.hand_in("bob", once | copied, lose_window)
    batch.hand_in("cy", {}).write_text('{"cells": [')
    batch.hand_in("ida", batch.right | {"who": "student = 's1011'"} | once)
    batch.hand_in("jo", batch.right | {"who": "student = 's1011'"})
    path = batch.hand_in("dee", batch.right)
    path.rename(path.with_name("output_sizes (1).ipynb"))
    batch.hand_in("eve", {}).write_text("")
    path = batch.hand_in("kim", batch.right)
    path.rename(path.with_name(".output_sizes.ipynb.icloud"))
    elsewhere = batch.hand_in("flo", {}).parent
    elsewhere.rename(elsewhere.with_name("1-output-size"))
    (batch.course / "submitted/ada" / ASSIGNMENT / "timestamp.txt").write_text(
        "2026-04-20 21:40 UTC"
    )
    batch.grade()
    with Gradebook(f"sqlite:///{batch.course / gradebook.DATABASE}") as book:
        book.add_student("gus")
    batch.hand_in("hal", batch.right | {"who": 'student = "hal"'})
    return batch.course


def lose_window(notebook):
    """Have a name missing in a test, which a cell before it is to blame for."""
    cell_of(
        notebook, "answer-choose-window"
    ).source = "import poolinglib\n\nwindow = poolinglib.window()"


@pytest.fixture(scope="module")
def rows(course):
    return gradebook.read(course)


def of(rows, student):
    return {row.question.removeprefix("test-"): row for row in rows if row.student == student}


# --- from a course folder -----------------------------------------------------------------------


def test_each_student_has_a_row_for_each_question(rows):
    everybody = ("ada", "bob", "cy", "dee", "eve", "flo", "gus", "hal", "ida", "jo", "kim")
    assert {row.student for row in rows} == {*everybody}
    for student in {row.student for row in rows}:
        assert [*of(rows, student)] == [*QUESTIONS, WORDS]
    assert {row.max_points for row in rows} == {4.0}


def test_right_answers_have_all_points_and_a_text_waits_for_a_person(rows):
    ada = of(rows, "ada")
    assert {ada[one].status for one in QUESTIONS} == {"right"}
    assert {ada[one].points for one in QUESTIONS} == {4.0}
    assert (ada[WORDS].status, ada[WORDS].points) == ("waits for a person", None)


def test_a_wrong_answer_names_its_misconception_and_what_the_test_said(rows):
    row = of(rows, "bob")["output-size"]
    assert (row.status, row.points, row.exercise) == ("wrong", 0.0, "output-size")
    assert row.misconceptions == ("padding-once",)
    assert row.reason.startswith("in the test: Your answer is (")
    assert row.answer == packed(compare.plain(answer("output-size", "bob", ["padding-once"])))


def test_what_was_left_alone_is_not_attempted(rows):
    bob = of(rows, "bob")
    assert {bob[one].status for one in ("dropped-cells", WORDS)} == {"not attempted"}
    assert {bob[one].points for one in ("dropped-cells", WORDS)} == {0.0}


def test_a_missing_name_is_led_back_to_the_cell_that_raised(rows):
    row = of(rows, "bob")["choose-window"]
    assert row.status == "wrong"
    assert row.reason == (
        "in the test: NameError: name 'window' is not defined; "
        "before it: ModuleNotFoundError: No module named 'poolinglib'"
    )


UNGRADED = {
    "half a file": ("cy", "corrupt file: it breaks off or is damaged in line 1: ask for it again"),
    "renamed": (
        "dee",
        "wrong file name: there is output_sizes (1).ipynb; expected is output_sizes.ipynb",
    ),
    "a placeholder": (
        "kim",
        "no notebook was handed in: there is .output_sizes.ipynb.icloud (a placeholder for a file "
        "that is still in a cloud or on another machine); ask for output_sizes.ipynb",
    ),
    "an empty file": ("eve", "corrupt file: it is empty"),
    "the folder renamed": (
        "flo",
        "nothing was handed in; there is a folder 1-output-size, which is no assignment",
    ),
    "only on the roster": ("gus", "nothing was handed in"),
    "another id, and wrong for its own": (
        "ida",
        "the sheet says s1011, the name of the file ida: which is right? "
        "Rename the file, collect and grade again",
    ),
    "came after grading": (
        "hal",
        "grading was not run: nbgrader autograde 1-output-sizes --student=hal says more",
    ),
}


@pytest.mark.parametrize(("student", "reason"), UNGRADED.values(), ids=[*UNGRADED])
def test_what_is_not_graded_has_no_points_and_a_reason(rows, student, reason):
    assert {(row.points, row.status) for row in of(rows, student).values()} == {
        (None, "not graded")
    }
    assert (student, ASSIGNMENT, reason) in report.ungraded(rows)


def test_those_and_no_others_are_ungraded(rows):
    told = report.ungraded(rows)
    assert sorted(one for one, *_ in told) == sorted(one for one, _ in UNGRADED.values())
    assert [one for one, *_ in told[-2:]] == ["flo", "gus"]  # who handed in nothing comes last


def test_the_time_of_a_submission_is_known_where_it_was_stored(rows):
    assert {row.submitted for row in of(rows, "ada").values()} == {"2026-04-20 21:40"}
    assert {row.submitted for row in of(rows, "bob").values()} == {""}
    assert report.times(rows) == [datetime(2026, 4, 20, 21, 40)]


@contextlib.contextmanager
def changed(course, student, name, source):
    """Have a submission changed after it was graded."""
    path = course / "submitted" / student / ASSIGNMENT / "output_sizes.ipynb"
    before = path.read_text()
    notebook = nbformat.read(path, 4)
    cell_of(notebook, name).source = source
    nbformat.write(notebook, path)
    try:
        yield of(gradebook.read(course), student)
    finally:
        path.write_text(before)


def test_a_newer_submission_takes_the_grade_away(course):
    with changed(course, "ada", "answer-output-size", "rows_columns = (1, 2)") as ada:
        assert {row.points for row in ada.values()} == {None}
        assert ada[WORDS].reason.startswith("a newer one was handed in after grading")
        assert ada[WORDS].reason.endswith("--force")


def test_another_id_in_the_sheet_costs_nothing_where_all_is_right(rows):
    assert {of(rows, "jo")[one].points for one in QUESTIONS} == {4.0}


TYPED = {
    "student = 'ada'": "ada",
    "student = 'friend'\nstudent = 's1'": "s1",
    "student = 1234567": "1234567",
    "student = None": "",
    "# your work goes here\npass": "",
    "student = input()": "input()",
}


@pytest.mark.parametrize(("source", "typed"), TYPED.items())
def test_the_id_that_was_typed_last_is_found(source, typed):
    cell = new_code_cell(source, metadata={"nbgrader": {"grade_id": "who"}})
    assert gradebook._typed(new_notebook(cells=[cell])) == typed


def test_points_set_by_hand_on_a_test_are_flagged(course):
    database = f"sqlite:///{course / gradebook.DATABASE}"
    with Gradebook(database) as book:
        grade = book.find_grade("test-output-size", "output_sizes", ASSIGNMENT, "bob")
        grade.manual_score = 4
        book.db.commit()
    try:
        rows = gradebook.read(course)
    finally:
        with Gradebook(database) as book:
            grade = book.find_grade("test-output-size", "output_sizes", ASSIGNMENT, "bob")
            grade.manual_score = None
            book.db.commit()
    told = "test-output-size: points set by hand: 4 in place of 0"
    assert report.notes(rows)[0] == ("bob", ASSIGNMENT, told)


def test_a_note_that_many_have_is_one_line():
    note = ("saved as UTF-16",)
    few, many = ([row(f"s{n}", notes=note) for n in range(count)] for count in (2, 30))
    assert report.notes(few) == [("s0", "a", *note), ("s1", "a", *note)]
    assert report.notes(many) == [("30 students", "a", *note)]


def test_one_student_who_cannot_be_read_is_one_line_and_no_more(course):
    path = course / "autograded/ada" / ASSIGNMENT / "output_sizes.ipynb"
    before = path.read_text()
    path.chmod(0o644)
    path.write_text('{"cells": 5}')
    try:
        rows = gradebook.read(course)
    finally:
        path.write_text(before)
    (told,) = [one for one in report.ungraded(rows) if one[0] == "ada"]
    assert told[2].startswith("the report cannot read this (")
    assert {row.points for row in of(rows, "bob").values()} != {None}


def test_a_question_that_was_not_graded_is_one_row(course):
    """It was put in after grading, or the gradebook has lost it: the others are there."""
    path = course / "autograded/ada" / ASSIGNMENT / "output_sizes.ipynb"
    before = path.read_text()
    path.chmod(0o644)
    path.write_text(before.replace("test-dropped-cells", "test-gone"))
    try:
        ada = of(gradebook.read(course), "ada")
    finally:
        path.write_text(before)
    assert ada["dropped-cells"].points is None
    assert "before this question was there" in ada["dropped-cells"].reason
    assert ada["output-size"].points == 4.0


def test_totals_have_a_line_for_each_student_and_no_points_where_one_is_missing(rows, tmp_path):
    report.totals_to_csv(rows, tmp_path / "totals.csv")
    lines = (tmp_path / "totals.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "student,assignment,points,max_points,why_not"
    assert len(lines) == 1 + len({row.student for row in rows})
    assert f"ada,{ASSIGNMENT},,20,waits for a person" in lines
    assert f"gus,{ASSIGNMENT},,20,nothing was handed in" in lines


def test_a_failed_regrade_leaves_no_old_points(course):
    """Nbgrader keeps the points of before in the gradebook; its notebook is gone."""
    graded = course / "autograded/bob" / ASSIGNMENT
    graded.rename(graded.with_name("away"))
    try:
        bob = of(gradebook.read(course), "bob")
    finally:
        graded.with_name("away").rename(graded)
    assert {row.points for row in bob.values()} == {None}
    assert bob[WORDS].reason.startswith("grading failed: nbgrader autograde")


def test_without_a_gradebook_there_is_nothing_to_read(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"gradebook\.db"):
        gradebook.read(tmp_path)


def test_copied_answers_stand_beside_those_they_are_right_for(rows):
    (pair,) = report.together(rows)
    assert (pair.student, pair.other, pair.exercises) == ("bob", "ada", ("chain-sizes",))
    assert pair.both == ("chain-sizes",)


STOPPED = {
    "the time was up in the test": (
        [("test", "CellTimeoutError", "")],
        "in the test: the cell was still running when its time was up",
    ),
    "an earlier cell ended the kernel": (
        [("own", "DeadKernelError", "It is gone."), ("test", "NameError", "no f")],
        "in the test: NameError: no f; before it: DeadKernelError: It is gone.",
    ),
    "the time was up in an earlier cell": (
        [("own", "CellTimeoutError", ""), ("own", "NameError", "g"), ("test", "NameError", "no f")],
        "in the test: NameError: no f; before it: the cell was still running when its time was up",
    ),
    "the test before failed too": (
        [("test", "NotYet", "wrong"), ("test", "NameError", "no f")],
        "in the test: NameError: no f",
    ),
    "lines, colours and a long text": (
        [("test", "ValueError", "\x1b[31m=1+1\n" + "x" * 500)],
        "in the test: ValueError: [31m=1+1 " + "x" * 178 + "…",
    ),
}


@pytest.mark.parametrize(("errors", "reason"), STOPPED.values(), ids=[*STOPPED])
def test_a_zero_says_what_stopped_the_code(errors, reason):
    cells = [
        new_code_cell(
            metadata={"nbgrader": {"grade": name == "test"}},
            outputs=[new_output("error", ename=ename, evalue=evalue)],
        )
        for name, ename, evalue in errors
    ]
    assert gradebook._reason(cells[-1], new_notebook(cells=cells), "") == reason


# --- CSV ----------------------------------------------------------------------------------------


def test_rows_come_back_from_csv_as_they_were(rows, tmp_path):
    gradebook.to_csv(rows, tmp_path / "class.csv")
    assert gradebook.from_csv(tmp_path / "class.csv") == rows


def test_csv_has_one_header_line_and_empty_cells_for_what_is_not_graded(tmp_path):
    lines = [
        row(points=None, status="not graded", reason="corrupt file: “half”, and\nno more"),
        row(
            points=0.0,
            status="wrong",
            misconceptions=("padding-once", "halved"),
            notes=("saved as UTF-16", "a cell was there several times: the last one counts"),
        ),
    ]
    gradebook.to_csv(lines, tmp_path / "class.csv")
    header, *_ = (tmp_path / "class.csv").read_text("utf-8").split("\n")
    assert header == (
        "student,assignment,question,exercise,points,max_points,status,misconceptions,reason,"
        "course,answer,submitted,numbers,id,notes"
    )
    assert b",test-output-size,output-size,,4,not graded," in (tmp_path / "class.csv").read_bytes()
    assert b",output-size,0,4,wrong,padding-once halved," in (tmp_path / "class.csv").read_bytes()
    assert gradebook.from_csv(tmp_path / "class.csv") == lines


OTHER_FILES = {
    "another table": ("student,score\nada,3\n", "must have the columns student"),
    "an empty file": ("", "must have the columns student"),
    "an unknown status": (
        ",".join(gradebook.COLUMNS) + "\nada,a,q,,,4,excellent,,,,,,1,,\n",
        "status must be one of right",
    ),
}


@pytest.mark.parametrize(("text", "message"), OTHER_FILES.values(), ids=[*OTHER_FILES])
def test_another_csv_is_refused(tmp_path, text, message):
    (tmp_path / "other.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        gradebook.from_csv(tmp_path / "other.csv")


# --- what a kernel may have put out -------------------------------------------------------------

FORGED = {
    "no text": ({"answer": 7}, ""),
    "nothing": ({}, ""),
    "no JSON": ({"answer": "=HYPERLINK()"}, ""),
    "lists in lists in lists": ({"answer": "[" * 4000}, ""),
    "a number that is none": ({"answer": "1" + "0" * 400}, ""),
    "a long list": ({"answer": str([1.0] * 9000)}, ""),
    "a good one": ({"answer": "[1, 2]"}, "[1.0, 2.0]"),
}


@pytest.mark.parametrize(("stored", "expected"), FORGED.values(), ids=[*FORGED])
def test_an_answer_is_kept_only_if_it_is_one(stored, expected):
    assert gradebook._answer(stored) == expected


@pytest.mark.parametrize("named", ["padding-once", ["=1+1"], [["a"]], None, 3], ids=str)
def test_a_misconception_is_kept_only_if_it_looks_like_one(named):
    assert gradebook._misconceptions({"misconceptions": named}) == ()


def test_every_name_of_what_was_measured_has_words_and_others_can_be_read():
    for name in {*names.NAMES.values(), "stride-only-counted", "spread-over-window", "max-for-min"}:
        assert gradebook.meaning(name) != name.replace("-", " "), name
    assert gradebook.meaning("median-for-max") == "median for max"


def test_every_misconception_has_words():
    for one in exercises.ids():
        assert all(map(gradebook.meaning, exercises.get(one).misconceptions))
    assert "no number" not in gradebook.meaning("wrong-shape")
    assert all(map(gradebook.meaning, gradebook._ANY_EXERCISE))
    assert "{" not in "".join(map(gradebook.meaning, gradebook._ANY_EXERCISE))


# --- what the rows say --------------------------------------------------------------------------


def row(student="ada", exercise="output-size", **changes):
    given = {"assignment": "a", "points": 4.0, "max_points": 4.0, "status": "right"} | changes
    return Row(student=student, question=f"test-{exercise}", exercise=exercise, **given)


CLASS = [
    row("ada"),
    row("ada", "dropped-cells", points=1.0, status="partly right"),
    row("bob", points=0.0, status="wrong", misconceptions=("padding-once",)),
    row("bob", "dropped-cells", points=None, status="waits for a person"),
    row("cy", points=None, status="not graded", reason="corrupt file: it is empty"),
    row(
        "cy", "dropped-cells", points=None, status="not graded", reason="corrupt file: it is empty"
    ),
    row("dee", points=0.0, status="wrong", misconceptions=("padding-once", "forgot-plus-one")),
    row("dee", "dropped-cells", points=0.0, status="wrong", misconceptions=("padding-once",)),
]


def test_only_those_graded_completely_have_a_total():
    assert report.totals(CLASS) == {"ada": 5.0, "dee": 0.0}
    assert report.waiting(CLASS) == {4.0: ["bob"]}
    assert report.most(CLASS) == 8.0
    assert report.summary(CLASS) == [("a", 2, 1, 1, "0", "2.5", "5", "8")]


def test_scores_are_a_dash_where_nobody_is_graded_completely():
    assert report.summary(CLASS[2:6]) == [("a", 0, 1, 1, "–", "–", "–", "8")]


def test_the_ungraded_are_in_no_share():
    assert report.shares(CLASS) == {
        "test-output-size": Counter({"wrong": 2, "right": 1}),
        "test-dropped-cells": Counter({"partly right": 1, "waits for a person": 1, "wrong": 1}),
    }


def test_a_misconception_counts_once_for_a_student():
    assert report.misconceptions(CLASS) == {
        "padding-once": ["bob", "dee"],
        "forgot-plus-one": ["dee"],
    }


def own(student, exercise, text, status):
    return row(student, exercise, status=status, points=None, course=COURSE, answer=text)


def right_for(exercise, student):
    return packed(compare.plain(answer(exercise, student)))


def test_an_own_right_answer_is_never_put_beside_another():
    rows = [own(s, "output-size", right_for("output-size", s), "right") for s in ("s1", "s2")]
    assert report.together(rows) == []


def test_most_answers_of_one_other_come_first():
    rows = [own("s1", one, right_for(one, "s1"), "right") for one in QUESTIONS]
    rows += [own("s2", one, right_for(one, "s1"), "wrong") for one in QUESTIONS]
    rows += [own("s3", "chain-sizes", right_for("chain-sizes", "s2"), "wrong")]
    found = [(one.student, one.other, one.exercises, one.both) for one in report.together(rows)]
    assert found == [("s2", "s1", QUESTIONS, QUESTIONS), ("s3", "s2", ("chain-sizes",), ())]


def test_where_many_answers_are_right_the_other_must_have_given_it_too():
    copied = right_for("choose-window", "s1")
    rows = [
        own("s1", "choose-window", "", "not attempted"),
        own("s2", "choose-window", copied, "wrong"),
    ]
    assert report.together(rows) == []
    rows[0] = dataclasses.replace(rows[0], answer=copied, status="right")
    assert [(one.student, one.other) for one in report.together(rows)] == [("s2", "s1")]


def test_an_answer_right_for_several_stands_beside_the_one_who_shares_most():
    """Two students whose own answer to one exercise is the same, found as the report finds it."""
    drawn = [own(f"s{n}", "dropped-cells", "", "not attempted") for n in range(40)]
    first, second, *_ = report.alike(drawn)[0].groups[0]
    both = ("dropped-cells", "chain-sizes")
    rows = [own(first, one, right_for(one, first), "right") for one in both]
    rows += [own(second, "dropped-cells", right_for("dropped-cells", second), "right")]
    rows += [own("copier", one, right_for(one, first), "wrong") for one in both]
    assert [(one.other, one.exercises) for one in report.together(rows)] == [(first, both)]


def test_zeros_without_a_misconception_are_told_apart():
    rows = [*CLASS, row("eve", points=0.0, status="wrong", reason="in the test: NameError: x")]
    assert report.unexplained(rows) == [
        ("eve", "a", "test-output-size", "in the test: NameError: x")
    ]


def test_students_with_the_same_expected_answer_are_named():
    rows = [own(f"s{n}", "receptive-field", "", "not attempted") for n in range(40)]
    (found,) = report.alike(rows)
    assert found.groups
    for students in found.groups:
        assert len(students) > 1
        assert len({str(answer("receptive-field", one)) for one in students}) == 1


EXTREMES = {
    "several": (
        {"q": Counter(right=1, wrong=3), "r": Counter(right=2)},
        "Fewest were right in q (1 of 4), most in r (2 of 2).",
    ),
    "nobody graded": ({"q": Counter()}, "Fewest were right in q (0 of 0), most in q (0 of 0)."),
}


@pytest.mark.parametrize(("counted", "said"), EXTREMES.values(), ids=[*EXTREMES])
def test_the_hardest_question_is_said_in_words(counted, said):
    assert report.extremes(counted) == said


# --- for the notebook ---------------------------------------------------------------------------


PLOTS = {
    "shares": (report.draw_shares, {"q": Counter(right=3, wrong=1), "r": Counter()}),
    "shares of nobody": (report.draw_shares, {"q": Counter()}),
    "counts": (report.draw_counts, {"padding-once": 3}),
    "counts of nothing": (report.draw_counts, {}),
    "times": (report.draw_times, [datetime(2026, 4, d) for d in (1, 2, 20)]),
    "one time": (report.draw_times, [datetime(2026, 4, 1)]),
}


@pytest.mark.parametrize(("draw", "given"), PLOTS.values(), ids=[*PLOTS])
def test_a_plot_is_drawn_without_a_warning(draw, given, tmp_path):
    figure, axes = plt.subplots()
    draw(axes, given)
    figure.savefig(tmp_path / "plot.png")
    plt.close(figure)


def test_a_bar_of_scores_counts_from_its_left_edge():
    figure, axes = plt.subplots()
    report.draw_scores(axes, [0, 1.5, 2, 20], 20)
    heights = {bar.get_x(): bar.get_height() for bar in axes.patches}
    plt.close(figure)
    assert {x: height for x, height in heights.items() if height} == {0: 2, 2: 1, 20: 1}


def test_a_table_shows_what_a_student_wrote_as_text():
    table = report.Table(("student", "why"), [("ada", "<script>alert(1)</script>")])
    assert "<script>" not in table._repr_html_() and "&lt;script&gt;" in table._repr_html_()
    assert repr(table) == "student | why\nada | <script>alert(1)</script>"


def test_a_table_shows_code_as_code():
    table = report.Table(("student", "why"), [("ada", "in line 3: `while x<y:`")])
    assert "in line 3: <code>while x&lt;y:</code><" in table._repr_html_()
