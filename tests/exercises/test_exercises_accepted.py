"""Wrong functions that were accepted once, and their sisters: stored cases alone reject each."""

import numpy as np
import pytest
from discriminating_cases import rejects

from pooling_lab import exercises
from pooling_lab.exercises.cases import cases

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


ONCE_ACCEPTED = {
    "max-pool2d": [
        *[(f"a maximum that starts at {low:g}", pooled(largest_from(low))) for low in LOW],
        ("zeros dropped", pooled(zeros_dropped)),
    ],
    "min-pool2d": [
        *[(f"a minimum that starts at {high:g}", pooled(smallest_from(high))) for high in HIGH],
        ("zeros dropped", pooled(lambda w: w[w != 0].min() if w.any() else np.inf)),
    ],
    "mixed-pool2d": [
        *[(f"a maximum that starts at {low:g}", mixed(largest_from(low))) for low in LOW],
        *[(f"a maximum that starts at {high:g}", mixed(largest_from(high))) for high in HIGH],
        ("zeros dropped", mixed(zeros_dropped)),
    ],
    "separable-max": [(f"a maximum that starts at {low:g}", passes(low)) for low in LOW],
    "layout-nhwc": [
        *[(f"a maximum that starts at {low:g}", channels_last(largest_from(low))) for low in LOW],
        ("zeros dropped", channels_last(zeros_dropped)),
    ],
    "find-the-bug": [
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
        ("whole numbers", sent_back(dtype=int)),
        *[(f"a maximum that starts at {low:g}", sent_back(start=low)) for low in LOW],
        ("gradients above 0 alone", positive_gradients_alone),
    ],
    "avg-backward": [
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
        ("NaN on a channel of zeros", shares_of_the_largest),
        ("powers that overflow", lambda x, p: (x**p).mean(axis=(1, 2)) ** (1 / p)),
        ("no scaling below 1", lambda x, p: np.where(
            x.max(axis=(1, 2)) < 1,
            (x**p).mean(axis=(1, 2)) ** (1 / p),
            exercises.get("dial").solution(x, p),
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
