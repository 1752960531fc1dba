"""Daily figures are plausible, and what is told about them can be found in them."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.contract.canonical import TOUCHPOINT_METRICS
from pipelines.core.errors import ContractError
from pipelines.simulate.metrics import (
    METRICS,
    METRICS_TRUTH,
    NOISE_PERSISTENCE,
    OUTAGE,
    PRESS,
    WEEKS,
    daily_metrics,
)
from pipelines.simulate.model import FIRST_DAY, LAST_DAY, N_RATED, TOUCHPOINT_NAMES

SEEDS = 60
BEFORE = (date(2022, 1, 1), date(2022, 1, 14))  # an outage that no day of the window feels
DAYS = pl.date_range(FIRST_DAY, LAST_DAY, eager=True).alias("date")
KEY = ["date", "touchpoint_id", "metric"]


def days(first: date, number: int) -> pl.Series:
    return pl.date_range(first, first + timedelta(days=number - 1), eager=True)


@pytest.fixture(scope="module")
def daily() -> pl.DataFrame:
    return daily_metrics(DAYS, np.random.default_rng(20260101))


@pytest.fixture(scope="module")
def many() -> pl.DataFrame:
    """The whole window under many seeds."""
    return pl.concat(
        daily_metrics(DAYS, np.random.default_rng(seed)).with_columns(seed=seed)
        for seed in range(SEEDS)
    )


def figure(rows: pl.DataFrame, touchpoint: str, metric: str) -> pl.DataFrame:
    return rows.filter(pl.col("touchpoint_id") == touchpoint, pl.col("metric") == metric)


def during(rows: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    return rows.filter(pl.col("date").is_between(first, last))


# Structure


def test_every_figure_has_a_value_on_every_day(daily):
    assert dict(daily.schema) == TOUCHPOINT_METRICS.schema
    assert daily.equals(daily.sort(KEY))
    assert daily.select(KEY).is_unique().all()
    counted = daily.group_by("touchpoint_id", "metric").agg(pl.col("date").n_unique())
    sparse = {("press", "tone")}  # no article, no tone
    whole = {(one.touchpoint, one.name) for one in METRICS} - sparse
    assert {row[:2] for row in counted.rows() if row[2] == len(DAYS)} == whole


def test_there_is_a_tone_on_the_days_with_articles_and_no_others(daily):
    written = figure(daily, "press", "articles").filter(pl.col("value") > 0)
    assert figure(daily, "press", "tone")["date"].equals(written["date"])
    assert 0 < written.height < len(DAYS)


def test_every_touchpoint_that_no_survey_rates_has_figures():
    assert {metric.touchpoint for metric in METRICS} == set(TOUCHPOINT_NAMES[N_RATED:])


def test_counts_are_whole_and_parts_are_no_more_than_what_they_are_part_of(daily):
    wide = daily.pivot("metric", index=["date", "touchpoint_id"], values="value")
    for metric in METRICS:
        its = wide.filter(pl.col("touchpoint_id") == metric.touchpoint)[metric.name]
        if metric.kind in ("count", "part"):
            assert (its == its.round()).all(), metric.name
        if metric.kind == "part":
            base = wide.filter(pl.col("touchpoint_id") == metric.touchpoint)[metric.base]
            assert (its <= base).all(), metric.name
        assert (its.drop_nulls() == its.drop_nulls().round(metric.decimals)).all()


@given(st.integers(0, 2**32), st.integers(0, 1000), st.integers(1, 90))
def test_values_are_plausible_whatever_the_seed_and_the_days(seed, start, number):
    listed = days(FIRST_DAY + timedelta(days=start), number)
    found = daily_metrics(listed, np.random.default_rng(seed))
    plausible = pl.DataFrame(
        [(one.touchpoint, one.name, float(one.low), float(one.high)) for one in METRICS],
        schema=["touchpoint_id", "metric", "low", "high"],
        orient="row",
    )
    both = found.join(plausible, on=["touchpoint_id", "metric"], how="left")
    assert both["value"].is_between(both["low"], both["high"]).all()
    assert both["date"].is_between(listed[0], listed[-1]).all()


def test_scores_keep_away_from_the_ends_of_their_scale(many):
    # There they would be cut off, and the effects told would not be the effects felt.
    for metric in METRICS:
        if metric.kind == "score":
            its = figure(many, metric.touchpoint, metric.name)["value"]
            assert metric.low < its.min() <= its.max() < metric.high, metric


def test_the_same_seed_gives_the_same_figures(daily):
    assert_frame_equal(daily_metrics(DAYS, np.random.default_rng(20260101)), daily)
    assert not daily_metrics(DAYS, np.random.default_rng(20260102)).equals(daily)


def test_the_truth_can_be_written_as_json():
    told = json.loads(json.dumps(METRICS_TRUTH, default=date.isoformat))
    assert [event["first"] for event in told["events"]] == ["2024-11-11", "2025-04-07"]
    assert len(told["metrics"]) == len(METRICS)


# What is told can be found


def test_the_outage_moves_sentiment_by_its_effect_on_its_days_and_nothing_else():
    with_it = daily_metrics(DAYS, np.random.default_rng(1))
    without = daily_metrics(DAYS, np.random.default_rng(1), incident_days=BEFORE)
    moved = with_it.with_columns(change=pl.col("value") - without["value"])
    changed = moved.filter(pl.col("change") != 0)
    told = {(effect.touchpoint, effect.metric) for effect in OUTAGE.effects}
    assert set(changed.select("touchpoint_id", "metric").rows()) == told
    for touchpoint, effect in (("social_comments", -0.30), ("own_social", -0.20)):
        its = figure(changed, touchpoint, "sentiment")
        assert its["date"].equals(days(date(2024, 11, 11), 14), check_names=False)
        assert its["change"].to_list() == pytest.approx([effect] * 14, abs=0.0011)  # 3 decimals


@pytest.mark.parametrize("effect", OUTAGE.effects, ids=lambda e: f"{e.touchpoint} {e.metric}")
def test_the_effects_of_the_outage_are_recovered_from_other_draws(many, effect):
    # The same days with other draws and without the outage: what differs is the effect.
    span = days(OUTAGE.first, 14)
    calm = pl.concat(
        daily_metrics(span, np.random.default_rng([7, seed]), incident_days=BEFORE).with_columns(
            seed=seed
        )
        for seed in range(SEEDS)
    )
    hit = during(many, OUTAGE.first, OUTAGE.last)
    means = [
        figure(rows, effect.touchpoint, effect.metric).group_by("seed").agg(pl.col("value").mean())
        for rows in (hit, calm)
    ]
    value, error = compared(*(mean["value"].to_numpy() for mean in means), effect.metric)
    assert error < abs(effect.change) / 10
    assert value == pytest.approx(effect.change, abs=4 * error)


SCORES = {metric.name for metric in METRICS if metric.kind == "score"}


def compared(hit: np.ndarray, calm: np.ndarray, metric: str) -> tuple[float, float]:
    """Difference of scores, or the logarithm of the ratio of counts, and its error."""
    means = np.array([hit.mean(), calm.mean()])
    errors = np.array([hit.std(ddof=1), calm.std(ddof=1)]) / SEEDS**0.5
    if metric in SCORES:
        return means[0] - means[1], float(np.hypot(*errors))
    return float(np.log(means[0] / means[1])), float(np.hypot(*(errors / means)))


@pytest.mark.parametrize("effect", PRESS.effects, ids=lambda e: f"{e.touchpoint} {e.metric}")
def test_the_effects_of_the_press_event_show_against_the_spring_before(many, effect):
    assert (PRESS.first.weekday(), PRESS.first - timedelta(weeks=52)) == (0, date(2024, 4, 8))
    (metric,) = (m for m in METRICS if (m.touchpoint, m.name) == (effect.touchpoint, effect.metric))
    means = [
        during(figure(many, effect.touchpoint, effect.metric), first, first + timedelta(days=13))
        .group_by("seed")
        .agg(pl.col("value").mean())["value"]
        .to_numpy()
        for first in (PRESS.first, date(2024, 4, 8))
    ]
    value, error = compared(*means, effect.metric)
    assert error < effect.change / 8
    # The season is a day further on than 52 weeks before: no more than 0.1 % here.
    assert value - metric.trend * 364 / 365.25 == pytest.approx(effect.change, abs=4 * error + 1e-3)


@pytest.mark.parametrize(
    ("touchpoint", "metric"), [("social_comments", "sentiment"), ("external_reviews", "stars")]
)
def test_noise_lasts_from_day_to_day_as_told(many, touchpoint, metric):
    (told,) = (m for m in METRICS if (m.touchpoint, m.name) == (touchpoint, metric))
    values = figure(many, touchpoint, metric).pivot("seed", index="date", values="value")
    noise = values.drop("date").to_numpy()
    noise = noise - np.nanmean(noise, axis=1, keepdims=True)  # of the day, over the seeds
    noise *= np.sqrt(SEEDS / (SEEDS - 1))
    assert np.nanstd(noise) == pytest.approx(told.noise, rel=0.02)
    together = np.nanmean(noise[1:] * noise[:-1]) / np.nanmean(noise**2)
    assert together == pytest.approx(NOISE_PERSISTENCE, abs=0.015)


def test_newsletters_go_out_on_tuesdays_and_fridays(many):
    sent = (
        figure(many, "newsletter", "sent")
        .group_by(pl.col("date").dt.weekday())
        .agg(pl.col("value").mean())
    )
    by_day = dict(sent.rows())
    assert np.log(by_day[2] / by_day[1]) == pytest.approx(1.5, abs=0.02)
    assert np.log(by_day[5] / by_day[7]) == pytest.approx(1.6, abs=0.02)


def test_gardens_are_looked_for_in_spring(many):
    seen = figure(many, "paid_search", "impressions").with_columns(
        pl.col("value") / np.exp(0.05 * ((pl.col("date") - FIRST_DAY).dt.total_days() / 365.25))
    )
    by_month = dict(seen.group_by(pl.col("date").dt.month()).agg(pl.col("value").mean()).rows())
    assert max(by_month, key=by_month.get) in (4, 5)
    assert min(by_month, key=by_month.get) in (10, 11)
    spread = np.log(max(by_month.values()) / min(by_month.values()))
    assert spread == pytest.approx(0.6, abs=0.03)  # twice the amplitude


def test_clicks_become_dearer_by_a_tenth_a_year(many):
    spent = many.filter(pl.col("touchpoint_id") == "paid_search").pivot(
        "metric", index=["seed", "date"], values="value"
    )
    yearly = spent.group_by(pl.col("date").dt.year()).agg(pl.col("cost", "clicks").sum())
    price = dict(yearly.select("date", pl.col("cost") / pl.col("clicks")).rows())
    for year in (2024, 2025):
        assert np.log(price[year] / price[year - 1]) == pytest.approx(0.10, abs=0.005)


def test_a_week_changes_nothing_but_the_days_in_it():
    for name, changes in WEEKS.items():
        assert len(changes) == 7
        assert sum(changes) == pytest.approx(0), name


# Errors


@pytest.mark.parametrize(
    ("listed", "got"),
    [
        (pl.Series([], dtype=pl.Date), "none"),
        (pl.Series(["2024-01-01"]), "'2024-01-01'"),
        (pl.Series([date(2024, 1, 1), date(2024, 1, 3)]), "'2024-01-03'"),
        (pl.Series([date(2024, 1, 2), date(2024, 1, 1)]), "'2024-01-01'"),
        (pl.Series([date(2024, 1, 1), date(2024, 1, 1)]), "'2024-01-01'"),
        (pl.Series([date(2024, 1, 1), None]), "'None'"),
    ],
)
def test_days_that_do_not_follow_each_other_are_refused(listed, got):
    match = rf"daily figures: expected dates, each the day after the one before, got {got};"
    with pytest.raises(ContractError, match=match):
        daily_metrics(listed, np.random.default_rng(1))
