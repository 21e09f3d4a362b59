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

from builder import executed, lesson, reference, start  # noqa: E402
from builder.files import Files  # noqa: E402


def write_sources() -> None:
    """Write what Sphinx reads: a page's notebook for every lesson, and the start page."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    lessons = SOURCE / "lessons"
    lessons.mkdir(parents=True)
    files = Files(SOURCE / "extra")
    paths = lesson.notebooks(ROOT / "notebooks")
    live: dict[str, list[executed.Live]] = {}
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        live[path.stem] = executed.explorers(path, BUILD / "executed")
        page = lesson.page(notebook, path.stem, live[path.stem], files)
        nbformat.write(page, lessons / path.name)
        files.notebook(path)
        print(f"{path.stem}: {len(live[path.stem])} explorers", flush=True)
    names = "\n".join(path.stem for path in paths)
    (lessons / "index.md").write_text(
        f"# Lessons\n\n```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n", "utf-8"
    )
    reference.write(SOURCE / "reference")
    files.module()
    text = (HERE / "index.md").read_text("utf-8")
    (SOURCE / "index.md").write_text(start.page(text, paths, live, files), "utf-8")


def main() -> int:
    """Write the sources, let Sphinx make pages of them; a warning fails. Return its exit code."""
    write_sources()
    strict = ["--fail-on-warning", "--keep-going"]
    return sphinx(["-q", "-j", "auto", *strict, "-c", str(HERE), str(SOURCE), str(HTML)])


if __name__ == "__main__":
    raise SystemExit(main())
