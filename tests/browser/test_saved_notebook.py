"""A lesson that was run, saved and opened again, its kernel gone: nobody sees "model not found"."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import driving
import nbformat
import pytest
from playwright.sync_api import Browser, expect

sys.path.insert(0, str(driving.ROOT / "tests" / "notebooks"))

import store

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = (
    "from pooling_lab.explorers import adaptive_explorer, window_explorer; window_explorer()",
    "from IPython.display import display\nfor e in (window_explorer(), adaptive_explorer()):\n"
    "    display(e)\nprint('below')",
)


class Complaints(list[str]):
    """All but two: a widget's model is gone, and Notebook 7 misses a setting of JupyterLab's."""

    def append(self, text: str) -> None:
        if not ("widget model not found" in text or "(reading 'schema')" in text):
            super().append(text)


@pytest.fixture
def complaints() -> list[str]:
    return Complaints()


@pytest.fixture(scope="module", params=["jupyterlab", "notebook"])
def lab(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[driving.Lab]:
    with driving.running_lab(tmp_path_factory.mktemp(request.param), request.param) as running:
        yield running


def test_it_shows_the_pictures_and_once_run_again_the_sliders(open_notebook, page, lab):
    notebook = open_notebook(CELLS)
    pictures, views = notebook.panel.locator("img.pl-stored"), page.locator(".pl-explorer")
    notebook.run_all()
    for explorer in notebook.explorers():
        expect(explorer.root).to_be_visible()
    expect(pictures).to_have_count(3)
    expect(pictures.filter(visible=True)).to_have_count(0)
    notebook.save()
    lab.end_kernels()

    again = driving.Notebook(page, lab, notebook.name)
    expect(pictures.filter(visible=True)).to_have_count(3)
    expect(views).to_have_count(0)
    failed = page.get_by_text("model not found")
    expect(failed).to_have_count(3)  # the renderer has said it, and nobody sees it
    expect(failed.filter(visible=True)).to_have_count(0)
    expect(again.panel.get_by_text("below", exact=True)).to_be_visible()

    again.run_all()
    expect(views.filter(visible=True)).to_have_count(3)
    expect(pictures.filter(visible=True)).to_have_count(0)


@pytest.mark.parametrize("lab", ["course"], indirect=True)
def test_in_the_courses_own_jupyterlab_the_sliders_live_on(open_notebook, page, lab):
    """Their models are saved with the notebook, and nothing of them asks for a kernel."""
    source = "from pooling_lab.explorers import window_explorer; window_explorer(kernel_size=3)"
    notebook = open_notebook([source])
    notebook.run_all()
    notebook.explorers()
    notebook.save()
    lab.end_kernels()
    again = driving.Notebook(page, lab, notebook.name)
    (explorer,) = again.explorers()
    expect(explorer.slider("kernel_size")).to_have_value("3")
    explorer.slider("stride").focus()
    explorer.press("ArrowLeft")
    expect(page.locator("img.pl-stored").filter(visible=True)).to_have_count(0)


@pytest.mark.parametrize("lab", ["course"], indirect=True)
def test_a_lesson_saved_here_is_stored_as_one_that_never_was(open_notebook, page, lab, tmp_path):
    lesson = driving.NOTEBOOKS / "06_global_and_adaptive.ipynb"
    notebook = open_notebook(up_to_the_explorer(lesson, tmp_path))
    untouched = tmp_path / "untouched.ipynb"
    untouched.write_bytes((lab.folder / notebook.name).read_bytes())
    notebook.run_all()
    notebook.explorers()
    notebook.save()
    saved = lab.folder / notebook.name
    assert store.WIDGET_VIEW in saved.read_text("utf-8")
    for path in (saved, untouched):
        store.store(path)
    assert saved.read_text("utf-8") == untouched.read_text("utf-8")


def up_to_the_explorer(lesson: Path, folder: Path) -> Path:
    notebook = nbformat.read(lesson, 4)
    (at,) = [k for k, cell in enumerate(notebook.cells) if "adaptive_explorer(" in cell.source]
    notebook.cells = notebook.cells[: at + 1]
    nbformat.write(notebook, folder / lesson.name)
    return folder / lesson.name
