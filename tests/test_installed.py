"""The wheel in environments of its own: NumPy alone, and the whole course from an empty folder."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from installed import ROOT, build_wheel, make_environment

from pooling_lab import course

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def numpy_alone(wheel, tmp_path_factory):
    return make_environment(tmp_path_factory.mktemp("bare") / "env", wheel, "numpy")


@pytest.fixture(scope="module")
def whole(wheel, tmp_path_factory):
    return make_environment(tmp_path_factory.mktemp("whole") / "env", wheel, "everything")


def test_the_wheel_holds_lessons_data_and_experiments(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    for folder, pattern in (("notebooks", "*.ipynb"), ("data", "*.*"), ("experiments", "*.*")):
        there = {f"pooling_lab/_{folder}/{path.name}" for path in (ROOT / folder).glob(pattern)}
        assert there and there <= names
    assert not [name for name in names if "__pycache__" in name or "assignments/" in name]
    assert wheel.stat().st_size < 12_000_000


# --- NumPy and nothing else ---------------------------------------------------------------

POOLS = """
import sys
import numpy as np
import pooling_lab as p
x = np.arange(16.0).reshape(4, 4)
y, where = p.max_pool2d(x, 2, return_indices=True)
assert y.tolist() == [[5, 7], [13, 15]]
assert p.max_unpool2d(y, where, 2).sum() == 40
assert p.avg_pool2d_backward(y, x, 2).sum() == 40
assert p.receptive_fields([(3, 1), (2, 2)])[-1].receptive_field == 4
for name in p.__all__:
    assert callable(getattr(p, name))
loaded = {name.partition(".")[0] for name in sys.modules}
print(loaded & {"torch", "matplotlib", "PIL", "anywidget", "IPython", "packaging"})
"""


def test_with_numpy_alone_every_layer_works(numpy_alone, tmp_path):
    assert numpy_alone.run("-c", POOLS, cwd=tmp_path).stdout.strip() == "set()"


@pytest.mark.parametrize("words", [(), ("lab",), ("--port=1234",)])
def test_with_numpy_alone_the_command_says_what_to_install(numpy_alone, tmp_path, words):
    said = numpy_alone.command(*words, cwd=tmp_path, code=2).stderr
    assert "The lessons need jupyterlab and ipywidgets and torch" in said
    assert '-m pip install "pooling-lab[course]"' in said
    assert [*tmp_path.iterdir()] == []


def test_with_numpy_alone_the_check_says_what_to_install(numpy_alone, tmp_path):
    said = numpy_alone.command("check", cwd=tmp_path, code=1).stdout
    assert '-m pip install "pooling-lab[course]"' in said


def test_with_numpy_alone_the_lessons_are_listed(numpy_alone, tmp_path):
    said = numpy_alone.command("contents", cwd=tmp_path).stdout
    for lesson in course.lessons(ROOT / "notebooks"):
        assert lesson.title in said
    assert str(tmp_path / "pooling_course") in said


# --- the course without a clone -----------------------------------------------------------

COPY = "from pooling_lab import course; print(*course.copy_lessons(course.find_home()), sep='\\n')"


def copies(environment, cwd):
    return environment.run("-c", COPY, cwd=cwd).stdout.split("\n")[:-1]


def test_it_is_the_wheels_package_and_nothing_is_missing(whole, tmp_path):
    where = whole.run("-c", "import pooling_lab; print(pooling_lab.__file__)", cwd=tmp_path)
    assert where.stdout.startswith(str(whole.folder))
    assert "Everything is in place" in whole.command("check", cwd=tmp_path).stdout


def test_a_first_start_a_second_one_and_an_update_that_keeps_work(wheel, tmp_path):
    environment = make_environment(tmp_path / "env", wheel, "everything")
    place = tmp_path / "an empty folder, ü"
    place.mkdir()
    lessons = len(course.lesson_files(ROOT / "notebooks"))
    assert len(copies(environment, place)) == lessons
    own = place / "pooling_course"
    assert copies(environment, place) == [""]
    assert copies(environment, own) == [""]  # resumed from inside, too
    assert not (own / "pooling_course").exists()

    worked, untouched = own / "02_output_size.ipynb", own / "03_worked_4x4.ipynb"
    worked.write_text("my work", "utf-8")
    before = untouched.read_bytes()
    for name in (worked.name, untouched.name):  # as a newer wheel brings them
        original = environment.site / "pooling_lab" / "_notebooks" / name
        notebook = json.loads(original.read_text("utf-8"))
        notebook["cells"][0]["source"] = ["# a newer title"]
        original.write_text(json.dumps(notebook), "utf-8")
    told = copies(environment, place)
    assert sorted(told) == [
        "02_output_size.ipynb: a newer version is there; yours is kept. "
        "`pooling-lab reset 02` starts the course's.",
        "03_worked_4x4.ipynb: brought up to date",
    ]
    assert worked.read_text("utf-8") == "my work" and untouched.read_bytes() != before

    assert "kept-1" in environment.command("reset", "02", cwd=place).stdout
    assert (own / "02_output_size.kept-1.ipynb").read_text("utf-8") == "my work"
    assert "a newer title" in worked.read_text("utf-8")


def test_an_environment_inside_a_clone_is_not_the_clone(wheel, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "pooling-lab"\n', "utf-8")
    environment = make_environment(tmp_path / ".venv", wheel, "numpy")
    said = environment.command("contents", cwd=tmp_path).stdout
    assert "Predict the size" in said and str(tmp_path / "pooling_course") in said


def test_the_folder_may_be_another(whole, tmp_path):
    said = whole.command("reset", "02", "--folder", "elsewhere/mine", cwd=tmp_path).stdout
    assert (tmp_path / "elsewhere" / "mine" / "02_output_size.ipynb").is_file()
    assert "mine/02_output_size.ipynb is new" in said


@pytest.mark.parametrize("number", ["00", "15"])
def test_a_lesson_runs_in_a_folder_in_which_nothing_else_lies(whole, tmp_path, number):
    """These two ask for the other lessons, so they are where a clone could be missed."""
    (lesson,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    shutil.copy(lesson, tmp_path)
    run = ["-m", "nbconvert", "--to", "notebook", "--execute", "--inplace"]
    whole.run(*run, lesson.name, cwd=tmp_path)
    cells = json.loads((tmp_path / lesson.name).read_text("utf-8"))["cells"]
    assert all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code")


def test_lessons_for_machines_of_others_install_the_package_and_leave_torch(whole, tmp_path):
    whole.command("hosted", "for colab", cwd=tmp_path)
    written = sorted((tmp_path / "for colab").glob("*.ipynb"))
    originals = sorted(path.name for path in course.lesson_files(ROOT / "notebooks"))
    assert [path.name for path in written] == originals
    for path in written:
        first, second = json.loads(path.read_text("utf-8"))["cells"][:2]
        source = "".join(first["source"])
        assert '"pooling-lab[lessons]==' in source and '"torch=={torch}"' in source
        assert "pip install" not in "".join(second["source"])


# --- how a command is typed ---------------------------------------------------------------

HOME = Path("/home/me")
WAYS = [
    ("uvx", HOME / ".cache/uv/archive-v0/Xy", 'uvx --from "pooling-lab[course]" pooling-lab'),
    ("pipx", HOME / ".local/pipx/.cache/ab", 'pipx run --spec "pooling-lab[course]" pooling-lab'),
    ("anywhere", HOME / "env", f'"{HOME / "env" / "bin" / "python"}" -m pooling_lab'),
]


@pytest.mark.parametrize("prefix, run", [way[1:] for way in WAYS], ids=[way[0] for way in WAYS])
def test_advice_fits_the_way_it_was_installed(prefix, run):
    way = course.way_of(None, prefix, prefix / "bin" / "python", linux=False)
    assert way.command("reset", "02") == f"{run} reset 02"
    assert "pooling-lab[course]" in way.installs()


@pytest.mark.parametrize("prefix", [way[1] for way in WAYS], ids=[way[0] for way in WAYS])
def test_on_linux_no_advice_brings_gigabytes(prefix):
    installs = course.way_of(None, prefix, prefix / "bin" / "python", linux=True).installs()
    assert "whl/cpu" in installs or "--torch-backend cpu" in installs


def test_advice_in_a_clone(monkeypatch):
    clone = HOME / "clone"
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    made = course.way_of(clone, clone / ".venv", clone / ".venv" / "bin" / "python", linux=True)
    conda = course.way_of(clone, HOME / "conda", HOME / "conda" / "bin" / "python", linux=True)
    assert conda.command("reset", "02") == "python -m pooling_lab reset 02"
    assert "-c constraints.txt" in conda.installs() and '-e ".[course]"' in conda.installs()
    if made.run == "make":  # not on Windows
        assert made.command("reset", "02") == "make reset LESSON=02"
        assert made.command("lab") == "make lab"
