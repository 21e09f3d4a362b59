"""The stored runs: nothing was picked, rows come out again, and the claims that rest on them."""

from __future__ import annotations

import csv
import importlib
import itertools
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from pooling_lab import paired
from pooling_lab.training import load_results

FOLDER = Path(__file__).parents[1] / "experiments"
CSVS = sorted(FOLDER.glob("*.csv"))
README = (FOLDER / "README.md").read_text("utf-8")


@pytest.fixture(scope="module", autouse=True)
def experiments_can_be_imported():
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


def script(name: str) -> ModuleType:
    return importlib.import_module(name)


# -- that nothing was picked -----------------------------------------------------------------


@pytest.mark.parametrize("path", CSVS, ids=lambda p: p.stem)
def test_every_row_of_the_plan_was_measured_once_and_in_its_order(path):
    record, plan = script("record"), script(path.stem).plan()
    lines = record.stored_lines(path)
    assert len(lines) == len(plan)
    for line, conditions in zip(lines, plan, strict=True):
        assert line.startswith(record.as_line(conditions).rstrip("\n") + ",")


@pytest.mark.parametrize("path", CSVS, ids=lambda p: p.stem)
def test_every_condition_has_the_first_ten_or_twenty_seeds(path):
    plan = script(path.stem).plan()
    seeds: dict[tuple[Any, ...], list[int]] = {}
    for row in plan:
        condition = tuple(value for name, value in row.items() if name != "seed")
        seeds.setdefault(condition, []).append(row["seed"])
    assert all(found in (list(range(10)), list(range(20))) for found in seeds.values())


@pytest.mark.parametrize("path", CSVS, ids=lambda p: p.stem)
def test_the_readme_explains_every_column_and_how_the_file_is_made_again(path):
    assert path.with_suffix(".py").is_file()
    (section,) = re.findall(rf"^## `{path.name}`$(.*?)(?=^## |\Z)", README, re.M | re.S)
    assert f"python experiments/{path.stem}.py" in section
    with path.open(encoding="utf-8") as file:
        for name in next(csv.reader(file)):
            assert f"`{name}`" in section, name


FIRST_EDITION = Path(__file__).parent / "first_edition_runs"


def first_edition(name: str, measure: str, kind: str, **where: str) -> np.ndarray:
    with (FIRST_EDITION / f"{name}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    kept = [row for row in rows if all(row[column] == value for column, value in where.items())]
    return np.array([100 * float(row[measure]) for row in kept])


def scatter(name: str, a: str, b: str, measure: str = "test_accuracy", **where: str) -> float:
    return paired.difference(*(first_edition(name, measure, k, **where) for k in (a, b))).sd


def test_the_numbers_of_seeds_in_the_readme_are_computed():
    average = [
        scatter("pooling_family", "average", "max", placed="random", head="gap"),
        scatter("rare_kinds", "average", "max"),
    ]
    extra = [
        scatter("replacements", "extra stride", "max", digits=digits) for digits in ("1198", "200")
    ]
    draws = scatter("rare_kinds", "stochastic", "max", "renormalised_accuracy")
    assert np.round([*average, *extra, draws], 1).tolist() == [1.3, 1.6, 1.4, 2.6, 1.8]
    needed = [paired.seeds_needed(1, sd) for sd in (*average, extra[0], draws)]
    assert needed == [17, 23, 18, 27]
    assert paired.seeds_needed(3, max(extra)) == 8
    for words in (
        "1.3 to 1.6 points (average − max), 1.4 and 2.6 (extra stride − max) and 1.8 (stochastic",
        "takes 17 to 23 pairs of the first kind, 18 or more of the second, 27 of the third",
        "three points take 8 at most of any",
    ):
        assert words in " ".join(README.split())


def test_the_range_of_scatter_in_the_readme_is_that_of_all_pairs_of_the_first_edition():
    conditions = [
        ("pooling_family", {"placed": placed, "head": head})
        for placed in ("random", "centred")
        for head in ("gap", "flatten")
    ]
    conditions += [("rare_kinds", {})]
    conditions += [("replacements", {"digits": digits}) for digits in ("1198", "200")]
    runs = []
    for name, where in conditions:
        with (FIRST_EDITION / f"{name}.csv").open(encoding="utf-8") as file:
            kinds = {row["kind"] for row in csv.DictReader(file)}
        runs.append({k: first_edition(name, "test_accuracy", k, **where) for k in kinds})
    heads = [
        {
            head: first_edition("pooling_family", "test_accuracy", kind, placed=placed, head=head)
            for head in ("gap", "flatten")
        }
        for placed in ("random", "centred")
        for kind in ("average", "blur", "max", "none", "stride")
    ]
    scatters = [
        paired.difference(a, b).sd
        for group in (*runs, *heads)
        for a, b in itertools.combinations(group.values(), 2)
        if len(a) == len(b) > 1
    ]
    assert (round(min(scatters), 1), round(max(scatters), 1)) == (0.3, 4.6)
    assert "by 0.3 to 4.6" in README


def test_the_power_of_equality_in_the_readme_is_computed():
    shares = [paired.power_of_equal(effect, sd=1.3, pairs=20) for effect in (0, 0.3, 0.5)]
    assert [round(100 * share) for share in shares] == [90, 75, 50]
    words = "called so in 90 % of all cases, two that differ by 0.3 points in 75 %, by 0.5 points"
    assert words in " ".join(README.split())


def test_statistics_of_draws_that_misfit_had_cost_points_at_a_constant_rate():
    """Lesson 07 and the cheat sheet say so; in today's runs there is nothing of it."""
    before, after = (
        first_edition("rare_kinds", f"{m}_accuracy", "stochastic") for m in ("test", "renormalised")
    )
    assert paired.difference(after, before).low > 1
    today = (family("stochastic", m) for m in ("refitted_accuracy", "test_accuracy"))
    assert abs(ahead(*today).mean) < 0.5


def test_three_times_the_steps_had_helped_the_network_without_skips():
    with (FIRST_EDITION / "segmentation.csv").open(encoding="utf-8") as file:
        runs = [row for row in csv.DictReader(file) if row["skips"] == "False"]
    short, long = ([float(r["iou"]) for r in runs if r["steps"] == n] for n in ("300", "900"))
    assert np.mean(long) > np.mean(short) + 0.03


def test_the_same_seed_begins_with_the_same_weights_up_to_the_first_layer_of_another_kind():
    training = importlib.import_module("pooling_lab.training")

    def begun(kind: str, head: str = "gap") -> list[Any]:
        with training.repeatable(0):
            model = training.small_cnn(kind, head)
        return [p for p in model.parameters() if p.ndim == 4]

    def alike(a: list[Any], b: list[Any]) -> list[bool]:
        return [x.shape == y.shape and bool((x == y).all()) for x, y in zip(a, b, strict=True)]

    assert all(alike(begun("max"), begun("stride")))
    assert all(alike(begun("max"), begun("max", "flatten")))
    assert all(alike(begun("extra max"), begun("extra stride")))
    extra = begun("extra max")
    assert alike(begun("max"), [extra[0], extra[2], extra[4]]) == [True, False, False]
    for kind, control in [
        ("wide stride", "max"),
        ("wide max", "max"),
        ("narrow extra max", "extra max"),
    ]:
        assert not any(alike(begun(control), begun(kind)))


# -- that it comes out again -----------------------------------------------------------------


def test_a_row_measured_twice_is_the_same_and_near_the_stored_one():
    record, family = script("record"), script("family")
    number = next(i for i, row in enumerate(family.plan()) if row["kind"] == "stride")
    conditions = family.plan()[number]
    first, again = ({**conditions, **family.measure(**conditions)} for _ in range(2))
    assert record.as_line(first) == record.as_line(again)
    stored = load_results("family", **{k: v for k, v in conditions.items() if k != "seed"})[0]
    assert first["parameters"] == stored["parameters"]
    assert first["test_accuracy"] == pytest.approx(stored["test_accuracy"], abs=0.05)


PLAN = [{"kind": kind, "seed": seed} for seed in range(2) for kind in ("a", "b")]


def measured(kind: str, seed: int) -> dict[str, object]:
    return {"share": seed + len(kind) / 3, "twice": 2 * seed}


def write(path: Path, rows: list[dict[str, object]]) -> None:
    record = script("record")
    for row in rows:
        record.append(path, {**row, **measured(**row)})


def test_an_interrupted_script_goes_on_behind_its_last_whole_row(tmp_path):
    record, path = script("record"), tmp_path / "made_up.csv"
    write(path, PLAN[:2])
    path.write_text(path.read_text("utf-8") + "a,1,0.3", "utf-8")  # cut off while it was written
    assert len(record.resumable_lines(path, PLAN)) == 2
    write(path, PLAN[2:])
    assert path.read_text("utf-8").splitlines() == [
        "kind,seed,share,twice",
        "a,0,0.3333,0",
        "b,0,0.3333,0",
        "a,1,1.333,2",
        "b,1,1.333,2",
    ]


def test_a_file_of_another_plan_is_refused_and_left_alone(tmp_path):
    record, path = script("record"), tmp_path / "made_up.csv"
    write(path, PLAN)
    before = path.read_text("utf-8")
    with pytest.raises(SystemExit, match="another plan"):
        record.resumable_lines(path, PLAN[::-1])
    assert path.read_text("utf-8") == before


def test_a_row_that_comes_out_otherwise_is_told(tmp_path, capsys):
    record, path = script("record"), tmp_path / "made_up.csv"
    write(path, PLAN)
    assert record.compare(PLAN[2], measured, path, 2)
    assert not record.compare(PLAN[2], lambda kind, seed: {"share": 0.5, "twice": 2}, path, 2)
    assert capsys.readouterr().out == "row 2: same\nrow 2: DIFFERENT\n"


def test_what_a_classifier_multiplies_is_counted():
    count = script("family").multiply_adds
    training = importlib.import_module("pooling_lab.training")
    by_hand = 9 * (256 * 16 + 64 * 16 * 32 + 16 * 32 * 64) + 64 * 10
    assert count(training.small_cnn("max")) == by_hand


@pytest.mark.parametrize(("canvas", "untouched"), [(16, 0), (32, 4 * 4)])
def test_how_many_cells_of_the_last_map_do_not_see_the_border(canvas, untouched):
    """Those give the same whatever the convolutions read beyond it."""
    torch = importlib.import_module("torch")
    x = torch.rand(1, 1, canvas, canvas, generator=torch.Generator().manual_seed(0))
    zeros, around = (
        script("sides").padded_cnn("gap", canvas, padding, 0).eval()[:-1](x)
        for padding in ("zeros", "circular")
    )
    assert torch.isclose(zeros, around, atol=1e-6).all(dim=1).sum() == untouched


def test_without_a_border_an_averaged_head_cannot_tell_a_move_by_the_strides():
    torch = importlib.import_module("torch")
    x = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))

    def moved(head: str, padding: str) -> float:
        model = script("sides").padded_cnn(head, 16, padding, 0).eval()
        return (model(x) - model(torch.roll(x, 4, 3))).abs().max().item()

    assert moved("gap", "circular") < 1e-6
    assert min(moved("gap", "zeros"), moved("flatten", "circular")) > 1e-3


def test_the_middle_of_a_found_digit_and_its_blocks():
    segmentation = script("segmentation")
    masks = np.zeros((2, 8, 8), bool)
    masks[0, 1, 2] = masks[0, 3, 6] = True
    assert segmentation.centres(masks).tolist() == [[2, 4], [3.5, 3.5]]  # nothing: the middle
    assert segmentation.blocks(masks)[0].tolist() == [[True, True], [False, False]]


# -- what it says ----------------------------------------------------------------------------


def family(kind: str, measure: str = "test_accuracy", **where: Any) -> np.ndarray:
    where = {"head": "gap", "places": "fixed"} | where
    return 100 * load_results("family", kind=kind, **where)[measure]


def ahead(a: np.ndarray, b: np.ndarray) -> paired.Difference:
    pairs = min(len(a), len(b))
    return paired.difference(a[:pairs], b[:pairs])


def test_equal_weights_and_equal_compute_are_equal():
    count = script("family").multiply_adds
    training = importlib.import_module("pooling_lab.training")
    kinds = ("max", "stride", "extra stride", "extra max", *training.OTHER_CHANNELS)
    stored = {kind: load_results("family", kind=kind, head="gap", places="anew") for kind in kinds}
    weights = {kind: rows["parameters"][0] for kind, rows in stored.items()}
    work = {kind: rows["multiply_adds"][0] for kind, rows in stored.items()}
    assert all(work[kind] == count(training.small_cnn(kind)) for kind in kinds)
    assert weights["max"] == weights["stride"]
    assert weights["extra max"] == weights["extra stride"]
    assert weights["wide max"] == pytest.approx(weights["extra stride"], rel=0.04)
    assert work["wide stride"] == pytest.approx(work["max"], rel=0.01)
    assert work["wide max"] == pytest.approx(work["extra stride"], rel=0.01)
    assert work["narrow extra max"] == pytest.approx(work["extra stride"], rel=0.01)
    assert 1.9 < work["extra max"] / work["extra stride"] < 2


TOLD = [  # name, larger, smaller, the least that the interval leaves
    ("5: a stride overfits more than max", "stride", "max", {}, "gap", 10),
    ("5: also behind a flattened head", "stride", "max", {"head": "flatten"}, "gap", 10),
    ("5: max overfits more than no halving", "max", "none", {}, "gap", 0),
    ("5: and less behind a flattened head", "none", "max", {"head": "flatten"}, "gap", 10),
    ("12: where digits stay a stride loses", "max", "stride", {}, "test_accuracy", 20),
    ("12: an added one too", "extra max", "extra stride", {}, "test_accuracy", 10),
    (
        "12: where they move a stride in place still loses",
        "max",
        "stride",
        {"places": "anew"},
        "test_accuracy",
        0,
    ),
    (
        "12: and with as much work, where they move",
        "max",
        "wide stride",
        {"places": "anew"},
        "test_accuracy",
        2,
    ),
    ("12: and where they stay", "max", "wide stride", {}, "test_accuracy", 20),
    ("12: an added one loses to a pool of its work", *("wide max", "extra stride"), {}, "", 10),
    ("12: … as deep", *("narrow extra max", "extra stride"), {}, "", 10),
    (
        "5: where digits move a stride reads less than max behind a flattened head",
        *("max", "stride"),
        {"places": "anew", "head": "flatten"},
        "",
        1,
    ),
    ("5: and less than no halving under an average", "none", "stride", {"places": "anew"}, "", 3),
    (
        "18: max then blur keeps more answers than max",
        "max then blur",
        "max",
        {"places": "centred"},
        "kept_1",
        10,
    ),
    (
        "18: and than average",
        "max then blur",
        "average",
        {"places": "centred"},
        "kept_1",
        0,
    ),
    ("19: the draws help where digits stay", *("stochastic", "detached"), {}, "", 0),
    ("19: whatever the statistics", "stochastic", "detached", {}, "refitted", 0),
    ("19: the gradient of the weights does harm", "detached", "weighted mean", {}, "refitted", 0),
    ("07: average reads more than max", "average", "max", {}, "test_accuracy", 0),
    ("9: refitted, average stands noise better", "average", "max", {}, "noisy_refitted", 0),
]


@pytest.mark.parametrize("case", TOLD, ids=[case[0] for case in TOLD])
def test_told(case):
    _, larger, smaller, where, measure, least = case
    if measure == "gap":
        first, second = (
            family(kind, "train_accuracy", **where) - family(kind, **where)
            for kind in (larger, smaller)
        )
    else:
        name = {"": "test_accuracy"}.get(measure, measure)
        name = name if name in ("test_accuracy", "kept_1") else f"{name}_accuracy"
        first, second = (family(kind, name, **where) for kind in (larger, smaller))
    assert ahead(first, second).low > least


@pytest.mark.parametrize("places", ["fixed", "anew", "centred"])
def test_claim_15_a_global_average_is_nowhere_worse_by_a_point(places):
    found = ahead(family("max", places=places), family("max", places=places, head="flatten"))
    assert found.not_worse_than(paired.MARGIN)


@pytest.mark.parametrize("places", ["fixed", "anew", "centred"])
def test_claim_18_a_blur_costs_no_accuracy(places):
    found = ahead(family("max then blur", places=places), family("max", places=places))
    assert found.not_worse_than(paired.MARGIN)


def gap(kind: str, head: str, places: str) -> np.ndarray:
    right = (family(kind, f"{d}_accuracy", head=head, places=places) for d in ("train", "test"))
    return np.subtract(*right)


def test_claim_5_weights_alone_do_not_explain_the_gap():
    weights, gaps = zip(
        *(
            (
                load_results("family", kind=kind, head="flatten", places="fixed")["parameters"][0],
                gap(kind, "flatten", "fixed"),
            )
            for kind in ("none", "stride", "max")
        ),
        strict=True,
    )
    assert weights[0] > 5 * weights[1] == 5 * weights[2]
    saved = ahead(gaps[1], gaps[0])
    assert abs(saved.mean) < 0.01 * gaps[0].mean() and not saved.told
    assert ahead(gaps[2], gaps[1]).high < -10


def test_where_digits_stay_the_gap_is_the_test_error():
    runs = load_results("family", places="fixed")
    assert runs["train_accuracy"].min() == 1


def test_claim_12_an_added_strided_convolution_is_level_with_max_and_behind_its_control():
    extra, bare, control = (
        family(kind, places="anew") for kind in ("extra stride", "max", "extra max")
    )
    assert ahead(extra, bare).equal_within(paired.MARGIN)
    assert not ahead(extra[:10], bare[:10]).equal_within(paired.MARGIN)  # as the README says
    assert ahead(extra, control).high < 0
    assert not ahead(extra, control).not_worse_than(paired.MARGIN)


@pytest.mark.parametrize(("rival", "level"), [("narrow extra max", True), ("wide max", False)])
def test_claim_12_pools_with_the_work_of_an_added_stride_where_digits_move(rival, level):
    runs = [family(kind, places="anew") for kind in ("extra stride", rival)]
    assert len(runs[0]) == len(runs[1]) == 20
    found = ahead(*runs)
    assert found.equal_within(paired.MARGIN) == found.not_worse_than(paired.MARGIN) == level
    assert (found.high < 0) == (not level)


def test_claim_12_a_stride_in_place_with_the_work_of_max_loses_in_the_middle_too():
    assert ahead(*(family(k, places="centred") for k in ("wide stride", "max"))).high < 0


def test_claim_5_where_digits_move_all_gaps_are_small_and_fewer_weights_change_none():
    gaps = {
        (kind, head): gap(kind, head, "anew")
        for kind in ("none", "stride", "max")
        for head in ("gap", "flatten")
    }
    assert all(3 < found.mean() < 8 for found in gaps.values())
    assert not ahead(gaps["stride", "flatten"], gaps["none", "flatten"]).told
    assert -2 < ahead(gaps["max", "flatten"], gaps["stride", "flatten"]).high < 0
    assert family("stride", "train_accuracy", places="anew", head="flatten").mean() < 97.5


def sides(canvas: int, padding: str, head: str = "gap", name: str = "test_accuracy") -> np.ndarray:
    return 100 * load_results("sides", canvas=canvas, padding=padding, head=head)[name]


def test_claim_15_an_average_knows_the_side_through_the_border_alone():
    assert sides(16, "zeros").min() > 95
    guessing = ahead(sides(16, "circular"), sides(16, "circular", name="constant_accuracy"))
    assert not guessing.told and guessing.high < 2
    assert ahead(sides(16, "circular"), sides(16, "circular", "flatten")).high < -40
    assert ahead(sides(32, "zeros"), sides(16, "zeros")[:10]).high < -5  # a border further away


@pytest.mark.parametrize(("canvas", "padding"), [(16, "zeros"), (16, "circular"), (32, "zeros")])
def test_claim_15_a_flattened_head_knows_the_side_anyway(canvas, padding):
    assert sides(canvas, padding, "flatten").min() > 95


def test_claim_18_by_four_pixels_max_alone_keeps_more():
    both = (family(kind, "kept_4", places="centred") for kind in ("max then blur", "max"))
    assert ahead(*both).high < 0


def test_claim_19_where_digits_move_the_draws_do_not_matter_to_a_point():
    both = (family(k, "refitted_accuracy", places="anew") for k in ("stochastic", "detached"))
    assert ahead(*both).equal_within(paired.MARGIN)


@pytest.mark.parametrize("encoder", ["drawn", "classifier", "together"])
def test_a_stride_keeps_more_of_the_image_than_max(encoder):
    errors = (
        100 * load_results("information", kind=kind, encoder=encoder)["error"]
        for kind in ("max", "stride")
    )
    assert ahead(*errors).low > 0


@pytest.mark.parametrize("rival", ["repeat", "bilinear", "learned", "indices"])
@pytest.mark.parametrize("mine", ["repeat", "bilinear"])
def test_claim_14_skips_find_more_ink_than_every_rival(mine, rival):
    first = 100 * load_results("segmentation", skips=True, upsampling=mine)["iou"]
    second = 100 * load_results("segmentation", skips=False, upsampling=rival)["iou"]
    assert ahead(first, second).low > 1


def test_claim_11_the_middle_of_a_digit_is_found_to_less_than_a_pixel():
    runs = load_results("segmentation", skips=False)
    assert runs["centre_error"].max() < 1
