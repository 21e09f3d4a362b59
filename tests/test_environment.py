"""What is declared once is not contradicted elsewhere."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import pooling_lab

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA_NAMES = {"matplotlib": "matplotlib-base", "torch": "pytorch-cpu"}


def declared() -> dict[str, Requirement]:
    return {r.name: r for r in map(Requirement, PROJECT["dependencies"])}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = (Requirement(line) for line in lines if not line.startswith("#"))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def conda_lines() -> list[str]:
    text = (ROOT / "environment.yml").read_text("utf-8")
    return re.findall(r"^  - (\S+?)(?:\s+#.*)?$", text.split("dependencies:")[1], re.M)


def test_environment_yml_has_pyprojects_names_and_bounds():
    expected = {f"{CONDA_NAMES.get(r.name, r.name)}{r.specifier}" for r in declared().values()}
    assert set(conda_lines()) == expected | {f"python{PROJECT['requires-python']}", "pip", "pip:"}


def test_environment_yml_uses_conda_forge_alone_and_installs_the_clone():
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert re.search(r"channels:\n  - conda-forge\ndependencies:", text)
    assert re.search(r"  - pip:\n      - -e \.\n", text)


@pytest.mark.parametrize("group", ["", *PROJECT["optional-dependencies"]])
def test_every_declared_package_is_pinned_within_its_bounds(group):
    wanted = PROJECT["optional-dependencies"][group] if group else PROJECT["dependencies"]
    for needed in map(Requirement, wanted):
        assert needed.specifier.contains(Version(pins()[needed.name]))


def test_torch_is_pinned_exactly_in_both_places():
    assert str(declared()["torch"].specifier) == f"=={pins()['torch']}"


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert pooling_lab.__version__ == PROJECT["version"]
    for extension in (ROOT / "pooling_lab/course/jupyter").glob("labextensions/*/package.json"):
        assert json.loads(extension.read_text("utf-8"))["version"] == PROJECT["version"]
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert re.search(r"^## \[([\d.]+)\]", changelog, re.M)[1] == PROJECT["version"]
