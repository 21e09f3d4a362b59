"""What is told of functions: the kind of mistake, the same in sister exercises, never by chance."""

import zlib

import numpy as np
import pytest
import solutions_two_more
from test_exercises import CODE, SOLUTIONS, tasks

from pooling_lab import exercises
from pooling_lab.exercises.compare import plain
from pooling_lab.exercises.seeded_random import Stream


def windows(x, k, s):
    return [
        [x[i : i + k, j : j + k] for j in range(0, x.shape[1] - k + 1, s)]
        for i in range(0, x.shape[0] - k + 1, s)
    ]


def pool(reduce):
    def pooled(x, k, s):
        return np.array([[reduce(one) for one in row] for row in windows(x, k, s)])

    pooled.reduce = reduce
    return pooled


# --- one kind of mistake each ------------------------------------------------------------------


def first_row_alone(x, k, s):
    y = []
    for i in range(0, len(x) - k + 1, s):
        y.append([x[i : i + k, j : j + k].mean() for j in range(0, x.shape[1] - k + 1, s)])
        return y


def cropped_to_the_kernel(x, k, s):
    return pool(np.mean)(x[: len(x) // k * k, : x.shape[1] // k * k], k, s)


def total_not_reset(x, k, s):
    y, total = [], 0.0
    for row in windows(x, k, s):
        y.append([])
        for one in row:
            total += one.sum()
            y[-1].append(total / k**2)
    return y


def updated_by_one_column(x, k, s):
    """Move the sum on by one column, whatever the stride."""
    y = []
    for i in range(0, len(x) - k + 1, s):
        sums, starts = x[i : i + k].sum(axis=0).astype(float), range(0, x.shape[1] - k + 1, s)
        y.append([sums[:k].sum()])
        for j in starts[1:]:
            y[-1].append(y[-1][-1] - sums[j - s] + sums[j + k - 1])
    return np.array(y) / k**2


def half_precision(x, p):
    return (x.astype(np.float16) ** p).mean(axis=(1, 2)).astype(float) ** (1 / p)


def largest_from_five_on(x, p):
    right = SOLUTIONS["dial"][0](x, p)
    return x.max(axis=(1, 2)) if p >= 5 else right


def softmax(x, p):
    weights = np.exp(p * (x - x.max(axis=(1, 2), keepdims=True)))
    return (weights * x).sum(axis=(1, 2)) / weights.sum(axis=(1, 2))


def either_or(x, k, alpha):
    blocks = pool(np.max)(x, k, k), pool(np.mean)(x, k, k)
    rng = np.random.default_rng(1)
    return np.where(rng.random(blocks[0].shape) < alpha, *blocks)


def each_number_of_x(g, x, k, s):
    grad = np.zeros(x.shape)
    for i, j in np.ndindex(g.shape):
        a, b = divmod(int(x[i * s : i * s + k, j * s : j * s + k].argmax()), k)
        grad[i * s + a, j * s + b] = x[i * s + a, j * s + b]
    return grad


def only_as_far_as_windows_reach(g, x, k, s):
    grad = np.zeros([(n - 1) * s + k for n in g.shape])
    for i, j in np.ndindex(g.shape):
        grad[i * s : i * s + k, j * s : j * s + k] += g[i, j] / k**2
    return grad


def counted_from_one(y, indices, height, width):
    flat = np.zeros(height * width + 1)
    flat[indices.ravel()] = y.ravel()
    return flat[1:].reshape(height, width)


def divided_by_the_height(y, indices, height, width):
    out = np.zeros((height, width))
    for value, n in zip(y.ravel(), indices.ravel(), strict=True):
        if n // height < height and n % height < width:
            out[n // height, n % height] = value
    return out


KINDS = [  # exercise, function, what is said
    ("avg-pool2d", first_row_alone, "A `return` inside a loop"),
    ("avg-pool2d", cropped_to_the_kernel, "cropped to a multiple of the kernel size"),
    ("avg-pool2d", total_not_reset, "what the windows before it have read"),
    ("avg-pool2d", updated_by_one_column, "is a weighted sum of cells"),
    ("avg-pool2d", pool(lambda w: w[:, 0].mean()), "the first column alone"),
    ("min-pool2d", pool(lambda w: w.min(axis=1).sum()), "sum of the smallest numbers of its rows"),
    ("min-pool2d", pool(lambda w: 255 - w.min()), "the largest number of 255 − x"),
    (
        "max-pool2d",
        lambda x, k, s: pool(np.max)(x - x.min(), k, s),
        "smallest number of all of `x`",
    ),
    ("max-pool2d", pool(lambda w: w.flat[np.trunc(w).argmax()]), "8 and 8.5"),
    ("max-pool2d", lambda x, k, s: pool(np.max)(x.astype(np.float16), k, s), "float16"),
    ("dial", half_precision, "float16"),
    ("dial", largest_from_five_on, "p is at least 5: there it gives the largest number"),
    ("dial", softmax, "weights of a softmax"),
    ("dial", lambda x, p: (x**p).sum((1, 2)) / x.shape[1], "the number of rows alone"),
    ("mixed-pool2d", either_or, "never a mix of both"),
    ("max-backward", each_number_of_x, "the numbers of `x` themselves"),
    ("avg-backward", only_as_far_as_windows_reach, "as large as the windows reach"),
    ("unpool", counted_from_one, "counted from 1"),
    ("unpool", divided_by_the_height, "divided by `height`"),
    (
        "adaptive-bins",
        lambda n, o: [(i * n // o + 1, -(-(i + 1) * n // o) + 1) for i in range(o)],
        "and 1 more",
    ),
    (
        "average-as-convolution",
        lambda c, k: np.tri(c)[:, :, None, None] * np.full((k, k), 1 / k**2),
        "its own channel and of all before it",
    ),
]


@pytest.mark.parametrize("id, function, said", KINDS, ids=[f"{k[0]}: {k[2]}" for k in KINDS])
def test_the_kind_of_a_mistake_is_told(id, function, said):
    verdict = exercises.check(id, function)
    assert verdict.status == "wrong" and said in verdict.message, verdict


def test_missing_outputs_are_put_down_to_a_return_only_where_there_is_never_more_than_one():
    verdict = exercises.check("avg-pool2d", cropped_to_the_kernel)
    assert "return" not in verdict.message
    square = exercises.check("max-pool2d", lambda x, k, s: pool(np.max)(x, k, s)[:, : 1 + len(x)])
    assert square.passed or "as wide as it is high" not in square.message


# --- sisters ----------------------------------------------------------------------------------


def in_layout(pool2d):
    """Pool each channel of images with the channels last, 2 by 2."""

    def pooled(x):
        channels = [[pool2d(image[..., c], 2, 2) for c in range(x.shape[-1])] for image in x]
        return np.moveaxis(np.array(channels), 1, -1)

    return pooled


def in_mix(pool2d):
    mean = pool(np.mean)
    return lambda x, k, alpha: alpha * pool2d(x, k, k) + (1 - alpha) * mean(x, k, k)


def in_frame(pool2d):
    def padded(x, k, s, p):
        return pool2d(np.pad(x.astype(float), p, constant_values=-np.inf), k, s)

    return padded


def in_pixels(pool2d):
    """Pool what a window holds of the map itself: of the padding nothing is read."""

    def padded(x, k, s, p):
        shape = [(n + 2 * p - k) // s + 1 for n in x.shape]
        y = np.empty(shape)
        for i, j in np.ndindex(*shape):
            top, left = i * s - p, j * s - p
            part = x[max(top, 0) : top + k, max(left, 0) : left + k]
            y[i, j] = pool2d.reduce(part)
        return y

    return padded


def last_missing(reduce):
    def pooled(x, k, s):
        rows, columns = (-(-(n - k) // s) for n in x.shape)
        return np.array([row[:columns] for row in pool(reduce)(x, k, s)[:rows]])

    return pooled


def second_largest(w):
    return np.sort(w, axis=None)[-2:][0]


SISTERS = {
    "max-pool2d": lambda one: one,
    "min-pool2d": lambda one: one,
    "layout-nhwc": in_layout,
    "mixed-pool2d": in_mix,
    "find-the-bug": in_pixels,
}


@pytest.mark.parametrize("id", SISTERS)
@pytest.mark.parametrize(
    "reduce, said",
    [
        (second_largest, "the second largest number"),
        (np.median, "the median"),
        (lambda w: w.flat[-1], "the bottom right cell"),
    ],
    ids=["second largest", "median", "last"],
)
def test_sister_exercises_tell_the_same(id, reduce, said):
    verdict = exercises.check(id, SISTERS[id](pool(reduce)))
    assert said in verdict.message or verdict.misconception == "last-cell", verdict


# --- by chance --------------------------------------------------------------------------------


def drawn_from(arguments):
    """Return a generator that the arguments alone decide: the same input, the same numbers."""
    parts = (a.tobytes() if isinstance(a, np.ndarray) else repr(a).encode() for a in arguments)
    return np.random.default_rng(zlib.crc32(b"|".join(parts)))


def drawn_by(id, draw):
    """Return a function that gives ``draw(generator, right result, numbers of the input)``."""

    def function(*given):
        rng, right = drawn_from(given), plain(exercises.get(id).solution(*given))
        source = np.concatenate([np.ravel(np.array(one, float)) for one in given])
        if isinstance(right, tuple):
            return tuple(draw(rng, one, source) for one in right)
        return draw(rng, right, source)

    return function


BY_CHANCE = {
    "perturbed": lambda rng, y, x: y + rng.normal(size=y.shape) * (1 + abs(y)),
    "some perturbed": lambda rng, y, x: y + rng.normal(size=y.shape) * (rng.random(y.shape) < 0.4),
    "whole numbers off": lambda rng, y, x: y + rng.integers(-3, 4, y.shape),
    "cells drawn": lambda rng, y, x: rng.choice(x, y.shape),
    "blended": lambda rng, y, x: rng.normal(size=(*y.shape, x.size)) @ x,
}


def test_functions_that_draw_their_mistake_get_a_story_at_most_three_times_in_a_hundred():
    tried, told = 0, []
    for id in CODE:
        for name, draw in BY_CHANCE.items():
            for task in tasks(id)[:1]:
                verdict = task.check(drawn_by(id, draw))
                tried += 1
                if verdict.explained and verdict.status == "wrong":
                    told.append((id, name, verdict.message))
    assert tried >= 5 * len(CODE)
    assert len(told) <= 0.03 * tried, told


# --- right, by other ways ---------------------------------------------------------------------


def test_the_first_sixteen_coded_exercises_have_two_more_right_solutions():
    assert len({*solutions_two_more.SOLUTIONS} & {*CODE}) >= 16
    assert all(len(found) >= 2 for found in solutions_two_more.SOLUTIONS.values())


@pytest.mark.parametrize(
    "id, function",
    [(id, one) for id, found in solutions_two_more.SOLUTIONS.items() for one in found],
)
def test_a_right_solution_by_another_way_passes_with_hidden_inputs_too(id, function):
    assert exercises.check(id, function, secret=f"{Stream('hidden', id).integer(0, 99)}").passed
