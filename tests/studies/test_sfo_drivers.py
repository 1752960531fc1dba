"""Drivers of satisfaction with the airport in 2018, from the raw file and through the step."""

import narwhals as nw
import polars as pl
import pytest

from pipelines.core import study
from pipelines.core.params import PROJECT
from pipelines.drivers.sample import ModelTerms
from pipelines.drivers.tables import relate
from pipelines.importance import relative_importance

COLUMNS = {
    "artwork": "Q7ART", "restaurants": "Q7FOOD", "shops": "Q7STORE", "signs": "Q7SIGN",
    "walkways": "Q7WALKWAY", "screens": "Q7SCREENS", "info_arrivals": "Q7INFODOWN",
    "info_departures": "Q7INFOUP", "wifi": "Q7WIFI", "road_signs": "Q7ROADS",
    "parking": "Q7PARK", "airtrain": "Q7AIRTRAIN", "long_term_shuttle": "Q7LTPARKING",
    "rental_car_center": "Q7RENTAL",
}  # fmt: skip
USUAL = {"outcome": "overall", "target": "mean", "segment": "all", "policy": "use_rating"}


@pytest.fixture(scope="module")
def direct():
    """The raw file's codes: 1 to 5, 6 never used, 0 blank."""
    raw = pl.read_csv(next((PROJECT / "data/sfo/raw").glob("2018*.csv")), infer_schema=False)
    raw = raw.rename(str.strip).filter(pl.col("Q7ALL").is_in(list("12345")))
    code = {name: pl.col(column).cast(pl.Int64) for name, column in COLUMNS.items()}
    overall = pl.col("Q7ALL").cast(pl.Float64)
    frame = raw.select(
        *(pl.when(one.is_between(1, 5)).then(one).alias(name) for name, one in code.items()),
        *(pl.when(one > 0).then(one < 6).alias(f"used_{name}") for name, one in code.items()),
        weight=pl.col("WEIGHT").cast(pl.Float64),
        overall=overall,
        very=overall == 5,
        poorly=overall <= 2,
    )
    # So few never saw a sign that the step takes its use for granted.
    seen = frame.drop_nulls("signs")
    mean = (seen["signs"] * seen["weight"]).sum() / seen["weight"].sum()
    frame = frame.with_columns(
        signs=pl.when(pl.col("used_signs").not_()).then(mean).otherwise("signs")
    )
    return relative_importance(
        frame, "overall", list(COLUMNS), weights="weight", missing="em",
        routed={name: f"used_{name}" for name in COLUMNS if name != "signs"},
        auxiliary=["very", "poorly"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(mapped):
    """The step's tables of 2018, without segments."""
    tables = mapped("sfo")
    answers = nw.from_native(tables["responses"].filter(wave="2018").lazy())
    customers = nw.from_native(tables["customers"].lazy())
    outcomes = study.load("sfo").map.outcomes
    terms = ModelTerms(level=0.95, replicates=300, segment_replicates=100, min_n=10**6, flag_n=30,
                  seed=1)  # fmt: skip
    return relate(answers, customers, outcomes, (), terms, min_users=50, inputs_hash="-")


def test_the_step_finds_what_the_raw_file_tells(direct, found):
    shares = dict(found["drivers"].filter(**USUAL, approach="lmg").select("driver", "value").rows())
    expected = dict(direct.table.select("driver", "importance_pct").rows())
    assert shares == pytest.approx(expected, abs=0.02)
    (model,) = found["driver_models"].filter(**USUAL).to_dicts()
    assert model["value"] == pytest.approx(direct.r2, abs=1e-4)
    assert model["n"] == direct.n == 2625


def test_the_policy_moves_the_shuttle_from_last_to_second(found):
    ranks = found["drivers"].filter(
        driver="long_term_shuttle", outcome="overall", target="mean", approach="lmg"
    )
    by_policy = dict(ranks.select("policy", "rank").rows())
    assert (by_policy["use_rating"], by_policy["pairwise"]) == (14, 2)


def test_every_driver_has_an_ordered_logit_beside_its_linear_share(found):
    rows = found["drivers"].filter(**USUAL)
    both = rows.filter(approach="lmg").join(
        rows.filter(approach="latent"), on="driver", suffix="_latent"
    )
    assert both.height == 14
    assert (both["value"] - both["value_latent"]).abs().max() < 2  # five points are many enough
