"""Every argument of every public function: the wrong kind, value or shape is named, and harmless.

A new argument fails `test_every_argument_has_bad_values` until the table knows what is bad for it.
"""

import inspect
import itertools
import math
import reprlib

import numpy as np
import pytest
import torch

from pooling_lab import geometry, gradients, pooling

X = np.random.default_rng(0).random((2, 3, 6, 8))
MASKED = np.ma.masked_array(X, X > 0.5)

NOT_NUMBERS = [
    (None, TypeError),
    ("abc", TypeError),
    ({"x": 1}, TypeError),
    (X > 0.5, TypeError),
    (X * 1j, TypeError),
    (X.astype(object), TypeError),
    (X.astype("datetime64[s]"), TypeError),
    (MASKED, TypeError),
    (torch.ones(2, 3, 6, 8, requires_grad=True), TypeError),
    ([[1, 2], [3]], ValueError),
]
NOT_PLANES = [
    *NOT_NUMBERS,
    (3.0, ValueError),
    (X[0, 0, 0], ValueError),
    (np.ones((2, 0, 4)), ValueError),
    (np.ones((2, 4, 0)), ValueError),
    ([], ValueError),
    ([[]], ValueError),
]
NOT_A_SIZE = [
    (-1, ValueError),
    ((2, -1), ValueError),
    (2**63, ValueError),
    (10**4000, ValueError),
    (range(10**12), ValueError),
    (itertools.count(1), ValueError),
    ((2, 2, 2), ValueError),
    ((), ValueError),
    (2.0, TypeError),
    (math.nan, TypeError),
    ("2", TypeError),
    ("22", TypeError),
    (True, TypeError),
    (np.True_, TypeError),
    ((2, 1.5), TypeError),
    ((2, None), TypeError),
    ((2, True), TypeError),
    ((2, (2, 2)), TypeError),
    (2j, TypeError),
    (np.float64(2), TypeError),
    (np.array(2.0), TypeError),
]
NOT_A_COUNT = [(0, ValueError), ((2, 0), ValueError), *NOT_A_SIZE]
NONE = [(None, TypeError)]
NOT_A_FLAG = [(value, TypeError) for value in (None, 0, 1, "yes", 1.0, [True])]
NOT_A_POWER = [
    (10**400, ValueError),
    (0, ValueError),
    (-1, ValueError),
    (math.nan, ValueError),
    (-math.inf, ValueError),
    *[(value, TypeError) for value in (None, "2", True, [2], 2j, np.array([2.0]))],
]
SEVERAL = (tuple, range, itertools.count)
ONE_NUMBER = [(bad, TypeError if isinstance(bad, SEVERAL) else error) for bad, error in NOT_A_COUNT]


def is_empty(value):
    return isinstance(value, tuple) and value == ()


BAD = {  # argument: what is bad about it, and the kind of error
    "x": NOT_PLANES,
    "y": [*NOT_PLANES, (X[..., :5], ValueError)],
    "grad_output": [*NOT_NUMBERS, (X[..., :1, :2], ValueError), (1.0, ValueError)],
    "kernel_size": [*NOT_A_COUNT, *NONE, (99, ValueError), ((1, 99), ValueError)],
    "stride": [(bad, error) for bad, error in NOT_A_COUNT if not is_empty(bad)],
    "padding": [*NOT_A_SIZE, *NONE, (99, ValueError), ((0, 99), ValueError)],
    "dilation": [*NOT_A_COUNT, *NONE, (99, ValueError)],
    "ceil_mode": NOT_A_FLAG,
    "return_indices": NOT_A_FLAG,
    "count_include_pad": NOT_A_FLAG,
    "keepdims": NOT_A_FLAG,
    "training": NOT_A_FLAG,
    "divisor_override": [
        (0, ValueError),
        (1.5, TypeError),
        ("4", TypeError),
        (True, TypeError),
        ((2, 2), TypeError),
    ],
    "norm_type": NOT_A_POWER,
    "p": NOT_A_POWER,
    "rng": [
        (-1, ValueError),
        *[(value, TypeError) for value in (1.5, "seed", True, [1], np.random.RandomState(0))],
    ],
    "alpha": [
        *NOT_NUMBERS,
        (-0.1, ValueError),
        (1.1, ValueError),
        (math.nan, ValueError),
        ([0.5, 0.5], ValueError),
        (np.full((2, 2, 2), 0.5), ValueError),
        (np.full((9, 2, 3, 3, 4), 0.5), ValueError),
    ],
    "output_size": [*NOT_A_COUNT],
    "levels": [
        (None, TypeError),
        (2, TypeError),
        ("12", TypeError),
        ((), ValueError),
        ((1, 0), ValueError),
        ((1, 2.0), TypeError),
        ((True,), TypeError),
        (range(1, 10**12), ValueError),
        (itertools.repeat(1), ValueError),
        ((2**40,), ValueError),
    ],
    "kind": [("min", ValueError), ("", ValueError), (None, TypeError), (max, TypeError)],
    "taps": [*ONE_NUMBER, *NONE, (99, ValueError)],
    "indices": [
        *NOT_NUMBERS,
        (np.zeros((2, 3, 3, 4)), TypeError),
        (np.zeros((2, 3, 4, 3), int), ValueError),
        (np.full((2, 3, 3, 4), -1), ValueError),
        (np.full((2, 3, 3, 4), 48), ValueError),
        (0, ValueError),
    ],
    "size": [*NOT_A_COUNT, *NONE],
    "bins": [*ONE_NUMBER, *NONE, (10**11, ValueError)],
    "layers": [
        ([(3,)], ValueError),
        ([(3, 1, 1, 1)], ValueError),
        ([(0, 1)], ValueError),
        (itertools.repeat((3, 1)), ValueError),
        ([(2, 2)] * 64, ValueError),
        ([(3, 1.0)], TypeError),
        ([(3, True)], TypeError),
        ([3, 1], TypeError),
        (7, TypeError),
        (None, TypeError),
    ],
}

HALF = np.ones((2, 3, 3, 4))
WHERE = np.zeros(HALF.shape, int)
WINDOW = {"kernel_size": 2}
GOOD = {  # arguments that work, for every public function
    "max_pool2d": {"x": X, **WINDOW},
    "min_pool2d": {"x": X, **WINDOW},
    "avg_pool2d": {"x": X, **WINDOW},
    "lp_pool2d": {"x": X, "norm_type": 2, **WINDOW},
    "stochastic_pool2d": {"x": X, **WINDOW},
    "mixed_pool2d": {"x": X, **WINDOW},
    "gem_pool2d": {"x": X},
    "global_max_pool2d": {"x": X},
    "global_avg_pool2d": {"x": X},
    "adaptive_max_pool2d": {"x": X, "output_size": 2},
    "adaptive_avg_pool2d": {"x": X, "output_size": 2},
    "spatial_pyramid_pool2d": {"x": X},
    "max_unpool2d": {"y": HALF, "indices": WHERE, **WINDOW},
    "blur_pool2d": {"x": X},
    "max_pool2d_backward": {"grad_output": HALF, "x": X, **WINDOW},
    "min_pool2d_backward": {"grad_output": HALF, "x": X, **WINDOW},
    "avg_pool2d_backward": {"grad_output": HALF, "x": X, **WINDOW},
    "lp_pool2d_backward": {"grad_output": HALF, "x": X, "norm_type": 2, **WINDOW},
    "global_max_pool2d_backward": {"grad_output": np.ones((2, 3, 1, 1)), "x": X},
    "global_avg_pool2d_backward": {"grad_output": np.ones((2, 3, 1, 1)), "x": X},
    "adaptive_max_pool2d_backward": {
        "grad_output": np.ones((2, 3, 2, 2)),
        "x": X,
        "output_size": 2,
    },
    "adaptive_avg_pool2d_backward": {
        "grad_output": np.ones((2, 3, 2, 2)),
        "x": X,
        "output_size": 2,
    },
    "stochastic_pool2d_backward": {"grad_output": HALF, "x": X, "indices": WHERE},
    "output_size": {"size": 8, "kernel_size": 2},
    "conv_output_size": {"size": 8, "kernel_size": 2},
    "adaptive_bins": {"size": 8, "bins": 2},
    "receptive_fields": {"layers": [(3, 1)]},
}
ANY_WIDTH = {("max_unpool2d", "kernel_size"), ("conv_output_size", "padding")}  # 99 is fine
ONE_AXIS = ("conv_output_size", "adaptive_bins")  # these take one number where others take two


def find(name):
    return next(
        getattr(room, name) for room in (pooling, gradients, geometry) if hasattr(room, name)
    )


def bad_values(function, argument):
    values = BAD[argument]
    if (function, argument) in ANY_WIDTH:
        values = [(bad, error) for bad, error in values if "99" not in reprlib.repr(bad)]
    if function.startswith("adaptive"):  # where None in a pair keeps the size of its axis
        values = [
            (bad, error)
            for bad, error in values
            if not (isinstance(bad, tuple) and bad == (2, None))
        ]
    if function in ONE_AXIS:
        values = [(bad, TypeError if isinstance(bad, SEVERAL) else e) for bad, e in values]
    return values


CASES = [
    pytest.param(name, argument, bad, error, id=f"{name}-{argument}-{number}")
    for name in GOOD
    for argument in inspect.signature(find(name)).parameters
    if argument in BAD
    for number, (bad, error) in enumerate(bad_values(name, argument))
]


@pytest.mark.parametrize("name, argument, bad, error", CASES)
def test_bad_input_is_named_and_harmless(name, argument, bad, error):
    arguments = {
        key: np.copy(v) if isinstance(v, np.ndarray) else v for key, v in GOOD[name].items()
    }
    arguments[argument] = bad
    before = {k: v.tobytes() for k, v in arguments.items() if isinstance(v, np.ndarray)}
    with pytest.raises(error) as raised:
        find(name)(**arguments)
    assert type(raised.value) is error
    assert argument in str(raised.value)
    assert before == {k: v.tobytes() for k, v in arguments.items() if isinstance(v, np.ndarray)}


@pytest.mark.parametrize("name", GOOD)
def test_good_input_is_accepted(name):
    find(name)(**GOOD[name])


def test_a_number_longer_than_python_prints_is_refused_like_any_other():
    with pytest.raises(ValueError, match=r"kernel_size must be at most .* got <int>"):
        pooling.max_pool2d(X, 10**5000)


def test_every_public_function_is_in_the_table():
    public = {*pooling.__all__, *gradients.__all__}
    public |= {"output_size", "conv_output_size", "adaptive_bins", "receptive_fields"}
    assert public == set(GOOD)


@pytest.mark.parametrize("name", GOOD)
def test_every_argument_has_bad_values(name):
    assert not set(inspect.signature(find(name)).parameters) - set(BAD)


# --- what is wrong only together ------------------------------------------------------------------

TOGETHER = [
    ("stochastic_pool2d", {"x": -X}, "x must not be negative"),
    ("stochastic_pool2d", {"x": X * math.nan}, "x must be finite"),
    ("stochastic_pool2d", {"x": X + math.inf}, "x must be finite"),
    ("stochastic_pool2d", {"training": False, "return_indices": True}, "return_indices"),
    ("gem_pool2d", {"x": -X}, "x must not be negative"),
    ("max_pool2d", {"padding": 2, "kernel_size": 3}, r"padding 2 > 3 // 2 \(x has shape"),
    ("max_pool2d", {"padding": 2, "kernel_size": 3, "dilation": 2}, "padding 2 > 3 // 2"),
    ("max_pool2d", {"kernel_size": 5, "dilation": 2}, "no window fits: it spans 9 cells"),
    ("max_unpool2d", {"padding": 9}, "padding"),
    (
        "max_unpool2d",
        {"output_size": (8, 8)},
        r"output_size must be less than a stride \(2, 2\) away",
    ),
    ("max_unpool2d", {"output_size": (5, 8), "indices": WHERE + 40}, "indices must lie between"),
    ("max_pool2d_backward", {"stride": 1}, r"grad_output must have the shape of the output"),
    ("stochastic_pool2d_backward", {"x": X[:1]}, "grad_output must have the shape"),
    ("blur_pool2d", {"taps": 13}, "taps"),
]


@pytest.mark.parametrize("name, change, message", TOGETHER)
def test_arguments_that_do_not_go_together(name, change, message):
    with pytest.raises(ValueError, match=message):
        find(name)(**GOOD[name] | change)


@pytest.mark.parametrize("name", [name for name in GOOD if "x" in GOOD[name]])
def test_every_refusal_of_a_window_shows_the_shape(name):
    function = find(name)
    for argument in ("kernel_size", "output_size"):
        if argument in inspect.signature(function).parameters:
            with pytest.raises(ValueError, match=r"x has shape \(2, 3, 6, 8\)"):
                function(**GOOD[name] | {argument: 0})
