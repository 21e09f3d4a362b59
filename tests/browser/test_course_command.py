"""JupyterLab as `make lab` opens it, with settings that nobody has touched."""

from __future__ import annotations

import os
import sys

import driving
import pytest
from playwright.sync_api import expect

from pooling_lab import course

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def opened(browser, page, tmp_path):
    with driving.running_lab(tmp_path, "course") as lab:
        course.copy_lessons(course.Home(driving.NOTEBOOKS, lab.folder))
        refused = driving.refuse_elsewhere(page, lab.origin)
        page.goto(f"{lab.origin}/?token={lab.token}")
        yield page
        lab.end_kernels()
        page.goto("about:blank")  # before the server is gone
    assert not refused


def test_it_opens_lesson_00_asks_nothing_and_shows_whole_file_names(opened):
    lesson = opened.locator(".jp-NotebookPanel .jp-Cell")
    expect(lesson.first).to_be_visible(timeout=60_000)
    names = opened.locator(".jp-DirListing-itemText")
    expect(names.filter(has_text="15_glossary")).to_be_visible()
    opened.wait_for_timeout(3000)  # JupyterLab asks for its news a moment after it is there
    expect(opened.get_by_text("Jupyter news")).to_have_count(0)
    expect(opened.locator(".jp-toast, .Toastify__toast")).to_have_count(0)
    cut = [
        name.inner_text()
        for name in names.all()
        if name.evaluate("name => name.scrollWidth > name.clientWidth")
    ]
    assert cut == []


def answer(notebook: driving.Notebook, id: str, source: str) -> None:
    """Put an answer into the stub of an exercise, run it and its check, wait for a verdict."""
    stub = notebook.cells.filter(has_text=f'exercises.check("{id}"').first
    stub.locator(".jp-InputArea-editor").click()
    page = notebook.page
    page.keyboard.press("Control+Home")
    page.keyboard.type(f"{source}\n")
    page.keyboard.press("Control+Enter")
    expect(stub.locator(".jp-OutputArea").get_by_text(f": {id}").first).to_be_visible(
        timeout=120_000
    )


def test_who_returns_finds_what_was_done_and_where_to_go_on(browser, page, tmp_path):
    """Answers typed into lesson 02 and saved; on another day its copy opens, and 00 tells."""
    folder = tmp_path / "mine"
    folder.mkdir()
    command = [sys.executable, "-m", "pooling_lab", "lab", "--folder", str(folder)]
    with driving.running_course(command, dict(os.environ), folder) as lab:
        notebook = driving.Notebook(page, lab, "02_output_size.ipynb")
        imports = "from pooling_lab import exercises\n"
        answer(notebook, "output-size", f"{imports}answer = (49, 29)")
        answer(notebook, "dropped-cells", "answer = (1, 1)")
        notebook.save()
        lab.end_kernels()
        page.goto("about:blank")
    page.context.clear_cookies()
    with driving.running_course(command, dict(os.environ), folder) as lab:
        page.goto(f"{lab.origin}/?token={lab.token}")
        current = page.locator(".lm-TabBar-tab.jp-mod-current", has_text="02_output_size.ipynb")
        expect(current.first).to_be_visible(timeout=60_000)
        notebook = driving.Notebook(page, lab, "00_start_here.ipynb")
        cell = notebook.cells.filter(has_text="course.contents()").first
        cell.locator(".jp-InputArea-editor").click()
        page.keyboard.press("Control+Enter")  # in a kernel that knows nothing yet
        shown = cell.locator(".jp-OutputArea")
        row = shown.get_by_role("row").filter(has_text="Predict the size")
        expect(row).to_contain_text("1 of 4", timeout=60_000)
        below = shown.get_by_role("paragraph")
        expect(below.filter(has_text="Open:")).to_have_text("Open: dropped-cells (02)")
        expect(below.filter(has_text="Next:")).to_contain_text("02 · Predict the size")
        lab.end_kernels()
        page.goto("about:blank")
