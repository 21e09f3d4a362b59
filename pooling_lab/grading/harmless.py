"""What a submission shows is never live: texts that become HTML, and what a kernel puts out.

An answer in words is rendered in the browser of the person who grades it, logged in as that person:
``<img onerror=…>`` in it could give itself points.
"""

from __future__ import annotations

import base64
import binascii
import re
from html.parser import HTMLParser
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.filters.markdown_mistune import markdown2html_mistune

# Of HTML in a text, these stay as they are, without attributes.
_PLAIN = (
    "b|i|u|s|em|strong|sub|sup|br|hr|p|ul|ol|li|code|pre|kbd|blockquote|table|thead|tbody|tr|td|th"
)
OPENS = re.compile(rf"<(?!/?(?:{_PLAIN})\s*/?>)(?=[A-Za-z/!?])", re.IGNORECASE)

# Of HTML that a cell puts out: what the course's own tasks and verdicts are made of.
TAGS = {
    *("section", "p", "strong", "em", "b", "i", "sub", "sup", "br", "hr", "code", "pre", "div"),
    *("span", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "img", "details", "summary"),
}
STYLES = CSSSanitizer(
    allowed_css_properties=[
        *("border", "border-left", "border-right", "border-top", "border-bottom"),
        *("border-collapse", "border-color", "color", "background-color", "padding", "margin"),
        *("text-align", "vertical-align", "white-space", "font-weight", "font-style"),
        *("font-family", "font-size", "width", "max-width", "height", "min-width", "display"),
    ]
)
SHOWN = ("text/plain", "text/html", "image/png", "image/jpeg", "image/svg+xml")
SAFE_LINK = re.compile(r"(?:https?:|mailto:|#|attachment:|[\w./-]+$)", re.IGNORECASE)
DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*$")


def harmless(text: str) -> str:
    """Return Markdown of which no HTML comes but the plainest: `<` and a space is no tag.

    Examples
    --------
    >>> harmless("1 < 2, H<sub>2</sub>O")
    '1 < 2, H<sub>2</sub>O'
    >>> harmless("<img src=x onerror=alert(1)> and x<y")
    '< img src=x onerror=alert(1)> and x< y'
    """
    disarmed = OPENS.sub("< ", text)
    return disarmed if _is_harmless(disarmed) else as_text(text)


def _is_harmless(text: str) -> bool:
    """Tell whether the page made of a text has only such links as lead nowhere odd."""
    looked = _Links()
    try:
        # An image that is attached to the cell is looked up, and missed, by the renderer.
        looked.feed(markdown2html_mistune(text.replace("attachment:", "attached/")))
    except Exception:  # a text may break a renderer in every way
        return False
    return all(map(_leads_nowhere_odd, looked.found))


def _leads_nowhere_odd(link: str) -> bool:
    address = re.sub(r"[\x00-\x20]", "", link)
    return bool(SAFE_LINK.match(address) or DATA_IMAGE.match(address)) or not address


class _Links(HTMLParser):
    """Collects every address in a page, and every attribute that could run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "xlink:href", "srcset", "data"):
                self.found.append(value or "")
            if name.startswith("on") or tag in ("script", "iframe", "object", "embed", "svg"):
                self.found.append("javascript:")


def as_text(text: str) -> str:
    """Return a text as Markdown that shows it letter by letter."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


# --- what a cell puts out -----------------------------------------------------------------------


def shown(data: dict[str, Any]) -> dict[str, Any]:
    """Return of an output only what can be shown and does nothing.

    Examples
    --------
    >>> shown({"text/html": "<b onclick='x()'>5</b>", "application/javascript": "x()"})
    {'text/html': '<b>5</b>'}
    """
    kept = {kind: _joined(data[kind]) for kind in SHOWN if kind in data}
    if "text/html" in kept:
        kept["text/html"] = _html(kept["text/html"])
    if "image/svg+xml" in kept:  # as an image it runs nothing and loads nothing
        drawn = base64.b64encode(kept.pop("image/svg+xml").encode("utf-8", "replace")).decode()
        kept.setdefault("text/html", f'<img src="data:image/svg+xml;base64,{drawn}">')
    for kind in ("image/png", "image/jpeg"):
        if kind in kept and not is_base64(kept[kind]):
            del kept[kind]
    return kept


def _html(text: str) -> str:
    return bleach.clean(
        text, tags=TAGS, attributes=_attribute, css_sanitizer=STYLES, strip=True, protocols=["data"]
    )


def _attribute(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return bool(DATA_IMAGE.match(value))
    return name in ("style", "alt", "colspan", "rowspan", "scope")


def _joined(value: Any) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def is_base64(text: str) -> bool:
    """Tell whether a text stands for some bytes."""
    try:
        return bool(base64.b64decode(re.sub(r"\s", "", text), validate=True))
    except (binascii.Error, ValueError):
        return False
