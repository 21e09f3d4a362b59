"""One cell of each window by lot: the explorer's traits, without a browser, against PyTorch."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import traitlets

from pooling_lab import stochastic_pool2d
from pooling_lab.drawing import Cell, number
from pooling_lab.explorers import stochastic_explorer
from pooling_lab.explorers.stochastic import EXAMPLE, SEEDS

X = torch.tensor(EXAMPLE, dtype=torch.float64)[None, None]


@pytest.fixture(scope="module")
def cases():
    explorer = stochastic_explorer()
    return list(zip(explorer.combinations(), explorer.frames, strict=True))


def texts(picture):
    return [shape.text for shape in picture.shapes if isinstance(shape, Cell)]


def sums(x, kernel):
    return F.avg_pool2d(x, kernel, divisor_override=1)[0, 0].numpy()


def test_the_means_of_every_frame_are_pytorchs(cases):
    for settings, frame in cases:
        kernel = settings["kernel_size"]
        total, squares = sums(X, kernel), sums(X**2, kernel)
        expected = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
        assert texts(frame.panels[4]) == [number(v) for v in expected.ravel()], settings
        assert texts(frame.panels[5]) == [number(v) for v in total.ravel() / kernel**2]


def test_the_chances_of_a_window_are_its_activations_over_their_sum(cases):
    for settings, frame in cases:
        kernel = settings["kernel_size"]
        total = sums(X, kernel).repeat(kernel, 0).repeat(kernel, 1)
        chances = np.full((4, 4), "–", dtype="U12")
        for cell, value in np.ndenumerate(total):
            chances[cell] = number(X[0, 0][cell].item() / value) if value else "0"
        assert texts(frame.panels[1]) == chances.ravel().tolist(), settings


def test_the_draws_are_those_of_their_seeds_and_the_mean_is_over_all_so_far(cases):
    for settings, frame in cases:
        kernel, seed = settings.values()
        draws = [stochastic_pool2d(EXAMPLE, kernel, rng=k) for k in range(seed + 1)]
        assert texts(frame.panels[2]) == [number(v) for v in draws[-1].ravel().tolist()]
        assert texts(frame.panels[3]) == [number(v) for v in np.mean(draws, 0).ravel()], settings


def test_a_step_lights_the_drawn_cell_in_its_window(cases):
    for settings, frame in cases:
        x, drawn = (
            dict(zip(names, values, strict=True))
            for names, values in (
                (
                    [s.name for s in frame.panels[k].shapes if isinstance(s, Cell)],
                    texts(frame.panels[k]),
                )
                for k in (0, 2)
            )
        )
        for step in frame.steps:
            assert len(step.reads) == 2 * settings["kernel_size"] ** 2
            if step.best:
                assert {*step.best} <= {*step.reads}
                assert x[step.best[0]] == drawn[step.here[0]], settings
                assert step.best[1] == step.best[0].replace("x", "p")


def test_every_calculation_of_the_test_value_is_right(cases):
    for _, frame in cases:
        for step, shown in zip(frame.steps, texts(frame.panels[4]), strict=True):
            if "no activation" in step.text:
                assert shown == "0"
                continue
            left, right = re.search(r"Test: (.*) [=≈] (.*); plain", step.text).groups()
            assert eval(left.replace("²", "**2")) == pytest.approx(float(right), abs=0.005)
            assert right == shown


def test_many_draws_come_nearer_to_the_weighted_mean_than_to_the_plain_one():
    explorer = stochastic_explorer(seed=SEEDS[-1])
    near, far = map(float, re.findall(r"at most ([\d.]+)", explorer.frame.notes[1]))
    assert near < 1 < far
    assert explorer.frame.notes[1].startswith("Mean of 40 draws: ")


def test_a_window_of_zeros_draws_nothing():
    step = stochastic_explorer().frame.steps[2]
    assert step.text == "no activation: the draw and the test give 0; plain mean 0"
    assert not step.best


def test_a_window_that_does_not_fit_says_so_in_the_librarys_words():
    explorer = stochastic_explorer([[1, 2, 0], [0, 3, 1], [1, 1, 1]], kernel_size=4)
    assert explorer.frame.error.startswith("no window fits: it spans 4 cells")
    assert len(explorer.frame.panels) == 6
    explorer.kernel_size = 2
    assert texts(explorer.frame.panels[1])[2] == "–"


@pytest.mark.parametrize("x", [[[-1, 2]], [[np.inf, 1]], [[np.nan, 1]]], ids=str)
def test_numbers_that_are_no_chances_are_refused(x):
    with pytest.raises(ValueError, match="become probabilities"):
        stochastic_explorer(x)


def test_wrong_starts_are_refused():
    with pytest.raises(ValueError, match=r"x must be one plane \(H, W\) of numbers"):
        stochastic_explorer([1, 2])
    with pytest.raises(traitlets.TraitError, match="seed must be one of"):
        stochastic_explorer(seed=-1)
