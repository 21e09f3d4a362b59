"""Two more right solutions for each coded exercise, each by a way that the others do not go."""

import bisect
import functools
import heapq
import itertools

import numpy as np
import torch
import torch.nn.functional as F


def starts(size, k, s):
    return range(0, size - k + 1, s)


def fancy_indices(x, k, s):
    """Return all windows of a map as an array (rows, columns, k, k)."""
    rows, columns = (np.array([*starts(n, k, s)])[:, None] + np.arange(k) for n in x.shape)
    return x[rows[:, None, :, None], columns[None, :, None, :]]


def windows(x, k, s):
    return [
        [x[i : i + k, j : j + k] for j in starts(x.shape[1], k, s)] for i in starts(len(x), k, s)
    ]


def of_windows(reduce):
    def pool(x, k, s):
        return [[reduce(one) for one in row] for row in windows(x, k, s)]

    return pool


def max_with_a_heap(x, k, s):
    return of_windows(lambda one: heapq.nlargest(1, one.ravel().tolist())[0])(x, k, s)


def max_by_fancy_indices(x, k, s):
    return fancy_indices(x, k, s).max(axis=(-2, -1))


def mean_bit_by_bit(x, k, s):
    def mean(one):
        so_far = 0.0
        for count, value in enumerate(one.ravel(), 1):
            so_far += (float(value) - so_far) / count
        return so_far

    return of_windows(mean)(x, k, s)


def mean_by_matrices(x, k, s):
    def along(size):
        made = np.zeros((len(starts(size, k, s)), size))
        for row, start in enumerate(starts(size, k, s)):
            made[row, start : start + k] = 1 / k
        return made

    return along(x.shape[0]) @ x @ along(x.shape[1]).T


def min_sorted(x, k, s):
    return of_windows(lambda one: sorted(one.ravel().tolist())[0])(x, k, s)


def min_as_floats_turned(x, k, s):
    return -F.max_pool2d(-torch.tensor(x, dtype=torch.float64)[None, None], k, s)[0, 0]


def mixed_in_one_pass(x, k, alpha):
    def blend(one):
        return alpha * max(one.ravel()) + (1 - alpha) * float(np.float64(one).sum()) / k**2

    return of_windows(blend)(x, k, k)


def mixed_by_blocks(x, k, alpha):
    whole = np.float64(x)[: len(x) // k * k, : x.shape[1] // k * k]
    blocks = np.stack([whole[i::k, j::k] for i in range(k) for j in range(k)])
    return alpha * blocks.max(0) + (1 - alpha) * blocks.mean(0)


def padded_by_a_dictionary(x, k, s, p):
    cells = {at: float(value) for at, value in np.ndenumerate(x)}

    def largest(top, left):
        inside = itertools.product(range(top, top + k), range(left, left + k))
        return max(cells.get(at, float("-inf")) for at in inside)

    rows, columns = (range(-p, n + p - k + 1, s) for n in x.shape)
    return [[largest(i, j) for j in columns] for i in rows]


def padded_masked(x, k, s, p):
    inside = np.pad(np.ones(x.shape, bool), p)
    values, mask = (fancy_indices(one, k, s) for one in (np.pad(np.float64(x), p), inside))
    return np.max(values, axis=(-2, -1), where=mask, initial=-np.inf)


def separable_with_pairs(x, k):
    def along_rows(a):
        for _ in range(k - 1):
            a = np.maximum(a[:, :-1], a[:, 1:])
        return a

    first = along_rows(x)
    return first, along_rows(first.T).T


def separable_by_reduce(x, k):
    def pick(a, axis, u):
        return np.take(a, range(u, u + a.shape[axis] - k + 1), axis)

    passes, a = [], x
    for axis in (1, 0):
        a = functools.reduce(np.maximum, [pick(a, axis, u) for u in range(k)])
        passes.append(a)
    return tuple(passes)


def weights_of_an_identity(channels, kernel_size):
    identity = torch.eye(channels * kernel_size**2).reshape(-1, channels, kernel_size, kernel_size)
    return identity.reshape(channels, kernel_size**2, channels, kernel_size, kernel_size).mean(1)


def weights_by_condition(channels, kernel_size):
    shape = channels, channels, kernel_size, kernel_size
    return np.fromfunction(lambda a, b, i, j: (a == b) / kernel_size**2 + 0 * i * j, shape)


def gem_of_ratios(x, p):
    means = []
    for channel in np.float64(x):
        top = channel.max()
        means.append(top * np.mean((channel / top) ** p) ** (1 / p) if top else 0.0)
    return np.array(means)


def gem_by_the_logarithm_of_a_sum(x, p):
    with np.errstate(divide="ignore"):
        logs = p * np.log(np.float64(x)).reshape(len(x), -1)
    summed = torch.logsumexp(torch.tensor(logs), 1) - np.log(logs.shape[1])
    return torch.exp(summed / p)


def winners(x, shape, k, s):
    for i, j in np.ndindex(*shape):
        cells = itertools.product(range(i * s, i * s + k), range(j * s, j * s + k))
        yield (i, j), max(cells, key=lambda at: x[at])  # the first of several


def max_backward_with_a_dictionary(grad_output, x, k, s):
    sent = dict.fromkeys(np.ndindex(*x.shape), 0.0)
    for output, cell in winners(x, grad_output.shape, k, s):
        sent[cell] += grad_output[output]
    return np.array([*sent.values()]).reshape(x.shape)


def max_backward_counted(grad_output, x, k, s):
    pairs = [*winners(x, grad_output.shape, k, s)]
    places = [np.ravel_multi_index(cell, x.shape) for _, cell in pairs]
    values = [grad_output[output] for output, _ in pairs]
    return np.bincount(places, values, x.size).reshape(x.shape)


def average_backward_as_an_outer_product(grad_output, x, k, s):
    def reach(outputs, size):
        at = np.arange(size)
        return np.array([(at >= i * s) & (at < i * s + k) for i in range(outputs)]) / k

    down, across = (reach(*both) for both in zip(grad_output.shape, x.shape, strict=True))
    return down.T @ grad_output @ across


def average_backward_with_fold(grad_output, x, k, s):
    reached = [(n - 1) * s + k for n in grad_output.shape]
    columns = torch.tensor(grad_output).reshape(1, 1, -1).expand(1, k * k, -1) / k**2
    inner = F.fold(columns, reached, k, stride=s)[0, 0]
    return F.pad(inner, (0, x.shape[1] - reached[1], 0, x.shape[0] - reached[0]))


def unpool_with_a_lookup(y, indices, height, width):
    found = dict(zip(indices.ravel().tolist(), y.ravel().tolist(), strict=True))
    return [[found.get(i * width + j, 0.0) for j in range(width)] for i in range(height)]


def unpool_with_bincount(y, indices, height, width):
    return np.bincount(indices.ravel(), y.ravel(), height * width).reshape(height, width)


def global_with_matrices(x):
    flat = np.float64(x).reshape(*x.shape[:2], -1)
    return flat @ np.full(flat.shape[-1], 1 / flat.shape[-1])


def global_by_reduce(x):
    return [[sum(map(float, c.ravel())) / c.size for c in image] for image in x]


def bins_with_fractions(size, bins):
    ends = [divmod(i * size, bins) for i in range(bins + 1)]
    return [(a[0], b[0] + bool(b[1])) for a, b in itertools.pairwise(ends)]


def bins_by_bisection(size, bins):
    scaled = [cell * bins for cell in range(size + 1)]
    return [
        (bisect.bisect_right(scaled, i * size) - 1, bisect.bisect_left(scaled, (i + 1) * size))
        for i in range(bins)
    ]


def last_channel_by_channel(x):
    rows, columns = x.shape[1] // 2 * 2, x.shape[2] // 2 * 2
    x = x[:, :rows, :columns]
    return np.max([x[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0)


def last_image_by_image(x):
    def pooled(image):
        first = torch.tensor(np.float64(image)).permute(2, 0, 1)
        return F.max_pool2d(first, 2).permute(1, 2, 0).numpy()

    return np.stack([pooled(image) for image in x])


def masked_sentence_by_sentence(x, mask):
    return [one[kept > 0].mean(axis=0) for one, kept in zip(x, mask, strict=True)]


def masked_with_nan(x, mask):
    return np.nanmean(np.where(mask[..., None] > 0, x, np.nan), axis=1)


def merged_by_reshape(x):
    rows, columns, channels = x.shape
    cells = x.reshape(rows // 2, 2, columns // 2, 2, channels)
    return cells.transpose(0, 2, 1, 3, 4).reshape(rows // 2, columns // 2, 4 * channels)


def merged_cell_by_cell(x):
    rows, columns = x.shape[0] // 2, x.shape[1] // 2
    return [
        [x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].ravel() for j in range(columns)]
        for i in range(rows)
    ]


SOLUTIONS = {
    "masked-mean": [masked_sentence_by_sentence, masked_with_nan],
    "patch-merging": [merged_by_reshape, merged_cell_by_cell],
    "max-pool2d": [max_with_a_heap, max_by_fancy_indices],
    "avg-pool2d": [mean_bit_by_bit, mean_by_matrices],
    "min-pool2d": [min_sorted, min_as_floats_turned],
    "mixed-pool2d": [mixed_in_one_pass, mixed_by_blocks],
    "find-the-bug": [padded_by_a_dictionary, padded_masked],
    "separable-max": [separable_with_pairs, separable_by_reduce],
    "average-as-convolution": [weights_of_an_identity, weights_by_condition],
    "dial": [gem_of_ratios, gem_by_the_logarithm_of_a_sum],
    "max-backward": [max_backward_with_a_dictionary, max_backward_counted],
    "avg-backward": [average_backward_as_an_outer_product, average_backward_with_fold],
    "unpool": [unpool_with_a_lookup, unpool_with_bincount],
    "global-pooling": [global_with_matrices, global_by_reduce],
    "adaptive-bins": [bins_with_fractions, bins_by_bisection],
    "layout-nhwc": [last_channel_by_channel, last_image_by_image],
}
