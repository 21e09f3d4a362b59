"""Numbers and sizes at the ends of their ranges: the right value, or a refusal at once."""

from __future__ import annotations

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pooling_lab import gradients, pooling
from pooling_lab.geometry import Axis, output_size, receptive_fields
from pooling_lab.pooling import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    lp_pool2d,
    max_pool2d,
    max_unpool2d,
    stochastic_pool2d,
)

PAIR = (1, 2)

# --- norms of large powers ----------------------------------------------------------------

NORMS = [
    ("uint8 to the power of 130", np.array([[255, 250]], np.uint8), 130, 255.14409612),
    ("0.02 to the power of 200", np.array([[0.02, 0.02]]), 200, 0.02 * 2 ** (1 / 200)),
    ("squares that overflow", np.array([[3e300, -4e300]]), 2, 5e300),
    ("squares that vanish", np.array([[3e-300, 4e-300]]), 2, 5e-300),
    ("float32 of any size", np.array([[3e38, 0]], np.float32), 90, 3e38),
    ("a power no cell but the largest survives", np.array([[1.0, 0.5]]), 1e6, 1.0),
    ("zeros", np.zeros((1, 2)), 500, 0.0),
    ("an infinity", np.array([[math.inf, 1.0]]), 300, math.inf),
]


@pytest.mark.parametrize("x, p, norm", [case[1:] for case in NORMS], ids=[c[0] for c in NORMS])
def test_norm(x, p, norm):
    np.testing.assert_allclose(lp_pool2d(x, p, PAIR), [[norm]], rtol=1e-6)


def test_a_norm_does_not_depend_on_what_else_the_plane_holds():
    x = np.array([[0.02, 0.02, 255.0, 250.0]])
    alone = [lp_pool2d(x[:, i : i + 2], 200, PAIR).item() for i in (0, 2)]
    np.testing.assert_allclose(lp_pool2d(x, 200, PAIR), [alone], rtol=1e-14)


def test_a_nan_stays_in_its_window_of_the_norm():
    x = np.array([[math.nan, 1.0, 3e200, 4e200]])
    np.testing.assert_allclose(lp_pool2d(x, 2, PAIR), [[math.nan, 5e200]], rtol=1e-14)


WINDOWS = [((2, 3), 1, False), (2, 2, True), ((3, 2), (2, 1), True)]


@given(st.floats(-280, 280), st.sampled_from([1.5, 2, 3, 7]), st.sampled_from(WINDOWS))
def test_norm_and_gradient_scale_with_their_input(exponent, p, window):
    rng = np.random.default_rng(3)
    x, scale = rng.normal(size=(2, 5, 6)), 2.0 ** round(exponent / 0.30103)
    plain = lp_pool2d(x, p, *window)
    np.testing.assert_allclose(lp_pool2d(x * scale, p, *window), plain * scale, rtol=1e-11)
    grad = rng.normal(size=plain.shape)
    np.testing.assert_allclose(
        gradients.lp_pool2d_backward(grad, x * scale, p, *window),
        gradients.lp_pool2d_backward(grad, x, p, *window),
        rtol=1e-9,
        atol=1e-12,
    )


def test_gradient_of_a_large_power_goes_to_the_largest_cell():
    x = np.array([[255, 250]], np.uint8)
    norm = lp_pool2d(x, 130, PAIR).item()
    expected = [[(255 / norm) ** 129, (250 / norm) ** 129]]
    np.testing.assert_allclose(
        gradients.lp_pool2d_backward([[1.0]], x, 130, PAIR), expected, rtol=1e-12
    )


# --- stochastic draws ---------------------------------------------------------------------


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1.0, 1e300, 1.7e308])
def test_equal_activations_of_any_size_are_drawn_equally_often(size):
    x = np.broadcast_to([[size, size, 0.0, size]], (6000, 1, 4))
    _, drawn = stochastic_pool2d(x, (1, 4), rng=0, return_indices=True)
    share = np.bincount(drawn.ravel(), minlength=4) / len(x)
    np.testing.assert_allclose(share, [1 / 3, 1 / 3, 0, 1 / 3], atol=0.03)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1.0, 1e200, 1e308])
def test_weighted_mean_of_any_size(size):
    mean = stochastic_pool2d([[size, size / 2, 0, 0]], PAIR, training=False)
    np.testing.assert_allclose(
        mean / size, [[1.25 / 1.5, 0]], rtol=1e-3 if size < 1e-300 else 1e-14
    )


# --- sizes --------------------------------------------------------------------------------

FOUR = np.arange(4.0).reshape(2, 2)
HUGE = [10**7, 2**40, 2**62]


@pytest.mark.parametrize("kernel", HUGE)
def test_a_kernel_far_larger_than_the_plane(kernel):
    window = {"kernel_size": kernel, "padding": kernel // 2}
    assert max_pool2d(FOUR, **window).tolist() == [[3]]
    values, positions = max_pool2d(FOUR, **window, return_indices=True)
    assert (values.tolist(), positions.tolist()) == ([[3]], [[3]])
    assert avg_pool2d(FOUR, **window, count_include_pad=False).tolist() == [[1.5]]
    np.testing.assert_allclose(avg_pool2d(FOUR, **window), [[6 / kernel**2]])
    assert output_size(2, kernel, padding=kernel // 2) == 1
    assert gradients.max_pool2d_backward([[5.0]], FOUR, **window).tolist() == [[0, 0], [0, 5]]
    back = gradients.avg_pool2d_backward([[8.0]], FOUR, **window, count_include_pad=False)
    assert back.tolist() == [[2, 2], [2, 2]]
    assert max_pool2d(FOUR, **window, stride=1).shape == (3, 3)
    assert lp_pool2d(FOUR, 1, kernel, kernel, ceil_mode=True).tolist() == [[6]]


@pytest.mark.parametrize("far", HUGE)
def test_one_cell_is_no_distance_from_itself(far):
    values, positions = max_pool2d(FOUR, 1, far, dilation=far, return_indices=True)
    assert (values.tolist(), positions.tolist()) == ([[0]], [[0]])
    assert Axis(4, 1, far, 0, far).cells(0) == [0]


ABSURD = [  # what fills the memory or takes minutes, if it is not looked at first
    lambda n: adaptive_max_pool2d(FOUR, n),
    lambda n: adaptive_avg_pool2d(FOUR, (n, n)),
    lambda n: pooling.spatial_pyramid_pool2d(FOUR, (1, n)),
    lambda n: gradients.adaptive_max_pool2d_backward(FOUR, FOUR, n),
    lambda n: gradients.adaptive_avg_pool2d_backward(FOUR, FOUR, n),
    lambda n: max_unpool2d(FOUR, np.zeros((2, 2), int), n),
    lambda n: max_pool2d(FOUR, n),
    lambda n: max_pool2d(FOUR, 2, 1, n),
    lambda n: max_pool2d(FOUR, 2, 1, 0, n),
    lambda n: pooling.blur_pool2d(FOUR, 1, n),
]


@pytest.mark.parametrize("number", [125_091_515_651, 2**45, 2**62, 2**63, 10**400])
@pytest.mark.parametrize("call", range(len(ABSURD)))
def test_absurd_sizes_are_refused_before_any_work(call, number):
    tracemalloc.start()
    try:
        with pytest.raises((ValueError, MemoryError)):
            ABSURD[call](number)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


@given(st.integers(1, 9), st.integers(1, 40))
def test_more_bins_than_cells(size, bins):
    x = np.random.default_rng(size).normal(size=(2, size))
    expected = [x[:, i * size // bins : -(-(i + 1) * size // bins)] for i in range(bins)]
    mean = adaptive_avg_pool2d(x, (None, bins))
    np.testing.assert_allclose(mean, np.stack([part.mean(-1) for part in expected], -1))
    high, where = adaptive_max_pool2d(x, (None, bins), return_indices=True)
    np.testing.assert_array_equal(high, np.stack([part.max(-1) for part in expected], -1))
    np.testing.assert_array_equal(x.ravel()[where], high)


def test_a_receptive_field_that_can_no_longer_be_counted():
    with pytest.raises(ValueError, match=r"layers\[62\] goes beyond"):
        receptive_fields([(2, 2)] * 100)
    assert receptive_fields([(2, 2)] * 60)[-1].jump == 2**60


# --- PyTorch's spellings --------------------------------------------------------------------


@pytest.mark.parametrize("one", [[2], (2,), np.array([2])])
def test_a_sequence_of_one_number_means_both_axes(one):
    x = np.arange(16.0).reshape(4, 4)
    np.testing.assert_array_equal(max_pool2d(x, one, one, [0], [1]), max_pool2d(x, 2))
    np.testing.assert_array_equal(adaptive_max_pool2d(x, one), adaptive_max_pool2d(x, 2))
    assert output_size([4], one) == (2, 2)


@pytest.mark.parametrize("empty", [[], (), None])
def test_no_stride_means_the_kernel(empty):
    x = np.random.default_rng(0).random((4, 6))
    np.testing.assert_array_equal(max_pool2d(x, (2, 3), empty), max_pool2d(x, (2, 3)))
    np.testing.assert_array_equal(lp_pool2d(x, 2, 2, empty), lp_pool2d(x, 2, 2))
    y, indices = max_pool2d(x, 2, return_indices=True)
    np.testing.assert_array_equal(max_unpool2d(y, indices, 2, empty), max_unpool2d(y, indices, 2))
    assert output_size(4, 2, empty) == 2


@pytest.mark.parametrize("asked, shape", [((None, 3), (4, 3)), ([2, None], (2, 6))])
def test_none_keeps_the_size_of_its_axis(asked, shape):
    x = np.random.default_rng(0).random((2, 4, 6))
    for pool in (adaptive_max_pool2d, adaptive_avg_pool2d):
        np.testing.assert_array_equal(pool(x, asked), pool(x, shape))
    grad = np.ones((2, *shape))
    for back in (gradients.adaptive_max_pool2d_backward, gradients.adaptive_avg_pool2d_backward):
        np.testing.assert_array_equal(back(grad, x, asked), back(grad, x, shape))


def test_bins_that_tile_the_plane_are_ordinary_windows():
    x = np.random.default_rng(0).random((2, 12, 8)).astype(np.float32)
    for rows, columns in itertools.product((1, 2, 3, 12), (1, 2, 8)):
        window = 12 // rows, 8 // columns
        same = adaptive_avg_pool2d(x, (rows, columns)), avg_pool2d(x, window)
        np.testing.assert_array_equal(*same)
    np.testing.assert_array_equal(adaptive_avg_pool2d(x, 1), pooling.global_avg_pool2d(x))
