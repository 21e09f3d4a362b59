"""Make of a server what the hub needs; say it again after every change of courses.toml.

    sudo /opt/pooling/bin/python hub/set_up.py

It makes what is missing and leaves what is there: a user for each course with the course's folder,
the exchange, Jupyter's settings for everybody, and accounts for those who have none. The passwords
of new accounts are written to /srv/pooling/passwords.csv, which only root can read.
"""

from __future__ import annotations

import argparse
import csv
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from people import (
    COURSES,
    STATE,
    Course,
    Strange,
    account_exists,
    courses,
    ensure_account,
    give,
    system_name,
)

from pooling_lab.grading.release import new_course

HERE = Path(__file__).resolve().parent
ASSIGNMENTS = HERE.parent / "notebooks" / "assignments"
EXCHANGE = STATE / "exchange"
PASSWORDS = STATE / "passwords.csv"


def make_state() -> None:
    """Make the hub's own folders."""
    STATE.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name in ("hub", "tls"):
        (STATE / name).mkdir(exist_ok=True)
        give(STATE / name, "root", 0o700)
    if not COURSES.exists():
        shutil.copy(HERE / "courses.toml", COURSES)
    give(COURSES, "root", 0o600)
    EXCHANGE.mkdir(exist_ok=True)
    give(EXCHANGE, "root", 0o1777)  # nbgrader asks that all may write; nobody removes another's


def install_settings() -> None:
    """Put the settings of everybody's server, and what starts it, beside the installed course."""
    settings = Path(sys.prefix, "etc", "jupyter")
    shutil.copytree(HERE / "jupyter", settings, dirs_exist_ok=True)
    script = Path(sys.prefix, "bin", "pooling-hub-server")
    shutil.copy(HERE / "student_server.py", script)
    for path in (*settings.rglob("*"), script):
        path.chmod(0o755 if path.is_dir() or path == script else 0o644)


def make_course(course: Course) -> None:
    """Make the user that keeps a course, the course's folder, and its part of the exchange."""
    make_grader(course)
    if not course.folder.exists():
        copied = new_course(ASSIGNMENTS, course.folder)
        shutil.copy(ASSIGNMENTS / "class_report.ipynb", copied)
        with (copied / "nbgrader_config.py").open("a", encoding="utf-8") as file:
            file.write(f'\nc.CourseDirectory.course_id = "{course.name}"\n')
        subprocess.run(["chown", "-R", f"{course.grader}:", str(copied)], check=True)
    place = EXCHANGE / course.name
    # As nbgrader makes them, except that nobody removes from inbound what another handed in.
    rights = {".": 0o755, "outbound": 0o755, "inbound": 0o3733, "feedback": 0o711}
    for name, mode in rights.items():
        (place / name).mkdir(exist_ok=True)
        give(place / name, course.grader, mode)


def make_grader(course: Course) -> None:
    """Make a user that nobody can sign in as, with Formgrader in its menu."""
    if not account_exists(course.grader):
        shell = ["--create-home", "--shell", "/bin/bash", "--password", "*"]
        subprocess.run(["useradd", *shell, course.grader], check=True)
    home = course.folder.parent
    home.chmod(0o700)
    page = home / ".jupyter" / "labconfig" / "page_config.json"
    if not page.exists():
        page.parent.mkdir(parents=True, exist_ok=True)
        shown = ("formgrader", "create-assignment")
        lines = ",".join(f'"@jupyter/nbgrader:{one}": false' for one in shown)
        page.write_text(f'{{"disabledExtensions": {{{lines}}}}}\n', encoding="utf-8")
    subprocess.run(["chown", "-R", f"{course.grader}:", str(home / ".jupyter")], check=True)


def make_people(logins: list[str]) -> list[str]:
    """Make the accounts that are missing, with passwords; return whose they are."""
    new = []
    for login in logins:
        name = system_name(login, own_accounts=True)
        if not account_exists(name):
            new.append(login)
        ensure_account(login, name)
    passwords = [(login, secrets.token_urlsafe(9)) for login in new]
    given = "".join(f"{system_name(one, own_accounts=True)}:{word}\n" for one, word in passwords)
    subprocess.run(["chpasswd"], input=given, text=True, check=True)
    made = os.open(PASSWORDS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(made, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(passwords)
    return new


def main() -> int:
    """Do all of it, and say what was made."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--no-accounts",
        action="store_true",
        help="make no accounts: people sign in through the university, and get one then",
    )
    options = parser.parse_args()
    try:
        make_state()
        listed, _ = courses()
        install_settings()
        for course in listed:
            make_course(course)
        logins = sorted({one for c in listed for one in (*c.instructors, *c.students)})
        new = [] if options.no_accounts else make_people(logins)
    except Strange as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{len(listed)} courses and {len(logins)} people; new accounts: {len(new)}.")
    if new:
        print(f"Their passwords stand in {PASSWORDS}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
