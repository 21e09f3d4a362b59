"""A real JupyterLab or Notebook 7 in a real browser, driven as a person would: menus, Tab, keys.

`conftest.py` makes fixtures of this; `tests/benchmarks/slider_latency.py` measures with it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Playwright, Route, expect
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from pooling_lab import course
from pooling_lab.explorers import Explorer
from pooling_lab.explorers import page as page_parts

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=10_000)  # a busy machine is slow, not wrong
WINDOW = {"width": 1280, "height": 900}
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
SETTINGS = {
    # The theme follows the browser's colour scheme, so that one server shows both.
    "apputils-extension/themes": {"adaptive-theme": True},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


def run_once(command: Sequence[str], *, cwd: Path, folder: Path) -> None:
    """Run a command in one of several processes; the others, with the same folder, wait for it."""
    ended = folder.with_name(f"{folder.name}-ended")
    try:
        folder.mkdir()
    except FileExistsError:
        while not ended.exists():
            time.sleep(1)
    else:
        code = subprocess.run(command, cwd=cwd, check=False).returncode
        written = folder / "code"
        written.write_text(str(code))
        written.rename(ended)
    assert ended.read_text() == "0", f"{command[:2]} failed, in this process or another"


class NoBrowser(Exception):
    """No Chromium-like browser starts; the text says what to do."""


def browsers() -> Iterator[dict[str, str]]:
    """Yield where a browser may be: the one asked for, on the PATH, where it installs itself."""
    if asked := os.environ.get("POOLING_LAB_BROWSER"):
        yield {"executable_path": asked}
        return
    for name in BROWSERS:
        if path := shutil.which(name):
            yield {"executable_path": path}
    yield from ({}, {"channel": "chrome"}, {"channel": "msedge"})  # {} is Playwright's own


def start_browser(playwright: Playwright) -> Browser:
    """Start the first browser that starts, without a window or anything it fetches by itself."""
    for place in browsers():
        try:
            return playwright.chromium.launch(args=[*FLAGS], **place)
        except PlaywrightError as error:
            reason = str(error).splitlines()[0]
    raise NoBrowser(
        f"no browser starts ({reason}): install Chromium or Chrome, name one in "
        "POOLING_LAB_BROWSER, or run: python -m playwright install chromium"
    )


class Lab:
    """A running JupyterLab or Notebook 7: its folder of notebooks, and requests to it."""

    def __init__(self, folder: Path, port: int, token: str, application: str) -> None:
        self.folder, self.application = folder, application
        self.origin = f"http://127.0.0.1:{port}"
        self.token = token

    def request(self, method: str, path: str) -> Any:
        """Ask the server's REST interface and return its answer, None if it says nothing."""
        request = urllib.request.Request(
            f"{self.origin}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def address(self, name: str) -> str:
        """Return where a notebook opens; `reset` forgets what a former page had open."""
        path = "notebooks" if self.application == "notebook" else "lab/tree"
        return f"{self.origin}/{path}/{name}?token={self.token}&reset"

    def answers(self) -> bool:
        """Tell whether the server is up."""
        try:
            return bool(self.request("GET", "status"))
        except OSError:
            return False

    def end_kernels(self) -> None:
        """End every kernel, so that the next notebook has the machine to itself."""
        for session in self.request("GET", "sessions"):
            self.request("DELETE", f"sessions/{session['id']}")


@contextmanager
def running_lab(place: Path, application: str = "jupyterlab") -> Iterator[Lab]:
    """Run JupyterLab from this environment, with nothing of this person's own settings.

    ``application`` may be ``"notebook"`` instead, or ``"course"``: JupyterLab as `make lab`
    starts it. It serves the folder ``notebooks`` below ``place``, on a free port of this
    machine only.
    """
    lab = Lab(place / "notebooks", _free_port(), secrets.token_hex(16), application)
    lab.folder.mkdir()
    command = [sys.executable, "-m", application]
    if application == "course":
        command = course.lab_command(lab.folder, browser=False)
    with _served(lab, [*command, *_options(lab)], _environment(place, application), place):
        yield lab


@contextmanager
def running_course(
    command: Sequence[str], variables: dict[str, str], folder: Path
) -> Iterator[Lab]:
    """Run the course's own command in ``folder``, as somebody does who has no clone.

    What the command makes and opens is up to it; settings and data of this person stay out of it.
    """
    lab = Lab(folder, _free_port(), secrets.token_hex(16), "course")
    place = folder.parent / f"{folder.name} settings"
    with _served(
        lab,
        [*command, "--no-browser", *_options(lab)],
        variables | _private(place),
        folder,
    ):
        yield lab


@contextmanager
def _served(
    lab: Lab, command: Sequence[str], variables: dict[str, str], place: Path
) -> Iterator[None]:
    log = place / "jupyterlab.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=variables, cwd=lab.folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_it_answers(lab, server, log)
        yield
    finally:
        _stop(lab, server)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _options(lab: Lab) -> list[str]:
    options = [
        "--no-browser",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={lab.origin.rpartition(':')[2]}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={lab.token}",
    ]
    if lab.application != "notebook":
        options.append("--LabApp.extension_manager=readonly")
    if lab.application == "course":  # the course's own command says the rest
        return options
    options.append(f"--ServerApp.root_dir={lab.folder}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    return options


def _environment(place: Path, application: str) -> dict[str, str]:
    """Return an environment without this person's settings, the course's own only if asked for."""
    is_course = application == "course"
    for name, settings in ({} if is_course else SETTINGS).items():
        file = place / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    return (course.lab_environment() if is_course else {**os.environ}) | _private(place)


def _private(place: Path) -> dict[str, str]:
    return {
        "JUPYTER_CONFIG_DIR": str(place / "config"),
        "JUPYTER_DATA_DIR": str(place / "data"),
        "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(place / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(place / "workspaces"),
        "IPYTHONDIR": str(place / "ipython"),
    }


def _wait_until_it_answers(lab: Lab, server: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + 180  # a busy machine is slow, not wrong
    while not lab.answers():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


def _stop(lab: Lab, server: subprocess.Popen[Any]) -> None:
    """Shut the server down in its own way, which ends its kernels too, on every system."""
    if server.poll() is None and lab.answers():
        lab.request("POST", "shutdown")
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def refuse_elsewhere(page: Page, *allowed: str) -> list[str]:
    """Let the page reach only addresses that start with one of ``allowed``.

    Returns the list in which every other address that was asked for will be found.
    """
    refused: list[str] = []

    def decide(route: Route) -> None:
        if route.request.url.startswith((*allowed, "data:", "blob:")):
            route.fallback()
        else:
            refused.append(route.request.url)
            route.abort()

    page.route("**/*", decide)
    return refused


class Notebook:
    """A notebook open in JupyterLab, its kernel started."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page, self.lab, self.name = page, lab, name
        page.goto(lab.address(name))
        self.panel = page.locator(".jp-NotebookPanel")
        expect(self.cells.first).to_be_visible(timeout=60_000)
        self.wait_for_the_kernel()

    def wait_for_the_kernel(self) -> None:
        """Wait until it is idle; the server knows, the page says "Idle" even without a kernel."""
        deadline = time.monotonic() + 60
        while not any(
            session["path"] == self.name
            and session["kernel"]["connections"]
            and session["kernel"]["execution_state"] == "idle"
            for session in self.lab.request("GET", "sessions")
        ):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} has no idle kernel after a minute")
            self.page.wait_for_timeout(100)

    @property
    def cells(self) -> Locator:
        """All cells, also those that are not in view."""
        return self.panel.locator(".jp-Cell")

    def expect_theme(self, scheme: str) -> None:
        """Wait until JupyterLab shows its ``light`` or its ``dark`` theme."""
        light = "true" if scheme == "light" else "false"
        expect(self.page.locator("body")).to_have_attribute(
            "data-jp-theme-light", light, timeout=60_000
        )

    def explorers(self) -> list[OnPage]:
        """Return the explorers once every widget of the notebook has been drawn."""
        views = self.panel.locator(f"[data-mime-type='{WIDGET_VIEW}']")
        for view in views.all():
            expect(view.locator("> *").first).to_be_attached(timeout=30_000)
        return explorers(self.page)

    @property
    def problems(self) -> Locator:
        """Outputs that no lesson may have: errors, and anything on stderr."""
        return self.panel.locator(
            "[data-mime-type='application/vnd.jupyter.error'],"
            "[data-mime-type='application/vnd.jupyter.stderr']"
        )

    def save(self) -> None:
        """Press Ctrl+S and wait until the file has been written anew, and is whole."""
        file = self.lab.folder / self.name
        before = file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + 30
        while file.stat().st_mtime_ns == before or not file.read_bytes().strip().endswith(b"}"):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} was not saved")
            self.page.wait_for_timeout(100)

    def run_all(self, seconds: float = 120) -> None:
        """Choose Run → Run All Cells and wait until no cell is waiting or running."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        prompts = self.panel.locator(".jp-CodeCell .jp-InputArea-prompt")
        expect(prompts.first).not_to_have_text("[ ]:", timeout=30_000)
        expect(prompts.filter(has_text="[*]")).to_have_count(0, timeout=seconds * 1000)
        if problems := self.problems.all_inner_texts():
            raise AssertionError("\n".join(problems))
        expect(prompts.last).not_to_have_text("[ ]:")
        # JupyterLab has made the last cell the active one and focuses it as soon as it is made,
        # which may be late; until then it would take the focus away from a slider.
        made = self.panel.locator(".jp-Cell.jp-mod-active:focus > .jp-Cell-inputWrapper")
        expect(made).to_be_attached(timeout=60_000)


class OnPage:
    """An explorer as it stands on a page: in JupyterLab, or in an exported one."""

    # All that an explorer shows, but not its controls, nor the live region, which waits for rest.
    SHOWN = """explorer => [...explorer.querySelectorAll(
        '.pl-summary, .pl-error, .pl-panels, .pl-text, .pl-notes')].map(e => e.innerHTML).join()"""

    def __init__(self, root: Locator) -> None:
        self.root, self.page = root, root.page
        self.sliders = root.get_by_role("slider")
        self.checkboxes = root.get_by_role("checkbox")
        self.choices = root.get_by_role("group").get_by_role("button")
        self.summary = root.locator(".pl-summary")
        self.text = root.locator(".pl-text")
        self.formula = root.locator(".pl-notes")
        self.position = self.slider("position")
        self.grid = root.locator(".pl-keys")
        self.panels = root.locator("svg[role=img]")
        self.window = self.panels.first.locator(".read, .best, .tie")
        self.live = root.locator("[aria-live=polite]")

    def slider(self, name: str) -> Locator:
        """Return the slider of that name."""
        return self.root.get_by_role("slider", name=name, exact=True)

    def button(self, name: str) -> Locator:
        """Return the button of that name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def cell(self, name: str) -> Locator:
        """Return a cell of the picture."""
        return self.root.locator(f"[data-cell='{name}']").first

    def numbers(self, grid: str) -> list[str]:
        """Return the texts of a grid's cells, row by row, padding left out."""
        return self.root.locator(f"[data-cell^='{grid}']:not(.pad, .beyond)").all_text_contents()

    def press(self, key: str) -> None:
        """Press a key on the control that has the focus, and wait until the picture changes."""
        explorer = self.root.element_handle()
        self.page.evaluate(
            f"explorer => {{ explorer.before = ({self.SHOWN})(explorer) }}", explorer
        )
        self.page.keyboard.press(key)
        try:
            self.page.wait_for_function(
                f"explorer => explorer.before !== ({self.SHOWN})(explorer)",
                arg=explorer,
                timeout=10_000,
            )
        except PlaywrightTimeout:
            focused = self.page.evaluate("document.activeElement.outerHTML")
            raise AssertionError(f"{key} changed nothing; the focus is on {focused}") from None

    def sweep(self, slider: Locator) -> None:
        """Move a slider by keyboard to each of its values in turn, then back to where it was."""
        first, last = (int(slider.get_attribute(end) or 0) for end in ("min", "max"))
        start = int(slider.input_value())
        slider.focus()
        for goal in (last, start):
            if int(slider.input_value()) != first:
                self.press("Home")
            for _ in range(first, goal):
                self.press("ArrowRight")
            expect(slider).to_have_value(str(goal))


PAGE = """<!doctype html><html lang="en" theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Explorers</title>
<style>body {{margin: 16px auto; max-width: {width}; padding: 0 8px;
background: {background}}}{style}</style></head>
<body><main>{mounts}</main><script type="module">{script}</script></body></html>"""


def write_page(
    file: Path, explorers: dict[str, Explorer], theme: str = "light", width: str = "1100px"
) -> str:
    """Write a page that shows explorers without a kernel; return its address."""
    mounts = "<p>.</p>".join(
        page_parts.mount(page_parts.traits(explorer), name, '<img alt="picture">')
        for name, explorer in explorers.items()
    )
    background = "#fff" if theme == "light" else "#111"
    texts = {"style": page_parts.style(), "script": page_parts.script(), "mounts": mounts}
    file.write_text(
        PAGE.format(theme=theme, width=width, background=background, **texts), encoding="utf-8"
    )
    return file.as_uri()


def explorers(page: Page) -> list[OnPage]:
    """Return the explorers on a page, each drawn; there must be one at least."""
    roots = page.locator("section.pl-explorer")
    expect(roots.first).to_be_attached(timeout=60_000)
    for root in roots.all():
        expect(root.locator("svg[role=img], table").first).to_be_attached()
    return [OnPage(root) for root in roots.all()]


# Every text with its contrast against what is painted behind it, and its size on the screen.
TEXTS = r"""explorer => {
  const channels = colour => colour.match(/[\d.]+/g).map(Number);
  const clear = colour => colour === 'none' || (channels(colour)[3] ?? 1) === 0;
  const luminance = colour => channels(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const style = element => getComputedStyle(element);
  function behind(element) {
    const rect = element.parentElement.querySelector(':scope > rect:not([fill^=url])');
    if (element.tagName === 'text' && rect && !clear(style(rect).fill)) return style(rect).fill;
    let at = element;
    while (at.parentElement && clear(style(at).backgroundColor)) at = at.parentElement;
    return style(at).backgroundColor;
  }
  const own = element => [...element.childNodes]
    .filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join('').trim();
  const seen = element => element.checkVisibility({ visibilityProperty: true })
    && !element.closest('[aria-live]') && element.getBoundingClientRect().height > 1;
  return [...explorer.querySelectorAll('*')].filter(e => own(e) && seen(e)).map(element => {
    const drawn = element.ownerSVGElement;
    const scale = drawn ? element.getScreenCTM().a : 1;
    const [a, b] = [drawn ? style(element).fill : style(element).color, behind(element)]
      .map(luminance).sort((x, y) => y - x);
    return { text: own(element), contrast: (a + 0.05) / (b + 0.05),
             size: parseFloat(style(element).fontSize) * scale };
  });
}"""


def hard_to_read(explorer: OnPage) -> list[dict[str, Any]]:
    """Return the texts below WCAG AA's contrast of 4.5, or smaller than 12 px."""
    texts = explorer.root.evaluate(TEXTS)
    if len(texts) < 10:
        raise AssertionError(f"only these texts were looked at: {texts}")
    return [text for text in texts if text["contrast"] < 4.5 or text["size"] < 11.9]
