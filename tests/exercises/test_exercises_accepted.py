"""Wrong functions that were accepted once, and their sisters: stored cases alone reject each."""

import math

import numpy as np
import pytest
from discriminating_cases import rejects
from edge_cases import EDGES
from test_exercises import SOLUTIONS

from pooling_lab import exercises
from pooling_lab.exercises.cases import cases, encoded

LOW = (0, -1, -99, -999, -1e6, -1e9)
HIGH = (0, 1, 99, 255, 256, 999, 1e6, 1e9)


def windows(x, k, s):
    for i in range((x.shape[0] - k) // s + 1):
        for j in range((x.shape[1] - k) // s + 1):
            yield i, j, x[i * s : i * s + k, j * s : j * s + k]


def pooled(reduce):
    def pool(x, k, s):
        y = np.zeros(((x.shape[0] - k) // s + 1, (x.shape[1] - k) // s + 1))
        for i, j, window in windows(x, k, s):
            y[i, j] = reduce(window)
        return y

    return pool


def without_zeros(reduce):
    return lambda window: reduce(window[window != 0], initial=None) if window.any() else 0


def largest_from(low):
    return lambda window: max(low, window.max())


def smallest_from(high):
    return lambda window: min(high, window.min())


def mixed(largest):
    def pool(x, k, alpha):
        mean = pooled(np.mean)(x, k, k)
        return alpha * pooled(largest)(x, k, k) + (1 - alpha) * mean

    return pool


def passes(low):
    def pool(x, k):
        wide = np.lib.stride_tricks.sliding_window_view(x, k, axis=1).max(axis=-1)
        first = np.maximum(low, wide)
        tall = np.lib.stride_tricks.sliding_window_view(first, k, axis=0).max(axis=-1)
        return first, np.maximum(low, tall)

    return pool


def channels_last(largest):
    def pool(x):
        channels = [
            [pooled(largest)(plane, 2, 2) for plane in np.moveaxis(image, -1, 0)] for image in x
        ]
        return np.moveaxis(np.array(channels), 1, -1)

    return pool


def padded(frame=-np.inf, padding=lambda k, p: p, before=lambda x: x, reduce=np.max):
    def pool(x, k, s, p):
        wide = np.pad(before(x), padding(k, p), constant_values=frame)
        return pooled(reduce)(wide, k, s)

    return pool


def zeros_low(x):
    return np.where(x == 0, -np.inf, x)


def padded_then_zeros_low(x, k, s, p):
    return pooled(np.max)(zeros_low(np.pad(x, p)), k, s)


def zeros_dropped(window):
    left = window[window != 0]
    return left.max() if left.size else -np.inf


def padded_and_zeros_dropped(x, k, s, p):
    return pooled(zeros_dropped)(np.pad(x, p), k, s)


def sent_back(start=-np.inf, dtype=float):
    """Send gradients back through a running maximum that starts somewhere."""

    def backward(g, x, k, s):
        grad = np.zeros(x.shape, dtype)
        for i, j in np.ndindex(g.shape):
            best, at = start, (i * s, j * s)
            for u, v in np.ndindex(k, k):
                if x[i * s + u, j * s + v] > best:
                    best, at = x[i * s + u, j * s + v], (i * s + u, j * s + v)
            grad[at] += dtype(g[i, j])
        return grad

    return backward


def positive_gradients_alone(g, x, k, s):
    return sent_back()(np.maximum(g, 0), x, k, s)


def shared(g, x, k, s, cut=lambda share: share):
    grad = np.zeros(x.shape)
    for i, j in np.ndindex(g.shape):
        grad[i * s : i * s + k, j * s : j * s + k] += cut(g[i, j] / k**2)
    return grad


def put_back(y, indices, height, width, dtype=float):
    out = np.zeros(height * width, dtype)
    out[indices.ravel()] = y.ravel()
    return out.reshape(height, width)


def twice_as_large(y, indices, height, width):
    rows, columns = 2 * y.shape[0], 2 * y.shape[1]
    out = np.zeros((rows, columns))
    for value, index in zip(y.ravel(), indices.ravel(), strict=True):
        if index < rows * columns:
            out[index // columns, index % columns] = value
    return out


def twice_as_large_by_the_width(y, indices, height, width):
    return put_back(y, indices, height, width)[: 2 * y.shape[0], : 2 * y.shape[1]]


def only_even_widths(y, indices, height, width):
    columns = width // 2 * 2
    out = np.zeros((height, width))
    for value, index in zip(y.ravel(), indices.ravel(), strict=True):
        out[min(index // columns, height - 1), index % columns] = value
    return out


def shares_of_the_largest(x, p):
    largest = x.max(axis=(1, 2), keepdims=True)
    return (largest * ((x / largest) ** p).mean(axis=(1, 2), keepdims=True) ** (1 / p))[:, 0, 0]


def without_gaps(reduce):
    return lambda x, k, s: pooled(reduce)(x, k, min(s, k))


def in_its_dtype(pool):
    """Write the results into an array of the dtype of ``x``, the first array but in gradients."""

    def kept(*case):
        x = case[1] if isinstance(case[1], np.ndarray) else case[0]
        return np.asarray(pool(*case)).astype(x.dtype)

    return kept


def added_in_its_dtype(x, k, s):
    return pooled(lambda window: window.sum(dtype=x.dtype) / k**2)(x, k, s)


def as_far_as_windows_reach(backward):
    def reached(g, x, k, s):
        rows, columns = ((n - 1) * s + k for n in g.shape)
        return backward(g, x, k, s)[:rows, :columns]

    return reached


def gaps_filled(g, x, k, s):
    return shared(g, x, max(k, s), s)


def gaps_closed(backward):
    return lambda g, x, k, s: backward(g, x, k, min(k, s))


def infinity_in_whole_numbers(x, k, s, p):
    return pooled(np.max)(np.pad(x, p, constant_values=-np.inf), k, s)


def twice_the_minimum(x, k, s, p):
    return pooled(np.max)(np.pad(x.astype(float), p, constant_values=2 * float(x.min())), k, s)


def grey_squeezed(x):
    y = channels_last(np.max)(x)
    return y[..., 0] if x.shape[-1] == 1 else y


def negative_ends(x, k):
    """Slice with `x[:, d : -(k - 1 - d)]`, mended for the last d, not where the first is last."""
    first = x[:, : -(k - 1)]
    for d in range(1, k):
        first = np.maximum(first, x[:, d : x.shape[1] - k + 1 + d])
    second = first[: -(k - 1)]
    for d in range(1, k):
        second = np.maximum(second, first[d : x.shape[0] - k + 1 + d])
    return first, second


def half_where_alpha_is_0(x, k, alpha):
    return mixed(np.max)(x, k, alpha or 0.5)


def alpha_below_1(x, k, alpha):
    return mixed(np.max)(x, k, alpha % 1)


def width_first(size, bins):
    return [(int(i * (size / bins)), math.ceil((i + 1) * (size / bins))) for i in range(bins)]


ONCE_ACCEPTED = {
    "avg-pool2d": [
        ("no gaps", without_gaps(np.mean)),
        ("the dtype of x", in_its_dtype(pooled(np.mean))),
        ("sums in the dtype of x", added_in_its_dtype),
    ],
    "global-pooling": [
        ("sums in the dtype of x", lambda x: x.sum((2, 3), dtype=x.dtype) / x[0, 0].size),
        ("the dtype of x", lambda x: x.mean((2, 3)).astype(x.dtype)),
        ("all axes of length 1 dropped", lambda x: np.squeeze(x.mean((2, 3)))),
    ],
    "adaptive-bins": [("the width rounded first", width_first)],
    "max-pool2d": [
        ("no gaps", without_gaps(np.max)),
        *[(f"a maximum that starts at {low:g}", pooled(largest_from(low))) for low in LOW],
        ("zeros dropped", pooled(zeros_dropped)),
    ],
    "min-pool2d": [
        ("no gaps", without_gaps(np.min)),
        *[(f"a minimum that starts at {high:g}", pooled(smallest_from(high))) for high in HIGH],
        ("zeros dropped", pooled(lambda w: w[w != 0].min() if w.any() else np.inf)),
    ],
    "mixed-pool2d": [
        ("alpha or 0.5", half_where_alpha_is_0),
        ("alpha % 1", alpha_below_1),
        ("the dtype of x", lambda x, k, a: np.array(mixed(np.max)(x, k, a)).astype(x.dtype)),
        *[(f"a maximum that starts at {low:g}", mixed(largest_from(low))) for low in LOW],
        *[(f"a maximum that starts at {high:g}", mixed(largest_from(high))) for high in HIGH],
        ("zeros dropped", mixed(zeros_dropped)),
    ],
    "separable-max": [
        *[(f"a maximum that starts at {low:g}", passes(low)) for low in LOW],
        ("negative ends", negative_ends),
    ],
    "layout-nhwc": [
        ("grey images squeezed", grey_squeezed),
        ("all axes of length 1 dropped", lambda x: np.squeeze(channels_last(np.max)(x))),
        *[(f"a maximum that starts at {low:g}", channels_last(largest_from(low))) for low in LOW],
        ("zeros dropped", channels_last(zeros_dropped)),
    ],
    "find-the-bug": [
        ("infinity in whole numbers", infinity_in_whole_numbers),
        ("twice the minimum", twice_the_minimum),
        ("minus the largest magnitude", lambda x, k, s, p: padded(-abs(x).max() / 4)(x, k, s, p)),
        ("padding k//2 whatever is asked", padded(padding=lambda k, p: k // 2)),
        ("padding 1 whatever is asked", padded(padding=lambda k, p: 1)),
        ("padding where none is asked", padded(padding=lambda k, p: max(p, 1))),
        ("zeros of the input made low", padded(before=zeros_low)),
        ("zeros made low after padding", padded_then_zeros_low),
        ("zeros dropped in each window", padded_and_zeros_dropped),
        *[(f"a frame of {low:g}", padded(frame=low)) for low in LOW],
        *[(f"a maximum that starts at {low:g}", padded(reduce=largest_from(low))) for low in LOW],
        ("a frame of the smallest number less one tenth", padded(before=lambda x: x - 0.1)),
        ("magnitudes", lambda x, k, s, p: -pooled(np.min)(np.pad(abs(x), p), k, s)),
    ],
    "max-backward": [
        ("the dtype of x", in_its_dtype(sent_back())),
        ("as far as windows reach", as_far_as_windows_reach(sent_back())),
        ("gaps closed", gaps_closed(sent_back())),
        ("whole numbers", sent_back(dtype=int)),
        *[(f"a maximum that starts at {low:g}", sent_back(start=low)) for low in LOW],
        ("gradients above 0 alone", positive_gradients_alone),
    ],
    "avg-backward": [
        ("the dtype of x", in_its_dtype(shared)),
        ("as far as windows reach", as_far_as_windows_reach(shared)),
        ("gaps closed", gaps_closed(shared)),
        ("gaps filled", gaps_filled),
        ("cut off", lambda g, x, k, s: shared(g, x, k, s, np.trunc)),
        ("rounded", lambda g, x, k, s: shared(g, x, k, s, np.rint)),
        ("gradients above 0 alone", lambda g, x, k, s: shared(np.maximum(g, 0), x, k, s)),
    ],
    "unpool": [
        ("whole numbers", lambda *case: put_back(*case, dtype=int)),
        ("the size taken as 2×y", twice_as_large),
        ("cut to 2×y", twice_as_large_by_the_width),
        ("even widths alone", only_even_widths),
    ],
    "dial": [
        ("the dtype of x", lambda x, p: exercises.get("dial").solution(x, p).astype(x.dtype)),
        ("NaN on a channel of zeros", shares_of_the_largest),
        ("powers that overflow", lambda x, p: (x**p).mean(axis=(1, 2)) ** (1 / p)),
        ("no scaling below 1", lambda x, p: np.where(
            x.max(axis=(1, 2)) < 1,
            (x**p).mean(axis=(1, 2)) ** (1 / p),
            exercises.get("dial").solution(x, p),
        )),
        ("scaled by the largest number of all", lambda x, p: (
            x.max() * ((x / (x.max() or 1)) ** p).mean(axis=(1, 2)) ** (1 / p)
        )),
        ("the maximum for a large p", lambda x, p: (
            x.max(axis=(1, 2)) if p > 50 else (x**p).mean(axis=(1, 2)) ** (1 / p)
        )),
    ],
}  # fmt: skip
ROWS = [(id, *row) for id, rows in ONCE_ACCEPTED.items() for row in rows]


@pytest.mark.parametrize(
    "id, function", [(i, f) for i, _, f in ROWS], ids=[f"{i}: {name}" for i, name, _ in ROWS]
)
def test_what_was_accepted_is_rejected_by_the_stored_cases(id, function):
    assert any(rejects(exercises.get(id), case, function) for case in cases(id))
    assert exercises.check(id, function).status in ("wrong", "error")


FLOATS_ALONE = [
    (id, function.__wrapped__, f"{id}: {function.__name__}")
    for id, functions in SOLUTIONS.items()
    for function in functions
    if hasattr(function, "__wrapped__")
]


@pytest.mark.parametrize(
    "id, function", [row[:2] for row in FLOATS_ALONE], ids=[row[2] for row in FLOATS_ALONE]
)
def test_a_solution_for_floats_alone_is_told_that_it_is_the_dtype(id, function):
    verdict = exercises.check(id, function)
    assert verdict.misconception == "whole-numbers" and "dtype" in verdict.message, verdict


def test_bins_cut_by_a_rounded_width_are_told_so():
    verdict = exercises.check("adaptive-bins", width_first)
    assert verdict.misconception == "width-first" and "multiply first" in verdict.message


@pytest.mark.parametrize("id", sorted(EDGES))
def test_every_edge_is_stored_and_the_worked_solution_takes_it(id):
    stored = [encoded(case) for case in cases(id)]
    assert all(encoded(edge) in stored for edge in EDGES[id])
    outcomes = [exercises.get(id).outcome(edge) for edge in EDGES[id]]
    assert all(outcome is not None for outcome in outcomes)


@pytest.mark.parametrize(
    "id", ["max-pool2d", "avg-pool2d", "min-pool2d", "max-backward", "avg-backward"]
)
def test_windows_have_gaps_and_leave_cells_over_in_some_stored_case(id):
    def left_over(case):
        sizes = case["x"].shape
        return any((n - case["kernel_size"]) % case["stride"] for n in sizes)

    gaps = [case for case in cases(id) if case["stride"] > case["kernel_size"]]
    assert any(map(left_over, gaps)) and any(not left_over(case) for case in gaps)
