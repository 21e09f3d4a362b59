"""An answer that would give itself points in Formgrader, in a browser: before and after.

The page is opened as the instructor opens it, in a browser that is logged in. Before: the text as
it was handed in stands in the graded notebook. After: the notebook is as the grading leaves it.
"""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from batches import Batch, cell_of
from nbgrader.api import Gradebook
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
import driving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASSIGNMENT, NOTEBOOK, WORDS = "1-output-sizes", "output_sizes", "words-halves"
TAKES_POINTS = (
    "fetch(base_url + '/api/grades?submission_id=' + submission_id)"
    ".then(function (r) { return r.json() })"
    ".then(function (all) { all.forEach(function (one) {"
    " fetch(base_url + '/api/grade/' + one.id, {method: 'PUT', headers:"
    " {'Content-Type': 'application/json',"
    " 'X-XSRFToken': document.cookie.split('_xsrf=')[1].split(';')[0]},"
    " body: JSON.stringify({manual_score: one.max_score, extra_credit: 0})}) }) })"
)
IMG = f'<img src="x" onerror="{TAKES_POINTS}">'


def put_out(kind, text):
    return f"from IPython.display import display\n\ndisplay({{{kind!r}: {text!r}}}, raw=True)"


# what a submission brings: a text, or a cell that puts something out
ATTACKS = {
    "words": (f"They are halved. {IMG}", None),
    "details": (f'<details open ontoggle="{TAKES_POINTS}"><summary>x</summary></details>', None),
    "html": (None, ("text/html", IMG)),
    "script": (None, ("text/html", f"<script>{TAKES_POINTS}</script>")),
    "javascript": (None, ("application/javascript", TAKES_POINTS)),
    "markdown": (None, ("text/markdown", IMG)),
}


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """A graded course in which everybody attacks."""
    made = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    for student, (text, output) in ATTACKS.items():
        answers = {} if text is None else {WORDS: text}
        if output is not None:
            answers["answer-dropped-cells"] = put_out(*output)
        made.hand_in(student, answers)
    made.grade()
    return made


@pytest.fixture(scope="module")
def server(batch):
    """Formgrader on this machine's loopback, in the course folder; gives its address and token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={token}"]
    command += [f"--ServerApp.root_dir={batch.course}", "--allow-root"]
    place = batch.course.parent / "server"
    place.mkdir(exist_ok=True)
    own = {name: str(place / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    with (place / "log").open("w") as log:
        started = subprocess.Popen(
            command, cwd=batch.course, stdout=log, stderr=log, env=os.environ | own
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=5).close()
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail((place / "log").read_text()[-3000:])
        yield address, token
    finally:
        started.terminate()
        started.wait(20)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        try:
            started = driving.start_browser(playwright)
        except driving.NoBrowser as error:
            if os.environ.get("CI", "").lower() in ("", "0", "false"):
                pytest.skip(str(error))
            pytest.fail(f"{error} (CI is set: this may not be skipped)", pytrace=False)
        yield started
        started.close()


def open_page(batch, server, browser, student):
    """Open a submission in Formgrader, and give whatever is in it time to act."""
    address, token = server
    with Gradebook(f"sqlite:///{batch.course / 'gradebook.db'}") as book:
        submission = book.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student).id
    context = browser.new_context()
    page = context.new_page()
    page.route("**/*", lambda r: r.continue_() if r.request.url.startswith(address) else r.abort())
    page.goto(f"{address}/formgrader/?token={token}", timeout=120_000)
    page.goto(f"{address}/formgrader/submissions/{submission}/", timeout=120_000)
    page.wait_for_load_state("networkidle", timeout=60_000)
    page.wait_for_timeout(1_500)
    text = page.inner_text("#notebook")
    context.close()
    return text


def set_by_hand(batch, student):
    """Return the points that nobody but the page can have set."""
    with Gradebook(f"sqlite:///{batch.course / 'gradebook.db'}") as book:
        grades = book.find_submission_notebook(NOTEBOOK, ASSIGNMENT, student).grades
        found = {one.name: one.manual_score for one in grades if one.manual_score is not None}
        for one in grades:
            one.manual_score = None
        book.db.commit()
    return found


def as_handed_in(batch, student):
    """Put into the graded notebook what the grading has taken out of it."""
    path = batch.course / "autograded" / student / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    before = path.read_text()
    text, output = ATTACKS[student]
    notebook = nbformat.read(path, 4)
    if text is not None:
        cell_of(notebook, WORDS).source = text
    else:
        data = dict([output])
        cell_of(notebook, "answer-dropped-cells").outputs = [
            nbformat.v4.new_output("display_data", data=data)
        ]
    path.chmod(0o644)
    path.write_text(json.dumps(notebook))
    return path, before


@pytest.mark.parametrize("student", ATTACKS)
def test_before_it_gives_itself_all_points(batch, server, browser, student):
    path, before = as_handed_in(batch, student)
    try:
        open_page(batch, server, browser, student)
    finally:
        path.write_text(before)
    found = set_by_hand(batch, student)
    assert len(found) == 5
    assert set(found.values()) == {4.0}


@pytest.mark.parametrize("student", ATTACKS)
def test_after_it_gives_itself_nothing_and_can_be_read(batch, server, browser, student):
    text = open_page(batch, server, browser, student)
    assert set_by_hand(batch, student) == {}
    assert "In your own words" in text
    if student == "words":
        assert "They are halved." in text
