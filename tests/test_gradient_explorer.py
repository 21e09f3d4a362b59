"""Where the gradient goes, by its traits, without a browser: every sum against autograd."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import traitlets

from pooling_lab.drawing import number
from pooling_lab.explorers import gradient_explorer
from pooling_lab.explorers.gradient import EXAMPLE

TORCH = {"max": F.max_pool2d, "average": F.avg_pool2d}
NEGATIVE = [[-1, 2, -3], [4, -4, 4], [0, 4, -1]]


def autograd(x, pool, kernel_size, stride, padding, grad_output):
    """The two gradients by PyTorch; None where it refuses."""
    plane = torch.tensor(np.array(x, dtype=float)[None, None], requires_grad=True)
    try:
        y = TORCH[pool](plane, kernel_size, stride, padding)
    except RuntimeError:
        return None
    arriving = torch.ones_like(y) if grad_output == "ones" else 1.0 + torch.arange(y.numel())
    y.backward(arriving.reshape(y.shape).to(y))
    return arriving.reshape(y.shape[2:]).numpy(), plane.grad[0, 0].numpy()


@pytest.fixture(scope="module", params=[EXAMPLE, NEGATIVE], ids=["example", "negative"])
def cases(request):
    explorer = gradient_explorer(request.param)
    return [
        (settings, frame, autograd(request.param, **settings))
        for settings, frame in zip(explorer.combinations(), explorer.frames, strict=True)
    ]


def texts_of(picture, name):
    return {c.name: c.text for c in picture.shapes if getattr(c, "name", "").startswith(name)}


def numbers(plane, name):
    return {f"{name}{r},{c}": number(v) for (r, c), v in np.ndenumerate(plane)}


def value(text):
    """What a calculation in words comes to."""
    return eval(text.replace("−", "-").split(" = ")[0].split(" ≈ ")[0])


def test_both_gradients_of_every_frame_are_autograds(cases):
    for settings, frame, expected in cases:
        if expected is None:
            assert frame.error, settings
            assert not frame.steps
            continue
        arriving, gathered = expected
        assert texts_of(frame.panels[1], "g") == numbers(arriving, "g"), settings
        shown = {name: text for name, text in texts_of(frame.panels[2], "d").items() if text}
        assert shown == numbers(gathered, "d"), settings


def test_settings_that_work_and_that_cannot_were_both_among_them(cases):
    assert {expected is None for *_, expected in cases} == {False, True}


def test_what_every_cell_gathers_is_added_up_right(cases):
    for settings, frame, expected in cases:
        steps = {step.here[0]: step for step in (*frame.steps, *frame.pointed)}
        for cell, total in np.ndenumerate([] if expected is None else expected[1]):
            step = steps[f"d{cell[0]},{cell[1]}"]
            words = re.fullmatch(
                r"cell \(\d+, \d+\) gets (.*?)(: .*| from (\d+) windows?)", step.text
            )
            assert np.isclose(value(words[1]), total), (settings, step.text)
            assert len(step.reads) == int(words[3] or 0) == words[1].count("+") + (total != 0)


def test_a_cell_gathers_from_the_windows_that_send_to_it(cases):
    for settings, frame, _ in cases:
        sent = {s.here[0]: {*s.reads} for s in frame.steps if s.here[0].startswith("g")}
        for step in (*frame.steps, *frame.pointed):
            if step.here[0].startswith("d"):
                senders = [name for name, reads in sent.items() if step.here[0] in reads]
                assert senders == list(step.reads), (settings, step.text)


def test_a_step_says_what_a_window_sends():
    explorer = gradient_explorer([[2, 2], [1, 0]], kernel_size=2, grad_output=[[6]])
    assert explorer.step.text == (
        "max(2, 2, 1, 0) = 2, the first of 2 equal. Backward: 6 to that cell, 0 to the others"
    )
    assert explorer.step.lit() == {
        "x0,0": "best", "x0,1": "tie", "x1,0": "read", "x1,1": "read",
        "d0,0": "best", "g0,0": "here",
    }  # fmt: skip
    explorer.pool = "average"
    assert explorer.step.text == "(2 + 2 + 1 + 0) / 4 = 1.25. Backward: 6 / 4 = 1.5 to each cell"


def test_what_falls_on_padding_is_told():
    explorer = gradient_explorer([[8]], "average", kernel_size=2, stride=1, padding=1)
    assert explorer.step.text.endswith("0.25 to each cell; what goes to padding is lost")
    assert explorer.frame.notes[1:] == [
        "In all 4 arrives and 1 is gathered: the rest fell on padding.",
        "Dashed: padding, counts as 0.",
    ]
    assert [step.text for step in explorer.frame.steps[4:]] == [
        "cell (0, 0) gets (1 + 1 + 1 + 1) / 4 = 1 from 4 windows"
    ]


def test_cells_that_get_nothing_say_why():
    frame = gradient_explorer(kernel_size=2).frame
    why = {step.here[0]: step.text.partition(": ")[2] for step in frame.pointed}
    assert why["d0,0"] == "it is the maximum of no window"
    assert why["d4,0"] == why["d0,4"] == "no window reads it"
    assert "d1,0" not in why


def test_negative_gradients_stand_in_brackets():
    explorer = gradient_explorer([[1, 5, 2]], kernel_size=1, stride=1, grad_output=[[-1, 0.5, 2]])
    assert explorer.frame.steps[3].text == "cell (0, 0) gets −1 from 1 window"
    wide = gradient_explorer(np.eye(3), kernel_size=2, stride=1, grad_output=[[-1, 2], [3, -4]])
    assert [step.text for step in wide.frame.steps if step.here[0] == "d1,1"] == [
        "cell (1, 1) gets 2 + 3 + (−4) = 1 from 3 windows"
    ]


def test_a_gradient_of_another_shape_is_refused_in_the_librarys_words():
    explorer = gradient_explorer(grad_output=np.ones((2, 2)))
    assert explorer.frame.error == ""
    explorer.stride = 1
    assert explorer.frame.error.startswith(
        "grad_output must have the shape of the output, (3, 3), got (2, 2)"
    )
    assert explorer.frame.summary.endswith("no gradient")
    assert len(explorer.frame.panels) == 3


def test_wrong_starts_are_refused():
    with pytest.raises(traitlets.TraitError, match="grad_output must be one of 'ones'"):
        gradient_explorer(grad_output="twos")
    with pytest.raises(traitlets.TraitError, match="pool must be one of 'max', 'average'"):
        gradient_explorer(pool="min")
    with pytest.raises(ValueError, match=r"^grad_output must be one plane \(H, W\) of numbers"):
        gradient_explorer(grad_output=[1, 2])
    with pytest.raises(ValueError, match=r"^x must be one plane \(H, W\) of numbers"):
        gradient_explorer([1, 2])
