"""The built site in a browser: every page, every explorer moved, nothing asked of anybody else."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import driving
import pytest
from playwright.sync_api import Page, Request, expect

AXE = driving.MODULES / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => (await axe.run()).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 200)).join(' | ')}`)"""
LOOKED_AT = (
    "index.html",
    "lessons/02_output_size.html",
    "lessons/04_max_pooling.html",
    "lessons/10_vgg16_walkthrough.html",
    "reference/max_pool2d.html",
)
FIRST_LOAD = 1_000_000  # bytes, as a compressing server sends them
COMPRESSED = {".html", ".css", ".js", ".svg"}
NOTEBOOKS = sorted((Path(__file__).parents[3] / "notebooks").glob("*.ipynb"))
LESSONS = [path.stem for path in NOTEBOOKS]
WITH_EXPLORER = [path.stem for path in NOTEBOOKS if "explorer(" in path.read_text("utf-8")]


@pytest.fixture
def asked(page: Page) -> Iterator[list[str]]:
    """Every address the page asks for."""
    requests: list[str] = []

    def note(request: Request) -> None:
        requests.append(request.url)

    page.on("request", note)
    yield requests


def open_page(page: Page, site: str, address: str) -> None:
    page.goto(f"{site}/{address}")
    page.wait_for_load_state("networkidle")


@pytest.mark.browser
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_opens_on_a_phone_without_sideways_scrolling_and_asks_nobody_else(
    page: Page, site: str, html: Path, asked: list[str], lesson: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, site, f"lessons/{lesson}.html")
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert [url for url in asked if not url.startswith(site)] == []
    files = {html / url.removeprefix(f"{site}/").partition("?")[0] for url in asked}
    assert sum(map(weight, files)) <= FIRST_LOAD


def weight(file: Path) -> int:
    body = file.read_bytes()
    return len(gzip.compress(body) if file.suffix in COMPRESSED else body)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", LOOKED_AT)
def test_axe_finds_nothing(page: Page, site: str, npm_copies: None, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # what fades in has no contrast yet
    open_page(page, site, address)
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(VIOLATIONS) == []


@pytest.mark.browser
@pytest.mark.parametrize("lesson", WITH_EXPLORER)
def test_every_explorer_of_a_lesson_moves(page: Page, site: str, lesson: str) -> None:
    open_page(page, site, f"lessons/{lesson}.html")
    for details in page.locator("details.course-deeper").all():
        details.evaluate("element => { element.open = true; }")
    places = page.locator(".course-explorer")
    assert places.count() > 0
    for place in places.all():
        place.scroll_into_view_if_needed()
        explorer = place.locator(".pl-explorer")
        expect(explorer).to_be_visible()
        slider = explorer.locator("input[type=range]:enabled").first
        before = explorer.inner_text()
        slider.focus()
        page.keyboard.press("ArrowRight")
        if explorer.inner_text() == before:
            page.keyboard.press("ArrowLeft")
        expect(explorer).not_to_have_text(before)


@pytest.mark.browser
def test_what_gives_a_prediction_away_waits_until_it_is_asked_for(page: Page, site: str) -> None:
    open_page(page, site, "lessons/02_output_size.html")
    form = page.locator(".course-predict").first
    output = page.locator(".course-predict ~ .cell .cell_output").first
    expect(output).to_be_hidden()
    form.locator("textarea").fill("three")
    form.get_by_role("button").click()
    expect(output).to_be_visible()
    page.reload()
    expect(page.locator(".course-predict textarea").first).to_have_value("three")
    expect(output).to_be_visible()


@pytest.mark.browser
def test_hints_come_one_by_one_and_the_solution_is_folded(page: Page, site: str) -> None:
    open_page(page, site, "lessons/02_output_size.html")
    exercise = page.locator("[data-exercise=output-size]")
    expect(exercise.get_by_text("Hint 2 of")).to_be_hidden()
    exercise.get_by_text("Hint 1 of").click()
    expect(exercise.get_by_text("Hint 2 of")).to_be_visible()
    expect(exercise.get_by_text("A worked solution")).to_be_hidden()
    exercise.get_by_text("The worked solution").click()
    expect(exercise.locator("pre").last).to_be_visible()


@pytest.mark.browser
def test_without_javascript_pictures_and_outputs_are_there(
    page: Page, site: str, browser: object
) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    plain.goto(f"{site}/lessons/02_output_size.html")
    picture = plain.locator(".course-explorer img")
    expect(picture).to_be_visible()
    assert len(picture.get_attribute("alt") or "") > 40
    expect(plain.locator(".cell_output").first).to_be_visible()
    context.close()


@pytest.mark.browser
def test_the_theme_is_the_readers_choice_and_is_remembered(page: Page, site: str) -> None:
    open_page(page, site, "index.html")
    page.get_by_role("button", name="Color mode").click()
    page.get_by_role("button", name=re.compile("Dark")).click()
    open_page(page, site, "lessons/02_output_size.html")
    expect(page.locator("html")).to_have_attribute("theme", "dark")


@pytest.mark.browser
def test_an_explorer_alone_is_a_page_for_an_iframe(page: Page, site: str, html: Path) -> None:
    embedded = sorted(path.name for path in (html / "embed").glob("*.html"))
    assert len(embedded) >= len(WITH_EXPLORER)
    open_page(page, site, f"embed/{embedded[0]}#{embedded[0].removesuffix('.html')}?position=1")
    expect(page.locator(".pl-explorer")).to_be_visible()
    expect(page.get_by_label("position", exact=True).first).to_have_value("1")
    expect(page.get_by_role("link", name=re.compile("From the lesson"))).to_be_visible()


@pytest.mark.browser
def test_a_word_of_the_glossary_says_what_it_means_to_the_keyboard_too(
    page: Page, site: str
) -> None:
    open_page(page, site, "lessons/02_output_size.html")
    term = page.locator(".course-term").first
    meaning = page.locator(f"#{term.get_attribute('aria-describedby')}")
    expect(meaning).to_be_hidden()
    term.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(meaning).to_be_visible()
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()


@pytest.mark.browser
def test_the_search_finds_a_lesson(page: Page, site: str) -> None:
    open_page(page, site, "index.html")
    box = page.get_by_role("searchbox", name="Search the course").first
    box.fill("unpooling")
    box.press("Enter")
    expect(page.locator("#search-results li").first).to_be_visible(timeout=20_000)
