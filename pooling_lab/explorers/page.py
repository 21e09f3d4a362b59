"""Explorers on a page without a kernel: what a static page needs, as text.

A page holds `style` and, once, `script` in ``<script type="module">``; each explorer is what
`mount` returns. It asks for nothing from elsewhere. The picture stands there until the script
has run, and where it does not.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

from pooling_lab.explorers.explorer import Explorer
from pooling_lab.explorers.modules import bundle

NOT_OF_A_PAGE = ("layout", "tabbable", "tooltip")


def script() -> str:
    """Return the module that brings every explorer of a page to life."""
    return bundle("page")


def style() -> str:
    """Return the CSS of the explorers; a dark page has ``<html theme="dark">``."""
    return str(Explorer._css)


def traits(explorer: Explorer) -> dict[str, Any]:
    """Return what the browser needs of an explorer."""
    state = explorer.get_state()
    return {**_own(state), "_data": base64.b64encode(state["_data"]).decode()}


def stored_traits(model: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same of an explorer's model as an executed notebook holds it.

    ``model`` is an entry of ``metadata["widgets"][…]["state"]``.
    """
    data = next(buffer["data"] for buffer in model["buffers"] if buffer["path"] == ["_data"])
    return {**_own(model["state"]), "_data": "".join(data.split())}


def _own(state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in state.items()
        if not name.startswith("_") and name not in NOT_OF_A_PAGE
    }


def mount(given: Mapping[str, Any], name: str, picture: str = "", frames: str = "") -> str:
    """Return the HTML of one explorer.

    Parameters
    ----------
    given
        From `traits` or `stored_traits`.
    name
        Its id on the page: ``#name?kernel_size=3`` leads to a setting of it.
    picture
        HTML to stand there until the explorer does.
    frames
        The address of a file that holds the frames (the bytes of ``_data``): then they are not
        written into the page but fetched when the explorer comes near the screen.

    Examples
    --------
    >>> mount({"position": 0}, "window")[:40]
    '<div class="pl-mount" id="window"><scrip'
    """
    kept = {**given, "_frames": frames, "_data": ""} if frames else given
    text = json.dumps(kept).replace("</", "<\\/")
    near = " data-near" if frames else ""
    place = f'<div class="pl-mount" id="{html.escape(name)}"{near}>'
    return f'{place}<script type="application/json">{text}</script>{picture}</div>'
