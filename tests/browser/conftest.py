"""A browser, a JupyterLab and pages that notice what a student's browser would complain about.

On a machine without a browser (or npm) these tests are skipped and say what is missing. Where
``CI`` is set they fail instead: nobody would notice that nothing was looked at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import driving
import nbformat
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

SCREENSHOTS = Path(__file__).parent / "screenshots"
FAILED = pytest.StashKey[bool]()

Opener = Callable[[Path | Sequence[str]], driving.Notebook]


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Say what is missing: skip on a student's machine, fail where CI is set."""

    def stop(what: str) -> NoReturn:
        if os.environ.get("CI", "").lower() in ("", "0", "false"):
            pytest.skip(what)
        pytest.fail(f"{what} (CI is set: this may not be skipped)", pytrace=False)

    return stop


@pytest.fixture(scope="module")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """Chromium; started once a module, because it keeps an event loop running meanwhile."""
    with sync_playwright() as playwright:
        try:
            started = driving.start_browser(playwright)
        except driving.NoBrowser as error:
            missing(str(error))
        yield started
        started.close()


@pytest.fixture(scope="module")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[driving.Lab]:
    """JupyterLab with an empty folder and settings of its own."""
    with driving.running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture(scope="session")
def npm_copies(
    missing: Callable[[str], NoReturn],
    tmp_path_factory: pytest.TempPathFactory,
    testrun_uid: str,
) -> None:
    """The pinned copies, installed by npm where they are missing or of other versions."""
    installed = driving.MODULES / ".package-lock.json"
    lock = driving.HERE / "package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None:
        missing("npm is not on the PATH: it installs the scripts that an exported page needs")
    folder = tmp_path_factory.getbasetemp().parent / f"npm-{testrun_uid}"
    driving.run_once([npm, "ci", "--no-audit", "--no-fund"], cwd=driving.HERE, folder=folder)


@pytest.fixture
def scheme() -> str:
    """The colour scheme the browser asks for; tests of both have a parameter of this name."""
    return "light"


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of; what is left of it in the end is a failure."""
    return []


@pytest.fixture
def page(
    browser: Browser, scheme: str, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A fresh page; where the test fails, a picture of it is kept."""

    def heard(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(f"{said.text} ({said.location['url']})")

    context = browser.new_context(viewport=driving.WINDOW, color_scheme=scheme)
    page = context.new_page()
    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    if request.node.stash.get(FAILED, False) or complaints:
        SCREENSHOTS.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", request.node.name).strip("-")
        page.screenshot(path=SCREENSHOTS / f"{name}.png")
    context.close()
    assert not complaints


@pytest.fixture
def open_notebook(page: Page, lab: driving.Lab) -> Iterator[Opener]:
    """Open a copy of a lesson, or a notebook of the given cells; nothing leaves the machine."""
    refused = driving.refuse_elsewhere(page, lab.origin)

    def opener(content: Path | Sequence[str]) -> driving.Notebook:
        if isinstance(content, Path):
            notebook, name = nbformat.read(content, 4), content.name
        else:
            cells = [nbformat.v4.new_code_cell(source) for source in content]
            notebook, name = nbformat.v4.new_notebook(cells=cells), "made_here.ipynb"
        notebook.metadata["kernelspec"] = driving.KERNEL
        nbformat.write(notebook, lab.folder / name)
        return driving.Notebook(page, lab, name)

    yield opener
    lab.end_kernels()
    assert not refused


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember that a test failed, for `page` to take its picture."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report
