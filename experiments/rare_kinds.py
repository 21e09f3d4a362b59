"""Stochastic and mixed pooling against max and average: claim 19, and what a learned share learns.

``plain_mean_accuracy`` tests with the plain mean in place of each trained pooling layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from record import Row, record
from torch import nn

from pooling_lab.training import DigitRun, MixedPool, accuracy, digit_sets, predict, train_digits

KINDS = ("max", "average", "stochastic", "mixed")
SEEDS = range(10)


def shares(run: DigitRun) -> list[float]:
    """Return the learned shares of the maximum, first pooling layer first."""
    return [m.alpha.item() for m in run.model.modules() if isinstance(m, MixedPool)]


def plain_mean_accuracy(run: DigitRun) -> float:
    """Put the plain mean in the place of both pooling layers and test again."""
    run.model.down1[0] = run.model.down2[0] = nn.AvgPool2d(2)
    test = digit_sets(run.seed)[1]
    return accuracy(predict(run.model, test.images), test.labels)


def runs() -> Iterator[Row]:
    """Train each kind once for each seed, with a global-average head."""
    for kind, seed in product(KINDS, SEEDS):
        run = train_digits(kind, seed=seed)
        alpha_1, alpha_2 = shares(run) or (float("nan"), float("nan"))
        yield {
            "kind": kind,
            "seed": seed,
            "train_accuracy": run.train_accuracy,
            "test_accuracy": run.test_accuracy,
            "final_loss": run.final_loss,
            "alpha_1": alpha_1,
            "alpha_2": alpha_2,
            "plain_mean_accuracy": plain_mean_accuracy(run),
        }


if __name__ == "__main__":
    record(runs(), __file__)
