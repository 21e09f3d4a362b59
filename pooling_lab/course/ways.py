"""How this pooling_lab was installed, and so how its commands are typed here."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

PACKAGE = "pooling-lab"
# On Linux torch's usual build brings gigabytes for NVIDIA cards; PyTorch's own index has others.
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
HERE = Path(__file__).resolve().parents[1]


def clone_above(start: Path) -> Path | None:
    """Return the nearest folder at or above ``start`` that is a clone of this course."""
    return next((folder for folder in (start, *start.parents) if _is_clone(folder)), None)


def this_clone() -> Path | None:
    """Return the clone that this package is part of; an environment may lie in one, too."""
    return HERE.parent if _is_clone(HERE.parent) else None


def _is_clone(folder: Path) -> bool:
    try:
        return f'name = "{PACKAGE}"' in (folder / "pyproject.toml").read_text("utf-8")
    except (OSError, ValueError):  # none, or not ours to read
        return False


class Way(NamedTuple):
    """One way to have the course: what to type in front of a command, and how to install."""

    run: str
    install: str  # with {extra} for what is missing
    place: str = ""  # where to type it

    def command(self, name: str, lesson: str = "", folder: Path | None = None) -> str:
        """Return a command of the course as it is typed here, ``reset`` for instance.

        A ``folder`` is named in it; make, which knows the usual one only, is gone round then.
        """
        if self.run == "make" and folder is None:
            return f"make {name} LESSON={lesson}" if lesson else f"make {name}"
        run = f'"{sys.executable}" -m pooling_lab' if self.run == "make" else self.run
        named = f'--folder "{folder}"' if folder else ""
        return " ".join(word for word in (run, name, lesson, named) if word)

    def installs(self, extra: str = "course") -> str:
        """Return what installs an extra here."""
        return self.install.format(extra=extra)


@functools.cache
def this_way() -> Way:
    """Find out how this package came here: in a clone, by uv or pipx for one run, or installed."""
    linux = sys.platform == "linux"
    return way_of(this_clone(), Path(sys.prefix), Path(sys.executable), linux)


def way_of(clone: Path | None, prefix: Path, python: Path, linux: bool) -> Way:
    """Return the way that belongs to a package's place, its environment and its system."""
    if clone is not None:
        return _in_a_clone(clone, prefix, python)
    uvx = "uvx --torch-backend cpu" if linux else "uvx"
    pipx = f'pipx run --pip-args "--extra-index-url {CPU_BUILDS}"' if linux else "pipx run"
    for run, in_its_cache in (
        (f"{uvx} --from", {"uv", "archive-v0"}),
        (f"{pipx} --spec", {"pipx", ".cache"}),
    ):
        if in_its_cache <= set(prefix.parts):
            again = f'{run} "{PACKAGE}[{{extra}}]" {PACKAGE}'
            return Way(again.format(extra="course"), again)
    script = shutil.which(PACKAGE)
    ours = script is not None and Path(script).parent == python.parent
    return Way(
        PACKAGE if ours else f'"{python}" -m pooling_lab',
        f'"{python}" -m pip install "{PACKAGE}[{{extra}}]"'
        + (f" --extra-index-url {CPU_BUILDS}" if linux else ""),
    )


def _in_a_clone(clone: Path, prefix: Path, python: Path) -> Way:
    install = f'"{python}" -m pip install -c constraints.txt -e ".[{{extra}}]"'
    made_by_make = prefix == clone / ".venv"
    if made_by_make and os.name == "nt":
        run = r".venv\Scripts\python -m pooling_lab"
    elif made_by_make and shutil.which("make"):
        run = "make"
    else:
        run = "python -m pooling_lab"
    return Way(run, install, "In the course's folder")
