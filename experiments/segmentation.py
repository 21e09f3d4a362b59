"""The small U-Net with and without skip connections: claim 14, on digits under noise.

The network without skips also gets three times the steps, in case it is only slower.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from record import Row, record

from pooling_lab.training import train_segmentation

SEEDS = range(5)


def runs() -> Iterator[Row]:
    """Train each network once for each seed."""
    for (skips, steps), seed in product(((True, 300), (False, 300), (False, 900)), SEEDS):
        run = train_segmentation(skips, seed, steps)
        yield {"skips": skips, "steps": steps, "seed": seed, "iou": run.iou}


if __name__ == "__main__":
    record(runs(), __file__)
