"""The adaptive bins by their traits, without a browser, against PyTorch's own bins."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import traitlets

from pooling_lab.explorers import adaptive_explorer
from pooling_lab.explorers.adaptive import EXAMPLE

TORCH = {"average": F.adaptive_avg_pool1d, "max": F.adaptive_max_pool1d}


def settings(explorer):
    return zip(explorer.combinations(), explorer.frames, strict=True)


def test_every_frame_shows_what_pytorch_gives():
    for chosen, frame in settings(adaptive_explorer()):
        x = torch.tensor([EXAMPLE[: chosen["size"]]], dtype=torch.float64)
        expected = TORCH[chosen["pool"]](x, chosen["bins"])[0].tolist()
        shown = frame.panels[1].description.split(": ")[1].split(", ")
        assert [float(text) for text in shown] == pytest.approx(expected, abs=0.005)


def test_the_cells_of_a_bin_are_those_whose_change_changes_it():
    for chosen, frame in settings(adaptive_explorer(EXAMPLE[:7])):
        size, bins = chosen["size"], chosen["bins"]
        reads = F.adaptive_avg_pool1d(torch.eye(size)[:, None], bins)[:, 0].T > 0
        for step, cells in zip(frame.steps, reads.numpy(), strict=True):
            assert list(step.reads) == [f"x0,{cell}" for cell in np.flatnonzero(cells)]


def test_cells_that_several_bins_read_are_named():
    explorer = adaptive_explorer(size=5, bins=3)
    assert explorer.frame.notes == ["Cells in a bin: 2 or 3.", "Read by several bins: cells 1, 3."]
    explorer.size = 6
    assert explorer.frame.notes == ["Cells in a bin: 2.", "No bins overlap."]


@pytest.mark.parametrize("start", [{"size": 13}, {"bins": 0}, {"pool": "min"}])
def test_a_start_that_no_control_has_is_refused(start):
    with pytest.raises(traitlets.TraitError, match=f"{next(iter(start))} must be one of"):
        adaptive_explorer(**start)
