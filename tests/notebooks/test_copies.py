"""What a student gets runs from top to bottom: no checks, no answers, no exercise touched."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from pooling_lab import course

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("student") / "my_course"
    course.copy_lessons(course.Home(NOTEBOOKS, folder))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("lesson", course.lesson_files(NOTEBOOKS), ids=lambda path: path.stem)
def test_a_copy_runs_from_top_to_bottom(own, lesson):
    copy = nbformat.read(own / lesson.name, 4)
    client = NotebookClient(
        copy, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(own)}}
    )
    client.execute()
    assert not [cell for cell in copy.cells if course.CHECK in cell.metadata.get("tags", [])]
    code = [cell for cell in copy.cells if cell.cell_type == "code" and cell.source.strip()]
    assert all(cell.execution_count for cell in code)
    assert not os.path.exists(own / "my_bets.json")
