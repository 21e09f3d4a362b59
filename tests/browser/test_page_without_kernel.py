"""A page without a kernel: every explorer moves, and a link leads to a setting."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import driving
import pytest
from driving import OnPage
from playwright.sync_api import Page, expect

from pooling_lab import explorers
from pooling_lab.explorers import window_explorer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKERS = {
    name.removesuffix("_explorer"): getattr(explorers, name)
    for name in explorers.__all__
    if name.endswith("_explorer")
}
Show = Callable[..., list[OnPage]]


@pytest.fixture
def show(page: Page, tmp_path: Path) -> Show:
    """Show explorers on a page of their own that asks for nothing but itself."""
    refused = driving.refuse_elsewhere(page, tmp_path.as_uri())

    def opener(hash_: str = "", **shown: explorers.Explorer) -> list[OnPage]:
        page.goto(driving.write_page(tmp_path / "page.html", shown) + hash_)
        found = driving.explorers(page)
        assert not refused
        return found

    return opener


def test_every_explorer_answers_every_control(show):
    found = show(**{name: make() for name, make in MAKERS.items()})
    assert len(found) == len(MAKERS)
    for explorer in found:
        for slider in explorer.root.locator("input[type=range]").all():
            if not slider.is_visible():
                continue  # one step only: nowhere to go
            slider.focus()
            for key in ("Home", "End"):
                before = int(slider.input_value())
                if before != int(slider.get_attribute("max" if key == "End" else "min") or 0):
                    explorer.press(key)
        for choice in explorer.root.locator(".pl-controls").get_by_role("button").all():
            choice.press("Enter")
            expect(choice).to_have_attribute("aria-pressed", "true")


def test_a_link_leads_to_a_setting_and_the_address_follows_the_reader(show, page):
    edits = json.dumps({"x0,0": 9})
    link = f"#second?kernel_size=3&pool=average&ceil_mode=true&position=2&edits={edits}"
    first, second = show(link, first=window_explorer(), second=window_explorer())
    expect(second.slider("kernel_size")).to_have_value("3")
    expect(second.button("average")).to_have_attribute("aria-pressed", "true")
    expect(second.checkboxes.first).to_be_checked()
    expect(second.position).to_have_value("2")
    expect(second.cell("x0,0")).to_have_text("9")
    expect(first.slider("kernel_size")).to_have_value("2")
    first.slider("stride").focus()
    first.press("End")
    page.wait_for_function("location.hash.startsWith('#first?') && /stride=4/.test(location.hash)")
    page.goto(page.url.replace("stride=4", "stride=1"))
    expect(first.slider("stride")).to_have_value("1")


def test_an_address_that_names_what_is_not_there_does_no_harm(show):
    link = "#one?kernel_size=99&position=-7&edits=[1]&pool=%22&nothing=1&_data=2"
    (one,) = show(link, one=window_explorer())
    expect(one.position).to_have_value("0")
    assert one.numbers("y")[:3] == ["3", "0", "2"]  # kernel_size 1, the first it has


def test_the_link_is_copied(show, page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    (one,) = show(one=window_explorer())
    one.position.focus()
    one.press("ArrowRight")
    one.button("Copy link").click()
    expect(one.root).to_contain_text("The link to this setting is copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "#one?" in copied and "position=1" in copied
