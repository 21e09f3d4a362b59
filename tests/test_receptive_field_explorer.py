"""What one cell sees, by the explorer's traits, without a browser, against gradients in PyTorch."""

from __future__ import annotations

import re

import pytest
import torch
import traitlets
from torch import nn

from pooling_lab.drawing import Cell
from pooling_lab.explorers import receptive_field_explorer
from pooling_lab.explorers.receptive_field import CONVS, PIXELS, SIDE


@pytest.fixture(scope="module")
def explorer():
    return receptive_field_explorer()


def layers_of(conv_kernel, pools, pool_kernel, pool_stride):
    """The stack in PyTorch: every weight is one, and an average shows all it reads."""
    for number in range(CONVS):
        conv = nn.Conv1d(1, 1, conv_kernel, bias=False, dtype=torch.float64)
        nn.init.ones_(conv.weight)
        yield conv
        if number < pools:
            yield nn.AvgPool1d(pool_kernel, pool_stride)


@torch.no_grad()
def views_of(**settings):
    """Which pixels every cell of every layer sees: a row of bools for each."""
    x = torch.eye(PIXELS, dtype=torch.float64)[:, None]
    for layer in layers_of(**settings):
        x = layer(x)
        yield (x[:, 0] > 0).T


def steps_of(frame):
    return {step.here[0]: step for step in (*frame.steps, *frame.pointed)}


def test_every_cell_sees_the_pixels_that_change_it_in_pytorch(explorer):
    for settings, frame in zip(explorer.combinations(), explorer.frames, strict=True):
        steps = steps_of(frame)
        count = PIXELS
        for depth, views in enumerate(views_of(**settings), start=1):
            count += len(views)
            for i, view in enumerate(views):
                pixels = view.nonzero()[:, 0].tolist()
                step = steps[f"l{depth},{i}"]
                seen = {name for name in step.reads if name.startswith("l0,")}
                assert seen == {f"l0,{pixel}" for pixel in pixels}, (settings, step.text)
                assert step.text.endswith(
                    f" = {len(pixels)} pixels, {min(pixels)} to {max(pixels)}"
                )
        assert len(steps) == count


def test_every_sum_is_right(explorer):
    for frame in explorer.frames:
        for step in frame.steps:
            left, right = re.search(r": (.*) = (\d+) pixels", step.text).groups()
            assert eval(left.replace("·", "*").replace("−", "-")) == int(right)


def test_the_jump_is_how_far_the_neighbour_looks(explorer):
    for settings, frame in zip(explorer.combinations(), explorer.frames, strict=True):
        *_, views = views_of(**settings)
        first, second = (view.nonzero()[0].item() for view in views[:2])
        field = int(views[0].sum())
        assert frame.summary == (
            f"one cell of the last layer sees {field} of {PIXELS} pixels, "
            f"its neighbour {second - first} further"
        )


def test_a_pixel_lights_the_cells_that_see_it(explorer):
    steps = steps_of(explorer.frame)
    for name, step in steps.items():
        if name.startswith("l0,"):
            seers = [other for other in steps if name in steps[other].reads and other[1] != "0"]
            assert {*step.reads} == {*seers}
    assert steps["l0,20"].text == "pixel 20 is seen by 5 of the 10 cells of conv 3"


def test_the_walk_goes_through_the_layers_and_then_along_the_last(explorer):
    places = [step.here[0] for step in explorer.frame.steps]
    assert places == ["l1,0", "l2,0", "l3,0", "l4,0", *(f"l5,{i}" for i in range(10))]
    assert explorer.step.here == ["l5,0"]


def test_every_cell_stands_in_the_middle_of_what_it_sees(explorer):
    for frame in explorer.frames:
        cells = {s.name: s for s in frame.panels[0].shapes if isinstance(s, Cell)}
        for step in frame.steps:
            pixels = [cells[name].x for name in step.reads if name.startswith("l0,")]
            assert cells[step.here[0]].x == pytest.approx((min(pixels) + max(pixels)) / 2)
        assert cells["l0,1"].x - cells["l0,0"].x == SIDE


def test_the_pools_are_weighed_against_a_stack_without_them():
    notes = receptive_field_explorer(pools=3).frame.notes
    assert notes[1] == (
        "In a plane one cell sees 22 × 22 = 484 pixels; without the pools it would be 7 × 7 = 49."
    )


@pytest.mark.parametrize(
    "start", [{"conv_kernel": 2}, {"pools": 4}, {"pool_kernel": 1}, {"pool_stride": 3}]
)
def test_a_start_that_no_control_has_is_refused(start):
    with pytest.raises(traitlets.TraitError, match=f"{next(iter(start))} must be one of"):
        receptive_field_explorer(**start)
