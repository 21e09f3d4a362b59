"""Three pages of the site in Firefox and in WebKitGTK: formulas, a slider moved, a prediction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import other_browsers
import pytest

pytestmark = pytest.mark.browser

EXPLORER = "document.querySelector('.pl-explorer')"


@pytest.mark.parametrize("start", [other_browsers.firefox, other_browsers.webkit])
def test_three_pages(
    start: Callable[..., other_browsers.Driven],
    site: str,
    tmp_path: Path,
    missing: Callable[[str], NoReturn],
) -> None:
    try:
        with start(tmp_path) as browser:
            look_at(browser, site)
    except other_browsers.Missing as what:
        missing(str(what))


def look_at(browser: other_browsers.Driven, site: str) -> None:
    browser.open(f"{site}/lessons/02_output_size.html")
    browser.wait_for("document.querySelector('.course-predict')?.hidden === false")
    given_away = "document.querySelector('.course-predict ~ .cell .cell_output').offsetHeight"
    assert browser.evaluate(given_away) == 0
    formula = "document.querySelector('math[display=block]').getBoundingClientRect()"
    assert browser.evaluate(f"{formula}.height") > 20  # typeset, not a line of signs
    browser.evaluate("document.querySelector('.pl-mount').scrollIntoView()")
    browser.wait_for(f"{EXPLORER} !== null")
    slider = f"{EXPLORER}.querySelector('[aria-label=kernel_size]')"
    before = browser.evaluate(f"{slider}.value")
    browser.evaluate(f"{slider}.focus()")
    browser.press("ArrowRight")
    browser.wait_for(f"{slider}.value !== '{before}'")
    browser.evaluate("document.querySelector('.course-predict button').click()")
    browser.wait_for(f"{given_away} > 0")

    browser.open(f"{site}/lessons/10_vgg16_walkthrough.html")
    # Its explorer waits behind a prediction.
    browser.wait_for("document.querySelector('.course-predict')?.hidden === false")
    all_buttons = "document.querySelectorAll('.course-predict button')"
    browser.evaluate(f"{all_buttons}.forEach(button => button.click())")
    browser.evaluate("document.querySelector('.pl-mount').scrollIntoView()")
    browser.wait_for(f"{EXPLORER} !== null")

    browser.open(f"{site}/reference/max_pool2d.html")
    browser.wait_for("document.querySelector('math') !== null")
    assert browser.evaluate("document.querySelectorAll('.highlight').length") > 1
