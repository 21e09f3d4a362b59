"""A class on the hub, from its release to its feedback, in the browsers of those who are in it.

The tests follow one another, as the days of a class do.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import pytest
from conftest import PYTHON, STATE, Person, run
from playwright.sync_api import Page, expect

from pooling_lab import exercises
from pooling_lab.grading import release

ASSIGNMENT, NOTEBOOK = "1-output-sizes", "output_sizes.ipynb"
LESSON = "pooling_course/00_start_here.ipynb"
LINK = f"/hub/user-redirect/lab/tree/{LESSON}"
COURSE = Path("/home/grader-pooling/course")
INBOUND = STATE / "exchange" / "pooling" / "inbound"
STUDENTS = {"ada": "ada", "cy": "jupyter-cy"}  # and their accounts
VARIABLES = {
    "output-size": "rows_columns",
    "dropped-cells": "pixels",
    "chain-sizes": "sizes",
    "choose-window": "window",
}
POINTS = {"ada": 16, "cy": 12}


def formgrader(grace: Person, action: str) -> str:
    """Click one of the signs in Formgrader's line for the assignment; return what it says then."""
    grace.page.goto(f"{grace.hub.address}/user/grader-pooling/formgrader/")
    row = grace.page.locator("tbody tr").filter(has_text=ASSIGNMENT)
    row.locator(f".{action} a").click()
    said = grace.page.locator("#success-modal, #error-modal").first
    said.wait_for()
    assert "Success" in said.inner_text(), said.inner_text()
    return said.inner_text()


def assignment_list(person: Person) -> Page:
    """Open nbgrader's list in JupyterLab."""
    person.page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    person.page.get_by_role("menuitem", name="Assignment List", exact=True).click()
    return person.page


def answers(login: str) -> dict[str, str]:
    """Return what a student types: the right numbers for this login, but for one of cy's."""
    typed = {}
    for id, variable in VARIABLES.items():
        task = exercises.personal(id, login, "pooling-2026", numbers=1)
        typed[variable] = str(task.exercise.outcome(task.numbers).tolist())
    return typed | ({"pixels": "[0]"} if login == "cy" else {})


# --- lessons ------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", STUDENTS)
def test_a_student_follows_the_link_runs_lesson_00_and_moves_a_slider(people, login):
    page = people[login].open(LINK)
    expect(page.locator(".jp-NotebookPanel .jp-Cell").first).to_be_visible(timeout=120_000)
    lesson = people[login].notebook(LESSON)
    lesson.run_all(300)
    expect(lesson.panel.get_by_text("Everything is in place")).to_be_visible()
    explorer = lesson.explorers()[0]
    explorer.slider("kernel_size").focus()
    explorer.press("ArrowRight")
    expect(explorer.slider("kernel_size")).to_have_attribute("aria-valuetext", "3")


# --- the assignment, handed out and in ----------------------------------------------------------


def test_the_instructor_releases(people):
    grace = people["grace"]
    grace.open_course("pooling")
    formgrader(grace, "assign")
    assert "Released as: pooling 1-output-sizes" in formgrader(grace, "release")


@pytest.mark.parametrize("login", STUDENTS)
def test_a_student_fetches_answers_and_submits(people, login):
    person = people[login]
    assignment_list(person).get_by_role("button", name="Fetch", exact=True).click()
    expect(person.page.get_by_role("button", name="Submit", exact=True)).to_be_visible()
    sheet = person.notebook(f"pooling/{ASSIGNMENT}/{NOTEBOOK}")
    for variable, text in answers(login).items():
        sheet.cells.filter(has_text=f"{variable} = None").locator(".cm-content").click()
        person.page.keyboard.press("Control+a")
        person.page.keyboard.insert_text(f"{variable} = {text}")
    sheet.run_all()
    expect(sheet.panel.get_by_text(f"The assignment of {login}, in the course")).to_be_visible()
    sheet.save()
    assignment_list(person).get_by_role("button", name="Submit", exact=True).click()
    submitted = person.page.locator("#submitted_assignments_list")
    expect(submitted.get_by_text(ASSIGNMENT).first).to_be_attached(timeout=60_000)


# --- each sees what is theirs -------------------------------------------------------------------

SECRET = "secret.txt"
NOT_CYS = (
    "/home/ada",
    "/home/ada/pooling/1-output-sizes/output_sizes.ipynb",
    "/home/jupyter-grace",
    "/home/grader-pooling",
    f"{COURSE}/gradebook.db",
    f"{COURSE}/{SECRET}",
    str(INBOUND),
    str(STATE / "exchange" / "pooling" / "feedback"),
    str(STATE / "hub"),
    str(STATE / "courses.toml"),
    str(STATE / "passwords.csv"),
    str(STATE / "tls" / "key.pem"),
    "/etc/shadow",
)


@pytest.mark.parametrize("path", NOT_CYS)
def test_a_student_cannot_read(hub, path):
    assert Path(path).exists()
    refused = run("ls" if Path(path).is_dir() else "cat", path, by="jupyter-cy", check=False)
    assert "Permission denied" in refused.stderr


@pytest.mark.parametrize("folder", ["exchange/pooling", "exchange/pooling/outbound", "people.csv"])
def test_a_student_cannot_change(hub, folder):
    target = STATE / folder
    command = ("mv", str(target), f"{target}.gone")
    assert "not permitted" in (found := run(*command, by="jupyter-cy", check=False)).stderr or (
        "Permission denied" in found.stderr
    )
    assert target.exists()


@pytest.mark.parametrize(
    ("login", "path", "answer"),
    [
        ("cy", "/user/ada/lab", "403"),
        ("cy", "/user/grader-pooling/lab", "403"),
        ("cy", "/hub/spawn/grader-pooling", "404"),
        ("cy", "/hub/spawn/ada", "404"),
        ("cy", "/hub/admin", "403"),
        ("hedy", "/user/grader-pooling/formgrader/", "403"),
        ("hedy", "/hub/spawn/grader-pooling", "404"),
        ("grace", "/user/ada/lab", "403"),
        ("grace", "/hub/spawn/grader-elsewhere", "404"),
    ],
)
def test_the_hub_shows_nobody_what_is_anothers(hub, browser, login, path, answer):
    stranger = Person(hub, browser, login)
    assert stranger.refusal(path) == answer
    stranger.context.close()


@pytest.mark.parametrize("login", ["grader-pooling", "jupyter-cy", "root", "nobody-here"])
def test_nobody_signs_in_as(hub, browser, login):
    stranger = Person(hub, browser, login)
    stranger.page.goto(f"{hub.address}/hub/login")
    stranger.sign_in(hub.passwords["cy"])
    expect(stranger.page.get_by_text("Invalid username or password")).to_be_visible()
    stranger.context.close()


def test_what_a_kernel_says_does_not_go_over_the_network(people):
    for account in STUDENTS.values():
        files = [*Path("/home", account, ".jupyter-run").glob("kernel-*.json")]
        assert files
        assert {json.loads(one.read_text())["transport"] for one in files} == {"ipc"}


# --- graded, and given back ---------------------------------------------------------------------

# What a student of bad intent puts into the exchange.
FORGES = f"""
import os
from pathlib import Path

box = Path("{INBOUND}")
hers = box / "ada+{ASSIGNMENT}+2030-01-01 00:00:00 UTC+x"
hers.mkdir()
(hers / "{NOTEBOOK}").write_text("nothing")
(box / "ada+{ASSIGNMENT}+2031-01-01 00:00:00 UTC+y").symlink_to("{COURSE}")
(box / "x+{ASSIGNMENT}+no time at all+z").mkdir()
"""
STEALS = f"""
from pathlib import Path

box = Path("{INBOUND}")
own = box / "jupyter-hedy+{ASSIGNMENT}+2030-01-01 00:00:00 UTC+x"
own.mkdir()
(own / "{NOTEBOOK}").symlink_to("{COURSE}/source/{ASSIGNMENT}/{NOTEBOOK}")
(own / "notes.txt").symlink_to("{COURSE}/{SECRET}")
(own / "course").symlink_to("{COURSE}")
"""


def test_the_instructor_collects_and_nobody_hands_in_for_another(people):
    run(PYTHON, "-c", FORGES, by="jupyter-cy")
    run(PYTHON, "-c", STEALS, by="jupyter-hedy")
    said = formgrader(people["grace"], "collect")
    assert "Collecting submission: ada" in said
    submitted = COURSE / "submitted"
    for login, account in STUDENTS.items():
        sheet = json.loads((submitted / account / ASSIGNMENT / NOTEBOOK).read_text())
        text = "".join("".join(cell["source"]) for cell in sheet["cells"])
        assert f"pixels = {answers(login)['pixels']}" in text
    hedys = {one.name for one in (submitted / "jupyter-hedy" / ASSIGNMENT).iterdir()}
    assert hedys == {"timestamp.txt"}


def test_the_course_is_graded_and_the_numbers_are_the_logins(people):
    graded = run(
        *(PYTHON, "-m", "pooling_lab.grading.autograde", ASSIGNMENT, "--processes", "2"),
        by="grader-pooling",
        cwd=COURSE,
    )
    assert "2 graded" in graded.stdout, graded.stderr
    sandbox = ("bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true")
    possible = run(*sandbox, by="grader-pooling", check=False).returncode == 0
    notes = [] if possible else ["it was graded without a sandbox: it ran as you, with your files"]
    given = release.points(COURSE, ASSIGNMENT)
    for login, account in STUDENTS.items():
        assert sum(points for points in given[account].values() if points) == POINTS[login]
        path = COURSE / "autograded" / account / ASSIGNMENT / NOTEBOOK
        record = json.loads(path.read_text())["metadata"]["pooling_lab"]
        assert record["id"] == login
        assert record.get("notes", []) == notes


def test_each_student_fetches_their_own_feedback(people):
    formgrader(people["grace"], "generate-feedback")
    formgrader(people["grace"], "release-feedback")
    for login, account in STUDENTS.items():
        page = assignment_list(people[login])
        page.get_by_role("button", name="Fetch Feedback").first.click()
        expect(page.get_by_text("view feedback").first).to_be_attached(timeout=60_000)
        own = Path("/home", account, "pooling", ASSIGNMENT, "feedback")
        (found,) = own.rglob("*.html")
        text = found.read_text()
        assert re.search(rf"Score: {POINTS[login]}\.0 / 20\.0", text)
        assert (COURSE / SECRET).read_text().strip() not in text


# --- a copy, and back again ---------------------------------------------------------------------


def listing(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return every file below a folder with its owner, its rights and, of a file, its size."""
    lines = run("find", str(folder), "-printf", r"%P\t%u\t%g\t%M\t%y%s\n").stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    return {row[0]: tuple(one for one in row[1:] if not one.startswith("d4")) for row in rows}


def test_a_server_that_was_lost_is_restored(people, hub):
    backup = str(Path(sys.modules["conftest"].HUB) / "backup.py")
    points, exchange = release.points(COURSE, ASSIGNMENT), listing(STATE / "exchange")
    secret = (COURSE / SECRET).read_text()
    Path("/mnt/disk").mkdir()
    file = Path(run(PYTHON, backup, "save", "/mnt/disk").stdout.strip())
    assert file.stat().st_mode & 0o777 == 0o600
    assert run(PYTHON, backup, "restore", str(file), check=False).returncode == 1  # it is running
    for login in (*STUDENTS, "grace"):
        people[login].page.goto("about:blank")
    hub.stop()
    run("pkill", "-9", "-u", "grader-pooling,jupyter-cy")  # in the view of these tests alone
    for account in ("grader-pooling", "jupyter-cy"):
        run("userdel", "--force", "--remove", account, check=False)
    run("useradd", "somebody")  # so that the numbers of the accounts are others than before
    run("rm", "-r", str(STATE))
    run(PYTHON, backup, "restore", str(file))
    assert listing(STATE / "exchange") == exchange
    assert release.points(COURSE, ASSIGNMENT) == points
    assert (COURSE / SECRET).read_text() == secret
    assert "Permission denied" in run("ls", str(COURSE), by="jupyter-cy", check=False).stderr
    hub.start()
    page = people["grace"].open_course("pooling")
    page.goto(f"{hub.address}/user/grader-pooling/formgrader/")
    row = page.locator("tbody tr").filter(has_text=ASSIGNMENT)
    expect(row.locator(".num-submissions")).to_have_text("3")
    stranger = Person(hub, people["cy"].context.browser, "cy")
    # The password is the one that the account was given first.
    stranger.open(LINK).wait_for_url(f"**/user/cy/lab/tree/{LESSON}")
    stranger.context.close()


# What a server's administrator writes who wants idle servers stopped at once.
AT_ONCE = """
import sys

c = get_config()
culler = [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=20", "--cull-every=5"]
c.JupyterHub.services = [{"name": "idle-culler", "command": culler}]
"""


def test_a_hub_that_is_restarted_stops_nobody_but_the_idle(hub):
    def servers() -> int:
        asked = run("pgrep", "-c", "-u", "jupyter-cy", "-f", "jupyterhub.singleuser", check=False)
        return int(asked.stdout)

    hub.stop()
    assert servers() == 1
    (STATE / "hub_config.py").write_text(AT_ONCE)
    hub.start()
    for _ in range(60):
        if not servers():
            return
        time.sleep(2)
    pytest.fail(hub.log.read_text()[-3000:])
