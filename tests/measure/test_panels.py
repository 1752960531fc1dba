"""Customers who answer in two waves: their change is told with the covariance of their answers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipelines.contract.measure import CHANGES, FLAGS_OF_CHANGES
from pipelines.core.enforcement import require_declared
from tests.measure.small_survey import answer, measured, one

MEAN = {"measure": "mean", "scope": "touchpoint", "against": "previous"}


def panel(waves: dict[str, dict[str, float]], question: str = "signs", **columns: object):
    """Rows of waves, each of customers and what they answered."""
    return [
        answer(name, value, question, wave=wave, source_id=name, **columns)
        for wave, answers in waves.items()
        for name, value in answers.items()
    ]


def test_the_change_of_a_whole_panel_is_that_of_the_paired_t_test():
    rng = np.random.default_rng(2)
    before = rng.integers(1, 6, 30)
    now = np.clip(before + rng.integers(-1, 2, 30), 1, 5)
    waves = {"2016": before, "2017": now}
    rows = panel({w: {f"c{i}": v for i, v in enumerate(x)} for w, x in waves.items()})
    change = one(measured(rows)["changes"], **MEAN)
    paired = stats.ttest_rel(now, before)
    low, high = paired.confidence_interval()
    assert change["p_value"] == pytest.approx(paired.pvalue)
    assert (change["low"], change["high"]) == (pytest.approx(25 * low), pytest.approx(25 * high))
    assert (change["n"], change["n_against"], change["n_both"]) == (30, 30, 30)


def test_a_part_in_both_waves_worked_by_hand():
    # Answers as shares of the scale: 2016 a 0, b 1/2, c 1 (mean 1/2); 2017 b 1/2, c 1, d 1, e 1/2
    # (mean 3/4). Shared are b and c: residuals 0 and 1/2 in 2016, -1/4 and 1/4 in 2017. The
    # covariance is sqrt(3/2 * 4/3) * (1/2 * 1/4) / (3 * 4); the variances 3/2 * 1/2 / 9 and
    # 4/3 * 1/4 / 16.
    rows = panel(
        {"2016": {"a": 1, "b": 3, "c": 5}, "2017": {"b": 3, "c": 5, "d": 5, "e": 3}},
    )
    change = one(measured(rows)["changes"], **MEAN)
    variance = 1 / 12 + 1 / 48 - 2 * np.sqrt(2) / 96
    assert change["std_error"] == pytest.approx(100 * np.sqrt(variance))
    assert (change["n_both"], change["flags"]) == (2, "small unweighted_wave overlap")


def test_weights_count_in_the_covariance():
    rng = np.random.default_rng(5)
    rows = [
        answer(f"c{i}", int(value), wave=wave, source_id=f"c{i}", weight=float(weight))
        for wave in ("2016", "2017")
        for i, (value, weight) in enumerate(
            zip(rng.integers(1, 6, 20), rng.uniform(0.5, 2, 20), strict=True)
        )
    ]
    weighted, plain = (
        one(measured(rows)["changes"], **MEAN, weighted=weighted) for weighted in (True, False)
    )
    assert weighted["n_both"] == plain["n_both"] == 20
    assert weighted["std_error"] != pytest.approx(plain["std_error"])


def test_clusters_in_both_waves_are_the_units_that_go_together():
    rng = np.random.default_rng(3)
    moods = rng.integers(2, 5, 12)
    rows = [
        answer(f"{shop}-{guest}", int(np.clip(mood + rng.integers(-1, 2), 1, 5)), wave=wave,
               cluster=f"shop {shop}")
        for wave in ("2016", "2017")
        for shop, mood in enumerate(moods)
        for guest in range(5)
    ]  # fmt: skip
    change = one(measured(rows)["changes"], **MEAN)
    by_shop = pl.DataFrame(rows).group_by("wave", "cluster").agg(pl.col("value").mean())
    now, before = (
        by_shop.filter(wave=wave).sort("cluster")["value"].to_numpy() for wave in ("2017", "2016")
    )
    # Shops of one size: the mean of their means, so the paired t test of these.
    assert change["n_both"] == 12
    assert change["std_error"] == pytest.approx(25 * np.std(now - before, ddof=1) / np.sqrt(12))


def test_who_changes_the_group_is_in_both_waves_of_everybody_only():
    rows = panel({"2016": dict.fromkeys("abcd", 3) | {"e": 5}, "2017": dict.fromkeys("bcdef", 4)})
    groups = {"purpose": {"a": "work", "b": "work", "c": "work", "d": "leisure", "e": "leisure"}}
    changes = measured(rows, groups)["changes"]
    found = {
        group: one(changes, **MEAN, segment=segment, group=group)["n_both"]
        for segment, group in (("all", "all"), ("purpose", "work"), ("purpose", "leisure"))
    }
    assert found == {"all": 4, "work": 2, "leisure": 2}


def test_stages_and_every_measure_know_who_answered_both():
    before = {f"c{i}": 1 + i % 5 for i in range(40)}
    now = {f"c{i}": min(5, 2 + i % 5) for i in range(20, 60)}
    changes = measured(panel({"2016": before, "2017": now}))["changes"]
    assert set(changes["n_both"]) == {20}
    assert set(changes["scope"]) == {"touchpoint", "stage"}
    assert all("overlap" in flags for flags in changes["flags"])
    require_declared(changes, CHANGES, "changes")


def test_customers_whose_clusters_differ_are_said_to_be_taken_as_independent():
    rows = [
        answer(str(i), 1 + i % 5, wave=wave, source_id=f"c{i}", cluster=f"{wave}-{i % 7}")
        for wave in ("2016", "2017")
        for i in range(40)
    ]
    change = one(measured(rows)["changes"], **MEAN)
    assert change["n_both"] == 0
    assert change["flags"] == "unweighted_wave overlap_apart"
    assert "independent" in FLAGS_OF_CHANGES.sentence("overlap_apart")


QUESTIONS, CUSTOMERS = 150, 60


def of_many_questions(shift: float, overlap: float) -> pl.DataFrame:
    """Changes of 150 questions, each a study of its own, asked of the same 60 customers.

    Answers of one customer correlate by 0.8 between the waves; `overlap` of them are in both.
    """
    rng = np.random.default_rng(20260101)
    mood = rng.normal(0, 1, (QUESTIONS, CUSTOMERS))
    stays = np.arange(CUSTOMERS) < overlap * CUSTOMERS
    later = np.where(stays, 0.8, 0.0) * mood
    later += np.sqrt(1 - np.where(stays, 0.8, 0.0) ** 2) * rng.normal(0, 1, mood.shape) + shift
    rows = [
        answer(
            name := f"c{i}" if wave == "2016" or stays[i] else f"new{i}",
            int(np.digitize(moods[question, i], [-1.5, -0.5, 0.3, 1.2])) + 1,
            f"q{question}", wave=wave, source_id=name,
        )
        for wave, moods in (("2016", mood), ("2017", later))
        for question in range(QUESTIONS)
        for i in range(CUSTOMERS)
    ]  # fmt: skip
    changes = measured(rows)["changes"]
    return changes.filter(measure="mean", weighted=True, against="previous", segment="all")


@pytest.mark.parametrize("overlap", [0.5, 1.0])
def test_a_panel_without_change_gives_as_many_false_alarms_as_it_says(overlap):
    found = of_many_questions(0.0, overlap)
    assert found.height == QUESTIONS
    # 5 % of 150 give or take 2.6 standard errors; taken as independent: 0 and 1 of 150
    assert 0.005 < (found["p_value"] < 0.05).mean() < 0.10
    assert (found["p_value"] < 0.5).mean() == pytest.approx(0.5, abs=0.11)


def test_a_real_change_of_a_panel_is_found_as_often_as_by_the_paired_test():
    found = of_many_questions(0.2, 1.0)
    # Power of the paired t test: 60 pairs that differ by 0.2 with a deviation of 0.67 or so.
    assert (found["p_value"] < 0.05).mean() > 0.4
