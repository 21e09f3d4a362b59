"""Window arithmetic against torch's own shapes, and against counting cells one by one."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as torch_pools

from pooling_lab.geometry import (
    Axis,
    adaptive_bins,
    conv_output_size,
    output_size,
    receptive_fields,
    window_axes,
)

SMALL = st.integers(1, 12)


@st.composite
def axes(draw):
    kernel = draw(SMALL)
    return Axis(
        draw(st.integers(1, 30)),
        kernel,
        draw(SMALL),
        draw(st.integers(0, kernel // 2)),
        draw(st.integers(1, 4)),
        draw(st.booleans()),
    )


@given(axes())
def test_output_size_is_torchs(axis):
    x = torch.zeros(1, 1, axis.size)
    try:
        expected = torch_pools.max_pool1d(x, *axis[1:5], ceil_mode=axis.ceil_mode).shape[-1]
    except RuntimeError:
        with pytest.raises(ValueError, match="no window fits"):
            output_size(*axis)
    else:
        assert output_size(*axis) == expected == axis.outputs


@given(st.integers(1, 30), SMALL, SMALL, st.integers(0, 20), st.integers(1, 4))
def test_size_of_a_convolution_is_torchs(size, kernel, stride, padding, dilation):
    x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    try:
        expected = torch_pools.conv1d(x, weight, None, stride, padding, dilation).shape[-1]
    except RuntimeError:
        with pytest.raises(ValueError, match="no window fits"):
            conv_output_size(size, kernel, stride, padding, dilation)
    else:
        assert conv_output_size(size, kernel, stride, padding, dilation) == expected


WELL_KNOWN = [  # what, arguments, output size
    ("VGG16's pools halve", (224, 2), 112),
    ("an odd size loses its last row", (7, 2), 3),
    ("… unless rounded up", (7, 2, None, 0, 1, True), 4),
    ("AlexNet's overlapping pool", (55, 3, 2), 27),
    ("ResNet's stem", (112, 3, 2, 1), 56),
    ("stride 1 with half padding keeps the size", (56, 3, 1, 1), 56),
    ("dilation widens the window", (10, 3, 1, 0, 2), 6),
    ("a pair gives a pair", ((224, 100), 2), (112, 50)),
    ("one pair is enough", (8, (2, 4)), (4, 2)),
    ("ceil: a window that starts in the right padding is dropped", (2, 3, 3, 1, 1, True), 1),
    ("ceil: a window that starts beyond the input is dropped", (2, 1, 2, 0, 1, True), 1),
    ("ceil: a window longer than the input", (2, 3, 2, 0, 1, True), 1),
]


@pytest.mark.parametrize("what, arguments, expected", WELL_KNOWN)
def test_output_size(what, arguments, expected):
    assert output_size(*arguments) == expected


def test_refusal_says_what_is_wrong_in_the_fields_words():
    with pytest.raises(ValueError) as error:
        window_axes((4, 4), 3, padding=2, shape=(1, 4, 4))
    assert str(error.value) == (
        "padding must be at most half of kernel_size, as in PyTorch: padding 2 > 3 // 2 "
        "(x has shape (1, 4, 4))"
    )


@given(axes())
def test_cells_of_a_window(axis):
    for i in range(axis.outputs):
        reads = list(axis.reads(i))
        assert len(reads) == axis.kernel
        assert reads[-1] - reads[0] + 1 == axis.span
        assert axis.cells(i) == [cell for cell in reads if cell in range(axis.size)]


@given(axes())
def test_counts_add_up(axis):
    axis = axis._replace(dilation=1)
    padded = range(-axis.padding, axis.size + axis.padding)
    for i, (all_cells, real_cells) in enumerate(
        zip(axis.counts(True), axis.counts(False), strict=True)
    ):
        assert all_cells == axis.padded_count(i) == sum(cell in padded for cell in axis.reads(i))
        assert real_cells == len(axis.cells(i)) > 0


@given(axes())
def test_unread_cells_are_those_no_window_reads(axis):
    read = {cell for i in range(axis.outputs) for cell in axis.cells(i)}
    assert sorted(read.union(axis.unread())) == list(range(axis.size))
    assert not read.intersection(axis.unread())


def test_the_dropped_row_of_an_odd_size():
    assert Axis(7, 2, 2).unread() == [6]
    assert Axis(7, 2, 2, ceil_mode=True).unread() == []


@given(st.integers(1, 40), st.integers(1, 40))
def test_adaptive_bins_read_every_cell_and_none_is_empty(size, bins):
    found = adaptive_bins(size, bins)
    assert len(found) == bins
    assert {cell for cells in found for cell in cells} == set(range(size))
    assert all(len(cells) >= 1 for cells in found)


def test_receptive_field_of_vgg16_after_pool_5():
    stack = []
    for convolutions in (2, 2, 3, 3, 3):
        stack += [(3, 1)] * convolutions + [(2, 2)]
    assert receptive_fields(stack)[-1] == (212, 32)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), max_size=4))
def test_receptive_field_counts_the_cells_that_reach_one_output(layers):
    reached = range(1)  # outputs of the last layer; walk back to the input
    for kernel, stride, dilation in reversed(layers):
        reached = range(reached.start * stride, reached[-1] * stride + (kernel - 1) * dilation + 1)
    fields = receptive_fields(layers)
    assert (fields[-1].receptive_field if fields else 1) == len(reached)


def test_receptive_field_of_a_dilated_layer():
    assert receptive_fields([(3, 1, 2), (3, 1)]) == [(5, 1), (7, 1)]
