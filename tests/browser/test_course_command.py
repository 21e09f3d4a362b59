"""JupyterLab as `make lab` opens it, with settings that nobody has touched."""

from __future__ import annotations

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
