"""What the experiment scripts share: rows in a fixed order, one at a time, into one CSV.

A script that was interrupted goes on where it stopped. ``--again 12 40`` measures rows 12 and 40
once more and says whether they come out the same, byte for byte.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import torch

Row = Mapping[str, object]
Measure = Callable[..., Row]


def run(plan: Sequence[Row], measure: Measure, script: str) -> None:
    """Measure every row of the plan that is not in the script's CSV yet, and append it.

    Parameters
    ----------
    plan
        The conditions of each row, in the order of the file.
    measure
        Gets the conditions of one row as keywords, gives its results.
    script
        The script's own path: ``family.py`` fills ``family.csv``.
    """
    parser = argparse.ArgumentParser(description="Fill the CSV beside this script.")
    parser.add_argument("--again", type=int, nargs="+", metavar="ROW", help="measure rows again")
    parser.add_argument("--workers", type=int, default=1, help="processes, one thread each")
    options = parser.parse_args()
    path = Path(script).with_suffix(".csv")
    if options.again:
        same = [compare(plan[i], measure, path, i) for i in options.again]
        raise SystemExit(not all(same))
    first, seconds = len(resumable_lines(path, plan)), 0.0
    with get_context("spawn").Pool(options.workers) as pool:
        # imap hands the rows back in their order, whichever process was first.
        for row, took in pool.imap(partial(timed, measure), plan[first:]):
            seconds += took
            number = append(path, row)
            show_progress(number, first, len(plan), seconds)
    print(f"\n{path.name}: {len(plan) - first} rows, {seconds:.0f} s of one core", end=", ")
    print(f"torch {torch.__version__}")


def timed(measure: Measure, conditions: Row) -> tuple[Row, float]:
    """Measure one row, and the processor's seconds it took."""
    started = time.process_time()
    return {**conditions, **measure(**conditions)}, time.process_time() - started


def compare(conditions: Row, measure: Measure, path: Path, number: int) -> bool:
    """Measure a row again and say whether it comes out the same, byte for byte."""
    same = as_line({**conditions, **measure(**conditions)}) == stored_lines(path)[number]
    print(f"row {number}: {'same' if same else 'DIFFERENT'}")
    return same


def append(path: Path, row: Row) -> int:
    """Write one row, below the names of the columns if it is the first; return its number."""
    number = len(stored_lines(path)) + 1
    with path.open("a", newline="", encoding="utf-8") as file:
        file.write(as_line(dict(zip(row, row, strict=True))) * (number == 1) + as_line(row))
    return number


def as_line(row: Row) -> str:
    """Return a line of the file, with four digits of every result."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([short(value) for value in row.values()])
    return text.getvalue()


def short(value: object) -> object:
    """Return a float with four digits, anything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else value


def stored_lines(path: Path) -> list[str]:
    """Return the complete lines of results; a line that was cut off is none."""
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return [line for line in lines[1:] if line.endswith("\n")]


def resumable_lines(path: Path, plan: Sequence[Row]) -> list[str]:
    """Cut off what an interruption left unfinished; refuse a file that is not of this plan."""
    lines = stored_lines(path)
    for line, conditions in zip(lines, plan, strict=False):
        if not line.startswith(as_line(conditions).rstrip("\n") + ","):
            raise SystemExit(f"{path.name} was made by another plan: {line!r}. Delete it first.")
    if lines:
        header = path.read_text("utf-8").split("\n", 1)[0] + "\n"
        path.write_text(header + "".join(lines), "utf-8", newline="\n")
    else:
        path.unlink(missing_ok=True)
    return lines


def show_progress(number: int, first: int, rows: int, seconds: float) -> None:
    """Draw a bar on the terminal, with the minutes that are left."""
    left = seconds / (number - first) * (rows - number) / 60
    bar = "#" * (30 * number // rows)
    print(f"\r[{bar:30}] {number} of {rows}, {left:.0f} min left ", end="", file=sys.stderr)
