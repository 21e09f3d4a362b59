"""Right solutions written by different hands: none of them may be refused."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.lib.stride_tricks import sliding_window_view
from on_floats import on_floats


def four_loops_and_lists(x, kernel_size, stride):
    result = []
    for top in range(0, len(x) - kernel_size + 1, stride):
        row = []
        for left in range(0, len(x[0]) - kernel_size + 1, stride):
            largest = x[top][left]
            for i in range(kernel_size):
                for j in range(kernel_size):
                    if x[top + i][left + j] > largest:
                        largest = x[top + i][left + j]
            row.append(largest)
        result.append(row)
    return result


def window_view_in_float32(x, k, s):
    return sliding_window_view(np.float32(x), (k, k))[::s, ::s].max(axis=(2, 3))


def torch_with_a_channel_axis(x, k, s):
    return torch.nn.MaxPool2d(k, s)(torch.tensor(x)[None])


def torch_that_wants_gradients(x, k, s):
    x = torch.tensor(x, requires_grad=True)
    return x.unfold(0, k, s).unfold(1, k, s).amax(dim=(2, 3))


def rows_then_columns(x, k, s):
    def along_rows(a):
        return np.array([a[i : i + k].max(axis=0) for i in range(0, len(a) - k + 1, s)])

    return along_rows(along_rows(x).T).T


def recursion(x, k, s):
    def row(top, left):
        if left + k > x.shape[1]:
            return []
        return [max(map(max, x[top : top + k, left : left + k])), *row(top, left + s)]

    def all_rows(top):
        return [] if top + k > x.shape[0] else [row(top, 0), *all_rows(top + s)]

    return all_rows(0)


def shifted_slices(x, k, s):
    best = np.full(((x.shape[0] - k) // s + 1, (x.shape[1] - k) // s + 1), -np.inf)
    for i in range(k):
        for j in range(k):
            part = x[i : i + s * len(best) : s, j : j + s * best.shape[1] : s]
            best = np.maximum(best, part[: len(best), : best.shape[1]])
    return best


def padded_with_torch(x, kernel_size, stride, padding):
    return F.max_pool2d(torch.tensor(x)[None], kernel_size, stride, padding)


def clipped_windows(x, kernel_size, stride, padding):
    def starts(size):
        return range(-padding, size + padding - kernel_size + 1, stride)

    return [
        [
            x[max(i, 0) : i + kernel_size, max(j, 0) : j + kernel_size].max()
            for j in starts(x.shape[1])
        ]
        for i in starts(x.shape[0])
    ]


def padded_by_hand_in_float32(x, kernel_size, stride, padding):
    frame = np.full([n + 2 * padding for n in x.shape], -np.inf, np.float32)
    frame[padding : padding + x.shape[0], padding : padding + x.shape[1]] = x
    views = np.lib.stride_tricks.sliding_window_view(frame, (kernel_size, kernel_size))
    return views[::stride, ::stride].max(axis=(2, 3))


def padded_with_lists(x, kernel_size, stride, padding):
    low, width = float("-inf"), x.shape[1] + 2 * padding
    edge = [[low] * width for _ in range(padding)]
    frame = edge + [[low] * padding + list(row) + [low] * padding for row in x] + edge
    return [
        [
            max(max(row[j : j + kernel_size]) for row in frame[i : i + kernel_size])
            for j in range(0, width - kernel_size + 1, stride)
        ]
        for i in range(0, len(frame) - kernel_size + 1, stride)
    ]


def padded_with_the_smallest_pixel(x, kernel_size, stride, padding):
    padded = np.pad(x, padding, constant_values=x.min())
    views = sliding_window_view(padded, (kernel_size, kernel_size))[::stride, ::stride]
    return views.max(axis=(-2, -1))


@on_floats
def padded_with_the_lowest_float(x, kernel_size, stride, padding):
    frame = F.pad(torch.tensor(x), [padding] * 4, value=torch.finfo(torch.float64).min)
    return frame.unfold(0, kernel_size, stride).unfold(1, kernel_size, stride).amax((-1, -2))


@on_floats
def padded_with_nan_left_out(x, kernel_size, stride, padding):
    padded = np.pad(x, padding, constant_values=np.nan)
    out = np.zeros([(n - kernel_size) // stride + 1 for n in padded.shape])
    for i in range(len(out)):
        for j in range(len(out[0])):
            window = padded[i * stride : i * stride + kernel_size, j * stride :]
            out[i, j] = np.nanmax(window[:, :kernel_size])
    return out


def padded_one_pixel_at_a_time(x, kernel_size, stride, padding):
    out = {}
    outputs = [(n + 2 * padding - kernel_size) // stride + 1 for n in x.shape]
    for (row, column), pixel in np.ndenumerate(x):
        for i, j in np.ndindex(*outputs):
            top, left = i * stride - padding, j * stride - padding
            if top <= row < top + kernel_size and left <= column < left + kernel_size:
                out[i, j] = max(out.get((i, j), pixel), pixel)
    return [[out[i, j] for j in range(outputs[1])] for i in range(outputs[0])]


def separable_with_torch(x, kernel_size):
    first = F.max_pool2d(torch.tensor(x)[None], (1, kernel_size), 1)
    return first[0], F.max_pool2d(first, (kernel_size, 1), 1)[0]


def separable_with_slices(x, kernel_size):
    height, width = (n - kernel_size + 1 for n in x.shape)
    rows = x[:, :width]
    for k in range(1, kernel_size):
        rows = np.maximum(rows, x[:, k : k + width])
    out = rows[:height]
    for k in range(1, kernel_size):
        out = np.maximum(out, rows[k : k + height])
    return rows, out


def separable_by_recursion(x, kernel_size):
    def halve(a, n):
        if n == 1:
            return a
        smaller = halve(a, n - 1)
        return np.maximum(smaller[:, :-1], smaller[:, 1:])

    first = halve(x, kernel_size)
    return [first, halve(first.T, kernel_size).T]


def separable_with_lists(x, kernel_size):
    def along(rows):
        return [
            [max(row[j : j + kernel_size]) for j in range(len(row) - kernel_size + 1)]
            for row in rows
        ]

    first = along(x.tolist())
    columns = along([list(column) for column in zip(*first, strict=True)])
    return first, [list(row) for row in zip(*columns, strict=True)]


def separable_with_views(x, kernel_size):
    first = sliding_window_view(x, kernel_size, axis=1).max(axis=-1)
    return first, sliding_window_view(first, kernel_size, axis=0).max(axis=-1)


def separable_with_unfold(x, kernel_size):
    first = torch.tensor(x, dtype=torch.float32).unfold(1, kernel_size, 1).amax(-1)
    return [first, first.unfold(0, kernel_size, 1).amax(-1)]


SOLUTIONS = {
    "max-pool2d": [
        four_loops_and_lists,
        window_view_in_float32,
        torch_with_a_channel_axis,
        torch_that_wants_gradients,
        rows_then_columns,
        recursion,
        shifted_slices,
    ],
    "find-the-bug": [
        padded_with_torch,
        clipped_windows,
        padded_by_hand_in_float32,
        padded_with_lists,
        padded_with_the_smallest_pixel,
        padded_with_the_lowest_float,
        padded_with_nan_left_out,
        padded_one_pixel_at_a_time,
    ],
    "separable-max": [
        separable_with_torch,
        separable_with_slices,
        separable_by_recursion,
        separable_with_lists,
        separable_with_views,
        separable_with_unfold,
    ],
}
