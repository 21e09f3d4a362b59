"""Every explorer of every lesson: whatever is moved, the picture changes or says why it cannot."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from driving import NOTEBOOKS, OnPage, hard_to_read
from playwright.sync_api import expect

from pooling_lab import course

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def explorer_cells(lesson: Path) -> list[int]:
    cells = nbformat.read(lesson, 4).cells
    return [k for k, c in enumerate(cells) if c.cell_type == "code" and "_explorer(" in c.source]


LESSONS = [path for path in course.lesson_files(NOTEBOOKS) if explorer_cells(path)]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_control_shows_something_else_and_all_can_be_read(
    open_notebook, page, lesson, tmp_path
):
    notebook = open_notebook(up_to_the_last_explorer(lesson, tmp_path))
    notebook.run_all()
    explorers = notebook.explorers()
    for explorer in explorers:
        use_every_control(explorer)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        notebook.expect_theme(scheme)
        assert not [text for explorer in explorers for text in hard_to_read(explorer)]


def up_to_the_last_explorer(lesson: Path, folder: Path) -> Path:
    """What comes after it, exercises and trainings, is run by other tests."""
    notebook = nbformat.read(lesson, 4)
    notebook.cells = notebook.cells[: explorer_cells(lesson)[-1] + 1]
    nbformat.write(notebook, folder / lesson.name)
    return folder / lesson.name


def use_every_control(explorer: OnPage) -> None:
    for slider in explorer.sliders.all():
        if slider.is_enabled():
            explorer.sweep(slider)
    for checkbox in explorer.checkboxes.all():
        ticked = checkbox.is_checked()
        checkbox.press("Space")
        expect(checkbox).to_be_checked(checked=not ticked)
    for choice in explorer.root.locator(".pl-controls").get_by_role("button").all():
        choice.press("Enter")
        expect(choice).to_have_attribute("aria-pressed", "true")
    expect(explorer.root.locator(".pl-panel").first).to_be_visible()
