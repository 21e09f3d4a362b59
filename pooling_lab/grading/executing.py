"""Run a submission so that one cell's worst costs only that cell."""

from __future__ import annotations

import atexit
import functools
import hashlib
import tempfile
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Unicode

from ..assignments import SECRET

Resources = dict[str, Any]

FATAL = {
    DeadKernelError: "This cell ended the kernel (os._exit, a crash, or too much memory). "
    "The notebook was run again without it.",
    CellTimeoutError: "This cell ran on when its time was up and it was interrupted. "
    "The notebook was run again without it.",
}


class RunOn(Execute):
    """nbgrader's `Execute`, which goes on when a cell ends the kernel or will not be interrupted.

    nbgrader's own gives up on the whole submission then. Here the notebook is run again, in a new
    kernel, without that cell.
    """

    secret = Unicode("", help="hidden cases are drawn from it").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Resources, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        """Run all cells; those that proved fatal are left out and say so."""
        self.fatal: dict[int, type[Exception]] = {}
        with utils.setenv(**{SECRET: derived(self.secret, resources["nbgrader"]["assignment"])}):
            while True:
                known = len(self.fatal)
                try:
                    return super().preprocess(nb, resources, km)
                except tuple(FATAL):
                    if len(self.fatal) == known:  # the kernel died before any cell was run
                        raise

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Run one cell, unless it has proved fatal."""
        if index in self.fatal:
            cell.outputs = [_error(self.fatal[index])]
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except tuple(FATAL) as error:
            self.fatal[index] = type(error)
            raise
        return cell, resources


@functools.cache
def sockets() -> Path:
    """Return the folder through which this process and its kernels talk; it goes when they do.

    nbgrader reads its configuration more than once, and it has to be the same folder each time.
    """
    folder = tempfile.TemporaryDirectory(prefix="pooling-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def derived(secret: str, assignment: str) -> str:
    """Return the secret of one assignment, so that one that leaks does not give away the others."""
    return hashlib.sha256(f"{secret}/{assignment}".encode()).hexdigest()


def _error(kind: type[Exception]) -> NotebookNode:
    name, text = kind.__name__, FATAL[kind]
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
