"""The loops are the specification, so they are held to torch themselves."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as torch_pools
from window_cases import cases, with_specials

from pooling_lab import pooling, reference

BINS = st.tuples(st.integers(1, 9), st.integers(1, 9))


def judge(layer, x, *args, **options):
    return getattr(torch_pools, layer)(torch.tensor(x), *args, **options).numpy()


@given(cases(with_specials))
def test_maximum_and_minimum(case):
    plane = case.x[0].tolist()
    np.testing.assert_array_equal(
        reference.max_pool2d(plane, *case.window), judge("max_pool2d", case.x, *case.window)[0]
    )
    np.testing.assert_array_equal(
        reference.min_pool2d(plane, *case.window), -judge("max_pool2d", -case.x, *case.window)[0]
    )


@given(cases(), st.booleans(), st.none() | st.sampled_from([-3, 7]))
def test_average(case, count_include_pad, divisor_override):
    options = (*case.undilated, count_include_pad, divisor_override)
    try:
        ours = reference.avg_pool2d(case.x[0].tolist(), *options)
    except ValueError:  # it was drawn to fit with ceil or dilation
        return
    np.testing.assert_allclose(
        ours, judge("avg_pool2d", case.x, *options)[0], rtol=1e-12, atol=1e-9
    )


@given(cases(), BINS)
def test_adaptive(case, bins):
    plane = case.x[0].tolist()
    np.testing.assert_array_equal(
        reference.adaptive_max_pool2d(plane, bins), judge("adaptive_max_pool2d", case.x, bins)[0]
    )
    np.testing.assert_allclose(
        reference.adaptive_avg_pool2d(plane, bins),
        judge("adaptive_avg_pool2d", case.x, bins)[0],
        rtol=1e-12,
        atol=1e-9,
    )


def test_norm_of_three_four_is_five():
    assert reference.lp_pool2d([[3, -4]], 2, (1, 2)) == [[5]]
    assert reference.lp_pool2d([[-1, 2, 5]], 1, (1, 2), None, True) == [[3, 5]]


def test_probabilities_of_each_window_add_up_to_one():
    plane = np.random.default_rng(0).random((5, 6)).tolist()
    for line in reference.stochastic_probabilities(plane, 3, 1):
        for probabilities in line:
            assert math.isclose(sum(probabilities), 1)


def test_the_first_nan_is_the_maximum():
    plane = [[1.0, math.nan, 5.0, math.nan]]
    assert math.isnan(reference.max_pool2d(plane, (1, 4))[0][0])
    assert reference.max_positions(plane, (1, 4)) == [[1]]


def test_gradients_of_overlapping_windows_add_up():
    assert reference.max_pool2d_backward([[1, 1]], [[0, 5, 0]], (1, 2), 1) == [[0, 2, 0]]
    assert reference.avg_pool2d_backward([[2, 4]], [[0, 5, 0]], (1, 2), 1) == [[1, 3, 2]]
    assert reference.min_pool2d_backward([[1, 1]], [[9, 5, 9]], (1, 2), 1) == [[0, 2, 0]]


@pytest.mark.parametrize("name", pooling.__all__)
def test_every_docstring_of_pooling_leads_to_its_loops(name):
    named = re.findall(r"`pooling_lab\.reference\.(\w+)`", getattr(pooling, name).__doc__)
    assert named and all(callable(getattr(reference, loops)) for loops in named)
