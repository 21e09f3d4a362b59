"""From the key to the picture: an explorer, a plain HTML page and ``interact`` with matplotlib.

    python tests/benchmarks/slider_latency.py

One browser, three sliders over the same 6×6 grid, each moved 40 times, in turns. The explorer
and ``interact`` stand in one JupyterLab notebook, the plain page is ``plain_slider.html``.

An arrow key is pressed on the slider. The clock starts with the time stamp the browser gave the
``keydown`` event. A MutationObserver waits until the SVG's content or the image is another one
(an image must also be decoded). Two animation frames later the clock stops: the first one makes
the picture that shows the change, and when the second begins that picture has been painted.
The pages refresh all the time meanwhile, as they do under somebody who drags a slider; an idle
page would make its first picture early or late, by luck. So at 60 refreshes a second nothing
takes less than 16.7 ms, and what is done at once takes 25 ms on average.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import nbformat
from playwright.sync_api import Locator, Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "browser"))

import driving  # noqa: E402  it lies beside the browser tests

CHANGES = 40
REST = 500  # ms before a key: scrolling to the slider, and what the last key set off, are over
LOWEST, HIGHEST, START = 1, 4, 2
EXPLORER = """from pooling_lab.explorers import window_explorer
window_explorer(kernel_size=2, stride=2)"""
INTERACT = """import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import IntSlider, interact
from pooling_lab import max_pool2d
from pooling_lab.explorers.window import EXAMPLE

def show(kernel_size):
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.5))
    figure.suptitle(f"kernel_size {kernel_size}")
    for ax, plane in zip(axes, (np.array(EXAMPLE), max_pool2d(EXAMPLE, kernel_size, 2))):
        ax.imshow(plane)
        for (row, column), value in np.ndenumerate(plane):
            ax.text(column, row, value, color="white")
    plt.show()

interact(show, kernel_size=IntSlider(2, 1, 4));"""
WATCH = """place => {
  const pictures = () => [...place.querySelectorAll('svg, img')]
    .map(picture => picture.src ?? picture.innerHTML).join();
  const frame = () => new Promise(requestAnimationFrame);
  const before = pictures();
  let pressed, done = false;
  (function refresh() { done || requestAnimationFrame(refresh); })();
  addEventListener('keydown', event => { pressed = event.timeStamp; },
                   { capture: true, once: true });
  window.changed = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('nothing changed in 10 seconds')), 10000);
    const observer = new MutationObserver(async () => {
      if (!pictures() || pictures() === before) return;
      observer.disconnect();
      await Promise.all([...place.querySelectorAll('img')].map(image => image.decode()));
      await frame();
      await frame();
      done = true;
      resolve(performance.now() - pressed);
    });
    observer.observe(place, { subtree: true, childList: true, attributes: true,
                              characterData: true });
  });
}"""


class Contestant(NamedTuple):
    """A slider, and the place where its picture is."""

    name: str
    page: Page
    slider: Locator
    place: Locator

    def move(self, key: str) -> float:
        """Press a key on the slider; return the milliseconds until the new picture is painted."""
        self.page.bring_to_front()
        self.slider.focus()
        self.page.wait_for_timeout(REST)
        self.place.evaluate(WATCH)
        self.page.wait_for_timeout(random.uniform(50, 100))  # no fixed phase to the refreshes
        self.page.keyboard.press(key)
        milliseconds = self.page.evaluate("window.changed")
        return float(milliseconds)


def open_notebook(page: Page, lab: driving.Lab) -> driving.Notebook:
    """Run a notebook of two cells: the explorer and ``interact``."""
    cells = [nbformat.v4.new_code_cell(source) for source in (EXPLORER, INTERACT)]
    made = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": driving.KERNEL})
    nbformat.write(made, lab.folder / "latency.ipynb")
    notebook = driving.Notebook(page, lab, "latency.ipynb")
    notebook.run_all()
    return notebook


def contestants(plain: Page, notebook: driving.Notebook) -> list[Contestant]:
    """Find the three sliders."""
    plain.goto((HERE / "plain_slider.html").as_uri())
    (explorer,) = notebook.explorers()
    interact = notebook.panel.locator(".widget-interact")
    interact.locator("img").wait_for()
    return [
        Contestant("plain HTML page", plain, plain.get_by_role("slider"), plain.locator("body")),
        Contestant(
            "window_explorer",
            notebook.page,
            explorer.slider("kernel_size"),
            explorer.root.locator(".pl-panels"),
        ),
        Contestant(
            "interact + matplotlib",
            notebook.page,
            interact.get_by_role("slider"),
            interact,
        ),
    ]


def keys(count: int) -> list[str]:
    """Return arrow keys that walk up and down between the lowest and the highest value."""
    up, down = ["ArrowRight"] * (HIGHEST - LOWEST), ["ArrowLeft"] * (HIGHEST - LOWEST)
    walk = ["ArrowRight"] * (HIGHEST - START) + (down + up) * count
    return walk[:count]


def table(times: dict[str, list[float]]) -> str:
    """Return medians and 95th percentiles, also as ratios to the plain page."""
    median = {name: statistics.median(values) for name, values in times.items()}
    base = median["plain HTML page"]
    rows = [f"{'slider to paint':24}{'median ms':>10}{'p95 ms':>10}{'ratio':>8}"]
    for name, values in times.items():
        p95 = statistics.quantiles(values, n=20)[-1]
        rows.append(f"{name:24}{median[name]:10.1f}{p95:10.1f}{median[name] / base:8.2f}")
    faster = median["interact + matplotlib"] / median["window_explorer"]
    rows.append(
        f"window_explorer: {median['window_explorer'] / base:.2f} × the plain page "
        f"(goal at most 1.2), {faster:.1f} × faster than interact (goal at least 10)"
    )
    return "\n".join(rows)


def main() -> None:
    """Measure and print."""
    with (
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as place,
        driving.running_lab(Path(place)) as lab,
    ):
        browser = driving.start_browser(playwright)
        context = browser.new_context(viewport=driving.WINDOW)
        notebook = open_notebook(context.new_page(), lab)
        field = contestants(context.new_page(), notebook)
        for contestant in field:  # the first change of each is not counted
            contestant.move("ArrowRight"), contestant.move("ArrowLeft")
        times: dict[str, list[float]] = {contestant.name: [] for contestant in field}
        for key in keys(CHANGES):
            for contestant in field:
                times[contestant.name].append(contestant.move(key))
                notebook.wait_for_the_kernel()
        print(table(times))
        browser.close()


if __name__ == "__main__":
    main()
