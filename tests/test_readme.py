"""The README's promises: its lesson table, its commands, its links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pooling_lab import course

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md"]


LESSONS = course.lessons(ROOT / "notebooks")


def test_the_lesson_table_is_the_notebooks():
    row = r"^\| (\d\d|) ?\| \[(.+?)\]\(notebooks/(.+?)\) \| (\d+) \| (\d+|) ?\|"
    rows = re.findall(row, README, re.M)
    expected = [
        (
            "" if lesson.file == course.FRONT_DOOR else lesson.number,
            lesson.title,
            lesson.file,
            str(lesson.minutes),
            str(lesson.deeper or ""),
        )
        for lesson in LESSONS
    ]
    assert rows == expected


def test_the_hours_are_the_sum_of_the_minutes():
    core = sum(lesson.minutes for lesson in LESSONS if lesson.number in course.CORE)
    everything = sum(lesson.minutes + lesson.deeper for lesson in LESSONS)
    said = re.findall(r"core, ([\d.]+) hours.*?everything, about (\d+) hours", README, re.S)
    assert [(float(a), float(b)) for a, b in said] == [
        (round(2 * core / 60) / 2, round(everything / 60))
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_somewhere(page):
    folder = (ROOT / page).parent
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text("utf-8"))
    assert [link for link in links if not (folder / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_it_names_exists(page):
    text = (ROOT / page).read_text("utf-8")
    named = re.findall(r"(?:`|^)make ([a-z][a-z-]*)", text, re.M)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert set(named) <= set(targets)
