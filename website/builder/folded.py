"""What is optional in a lesson is folded: the reader opens it, a link into it opens it, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

OPTIONAL = "Deeper"


class FoldOptional(SphinxPostTransform):
    """Wrap what follows a heading *Deeper* in ``<details>``."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Fold every such section of the document."""
        for section in list(self.document.findall(nodes.section)):
            title = section.next_node(nodes.title)
            if (
                title is None
                or not title.astext().startswith(OPTIONAL)
                or title.parent is not section
            ):
                continue
            at = section.index(title) + 1
            opened = nodes.raw(
                "",
                '<details class="course-deeper"><summary>Open this part</summary>',
                format="html",
            )
            section.insert(at, opened)
            section.append(nodes.raw("", "</details>", format="html"))


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(FoldOptional)
