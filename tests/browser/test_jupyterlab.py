"""What a student sees and does in JupyterLab: by keyboard, in the light and the dark theme."""

from __future__ import annotations

import nbformat
import pytest
from driving import NOTEBOOKS, hard_to_read
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = NOTEBOOKS / "02_output_size.ipynb"
ONE_CELL = ["from pooling_lab.explorers import window_explorer; e = window_explorer(); e"]
TOO_MUCH_PADDING = "padding must be at most half of kernel_size"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_slider_of_lesson_02_is_moved_by_keyboard_and_harms_no_cell(open_notebook, page, scheme):
    notebook = open_notebook(LESSON)
    notebook.run_all()
    notebook.expect_theme(scheme)
    explorer, cells = notebook.explorers()[0], notebook.cells.count()
    slider = explorer.slider("kernel_size")
    slider.press("Home")
    for key, size in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2)):
        grid, said = explorer.panels.first.inner_html(), explorer.live.text_content()
        explorer.press(key)
        expect(slider).to_have_value(str(size))
        expect(explorer.formula).to_contain_text(f"({size} − 1)")
        expect(explorer.window).to_have_count(size**2)
        assert explorer.panels.first.inner_html() != grid
        expect(explorer.live).not_to_have_text(said)
        expect(explorer.live).to_contain_text(explorer.text.inner_text())
    for key in ("d", "d", "a", "b", "x", "ArrowDown"):  # JupyterLab's own: delete, insert, leave …
        page.keyboard.press(key)
    expect(slider).to_be_focused()
    assert notebook.cells.count() == cells
    assert not hard_to_read(explorer)


def test_a_stored_lesson_shows_its_pictures_before_it_is_run(open_notebook):
    notebook = open_notebook(LESSON)
    outputs = [o for c in nbformat.read(LESSON, 4).cells for o in c.get("outputs", [])]
    stored = [output for output in outputs if "image/png" in output.get("data", {})]
    pictures = notebook.panel.locator(".jp-OutputArea-output img")
    expect(pictures).to_have_count(len(stored))
    assert stored
    for picture in pictures.all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("img => img.naturalWidth") > 100
    expect(notebook.panel.get_by_text("model not found")).to_have_count(0)


def test_settings_that_cannot_work_stay_reachable_and_say_why(open_notebook, page):
    notebook = open_notebook(ONE_CELL)
    notebook.run_all()
    (explorer,) = notebook.explorers()
    explorer.slider("padding").focus()
    page.keyboard.press("End")
    expect(explorer.root).to_contain_text(TOO_MUCH_PADDING)
    expect(explorer.live).to_contain_text(TOO_MUCH_PADDING)
    expect(explorer.slider("padding")).to_be_focused()
    assert not hard_to_read(explorer)


def test_python_moves_the_slider_and_the_slider_moves_python(open_notebook, page):
    notebook = open_notebook([*ONE_CELL, "e.kernel_size = 3", "print('size', e.kernel_size)"])
    notebook.run_all()
    (explorer,) = notebook.explorers()
    expect(explorer.slider("kernel_size")).to_have_value("3")
    explorer.slider("kernel_size").focus()
    explorer.press("ArrowRight")
    notebook.cells.last.click()
    page.keyboard.press("Shift+Enter")
    expect(notebook.cells.nth(2)).to_contain_text("size 4")


def test_pointing_shows_a_window_and_who_reads_a_cell(open_notebook, page):
    notebook = open_notebook(ONE_CELL)
    notebook.run_all()
    (explorer,) = notebook.explorers()
    resting = explorer.text.inner_text()
    explorer.panels.last.locator("[data-cell='y1,2']").hover()
    expect(explorer.window).to_have_count(4)
    expect(explorer.text).not_to_have_text(resting)
    explorer.panels.first.locator("[data-cell='x1,1']").hover()
    expect(explorer.panels.last.locator(".here")).to_have_count(1)
    page.mouse.move(1, 1)
    expect(explorer.text).to_have_text(resting)


def test_play_goes_on_by_itself_until_paused(open_notebook, page):
    notebook = open_notebook(ONE_CELL)
    notebook.run_all()
    (explorer,) = notebook.explorers()
    position = explorer.slider("position")
    explorer.button("Play").press("Enter")
    expect(position).to_have_value("2", timeout=5_000)
    explorer.button("Pause").press("Enter")
    here = int(position.input_value())
    explorer.button("Next").press("Enter")
    expect(position).to_have_value(str(here + 1))
    explorer.button("Previous").press("Enter")
    expect(position).to_have_value(str(here))
    page.emulate_media(reduced_motion="reduce")
    expect(explorer.button("Play")).to_be_hidden()


def test_ctrl_s_reaches_jupyterlab_from_every_control_and_plain_keys_do_not(open_notebook, page):
    notebook = open_notebook(ONE_CELL)
    notebook.run_all()
    (explorer,) = notebook.explorers()
    field = explorer.root.locator(".pl-edit")
    for focus in (explorer.slider("stride"), explorer.button("min"), explorer.grid):
        focus.focus()
        notebook.save()
        expect(focus).to_be_focused()
        cells = notebook.cells.count()
        for key in ("d", "d", "a"):
            page.keyboard.press(key)
        assert notebook.cells.count() == cells
    explorer.cell("x0,0").dblclick()
    field.fill("41")
    page.keyboard.press("Control+a")  # stays with the field
    page.keyboard.type("7")
    expect(field).to_have_value("7")
