"""Turn a lesson's notebook into that of its page: nothing is written twice, some is left out.

A page has no kernel. So cells that only assert stay away, a slider is mounted where its picture
was, an output that gives a prediction away waits, and an exercise brings its hints and its
worked solution in place of the cells into which a student types.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from pooling_lab import exercises

from . import bets
from .executed import VIEW, Live
from .files import Files

SHOW = re.compile(r"""^exercises\.show\("([\w-]+)"(?:, student="([^"]+)")?\)$""")
CHECK = re.compile(r"""^exercises\.(check|hint|solution)\(""", re.M)
STUB = re.compile(
    r"^answer\w* = None$|^def [^\n]+:\n(\s+(#[^\n]*|\.\.\.|\"\"\".*?\"\"\")\n?)+$", re.S
)
PREDICT = re.compile(r"\*\*Predict[^*]*\*\*|^Predict\b", re.M)
# Sentences on what to type into a cell: a page has forms, and nothing to run.
TYPING = re.compile(
    r"run both cells|`exercises\.hint\(|first dots|leave the dots|beside this notebook"
    r"|Back again\?|a column \*you\*"
)
PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
LINK = re.compile(r"\]\((\w+)\.ipynb(?:#cell-id=([\w-]+))?\)")  # as JupyterLab understands it


def page(notebook: NotebookNode, stem: str, live: Sequence[Live], files: Files) -> NotebookNode:
    """Return the notebook that Sphinx turns into a page.

    Parameters
    ----------
    notebook
        The lesson as it is stored, executed.
    stem
        Its name without the ending: names of its files begin with it.
    live
        Its explorers (`executed.explorers`).
    files
        Takes pictures and frames, and says under which address a page finds them.
    """
    notebook = copy.deepcopy(notebook)
    mounts: dict[int, list[Live]] = {}
    for one in live:
        mounts.setdefault(one.cell, []).append(one)
    title = notebook.cells[0].source.partition("\n")[0].lstrip("# ")
    numbered = enumerate(notebook.cells)
    cells = [
        new for n, old in numbered for new in _cell(old, stem, title, mounts.get(n, []), files)
    ]
    notebook.cells = _with_predictions(cells, stem)
    return notebook


def _cell(
    cell: NotebookNode, stem: str, title: str, live: Sequence[Live], files: Files
) -> Iterator[NotebookNode]:
    """Yield what stands on the page in place of a cell: nothing, the cell, or more."""
    if cell.cell_type != "code":
        cell.source = _without_typing(cell.source)
        yield cell
        return
    source = cell.source.strip()
    if "check" in cell.metadata.get("tags", []) or STUB.match(source) or CHECK.match(source):
        return
    if shown := SHOW.match(source):
        yield _html(_exercise(*shown.groups()))
        return
    if bet := bets.BET.search(source):
        yield _html(bets.form(bet[2]))
        return
    if cell.metadata.get("jupyter", {}).get("source_hidden"):
        tags = cell.metadata.get("tags", [])
        cell.metadata["tags"] = [*tags, "hide-input"]
        cell.metadata["mystnb"] = {
            "code_prompt_show": "Show the code",
            "code_prompt_hide": "Hide it",
        }
    if live:
        pictures = [one for one in cell.outputs if "image/png" in one.get("data", {})]
        cell.outputs = [
            _output(files.explorer(stem, title, one, picture))
            for one, picture in zip(live, pictures, strict=True)
        ]
    else:
        cell.outputs = [_light(output, files, cell.id) for output in cell.outputs]
    yield cell


def _without_typing(text: str) -> str:
    """Leave out the sentences that say what to type into which cell.

    Examples
    --------
    >>> _without_typing("A puzzle. Replace `None` and run both cells. Which is it?")
    'A puzzle. Which is it?'
    """
    paragraphs = text.split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        if TYPING.search(paragraph):
            sentences = re.split(r"(?<=\.)\s+(?=[A-Z`*])", paragraph)
            paragraphs[number] = " ".join(s for s in sentences if not TYPING.search(s))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _html(text: str) -> NotebookNode:
    """Return a Markdown cell that holds HTML as it is."""
    return new_markdown_cell(f"```{{raw}} html\n{text}\n```")


def _output(html: str) -> NotebookNode:
    return new_output("display_data", {"text/html": html})


def _light(output: NotebookNode, files: Files, cell_id: str) -> NotebookNode:
    """Move the pictures of an output into files of their own, which load when they come near.

    Verdicts get an anchor, and links to their cells lead there.
    """
    if told := bets.verdict(output):
        return _output(f'<div id="{cell_id}">{told}</div>')
    data: dict[str, Any] = output.get("data", {})
    data.pop(VIEW, None)
    if "text/markdown" in data:
        data["text/markdown"] = LINK.sub(_to_page, data["text/markdown"])
    if "text/html" in data:
        html = PICTURE.sub(lambda found: files.picture(found[1]), data["text/html"])
        data["text/html"] = html.replace("<img ", '<img loading="lazy" ')
        data.pop("image/png", None)
    return output


def _to_page(link: re.Match[str]) -> str:
    """Return a link to a lesson, or to a cell of it, as it leads to the lesson's page."""
    lesson, cell = link.groups()
    return f"]({lesson}.html#{cell})" if cell else f"]({lesson}.html)"


def _exercise(id: str, student: str | None = None) -> str:
    """Return an exercise: its task, its hints one within the other, its worked solution."""
    exercise, task = exercises.get(id), exercises.show(id, student=student).note()
    if exercise.kind == "answer":
        task = dataclasses.replace(task, code="")  # there is nowhere to type it
    hints = ""
    for number in range(len(exercise.hints), 0, -1):
        hint = _inline(exercise.hints[number - 1])
        summary = f"Hint {number} of {len(exercise.hints)}"
        hints = f"<details><summary>{summary}</summary><p>{hint}</p>{hints}</details>"
    worked = exercises.solution(id, student=student)._repr_html_()
    solution = f"<details><summary>The worked solution</summary>{worked}</details>"
    return (
        f'<section class="course-exercise" data-exercise="{id}" '
        f'aria-label="{escape(exercise.title)}">'
        f"{task._repr_html_()}{hints}{solution}</section>"
    )


def _inline(text: str) -> str:
    """Return a text with `code` marked up."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _with_predictions(cells: list[NotebookNode], stem: str) -> list[NotebookNode]:
    """Put a place to write below every text that asks for what the cells behind it will show."""
    paged: list[NotebookNode] = []
    for number, cell in enumerate(cells):
        paged.append(cell)
        asks = cell.cell_type == "markdown" and PREDICT.search(cell.source)
        behind = itertools.takewhile(lambda one: one.cell_type == "code", cells[number + 1 :])
        if asks and any(one.outputs for one in behind):
            key = f"{stem}-{number}"
            paged.append(
                _html(
                    f'<form class="course-predict" data-key="{key}" hidden>'
                    f'<label for="{key}">Your prediction</label>'
                    f'<textarea id="{key}" rows="2" autocomplete="off"></textarea>'
                    '<button type="submit">See what happens</button></form>'
                )
            )
    return paged


def notebooks(folder: Path) -> list[Path]:
    """Return the lessons in the order of the course; the way through in one session comes first."""
    return sorted(
        folder.glob("*.ipynb"), key=lambda path: (not path.stem.startswith("pooling"), path.name)
    )
