"""Where the course's lessons lie, and where a student works on copies of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pooling_lab.course.ways import HERE, PACKAGE, this_clone

OWN = "pooling_course"  # the student's folder, where there is no clone
MEMORY = ".copies.json"  # in a student's folder: what each copy was made from
BETS = "my_bets.json"  # there, too: what was bet on the claims


class CourseError(Exception):
    """Something about a folder or a lesson's name is not as it must be; the text says what."""


class Home(NamedTuple):
    """Where the lessons are taken from, and the folder in which the student works on copies."""

    originals: Path
    own: Path


def find_home(own: Path | None = None) -> Home:
    """Return where this course lies: in the clone, or in the installed package.

    Parameters
    ----------
    own
        The student's folder; if not given ``my_course`` in the clone, else ``pooling_course``
        where the command is typed, or the current folder if it holds the copies already.

    Raises
    ------
    CourseError
        If the package was installed without its lessons.
    """
    clone = this_clone()
    if clone is not None:
        return Home(clone / "notebooks", _whole(own) if own else clone / "my_course")
    lessons = HERE / "_notebooks"
    if not lessons.is_dir():
        raise CourseError(
            f"This {PACKAGE} was installed without its lessons ({lessons} is missing)."
        )
    here = Path.cwd()
    own = own or (here if (here / MEMORY).is_file() else here / OWN)
    return Home(lessons, _whole(own))


def named_folder(home: Home) -> Path | None:
    """Return the student's folder if a command has to name it: None if it is found by itself."""
    return None if find_home().own == home.own else home.own


def usual_folder() -> str:
    """Return how the help names the folder in which a student works here."""
    return "my_course in the clone" if this_clone() else f"./{OWN}"


def _whole(own: Path) -> Path:
    return Path.cwd() / own.expanduser()


def originals() -> Path:
    """Return the folder of the course's own, executed notebooks."""
    return find_home().originals
