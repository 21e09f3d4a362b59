"""What a reader touches: the window dragged, numbers changed, settings compared and predicted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import driving
import pytest
from driving import OnPage
from PIL import Image
from playwright.sync_api import Page, expect

from pooling_lab import explorers
from pooling_lab.explorers import (
    gradient_explorer,
    receptive_field_explorer,
    window_explorer,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Show = Callable[..., OnPage]


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Show:
    """Show one explorer on a page of its own."""

    def opener(explorer: explorers.Explorer, **options: str) -> OnPage:
        page.goto(driving.write_page(tmp_path / "page.html", {"one": explorer}, **options))
        (found,) = driving.explorers(page)
        return found

    return opener


def middle_of(explorer: OnPage, cell: str) -> tuple[float, float]:
    box = explorer.cell(cell).locator("rect").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(explorer: OnPage, start: str, end: str) -> None:
    mouse = explorer.page.mouse
    mouse.move(*middle_of(explorer, start))
    mouse.down()
    mouse.move(*middle_of(explorer, end), steps=6)


def lit(explorer: OnPage) -> set[str]:
    """The cells that the window reads."""
    cells = explorer.root.locator(".read, .best, .tie")
    return set(cells.evaluate_all("cells => cells.map(cell => cell.dataset.cell)"))


# --- dragging -------------------------------------------------------------------------------


def test_the_window_is_dragged_by_mouse_from_where_it_was_taken(show, page):
    one = show(window_explorer(kernel_size=2, stride=2))
    drag(one, "x1,1", "x3,5")  # held at its last corner
    expect(one.position).to_have_value("5")
    assert lit(one) == {"x2,4", "x2,5", "x3,4", "x3,5"}
    expect(one.live).to_have_text("")  # nothing is said on the way
    page.mouse.up()
    expect(one.text).to_have_text("max(4, 6, 2, 3) = 6")
    expect(one.live).to_have_text("max(4, 6, 2, 3) = 6")


MOVES_AND_PASSES = """explorer => {
  const walk = explorer.querySelector('.pl-position input');
  walk.value = '1';
  walk.dispatchEvent(new Event('input', { bubbles: true }));
  explorer.querySelector("[data-cell='x5,5']")
    .dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'mouse' }));
}"""


def test_what_the_mouse_passes_over_is_shown_and_not_said(show):
    """However soon it comes: both happen before anything can be said."""
    one = show(window_explorer())
    one.root.evaluate(MOVES_AND_PASSES)
    expect(one.text).to_have_text("The cell in row 5, column 5 is read by 1 window.")
    expect(one.live).to_have_text("max(0, 5, 6, 1) = 6")


def test_a_drag_over_the_outputs_goes_from_one_to_the_next(show, page):
    one = show(window_explorer())
    drag(one, "y0,0", "y2,1")
    expect(one.position).to_have_value("7")
    page.mouse.up()


SLIDES = "window => getComputedStyle(window).transitionDuration"


def test_the_window_slides_unless_motion_is_not_wanted(show, page):
    one = show(window_explorer())
    frame = one.root.locator(".pl-window")
    before = frame.evaluate("window => getComputedStyle(window).x")
    one.position.focus()
    one.press("ArrowRight")
    assert "0s" not in frame.evaluate(SLIDES).split(", ")
    expect(frame).not_to_have_css("x", before)
    expect(frame).to_have_css("x", "80px")
    page.emulate_media(reduced_motion="reduce")
    assert set(frame.evaluate(SLIDES).split(", ")) == {"0s"}


# --- by keyboard ----------------------------------------------------------------------------


def test_arrows_move_the_window_on_the_grid(show, page):
    one = show(window_explorer(kernel_size=2, stride=2))
    one.grid.focus()
    for key, position in [
        ("ArrowDown", 3), ("ArrowRight", 4), ("ArrowUp", 1), ("ArrowUp", 1), ("ArrowLeft", 0),
    ]:  # fmt: skip
        page.keyboard.press(key)
        expect(one.position).to_have_value(str(position))


def test_enter_goes_from_cell_to_cell_and_says_who_reads_each(show, page):
    one = show(window_explorer(kernel_size=3, stride=1))
    one.grid.focus()
    page.keyboard.press("Enter")
    expect(one.text).to_have_text("The cell in row 0, column 0 is read by 1 window.")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(one.text).to_have_text("The cell in row 1, column 1 is read by 4 windows.")
    expect(one.live).to_have_text("The cell in row 1, column 1 is read by 4 windows.")
    page.keyboard.press("Escape")
    expect(one.text).to_have_text("max(3, 1, 0, 4, 8, 6, 2, 5, 5) = 8")


def test_every_step_that_pointing_reaches_is_reached_by_keyboard(show, page):
    """A pixel of the receptive field explorer, a cell that gathers no gradient."""
    one = show(receptive_field_explorer())
    one.grid.focus()
    for key in ("Enter", *["ArrowUp"] * 6):
        page.keyboard.press(key)
    expect(one.text).to_have_text(re.compile(r"pixel \d+ is seen by"))
    two = show(gradient_explorer())
    two.grid.focus()
    page.keyboard.press("Enter")
    expect(two.text).to_have_text("cell (0, 0) gets 0: it is the maximum of no window")


# --- tapping --------------------------------------------------------------------------------


def test_a_tapped_cell_says_who_reads_it_until_it_is_tapped_again(show, page):
    one = show(window_explorer(kernel_size=2, stride=1))
    resting = one.text.inner_text()
    page.mouse.click(*middle_of(one, "x1,1"))
    page.mouse.move(2, 2)
    expect(one.text).to_have_text("The cell in row 1, column 1 is read by 4 windows.")
    expect(one.root.locator(".here")).to_have_count(4)
    one.slider("kernel_size").press("ArrowRight")
    expect(one.text).to_have_text("The cell in row 1, column 1 is read by 4 windows.")
    page.mouse.click(*middle_of(one, "x1,1"))
    page.mouse.move(2, 2)
    expect(one.text).not_to_have_text(re.compile("is read by"))
    assert resting.startswith("max(3, 1, 4, 8)")


def test_a_tapped_output_becomes_the_position(show, page):
    one = show(window_explorer())
    page.mouse.click(*middle_of(one, "y1,1"))
    page.mouse.move(2, 2)
    expect(one.position).to_have_value("4")
    expect(one.text).to_have_text("max(5, 3, 1, 8) = 8")


# --- numbers of one's own -------------------------------------------------------------------


def test_a_number_is_typed_over_and_what_comes_out_follows(show, page):
    one = show(window_explorer())
    page.mouse.click(*middle_of(one, "x1,1"))
    page.keyboard.type("-2.5")
    page.keyboard.press("Enter")
    expect(one.cell("x1,1")).to_have_text("−2.5")
    expect(one.grid).to_be_focused()
    page.keyboard.press("Escape")
    page.mouse.move(2, 2)
    expect(one.text).to_have_text("max(3, 1, 4, −2.5) = 4")
    expect(one.root.locator(".best")).to_have_attribute("data-cell", "x1,0")
    assert one.numbers("y")[0] == "4"
    expect(one.panels.nth(1)).to_have_attribute("aria-label", re.compile("^output 3 × 3: 4, 6, 9;"))
    one.button("average").click()
    expect(one.text).to_have_text("(3 + 1 + 4 + (−2.5)) / 4 ≈ 1.38")
    one.button("Reset numbers").click()
    expect(one.text).to_have_text("(3 + 1 + 4 + 8) / 4 = 4")
    expect(one.root.get_by_role("button", name="Reset numbers")).to_have_count(0)


def test_what_is_no_number_is_said_and_nothing_changes(show, page):
    one = show(window_explorer())
    one.cell("x0,0").dblclick()
    field = one.root.locator(".pl-edit")
    field.fill("1000")
    field.press("Enter")
    expect(one.text).to_have_text("A number from −999 to 999, inf or nan: “1000” is none.")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(one.cell("x0,0")).to_have_text("3")
    expect(one.grid).to_be_focused()


# --- two settings, and predictions ----------------------------------------------------------


def test_two_settings_stand_side_by_side_and_what_differs_is_marked(show):
    one = show(window_explorer(), width="1300px")
    one.button("Compare").click()
    first, second = (OnPage(part) for part in one.root.locator(".pl-part").all())
    second.slider("stride").focus()
    one.page.keyboard.press("ArrowLeft")
    expect(first.slider("stride")).to_have_value("2")
    expect(second.cell("y4,4")).to_have_text("8")
    same = first.root.locator("[data-cell^=y]:not(:has(.pl-mark))")
    for name in same.evaluate_all("cells => cells.map(cell => cell.dataset.cell)"):
        expect(second.cell(name)).to_have_text(first.cell(name).text_content() or "")
    assert same.count() + first.root.locator(".pl-mark").count() == 9
    expect(one.root.locator(".pl-differences")).to_contain_text("stride 2 and 1")
    expect(first.root.locator(".pl-differs")).to_have_text(re.compile("^stride"))
    first.position.focus()
    first.press("ArrowRight")
    expect(second.root.locator(".here")).to_have_attribute("data-cell", "y0,1")
    first.cell("x0,0").dblclick()
    first.root.locator(".pl-edit").fill("9")
    first.root.locator(".pl-edit").press("Enter")
    expect(second.cell("x0,0")).to_have_text("9")
    one.button("Compare").click()
    expect(one.root.locator(".pl-part")).to_have_count(1)
    expect(one.root.locator(".pl-mark")).to_have_count(0)


def test_each_number_is_hidden_until_it_has_been_guessed(show, page):
    one = show(window_explorer())
    one.button("Predict numbers").click()
    assert set(one.numbers("y")) == {"?"}
    expect(one.root.locator(".best")).to_have_count(0)
    assert "= 8" not in one.root.inner_text()
    guess = one.root.get_by_label("your guess")
    guess.fill("7")
    guess.press("Enter")
    expect(one.live).to_contain_text("✗ Not 7: look at the window again.")
    guess.fill("8")
    guess.press("Enter")
    expect(one.root).to_contain_text("✓ Right.")
    expect(one.position).to_have_value("1")
    assert one.numbers("y") == ["8", *["?"] * 8]
    one.slider("stride").press("ArrowLeft")  # another picture is another question
    assert set(one.numbers("y")) == {"?"}
    one.button("Predict numbers").click()
    assert "?" not in one.numbers("y")


def test_the_size_is_hidden_until_it_has_been_guessed(show):
    one = show(window_explorer(kernel_size=3, stride=2))
    one.button("Predict size").click()
    expect(one.summary).to_have_text("max pooling, input 6 × 6, output ? × ?")
    for hidden in (one.formula, one.panels.nth(1), one.position):
        expect(hidden).not_to_be_visible()
    one.root.get_by_label("rows").fill("3")
    one.root.get_by_label("columns").fill("2")
    one.button("Check").click()
    expect(one.root).to_contain_text("✗ Not yet: look at the rows again.")
    one.root.get_by_label("rows").fill("2")
    one.button("Check").click()
    expect(one.root).to_contain_text("✓ Right: 2 × 2.")
    expect(one.formula).to_be_visible()


# --- lecture mode, taking it along ----------------------------------------------------------


@pytest.mark.parametrize("window", [(1920, 1080), (960, 540)], ids=["1080p", "at 200 %"])
def test_lecture_mode_fills_the_screen_with_controls_beside_the_picture(show, page, window):
    page.set_viewport_size({"width": window[0], "height": window[1]})
    one = show(window_explorer())
    one.button("Lecture mode").click()
    expect(one.button("Leave lecture mode")).to_be_visible()
    expect(one.cell("x0,0")).to_be_in_viewport(ratio=1)
    for seen in ("x5,5", "y2,2"):
        expect(one.cell(seen)).to_be_in_viewport(ratio=1)
    for control in (one.slider("stride"), one.position, one.button("Next"), one.text):
        expect(control).to_be_in_viewport(ratio=1)
    box = one.cell("x0,0").locator("rect").bounding_box()
    assert box is not None
    assert box["height"] >= window[1] / 17  # of a screen 1080 px high: 63
    slider = one.slider("stride").bounding_box()
    assert slider is not None and slider["x"] > box["x"] + box["width"] * 6
    one.button("Leave lecture mode").click()
    expect(one.button("Lecture mode")).to_be_visible()


def test_the_picture_is_saved_as_svg_and_png(show, page, tmp_path):
    one = show(window_explorer())
    with page.expect_download() as svg:
        one.button("Save SVG").click()
    svg.value.save_as(tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "Window explorer: max pooling, input 6 × 6, output 3 × 3"
    assert "max(3, 1, 4, 8) = 8" in texts
    assert "var(" not in (tmp_path / "a.svg").read_text("utf-8")
    with page.expect_download() as png:
        one.button("Save PNG").click()
    png.value.save_as(tmp_path / "a.png")
    image = Image.open(tmp_path / "a.png").convert("RGB")
    assert image.width == 2 * round(float(root.attrib["width"]))
    assert (255, 200, 97) in {colour for _, colour in image.getcolors(10**6)}  # the winner


def test_on_paper_there_are_no_controls_and_the_picture_is_whole(show, page):
    one = show(window_explorer())
    page.emulate_media(media="print")
    for control in (one.slider("stride"), one.position, one.button("Compare")):
        expect(control).not_to_be_visible()
    for kept in (one.cell("x5,5"), one.cell("y2,2"), one.text, one.formula, one.summary):
        expect(kept).to_be_visible()
    expect(one.root).to_have_css("break-inside", "avoid")
