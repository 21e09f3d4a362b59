"""Write grades into the gradebook, and ask a person for no more than is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import SaveAutoGrades

from ..records import WAITS, fingerprint

Resources = dict[str, Any]


class SaveGrades(SaveAutoGrades):
    """nbgrader's `SaveAutoGrades`, with two differences.

    A test about which the grading cannot decide waits for a person: it has neither 0 nor all points
    by itself. And where a text has been graded already and is still the same, a second grading does
    not ask for it to be read again.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Save all grades of a notebook."""
        about, path = resources["nbgrader"], Path(resources["metadata"]["path"]).absolute()
        folder = path.parents[2] / ".texts" / about["assignment"] / about["student"]
        self.kept = folder / f"{about['notebook']}.json"
        self.before = _read(self.kept)
        self.now: dict[str, str] = {}
        code = "\n".join(one.source for one in nb.cells if one.cell_type == "code")
        self.code = fingerprint(code.encode())
        nb, resources = super().preprocess(nb, resources)
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        self.kept.write_text(json.dumps(self.now), encoding="utf-8")
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        name = cell.metadata.nbgrader.grade_id
        grade = self.gradebook.find_grade(
            name, self.notebook_id, self.assignment_id, self.student_id
        )
        read_before = grade.manual_score is not None and not grade.needs_manual_grade
        super()._add_score(cell, resources)
        waits = WAITS in cell.metadata
        if waits:
            grade.auto_score, grade.needs_manual_grade = None, True
        if waits or utils.is_solution(cell):
            own_text = fingerprint(cell.source.encode())
            self.now[name] = self.code if waits else own_text
            if read_before and self.before.get(name) == self.now[name]:
                grade.needs_manual_grade = False
        self.gradebook.db.commit()


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
