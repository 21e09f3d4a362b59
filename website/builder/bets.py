"""Bets on a page: the claim, the choices, how sure; kept in the reader's browser."""

from __future__ import annotations

import re
from html import escape

from nbformat import NotebookNode

from pooling_lab import claims

BET = re.compile(r"""\b(?:claims|ledger)\.(?:bet|guess)\((["'])([\w-]+)\1""")
# What a notebook says where a page has nothing to run.
IN_A_NOTEBOOK = "Place it above and run this cell again, or unfold the verdict"
ON_A_PAGE = "Place it above, or unfold the verdict"


def form(id: str) -> str:
    """Return a form in which a reader bets on a claim, or guesses its number.

    Parameters
    ----------
    id
        The claim; one that can be bet on.
    """
    claim = claims.CLAIMS[id]
    return (
        f'<form class="course-bet" data-claim="{id}" data-nothing="{claims.SAYING_NOTHING:.4f}">'
        f"<p><strong>Claim {claim.number}.</strong> {escape(claim.saying)}</p>"
        f"{_interval(claim) if claim.guess else _choices(claim)}"
        '<p><button type="submit">Place the bet</button></p>'
        '<p class="course-told" role="status"></p></form>'
    )


def _choices(claim: claims.Claim) -> str:
    choices = "".join(
        f'<label><input type="radio" name="answer" value="{answer}" required> {answer}</label> '
        for answer in claims.ANSWERS
    )
    least, most = claims.LEAST_SURE, claims.MOST_SURE
    return (
        f"<fieldset><legend>What will be measured?</legend>{choices}</fieldset>"
        f'<label>How sure are you? <input type="range" name="sure" min="{least}" max="{most}" '
        'step="5" value="70" aria-valuetext="70 %"> <span aria-hidden="true">70 %</span></label>'
    )


def _interval(claim: claims.Claim) -> str:
    ends = "".join(
        f'<label>{end} <input type="number" name="{end}" min="0" max="100" step="any" required>'
        "</label> "
        for end in ("from", "to")
    )
    return (
        f"<fieldset><legend>Between which two numbers ({escape(claim.guess)}) will it lie, "
        f"four times out of five?</legend>{ends}</fieldset>"
    )


def verdict(output: NotebookNode) -> str | None:
    """Return a settled claim for a page, which opens when the bet is placed; None for others."""
    settled = output.get("data", {}).get(claims.MIME)
    if settled is None:
        return None
    told = output["data"]["text/html"].replace(IN_A_NOTEBOOK, ON_A_PAGE)
    number = settled.get("number")
    return (
        f'<div class="course-verdict" data-claim="{settled["id"]}" '
        f'data-verdict="{escape(settled["verdict"])}" '
        f'data-number="{"" if number is None else number}">{told}</div>'
    )
