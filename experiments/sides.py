"""Is the digit on the left? What an average over all places still knows of place, and from where.

The small classifier with max pools is asked for the side instead of the digit. Two heads, two
ways to pad, two canvases, ten seeds; twenty where the heads may turn out *equal*. README.md tells
the design.
"""

from __future__ import annotations

import record
from torch import nn

from pooling_lab.data import scattered_digits
from pooling_lab.training import (
    CANVAS,
    FINAL_STEPS,
    HEADS,
    TEST_DIGITS,
    TRAINING_DIGITS,
    accuracy,
    fit,
    on_the_right,
    predict,
    repeatable,
    small_cnn,
)

SEEDS, MORE_SEEDS = 10, 20
CELLS = (  # canvas, padding, seeds
    (CANVAS, "zeros", MORE_SEEDS),
    (CANVAS, "circular", SEEDS),
    (2 * CANVAS, "zeros", SEEDS),
)


def plan() -> list[record.Row]:
    """Return the conditions of every row, seed by seed."""
    return [
        {"canvas": canvas, "padding": padding, "head": head, "seed": seed}
        for seed in range(MORE_SEEDS)
        for canvas, padding, seeds in CELLS
        for head in HEADS
        if seed < seeds
    ]


def measure(canvas: int, padding: str, head: str, seed: int) -> dict[str, object]:
    """Train one network to tell the side, and test it on new digits."""
    train = scattered_digits(TRAINING_DIGITS, canvas, seed)
    test = scattered_digits(TEST_DIGITS, canvas, seed, split="test")
    model = padded_cnn(head, canvas, padding, seed)
    losses = fit(model, train.images, on_the_right(train.images), seed=seed)
    known, asked = (on_the_right(part.images) for part in (train, test))
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "final_loss": float(losses[-FINAL_STEPS:].mean()),
        "train_accuracy": accuracy(predict(model, train.images), known),
        "test_accuracy": accuracy(predict(model, test.images), asked),
        "constant_accuracy": max(asked.mean(), 1 - asked.mean()).item(),
    }


def padded_cnn(head: str, canvas: int, padding: str, seed: int) -> nn.Sequential:
    """Make the small classifier with max pools, its convolutions padded in one of two ways.

    ``"zeros"`` is its own; ``"circular"`` goes on at the other side, so that no cell can tell how
    far the border is. The first weights are the same.
    """
    with repeatable(seed):
        model = small_cnn("max", head, canvas)
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            layer.padding_mode = padding
    return model


if __name__ == "__main__":
    record.run(plan(), measure, __file__)
