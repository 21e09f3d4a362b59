"""Stochastic and mixed pooling against max and average: claim 19, and what a learned share learns.

Each network is tested four times: as trained; with the plain mean in the place of its pooling
layers; and both again after its batch normalisation has gathered its statistics anew. Those
gathered while stochastic pooling draws do not fit the steadier maps it gives afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import torch
from record import Row, record
from torch import nn

from pooling_lab.training import (
    DigitRun,
    MixedPool,
    accuracy,
    as_batch,
    digit_sets,
    predict,
    train_digits,
)

KINDS = ("max", "average", "stochastic", "mixed")
SEEDS = range(10)


def shares(run: DigitRun) -> list[float]:
    """Return the learned shares of the maximum, first pooling layer first."""
    return [m.alpha.item() for m in run.model.modules() if isinstance(m, MixedPool)]


def tested(run: DigitRun) -> float:
    """Return the accuracy on the test digits of the network as it is now."""
    test = digit_sets(run.seed)[1]
    return accuracy(predict(run.model, test.images), test.labels)


def renormalised(run: DigitRun) -> float:
    """Gather the statistics of batch normalisation anew, pooling as in a test, and test."""
    for module in run.model.eval().modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the plain average of what comes
            module.train()
    with torch.no_grad():
        run.model(as_batch(digit_sets(run.seed)[0].images))
    return tested(run)


def tests(run: DigitRun) -> Iterator[tuple[str, float]]:
    """Test the network in all four states, in an order in which none disturbs the next."""
    trained = {name: value.clone() for name, value in run.model.state_dict().items()}
    yield "test_accuracy", run.test_accuracy
    yield "renormalised_accuracy", renormalised(run)
    run.model.load_state_dict(trained)
    run.model.down1, run.model.down2 = nn.AvgPool2d(2), nn.AvgPool2d(2)
    yield "plain_mean_accuracy", tested(run)
    yield "plain_mean_renormalised_accuracy", renormalised(run)


def runs() -> Iterator[Row]:
    """Train each kind once for each seed, with a global-average head."""
    for kind, seed in product(KINDS, SEEDS):
        run = train_digits(kind, seed=seed)
        alpha_1, alpha_2 = shares(run) or (float("nan"), float("nan"))
        yield {
            "kind": kind,
            "seed": seed,
            "train_accuracy": run.train_accuracy,
            "final_loss": run.final_loss,
            "alpha_1": alpha_1,
            "alpha_2": alpha_2,
            **dict(tests(run)),
        }


if __name__ == "__main__":
    record(runs(), __file__)
