"""Run a submission so that one cell's worst costs only that cell."""

from __future__ import annotations

import atexit
import functools
import os
import tempfile
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Integer

from ...assignments import STUDENT
from ..records import note

Resources = dict[str, Any]

FATAL = {
    DeadKernelError: "This cell ended the kernel (os._exit, a crash, or too much memory). "
    "The notebook was run again without it.",
    CellTimeoutError: "This cell ran on when its time was up and it was interrupted. "
    "The notebook was run again without it.",
}
GIVEN_UP = "The kernel had ended too often; this cell was not run."
TOO_SLOW = "Too many cells had run on until their time was up; this cell was not run."
SAYS_SOMETHING = ("stream", "display_data", "execute_result", "error", "update_display_data")
NO_PIP = 'raise SystemExit("packages cannot be installed or removed while grading")\n'


class RunOn(Execute):
    """nbgrader's `Execute`, which goes on when a cell ends the kernel or will not be interrupted.

    nbgrader's own gives up on the whole submission then. Here the notebook is run again, in a new
    kernel, without that cell.
    """

    # `exit()` asks the kernel to end once the cell is done; which later cell notices is chance.
    # A cell that was to say whose notebook it is may have stopped: the name is there all the same.
    # A module that lies beside the notebook can be imported, where none of Python's has its name.
    # A kernel without its own sys.stdout and sys.stderr never again says that a cell is done.
    AT_START = (
        "get_ipython().ask_exit = lambda: None",
        "student = None",
        "__import__('sys').path.append(__import__('os').getcwd())",
        "get_ipython().events.register('post_run_cell', lambda _, sys=__import__('sys'), "
        "own={n: vars(__import__('sys'))[n] for n in ('stdout', 'stderr')}: vars(sys).update(own))",
    )

    most_output = Integer(
        200_000, help="How many characters a cell may put out; what is beyond is dropped."
    ).tag(config=True)
    most_timeouts = Integer(
        3, help="How many cells may run on until their time is up; then the others are not run."
    ).tag(config=True)
    most_runs = Integer(
        6, help="How often a notebook is run again without a cell that ended the kernel."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Resources, km: Any = None
    ) -> tuple[NotebookNode, Resources]:
        """Run all cells; those that proved fatal are left out and say so."""
        self.fatal: dict[int, type[Exception]] = {}
        self.given_up = False
        self.timeouts = 0
        first = filter(None, (str(without_pip()), os.environ.get("PYTHONPATH")))
        paths = {"PYTHONPATH": os.pathsep.join(first)}
        with utils.setenv(**{STUDENT: resources["nbgrader"]["id"]}, **paths):
            while True:
                known = len(self.fatal)
                self._said: dict[int, int] = {}
                try:
                    return super().preprocess(nb, resources, km)
                except tuple(FATAL):
                    if len(self.fatal) == known:  # the kernel died before any cell was run
                        raise
                    note(nb, "a cell ended the kernel or ran on: the others were run without it")
                    self.given_up = len(self.fatal) >= self.most_runs

    def preprocess_cell(
        self, cell: NotebookNode, resources: Resources, index: int
    ) -> tuple[NotebookNode, Resources]:
        """Run one cell, unless it has proved fatal."""
        if index in self.fatal:
            cell.outputs = [_error(self.fatal[index].__name__, FATAL[self.fatal[index]])]
            return cell, resources
        if self.given_up and index > max(self.fatal) and cell.cell_type == "code":
            cell.outputs = [_error("DeadKernelError", GIVEN_UP)]
            return cell, resources
        if self.timeouts >= self.most_timeouts and cell.cell_type == "code":
            cell.outputs = [_error("CellTimeoutError", TOO_SLOW)]
            return cell, resources
        try:
            cell, resources = super().preprocess_cell(cell, resources, index)
        except tuple(FATAL) as error:
            self.fatal[index] = type(error)
            raise
        self.timeouts += any(
            one.output_type == "error" and one.ename == self.error_on_timeout["ename"]
            for one in cell.get("outputs", ())
        )
        return cell, resources

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take what a cell puts out, up to a limit: printing for ever filled the memory."""
        kind, content = msg["msg_type"], msg["content"]
        if kind.startswith("comm_"):  # of sliders and the like, which nobody moves here
            return None
        if kind in SAYS_SOMETHING:
            said = self._said.get(cell_index, 0)
            self._said[cell_index] = said + len(str(content))
            if self._said[cell_index] > self.most_output:
                if said <= self.most_output:
                    text = "\n… the rest of what this cell put out was dropped\n"
                    cell.outputs.append(new_output("stream", name="stdout", text=text))
                return None
        try:
            found: NotebookNode | None = super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception:  # a kernel may put out what is no output
            return None
        return found


@functools.cache
def scratch() -> Path:
    """Return a folder of this process; it goes when the process does.

    nbgrader reads its configuration more than once, and it has to be the same folder each time.
    """
    folder = tempfile.TemporaryDirectory(prefix="pooling-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def sockets() -> Path:
    """Return the folder through which this process and its kernels talk.

    It is the only one in `scratch` that a kernel in the sandbox can write to: how the next kernel
    is started stands beside it.
    """
    folder = scratch() / "sockets"
    folder.mkdir(exist_ok=True)
    return folder


@functools.cache
def without_pip() -> Path:
    """Return a folder with a module that is found before pip and does nothing.

    ``!pip install`` in a submission would change the environment in which everybody is graded.
    """
    folder = scratch() / "without_pip"
    folder.mkdir(exist_ok=True)
    (folder / "pip.py").write_text(NO_PIP)
    return folder


def _error(name: str, text: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
