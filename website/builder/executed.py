"""Run a lesson once to get its explorers: a stored notebook keeps a picture of each, no frames."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from pooling_lab.explorers import page

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
# It would warn that users of this machine can read what the kernel says: it says what is published.
QUIET = ["--log-level=ERROR"]
MAKES = re.compile(r"explorer\(|Explorer\(")


@dataclass(frozen=True)
class Live:
    """An explorer of a lesson: where it stands, and its traits as `explorers.page` wants them."""

    cell: int
    traits: dict[str, Any]

    @property
    def frames(self) -> bytes:
        """The frames, compressed as they travel."""
        return base64.b64decode(self.traits["_data"])


def explorers(path: Path, cache: Path) -> list[Live]:
    """Return the explorers of a lesson, in order; the lesson is run only when something changed.

    Parameters
    ----------
    path
        The notebook.
    cache
        Folder that keeps what a run gave, under a digest of the notebook and of the package.
    """
    kept = cache / f"{path.stem}-{_digest(path)}.json"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_run(path)), encoding="utf-8")
    found = json.loads(kept.read_text("utf-8"))
    return [Live(one["cell"], one["traits"]) for one in found]


def _digest(path: Path) -> str:
    package = path.resolve().parent.parent / "pooling_lab"
    seen = hashlib.sha256(path.read_bytes())
    for module in sorted([*package.rglob("*.py"), *package.rglob("*.js"), *package.rglob("*.css")]):
        seen.update(module.read_bytes())
    return seen.hexdigest()[:16]


def _run(path: Path) -> list[dict[str, Any]]:
    notebook = nbformat.read(path, as_version=4)
    makes = [
        n for n, c in enumerate(notebook.cells) if c.cell_type == "code" and MAKES.search(c.source)
    ]
    if not makes:
        return []
    notebook.cells = notebook.cells[: makes[-1] + 1]  # what comes after the last one is not needed
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=True,
        extra_arguments=QUIET,
    ).execute()
    models = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    return [
        {"cell": number, "traits": page.stored_traits(models[_id(output)])}
        for number, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", [])
        if VIEW in output.get("data", {}) and _is_explorer(models.get(_id(output)))
    ]


def _is_explorer(model: dict[str, Any] | None) -> bool:
    return model is not None and "_anywidget_id" in model["state"]


def _id(output: Any) -> str:
    return str(output["data"][VIEW]["model_id"])
