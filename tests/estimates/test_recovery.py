"""Known populations are recovered: intervals hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipelines.estimates import estimate

WAVES, PER_CLUSTER, CLUSTERS = 400, 6, 10  # clusters in each of two strata


@pytest.fixture(scope="module")
def scores() -> pl.DataFrame:
    """Estimate 400 samples of one population, each a wave of its own.

    Two strata, drawn at different rates, whose weights make up for it; clusters differ.
    """
    rng = np.random.default_rng(20260101)
    shape = (WAVES, 2, CLUSTERS, PER_CLUSTER)
    mood = rng.normal(0, 0.5, (*shape[:3], 1)) + rng.normal(0, 1, shape)
    mood += np.array([0.6, -0.4])[None, :, None, None]
    value = np.digitize(mood, CUTS).ravel() + 1.0
    wave, stratum, cluster, _ = (i.ravel() for i in np.indices(shape))
    frame = pl.DataFrame(
        {
            "wave": wave,
            "stratum": stratum,
            "cluster": cluster,
            "weight": np.where(stratum == 0, 1.0, 3.0),
            "mean": 25 * (value - 1),
            "top2": value >= 4,
            "top1": value == 5,
        }
    )
    return estimate(
        frame,
        {name: name for name in ("mean", "top2", "top1")},
        samples=["wave"],
        weights="weight",
        stratum="stratum",
        cluster="cluster",
        level=0.95,
        flag_n=30,
    )


CUTS = np.array([-1.5, -0.5, 0.3, 1.2])


def truth() -> tuple[float, float]:
    """Mean and top-2 share of the population, of which stratum 1 is three quarters."""
    rng = np.random.default_rng(7)
    noise = rng.normal(0, np.sqrt(1.25), 4_000_000)
    answers = [np.digitize(noise + shift, CUTS) + 1 for shift in (0.6, -0.4)]
    share = np.array([0.25, 0.75])
    means = [25 * (a.mean() - 1) for a in answers]
    tops = [100 * (a >= 4).mean() for a in answers]
    return float(share @ means), float(share @ tops)


def held(scores: pl.DataFrame, measure: str, value: float, *, weighted: bool) -> float:
    rows = scores.filter(measure=measure, weighted=weighted)
    return rows.select(((pl.col("low") <= value) & (value <= pl.col("high"))).mean()).item()


def test_weighted_intervals_of_a_clustered_sample_hold_the_truth(scores):
    mean, top2 = truth()
    # 400 samples: 95 % give or take 3 standard errors of 1.1 %
    assert held(scores, "mean", mean, weighted=True) == pytest.approx(0.95, abs=0.033)
    assert held(scores, "top2", top2, weighted=True) == pytest.approx(0.95, abs=0.033)


def test_without_weights_the_truth_is_missed(scores):
    mean, _ = truth()
    assert held(scores, "mean", mean, weighted=False) < 0.7


def test_standard_errors_match_the_scatter_of_the_samples(scores):
    for measure in ("mean", "top2", "top1"):
        rows = scores.filter(measure=measure, weighted=True)
        scatter, stated = rows["value"].std(), np.sqrt((rows["std_error"] ** 2).mean())
        assert stated == pytest.approx(scatter, rel=0.1)  # 400 samples: 3.5 % is one error
