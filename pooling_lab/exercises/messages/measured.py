"""Which words belong to what was measured, and what is drawn beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..diagnosis import Diagnosis
from ..display import Grid
from ..exercise import Case, Exercise
from . import bins, counts, masks, powers, sent, weights
from .operations import made, of_makes, of_picked, of_right_windows
from .windows import drawn, of_reads, weighed

Facts = Mapping[str, Any]
Said = tuple[list[str], tuple[Grid, ...]]


def one_of_each_pair(facts: Facts) -> list[str]:
    """Say which number of each pair is right, and how many of the others are not."""
    good = "first" if facts["right"] == 0 else "second"
    bad = "second" if facts["right"] == 0 else "first"
    way = {True: "too large", False: "too small", None: "wrong"}[facts["too_large"]]
    return [
        f"The {good} number of each pair is right for every input. Of the {bad} ones "
        f"{facts['off']} of {facts['of']} are {way}: look at pair {facts['first']}.",
        "Work that one out by hand. What becomes of an end that lies between two cells?",
    ]


FORMS = {
    "squeezed": "Its numbers are right, and where an axis has length 1 it is missing: `squeeze` "
    "takes away every such axis, also those that are asked for.",
    "axes-left": "Its numbers are right; axes of length 1 are left over. Which axes are to be "
    "gone?",
    "axes-too-many-or-few": "Its numbers are right; only axes of length 1 are missing or too many.",
}
WORDS: dict[str, Callable[[Facts], list[str] | None]] = {
    "one-of-each-pair": one_of_each_pair,
    "form": lambda facts: [FORMS[facts["form"]]],
    "bins": bins.of_bins,
    "powers": powers.of_powers,
    "weights": lambda facts: weights.of_weights(facts["weights"]),
    "some-weights": weights.of_some_weights,
    "counts": lambda facts: counts.of_counts(facts["counts"]),
    "masked": lambda facts: masks.of_masked(facts["masked"]),
    "picked": lambda facts: of_picked(facts["measured"]),
    "makes": lambda facts: of_makes(facts["measured"]),
    "windows-right": lambda facts: of_right_windows(facts["measured"]),
    "rule": sent.of_rule,
    "forward": sent.of_forward,
    "address": lambda facts: sent.of_address(facts["address"]),
    "routes": lambda facts: sent.of_routes(facts["routes"]),
}
KINDS = (*WORDS, "reads", "reads-also", "linear")


def said(exercise: Exercise, found: Diagnosis, _: Case) -> Said | None:
    """Return what is said about something measured, and what is drawn; None: there are no words."""
    if found.kind in ("reads", "reads-also"):
        return _windows(exercise, found.facts)
    if found.kind == "linear":
        measured = found.facts["measured"]
        return weighed(exercise, measured, made(measured.asked) if measured.asked else "another")
    lines = WORDS[found.kind](found.facts)
    return (lines, ()) if lines else None


def _windows(exercise: Exercise, facts: Facts) -> Said:
    found, part = facts["measured"], facts["part"]
    whose = "the result" if part is None else f"result {part + 1}"
    lines = of_reads(exercise, found, whose, facts.get("counts"))
    if found.made is not None and found.asked is not None and found.made != found.asked:
        wanted = "one cell as it is" if found.takes_one_cell else made(found.asked)
        lines.append(
            f"And what you make of the cells you read is {made(found.made)}; asked is {wanted}."
        )
    return lines, drawn(found.settings[0])
