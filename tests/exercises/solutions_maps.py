"""Independent right solutions, written as students write: each must pass."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from on_floats import on_floats


@on_floats
def global_with_torch(x):
    return F.adaptive_avg_pool2d(torch.tensor(x), 1).squeeze(-1).squeeze(-1)


def global_with_loops(x):
    return [[float(np.sum(plane)) / plane.size for plane in image] for image in x]


@on_floats
def global_with_einsum(x):
    return np.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3])


def global_by_reshaping(x):
    n, c, h, w = np.shape(x)
    return np.reshape(x, (n, c, h * w)).mean(axis=-1, dtype=np.float32)


def global_one_axis_after_the_other(x):
    return x.mean(axis=3).mean(axis=2)


def global_with_a_counter(x):
    means = np.zeros(x.shape[:2])
    for image, channel, row, column in np.ndindex(x.shape):
        means[image, channel] += x[image, channel, row, column]
    return means / len(x[0, 0].ravel())


@on_floats
def global_with_one_large_window(x):
    x = torch.from_numpy(x)
    return F.avg_pool2d(x, x.shape[2:]).flatten(1)


def bins_with_math(size, bins):
    return [[math.floor(i * size / bins), math.ceil((i + 1) * size / bins)] for i in range(bins)]


def bins_with_numpy(size, bins):
    i = np.arange(bins)
    return np.stack([i * size // bins, ((i + 1) * size + bins - 1) // bins], axis=1)


def bins_by_asking_torch(size, bins):
    found = []
    for i in range(bins):
        row = torch.zeros(1, 1, size, requires_grad=True)
        F.adaptive_avg_pool1d(row, bins)[0, 0, i].backward()
        cells = row.grad[0, 0].nonzero().ravel()
        found.append((int(cells.min()), int(cells.max()) + 1))
    return found


def bins_with_divmod(size, bins):
    def end(i):
        whole, rest = divmod(i * size, bins)
        return whole, whole + (rest > 0)

    return tuple((end(i)[0], end(i + 1)[1]) for i in range(bins))


def bins_by_counting(size, bins):
    found = []
    for i in range(bins):
        cells = [c for c in range(size) if (c + 1) * bins > i * size and c * bins < (i + 1) * size]
        found.append([cells[0], cells[-1] + 1])
    return found


def bins_by_recursion(size, bins, i=0):
    if i == bins:
        return []
    stop = ((i + 1) * size - 1) // bins + 1
    return [np.array([i * size // bins, stop]), *bins_by_recursion(size, bins, i + 1)]


def bins_in_float32(size, bins):
    i = torch.arange(bins)
    starts, stops = torch.div(i * size, bins, rounding_mode="floor"), -(-(i + 1) * size // bins)
    return torch.stack((starts, stops), dim=1).float()


SOLUTIONS = {
    "global-pooling": [
        global_with_torch,
        global_with_loops,
        global_with_einsum,
        global_by_reshaping,
        global_one_axis_after_the_other,
        global_with_a_counter,
        global_with_one_large_window,
    ],
    "adaptive-bins": [
        bins_with_math,
        bins_with_numpy,
        bins_by_asking_torch,
        bins_with_divmod,
        bins_by_counting,
        bins_by_recursion,
        bins_in_float32,
    ],
}
