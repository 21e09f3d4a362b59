"""Make submissions: of somebody who knows everything, of a made-up class, of a test."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION$")


def answers_in(source: NotebookNode) -> dict[str, str]:
    """Return the instructor's own answers, by the name of their cell.

    Parameters
    ----------
    source
        A notebook of ``source/``, in which solutions stand between markers.
    """
    return {
        cell.metadata.nbgrader.grade_id: "\n".join(
            line for line in cell.source.split("\n") if not MARKER.match(line)
        )
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def filled(release: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """Return a student's copy of a release, with answers put into their cells.

    Parameters
    ----------
    release
        The notebook that was handed out.
    answers
        What stands in a cell afterwards, by the name of the cell; other cells stay as they are.

    Raises
    ------
    ValueError
        If there is no cell of that name.
    """
    notebook = copy.deepcopy(release)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    for name, text in answers.items():
        if name not in cells:
            raise ValueError(f"answers must name cells of the release; there is no {name!r}")
        cells[name].source = text
    return notebook


def hand_in(notebook: NotebookNode, course: Path, student: str, release: Path) -> Path:
    """Write a submission to where nbgrader looks for it, and return its path."""
    path = course / "submitted" / student / release.parent.name / release.name
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
