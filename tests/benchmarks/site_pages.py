"""What a page of the web edition weighs and how soon its first slider answers, on a slow line.

    make site && python tests/benchmarks/site_pages.py

10 Mbit/s and 40 ms to the server, an empty cache; sizes as a compressing server sends them.
"""

from __future__ import annotations

import gzip
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Response, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import driving  # noqa: E402

HTML = ROOT / "website" / "_build" / "html"
TEXT = {".html", ".css", ".js", ".svg", ".json"}
LINE = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 1e6}


class _Compressing(SimpleHTTPRequestHandler):
    """Sends what a compressing server would send."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
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


def main() -> None:
    """Print a line for every page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressing, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    print(f"{'page':44} {'first load':>11} {'page ready':>11} {'slider ready':>13}  elsewhere")
    with sync_playwright() as playwright:
        browser = driving.start_browser(playwright)
        for path in sorted(HTML.glob("lessons/*.html")):
            line(browser, origin, f"lessons/{path.name}")
        browser.close()
    server.shutdown()


def line(browser: Browser, origin: str, address: str) -> None:
    """Open one page twice: once as it is, once going to its first explorer at once."""
    context = browser.new_context(viewport=driving.WINDOW)
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
    slider = "-"
    place = page.locator(".pl-mount").first
    if place.count():
        page.goto(f"{origin}/index.html")
        session.send("Network.clearBrowserCache")
        start = f"{origin}/{address}#{first_explorer(address)}?position=0"
        page.goto(start, wait_until="commit")
        page.locator(".pl-explorer").first.wait_for()
        slider = f"{page.evaluate('Math.round(performance.now())')} ms"
    sizes_and_times = f"{first / 1e3:8.0f} kB {ready:8.0f} ms {slider:>13}"
    print(f"{address:44} {sizes_and_times}  {len(elsewhere)}", flush=True)
    context.close()


def first_explorer(address: str) -> str:
    """Return the id of the first explorer of a page."""
    text = (HTML / address).read_text("utf-8")
    return text.partition('class="pl-mount" id="')[2].partition('"')[0]


if __name__ == "__main__":
    main()
