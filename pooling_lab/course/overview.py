"""The table of the lessons, with what a student has done in each, and where to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pooling_lab import tables
from pooling_lab.course.copies import newer_versions
from pooling_lab.course.home import Home, originals
from pooling_lab.course.lessons import FRONT_DOOR
from pooling_lab.course.progress import Done, bets_placed, is_students, next_lesson, progress

if TYPE_CHECKING:
    from IPython.display import Markdown

Link = Callable[[str, str], str]  # of a text to a file of the student's folder


def table(home: Home) -> str:
    """Return the lessons as a terminal shows them: number, minutes, title, and where they are.

    Where something was done, a column says how many exercises of each lesson are right.
    """
    done = progress(home)
    width = max(len(str(one)) for one in done) if done else 0
    lines = []
    for one in done:
        number, _, title, minutes, deeper = one.lesson
        you = f"{one!s:{width}}  " if width else ""
        lines.append(f"{number}  {minutes + deeper or '':>4} min  {you}{title}")
    below = [f"{label}: {text}" for label, text in _below(home, done, lambda text, _: text)]
    return "\n".join([*lines, "", *below, f"Your copies: {home.own}"])


def contents(folder: Path | None = None, source: Path | None = None) -> Markdown:
    """Return the table of the lessons, with a link to each that lies beside this notebook.

    Names and titles are the course's own. Where something was done, a column says how many
    exercises of each copy are right, as it was last saved, and lines below say where to go on.

    Parameters
    ----------
    folder
        Where the copies lie; the current folder if not given.
    source
        Where the originals lie; found by itself.
    """
    from IPython.display import Markdown

    home = Home(source or originals(), folder or Path.cwd())
    done = progress(home)
    column = any(one.begun for one in done)
    rows = []
    for one in done:
        number, file, title, minutes, deeper = one.lesson
        name = _link(home)(title, file)
        row = ["" if file == FRONT_DOOR else number, name, minutes or "", deeper or ""]
        rows.append([*row, *[str(one)] * column])
    heads = ["", "lesson", "minutes", "*Deeper*", *["you"] * column]
    below = [f"\n*{label}:* {text}" for label, text in _below(home, done, _link(home))]
    return Markdown("\n".join([tables.markdown(heads, "-lrr" + "r" * column, rows), *below]))


def _link(home: Home) -> Link:
    return lambda text, file: f"[{text}]({file})" if (home.own / file).is_file() else text


def _below(home: Home, done: list[Done], link: Link) -> Iterator[tuple[str, str]]:
    """Yield what is told below the table, each with its label; nothing if nothing was done."""
    if not is_students(home):
        return
    if wrong := [(id, one.lesson) for one in done for id in one.open]:
        yield "Open", ", ".join(f"{id} ({link(at.number, at.file)})" for id, at in wrong)
    following = next_lesson(done)
    if following and any(one.begun for one in done):
        yield "Next", link(f"{following.number} · {following.title}", following.file)
    if bets := bets_placed(home.own):
        yield "Bets", f"{bets} placed; lesson 12 tells what became of them"
    if kept := [path.name for path in sorted(home.own.glob("*.kept-*.ipynb"))]:
        yield "Kept when you started again", ", ".join(link(name, name) for name in kept)
    for line in newer_versions(home):
        yield "New", line
