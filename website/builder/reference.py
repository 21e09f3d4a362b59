"""The reference: a page for every public function, from its docstring, with its loops beside it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pooling_lab
from pooling_lab import reference

from . import formulas

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GROUPS = {
    "Sizes": "pooling_lab.geometry",
    "Pooling": "pooling_lab.pooling",
    "Gradients": "pooling_lab.gradients",
}


def write(folder: Path) -> None:
    """Write a page for each function, and one that lists them by group."""
    folder.mkdir(parents=True)
    text = "# Reference\n\nEvery public function, with its loops: the slow, obvious definition.\n\n"
    for group, module in GROUPS.items():
        names = [n for n in pooling_lab.__all__ if getattr(pooling_lab, n).__module__ == module]
        for name in names:
            (folder / f"{name}.md").write_text(_page(name), "utf-8")
        listed = "\n".join(names)
        text += f"## {group}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n\n"
    (folder / "index.md").write_text(text, "utf-8")


def _page(name: str) -> str:
    page = (
        f"# {name}\n\n```{{eval-rst}}\n.. currentmodule:: pooling_lab\n\n"
        f".. autofunction:: {name}\n```\n"
    )
    loops = getattr(reference, name, None)
    if not inspect.isfunction(loops) or loops.__module__ != reference.__name__:
        return page
    source = inspect.getsource(loops)
    return (
        f"{page}\n## The loops\n\n`pooling_lab.reference.{name}`, to be read aloud:\n\n"
        f"```python\n{source}```\n"
    )


def _with_notes(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Put what follows the exceptions under a heading of its own, or it would be one of them.

    Examples
    --------
    >>> lines = ["Raises", "------", "ValueError", "", "Source: a paper."]
    >>> _with_notes(None, "function", "f", None, None, lines)
    >>> lines[3:]
    ['', 'Notes', '-----', 'Source: a paper.']
    """
    for number, line in enumerate(lines):
        if line.startswith(("In loops, ", "Source: ", "Sources: ")):
            lines[number:number] = ["Notes", "-----"]
            return


def _typeset(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Turn a paragraph that begins with a formula between double quotes into a typeset one."""
    for number, line in enumerate(lines):
        if not (line.startswith("``") and number and not lines[number - 1].strip()):
            continue
        formula, _, rest = line[2:].partition("``")
        if not formulas.is_formula(formula):
            continue
        rest = rest.lstrip(" ,;:.")
        capital = rest[:1].upper() + rest[1:] if rest[1:2].isalpha() else rest
        lines[number : number + 1] = [
            ".. raw:: html",
            "",
            f"   {formulas.block(formula)}",
            "",
            capital,
        ]
        return


def setup(app: Sphinx) -> None:
    """Register the listeners: one before, one after numpydoc's."""
    app.connect("autodoc-process-docstring", _with_notes, priority=100)
    app.connect("autodoc-process-docstring", _typeset, priority=900)
