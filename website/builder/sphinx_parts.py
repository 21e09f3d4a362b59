"""Sphinx's side of the web edition: formulas, and what is folded away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import accessible, folded, glossary, icons, launch, mathml, reference

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what the site adds to Sphinx."""
    for part in (mathml, folded, glossary, reference, accessible, icons):
        part.setup(app)
    launch.setup(app, Path(app.confdir) / "launch.toml")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
