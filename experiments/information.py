"""How much of the image is left after two halvings, as the error of a decoder.

The features are 32 channels of 4×4. A small network learns to rebuild the 16×16 image from them;
the less is left, the larger its error. The encoder is as it was drawn, as the classifier left it,
or trained together with the decoder, for this task alone.
"""

from __future__ import annotations

import numpy as np
import record
import torch.nn.functional as F
from torch import nn

from pooling_lab.data import scattered_digits
from pooling_lab.training import (
    CANVAS,
    TEST_DIGITS,
    Images,
    fit,
    predict,
    repeatable,
    small_cnn,
    train_digits,
)

KINDS = ("max", "stride")
ENCODERS = ("drawn", "classifier", "together")
CANVASES = 898
SEEDS = range(10)
BEFORE_STAGE_3 = 4  # stage 1, halving, stage 2, halving


def plan() -> list[record.Row]:
    """Return the conditions of every row, seed by seed; the mean image is the blind guess."""
    kinds = [("none", "mean image"), *((e, k) for e in ENCODERS for k in KINDS)]
    return [
        {"encoder": encoder, "kind": kind, "seed": seed}
        for seed in SEEDS
        for encoder, kind in kinds
    ]


def measure(encoder: str, kind: str, seed: int) -> dict[str, object]:
    """Rebuild the test images once, and compare."""
    train = scattered_digits(CANVASES, CANVAS, seed).images
    test = scattered_digits(TEST_DIGITS, CANVAS, seed, split="test").images
    if encoder == "none":
        return {"error": error(np.broadcast_to(train.mean(0), test.shape), test)}
    return {"error": error(rebuild(kind, encoder, seed, train, test), test)}


def decoder() -> nn.Sequential:
    """Double the plane twice and end with one channel."""
    return nn.Sequential(
        nn.ConvTranspose2d(32, 32, 2, 2),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, 2, 2),
        nn.ReLU(),
        nn.Conv2d(16, 1, 3, padding=1),
    )


def rebuild(kind: str, encoder: str, seed: int, train: Images, test: Images) -> Images:
    """Train a decoder on ``train`` and return its images of ``test``, ``(N, 16, 16)``."""
    with repeatable(seed):
        front, back = small_cnn(kind)[:BEFORE_STAGE_3], decoder()
    if encoder == "together":
        whole = nn.Sequential(front, back)
        fit(whole, train, train[:, None], F.mse_loss, seed=seed)
        return predict(whole, test)[:, 0]
    if encoder == "classifier":
        front = train_digits(kind, seed=seed, places="anew").model[:BEFORE_STAGE_3]
    fit(back, predict(front, train), train[:, None], F.mse_loss, seed=seed)
    return predict(back, predict(front, test))[:, 0]


def error(rebuilt: Images, images: Images) -> float:
    """Return the root-mean-square error over all cells; full ink is 1."""
    return float(np.sqrt(np.mean((rebuilt - images) ** 2)))


if __name__ == "__main__":
    record.run(plan(), measure, __file__)
