"""The set-up check: every fault with the one command that mends it."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from pooling_lab.course.ways import HERE, PACKAGE, clone_above, this_way


def _package_faults() -> Iterator[str]:
    """Name what a lesson imports and is not here, or too old; and JupyterLab's part, if it is."""
    from packaging.requirements import Requirement

    for needed in map(Requirement, metadata.requires(PACKAGE) or []):
        extras = ["", "lessons", *(["course"] if find_spec("jupyterlab") else [])]
        ours = not needed.marker or any(needed.marker.evaluate({"extra": e}) for e in extras)
        if not ours or needed.name == PACKAGE:
            continue
        try:
            found = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            yield f"The package {needed.name} is missing."
            continue
        if not needed.specifier.contains(found.split("+")[0], prereleases=True):
            yield f"{needed.name} is {found}; the course needs {needed.name}{needed.specifier}."


def _stale_faults(clone: Path | None) -> Iterator[str]:
    """Compare the lessons' version with the package's: an older package may lack what they use.

    A kernel that others keep, as on a hub, has a package of its own; that is no fault, as long as
    it is not older than the lessons.
    """
    if clone is None:
        return
    try:
        text = (clone / "pyproject.toml").read_text("utf-8")
        declared = tomllib.loads(text)["project"]["version"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield f"pyproject.toml in {clone} cannot be read: {error}."
        return
    installed = metadata.version(PACKAGE)
    if clone / "pooling_lab" == HERE and declared != installed:
        yield f"pooling_lab is {declared}, but {installed} is what was installed."
    elif _numbers(installed) < _numbers(declared):
        yield f"These lessons are of pooling_lab {declared}; this kernel has only {installed}."


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def _widget_faults() -> Iterator[str]:
    if not find_spec("jupyterlab"):  # then somebody else's Jupyter shows the lessons
        return
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
    way = this_way()
    try:
        metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return [
            (
                "This kernel is not the course's: pooling_lab is not installed in it.",
                way.command("lab"),
            )
        ]
    if not find_spec("packaging"):
        return [("What the lessons need is not installed.", way.installs())]
    clone = clone_above((folder or Path.cwd()).resolve())
    found = [*_stale_faults(clone), *_package_faults()]
    pip = f'"{sys.executable}" -m pip install'
    return [(fault, way.installs()) for fault in found] + [
        (fault, f"{pip} --force-reinstall --no-deps jupyterlab_widgets anywidget")
        for fault in _widget_faults()
    ]


def check_setup(folder: Path | None = None) -> bool:
    """Print whether the set-up works, or each fault with its command; return whether it does."""
    found = faults(folder)
    if not found:
        print("Everything is in place: the kernel, the packages, pooling_lab and the sliders.")
        return True
    place = this_way().place or "In a terminal"
    for fault, command in found:
        print(f"✗ {fault}\n  {place}, type:  {command}")
    print("Then restart the kernel (Kernel → Restart Kernel…) and run this cell again.")
    return False
