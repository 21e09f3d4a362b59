"""What is made of a notebook before Sphinx sees it."""

from __future__ import annotations

import doctest
from pathlib import Path

import nbformat
import pytest
from builder import formulas, glossary, icons, launch, lesson, reference
from builder.files import Files

from pooling_lab import exercises

ROOT = Path(__file__).parents[3]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def paged(tmp_path: Path, *cells: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    title = nbformat.v4.new_markdown_cell("# 99 · A lesson")
    notebook = nbformat.v4.new_notebook(cells=[title, *cells])
    return lesson.page(notebook, "99_a_lesson", [], Files(tmp_path)).cells[1:]


def code(source: str, output: str = "", **metadata: object) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)
    if output:
        cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": output})]
    return cell


def test_cells_that_only_assert_stay_away(tmp_path: Path) -> None:
    assert paged(tmp_path, code("assert True", tags=["check"])) == []


@pytest.mark.parametrize(
    "source",
    [
        "answer = None",
        "def my_pool(x):\n    # your code, in place of the dots\n    ...",
        'exercises.check("output-size", answer)',
        'exercises.hint("output-size")',
    ],
)
def test_what_waits_for_a_student_to_type_stays_away(tmp_path: Path, source: str) -> None:
    assert paged(tmp_path, code(source, "shown")) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_no_page_says_what_to_type_into_a_cell(tmp_path: Path, path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    texts = [c for c in notebook.cells if c.cell_type == "markdown"]
    page = lesson.page(nbformat.v4.new_notebook(cells=texts), path.stem, [], Files(tmp_path))
    prose = " ".join(" ".join(cell.source for cell in page.cells).split())
    for words in ("first dots", "the dots", "beside this notebook", "Back again", "column *you*"):
        assert words not in prose


@pytest.mark.parametrize(
    ("behind", "waits"),
    [
        ([("f = max", ""), ("f(1, 2)", "2")], True),  # what is shown comes a cell later
        ([("f = max", "")], False),
    ],
)
def test_a_prediction_waits_for_what_the_next_cells_show(
    tmp_path: Path, behind: list[tuple[str, str]], waits: bool
) -> None:
    asks = nbformat.v4.new_markdown_cell("**Predict.** Which?")
    last = nbformat.v4.new_markdown_cell("That one.")
    cells = paged(tmp_path, asks, *[code(*one) for one in behind], last)
    assert any("course-predict" in cell.source for cell in cells) == waits


def test_a_function_with_a_body_stays(tmp_path: Path) -> None:
    (cell,) = paged(tmp_path, code("def double(x):\n    return 2 * x"))
    assert cell.cell_type == "code"


def test_an_exercise_brings_its_hints_and_its_solution(tmp_path: Path) -> None:
    (cell,) = paged(tmp_path, code('exercises.show("output-size")', "the task"))
    assert cell.source.count("<summary>Hint") == 3
    assert "The worked solution" in cell.source and "answer = None" not in cell.source


def test_an_exercise_with_other_numbers_brings_their_solution(tmp_path: Path) -> None:
    source = 'exercises.show("output-size", student="the 90 minutes")'
    (cell,) = paged(tmp_path, code(source, "the task"))
    numbers = exercises.personal("output-size", "the 90 minutes").numbers
    assert f"{numbers['height']} rows and {numbers['width']} columns" in cell.source
    assert f"height={numbers['height']}, width={numbers['width']}" in cell.source


def test_a_prediction_gets_a_place_to_write(tmp_path: Path) -> None:
    asks = nbformat.v4.new_markdown_cell("**Predict.** How many?")
    cells = paged(tmp_path, asks, code("1 + 1", "2"))
    assert ["course-predict" in cell.source for cell in cells] == [False, True, False]


def test_a_picture_becomes_a_file_that_loads_late(tmp_path: Path) -> None:
    cell = code("show()")
    html = '<img alt="a grid of numbers" src="data:image/png;base64,iVBORw0KGgo=">'
    cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html, "image/png": "x"})]
    (cell,) = paged(tmp_path, cell)
    data = cell.outputs[0]["data"]
    assert "image/png" not in data and 'loading="lazy"' in data["text/html"]
    (stored,) = (tmp_path / "pictures").iterdir()
    assert f"../pictures/{stored.name}" in data["text/html"]


CONFIGURED = {
    "repository": {"url": "https://github.com/owner/name.git", "branch": "main"},
    "binder": {"url": "https://mybinder.org"},
    "colab": {"url": ""},
    "hub": {"url": "https://hub.example.edu/"},
}


def test_only_what_is_configured_is_linked() -> None:
    links = launch.links(CONFIGURED, "02_output_size.ipynb")
    assert [link.text for link in links] == ["Open on Binder", "Open on the hub"]
    assert links[1].address.startswith("https://hub.example.edu/hub/user-redirect/git-pull?")
    assert "name.git" not in links[1].address  # nbgitpuller's folder has no such ending


def test_every_line_of_the_glossary_is_a_term() -> None:
    notebook = ROOT / "notebooks" / f"{glossary.GLOSSARY}.ipynb"
    cells = nbformat.read(notebook, as_version=4).cells
    text = next(c.source for c in cells if "## Glossary" in c.source).partition("## Glossary")[2]
    rows = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert len(glossary.terms(notebook)) == len(rows) > 20


@pytest.mark.parametrize("module", [formulas, icons, launch, lesson, reference])
def test_examples_in_docstrings_hold(module: object) -> None:
    failed, tried = doctest.testmod(module)  # type: ignore[arg-type]
    assert tried and not failed
