"""Every forward pass, on windows and numbers drawn at random, against torch in float64."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as torch_pools
from window_cases import LAYOUTS, activations, cases, with_specials

import pooling_lab
from pooling_lab import engine, pooling, reference
from pooling_lab.pooling import (
    adaptive_avg_pool2d,
    adaptive_max_pool2d,
    avg_pool2d,
    blur_pool2d,
    gem_pool2d,
    global_avg_pool2d,
    global_max_pool2d,
    lp_pool2d,
    max_pool2d,
    max_unpool2d,
    min_pool2d,
    mixed_pool2d,
    spatial_pyramid_pool2d,
    stochastic_pool2d,
)

BINS = st.tuples(st.integers(1, 9), st.integers(1, 9))
CLOSE = {"rtol": 1e-12, "atol": 1e-9}


def judge(layer, x, *args, **options):
    answer = getattr(torch_pools, layer)(torch.tensor(x), *args, **options)
    return [part.numpy() for part in answer] if isinstance(answer, tuple) else answer.numpy()


def cell_at(x, positions):
    planes = x.reshape(len(x), -1)
    return np.take_along_axis(planes, positions.reshape(len(x), -1), 1).reshape(positions.shape)


# --- against torch ----------------------------------------------------------------------------


@given(cases(with_specials))
def test_maximum(case):
    np.testing.assert_array_equal(
        max_pool2d(case.x, *case.window), judge("max_pool2d", case.x, *case.window)
    )


@given(cases(with_specials))
def test_minimum(case):
    np.testing.assert_array_equal(
        min_pool2d(case.x, *case.window), -judge("max_pool2d", -case.x, *case.window)
    )


@given(cases())
def test_positions_of_the_maximum(case):
    values, positions = max_pool2d(case.x, *case.window, return_indices=True)
    theirs, their_positions = judge("max_pool2d", case.x, *case.window, return_indices=True)
    np.testing.assert_array_equal(values, theirs)
    somewhere = np.isfinite(values)  # for windows of padding alone torch gives no valid position
    np.testing.assert_array_equal(positions[somewhere], their_positions[somewhere])
    assert (positions[~somewhere] == -1).all()


@given(cases(with_specials, dilation=1))
def test_positions_hold_the_maximum_even_if_it_is_nan_or_infinite(case):
    values, positions = max_pool2d(case.x, *case.window, return_indices=True)
    np.testing.assert_array_equal(cell_at(case.x, positions), values)


@given(cases(with_specials, dilation=1), st.booleans(), st.none() | st.sampled_from([-3, 1, 7]))
def test_average(case, count_include_pad, divisor_override):
    options = {"count_include_pad": count_include_pad, "divisor_override": divisor_override}
    np.testing.assert_allclose(
        avg_pool2d(case.x, *case.undilated, **options),
        judge("avg_pool2d", case.x, *case.undilated, **options),
        **CLOSE,
    )


@given(cases(with_specials), BINS)
def test_adaptive(case, bins):
    np.testing.assert_allclose(
        adaptive_avg_pool2d(case.x, bins), judge("adaptive_avg_pool2d", case.x, bins), **CLOSE
    )
    np.testing.assert_array_equal(
        adaptive_max_pool2d(case.x, bins), judge("adaptive_max_pool2d", case.x, bins)
    )


@given(cases(), BINS)
def test_positions_of_adaptive_maxima(case, bins):
    ours = adaptive_max_pool2d(case.x, bins, return_indices=True)
    theirs = judge("adaptive_max_pool2d", case.x, bins, return_indices=True)
    np.testing.assert_array_equal(ours[0], theirs[0])
    np.testing.assert_array_equal(ours[1], theirs[1])


@given(cases(with_specials))
def test_global_is_adaptive_with_one_bin(case):
    np.testing.assert_array_equal(global_max_pool2d(case.x), adaptive_max_pool2d(case.x, 1))
    np.testing.assert_allclose(
        global_avg_pool2d(case.x), judge("adaptive_avg_pool2d", case.x, 1), **CLOSE
    )


@given(cases(activations, dilation=1), st.sampled_from([1, 1.5, 2, 3]))
def test_norm_where_torch_keeps_the_definition(case, p):
    window = case.kernel_size, case.stride
    if not all(n >= k for n, k in zip(case.x.shape[1:], case.kernel_size, strict=True)):
        return
    np.testing.assert_allclose(
        lp_pool2d(case.x, p, *window),
        judge("lp_pool2d", case.x[None], p, *window)[0],
        rtol=1e-9,
        atol=1e-9,
    )


@given(cases(dilation=1, longest=3))
def test_unpooling(case):
    if case.ceil_mode:
        return
    window = case.kernel_size, case.stride, case.padding
    y, indices = max_pool2d(case.x, *window, return_indices=True)
    size = case.x.shape[1:]
    if not all(
        abs(n - u) < s for n, u, s in zip(size, usual(y, *window), case.stride, strict=True)
    ):
        return
    ours = max_unpool2d(y, indices, *window, output_size=size)
    theirs = torch_pools.max_unpool2d(
        torch.tensor(y), torch.tensor(indices), *window, output_size=size
    )
    np.testing.assert_array_equal(ours, theirs.numpy())


def usual(y, kernel_size, stride, padding):
    numbers = zip(y.shape[1:], kernel_size, stride, padding, strict=True)
    return [(n - 1) * s - 2 * p + k for n, k, s, p in numbers]


@pytest.mark.parametrize("output_size", [None, (5, 5), [4, 5], (1, 1, 5, 4)])
def test_unpooling_to_a_wanted_size(output_size):
    y, indices = np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), np.array([[[[0, 3], [4, 7]]]])
    theirs = torch_pools.max_unpool2d(
        torch.tensor(y), torch.tensor(indices), 2, output_size=output_size
    )
    np.testing.assert_array_equal(max_unpool2d(y, indices, 2, output_size=output_size), theirs)


@pytest.mark.parametrize("taps", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("stride", [1, 2, (3, 2)])
def test_blur_is_a_fixed_convolution_over_mirrored_edges(taps, stride):
    x = np.random.default_rng(0).normal(size=(2, 9, 12))
    line = np.array([math.comb(taps - 1, i) for i in range(taps)]) / 2 ** (taps - 1)
    kernel = torch.tensor(np.outer(line, line))[None, None]
    around = ((taps - 1) // 2, taps // 2)
    mirrored = torch_pools.pad(torch.tensor(x)[:, None], (*around, *around), mode="reflect")
    theirs = torch_pools.conv2d(mirrored, kernel, stride=stride)[:, 0]
    np.testing.assert_allclose(blur_pool2d(x, stride, taps), theirs, **CLOSE)


# --- against the loops --------------------------------------------------------------------------


@given(cases(with_specials))
def test_maximum_against_the_loops(case):
    plane = case.x[0].tolist()
    values, positions = max_pool2d(case.x[0], *case.window, return_indices=True)
    np.testing.assert_array_equal(values, reference.max_pool2d(plane, *case.window))
    np.testing.assert_array_equal(positions, reference.max_positions(plane, *case.window))


@given(cases(dilation=1), st.sampled_from([0.5, 1, 2, 3.5]))
def test_norm_against_the_loops(case, p):
    window = case.kernel_size, case.stride, case.ceil_mode
    try:
        theirs = reference.lp_pool2d(case.x[0].tolist(), p, *window)
    except ValueError:  # the window fitted only with its padding
        return
    np.testing.assert_allclose(lp_pool2d(case.x[0], p, *window), theirs, rtol=1e-9)


@given(cases(dilation=1))
def test_norm_with_p_infinite_is_the_largest_absolute_value(case):
    window = case.kernel_size, case.stride
    if all(n >= k for n, k in zip(case.x.shape[1:], case.kernel_size, strict=True)):
        np.testing.assert_array_equal(
            lp_pool2d(case.x, math.inf, *window), max_pool2d(abs(case.x), *window)
        )


# --- the engine's shortcuts change nothing -------------------------------------------------------


@given(cases(with_specials, longest=23))
def test_long_windows(case):
    np.testing.assert_array_equal(
        max_pool2d(case.x, *case.window), judge("max_pool2d", case.x, *case.window)
    )
    if case.dilation == (1, 1):
        np.testing.assert_allclose(
            avg_pool2d(case.x, *case.undilated),
            judge("avg_pool2d", case.x, *case.undilated),
            **CLOSE,
        )


@given(cases(with_specials), st.sampled_from([16, 100, 400]))
def test_small_blocks(case, block):
    whole, whole_positions = max_pool2d(case.x, *case.window, return_indices=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "BLOCK", block)
        patch.setattr(engine, "TINY", 0)
        patch.setattr(engine, "_blocks", engine._blocks.__wrapped__)  # no plan made earlier
        values, positions = max_pool2d(case.x, *case.window, return_indices=True)
        bands = max_pool2d(case.x, *case.window)
    np.testing.assert_array_equal(bands, whole)
    np.testing.assert_array_equal(values, whole)
    np.testing.assert_array_equal(positions, whole_positions)


@pytest.mark.parametrize("pool", [max_pool2d, min_pool2d, avg_pool2d])
def test_a_tiny_map_of_tiles_gives_what_the_engine_gives(pool):
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 6)).astype(np.float32)
    x[0, 0, 0, 0] = math.nan
    one_call = pool(x, (2, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "TINY", 0)
        np.testing.assert_allclose(one_call, pool(x, (2, 3)), rtol=1e-6, atol=1e-6)


def test_a_plane_larger_than_a_block():
    x = np.random.default_rng(0).normal(size=(2, 900, 300))
    for window in [(2,), (3, 2, 1), (31, 1, 15), (5, 3, 2, 2, True)]:
        np.testing.assert_array_equal(max_pool2d(x, *window), judge("max_pool2d", x, *window))
    np.testing.assert_allclose(avg_pool2d(x, 9, 2, 4), judge("avg_pool2d", x, 9, 2, 4), **CLOSE)


# --- memory --------------------------------------------------------------------------------------

ALL = {
    "max": lambda x: max_pool2d(x, 3, 2, 1),
    "max, positions": lambda x: max_pool2d(x, 3, 2, 1, return_indices=True)[1],
    "min": lambda x: min_pool2d(x, 2),
    "average": lambda x: avg_pool2d(x, 3, 2, 1),
    "norm": lambda x: lp_pool2d(x, 2, 2),
    "stochastic": lambda x: stochastic_pool2d(x, 2, rng=3),
    "stochastic, tested": lambda x: stochastic_pool2d(x, 2, training=False),
    "mixed": lambda x: mixed_pool2d(x, 2, alpha=[0.25, 0.5, 0.75]),
    "generalised mean": lambda x: gem_pool2d(x),
    "global max": lambda x: global_max_pool2d(x),
    "global average": lambda x: global_avg_pool2d(x),
    "adaptive max": lambda x: adaptive_max_pool2d(x, (2, 3)),
    "adaptive average": lambda x: adaptive_avg_pool2d(x, (2, 3)),
    "pyramid": lambda x: spatial_pyramid_pool2d(x),
    "blur": lambda x: blur_pool2d(x),
    "unpool": lambda x: max_unpool2d(x, np.arange(126).reshape(2, 3, 3, 7) % 21, 1),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pool", ALL.values(), ids=ALL)
def test_layout_in_memory_changes_nothing(pool, layout):
    x = np.random.default_rng(0).random((2, 3, 3, 7)).astype(np.float32)
    laid = LAYOUTS[layout](x)
    before = np.array(laid)
    if layout == "nested lists":
        x = x.astype(float)
    answer = pool(laid)
    np.testing.assert_allclose(answer, pool(x), rtol=1e-6)
    assert answer.dtype.isnative
    np.testing.assert_array_equal(laid, before)
    assert not np.shares_memory(answer, laid)


@pytest.mark.parametrize("pool", ALL.values(), ids=ALL)
def test_broadcast_input(pool):
    x = np.broadcast_to(np.arange(21.0).reshape(3, 7), (2, 3, 3, 7))
    np.testing.assert_array_equal(pool(x), pool(x.copy()))


def test_channels_last_stays_channels_last():
    x = LAYOUTS["channels_last"](np.ones((2, 3, 4, 6)))
    assert max_pool2d(x, 2).strides[-3] == x.itemsize


@pytest.mark.parametrize("lead", [(), (1,), (2, 3), (2, 1, 3)])
def test_any_number_of_axes_before_the_plane(lead):
    x = np.random.default_rng(0).random((*lead, 4, 6))
    assert max_pool2d(x, 2).shape == (*lead, 2, 3)
    assert global_avg_pool2d(x, keepdims=False).shape == lead
    assert global_max_pool2d(x).shape == (*lead, 1, 1)
    assert spatial_pyramid_pool2d(x).shape == (*lead, 21)


def test_the_result_can_be_written_to():
    for pool in ALL.values():
        assert pool(np.ones((2, 3, 3, 7))).flags.writeable


def test_all_names_are_public():
    for name in pooling.__all__:
        assert getattr(pooling_lab, name) is getattr(pooling, name)


# --- the rarer kinds -----------------------------------------------------------------------------


def test_stochastic_draws_follow_the_probabilities():
    plane = [[1.0, 3.0, 0.0, 4.0]]
    probabilities = reference.stochastic_probabilities(plane, (1, 2))
    many = np.broadcast_to(plane, (20_000, 1, 4))
    _, positions = stochastic_pool2d(many, (1, 2), rng=0, return_indices=True)
    for window in range(2):
        drawn = np.bincount(positions[:, 0, window] - 2 * window, minlength=2) / len(many)
        np.testing.assert_allclose(drawn, probabilities[0][window], atol=0.015)


@given(cases(activations, dilation=1, longest=4), st.integers(0))
def test_a_cell_of_zero_is_never_drawn_beside_another(case, seed):
    window = case.kernel_size, case.stride
    if not all(n >= k for n, k in zip(case.x.shape[1:], case.kernel_size, strict=True)):
        return
    values, positions = stochastic_pool2d(case.x, *window, rng=seed, return_indices=True)
    np.testing.assert_array_equal(cell_at(case.x, positions), values)
    np.testing.assert_array_equal(values > 0, max_pool2d(case.x, *window) > 0)


def test_stochastic_is_reproducible():
    x = np.random.default_rng(1).random((8, 8))
    once, twice = (stochastic_pool2d(x, 2, rng=7) for _ in range(2))
    np.testing.assert_array_equal(once, twice)
    np.testing.assert_array_equal(once, stochastic_pool2d(x, 2, rng=np.random.default_rng(7)))
    assert (stochastic_pool2d(x, 2, rng=8) != once).any()
    assert (stochastic_pool2d(x, 2) != stochastic_pool2d(x, 2)).any()


def test_stochastic_draws_the_next_number_from_the_generator_it_is_given():
    x, rng = np.random.default_rng(1).random((8, 8)), np.random.default_rng(7)
    assert (stochastic_pool2d(x, 2, rng=rng) != stochastic_pool2d(x, 2, rng=rng)).any()


def test_stochastic_testing_is_the_weighted_mean_not_the_plain_one():
    x = np.array([[1.0, 3.0, 0.0, 0.0]])
    np.testing.assert_allclose(stochastic_pool2d(x, (1, 2), training=False), [[10 / 4, 0]])


def test_stochastic_with_overlapping_windows():
    x = np.array([[0, 1, 0, 0, 2, 0]])
    assert stochastic_pool2d(x, (1, 3), 1).tolist() == [[1, 1, 2, 2]]


@pytest.mark.parametrize("alpha, end", [(1, max_pool2d), (0, avg_pool2d)])
def test_mixed_ends_are_exact_even_with_infinities(alpha, end):
    x = np.array([[1.0, math.inf, -math.inf, 2.0, 3.0, 4.0]])
    np.testing.assert_array_equal(mixed_pool2d(x, (1, 2), alpha=alpha), end(x, (1, 2)))


def test_mixed_alpha_per_channel_and_per_output():
    x = np.random.default_rng(0).random((2, 3, 4, 4))
    high, mean = max_pool2d(x, 2), avg_pool2d(x, 2)
    per_channel, per_output = np.array([0.1, 0.5, 0.9]), np.linspace(0, 1, 24).reshape(high.shape)
    for alpha, share in [(per_channel, per_channel[:, None, None]), (per_output, per_output)]:
        np.testing.assert_allclose(
            mixed_pool2d(x, 2, alpha=alpha), share * high + (1 - share) * mean
        )


def test_a_row_of_alphas_is_per_channel_even_where_it_fits_the_width():
    x = np.stack([np.full((2, 4), 1.0), [[0.0, 2, 0, 2]] * 2])  # 2 channels, 2 outputs wide
    np.testing.assert_array_equal(mixed_pool2d(x, (2, 2), alpha=[0, 1]), [[[1, 1]], [[2, 2]]])


def test_generalised_mean_turns_from_average_to_maximum():
    x = np.random.default_rng(0).random((5, 7, 7))
    dial = [gem_pool2d(x, p) for p in (1, 2, 3, 10, 1000, math.inf)]
    np.testing.assert_allclose(dial[0], global_avg_pool2d(x))
    np.testing.assert_array_equal(dial[-1], global_max_pool2d(x))
    assert all((low < high).all() for low, high in itertools.pairwise(dial))


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
def test_generalised_mean_of_large_powers_neither_overflows_nor_vanishes(scale):
    x = np.array([[1, 2], [3, 4]], np.float32) * np.float32(scale)
    exact = 4 * (np.mean((np.arange(1, 5) / 4.0) ** 50)) ** (1 / 50) * scale
    np.testing.assert_allclose(gem_pool2d(x, 50).item(), exact, rtol=1e-5)


def test_generalised_mean_of_special_planes():
    planes = np.array([[[0.0, 0.0]], [[1.0, math.inf]], [[1.0, math.nan]]])
    np.testing.assert_array_equal(gem_pool2d(planes, 3, keepdims=False), [0, math.inf, math.nan])


def test_norm_survives_powers_beyond_float32():
    assert lp_pool2d(np.float32([[1e10, 1e10]]), 10, (1, 2)).item() == pytest.approx(
        1e10 * 2**0.1, rel=1e-6
    )


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_pyramid_is_its_grids_in_order(kind):
    x = np.random.default_rng(0).random((2, 5, 7))
    grids = [getattr(pooling, f"adaptive_{kind}_pool2d")(x, n).reshape(2, -1) for n in (3, 1)]
    np.testing.assert_array_equal(spatial_pyramid_pool2d(x, (3, 1), kind), np.hstack(grids))


def test_blur_keeps_a_constant_and_halves_a_spike():
    np.testing.assert_array_equal(blur_pool2d(np.ones((5, 5))), np.ones((3, 3)))
    spike = np.zeros((1, 1, 5, 5))
    spike[..., 2, 2] = 16
    assert blur_pool2d(spike)[0, 0].tolist() == [[0, 0, 0], [0, 4, 0], [0, 0, 0]]


@pytest.mark.parametrize("two", [2, [2, 2], (2, 2), np.int64(2), np.array(2), np.array([2, 2])])
def test_sizes_may_be_ints_or_pairs_of_any_whole_kind(two):
    x = np.arange(16.0).reshape(4, 4)
    np.testing.assert_array_equal(max_pool2d(x, two, two), [[5, 7], [13, 15]])
    np.testing.assert_array_equal(adaptive_max_pool2d(x, two), [[5, 7], [13, 15]])
