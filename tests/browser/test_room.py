"""Nothing jumps: whatever is moved, an explorer and its parts stay where they are."""

from __future__ import annotations

from pathlib import Path

import driving
import pytest
from driving import hard_to_read
from playwright.sync_api import Page, expect

from pooling_lab import explorers
from pooling_lab.explorers import window_explorer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKERS = {
    name.removesuffix("_explorer"): getattr(explorers, name)
    for name in explorers.__all__
    if name.endswith("_explorer")
}
# Where the parts of an explorer stand, for every value of every control, one control at a time.
PLACES = """async explorer => {
  const parts = () => ['.pl-controls', '.pl-position', '.pl-said', '.pl-panels', '.pl-notes',
                       '.pl-more', '.pl-panel', '.pl-controls .pl-row', '.pl-controls input']
    .flatMap(s => [...explorer.querySelectorAll(s)].map(e => [s, e.getBoundingClientRect()]))
    .map(([s, { left, top, width }]) => [s, left, top, s === '.pl-notes' ? 0 : width].join())
    .concat(explorer.offsetHeight).join(' ');
  const seen = { start: parts() };
  const frame = () => new Promise(requestAnimationFrame);
  for (const input of explorer.querySelectorAll('.pl-side input[type=range]')) {
    const start = input.value;
    for (let value = Number(input.min); value <= Number(input.max); value++) {
      input.value = value;
      input.dispatchEvent(new Event('input'));
      await frame();
      seen[`${input.getAttribute('aria-label')} ${value}`] = parts();
    }
    input.value = start;
    input.dispatchEvent(new Event('input'));
  }
  for (const input of explorer.querySelectorAll('button[aria-pressed=false]')) {
    if (!input.closest('.pl-controls')) continue;
    input.click();
    await frame();
    seen[input.textContent] = parts();
  }
  return Object.entries(seen).filter(([, places]) => places !== seen.start)
    .map(([name, places]) => [name, places, seen.start]);
}"""


@pytest.mark.parametrize("width", ["1300px", "900px", "560px"])
def test_parts_stay_where_they_are(page: Page, tmp_path: Path, width: str):
    page.set_viewport_size({"width": 1400, "height": 900})
    shown = {name: make() for name, make in MAKERS.items()}
    page.goto(driving.write_page(tmp_path / "page.html", shown, width=width))
    for explorer in driving.explorers(page):
        moved = explorer.root.evaluate(PLACES)
        assert not moved, (explorer.summary.inner_text(), moved[0])


# --- on a phone -----------------------------------------------------------------------------


@pytest.fixture
def phone(browser):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield context.new_page()
    context.close()


CELLS = "cells => cells.map(cell => cell.getBoundingClientRect().width)"


def test_on_a_phone_everything_fits_and_can_be_touched(phone, tmp_path):
    shown = {name: make() for name, make in MAKERS.items()}
    phone.goto(driving.write_page(tmp_path / "page.html", shown))
    found = driving.explorers(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    for explorer in found:
        sides = explorer.root.locator("svg [data-cell] rect").evaluate_all(CELLS)
        assert all(side >= 23.9 for side in sides), explorer.summary.inner_text()
        for button in explorer.root.get_by_role("button").all():
            box = button.bounding_box()
            assert box is None or box["height"] >= 24
        assert not hard_to_read(explorer)


def touch(page: Page, *points: tuple[float, float]) -> None:
    """Put a finger down at the first point, move it over the others, take it away."""
    session = page.context.new_cdp_session(page)
    for k, (x, y) in enumerate(points):
        kind = "touchStart" if k == 0 else "touchMove"
        point = {"x": x, "y": y}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        page.wait_for_timeout(30)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)


def line(start: tuple[float, float], by: tuple[float, float]) -> list[tuple[float, float]]:
    return [(start[0] + by[0] * k / 8, start[1] + by[1] * k / 8) for k in range(9)]


def middle_of(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_drags_the_window_and_elsewhere_scrolls_the_page(phone, tmp_path):
    shown = {"one": window_explorer(), "two": window_explorer()}
    phone.goto(driving.write_page(tmp_path / "page.html", shown))
    one, _ = driving.explorers(phone)
    one.cell("x0,0").scroll_into_view_if_needed()
    scrolled = phone.evaluate("scrollY")
    touch(phone, *line(middle_of(one.cell("x1,1").locator("rect")), (0, 80)))
    expect(one.position).to_have_value("3")
    assert phone.evaluate("scrollY") == scrolled
    touch(phone, *line(middle_of(one.cell("x5,5").locator("rect")), (0, -120)))
    expect(one.position).to_have_value("3")
    assert phone.evaluate("scrollY") > scrolled + 50


def test_a_finger_that_scrolls_the_page_moves_no_slider(phone, tmp_path):
    shown = {"one": window_explorer(), "two": window_explorer()}
    phone.goto(driving.write_page(tmp_path / "page.html", shown))
    one, _ = driving.explorers(phone)
    for name in ("kernel_size", "stride"):
        box = one.slider(name).bounding_box()
        start = (box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2)
        touch(phone, *line(start, (0, -100)))
        expect(one.slider(name)).to_have_value("2")
    assert phone.evaluate("scrollY") > 50


def test_a_finger_that_taps_a_number_is_told_who_reads_it(phone, tmp_path):
    phone.goto(driving.write_page(tmp_path / "page.html", {"one": window_explorer()}))
    (one,) = driving.explorers(phone)
    one.cell("x1,1").tap()
    expect(one.text).to_have_text("The cell in row 1, column 1 is read by 1 window.")
    one.button("Change it").tap()
    one.root.locator(".pl-edit").fill("0")
    one.root.locator(".pl-edit").press("Enter")
    assert one.numbers("y")[0] == "4"
