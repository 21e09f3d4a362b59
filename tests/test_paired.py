"""The few lines of statistics against scipy, and against pairs that can be worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from pooling_lab import paired

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("pairs", [2, 3, 4, 5, 6, 10, 11, 20, 21, 101])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
def test_the_limit_is_students(pairs, confidence):
    expected = stats.t.ppf((1 + confidence) / 2, pairs - 1)
    assert paired.t_limit(pairs, confidence) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("pairs", [2, 5, 10, 20])
def test_the_interval_and_t_are_those_of_scipy(pairs):
    a, b = RNG.normal(3, 2, pairs), RNG.normal(2, 1, pairs)
    found, judge = paired.difference(a, b), stats.ttest_rel(a, b)
    low, high = judge.confidence_interval(0.95)
    assert (found.low, found.high, found.t) == pytest.approx((low, high, judge.statistic))
    assert found.told == (judge.pvalue < 0.05)


@pytest.mark.parametrize("shift", [-1.4, -0.7, -0.2, 0.0, 0.4, 0.6, 0.8, 1.2])
def test_equal_within_a_margin_is_two_one_sided_tests_at_five_percent(shift):
    a = RNG.normal(shift, 0.8, 12)
    zero = np.zeros(12)
    above = stats.ttest_1samp(a, -1.0, alternative="greater").pvalue < 0.05
    below = stats.ttest_1samp(a, 1.0, alternative="less").pvalue < 0.05
    found = paired.difference(a, zero)
    assert found.equal_within(1.0) == (above and below)
    assert found.not_worse_than(1.0) == above


@pytest.mark.parametrize(("effect", "sd", "pairs"), [(1, 1.3, 16), (4, 2.5, 10), (0.5, 2, 5)])
def test_power_is_that_of_the_noncentral_t(effect, sd, pairs):
    limit, shift = stats.t.ppf(0.975, pairs - 1), effect / sd * math.sqrt(pairs)
    tails = stats.nct.sf(limit, pairs - 1, shift) + stats.nct.cdf(-limit, pairs - 1, shift)
    assert paired.power(effect, sd, pairs) == pytest.approx(tails, abs=1e-4)


@pytest.mark.parametrize(("effect", "sd", "pairs"), [(0, 1.3, 20), (0.5, 1.3, 20), (-0.3, 2, 5)])
def test_power_of_equal_is_how_often_chance_calls_it_equal(effect, sd, pairs):
    runs = np.random.default_rng(1).normal(effect, sd, (100_000, pairs))
    reach = stats.t.ppf(0.95, pairs - 1) * runs.std(1, ddof=1) / math.sqrt(pairs)
    called = np.mean(abs(runs.mean(1)) + reach < 1)
    assert paired.power_of_equal(effect, sd, pairs) == pytest.approx(called, abs=0.005)


def test_an_effect_of_half_a_deviation_needs_34_pairs_as_tables_say():
    assert paired.seeds_needed(effect=0.5, sd=1.0) == 34


def test_by_hand_three_pairs():
    found = paired.difference([90, 92, 94], [88, 91, 91])
    assert (found.mean, found.sd, found.pairs) == (2, 1, 3)
    assert found.standard_error == pytest.approx(1 / math.sqrt(3))
    assert not found.told
    assert not found.equal_within(1.0)


def test_pairs_that_never_differ_are_equal_and_not_told():
    same = paired.difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert not same.told
    assert same.equal_within(0.001)


@pytest.mark.parametrize("b", [[1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]]])
def test_what_is_no_pair_is_refused(b):
    with pytest.raises(ValueError, match="a and b must be pairs, at least two"):
        paired.difference([1.0, 2.0], b)


def test_one_pair_is_refused():
    with pytest.raises(ValueError, match="at least two"):
        paired.difference([1.0], [2.0])
