"""The set-up check: every fault with the one command that mends it."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from pooling_lab.course.home import HERE, PACKAGE, clone_above


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
    try:
        text = (clone / "pyproject.toml").read_text("utf-8")
        declared = tomllib.loads(text)["project"]["version"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        yield f"pyproject.toml in {clone} cannot be read: {error}."
        return
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
