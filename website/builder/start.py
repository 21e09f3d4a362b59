"""The start page: one explorer to touch, and every lesson with its minutes and what it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import nbformat

from .executed import Live
from .files import Files

EXPLORER = "02_output_size"  # the lesson whose explorer stands here
MINUTES = re.compile(r"\*\*Minutes:\*\* (\d+)")


def page(text: str, lessons: Sequence[Path], live: dict[str, list[Live]], files: Files) -> str:
    """Return the start page with what its two comments stand for.

    Parameters
    ----------
    text
        The page as it is written: ``<!-- explorer -->`` and ``<!-- lessons -->`` stand in it.
    lessons
        The notebooks, in order.
    live
        The explorers of each, by the notebook's name without its ending.
    files
        Takes the frames.
    """
    listed = "\n".join(map(_line, lessons))
    path = next(path for path in lessons if path.stem == EXPLORER)
    explorer = live[EXPLORER][0]
    outputs = nbformat.read(path, as_version=4).cells[explorer.cell].outputs
    picture = next(output for output in outputs if "image/png" in output.get("data", {}))
    place = files.mount("window", explorer, picture, up="")
    return text.replace("<!-- lessons -->", listed).replace("<!-- explorer -->", place)


def _line(path: Path) -> str:
    """Return a lesson as an item of a list: its title, its minutes, its first paragraph."""
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    title, _, rest = sources[0].partition("\n")
    words = " ".join(rest.strip().partition("\n\n")[0].split())
    minutes = MINUTES.search("\n".join(sources))
    time = f" ({minutes[1]} minutes)" if minutes else ""
    return f"- [{title.lstrip('# ')}](lessons/{path.name}){time}: {words}"
