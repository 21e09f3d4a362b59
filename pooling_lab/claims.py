"""What is said about pooling, what you bet, and what was measured.

A lesson that meets a claim measures it, asserts, and calls `settle`, which shows the verdict. On
some claims you `bet` first; their verdict is folded away until you have. Lesson 12 gathers all of
them with `gather`. Bets stay in ``my_bets.json`` in the folder you work in; nothing is sent
anywhere.
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

from . import tables
from .course import originals
from .course.home import BETS
from .course.lessons import CHECK
from .palette import SERIES

if TYPE_CHECKING:
    from IPython.display import Markdown

MIME = "application/vnd.pooling-lab.claim+json"
ANSWERS = ("true", "false", "depends")
VERDICTS = (*ANSWERS, "cannot be told here")
"""A saying is judged as it is worded. One that says *every*, *no* or *whatever* is false as soon
as one case speaks against it. Any other is true if it holds in all cases that were measured,
false if in none, and depends if in some."""
LEAST_SURE, MOST_SURE = 50, 100
SAYING_NOTHING = 2 / 3
"""Brier's score of one third for each answer: whoever scores more had better not bet."""

# What a verdict rests on, and how far it reaches.
EVIDENCE = {
    "counting": "sizes, weights and operations that were counted; as sure as the program",
    "pictures": "a photo or two, digits, drawn maps; other pictures give other numbers",
    "small networks": "small networks, 200 digits, ten seeds or twenty; a direction, no more",
}


@dataclass(frozen=True)
class Claim:
    """What is commonly said, where the course measures it, and who says it."""

    id: str
    saying: str
    lesson: str
    evidence: str  # a key of EVIDENCE
    source: str
    reach: str  # how far the verdict goes: what was tried, and what was not
    bet_on: bool = False
    guess: str = ""  # the number, in percent, that is guessed with an interval

    @property
    def number(self) -> int:
        """Its place among the claims, from 1."""
        return [*CLAIMS].index(self.id) + 1


CS231N = "CS231n, lecture notes on convolutional networks, “Pooling Layer”"

CLAIMS = {
    claim.id: claim
    for claim in (
        Claim(
            "half-the-sides",
            "A 2×2 pool with stride 2 halves height and width, whatever the map.",
            "01",
            "counting",
            CS231N,
            "all sides from 2 to 512; other windows are lesson 02",
        ),
        Claim(
            "nothing-to-learn",
            "Max, average and global average pooling have nothing to learn.",
            "01",
            "counting",
            CS231N,
            "these three kinds; LeNet-5's, mixed and generalised-mean pooling can learn",
            bet_on=True,
        ),
        Claim(
            "fewer-weights",
            "Pooling reduces the number of weights of a network.",
            "10",
            "counting",
            CS231N,
            "one architecture, with two heads",
            bet_on=True,
        ),
        Claim(
            "quarter-of-the-work",
            "A 2×2 pool with stride 2 leaves a quarter of the work to each convolution behind it.",
            "10",
            "counting",
            f"{CS231N}, says “computation”; the quarter is ours",
            "multiply-adds of VGG16, whose sides are even; time is another matter",
        ),
        Claim(
            "overfitting-by-weights",
            "Pooling layers control overfitting because they leave a network fewer weights.",
            "11",
            "small networks",
            f"{CS231N} (“to reduce the amount of parameters and computation in the network, and "
            "hence to also control overfitting”)",
            "networks of 24,000 to 187,000 weights, digits that stay and digits that move; not "
            "tried: large networks, photos, other regularisers beside the pools",
            bet_on=True,
        ),
        Claim(
            "shift-invariant",
            "Max pooling is invariant to a shift by one pixel.",
            "04",
            "pictures",
            "Goodfellow, Bengio & Courville 2016, Deep Learning, section 9.3: “approximately” in "
            "the text, “naturally invariant to translation” in a caption (the caption read in "
            "copies)",
            "two photos; what a whole network answers is lesson 11",
            bet_on=True,
        ),
        Claim(
            "not-needed",
            "What pooling throws away is not needed to recognise a thing.",
            "05",
            "pictures",
            "Boureau, Ponce & LeCun 2010 call it “irrelevant details”",
            "digits of 8×8 cells, one plain reader, one small network beside it; whether the place "
            "itself can still be told is lesson 06",
        ),
        Claim(
            "strongest-kept",
            "Max pooling keeps the strongest features; average pooling smooths them away.",
            "05",
            "pictures",
            "F. Chollet, Deep Learning with Python, chapter 8, “The max-pooling operation” (an "
            "average “could cause you to miss or dilute feature-presence information”; the chapter "
            "read in a copy)",
            "one photo with one way to find edges, and a drawn wall",
        ),
        Claim(
            "small-noise",
            "Max pooling looks at one cell only, so it is steadier than average pooling when "
            "every cell is a little noisy.",
            "05",
            "pictures",
            "S. Saha 2018, A comprehensive guide to convolutional neural networks: max pooling "
            "“performs as a Noise Suppressant” (read in copies). Dive into deep learning, "
            "“Pooling”, finds “better signal-to-noise ratio” in averages",
            "one photo, one drawn map, Gaussian noise; rare dark cells favour the maximum",
            bet_on=True,
        ),
        Claim(
            "doubled-steps",
            "Behind a pool with stride 2 every convolution adds twice as much to the receptive "
            "field as it would without.",
            "08",
            "counting",
            "Dive into deep learning, “Pooling”: a lower resolution “accelerates this process”; "
            "the formula in Araujo, Norris & Sim 2019, Computing receptive fields of "
            "convolutional neural networks",
            "what a cell may see; how much of it matters to the output is less, as the lesson "
            "shows",
            bet_on=True,
        ),
        Claim(
            "pixel-lost",
            "Behind two 2×2 max pools that do not overlap no network can place a digit to within "
            "a pixel.",
            "08",
            "small networks",
            "sharpened by us from G. Hinton 2014, Ask me anything: pools that do not overlap lose "
            "“valuable information about where things are”",
            "one task, digits of 8×8 pixels, two pools (VGG16 has five); a lone dot is not placed "
            "to within a pixel",
            bet_on=True,
        ),
        Claim(
            "replaced-by-stride",
            "Max pooling can be replaced by a convolution with increased stride without loss in "
            "accuracy.",
            "11",
            "small networks",
            "Springenberg et al. 2015, Striving for simplicity, abstract (“on several image "
            "recognition benchmarks”)",
            "digits and 300 steps, at which `stride` with moving digits has not learned all it "
            "could; not tried: photos, deep networks, training sets of tens of thousands",
            bet_on=True,
        ),
        Claim(
            "dilated-for-pooled",
            "Dilated convolutions give the receptive field of pooling at the same cost, without "
            "losing resolution.",
            "11",
            "counting",
            "Yu & Koltun 2016, Multi-scale context aggregation by dilated convolutions, abstract "
            "(the receptive field and the resolution; the cost is hearsay)",
            "what they may see, and their work; not tried: what the two networks learn",
            bet_on=True,
        ),
        Claim(
            "skips-needed",
            "Without skip connections a U-Net finds outlines less exactly, however it upsamples.",
            "11",
            "small networks",
            "Ronneberger, Fischer & Brox 2015, U-Net",
            "one task, two pools, 33,000 weights, four ways to upsample",
            bet_on=True,
        ),
        Claim(
            "averaged-head",
            "Global average pooling can replace a flattened dense layer without loss in accuracy.",
            "06",
            "small networks",
            "Lin, Chen & Yan 2014, Network in network, abstract (“less prone to overfitting”)",
            "one dense layer, two questions, maps of 4×4 and 8×8 cells; not tried: several dense "
            "layers, dropout, large maps",
            guess="percent of the sides that an averaged head gets right, zeros around its maps",
        ),
        Claim(
            "zeros-around",
            "Padding a max pool puts zeros around the map.",
            "04",
            "counting",
            "PyTorch 1.8, MaxPool2d: “implicitly zero-padded on both sides” (its page says "
            "“negative infinity” today)",
            "PyTorch and this course's functions; not tried: other libraries",
        ),
        Claim(
            "whether-or-how-much",
            "Max pooling tells whether a feature is there at all, average pooling how much of it.",
            "05",
            "pictures",
            "said in many lectures; Zhou et al. 2016, Learning deep features for discriminative "
            "localization, of global pools: the average finds “the extent of the object”, the "
            "maximum “just one discriminative part”",
            "detection in three kinds of noise, one size of map",
        ),
        Claim(
            "blur-restores",
            "Max, then blur, then every second cell (Zhang): most of the answers that max pooling "
            "loses when the image moves by a pixel come back, at no cost in accuracy.",
            "11",
            "small networks",
            "after Zhang 2019, Making convolutional networks shift-invariant again, who claims "
            "more consistency and accuracy; “most” is ours",
            "digits, and moves by one pixel: by four pixels max alone keeps more answers, and on "
            "photos far less comes back (Zhang's own table, in the lesson)",
            guess="percent of the answers that stay, with max then blur",
        ),
        Claim(
            "lottery-helps",
            "Stochastic pooling regularises: new digits are read better because of its draws.",
            "07",
            "small networks",
            "Zeiler & Fergus 2013, Stochastic pooling for regularization, abstract",
            "200 digits, one network, and with batch normalisation, which theirs had not",
            bet_on=True,
        ),
        Claim(
            "cheap",
            "Pooling is cheap.",
            "10",
            "counting",
            "learn.sumanbhadra.com, “Pooling Layers — Max & Average”: “it's a fixed operation, so "
            "it's cheap”",
            "one architecture; times depend on the machine (lesson 14)",
        ),
        Claim(
            "most-common-kind",
            "Max pooling is the most common kind of pooling.",
            "10",
            "counting",
            CS231N,
            "ten networks picked by hand, which is no survey of what people run",
        ),
    )
}


@dataclass(frozen=True)
class Settled:
    """A claim with its verdict and what was measured; shown in the notebook.

    As long as a claim that can be bet on has no bet, the verdict is folded away.
    """

    id: str
    verdict: str
    measured: str
    when: str = ""
    number: float | None = None
    bet: str = ""

    @property
    def claim(self) -> Claim:
        """What was said."""
        return CLAIMS[self.id]

    @property
    def ruling(self) -> str:
        """The verdict in words, with its *when*."""
        return f"{self.verdict} {self.when}" if self.when else self.verdict

    @property
    def lines(self) -> list[str]:
        """What is told: verdict, measurement, how far it reaches, your bet."""
        told = [f"Verdict: {self.ruling}.", f"Measured: {self.measured}."]
        told.append(f"How far it reaches: {self.claim.reach}.")
        return [*told, self.bet] if self.bet else told

    def __str__(self) -> str:
        return "\n".join([f"Claim {self.claim.number}: {self.claim.saying}", *self.lines])

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        head = html.escape(f"Claim {self.claim.number}: {self.claim.saying}")
        told = "<br>".join(html.escape(line) for line in self.lines)
        if (self.claim.bet_on or self.claim.guess) and not self.bet:
            invitation = "No bet yet. Place it above and run this cell again, or unfold the verdict"
            told = f"<details><summary>{invitation}</summary>{told}</details>"
        box = f"border-left: 4px solid {SERIES[0]}; padding: 4px 12px; margin: 4px 0"
        data = {key: value for key, value in asdict(self).items() if key != "bet"}
        return {
            "text/plain": str(self),
            "text/html": f'<div style="{box}"><strong>{head}</strong><br>{told}</div>',
            MIME: data,
        }


def bets(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return your bets: for each claim's id the ``answer`` and the ``confidence`` in percent.

    A guessed number has ``low`` and ``high`` instead. Bets from before the claims were worded
    anew are among them, under their old ids (`pooling_lab.ledger.FIRST_EDITION`).
    """
    path = (folder or Path.cwd()) / BETS
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def place(claim_id: str, noted: Mapping[str, Any], folder: Path | None) -> None:
    """Write one bet into the file, in the place of an earlier one on the same claim."""
    path = (folder or Path.cwd()) / BETS
    path.write_text(json.dumps(bets(folder) | {claim_id: dict(noted)}, indent=1), "utf-8")


def bet(
    claim_id: str,
    answer: str | bool | EllipsisType,
    confidence: float | EllipsisType = ...,
    folder: Path | None = None,
) -> str:
    """Place a bet on a claim before it is measured.

    Parameters
    ----------
    claim_id
        A claim of `CLAIMS` that can be bet on, or has a number to guess: copies of lesson 06 from
        before claim 15 had one go on betting.
    answer
        ``"true"``, ``"false"`` or ``"depends"``, in capitals or not; ``...`` places none, and an
        earlier bet stands.
    confidence
        How sure you are that your answer is right, in percent: 50 if it is as likely as the other
        two together, 100 if you are certain. This course takes bets from 50 on; ``...`` places
        none.
    folder
        Where ``my_bets.json`` is kept; the folder of the notebook.

    Returns
    -------
    str
        What was noted, or what is missing.

    Raises
    ------
    ValueError
        For another claim, another answer, or a confidence outside 50 … 100.

    Examples
    --------
    >>> bet("nothing-to-learn", "true", confidence=...)
    'No bet on claim 2 yet: put how sure you are, in percent (50 to 100), behind confidence='
    """
    claim = _claim_among(claim_id, [c.id for c in CLAIMS.values() if c.bet_on or c.guess])
    word = str(answer).strip().lower()  # `False` and "False" are meant as "false"
    if not isinstance(answer, EllipsisType) and word not in ANSWERS:
        raise ValueError(f"answer must be one of {', '.join(ANSWERS)}, got {answer!r}")
    if isinstance(answer, EllipsisType) or isinstance(confidence, EllipsisType):
        missing = still_to_say(answer, confidence, LEAST_SURE)
        earlier = bets(folder).get(claim_id, {})
        if "answer" not in earlier:
            return f"No bet on claim {claim.number} yet: {missing}"
        stands = f"{earlier['answer']}, {earlier['confidence']:g} % sure"
        change = "" if isinstance(answer, EllipsisType) else f" To change it, {missing}"
        return f"Your bet on claim {claim.number} stands: {stands}.{change}"
    sure = percent(confidence, "confidence", LEAST_SURE)
    place(claim_id, {"answer": word, "confidence": sure}, folder)
    return f"Noted: claim {claim.number}, {word}, {sure:g} % sure."


def still_to_say(
    answer: str | bool | EllipsisType, confidence: float | EllipsisType, least: float
) -> str:
    """Return what a bet needs whose dots are still there, all or some; "" if it is whole."""
    words = []
    if isinstance(answer, EllipsisType):
        cases = '"true" (in every case), "false" (in none) or "depends" (in some)'
        words.append(f"{cases} in place of the first ...")
    if isinstance(confidence, EllipsisType):
        words.append(f"how sure you are, in percent ({least} to {MOST_SURE}), behind confidence=")
    return f"put {', and '.join(words)}" if words else ""


def guess(
    claim_id: str,
    low: float | EllipsisType,
    high: float | EllipsisType = ...,
    folder: Path | None = None,
) -> str:
    """Guess a number with an interval that you think holds it four times out of five.

    Parameters
    ----------
    claim_id
        A claim of `CLAIMS` with a number to guess.
    low, high
        Both ends in percent, 0 to 100; ``...`` for either places no guess.
    folder
        Where ``my_bets.json`` is kept; the folder of the notebook.

    Raises
    ------
    ValueError
        For another claim, or ends that are no interval.

    Examples
    --------
    >>> guess("blur-restores", ..., ...)
    'No guess on claim 18 yet: put two percentages in place of the ...'
    """
    claim = _claim_among(claim_id, [c.id for c in CLAIMS.values() if c.guess])
    if isinstance(low, EllipsisType) or isinstance(high, EllipsisType):
        return f"No guess on claim {claim.number} yet: put two percentages in place of the ..."
    ends = percent(low, "low", 0), percent(high, "high", 0)
    if ends[0] > ends[1]:
        raise ValueError(f"low must not be above high, got {low!r} and {high!r}")
    place(claim_id, {"low": ends[0], "high": ends[1]}, folder)
    return f"Noted: claim {claim.number}, between {ends[0]:g} and {ends[1]:g} {claim.guess}."


def _claim_among(claim_id: str, allowed: list[str]) -> Claim:
    if claim_id not in allowed:
        raise ValueError(f"claim must be one of {', '.join(allowed)}, got {claim_id!r}")
    return CLAIMS[claim_id]


def percent(value: Any, name: str, least: float) -> float:
    """Return a percentage; a share such as 0.7 is refused with what was probably meant."""
    number = not isinstance(value, bool) and isinstance(value, int | float)
    if number and least <= value <= MOST_SURE:
        return value
    meant = (
        f" (do you mean {100 * value:g}?)" if number and least <= 100 * value <= MOST_SURE else ""
    )
    raise ValueError(
        f"{name} must be a percentage from {least} to {MOST_SURE}, got {value!r}{meant}"
    )


def brier(confidence: float, right: bool) -> float:
    """Return Brier's score of one bet over the three answers: 0 is perfect, 2 the worst.

    The other two answers share what is left. `SAYING_NOTHING`, a third for each, scores 2/3.

    Source: Brier 1950, Verification of forecasts expressed in terms of probability.

    Examples
    --------
    >>> brier(100, right=True), brier(50, right=True), brier(50, right=False)
    (0.0, 0.375, 0.875)
    """
    sure = confidence / 100
    others = (1 - sure) / 2
    if right:
        return (1 - sure) ** 2 + 2 * others**2
    return sure**2 + (1 - others) ** 2 + others**2


def interval_score(low: float, high: float, value: float) -> float:
    """Return the score of an 80 % interval: its width, and ten times by how much it misses.

    Small is good; saying nothing, 0 to 100, scores 100.

    Source: Gneiting & Raftery 2007, Strictly proper scoring rules, prediction, and estimation.

    Examples
    --------
    >>> interval_score(80, 90, 85), interval_score(80, 90, 92)
    (10, 30)
    """
    return high - low + 10 * max(low - value, value - high, 0)


def _told(settled: Settled, placed: Mapping[str, Any]) -> str:
    mine = placed.get(settled.id)
    if mine is None:
        return ""
    if "low" in mine:
        if settled.number is None:
            return ""
        inside = mine["low"] <= settled.number <= mine["high"]
        score = interval_score(mine["low"], mine["high"], settled.number)
        return (
            f"Your guess: {mine['low']:g} to {mine['high']:g}; it was {settled.number:.1f}: "
            f"{'inside' if inside else 'outside'}, score {score:.0f} (saying nothing: 100)."
        )
    return f"Your bet: {mine['answer']}, {mine['confidence']:g} % sure: {_end(settled, mine)}."


def _end(settled: Settled, mine: Mapping[str, Any]) -> str:
    if settled.verdict not in ANSWERS:
        return "not scored"
    return "right" if mine["answer"] == settled.verdict else "wrong"


def settle(
    claim_id: str,
    verdict: str,
    measured: str,
    *,
    when: str = "",
    number: float | None = None,
    folder: Path | None = None,
) -> Settled:
    """Show the verdict on a claim; the cell that calls this asserts it first.

    Parameters
    ----------
    claim_id
        As in `CLAIMS`.
    verdict
        ``"true"``, ``"false"``, ``"depends"`` or ``"cannot be told here"``.
    measured
        The measurement in one line, its numbers computed by the same cell.
    when
        With ``"depends"``: on what, beginning with "on".
    number
        What was guessed, in percent, where the claim has a number to guess.
    folder
        Where your bets are kept.

    Raises
    ------
    ValueError
        For an unknown claim or verdict, or a "depends" that does not say on what.
    """
    claim = _claim_among(claim_id, list(CLAIMS))
    if verdict not in VERDICTS:
        raise ValueError(f"verdict must be one of {', '.join(VERDICTS)}, got {verdict!r}")
    if (verdict == "depends") != bool(when):
        raise ValueError(f"when goes with the verdict depends, got {verdict!r} and {when!r}")
    if bool(claim.guess) != (number is not None):
        raise ValueError(f"number must be given for a claim with one to guess, got {number!r}")
    settled = Settled(claim_id, verdict, measured.removesuffix("."), when, number)
    return _with_bet(settled, bets(folder))


def _with_bet(settled: Settled, placed: Mapping[str, Any]) -> Settled:
    data = asdict(settled) | {"bet": _told(settled, placed)}
    return Settled(**data)


class Row(NamedTuple):
    """A settled claim, and where and with how many asserts it was."""

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

    Verdicts on claims as they were worded before are left out.

    Parameters
    ----------
    notebooks
        The folder of the course's executed notebooks.
    folder
        Where your bets are kept.
    """
    placed = bets(folder)
    rows = [
        _row(path.name, cells[i : i + 2], output["data"][MIME], placed)
        for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))
        for cells in [json.loads(path.read_text("utf-8"))["cells"]]
        for i, cell in enumerate(cells)
        for output in cell.get("outputs", [])
        if output.get("data", {}).get(MIME, {}).get("id") in CLAIMS
    ]
    return sorted(rows, key=lambda row: row.settled.claim.number)


def verdict(claim_id: str, notebooks: Path | None = None, folder: Path | None = None) -> Settled:
    """Return what a lesson has settled, for another one that quotes it.

    Parameters
    ----------
    claim_id
        A claim of `CLAIMS`.
    notebooks
        The folder of the course's executed notebooks; found by itself.
    folder
        Where your bets are kept.

    Raises
    ------
    ValueError
        For another claim.
    """
    claim = _claim_among(claim_id, [*CLAIMS])
    (row,) = [row for row in gather(notebooks or originals(), folder) if row.settled.claim is claim]
    return row.settled


def _row(
    notebook: str,
    cells: list[Mapping[str, Any]],
    found: Mapping[str, Any],
    placed: Mapping[str, Any],
) -> Row:
    """Make a row of the settling cell; the check that only CI sees stands right behind it."""
    cell, *behind = cells
    checks = [one for one in behind if CHECK in one["metadata"].get("tags", [])]
    source = "\n".join("".join(one["source"]) for one in (cell, *checks))
    asserts = re.findall(r"^\s*assert ", source, re.M)
    return Row(_with_bet(Settled(**found), placed), notebook, cell["id"], len(asserts))


def table(rows: list[Row]) -> Markdown:
    """Return all claims as a table, each verdict with a link to the cell that asserts it."""
    from IPython.display import Markdown

    heads = ["claim", "what is said", "your bet", "verdict", "measured", "how far it reaches"]
    return Markdown(tables.markdown(heads, "rlllll", map(_cells, rows)))


def _cells(row: Row) -> tuple[str, ...]:
    claim, settled = row.settled.claim, row.settled
    mine = settled.bet.removeprefix("Your bet: ").removeprefix("Your guess: ")
    return (
        str(claim.number),
        f"{claim.saying} *{claim.source}*",
        mine or ("none" if claim.bet_on or claim.guess else "–"),
        f"**{settled.verdict}** {settled.when}".strip(),
        f"{settled.measured} ({claim.evidence}; [lesson {claim.lesson}]({row.link}))",
        claim.reach,
    )


def calibration(rows: list[Row], folder: Path | None = None) -> list[tuple[float, bool]]:
    """Return confidence (percent) and whether the bet was right, for every bet that is scored."""
    placed = bets(folder)
    return [
        (
            placed[row.settled.id]["confidence"],
            placed[row.settled.id]["answer"] == row.settled.verdict,
        )
        for row in rows
        if "answer" in placed.get(row.settled.id, {}) and row.settled.verdict in ANSWERS
    ]


def score(scored: list[tuple[float, bool]]) -> float:
    """Return the mean Brier score of what `calibration` returns; compare with `SAYING_NOTHING`.

    Examples
    --------
    >>> score([(100, True), (50, False)])
    0.4375
    """
    return sum(brier(sure, right) for sure, right in scored) / len(scored)
