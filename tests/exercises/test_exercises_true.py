"""Nothing untrue is said, right answers pass, and what is shown can be read."""

import re

import numpy as np
import pytest
from test_exercises import ALL, CODE, tasks, wrong_answers

from pooling_lab import exercises, max_pool2d
from pooling_lab.exercises.cases import cases
from pooling_lab.exercises.diagnosis.attempt import effort
from pooling_lab.exercises.misconceptions import TEXTS


def by_views(x, k, s):
    return np.lib.stride_tricks.sliding_window_view(x, (k, k))[::s, ::s].max(axis=(2, 3))


# --- right, and refused once ----------------------------------------------------------------


def by_indices(grad_output, x, kernel_size, stride):
    _, indices = max_pool2d(x, kernel_size, stride, return_indices=True)
    grad = np.zeros(x.size)
    np.add.at(grad, indices.ravel(), grad_output.ravel())
    return grad.reshape(x.shape)


def test_max_backward_may_use_the_indices_of_pooling_labs_forward_pass():
    assert exercises.check("max-backward", by_indices).passed
    assert exercises.check("max-backward", by_indices, secret="an instructor's").passed


def test_max_backward_may_not_use_pooling_labs_backward_pass():
    from pooling_lab.gradients import max_pool2d_backward

    verdict = exercises.check("max-backward", lambda g, x, k, s: max_pool2d_backward(g, x, k, s))
    assert verdict.misconception == "library-used"


T, WORD = exercises.get("read-the-plot").solution(**exercises.show("read-the-plot").numbers)


@pytest.mark.parametrize(
    "word",
    [
        *("cannot be told", "Cannot be told.", " CANNOT  be told! ", "“cannot be told”", "can not"),
        *(
            "can't be told",
            "can’t be told",
            "cannot be told…",
            "'cannot be told'",
            "cannot\nbe told",
        ),
    ],
)
def test_a_word_is_understood_however_it_is_written(word):
    assert WORD == "cannot be told"
    word = "can not be told" if word == "can not" else word
    assert exercises.check("read-the-plot", (T, word)).passed
    assert exercises.check("read-the-plot", [T, word]).passed


# --- untrue once -------------------------------------------------------------------------------


def test_of_a_function_one_wrong_number_does_not_prove_the_method():
    def second_largest_in_the_corner(x, k, s):
        y = by_views(x, k, s)
        y[-1, -1] = np.sort(x[-k:, -k:], axis=None)[-2] - 0.123
        return y

    verdict = exercises.check("max-pool2d", second_largest_in_the_corner)
    assert "so the method is" not in verdict.message


def zeros_left(x, k, s):
    y = average(x, k, s)
    y[-1, -1] = 0
    return y


def one_slip(x, k, s):
    y = average(x, k, s)
    y[0, 0] = np.rint(y[0, 0]) if abs(y[0, 0] - np.rint(y[0, 0])) > 0.01 else y[0, 0] + 0.25
    return y


@pytest.mark.parametrize("function", [zeros_left, one_slip])
def test_a_few_wrong_numbers_are_not_called_rounded(function):
    verdict = exercises.check("avg-pool2d", function)
    assert verdict.status == "wrong" and verdict.misconception != "rounded"
    assert "rounded" not in verdict.message.replace("cut off", ""), verdict


@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_what_is_rounded_is_called_so(decimals):
    verdict = exercises.check("avg-pool2d", lambda *case: np.round(average(*case), decimals))
    assert verdict.misconception == "rounded", verdict


def average(x, k, s):
    windows = np.lib.stride_tricks.sliding_window_view(x, (k, k))[::s, ::s]
    return windows.mean(axis=(2, 3))


def test_zeros_of_an_array_for_whole_numbers_are_not_said_to_be_never_filled():
    def whole(channels, kernel_size):
        weights = np.zeros((channels, channels, kernel_size, kernel_size), int)
        for channel in range(channels):
            weights[channel, channel] = 1 / kernel_size**2
        return weights

    verdict = exercises.check("average-as-convolution", whole)
    assert verdict.misconception == "all-zeros" and "whole numbers" in verdict.message


def test_two_results_of_one_shape_are_two_results():
    verdict = exercises.check("separable-max", lambda x, k: (by_views(x, k, 1), by_views(x, k, 1)))
    assert "yours has" not in verdict.message and verdict.misconception == "both-at-once"
    verdict = exercises.check("separable-max", lambda x, k: (x, x))
    assert "In part 1, its shape is" in verdict.message, verdict
    verdict = exercises.check("separable-max", lambda x, k: (x, x[:1], x[:2]))
    assert "asks for 2 arrays, yours are 3" in verdict.message, verdict


@pytest.mark.parametrize(
    "change", [np.ravel, lambda y: y.T if y.shape[0] != y.shape[1] else y.ravel()]
)
def test_a_right_count_is_not_said_to_be_wrong(change):
    verdict = exercises.check("max-pool2d", lambda *case: change(by_views(*case)))
    assert verdict.status == "wrong" and "how many numbers come out" not in verdict.message


def test_a_wrong_count_is_said_to_be_wrong():
    verdict = exercises.check("max-pool2d", lambda x, k, s: np.ones((len(x) + 3, 2)))
    assert "not the right number of rows" in verdict.message


def test_two_results_are_not_called_channels():
    verdict = exercises.check("count-include-pad", [[[1, 2], [3, 4]]] * 3)
    assert "3 results" in verdict.message and "channel" not in verdict.message, verdict


def test_no_text_that_is_shared_speaks_of_a_stride_that_is_not_there():
    assert "stride" not in TEXTS["rows-columns-swapped"]


@pytest.mark.parametrize("id", ALL)
def test_two_different_sizes_are_said_to_be_rows_and_columns(id):
    task = exercises.show(id)
    text = repr(task.note())
    for a, b in re.findall(r"(\d+)×(\d+)", text):
        assert a == b, text


# --- what is shown can be read --------------------------------------------------------------------

ABOUT_LARGE_NUMBERS = {"finite-start", "started-high", "pad-not-low-enough", "power-overflows"}


@pytest.mark.parametrize("id", CODE)
def test_only_where_it_is_the_point_numbers_of_many_digits_are_shown(id):
    task = tasks(id)[0]
    for answer in wrong_answers(task):
        verdict = task.check(answer)
        shown = [*verdict.grids[:1]]  # the input
        largest = max((abs(grid.cells).max(initial=0) for grid in shown), default=0)
        assert largest < 1000 or {*verdict.misconceptions} & ABOUT_LARGE_NUMBERS, verdict


@pytest.mark.parametrize("id", CODE)
def test_the_example_is_one_that_can_be_read(id):
    digits, cells, _ = effort(cases(id)[0])
    assert digits == 0 and cells <= 60
