"""Use and rating apart: a touchpoint whose use matters is no candidate for better ratings."""

import numpy as np
import polars as pl
import pytest

from pipelines.drivers.analysis import analyse
from pipelines.drivers.sample import ModelTerms
from pipelines.outcomes.sheets import Sheets

TERMS = ModelTerms(level=0.95, replicates=400, segment_replicates=100, min_n=200, flag_n=30, seed=3)
NAMES = ("web", "store", "hotline")
REACH = np.array([1.0, 0.7, 0.4])
MEAN = np.array([70.0, 68.0, 45.0])  # of the ratings: the hotline is rated worst


def hotline(slope: float, of_use: float, n: int = 1500) -> Sheets:
    """Sheets in which calling the hotline moves the outcome, and its rating by a slope."""
    rng = np.random.default_rng(5)
    used = (rng.random((n, 3)) < REACH).astype(float)
    rating = MEAN + 20 * rng.normal(size=(n, 3))
    felt = np.where(used > 0, (rating - MEAN) * (0.3, 0.25, slope), 0.0).sum(axis=1)
    outcome = 60 + felt + of_use * used[:, 2] + 12 * rng.normal(size=n)
    return Sheets(
        mode="cold",
        wave="2025",
        outcome="overall",
        drivers=NAMES,
        touchpoints=NAMES,
        left_out=(),
        target=np.column_stack([outcome, 100.0 * (outcome > 75), 100.0 * (outcome < 40)]),
        rating=np.where(used > 0, rating, np.nan),
        used=used,
        stated=np.full((n, 3), np.nan),
        weight=np.ones(n),
        cluster=np.arange(n),
        stratum=np.zeros(n, np.int64),
        segments=pl.DataFrame(),
        confounders=pl.DataFrame(),
    )


@pytest.fixture(scope="module")
def found():
    return analyse(hotline(slope=0.0, of_use=-20.0), TERMS)


def of(rows: list[dict], driver: str, **about) -> dict:
    about = {"target": "mean", "driver": driver, **about}
    (row,) = (row for row in rows if all(row.get(key) == value for key, value in about.items()))
    return row


def test_a_driver_whose_use_alone_matters_is_no_candidate_for_improvement(found):
    share = of(found.drivers, "hotline", policy="use_rating", approach="lmg")
    assert share["rank"] == 1  # the largest share, with the worst rating
    place = of(found.priorities, "hotline")
    assert place["p_improve"] < 0.02
    assert place["quadrant"] == "watch"


def test_use_and_rating_sum_to_the_share_of_the_driver(found):
    for row in found.drivers:
        if (row["policy"], row["approach"]) != ("use_rating", "lmg"):
            continue
        use = 0.0 if row["driver"] == "web" else row["use_value"]  # everybody used it
        assert row["rating_value"] + use == pytest.approx(row["value"], abs=1e-9)
        assert row["rating_low"] <= row["rating_value"] <= row["rating_high"]


def test_the_share_of_a_hotline_is_that_of_its_use_or_of_its_rating(found):
    by_use = of(found.drivers, "hotline", policy="use_rating", approach="lmg")
    assert by_use["rating_value"] < 1 < 40 < by_use["use_value"]
    rated = analyse(hotline(slope=0.6, of_use=0.0), TERMS)
    by_rating = of(rated.drivers, "hotline", policy="use_rating", approach="lmg")
    assert by_rating["use_value"] < 1 < 40 < by_rating["rating_value"]
    assert of(rated.priorities, "hotline")["p_improve"] > 0.98


def test_the_parts_of_made_up_drivers_are_those_of_their_coefficients(found):
    # Columns are independent: a column has its coefficient squared times its variance.
    variance = np.array([0.3, 0.25, 0.0]) ** 2 * REACH * 400
    use = 400 * REACH[2] * (1 - REACH[2])
    total = variance.sum() + use
    for name, part in zip(NAMES, 100 * variance / total, strict=True):
        row = of(found.drivers, name, policy="use_rating", approach="lmg")
        assert row["rating_low"] - 0.5 < part < row["rating_high"] + 0.5
    assert of(found.drivers, "hotline", policy="use_rating", approach="lmg")[
        "use_value"
    ] == pytest.approx(100 * use / total, abs=5)


def test_a_driver_with_a_falling_slope_is_not_called_important():
    found = analyse(hotline(slope=-0.6, of_use=0.0), TERMS)
    row = of(found.drivers, "hotline", policy="use_rating", approach="lmg")
    assert row["rating_value"] > 40  # the largest, and it falls
    place = of(found.priorities, "hotline")
    assert (place["quadrant"], place["p_improve"], place["p_keep"]) == ("watch", 0, 0)


def test_the_map_has_the_parts_of_ratings_and_their_equal_share(found):
    places = {row["driver"]: row for row in found.priorities}
    ratings = {
        name: of(found.drivers, name, policy="use_rating", approach="lmg")["rating_value"]
        for name in NAMES
    }
    assert {name: row["value"] for name, row in places.items()} == pytest.approx(ratings)
    for row in places.values():
        assert row["importance_border"] == pytest.approx(sum(ratings.values()) / 3)


def test_ratings_alone_have_the_whole_share(found):
    for name in NAMES:
        row = of(found.drivers, name, policy="em", approach="lmg")
        assert row["rating_value"] == pytest.approx(row["value"])
        assert "use_value" not in row
        other = of(found.drivers, name, policy="use_rating", approach="johnson")
        assert "rating_value" not in other
