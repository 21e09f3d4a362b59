"""Any file becomes a clean notebook, or says why not; one repair after the other."""

import gzip
import json

import nbformat
import pytest
from batches import HERE, cell_of
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from pooling_lab.grading.clean import Unreadable, clean
from pooling_lab.grading.harmless import harmless, shown


def marked(cell, name, **mark):
    kind = {"grade": False, "solution": False, "locked": False, "task": False} | mark
    cell.metadata.nbgrader = {**kind, "grade_id": name, "schema_version": 3}
    cell.id = name
    return cell


@pytest.fixture
def released():
    """An assignment of one short answer and one in words."""
    return new_notebook(
        cells=[
            marked(new_code_cell("sheet = 1"), "sheet", locked=True),
            new_code_cell("sheet.show()", id="show"),
            marked(new_code_cell("size = None\n# your work"), "answer", solution=True),
            marked(new_code_cell("look(size)"), "test", locked=True, grade=True, points=2),
            new_markdown_cell("Say why.", id="why"),
            marked(new_markdown_cell("YOUR ANSWER"), "words", solution=True, grade=True, points=3),
        ]
    )


@pytest.fixture
def filled(released):
    notebook = nbformat.reads(nbformat.writes(released), 4)
    cell_of(notebook, "answer").source = "size = 5"
    cell_of(notebook, "words").source = "Because."
    return notebook


def cleaned(notebook, released, change=lambda data: data):
    return clean(change(nbformat.writes(notebook).encode()), released)


def sources(found):
    return [cell.source for cell in found.notebook.cells]


def test_a_notebook_with_nothing_odd_is_as_it_was_and_nothing_is_told(filled, released):
    found = cleaned(filled, released)
    assert sources(found) == [cell.source for cell in filled.cells]
    assert found.repairs == []
    marks = [cell.metadata.get("nbgrader") for cell in found.notebook.cells]
    assert marks == [cell.metadata.get("nbgrader") for cell in released.cells]


def test_of_what_a_file_says_about_itself_nothing_is_kept(filled, released):
    filled.metadata.update(kernelspec={"name": "evil"}, pooling_lab={"not_graded": "never"})
    for cell in filled.cells:
        cell.metadata.update(tags=["a"], pooling_lab_waits="x", anything=[1])
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=99, grade=True)
    found = cleaned(filled, released).notebook
    assert found.metadata == {}
    assert [{*cell.metadata} for cell in found.cells] == [
        {*cell.metadata} for cell in released.cells
    ]
    assert cell_of(found, "test").metadata.nbgrader.points == 2


REFUSED = {
    "nothing": (lambda data: b"", "it is empty"),
    "zeros": (lambda data: b"\0" * 99, "it is empty"),
    "half": (lambda data: data[: len(data) // 2], "breaks off or is damaged in line"),
    "a list": (lambda data: b"[]", "it is no notebook"),
    "a page": (lambda data: b"<!DOCTYPE html>", "an HTML page"),
    "a zip": (lambda data: b"PK\x03\x04" + data, "a zip file"),
    "a gzip": (gzip.compress, "a gzip file"),
    "no cells": (lambda data: b'{"cells": []}', "it has no cells"),
    "cells of another kind": (lambda data: b'{"cells": {"a": 1}}', "it has no cells"),
    "brackets in brackets": (lambda data: b"[" * 100_000, "damaged"),
    "a merge conflict": (
        lambda data: data.replace(b'"size = 5"', b'<<<<<<< HEAD\n"size = 5"\n>>>>>>> other'),
        "merge conflict",
    ),
    "none of the questions": (
        lambda data: json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}).encode(),
        "none of the assignment's questions",
    ),
}


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_a_file_of_which_nothing_can_be_made_says_why(filled, released, change, why):
    with pytest.raises(Unreadable, match=why):
        cleaned(filled, released, change)


def test_the_notebook_of_another_assignment_is_named(filled, released):
    other = new_notebook(
        cells=[marked(new_code_cell("x"), "other", locked=True, grade=True, points=1)]
    )
    with pytest.raises(Unreadable, match="the notebook of 2-two, under the name of this one"):
        clean(nbformat.writes(other).encode(), released, [("2-two", other)])


ENCODINGS = {
    "utf-8-sig": "byte-order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16-LE",
    "utf-32": "UTF-32",
    "cp1252": "something else than UTF-8",
}


@pytest.mark.parametrize(("encoding", "told"), ENCODINGS.items())
def test_every_encoding_is_read_and_told(filled, released, encoding, told):
    cell_of(filled, "words").source = "Größer"
    found = cleaned(filled, released, lambda data: data.decode().encode(encoding))
    assert cell_of(found.notebook, "words").source == "Größer"
    assert any(told in one for one in found.repairs)


def test_half_a_surrogate_pair_can_be_written(filled, released):
    found = cleaned(filled, released, lambda data: data.replace(b"Because.", b"Because \\ud83d"))
    assert nbformat.writes(found.notebook).encode("utf-8")


def test_what_is_typed_into_a_locked_cell_comes_before_it(filled, released):
    cell_of(filled, "answer").source = "size = None\n# your work"
    cell_of(filled, "test").source = "size = 5\nlook(size)"
    found = cleaned(filled, released)
    assert sources(found)[3:5] == ["size = 5", "size = 5\nlook(size)"]
    assert "test is as it was handed out" in found.repairs[0]


def test_an_answer_where_the_task_is_shown_is_not_taken_back_by_the_empty_one(filled, released):
    cell_of(filled, "answer").source = "size = None\n# your work"
    filled.cells[1].source = "sheet.show()\nsize = 5"
    found = cleaned(filled, released)
    assert sources(found)[1:3] == ["size = None\n# your work", "sheet.show()\nsize = 5"]
    assert found.repairs == ["size was answered in another cell than the one for it"]


def test_of_copies_the_last_one_that_is_filled_in_counts(filled, released):
    copies = [nbformat.from_dict(dict(cell)) for cell in released.cells]
    for number, copy in enumerate(copies):
        copy.id = f"pasted-{number}"
    filled.cells += copies
    found = cleaned(filled, released)
    assert cell_of(found.notebook, "answer").source == "size = 5"
    assert cell_of(found.notebook, "words").source == "Because."
    assert sources(found).count("size = None\n# your work") == 0
    assert any("copies of cells were left out" in one for one in found.repairs)


def test_an_answer_without_mark_and_id_is_known_by_its_place_and_name(filled, released):
    for cell in filled.cells:
        cell.metadata, cell.id = {}, f"new-{cell.id}"
    found = cleaned(filled, released)
    assert cell_of(found.notebook, "answer").source == "size = 5"
    assert cell_of(found.notebook, "words").source == "Because."


def test_deleted_cells_are_put_back_where_they_were(filled, released):
    filled.cells = [filled.cells[2], *filled.cells[4:]]
    found = cleaned(filled, released)
    assert [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in found.notebook.cells] == [
        *("sheet", "answer", "test", None, "words")
    ]


def test_the_courses_own_assignments_are_cleaned_into_themselves():
    for path in sorted(HERE.glob("source/*/*.ipynb")):
        notebook = nbformat.read(path, 4)
        found = clean(path.read_bytes(), notebook)
        assert sources(found) == [cell.source for cell in notebook.cells], path
        assert found.repairs == [], path


# --- texts that become HTML ----------------------------------------------------------------------

TEXTS = {
    "plain": ("1 < 2, `a < b`, $x<y$ and **bold**", "1 < 2, `a < b`, $x< y$ and **bold**"),
    "a tag that does nothing": ("H<sub>2</sub>O<br>", "H<sub>2</sub>O<br>"),
    "the same with an attribute": ("<b onclick=x>y</b>", "< b onclick=x>y</b>"),
    "a handler": ("<img src=x onerror=y>", "< img src=x onerror=y>"),
    "a comment": ("<!-- gone -->", "< !-- gone -->"),
    "a link": ("[a](https://example.org) ![i](attachment:i.png)", None),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_a_text_loses_its_html_and_nothing_else(text, expected):
    assert harmless(text) == (text if expected is None else expected)


LINKS = [
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a]: javascript:alert(1)\n\n[a]",
    "![a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
]


@pytest.mark.parametrize("text", LINKS)
def test_a_link_that_runs_something_is_shown_as_text(text):
    assert harmless(text).startswith("```")


OUTPUTS = {
    "a script": ({"text/html": "<script>x()</script><b>5</b>"}, {"text/html": "x()<b>5</b>"}),
    "a handler": ({"text/html": "<b onclick='x()'>5</b>"}, {"text/html": "<b>5</b>"}),
    "javascript": ({"application/javascript": "x()", "text/plain": "5"}, {"text/plain": "5"}),
    "markdown": ({"text/markdown": "<img>", "text/plain": "5"}, {"text/plain": "5"}),
    "no picture": ({"image/png": "<svg onload=x()>"}, {}),
    "a verdict": ({"application/vnd.pooling-lab.verdict+json": {"status": "passed"}}, {}),
}


@pytest.mark.parametrize(("data", "expected"), OUTPUTS.values(), ids=OUTPUTS)
def test_of_an_output_only_what_shows_something_is_kept(data, expected):
    assert shown(data) == expected


def test_a_drawing_is_shown_as_an_image_in_which_nothing_runs():
    (kind, html), *rest = shown({"image/svg+xml": "<svg onload='x()'/>"}).items()
    assert (kind, rest) == ("text/html", [])
    assert html.startswith('<img src="data:image/svg+xml;base64,')
