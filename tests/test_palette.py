"""Colours and tables are written in one place."""

import re
from pathlib import Path

import pytest

import pooling_lab
from pooling_lab import palette

PACKAGE = Path(pooling_lab.__file__).parent
CODE = sorted(
    path
    for ending in ("*.py", "*.css", "*.js")
    for path in PACKAGE.rglob(ending)
    if path.name != "palette.py"
)


@pytest.mark.parametrize("path", CODE, ids=[str(one.relative_to(PACKAGE)) for one in CODE])
def test_no_module_has_colours_of_its_own(path):
    assert not re.findall(r"#[0-9a-fA-F]{6}\b", path.read_text("utf-8"))


@pytest.mark.parametrize("path", CODE, ids=[str(one.relative_to(PACKAGE)) for one in CODE])
def test_tables_are_written_by_one_module(path):
    if path.name == "tables.py" or "explorers" in path.parts:  # an explorer's table is a page
        return
    assert not re.findall(r"<t[rdh][ >]|<table|\|---|\|:---", path.read_text("utf-8"))


def test_a_page_knows_no_colour_that_is_not_of_the_palette():
    css = (PACKAGE / "explorers" / "explorer.css").read_text("utf-8")
    named = {*re.findall(r"var\(--pl-([\w-]+)", css)}
    assert named and named <= palette.LIGHT.keys() == palette.DARK.keys()
