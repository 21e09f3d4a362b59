"""The student's own copies: made, brought up to date, started again, and never lost.

What a copy was made from is remembered beside it; whatever differs from that is a student's work.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pooling_lab.course.files import (
    make_folder,
    put_in_place,
    read_file,
    read_object,
    write_beside,
)
from pooling_lab.course.home import MEMORY, CourseError, Home, find_home, named_folder
from pooling_lab.course.lessons import CHECK, lesson_files, number_of, read_cells, tags
from pooling_lab.course.progress import Cells, answers, cells_of, tasks
from pooling_lab.course.ways import this_way


class Seen(NamedTuple):
    """What is remembered of a copy: the digest of its original, and its own when it was made."""

    original: str
    copy: str


def copy_lessons(home: Home) -> list[str]:
    """Copy every lesson into the student's folder and return what to tell the student.

    Parameters
    ----------
    home
        Where the originals lie, and the student's folder; that is made if it is not there.
        ``.copies.json`` in it remembers which original each copy came from, and what the copy
        looked like; without it, whatever differs from the original counts as the student's work.

    Returns
    -------
    list of str
        A line for every copy that was made, brought up to date, or kept because you changed it
        though a newer original exists.

    Raises
    ------
    CourseError
        If the student's folder cannot be one.
    """
    make_folder(home.own)
    known = _recalled(home.own)
    told = [line for path in lesson_files(home.originals) for line in _brought(path, home, known)]
    _remember(home.own, known)
    return told


def reset(lesson: str, home: Home | None = None) -> str:
    """Start one lesson again; the copy you worked on is kept beside it under another name.

    Parameters
    ----------
    lesson
        The lesson's number as in its file name, for instance ``"02"``; ``"90"`` is the notebook
        of 90 minutes.
    home
        Where the originals lie, and the student's folder; found by itself.

    Raises
    ------
    CourseError
        If there is no such lesson, or it cannot be started again; nothing was changed then.
    """
    home = home or find_home()
    there_are = {number_of(path): path for path in lesson_files(home.originals)}
    original = there_are.get(lesson.strip().zfill(2)) if lesson.strip() else None
    if original is None:
        names = ", ".join(sorted(there_are))
        raise CourseError(f"There is no lesson {lesson!r}. The lessons are {names}.")
    make_folder(home.own)
    copy, known = home.own / original.name, _recalled(home.own)
    try:
        fresh, seen = _fresh(original)
        said = _exchange(copy, fresh)
    except (OSError, ValueError) as error:
        raise CourseError(f"{copy.name} cannot be started again: {error}") from None
    known[copy.name] = seen
    _remember(home.own, known)
    return f"{said}{copy} is new."


def _brought(original: Path, home: Home, known: dict[str, Seen]) -> Iterator[str]:
    """Bring one copy up to date if it is nobody's work yet, and tell what was done."""
    copy, name = home.own / original.name, original.name
    again = _again(original, home)
    try:
        fresh, now = _fresh(original)
    except (OSError, ValueError) as error:
        yield f"{name}: the course's own file is damaged, so yours is left as it is ({error})."
        return
    try:
        there = read_file(copy)
        was = known.get(name)
        if there is None:
            put_in_place(copy, fresh)
            yield f"{name}: new"
        elif there == fresh or (was and was.original == now.original):
            now = now if there == fresh else was or now
        elif was and _digest(there) == was.copy:
            put_in_place(copy, fresh)
            yield f"{name}: brought up to date"
        elif was:
            yield _newer(original, home)
            return
        else:  # told once: from now on it counts as work on the original of today
            now = Seen(now.original, "")
            yield f"{name}: what was there is not the course's, and is kept. {again}"
    except OSError as error:
        yield f"{name}: left as it is ({error}). {again}"
        return
    known[name] = now


def _again(original: Path, home: Home) -> str:
    command = this_way().command("reset", number_of(original), named_folder(home))
    return f"`{command}` starts the course's."


def _newer(original: Path, home: Home) -> str:
    """Tell that a copy is kept though a newer original exists, and what that changes."""
    told = f"{original.name}: a newer version is there; yours is kept."
    if cells := cells_of(home.own / original.name):
        told += _changes(cells, cells_of(original))
    return f"{told} {_again(original, home)}"


def _changes(cells: Cells, original: Cells) -> str:
    """Tell which exercises read otherwise now: their tasks and stubs as both notebooks show them.

    One that was neither shown nor tried is as good as new; of one that was tried and whose task
    was not kept nothing is known, and nothing is promised.
    """
    mine, now = tasks(cells), tasks(original)
    changed = [id for id, task in now.items() if mine.get(id) and task and mine[id] != task]
    new = [id for id in now if id not in mine]
    told = f" Changed exercises: {', '.join(changed)}." if changed else ""
    told += f" New exercises: {', '.join(new)}." if new else ""
    tried = [id for id, right in answers(cells).items() if right is not None]
    known = all(mine.get(id) for id in tried)
    return told or " No exercise changed: nothing to redo." * known


def newer_versions(home: Home) -> list[str]:
    """Return a line for every copy that is kept, as you changed it, though a newer original exists.

    An untouched one needs no line: the next start brings it up to date.
    """
    known = _recalled(home.own)
    told = []
    for original in lesson_files(home.originals):
        try:
            was, there = known[original.name], read_file(home.own / original.name)
            newer = was.original != _digest(original.read_bytes())
        except (OSError, KeyError):
            continue
        if newer and there is not None and _digest(there) != was.copy:
            told.append(_newer(original, home))
    return told


def last_worked_on(home: Home) -> str | None:
    """Return the name of the copy that the student changed last, None if there is none yet."""
    known, changed = _recalled(home.own), {}
    for original in lesson_files(home.originals):
        copy = home.own / original.name
        try:
            there = read_file(copy)
            is_mine = there and _digest(there) != known[original.name].copy
            if is_mine and cells_of(copy):  # what is no notebook would not open
                changed[original.name] = copy.stat().st_mtime_ns
        except (OSError, KeyError):
            continue
    return max(changed, key=lambda name: changed[name], default=None)


def _fresh(original: Path) -> tuple[bytes, Seen]:
    """Return what a copy holds when it is made, and what is to be remembered of it."""
    text = original.read_bytes()
    notebook = fresh_notebook(text)
    fresh = (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    return fresh, Seen(_digest(text), _digest(fresh))


def fresh_notebook(text: bytes) -> dict[str, Any]:
    """Return a lesson without its results, so that a prediction comes before its answer.

    The outputs of cells tagged ``picture`` stay: they show what a lesson looks like before
    it is run. Cells tagged ``check`` are left out: they assert, and say nothing to a reader.

    Raises
    ------
    ValueError
        If it is no notebook of format 4.
    """
    cells = [cell for cell in read_cells(text) if CHECK not in tags(cell)]
    for cell in cells:
        if cell["cell_type"] == "code" and "picture" not in tags(cell):
            cell.update(outputs=[], execution_count=None)
    notebook: dict[str, Any] = json.loads(text.decode("utf-8-sig"))
    return notebook | {"cells": cells}


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _exchange(copy: Path, text: bytes) -> str:
    """Put a new file in the place of ``copy``, which gets another name; say which."""
    new = write_beside(copy, text)  # the last step that can fail for want of room or permission
    try:
        if not os.path.lexists(copy):
            os.replace(new, copy)
            return ""
        kept = _free_name(copy)
        os.rename(copy, kept)
        try:
            os.replace(new, copy)
        except BaseException:
            os.rename(kept, copy)
            raise
    except BaseException:
        os.unlink(new)
        raise
    return f"Your old copy, with your answers, is now {kept}. "


def _free_name(copy: Path) -> Path:
    names = (copy.with_name(f"{copy.stem}.kept-{n}.ipynb") for n in itertools.count(1))
    return next(path for path in names if not os.path.lexists(path))


def _recalled(own: Path) -> dict[str, Seen]:
    """Return what ``.copies.json`` remembers, as far as it can be made out."""
    return {
        name: Seen(entry["original"], entry["copy"])
        for name, entry in read_object(own / MEMORY).items()
        if isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in ("original", "copy"))
    }


def _remember(own: Path, known: dict[str, Seen]) -> None:
    """Store what is known; where that cannot be, the next start finds out again."""
    text = json.dumps({name: seen._asdict() for name, seen in known.items()}, indent=1)
    try:
        put_in_place(own / MEMORY, text.encode("utf-8"))
    except OSError:
        return
