"""What an explorer asks a kernel for: a function of one's own, a photo of one's own."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWN = """from pooling_lab.explorers import photo_explorer, window_explorer
def largest(x, kernel_size):
    k = kernel_size
    rows, columns = x.shape[0] // k, x.shape[1] // k
    return [[x[i * k:i * k + k, j * k:j * k + k].max() for j in range(columns)]
            for i in range(rows)]
own = window_explorer(pool=largest); own"""
PHOTO = "photo_explorer('camera', controls=['kernel_size'])"


def test_functions_and_photos_of_ones_own_are_answered_by_the_kernel(open_notebook, page, tmp_path):
    notebook = open_notebook([OWN, PHOTO, "print(own.edits, own.step.text)"])
    notebook.run_all()
    one, photo = notebook.explorers()
    one.cell("x1,1").dblclick()
    field = one.root.locator(".pl-edit")
    field.fill("50")
    field.press("Enter")
    expect(one.cell("y0,0")).to_have_text("50")
    expect(one.cell("x1,1")).to_have_text("50")
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    expect(one.text).to_have_text("largest of 3, 1, 4, 50 gives 50")
    expect(one.button("Predict numbers")).to_be_visible()
    one.button("Compare").click()
    second = one.root.locator(".pl-part").nth(1)
    expect(second.locator("[data-cell='x1,1']")).to_have_text("50")
    one.button("Compare").click()

    file = tmp_path / "mine.jpg"
    Image.fromarray(np.full((300, 900, 3), (0, 120, 90), np.uint8)).save(file)
    photo.root.get_by_label("A photo of your own").set_input_files(file)
    expect(photo.summary).to_have_text(re.compile("75 × 224 becomes"))
    file.write_text("nothing")
    photo.root.get_by_label("A photo of your own").set_input_files(file)
    expect(photo.root).to_contain_text("mine.jpg is no photo that this browser can read.")

    notebook.cells.last.click()
    page.keyboard.press("Shift+Enter")
    expect(notebook.cells.nth(2)).to_contain_text("{'x1,1': 50} largest of 3, 1, 4, 50 gives 50")
