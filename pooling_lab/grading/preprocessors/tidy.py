"""Put aside what nbgrader would copy, follow or stumble over in a submission's folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

ASIDE = ".set_aside"  # in the course folder; nothing is deleted
LARGEST = 50 * 2**20  # bytes of a file beside a notebook
MOST = 200  # files beside a notebook


def set_aside(notebooks: Sequence[str] = (), **_: Any) -> None:
    """Put aside links, pipes, very large files and whole environments; nbgrader calls it first.

    nbgrader copies a submission's folder before it looks at the notebook: through links to other
    people's files, and from pipes for ever.

    Parameters
    ----------
    notebooks
        The notebooks of one submission.
    """
    for folder in {Path(one).absolute().parent for one in notebooks}:
        course = folder.parents[2]
        for path in [*_unwanted(folder)]:
            target = course / ASIDE / path.relative_to(course / "submitted")
            shutil.rmtree(target, ignore_errors=True)
            target.unlink(missing_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.rename(path, target)


def _unwanted(folder: Path) -> Iterator[Path]:
    """Return what is to be put aside; a folder in whole."""
    count = 0
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            if path.suffix != ".ipynb":  # a notebook that is a link is refused, and told
                yield path
        elif path.is_dir():
            inside = [*_within(path, MOST - count)]
            count += len(inside)
            if count >= MOST or any(map(_odd, inside)):
                yield path
        elif _odd(path) or (path.name == "timestamp.txt" and not _is_a_time(path)):
            yield path


def _within(folder: Path, most: int) -> Iterator[Path]:
    """Return the files in a folder, without following links, and not many more than ``most``."""
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(root, name)
            if path.is_symlink() or not path.is_dir():
                most -= 1
                yield path
        if most < 0:
            return


def _odd(path: Path) -> bool:
    return path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST


def _is_a_time(path: Path) -> bool:
    try:
        return bool(parse_utc(path.read_text("utf-8").strip()))
    except (ValueError, OverflowError):
        return False
