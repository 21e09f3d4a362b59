"""What the grading notes in a graded notebook, for the class report.

It stands in the notebook's metadata, from which everything that a submission brought is gone.
"""

from __future__ import annotations

import hashlib
from typing import Any

from nbformat import NotebookNode

RECORD = "pooling_lab"
WAITS = "pooling_lab_waits"  # in a cell's metadata: why a person has to decide


def fingerprint(data: bytes) -> str:
    """Return a text that is another for every other file."""
    return hashlib.sha256(data).hexdigest()


def record_of(notebook: NotebookNode) -> dict[str, Any]:
    """Return what is noted in a notebook; it is made where there is nothing yet."""
    record: dict[str, Any] = notebook.metadata.setdefault(RECORD, {})
    return record


def note(notebook: NotebookNode, text: str) -> None:
    """Note something that the class report is to tell, once."""
    notes = record_of(notebook).setdefault("notes", [])
    if text not in notes:
        notes.append(text)
