"""Words of the course: the first use of each leads to the glossary and says its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GLOSSARY = "15_glossary_and_cheat_sheet"
LINE = re.compile(r"^\| (?P<term>[^|]+?) \| (?P<meaning>[^|]+?) \| \[[^|]+\|$", re.M)
# A word in one of these is a name, a link or a line that is being explained already.
ELSEWHERE = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.table,
    nodes.math,
    nodes.image,
    nodes.term,
)


def terms(notebook: Path) -> dict[str, str]:
    """Return every term of the glossary with its meaning, from lesson 15's table.

    Parameters
    ----------
    notebook
        The lesson that holds the glossary.
    """
    cells = nbformat.read(notebook, as_version=4).cells
    text = next(c.source for c in cells if c.cell_type == "markdown" and "## Glossary" in c.source)
    table = text.partition("## Glossary")[2]
    return {found["term"]: _plain(found["meaning"]) for found in LINE.finditer(table)}


def _plain(markdown: str) -> str:
    """Return a meaning as a tooltip shows it: formulas and code as plain text."""
    signs = {r"\infty": "∞", r"\to": "→", r"\times": "×", r"\,": " "}
    for sign, plain in signs.items():
        markdown = markdown.replace(sign, plain)
    return re.sub(r"[$`*\\{}]", "", markdown)


class FirstUse(SphinxPostTransform):
    """Link the first use of every term on a page of a lesson."""

    default_priority = 800
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Walk the page's running text once."""
        folder, _, page = self.env.docname.rpartition("/")
        if folder != "lessons" or page in (GLOSSARY, "index"):
            return
        waiting = dict(self.app.course_terms)  # type: ignore[attr-defined]
        for text in list(_running_text(self.document)):
            parts, rest = [], text.astext()
            while found := _first(rest, waiting):
                term, start, end = found
                parts += [nodes.Text(rest[:start]), _link(rest[start:end], term, waiting.pop(term))]
                rest = rest[end:]
            if parts:
                text.parent.replace(text, [*parts, nodes.Text(rest)])


def _running_text(document: nodes.document) -> Iterator[nodes.Text]:
    for paragraph in document.findall(nodes.paragraph):
        for text in paragraph.findall(nodes.Text):
            ancestor = text.parent
            while ancestor is not None and not isinstance(ancestor, ELSEWHERE):
                ancestor = ancestor.parent
            if ancestor is None:
                yield text


def _first(text: str, waiting: dict[str, str]) -> tuple[str, int, int] | None:
    """Return the term that comes first in a text, and where; of two the longer one."""
    found = (
        (match.start(), -len(term), term, match.end())
        for term in waiting
        if (match := re.search(rf"(?<![\w-]){re.escape(term)}s?(?![\w-])", text, re.I))
    )
    best = min(found, default=None)
    return None if best is None else (best[2], best[0], best[3])


def _link(shown: str, term: str, meaning: str) -> nodes.raw:
    id = "meaning-" + re.sub(r"\W+", "-", term.lower())
    return nodes.raw(
        "",
        f'<a class="course-term" href="{GLOSSARY}.html#glossary" aria-describedby="{id}">'
        f'{escape(shown)}</a><span class="course-meaning" role="tooltip" id="{id}">'
        f"{escape(meaning)}</span>",
        format="html",
    )


def setup(app: Sphinx) -> None:
    """Read the terms once, and register the transform."""
    notebook = Path(app.confdir).parent / "notebooks" / f"{GLOSSARY}.ipynb"
    app.course_terms = terms(notebook)  # type: ignore[attr-defined]
    app.add_post_transform(FirstUse)
