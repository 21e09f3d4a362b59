"""What the notebook of an assignment calls, as it runs at a student's home."""

from pathlib import Path

import numpy as np
import pytest
import torch

from pooling_lab import assignments, exercises
from pooling_lab.exercises.compare import plain, same

BESIDE = "stride == kernel_size"


@pytest.fixture
def sheet():
    return assignments.Sheet("s1234567", course="pooling-2026")


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """Keep what is displayed, and no variable of a hub or of nbgrader."""
    for name in ("JUPYTERHUB_USER", "NBGRADER_EXECUTION", assignments.STUDENT):
        monkeypatch.delenv(name, raising=False)
    bundles = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: bundles.append(data))
    return bundles


def right(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return windows[::stride, ::stride].max((-2, -1))


def stride_is_kernel(x, kernel_size, stride):
    return right(x, kernel_size, kernel_size)


def test_nobody_said_whose_it_is():
    with pytest.raises(ValueError, match="write your student id between quotes"):
        assignments.Sheet(None)


GRADED = {"NBGRADER_EXECUTION": "autograde", assignments.STUDENT: "ada"}


@pytest.mark.parametrize(
    ("variables", "typed", "student"),
    [
        ({}, " typed ", "typed"),
        ({}, 1234567, "1234567"),
        ({"JUPYTERHUB_USER": "login"}, "typed", "login"),
        ({"JUPYTERHUB_USER": "login"}, None, "login"),
        (GRADED, "typed", "ada"),
        (GRADED, None, "ada"),
        (GRADED | {"JUPYTERHUB_USER": "login"}, "typed", "ada"),
        ({assignments.STUDENT: "ada"}, "typed", "typed"),
        ({"NBGRADER_EXECUTION": "validate"}, "typed", "typed"),
    ],
)
def test_whose_assignment_it_is(monkeypatch, variables, typed, student):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert assignments.Sheet(typed).student == student


def test_it_is_not_graded_without_the_courses_own_settings(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(ValueError, match=r"without this course's nbgrader_config\.py"):
        assignments.Sheet("typed")


def test_short_answers_have_own_numbers_and_functions_everybodys(sheet):
    personal = exercises.personal("output-size", "s1234567", "pooling-2026")
    assert sheet.task("output-size").numbers == personal.numbers
    assert sheet.task("max-pool2d") is exercises.show("max-pool2d")


def test_a_sheet_has_a_version_of_the_numbers_and_the_first_where_none_is_named(sheet):
    named = assignments.Sheet("s1234567", course="pooling-2026", numbers=1)
    assert named.task("output-size") == sheet.task("output-size")
    with pytest.raises(exercises.UnknownNumbers, match=r"numbers=2: .* nothing can be judged"):
        assignments.Sheet("s1234567", course="pooling-2026", numbers=2)


def test_the_assignments_name_the_version_of_their_numbers():
    sources = [*(Path(__file__).parents[1] / "notebooks/assignments/source").glob("*/*.ipynb")]
    assert len(sources) >= 3
    for path in sources:
        source = path.read_text(encoding="utf-8")
        assert source.count("Sheet(") == source.count(", numbers=1)") == 1, path


def test_a_look_at_a_short_answer_does_not_say_whether_it_is_right(sheet, capsys):
    numbers = sheet.task("output-size").numbers
    sheet.look("output-size", exercises.get("output-size").solution(**numbers))
    said = capsys.readouterr().out
    sheet.look("output-size", [1, 1])
    assert capsys.readouterr().out == said


def test_a_set_is_handed_over_where_a_set_is_an_answer(sheet, shown):
    pixels = exercises.get("dropped-cells").solution(**sheet.task("dropped-cells").numbers)
    sheet.hand_in("dropped-cells", {*pixels})
    handed_over = assignments.unpacked(shown[-1][assignments.ANSWER]["answer"])
    assert sheet.task("dropped-cells").check(handed_over).passed


@pytest.mark.parametrize("answer", [None, ..., [None, 3], np.zeros(20_000), len, "46, 21"])
def test_a_look_refuses_what_is_no_answer(sheet, answer):
    with pytest.raises(assignments.NotYet, match="output-size"):
        sheet.look("output-size", answer)


def test_a_look_at_a_function_tries_the_example_only(sheet, capsys):
    case = sheet.task("max-pool2d").cases()[0]
    result = right(**case)
    sheet.look("max-pool2d", lambda x, kernel_size, stride: result)
    assert "right result for an example" in capsys.readouterr().out
    with pytest.raises(assignments.NotYet, match="max-pool2d"):
        sheet.hand_in("max-pool2d", lambda x, kernel_size, stride: result)


def test_one_idea_may_be_right_and_another_wrong(sheet, shown):
    sheet.hand_in("max-pool2d", stride_is_kernel, where=BESIDE)
    assert shown[-1][assignments.VERDICT]["status"] == "passed"
    with pytest.raises(assignments.NotYet, match="wrong"):
        sheet.hand_in("max-pool2d", stride_is_kernel, where="stride != kernel_size")
    assert shown[-1][assignments.VERDICT]["misconceptions"] == ["stride-is-kernel"]


@pytest.mark.parametrize("answer", [[1, 2], 3.5, "told", (2.5, "told"), [[float("nan")]], [[]]])
def test_what_is_handed_over_arrives(sheet, shown, answer):
    sheet.hand_in("output-size", answer)
    handed_over = shown[-1][assignments.ANSWER]
    assert handed_over["exercise"] == "output-size"
    assert same(assignments.unpacked(handed_over["answer"]), plain(answer))


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of torch, in NumPy's newest
def test_a_tensor_is_an_answer(sheet, shown):
    sheet.look("output-size", torch.tensor([3, 4]))
    sheet.hand_in("output-size", torch.tensor([3, 4]))
    assert assignments.unpacked(shown[-1][assignments.ANSWER]["answer"]).tolist() == [3, 4]


ITERATORS = {
    "generator": lambda: (size for size in (3, 4)),
    "map": lambda: map(int, "34"),
    "keys": lambda: {3: "a", 4: "b"}.keys(),
}


@pytest.mark.parametrize("make", ITERATORS.values(), ids=ITERATORS)
def test_what_can_be_read_once_is_handed_in_after_it_was_looked_at(sheet, shown, make):
    answer = make()
    sheet.look("output-size", answer)
    sheet.hand_in("output-size", answer)
    assert assignments.unpacked(shown[-1][assignments.ANSWER]["answer"]).tolist() == [3, 4]


def test_while_it_is_graded_a_function_is_only_handed_over(sheet, shown, monkeypatch):
    for name, value in GRADED.items():
        monkeypatch.setenv(name, value)
    sheet.hand_in("max-pool2d", stride_is_kernel)
    assert shown[-1][assignments.ANSWER]["exercise"] == "max-pool2d"
    assert assignments.VERDICT not in shown[-1]


def test_cases_are_those_of_the_condition(sheet):
    cases = sheet.task("max-pool2d").cases("secret", lambda case: case["stride"] == 1)
    assert len(cases) >= 16
    assert all(case["stride"] == 1 for case in cases)


def test_hidden_cases_depend_on_the_secret(sheet):
    some, others = (sheet.task("max-pool2d").cases(secret) for secret in ("one", "another"))
    assert len(some) == len(others) == len(sheet.task("max-pool2d").cases()) + 8
    assert not any(
        np.array_equal(a["x"], b["x"]) for a, b in zip(some[-8:], others[-8:], strict=True)
    )


def test_a_condition_that_hardly_any_case_meets_is_named(sheet):
    with pytest.raises(ValueError, match="keeps 0"):
        sheet.task("max-pool2d").cases(None, lambda case: case["stride"] > 99)
