"""Independent right solutions, written as students write: each must pass."""

import numpy as np
import torch
import torch.nn.functional as F
from on_floats import on_floats


def through_torch(pool):
    @on_floats
    def backward(grad_output, x, kernel_size, stride):
        leaf = torch.tensor(x, requires_grad=True)
        y = pool(leaf[None], kernel_size, stride)
        y.backward(torch.tensor(grad_output)[None])
        return leaf.grad

    return backward


@on_floats
def max_by_comparing(grad_output, x, kernel_size, stride):
    grad = np.zeros_like(x)
    for i in range(len(grad_output)):
        for j in range(len(grad_output[0])):
            best = None
            for u in range(i * stride, i * stride + kernel_size):
                for v in range(j * stride, j * stride + kernel_size):
                    if best is None or x[u, v] > x[best]:
                        best = (u, v)
            grad[best] += grad_output[i, j]
    return grad


def max_with_flat_indices(grad_output, x, kernel_size, stride):
    number = np.arange(x.size).reshape(x.shape)
    size = (kernel_size, kernel_size)
    windows, numbers = (
        np.lib.stride_tricks.sliding_window_view(a, size)[::stride, ::stride].reshape(
            *grad_output.shape, -1
        )
        for a in (x, number)
    )
    winners = np.take_along_axis(numbers, windows.argmax(-1)[..., None], -1)[..., 0]
    return np.bincount(winners.ravel(), grad_output.ravel(), x.size).reshape(x.shape)


def max_by_recursion(grad_output, x, kernel_size, stride):
    def rest(outputs):
        if not outputs:
            return np.zeros(x.shape)
        (i, j), *others = outputs
        grad = rest(others)
        window = x[i * stride :, j * stride :][:kernel_size, :kernel_size]
        u, v = np.unravel_index(np.argmax(window), window.shape)
        grad[i * stride + u, j * stride + v] += grad_output[i, j]
        return grad

    return rest(list(np.ndindex(grad_output.shape)))


def max_with_argwhere(grad_output, x, kernel_size, stride):
    grad = [[0] * len(x[0]) for _ in x]
    for i, row in enumerate(grad_output.tolist()):
        for j, value in enumerate(row):
            window = x[i * stride : i * stride + kernel_size, j * stride : j * stride + kernel_size]
            u, v = np.argwhere(window == window.max())[0]
            grad[i * stride + u][j * stride + v] += value
    return grad


def max_with_torch_indices(grad_output, x, kernel_size, stride):
    _, places = F.max_pool2d(torch.tensor(x)[None], kernel_size, stride, return_indices=True)
    grad = torch.zeros(x.size, dtype=torch.float64)
    grad.scatter_add_(0, places.flatten(), torch.tensor(grad_output).flatten())
    return grad.view(x.shape)


def max_offset_by_offset(grad_output, x, kernel_size, stride):
    rows, columns = grad_output.shape
    grad, left = np.zeros(x.shape, np.float32), np.ones(grad_output.shape, bool)
    best = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))
    best = best[::stride, ::stride].max(axis=(2, 3))
    for u, v in np.ndindex(kernel_size, kernel_size):
        place = np.s_[u : u + rows * stride : stride, v : v + columns * stride : stride]
        hit = left & (x[place][:rows, :columns] == best)
        grad[place][:rows, :columns] += hit * grad_output
        left &= ~hit
    return grad


def average_by_transposed_convolution(grad_output, x, kernel_size, stride):
    weights = torch.full((1, 1, kernel_size, kernel_size), kernel_size**-2, dtype=torch.float64)
    grad = F.conv_transpose2d(torch.tensor(grad_output)[None, None], weights, stride=stride)[0, 0]
    rest = [(0, n - m) for n, m in zip(x.shape, grad.shape, strict=True)]
    return np.pad(grad.numpy(), rest)


def average_with_kron(grad_output, x, kernel_size, stride):
    grad = np.zeros(x.shape, dtype=np.float32)
    share = np.ones((kernel_size, kernel_size)) / kernel_size**2
    for place in np.ndindex(grad_output.shape):
        i, j = np.multiply(place, stride)
        grad[i : i + kernel_size, j : j + kernel_size] += np.kron(grad_output[place], share)
    return grad


def average_cell_by_cell(grad_output, x, kernel_size, stride):
    def reads(window, cell):
        return window * stride <= cell < window * stride + kernel_size

    rows, columns = grad_output.shape
    return [
        [
            sum(
                grad_output[i, j] / kernel_size**2
                for i in range(rows)
                for j in range(columns)
                if reads(i, row) and reads(j, column)
            )
            for column in range(x.shape[1])
        ]
        for row in range(x.shape[0])
    ]


def average_as_matrices(grad_output, x, kernel_size, stride):
    def matrix(outputs, size):
        starts = np.arange(outputs)[:, None] * stride
        cells = np.arange(size)
        return ((cells >= starts) & (cells < starts + kernel_size)) / kernel_size

    (rows, columns), (height, width) = grad_output.shape, x.shape
    return matrix(rows, height).T @ grad_output @ matrix(columns, width)


@on_floats
def average_by_cells(grad_output, x, kernel_size, stride):
    grad = np.zeros_like(x)
    for u in range(kernel_size):
        for v in range(kernel_size):
            rows, columns = grad_output.shape
            view = grad[u : u + rows * stride : stride, v : v + columns * stride : stride]
            view[:rows, :columns] += grad_output / kernel_size**2
    return grad


def average_with_lists(grad_output, x, kernel_size, stride):
    grad = [[0.0] * x.shape[1] for _ in range(x.shape[0])]
    for i, row in enumerate(grad_output):
        for j, gradient in enumerate(row):
            for u in range(kernel_size):
                for v in range(kernel_size):
                    grad[i * stride + u][j * stride + v] += gradient / (kernel_size * kernel_size)
    return grad


def unpool_with_torch(y, indices, height, width):
    places = torch.tensor(indices).long()[None]
    return F.max_unpool2d(torch.tensor(y)[None], places, 2, output_size=(height, width))[0]


def unpool_with_loops(y, indices, height, width):
    out = [[0] * width for _ in range(height)]
    for value, index in zip(y.flat, indices.flat, strict=True):
        out[int(index) // width][int(index) % width] = value
    return out


def unpool_with_put(y, indices, height, width):
    out = np.zeros((height, width), np.float32)
    np.put(out, indices.astype(int), y)
    return out


def unpool_by_searching(y, indices, height, width):
    found = dict(zip(indices.ravel().tolist(), y.ravel().tolist(), strict=True))
    return [[found.get(i * width + j, 0.0) for j in range(width)] for i in range(height)]


def unpool_with_divmod(y, indices, height, width):
    out = np.zeros((height, width))
    out[np.divmod(indices, width)] = y
    return out


def unpool_with_scatter(y, indices, height, width):
    flat = torch.zeros(height * width).scatter(
        0, torch.tensor(indices).flatten(), torch.tensor(y, dtype=torch.float32).flatten()
    )
    return flat.unflatten(0, (height, width))


def unpool_with_unravel(y, indices, height, width):
    out = np.full((height, width), 0.0)
    for place, value in np.ndenumerate(y):
        out[np.unravel_index(indices[place], out.shape)] = value
    return out[None]


def unpool_one_hot(y, indices, height, width):
    return (np.eye(height * width)[indices.ravel()].T @ y.ravel()).reshape(height, width)


SOLUTIONS = {
    "max-backward": [
        through_torch(F.max_pool2d),
        max_by_comparing,
        max_with_flat_indices,
        max_by_recursion,
        max_with_argwhere,
        max_with_torch_indices,
        max_offset_by_offset,
    ],
    "avg-backward": [
        through_torch(F.avg_pool2d),
        average_by_cells,
        average_with_lists,
        average_by_transposed_convolution,
        average_with_kron,
        average_cell_by_cell,
        average_as_matrices,
    ],
    "unpool": [
        unpool_with_torch,
        unpool_with_loops,
        unpool_with_put,
        unpool_by_searching,
        unpool_with_divmod,
        unpool_with_scatter,
        unpool_with_unravel,
        unpool_one_hot,
    ],
}
