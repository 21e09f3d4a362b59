"""Bets are kept and scored so that knowledge wins, and no claim goes without a cell."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import nbformat
import numpy as np
import pytest

from pooling_lab import claims, course, ledger

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
CORE = course.CORE
BET_ON = [claim for claim in claims.CLAIMS.values() if claim.bet_on]


def notebook_with(folder: Path, *settled: claims.Settled) -> None:
    cells = []
    for number, one in enumerate(settled):
        output = nbformat.v4.new_output("execute_result", one._repr_mimebundle_())
        cells.append(nbformat.v4.new_code_cell("settle()", id=f"c{number}", outputs=[output]))
        check = nbformat.v4.new_code_cell("assert 1\nassert 2", id=f"check-c{number}")
        check.metadata.tags = ["check"]
        cells.append(check)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "01_made_up.ipynb")


# --- the claims as data -----------------------------------------------------------------------


def test_there_are_21_claims_numbered_in_order():
    assert [claim.number for claim in claims.CLAIMS.values()] == list(range(1, 22))


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=lambda claim: claim.id)
def test_a_claim_says_who_says_it_and_how_far_its_verdict_reaches(claim):
    assert claim.saying.endswith(".")
    assert claim.source
    assert claim.reach
    assert claim.evidence in claims.EVIDENCE
    assert claim.lesson in LESSONS


def test_every_kind_of_evidence_is_used():
    assert {claim.evidence for claim in claims.CLAIMS.values()} == set(claims.EVIDENCE)


def test_a_core_lesson_asks_for_one_bet_at_most():
    asked = Counter(c.lesson for c in claims.CLAIMS.values() if c.bet_on or c.guess)
    assert all(asked[lesson] <= 1 for lesson in CORE)


# --- placing bets -----------------------------------------------------------------------------


def test_an_untouched_stub_places_no_bet(tmp_path):
    assert claims.bet("nothing-to-learn", ..., confidence=..., folder=tmp_path) == (
        'No bet on claim 2 yet: put "true" (in every case), "false" (in none) or "depends" (in '
        "some) in place of the first ..., and how sure you are, in percent (50 to 100), behind "
        "confidence="
    )
    assert "No guess on claim 18" in claims.guess("blur-restores", ..., ..., folder=tmp_path)
    assert claims.bets(tmp_path) == {}


SECOND = "put how sure you are, in percent ({} to 100), behind confidence="


@pytest.mark.parametrize("words", [("true",), ("true", ...), (False, ...)])
def test_a_forgotten_confidence_is_asked_for_and_nothing_is_noted(tmp_path, words):
    said = claims.bet("small-noise", *words, folder=tmp_path)
    assert said == f"No bet on claim 9 yet: {SECOND.format(50)}"
    first = ledger.bet("halves", "true", ..., tmp_path)
    assert first == f"No bet on claim 1 yet: {SECOND.format(33)}"
    assert "No guess on claim 18" in claims.guess("blur-restores", 10, ..., tmp_path)
    assert claims.bets(tmp_path) == {}


def test_a_forgotten_confidence_changes_no_earlier_bet(tmp_path):
    claims.bet("small-noise", "depends", 60, tmp_path)
    said = claims.bet("small-noise", "true", ..., tmp_path)
    stands = "Your bet on claim 9 stands: depends, 60 % sure."
    assert said == f"{stands} To change it, {SECOND.format(50)}"
    assert claims.bets(tmp_path) == {"small-noise": {"answer": "depends", "confidence": 60}}


def test_a_word_that_is_no_answer_is_told_before_the_confidence(tmp_path):
    with pytest.raises(ValueError, match="one of true, false, depends, got 'yes'"):
        claims.bet("small-noise", "yes", ..., tmp_path)


def test_dots_leave_an_earlier_bet_as_it_is_and_say_so(tmp_path):
    claims.bet("shift-invariant", "depends", 60, tmp_path)
    said = claims.bet("shift-invariant", ..., confidence=..., folder=tmp_path)
    assert said == "Your bet on claim 6 stands: depends, 60 % sure."
    assert claims.bets(tmp_path) == {"shift-invariant": {"answer": "depends", "confidence": 60}}


def test_a_later_bet_replaces_an_earlier_one_and_keeps_the_others(tmp_path):
    claims.bet("nothing-to-learn", "false", 50, tmp_path)
    claims.bet("small-noise", "true", 90, tmp_path)
    said = claims.bet("nothing-to-learn", "true", 80, tmp_path)
    assert said == "Noted: claim 2, true, 80 % sure."
    assert claims.bets(tmp_path) == {
        "nothing-to-learn": {"answer": "true", "confidence": 80},
        "small-noise": {"answer": "true", "confidence": 90},
    }


@pytest.mark.parametrize("answer", [False, "False", " FALSE"])
def test_an_answer_may_be_written_as_python_writes_it(tmp_path, answer):
    assert claims.bet("small-noise", answer, 80, tmp_path) == "Noted: claim 9, false, 80 % sure."
    assert claims.bets(tmp_path) == {"small-noise": {"answer": "false", "confidence": 80}}


REFUSED = [
    ("an unknown claim", ("nothing", "true", 50), "claim must be one of nothing-to-learn, "),
    ("a claim nobody bets on", ("cheap", "true", 50), "claim must be one of nothing-to-learn, "),
    ("another answer", ("small-noise", "yes", 50), "one of true, false, depends, got 'yes'"),
    ("more than certain", ("small-noise", "true", 101), "percentage from 50 to 100, got 101$"),
    ("less than a coin", ("small-noise", "true", 49), "percentage from 50 to 100, got 49$"),
    ("a share", ("small-noise", "true", 0.7), r"from 50 to 100, got 0\.7 \(do you mean 70\?\)"),
    ("a certain share", ("small-noise", "true", 1.0), r"got 1\.0 \(do you mean 100\?\)"),
    ("True is no number", ("small-noise", "true", True), "got True$"),
    ("a word", ("small-noise", "true", "70"), "got '70'$"),
    ("NaN", ("small-noise", "true", float("nan")), "got nan$"),
]


@pytest.mark.parametrize(("words", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_bet_that_makes_no_sense_is_refused_and_nothing_is_written(tmp_path, words, said):
    with pytest.raises(ValueError, match=said):
        claims.bet(*words, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((0.7, 0.9), None),  # these are percentages, if small ones
        ((90, 80), "low must not be above high, got 90 and 80"),
        ((-1, 80), "low must be a percentage from 0 to 100, got -1"),
        ((10, 101), "high must be a percentage from 0 to 100, got 101"),
    ],
)
def test_a_guess_is_an_interval_in_percent(tmp_path, ends, said):
    if said is None:
        assert claims.guess("blur-restores", *ends, tmp_path).startswith("Noted: claim 18")
    else:
        with pytest.raises(ValueError, match=said):
            claims.guess("blur-restores", *ends, tmp_path)
        assert claims.bets(tmp_path) == {}


def test_a_copy_of_lesson_06_that_bets_on_the_verdict_goes_on_and_its_bet_is_told(tmp_path):
    """Claim 15 had a bet before it had a number to guess."""
    assert claims.bet("averaged-head", ..., confidence=..., folder=tmp_path).startswith("No bet")
    claims.bet("averaged-head", "true", 80, tmp_path)
    claims.guess("averaged-head", ..., ..., folder=tmp_path)
    settled = claims.settle(
        "averaged-head", "depends", "m", when="on the question", number=97.0, folder=tmp_path
    )
    assert settled.bet == "Your bet: true, 80 % sure: wrong."
    claims.guess("averaged-head", 45, 60, tmp_path)
    assert claims.bet("averaged-head", ..., folder=tmp_path).startswith("No bet on claim 15 yet")


# --- settling ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "answer", "end"),
    [
        ("true", "true", "right"),
        ("true", "depends", "wrong"),
        ("depends", "depends", "right"),
        ("false", "false", "right"),
        ("false", "true", "wrong"),
        ("cannot be told here", "false", "not scored"),
    ],
)
def test_the_verdict_says_what_became_of_the_bet(tmp_path, verdict, answer, end):
    claims.bet("small-noise", answer, 70, tmp_path)
    when = "on the rain" if verdict == "depends" else ""
    settled = claims.settle("small-noise", verdict, "1 of 2", when=when, folder=tmp_path)
    assert str(settled).endswith(f"Your bet: {answer}, 70 % sure: {end}.")
    assert f"Verdict: {verdict}" in str(settled)


def test_the_verdict_is_folded_away_until_there_is_a_bet(tmp_path):
    def shown() -> str:
        settled = claims.settle("small-noise", "false", "1 of 2", folder=tmp_path)
        return settled._repr_mimebundle_()["text/html"]

    before = shown()
    assert "<details><summary>No bet yet." in before
    assert before.index("<details>") < before.index("Verdict: false") < before.index("</details>")
    claims.bet("small-noise", "true", 70, tmp_path)
    assert "<details>" not in shown()


def test_a_claim_that_nobody_bets_on_shows_its_verdict(tmp_path):
    settled = claims.settle("most-common-kind", "cannot be told here", "1 of 2", folder=tmp_path)
    assert "<details>" not in settled._repr_mimebundle_()["text/html"]


def test_the_page_cannot_be_broken_by_what_was_measured(tmp_path):
    settled = claims.settle("most-common-kind", "true", "<script> & co", folder=tmp_path)
    assert "&lt;script&gt; &amp; co" in settled._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    ("words", "more", "said"),
    [
        (("small", "true", "m"), {}, "claim must be one of half-the-sides, "),
        (("cheap", "holds", "m"), {}, "verdict must be one of true, false, depends, cannot"),
        (("cheap", "depends", "m"), {}, "when goes with the verdict depends"),
        (("cheap", "true", "m"), {"when": "on the hour"}, "when goes with the verdict depends"),
        (("blur-restores", "true", "m"), {}, "number must be given"),
        (("cheap", "true", "m"), {"number": 3.0}, "number must be given"),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused(words, more, said):
    with pytest.raises(ValueError, match=said):
        claims.settle(*words, **more)


def test_a_guessed_number_is_scored_by_its_width_and_its_miss(tmp_path):
    claims.guess("blur-restores", 80, 90, tmp_path)
    settled = claims.settle("blur-restores", "true", "m", number=92.0, folder=tmp_path)
    assert settled.bet == (
        "Your guess: 80 to 90; it was 92.0: outside, score 30 (saying nothing: 100)."
    )


def test_the_claims_are_gathered_from_executed_notebooks_with_their_bets(tmp_path):
    notebook_with(
        tmp_path,
        claims.settle("small-noise", "depends", "a", when="on the hour", folder=tmp_path),
        claims.settle("half-the-sides", "true", "b", folder=tmp_path),
    )
    claims.bet("small-noise", "true", 60, tmp_path)
    rows = claims.gather(tmp_path, tmp_path)
    assert [row.settled.id for row in rows] == ["half-the-sides", "small-noise"]
    assert [row.asserts for row in rows] == [2, 2]
    assert rows[1].link == "01_made_up.ipynb#cell-id=c0"
    assert rows[1].settled.bet == "Your bet: true, 60 % sure: wrong."
    shown = claims.table(rows).data
    assert "**depends** on the hour" in shown
    assert "true, 60 % sure: wrong." in shown


def test_calibration_counts_only_bets_that_can_be_scored(tmp_path):
    notebook_with(
        tmp_path,
        claims.settle("small-noise", "depends", "a", when="on the hour"),
        claims.settle("nothing-to-learn", "true", "b"),
        claims.settle("lottery-helps", "cannot be told here", "c"),
        claims.settle("blur-restores", "true", "d", number=90.0),
    )
    for claim in ("small-noise", "nothing-to-learn", "lottery-helps"):
        claims.bet(claim, "true", 60, tmp_path)
    claims.guess("blur-restores", 80, 95, tmp_path)
    rows = claims.gather(tmp_path, tmp_path)
    assert claims.calibration(rows, tmp_path) == [(60, True), (60, False)]


# --- scoring ----------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [50, 61, 75, 90, 100])
@pytest.mark.parametrize("right", [True, False])
def test_a_score_is_the_squared_distance_to_what_came_out(confidence, right):
    sure = confidence / 100
    forecast = np.array([sure, (1 - sure) / 2, (1 - sure) / 2])
    outcome = np.array([1, 0, 0] if right else [0, 1, 0])
    assert claims.brier(confidence, right) == pytest.approx(((forecast - outcome) ** 2).sum())


def test_saying_nothing_scores_two_thirds():
    assert claims.brier(100 / 3, True) == pytest.approx(claims.SAYING_NOTHING)
    assert claims.brier(100 / 3, False) == pytest.approx(claims.SAYING_NOTHING)


@pytest.mark.parametrize("answer", claims.ANSWERS)
def test_no_constant_bet_pays_at_any_confidence(answer):
    verdicts = {row.settled.id: row.settled.verdict for row in claims.gather(NOTEBOOKS, NOTEBOOKS)}
    scored = [verdicts[c.id] for c in BET_ON if verdicts[c.id] in claims.ANSWERS]
    assert len(scored) >= 10
    for confidence in range(50, 101):
        made = [(confidence, verdict == answer) for verdict in scored]
        assert claims.score(made) > claims.SAYING_NOTHING + 1e-9


def test_no_answer_is_right_for_more_than_seven_of_the_bets():
    verdicts = {row.settled.id: row.settled.verdict for row in claims.gather(NOTEBOOKS, NOTEBOOKS)}
    assert max(Counter(verdicts[claim.id] for claim in BET_ON).values()) <= 7


def test_whoever_knows_wins():
    assert claims.score([(90, True)] * 8 + [(60, False)] * 2) < claims.SAYING_NOTHING / 2


# --- the first edition ------------------------------------------------------------------------


def test_a_file_of_bets_of_the_first_edition_is_kept_and_not_scored_as_something_else(tmp_path):
    old = {
        "halves": {"answer": "false", "confidence": 40},
        "translation": {"answer": "depends", "confidence": 0.7},
    }
    (tmp_path / claims.BETS).write_text(json.dumps(old, indent=1), "utf-8")
    claims.bet("shift-invariant", "false", 80, tmp_path)
    assert claims.bets(tmp_path) == old | {"shift-invariant": {"answer": "false", "confidence": 80}}
    notebook_with(tmp_path, claims.settle("shift-invariant", "false", "m"))
    assert claims.calibration(claims.gather(tmp_path, tmp_path), tmp_path) == [(80, True)]


def test_bets_on_wordings_that_are_gone_are_kept_and_not_scored(tmp_path):
    gone = {
        "less-overfitting": {"answer": "depends", "confidence": 60},
        "location-lost": {"answer": "false", "confidence": 90},
    }
    assert not set(gone) & set(claims.CLAIMS)
    (tmp_path / claims.BETS).write_text(json.dumps(gone, indent=1), "utf-8")
    claims.bet("pixel-lost", "false", 80, tmp_path)
    assert claims.bets(tmp_path) == gone | {"pixel-lost": {"answer": "false", "confidence": 80}}
    notebook_with(tmp_path, claims.settle("pixel-lost", "false", "m"))
    assert claims.calibration(claims.gather(tmp_path, tmp_path), tmp_path) == [(80, True)]


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=lambda claim: claim.id)
def test_a_saying_about_all_cases_is_true_or_false(claim):
    verdicts = {row.settled.id: row.settled.verdict for row in claims.gather(NOTEBOOKS, NOTEBOOKS)}
    if re.search(r"\b(whatever|every|no|however)\b", claim.saying.split(" because ")[0]):
        exempt = claim.id == "small-noise"  # its "every cell" says what is noisy, not for whom
        assert verdicts[claim.id] != "depends" or exempt


def test_a_copied_lesson_still_bets_and_settles(tmp_path):
    assert ledger.bet("halves", ..., confidence=...).startswith("No bet on claim 1 yet")
    assert ledger.bet("halves", "depends", 33, tmp_path) == "Noted: claim 1, depends, 33 % sure."
    told = repr(ledger.settle("halves", "holds when…", "7 to 3", tmp_path))
    assert told.startswith("Claim 1: A 2×2 pool with stride 2 halves height and width and keeps")
    assert "Your bet: depends, 33 % sure: right." in told
    assert claims.bets(tmp_path) == {"halves": {"answer": "depends", "confidence": 33}}


def test_a_copied_lesson_refuses_a_share_too(tmp_path):
    with pytest.raises(ValueError, match=r"got 0\.7 \(do you mean 70\?\)"):
        ledger.bet("halves", "depends", 0.7, tmp_path)


def test_only_a_claim_whose_words_stayed_keeps_its_id():
    same = set(ledger.FIRST_EDITION) & set(claims.CLAIMS)
    assert same == {"cheap"}
    assert ledger.FIRST_EDITION["cheap"] == claims.CLAIMS["cheap"].saying


# --- the claims in the lessons ----------------------------------------------------------------


def cells_with(claim: claims.Claim, call: str) -> list[int]:
    cells = nbformat.read(LESSONS[claim.lesson], 4).cells
    pattern = re.compile(rf'claims\.{call}\(\s*"{claim.id}"')
    code = [cell.source if cell.cell_type == "code" else "" for cell in cells]
    return [i for i, source in enumerate(code) if pattern.search(source)]


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=lambda claim: claim.id)
def test_the_lesson_bets_before_it_settles_and_asserts_right_behind(claim):
    settled = cells_with(claim, "settle")
    asked = cells_with(claim, "guess" if claim.guess else "bet")
    assert len(settled) == 1
    assert len(asked) == (claim.bet_on or bool(claim.guess))
    assert all(bet < settled[0] for bet in asked)
    behind = nbformat.read(LESSONS[claim.lesson], 4).cells[settled[0] + 1]
    assert "check" in behind.metadata.get("tags", [])
    assert re.search(r"^\s*assert ", behind.source, re.M)


@pytest.mark.parametrize("claim", claims.CLAIMS.values(), ids=lambda claim: claim.id)
def test_the_lesson_quotes_the_claim_as_it_is_worded(claim):
    cells = nbformat.read(LESSONS[claim.lesson], 4).cells
    text = " ".join(" ".join(c.source.split()) for c in cells if c.cell_type == "markdown")
    assert f"*{claim.saying}*" in text.replace("\n> ", " ").replace(" > ", " ")


def test_no_lesson_settles_a_claim_that_is_not_its_own():
    rows = claims.gather(NOTEBOOKS, NOTEBOOKS)
    assert [row.settled.id for row in rows] == list(claims.CLAIMS)
    assert all(row.notebook[:2] == row.settled.claim.lesson for row in rows)


def test_a_verdict_is_quoted_with_the_readers_bet(tmp_path):
    claims.bet("fewer-weights", "true", 80, tmp_path)
    quoted = claims.verdict("fewer-weights", NOTEBOOKS, tmp_path)
    settled = {row.settled.id: row.settled for row in claims.gather(NOTEBOOKS, tmp_path)}
    assert quoted == settled["fewer-weights"]
    assert "true, 80 % sure" in str(quoted)
    with pytest.raises(ValueError, match="claim must be one of half-the-sides"):
        claims.verdict("no-such", NOTEBOOKS)
