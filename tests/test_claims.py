"""Bets are kept, verdicts are scored against them, and no claim goes without a cell."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from pooling_lab import ledger

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
LESSONS = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}


def test_there_are_21_claims_numbered_in_order():
    assert [claim.number for claim in ledger.CLAIMS.values()] == list(range(1, 22))
    assert all(claim.id == key for key, claim in ledger.CLAIMS.items())


def test_an_untouched_stub_places_no_bet(tmp_path):
    assert "No bet on claim 1" in ledger.bet("halves", ..., confidence=..., folder=tmp_path)
    assert ledger.bets(tmp_path) == {}


def test_a_later_bet_replaces_an_earlier_one_and_keeps_the_others(tmp_path):
    ledger.bet("halves", "false", 40, tmp_path)
    ledger.bet("noise", "true", 90, tmp_path)
    assert ledger.bet("halves", "true", 80, tmp_path) == "Noted: claim 1, true, 80 % sure."
    assert ledger.bets(tmp_path) == {
        "halves": {"answer": "true", "confidence": 80},
        "noise": {"answer": "true", "confidence": 90},
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("halfs", "true", 50), "claim must be one of halves, "),
        (("halves", "yes", 50), "answer must be one of true, false, depends, got 'yes'"),
        (("halves", "true", 101), "percentage from 0 to 100"),
        (("halves", "true"), "percentage from 0 to 100"),
    ],
)
def test_a_bet_that_makes_no_sense_is_refused_and_nothing_is_written(tmp_path, words, said):
    with pytest.raises(ValueError, match=said):
        ledger.bet(*words, folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("verdict", "answer", "end"),
    [
        ("holds", "true", "right"),
        ("holds", "depends", "wrong"),
        ("holds when…", "depends", "right"),
        ("does not hold", "false", "right"),
        ("does not hold", "true", "wrong"),
        ("cannot be told here", "depends", "not scored"),
    ],
)
def test_a_verdict_says_how_the_bet_went(tmp_path, verdict, answer, end):
    ledger.bet("noise", answer, 70, tmp_path)
    settled = ledger.settle("noise", verdict, "5 of 6", tmp_path)
    assert settled.bet == f"Your bet: {answer}, 70 % sure: {end}."
    assert "Measured: 5 of 6" in str(settled)


def test_no_full_stop_follows_an_ellipsis(tmp_path):
    said = {
        verdict: str(ledger.settle("noise", verdict, "5 of 6", tmp_path))
        for verdict in ledger.VERDICTS
    }
    assert "Verdict: holds when… Measured: 5 of 6" in said["holds when…"]
    assert "Verdict: holds. Measured: 5 of 6" in said["holds"]


def test_an_unknown_verdict_is_refused():
    with pytest.raises(ValueError, match="verdict must be one of holds, "):
        ledger.settle("noise", "true", "")


def notebook_with(tmp_path: Path, *settled: ledger.Settled) -> Path:
    source = "assert five\nif True:\n    assert six  # assert\nsettled"
    cells = [nbformat.v4.new_code_cell(source, id=f"claim-{s.id}") for s in settled]
    for cell, s in zip(cells, settled, strict=True):
        cell.outputs = [nbformat.v4.new_output("execute_result", s._repr_mimebundle_())]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "01_title.ipynb")
    return tmp_path


def test_claims_are_gathered_from_stored_notebooks_in_their_order(tmp_path):
    notebook_with(
        tmp_path,
        ledger.settle("noise", "holds when…", "a"),
        ledger.settle("halves", "holds", "b"),
    )
    rows = ledger.gather(tmp_path, tmp_path)
    assert [row.settled.id for row in rows] == ["halves", "noise"]
    assert rows[0].link == "01_title.ipynb#cell-id=claim-halves"
    assert rows[0].asserts == 2


def test_the_table_has_a_line_for_each_claim_with_its_bet_and_a_link(tmp_path):
    ledger.bet("noise", "true", 60, tmp_path)
    notebook_with(
        tmp_path,
        ledger.settle("noise", "holds when…", "|a| > 1"),
        ledger.settle("halves", "holds", "b"),
    )
    *_, first, second = ledger.table(ledger.gather(tmp_path, tmp_path)).data.splitlines()
    assert first.startswith("| 1 | A 2×2 pool") and "| none | **holds** | b (counting; " in first
    assert "| true, 60 % sure: wrong. | **holds when…** |" in second
    assert r"\|a\| > 1 (pictures; [lesson 05](01_title.ipynb#cell-id=claim-noise)) |" in second


def test_every_claim_says_what_its_verdict_rests_on():
    assert {claim.evidence for claim in ledger.CLAIMS.values()} == set(ledger.EVIDENCE)


def test_calibration_counts_only_bets_that_can_be_scored(tmp_path):
    notebook_with(
        tmp_path,
        ledger.settle("noise", "holds when…", "a"),
        ledger.settle("halves", "holds", "b"),
        ledger.settle("stochastic", "cannot be told here", "c"),
    )
    for claim in ("noise", "halves", "stochastic"):
        ledger.bet(claim, "true", 60, tmp_path)
    rows = ledger.gather(tmp_path, tmp_path)
    assert ledger.calibration(rows, tmp_path) == [(60, True), (60, False)]


# --- the claims in the lessons ---------------------------------------------------------------

HERE = [claim for claim in ledger.CLAIMS.values() if claim.lesson in LESSONS]


@pytest.mark.parametrize("claim", HERE, ids=lambda claim: claim.id)
def test_the_lesson_bets_before_it_asserts_and_settles(claim):
    cells = nbformat.read(LESSONS[claim.lesson], 4).cells
    code = [cell.source if cell.cell_type == "code" else "" for cell in cells]
    bet = [i for i, source in enumerate(code) if f'claims.bet("{claim.id}", ...' in source]
    settled = [i for i, source in enumerate(code) if f'claims.settle("{claim.id}"' in source]
    settled = settled or [i for i, s in enumerate(code) if f'settle(\n    "{claim.id}"' in s]
    assert len(bet) == len(settled) == 1 and bet[0] < settled[0]
    assert re.search(r"^\s*assert ", code[settled[0]], re.M)


def test_no_lesson_settles_a_claim_that_is_not_its_own():
    rows = ledger.gather(NOTEBOOKS, NOTEBOOKS)
    assert all(row.notebook[:2] == row.settled.claim.lesson for row in rows)
    assert len({row.settled.id for row in rows}) == len(rows)
