"""The engine and its sweeps: every shortcut is the same windows in another order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pooling_lab import engine
from pooling_lab.geometry import Axis, adaptive_bins
from pooling_lab.windows import Sweep, adaptive, halved, readers, sliding


@st.composite
def sweeps(draw):
    return Sweep(
        draw(st.integers(-20, 20)),
        draw(st.integers(1, 9)),
        draw(st.integers(1, 40)),
        draw(st.integers(1, 4)),
        draw(st.integers(1, 9)),
    )


def cells(sweep, i):
    return [sweep.start + i * sweep.stride + j * sweep.dilation for j in range(sweep.kernel)]


@given(sweeps(), st.integers(1, 30))
def test_taps_are_the_cells_that_exist(sweep, size):
    found = [[] for _ in range(sweep.outputs)]
    for target, source in sweep.taps(size):
        outputs = range(sweep.outputs)[target]
        for i, cell in zip(outputs, range(size)[source], strict=True):
            found[i].append(cell)
    for i in range(sweep.outputs):
        assert found[i] == [cell for cell in cells(sweep, i) if 0 <= cell < size]


@given(sweeps(), st.booleans())
def test_two_halves_and_the_odd_cell_are_the_whole(sweep, overlapping):
    half = halved(sweep, overlapping)
    if half is None:
        return
    pairs = sweep.pairs(half)
    for i in range(sweep.outputs):
        parts = [cell for q in cells(pairs, i) for cell in cells(half, q)]
        if 2 * half.kernel < sweep.kernel:
            parts += cells(sweep.last_cells(), i)
        assert sorted(set(parts)) == cells(sweep, i)
        assert overlapping or len(parts) == sweep.kernel
    assert max(max(cells(pairs, i)) for i in range(sweep.outputs)) == half.outputs - 1


def test_a_long_window_takes_a_logarithmic_number_of_steps():
    steps, sweep = 0, Sweep(0, 1, 1024, 1, 5000)
    while half := halved(sweep, overlapping=True):
        steps, sweep = steps + 1, half
    assert (steps, sweep.kernel) in [(9, 2), (8, 4)]


@given(st.integers(1, 30), st.integers(1, 12), st.integers(1, 6), st.integers(0, 6))
def test_readers_are_the_windows_that_read_a_cell(size, kernel, stride, padding):
    axis = Axis(size, kernel, stride, min(padding, kernel // 2))
    found = {}
    for sweep in readers(axis):
        for i, cell in enumerate(range(size)[sweep.into]):
            found[cell] = [w for w in cells(sweep, i) if 0 <= w < axis.outputs]
    windows = range(max(0, axis.outputs))
    assert found == {c: [w for w in windows if c in axis.cells(w)] for c in range(size)}


def in_order(bins, count):
    """Go through all bins: their sweep, their number, and which window of the sweep they are."""
    kinds = sorted(
        (sweep.first + place * sweep.every, sweep, place)
        for sweep in bins.sweeps
        for place in range(sweep.outputs)
    )
    times = bins.times or [1] * count
    every = [kind for kind, n in zip(kinds, times, strict=True) for _ in range(n)]
    return [(sweep, i, place) for i, (_, sweep, place) in enumerate(every)]


@given(st.integers(1, 30), st.integers(1, 30))
def test_adaptive_bins_are_those_of_the_formula(size, bins):
    for sweep, i, place in in_order(adaptive(size, bins), bins):
        assert cells(sweep, place) == list(adaptive_bins(size, bins)[i])


@given(st.integers(1, 5), st.integers(65, 400), st.integers(1, 5), st.integers(0, 200))
def test_a_window_far_longer_than_the_line_is_cut_to_its_cells(size, kernel, stride, padding):
    axis = Axis(size, kernel, stride, min(padding, kernel // 2), ceil_mode=True)
    for sweep in sliding(axis):
        for i, window in enumerate(range(axis.outputs)[sweep.into]):
            assert cells(sweep, i) == axis.cells(window)


@given(st.integers(1, 30), st.integers(1, 30))
def test_the_bins_that_hold_a_cell_are_adaptive_bins_too(size, bins):
    def by_index(n, o):
        return {i: cells(sweep, place) for sweep, i, place in in_order(adaptive(n, o), o)}

    there, back = by_index(size, bins), by_index(bins, size)
    assert back == {c: [b for b in range(bins) if c in there[b]] for c in range(size)}


@pytest.mark.parametrize("op", [np.maximum, np.minimum, np.add])
@given(sweeps(), st.integers(1, 30))
def test_pool_along_one_axis(op, sweep, size):
    line = np.random.default_rng(size).integers(-9, 9, (2, size, 1))
    ours = engine.pool(op, line, (sweep,), sliding(Axis(1, 1, 1)))
    nothing = {np.add: 0, np.maximum: np.iinfo(int).min, np.minimum: np.iinfo(int).max}[op]
    for i in range(sweep.outputs):
        read = [cell for cell in cells(sweep, i) if 0 <= cell < size]
        expected = op.reduce(line[:, read], axis=1) if read else nothing
        np.testing.assert_array_equal(ours[:, i], expected)


def test_memory_order_is_a_view():
    x = np.zeros((2, 3, 4, 5)).transpose(0, 3, 1, 2)  # channels_last: (2, 5, 3, 4)
    view, axes = engine.in_memory_order(x)
    assert view.shape == (2, 3, 4, 5)
    assert axes == [0, 2, 3, 1]
    assert np.shares_memory(view, x)
