"""In a narrow window, or a zoomed one, nothing of an explorer leaves the page."""

from __future__ import annotations

import re

import pytest
from driving import OnPage
from playwright.sync_api import Locator, expect

from pooling_lab import explorers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = [name for name in explorers.__all__ if name.endswith("_explorer")]
# The file browser is open in both; the second is a window of 1280 px at a zoom of 200 %.
WIDTHS = (900, 640)

OVERFLOWS = """explorer => {
  const wide = [];
  for (let e = explorer; e !== document.documentElement; e = e.parentElement)
    if (e.scrollWidth > e.clientWidth + 1) wide.push(`${e.className}: ${e.scrollWidth} px`);
  return wide;
}"""
# JupyterLab lays out only what is in view.
INTO_VIEW = "panel => panel.scrollIntoView({block: 'center'})"
SCROLLS = "panel => panel.scrollWidth > panel.clientWidth"
AT_THE_END = "panel => panel.scrollLeft + panel.clientWidth >= panel.scrollWidth - 1"
# A head begins in view, or is so long that it fills the panel to its end.
HEADS_IN_VIEW = """panel => [...panel.querySelectorAll('.head')].every(head => {
  const [inner, outer] = [head, panel].map(e => e.getBoundingClientRect());
  const fills = inner.left < outer.left && inner.right > outer.right - 8;
  return fills || (inner.left >= outer.left - 1 && inner.left < outer.right);
})"""


@pytest.fixture(scope="module")
def cells() -> list[str]:
    return [f"from pooling_lab.explorers import {name}\n{name}()" for name in NAMES]


def test_no_explorer_makes_the_notebook_scroll_sideways(open_notebook, page, cells):
    notebook = open_notebook(cells)
    notebook.run_all()
    found = notebook.explorers()
    assert len(found) == len(NAMES)
    scrolled = 0
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(
            "width => document.querySelector('.pl-explorer').clientWidth < width - 350", arg=width
        )
        for explorer in found:
            assert not explorer.root.evaluate(OVERFLOWS), (width, explorer.root)
            for panel in explorer.root.locator(".pl-panel").all():
                panel.evaluate(INTO_VIEW)
                if panel.evaluate(SCROLLS):
                    scroll_to_the_end(explorer, panel)
                    scrolled += 1
                else:
                    expect(panel).not_to_have_attribute("tabindex", "0")
    assert scrolled >= 4  # the receptive fields in both widths, two wide grids in the narrower


def scroll_to_the_end(explorer: OnPage, panel: Locator) -> None:
    """By keyboard alone; the names of the rows come along."""
    expect(panel).to_have_attribute("role", "group")
    expect(panel).to_have_attribute("aria-label", re.compile("scrolls sideways"))
    panel.focus()
    expect(panel).to_be_focused()
    for _ in range(30):
        explorer.page.keyboard.press("ArrowRight")
    explorer.page.wait_for_function(AT_THE_END, arg=panel.element_handle(), timeout=10_000)
    assert panel.locator(".head").count()
    explorer.page.wait_for_function(HEADS_IN_VIEW, arg=panel.element_handle(), timeout=10_000)
