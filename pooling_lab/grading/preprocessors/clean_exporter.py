"""Read a submission: nbgrader gets a clean notebook, whatever was handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from traitlets import Callable

from ..clean import Unreadable, clean
from ..records import fingerprint, note, record_of

Resources = dict[str, Any]


def without_prefix(name: str) -> str:
    """Return a student's id: The Littlest JupyterHub puts ``jupyter-`` before a system user."""
    return name.removeprefix("jupyter-")


class CleanExporter(NotebookExporter):
    """nbconvert's exporter, which cleans what it reads from ``submitted``; see `clean`."""

    student_id = Callable(
        without_prefix,
        help="Turns the name under which nbgrader knows somebody into the student's id.",
    ).tag(config=True)

    def from_filename(
        self, filename: str, resources: Resources | None = None, **kw: Any
    ) -> tuple[NotebookNode, Resources]:
        """Read a file; a second time, when it has been cleaned, as it is."""
        assert resources is not None
        path, name = Path(filename), resources["nbgrader"]["student"]
        resources["nbgrader"]["id"] = self.student_id(name)
        course = path.absolute().parents[3]
        if path.absolute().parents[2].name != self.parent.coursedir.submitted_directory:
            return super().from_filename(filename, resources, **kw)
        data, assignment = read_file(path), resources["nbgrader"]["assignment"]
        found = clean(data, released(course, assignment, path.name), others(course, assignment))
        for repair in found.repairs:
            note(found.notebook, repair)
        record_of(found.notebook).update(
            file=fingerprint(data), id=resources["nbgrader"]["id"], student=name
        )
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(found.notebook, resources, **kw)


def read_file(path: Path) -> bytes:
    """Return what was handed in.

    Raises
    ------
    Unreadable
        If that is no file, or a link to one.
    """
    if path.is_symlink():
        raise Unreadable(
            "it is a link to another file, which is not followed: ask for the notebook"
        )
    if not path.is_file():
        raise Unreadable("it is a folder under the name of a notebook: ask for the notebook")
    return path.read_bytes()


def released(course: Path, assignment: str, file: str) -> NotebookNode:
    """Return a notebook as it was handed out."""
    return nbformat.read(course / "release" / assignment / file, as_version=4)


def others(course: Path, assignment: str) -> list[tuple[str, NotebookNode]]:
    """Return the notebooks of all other assignments, as they were handed out."""
    return [
        (path.parent.name, nbformat.read(path, as_version=4))
        for path in sorted((course / "release").glob("*/*.ipynb"))
        if path.parent.name != assignment
    ]
