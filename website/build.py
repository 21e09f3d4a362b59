"""Build the web edition: `make site` writes website/_build/html, static files for any web server.

Lessons come from the notebooks, tasks and hints from the exercises, the reference from
docstrings. Nothing is downloaded.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nbformat
from sphinx.cmd.build import main as sphinx

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = HERE / "_build"
SOURCE, HTML = BUILD / "source", BUILD / "html"
sys.path.insert(0, str(HERE))

from builder import executed, lesson, reference  # noqa: E402
from builder.files import Files  # noqa: E402


def write_sources() -> None:
    """Write what Sphinx reads: a page's notebook for every lesson, and the start page."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    lessons = SOURCE / "lessons"
    lessons.mkdir(parents=True)
    files = Files(SOURCE / "extra")
    for path in lesson.notebooks(ROOT / "notebooks"):
        notebook = nbformat.read(path, as_version=4)
        live = executed.explorers(path, BUILD / "executed")
        nbformat.write(lesson.page(notebook, path.stem, live, files), lessons / path.name)
        files.notebook(path)
        print(f"{path.stem}: {len(live)} explorers", flush=True)
    names = "\n".join(path.stem for path in lesson.notebooks(ROOT / "notebooks"))
    (lessons / "index.md").write_text(
        f"# Lessons\n\n```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n", "utf-8"
    )
    reference.write(SOURCE / "reference")
    files.module()
    shutil.copy(HERE / "index.md", SOURCE / "index.md")


def main() -> int:
    """Write the sources and let Sphinx turn them into pages; return Sphinx's exit code."""
    write_sources()
    return sphinx(["-q", "-j", "auto", "-c", str(HERE), str(SOURCE), str(HTML)])


if __name__ == "__main__":
    raise SystemExit(main())
