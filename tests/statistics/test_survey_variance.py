"""Design-based variances, against hand-worked cases and against R's survey package.

`reference/apiclus1.csv` and `apistrat.csv` are columns of the samples of California schools that
come with R's survey package (Lumley), of the state's public Academic Performance Index. Its pages
print standard errors with a finite population correction, which is a constant factor here: 15 of
757 districts were drawn, and a known share of the schools of each type.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.survey import (
    DomainMeans,
    UnitSums,
    domain_means,
    influences,
    remaining,
)

REFERENCE = Path(__file__).parent / "reference"
LONGEST = 1000.0  # the index lies between 200 and 1000; means are taken of values up to 1


def sums_of(y, w=None, strata=None, clusters=None, domain=None) -> UnitSums:
    """Sum up answers one by one, as `UnitSums` says; `domain` counts from 0, -1 is outside."""
    n = len(y)
    y = np.asarray(y, float)
    w = np.ones(n) if w is None else np.asarray(w, float)
    strata = np.zeros(n, int) if strata is None else np.asarray(strata)
    clusters = np.arange(n) if clusters is None else np.asarray(clusters)
    domain = np.zeros(n, int) if domain is None else np.asarray(domain)
    parts, units = [], []
    for d in sorted(set(domain) - {-1}):
        for h in sorted(set(strata)):
            here = (domain == d) & (strata == h)
            if not here.any():
                continue
            parts.append((len(units), d, len(set(clusters[strata == h]))))
            for c in sorted(set(clusters[here])):
                unit = here & (clusters == c)
                powers = (np.ones(n), w, w * y, w * y * y, w * w)
                units.append([part[unit].sum() for part in powers])
    starts, groups, design_psus = np.array(parts).T
    columns = (column[:, None] for column in np.array(units, float).T)
    return UnitSums(starts, groups, design_psus.astype(float), *columns)


def error_of(sums: UnitSums, power: float) -> float:
    """Standard error of one domain, its residuals divided by what remains without the unit to a
    power: 0 linearised, 1/2 as published, 1 of the jackknife.
    """
    found, left = influences(sums), remaining(sums)
    squares = found.units**2 * left.units ** (1 - 2 * power)
    outside = found.outside * left.outside ** (1 - 2 * power)
    return np.sqrt(squares.sum() + outside.sum())


def jackknifed(y, w, strata, clusters, inside) -> float:
    """Standard error by leaving out unit after unit; the others of its stratum stand for it."""
    total = 0.0
    mean = np.average(y[inside], weights=w[inside])
    for h in set(strata):
        units = set(clusters[strata == h])
        for c in units:
            kept = np.where(strata == h, len(units) / (len(units) - 1), 1.0)
            kept[(strata == h) & (clusters == c)] = 0
            left = np.average(y[inside], weights=(w * kept)[inside])
            total += (len(units) - 1) / len(units) * (left - mean) ** 2
    return np.sqrt(total)


def means_of(*args, **design) -> DomainMeans:
    found = domain_means(sums_of(*args, **design))
    return DomainMeans(*(column[:, 0] for column in vars(found).values()))


@pytest.fixture(scope="module")
def districts() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "apiclus1.csv")


def test_the_mean_of_a_simple_random_sample_has_the_textbook_variance():
    means = means_of([0.0, 0.5, 1.0, 1.0])
    assert means.value == pytest.approx(0.625)
    assert means.variance == pytest.approx(np.var([0, 0.5, 1, 1], ddof=1) / 4)
    assert (means.n, means.n_eff, means.df) == (4, pytest.approx(4), 3)


def test_two_strata_worked_by_hand():
    # Stratum a: 0, 1 with weight 3; stratum b: 0, 0, 1 with weight 1. Mean (3 + 1) / 9 = 4/9.
    # a: 2/1 * sum of (3 (y - 4/9) - 3/18)**2 = 2 * (1.5**2 + 1.5**2) = 9
    # b: 3/2 * sum of (y - 1/3)**2 = 3/2 * 2/3 = 1, so the variance is (9 + 1) / 9**2.
    means = means_of([0, 1, 0, 0, 1], w=[3, 3, 1, 1, 1], strata=[0, 0, 1, 1, 1])
    assert means.value == pytest.approx(4 / 9)
    assert means.variance == pytest.approx(10 / 81)
    assert means.kish == pytest.approx(9**2 / (9 + 9 + 1 + 1 + 1))
    # The weighted variance of an answer is 4/9 * 5/9 * 5/4, a simple sample's mean has a fifth.
    assert means.deff == pytest.approx(10 / 81 / (4 / 9 * 5 / 9 * 5 / 4 / 5))
    assert means.n_eff * means.deff == pytest.approx(5)
    assert means.df == pytest.approx(9**2 / (9 + 9 + 1 + 1 + 1) - 2, abs=0.005)


def test_two_clusters_worked_by_hand():
    # Totals of y - 1/2: cluster a (1, 1, 0) 1/2, cluster b (0, 1, 0) -1/2, around 0:
    # 2/1 * (1/4 + 1/4) = 1, over 6**2.
    means = means_of([1, 1, 0, 0, 1, 0], clusters=[0, 0, 0, 1, 1, 1])
    assert means.variance == pytest.approx(1 / 36)
    assert (means.psus, means.df) == (2, 1)


def test_units_outside_the_domain_count_as_zeros_of_their_stratum():
    # Of six respondents two are in the domain, with 0 and 1: residuals -1/2, 1/2 and four
    # zeros, linearised 6/5 * 1/2 / 2**2 = 0.15. Without one of the two, 1 + 2/2 / 5 - 6/5 / 2 of
    # the weight remains, 0.6, and 0.15 / 0.6 is what the two alone would give, 2/1 * 1/2 / 4.
    sums = sums_of([0, 1, 0, 0, 0, 0], domain=[0, 0, -1, -1, -1, -1])
    assert error_of(sums, 0) ** 2 == pytest.approx(0.15)
    assert domain_means(sums).variance == pytest.approx(0.25)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=20), st.integers(0, 30))
def test_a_group_of_a_simple_sample_has_the_textbook_variance(answers, others):
    y = np.array(answers + [2] * others) / 4
    inside = np.arange(len(y)) < len(answers)
    found = means_of(y, domain=np.where(inside, 0, -1))
    textbook = np.var(y[inside], ddof=1) / len(answers)
    assert found.variance == pytest.approx(textbook, abs=1e-12)
    if textbook > 0:
        assert found.deff == pytest.approx(1)
        assert found.n_eff == pytest.approx(len(answers))


def test_unequal_weights_worked_by_hand():
    # Weights 3, 1, 1 of 1, 0, 0: mean 3/5, residual totals 6/5, -3/5, -3/5. Without the first 1 +
    # 1/2 - 3/2 * 3/5 = 3/5 of the weight remain, without another 1 + 1/2 - 3/2 / 5 = 6/5.
    # 3/2 * (36/25 / (3/5) + 2 * 9/25 / (6/5)) / 5**2 = 3/2 * 3 / 25.
    means = means_of([1, 0, 0], w=[3, 1, 1])
    assert means.variance == pytest.approx(0.18)
    assert means.kish_units == pytest.approx(25 / 11)
    assert means.df == pytest.approx(25 / 11 - 1, abs=0.005)


def test_of_clusters_it_is_the_bias_reduced_variance_of_a_regression(districts):
    # CR2 of Bell and McCaffrey, by its matrices, of a regression on a constant alone: residuals of
    # a cluster times (I - H)**(-1/2), where H has 1 / n everywhere.
    y, cluster = districts["api00"].to_numpy() / LONGEST, districts["dnum"].to_numpy()
    n, e = len(y), y - y.mean()
    total = 0.0
    for c in np.unique(cluster):
        size = (cluster == c).sum()
        values, vectors = np.linalg.eigh(np.eye(size) - np.full((size, size), 1 / n))
        total += (np.ones(size) @ vectors / np.sqrt(values) @ vectors.T @ e[cluster == c]) ** 2
    found = means_of(y, clusters=cluster)
    assert found.variance == pytest.approx(total / n**2)


def test_a_stratum_of_one_unit_is_centred_at_the_overall_mean_and_marked():
    # Mean 1/2; stratum a (0, 1): 2/1 * 1/2 = 1; stratum b (1/2 with weight 2): (2 * 0)**2 = 0;
    # stratum b with 1 instead: mean 3/4, a: 1, b: (2 * 1/4)**2 = 1/4, over 4**2.
    level = means_of([0, 1, 0.5], w=[1, 1, 2], strata=[0, 0, 1])
    high = means_of([0, 1, 1], w=[1, 1, 2], strata=[0, 0, 1])
    assert level.variance == pytest.approx(1 / 16)
    assert high.variance == pytest.approx(1.25 / 16)
    assert bool(high.lonely[0])


def test_a_domain_without_answers_has_no_mean():
    sums = sums_of([0.0, 1.0])
    nobody = {name: 0 * getattr(sums, name) for name in ("n", "w", "wy", "wyy", "ww")}
    means = domain_means(replace(sums, **nobody))
    assert np.isnan(means.value).all()
    assert np.isnan(means.variance).all()
    assert (means.n.item(), means.df.item()) == (0, 1)


def test_answers_that_agree_have_a_variance_of_exactly_zero():
    rng = np.random.default_rng(1)
    means = means_of(np.full(500, 0.7), w=rng.uniform(0.3, 2, 500), strata=rng.integers(0, 3, 500))
    assert means.variance[0] == 0
    assert np.isnan(means.std_error[0])
    assert np.isnan(means.deff[0])
    assert means.n_eff[0] == means.kish_units[0] < 500  # the weights still cost answers


def test_the_design_effect_of_a_simple_sample_is_one():
    means = means_of([0.0, 0.5, 1.0, 1.0, 0.25])
    assert (means.deff, means.n_eff) == (pytest.approx(1), pytest.approx(5))


def test_equal_answers_of_a_cluster_are_worth_one():
    # Six clusters of five who agree: the design effect is near the size of a cluster,
    # m (1 - 1 / n) / (1 - 1 / k), and the effective n near the number of clusters.
    y = np.repeat([0, 1, 1, 0, 1, 0], 5)
    means = means_of(y, clusters=np.repeat(np.arange(6), 5))
    assert means.kish == pytest.approx(30)
    assert means.deff == pytest.approx(5 * (1 - 1 / 30) / (1 - 1 / 6))


def test_the_design_effect_of_a_cluster_sample_is_that_of_r_survey(districts):
    # svymean(~api00, dclus1, deff = TRUE) prints 9.2531, linearised.
    sums = sums_of(districts["api00"] / LONGEST, w=districts["pw"], clusters=districts["dnum"])
    found = domain_means(sums)
    linearised = found.deff * error_of(sums, 0) ** 2 / found.variance
    assert linearised == pytest.approx(9.2531, abs=5e-5)
    assert found.n_eff * found.deff == pytest.approx(183)


def test_means_of_a_cluster_sample_are_those_of_r_survey(districts):
    # svymean(~api00+api99+stype, dclus1), example "Summary statistics" of survey's site.
    printed = {
        "api00": (644.169399, 23.5422, 26.3294),
        "api99": (606.978142, 24.2250, 26.9985),
        "E": (0.786885, 0.0463, 0.0514),
        "H": (0.076503, 0.0268, 0.0278),
        "M": (0.136612, 0.0296, 0.0332),
    }
    drawn = np.sqrt(1 - 15 / 757)
    for name, (mean, std_error, jackknife) in printed.items():
        is_index = name.startswith("api")
        y = districts[name] / LONGEST if is_index else (districts["stype"] == name)
        scale = LONGEST if is_index else 1
        sums = sums_of(y.cast(pl.Float64), w=districts["pw"], clusters=districts["dnum"])
        found = domain_means(sums)
        assert scale * found.value == pytest.approx(mean, rel=1e-6, abs=1e-6)
        digits = 5e-5 if not is_index else 1e-4
        assert scale * drawn * error_of(sums, 0) == pytest.approx(std_error, abs=digits)
        assert found.psus == 15
        # svymean(~api00+api99+stype, rclus1), the jackknife of the same page; it takes deviations
        # from the mean of the replicates, not from the estimate.
        assert scale * drawn * error_of(sums, 1) == pytest.approx(jackknife, rel=3e-3)
        assert error_of(sums, 0) < found.std_error < error_of(sums, 1)


@pytest.mark.parametrize(
    ("stype", "sch_wide", "mean", "std_error"),
    [
        ("E", "No", 596.3333, 43.49010),
        ("E", "Yes", 653.6439, 20.31720),
        ("H", "No", 659.3333, 27.00275),
        ("H", "Yes", 607.4545, 43.70468),
        ("M", "No", 606.3750, 41.11686),
    ],
)
def test_domains_of_a_cluster_sample_are_those_of_r_survey(
    districts, stype, sch_wide, mean, std_error
):
    # svyby(~api99+api00, ~stype+sch.wide, dclus1, svymean), example "Domain estimators".
    inside = (districts["stype"] == stype) & (districts["sch_wide"] == sch_wide)
    sums = sums_of(
        districts["api00"] / LONGEST,
        w=districts["pw"],
        clusters=districts["dnum"],
        domain=np.where(inside, 0, -1),
    )
    drawn = np.sqrt(1 - 15 / 757)
    assert LONGEST * domain_means(sums).value == pytest.approx(mean, abs=5e-5)
    assert LONGEST * drawn * error_of(sums, 0) == pytest.approx(std_error, abs=1e-4)


def test_domains_of_a_stratified_sample_are_those_of_r_survey():
    # Vignette "Estimates in subpopulations" of survey: data(fpc), svyby(~x, ~I(x > 4), dfpc).
    x = np.array([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2])
    for domain, mean, std_error in ((x <= 4, 3.314286, 0.3117042), (x > 4, 6.195, 0.7555129)):
        sums = sums_of(
            x / 10,
            w=[3, 3, 3, 3, 3, 4, 4, 4],
            strata=[1, 1, 1, 1, 1, 2, 2, 2],
            domain=np.where(domain, 0, -1),
        )
        assert 10 * domain_means(sums).value == pytest.approx(mean, abs=1e-6)
        assert 10 * error_of(sums, 0) == pytest.approx(std_error, abs=1e-6)


def test_the_mean_of_a_stratified_sample_is_that_of_r_survey():
    # svymean(~api00, dstrat): 662.29, 9.4089. The finite population correction differs by
    # stratum, so each stratum's share of our variance is worked out and corrected.
    schools = pl.read_csv(REFERENCE / "apistrat.csv")
    y, w = schools["api00"].to_numpy() / LONGEST, schools["pw"].to_numpy()
    found = means_of(y, w=w, strata=schools["stype"])
    assert LONGEST * found.value[0] == pytest.approx(662.29, abs=5e-3)
    shares = (
        schools.with_columns(residual=w * (y - found.value[0]) / w.sum())
        .group_by("stype")
        .agg(
            variance=pl.len() * pl.col("residual").var(),
            kept=1 - pl.len() / pl.col("fpc").first(),
        )
    )
    assert found.variance[0] == pytest.approx(shares["variance"].sum())
    corrected = (shares["variance"] * shares["kept"]).sum()
    assert LONGEST * np.sqrt(corrected) == pytest.approx(9.4089, abs=5e-5)


samples = st.lists(
    st.tuples(
        st.integers(0, 4),  # answer
        st.floats(0.1, 10, allow_nan=False),  # weight
        st.integers(0, 2),  # stratum
        st.integers(0, 3),  # cluster in it
        st.integers(-1, 1),  # domain
    ),
    min_size=2,
    max_size=40,
).filter(lambda rows: {row[4] for row in rows} - {-1} == {0, 1})


def _of(rows, scale=1.0, clusters=True) -> DomainMeans:
    y, w, h, c, d = (np.array(column) for column in zip(*rows, strict=True))
    units = h * 10 + c if clusters else None
    return means_of(y / 4, w=w * scale, strata=h, clusters=units, domain=d)


@given(samples)
def test_leaving_out_unit_after_unit_gives_the_jackknife(rows):
    y, w, h, c, d = (np.array(column) for column in zip(*rows, strict=True))
    y, inside, units = y / 4, d == 0, h * 10 + c
    alone = [len(set(units[h == stratum])) == 1 for stratum in set(h)]
    if any(alone) or len(set(units[inside])) < 2:
        return
    sums = sums_of(y, w=w, strata=h, clusters=units, domain=np.where(inside, 0, -1))
    assert error_of(sums, 1) == pytest.approx(jackknifed(y, w, h, units, inside), abs=1e-9)
    errors = [error_of(sums, power) for power in (0, 0.5)]
    assert errors[1] == pytest.approx(np.sqrt(domain_means(sums).variance.item()), abs=1e-7)


@given(samples, st.floats(1e-3, 1e3))
def test_rescaling_the_weights_changes_nothing(rows, scale):
    before, after = _of(rows), _of(rows, scale)
    assert after.value == pytest.approx(before.value)
    assert after.variance == pytest.approx(before.variance, abs=1e-15)
    assert after.kish == pytest.approx(before.kish)


@given(samples)
def test_kish_lies_between_one_and_n(rows):
    means = _of(rows)
    assert (means.kish <= means.n * (1 + 1e-12)).all()
    assert (means.kish >= 1 - 1e-12).all()


@given(samples)
def test_there_are_no_more_effective_units_than_units_nor_than_effective_answers(rows):
    means = _of(rows)
    assert (means.kish_units <= means.psus * (1 + 1e-12)).all()
    assert (means.kish_units <= means.kish * (1 + 1e-12)).all()
    assert (means.df >= 1).all()


@given(samples)
def test_two_copies_of_every_respondent_as_one_cluster_change_no_variance(rows):
    # The second copy adds no information: it lies in the same unit.
    y, w, h, _, d = (np.array(column) for column in zip(*rows, strict=True))
    unit = np.arange(len(rows))
    once = means_of(y / 4, w=w, strata=h, clusters=unit, domain=d)
    twice = means_of(
        np.tile(y / 4, 2),
        w=np.tile(w, 2),
        strata=np.tile(h, 2),
        clusters=np.tile(unit, 2),
        domain=np.tile(d, 2),
    )
    assert twice.variance == pytest.approx(once.variance, abs=1e-15)
    assert twice.df == pytest.approx(once.df)


@given(st.lists(st.integers(0, 4), min_size=2, max_size=30), st.integers(2, 5))
def test_a_stratum_repeated_under_other_names_divides_the_variance(answers, copies):
    # k independent strata with the same answers: the mean is the same, the variance 1/k.
    one = means_of(np.array(answers) / 4)
    y = np.tile(np.array(answers) / 4, copies)
    many = means_of(y, strata=np.repeat(np.arange(copies), len(answers)))
    assert many.variance == pytest.approx(one.variance / copies, abs=1e-15)


def test_the_interval_of_a_clustered_mean_holds_its_truth_as_often_as_it_says():
    # 20,000 samples, each a domain, of 2 strata with 6 clusters of 5 answers; the clusters
    # differ more than the answers in them.
    rng = np.random.default_rng(20260101)
    shape = (20_000, 2, 6, 5)
    y = 0.5 + rng.normal(0, 0.10, (*shape[:3], 1)) + rng.normal(0, 0.05, shape)
    units = y.sum(axis=3).reshape(-1, 1)
    sums = UnitSums(
        part_starts=np.arange(0, len(units), 6),
        part_group=np.repeat(np.arange(shape[0]), 2),
        design_psus=np.full(shape[0] * 2, 6.0),
        n=np.full(units.shape, 5.0),
        w=np.full(units.shape, 5.0),
        wy=units,
        wyy=(y**2).sum(axis=3).reshape(-1, 1),
        ww=np.full(units.shape, 5.0),
    )
    means = domain_means(sums)
    held = abs(means.value - 0.5) <= 2.2281389 * means.std_error  # t with 10 df
    assert held.mean() == pytest.approx(0.95, abs=0.005)


def test_a_nan_among_the_sums_is_refused():
    with pytest.raises(ContractError, match=r"NaN or infinity in 'wy'"):
        sums_of([0.5, np.nan])


def test_more_units_than_the_design_has_are_refused():
    sums = sums_of([0.0, 1.0])
    with pytest.raises(ContractError, match="no more sampling units in a group"):
        replace(sums, design_psus=np.array([1.0]))
