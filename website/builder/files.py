"""The files that pages load when they come near: frames of explorers, pictures."""

from __future__ import annotations

import base64
import hashlib
import shutil
import struct
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Template

from pooling_lab.explorers import page

from .executed import Live

TEMPLATE = Path(__file__).parent.parent / "templates" / "embed.html"
EMBED = Template(TEMPLATE.read_text("utf-8"))


class Files:
    """Writes files below a folder that Sphinx copies as it is; pages stand one level below it.

    Parameters
    ----------
    root
        The folder; made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def picture(self, text: str) -> str:
        """Keep a PNG given as base64; return its address."""
        return f"../{self._picture(text)}"

    def _picture(self, text: str) -> str:
        return self._write("pictures", ".png", base64.b64decode(text))

    def explorer(self, stem: str, lesson: str, live: Live, picture: dict[str, Any]) -> str:
        """Keep an explorer's frames, picture and page; return the place where it is mounted.

        Parameters
        ----------
        stem, lesson
            The notebook's name without its ending, and its title.
        live
            The explorer.
        picture
            The stored output that shows it.
        """
        name = f"explorer-{stem.partition('_')[0]}-{live.cell}"
        mount = self.mount(name, live, picture)
        alone = EMBED.render(title=f"Explorer: {lesson}", lesson=lesson, page=stem, mount=mount)
        (self.root / "embed").mkdir(parents=True, exist_ok=True)
        (self.root / "embed" / f"{name}.html").write_text(alone, "utf-8")
        return (
            f'{mount}<details class="course-embed" data-embed="../embed/{name}.html">'
            "<summary>Put this explorer on a page or slide of your own</summary>"
            f'<p><a href="../embed/{name}.html">The explorer alone</a>. The code for an '
            '<code>iframe</code>, with the setting you see:</p><p><textarea readonly rows="3" '
            f'aria-label="Code that embeds the explorer"></textarea></p>'
            '<p><button type="button">Copy the code</button> '
            '<span role="status"></span></p></details>'
        )

    def mount(self, name: str, live: Live, picture: dict[str, Any], up: str = "../") -> str:
        """Keep an explorer's frames and picture; return its place alone.

        Parameters
        ----------
        name
            Its id on the page.
        live, picture
            As for `explorer`.
        up
            The way from the page to this folder.
        """
        frames = self._write("frames", ".bin", live.frames)
        png = picture["data"]["image/png"]
        _, height = struct.unpack(">II", base64.b64decode(png)[16:24])
        alt = escape(str(picture["data"]["text/plain"]))
        image = f'<img src="{up}{self._picture(png)}" alt="{alt}" loading="lazy">'
        height = min(height, 640) // 2  # of the picture, drawn at two pixels per px
        place = page.mount(live.traits, name, f"<noscript>{image}</noscript>", f"{up}{frames}")
        return f'<div class="course-explorer" style="min-height: {height}px">{place}</div>'

    def notebook(self, path: Path) -> None:
        """Keep a lesson's notebook for download."""
        (self.root / "notebooks").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, self.root / "notebooks" / path.name)

    def module(self) -> None:
        """Keep the explorers' own script and style, unmodified."""
        (self.root / "explorer.js").write_text(page.script(), "utf-8")
        (self.root / "explorer.css").write_text(page.style(), "utf-8")

    def _write(self, kind: str, ending: str, data: bytes) -> str:
        """Write a file under its own digest: what is the same is stored, and loaded, once."""
        name = hashlib.sha256(data).hexdigest()[:16] + ending
        path = self.root / kind / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return f"{kind}/{name}"
