"""Independent right solutions, written as students write: each must pass."""

import numpy as np
import torch
import torch.nn.functional as F


def through_torch(pool):
    def backward(grad_output, x, kernel_size, stride):
        leaf = torch.tensor(x, requires_grad=True)
        y = pool(leaf[None], kernel_size, stride)
        y.backward(torch.tensor(grad_output)[None])
        return leaf.grad

    return backward


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


SOLUTIONS = {
    "max-backward": [through_torch(F.max_pool2d), max_by_comparing, max_with_flat_indices],
    "avg-backward": [through_torch(F.avg_pool2d), average_by_cells, average_with_lists],
    "unpool": [unpool_with_torch, unpool_with_loops, unpool_with_put],
}
