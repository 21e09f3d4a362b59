"""Where the course lies, where a student works, and how its commands are typed there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

PACKAGE = "pooling-lab"
HERE = Path(__file__).resolve().parents[1]


class CourseError(Exception):
    """Something about a folder or a lesson's name is not as it must be; the text says what."""


class Home(NamedTuple):
    """Where the lessons are taken from, and the folder in which the student works on copies."""

    originals: Path
    own: Path

    def says(self, command: str, lesson: str = "") -> str:
        """Return one of the course's commands as it is typed here, ``reset`` for instance."""
        if os.name == "nt":
            return rf".venv\Scripts\python -m pooling_lab {command} {lesson}".strip()
        return f"make {command} LESSON={lesson}" if lesson else f"make {command}"


def clone_above(start: Path) -> Path | None:
    """Return the nearest folder at or above ``start`` that is a clone of this course."""
    for folder in (start, *start.parents):
        try:
            declared = (folder / "pyproject.toml").read_text("utf-8")
        except (OSError, ValueError):  # none, or not ours to read
            continue
        if f'name = "{PACKAGE}"' in declared:
            return folder
    return None


def find_home() -> Home:
    """Return where this course lies.

    Raises
    ------
    CourseError
        If it was installed without its lessons.
    """
    root = clone_above(HERE)
    if root is None:
        raise CourseError(
            "This pooling_lab was installed without its notebooks. "
            "Clone the repository and run this command in the clone."
        )
    return Home(root / "notebooks", root / "my_course")


def originals() -> Path:
    """Return the folder of the course's own, executed notebooks."""
    return find_home().originals
