"""How long an explorer takes to be made and shown: every one of every lesson.

    python tests/benchmarks/making_explorers.py          all lessons
    python tests/benchmarks/making_explorers.py 02 08    these lessons

Each lesson is executed up to its last explorer in a kernel of its own. Before the cell of an
explorer a stopwatch is put on `Explorer`: processor seconds until it is made, and until its picture
is. Goal: under 300 ms to make. The last column is the wall clock from the start of the kernel to
that cell, less the seconds that the cells before it asked for.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
GOAL = 300  # ms
STOPWATCH = """import time as _time
from pooling_lab.explorers.explorer import Explorer as _Explorer
_init, _png = _Explorer.__init__, _Explorer.png
def _timed(function, name):
    def run(self, *args, **kwargs):
        start = _time.process_time()
        result = function(self, *args, **kwargs)
        print(f"@{name} {1000 * (_time.process_time() - start):.0f}")
        return result
    return run
_Explorer.__init__, _Explorer.png = _timed(_init, "made"), _timed(_png, "picture")"""


def main(lessons: list[str]) -> None:
    """Measure and print."""
    print(f"{'lesson':34}{'made ms':>9}{'picture ms':>12}{'reached after s':>17}")
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        if lessons and path.name[:2] not in lessons:
            continue
        notebook = nbformat.read(path, 4)
        places = [
            k
            for k, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and "_explorer(" in cell.source
        ]
        if places:
            measure(path, notebook, places)


def measure(path: Path, notebook: nbformat.NotebookNode, places: list[int]) -> None:
    """Execute one lesson as far as its last explorer and print a line for each."""
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": path.parent}})
    start = time.perf_counter()
    with client.setup_kernel():
        client.execute_cell(nbformat.v4.new_code_cell(STOPWATCH), -1, store_history=False)
        for k, cell in enumerate(notebook.cells[: places[-1] + 1]):
            client.execute_cell(cell, k)
            if k in places:
                told = "".join(o.get("text", "") for o in cell.outputs)
                words = [line.split() for line in told.splitlines() if line.startswith("@")]
                made, picture = (
                    max((int(w[1]) for w in words if w[0] == name), default=0)
                    for name in ("@made", "@picture")
                )
                after = time.perf_counter() - start
                late = " ✗" if made > GOAL else ""
                print(f"{path.stem:34}{made:9}{picture:12}{after:17.1f}{late}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
