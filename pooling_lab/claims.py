"""The claims ledger: what is said about pooling, what you bet, and what was measured.

A lesson that meets a claim lets you `bet`, measures, asserts, and then calls `settle`, which
shows the verdict. Lesson 12 gathers all of them with `gather`. Bets stay in ``my_bets.json`` in
the folder you work in; nothing is sent anywhere.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from IPython.display import Markdown

BETS = "my_bets.json"
MIME = "application/vnd.pooling-lab.claim+json"
ANSWERS = ("true", "false", "depends")
# What a bet must have been to be right; a claim that cannot be told here is not scored.
VERDICTS = {
    "holds": "true",
    "holds when…": "depends",
    "does not hold": "false",
    "cannot be told here": None,
}
# What a verdict rests on, and how far it reaches.
EVIDENCE = {
    "counting": "sizes, weights and operations that were counted; as sure as the program",
    "pictures": "a photo or two, digits, drawn maps; other pictures give other numbers",
    "small networks": "small networks, 200 digits, at least five seeds; a direction, no more",
}


class Claim(NamedTuple):
    """What is commonly said, where the course measures it, and who said or measured it first."""

    number: int
    id: str
    saying: str
    lesson: str
    evidence: str  # a key of EVIDENCE
    source: str


def _claims(*rows: tuple[str, str, str, str, str]) -> dict[str, Claim]:
    return {row[0]: Claim(number, *row) for number, row in enumerate(rows, start=1)}


CLAIMS = _claims(
    (
        "halves",
        "A 2×2 pool with stride 2 halves height and width and keeps the channels.",
        "01",
        "counting",
        "Simonyan & Zisserman 2015, section 2.1",
    ),
    (
        "no-parameters",
        "A pooling layer has no learnable parameters.",
        "01",
        "counting",
        "LeCun et al. 1998, section II.B; Radenović et al. 2018, section 3.2",
    ),
    (
        "fewer-parameters",
        "Pooling reduces the network's parameters.",
        "10",
        "counting",
        "Simonyan & Zisserman 2015, table 2",
    ),
    (
        "less-computation",
        "Pooling reduces computation and memory of the later layers.",
        "10",
        "counting",
        "Simonyan & Zisserman 2015, table 1",
    ),
    (
        "overfitting",
        "Pooling prevents overfitting.",
        "11",
        "small networks",
        "Lin et al. 2014, section 3.2; experiments/README.md",
    ),
    (
        "translation",
        "Max pooling is invariant to small translations.",
        "04",
        "pictures",
        "Zhang 2019, section 3; Azulay & Weiss 2019; Ruderman et al. 2018",
    ),
    (
        "information",
        "Invariance is worth the lost information.",
        "05",
        "pictures",
        "Boureau et al. 2010",
    ),
    (
        "strongest-features",
        "Max pooling keeps the strongest features of a photo; average pooling smooths them.",
        "05",
        "pictures",
        "Boureau et al. 2010",
    ),
    (
        "noise",
        "Max pooling is robust to noise.",
        "05",
        "pictures",
        "Boureau et al. 2010",
    ),
    (
        "receptive-field",
        "Pooling enlarges the receptive field of later layers.",
        "08",
        "counting",
        "Araujo et al. 2019, “Single-path networks”; Luo et al. 2016, section 2.5",
    ),
    (
        "location",
        "Pooling discards location.",
        "08",
        "counting",
        "Zeiler & Fergus 2014, section 2.1 (unpooling switches)",
    ),
    (
        "strided-convolution",
        "Strided convolution can replace pooling and keeps more information.",
        "11",
        "small networks",
        "Springenberg et al. 2015, section 2; He et al. 2019, section 4.2",
    ),
    (
        "dilated-convolution",
        "Dilated convolution enlarges the receptive field without downsampling.",
        "11",
        "counting",
        "Yu & Koltun 2016, section 2",
    ),
    (
        "skip-connections",
        "Skip connections bring back location.",
        "11",
        "small networks",
        "Ronneberger et al. 2015, section 2",
    ),
    (
        "global-average",
        "Global average pooling can replace the dense layers before the classifier.",
        "06",
        "small networks",
        "Lin et al. 2014, sections 3.2 and 4.6",
    ),
    (
        "padding",
        "Padding makes sizes fit that do not divide, and does no harm.",
        "04",
        "counting",
        "Dumoulin & Visin 2016, chapter 3",
    ),
    (
        "how-much-or-whether",
        "Average answers how much, max answers whether at all.",
        "05",
        "pictures",
        "Boureau et al. 2010",
    ),
    (
        "blur",
        "Blur pooling restores shift consistency.",
        "11",
        "small networks",
        "Zhang 2019, section 4",
    ),
    (
        "stochastic",
        "Stochastic pooling regularises.",
        "07",
        "small networks",
        "Zeiler & Fergus 2013, sections 3 and 4",
    ),
    (
        "cheap",
        "Pooling is cheap.",
        "10",
        "counting",
        "measured in the lesson",
    ),
    (
        "most-common",
        "Max pooling is the most common kind, and padding is rare in pooling.",
        "10",
        "counting",
        "the papers in the census of `architectures`",
    ),
)


@dataclass(frozen=True)
class Settled:
    """A claim with its verdict and what was measured; shown in the notebook."""

    id: str
    verdict: str
    measured: str
    bet: str = ""

    @property
    def claim(self) -> Claim:
        """What was said."""
        return CLAIMS[self.id]

    def __str__(self) -> str:
        lines = [
            f"Claim {self.claim.number}: {self.claim.saying}",
            f"{_sentence('Verdict: ' + self.verdict)} Measured: {self.measured}",
        ]
        return "\n".join([*lines, self.bet] if self.bet else lines)

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        words = [html.escape(line) for line in str(self).splitlines()]
        rich = f"<strong>{words[0]}</strong><br>" + "<br>".join(words[1:])
        box = "border-left: 4px solid #0072b2; padding: 4px 12px; margin: 4px 0"
        data = {key: value for key, value in asdict(self).items() if key != "bet"}
        return {
            "text/plain": str(self),
            "text/html": f'<div style="{box}">{rich}</div>',
            MIME: data,
        }


def _sentence(words: str) -> str:
    """End a sentence, unless an ellipsis has ended it."""
    return words if words.endswith("…") else f"{words}."


def _claim(claim_id: str) -> Claim:
    if claim_id not in CLAIMS:
        raise ValueError(f"claim must be one of {', '.join(CLAIMS)}, got {claim_id!r}")
    return CLAIMS[claim_id]


def bets(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return your bets: for each claim's id the ``answer`` and the ``confidence`` in percent."""
    path = (folder or Path.cwd()) / BETS
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def bet(
    claim_id: str,
    answer: str | EllipsisType,
    confidence: float | EllipsisType = ...,
    folder: Path | None = None,
) -> str:
    """Place a bet on a claim before you measure it.

    Parameters
    ----------
    claim_id
        As in `CLAIMS`.
    answer
        ``"true"``, ``"false"`` or ``"depends"``; ``...`` places none.
    confidence
        How sure you are that your answer is right, in percent: 33 is a guess, 100 is certain.
    folder
        Where ``my_bets.json`` is kept; the folder of the notebook.

    Returns
    -------
    str
        What was noted.

    Raises
    ------
    ValueError
        For an unknown claim, another answer, or a confidence outside 0 … 100.

    Examples
    --------
    >>> bet("halves", ..., confidence=...)
    'No bet on claim 1 yet: put "true", "false" or "depends" in place of the first ...'
    """
    claim = _claim(claim_id)
    if isinstance(answer, EllipsisType):
        return (
            f"No bet on claim {claim.number} yet: "
            'put "true", "false" or "depends" in place of the first ...'
        )
    if answer not in ANSWERS:
        raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, got {answer!r}")
    if isinstance(confidence, EllipsisType) or not 0 <= confidence <= 100:
        raise ValueError(
            f"confidence must be a percentage from 0 to 100 (33 is a guess), got {confidence!r}"
        )
    placed = bets(folder) | {claim_id: {"answer": answer, "confidence": confidence}}
    path = (folder or Path.cwd()) / BETS
    path.write_text(json.dumps(placed, indent=1), "utf-8")
    return f"Noted: claim {claim.number}, {answer}, {confidence} % sure."


def _told(claim_id: str, verdict: str, placed: Mapping[str, Any]) -> str:
    if claim_id not in placed:
        return ""
    right = VERDICTS[verdict]
    end = (
        "not scored"
        if right is None
        else "right"
        if placed[claim_id]["answer"] == right
        else "wrong"
    )
    return (
        f"Your bet: {placed[claim_id]['answer']}, {placed[claim_id]['confidence']} % sure: {end}."
    )


def settle(claim_id: str, verdict: str, measured: str, folder: Path | None = None) -> Settled:
    """Show the verdict on a claim; the cell that calls this asserts it first.

    Parameters
    ----------
    claim_id
        As in `CLAIMS`.
    verdict
        ``"holds"``, ``"holds when…"``, ``"does not hold"`` or ``"cannot be told here"``.
    measured
        The measurement in one line, its numbers computed by the same cell.
    folder
        Where your bets are kept.

    Raises
    ------
    ValueError
        For an unknown claim or verdict.
    """
    _claim(claim_id)
    if verdict not in VERDICTS:
        raise ValueError(f"verdict must be one of {', '.join(VERDICTS)}, got {verdict!r}")
    return Settled(claim_id, verdict, measured, _told(claim_id, verdict, bets(folder)))


class Row(NamedTuple):
    """A line of the ledger: the settled claim, and where and with how many asserts it was."""

    settled: Settled
    notebook: str
    cell: str
    asserts: int

    @property
    def link(self) -> str:
        """The address of the settling cell, as JupyterLab and exported pages understand it."""
        return f"{self.notebook}#cell-id={self.cell}"


def gather(notebooks: Path, folder: Path | None = None) -> list[Row]:
    """Collect every settled claim from the executed notebooks, in the order of the claims.

    Parameters
    ----------
    notebooks
        The folder of the course's executed notebooks.
    folder
        Where your bets are kept.
    """
    placed = bets(folder)
    rows = [
        _row(path.name, cell, output["data"][MIME], placed)
        for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]
    return sorted(rows, key=lambda row: row.settled.claim.number)


def _row(
    notebook: str, cell: Mapping[str, Any], found: Mapping[str, str], placed: Mapping[str, Any]
) -> Row:
    settled = Settled(**found, bet=_told(found["id"], found["verdict"], placed))
    asserts = re.findall(r"^\s*assert ", "".join(cell["source"]), re.M)
    return Row(settled, notebook, cell["id"], len(asserts))


def table(rows: list[Row]) -> Markdown:
    """Return the ledger as a table, each verdict with a link to the cell that asserts it."""
    from IPython.display import Markdown

    head = [
        "| claim | what is said | your bet | verdict | measured |",
        "|---:|:---|:---|:---|:---|",
    ]
    return Markdown("\n".join([*head, *map(_line, rows)]))


def _line(row: Row) -> str:
    claim, settled = row.settled.claim, row.settled
    cells = (
        str(claim.number),
        f"{claim.saying} *{claim.source}*",
        settled.bet.removeprefix("Your bet: ") or "none",
        f"**{settled.verdict}**",
        f"{settled.measured} ({claim.evidence}; [lesson {claim.lesson}]({row.link}))",
    )
    return "| " + " | ".join(text.replace("|", r"\|") for text in cells) + " |"


def calibration(rows: list[Row], folder: Path | None = None) -> list[tuple[float, bool]]:
    """Return confidence (percent) and whether the bet was right, for every bet that is scored."""
    placed = bets(folder)
    return [
        (placed[row.settled.id]["confidence"], placed[row.settled.id]["answer"] == right)
        for row in rows
        if row.settled.id in placed and (right := VERDICTS[row.settled.verdict]) is not None
    ]
