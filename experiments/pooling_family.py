"""The shared family: five ways to halve a plane × two heads × two placements × five seeds.

Claims 5 (overfitting), 15 (global average against dense) and 18 (shift consistency).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from record import Row, record

from pooling_lab.training import HEADS, digit_sets, predictions_kept, train_digits

KINDS = ("max", "average", "blur", "stride", "none")
SEEDS = range(5)


def runs() -> Iterator[Row]:
    """Train each combination once; shift consistency is measured on centred digits."""
    for placed, head, kind, seed in product(("random", "centred"), HEADS, KINDS, SEEDS):
        run = train_digits(kind, head, seed, centred=placed == "centred")
        centred = digit_sets(seed, centred=True)[1].images
        yield {
            "placed": placed,
            "head": head,
            "kind": kind,
            "seed": seed,
            "train_accuracy": run.train_accuracy,
            "test_accuracy": run.test_accuracy,
            "final_loss": run.final_loss,
            "predictions_kept": predictions_kept(run.model, centred),
        }


if __name__ == "__main__":
    record(runs(), __file__)
