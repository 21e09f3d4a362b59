"""Take from what a kernel put out everything that would be live in a browser."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from ...assignments import ANSWER
from ..harmless import shown

Resources = dict[str, Any]


class Quieten(NbGraderPreprocessor):
    """Keep of each output what only shows something, and the answers that were handed over."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Look at the outputs of one cell."""
        for one in cell.get("outputs", ()):
            if "data" in one:
                handed_over = {ANSWER: one.data[ANSWER]} if ANSWER in one.data else {}
                one.data, one.metadata = {**shown(one.data), **handed_over}, {}
        return cell, resources
