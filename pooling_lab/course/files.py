"""A student's files: they may be anything, so nothing there is trusted.

Every file is written beside its place and then moved there: nothing is ever half written.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from pooling_lab.course.home import CourseError


def make_folder(own: Path) -> None:
    """Make a folder, or raise a CourseError that says what stands in its way."""
    try:
        own.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CourseError(
            f"The lessons need a folder {own}, which cannot be made ({error}). Move what is in "
            "its place, and start again."
        ) from None


def read_file(path: Path) -> bytes | None:
    """Return what a file holds, or None if nothing has this name.

    Raises
    ------
    OSError
        If it cannot be read, or is no file: a folder, a pipe, a link to itself.
    """
    if not os.path.lexists(path):
        return None
    if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe would be to wait for somebody
        raise OSError("it is not a file")
    return path.read_bytes()


def read_object(path: Path) -> dict[str, Any]:
    """Return what is stored in a file as JSON, ``{}`` if it is no object that can be made out."""
    try:
        stored = json.loads((read_file(path) or b"{}").decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}


def put_in_place(path: Path, text: bytes) -> None:
    """Put a file in its place all at once."""
    os.replace(write_beside(path, text), path)


def write_beside(path: Path, text: bytes) -> str:
    """Write a new file in the folder of ``path`` and return its name."""
    handle, name = tempfile.mkstemp(prefix=".new-", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~_umask())  # mkstemp's files are for the owner's eyes only
    except BaseException:
        os.unlink(name)
        raise
    return name


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
