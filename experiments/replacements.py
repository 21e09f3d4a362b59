"""What can stand in for a max pool: claim 12, with few training digits and with all of them.

``stride`` moves an existing convolution by 2; ``extra stride`` adds a convolution that does;
``extra max`` is its control: the same added weights, and a max pool that halves the plane.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from record import Row, record

from pooling_lab.training import train_digits

KINDS = ("max", "average", "stride", "extra stride", "extra max")
DIGITS = (200, 1198)
SEEDS = range(5)


def runs() -> Iterator[Row]:
    """Train each kind once for each seed, with a global-average head."""
    for digits, kind, seed in product(DIGITS, KINDS, SEEDS):
        run = train_digits(kind, seed=seed, digits=digits)
        yield {
            "digits": digits,
            "kind": kind,
            "seed": seed,
            "parameters": sum(p.numel() for p in run.model.parameters()),
            "train_accuracy": run.train_accuracy,
            "test_accuracy": run.test_accuracy,
        }


if __name__ == "__main__":
    record(runs(), __file__)
