"""Rules that an independent implementation usually gets wrong, each with its answer by hand.

The answers are those of torch 2.13 (or of the definition, where the table of the course says so);
`test_the_table_is_torchs` holds the ones torch can give to torch itself.
"""

import math
import warnings

import numpy as np
import pytest
import torch
from torch.nn import functional as torch_pools

from pooling_lab import pooling
from pooling_lab.gradients import avg_pool2d_backward, max_pool2d_backward
from pooling_lab.pooling import (
    adaptive_avg_pool2d,
    avg_pool2d,
    global_avg_pool2d,
    lp_pool2d,
    max_pool2d,
    min_pool2d,
)

INF, NAN = math.inf, math.nan
ROW = (1, 2)  # a window of one row and two columns
ONE_TO_NINE = np.arange(1.0, 10.0)[None]

# name, layer, x (one row), window arguments, the answer
TORCH_AGREES = [
    (
        "max pads with −inf, never with 0",
        "max_pool2d",
        [[-3, -1, -2]],
        {"kernel_size": (1, 3), "stride": 1, "padding": (0, 1)},
        [[-1, -1, -1]],
    ),
    (
        "a window of −inf has −inf as its maximum",
        "max_pool2d",
        [[-INF, -INF]],
        {"kernel_size": ROW, "padding": (0, 1), "stride": 1},
        [[-INF, -INF, -INF]],
    ),
    (
        "ceil: a last window that starts in the right padding is dropped",
        "max_pool2d",
        [[1, 2]],
        {"kernel_size": (1, 3), "stride": 3, "padding": (0, 1), "ceil_mode": True},
        [[2]],
    ),
    (
        "ceil: a last window that starts beyond the input is dropped",
        "max_pool2d",
        [[1, 2]],
        {"kernel_size": 1, "stride": 2, "ceil_mode": True},
        [[1]],
    ),
    (
        "ceil: a window longer than the input still counts once",
        "max_pool2d",
        [[1, 2]],
        {"kernel_size": (1, 3), "stride": (1, 2), "ceil_mode": True},
        [[2]],
    ),
    (
        "ceil: a partial last window",
        "max_pool2d",
        [[1, 2, 3]],
        {"kernel_size": ROW, "ceil_mode": True},
        [[2, 3]],
    ),
    (
        "average: ceil divides by the cells that exist",
        "avg_pool2d",
        [[1, 2, 3]],
        {"kernel_size": ROW, "ceil_mode": True},
        [[1.5, 3]],
    ),
    (
        "average: ceil and padding divide up to the padded edge",
        "avg_pool2d",
        ONE_TO_NINE,
        {"kernel_size": (1, 7), "stride": (1, 3), "padding": (0, 3), "ceil_mode": True},
        [[10 / 7, 4, 39 / 7, 4]],
    ),
    (
        "average: without counting pads",
        "avg_pool2d",
        ONE_TO_NINE,
        {
            "kernel_size": (1, 7),
            "stride": (1, 3),
            "padding": (0, 3),
            "ceil_mode": True,
            "count_include_pad": False,
        },
        [[2.5, 4, 6.5, 8]],
    ),
    (
        "average: pads count in the divisor",
        "avg_pool2d",
        [[6, 6]],
        {"kernel_size": (1, 3), "stride": 1, "padding": (0, 1)},
        [[4, 4]],
    ),
    (
        "divisor_override replaces every divisor",
        "avg_pool2d",
        [[1, 2, 3]],
        {"kernel_size": ROW, "padding": (0, 1), "divisor_override": 4},
        [[0.25, 1.25]],
    ),
    (
        "divisor_override may be negative",
        "avg_pool2d",
        [[1, 2]],
        {"kernel_size": ROW, "divisor_override": -3},
        [[-1]],
    ),
    (
        "NaN spreads to exactly the windows that hold it, max",
        "max_pool2d",
        [[NAN, 1, 2, 3]],
        {"kernel_size": ROW, "stride": 1},
        [[NAN, 2, 3]],
    ),
    (
        "NaN spreads to exactly the windows that hold it, average",
        "avg_pool2d",
        [[NAN, 1, 2, 3]],
        {"kernel_size": ROW, "stride": 1},
        [[NAN, 1.5, 2.5]],
    ),
    (
        "infinity stays in its windows",
        "avg_pool2d",
        [[INF, 1, 2, 3]],
        {"kernel_size": ROW, "stride": 1},
        [[INF, 1.5, 2.5]],
    ),
    (
        "inf − inf is NaN, in silence",
        "avg_pool2d",
        [[INF, -INF, 1]],
        {"kernel_size": ROW, "stride": 1},
        [[NAN, -INF]],
    ),
    (
        "no running sum: a large cell does not swallow its neighbours",
        "avg_pool2d",
        [[1e8, 1, 1, 1]],
        {"kernel_size": ROW, "stride": 1},
        [[50000000.5, 1, 1]],
    ),
    (
        "adaptive bins overlap: 5 to 3",
        "adaptive_avg_pool2d",
        [[1, 2, 3, 4, 5]],
        {"output_size": (1, 3)},
        [[1.5, 3, 4.5]],
    ),
    (
        "adaptive bins: 7 to 4, all cells read",
        "adaptive_max_pool2d",
        [[7, 6, 5, 4, 3, 2, 1]],
        {"output_size": (1, 4)},
        [[7, 6, 4, 2]],
    ),
    (
        "adaptive bins: more bins than cells",
        "adaptive_avg_pool2d",
        [[1, 2]],
        {"output_size": (1, 3)},
        [[1, 1.5, 2]],
    ),
    (
        "dilation skips cells",
        "max_pool2d",
        [[1, 9, 2, 9, 3]],
        {"kernel_size": ROW, "stride": 1, "dilation": 2},
        [[2, 9, 3]],
    ),
    (
        "stride beyond the kernel leaves cells unread",
        "max_pool2d",
        [[1, 9, 2, 9]],
        {"kernel_size": 1, "stride": (1, 2)},
        [[1, 2]],
    ),
]

# what torch cannot judge: its answer differs (the docstring says so), or it has no such layer
BY_DEFINITION = [
    (
        "Lp: p = 1 adds up absolute values, and does not average",
        lp_pool2d,
        [[-1, 2]],
        (1, ROW),
        [[3]],
    ),
    ("Lp: signs do not cancel", lp_pool2d, [[-3, 4]], (3, ROW), [[(27 + 64) ** (1 / 3)]]),
    (
        "Lp: a clipped window is not scaled",
        lp_pool2d,
        [[3, 4, 5]],
        (2, ROW, None, True),
        [[5, 5]],
    ),
    ("Lp: p = ∞ is the largest absolute value", lp_pool2d, [[-7, 4]], (INF, ROW), [[7]]),
    ("Lp: a zero window", lp_pool2d, [[0, 0]], (2, ROW), [[0]]),
    ("min pads with +∞", min_pool2d, [[3, 1]], ((1, 3), 1, (0, 1)), [[1, 1]]),
    ("averages of integers are not truncated", avg_pool2d, [[1, 2]], (ROW,), [[1.5]]),
    ("adaptive averages of integers", adaptive_avg_pool2d, [[1, 2]], (1,), [[1.5]]),
]


@pytest.mark.parametrize("name, layer, x, window, answer", TORCH_AGREES)
def test_answer_by_hand(name, layer, x, window, answer):
    np.testing.assert_allclose(getattr(pooling, layer)(x, **window), answer, rtol=1e-15)


@pytest.mark.parametrize("name, layer, x, window, answer", TORCH_AGREES)
def test_the_table_is_torchs(name, layer, x, window, answer):
    judge = getattr(torch_pools, layer)
    plane = torch.tensor(np.asarray(x, float))[None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_allclose(judge(plane, **window)[0], answer, rtol=1e-15)


@pytest.mark.parametrize("name, function, x, window, answer", BY_DEFINITION)
def test_answer_by_definition(name, function, x, window, answer):
    np.testing.assert_allclose(function(x, *window), answer, rtol=1e-15)


# --- windows that must be refused, as torch refuses them ------------------------------------

REFUSED = [
    ("padding beyond half of the kernel", 9, {"kernel_size": 3, "padding": 2}),
    (
        "dilation does not raise the limit of padding",
        9,
        {"kernel_size": 3, "padding": 2, "dilation": 2},
    ),
    ("the floor goes toward −∞: n=1 k=3 s=5", 1, {"kernel_size": 3, "stride": 5}),
    ("ceil cannot save n=2 k=3 s=1", 2, {"kernel_size": 3, "stride": 1, "ceil_mode": True}),
]


@pytest.mark.parametrize("name, size, window", REFUSED)
@pytest.mark.parametrize("pool", [pooling.max_pool2d, torch_pools.max_pool2d], ids=["us", "torch"])
def test_refused_as_in_torch(pool, name, size, window):
    x = np.ones((1, size, size))
    with pytest.raises((ValueError, RuntimeError)):
        pool(x if pool is max_pool2d else torch.tensor(x), **window)


def test_padding_of_half_an_even_kernel_is_fine():
    assert max_pool2d(np.ones((4, 4)), 4, padding=2).shape == (2, 2)


# --- ties, indices, overlaps ----------------------------------------------------------------


def test_the_first_of_equal_cells_in_row_major_order_wins():
    x = [[1.0, 5.0, 0.0], [5.0, 5.0, 5.0]]
    _, positions = max_pool2d(x, 2, stride=1, return_indices=True)
    assert positions.tolist() == [[1, 1]]
    assert max_pool2d_backward([[1.0, 2.0]], x, 2, stride=1).tolist() == [[0, 3, 0], [0, 0, 0]]


def test_positions_count_in_the_plane_without_padding():
    x = np.arange(16.0).reshape(1, 4, 4)
    _, positions = max_pool2d(np.stack([x, -x]), 3, 2, 1, return_indices=True)
    assert positions[0, 0].tolist() == [[5, 7], [13, 15]]
    assert positions[1, 0].tolist() == [[0, 1], [4, 5]]


def test_the_position_of_minus_infinity_is_never_padding():
    x = np.full((3, 3), -INF)
    _, positions = max_pool2d(x, 3, 2, 1, return_indices=True)
    assert positions.tolist() == [[0, 1], [3, 4]]


def test_the_position_of_a_nan_is_a_nan():
    x = [[1.0, NAN, 9.0, 2.0]]
    values, positions = max_pool2d(x, ROW, return_indices=True)
    assert np.isnan(values[0, 0])
    assert positions.tolist() == [[1, 2]]


def test_a_dilated_window_that_reads_only_padding_points_nowhere():
    x = [[1.0, 2.0]]  # window of 2, three apart: one cell left and one right of the input
    values, positions = max_pool2d(x, ROW, 1, (0, 1), (1, 3), return_indices=True)
    assert values.tolist() == [[-INF]]
    assert positions.tolist() == [[-1]]
    assert max_pool2d_backward([[7.0]], x, ROW, 1, (0, 1), (1, 3)).tolist() == [[0, 0]]


def test_gradients_of_overlapping_windows_add_up():
    assert avg_pool2d_backward([[2.0, 4.0]], [[0, 0, 0]], ROW, 1).tolist() == [[1, 3, 2]]


# --- number types -----------------------------------------------------------------------------

INTEGERS = [np.uint8, np.int8, np.uint16, np.int32, np.uint64, np.int64]


@pytest.mark.parametrize("dtype", INTEGERS)
def test_extremes_of_integers_are_exact_and_keep_their_type(dtype):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    x = np.array([[low, high - 1, high, low + 1]], dtype)
    biggest, smallest = (pool(x, (1, 3), 1, (0, 1)) for pool in (max_pool2d, min_pool2d))
    assert biggest.dtype == smallest.dtype == dtype
    assert biggest.tolist() == [[high - 1, high, high, high]]
    assert smallest.tolist() == [[low, low, low + 1, low + 1]]


def test_int64_beyond_the_digits_of_a_float():
    x = np.array([[2**53 + 1, 2**53]])
    assert max_pool2d(x, ROW).item() == 2**53 + 1


def test_sums_of_uint8_do_not_wrap_around():
    assert avg_pool2d(np.full((2, 2), 255, np.uint8), 2).item() == 255
    assert lp_pool2d(np.array([[-128, 0]], np.int8), 1, ROW).item() == 128


def test_float16_is_added_up_in_float32_and_rounded_once():
    x = np.array([[2048, 1], [1, 1]], np.float16)
    for average in (avg_pool2d(x, 2), adaptive_avg_pool2d(x, 1), global_avg_pool2d(x)):
        assert average.dtype == np.float16
        assert average.item() == 513  # 512.75 has no float16; adding in float16 gives 512


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_floats_keep_their_type(dtype):
    x = np.ones((4, 4), dtype)
    window_pools = [max_pool2d(x, 2), min_pool2d(x, 2), avg_pool2d(x, 2), lp_pool2d(x, 2, 2)]
    assert {pooled.dtype for pooled in window_pools} == {np.dtype(dtype)}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["random", "all alike"])
def test_float32_averages_of_a_large_window_stay_within_1e5th(kind):
    x = np.full((1024, 1024), np.float32(1000.1))
    if kind == "random":
        x = np.random.default_rng(0).random(x.shape, np.float32) + np.float32(1000)
    exact = x.mean(dtype=np.float64)
    for average in (avg_pool2d(x, 1024), adaptive_avg_pool2d(x, 1), global_avg_pool2d(x)):
        assert abs(average.item() / exact - 1) < 1e-5


# --- the sign of a zero is not promised; nothing else hides -----------------------------------


@pytest.mark.parametrize("pool", [max_pool2d, min_pool2d, avg_pool2d])
def test_nothing_warns(pool):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in (np.float16, np.float32, np.float64):
            pool(np.array([[INF, -INF, NAN, 0]], dtype), (1, 3), 1, (0, 1))
            pool(np.full((2, 2), np.finfo(dtype).max), 2)


def test_a_batch_of_none_gives_a_batch_of_none():
    x = np.ones((0, 3, 4, 4))
    assert max_pool2d(x, 2).shape == (0, 3, 2, 2)
    assert avg_pool2d(x, 2, 1, 1).shape == (0, 3, 5, 5)
    assert max_pool2d(x, 2, return_indices=True)[1].shape == (0, 3, 2, 2)
    assert max_pool2d_backward(np.ones((0, 3, 2, 2)), x, 2).shape == x.shape
    assert avg_pool2d_backward(np.ones((0, 3, 2, 2)), x, 2).shape == x.shape
