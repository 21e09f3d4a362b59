"""Collect what a learning-management system gives: zips and files with names of every kind.

nbgrader's ``zip_collect`` stops at the first zip that is broken and at the second file of a
student, and passes over what has another ending. Here every file is looked at first: one file of
each student is collected, and what becomes of the others is written down for the class report.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import tarfile
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from ..exercises.seeded_random import identity

TOLD = "collected.csv"  # beside ``archive`` and ``extracted``
DATABASE = "gradebook.db"
LARGEST = 2**30  # bytes in one archive, unpacked
MOST_FILES = 20_000
DEEPEST = 3  # an archive in an archive in an archive
JUNK = re.compile(
    r"__MACOSX|\.ipynb_checkpoints|^\._|^\.|^Thumbs\.db$|^timestamp\.txt$", re.IGNORECASE
)
NOTEBOOK = re.compile(r"\.ipynb(?:\.(?:txt|json|ipynb))*$|\.ipynb(?= ?\(\d+\)$)", re.IGNORECASE)
KINDS = {
    **dict.fromkeys((".html", ".htm"), "an HTML page"),
    **dict.fromkeys((".pdf", ".docx", ".odt"), "a document"),
    **dict.fromkeys((".rar", ".7z"), "an archive that is not read"),
    **dict.fromkeys(
        (".icloud", ".gdoc", ".url", ".webloc", ".lnk"),
        "a placeholder for a file that is still in a cloud or on another machine",
    ),
    ".py": "a Python script",
}


@dataclass(frozen=True)
class Told:
    """What became of a file that was not collected, or not as it came.

    Attributes
    ----------
    student
        Whose it is, as far as its name says; empty if that cannot be told.
    file
        Its name.
    why
        What the matter is, for people.
    """

    student: str
    file: str
    why: str


class Unpack(ExtractorPlugin):
    """Unpacks every archive by itself, and decides which file is whose."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack and copy all files, and write down what is told about them."""
        archive, extracted = Path(archive_path), Path(extracted_path)
        told = [*_unpacked(archive, extracted)]
        told += choose(extracted).told
        write_told(extracted.parent / TOLD, _with_students(told, extracted))
        for one in told:
            self.log.warning("%s: %s", one.file, one.why)


class ByName(FileNameCollectorPlugin):
    """Says whose a file is, if it is the one that counts."""

    _chosen: Chosen | None = None

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """Return the student's and the notebook's name, or None for a file that is left out."""
        path = Path(submitted_file)
        if self._chosen is None:
            extracted = next(one for one in path.parents if one.name == "extracted")
            self._chosen = choose(extracted)
        found = self._chosen.files.get(path)
        return None if found is None else {"student_id": found[0], "file_id": found[1]}


# --- whose a file is ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """Which files count, whose they are and of which notebook; and what is told of the others."""

    files: dict[Path, tuple[str, str]]
    told: tuple[Told, ...]


def pattern(notebooks: Iterable[str]) -> re.Pattern[str]:
    """Return what the name of a file looks like: …_<student's id>_<notebook>… .

    Examples
    --------
    >>> pattern(["output_sizes"]).search("Ada Lovelace_98_s1234567_output_sizes.ipynb")["student"]
    's1234567'
    """
    names = "|".join(map(re.escape, notebooks))
    return re.compile(
        r"(?:^|[_/\\])(?!file_)(?P<student>[^\W_]+(?:[.@-][^\W_]+)*)_"
        rf"(?P<notebook>{names})\b[^/\\]*$"
    )


def choose(extracted: Path) -> Chosen:
    """Choose one file for each student and notebook: the newest.

    Parameters
    ----------
    extracted
        The folder with all files, ``downloaded/<assignment>/extracted``.
    """
    course, assignment = extracted.parents[2], extracted.parent.name
    notebooks = [one.stem for one in sorted((course / "release" / assignment).glob("*.ipynb"))]
    named, known = pattern(notebooks or ["no notebook was released"]), _known(course)
    found: dict[tuple[str, str], list[Path]] = {}
    spelled: dict[str, str] = {}
    told: list[Told] = []
    for path in sorted(extracted.rglob("*")):
        junk = any(map(JUNK.search, path.relative_to(extracted).parts))
        if not path.is_file() or (junk and path.suffix != ".icloud"):  # hidden, and all there is
            continue
        if path.suffix != ".ipynb":
            told += _other_ending(path, named)
            continue
        match = named.search(unicodedata.normalize("NFC", str(path.relative_to(extracted))))
        if match is None:
            told.append(Told("", path.name, _no_student(path, course)))
            continue
        own = identity(match["student"])
        student = known.get(own) or spelled.setdefault(own, match["student"])
        found.setdefault((student, match["notebook"]), []).append(path)
    files = {}
    for (student, notebook), paths in found.items():
        *older, newest = sorted(paths, key=lambda p: (p.stat().st_mtime, len(p.name), p.name))
        files[newest] = (student, f"{notebook}.ipynb")
        why = f"there are {len(paths)} files of this student: {newest.name} counts, the newest"
        told += [Told(student, one.name, why) for one in older]
    return Chosen(files, tuple(told))


def _known(course: Path) -> dict[str, str]:
    """Return the students that there are already, by their id: its spelling stays."""
    names = [one.name for one in (course / "submitted").glob("*") if one.is_dir()]
    if (course / DATABASE).exists():
        with Gradebook(f"sqlite:///{course / DATABASE}") as book:
            names += [one.id for one in book.students]
    return {identity(one): one for one in names}


def _no_student(path: Path, course: Path) -> str:
    every = {one.stem for one in (course / "release").glob("*/*.ipynb")}
    other = next((one for one in sorted(every) if one in path.name), None)
    asked = "<student id>_<notebook>.ipynb is expected"
    return f"its name does not say whose it is, and of what: {asked}" + (
        f"; it names {other}, perhaps without an id, or of another assignment" if other else ""
    )


def kind_of(name: str) -> str:
    """Return what a file is that is no notebook, by its ending; empty if that says nothing."""
    return KINDS.get(PurePosixPath(name).suffix.lower(), "")


def _other_ending(path: Path, named: re.Pattern[str]) -> Iterator[Told]:
    kind = kind_of(path.name)
    match = named.search(unicodedata.normalize("NFC", path.name.removeprefix(".")))
    if kind or match:
        student = match["student"] if match else ""
        yield Told(student, path.name, f"it is {kind or 'no notebook'}: ask for the .ipynb file")


def _with_students(told: Iterable[Told], extracted: Path) -> Iterator[Told]:
    """Name the student also where only an archive's name says who it is."""
    course, assignment = extracted.parents[2], extracted.parent.name
    names = [one.stem for one in (course / "release" / assignment).glob("*.ipynb")]
    named, known = pattern(names or ["no notebook was released"]), _known(course)
    for one in told:
        match = named.search(unicodedata.normalize("NFC", one.file.removeprefix(".")))
        student = one.student or (match["student"] if match else "")
        yield Told(known.get(identity(student), student) if student else "", one.file, one.why)


# --- archives -----------------------------------------------------------------------------------


def _unpacked(archive: Path, extracted: Path) -> Iterator[Told]:
    """Copy files and unpack archives; what cannot be unpacked is told and stops nothing."""
    for path in sorted(archive.rglob("*")):
        if path.is_file():
            yield from _one(path, extracted / path.relative_to(archive).parent, DEEPEST)


def _one(path: Path, to: Path, depth: int) -> Iterator[Told]:
    if not (zipfile.is_zipfile(path) and path.suffix.lower() == ".zip") and not _is_tar(path):
        if path.suffix.lower() in (".zip", ".gz", ".tgz", ".tar"):
            yield Told("", path.name, "it is a broken archive: ask for it again")
            return
        yield from _copied(path, to)
        return
    inside = _free(to / unicodedata.normalize("NFC", path.name.partition(".")[0]))
    try:
        _unpack(path, inside)
    except Exception as error:  # an archive may be broken in every way
        shutil.rmtree(inside, ignore_errors=True)
        why = f"it is a broken archive ({type(error).__name__}): ask for it again"
        yield Told("", path.name, why)
        return
    if depth == 0:
        yield Told("", path.name, "it is an archive in an archive in an archive: not read")
        return
    for one in sorted(inside.rglob("*")):
        if one.is_file() and (one.suffix.lower() == ".zip" or _is_tar(one)):
            yield from _one(one, one.parent, depth - 1)
            one.unlink()
        elif one.is_file():
            yield from _renamed(one)


def _is_tar(path: Path) -> bool:
    return path.name.lower().endswith((".tar", ".tar.gz", ".tgz")) and tarfile.is_tarfile(path)


def _unpack(path: Path, to: Path) -> None:
    """Unpack an archive within ``to``, with the times that its files had."""
    to.mkdir(parents=True)
    if _is_tar(path):
        with tarfile.open(path) as tar:
            _require_few([one.size for one in tar.getmembers()])
            tar.extractall(to, filter="data")
        return
    with zipfile.ZipFile(path) as archive:
        _require_few([one.file_size for one in archive.infolist()])
        for one in archive.infolist():
            parts = [p for p in PurePosixPath(one.filename).parts if p not in ("/", "..", ".")]
            if one.is_dir() or not parts:
                continue
            target = _free(to.joinpath(*(unicodedata.normalize("NFC", p) for p in parts)))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(one))
            _date(target, one.date_time)


def _require_few(sizes: Collection[int]) -> None:
    if len(sizes) > MOST_FILES or sum(sizes) > LARGEST:
        raise ValueError("too many or too large files in it")


def _date(path: Path, when: tuple[int, ...]) -> None:
    try:
        stamp = datetime(*when).timestamp()  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError):
        return
    os.utime(path, (stamp, stamp))


def _copied(path: Path, to: Path) -> Iterator[Told]:
    to.mkdir(parents=True, exist_ok=True)
    copy = _free(to / unicodedata.normalize("NFC", path.name))
    shutil.copy2(path, copy)
    yield from _renamed(copy)


def _renamed(path: Path) -> Iterator[Told]:
    """Give a notebook under a name like ``….ipynb.txt`` or ``….IPYNB`` the ending that it has."""
    found = NOTEBOOK.search(path.name)
    if found is None or path.name.endswith(".ipynb"):
        return
    new = path.rename(_free(path.with_name(path.name[: found.start()] + ".ipynb")))
    yield Told("", path.name, f"it was collected as {new.name}: its ending was another")


def _free(path: Path) -> Path:
    """Return a path that is not taken yet."""
    number, free = 2, path
    while free.exists():
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return free


# --- what is told -------------------------------------------------------------------------------


def write_told(path: Path, told: Iterable[Told]) -> None:
    """Write down what is told."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("student", "file", "why"))
        writer.writerows(map(astuple, told))


def read_told(path: Path) -> list[Told]:
    """Read what was written; nothing where nothing was collected so."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [Told(one["student"], one["file"], one["why"]) for one in csv.DictReader(file)]
