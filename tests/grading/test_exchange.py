"""Collecting from a hub's exchange, into which everybody may put anything; tests/hub has more."""

from __future__ import annotations

import os
import sys

import pytest
from batches import Batch

from pooling_lab.grading import release

if sys.platform == "win32":
    pytest.skip("nbgrader has no exchange on Windows", allow_module_level=True)
import pwd

ASSIGNMENT, NOTEBOOK = "1-output-sizes", "output_sizes.ipynb"
ME = pwd.getpwuid(os.getuid()).pw_name
TIME = "2026-05-04 20:00:00.000000 UTC"


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Collect from an exchange that holds more than submissions; what was said, and the course."""
    batch = Batch(tmp_path_factory.mktemp("course"), ASSIGNMENT)
    root = tmp_path_factory.mktemp("exchange")
    inbound = root / "pooling" / "inbound"
    inbound.mkdir(parents=True)
    own = inbound / f"{ME}+{ASSIGNMENT}+{TIME}+abc"
    (own / "figures").mkdir(parents=True)
    (own / NOTEBOOK).write_bytes(batch.released.read_bytes())
    (own / "timestamp.txt").write_text("whenever I like")
    (own / "figures" / "one.png").write_bytes(b"a picture")
    (own / "figures" / "mine").symlink_to(batch.course)
    (own / "secret").symlink_to(batch.course / "secret.txt")
    (own / ".ipynb_checkpoints").mkdir()
    (own / ".ipynb_checkpoints" / NOTEBOOK).write_text("old")
    os.mkfifo(own / "pipe")
    (inbound / f"somebody+{ASSIGNMENT}+2030-01-01 00:00:00 UTC+x").mkdir()
    (inbound / f"{ME}+{ASSIGNMENT}+no time+y").mkdir()
    (inbound / f"x+{ASSIGNMENT}+2031-01-01 00:00:00 UTC+z").symlink_to(batch.course)
    (inbound / f"y+{ASSIGNMENT}+2032-01-01 00:00:00 UTC+z").write_text("no folder")
    said = release.nbgrader(batch.course, "collect", ASSIGNMENT, f"--Exchange.root={root}")
    return said, batch.course / "submitted"


def test_only_plain_files_are_collected_and_no_link_is_followed(collected):
    _, submitted = collected
    files = {str(one.relative_to(submitted)) for one in submitted.rglob("*") if not one.is_dir()}
    place = f"{ME}/{ASSIGNMENT}"
    assert files == {f"{place}/{one}" for one in (NOTEBOOK, "timestamp.txt", "figures/one.png")}
    assert (submitted / place / "figures" / "one.png").read_bytes() == b"a picture"


def test_whose_it_is_says_the_owner_and_when_it_came_the_name(collected):
    said, submitted = collected
    assert [one.name for one in submitted.iterdir()] == [ME]
    assert (submitted / ME / ASSIGNMENT / "timestamp.txt").read_text() == f"{TIME[:19]} UTC\n"
    for name in ("somebody+", f"{ME}+{ASSIGNMENT}+no time", "x+", "y+"):
        assert f"{name}" in said
    assert f"is taken for {ME}'s, who owns it" in said
