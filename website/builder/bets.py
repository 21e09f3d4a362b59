"""Bets on a page: the claim, the choices, how sure; kept in the reader's browser."""

from __future__ import annotations

import re
from html import escape

from pooling_lab import claims

BET = re.compile(r"""\b(?:claims|ledger)\.bet\((["'])([\w-]+)\1""")
CHOICES = ("true", "false", "depends")


def form(id: str) -> str:
    """Return a form in which a reader bets on a claim."""
    claim = claims.CLAIMS[id]
    choices = "".join(
        f'<label><input type="radio" name="{id}" value="{choice}"> {choice}</label>'
        for choice in CHOICES
    )
    return (
        f'<form class="course-bet" data-claim="{id}">'
        f"<p><strong>Claim {claim.number}.</strong> {escape(claim.saying)}</p>"
        f"<fieldset><legend>Your bet</legend>{choices}</fieldset>"
        f'<label>How sure are you? <input type="range" min="50" max="100" step="5" value="70">'
        f' <output>70 %</output></label><button type="submit">Place the bet</button>'
        f'<p class="course-told" role="status"></p></form>'
    )
