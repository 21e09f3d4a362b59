"""The claims as the first edition worded them, for students' copies of its lessons.

They import this name. Bets on these wordings are kept and belong to them: the claims were worded
anew and measured again, and are in `pooling_lab.claims`. For one release.
"""

from __future__ import annotations

from pathlib import Path
from types import EllipsisType

from . import claims
from .claims import ANSWERS, CLAIMS, EVIDENCE, bets, calibration, gather, table
from .course.home import BETS

__all__ = ["ANSWERS", "BETS", "CLAIMS", "EVIDENCE", "FIRST_EDITION", "VERDICTS"]
__all__ += ["bet", "bets", "calibration", "gather", "settle", "table"]

FIRST_EDITION = {
    "halves": "A 2×2 pool with stride 2 halves height and width and keeps the channels.",
    "no-parameters": "A pooling layer has no learnable parameters.",
    "fewer-parameters": "Pooling reduces the network's parameters.",
    "less-computation": "Pooling reduces computation and memory of the later layers.",
    "overfitting": "Pooling prevents overfitting.",
    "translation": "Max pooling is invariant to small translations.",
    "information": "Invariance is worth the lost information.",
    "strongest-features": "Max pooling keeps the strongest features of a photo; "
    "average pooling smooths them.",
    "noise": "Max pooling is robust to noise.",
    "receptive-field": "Pooling enlarges the receptive field of later layers.",
    "location": "Pooling discards location.",
    "strided-convolution": "Strided convolution can replace pooling and keeps more information.",
    "dilated-convolution": "Dilated convolution enlarges the receptive field without downsampling.",
    "skip-connections": "Skip connections bring back location.",
    "global-average": "Global average pooling can replace the dense layers before the classifier.",
    "padding": "Padding makes sizes fit that do not divide, and does no harm.",
    "how-much-or-whether": "Average answers how much, max answers whether at all.",
    "blur": "Blur pooling restores shift consistency.",
    "stochastic": "Stochastic pooling regularises.",
    "cheap": "Pooling is cheap.",
    "most-common": "Max pooling is the most common kind, and padding is rare in pooling.",
}
VERDICTS = {
    "holds": "true",
    "holds when…": "depends",
    "does not hold": "false",
    "cannot be told here": None,
}
A_GUESS = 33  # one of three answers: what the first edition told students to put


class Ruling(str):
    """What `settle` shows in a copied lesson."""

    def __repr__(self) -> str:
        return str(self)


def bet(
    claim_id: str,
    answer: str | EllipsisType,
    confidence: float | EllipsisType = ...,
    folder: Path | None = None,
) -> str:
    """Place a bet on a claim of the first edition, as its lessons asked for it."""
    if claim_id not in FIRST_EDITION:
        return claims.bet(claim_id, answer, confidence, folder)
    number = [*FIRST_EDITION].index(claim_id) + 1
    if not isinstance(answer, EllipsisType) and answer not in ANSWERS:
        raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, got {answer!r}")
    if missing := claims.still_to_say(answer, confidence, A_GUESS):
        return f"No bet on claim {number} yet: {missing}"
    sure = claims.percent(confidence, "confidence", A_GUESS)
    claims.place(claim_id, {"answer": answer, "confidence": sure}, folder)
    return f"Noted: claim {number}, {answer}, {sure:g} % sure."


def settle(claim_id: str, verdict: str, measured: str, folder: Path | None = None) -> Ruling:
    """Show the verdict of a copied lesson on the claim as it was worded."""
    if claim_id not in FIRST_EDITION:
        raise ValueError(f"claim must be one of {', '.join(FIRST_EDITION)}, got {claim_id!r}")
    if verdict not in VERDICTS:
        raise ValueError(f"verdict must be one of {', '.join(VERDICTS)}, got {verdict!r}")
    number = [*FIRST_EDITION].index(claim_id) + 1
    told = [f"Claim {number}: {FIRST_EDITION[claim_id]}"]
    told += [f"Verdict: {verdict}. Measured: {measured}"]
    mine = bets(folder).get(claim_id)
    if mine:
        right = VERDICTS[verdict]
        ending = "not scored" if right is None else "right" if mine["answer"] == right else "wrong"
        told += [f"Your bet: {mine['answer']}, {mine['confidence']:g} % sure: {ending}."]
    told += [
        "(The claim has been worded anew and measured again; new copies of the lesson have it.)"
    ]
    return Ruling("\n".join(told))
