"""A folder that a student of the first edition worked in opens after an update: nothing is lost.

`first_edition/` is such a folder, made by the course as it stood then: lessons 02 and 07 with a
student's work, 03 untouched, the memory of what was copied, and three bets. (The pictures that
copies keep were left out, to keep it small.)
"""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest

from pooling_lab import claims, course, exercises

HERE = Path(__file__).parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
WORKED_ON = ("02_output_size.ipynb", "07_min_stochastic_mixed.ipynb")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HERE / "first_edition", tmp_path / "my_course"))


def code(path: Path) -> list[tuple[str, str]]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [(c["id"], "".join(c["source"])) for c in cells if c["cell_type"] == "code"]


def test_what_a_student_wrote_is_kept_to_the_byte(own):
    before = {name: (own / name).read_bytes() for name in (*WORKED_ON, "my_bets.json")}
    told = course.copy_lessons(course.Home(NOTEBOOKS, own))
    assert {name: (own / name).read_bytes() for name in before} == before
    assert [
        any(line.startswith(name) and "yours is kept" in line for line in told)
        for name in WORKED_ON
    ]


def test_an_untouched_lesson_is_brought_up_to_date_and_new_ones_stand_beside_it(own):
    course.copy_lessons(course.Home(NOTEBOOKS, own))
    assert "## Deeper (optional)" in (own / "03_worked_4x4.ipynb").read_text("utf-8")
    wanted = {path.name for path in course.lesson_files(NOTEBOOKS)}
    assert wanted <= {path.name for path in own.iterdir()}
    assert course.FRONT_DOOR in wanted


def test_its_contents_are_told(own):
    course.copy_lessons(course.Home(NOTEBOOKS, own))
    told = course.contents(own).data
    assert all(f"({path.name})" in told for path in course.lesson_files(NOTEBOOKS))


@pytest.mark.parametrize("lesson", WORKED_ON)
def test_the_imports_of_an_old_copy_work(lesson):
    for _, source in code(HERE / "first_edition" / lesson):
        for statement in ast.parse(source).body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                exec(ast.unparse(statement), {})


@pytest.mark.parametrize("lesson", WORKED_ON)
def test_the_exercises_of_an_old_copy_are_still_there(lesson):
    stubs = [
        id.removeprefix("stub-") for id, _ in code(HERE / "first_edition" / lesson) if "stub-" in id
    ]
    assert stubs and set(stubs) <= set(exercises.ids())


def test_old_bets_are_read(own):
    placed = claims.bets(own)
    assert placed["halves"]["answer"] == "depends" and len(placed) == 3
