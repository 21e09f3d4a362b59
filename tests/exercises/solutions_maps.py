"""Independent right solutions, written as students write: each must pass."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def global_with_torch(x):
    return F.adaptive_avg_pool2d(torch.tensor(x), 1).squeeze(-1).squeeze(-1)


def global_with_loops(x):
    return [[float(np.sum(plane)) / plane.size for plane in image] for image in x]


def global_with_einsum(x):
    return np.einsum("nchw->nc", x) / (x.shape[2] * x.shape[3])


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


SOLUTIONS = {
    "global-pooling": [global_with_torch, global_with_loops, global_with_einsum],
    "adaptive-bins": [bins_with_math, bins_with_numpy, bins_by_asking_torch],
}
