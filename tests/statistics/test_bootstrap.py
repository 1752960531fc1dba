"""The bootstrap: block moments are rows, its spread is the standard error, intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.bootstrap import (
    MAX_COUNTS_PER_BATCH,
    Units,
    bias_corrected,
    block_moments,
    draw,
    draws,
    expanded_level,
    jackknife_counts,
    percentile,
    reflected_r2,
    sampling_units,
)
from pipelines.statistics.dominance import dominance, general_dominance
from pipelines.statistics.regression import r_squared

MANY = 10**9


def units_of(cluster=None, stratum=None, rows=0, most=MANY, seed=0) -> Units:
    rows = rows or len(cluster if cluster is not None else stratum)
    codes = [None if one is None else np.asarray(one) for one in (cluster, stratum)]
    return sampling_units(rows, *codes, most, np.random.default_rng(seed))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 6))
def test_a_replicate_of_block_moments_is_that_of_the_rows_drawn(seed, strata, p):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 25, 150)
    stratum = cluster % strata
    values = rng.normal(size=(150, p)) * 10 + 1e4 * rng.normal(size=p)
    weights = rng.uniform(0.2, 3, 150)
    units = units_of(cluster, stratum)
    counts = draw(units, 4, rng)
    found = block_moments(values, weights, units).covariances(counts)
    for count, matrix in zip(counts, found, strict=True):
        drawn = weights * count[units.of_row]
        expected = np.cov(values.T, aweights=drawn, ddof=0).reshape(p, p)
        assert matrix == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_every_row_is_a_customer_without_a_cluster():
    units = units_of(rows=5)
    assert units.of_row.tolist() == [0, 1, 2, 3, 4]
    assert units.stratum.tolist() == [0] * 5


def test_a_customer_in_two_strata_counts_as_two():
    units = units_of([7, 7, 7, 9, 9, 3], [1, 1, 2, 2, 1, 1])
    assert units.n == 5
    assert len(set(units.of_row[[0, 1]])) == 1
    assert units.of_row[0] != units.of_row[2]
    assert np.bincount(units.stratum).tolist() == [3, 2]


def test_strata_of_one_customer_are_pooled():
    pooled = units_of([1, 2, 3, 4, 5, 6], [10, 10, 20, 30, 40, 40])
    assert pooled.stratum[pooled.of_row].tolist() == [0, 0, 1, 1, 2, 2]
    joined = units_of([1, 2, 3, 4, 5], [10, 10, 20, 40, 40])
    assert joined.stratum[joined.of_row].tolist() == [0, 0, 0, 1, 1]


def test_one_customer_cannot_be_drawn():
    with pytest.raises(ContractError, match="two customers or more, got 1"):
        units_of([4, 4, 4])


def test_every_stratum_keeps_its_size_in_every_replicate():
    units = units_of(np.arange(40), np.repeat([0, 1, 2], [2, 8, 30]))
    counts = draw(units, 50, np.random.default_rng(0))
    for h, size in enumerate((2, 8, 30)):
        assert counts[:, units.stratum == h].sum(axis=1) == pytest.approx(np.full(50, size))
    # n - 1 are drawn, and count n / (n - 1).
    assert set(np.unique(counts[:, units.stratum == 0])) == {0.0, 2.0}


def test_the_spread_of_a_total_is_its_textbook_standard_error():
    # Stratified total of clusters: sum over strata of n/(n-1) * sum of (y - mean)**2.
    rng = np.random.default_rng(1)
    y, stratum = rng.normal(size=12) * 3, np.repeat([0, 1], [3, 9])
    units = units_of(np.arange(12), stratum)
    totals = draw(units, 200_000, rng) @ y
    textbook = sum(np.var(y[stratum == h], ddof=1) * (stratum == h).sum() for h in (0, 1))
    assert totals.var() == pytest.approx(textbook, rel=0.02)
    assert totals.mean() == pytest.approx(y.sum(), abs=0.1)


def test_too_many_customers_are_dealt_into_blocks_of_one_stratum():
    rng = np.random.default_rng(2)
    cluster = rng.integers(0, 3000, 9000)
    stratum = np.where(cluster < 2990, 0, np.where(cluster < 2995, 1, 2))
    units = units_of(cluster, stratum, most=100)
    assert 100 <= units.n <= 106
    assert np.bincount(units.stratum)[1:].tolist() == [2, 2]
    pairs = set(zip(cluster.tolist(), units.of_row.tolist(), strict=True))
    assert len(pairs) == len(set(cluster.tolist()))  # a customer is never torn apart
    assert (np.array([0, 1, 2])[units.stratum[units.of_row]] == stratum).all()
    customers = np.bincount(np.array(sorted(pairs))[:, 1])
    assert np.ptp(customers[units.stratum == 0]) <= 1


def test_blocks_spread_as_their_customers_do():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(4000, 2)) @ np.array([[1.0, 0.5], [0.0, 1.0]])
    spread = []
    for most in (4000, 400):
        units = units_of(rows=4000, most=most)
        moments = block_moments(values, np.ones(4000), units)
        spread.append(moments.covariances(draw(units, 2000, rng))[:, 0, 1].std())
    assert spread[1] == pytest.approx(spread[0], rel=0.15)


def test_batches_are_as_many_replicates_as_asked_for():
    units = units_of(rows=MAX_COUNTS_PER_BATCH // 3)
    sizes = [len(counts) for counts in draws(units, 7, np.random.default_rng(0))]
    assert sizes == [3, 3, 1]


def test_the_same_seed_draws_the_same():
    units = units_of(rows=50)
    one, other = (draw(units, 9, np.random.default_rng(4)) for _ in range(2))
    assert (one == other).all()


def test_the_jackknife_leaves_out_every_customer_once():
    units = units_of(np.arange(9), np.repeat([0, 1], [4, 5]))
    counts = jackknife_counts(units)
    assert counts.shape == (9, 9)
    assert ((counts == 0).sum(axis=0) == 1).all()
    assert counts[0] == pytest.approx([0, 4 / 3, 4 / 3, 4 / 3, 1, 1, 1, 1, 1])
    few = jackknife_counts(units_of(rows=1000), most=50)
    assert few.shape == (50, 1000)
    assert ((few == 0).sum(axis=0) == 1).all()


def test_few_customers_widen_the_level():
    # t(194) = 1.97227 and sqrt(199/194): 1.9975 deviations, which hold 95.423 %.
    assert expanded_level(0.95, units_of(rows=200), 5) == pytest.approx(0.95423, abs=5e-6)
    assert expanded_level(0.95, units_of(rows=10**6), 5) == pytest.approx(0.95, abs=1e-5)
    tiny = expanded_level(0.95, units_of(rows=4), 5)  # more slopes than customers
    assert 0.99 < tiny <= 1


def test_percentiles_are_those_of_the_replicates():
    replicates = np.arange(1001.0)[:, None] * [1, -1]
    interval = percentile(replicates, 0.9)
    assert interval.low == pytest.approx([50, -950])
    assert interval.high == pytest.approx([950, -50])


def test_bca_without_bias_or_skewness_is_the_percentile_interval():
    replicates = np.linspace(-1, 1, 2001)[:, None]
    found = bias_corrected(np.array([0.0]), replicates, np.array([[-1.0], [1.0]]), 0.95)
    plain = percentile(replicates, 0.95)
    assert found.low == pytest.approx(plain.low, abs=1e-9)
    assert found.high == pytest.approx(plain.high, abs=1e-9)


def test_bca_is_what_scipy_gives():
    # scipy.stats.bootstrap on the variance of 40 skewed values, from the same replicates.
    from scipy import stats

    rng = np.random.default_rng(5)
    data = rng.exponential(size=40)
    counts = rng.multinomial(40, np.full(40, 1 / 40), size=4000)
    replicates = np.array([np.var(np.repeat(data, count)) for count in counts])
    jackknife = np.array([np.var(np.delete(data, i)) for i in range(40)])
    found = bias_corrected(np.array([np.var(data)]), replicates[:, None], jackknife[:, None], 0.95)
    scipy = stats.bootstrap((data,), np.var, n_resamples=20_000, rng=rng, method="BCa")
    expected = scipy.confidence_interval
    assert found.low[0] == pytest.approx(expected.low, rel=0.05)
    assert found.high[0] == pytest.approx(expected.high, rel=0.05)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_of_shares_cover_the_truth(method):
    # 150 samples: with a coverage of 95 % fewer than 134 of them cover once in 1,000 times.
    beta = np.array([0.5, 0.4, 0.2])
    inner = np.full((3, 3), 0.4) + 0.6 * np.eye(3)
    signal = beta @ inner @ beta
    matrix = np.block([[inner, (inner @ beta)[:, None]], [beta @ inner, 2 * signal]])
    truth = dominance(matrix).general
    rng = np.random.default_rng(6)
    root = np.linalg.cholesky(matrix)
    covered = np.zeros(3)
    for _ in range(150):
        values = rng.normal(size=(200, 4)) @ root.T
        units = units_of(rows=200)
        level = expanded_level(0.95, units, 3)
        moments = block_moments(values, np.ones(200), units)
        replicates = general_dominance(moments.covariances(draw(units, 400, rng)))
        if method == "percentile":
            interval = percentile(replicates, level)
        else:
            value = general_dominance(np.cov(values.T)[None])[0]
            left = general_dominance(moments.covariances(jackknife_counts(units)))
            interval = bias_corrected(value, replicates, left, level)
        covered += (interval.low <= truth) & (truth <= interval.high)
    assert (covered >= 134).all()
    assert covered.sum() < 450


def test_an_interval_of_r2_is_reflected_on_fishers_scale():
    # By hand: tanh(1)**2 is 0.58, and replicates from artanh 0.9 to 1.3 go to 0.7 and 1.1.
    scaled = np.array([0.9, 1.3])
    found = reflected_r2(np.tanh(1.0) ** 2, np.tanh(scaled) ** 2, 1 - 1e-12)
    assert found.low == pytest.approx(np.tanh(0.7) ** 2)
    assert found.high == pytest.approx(np.tanh(1.1) ** 2)


@given(st.floats(0, 1), st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_an_interval_of_r2_holds_it_and_stays_in_range(value, replicates):
    found = reflected_r2(value, np.array(replicates), 0.95)
    assert 0 <= found.low <= value <= found.high <= 1


def test_intervals_of_r2_cover_where_percentiles_do_not():
    rng, columns, n, truth = np.random.default_rng(4), 14, 300, 0.3
    slope = np.sqrt(truth / (1 - truth) / columns)
    held = {"reflected": 0, "percentile": 0}
    for _ in range(150):
        x = rng.normal(size=(n, columns))
        values = np.column_stack([x, slope * x.sum(axis=1) + rng.normal(size=n)])
        units = sampling_units(n, None, None, n, rng)
        level = expanded_level(0.95, units, columns)
        moments = block_moments(values, np.ones(n), units)
        replicates = r_squared(moments.covariances(draw(units, 200, rng)))
        value = float(r_squared(np.cov(values.T)))
        for name, one in (("reflected", reflected_r2(value, replicates, level)),
                          ("percentile", percentile(replicates, level))):  # fmt: skip
            held[name] += bool(one.low <= truth <= one.high)
    assert 0.88 < held["reflected"] / 150 < 0.99  # its own standard error is .02
    assert held["percentile"] / 150 < 0.7
