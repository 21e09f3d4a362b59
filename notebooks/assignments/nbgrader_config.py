"""How nbgrader grades this course.

Each line below the first block keeps one student's file from stopping another's; what was seen
without it stands beside it.
"""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    IgnorePattern,
    LimitOutput,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from pooling_lab.grading.executing import RunOn, sockets
from pooling_lab.grading.judging import Judge
from pooling_lab.grading.sanitising import DropEmptyMarks, RestoreCells
from pooling_lab.grading.secrets import kept_in

c = get_config()  # noqa: F821  (nbgrader provides it)

# Yours to change: the name of the course, how long one cell may take (seconds), and whether
# submissions run in a sandbox (Linux with bubblewrap: no network, nobody else's files).
c.CourseDirectory.course_id = "pooling"
c.Execute.timeout = 30
SANDBOX = os.environ.get("POOLING_LAB_SANDBOX") == "1"

# What the students start from, in place of a solution.
c.ClearSolutions.code_stub = {"python": "# your work goes here\npass"}

# Hidden cases are drawn from a secret that is made here once and never committed.
c.RunOn.secret = kept_in(Path(__file__).parent / "secret.txt")

# A learning-management system puts something before the name of a file: what counts is that it
# ends in <student id>_<notebook>, as in "Ada Lovelace_98_file_s1234567_output_sizes.ipynb". What
# macOS and Jupyter put beside a file is passed over, and so is a file that nobody has renamed.
notebooks = "|".join(path.stem for path in Path(__file__).parent.glob("source/*/*.ipynb"))
c.FileNameCollectorPlugin.named_regexp = (
    r"(?!.*(?:__MACOSX|\.ipynb_checkpoints|/\._))(?:.*[_/\\])?(?!file_)"
    rf"(?P<student_id>[^\W_]+(?:[.@-][^\W_]+)*)_(?P<file_id>{notebooks}|project)\b[^/\\]*$"
)

# A pasted copy of a test leaves an empty mark, which stopped the whole batch; a deleted test or
# set-up cell comes back.
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    DeduplicateIds,
    DropEmptyMarks,
    OverwriteKernelspec,
    RestoreCells,
    CheckCellMetadata,
]
c.OverwriteCells.add_missing_cells = True

# A cell that ends the kernel, or will not be interrupted, costs itself and not the submission.
# (A kernel has 10 seconds to obey an interrupt.)
# Short answers are judged when the student's kernel is gone.
c.Execute.iopub_timeout = 10
c.Autograde.autograde_preprocessors = [
    RunOn,
    IgnorePattern,
    Judge,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]

# Anything on stderr, a warning of torch's say, turned a right answer into 0 points.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s)."

# A file `numpy.py` or `pooling_lab.py` beside a submission was imported in place of the real one.
c.Execute.extra_arguments = ["--IPKernelApp.ignore_cwd=True", "--HistoryManager.enabled=False"]

# nbgrader calls alembic by its name to make the gradebook, which failed where .venv is not active.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Kernels that are started one after the other were seen to fight for a TCP port.
# The sockets need one absolute place: nbgrader and the kernel stand in different folders.
if os.name != "nt":
    c.KernelManager.transport = "ipc"
    c.KernelManager.ip = f"{sockets()}/kernel"
if SANDBOX:
    from pooling_lab.grading import sandbox

    c.Execute.kernel_name = sandbox.install(sockets(), Path(__file__).parent)
