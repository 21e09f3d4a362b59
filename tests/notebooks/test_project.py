"""The rules that lesson 13 holds a layer to: right layers keep them, wrong ones break them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
import torch
from torch.nn import functional as F

from pooling_lab import training

LESSON = Path(__file__).resolve().parents[2] / "notebooks" / "13_project.ipynb"


@pytest.fixture(scope="module")
def keeps_to_the_rules():
    """The function as the lesson defines it."""
    names = {"torch": torch}
    for cell in nbformat.read(LESSON, 4).cells:
        if cell.source.startswith(("def pooled(", "def keeps_to_the_rules(")):
            exec(cell.source, names)
    return names["keeps_to_the_rules"]


def leaks(source, target):
    def layer(x):
        y = F.avg_pool2d(x, 2)
        onto = torch.zeros_like(y)
        onto[:, target] = 0.01 * y[:, source]
        return y + onto

    return layer


@pytest.mark.parametrize(
    "layer",
    [
        torch.nn.MaxPool2d(2),
        torch.nn.AvgPool2d(2),
        training.BlurPool(3),
        training.StochasticPool(),
        lambda x: F.max_pool2d(x + 0.1 * torch.rand_like(x), 2),
    ],
    ids=["max", "average", "blur", "stochastic", "noise of its own"],
)
def test_a_layer_that_pools_each_channel_by_itself_keeps_to_the_rules(keeps_to_the_rules, layer):
    keeps_to_the_rules(layer)


@pytest.mark.parametrize(("source", "target"), [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)])
def test_a_channel_that_leaks_into_another_is_named(keeps_to_the_rules, source, target):
    with pytest.raises(AssertionError, match=f"another channel looks at channel {source}"):
        keeps_to_the_rules(leaks(source, target))


def test_a_layer_that_keeps_the_size_is_told_both_shapes(keeps_to_the_rules):
    with pytest.raises(AssertionError, match=r"\(2, 3, 8, 6\) became \(2, 3, 8, 6\)"):
        keeps_to_the_rules(torch.nn.Identity())


def test_a_gradient_that_is_not_finite_is_noticed(keeps_to_the_rules):
    with pytest.raises(AssertionError, match="not finite"):
        keeps_to_the_rules(lambda x: torch.sqrt(F.avg_pool2d(x**2, 2)))
