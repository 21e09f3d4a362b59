"""The student's own copies are never lost, and every fault of the set-up is named."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

import pytest

from pooling_lab import __main__ as command
from pooling_lab import course


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
def clone(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pooling-lab"\nversion = "9.9"\n')
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name in ("00_start_here", "02_output_size"):
        (notebooks / f"{name}.ipynb").write_text(lesson(name))
    return tmp_path


def copy(clone: Path) -> list[str]:
    return course.copy_lessons(clone / "notebooks", clone / "my_course")


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
    course.reset("90", clone)
    assert own(clone, "pooling_in_90_minutes.kept-1").read_text() == "my work"


def test_the_contents_tell_the_minutes_of_core_and_deeper(clone):
    said = "# {} · Title\n**Minutes:** 40 for the core, 20 for *Deeper*"
    front = "# Pooling in 90 minutes\n**Minutes:** 90"
    (clone / "notebooks" / course.FRONT_DOOR).write_text(lesson(front))
    for path in course.lesson_files(clone / "notebooks")[1:]:
        path.write_text(lesson(said.format(path.name[:2])))
    rows = course.contents(clone / "notebooks").data.splitlines()[2:]
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
        course.reset(number, clone)
    kept = [own(clone, f"02_output_size.kept-{n}").read_text() for n in (1, 2)]
    assert kept == ["first", "second"]
    assert "02_output_size" in own(clone).read_text()


@pytest.mark.parametrize("word", ["07", "", "two", "../02", "*"])
def test_reset_of_an_unknown_lesson_names_those_there_are(clone, word):
    with pytest.raises(course.CourseError, match="00, 02"):
        course.reset(word, clone)


def test_lab_opens_lesson_00_in_the_students_folder(clone):
    words = course.lab_command(clone / "my_course", browser=False, more=["--port=1"])
    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={clone / 'my_course'}" in words
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in words
    assert "--no-browser" in words and words[-1] == "--port=1"


def test_an_unknown_lesson_at_the_command_line_is_told_without_a_traceback(capsys):
    assert command.main(["reset", "99"]) == 2
    assert "There is no lesson '99'" in capsys.readouterr().err


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

    monkeypatch.setattr(course.metadata, "version", version)


@pytest.mark.parametrize(
    ("case", "versions", "said", "command"),
    [
        ("wrong kernel", {"pooling_lab": None}, "not the course's", "make lab"),
        ("missing package", {"anywidget": None}, "anywidget is missing", "pip install"),
        ("old package", {"numpy": "1.26.4"}, "numpy is 1.26.4; the course needs", "pip install"),
        ("other torch", {"torch": "2.4.0+cpu"}, "torch is 2.4.0+cpu; the course", "pip install"),
        ("stale install", {"pooling_lab": "0.0.1"}, "0.0.1 is what was installed", "-e ."),
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


def test_another_clones_package_is_noticed(clone):
    ((fault, command),) = course.faults(clone)
    assert "another pooling_lab" in fault and command.endswith("-e .")


def test_missing_sliders_are_noticed(monkeypatch):
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [])
    found = course.faults()
    assert len(found) == 2
    assert all("sliders" in fault and "--no-deps" in command for fault, command in found)
