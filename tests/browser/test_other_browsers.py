"""A page without a kernel in Firefox and in WebKitGTK: moved, dragged, changed, linked to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import driving
import other_browsers
import pytest

from pooling_lab.explorers import photo_explorer, vgg16_explorer, window_explorer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONE = "document.querySelector('#one .pl-explorer')"
MIDDLE = """(name => {
  const { x, y, width, height } = document.querySelector(`#one [data-cell="${name}"] rect`)
    .getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})"""


@pytest.mark.parametrize("start", [other_browsers.firefox, other_browsers.webkit])
def test_a_page_without_a_kernel(start, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    shown = {"one": window_explorer(), "two": photo_explorer("camera"), "three": vgg16_explorer()}
    page = driving.write_page(tmp_path / "page.html", shown) + "#one?kernel_size=3&stride=1"
    (tmp_path / "profile").mkdir()
    try:
        with start(tmp_path / "profile") as browser:
            browser.open(page)
            touch(browser)
    except other_browsers.Missing as what:
        missing(str(what))


def touch(browser: other_browsers.Driven) -> None:
    browser.wait_for("document.querySelectorAll('.pl-explorer').length === 3")
    slider = f"{ONE}.querySelector('[aria-label=kernel_size]')"
    text = f"{ONE}.querySelector('.pl-text').textContent"
    position = f"{ONE}.querySelector('[aria-label=position]').value"
    assert browser.evaluate(f"{slider}.value") == "3"  # from the link

    browser.evaluate(f"{slider}.focus()")
    browser.press("ArrowRight")
    browser.wait_for(f"{slider}.value === '4'")
    assert browser.evaluate(f"{ONE}.querySelectorAll('.read, .best, .tie').length") == 16
    browser.wait_for("location.hash.includes('kernel_size=4')")

    browser.drag(*(browser.evaluate(f"{MIDDLE}('{name}')") for name in ("x0,0", "x2,1")))
    browser.wait_for(f"{position} === '7'")
    before = browser.evaluate(text)
    assert before.startswith("max(5, 5, 3, 4, 0, 1, 8, 2")

    browser.evaluate(f"{ONE}.querySelector('.pl-keys').focus()")
    browser.press("Enter", "9", "9", "Enter")  # the first cell of the window
    browser.wait_for(f"{ONE}.querySelector('[data-cell=\"x2,1\"]').textContent === '99'")
    browser.wait_for(f"{ONE}.querySelector('[data-cell=\"y2,1\"]').textContent === '99'")

    for name in ("Compare", "Predict numbers"):
        button = f"[...{ONE}.querySelectorAll('button')].find(b => b.textContent === '{name}')"
        browser.evaluate(f"{button}.click()")
    browser.wait_for(f"{ONE}.querySelector('[data-cell=\"y0,0\"]').textContent === '?'")
    photo = "document.querySelector('#two image')"
    assert browser.evaluate(f"{photo}.getBoundingClientRect().width") == 224
    assert browser.evaluate("document.querySelectorAll('#three tbody tr').length") == 7
