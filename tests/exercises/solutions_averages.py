"""Independent right solutions, written as students write: each must pass."""

import numpy as np
import torch
import torch.nn.functional as F
from on_floats import on_floats


def average_with_views(x, kernel_size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return windows[::stride, ::stride].mean(axis=(2, 3))


@on_floats
def average_with_torch(x, kernel_size, stride):
    return F.avg_pool2d(torch.tensor(x)[None, None], kernel_size, stride)[0, 0]


@on_floats
def average_with_lists(x, kernel_size, stride):
    def mean(top, left):
        cells = [x[top + u][left + v] for u in range(kernel_size) for v in range(kernel_size)]
        return sum(cells) / len(cells)

    rows = range(0, len(x) - kernel_size + 1, stride)
    columns = range(0, len(x[0]) - kernel_size + 1, stride)
    return [[mean(i, j) for j in columns] for i in rows]


def average_in_float32(x, kernel_size, stride):
    return average_with_views(x.astype(np.float32), kernel_size, stride)


def average_by_running_totals(x, kernel_size, stride):
    totals = np.pad(x, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    k, s = kernel_size, stride
    sums = totals[k:, k:] - totals[:-k, k:] - totals[k:, :-k] + totals[:-k, :-k]
    return sums[::s, ::s] / k**2


@on_floats
def average_as_a_convolution(x, kernel_size, stride):
    kernel = torch.full((1, 1, kernel_size, kernel_size), 1 / kernel_size**2, dtype=torch.float64)
    return F.conv2d(torch.from_numpy(x)[None, None], kernel, stride=stride).squeeze((0, 1))


def average_with_strides(x, kernel_size, stride):
    shape = [(n - kernel_size) // stride + 1 for n in x.shape] + [kernel_size] * 2
    strides = [stride * n for n in x.strides] + list(x.strides)
    return np.lib.stride_tricks.as_strided(x, shape, strides).mean((-1, -2))


@on_floats
def average_by_recursion(x, kernel_size, stride):
    def rows(a):
        if len(a) < kernel_size:
            return []
        return [sum(a[:kernel_size]) / kernel_size, *rows(a[stride:])]

    return np.transpose(rows(np.transpose(rows(x))))


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


def weights_with_a_while_loop(channels, kernel_size):
    weights = np.zeros((channels, channels, kernel_size, kernel_size), dtype=np.float32)
    c = 0
    while c < channels:
        weights[c, c, :, :] = 1 / (kernel_size * kernel_size)
        c += 1
    return weights


def weights_with_einsum(channels, kernel_size):
    kernel = np.full((kernel_size, kernel_size), kernel_size**-2)
    return np.einsum("ab,uv->abuv", np.identity(channels, dtype=int), kernel)


def weights_by_asking_torch(channels, kernel_size):
    x = torch.zeros(1, channels, kernel_size, kernel_size, requires_grad=True)
    y = F.avg_pool2d(x, kernel_size)[0, :, 0, 0]
    return [torch.autograd.grad(one, x, retain_graph=True)[0][0] for one in y]


def weights_with_where(channels, kernel_size):
    out, inside, _, _ = np.indices((channels, channels, kernel_size, kernel_size))
    return np.where(out == inside, 1 / kernel_size**2, 0)


def of_shares(gem):
    """Divide each channel by its largest number first, so that no power overflows."""

    def scaled(x, p):
        largest = np.array([channel.max() or 1.0 for channel in x])
        return largest * np.ravel(gem(x / largest.reshape(-1, 1, 1), p))

    scaled.__name__ = gem.__name__
    return scaled


@of_shares
def gem_with_torch(x, p):
    powers = torch.tensor(x) ** p
    return F.adaptive_avg_pool2d(powers, 1).flatten() ** (1 / p)


def gem_with_loops(x, p):
    means = []
    for channel in x:
        largest, total = channel.max(), 0
        for number in channel.ravel():
            total += (number / largest) ** p if largest > 0 else 0
        means.append(largest * (total / channel.size) ** (1 / p))
    return means


@of_shares
def gem_with_norm(x, p):
    flat = x.reshape(len(x), -1)
    return np.linalg.norm(flat, ord=p, axis=1) / flat.shape[1] ** (1 / p)


@of_shares
def gem_with_lp_pool(x, p):
    channels, height, width = x.shape
    sums = F.lp_pool2d(torch.tensor(x), p, (height, width))
    return sums.view(channels) / (height * width) ** (1 / p)


def gem_by_logarithms(x, p):
    logarithms = p * np.log(x).reshape(len(x), -1)
    return np.exp((np.logaddexp.reduce(logarithms, axis=1) - np.log(x[0].size)) / p)


@of_shares
def gem_in_float32(x, p):
    y = np.float32(x).reshape(x.shape[0], -1)
    return np.average(y**p, axis=-1) ** (1 / p)


def gem_scaled_by_the_largest(x, p):
    largest = x.max(axis=(1, 2), keepdims=True)
    largest[largest == 0] = 1
    means = ((x / largest) ** p).mean(axis=(1, 2), keepdims=True)
    return (largest * means ** (1 / p))[:, 0, 0]


@on_floats
def mixed_with_torch(x, kernel_size, alpha):
    batch = torch.tensor(x)[None]
    high, mean = F.max_pool2d(batch, kernel_size), F.avg_pool2d(batch, kernel_size)
    return alpha * high + (1 - alpha) * mean


@on_floats
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


def mixed_by_reduceat(x, kernel_size, alpha):
    k = kernel_size
    x = x[: len(x) // k * k, : x.shape[1] // k * k]
    rows, columns = (range(0, n, k) for n in x.shape)
    high = np.maximum.reduceat(np.maximum.reduceat(x, rows, axis=0), columns, axis=1)
    total = np.add.reduceat(np.add.reduceat(x, rows, axis=0), columns, axis=1)
    return alpha * high + (1 - alpha) * total / k / k


def mixed_into_an_array(x, kernel_size, alpha):
    out = np.zeros((x.shape[0] // kernel_size, x.shape[1] // kernel_size), np.float32)
    for i, j in np.ndindex(out.shape):
        window = x[i * kernel_size :, j * kernel_size :][:kernel_size, :kernel_size]
        out[i][j] = alpha * np.amax(window) + (1.0 - alpha) * np.average(window)
    return out


@on_floats
def mixed_with_unfold(x, kernel_size, alpha):
    cells = F.unfold(torch.tensor(x)[None, None], kernel_size, stride=kernel_size)[0]
    mixed = alpha * cells.amax(0) + (1 - alpha) * cells.mean(0)
    return mixed.reshape(x.shape[0] // kernel_size, -1)


@on_floats
def mixed_by_swapping_axes(x, kernel_size, alpha):
    rows, columns = (n // kernel_size for n in x.shape)
    x = x[: rows * kernel_size, : columns * kernel_size]
    blocks = x.reshape(rows, kernel_size, columns, kernel_size).swapaxes(1, 2)
    blocks = blocks.reshape(rows, columns, -1)
    return [[alpha * max(b) + (1 - alpha) * (sum(b) / len(b)) for b in row] for row in blocks]


def minimum_with_views(x, kernel_size, stride):
    views = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    return views[::stride, ::stride].min(axis=(2, 3))


def minimum_by_turning_the_sign(x, kernel_size, stride):
    return -F.max_pool2d(-torch.tensor(x, dtype=torch.float64)[None], kernel_size, stride)


def minimum_with_lists(x, kernel_size, stride):
    return [
        [
            min(min(row[j : j + kernel_size]) for row in x[i : i + kernel_size])
            for j in range(0, len(x[0]) - kernel_size + 1, stride)
        ]
        for i in range(0, len(x) - kernel_size + 1, stride)
    ]


def minimum_with_comparisons(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    out = x[: rows * stride : stride, : columns * stride : stride].astype(float)
    for i, j in np.ndindex(out.shape):
        for u in range(kernel_size):
            for v in range(kernel_size):
                if x[i * stride + u, j * stride + v] < out[i, j]:
                    out[i, j] = x[i * stride + u, j * stride + v]
    return out[:rows, :columns]


def minimum_by_unfolding(x, kernel_size, stride):
    return (
        torch.tensor(x).unfold(0, kernel_size, stride).unfold(1, kernel_size, stride).amin((2, 3))
    )


def minimum_by_recursion(x, kernel_size, stride):
    def smallest(a, k):
        return a if k == 1 else np.minimum(smallest(a[:-1], k - 1), a[k - 1 :])

    return smallest(smallest(x, kernel_size).T, kernel_size).T[::stride, ::stride]


SOLUTIONS = {
    "avg-pool2d": [
        average_with_views,
        average_with_torch,
        average_with_lists,
        average_in_float32,
        average_by_running_totals,
        average_as_a_convolution,
        average_with_strides,
        average_by_recursion,
    ],
    "average-as-convolution": [
        weights_with_eye,
        weights_with_lists,
        weights_with_torch,
        weights_with_a_while_loop,
        weights_with_einsum,
        weights_by_asking_torch,
        weights_with_where,
    ],
    "dial": [
        gem_with_torch,
        gem_with_loops,
        gem_with_norm,
        gem_with_lp_pool,
        gem_by_logarithms,
        gem_in_float32,
        gem_scaled_by_the_largest,
    ],
    "min-pool2d": [
        minimum_with_views,
        minimum_by_turning_the_sign,
        minimum_with_lists,
        minimum_with_comparisons,
        minimum_by_unfolding,
        minimum_by_recursion,
    ],
    "mixed-pool2d": [
        mixed_with_torch,
        mixed_with_lists,
        mixed_with_views,
        mixed_by_reduceat,
        mixed_into_an_array,
        mixed_with_unfold,
        mixed_by_swapping_axes,
    ],
}
