"""The explorers' JavaScript: modules in ``js/``, sent as one, because a widget has one module."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent / "js"
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.M)


def bundle(name: str) -> str:
    """Return a module with all it imports before it, each once, as the text of one module."""
    texts: dict[str, str] = {}
    _collect(name, texts)
    *before, last = texts.values()
    return "\n".join([*map(_without_exports, before), last])


def _collect(name: str, texts: dict[str, str]) -> None:
    text = (HERE / f"{name}.js").read_text("utf-8")
    for imported in IMPORT.findall(text):
        if imported not in texts:
            _collect(imported, texts)
    texts[name] = IMPORT.sub("", text)


def _without_exports(text: str) -> str:
    text = re.sub(r"^export default .*\n", "", text, flags=re.M)
    return re.sub(r"^export (?=const|let|class|function|async)", "", text, flags=re.M)
