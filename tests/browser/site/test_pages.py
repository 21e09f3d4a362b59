"""The built site in a browser: every page, every explorer moved, nothing asked of anybody else."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import driving
import pytest
from playwright.sync_api import Locator, Page, Request, expect

from pooling_lab import claims

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


def test_every_link_within_the_site_leads_to_a_place_that_is_there(html: Path) -> None:
    pages = {page: page.read_text("utf-8") for page in html.rglob("*.html")}
    places = {page: {*re.findall(r'\bid="([^"]+)"', text)} for page, text in pages.items()}
    nowhere = []
    for page, text in pages.items():
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            path, _, place = unquote(link).partition("#")
            aim = page if not path else (page.parent / path.partition("?")[0]).resolve()
            aim = aim / "index.html" if aim.is_dir() else aim
            place = place.partition("?")[0]  # behind it stands an explorer's setting
            there = aim.exists() and (not place or place in places.get(aim, {place}))
            if not re.match("[a-z]+:", link) and not there:
                nowhere.append(f"{page.name}: {link}")
    assert nowhere == []


def test_the_table_of_all_claims_is_a_table_and_leads_to_their_verdicts(html: Path) -> None:
    text = (html / "lessons" / "12_properties_measured.html").read_text("utf-8")
    table = text[text.index(">what is said<") :].partition("</table>")[0]
    assert table.count("<tr") == len(claims.CLAIMS)
    assert len({*re.findall(r'href="\w+\.html#([\w-]+)"', table)}) == len(claims.CLAIMS)


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
    assert {file.name for file in files} & {"searchindex.js", "fa-solid-900.woff2"} == set()


def weight(file: Path) -> int:
    body = file.read_bytes()
    return len(gzip.compress(body) if file.suffix in COMPRESSED else body)


def ask_for_what_waits(page: Page) -> None:
    """Ask for what waits behind predictions: explorers stand there, too."""
    page.evaluate("document.querySelectorAll('.course-predict button').forEach(b => b.click())")
    page.evaluate("""() => {  // the next Tab goes to the top again
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute('tabindex');
    }""")


def open_whole(page: Page, site: str, address: str) -> None:
    """Open a page, unfold what is folded, and go to every explorer, so that it is there."""
    page.emulate_media(reduced_motion="reduce")  # what fades in has no contrast yet
    open_page(page, site, address)
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    ask_for_what_waits(page)
    for place in page.locator(".course-explorer").all():
        place.scroll_into_view_if_needed()
        expect(place.locator(".pl-explorer")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")


@pytest.mark.browser
@pytest.mark.parametrize("forced", ["none", "active"], ids=["own colours", "forced colours"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", LOOKED_AT)
def test_axe_finds_nothing(
    page: Page, site: str, npm_copies: None, address: str, forced: Literal["none", "active"]
) -> None:
    page.emulate_media(forced_colors=forced)
    open_whole(page, site, address)
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(VIOLATIONS) == []


# Elements that stand beyond the right edge and cannot be scrolled to within their own box.
CUT_OFF = """() => [...document.querySelectorAll('.bd-article *, .bd-header *')].filter(element => {
  const { right, width } = element.getBoundingClientRect();
  if (!width || right <= innerWidth + 1 || element.closest('.course-unseen')) return false;
  for (let box = element.parentElement; box; box = box.parentElement)
    if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return false;
  return true;
}).map(element => element.outerHTML.slice(0, 120))"""


@pytest.mark.browser
@pytest.mark.parametrize("address", LOOKED_AT)
def test_at_a_zoom_of_200_percent_nothing_leaves_the_page(
    page: Page, site: str, address: str
) -> None:
    page.set_viewport_size({"width": 640, "height": 450})  # of a window of 1280 × 900 px
    open_whole(page, site, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    assert page.evaluate(CUT_OFF) == []


# Number all that can be used; of radio buttons with one name the keyboard reaches one.
USABLE = """() => {
  const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const names = new Set();
  let count = 0;
  for (const element of document.querySelectorAll(all)) {
    const isSeen = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    if (!isSeen || element.disabled || element.tabIndex < 0) continue;
    const group = element.type === 'radio' && element.form.dataset.claim;
    if (group && names.has(group)) continue;
    if (group) names.add(group);
    element.dataset.usable = count++;
  }
  return count;
}"""
FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const hasOutline = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  const isMarked = hasOutline || boxShadow !== 'none';
  return [element.dataset.usable ?? '', isMarked, element.outerHTML.slice(0, 160)];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("address", LOOKED_AT)
def test_the_keyboard_reaches_all_and_shows_where_it_is(
    page: Page, site: str, address: str
) -> None:
    open_whole(page, site, address)
    count = page.evaluate(USABLE)
    assert count > 20
    missed, unmarked = {str(number) for number in range(count)}, []
    for _ in range(count + 20):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None:
            break
        missed.discard(focused[0])
        if not focused[1]:
            unmarked.append(focused[2])
    assert [page.locator(f"[data-usable='{n}']").inner_html()[:100] for n in missed] == []
    assert unmarked == []


@pytest.mark.browser
@pytest.mark.parametrize("lesson", WITH_EXPLORER)
def test_every_explorer_of_a_lesson_moves(page: Page, site: str, lesson: str) -> None:
    open_page(page, site, f"lessons/{lesson}.html")
    for details in page.locator("details.course-deeper").all():
        details.evaluate("element => { element.open = true; }")
    ask_for_what_waits(page)
    places = page.locator(".course-explorer")
    assert places.count() > 0
    for place in places.all():
        place.scroll_into_view_if_needed()
        explorer = place.locator(".pl-explorer")
        expect(explorer).to_be_visible(timeout=30_000)
        slider = explorer.locator("input[type=range]:enabled").first
        before = explorer.inner_text()
        is_last = slider.input_value() == slider.get_attribute("max")
        slider.press("ArrowLeft" if is_last else "ArrowRight")
        expect(explorer).not_to_have_text(before, use_inner_text=True)


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
@pytest.mark.parametrize("opened", [False, True], ids=["from elsewhere", "from the page itself"])
def test_a_link_to_an_explorer_that_waits_shows_it(page: Page, site: str, opened: bool) -> None:
    address = "lessons/10_vgg16_walkthrough.html"
    open_page(page, site, address)
    waiting = page.locator("[hidden] .pl-mount").first
    name = waiting.get_attribute("id")
    if not opened:
        page.goto("about:blank")
    page.goto(f"{site}/{address}#{name}?")
    explorer = page.locator(f"[id='{name}'] .pl-explorer")
    expect(explorer).to_be_visible()
    expect(explorer).to_be_in_viewport()
    others = page.locator("[hidden] .pl-mount, .course-predict button:visible")
    expect(others).not_to_have_count(0)  # what was not asked for goes on waiting


def verdict_of(page: Page, form: Locator) -> Locator:
    """The folded verdict on the claim of a bet."""
    claim = form.get_attribute("data-claim")
    return page.locator(f".course-verdict[data-claim='{claim}'] details")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("false", "right. Brier's score 0.06; saying nothing has 0.67, less is better."),
        ("depends", "wrong. Brier's score 1.46; saying nothing has 0.67, less is better."),
    ],
)
def test_a_bet_is_settled_at_its_verdict_and_kept(
    page: Page, site: str, asked: list[str], answer: str, told: str
) -> None:
    open_page(page, site, "lessons/04_max_pooling.html")
    form = page.locator(".course-bet[data-claim='shift-invariant']")
    verdict = verdict_of(page, form)
    expect(verdict).not_to_have_attribute("open")
    expect(verdict.locator("summary")).to_have_text(
        "No bet yet. Place it above, or unfold the verdict"
    )
    form.get_by_role("radio", name=answer, exact=True).check()
    sure = form.get_by_role("slider", name="How sure are you?")
    sure.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(sure).to_have_attribute("aria-valuetext", "80 %")
    expect(form.get_by_text("80 %", exact=True)).to_be_visible()
    expect(verdict).not_to_have_attribute("open")  # nothing is told before the bet is placed
    form.get_by_role("button", name="Place the bet").press("Enter")
    noted = f"Noted: {answer}, 80 % sure. It is settled below, at its verdict."
    expect(form.get_by_role("status")).to_have_text(noted)
    expect(verdict).to_be_hidden()  # the prediction before it has not been made
    ask_for_what_waits(page)
    expect(verdict).not_to_have_attribute("open")
    unfold = verdict.get_by_text("Your bet is placed: unfold the verdict")
    unfold.click()
    expect(verdict).to_contain_text("Verdict: false.")
    expect(verdict).to_contain_text(f"Your bet: {answer}, 80 % sure: {told}")
    asked.clear()
    page.reload()
    expect(form.get_by_role("status")).to_have_text(noted)
    expect(unfold).to_be_visible()
    assert [url for url in asked if not url.startswith(site)] == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("ends", "told"),
    [
        (("100", "90"), "90 to 100; it was 97.4: inside, score 10"),
        (("40", "80"), "40 to 80; it was 97.4: outside, score 214"),
    ],
)
def test_a_guessed_interval_is_settled_at_its_verdict_and_kept(
    page: Page, site: str, ends: tuple[str, str], told: str
) -> None:
    open_page(page, site, "lessons/11_alternatives.html")
    form = page.locator(".course-bet[data-claim='blur-restores']")
    form.evaluate("form => { form.closest('details').open = true; }")  # it stands in *Deeper*
    verdict = verdict_of(page, form)
    button = form.get_by_role("button", name="Place the bet")
    form.get_by_role("spinbutton", name="from").fill(ends[0])
    button.click()  # one end is missing: the browser asks for it
    expect(verdict).not_to_have_attribute("open")
    form.get_by_role("spinbutton", name="to").fill(ends[1])
    button.click()
    low, high = sorted(ends, key=float)
    noted = f"Noted: {low} to {high}. It is settled below, at its verdict."
    expect(form.get_by_role("status")).to_have_text(noted)
    page.reload()
    form.evaluate("form => { form.closest('details').open = true; }")
    expect(form.get_by_role("status")).to_have_text(noted)
    ask_for_what_waits(page)
    verdict.get_by_text("Your bet is placed: unfold the verdict").click()
    expect(verdict).to_contain_text(f"Your guess: {told} (saying nothing: 100, less is better).")


@pytest.mark.browser
def test_every_bet_of_a_page_has_its_own_place_and_its_verdict(
    page: Page, site: str, html: Path
) -> None:
    """A bet without a verdict on its page says that it is settled later."""
    open_page(page, site, "lessons/pooling_in_90_minutes.html")
    for form in page.locator(".course-bet").all():
        verdict = verdict_of(page, form)
        form.get_by_role("radio", name="true", exact=True).check()
        form.get_by_role("button", name="Place the bet").click()
        told = form.get_by_role("status")
        where = "below, at its verdict" if verdict.count() else "in a later part"
        expect(told).to_have_text(f"Noted: true, 70 % sure. It is settled {where}.")


SCORES = """async ([sures, intervals]) => {
  const own = document.querySelector('script[src*="course.js"]').src;
  const { brier, intervalScore } = await import(own);
  return [sures.flatMap(sure => [brier(sure, true), brier(sure, false)]),
          intervals.map(([low, high, value]) => intervalScore(low, high, value))];
}"""


@pytest.mark.browser
def test_bets_are_scored_as_in_a_notebook(page: Page, site: str) -> None:
    sures = [*range(claims.LEAST_SURE, claims.MOST_SURE + 1)]
    values = [0, 12.5, 40, 62.25, 80, 97.42350000000002, 100]
    intervals = [(a, b, value) for a in values for b in values if a <= b for value in values]
    open_page(page, site, "lessons/04_max_pooling.html")
    scores, misses = page.evaluate(SCORES, [sures, intervals])
    assert scores == [claims.brier(sure, right) for sure in sures for right in (True, False)]
    assert misses == pytest.approx([claims.interval_score(*each) for each in intervals], rel=1e-12)


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
    name = next(name for name in embedded if name.startswith("explorer-02-"))  # it has positions
    open_page(page, site, f"embed/{name}#{name.removesuffix('.html')}?position=1")
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
