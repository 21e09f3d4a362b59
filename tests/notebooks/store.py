"""Run notebooks from top to bottom in fresh kernels and store them with their outputs.

    python tests/notebooks/store.py          every lesson
    python tests/notebooks/store.py 02 03    these lessons

A cell that raises, or writes to stderr, stops the storing: the file stays as it was.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from pooling_lab.course.lessons import lesson_files, number_of

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def execute(notebook: Any, folder: Path) -> None:
    """Run every cell in ``folder``, in a kernel of this very environment."""
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
    )
    client.execute()


def normalise(notebook: Any) -> None:
    """Leave only what the next run on another machine will give again."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = cell.id if not _made_up(cell.id) else f"cell-{number:02d}"
        if cell.cell_type != "code":
            continue
        cell.outputs = [output for output in cell.outputs if not _only_a_view(output)]
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)
            if output.output_type == "stream" and output.name == "stderr":
                raise SystemExit(f"cell {cell.id} wrote to stderr:\n{output.text}")


def _only_a_view(output: Any) -> bool:
    """Tell whether an output is the live view of the picture before it: no model is stored."""
    return [*output.get("data", {})] == [WIDGET_VIEW]


def _made_up(cell_id: str) -> bool:
    """Tell whether a front end made this id up: eight or more hexadecimal digits."""
    return len(cell_id) >= 8 and set(cell_id) <= set("0123456789abcdef-")


def store(path: Path) -> float:
    """Execute and store one notebook; return the seconds it took."""
    notebook = nbformat.read(path, as_version=4)
    start = time.perf_counter()
    execute(notebook, path.parent)
    seconds = time.perf_counter() - start
    normalise(notebook)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    return seconds


def main(lessons: list[str]) -> None:
    """Store the lessons asked for, or all of them, and say how long each took."""
    paths = [path for path in lesson_files(NOTEBOOKS) if not lessons or number_of(path) in lessons]
    if not paths:
        raise SystemExit(f"no notebook for {' '.join(lessons) or 'any lesson'}")
    for path in paths:
        print(f"{path.name:40} {store(path):6.1f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
