"""Right solutions written by different hands: none of them may be refused."""

import numpy as np
import torch

from pooling_lab import max_pool2d


def moveaxis_and_the_library(x):
    return np.moveaxis(max_pool2d(np.moveaxis(x, 3, 1), 2), 1, 3)


def torch_permute(x):
    y = torch.nn.functional.max_pool2d(torch.from_numpy(x).permute(0, 3, 1, 2), 2)
    return y.permute(0, 2, 3, 1)


def slices_without_moving_anything(x):
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
    rows = np.maximum(x[:, ::2], x[:, 1::2])
    return np.maximum(rows[:, :, ::2], rows[:, :, 1::2]).astype(np.float32)


def reshape_into_blocks(x):
    n, h, w, c = x.shape
    x = x[:, : h - h % 2, : w - w % 2]
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))


def loops_and_lists(x):
    def cell(image, i, j):
        return [
            max(image[i, j, c], image[i + 1, j, c], image[i, j + 1, c], image[i + 1, j + 1, c])
            for c in range(image.shape[2])
        ]

    return [
        [
            [cell(image, i, j) for j in range(0, image.shape[1] - 1, 2)]
            for i in range(0, image.shape[0] - 1, 2)
        ]
        for image in x
    ]


def channel_by_channel(x):
    return np.stack([max_pool2d(x[..., c], 2) for c in range(x.shape[-1])], axis=-1)


SOLUTIONS = {
    "layout-nhwc": [
        moveaxis_and_the_library,
        torch_permute,
        slices_without_moving_anything,
        reshape_into_blocks,
        loops_and_lists,
        channel_by_channel,
    ],
}
