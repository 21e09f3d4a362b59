"""VGG16 with other pools, by the explorer's traits, without a browser, against PyTorch."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
import torch
import traitlets
from torch import nn

from pooling_lab.drawing import Bar, Label
from pooling_lab.explorers import vgg16_explorer
from pooling_lab.explorers.vgg16 import BAR_WIDTH, SIZES

CHANNELS = ((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)
SCALES = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@pytest.fixture(scope="module")
def explorer():
    return vgg16_explorer()


@pytest.fixture(scope="module")
def cases(explorer):
    return list(zip(explorer.combinations(), explorer.frames, strict=True))


def counted(size, pools, pool_kernel, pool_stride, head):
    """Parameters, multiply-adds and activation bytes by hand; None where PyTorch fits no window."""
    side, before = size, 3
    parameters, work, values = 0, 0, 3 * size**2
    for block, channels in enumerate(CHANNELS):
        for after in channels:
            parameters += after * (before * 9 + 1)
            work += after * before * 9 * side**2
            values += after * side**2
            before = after
        if block < pools:
            try:
                pool = nn.MaxPool1d(pool_kernel, pool_stride)
                side = pool(torch.zeros(1, 1, side, device="meta")).shape[-1]
            except RuntimeError:
                return None
            values += before * side**2
    values += 512 * (head == "gap")
    units = [512, 1000] if head == "gap" else [512 * side**2, 4096, 4096, 1000]
    for before, after in itertools.pairwise(units):
        parameters += after * (before + 1)
        work += after * before
        values += after
    return parameters, work, 4 * values


def amounts(text):
    """Every number with its prefix in a text."""
    found = re.findall(r"([\d.]+) ?([kMGT]?)B? (?:parameters|multiply-adds|of activations)", text)
    return [float(number) * SCALES[prefix] for number, prefix in found]


def test_every_total_is_what_counting_gives(cases):
    for settings, frame in cases:
        expected = counted(**settings)
        if expected is None:
            assert frame.error, settings
            continue
        assert amounts(frame.summary) == pytest.approx(expected, rel=0.005), settings


def test_settings_that_leave_no_window_say_which_pool_and_why():
    explorer = vgg16_explorer(size=32, pool_kernel=3)
    assert explorer.frame.error.startswith("pool5: no window fits: it spans 3 cells")
    assert explorer.frame.summary == "input 32×32×3: no output"
    assert explorer.frame.steps == ()


def bars_of(frame):
    return [shape for panel in frame.panels for shape in panel.shapes if isinstance(shape, Bar)]


def test_the_blocks_add_up_to_the_whole_and_so_do_their_bars(cases):
    for settings, frame in cases:
        if frame.error:
            continue
        parts = [amounts(step.text) for step in frame.steps]
        sums = [sum(part) for part in zip(*parts, strict=True)]
        assert sums == pytest.approx(amounts(frame.summary), rel=0.01), settings
        bars = bars_of(frame)
        assert len(bars) == 3 * len(frame.steps) == 21
        assert sum(bar.width for bar in bars) == pytest.approx(3 * BAR_WIDTH)


def test_a_bar_is_the_share_of_its_block(explorer):
    bars = {bar.name: bar.width for bar in bars_of(explorer.frame)}
    assert bars["parameters head"] == pytest.approx(BAR_WIDTH * 123_642_856 / 138_357_544)
    assert bars["parameters input"] == 0
    assert explorer.frame.steps[6].here == [
        "activation_bytes head", "parameters head", "multiply_adds head",
    ]  # fmt: skip


def test_the_published_network_has_its_well_known_numbers(explorer):
    """Shapes, field and jump of the curriculum; 60.95 MB rounds to 61.0."""
    frame = explorer.frame
    outputs = [re.search(r"output (\S+);", step.text)[1] for step in frame.steps]
    assert outputs == [
        "224×224×3", "112×112×64", "56×56×128", "28×28×256", "14×14×512", "7×7×512", "1000",
    ]  # fmt: skip
    sees = [step.text.partition("sees ")[2] for step in frame.steps]
    assert sees == [
        "1, jump 1", "6, jump 2", "16, jump 4", "44, jump 8", "100, jump 16", "212, jump 32", "all",
    ]  # fmt: skip
    assert frame.notes == [
        "Against VGG16 as published: parameters × 1, multiply-adds × 1, activations × 1.",
        "Weights of the first dense layer: 7·7·512·4096 = 102,760,448.",
    ]


def test_the_first_dense_layer_is_written_as_the_product_it_is(cases):
    for settings, frame in cases:
        if not frame.error:
            product, result = re.search(r": (.*) = (.*)\.", frame.notes[1]).groups()
            assert eval(product.replace("·", "*")) == int(result.replace(",", "")), settings
    gap = vgg16_explorer(head="gap").frame.notes[1]
    assert gap == "Weights of the first dense layer: 512·1000 = 512,000."


def test_without_pools_everything_is_compared_with_the_published_network():
    assert vgg16_explorer(pools=0).frame.notes[0] == (
        "Against VGG16 as published: parameters × 761, multiply-adds × 54.5, activations × 13.9."
    )


def test_what_the_words_say_stands_in_the_table(explorer):
    rows = {}
    for shape in (s for panel in explorer.frame.panels for s in panel.shapes):
        if isinstance(shape, Label):
            rows.setdefault(shape.y, []).append(shape.text)
    (block_3,) = (texts for texts in rows.values() if "block 3" in texts)
    assert {"28×28×256", "44, jump 8", "1.48 M", "4.62 G", "10.4 MB"} <= {*block_3}


def test_in_the_browser_it_is_a_table_with_heads_and_the_same_numbers(cases):
    for settings, frame in cases:
        if frame.error:
            continue
        table = ElementTree.fromstring(frame.panels[0].html)
        heads = [cell.text for cell in table.findall("thead/tr/th")]
        assert heads[:3] == ["block", "output", "sees (pixels)"] and len(heads) == 6, settings
        rows = table.findall("tbody/tr")
        assert [row.find("th").text for row in rows] == [s.text.split(":")[0] for s in frame.steps]
        for row, step in zip(rows, frame.steps, strict=True):
            assert row.attrib["data-cell"] in step.here
            output, sees, *costs = ["".join(cell.itertext()) for cell in row.findall("td")]
            assert f"output {output};" in step.text and step.text.endswith(f"sees {sees}")
            assert all(cost in step.text for cost in costs)


def test_the_picture_says_the_table_to_who_cannot_see_it(explorer):
    (panel,) = explorer.frame.panels
    assert "block 3: 3 convolutions and a pool, output 28×28×256; 1.48 M" in panel.description
    assert panel.description.endswith(
        "in all: 138 M parameters, 15.5 G multiply-adds, 61.0 MB of activations"
    )


@pytest.mark.parametrize("start", [{"size": 100}, {"pools": 6}, {"head": "dense"}])
def test_a_start_that_no_control_has_is_refused(start):
    with pytest.raises(traitlets.TraitError, match=f"{next(iter(start))} must be one of"):
        vgg16_explorer(**start)


def test_the_sizes_reach_beyond_the_published_one_on_both_sides():
    assert SIZES[0] < 224 < SIZES[-1]
    assert 224 in SIZES
