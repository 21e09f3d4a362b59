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


def declared(*extras: str) -> dict[str, Requirement]:
    """Return what the package and some of its extras need, without itself."""
    texts = [*PROJECT["dependencies"]]
    texts += [text for extra in extras for text in PROJECT["optional-dependencies"][extra]]
    return {r.name: r for r in map(Requirement, texts) if r.name != PROJECT["name"]}


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = (Requirement(line) for line in lines if not line.startswith("#"))
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def conda_lines() -> list[str]:
    text = (ROOT / "environment.yml").read_text("utf-8")
    return re.findall(r"^  - (\S+?)(?:\s+#.*)?$", text.split("dependencies:")[1], re.M)


def test_environment_yml_has_pyprojects_names_and_bounds():
    expected = {
        f"{CONDA_NAMES.get(r.name, r.name)}{r.specifier}"
        for r in declared("lessons", "course").values()
    }
    assert set(conda_lines()) == expected | {f"python{PROJECT['requires-python']}", "pip", "pip:"}


def test_environment_yml_uses_conda_forge_alone_and_installs_the_clone():
    text = (ROOT / "environment.yml").read_text("utf-8")
    assert re.search(r"channels:\n  - conda-forge\ndependencies:", text)
    assert re.search(r"  - pip:\n      - -e \.\n", text)


@pytest.mark.parametrize("group", ["", *PROJECT["optional-dependencies"]])
def test_every_declared_package_is_pinned_within_its_bounds(group):
    for needed in declared(*([group] if group else [])).values():
        assert needed.specifier.contains(Version(pins()[needed.name]))


def test_the_implementations_need_numpy_alone():
    assert [*declared()] == ["numpy"]


def test_the_pins_name_no_host_and_none_of_torchs_gpu_libraries():
    text = (ROOT / "constraints.txt").read_text("utf-8")
    assert not re.search(r"https?:|index-url|find-links|nvidia|\bcuda|triton", text)


@pytest.mark.parametrize("python", ["3.11.2", "3.12.0", "3.13.0", "3.14.0"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_each_package_is_pinned_once_on_every_system(python, system):
    """A pin with a marker must not leave a system without one, or with two."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    here = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    names = [pin.name for pin in pins if not pin.marker or pin.marker.evaluate(here)]
    assert len(names) == len(set(names))
    assert {canonicalize_name(name) for name in declared(*PROJECT["optional-dependencies"])} <= {
        canonicalize_name(name) for name in names
    }


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert pooling_lab.__version__ == PROJECT["version"]
    for extension in (ROOT / "pooling_lab/course/jupyter").glob("labextensions/*/package.json"):
        assert json.loads(extension.read_text("utf-8"))["version"] == PROJECT["version"]
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert re.search(r"^## \[([\d.]+)\]", changelog, re.M)[1] == PROJECT["version"]


def test_the_workflows_and_environments_are_yaml():
    yaml = pytest.importorskip("yaml", reason="jupyter_events brings PyYAML")
    workflows = {
        path.name: yaml.safe_load(path.read_text("utf-8"))
        for path in (ROOT / ".github/workflows").glob("*.yml")
    }
    for workflow in workflows.values():
        assert workflow[True] and workflow["jobs"]  # YAML 1.1 reads the key `on` as True
        for job in workflow["jobs"].values():
            assert all(("run" in step) != ("uses" in step) for step in job["steps"])
    publishing = workflows["release.yml"]["jobs"]["publish"]
    assert publishing["permissions"] == {"id-token": "write"} and publishing["needs"] == "build"
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert {"pip": ["-e ."]} in conda["dependencies"]


def test_the_dockerfile_is_made_of_known_instructions_and_copies_what_is_there():
    text = (ROOT / "docker/Dockerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.M)).split("\n")
    steps = [line.split(None, 1) for line in lines if line]
    assert steps[0][0] == "FROM" and steps[-1][0] == "CMD"
    known = {"FROM", "COPY", "RUN", "USER", "WORKDIR", "EXPOSE", "CMD"}
    assert {word for word, _ in steps} <= known
    for word, rest in steps:
        if word == "COPY":
            assert (ROOT / rest.split()[0]).exists()
    command = json.loads(steps[-1][1])
    assert command[0] in PROJECT["scripts"]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert not {"pooling_lab", "notebooks", "data", "experiments", "README.md"} & set(ignored)
