"""The student's own copies are never lost, and every fault of the set-up is named."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pooling_lab import __main__ as command
from pooling_lab import course, exercises
from pooling_lab.course import lab as opened
from pooling_lab.course.progress import answers, cells_of


def lesson(text: str, outputs: bool = True) -> str:
    stored = [{"output_type": "stream", "name": "stdout", "text": ["42\n"]}] if outputs else []
    tagged = {"tags": ["picture"]}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [text]},
        {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": stored},
        {"cell_type": "code", "metadata": tagged, "execution_count": 2, "outputs": stored},
        {
            "cell_type": "code",
            "metadata": {"tags": ["check"]},
            "outputs": [],
            "source": ["assert 1"],
        },
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def clone(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr("pooling_lab.course.home.this_clone", lambda: tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pooling-lab"\nversion = "9.9"\n')
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name in ("00_start_here", "02_output_size"):
        (notebooks / f"{name}.ipynb").write_text(lesson(name))
    return tmp_path


def home(clone: Path) -> course.Home:
    return course.Home(clone / "notebooks", clone / "my_course")


def copy(clone: Path) -> list[str]:
    return course.copy_lessons(home(clone))


def own(clone: Path, name: str = "02_output_size") -> Path:
    return clone / "my_course" / f"{name}.ipynb"


def test_every_lesson_is_copied_once(clone):
    assert copy(clone) == ["00_start_here.ipynb: new", "02_output_size.ipynb: new"]
    assert copy(clone) == []


def test_a_copy_keeps_the_pictures_and_hides_the_answers(clone):
    copy(clone)
    _, answer, picture = json.loads(own(clone).read_text())["cells"]
    assert (answer["outputs"], answer["execution_count"]) == ([], None)
    assert picture["outputs"]


def test_a_copy_has_no_cells_that_only_assert(clone):
    copy(clone)
    assert "assert" not in own(clone).read_text()


def test_the_90_minutes_come_first_and_are_reset_by_their_number(clone):
    (clone / "notebooks" / course.FRONT_DOOR).write_text(lesson("# Pooling in 90 minutes"))
    assert copy(clone)[0] == f"{course.FRONT_DOOR}: new"
    own(clone, "pooling_in_90_minutes").write_text("my work")
    course.reset("90", home(clone))
    assert own(clone, "pooling_in_90_minutes.kept-1").read_text() == "my work"


def test_the_contents_tell_the_minutes_of_core_and_deeper(clone):
    said = "# {} · Title\n**Minutes:** 40 for the core, 20 for *Deeper*"
    front = "# Pooling in 90 minutes\n**Minutes:** 90"
    (clone / "notebooks" / course.FRONT_DOOR).write_text(lesson(front))
    for path in course.lesson_files(clone / "notebooks")[1:]:
        path.write_text(lesson(said.format(path.name[:2])))
    rows = course.contents(clone / "notebooks", clone / "notebooks").data.splitlines()[2:]
    assert rows == [
        "| | [Pooling in 90 minutes](pooling_in_90_minutes.ipynb) | 90 | |",
        "| 00 | [Title](00_start_here.ipynb) | 40 | 20 |",
        "| 02 | [Title](02_output_size.ipynb) | 40 | 20 |",
    ]


def test_work_is_kept_when_a_newer_original_comes(clone):
    copy(clone)
    own(clone).write_text("my work")
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newer"))
    (told,) = copy(clone)
    assert own(clone).read_text() == "my work"
    assert "make reset LESSON=02" in told


def test_an_untouched_copy_is_brought_up_to_date(clone):
    copy(clone)
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newer"))
    assert copy(clone) == ["02_output_size.ipynb: brought up to date"]
    assert "newer" in own(clone).read_text()


def test_a_file_of_the_students_own_is_never_overwritten(clone):
    (clone / "my_course").mkdir()
    own(clone).write_text("was here before")
    copy(clone)
    assert own(clone).read_text() == "was here before"


@pytest.mark.parametrize("number", ["02", "2", " 02 "])
def test_reset_starts_again_and_keeps_the_old_copies(clone, number):
    copy(clone)
    for work in ("first", "second"):
        own(clone).write_text(work)
        course.reset(number, home(clone))
    kept = [own(clone, f"02_output_size.kept-{n}").read_text() for n in (1, 2)]
    assert kept == ["first", "second"]
    assert "02_output_size" in own(clone).read_text()


@pytest.mark.parametrize("word", ["07", "", "two", "../02", "*"])
def test_reset_of_an_unknown_lesson_names_those_there_are(clone, word):
    with pytest.raises(course.CourseError, match="00, 02"):
        course.reset(word, home(clone))


def test_lab_opens_lesson_00_in_the_students_folder(clone):
    words = course.lab_command(clone / "my_course", browser=False, more=["--port=1"])
    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={clone / 'my_course'}" in words
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in words
    assert "--no-browser" in words and words[-1] == "--port=1"


NEWER = "02_output_size.ipynb: a newer version is there"


@pytest.mark.parametrize("folder", ["my_course", "elsewhere, with a space"])
def test_lab_opens_the_copy_changed_last_and_says_last_what_is_new(
    clone, monkeypatch, capsys, folder
):
    """The command that it names works for the folder in use."""
    ran: list[list[str]] = []
    monkeypatch.setattr(
        opened.subprocess,
        "run",
        lambda words, **_: ran.append(words) or subprocess.CompletedProcess(words, 0),
    )
    there = course.Home(clone / "notebooks", clone / folder)
    course.open_lab(home=there)
    change(there.own / "00_start_here.ipynb", 1)
    change(there.own / "02_output_size.ipynb", 2)
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newer"))
    capsys.readouterr()
    course.open_lab(home=there)
    urls = [word for words in ran for word in words if "default_url" in word]
    assert [url.rpartition("/")[2] for url in urls] == [
        "00_start_here.ipynb",
        "02_output_size.ipynb",
    ]
    said = capsys.readouterr().out.splitlines()
    assert said[-1].startswith(NEWER) and "It opens 02_output_size.ipynb" in said[-2]
    _, typed, _ = said[-1].split("`")
    assert ("--folder" in typed) == (folder != "my_course")
    if folder == "my_course":
        assert typed == course.this_way().command("reset", "02")
    else:
        assert command.main(shlex.split(typed)[3:]) == 0
        kept = there.own / "02_output_size.kept-1.ipynb"
        assert str(kept) in capsys.readouterr().out
        assert "changed" in kept.read_text()


def change(path: Path, second: int) -> None:
    """Work on a copy, so many seconds after everything was made."""
    notebook = json.loads(path.read_text())
    notebook["cells"][0]["source"] = ["changed"]
    path.write_text(json.dumps(notebook))
    at = path.stat().st_mtime + 1000 + second
    os.utime(path, (at, at))


def test_what_the_student_did_not_change_was_not_worked_on(clone):
    copy(clone)
    assert course.last_worked_on(home(clone)) is None
    change(own(clone, "00_start_here"), 1)
    own(clone).write_text("no notebook, so it would not open")
    assert course.last_worked_on(home(clone)) == "00_start_here.ipynb"
    course.reset("00", home(clone))
    assert course.last_worked_on(home(clone)) is None


def test_an_update_is_no_work(clone):
    copy(clone)
    change(own(clone, "00_start_here"), 1)
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newer"))
    copy(clone)
    at = own(clone, "00_start_here").stat().st_mtime + 1000
    os.utime(own(clone), (at, at))
    assert course.last_worked_on(home(clone)) == "00_start_here.ipynb"


def test_an_unknown_lesson_at_the_command_line_is_told_without_a_traceback(capsys):
    assert command.main(["reset", "99"]) == 2
    assert "There is no lesson '99'" in capsys.readouterr().err


def test_lab_asks_nobody_for_news_and_has_room_for_file_names(tmp_path):
    """What the command hands to JupyterLab is what JupyterLab makes of it."""
    program = (
        "from jupyterlab_server.settings_utils import _get_overrides as get; import json;"
        f"print(json.dumps(get({str(tmp_path)!r})[0]))"
    )
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=course.lab_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    settings = json.loads(said.stdout)
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
    files = settings["@jupyterlab/filebrowser-extension:browser"]
    assert files["showLastModifiedColumn"] is False


# --- how far one has come -----------------------------------------------------------------

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
BOTH = ["output-size", "choose-window"]


def exercise(id: str, said: object = None, task: object = None) -> list[dict[str, object]]:
    """A task, its stub and its check as they are saved, each with what it showed."""
    sources = (f'exercises.show("{id}")', "answer = None", f'exercises.check(\n    "{id}", answer)')
    return [
        {
            "cell_type": "code",
            "metadata": {},
            "source": source.splitlines(keepends=True),
            "outputs": []
            if shown is None
            else [{"data": {"text/plain": repr(shown).splitlines(keepends=True)}}],
        }
        for source, shown in zip(sources, (task, None, said), strict=True)
    ]


def notebook(title: str, *cells: list[dict[str, object]], deeper: str = "") -> str:
    text = f"# {title}\n**Minutes:** 40 for the core, 20 for *Deeper*"
    found: list[object] = [{"cell_type": "markdown", "metadata": {}, "source": text}]
    for one in cells:
        if deeper and deeper in str(one):
            heading = "## Deeper (optional)"
            found.append({"cell_type": "markdown", "metadata": {}, "source": heading})
        found += one
    return json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


NOT_TRIED = exercises.check("output-size", None)
WRONG = exercises.check("output-size", (1, 1))
RIGHT = exercises.check("output-size", (49, 29))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (None, None),
        (NOT_TRIED, None),
        (WRONG, False),
        (RIGHT, True),
        (exercises.check("output-size", print), False),
        *(
            (exercises.Verdict("output-size", s, "Text: b\n✓ Right: x"), s == "passed")
            for s in ("passed", "wrong", "error")
        ),
        (exercises.Verdict("output-size", "not attempted", "Text"), None),
    ],
    ids=["not run", "not tried", "wrong", "right", "a function", "p", "w", "e", "n"],
)
def test_a_verdict_is_read_from_its_stored_text(said, found):
    assert answers(exercise("output-size", said)) == {"output-size": found}


def test_every_exercise_of_every_lesson_is_found():
    """The course's own are not tried, but for the one that lesson 00 answers to show a check."""
    found = {path.name[:2]: answers(cells_of(path)) for path in course.lesson_files(NOTEBOOKS)}
    assert found.pop("00") == {"output-size": False}
    for path in course.lesson_files(NOTEBOOKS):
        stubs = [cell["id"] for cell in cells_of(path) if cell["id"].startswith("stub-")]
        mine = found.get(path.name[:2], {})
        assert {f"stub-{id}" for id in mine} == set(stubs) and not any(mine.values())


def test_right_once_is_right():
    cells = [*exercise("output-size", RIGHT), *exercise("output-size", WRONG)]
    assert answers(cells) == {"output-size": True}


@pytest.fixture
def started(clone) -> Path:
    (clone / "notebooks" / "00_start_here.ipynb").write_text(
        notebook("00 · Start", exercise("output-size", WRONG))
    )
    for number in ("02_output_size", "03_by_hand", "07_rarer", "10_vgg"):
        text = notebook(f"{number[:2]} · Title", *map(exercise, BOTH), deeper="choose-window")
        (clone / "notebooks" / f"{number}.ipynb").write_text(text)
    copy(clone)
    return clone


def work(clone: Path, name: str, *said: object) -> None:
    cells = (
        exercise(id, one and exercises.Verdict(id, one, "why"))
        for id, one in zip(BOTH, said, strict=True)
    )
    own(clone, name).write_text(notebook("Mine", *cells, deeper="choose-window"))


def told(clone: Path) -> list[str]:
    return course.contents(clone / "my_course", clone / "notebooks").data.splitlines()


AS_TODAY = [
    "| | lesson | minutes | *Deeper* |",
    "|---|:---|---:|---:|",
    "| 00 | [Start](00_start_here.ipynb) | 40 | 20 |",
    "| 02 | [Title](02_output_size.ipynb) | 40 | 20 |",
    "| 03 | [Title](03_by_hand.ipynb) | 40 | 20 |",
    "| 07 | [Title](07_rarer.ipynb) | 40 | 20 |",
    "| 10 | [Title](10_vgg.ipynb) | 40 | 20 |",
]


def test_where_nothing_was_done_the_table_says_nothing_of_it(started):
    assert told(started) == AS_TODAY
    # Run from top to bottom, lesson 00's own answer included; nothing was answered.
    work(started, "02_output_size", "not attempted", "not attempted")
    own(started, "00_start_here").write_text(notebook("00", exercise("output-size", WRONG)))
    assert told(started) == AS_TODAY
    assert "of 2" not in course.table(home(started))


def test_the_contents_say_what_is_right_what_is_open_and_where_to_go_on(started):
    work(started, "02_output_size", "passed", "passed")
    work(started, "03_by_hand", "wrong", None)
    (started / "my_course" / "my_bets.json").write_text('{"a": {}, "b": {}}')
    assert told(started) == [
        "| | lesson | minutes | *Deeper* | you |",
        "|---|:---|---:|---:|---:|",
        "| 00 | [Start](00_start_here.ipynb) | 40 | 20 | |",
        "| 02 | [Title](02_output_size.ipynb) | 40 | 20 | 2 of 2 ✓ |",
        "| 03 | [Title](03_by_hand.ipynb) | 40 | 20 | 0 of 2 |",
        "| 07 | [Title](07_rarer.ipynb) | 40 | 20 | |",
        "| 10 | [Title](10_vgg.ipynb) | 40 | 20 | |",
        "",
        "*Open:* output-size ([03](03_by_hand.ipynb))",
        "",
        "*Next:* [10 · Title](10_vgg.ipynb)",
        "",
        "*Bets:* 2 placed; lesson 12 tells what became of them",
    ]
    assert course.table(home(started)).splitlines() == [
        "00    60 min            Start",
        "02    60 min  2 of 2 ✓  Title",
        "03    60 min  0 of 2    Title",
        "07    60 min            Title",
        "10    60 min            Title",
        "",
        "Open: output-size (03)",
        "Next: 10 · Title",
        "Bets: 2 placed; lesson 12 tells what became of them",
        f"Your copies: {started / 'my_course'}",
    ]


CORE_DONE = {"02_output_size": ("passed", None), "03_by_hand": ("wrong", None)}
NEXT = [
    ("a core begun and not finished", {"03_by_hand": (None, "passed")}, "03"),
    ("a lesson of the core was passed over", {"03_by_hand": ("passed", None)}, "02"),
    ("the core goes on behind 07", CORE_DONE, "10"),
    ("07 is begun", CORE_DONE | {"07_rarer": (None, "wrong")}, "07"),
    ("the core is done", CORE_DONE | {"10_vgg": ("error", None)}, "07"),
]


@pytest.mark.parametrize(("did", "number"), [n[1:] for n in NEXT], ids=[n[0] for n in NEXT])
def test_what_comes_next(started, did, number):
    for name, said in did.items():
        work(started, name, *said)
    assert [line[8:11] for line in told(started) if line.startswith("*Next")] == [f"[{number}"]


def test_when_everything_was_begun_nothing_comes_next(started):
    for path in course.lesson_files(started / "notebooks")[1:]:
        work(started, path.stem, "passed", None)
    assert not [line for line in told(started) if line.startswith("*Next")]


def test_in_the_courses_own_folder_nothing_is_read(started):
    """Lesson 00's stored output and the website show the plain table."""
    text = notebook("02 · Title", exercise("output-size", RIGHT))
    (started / "notebooks" / "02_output_size.ipynb").write_text(text)
    (started / "notebooks" / "my_bets.json").write_text('{"a": {}}')
    assert course.contents(started / "notebooks", started / "notebooks").data == "\n".join(AS_TODAY)


def test_the_copy_that_was_kept_is_listed(started):
    work(started, "02_output_size", "passed", "passed")
    course.reset("02", home(started))
    name = "02_output_size.kept-1.ipynb"
    assert told(started)[-1] == f"*Kept when you started again:* [{name}]({name})"


CHANGES = [
    ("nothing", "a task", WRONG, {}, "No exercise changed: nothing to redo."),
    ("not shown yet", None, None, {"output-size": "another"}, "No exercise changed: nothing"),
    ("the task was not kept", None, WRONG, {"output-size": "another"}, "`"),
    ("a task", "a task", WRONG, {"output-size": "another"}, "Changed exercises: output-size. `"),
    ("a new one", "a task", WRONG, {"chain-sizes": "new"}, "New exercises: chain-sizes. `"),
]


@pytest.mark.parametrize(
    ("shown", "verdict", "now", "said"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_a_newer_version_says_whether_anything_is_to_be_redone(started, shown, verdict, now, said):
    mine = exercise("output-size", verdict, shown)
    own(started).write_text(notebook("02 · Mine", mine))
    newer = {"output-size": "a task"} | now
    cells = (exercise(id, NOT_TRIED, task) for id, task in newer.items())
    (started / "notebooks" / "02_output_size.ipynb").write_text(notebook("02 · New", *cells))
    (line,) = copy(started)
    assert line.startswith(f"{NEWER}; yours is kept. {said}")
    assert told(started)[-1] == f"*New:* {line}"
    assert f"New: {line}" in course.table(home(started))


def test_an_untouched_copy_is_not_said_to_be_kept(started):
    newer = notebook("02 · New", exercise("output-size", NOT_TRIED))
    (started / "notebooks" / "02_output_size.ipynb").write_text(newer)
    assert not [line for line in told(started) if "newer version" in line]


# --- whatever lies in the folder ----------------------------------------------------------

CONFLICT = '<<<<<<< HEAD\n{"cells": []}\n=======\n{}\n>>>>>>> theirs\n'
STRANGE = {
    "empty": b"",
    "conflict markers": CONFLICT.encode(),
    "a mark at its beginning": b"\xef\xbb\xbf" + lesson("# 02 · Mine").encode(),
    "format 3": b'{"worksheets": [{"cells": []}], "metadata": {}, "nbformat": 3}',
    "no title cell": b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "cells that are none": b'{"cells": [1, null, {"cell_type": 3}], "nbformat": 4}',
    "no object": b"[]",
    "cut off": lesson("# 02 · Mine").encode()[:60],
    "junk": bytes(range(256)) * 9,
    "nested too deeply": b"[" * 200_000,
    "outputs that are none": json.dumps(
        {
            "cells": [
                {"cell_type": "code", "metadata": {}, "source": 'check("a")', "outputs": odd}
                for odd in (1, None, {}, [1], [{"data": 2}], [{"data": {"text/plain": [3, "✓"]}}])
            ]
        }
    ).encode(),
}


def not_a_file(path: Path, kind: str) -> None:
    if kind == "a folder":
        path.mkdir()
    elif kind == "a link to itself":
        path.symlink_to(path.name)
    elif kind == "a link to nothing":
        path.symlink_to("nowhere")
    else:
        os.mkfifo(path)


NO_FILES = ["a folder", "a link to itself", "a link to nothing"] + (
    ["a pipe"] if hasattr(os, "mkfifo") else []
)


@pytest.mark.parametrize("name", ["02_output_size", "16_my_notes", "02_output_size-Copy1", "é"])
@pytest.mark.parametrize("kind", STRANGE)
def test_any_notebook_of_a_students_is_kept_and_stops_nothing(clone, kind, name):
    (clone / "my_course").mkdir()
    own(clone, name).write_bytes(STRANGE[kind])
    copy(clone)
    table = course.contents(clone / "my_course", clone / "notebooks").data
    assert own(clone, name).read_bytes() == STRANGE[kind]
    assert re.findall(r"\((.*?)\)", table) == ["00_start_here.ipynb", "02_output_size.ipynb"]
    if name == "02_output_size":
        course.reset("02", home(clone))
        assert own(clone, "02_output_size.kept-1").read_bytes() == STRANGE[kind]
        assert json.loads(own(clone).read_text())["cells"]


@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_stops_nothing_and_can_be_put_aside(clone, kind):
    (clone / "my_course").mkdir()
    not_a_file(own(clone), kind)
    told = copy(clone)
    assert len(told) == 2 and "left as it is" in told[1] and "make reset LESSON=02" in told[1]
    assert "[" not in course.contents(clone / "my_course", clone / "notebooks").data.splitlines()[3]
    assert "02_output_size.kept-1.ipynb" in course.reset("02", home(clone))
    assert json.loads(own(clone).read_text())["cells"]


MEMORIES = [
    *STRANGE.values(),
    b'{"02_output_size.ipynb": null}',
    b'{"02_output_size.ipynb": {"original": 1, "copy": ["a"]}}',
    b'{"02_output_size.ipynb": {"original": "a"}}',
    b'{"../../evil.ipynb": {"original": "a", "copy": "b"}}',
    b"NaN",
    b'"text"',
]


@pytest.mark.parametrize("stored", MEMORIES, ids=range(len(MEMORIES)))
def test_a_damaged_memory_loses_no_work_and_stops_nothing(clone, stored):
    copy(clone)
    own(clone).write_text("my work")
    (clone / "my_course" / ".copies.json").write_bytes(stored)
    (told,) = copy(clone)
    assert "is kept" in told and own(clone).read_text() == "my work"
    assert copy(clone) == []  # it is told once
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newer"))
    (told,) = copy(clone)
    assert "a newer version is there" in told and own(clone).read_text() == "my work"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)
ENTRY = st.dictionaries(st.sampled_from(["original", "copy", "x"]), JSON)


@given(JSON | st.dictionaries(st.sampled_from(["02_output_size.ipynb", "a"]), ENTRY | JSON))
def test_a_memory_of_any_shape(stored):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "notebooks").mkdir()
        (root / "notebooks" / "02_output_size.ipynb").write_text(lesson("02"))
        (root / "my_course").mkdir()
        own(root).write_text("my work")
        (root / "my_course" / ".copies.json").write_text(json.dumps(stored))
        copy(root)
        assert own(root).read_text() == "my work"


@given(JSON | st.lists(st.dictionaries(st.just("data"), JSON)), JSON)
def test_outputs_of_any_shape(outputs, said):
    data = [{"data": {"text/plain": said}}]
    for one in (outputs, data):
        cell = {"cell_type": "code", "metadata": {}, "source": 'check("a", 1)', "outputs": one}
        assert answers([cell]) == {"a": None}


@pytest.mark.parametrize("stored", MEMORIES, ids=range(len(MEMORIES)))
def test_damaged_bets_stop_nothing(clone, stored):
    copy(clone)
    (clone / "my_course" / "my_bets.json").write_bytes(stored)
    assert "| 02 |" in course.contents(clone / "my_course", clone / "notebooks").data


@pytest.mark.parametrize("kind", NO_FILES)
def test_a_memory_that_is_no_file_stops_nothing(clone, kind):
    (clone / "my_course").mkdir()
    not_a_file(clone / "my_course" / ".copies.json", kind)
    assert copy(clone) == ["00_start_here.ipynb: new", "02_output_size.ipynb: new"]
    assert copy(clone) == []


@pytest.mark.parametrize("kind", [name for name in STRANGE if name != "a mark at its beginning"])
def test_a_damaged_original_harms_no_copy_and_is_not_started_again(clone, kind):
    copy(clone)
    own(clone).write_text("my work")
    original = clone / "notebooks" / "02_output_size.ipynb"
    original.write_bytes(STRANGE[kind])
    told = copy(clone)
    assert own(clone).read_text() == "my work"
    rows = course.contents(clone / "my_course", clone / "notebooks").data
    assert "(02_output_size.ipynb)" in rows
    if kind not in ("no title cell", "outputs that are none"):  # notebooks all the same
        assert "is damaged" in told[0]
        with pytest.raises(course.CourseError, match="cannot be started again"):
            course.reset("02", home(clone))
        assert own(clone).read_text() == "my work"


def test_a_reset_that_cannot_write_changes_nothing(clone, monkeypatch):
    copy(clone)
    own(clone).write_text("my work")
    before = sorted(path.name for path in (clone / "my_course").iterdir())
    real = os.replace

    def full(source, target):
        if str(target).endswith(".ipynb"):
            raise OSError("No space left on device")
        return real(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(course.CourseError, match="No space left"):
        course.reset("02", home(clone))
    assert own(clone).read_text() == "my work"
    assert sorted(path.name for path in (clone / "my_course").iterdir()) == before


def test_a_folder_that_cannot_be_is_told(clone):
    (clone / "my_course").write_text("a file")
    with pytest.raises(course.CourseError, match="which cannot be made"):
        copy(clone)


def test_an_update_that_was_broken_off_is_taken_up_again(clone):
    """The copy was replaced; what was to be remembered of it was not stored any more."""
    copy(clone)
    memory = clone / "my_course" / ".copies.json"
    old = memory.read_bytes()
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newer"))
    copy(clone)
    memory.write_bytes(old)
    assert copy(clone) == []
    (clone / "notebooks" / "02_output_size.ipynb").write_text(lesson("newest"))
    assert copy(clone) == ["02_output_size.ipynb: brought up to date"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", CONFLICT.encode()])
def test_a_folder_above_that_is_no_clone_is_passed_over(tmp_path, content):
    (tmp_path / "pyproject.toml").write_bytes(content)
    (tmp_path / "here").mkdir()
    assert course.clone_above(tmp_path / "here") in (None, course.clone_above(tmp_path.parent))


# --- the set-up check ---------------------------------------------------------------------


def test_this_environment_has_no_fault(capsys):
    assert course.faults() == []
    assert course.check_setup()
    assert "Everything is in place" in capsys.readouterr().out


def pretend_versions(monkeypatch, **versions):
    real = metadata.version

    def version(name):
        found = versions.get(name.replace("-", "_"), real)
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return real(name) if found is real else found

    monkeypatch.setattr(metadata, "version", version)


@pytest.mark.parametrize(
    ("case", "versions", "said", "command"),
    [
        ("wrong kernel", {"pooling_lab": None}, "not the course's", "make lab"),
        ("missing package", {"anywidget": None}, "anywidget is missing", "pip install"),
        ("old package", {"numpy": "1.26.4"}, "numpy is 1.26.4; the course needs", "pip install"),
        ("other torch", {"torch": "2.1.0+cpu"}, "torch is 2.1.0+cpu; the course", "pip install"),
        ("stale install", {"pooling_lab": "0.0.1"}, "0.0.1 is what was installed", "-e"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_each_fault_comes_with_the_one_command_that_mends_it(
    monkeypatch, capsys, case, versions, said, command
):
    pretend_versions(monkeypatch, **versions)
    assert not course.check_setup(Path(__file__).parent)
    out = capsys.readouterr().out
    assert said in out and command in out and "restart the kernel" in out


def test_a_package_older_than_the_lessons_is_noticed(clone):
    ((fault, command),) = course.faults(clone)
    assert "These lessons are of pooling_lab 9.9; this kernel has only" in fault
    assert "pip install" in command


@pytest.mark.parametrize("version", ["0.0.9", metadata.version("pooling-lab")])
def test_a_package_that_others_keep_for_everybody_is_no_fault(clone, version):
    """As on a hub: the lessons are a clone of one's own, the kernel's package is not."""
    declared = f'[project]\nname = "pooling-lab"\nversion = "{version}"\n'
    (clone / "pyproject.toml").write_text(declared)
    assert course.faults(clone) == []


def test_missing_sliders_are_noticed(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [])
    found = course.faults()
    assert len(found) == 2
    assert all("sliders" in fault and "--no-deps" in command for fault, command in found)
