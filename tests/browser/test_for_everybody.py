"""Forced colours, axe's rules, and what a screen reader hears: one thing, once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import driving
import pytest
from driving import OnPage, hard_to_read
from playwright.sync_api import Page, expect

from pooling_lab import explorers
from pooling_lab.explorers import Explorer, vgg16_explorer, window_explorer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKERS = {
    name.removesuffix("_explorer"): getattr(explorers, name)
    for name in explorers.__all__
    if name.endswith("_explorer")
}
AXE = driving.ROOT / "tests" / "browser" / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => (await axe.run('.pl-explorer')).violations
  .map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html.slice(0, 200)).join(' | ')}`)"""


def violations(page: Page) -> list[str]:
    """What axe finds within the explorers of a page, in their first state."""
    page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(VIOLATIONS)


@pytest.mark.parametrize("theme", ["light", "dark", "forced"])
def test_axe_finds_nothing(page, npm_copies, tmp_path, theme):
    if theme == "forced":
        page.emulate_media(forced_colors="active")
    shown = {name: make() for name, make in MAKERS.items()}
    page.goto(driving.write_page(tmp_path / "page.html", shown, theme=theme))
    found = driving.explorers(page)
    assert not violations(page)
    for explorer in found:
        explorer.button("Compare").click()
    found[-1].button("Compare").click()
    found[-1].button("Predict numbers").click()
    found[-1].cell("x0,0").click()
    found[-1].button("Change it").click()
    assert not violations(page)


@pytest.mark.parametrize("application", ["jupyterlab", "notebook"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_jupyter(browser_page, npm_copies, application, scheme):
    with browser_page(application, scheme) as page:
        assert not violations(page)
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        (explorer,) = driving.explorers(page)
        assert (
            explorer.root.evaluate(COLOURS)["explorer"] == explorer.root.evaluate(COLOURS)["page"]
        )
        assert not hard_to_read(explorer)
        assert not violations(page)


@pytest.fixture
def browser_page(page: Page, tmp_path: Path) -> Callable[..., Iterator[Page]]:
    from contextlib import contextmanager

    import nbformat

    @contextmanager
    def opened(application: str, scheme: str) -> Iterator[Page]:
        source = "from pooling_lab.explorers import window_explorer; window_explorer()"
        with driving.running_lab(tmp_path, application) as lab:
            cells = [nbformat.v4.new_code_cell(source)]
            made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": driving.KERNEL})
            nbformat.write(made, lab.folder / "one.ipynb")
            notebook = driving.Notebook(page, lab, "one.ipynb")
            notebook.run_all()
            (explorer,) = notebook.explorers()
            explorer.cell("x1,1").click()
            yield page
            page.goto("about:blank")  # before the server is gone

    return opened


@pytest.fixture
def complaints() -> list[str]:
    """Notebook 7 misses a setting of JupyterLab's, and says so to the console."""

    class Complaints(list[str]):
        def append(self, text: str) -> None:
            if "(reading 'schema')" not in text:
                super().append(text)

    return Complaints()


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Callable[[Explorer], OnPage]:
    def opener(explorer: Explorer) -> OnPage:
        page.goto(driving.write_page(tmp_path / "page.html", {"one": explorer}))
        (found,) = driving.explorers(page)
        return found

    return opener


COLOURS = """explorer => {
  const probe = document.createElement('i');
  probe.style.cssText = 'forced-color-adjust: none; background: Canvas; color: CanvasText';
  document.body.append(probe);
  const { backgroundColor, color } = getComputedStyle(probe);
  const style = getComputedStyle(explorer);
  const cell = explorer.querySelector('g.cell rect');
  return { page: [backgroundColor, color, backgroundColor],
           explorer: [style.backgroundColor, style.color, getComputedStyle(cell).fill] };
}"""


def test_forced_colours_are_the_readers_own(show, page):
    page.emulate_media(forced_colors="active")
    one = show(window_explorer(kernel_size=3))
    colours = one.root.evaluate(COLOURS)
    assert colours["explorer"] == colours["page"]
    assert not hard_to_read(one)
    looks = [
        one.root.locator(f"g.{look} rect").first.evaluate(
            "r => ['strokeWidth', 'strokeDasharray', 'rx'].map(k => getComputedStyle(r)[k]).join()"
        )
        for look in ("cell:not(.read, .best, .here)", "read", "best", "here")
    ]
    assert len(set(looks)) == len(looks)  # told apart without colour


def test_there_is_one_live_region_and_it_says_what_is_new(show):
    one = show(window_explorer())
    assert one.root.locator("[aria-live], [role=status], [role=alert], output").count() == 1
    one.position.focus()
    one.press("ArrowRight")
    expect(one.live).to_have_text("max(0, 5, 6, 1) = 6")  # the summary is the same
    one.slider("kernel_size").focus()
    one.press("End")
    expect(one.live).to_contain_text("max pooling, input 6 × 6, output 2 × 2")
    one.slider("stride").focus()
    one.press("End")
    expect(one.live).to_contain_text("Hatched: 20 of 36 cells are read by no window.")
    one.slider("stride").focus()
    one.press("Home")
    one.button("Play").click()
    expect(one.live).to_have_text(re.compile(r"^max\(.*\) = \d(, the first of \d equal)?$"))
    one.button("Pause").click()


def test_the_table_of_stages_is_one(show):
    one = show(vgg16_explorer())
    table = one.root.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(6)
    expect(table.get_by_role("rowheader", name="block 3")).to_be_visible()
    expect(table.get_by_role("row").filter(has_text="block 3")).to_contain_text("28×28×256")
    one.position.focus()
    one.press("ArrowRight")
    expect(table.locator("tr.here")).to_contain_text("block 2")


def test_no_button_is_dead(show):
    """Each one that can be seen changes something, also at both ends of the walk."""
    one = show(window_explorer())
    for name in ("Previous", "Next", "Next", "Previous"):
        before = one.position.input_value()
        one.button(name).click()
        expect(one.position).not_to_have_value(before)
    assert one.root.locator("[aria-disabled=true], [disabled]").count() == 0


def test_where_there_is_no_full_screen_no_button_offers_it(show, page):
    expect(show(window_explorer()).button("Lecture mode")).to_be_visible()
    page.add_init_script(
        "Object.defineProperty(Document.prototype, 'fullscreenEnabled', { get: () => false })"
    )
    expect(show(window_explorer()).button("Lecture mode")).to_be_hidden()
