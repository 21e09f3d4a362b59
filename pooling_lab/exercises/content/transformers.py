"""Exercises about pooling in transformers: masks and patches (lesson 16)."""

from __future__ import annotations

import numpy as np

from ..exercise import Case, Exercise, Slip, add, function
from ..seeded_random import Stream

# --- how a masked mean goes wrong ------------------------------------------------------------

_MASK_SLIPS = {
    "mask-ignored": Slip(
        "The padding was averaged as well: the mask is not used. Which rows of `x` are to count?",
        lambda x, mask: x.mean(axis=1),
    ),
    "padding-counted": Slip(
        "The padding adds nothing to your sums, but it still counts in the number they are "
        "divided by. How many cells does the mask keep in that sequence?",
        lambda x, mask: (x * mask[:, :, None]).mean(axis=1),
    ),
    "sum-for-mean": Slip(
        "Those are sums of what the mask keeps. What turns a sum into its mean?",
        lambda x, mask: (x * mask[:, :, None]).sum(axis=1),
    ),
    "one-count-for-all": Slip(
        "All sequences were divided by the same number. Each has a mask of its own: how many "
        "cells does it keep in that one?",
        lambda x, mask: (x * mask[:, :, None]).sum(axis=1) * len(mask) / mask.sum(),
    ),
    "mask-reversed": Slip(
        "The padding was averaged and the rest left out. What does a 1 in the mask mean?",
        lambda x, mask: (
            (x * (1 - mask)[:, :, None]).sum(axis=1)
            / np.maximum((1 - mask).sum(axis=1), 1)[:, None]
        ),
    ),
    "max-for-mean": Slip(
        "Those are the largest numbers that the mask keeps. A mean lets all of them count.",
        lambda x, mask: np.where(mask[:, :, None] > 0, x, -np.inf).max(axis=1),
    ),
}


def _mask_draw(stream: Stream) -> Case:
    sequences, length, channels = stream.integer(2, 3), stream.integer(3, 5), stream.integer(2, 3)
    kept = stream.shuffled(range(1, length + 1))[:sequences]  # another number in each sequence
    mask = np.array([[float(i < n) for i in range(length)] for n in kept])
    return {"x": stream.grid(sequences, length, channels, low=-19, high=19) / 2, "mask": mask}


# --- masked-mean ----------------------------------------------------------------------------


def masked_mean(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Add up what the mask keeps, and divide by how many cells it keeps."""
    kept = mask[:, :, None]
    return (x * kept).sum(axis=1) / kept.sum(axis=1)


add(
    Exercise(
        id="masked-mean",
        title="A mean that leaves the padding out",
        lesson="16",
        stars=2,
        minutes=6,
        task="Sentences of a batch differ in length and are padded to the longest. Write "
        "`my_masked_mean` for `x` of shape (N, L, C): it returns an array of shape (N, C), the "
        "mean over those of the L cells that `mask`, of shape (N, L), keeps with a 1. A 0 marks "
        "padding, which must not count: it stands behind a sentence and never within it, and every "
        "sentence has at least one cell.",
        stub=function("my_masked_mean(x, mask)"),
        draws={1: _mask_draw},
        solution=masked_mean,
        axes=("sequences", "channels"),
        slips=_MASK_SLIPS,
        hints=(
            "Multiply by the mask first: what does a cell of the padding add then?",
            "By how many cells is each sum to be divided? Ask the mask.",
            "`(x * mask[:, :, None]).sum(axis=1)`, divided by the number of ones.",
        ),
    )
)

# --- how patches are merged wrongly ----------------------------------------------------------


def _by_columns(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[i::2, j::2] for j in (0, 1) for i in (0, 1)], axis=-1)


def _channel_by_channel(x: np.ndarray) -> np.ndarray:
    corners = np.stack([x[i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=-1)
    return corners.reshape(*corners.shape[:2], -1)


_PATCH_SLIPS = {
    "order-of-swin": Slip(
        "The four cells stand in the order in which Swin takes them: down first. The task asks "
        "for reading order.",
        _by_columns,
    ),
    "channel-by-channel": Slip(
        "The four numbers of a channel stand side by side, channel after channel. The task asks "
        "for cell after cell, each with all its channels.",
        _channel_by_channel,
    ),
    "reshaped-not-moved": Slip(
        "`reshape` does not move axes: it cuts the same row of numbers anew, so cells come "
        "together that are no neighbours. Split rows and columns first, then move the axes.",
        lambda x: x.reshape(x.shape[0] // 2, x.shape[1] // 2, -1),
    ),
    "quarters-for-neighbours": Slip(
        "The map was cut into four quarters that were laid upon each other. Neighbours belong "
        "together: every second row and column, `x[0::2]` and `x[1::2]`.",
        lambda x: np.concatenate(
            [
                x[i : i + x.shape[0] // 2, j : j + x.shape[1] // 2]
                for i in (0, x.shape[0] // 2)
                for j in (0, x.shape[1] // 2)
            ],
            axis=-1,
        ),
    ),
    "pooled": Slip(
        "The four cells became one number for each channel. Merging loses nothing: how many "
        "numbers does a place hold afterwards?",
        lambda x: x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2, -1).max(axis=(1, 3)),
    ),
}

# --- patch-merging --------------------------------------------------------------------------


def merge_patches(x: np.ndarray) -> np.ndarray:
    """Take every second cell, four times, and lay the four maps side by side as channels."""
    return np.concatenate([x[i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=-1)


add(
    Exercise(
        id="patch-merging",
        title="Merge 2×2 patches into channels",
        lesson="16",
        stars=2,
        minutes=8,
        task="Write `my_patch_merging` for an array `x` of shape (H, W, C) with even H and W. It "
        "returns shape (H/2, W/2, 4·C): at each place the four cells of a 2×2 block one after the "
        "other in reading order (top left, top right, bottom left, bottom right), each with all "
        "its channels. A linear layer on that is a convolution with kernel_size=2 and stride=2.",
        stub=function("my_patch_merging(x)"),
        draws={
            1: lambda stream: {
                "x": stream.permuted(
                    *(2 * stream.integer(1, 3), 2 * stream.integer(2, 3), stream.integer(2, 3)),
                    low=-99,
                    high=99,
                )
            }
        },
        solution=merge_patches,
        axes=("rows", "columns", "channels"),
        input_axes=("rows", "columns", "channels"),
        slips=_PATCH_SLIPS,
        hints=(
            "`x[0::2, 0::2]` is the top left cell of every block. Which are the other three?",
            "`np.concatenate([…], axis=-1)` lays arrays side by side as channels.",
        ),
    )
)
