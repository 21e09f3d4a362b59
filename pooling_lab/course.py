"""The student's side of the course: own copies of the lessons, and a check of the set-up.

The lessons in ``notebooks/`` stay as they are; you work on copies in ``my_course/``, so an
update never meets your work. A copy is replaced only while you have not touched it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from IPython.display import Markdown

PACKAGE = "pooling-lab"
HERE = Path(__file__).resolve().parent
# A cell with this tag asserts what the course promises; CI runs it, a student's copy has none.
CHECK = "check"
FRONT_DOOR = "pooling_in_90_minutes.ipynb"


class CourseError(Exception):
    """Something about the clone or a lesson's name is not as it must be; the text says what."""


def clone_above(start: Path) -> Path | None:
    """Return the nearest folder at or above ``start`` that is a clone of this course."""
    for folder in (start, *start.parents):
        declared = folder / "pyproject.toml"
        if declared.is_file() and f'name = "{PACKAGE}"' in declared.read_text("utf-8"):
            return folder
    return None


def _root() -> Path:
    root = clone_above(HERE)
    if root is None:
        raise CourseError(
            "This pooling_lab was installed without its notebooks. "
            "Clone the repository and run this command in the clone."
        )
    return root


# --- the student's own copies -------------------------------------------------------------


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write_copy(original: Path, copy: Path) -> str:
    """Copy a lesson without its results, so that a prediction comes before its answer.

    The outputs of cells tagged ``picture`` stay: they show what a lesson looks like before
    it is run. Cells tagged ``check`` are left out: they assert, and say nothing to a reader.
    """
    notebook = json.loads(original.read_text("utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if CHECK not in _tags(cell)]
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "picture" not in _tags(cell):
            cell.update(outputs=[], execution_count=None)
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    copy.write_text(text, encoding="utf-8", newline="\n")
    return _digest(copy)


def _tags(cell: Mapping[str, Any]) -> Sequence[str]:
    return cell["metadata"].get("tags", [])


def originals() -> Path:
    """Return the folder of the course's own, executed notebooks."""
    return _root() / "notebooks"


def lesson_files(folder: Path) -> list[Path]:
    """Return the notebooks of the course in ``folder``: the 90 minutes first, then by number."""
    return [*folder.glob(FRONT_DOOR), *sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def _number(path: Path) -> str:
    return "90" if path.name == FRONT_DOOR else path.name[:2]


def copy_lessons(notebooks: Path, own: Path) -> list[str]:
    """Copy every lesson into the student's folder and return what to tell the student.

    Parameters
    ----------
    notebooks
        Folder with the originals.
    own
        The student's folder; made if it is not there. ``.copies.json`` in it remembers which
        original each copy came from, and what the copy looked like.

    Returns
    -------
    list of str
        A line for every copy that was made, brought up to date, or kept because you changed it
        though a newer original exists.
    """
    own.mkdir(exist_ok=True)
    memory = own / ".copies.json"
    known = json.loads(memory.read_text("utf-8")) if memory.exists() else {}
    told = []
    for original in lesson_files(notebooks):
        copy, seen = own / original.name, known.get(original.name, {})
        if copy.exists() and seen.get("original") == _digest(original):
            continue
        if copy.exists() and seen.get("copy") != _digest(copy):
            told.append(
                f"{copy.name}: a newer version is there; yours is kept. "
                f"`make reset LESSON={_number(copy)}` starts the new one."
            )
            continue
        told.append(f"{copy.name}: {'brought up to date' if copy.exists() else 'new'}")
        known[original.name] = {"original": _digest(original), "copy": _write_copy(original, copy)}
    memory.write_text(json.dumps(known, indent=1), "utf-8")
    return told


def _free_name(copy: Path) -> Path:
    numbers = (copy.with_name(f"{copy.stem}.kept-{n}.ipynb") for n in range(1, 10_000))
    return next(path for path in numbers if not path.exists())


def reset(lesson: str, root: Path | None = None) -> str:
    """Start one lesson again; the copy you worked on is kept beside it under another name.

    Parameters
    ----------
    lesson
        The lesson's number as in its file name, for instance ``"02"``; ``"90"`` is the notebook
        of 90 minutes.
    root
        The clone; found by itself.

    Raises
    ------
    CourseError
        If there is no such lesson.
    """
    root = root or _root()
    there_are = {_number(path): path for path in lesson_files(root / "notebooks")}
    found = there_are.get(lesson.strip().zfill(2)) if lesson.strip() else None
    if found is None:
        names = ", ".join(sorted(there_are))
        raise CourseError(f"There is no lesson {lesson!r}. The lessons are {names}.")
    copy, said = root / "my_course" / found.name, ""
    if copy.exists():
        kept = copy.rename(_free_name(copy))
        said = f"Your old copy is now {kept.name}. "
    copy_lessons(root / "notebooks", root / "my_course")
    return f"{said}my_course/{copy.name} is new."


# --- the table of contents ----------------------------------------------------------------


class Lesson(NamedTuple):
    """One notebook of the course as its first cells describe it."""

    number: str
    file: str
    title: str
    minutes: int
    """Of its core: what the lessons behind it build on."""
    deeper: int
    """Of its optional part, *Deeper*; 0 if it has none."""


def lessons(folder: Path) -> list[Lesson]:
    """Return the lessons in ``folder`` in teaching order, the notebook of 90 minutes first.

    Raises
    ------
    CourseError
        If a notebook does not say its title as ``# NN · Title`` and its ``**Minutes:** N``.
    """
    return [_described(path) for path in lesson_files(folder) if _own(path)]


def _own(path: Path) -> bool:
    return ".kept-" not in path.name


def _described(path: Path) -> Lesson:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    prose = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    title = re.match(r"# (?:\d\d · )?(.+)", prose)
    minutes = re.search(r"\*\*Minutes:\*\* (\d+)(?: for the core, (\d+) for \*Deeper\*)?", prose)
    if not (title and minutes):
        raise CourseError(f"{path.name} must begin with '# NN · Title' and say '**Minutes:** N'.")
    return Lesson(_number(path), path.name, title[1], int(minutes[1]), int(minutes[2] or 0))


def contents(folder: Path | None = None) -> Markdown:
    """Return the table of the lessons beside this notebook, each a link to open it."""
    from IPython.display import Markdown

    head = ["| | lesson | minutes | *Deeper* |", "|---|:---|---:|---:|"]
    rows = []
    for number, file, title, minutes, deeper in lessons(folder or Path.cwd()):
        cells = "" if file == FRONT_DOOR else number, f"[{title}]({file})", minutes, deeper or ""
        rows.append("".join(f"| {cell} " if cell != "" else "| " for cell in cells) + "|")
    return Markdown("\n".join([*head, *rows]))


# --- opening JupyterLab -------------------------------------------------------------------


def lab_command(own: Path, browser: bool, more: Sequence[str] = ()) -> list[str]:
    """Return the command line that opens JupyterLab on lesson 00 in the student's folder."""
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={own}"]
    command.append("--LabApp.default_url=/lab/tree/00_start_here.ipynb")
    # The course needs no network: JupyterLab asks nobody for news or updates either.
    command.append("--LabApp.news_url=None")
    command.append("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return [*command, *more]


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_lab(more: Sequence[str] = ()) -> int:
    """Make the copies and run JupyterLab until it is stopped; return its exit code."""
    root = _root()
    own = root / "my_course"
    for line in copy_lessons(root / "notebooks", own):
        print(line)
    browser = _has_browser()
    if not browser:
        print("No browser to open here: copy the address that JupyterLab prints below into one.")
    print("Stop with Ctrl-C.", flush=True)
    try:
        return subprocess.run(lab_command(own, browser, more), check=False).returncode
    except KeyboardInterrupt:
        return 0


# --- the set-up check ---------------------------------------------------------------------


def _package_faults() -> Iterator[str]:
    from packaging.requirements import Requirement

    for text in metadata.requires(PACKAGE) or []:
        needed = Requirement(text)
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            yield f"The package {needed.name} is missing."
            continue
        if not needed.specifier.contains(found.split("+")[0], prereleases=True):
            yield f"{needed.name} is {found}; the course needs {needed.name}{needed.specifier}."


def _stale_faults(clone: Path | None) -> Iterator[str]:
    if clone is None:
        return
    if clone / "pooling_lab" != HERE:
        yield "This kernel uses another pooling_lab than the one in your copy of the course."
        return
    declared = tomllib.loads((clone / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    installed = metadata.version(PACKAGE)
    if declared != installed:
        yield f"pooling_lab is {declared}, but {installed} is what was installed."


def _widget_faults() -> Iterator[str]:
    from jupyter_core.paths import jupyter_path

    for name in ("@jupyter-widgets/jupyterlab-manager", "anywidget"):
        if not any((Path(place) / name).is_dir() for place in jupyter_path("labextensions")):
            yield f"JupyterLab's part of the sliders ({name}) is missing."


def faults(folder: Path | None = None) -> list[tuple[str, str]]:
    """Return what is wrong with the set-up: pairs of a fault and the one command that mends it.

    Parameters
    ----------
    folder
        Where the notebook runs; the current folder if not given.
    """
    clone = clone_above((folder or Path.cwd()).resolve())
    try:
        metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return [
            ("This kernel is not the course's: pooling_lab is not installed in it.", "make lab")
        ]
    found = [*_stale_faults(clone), *_package_faults()]
    pip = f'"{sys.executable}" -m pip install -c constraints.txt'
    return [(fault, f"{pip} -e .") for fault in found] + [
        (fault, f"{pip} --force-reinstall --no-deps jupyterlab_widgets anywidget")
        for fault in _widget_faults()
    ]


def check_setup(folder: Path | None = None) -> bool:
    """Print whether the set-up works, or each fault with its command; return whether it does."""
    found = faults(folder)
    if not found:
        print("Everything is in place: the kernel, the packages, pooling_lab and the sliders.")
        return True
    for fault, command in found:
        print(f"✗ {fault}\n  In the course's folder, type:  {command}")
    print("Then restart the kernel (Kernel → Restart Kernel…) and run this cell again.")
    return False
