"""Keep a copy of what a server's courses cannot do without, and put it back.

    sudo /opt/pooling/bin/python hub/backup.py save /backup      while the hub runs, every night
    sudo /opt/pooling/bin/python hub/backup.py restore FILE      while it stands still

In it are the courses with their gradebooks and secrets, the exchange, and who is who. Not in it are
students' homes, which are ordinary files for whatever copies /home already, and what the hub itself
remembers: who is signed in, and which processes are whose, which would be wrong after a restart.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import pwd
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from people import STATE, Strange, account_exists, courses

GRADEBOOK = "gradebook.db"
HUB_PORT = 8081  # at which a running hub can be reached on its own machine


def kept() -> list[Path]:
    """Return the folders of which a copy is kept."""
    listed, _ = courses()
    return [STATE, *(one.folder for one in listed)]


def save(to: Path) -> Path:
    """Write a copy that only root can read, and return its path."""
    path = to / f"pooling-{time.strftime('%Y%m%d-%H%M%S')}.tar.gz"
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
        for folder in kept():
            archive.add(folder, filter=_plain_files)
            if (folder / GRADEBOOK).exists():
                _add_database(archive, folder / GRADEBOOK)
    part.rename(path)
    return path


def _plain_files(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    path = Path("/", member.name)
    left_out = path.parent == STATE / "hub" or path.name.startswith(GRADEBOOK)
    return None if left_out else member


def _add_database(archive: tarfile.TarFile, path: Path) -> None:
    """Add a database as it is between two writes, which a plain copy need not be."""
    with tempfile.NamedTemporaryFile() as copy:
        source, target = sqlite3.connect(path), sqlite3.connect(copy.name)
        source.backup(target)
        source.close()
        target.close()
        member = archive.gettarinfo(path)
        member.size = os.stat(copy.name).st_size
        with open(copy.name, "rb") as file:
            archive.addfile(member, file)


def restore(file: Path) -> list[Path]:
    """Put a copy back, and return what stood in its place, under the names it has now.

    Accounts that the server does not have are made: files are given back by name, not by number.

    Raises
    ------
    Strange
        If a hub is running: it would go on writing into what was put aside.
    """
    with socket.socket() as trying:
        if trying.connect_ex(("127.0.0.1", HUB_PORT)) == 0:
            raise Strange("a hub is running: stop it first (systemctl stop pooling-hub)")
    aside = []
    with tarfile.open(file) as archive:
        members = archive.getmembers()
        _make_accounts(archive, {one.uname for one in members})
        for place in _tops(members):
            if place.exists():
                now = time.strftime("%Y%m%d-%H%M%S")
                aside.append(place.rename(place.with_name(f"{place.name}.before-{now}")))
        # It is root's own file; any other filter would take away who may write into the exchange.
        archive.extractall("/", members, filter="fully_trusted")
    return aside


def _tops(members: list[tarfile.TarInfo]) -> list[Path]:
    """Return the folders that were kept: those whose parent is not in the archive."""
    names = {one.name for one in members}
    return [Path("/", one) for one in sorted(names) if str(Path(one).parent) not in names]


def _make_accounts(archive: tarfile.TarFile, names: set[str]) -> None:
    """Make the accounts that are missing, with the passwords that they were given first."""
    logins = dict(_rows(archive, "people.csv"))
    passwords = dict(_rows(archive, "passwords.csv"))
    for name in sorted(names):
        if account_exists(name):
            continue
        subprocess.run(["useradd", "--create-home", "--shell", "/bin/bash", name], check=True)
        Path(pwd.getpwnam(name).pw_dir).chmod(0o700)
        password = passwords.get(logins.get(name, name))
        if password:
            subprocess.run(["chpasswd"], input=f"{name}:{password}", text=True, check=True)


def _rows(archive: tarfile.TarFile, name: str) -> list[list[str]]:
    """Return the lines of one of the hub's lists, as it is in the archive."""
    try:
        file = archive.extractfile(str(STATE / name).lstrip("/"))
    except KeyError:
        return []
    return [] if file is None else [*csv.reader(io.TextIOWrapper(file, "utf-8"))]


def main() -> int:
    """Do one of the two, and say what was done."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("save").add_argument("to", type=Path, help="a folder, best of another disk")
    commands.add_parser("restore").add_argument("file", type=Path)
    options = parser.parse_args()
    try:
        if options.command == "save":
            print(save(options.to))
            return 0
        for place in restore(options.file):
            print(f"What was there is now {place}.")
    except (Strange, OSError, tarfile.TarError, sqlite3.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
