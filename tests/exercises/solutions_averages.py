"""Independent right solutions, written as students write: each must pass."""

import numpy as np
import torch
import torch.nn.functional as F


def average_with_views(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return windows[::stride, ::stride].mean(axis=(2, 3))


def average_with_torch(x, kernel_size, stride):
    return F.avg_pool2d(torch.tensor(x)[None, None], kernel_size, stride)[0, 0]


def average_with_lists(x, kernel_size, stride):
    def mean(top, left):
        cells = [x[top + u][left + v] for u in range(kernel_size) for v in range(kernel_size)]
        return sum(cells) / len(cells)

    rows = range(0, len(x) - kernel_size + 1, stride)
    columns = range(0, len(x[0]) - kernel_size + 1, stride)
    return [[mean(i, j) for j in columns] for i in rows]


def average_in_float32(x, kernel_size, stride):
    return average_with_views(x.astype(np.float32), kernel_size, stride)


def weights_with_eye(channels, kernel_size):
    return np.eye(channels)[:, :, None, None] * np.ones((kernel_size, kernel_size)) / kernel_size**2


def weights_with_lists(channels, kernel_size):
    share = 1 / (kernel_size * kernel_size)
    cells = range(kernel_size)
    return [
        [[[share if a == b else 0 for _ in cells] for _ in cells] for b in range(channels)]
        for a in range(channels)
    ]


def weights_with_torch(channels, kernel_size):
    weights = torch.zeros(channels, channels, kernel_size, kernel_size)
    weights[range(channels), range(channels)] = 1 / kernel_size**2
    return weights


def gem_with_torch(x, p):
    powers = torch.tensor(x) ** p
    return F.adaptive_avg_pool2d(powers, 1).flatten() ** (1 / p)


def gem_with_loops(x, p):
    means = []
    for channel in x:
        total = 0
        for number in channel.ravel():
            total += number**p
        means.append((total / channel.size) ** (1 / p))
    return means


def gem_with_norm(x, p):
    flat = x.reshape(len(x), -1)
    return np.linalg.norm(flat, ord=p, axis=1) / flat.shape[1] ** (1 / p)


def mixed_with_torch(x, kernel_size, alpha):
    batch = torch.tensor(x)[None]
    high, mean = F.max_pool2d(batch, kernel_size), F.avg_pool2d(batch, kernel_size)
    return alpha * high + (1 - alpha) * mean


def mixed_with_lists(x, kernel_size, alpha):
    out = []
    for i in range(0, len(x) - kernel_size + 1, kernel_size):
        out.append([])
        for j in range(0, len(x[0]) - kernel_size + 1, kernel_size):
            window = x[i : i + kernel_size, j : j + kernel_size]
            out[-1].append(alpha * max(window.flat) + (1 - alpha) * sum(window.flat) / window.size)
    return out


def mixed_with_views(x, kernel_size, alpha):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    windows = windows[::kernel_size, ::kernel_size]
    mean = windows.mean(axis=(2, 3))
    return mean + alpha * (windows.max(axis=(2, 3)) - mean)


SOLUTIONS = {
    "avg-pool2d": [
        average_with_views,
        average_with_torch,
        average_with_lists,
        average_in_float32,
    ],
    "average-as-convolution": [weights_with_eye, weights_with_lists, weights_with_torch],
    "dial": [gem_with_torch, gem_with_loops, gem_with_norm],
    "mixed-pool2d": [mixed_with_torch, mixed_with_lists, mixed_with_views],
}
