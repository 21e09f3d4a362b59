"""Small U-Nets with and without skip connections find the ink of a digit under noise.

Skips carry two things: where something was, and a full-resolution map. So there are rivals: other
ways to double a plane, and the pools' own indices (place without a map).
"""

from __future__ import annotations

import numpy as np
import record
from numpy.typing import NDArray

from pooling_lab.training import (
    Masks,
    ink_mask,
    intersection_over_union,
    segmentation_sets,
    train_segmentation,
)

VARIANTS = (  # skips, upsampling
    (True, "repeat"),
    (True, "bilinear"),
    (False, "repeat"),
    (False, "bilinear"),
    (False, "learned"),
    (False, "indices"),
)
SEEDS = range(10)
BLOCK = 4  # two pools: one cell at the bottom stands for 4×4 pixels


def plan() -> list[record.Row]:
    """Return the conditions of every row, seed by seed."""
    return [
        {"skips": skips, "upsampling": upsampling, "seed": seed}
        for seed in SEEDS
        for skips, upsampling in VARIANTS
    ]


def measure(skips: bool, upsampling: str, seed: int) -> dict[str, object]:
    """Train one network and say whether it finds the ink, its 4×4 blocks, and its middle."""
    run = train_segmentation(skips, seed, upsampling=upsampling)
    true = ink_mask(segmentation_sets(seed)[1].clean)
    return {
        "parameters": sum(p.numel() for p in run.model.parameters()),
        "iou": run.iou,
        "block_iou": intersection_over_union(blocks(run.found), blocks(true)),
        "centre_error": float(np.median(np.hypot(*(centres(run.found) - centres(true)).T))),
    }


def blocks(masks: Masks) -> Masks:
    """Return which 4×4 blocks have any ink, ``(N, H/4, W/4)``."""
    n, height, width = masks.shape
    return masks.reshape(n, height // BLOCK, BLOCK, width // BLOCK, BLOCK).any((2, 4))


def centres(masks: Masks) -> NDArray[np.float64]:
    """Return the mean row and column of the ink of each image; the middle where there is none."""
    height, width = masks.shape[1:]
    total = masks.sum((1, 2))
    rows = (masks.sum(2) * np.arange(height)).sum(1)
    columns = (masks.sum(1) * np.arange(width)).sum(1)
    middle = np.array([[(height - 1) / 2, (width - 1) / 2]])
    found = np.stack([rows, columns], 1) / np.maximum(total, 1)[:, None]
    return np.where(total[:, None] > 0, found, middle)


if __name__ == "__main__":
    record.run(plan(), measure, __file__)
