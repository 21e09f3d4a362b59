"""Collect from nbgrader's exchange, into which everybody on a server may put what they like.

nbgrader takes a folder's name for its owner and follows links: a student could hand in as another,
or have the instructor fetch the secret into a submission. Here the owner of the folder decides
whose it is, and only files of that owner are copied.
"""

from __future__ import annotations

import fnmatch
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect
from traitlets import Bool

NO_TIME = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)  # as nbgrader has its times
MOST_FILES = 1000
TIMESTAMP = "timestamp.txt"


class CollectOwn(ExchangeCollect):
    """nbgrader's ``collect``, which trusts neither names nor links."""

    check_owner = Bool(False, help="The owner is looked at in another way here.").tag(config=True)

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Return whose a folder is, by its owner, and the time that its name says.

        Under a name that nbgrader has not given, it counts only where its owner has no other.
        """
        owner = _owner(path)
        try:
            record: dict[str, Any] = super()._path_to_record(path)
            if record["username"] == owner:
                return record
        except (ExchangeError, ValueError, OverflowError):  # a name of somebody's own invention
            pass
        self.log.warning("%s is taken for %s's, who owns it", path, owner)
        return {"username": owner, "filename": os.path.basename(path), "timestamp": NO_TIME}

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy what belongs to the folder's owner, without following any link."""
        try:
            place = os.open(src, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError as error:  # a link, a file, a folder that is shut: it stops nobody else's
            self.log.warning("%s is not collected: %s", src, error)
            return
        copied = 0
        try:
            os.makedirs(dest)
            owner = os.fstat(place).st_uid
            for name, file, size in _own_files(place, owner, [*self.coursedir.ignore]):
                copied += 1
                if size > 1000 * self.coursedir.max_file_size or copied > MOST_FILES:
                    self.log.warning("%s of %s is too large, or one too many: left out", name, src)
                    continue
                target = Path(dest, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as new:
                    shutil.copyfileobj(file, new)
        finally:
            os.close(place)
        when = self._path_to_record(src)["timestamp"]
        if when != NO_TIME:  # the file may say something else, or nothing that can be read
            Path(dest, TIMESTAMP).write_text(f"{when} UTC\n", encoding="utf-8")
        else:
            Path(dest, TIMESTAMP).unlink(missing_ok=True)


def _owner(path: str) -> str:
    """Return the name of the account that made a folder."""
    uid = os.lstat(path).st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"


def _own_files(place: int, owner: int, ignored: list[str]) -> Iterator[tuple[str, Any, int]]:
    """Yield the files below an open folder that are plain files of ``owner``.

    Each is opened before it is looked at, so that it cannot be exchanged for a link in between.
    """
    for root, folders, names, here in os.fwalk(".", dir_fd=place, follow_symlinks=False):
        folders[:] = [one for one in folders if not _matches(one, ignored)]
        for name in names:
            if _matches(name, ignored):
                continue
            try:
                handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
            except OSError:  # a link, or one that cannot be read
                continue
            with os.fdopen(handle, "rb") as file:
                found = os.fstat(handle)
                if stat.S_ISREG(found.st_mode) and found.st_uid == owner:
                    yield os.path.normpath(os.path.join(root, name)), file, found.st_size


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, one) for one in patterns)
