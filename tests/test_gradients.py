"""Every backward pass against autograd, finite differences, and the loops."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional as torch_pools
from window_cases import LAYOUTS, cases

from pooling_lab import gradients, pooling, reference
from pooling_lab.gradients import (
    adaptive_avg_pool2d_backward,
    adaptive_max_pool2d_backward,
    avg_pool2d_backward,
    global_avg_pool2d_backward,
    global_max_pool2d_backward,
    lp_pool2d_backward,
    max_pool2d_backward,
    min_pool2d_backward,
    stochastic_pool2d_backward,
)

BINS = st.tuples(st.integers(1, 9), st.integers(1, 9))
DIVISORS = st.none() | st.sampled_from([-3, 7])


def autograd(x, forward):
    """Return a random gradient of the output of ``forward``, and torch's gradient of ``x``."""
    x = torch.tensor(x, requires_grad=True)
    y = forward(x)
    assume(torch.isfinite(y).all())  # a window of padding alone: torch writes out of bounds
    grad_output = torch.tensor(np.random.default_rng(0).normal(size=y.shape))
    y.backward(grad_output)
    return grad_output.numpy(), x.grad.numpy()


# --- against autograd -------------------------------------------------------------------------


@given(cases())
def test_maximum(case):
    grad, expected = autograd(case.x, lambda x: torch_pools.max_pool2d(x, *case.window))
    np.testing.assert_allclose(max_pool2d_backward(grad, case.x, *case.window), expected)


@given(cases())
def test_minimum(case):
    grad, expected = autograd(case.x, lambda x: -torch_pools.max_pool2d(-x, *case.window))
    np.testing.assert_allclose(min_pool2d_backward(grad, case.x, *case.window), expected)


@given(cases(dilation=1, longest=20), st.booleans(), DIVISORS)
def test_average(case, count_include_pad, divisor_override):
    options = (*case.undilated, count_include_pad, divisor_override)
    grad, expected = autograd(case.x, lambda x: torch_pools.avg_pool2d(x, *options))
    ours = avg_pool2d_backward(grad, case.x, *options)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)


@given(cases(), BINS)
def test_adaptive(case, bins):
    grad, expected = autograd(case.x, lambda x: torch_pools.adaptive_max_pool2d(x, bins))
    np.testing.assert_allclose(adaptive_max_pool2d_backward(grad, case.x, bins), expected)
    grad, expected = autograd(case.x, lambda x: torch_pools.adaptive_avg_pool2d(x, bins))
    ours = adaptive_avg_pool2d_backward(grad, case.x, bins)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)


@given(cases())
def test_global(case):
    grad, expected = autograd(case.x, lambda x: torch_pools.adaptive_max_pool2d(x, 1))
    np.testing.assert_array_equal(global_max_pool2d_backward(grad, case.x), expected)
    flat = grad[..., 0, 0]
    np.testing.assert_array_equal(global_max_pool2d_backward(flat, case.x, False), expected)
    grad, expected = autograd(case.x, lambda x: x.mean(dim=(-2, -1), keepdim=True))
    np.testing.assert_allclose(global_avg_pool2d_backward(grad, case.x), expected)


@given(cases(dilation=1), st.sampled_from([1, 1.5, 2, 3, 4]))
def test_norm(case, p):
    window = case.kernel_size, case.stride
    assume(all(n >= k for n, k in zip(case.x.shape[1:], case.kernel_size, strict=True)))
    grad, expected = autograd(case.x, lambda x: norm_by_definition(x, p, *window))
    ours = lp_pool2d_backward(grad, case.x, p, *window)
    np.testing.assert_allclose(ours, np.nan_to_num(expected), rtol=1e-9, atol=1e-9)


def norm_by_definition(x, p, kernel_size, stride):
    powers = x.abs() ** p
    area = math.prod(kernel_size)
    return (torch_pools.avg_pool2d(powers, kernel_size, stride) * area) ** (1 / p)


@given(cases(dilation=1))
def test_norm_with_p_infinite(case):
    window = case.kernel_size, case.stride
    assume(all(n >= k for n, k in zip(case.x.shape[1:], case.kernel_size, strict=True)))
    grad, expected = autograd(case.x, lambda x: torch_pools.max_pool2d(x.abs(), *window))
    ours = lp_pool2d_backward(grad, case.x, math.inf, *window)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


# --- against the loops ------------------------------------------------------------------------


@given(cases(dilation=1), st.booleans())
def test_against_the_loops(case, count_include_pad):
    plane = case.x[0].tolist()
    grad = np.random.default_rng(0).normal(size=pooling.max_pool2d(case.x[0], *case.window).shape)
    for kind, window in [
        ("max", case.window),
        ("min", case.window),
        ("avg", (*case.undilated, count_include_pad)),
    ]:
        name = f"{kind}_pool2d_backward"
        ours = getattr(gradients, name)(grad, case.x[0], *window)
        loops = getattr(reference, name)(grad.tolist(), plane, *window)
        np.testing.assert_allclose(ours, loops, rtol=1e-12, atol=1e-12)


# --- against central finite differences ---------------------------------------------------------

SMOOTH = [  # name of the pooling, its window arguments
    ("max_pool2d", (3, 2, 1)),
    ("max_pool2d", (2, 1, 1, 2)),
    ("min_pool2d", (3, 2, 1, 1, True)),
    ("avg_pool2d", (3, 2, 1)),
    ("avg_pool2d", (3, 2, 1, True, False)),
    ("avg_pool2d", (2, 3, 0, False, True, 5)),
    ("lp_pool2d", (3, 2)),
    ("lp_pool2d", (1.5, 3, 2, True)),
    ("lp_pool2d", (math.inf, 2)),
    ("global_max_pool2d", ()),
    ("global_avg_pool2d", (False,)),
    ("adaptive_max_pool2d", ((3, 2),)),
    ("adaptive_avg_pool2d", ((4, 3),)),
]


@pytest.mark.parametrize("name, window", SMOOTH)
def test_finite_differences(name, window):
    rng = np.random.default_rng(0)
    x = rng.permutation(60).reshape(2, 5, 6) - 29.5  # no ties, no zeros: smooth around here
    forward, backward = getattr(pooling, name), getattr(gradients, f"{name}_backward")
    grad_output = rng.normal(size=forward(x, *window).shape)
    step = 1e-4
    expected = np.empty_like(x)
    for cell in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[cell] = step
        rise = forward(x + nudge, *window) - forward(x - nudge, *window)
        expected[cell] = (grad_output * rise).sum() / (2 * step)
    np.testing.assert_allclose(backward(grad_output, x, *window), expected, rtol=1e-6, atol=1e-8)


def test_every_backward_is_checked_by_finite_differences():
    checked = {f"{name}_backward" for name, _ in SMOOTH} | {"stochastic_pool2d_backward"}
    assert checked == set(gradients.__all__)


# --- rules ----------------------------------------------------------------------------------------


def test_stochastic_sends_the_gradient_where_the_draw_was():
    x = np.random.default_rng(0).random((2, 3, 6, 6))
    values, positions = pooling.stochastic_pool2d(x, 3, 1, rng=0, return_indices=True)
    grad = np.random.default_rng(1).normal(size=values.shape)
    expected = np.zeros((6, 36))
    for plane, where, what in zip(
        expected, positions.reshape(6, -1), grad.reshape(6, -1), strict=True
    ):
        np.add.at(plane, where, what)
    np.testing.assert_allclose(
        stochastic_pool2d_backward(grad, x, positions), expected.reshape(x.shape)
    )


def test_norm_of_a_zero_window_has_gradient_zero():
    for p in (0.5, 1, 2, 3):
        assert lp_pool2d_backward([[1.0]], [[0.0, 0.0]], p, (1, 2)).tolist() == [[0, 0]]


def test_a_nan_in_the_gradient_stays_in_its_window():
    grad = [[math.nan, 1.0]]
    ours = avg_pool2d_backward(grad, np.ones((1, 4)), (1, 2))
    np.testing.assert_array_equal(ours, [[math.nan, math.nan, 0.5, 0.5]])
    ours = max_pool2d_backward(grad, np.ones((1, 4)), (1, 2))
    np.testing.assert_array_equal(ours, [[math.nan, 0, 1, 0]])


def test_cells_that_no_window_reads_get_zero():
    assert avg_pool2d_backward([[6.0, 6.0]], np.ones((1, 6)), (1, 2), (1, 3)).tolist() == [
        [3, 3, 0, 3, 3, 0]
    ]


@given(cases(dilation=1), st.booleans())
def test_backward_of_the_average_is_its_transpose(case, count_include_pad):
    """For a linear layer A: the product of g and A·x equals that of Aᵀ·g and x."""
    window = (*case.undilated, count_include_pad)
    y = pooling.avg_pool2d(case.x, *window)
    grad = np.random.default_rng(0).normal(size=y.shape)
    back = avg_pool2d_backward(grad, case.x, *window)
    assert (grad * y).sum() == pytest.approx((back * case.x).sum(), rel=1e-9, abs=1e-9)


BACKWARD = {
    "max": lambda g, x: max_pool2d_backward(g, x, 2),
    "min": lambda g, x: min_pool2d_backward(g, x, 2),
    "average": lambda g, x: avg_pool2d_backward(g, x, 2),
    "norm": lambda g, x: lp_pool2d_backward(g, x, 2, 2),
    "norm, p infinite": lambda g, x: lp_pool2d_backward(g, x, math.inf, 2),
    "adaptive max": lambda g, x: adaptive_max_pool2d_backward(g, x, (2, 3)),
    "adaptive average": lambda g, x: adaptive_avg_pool2d_backward(g, x, (2, 3)),
    "stochastic": lambda g, x: stochastic_pool2d_backward(g, x, np.zeros((2, 3, 2, 3), int)),
    "global max": lambda g, x: global_max_pool2d_backward(np.array(g)[..., :1, :1], x),
    "global average": lambda g, x: global_avg_pool2d_backward(np.array(g)[..., :1, :1], x),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("backward", BACKWARD.values(), ids=BACKWARD)
def test_layout_in_memory_changes_nothing(backward, layout):
    rng = np.random.default_rng(0)
    grad, x = rng.random((2, 3, 2, 3)), rng.random((2, 3, 4, 6))
    laid = LAYOUTS[layout](grad), LAYOUTS[layout](x)
    before = [np.array(array) for array in laid]
    ours = backward(*laid)
    np.testing.assert_allclose(ours, backward(grad, x), rtol=1e-12)
    np.testing.assert_array_equal(laid[0], before[0])
    np.testing.assert_array_equal(laid[1], before[1])
    assert ours.flags.writeable
    assert not np.shares_memory(ours, laid[0])


@pytest.mark.parametrize("backward", BACKWARD.values(), ids=BACKWARD)
@pytest.mark.parametrize(
    "given, returned",
    [("float16", "float16"), ("float32", "float32"), ("uint8", "float64"), ("int64", "float64")],
)
def test_type_of_the_gradient(backward, given, returned):
    x = np.random.default_rng(0).integers(1, 9, (2, 3, 4, 6))
    grad = np.ones((2, 3, 2, 3))
    ours = backward(grad, x.astype(given))
    assert ours.dtype == returned
    np.testing.assert_allclose(ours, backward(grad, x.astype(float)), rtol=2e-3)
