"""Wrong functions, four or more for each coded exercise, with what a teacher would say of each.

`WRONG` holds (exercise, what it does, function). No words are expected: whatever is said of them
must agree with itself, and what explains them must give every number they give.
"""

import itertools

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view

WRONG = []


def wrong(id, does):
    def add(function):
        WRONG.append((id, does, function))
        return function

    return add


# --- averages ---------------------------------------------------------------------------------


@wrong("avg-pool2d", "averages down each column of the windows, and keeps the first of these")
def one_axis_of_the_window(x, kernel_size, stride):
    v = sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride]
    return v.mean(axis=2)[..., 0]


@wrong("avg-pool2d", "the stride's slice is taken on the rows twice")
def strided_rows_twice(x, kernel_size, stride):
    v = sliding_window_view(x, (kernel_size, kernel_size)).mean(axis=(2, 3))
    return v[::stride][::stride]


@wrong("avg-pool2d", "the mean of means: rows of unlike length at the edge are kept")
def edges_kept(x, kernel_size, stride):
    return [
        [x[i : i + kernel_size, j : j + kernel_size].mean() for j in range(0, x.shape[1], stride)]
        for i in range(0, x.shape[0], stride)
    ]


@wrong("avg-pool2d", "the row index is used for the columns too")
def diagonal_windows(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            part = x[i * stride : i * stride + kernel_size, i * stride : i * stride + kernel_size]
            y[i, j] = part.mean() if part.size else 0.0
    return y


@wrong("avg-pool2d", "added up in a uint8 array, then divided")
def summed_in_its_dtype(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    total = np.zeros((rows, columns), x.dtype)
    for u in range(kernel_size):
        for v in range(kernel_size):
            total += x[u : u + rows * stride : stride, v : v + columns * stride : stride][
                :rows, :columns
            ]
    return total / kernel_size**2


@wrong("average-as-convolution", "divided by the number of channels too")
def by_channels_too(channels, kernel_size):
    w = np.zeros((channels, channels, kernel_size, kernel_size))
    for c in range(channels):
        w[c, c] = 1 / (channels * kernel_size**2)
    return w


@wrong("average-as-convolution", "the loop over channels ends one short")
def last_channel_missing(channels, kernel_size):
    w = np.zeros((channels, channels, kernel_size, kernel_size))
    for c in range(channels - 1):
        w[c, c] = 1 / kernel_size**2
    return w


@wrong("average-as-convolution", "an identity in the last two axes as well")
def eye_of_both(channels, kernel_size):
    return np.einsum("ab,cd->abcd", np.eye(channels), np.eye(kernel_size)) / kernel_size


@wrong("average-as-convolution", "the axes stand in torch's order for linear layers: kernel first")
def kernel_axes_first(channels, kernel_size):
    w = np.zeros((kernel_size, kernel_size, channels, channels))
    w[:, :, range(channels), range(channels)] = 1 / kernel_size**2
    return w


@wrong("dial", "the root is taken before the mean")
def root_first(x, p):
    return ((x**p) ** (1 / p)).mean(axis=(1, 2))


@wrong("dial", "the mean is over rows and then the maximum over columns")
def mean_then_max(x, p):
    top = np.maximum(x.max(axis=(1, 2), keepdims=True), 1e-300)
    return (top * (((x / top) ** p).mean(axis=1, keepdims=True)) ** (1 / p)).max(axis=(1, 2))


@wrong("dial", "p counts from 2: p − 1 is used")
def one_less_p(x, p):
    top = np.maximum(x.max(axis=(1, 2), keepdims=True), 1e-300)
    q = max(p - 1, 1)
    return (top * ((x / top) ** q).mean(axis=(1, 2), keepdims=True) ** (1 / q))[:, 0, 0]


@wrong("dial", "a little is added so that zeros do no harm")
def a_little_added(x, p):
    y = x + 0.001
    top = y.max(axis=(1, 2), keepdims=True)
    return (top * ((y / top) ** p).mean(axis=(1, 2), keepdims=True) ** (1 / p))[:, 0, 0]


@wrong("min-pool2d", "the minimum of the maxima of the rows of a window")
def min_of_maxima(x, kernel_size, stride):
    v = sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride]
    return v.max(axis=3).min(axis=2)


@wrong("min-pool2d", "the running minimum starts from the first cell of the map, never from anew")
def running_over_all(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    y, low = np.zeros((rows, columns)), np.inf
    for i in range(rows):
        for j in range(columns):
            part = x[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
            low = min(low, part.min())
            y[i, j] = low
    return y


@wrong("min-pool2d", "−max(−x) with the sign not turned back")
def sign_not_back(x, kernel_size, stride):
    v = sliding_window_view(-x.astype(float), (kernel_size, kernel_size))[::stride, ::stride]
    return v.max(axis=(2, 3))


@wrong("min-pool2d", "zeros are taken for missing numbers")
def zeros_left_out(x, kernel_size, stride):
    y = np.where(x == 0, np.inf, x)
    v = sliding_window_view(y, (kernel_size, kernel_size))[::stride, ::stride]
    return v.min(axis=(2, 3))


@wrong("mixed-pool2d", "the average is taken of the maxima")
def average_of_maxima(x, kernel_size, alpha):
    k = kernel_size
    r, c = x.shape[0] // k, x.shape[1] // k
    w = x[: r * k, : c * k].reshape(r, k, c, k)
    top = w.max(axis=(1, 3))
    return alpha * top + (1 - alpha) * top.mean()


@wrong("mixed-pool2d", "alpha is squared by being multiplied twice")
def alpha_twice(x, kernel_size, alpha):
    k = kernel_size
    r, c = x.shape[0] // k, x.shape[1] // k
    w = x[: r * k, : c * k].reshape(r, k, c, k)
    return alpha * (alpha * w.max(axis=(1, 3)) + (1 - alpha) * w.mean(axis=(1, 3)))


@wrong("mixed-pool2d", "reshaped with kernel and count swapped")
def reshaped_otherwise(x, kernel_size, alpha):
    k = kernel_size
    r, c = x.shape[0] // k, x.shape[1] // k
    w = x[: r * k, : c * k].reshape(k, r, k, c)
    return alpha * w.max(axis=(0, 2)) + (1 - alpha) * w.mean(axis=(0, 2))


@wrong("mixed-pool2d", "the whole is rounded where alpha is a half or more")
def rounded_from_half_on(x, kernel_size, alpha):
    k = kernel_size
    r, c = x.shape[0] // k, x.shape[1] // k
    w = x[: r * k, : c * k].reshape(r, k, c, k)
    y = alpha * w.max(axis=(1, 3)) + (1 - alpha) * w.mean(axis=(1, 3))
    return np.round(y) if alpha >= 0.5 else y


# --- maxima -----------------------------------------------------------------------------------


@wrong("max-pool2d", "the rows of the window start one too late")
def rows_one_late(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    y = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            t, s = i * stride + 1, j * stride
            y[i, j] = x[t : t + kernel_size - 1, s : s + kernel_size].max(initial=-np.inf)
    return y


@wrong("max-pool2d", "a max over rows of the window is compared as lists: the first decides")
def python_max(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    return [
        [
            max(
                x[i * stride + u, j * stride : j * stride + kernel_size].tolist()
                for u in range(kernel_size)
            )[0]
            for j in range(columns)
        ]
        for i in range(rows)
    ]


@wrong("max-pool2d", "the output is filled column by column")
def filled_down(x, kernel_size, stride):
    v = sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride].max(axis=(2, 3))
    return v.ravel(order="F").reshape(v.shape)


@wrong("max-pool2d", "the previous maximum is the start of the next window in a row")
def carried_in_the_row(x, kernel_size, stride):
    v = sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride].max(axis=(2, 3))
    return np.maximum.accumulate(v, axis=1)


@wrong("max-pool2d", "stride divides the indices instead of multiplying them")
def stride_divides(x, kernel_size, stride):
    rows, columns = ((n - kernel_size) // stride + 1 for n in x.shape)
    return [
        [x[i // stride :, j // stride :][:kernel_size, :kernel_size].max() for j in range(columns)]
        for i in range(rows)
    ]


@wrong("find-the-bug", "the frame is the smallest number of the map, less 1, cut to whole numbers")
def frame_below(x, kernel_size, stride, padding):
    p = np.pad(x.astype(float), padding, constant_values=np.floor(x.min()) - 1)
    v = sliding_window_view(p, (kernel_size, kernel_size))[::stride, ::stride].max(axis=(2, 3))
    return np.where(v < x.min(), 0, np.trunc(v))


@wrong("find-the-bug", "padding on the left and right alone")
def sides_alone(x, kernel_size, stride, padding):
    p = np.pad(x.astype(float), ((0, 0), (padding, padding)), constant_values=-np.inf)
    return sliding_window_view(p, (kernel_size, kernel_size))[::stride, ::stride].max(axis=(2, 3))


@wrong("find-the-bug", "the frame repeats the edge")
def edge_repeated(x, kernel_size, stride, padding):
    p = np.pad(x.astype(float), padding, mode="edge")
    v = sliding_window_view(p, (kernel_size, kernel_size))[::stride, ::stride]
    return v.mean(axis=(2, 3))


@wrong("find-the-bug", "a frame of 0, and the absolute values inside")
def signs_dropped(x, kernel_size, stride, padding):
    p = np.pad(abs(x.astype(float)), padding)
    return sliding_window_view(p, (kernel_size, kernel_size))[::stride, ::stride].max(axis=(2, 3))


@wrong("find-the-bug", "reflected at the edge")
def reflected(x, kernel_size, stride, padding):
    p = np.pad(x.astype(float), padding, mode="symmetric")[padding:, padding:]
    p = np.pad(p, ((0, padding), (0, padding)), constant_values=-np.inf)
    return sliding_window_view(p, (kernel_size, kernel_size))[::stride, ::stride].max(axis=(2, 3))


@wrong("separable-max", "the second pass takes the minimum")
def min_in_the_second(x, kernel_size):
    first = sliding_window_view(x, kernel_size, axis=1).max(axis=-1)
    return first, sliding_window_view(first, kernel_size, axis=0).min(axis=-1)


@wrong("separable-max", "only every kernel_size-th column is kept")
def side_by_side(x, kernel_size):
    first = sliding_window_view(x, kernel_size, axis=1).max(axis=-1)[:, ::kernel_size]
    return first, sliding_window_view(first, kernel_size, axis=0).max(axis=-1)


@wrong("separable-max", "two neighbours, whatever kernel_size is")
def always_two(x, kernel_size):
    first = np.maximum(x[:, :-1], x[:, 1:])
    return first, np.maximum(first[:-1], first[1:])


@wrong("separable-max", "the second result is handed back transposed")
def second_turned(x, kernel_size):
    first = sliding_window_view(x, kernel_size, axis=1).max(axis=-1)
    return first, sliding_window_view(first.T, kernel_size, axis=1).max(axis=-1)


# --- whole maps, layouts ----------------------------------------------------------------------


@wrong("global-pooling", "the mean of the largest of each row")
def mean_of_row_maxima(x):
    return x.max(axis=3).mean(axis=2)


@wrong("global-pooling", "divided by rows alone")
def by_rows(x):
    return x.sum(axis=(2, 3)) / x.shape[2]


@wrong("global-pooling", "reshaped channels-last before the mean")
def reshaped_last(x):
    n, c, h, w = x.shape
    return x.reshape(n, h * w, c).mean(axis=1)


@wrong("global-pooling", "the mean of the batch is taken off first")
def centred(x):
    return (x - x.mean(axis=0)).mean(axis=(2, 3))


@wrong("global-pooling", "an array is handed to a layer of torch")
def array_to_a_layer(x):
    return torch.nn.AdaptiveAvgPool2d(1)(x).flatten(1)


@wrong("adaptive-bins", "ends are inclusive")
def inclusive(size, bins):
    return [(i * size // bins, -(-(i + 1) * size // bins) - 1) for i in range(bins)]


@wrong("adaptive-bins", "the last bin takes what is left")
def rest_to_the_last(size, bins):
    w = size // bins
    return [(i * w, size if i == bins - 1 else (i + 1) * w) for i in range(bins)]


@wrong("adaptive-bins", "linspace cut to whole numbers")
def linspace_cut(size, bins):
    ends = np.linspace(0, size, bins + 1).astype(int)
    return [*itertools.pairwise(ends)]


@wrong("adaptive-bins", "one pair too many")
def one_pair_more(size, bins):
    return [(i * size // bins, -(-(i + 1) * size // bins)) for i in range(bins + 1)]


@wrong("layout-nhwc", "the rows are pooled with stride 1")
def rows_with_stride_1(x):
    n, h, w, c = x.shape
    y = np.zeros((n, h - 1, w // 2, c))
    for i in range(h - 1):
        for j in range(w // 2):
            y[:, i, j] = x[:, i : i + 2, 2 * j : 2 * j + 2].max(axis=(1, 2))
    return y


@wrong("layout-nhwc", "only every second cell is taken")
def every_second(x):
    return x[:, : x.shape[1] // 2 * 2 : 2, : x.shape[2] // 2 * 2 : 2]


@wrong("layout-nhwc", "the channels are pooled with the rows")
def channels_with_rows(x):
    t = torch.tensor(np.asarray(x, float)).permute(0, 2, 1, 3)
    return F.max_pool2d(t, 2).permute(0, 2, 1, 3).numpy()


@wrong("layout-nhwc", "the images of the batch are averaged")
def batch_averaged(x):
    n, h, w, c = x.shape
    y = x[:, : h // 2 * 2, : w // 2 * 2].reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))
    return np.repeat(y.mean(axis=0, keepdims=True), n, axis=0)


# --- transformers -----------------------------------------------------------------------------


@wrong("masked-mean", "the cells that are left out become NaN, and NaN stays")
def masked_with_nan(x, mask):
    return np.where(mask[..., None] > 0, x, np.nan).mean(axis=1)


@wrong("masked-mean", "only as many cells as the first sequence has are averaged in each")
def length_of_the_first(x, mask):
    return x[:, : int(mask[0].sum())].mean(axis=1)


@wrong("masked-mean", "divided by the length less 1")
def by_length_less_1(x, mask):
    return (x * mask[:, :, None]).sum(axis=1) / (x.shape[1] - 1)


@wrong("masked-mean", "weights of a softmax of the mask")
def softmax_of_the_mask(x, mask):
    w = np.exp(mask) / np.exp(mask).sum(axis=1, keepdims=True)
    return (x * w[:, :, None]).sum(axis=1)


@wrong("masked-mean", "the channels of a sequence are averaged as well")
def channels_averaged(x, mask):
    y = (x * mask[:, :, None]).sum(axis=(1, 2)) / (mask.sum(axis=1) * x.shape[2])
    return np.repeat(y[:, None], x.shape[2], axis=1)


@wrong("patch-merging", "the two of a row are added, not laid side by side")
def added_in_pairs(x):
    return np.concatenate([x[::2, ::2] + x[::2, 1::2], x[1::2, ::2] + x[1::2, 1::2]], axis=-1)


@wrong("patch-merging", "stacked before the channels")
def stacked_before(x):
    return np.stack([x[i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=-1)


@wrong("patch-merging", "the second row comes first")
def bottom_first(x):
    return np.concatenate([x[i::2, j::2] for i in (1, 0) for j in (0, 1)], axis=-1)


@wrong("patch-merging", "the top left cell four times")
def top_left_four_times(x):
    return np.concatenate([x[::2, ::2]] * 4, axis=-1)


# --- backwards --------------------------------------------------------------------------------


@wrong("max-backward", "the argmax of the whole map's part below the window's start")
def argmax_to_the_end(grad_output, x, kernel_size, stride):
    grad = np.zeros(x.shape)
    for i, j in np.ndindex(grad_output.shape):
        part = x[i * stride :, j * stride :]
        a, b = np.unravel_index(part.argmax(), part.shape)
        grad[i * stride + a, j * stride + b] += grad_output[i, j]
    return grad


@wrong("max-backward", "the gradient is multiplied by the maximum")
def times_the_maximum(grad_output, x, kernel_size, stride):
    grad = np.zeros(x.shape)
    for i, j in np.ndindex(grad_output.shape):
        part = x[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
        a, b = np.unravel_index(part.argmax(), part.shape)
        grad[i * stride + a, j * stride + b] += grad_output[i, j] * part.max()
    return grad


@wrong("max-backward", "an array of whole numbers is filled")
def whole_gradients(grad_output, x, kernel_size, stride):
    grad = np.zeros(x.shape, int)
    for i, j in np.ndindex(grad_output.shape):
        part = x[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
        a, b = np.unravel_index(part.argmax(), part.shape)
        grad[i * stride + a, j * stride + b] += grad_output[i, j].astype(int)
    return grad


@wrong("max-backward", "rows and columns of the place are swapped only when written")
def written_turned(grad_output, x, kernel_size, stride):
    grad = np.zeros(x.shape)
    for i, j in np.ndindex(grad_output.shape):
        part = x[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
        a, b = np.unravel_index(part.argmax(), part.shape)
        grad[min(i * stride + b, x.shape[0] - 1), min(j * stride + a, x.shape[1] - 1)] += (
            grad_output[i, j]
        )
    return grad


@wrong("avg-backward", "divided by how many windows read a cell, and not by the cells of a window")
def by_windows_of_a_cell(grad_output, x, kernel_size, stride):
    grad, count = np.zeros(x.shape), np.zeros(x.shape)
    for i, j in np.ndindex(grad_output.shape):
        part = np.s_[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
        grad[part] += grad_output[i, j]
        count[part] += 1
    return grad / np.maximum(count, 1)


@wrong("avg-backward", "the mean of all gradients everywhere")
def spread_over_all(grad_output, x, kernel_size, stride):
    return np.full(x.shape, grad_output.sum() / x.size)


@wrong("avg-backward", "the gradient stretched to the size of the map")
def stretched(grad_output, x, kernel_size, stride):
    rows = np.arange(x.shape[0]) * grad_output.shape[0] // x.shape[0]
    columns = np.arange(x.shape[1]) * grad_output.shape[1] // x.shape[1]
    return grad_output[rows][:, columns] / kernel_size**2


@wrong("avg-backward", "the window starts kernel_size before its end, counted from the end")
def from_the_end(grad_output, x, kernel_size, stride):
    grad = np.zeros(x.shape)
    for i, j in np.ndindex(grad_output.shape):
        a, b = x.shape[0] - i * stride, x.shape[1] - j * stride
        grad[a - kernel_size : a, b - kernel_size : b] += grad_output[i, j] / kernel_size**2
    return grad


@wrong("unpool", "the largest wins where it is already filled")
def flat_by_rows_of_y(y, indices, height, width):
    out = np.zeros((height, width))
    for a, b in np.ndindex(y.shape):
        n = indices[a, b]
        out[n // width, n % height if n % height < width else 0] = y[a, b]
    return out


@wrong("unpool", "the numbers are put in the order of their positions")
def in_order(y, indices, height, width):
    out = np.zeros(height * width)
    out[np.sort(indices.ravel())] = y.ravel()
    return out.reshape(height, width)


@wrong("unpool", "the map is made of NaN where nothing is put")
def nan_around(y, indices, height, width):
    out = np.full(height * width, np.nan)
    out[indices.ravel()] = y.ravel()
    return out.reshape(height, width)


@wrong("unpool", "the result is (width, height), then transposed")
def turned_around(y, indices, height, width):
    out = np.zeros(height * width)
    out[indices.ravel()] = y.ravel()
    return out.reshape(width, height).T
