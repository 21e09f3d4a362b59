"""How long a reader takes for a lesson: a measure, not a feeling.

    python tests/notebooks/minutes.py        a table of every lesson

Words are read at 130 a minute, those of outputs too, and lines of code at 12; a *Predict* takes one
minute, an explorer five, an exercise its own minutes. A careful reading of lessons 01 to 06 of the
first edition, in the role of a second-year student, with every exercise, came to 8 hours; `SCALE`
makes the measure say so. Cells tagged ``check``, folded code and the sources are read by nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from pooling_lab import exercises

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
DEEPER = "## Deeper (optional)"
SOURCES = "## Sources"

WORDS_A_MINUTE, LINES_A_MINUTE = 130, 12
PREDICTION, EXPLORER = 1, 5
# Hours of the careful reading of 01 to 06 as they stood in the first edition (commit c4eddd7), in
# minutes, over what the sums above give for these same notebooks.
SCALE = 480 / 378.3


class Minutes(NamedTuple):
    """What the core of a lesson takes, and the optional part behind it."""

    core: float
    deeper: float


def cells_of(path: Path) -> list[Any]:
    """Return the cells that a student has: all but those that assert and say nothing."""
    return [c for c in nbformat.read(path, 4).cells if "check" not in c.metadata.get("tags", [])]


def parts(path: Path) -> tuple[list[Any], list[Any]]:
    """Return the cells of the core, and those of *Deeper*."""
    core: list[Any] = []
    deeper: list[Any] = []
    part = core
    for cell in cells_of(path):
        if cell.source.startswith(DEEPER):
            part = deeper
        part.append(cell)
    return core, deeper


def minutes(path: Path) -> Minutes:
    """Return the minutes of a lesson's two parts by the calibrated measure."""
    core, deeper = parts(path)
    return Minutes(SCALE * _unscaled(core), SCALE * _unscaled(deeper))


def _unscaled(cells: Iterable[Any]) -> float:
    return sum(_of_prose(c.source) if c.cell_type == "markdown" else _of_code(c) for c in cells)


def _of_prose(source: str) -> float:
    read, _, _ = source.partition(SOURCES)
    return words(read) / WORDS_A_MINUTE + PREDICTION * source.count("**Predict.**")


def _of_code(cell: Any) -> float:
    """An exercise has minutes of its own: its task, stub and check are not read twice."""
    shown = re.search(r'exercises\.show\("([\w-]+)"', cell.source)
    if shown:
        return exercises.get(shown[1]).minutes
    if cell.id.startswith("stub-") or "exercises.check(" in cell.source:
        return 0
    read = words("\n".join(map(_text, cell.outputs))) / WORDS_A_MINUTE
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        return read
    lines = [line for line in cell.source.splitlines() if line.strip()]
    explorer = bool(re.search(r"\b\w+_explorer\(", cell.source)) and "def " not in cell.source
    return read + len(lines) / LINES_A_MINUTE + EXPLORER * explorer


def words(text: str) -> int:
    """Count what is read as a word: a formula's symbols and a table's bars are none."""
    return len(re.findall(r"[^\W_]+(?:['’.,-][^\W_]+)*", text))


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.get("data", {}).get("text/plain", ""))


def main() -> None:
    """Print minutes, cells and words of every notebook."""
    print(f"{'':34} core  deeper   cells  words")
    for path in sorted(NOTEBOOKS.glob("[0-9p]*.ipynb")):
        core, deeper = parts(path)
        said = sum(words(cell.source) for cell in core + deeper if cell.cell_type == "markdown")
        took = minutes(path)
        sizes = f"{len(core):4}+{len(deeper):<3} {said:5}"
        print(f"{path.stem:34} {took.core:4.0f} {took.deeper:7.0f} {sizes}")


if __name__ == "__main__":
    main()
