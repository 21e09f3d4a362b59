"""What a student reads: shapes, marks, roundings, pairs, inputs to paste; the answer never."""

import itertools
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch
from solutions_averages import gem_scaled_by_the_largest
from test_exercises import ALL, ANSWERS, CODE, mistaken, tampered, tasks, wrong_answers

from pooling_lab import exercises, max_pool2d
from pooling_lab.exercises.compare import plain
from pooling_lab.exercises.display import GROUPS, LONGEST, WRONG, inline, number

RIGHT = {id: exercises.get(id).outcome(exercises.show(id).numbers) for id in ANSWERS}
SIZES, CHAIN = RIGHT["output-size"].tolist(), RIGHT["chain-sizes"].tolist()
CORNERS, SHARES = RIGHT["max-by-hand"].tolist(), RIGHT["stochastic-probabilities"]
T, TOLD = RIGHT["read-the-plot"]


def right(x, k, s):
    return np.array(
        [
            [x[i : i + k, j : j + k].max() for j in range(0, x.shape[1] - k + 1, s)]
            for i in range(0, x.shape[0] - k + 1, s)
        ]
    )


def right_rows(x, k):
    return np.array([[row[j : j + k].max() for j in range(len(row) - k + 1)] for row in x])


def message(id, answer):
    verdict = exercises.check(id, answer)
    assert not verdict.passed, verdict
    return verdict.message


# --- shapes ---------------------------------------------------------------------------------

SHAPES = [
    ("too few", "output-size", [6], "asks for 2 numbers, yours has 1."),
    ("too many", "chain-sizes", [1, 2, 3, 4, 5], "asks for 4 numbers, yours has 5."),
    ("two for one", "receptive-field", (3, 4), "asks for 1 number, yours has 2."),
    ("one number for a grid", "max-by-hand", 4, "That is one number; the task asks for a list of"),
    ("rows missing", "max-by-hand", [1, 2, 3, 4], "That is a plain list of numbers; the task asks"),
    (
        "only brackets",
        "max-by-hand",
        np.ravel(CORNERS),
        "The numbers are right and in order; brackets",
    ),
    ("too many columns", "max-by-hand", [[1, 2, 3], [4, 5, 6]], "not the right number of columns."),
    ("one row", "pad-value", [[1, 2]], "It has 1 row and 2 columns: that is not the right number"),
    ("ragged", "pad-value", [[1, 2], [3]], "parts do not all have the same shape"),
    ("channels missing", "channels-apart", np.ones((3, 2)), "3 deep (channels, then rows, then"),
    ("a word missing", "read-the-plot", T, "asks for a number and a word, yours has a number."),
    ("a number missing", "read-the-plot", TOLD, "a number and a word, yours has a word."),
    ("flat", "max-pool2d", lambda *a: right(*a).ravel(), "; the task asks for 2: rows, columns."),
    ("a batch", "max-pool2d", lambda *a: [right(*a)] * 2, "the task asks for 2: rows, columns."),
    ("one number", "max-pool2d", lambda x, k, s: 1.5, "a single number; the task asks for 2: rows"),
    ("too long", "max-pool2d", lambda x, k, s: x, "not the right number of rows nor of columns."),
    (
        "swapped",
        "max-pool2d",
        lambda *a: right(*a).T,
        ": the right sizes in the wrong places. The",
    ),
    (
        "one kernel each",
        "average-as-convolution",
        lambda c, k: np.ones((c, k, k)),
        "output channels",
    ),
]


@pytest.mark.parametrize("id, answer, says", [r[1:] for r in SHAPES], ids=[r[0] for r in SHAPES])
def test_a_wrong_shape_is_told_by_the_students_own_axes(id, answer, says):
    assert says in message(id, answer)


def test_on_paper_nobody_is_asked_to_print_or_to_fill_an_array():
    programming = re.compile(r"\bprint|\barray|\breturn|\bshape\b|\bfunction\b", re.IGNORECASE)
    for id, change in itertools.product(ANSWERS, (np.zeros_like, lambda value: [7] * 3)):
        if isinstance(RIGHT[id], np.ndarray):
            said = message(id, change(RIGHT[id]))
            assert not programming.search(said.replace("do not all have the same shape", "")), said


# --- what is marked ---------------------------------------------------------------------------


def test_the_wrong_numbers_of_a_list_are_marked():
    a, b, c, d = (int(n) for n in CHAIN)
    said = message("chain-sizes", [a, b + 1, c, d])
    assert f"({a}, {b + 1}{WRONG}, {c}, {d})" in said and "1 is wrong (marked ✗)" in said
    assert f"({a + 9}{WRONG}, {b}, {c}, {d + 9}{WRONG})" in message(
        "chain-sizes", [a + 9, b, c, d + 9]
    )


def test_where_all_numbers_are_wrong_none_is_marked():
    for id, answer, says in (
        ("output-size", (1, 2), "Both numbers are wrong."),
        ("chain-sizes", [1, 2, 3, 4], "All 4 numbers are wrong."),
        ("pad-value", [[9, 9], [9, 9]], "All 4 numbers are wrong."),
    ):
        verdict = exercises.check(id, answer)
        assert says in verdict.message and WRONG not in repr(verdict).split("\n", 1)[1]


def test_pixels_that_do_not_belong_are_marked_and_the_missing_ones_neither_named_nor_counted():
    dropped = RIGHT["dropped-cells"].astype(int).tolist()
    read = next(n for n in range(99) if n not in dropped)
    said = message("dropped-cells", [dropped[0], read])
    assert f"({dropped[0]}, {read}{WRONG})" in said and "Some pixels are missing" in said
    assert not any(re.search(rf"\b{missing}\b", said) for missing in dropped[1:])


def test_a_wrong_word_is_marked():
    other = "told" if TOLD != "told" else "cannot be told"
    assert f"“{other}”{WRONG})" in message("read-the-plot", (T, other))


# --- two things at once -------------------------------------------------------------------------


def stops_one_start_too_early(x, k, s):
    return [
        [x[i : i + k, j : j + k].max() for j in range(0, x.shape[1] - k, s)]
        for i in range(0, x.shape[0] - k, s)
    ]


def test_a_range_that_stops_too_early_is_one_slip():
    verdict = exercises.check("max-pool2d", stops_one_start_too_early)
    assert verdict.misconception == "last-window-missed", verdict


def test_averages_with_zeros_around_are_average_pooling():
    padded = np.pad(exercises.show("pad-value").numbers["x"], 1)
    averages = [[padded[i : i + 3, j : j + 3].mean() for j in (0, 2)] for i in (0, 2)]
    assert exercises.check("pad-value", averages).misconception == "mean-for-max"


def test_an_empty_list_is_not_taken_for_two_mistakes():
    verdict = exercises.check("dropped-cells", [])
    assert len(verdict.misconceptions) == 1 and not verdict.explained, verdict


def test_two_mistakes_are_never_told_of_two_numbers():
    task = exercises.show("output-size")
    verdict = task.check(mistaken(task, {"ceil-for-floor", "padding-once"}))
    assert len(verdict.misconceptions) < 2
    assert not verdict.explained


# --- rounding ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decimals, status", [(1, "wrong"), (2, "wrong"), (4, "passed"), (6, "passed")]
)
def test_a_rounded_answer_passes_with_three_digits_and_is_told_otherwise(decimals, status):
    verdict = exercises.check("stochastic-probabilities", np.round(SHARES, decimals))
    assert verdict.status == status and ("rounded" in verdict.message) == (decimals < 6), verdict
    assert verdict.misconception == (None if verdict.passed else "rounded")


def test_a_rounded_result_of_a_function_is_told_as_rounded():
    for decimals in (0, 1, 2, 3):
        verdict = exercises.check(
            "dial", lambda x, p, n=decimals: gem_scaled_by_the_largest(x, p).round(n)
        )
        assert (verdict.status, verdict.misconception) == ("wrong", "rounded"), verdict


def test_a_rounded_misconception_is_named_and_not_passed():
    task = exercises.show("stochastic-probabilities")
    verdict = task.check(np.round(task.exercise.mistaken({"softmax"}, **task.numbers), 4))
    assert verdict.misconception in ("softmax", None) and not verdict.passed


@pytest.mark.parametrize("id", ALL)
def test_rounding_excuses_no_number_that_is_off(id):
    task = tasks(id)[0]

    def bumped(value):
        return value + (0.02 * abs(value) + 1) * (np.arange(value.size) == 0).reshape(value.shape)

    if isinstance(task.exercise.outcome(task.numbers), np.ndarray):
        assert not task.check(tampered(task, bumped)).passed


# --- answers as programmers write them ----------------------------------------------------------

PAIR = [int(n) for n in SIZES]
DROPPED = RIGHT["dropped-cells"].astype(int).tolist()
SPELLINGS = [
    ("numpy scalars", "output-size", tuple(np.int64(n) for n in PAIR)),
    ("0-d tensors", "output-size", [torch.tensor(n) for n in PAIR]),
    ("fractions", "output-size", [Fraction(n) for n in PAIR]),
    ("decimals", "output-size", [Decimal(n) for n in PAIR]),
    ("a generator", "output-size", (n for n in PAIR)),
    ("a map", "output-size", map(int, PAIR)),
    ("the values of a dict", "output-size", dict(enumerate(PAIR)).values()),
    ("fractions of a share", "stochastic-probabilities", [Fraction(float(p)) for p in SHARES]),
    ("a set of pixels", "dropped-cells", set(DROPPED)),
    ("a frozen set of pixels", "dropped-cells", frozenset(DROPPED)),
    ("the keys of a dict", "dropped-cells", dict.fromkeys(DROPPED).keys()),
    ("zipped bins", "adaptive-bins", lambda n, b: zip(*bins(n, b), strict=True)),
    (
        "generated bins",
        "adaptive-bins",
        lambda n, b: (one for one in zip(*bins(n, b), strict=True)),
    ),
]


def bins(size, count):
    starts = [i * size // count for i in range(count)]
    return starts, [-(-(i + 1) * size // count) for i in range(count)]


@pytest.mark.parametrize("id, answer", [r[1:] for r in SPELLINGS], ids=[r[0] for r in SPELLINGS])
def test_a_right_answer_passes_however_it_is_spelled(id, answer):
    verdict = exercises.check(id, answer)
    assert verdict.passed, verdict


@pytest.mark.parametrize("answer", [f"({PAIR[0]}, {PAIR[1]})", [str(n) for n in PAIR], "seven"])
def test_numbers_in_quotes_are_told_to_drop_them(answer):
    verdict = exercises.check("output-size", answer)
    assert verdict.misconception == "in-quotes" and "without quotes" in verdict.message


def test_a_set_where_order_matters_is_told_about_its_brackets():
    said = message("output-size", {3, 4})
    assert "curly brackets" in said and "round or square" in said


@pytest.mark.parametrize("answer", [1j, [1 + 2j], {"a": 1}, object(), b"3", np.array(["3"])])
def test_what_is_no_number_is_said_so(answer):
    assert exercises.check("output-size", answer).status in ("error", "wrong")
    assert "umber" in message("output-size", answer)


# --- which library function --------------------------------------------------------------------

LIBRARY = [
    ("a pool", "max-pool2d", lambda x, k, s: max_pool2d(x[None], k, s)[0], "max_pool2d"),
    (
        "within a comprehension",
        "max-pool2d",
        lambda *a: [max_pool2d(*a) for _ in "a"],
        "max_pool2d",
    ),
    (
        "through NumPy",
        "max-pool2d",
        lambda *a: np.vectorize(lambda _: max_pool2d(*a).max())(a[0]),
        "max_pool2d",
    ),
]


@pytest.mark.parametrize("id, answer, name", [r[1:] for r in LIBRARY], ids=[r[0] for r in LIBRARY])
def test_the_library_function_that_was_called_is_named_and_none_behind_it(id, answer, name):
    verdict = exercises.check(id, answer)
    assert verdict.misconception == "library-used" and f"`{name}`" in verdict.message


# --- numbers -----------------------------------------------------------------------------------

NUMBERS = [
    (52_000_000.0, "52 000 000"),
    (102_760_448, "102 760 448"),
    (10_000, "10 000"),
    (9999, "9999"),
    (-25_088, "−25 088"),
    (12_345.678, "12 345.68"),
    (0.333333333, "0.333333"),
    (1e300, "1e+300"),
    (float("nan"), "NaN"),
    (float("inf"), "∞"),
    (0.1 + 0.2, "0.3"),
]


@pytest.mark.parametrize("value, text", NUMBERS)
def test_a_number_is_written_so_that_it_cannot_be_misread(value, text):
    assert number(value).replace(GROUPS, " ") == text


def test_lists_up_to_40_numbers_are_written_in_the_sentence():
    assert inline(plain(range(LONGEST))).endswith("39)") and inline(plain(range(41))) is None


# --- the input, to look at and to paste ----------------------------------------------------------


def failing(task):
    """Verdicts on functions that are wrong in every usual way."""
    for answer in wrong_answers(task):
        verdict = task.check(answer)
        if not verdict.passed:
            yield verdict


@pytest.mark.parametrize("id", CODE)
def test_the_smallest_failing_call_can_be_pasted(id):
    task = tasks(id)[0]
    pasted = []

    def call(*arguments):
        pasted.append(arguments)

    name = task.exercise.stub.removeprefix("def ").partition("(")[0]
    tried = [tuple(case.values()) for case in task.cases()]
    for verdict in failing(task):
        names = {"np": np, name: call}
        exec(verdict.code, names)
        pasted += [(names[one],) for one in task.numbers if one in names]  # too much for one line
    assert pasted
    for arguments in pasted:
        assert any(all(any(alike(a, b) for b in case) for a in arguments) for case in tried)


def alike(a, b):
    return np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype


def test_a_call_is_written_with_names_only_where_the_students_function_has_them():
    def mine(x, kernel_size, stride):
        return x

    named = re.compile(r"kernel_size=\d,\s+stride=\d\)")
    assert named.search(exercises.check("max-pool2d", mine).code)
    unnamed = exercises.check("max-pool2d", lambda x, k, s: x).code
    assert re.search(r"\d,\s+\d\)", unnamed) and "=" not in unnamed


@pytest.mark.parametrize("id", ALL)
def test_a_message_draws_one_input_and_one_result_at_most(id):
    for verdict in failing(tasks(id)[0]):
        windows = [grid for grid in verdict.grids if grid.chosen is not None]  # asked, and read
        planes = [plane for grid in verdict.grids if grid.chosen is None for plane in grid.planes()]
        assert len(windows) in (0, 2) and len(planes) <= 2 - bool(windows), verdict
        assert id in CODE or not verdict.code
        assert verdict._repr_html_().count("<table") <= 2 + bool(windows)


def test_of_several_planes_the_first_wrong_one_is_drawn_and_it_is_said():
    wrong = RIGHT["channels-apart"] + np.reshape([0, 0, 0, 9, 0, 9], (3, 1, 2))
    (grid,) = exercises.check("channels-apart", wrong).grids
    assert grid.caption == "your answer[1], the first plane with a wrong number"
    assert grid.wrong.tolist() == [[False, True]]


def test_of_two_results_the_wrong_one_is_drawn():
    def off(x, k):
        rows = right_rows(x, k)
        return rows, right_rows(rows.T, k).T + (np.arange(len(x) - k + 1) == 0)[:, None]

    verdict = exercises.check("separable-max", off)
    assert "Of its 2 parts, 1 is wrong (drawn below)." in verdict.message
    assert verdict.grids[1].caption == "your result, part 2" and verdict.grids[1].wrong[0].all()


def test_an_empty_result_is_said_in_words():
    verdict = exercises.check("max-pool2d", lambda x, k, s: np.zeros((0, 3)))
    assert "gives an empty array. Its shape is (0, 3)" in verdict.message
    assert verdict.misconception == "empty"


def test_a_pool_for_squares_alone_leaks_no_words_of_numpy():
    def square(x, k, s):
        n = (max(x.shape) - k) // s + 9
        cells = [[x[i * s :, j * s :][:k, :k].max() for j in range(n)] for i in range(n)]
        return cells

    said = message("max-pool2d", square)
    assert "zero-size" not in said and "A window or slice there is empty" in said


# --- the answer never ----------------------------------------------------------------------------


GENERIC = [
    ("all zeros", np.zeros_like),
    ("one number off", lambda right: right + (np.arange(right.size) == 0).reshape(right.shape)),
    ("all numbers off", lambda right: right + 1000),
    ("one list too many", lambda right: np.stack([right + 1, right + 2])),
    ("flat", lambda right: (right + 3).ravel()),
    ("empty", lambda right: np.zeros(0)),
]


def holds(text, value):
    """Tell whether a text holds an answer that is short enough for a sentence."""
    short = (inline(value) or "no such text").strip("()")
    return re.search(rf"(?<![\w.−]){re.escape(short)}(?![\w.])", text) is not None


@pytest.mark.slow
@pytest.mark.parametrize("id", [one for one in ANSWERS if exercises.get(one).fits is None])
def test_no_verdict_on_a_short_answer_holds_the_right_one(id):
    for task in tasks(id)[:3]:
        right = task.exercise.outcome(task.numbers)
        wrongs = wrong_answers(task)
        wrongs += [change(right) for _, change in GENERIC if isinstance(right, np.ndarray)]
        for verdict in map(task.check, wrongs):
            assert not holds(verdict.message, right), verdict
            assert not any(np.array_equal(grid.cells, right) for grid in verdict.grids), verdict


@pytest.mark.slow
@pytest.mark.parametrize("id", CODE)
def test_no_verdict_on_a_function_holds_a_right_result(id):
    task = tasks(id)[0]
    functions = wrong_answers(task)
    functions += [tampered(task, change) for _, change in GENERIC]
    rights = [task.exercise.outcome(case) for case in task.cases()]
    rights = [
        value  # with fewer numbers it comes by chance
        for value in rights
        if isinstance(value, np.ndarray) and np.unique(value).size > 2
    ]
    for verdict in map(task.check, functions):
        shown = [grid.cells for grid in verdict.grids if grid.caption.startswith("your result")]
        for right in rights:
            assert not any(np.array_equal(cells, right) for cells in shown), verdict
            assert not holds(verdict.message, right), verdict


def test_an_example_of_many_planes_is_cut_short_and_says_so():
    assert "\n… and 4 more planes of x\n" in repr(exercises.show("global-pooling"))


# --- every stub is called `answer` ------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "another"),
    [
        ("dropped-cells", "output-size"),
        ("chain-sizes", "output-size"),
        ("output-size", "chain-sizes"),
        ("pad-value", "max-by-hand"),
        ("activation-bytes", "multiply-adds"),
    ],
)
@pytest.mark.parametrize("student", [None, "s1234567"])
def test_the_answer_to_another_exercise_of_the_lesson_is_told_as_such(asked, another, student):
    """Who returns and runs a check without its stub has another answer in `answer`."""
    task = exercises.show(another, student=student)
    said = exercises.check(asked, task.exercise.outcome(task.given), student=student)
    assert said.status == "wrong" and said.explained
    assert said.message.startswith(f"That is the answer to `{another}`")


OWN_REASONS = [
    ("output-size", (48, 28), "a mistake that is explained"),
    ("choose-window", (49.0, 29.5), "not all of its numbers"),
    ("output-size", [4, 9, 14, 15, 16], "one of many right answers to dropped-cells"),
    ("chain-sizes", 75, "the answer to receptive-field, of another lesson"),
]


@pytest.mark.parametrize(("id", "answer"), [o[:2] for o in OWN_REASONS], ids=lambda o: str(o))
def test_any_other_wrong_answer_keeps_its_own_reason(id, answer):
    said = exercises.check(id, answer)
    assert said.status == "wrong" and "That is the answer to" not in said.message


def test_a_graded_task_does_not_tell_that_another_answer_is_right():
    said = exercises.show("chain-sizes").check((49, 29))
    assert said.status == "wrong" and "output-size" not in said.message
