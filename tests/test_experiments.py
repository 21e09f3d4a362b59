"""What the stored runs say of each trained claim: in every pair of seeds, and with a margin."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pooling_lab.training import DOWNSAMPLING, HEADS, load_results

FOLDER = Path(__file__).parents[1] / "experiments"
CSVS = sorted(FOLDER.glob("*.csv"))
README = (FOLDER / "README.md").read_text("utf-8")
MEASURED = {  # columns that are results; all others, but the seed, are conditions
    "pooling_family": {"train_accuracy", "test_accuracy", "final_loss", "predictions_kept"},
    "segmentation": {"iou"},
    "replacements": {"parameters", "train_accuracy", "test_accuracy"},
    "information": {"error"},
    "rare_kinds": {
        "train_accuracy",
        "final_loss",
        "alpha_1",
        "alpha_2",
        "test_accuracy",
        "renormalised_accuracy",
        "plain_mean_accuracy",
        "plain_mean_renormalised_accuracy",
    },
}


def column(name: str, measure: str = "test_accuracy", **where: Any) -> np.ndarray:
    return load_results(name, **where)[measure]


HALVING = ("max", "average", "blur", "stride")


def family(kind: str, measure: str = "test_accuracy", **where: Any) -> np.ndarray:
    return column(
        "pooling_family", measure, kind=kind, **{"head": "gap", "placed": "random"} | where
    )


def gap(kind: str, head: str) -> np.ndarray:
    return family(kind, "train_accuracy", head=head) - family(kind, head=head)


def loss(kind: str) -> float:
    return family(kind, "final_loss").mean()


def kept(kind: str) -> np.ndarray:
    return family(kind, "predictions_kept", placed="centred")


def replaced(kind: str, digits: int = 200) -> np.ndarray:
    return column("replacements", kind=kind, digits=digits)


def left(kind: str, encoder: str) -> np.ndarray:
    return column("information", "error", kind=kind, encoder=encoder)


def iou(skips: bool, steps: int = 300) -> np.ndarray:
    return column("segmentation", "iou", skips=skips, steps=steps)


def rare(kind: str, measure: str = "test_accuracy") -> np.ndarray:
    return column("rare_kinds", measure, kind=kind)


def both_heads(kind: str, placed: str) -> np.ndarray:
    return family(kind, placed=placed) - family(kind, placed=placed, head="flatten")


# -- that nothing was picked -----------------------------------------------------------------


@pytest.mark.parametrize("path", CSVS, ids=lambda p: p.stem)
def test_every_condition_ran_with_the_first_seeds_and_each_of_them_once(path):
    runs = load_results(path.stem)
    conditions = [n for n in runs.dtype.names if n not in MEASURED[path.stem] | {"seed"}]
    seeds: dict[tuple[Any, ...], list[int]] = {}
    for run in runs:
        seeds.setdefault(tuple(run[n].item() for n in conditions), []).append(run["seed"].item())
    counts = {len(found) for found in seeds.values()}
    assert min(counts) >= 5
    assert len(counts) == 1
    assert all(found == list(range(len(found))) for found in seeds.values())


@pytest.mark.parametrize("path", CSVS, ids=lambda p: p.stem)
def test_the_readme_explains_every_column_and_how_the_file_is_made_again(path):
    assert path.with_suffix(".py").is_file()
    (section,) = re.findall(rf"^## `{path.name}`$(.*?)(?=^## |\Z)", README, re.M | re.S)
    assert f"python experiments/{path.stem}.py" in section
    with path.open(encoding="utf-8") as file:
        for name in next(csv.reader(file)):
            assert f"`{name}`" in section, name


def percent(values: np.ndarray, digits: int = 1) -> str:
    return f"{100 * values.mean():.{digits}f}"


def spread(values: np.ndarray) -> str:
    return f"{percent(values)} ± {100 * values.std(ddof=1):.1f}"


def test_the_figures_in_the_readme_are_those_of_the_files():
    slower = loss("none") / np.mean([loss(kind) for kind in HALVING])
    quoted = [
        f"{spread(rare('stochastic'))} against {spread(rare('max'))} %",
        f"{spread(rare('stochastic', 'renormalised_accuracy'))} against "
        f"{spread(rare('max', 'renormalised_accuracy'))} %",
        f"gives {percent(rare('stochastic', 'plain_mean_accuracy'), 0)} % where the weighted mean "
        f"gives {percent(rare('stochastic'), 0)} %",
        f"{percent(rare('stochastic', 'plain_mean_renormalised_accuracy'))} against "
        f"{percent(rare('stochastic', 'renormalised_accuracy'))} %",
        f"falls to {percent(rare('max', 'plain_mean_accuracy'), 0)} % under the plain mean and "
        f"comes back to {percent(rare('max', 'plain_mean_renormalised_accuracy'), 0)} %",
        f"on centred digits it reaches {percent(family('stride', placed='centred'), 0)} %",
        f"climbs from {percent(replaced('stride'), 0)} to {percent(replaced('stride', 1198), 0)} %",
        f"a move by 1 pixel keeps {percent(kept('stride'), 0)} %",
        f"its loss is still {slower:.0f} times the others'",
    ]
    text = " ".join(README.split())
    assert [quote for quote in quoted if quote not in text] == []


def test_the_family_is_complete():
    runs = load_results("pooling_family")
    assert set(runs["head"]) == set(HEADS)
    assert set(runs["kind"]) == {"max", "average", "blur", "stride", "none"} <= set(DOWNSAMPLING)
    assert len(runs) == 5 * 2 * 2 * 5


# -- what it says ----------------------------------------------------------------------------

LARGER = [  # name, larger, smaller, by at least this in the mean; and larger for every seed
    (
        "5: under a global average max overfits more than no pool",
        gap("max", "gap"),
        gap("none", "gap"),
        0.04,
    ),
    (
        "5: under a global average max overfits more than average",
        gap("max", "gap"),
        gap("average", "gap"),
        0.03,
    ),
    (
        "5: under a dense head no pool overfits more than max",
        gap("none", "flatten"),
        gap("max", "flatten"),
        0.2,
    ),
    (
        "5: under a dense head no pool overfits more than average",
        gap("none", "flatten"),
        gap("average", "flatten"),
        0.3,
    ),
    ("12: stride inside a convolution loses to max", replaced("max"), replaced("stride"), 0.3),
    ("12: with all digits too", replaced("max", 1198), replaced("stride", 1198), 0.08),
    (
        "12: an added strided convolution loses to max",
        replaced("max"),
        replaced("extra stride"),
        0.2,
    ),
    (
        "12: and to the control with the same weights",
        replaced("extra max"),
        replaced("extra stride"),
        0.3,
    ),
    ("12: it needs data", replaced("extra stride", 1198), replaced("extra stride"), 0.3),
    (
        "12: the control still wins",
        replaced("extra max", 1198),
        replaced("extra stride", 1198),
        0.015,
    ),
    (
        "12: stride leaves more of the image than max",
        left("max", "classifier"),
        left("stride", "classifier"),
        0.005,
    ),
    ("12: far more when trained for it", left("max", "together"), left("stride", "together"), 0.03),
    (
        "12: all leave something",
        column("information", "error", encoder="none"),
        left("max", "classifier"),
        0.05,
    ),
    ("14: skips bring back location", iou(True), iou(False), 0.1),
    ("14: more steps do not", iou(True), iou(False, 900), 0.08),
    ("15: max, at random places", both_heads("max", "random"), np.zeros(5), 0.2),
    ("15: average, at random places", both_heads("average", "random"), np.zeros(5), 0.15),
    ("15: no pool, at random places", both_heads("none", "random"), np.zeros(5), 0.5),
    ("18: average keeps more predictions than max", kept("average"), kept("max"), 0.06),
    ("18: blur keeps more than average", kept("blur"), kept("average"), 0.03),
    ("18: max keeps more than stride", kept("max"), kept("stride"), 0.2),
    ("18: no pool keeps more than blur", kept("none"), kept("blur"), 0.02),
    (
        "19: stochastic pooling fits the training digits less",
        rare("stochastic", "final_loss"),
        rare("max", "final_loss"),
        0.01,
    ),
    (
        "19: batch normalisation's statistics from the draws do not fit the test",
        rare("stochastic", "renormalised_accuracy"),
        rare("stochastic"),
        0.02,
    ),
    (
        "19: even with fitting statistics the plain mean is worse than the weighted one",
        rare("stochastic", "renormalised_accuracy"),
        rare("stochastic", "plain_mean_renormalised_accuracy"),
        0.02,
    ),
    ("07: a learned mixture beats the maximum", rare("mixed"), rare("max"), 0.02),
    (
        "19: the plain mean ruins it",
        rare("stochastic"),
        rare("stochastic", "plain_mean_accuracy"),
        0.3,
    ),
]


@pytest.mark.parametrize(
    ("larger", "smaller", "margin"), [c[1:] for c in LARGER], ids=[c[0] for c in LARGER]
)
def test_claim(larger, smaller, margin):
    assert (larger > smaller).all()
    assert (larger - smaller).mean() > margin


@pytest.mark.parametrize("kind", ["max", "average", "blur", "none", "stride"])
def test_claim_15_centred_digits_hardly_tell_the_heads_apart(kind):
    assert abs(both_heads(kind, "centred").mean()) < 0.05


def test_claim_18_without_downsampling_predictions_stay():
    assert kept("none").min() > 0.99


def test_claim_19_stochastic_cannot_be_told_from_max_once_the_statistics_are_gathered_anew():
    paired = rare("stochastic", "renormalised_accuracy") - rare("max", "renormalised_accuracy")
    standard_error = paired.std(ddof=1) / np.sqrt(len(paired))
    assert abs(paired.mean()) < 3 * standard_error
    assert abs(paired.mean()) < 0.03


def test_the_learned_share_of_the_maximum_hardly_leaves_one_half():
    for measure in ("alpha_1", "alpha_2"):
        assert (abs(rare("mixed", measure) - 0.5) < 0.15).all()
