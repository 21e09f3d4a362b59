"""What the notebooks' Markdown and the cells' folds leave to be said to a screen reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NAMELESS = '<span class="course-unseen">row</span>'
FOLD = ' aria-label="Toggle hidden content"'  # myst-nb's; the words in it are name enough


class NameEmptyHeads(SphinxPostTransform):
    """Give the empty corner of a table a name that is heard and not seen."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Look at every head of every table."""
        for head in self.document.findall(nodes.thead):
            for entry in head.findall(nodes.entry):
                if not entry.astext().strip():
                    entry.children = []
                    entry += nodes.paragraph("", "", nodes.raw("", NAMELESS, format="html"))


def _name_folds_by_their_words(
    app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object
) -> None:
    if "body" in context:
        context["body"] = str(context["body"]).replace(FOLD, "")


def setup(app: Sphinx) -> None:
    """Register both."""
    app.add_post_transform(NameEmptyHeads)
    app.connect("html-page-context", _name_folds_by_their_words)
