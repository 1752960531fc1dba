"""Touchpoints that not everybody experienced, in frames."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipelines.core.errors import ContractError
from pipelines.importance import relative_importance
from tests.importance.questionnaires import RNG, column


def shop(n: int = 3000) -> pl.DataFrame:
    """The hotline is used by a third, who rate it; everybody rates the web."""
    rng = RNG(1)
    used = rng.random(n) < 0.3
    rating, web = 60 + 10 * rng.normal(size=n), rng.normal(size=n)
    y = np.where(used, (rating - 60) / 10 - 1, 0) + 0.5 * web + rng.normal(size=n)
    return pl.DataFrame(
        {"hotline": pl.Series(rating), "called": used, "web": web, "y": y,
         "w": rng.uniform(0.5, 2, n)}
    ).with_columns(hotline=pl.when("called").then("hotline"))  # fmt: skip


def test_a_routed_driver_is_the_group_that_one_would_make_by_hand():
    frame = shop()
    users = frame.filter("called")
    mean = float(np.average(users["hotline"], weights=users["w"]))
    by_hand = frame.with_columns(
        hotline=pl.when("called").then(pl.col("hotline") - mean).otherwise(0.0)
    )
    groups = {"the hotline": ["called", "hotline"]}
    expected = relative_importance(by_hand, "y", ["the hotline", "web"], groups=groups, weights="w")
    found = relative_importance(
        frame, "y", ["hotline", "web"], routed={"hotline": "called"}, weights="w"
    )
    assert found.table["importance"].to_list() == pytest.approx(
        expected.table["importance"].to_list(), abs=1e-12
    )
    # Var y = .3 + .25 + .21 + 1 = 1.76, of which the hotline .51 and the web .25.
    assert column(found, "importance")["hotline"] == pytest.approx(0.51 / 1.76, abs=0.03)
    assert found.n == frame.height


def test_the_answer_stands_first_among_the_policies():
    found = relative_importance(shop(), "y", ["hotline", "web"], routed={"hotline": "called"})
    policies = found.policies["policy"].unique(maintain_order=True).to_list()
    assert policies == ["use_rating", "listwise", "pairwise", "em"]
    shares = found.policies.filter(driver="hotline")
    by_policy = dict(shares.select("policy", "importance_pct").rows())
    assert by_policy["use_rating"] == pytest.approx(column(found, "importance_pct")["hotline"])
    # Among callers the rating moves the outcome as 1, against .5 of the web.
    assert by_policy["listwise"] == pytest.approx(100 * 1 / 1.25, abs=4)
    assert found.policies.filter(policy="listwise")["n"][0] == shop()["called"].sum()


def test_a_rating_left_out_by_a_user_is_missing():
    row = pl.int_range(pl.len())
    frame = shop().with_columns(hotline=pl.when(row > 300).then("hotline"))
    lost = frame.filter("called", pl.col("hotline").is_null()).height
    routed = {"hotline": "called"}
    with pytest.raises(ContractError, match=rf"rows without: 'hotline: {lost}'"):
        relative_importance(frame, "y", ["hotline", "web"], routed=routed)
    whole = relative_importance(shop(), "y", ["hotline", "web"], routed=routed)
    found = relative_importance(frame, "y", ["hotline", "web"], routed=routed, missing="em")
    assert column(found, "importance") == pytest.approx(column(whole, "importance"), abs=0.01)


def test_nothing_routed_changes_nothing():
    frame = shop().filter("called")
    plain, routed = (
        relative_importance(frame, "y", ["hotline", "web"], routed=one).table for one in (None, {})
    )
    assert_frame_equal(plain, routed)


@pytest.mark.parametrize(
    ("routed", "message"),
    [
        ({"hotlin": "called"}, r"columns of the frame, got 'hotlin'; did you mean 'hotline'"),
        ({"w": "called"}, r"drivers in `routed`, got 'w'; "),
        ({"hotline": "cald"}, r"columns of the frame, got 'cald'; did you mean 'called'"),
        ({"web": "called"}, r"'web: rated by those who did not use it \d+ times'; blank"),
        ({"hotline": "w"}, r"'w: not 0 or 1 3000 times'"),
        ({"hotline": "web"}, r"each column as one of .* got 'web' twice"),
    ],
)
def test_bad_routes_are_refused_with_the_way_out(routed, message):
    with pytest.raises(ContractError, match=message):
        relative_importance(shop(), "y", ["hotline", "web"], routed=routed)
