"""The theme names 1,900 icons in its style sheet; course.css draws the ten it needs as signs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STYLE = Path("_static") / "styles" / "pydata-sphinx-theme.css"
ICON = re.compile(r'(?:\.fa-[\w-]+,?)+\{--fa:"[^"]*"\}')


def without_icons(style: str) -> str:
    r"""Return a style sheet without the rules that name an icon.

    Examples
    --------
    >>> without_icons('.fa-0{--fa:"\\30 "}.fa-spin{animation-name:fa-spin}')
    '.fa-spin{animation-name:fa-spin}'
    """
    return ICON.sub("", style)


def _trim(app: Sphinx, error: Exception | None) -> None:
    style = Path(app.outdir) / STYLE
    if error is None and style.is_file():
        style.write_text(without_icons(style.read_text("utf-8")), "utf-8")


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("build-finished", _trim)
