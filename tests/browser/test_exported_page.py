"""A lesson exported to HTML: its sliders move with no kernel, and it asks for nothing unknown.

The page asks a CDN for require.js, html-manager and anywidget; pinned copies from
`package.json` are served in their place, and every other request is refused.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from driving import MODULES, NOTEBOOKS, explorers, hard_to_read, refuse_elsewhere
from nbconvert import HTMLExporter
from playwright.sync_api import Page, Route, expect

HERE = Path(__file__).parent
PINNED = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
REQUIRE_JS = HTMLExporter().require_js_url
# Formulas are typeset by MathJax; the explorers' formulas are plain text and do without.
MATHJAX = HTMLExporter().mathjax_url
AXE = MODULES / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => (await axe.run('.pl-explorer')).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 200)).join(' | ')}`)"""
CDN = re.compile(r"https://(?:unpkg\.com|cdn\.jsdelivr\.net/npm)/(@?[^@]+)@([^/]+)/(.+)")


def test_the_lockfile_names_no_registry():
    assert '"resolved"' not in (HERE / "package-lock.json").read_text("utf-8")


def test_the_pinned_copies_are_of_the_versions_a_reader_gets():
    assert PINNED["requirejs"] in REQUIRE_JS
    minor = metadata.version("anywidget").rpartition(".")[0]
    assert PINNED["anywidget"].startswith(f"{minor}.")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lesson 02, executed and exported with its widget state in one go."""
    page = tmp_path_factory.mktemp("exported") / "02_output_size.html"
    lesson = NOTEBOOKS / "02_output_size.ipynb"
    options = ["--to", "html", "--execute", str(lesson), f"--output={page}"]
    command = [sys.executable, "-m", "nbconvert", *options]
    run = subprocess.run(command, capture_output=True, text=True)
    assert page.is_file(), run.stderr[-3000:]
    return page


@pytest.fixture
def served(page: Page, npm_copies: None, complaints: list[str]) -> Iterator[list[str]]:
    """Serve the pinned copies to the page; return the list of what else it asks for."""

    def serve(route: Route) -> None:
        url = route.request.url
        if url == REQUIRE_JS:
            route.fulfill(path=MODULES / "requirejs" / "require.js")
        elif url == MATHJAX:
            route.fulfill(body="", content_type="text/javascript")
        elif (asked := CDN.fullmatch(url)) and asked[1] in PINNED:
            route.fulfill(
                path=_file(asked[1], asked[3]), headers={"access-control-allow-origin": "*"}
            )
        else:
            route.fallback()

    refused = refuse_elsewhere(page, "file:")
    page.route("**/*", serve)
    yield refused
    # html-manager looks beside the page before it asks the CDN.
    complaints[:] = [c for c in complaints if "anywidget.js)" not in c]


def _file(package: str, path: str) -> Path:
    file = MODULES / package / path
    return file if file.suffix else file.with_suffix(".js")


@pytest.mark.browser
@pytest.mark.slow
def test_every_slider_of_an_exported_lesson_moves_with_no_kernel(page, served, exported):
    page.goto(exported.as_uri())
    first = explorers(page)[0]
    first.slider("kernel_size").focus()
    first.press("End")
    expect(first.live).to_contain_text(first.text.inner_text())
    for explorer in explorers(page):
        for slider in explorer.sliders.all():
            if slider.is_enabled():
                explorer.sweep(slider)
        assert not hard_to_read(explorer)
    assert not served
    page.evaluate(AXE.read_text("utf-8"))
    for forced in ("none", "active"):
        page.emulate_media(forced_colors=forced)
        assert not page.evaluate(VIOLATIONS)
    expect(page.locator("img.pl-stored").filter(visible=True)).to_have_count(0)


@pytest.mark.browser
@pytest.mark.slow
def test_where_no_network_brings_the_rest_an_exported_lesson_shows_the_pictures(
    page, exported, complaints
):
    refused = refuse_elsewhere(page, "file:")
    page.goto(exported.as_uri())
    pictures = page.locator("img.pl-stored")
    assert pictures.count() >= 1
    for picture in pictures.all():
        expect(picture).to_be_visible()
    assert refused
    deadline = time.monotonic() + 30
    while len(complaints) < len(refused) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert all("net::ERR_FAILED" in complaint for complaint in complaints)
    complaints.clear()  # it did say that nothing came
