"""How nbgrader grades this course.

Each line below the first block keeps one student's file from stopping another's; what was seen
without it stands beside it.
"""

import os
import sys
from pathlib import Path

try:
    from nbgrader.preprocessors import (
        AssignLatePenalties,
        CheckCellMetadata,
        ClearOutput,
        IgnorePattern,
        LimitOutput,
        OverwriteCells,
        OverwriteKernelspec,
    )

    from pooling_lab.grading.collect import ByName, Unpack
    from pooling_lab.grading.preprocessors import (
        CleanExporter,
        Judge,
        Quieten,
        RunOn,
        SaveGrades,
        scratch,
        set_aside,
        sockets,
    )
    from pooling_lab.grading.secret_key import kept_in
except Exception as error:
    # nbgrader would go on with settings of its own, and everybody would have all points.
    raise SystemExit(f"nbgrader_config.py cannot be read ({error!r}): nothing is done") from error

c = get_config()  # noqa: F821  (nbgrader provides it)
course = Path(__file__).absolute().parent

# Yours to change: the name of the course, how long one cell may take (seconds), and the student's
# id under the name by which nbgrader knows somebody: the numbers of the tasks follow from the id.
# On The Littlest JupyterHub `ada` is the system's user `jupyter-ada`, and so this is the default:
#     c.CleanExporter.student_id = lambda name: name.removeprefix("jupyter-")
c.CourseDirectory.course_id = "pooling"
c.Execute.timeout = 30

# Submissions run in a sandbox where there is one (Linux with bubblewrap): no network, nobody else's
# files, nothing installed that could be changed. 0 and 1 decide; 1 complains where it is missing.
WANTED = os.environ.get("POOLING_LAB_SANDBOX", "")

# What the students start from, in place of a solution.
c.ClearSolutions.code_stub = {"python": "# your work goes here\npass"}

# Hidden cases are drawn from a secret that is made here once and never committed.
c.Judge.secret = kept_in(course / "secret.txt")

# A learning-management system puts something before the name of a file: what counts is that it
# ends in <student id>_<notebook>, as in "Ada Lovelace_98_file_s1234567_output_sizes.ipynb". Every
# file that is not collected is told in the class report.
c.ZipCollectApp.extractor_plugin = Unpack
c.ZipCollectApp.collector_plugin = ByName

# Whatever was handed in becomes a clean notebook first; see `pooling_lab.grading.clean`.
c.Autograde.pre_convert_hook = set_aside
c.Autograde.exporter_class = CleanExporter
c.Autograde.sanitize_preprocessors = [
    ClearOutput,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]

# A cell that ends the kernel, or will not be interrupted, costs itself and not the submission.
# (A kernel has 10 seconds to obey an interrupt.) Nothing that it puts out is live afterwards, and
# all tests are judged when it is gone.
c.Execute.iopub_timeout = 10
c.Execute.shutdown_kernel = "immediate"  # handlers that run at the end only took time
c.Execute.store_widget_state = False
c.Autograde.autograde_preprocessors = [
    RunOn,
    Quieten,
    IgnorePattern,
    Judge,
    LimitOutput,
    SaveGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]

# Anything on stderr, a warning of torch's say, turned a right answer into 0 points.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"(?s)."

# A file `numpy.py` or `pooling_lab.py` beside a submission was imported in place of the real one.
c.Execute.extra_arguments = [
    "--IPKernelApp.ignore_cwd=True",
    "--HistoryManager.enabled=False",
    *(f"--IPKernelApp.exec_lines={line}" for line in RunOn.AT_START),
]

# nbgrader calls alembic by its name to make the gradebook, which failed where .venv is not active.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# Kernels that are started one after the other were seen to fight for a TCP port.
# The sockets need one absolute place: nbgrader and the kernel stand in different folders.
if os.name != "nt":
    c.KernelManager.transport = "ipc"
    c.KernelManager.ip = f"{sockets()}/kernel"

    from pooling_lab.grading import sandbox
    from pooling_lab.grading.exchange import CollectOwn

    # On a hub submissions come through nbgrader's exchange: whose one is, its owner says.
    c.ExchangeFactory.collect = CollectOwn

    if WANTED == "1" or (WANTED != "0" and sandbox.works(scratch(), course)):
        c.Execute.kernel_name = sandbox.install(scratch(), course)
        c.Judge.sandboxed = True
