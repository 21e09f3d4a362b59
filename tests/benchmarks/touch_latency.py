"""From the key, the drag and the typed number to the picture, on a page without a kernel.

    python tests/benchmarks/touch_latency.py

One browser, the plain page and a page with the window explorer, in turns, 40 times each. The clock
is that of `slider_latency.py`: from the time stamp of the browser's event to the second animation
frame after the SVG is another one. A drag moves the window by one cell, a number typed over is
taken by Enter. All of the four have the same least, one refresh; the goal is that each median is
within one refresh (16.7 ms) of the plain page's.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "browser"))

import driving  # noqa: E402  it lies beside the browser tests
from slider_latency import WATCH  # noqa: E402

from pooling_lab.explorers import window_explorer  # noqa: E402

CHANGES = 40
REST = 300  # ms before each: what the last one set off is over, the window has slid
REFRESH = 1000 / 60


def keys(page: Page, name: str) -> Iterator[None]:
    """Press arrow keys on a slider, there and back. Stops before each and after."""
    slider = page.get_by_role("slider", name=name) if name else page.get_by_role("slider")
    slider.focus()
    while True:
        for key in ("ArrowRight", "ArrowLeft"):
            yield
            page.keyboard.press(key)
            yield


def drags(page: Page) -> Iterator[None]:
    """Drag the window by one cell to the right and back, without letting it go."""
    places = [page.locator(f"[data-cell='x1,{c}'] rect").bounding_box() for c in (1, 2)]
    middles = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in places if b]
    page.mouse.move(*middles[0])
    page.mouse.down()
    page.mouse.move(*middles[1], steps=4)
    while True:
        for middle in middles:
            yield
            page.mouse.move(*middle)
            yield


def edits(page: Page) -> Iterator[None]:
    """Type over a number that wins, and take it back."""
    while True:
        for number in ("99", "1"):
            page.locator("[data-cell='x1,1']").dblclick()
            page.locator(".pl-edit").fill(number)
            yield
            page.keyboard.press("Enter")
            yield


def main() -> None:
    """Measure and print."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = driving.start_browser(playwright)
        explorer = window_explorer(kernel_size=2, stride=1)
        address = driving.write_page(Path(folder) / "page.html", {"one": explorer})

        def opened(url: str) -> Page:
            page = browser.new_context(viewport=driving.WINDOW).new_page()
            page.goto(url)
            page.locator("svg [data-cell], svg rect").first.wait_for()
            return page

        acts: dict[str, tuple[Callable[[Page], Iterator[None]], str, str, str]] = {
            "plain page, key": (lambda p: keys(p, ""), "body", "keydown", "plain"),
            "explorer, key": (lambda p: keys(p, "kernel_size"), ".pl-panels", "keydown", address),
            "explorer, drag": (drags, ".pl-panels", "pointermove", address),
            "explorer, number": (edits, ".pl-panels", "keydown", address),
        }
        plain = (HERE / "plain_slider.html").as_uri()
        pages = {n: opened(plain if url == "plain" else url) for n, (*_, url) in acts.items()}
        running = {n: act(pages[n]) for n, (act, *_) in acts.items()}
        times: dict[str, list[float]] = {name: [] for name in acts}
        for turn in range(CHANGES + 1):
            for name, (_, place, event, _) in acts.items():
                time = timed(pages[name], running[name], place, event)
                if turn:  # the first of each is not counted
                    times[name].append(time)
        browser.close()
    report(times)


def timed(page: Page, act: Iterator[None], place: str, event: str) -> float:
    """Prepare an act, start the clock, do it, and read the clock."""
    page.bring_to_front()
    next(act)  # all but the last key or move
    page.wait_for_timeout(REST)
    page.locator(place).evaluate(WATCH.replace("'keydown'", f"'{event}'"))
    page.wait_for_timeout(random.uniform(50, 100))  # no fixed phase to the refreshes
    next(act)
    return float(page.evaluate("window.changed"))


def report(times: dict[str, list[float]]) -> None:
    """Print medians, 95th percentiles, and how far each is from the plain page."""
    base = statistics.median(times["plain page, key"])
    print(f"{'to paint':20}{'median ms':>10}{'p95 ms':>10}{'ratio':>8}{'further ms':>12}")
    for name, values in times.items():
        median, p95 = statistics.median(values), statistics.quantiles(values, n=20)[-1]
        far = median - base
        print(f"{name:20}{median:10.1f}{p95:10.1f}{median / base:8.2f}{far:12.1f}")
    print(f"goal: at most one refresh ({REFRESH:.1f} ms) further than the plain page")


if __name__ == "__main__":
    main()
