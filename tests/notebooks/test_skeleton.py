"""Every lesson keeps the skeleton that `style.md` promised the student (see CONTRIBUTING)."""

from __future__ import annotations

import ast
import itertools
import re
import statistics
from pathlib import Path
from typing import Any

import minutes
import nbformat
import numpy as np
import pytest

from pooling_lab import course, exercises, max_pool2d

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
ALL = course.lesson_files(NOTEBOOKS)
NUMBERED = [path for path in ALL if path.name != course.FRONT_DOOR]
# The start page, the project and the pages of reference teach nothing by themselves.
LESSONS = [path for path in NUMBERED if path.name[:2] not in {"00", "13", "15"}]
WITH_DEEPER = [path for path in LESSONS if path.name[:2] <= "12"]
CORE = {*course.CORE}
THE_CORE = [path for path in LESSONS if path.name[:2] in CORE]
PROJECT = next(path for path in NUMBERED if path.name[:2] == "13")
# Where a student asserts: lesson 13's rules for a layer tell its author why it breaks one.
ASSERTING = {(PROJECT.name, "cell-17")}
STATED = {lesson.file: lesson for lesson in course.lessons(NOTEBOOKS)}

HEADINGS = (
    "You will",
    "A puzzle",
    "The rule",
    "Three ways, one answer",
    "Move it yourself",
    "On real ",
    "The mistake people make",
    "Exercises",
    "In practice",
    "Look back",
    "Sources",
)

each_notebook = pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path: Path, kind: str | None = None) -> list[Any]:
    return [c for c in nbformat.read(path, 4).cells if kind is None or c.cell_type == kind]


def prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def code(path: Path) -> str:
    return "\n".join(cell.source for cell in cells(path, "code"))


def outputs(path: Path) -> list[Any]:
    return [output for cell in cells(path, "code") for output in cell.outputs]


def test_lessons_are_numbered_without_a_gap():
    assert [int(path.name[:2]) for path in NUMBERED] == list(range(len(NUMBERED)))


@each_notebook
def test_it_opens_with_its_number_and_a_title(path):
    number = "" if path.name == course.FRONT_DOOR else f"{path.name[:2]} · "
    assert re.match(rf"# {number}\S.*\n", cells(path)[0].source + "\n")


@each_notebook
def test_every_cell_was_executed_in_order_without_an_error(path):
    ran = [cell.execution_count for cell in cells(path, "code")]
    assert ran == list(range(1, len(ran) + 1))
    assert not [o for o in outputs(path) if o.output_type == "error"]


@each_notebook
def test_nothing_is_stored_that_another_machine_would_not_give(path):
    notebook = nbformat.read(path, 4)
    assert "widgets" not in notebook.metadata
    assert not [o for o in outputs(path) if o.get("name") == "stderr"]
    text = path.read_text("utf-8")
    assert "widget-view+json" not in text
    assert not re.search(r" at 0x[0-9a-f]{6,}", text)


@each_notebook
def test_code_cells_are_short(path):
    lines = {c.id: len(c.source.splitlines()) for c in cells(path, "code") if not _hidden(c)}
    assert not {id: count for id, count in lines.items() if count > 12}
    assert statistics.median(len(c.source.splitlines()) for c in cells(path, "code")) <= 4


def checks(path: Path) -> list[Any]:
    """The cells that assert and say nothing: CI alone sees them."""
    return [c for c in cells(path, "code") if course.CHECK in c.metadata.get("tags", [])]


def shown(path: Path) -> list[Any]:
    """The code cells that a student has."""
    tagged = checks(path)
    return [c for c in cells(path, "code") if c not in tagged]


def asserts(cell: Any) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


@each_notebook
def test_what_asserts_stands_in_cells_that_a_student_does_not_have(path):
    found = {(path.name, cell.id) for cell in shown(path) if asserts(cell)}
    assert found == {place for place in ASSERTING if place[0] == path.name}
    for cell in checks(path):
        assert asserts(cell), cell.id
        assert not cell.outputs


@pytest.mark.parametrize("path", [p for p in ALL if p != PROJECT], ids=lambda path: path.stem)
def test_the_minutes_it_states_are_those_of_the_measure(path):
    stated, measured = STATED[path.name], minutes.minutes(path)
    assert stated.minutes % 5 == stated.deeper % 5 == 0
    assert abs(stated.minutes - measured.core) <= 4, f"{measured.core:.0f} by the measure"
    assert abs(stated.deeper - measured.deeper) <= 4, f"{measured.deeper:.0f} by the measure"


def test_the_minutes_of_the_project_are_those_of_its_milestones():
    table = re.findall(r"^\| \d [^|]+\|[^|]+\| (\d+) min \|$", prose(PROJECT), re.M)
    assert STATED[PROJECT.name].minutes == sum(map(int, table)) == 120
    assert minutes.minutes(PROJECT).core < 40  # of reading: the rest is left for work


@pytest.mark.parametrize("path", WITH_DEEPER, ids=lambda path: path.stem)
def test_a_core_is_short_and_the_rest_is_deeper(path):
    core, deeper = minutes.parts(path)
    assert deeper and deeper[0].source.startswith(minutes.DEEPER)
    assert len(core) <= 45
    assert STATED[path.name].minutes <= 60 and round(minutes.minutes(path).core) <= 60
    in_core = [c for c in core if "exercises.show(" in c.source]
    assert (3 if path in THE_CORE else 2) <= len(in_core) <= 5


def test_the_90_minutes_stand_alone_in_one_sitting():
    core, _ = minutes.parts(NOTEBOOKS / course.FRONT_DOOR)
    code = [cell.source for cell in core if cell.cell_type == "code"]
    assert len(core) <= 55
    assert len(re.findall(r"exercises\.show\(", "\n".join(code))) == 6
    assert len(re.findall(r"claims\.bet\(", "\n".join(code))) == 2


def test_the_90_minutes_ask_with_other_numbers_than_the_lessons():
    """Whoever goes on to a lesson finds a new task there, and not the one already solved."""
    source = code(NOTEBOOKS / course.FRONT_DOOR)
    shown = re.findall(r'exercises\.show\("([\w-]+)", student="([^"]+)"\)', source)
    checked = re.findall(r'exercises\.check\(\s*"([\w-]+)", \w+, student="([^"]+)"\s*\)', source)
    assert len(shown) == 6 and checked == shown
    for id, student in shown:
        ours, theirs = exercises.show(id, student=student), exercises.show(id)
        assert repr(ours.numbers) != repr(theirs.numbers), id
    took = sum(exercises.get(id).minutes for id, _ in shown)
    assert f"The six exercises are {took} of the 90 minutes" in prose(NOTEBOOKS / course.FRONT_DOOR)
    plan = (NOTEBOOKS / "assignments" / "lecture.md").read_text("utf-8")
    assert f"{90 - took} to read\nand run, {took} for the six exercises" in plan
    largest = max_pool2d(np.arange(1, 17).reshape(4, 4), 3, stride=1)
    assert f"3×3, stride 1: {', '.join(map(str, largest.ravel()))}." in plan
    rows = re.findall(r"^\| \d \| `([\w-]+)` \| (.+) \|$", plan, re.M)
    assert [id for id, _ in rows] == [id for id, _ in shown]
    for (id, student), (_, answer) in zip(shown, rows, strict=True):
        task = exercises.show(id, student=student)
        if task.exercise.kind == "answer":
            right = np.asarray(task.exercise.outcome(task.given))
            spans = [(int(a), int(b or a)) for a, b in re.findall(r"(\d+)(?: to (\d+))?", answer)]
            written = [n for first, last in spans for n in range(first, last + 1)]
            assert written == abs(right).ravel().tolist() and answer.count("−") == (right < 0).sum()


def test_the_plan_for_a_lecture_names_sections_of_the_notebook_and_fills_90_minutes():
    plan = (NOTEBOOKS / "assignments" / "lecture.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", prose(NOTEBOOKS / course.FRONT_DOOR), re.M)
    rows = re.findall(r"^\| (\d+)–(\d+) \| (.+?) \|", plan, re.M)
    assert [int(end) for _, end, _ in rows[:-1]] == [int(start) for start, _, _ in rows[1:]]
    assert rows[0][0] == "0" and rows[-1][1] == "90"
    for named in re.findall(r"\*([^*]+)\*", " ".join(section for *_, section in rows)):
        assert any(heading.startswith(named) for heading in headings), named


def test_the_core_takes_six_hours_at_most():
    assert sum(STATED[path.name].minutes for path in THE_CORE) <= 360
    assert round(sum(minutes.minutes(path).core for path in THE_CORE)) <= 360


def _hidden(cell: Any) -> bool:
    """The opening picture's code is folded away: it is not part of the lesson."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))


@each_notebook
def test_only_the_opening_picture_is_folded_away(path):
    folded = [cell for cell in cells(path, "code") if _hidden(cell)]
    assert len(folded) <= 1 and all(len(c.source.splitlines()) <= 15 for c in folded)


@each_notebook
def test_every_picture_says_what_it_shows(path):
    """As alt text of the picture and as its plain text, long enough to state a finding."""
    for output in outputs(path):
        if "image/png" in output.get("data", {}):
            assert len(output.data["text/plain"]) >= 30
        for tag in re.findall(r"<img[^>]*>", output.get("data", {}).get("text/html", "")):
            assert re.search(r'alt="[^"]{30,}"', tag)
    for alt in re.findall(r"!\[(.*?)\]\(", prose(path)):
        assert len(alt) >= 30


@each_notebook
def test_headings_do_not_skip_a_level(path):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose(path), re.M)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


@each_notebook
def test_nobody_is_told_that_it_is_easy(path):
    assert not re.findall(
        r"\b(?:simply|just|obviously|of course|trivial(?:ly)?)\b", prose(path), re.I
    )


@each_notebook
def test_a_command_of_make_is_told_to_those_who_have_a_clone(path):
    """Whoever installed the package has no Makefile: the other command stands beside it."""
    for paragraph in re.split(r"\n\n|^\d\. ", prose(path) + "\n\n" + code(path), flags=re.M):
        if re.search(r"\bmake (?:lab|reset)\b", paragraph):
            assert "pooling-lab" in paragraph and "clone" in paragraph


@each_notebook
def test_only_public_names_are_used(path):
    assert not re.findall(r"\b(?:\w+\._[a-z]\w*|import _\w+)", code(path))


@each_lesson
def test_the_sections_come_in_their_order(path):
    found = re.findall(r"^## (.+)$", prose(path), re.M)
    places = []
    for wanted in HEADINGS:
        at = [i for i, heading in enumerate(found) if heading.startswith(wanted)]
        assert at, f"no section '## {wanted}…'; there are {found}"
        places.append(at[0])
    assert places == sorted(places)


@each_lesson
def test_goals_needs_and_minutes_are_said(path):
    opening = prose(path).split("## A puzzle")[0]
    goals = re.findall(r"^- ", opening.split("## You will")[1].split("**You need**")[0], re.M)
    assert 3 <= len(goals) <= 5
    assert re.search(r"\*\*You need\*\* \S+", opening)
    assert re.search(r"\*\*Minutes:\*\* \d+", opening)


@each_lesson
def test_there_is_one_short_import_cell_before_the_puzzle(path):
    imports = [c for c in cells(path, "code") if re.search(r"^(?:import|from) ", c.source, re.M)]
    shown = [c for c in imports if not _hidden(c)]
    assert 1 <= len(shown[0].source.splitlines()) <= 6


@each_lesson
def test_a_prediction_comes_before_the_answer(path):
    assert "**Predict.**" in prose(path)


@each_lesson
def test_there_is_an_explorer(path):
    assert re.search(r"\b\w+_explorer\(", code(path))


@each_lesson
def test_at_least_two_exercises_are_shown_tried_and_checked(path):
    shown = re.findall(r'exercises\.show\("([\w-]+)"', code(path))
    checked = re.findall(r'exercises\.check\("([\w-]+)"', code(path))
    assert len(shown) >= 2 and shown == checked
    assert set(shown) <= set(exercises.ids())


@each_lesson
def test_claims_are_asserted_where_they_are_made(path):
    assert len(re.findall(r"^\s*assert ", code(path), re.M)) >= 4


@each_lesson
def test_the_mistake_is_caught_on_purpose_and_not_excused(path):
    """A section shows the mistake; if it is an error, ``else`` fails when none is raised."""
    section = cells(path)
    start = next(i for i, c in enumerate(section) if "## The mistake people make" in c.source)
    after = [c.source for c in section[start:] if c.cell_type == "code"][:4]
    assert any("assert" in source or "else:" in source for source in after)
    for source in [c.source for c in cells(path, "code")]:
        if "try:" in source and "except" in source:
            assert "else:" in source


@each_lesson
def test_sources_name_a_place_in_the_paper_or_page(path):
    sources = prose(path).split("## Sources")[1]
    entries = re.split(r"^- ", sources, flags=re.M)[1:]
    assert len(entries) >= 2
    assert all(
        re.search(r"section|table|figure|chapter|page|equation|§|https?://", e, re.I)
        for e in entries
    )


@each_lesson
def test_the_next_lesson_is_named(path):
    following = {other.name[:2]: other.name for other in ALL}
    number = f"{int(path.name[:2]) + 1:02}"
    if number in following:
        assert f"({following[number]})" in prose(path)


@each_notebook
def test_every_link_to_a_notebook_leads_to_one(path):
    linked = re.findall(r"\]\(([^):]+\.ipynb)[^)]*\)", prose(path))
    assert [link for link in linked if not (NOTEBOOKS / link).exists()] == []


@each_notebook
def test_an_exercise_starts_from_its_own_stub(path):
    for cell in cells(path, "code"):
        if cell.id.startswith("stub-"):
            assert cell.source == exercises.get(cell.id.removeprefix("stub-")).stub
