"""The docstrings' formulas, written so that a terminal shows them, as MathML."""

from __future__ import annotations

import itertools
import re
from html import escape

TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)|(?P<power>\^)|(?P<word>[A-Za-z_][A-Za-z_]+)|(?P<name>[A-Za-zα-ωΑ-ΡΤ-Ω])"
    r"|(?P<magnitude>\|[^|]\|)|(?P<space>\s+)|(?P<sign>.)"
)
SPOKEN = {
    "max",
    "min",
    "sum",
    "mean",
    "over",
    "of",
    "the",
    "window",
    "floor",
    "ceil",
    "to",
    "and",
    "for",
    "every",
}


POWER = "^"


def is_formula(text: str) -> bool:
    """Tell whether this is an equation or an expression rather than a piece of code.

    Examples
    --------
    >>> is_formula("P(cell) = a / Σa"), is_formula("stride=None")
    (True, False)
    """
    return " = " in text or "floor(" in text or " / " in text


def block(text: str) -> str:
    """Return a formula as a block of MathML.

    Examples
    --------
    >>> block("x^2").count("<msup>")
    1
    """
    body = "".join(_nodes(text))
    return (
        '<div class="math-block" tabindex="0" role="group" aria-label="Formula">'
        '<math display="block" '
        f'xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{body}</mrow></math></div>'
    )


def _nodes(text: str) -> list[str]:
    """Return the nodes of a formula; brackets are one node, which a power can take."""
    levels: list[list[str]] = [[]]
    for found in TOKEN.finditer(text):
        kind, token = str(found.lastgroup), found[0]
        if kind == "space":
            continue
        if token == "(":
            levels.append([])
        elif token == ")" and len(levels) > 1:
            inner = levels.pop()
            _append(levels[-1], "".join(inner), brackets=True)
        elif kind == "power":
            levels[-1].append(POWER)
        else:
            _append(levels[-1], _node(kind, token))
    return list(itertools.chain.from_iterable(levels))


def _append(nodes: list[str], node: str, brackets: bool = False) -> None:
    """Add a node; after a power sign it is the exponent of the one before."""
    if len(nodes) > 1 and nodes[-1] == POWER:
        nodes.pop()
        nodes.append(f"<msup>{nodes.pop()}<mrow>{node}</mrow></msup>")
    else:
        nodes.append(f"<mrow><mo>(</mo>{node}<mo>)</mo></mrow>" if brackets else node)


def _node(kind: str, token: str) -> str:
    if kind == "number":
        return f"<mn>{token}</mn>"
    if kind == "magnitude":
        return f"<mrow><mo>|</mo><mi>{token[1:-1]}</mi><mo>|</mo></mrow>"
    if kind == "name":
        return f"<mi>{token}</mi>"
    if kind == "word":
        return f"<mtext>&#160;{token}&#160;</mtext>" if token in SPOKEN else f"<mi>{token}</mi>"
    return f"<mo>{escape(token)}</mo>"
