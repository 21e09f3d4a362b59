"""Attention pooling against the average as what reads the last map, with and without clutter.

Both learn as many numbers: the average has a scale for each channel, where attention has its
query. Scraps of other digits are what attention could learn to look away from.
"""

from __future__ import annotations

import record

from pooling_lab.training import READERS, train_reader

CLUTTER = (0, 2)
SEEDS = range(10)


def plan() -> list[record.Row]:
    """Return the conditions of every row, seed by seed."""
    return [
        {"clutter": clutter, "reader": reader, "seed": seed}
        for seed in SEEDS
        for clutter in CLUTTER
        for reader in READERS
    ]


def measure(clutter: int, reader: str, seed: int) -> dict[str, object]:
    """Train one network and test it on other digits among other scraps."""
    run = train_reader(reader, clutter, seed)
    return {
        "parameters": sum(p.numel() for p in run.model.parameters()),
        "final_loss": run.final_loss,
        "test_accuracy": run.test_accuracy,
    }


if __name__ == "__main__":
    record.run(plan(), measure, __file__)
