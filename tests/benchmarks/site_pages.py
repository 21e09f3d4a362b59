"""What a page of the web edition weighs and how soon its first slider answers, on a slow line.

    make site && python tests/benchmarks/site_pages.py

10 Mbit/s and 40 ms to the server, an empty cache; sizes as a compressing server sends them. The
address leads to the page's first explorer, which is the most that may be asked of it at once. Its
first slider is moved as soon as it is there, by a script of the browser's own; the clock stops when
the picture that follows has been painted. Each page is opened three times, medians are printed; the
plain page of `slider_latency.py` stands in the same table, for what the line and the machine take.
"""

from __future__ import annotations

import gzip
import math
import statistics
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Response, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import driving  # noqa: E402

HTML = ROOT / "website" / "_build" / "html"
PLAIN = Path(__file__).parent / "plain_slider.html"
TEXT = {".html", ".css", ".js", ".svg", ".json"}
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 1e6}
TIMES = 3
FIRST_LOAD, TO_THE_SLIDER, SECOND = 1000, 500, 1000  # kB, kB, ms: the goals
# Move the first slider as soon as there is one that answers; then, when, and after how many bytes.
ASK = """(() => {
  const received = () => [...performance.getEntriesByType('navigation'),
                          ...performance.getEntriesByType('resource')]
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  const asking = setInterval(() => {
    for (const slider of document.querySelectorAll('.pl-explorer input, body > label input')) {
      const place = slider.closest('.pl-explorer') ?? document.body;
      const [before, value] = [place.textContent, slider.value];
      if (slider.type !== 'range') continue;
      slider.value = Number(value) < Number(slider.max) ? Number(value) + 1 : Number(value) - 1;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      if (place.textContent === before) continue;
      clearInterval(asking);
      const bytes = received();
      requestAnimationFrame(() => requestAnimationFrame(() => {
        window.answered = [performance.now(), bytes];
      }));
      return;
    }
  }, 5);
})()"""


class _Compressing(SimpleHTTPRequestHandler):
    """Sends what a compressing server would send."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = PLAIN if self.path == "/plain" else Path(self.translate_path(self.path))
        if not path.is_file():
            return super().do_GET()
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in TEXT:
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Opened(NamedTuple):
    """What was seen of a page."""

    bytes: float  # of the whole first load, at the top of the page
    ready: float  # ms until its elements are there and its scripts have run
    slider: float  # ms until the first slider has answered; NaN where there is none
    before: float  # bytes until then
    elsewhere: float  # requests to other servers


def main() -> None:
    """Print a line for every page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressing, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    heads = ("first load kB", "ready ms", "slider ms", "after kB", "elsewhere")
    print(f"{'page':40}" + "".join(f"{head:>15}" for head in heads))
    lessons = [f"lessons/{path.name}" for path in sorted(HTML.glob("lessons/*.html"))]
    with sync_playwright() as playwright:
        browser = driving.start_browser(playwright)
        for address in ("plain", "index.html", *lessons):
            line(address, [opened(browser, origin, address) for _ in range(TIMES)])
        browser.close()
    server.shutdown()
    print(f"goals: {FIRST_LOAD} kB; the slider after {SECOND} ms and {TO_THE_SLIDER} kB; 0")


def opened(browser: Browser, origin: str, address: str) -> Opened:
    """Open one page twice: once at its top, once going to its first explorer at once."""
    context = browser.new_context(viewport=driving.WINDOW)
    context.add_init_script(ASK)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    sizes: list[int] = []
    elsewhere: list[str] = []

    def note(response: Response) -> None:
        if response.url.startswith(origin):
            sizes.append(int(response.headers.get("content-length", 0)))
        else:
            elsewhere.append(response.url)

    page.on("response", note)
    page.goto(f"{origin}/{address}")
    ready = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    page.wait_for_load_state("networkidle")
    first = sum(sizes)
    slider, before = math.nan, math.nan
    name = first_explorer(address)
    if name or address == "plain":
        page.goto("about:blank")
        session.send("Network.clearBrowserCache")
        page.goto(f"{origin}/{address}#{name}?position=0", wait_until="commit")
        page.wait_for_function("window.answered", timeout=60_000)
        slider, before = page.evaluate("window.answered")
    context.close()
    return Opened(first, ready, slider, before, len(elsewhere))


def line(address: str, times: list[Opened]) -> None:
    """Print the medians; ✗ marks what misses a goal."""
    seen = Opened(*(statistics.median(values) for values in zip(*times, strict=True)))
    numbers = (
        (seen.bytes / 1e3, FIRST_LOAD),
        (seen.ready, math.inf),
        (seen.slider, SECOND),
        (seen.before / 1e3, TO_THE_SLIDER),
        (seen.elsewhere, 0),
    )
    cells = (
        f"{'–' if math.isnan(number) else f'{number:.0f}'}{' ✗' * (number > goal)}"
        for number, goal in numbers
    )
    print(f"{address:40}" + "".join(f"{cell:>15}" for cell in cells), flush=True)


def first_explorer(address: str) -> str:
    """Return the id of the first explorer of a page, nothing where there is none."""
    file = HTML / address
    text = file.read_text("utf-8") if file.is_file() else ""
    return text.partition('class="pl-mount" id="')[2].partition('"')[0]


if __name__ == "__main__":
    main()
