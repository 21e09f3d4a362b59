"""JupyterLab, opened in the student's folder where the student left it."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from pooling_lab.course.copies import copy_lessons, last_worked_on
from pooling_lab.course.home import CourseError, Home, find_home
from pooling_lab.course.ways import this_way

FIRST = "00_start_here.ipynb"
# Defaults of JupyterLab's own settings; what a student chose in the settings editor stays.
SETTINGS = Path(__file__).resolve().parent / "jupyter"


def lab_options() -> list[str]:
    """Return how JupyterLab is set for the course, wherever it runs."""
    return [
        # The course needs no network: JupyterLab asks nobody for news or updates either.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        # Room for the lessons' file names.
        f"--LabApp.extra_labextensions_path={SETTINGS / 'labextensions'}",
    ]


def lab_command(own: Path, browser: bool, more: Sequence[str] = (), file: str = FIRST) -> list[str]:
    """Return the command line that opens JupyterLab on a lesson in the student's folder."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={own}"]
    command += [f"--LabApp.default_url=/lab/tree/{file}", *lab_options()]
    # What the course has said last stays in sight: the server tells its address, and warnings.
    command.append("--Application.log_level=WARN")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return [*command, *more]


def lab_environment() -> dict[str, str]:
    """Return the environment in which JupyterLab finds the course's defaults of its settings."""
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_lab(more: Sequence[str] = (), home: Home | None = None) -> int:
    """Make the copies and run JupyterLab until it is stopped; return its exit code.

    Raises
    ------
    CourseError
        If JupyterLab is not installed, or the copies cannot be made.
    """
    home = home or find_home()
    missing = [name for name in ("jupyterlab", "ipywidgets", "torch") if not find_spec(name)]
    way = this_way()
    install = f"{way.place or 'In a terminal'}, type:\n  {way.installs()}"
    if "torch" in missing:
        raise CourseError(
            f"The lessons need {' and '.join(missing)}: not installed here. {install}"
        )
    told = copy_lessons(home)
    file = last_worked_on(home) or FIRST
    print(f"Your copies of the lessons are in {home.own}.")
    if missing:
        print(*told, sep="\n")
        raise CourseError(
            f"JupyterLab is not installed here: open them in the Jupyter or VS Code that you use, "
            f"with this Python. For JupyterLab: {install}"
        )
    browser = _has_browser()
    if not browser:
        print("No browser to open here: copy the address that JupyterLab prints below into one.")
    print(f"It opens {file}. Stop with Ctrl-C.", *told, sep="\n", flush=True)
    command = lab_command(home.own, browser, more, file)
    try:
        return subprocess.run(command, env=lab_environment(), check=False).returncode
    except KeyboardInterrupt:
        return 0
