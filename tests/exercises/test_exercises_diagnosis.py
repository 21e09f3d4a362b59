"""What is told about an answer is true: rerun, it gives every number; random ones get no story."""

import itertools
import sys
import warnings

import numpy as np
import pytest
from test_exercises import ALL, ANSWERS, CODE, SOLUTIONS, tasks

from pooling_lab import exercises
from pooling_lab.exercises.diagnosis.edits import matching
from pooling_lab.exercises.diagnosis.explain import runner_of, solution_edits
from pooling_lab.exercises.diagnosis.measured import measured
from pooling_lab.exercises.messages import PERHAPS, SEVERAL
from pooling_lab.exercises.misconceptions import (
    ABOUT_PADDING,
    ABOUT_STRIDES,
    ABOUT_WINDOWS,
    COUNTS,
    TEXTS,
)
from pooling_lab.exercises.seeded_random import Stream

OUTPUT = exercises.show("output-size")


def pool(reduce, cut=lambda x, i, j, k, s: x[i * s :, j * s :][:k, :k]):
    def function(x, kernel_size, stride):
        shape = [(n - kernel_size) // stride + 1 for n in x.shape]
        cells = [reduce(cut(x, i, j, kernel_size, stride)) for i, j in np.ndindex(*shape)]
        return np.array(cells, float).reshape(shape)

    return function


READS = [  # case name, wrong function, what the verdict must say
    (
        "a slice that ends one short",
        pool(np.mean, lambda x, i, j, k, s: x[i * s :, j * s :][: k - 1, : k - 1]),
        "a `range` stop before their end",
    ),
    (
        "columns without the stride",
        pool(np.mean, lambda x, i, j, k, s: x[i * s :, j:][:k, :k]),
        "moves on by 1 column, and not by",
    ),
    ("the first row alone", pool(lambda w: w[0].mean()), "the average of the first row alone"),
    ("negatives taken for 0", pool(lambda w: np.maximum(w, 0).mean()), "every negative number"),
    ("the median", pool(np.median), "is the median; asked is the average"),
    (
        "the whole map",
        lambda x, k, s: np.full([(n - k) // s + 1 for n in x.shape], x.mean()),
        "the average of all of `x`",
    ),
]


@pytest.mark.parametrize("name, function, said", READS, ids=[one[0] for one in READS])
def test_what_a_function_reads_and_makes_is_told(name, function, said):
    verdict = exercises.check("avg-pool2d", function)
    assert verdict.explained and said in verdict.message, verdict


def test_windows_asked_and_read_stand_side_by_side_told_apart_without_colour():
    function = pool(np.mean, lambda x, i, j, k, s: x[i * s :, j:][:k, :k])
    verdict = exercises.check("avg-pool2d", function)
    asked, read = (grid for grid in verdict.grids if grid.chosen is not None)
    assert (asked.cells == read.cells).all() and (asked.chosen != read.chosen).any()
    assert "[" in repr(verdict) and "<strong>[" in verdict._repr_html_()


def test_sister_exercises_agree():
    def smallest_but_one(x, kernel_size, *rest):
        stride = rest[0] if rest else kernel_size
        return pool(lambda w: np.sort(w, axis=None)[min(1, w.size - 1)])(x, kernel_size, stride)

    for id in ("max-pool2d", "min-pool2d", "avg-pool2d"):
        verdict = exercises.check(id, smallest_but_one)
        assert verdict.explained and "the second smallest number" in verdict.message, verdict


EDITED = [  # exercise, answer, what the verdict must say
    ("output-size", lambda height, width, **_: (height, width), "Those are the sizes that go in"),
    ("head-weights", lambda channels, size, classes: (channels * size**2, channels), "arrive at"),
    (
        "activation-bytes",
        lambda batch, channels, height, width: batch * channels * height * width / 1000,
        "kilobytes",
    ),
    ("strided-conv-weights", lambda channels, kernel_size: 4 * channels**2 + channels, "2×2"),
]


@pytest.mark.parametrize("id, answer, said", EDITED, ids=[one[0] for one in EDITED])
def test_units_terms_and_factors_are_told(id, answer, said):
    verdict = exercises.check(id, answer(**exercises.show(id).numbers))
    assert verdict.explained and said in verdict.message, verdict


def test_code_that_draws_at_random_is_told_so():
    rng = np.random.default_rng()
    verdict = exercises.check("avg-pool2d", pool(lambda w: rng.normal()))
    assert verdict.explained and "drawn at random" in verdict.message


SLIPS = [(id, slip) for id in ALL for slip in exercises.get(id).slips]


@pytest.mark.parametrize("id, slip", SLIPS)
def test_every_slip_is_rejected_and_named(id, slip):
    for task in tasks(id):  # with some numbers another way may lead to the right answer
        answers = task.exercise.slips[slip].answers
        if id in CODE:
            names = [*task.numbers]

            def answer(*given, names=names, answers=answers):
                return answers(**dict(zip(names, given, strict=True)))

        else:
            answer = task.exercise.slipped(slip, task.numbers)
            if answer is None:  # of some numbers this way makes nothing
                continue
        verdict = task.check(answer)
        if not verdict.passed:
            break
    told = verdict.explained or PERHAPS in verdict.message or SEVERAL in verdict.message
    assert verdict.status == "wrong" and told, verdict
    assert verdict.misconception in {*task.exercise.misconceptions, *task.exercise.slips}


def side(size, kernel_size, **_):
    return (size + 2 * (kernel_size // 2) - kernel_size) // 2 + 1


FORMULAS = [  # case name, exercise, answer, what the verdict must say
    (
        "channels added",
        "multiply-adds",
        lambda n: side(**n) ** 2 * n["kernel_size"] ** 2 * (n["inputs"] + n["outputs"]),
        "`outputs` and `inputs` are added and not multiplied",
    ),
    (
        "biases counted",
        "multiply-adds",
        lambda n: side(**n) ** 2 * n["outputs"] * (n["kernel_size"] ** 2 * n["inputs"] + 1),
        "output rows² · `outputs` is added as well",
    ),
    (
        "outputs alone",
        "multiply-adds",
        lambda n: side(**n) ** 2 * n["outputs"],
        "`kernel_size` (both times) and `inputs` are missing from the product",
    ),
    (
        "millions",
        "multiply-adds",
        lambda n: exercises.get("multiply-adds").solution(**n) / 10**6,
        "in millions",
    ),
    (
        "biases after flattening alone",
        "head-weights",
        lambda n: (
            (n["channels"] * n["size"] ** 2 + 1) * n["classes"],
            n["channels"] * n["classes"],
        ),
        "(b), is exactly what comes out if",
    ),
    (
        "what is saved",
        "head-weights",
        lambda n: n["channels"] * (n["size"] ** 2 - 1) * n["classes"],
        "the first less the second",
    ),
]


@pytest.mark.parametrize("_, id, answer, said", FORMULAS, ids=[one[0] for one in FORMULAS])
def test_a_factor_or_a_term_is_told(_, id, answer, said):
    verdict = exercises.check(id, answer(dict(exercises.show(id).numbers)))
    assert verdict.explained and said in verdict.message, verdict


HAND = exercises.show("max-by-hand").numbers["x"]
BLOCKS = HAND.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)
GROUPS = [  # case name, answer, what the verdict must say
    ("each row", HAND.max(axis=1), "the largest number of each row of the map"),
    ("each column", HAND.max(axis=0).reshape(2, 2), "the largest number of each column"),
    ("the whole map", HAND.max(), "the largest number of the whole map"),
    ("two cells apart", HAND.reshape(2, 2, 2, 2).max(axis=(0, 2)), "do not lie side by side"),
    ("right, in one list", BLOCKS.max(axis=1), "brackets are missing"),
    ("down the columns", BLOCKS.max(axis=1)[[0, 2, 1, 3]], "down the columns"),
    ("each written four times", np.kron(BLOCKS.max(1).reshape(2, 2), np.ones((2, 2))), "all cells"),
    ("one more row of windows", HAND[:, :].reshape(4, 2, 2).max(axis=2), "windows over rows 0, 1"),
]


@pytest.mark.parametrize("_, answer, said", GROUPS, ids=[one[0] for one in GROUPS])
def test_other_groups_of_cells_are_told(_, answer, said):
    verdict = exercises.check("max-by-hand", np.asarray(answer).tolist())
    assert verdict.explained and said.lower() in verdict.message.lower(), verdict


def test_of_one_wrong_number_it_is_said_which_and_not_why():
    answer = BLOCKS.max(axis=1).reshape(2, 2)
    answer[0, 1] = np.sort(BLOCKS[1])[-2]
    verdict = exercises.check("max-by-hand", answer.tolist())
    assert not verdict.explained and "the one at row 0, column 1" in verdict.message
    assert "Yours is one of them, but not the largest number." in verdict.message
    verdict = exercises.check("vgg-shapes", (511, 24, 21))
    assert not verdict.explained and "right but one: the channels" in verdict.message


TOLD = [  # case name, exercise, answer, what the verdict must say
    ("a count in millions, rounded", "strided-conv-weights", 3.53, "in millions, and rounded"),
    ("a count, rounded", "multiply-adds", 13_060_000, "rounded, and a count is exact"),
    ("both heads alike", "head-weights", (1_843_071, 1_843_071), "the factor `size`²"),
    ("pooled over the channels", "head-weights", (1_843_071, 7046), "`size`² is taken in place"),
    (
        "a convolution without padding that keeps the size",
        "chain-sizes",
        [134, 67, 66, 32],
        "A window without padding cannot stand at the edge",
    ),
    (
        "a softmax with five decimals",
        "stochastic-probabilities",
        [0.00218, 0.0008, 0.11885, 0.87817, 6.74364],
        "That is a softmax",
    ),
    (
        "not divided by their sum",
        "stochastic-probabilities",
        [1, 0, 5, 7, 13],
        "were not divided by their sum",
    ),
    ("half a result", "count-include-pad", [[[1, 2], [3, 4]], [[5, 6]]], "(2, 2), (1, 2)"),
    ("largest magnitudes, a tie", "argmax-indices", [[0, 9], [19, 21]], "farthest from zero"),
    ("a cell of another window", "argmax-indices", [[0, 3], [19, 16]], "Its window holds −3, 1, 3"),
    ("each row, right but once", "max-by-hand", [[4, 3], [1, 5]], "number of each row of the map"),
    ("nothing left over", "dropped-cells", [], "kernel_size and stride have changed places"),
    ("shorter rows", "ceil-and-dilation", [6, 2, 7, 10], "were made shorter by the dilation"),
    ("the word alone", "read-the-plot", "told", "the word does not follow from it"),
    ("the word, and t rounded", "read-the-plot", (2.08, "told"), "1 is wrong (marked ✗)"),
    ("columns without padding", "output-size", (49, 25), "In the columns alone: the padding was"),
    ("a padding of zeros", "pad-value", [[0, 0], [0, 0]], "as if the padding were zeros"),
    ("off by one", "design-receptive-field", [(2, 2)] * 3 + [(4, 1)], "It is off by one"),
    ("two ways to count", "choose-window", (8, 10, 2), "More than one way leads to this answer"),
]


@pytest.mark.parametrize("_, id, answer, said", TOLD, ids=[one[0] for one in TOLD])
def test_what_is_certain_or_likely_is_told(_, id, answer, said):
    verdict = exercises.check(id, answer)
    assert verdict.status == "wrong" and said in verdict.message, verdict


def test_what_many_answers_would_be_is_told_as_perhaps():
    verdict = exercises.check("receptive-field", 47)
    assert verdict.misconception == "second-stride-forgotten" and PERHAPS in verdict.message
    assert not verdict.explained
    assert exercises.check("receptive-field", 26).explained  # far from the right one: no chance


def test_one_text_is_not_told_twice():
    message = exercises.check("shift-phase", (30, 6)).message
    assert message.count("divided by the cells") == 1 and SEVERAL not in message


def test_where_two_ways_lead_to_an_answer_both_are_told():
    numbers = exercises.show("activation-bytes").numbers
    twice = 2 * exercises.get("activation-bytes").solution(**numbers)
    message = exercises.check("activation-bytes", twice).message
    assert "More than one way" in message
    assert "halves both sides" in message and "float64" in message


MOST_MOVES = 20  # between files, for one wrong answer


def moves(id, answer):
    """How often a check goes on in another file of the package, once its task has been looked at.

    What leads where in a task is worked out once; so another answer of that form is checked first.
    """
    files = []

    def called(frame, event, _):
        name = frame.f_code.co_filename
        if event == "call" and "exercises" in name and "pooling_lab" in name:
            files.append(name)

    exercises.check(id, other_than(answer))
    sys.setprofile(called)
    try:
        verdict = exercises.check(id, answer)
    finally:
        sys.setprofile(None)
    assert verdict.status == "wrong", verdict
    return sum(a != b for a, b in itertools.pairwise(files))


def other_than(answer):
    """Another answer of the same form, which nothing explains."""
    if isinstance(answer, tuple):
        return tuple(map(other_than, answer))
    return answer if isinstance(answer, str) else np.asarray(answer, float) * 7 + 1000.3


def of_every_kind(id):
    """Wrong answers, with what they are: every misconception and slip, edits, what nobody meant."""
    task = exercises.show(id)
    exercise, case = task.exercise, task.numbers
    for one in exercise.misconceptions:
        yield one, exercise.outcome(case, {one})
    for one in exercise.slips:
        yield one, exercise.slipped(one, case)
    for edit in [] if exercise.fits else solution_edits(id)[::5]:
        yield f"{edit.kind} {edit.old} {edit.new}", edit.outcome(case)
    right, stream = exercise.outcome(case), Stream("moves", id)
    if isinstance(right, np.ndarray):
        yield "all moved", right + 1000
        for answer in wrong_at_random(right, stream):
            yield "at random", answer
        yield "a row too many", np.stack([right, right + 1])
    else:
        yield "another number", (right[0] + 11.5, *right[1:])


@pytest.mark.parametrize("id", ANSWERS)
def test_a_wrong_answer_takes_few_moves_between_files(id):
    task = exercises.show(id)
    taken = {
        what: moves(id, answer)
        for what, answer in of_every_kind(id)
        if answer is not None and not task.exercise.judge(answer, task.numbers).passes
    }
    assert len(taken) > 3
    assert max(taken.values()) < MOST_MOVES, max(taken.items(), key=lambda one: one[1])


SIZES = ("output-size", "ceil-and-dilation", "chain-sizes", "vgg-shapes", "multiply-adds")


@pytest.mark.parametrize("way", [*ABOUT_WINDOWS, *ABOUT_STRIDES, *ABOUT_PADDING])
def test_what_is_recognised_in_one_size_exercise_is_in_all_with_the_same_words(way):
    text = COUNTS[way][0] if way in COUNTS else TEXTS[way]
    told = set()
    for id in SIZES:
        exercise = exercises.get(id)
        if text in exercise.misconceptions.values():
            told.add(id)
        for slip, one in exercise.slips.items():
            if slip.partition("-in-the-")[0] == way:
                assert one.text.endswith(text[1:]), (id, slip)
                told.add(id)
    # With its numbers always right, or (its stride is 1) told as the padded size.
    right_in_a_chain = {"plus-one-inside", "padding-outside", "padded-over-stride"}
    assert told >= {"output-size", "ceil-and-dilation"}
    assert "chain-sizes" in told or way in right_in_a_chain


def test_a_window_is_told_the_same_as_a_size():
    answer = OUTPUT.exercise.slipped("padding-subtracted", OUTPUT.numbers)
    assert COUNTS["padding-subtracted"][0] in exercises.check("output-size", answer).message
    sizes, wanted = (84, 75), (8, 7)
    windows = itertools.product((8, 9), range(5, 13), range(1, 5))
    count = COUNTS["padding-subtracted"][1]
    so = [one for one in windows if [count(n, *one) for n in sizes] == [*wanted]]
    said = [exercises.check("choose-window", one).message for one in so]
    assert any(COUNTS["padding-subtracted"][0] in one for one in said), said


@pytest.mark.parametrize("id", [one for one in ANSWERS if exercises.get(one).fits is None])
def test_an_edit_that_is_told_gives_every_number(id):
    task = exercises.show(id)
    for edit in solution_edits(id)[::3]:
        value = edit.outcome(task.numbers)
        if value is None:
            continue
        assert edit in matching(solution_edits(id), [task.numbers], [value])


def wrong_at_random(right, stream):
    """Whole numbers from half to twice the right ones, and the right ones but for one entry."""
    flat = np.ravel(right)

    def near(number):
        ends = sorted((int(np.ceil(number / 2)), int(2 * number)))
        return stream.integer(*ends) if ends[0] < ends[1] else stream.integer(-3, 3)

    every = np.array([near(one) for one in flat], float).reshape(np.shape(right))
    one = np.array(right, float)
    at = stream.integer(0, flat.size - 1)
    one.flat[at] = near(flat[at])
    return [every, one] if flat.size > 1 else [every]


MOST_STORIES = 0.03  # of answers that mean nothing


@pytest.mark.parametrize("id", [one for one in ANSWERS if one != "read-the-plot"])
def test_random_answers_get_a_story_at_most_three_times_in_a_hundred(id):
    task, stream = exercises.show(id), Stream("null", id)
    right = task.exercise.outcome(task.numbers)
    if right.size == 1 and right < 400:  # all of them
        draws = map(np.array, range(int(right / 2), int(2 * right)))
    else:
        draws = itertools.chain.from_iterable(wrong_at_random(right, stream) for _ in range(60))
    verdicts = [task.check(answer.tolist()) for answer in itertools.islice(draws, 120)]
    told = [one for one in verdicts if one.explained and not one.passed]
    tried = sum(not one.passed for one in verdicts)
    assert tried >= 50
    assert len(told) <= MOST_STORIES * tried, [one.misconception for one in told]


@pytest.mark.parametrize("id", ALL)
def test_no_edit_changes_the_numbers_of_a_task(id):
    case = exercises.show(id).numbers
    before = repr(case)
    for edit in solution_edits(id):
        edit.outcome(case)
    assert repr(case) == before


@pytest.mark.parametrize("id", [id for id in CODE if id in SOLUTIONS])
def test_a_right_function_is_not_said_to_read_other_windows(id):
    task = exercises.show(id)
    function = SOLUTIONS[id][0]
    cases = task.cases()
    part = 0 if isinstance(task.exercise.outcome(cases[0]), tuple) else None
    solution = runner_of(task.exercise.solution)
    found = measured(runner_of(lambda **c: function(*c.values())), solution, cases, [0, 1], part)
    assert found is None or not found.windows_differ


def test_reads_shows_each_window_as_the_code_has_it():
    found = exercises.reads(pool(np.max), (5, 6), kernel_size=2, stride=2)
    assert found.cells.shape == (2, 3, 5, 6)
    assert np.argwhere(found.cells[1, 2]).tolist() == [[2, 4], [2, 5], [3, 4], [3, 5]]
    assert "■" in repr(found.at(1, 2)) and "<table" in found._repr_html_()


@pytest.mark.parametrize(
    "function, shape", [(pool(np.max), (20, 20)), (lambda x, k, s: 1.5, (4, 4))]
)
def test_reads_says_what_it_cannot_read(function, shape):
    with pytest.raises(ValueError, match=r"cells are probed|no array of rows and columns"):
        exercises.reads(function, shape, kernel_size=2, stride=2)


@pytest.mark.parametrize("id", CODE)
@pytest.mark.parametrize(
    "change",
    [lambda y: y[:1], lambda y: y[..., :1], lambda y: y.ravel(), lambda y: y.T, np.negative],
)
def test_results_that_are_cut_or_turned_get_a_verdict(id, change):
    def function(*given):
        right = runner_of(lambda *_: SOLUTIONS[id][0](*given))([{}])[0]
        return change(right if isinstance(right, np.ndarray) else right[0])

    assert exercises.check(id, function).status in ("wrong", "error", "passed")


@pytest.mark.parametrize("id", exercises.ids())
def test_no_edit_makes_python_warn(id):
    solution_edits.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert solution_edits(id)


def powers_in_a_line(x, p):
    return (x**p).mean(axis=(1, 2)) ** (1 / p)


def powers_in_a_loop(number):
    def power_mean(x, p):
        means = []
        for channel in x:
            total = 0
            for value in channel.ravel():
                total += number(value) ** p
            means.append((total / channel.size) ** (1 / p))
        return means

    return power_mean


@pytest.mark.parametrize(
    "function",
    [powers_in_a_line, powers_in_a_loop(lambda value: value), powers_in_a_loop(float)],
    ids=["vectorised", "NumPy's numbers", "Python's numbers, which raise"],
)
def test_an_honest_power_mean_is_told_that_powers_overflow(function):
    verdict = exercises.check("dial", function)
    assert verdict.misconception == "power-overflows", verdict
    assert "largest number first" in verdict.message


def test_a_function_that_gives_one_channel_of_several_is_told_that_their_number_is_wrong():
    verdict = exercises.check("dial", lambda *case: np.asarray(SOLUTIONS["dial"][1](*case))[:1])
    assert "(1,): that is not the right number of channels" in verdict.message, verdict
