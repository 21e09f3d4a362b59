"""Run a submission so that one cell's worst costs only that cell."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from queue import Empty
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Float, Unicode

from ..assignments import SECRET

Resources = dict[str, Any]

FATAL = {
    "DeadKernelError": "This cell ended the kernel (os._exit, a crash, or too much memory). "
    "The notebook was run again without it.",
    "DeafKernelError": "This cell ran on when its time was up and it was interrupted. "
    "The notebook was run again without it.",
}


class DeafKernelError(Exception):
    """The kernel was interrupted and goes on nevertheless."""


class RunOn(Execute):
    """nbgrader's `Execute`, which goes on when a cell ends the kernel or will not be interrupted.

    nbgrader's own gives up on the submission when the kernel has died, and lets every cell after
    one that swallows interrupts wait for the whole timeout. Here the notebook is run again, in a
    new kernel, without that cell.
    """

    secret = Unicode("", help="hidden cases are drawn from it").tag(config=True)
    patience = Float(5.0, help="seconds for a kernel to obey an interrupt").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Resources, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        """Run all cells; cells that proved fatal are left out and say so."""
        self.fatal: dict[int, str] = {}
        with utils.setenv(**{SECRET: derived(self.secret, resources["nbgrader"]["assignment"])}):
            while True:
                known = len(self.fatal)
                try:
                    return super().preprocess(nb, resources, km)
                except (DeadKernelError, DeafKernelError):
                    if len(self.fatal) == known:  # the kernel died before any cell was run
                        raise

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Run one cell, and see whether the kernel is still there afterwards."""
        if index in self.fatal:
            name = self.fatal[index]
            cell.outputs = [_error(name, FATAL[name])] if cell.cell_type == "code" else []
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
            if _timed_out(cell) and not self._obeys():
                raise DeafKernelError
        except (DeadKernelError, DeafKernelError) as error:
            self.fatal[index] = type(error).__name__
            raise
        return cell, resources

    def _obeys(self) -> bool:
        answer: Callable[[], bool] = run_sync(self._answers)
        return answer()

    async def _answers(self) -> bool:
        """Ask the kernel who it is; a busy one does not reply."""
        assert self.kc is not None
        asked, end = await ensure_async(self.kc.kernel_info()), time.monotonic() + self.patience
        while (left := end - time.monotonic()) > 0:
            try:
                reply = await ensure_async(self.kc.shell_channel.get_msg(timeout=left))
            except Empty:
                break
            if reply["parent_header"].get("msg_id") == asked:
                return True
        return False


def derived(secret: str, assignment: str) -> str:
    """Return the secret of one assignment, so that one that leaks does not give away the others."""
    return hashlib.sha256(f"{secret}/{assignment}".encode()).hexdigest()


def _timed_out(cell: NotebookNode) -> bool:
    return any(one.get("ename") == "CellTimeoutError" for one in cell.get("outputs", ()))


def _error(name: str, text: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
