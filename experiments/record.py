"""What the experiment scripts share: run in order, say how far, write one CSV beside the script."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch

Row = Mapping[str, object]


def record(rows: Iterable[Row], script: str) -> None:
    """Show each row as it comes; at the end write the CSV named like the script, and the time."""
    path, started, done = Path(script).with_suffix(".csv"), time.process_time(), []
    for row in rows:
        done.append({name: _short(value) for name, value in row.items()})
        print(*done[-1].values(), flush=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(done[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(done)
    seconds = time.process_time() - started
    print(f"{path.name}: {seconds:.0f} s of one core, torch {torch.__version__}")


def _short(value: object) -> object:
    return f"{value:.4f}" if isinstance(value, float) else value
