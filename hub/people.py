"""Who is who: courses by name, instructors by group, and the server's account of each login."""

from __future__ import annotations

import csv
import grp
import hashlib
import os
import pwd
import re
import subprocess
import tomllib
from pathlib import Path
from typing import NamedTuple

STATE = Path("/srv/pooling")
COURSES = STATE / "courses.toml"
PEOPLE = STATE / "people.csv"  # for the grading: whose account has another name than the login
PREFIX = "jupyter-"
LONGEST = 26  # a name of so many characters is cut off, as The Littlest JupyterHub does it
GRADER = "grader-"  # the account that keeps a course: its sources, its secret, its gradebook
PERSONS = range(1000, 60_000)  # the ids that Debian gives to people's accounts


class Course(NamedTuple):
    """A course: its name, who teaches it, who takes it."""

    name: str
    instructors: tuple[str, ...]
    students: tuple[str, ...]

    @property
    def grader(self) -> str:
        """The account, and the user of the hub, that keeps the course."""
        return GRADER + self.name

    @property
    def folder(self) -> Path:
        """Where nbgrader works for this course."""
        return Path("/home", self.grader, "course")


class Strange(Exception):
    """An account or a list is not as it must be; the text says what."""


def courses(path: Path = COURSES) -> tuple[list[Course], list[str]]:
    """Return the courses of a list, and the hub's admins.

    Raises
    ------
    Strange
        If a name in it cannot be one: the text says which.
    """
    listed = tomllib.loads(path.read_text("utf-8"))
    found = [
        Course(name, tuple(one["instructors"]), tuple(one["students"]))
        for name, one in listed["courses"].items()
    ]
    for one in found:
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,23}", one.name):
            raise Strange(
                f"{path}: a course's name has small letters, digits and hyphens, 24 at most; "
                f"got {one.name!r}"
            )
        for login in (*one.instructors, *one.students):
            if login != login.lower() or login.startswith((GRADER, PREFIX)):
                raise Strange(
                    f"{path}: {login!r} cannot be a login: small letters, and neither {GRADER}… "
                    f"nor {PREFIX}…"
                )
    return found, list(listed.get("admins", ()))


def system_name(login: str, own_accounts: bool = False) -> str:
    """Return the name of the account that belongs to a login.

    Parameters
    ----------
    login
        As it is typed, or as the university's sign-in says it.
    own_accounts
        Whether the server may have an account of that very name for this person. Only where that
        account's password is asked for: from anywhere else ``backup`` would be a login, too.
    """
    if login.startswith(GRADER) or (own_accounts and _is_a_persons(login)):
        return login
    plain = PREFIX + login
    fits = re.sub(r"[^a-z0-9._-]", "-", plain)
    if fits == plain and len(plain) < LONGEST:
        return plain
    return f"{fits[:LONGEST]}-{hashlib.sha256(plain.encode()).hexdigest()[:5]}"


def _is_a_persons(name: str) -> bool:
    reserved = name.startswith((GRADER, PREFIX))
    return not reserved and account_exists(name) and pwd.getpwnam(name).pw_uid in PERSONS


def account_exists(name: str) -> bool:
    """Tell whether the server has an account of this name."""
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def ensure_account(login: str, name: str) -> None:
    """Make the account of a login where there is none, and close its home to everybody else.

    Raises
    ------
    Strange
        If it is somebody else's, whose login is cut off to the same name.
    """
    if name != login:
        _require_own(login, name)
    if not account_exists(name):
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
    account = pwd.getpwnam(name)
    home = Path(account.pw_dir)
    if home.is_dir() and home.stat().st_uid == account.pw_uid:
        home.chmod(0o700)  # Debian's useradd leaves homes open to be read


def _require_own(login: str, name: str) -> None:
    known = people()
    if known.setdefault(name, login) != login:
        raise Strange(f"the account {name} belongs to the login {known[name]}, and not to {login}")
    with PEOPLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(sorted(known.items()))
    PEOPLE.chmod(0o644)


def people() -> dict[str, str]:
    """Return the login of each account that has another name."""
    if not PEOPLE.exists():
        return {}
    with PEOPLE.open(encoding="utf-8", newline="") as file:
        return dict(csv.reader(file))


def give(path: Path, owner: str, mode: int) -> None:
    """Give a file or folder to an account, with these rights and no others."""
    account = pwd.getpwnam(owner)
    os.chown(path, account.pw_uid, grp.getgrgid(account.pw_gid).gr_gid)
    path.chmod(mode)
