"""Make a submission fit to be graded: what was pasted loses its marks, what was deleted is back."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells

Resources = dict[str, Any]


class DropEmptyMarks(NbGraderPreprocessor):
    """Take away the empty mark that `DeduplicateIds` leaves on a pasted copy of a test.

    With it the copy fails the check of marks, and the whole submission goes ungraded.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Return the cell without an empty mark."""
        if cell.metadata.get("nbgrader") == {}:
            del cell.metadata["nbgrader"]
        return cell, resources


class RestoreCells(OverwriteCells):
    """nbgrader's `OverwriteCells`, which also finds a place where several cells are missing.

    nbgrader's own looks for the place of a missing test only behind the solution before it, and
    gives up on the submission when that is missing as well. It does not return cells that carry
    no points, and then every test stumbles over a name that is not there.
    """

    def add_missing_grade_cells(
        self, nb: NotebookNode, resources: Resources
    ) -> tuple[NotebookNode, Resources]:
        """Put every missing cell behind the nearest one that came before it."""
        source = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        points = {cell.name: cell.max_score for cell in source.grade_cells}
        answers = {cell.name for cell in source.solution_cells}
        tasks = {cell.name for cell in source.task_cells}
        place = 0
        for cell in source.source_cells:
            there = [i for i, one in enumerate(nb.cells) if _name(one) == cell.name]
            if not there and cell.name not in tasks:  # nbgrader returns those to the end
                missing = self.missing_cell_transform(
                    cell, points.get(cell.name, 0), is_solution=cell.name in answers
                )
                missing["metadata"]["nbgrader"]["grade"] = cell.name in points
                nb.cells.insert(place, from_dict(missing))
                there = [place]
            place = there[0] + 1 if there else place
        return nb, resources


def _name(cell: NotebookNode) -> str | None:
    name: str | None = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name
