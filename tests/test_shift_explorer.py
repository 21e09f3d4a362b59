"""The input moves, the output follows: by the traits, without a browser, against PyTorch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import traitlets

from pooling_lab.data import load_photo
from pooling_lab.drawing import Cell, number
from pooling_lab.explorers import shift_explorer

PHOTO = torch.tensor(load_photo("camera")[44:60, 52:68], dtype=torch.float64)
BLUR = torch.tensor([1.0, 2, 1], dtype=torch.float64) / 4


def output(pool, direction, shift, kernel_size, stride, reach=0):
    """What PyTorch makes of the moved photo, ``reach`` pixels beyond the view included."""
    down, right = (shift, 0) if direction == "down" else (0, shift)
    rows, columns = (slice(6 - by - reach, 14 - by + reach) for by in (down, right))
    x = PHOTO[rows, columns][None, None]
    if pool == "none":
        return x[0, 0].numpy()
    if pool == "average":
        return F.avg_pool2d(x, kernel_size, stride)[0, 0].numpy()
    if pool == "max":
        return F.max_pool2d(x, kernel_size, stride)[0, 0].numpy()
    if not reach:
        return output(pool, direction, shift, kernel_size, stride, reach=1)
    high = F.max_pool2d(x, kernel_size, 1)
    return F.conv2d(high, torch.outer(BLUR, BLUR)[None, None], stride=stride)[0, 0].numpy()


@pytest.fixture(scope="module")
def cases():
    explorer = shift_explorer()
    return [
        (settings, frame, output(**settings), output(**{**settings, "shift": 0}))
        for settings, frame in zip(explorer.combinations(), explorer.frames, strict=True)
    ]


def values(picture):
    return [shape.text for shape in picture.shapes if isinstance(shape, Cell)]


def test_every_output_is_pytorchs(cases):
    for settings, frame, now, was in cases:
        _, after, before, change = map(values, frame.panels)
        assert after == [number(v) for v in now.ravel()], settings
        assert before == [number(v) for v in was.ravel()], settings
        assert change == [number(v) for v in (now - was).ravel()], settings


def test_the_input_is_the_photo_moved(cases):
    for settings, frame, *_ in cases:
        x = output(**{**settings, "pool": "none"})
        assert values(frame.panels[0]) == [number(v) for v in x.ravel()]


def test_what_stays_and_how_much_changes_are_measured(cases):
    for settings, frame, now, was in cases:
        change = np.linalg.norm(now - was) / np.linalg.norm(was - was.mean())
        told = re.search(r"(\d+) of (\d+) outputs .* \((\d+) %\), .* ([\d.]+)$", frame.summary)
        same, count, share, relative = map(float, told.groups())
        assert (same, count) == (np.sum(now == was), now.size), settings
        assert share == pytest.approx(100 * same / count, abs=0.5)
        assert relative == pytest.approx(change, abs=0.005)


def test_a_shift_by_the_stride_moves_the_output_exactly_and_others_do_not(cases):
    seen = set()
    for settings, frame, *_ in cases:
        stride = 1 if settings["pool"] == "none" else settings["stride"]
        found = [(int(a), int(b)) for a, b in re.findall(r"(\d+) of (\d+)", frame.notes[0])]
        exact = settings["shift"] % stride == 0
        assert all(same == count for same, count in found) == exact, (settings, frame.notes)
        assert len(found) == (1 if exact else 2)
        seen.add(exact)
    assert seen == {True, False}


def test_max_keeps_more_outputs_and_average_changes_less(cases):
    """What lessons 04 and 11 measure on the whole photo shows at the start of the slider."""
    start = {"direction": "right", "shift": 1, "kernel_size": 2, "stride": 2}
    told = {
        settings["pool"]: re.search(r": (\d+) of .* ([\d.]+)$", frame.summary).groups()
        for settings, frame, *_ in cases
        if settings == {**start, "pool": settings["pool"]}
    }
    same, change = ({pool: float(pair[k]) for pool, pair in told.items()} for k in (0, 1))
    assert same["max"] > same["average"]
    assert change["max"] > change["average"] > change["blur"]


def test_every_step_reads_the_pixels_that_can_change_it(cases):
    for settings, frame, now, _ in cases:
        pool, kernel = settings["pool"], settings["kernel_size"]
        span, padding = {"blur": (kernel + 2, 1), "none": (1, 0)}.get(pool, (kernel, 0))
        stride = 1 if pool == "none" else settings["stride"]
        cells = torch.eye(64).reshape(64, 1, 8, 8)
        read = F.conv2d(cells, torch.ones(1, 1, span, span), None, stride, padding)[:, 0] > 0
        for step, place in zip(frame.steps, np.ndindex(now.shape), strict=True):
            expected = np.argwhere(read[:, *place].numpy())[:, 0]
            assert [*step.reads] == [f"x{c // 8},{c % 8}" for c in expected]
            r, c = place
            assert [*step.here] == [f"{panel}{r},{c}" for panel in "ywc"]


def test_a_step_says_what_it_is_and_what_it_was():
    explorer = shift_explorer()
    assert explorer.step.text == "max(211, 211, 211, 212) = 212; before the move 212: the same"
    assert explorer.frame.steps[8].text.endswith("= 191; before the move 74: a change of 117")
    explorer.pool = "none"
    assert explorer.step.text == "output 211; before the move 211: the same"
    assert "kernel_size and stride do nothing" in explorer.frame.notes[1]


def test_a_flat_picture_does_not_divide_by_zero():
    assert shift_explorer(np.ones((16, 16))).frame.summary.endswith("relative change 0")
    edge = np.zeros((16, 16))
    edge[:, :8] = 1
    summaries = [frame.summary for frame in shift_explorer(edge[:, ::-1]).frames]
    assert not [words for words in summaries if "NaN" in words]


def test_what_cannot_be_moved_is_refused():
    with pytest.raises(ValueError, match=r"x must be at least 16 × 16, got shape \(15, 20\)"):
        shift_explorer(np.zeros((15, 20)))
    with pytest.raises(ValueError, match=r"x must be one plane \(H, W\) of numbers"):
        shift_explorer(np.zeros(20))
    with pytest.raises(traitlets.TraitError, match="shift must be one of"):
        shift_explorer(shift=5)
