"""What a result tells beside the shares: intervals of R2, policies, dominance."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.importance import relative_importance
from tests.importance.questionnaires import RNG, column, punched, survey

REFERENCE = Path(__file__).parents[1] / "reference"


def test_r2_has_an_interval_that_holds_it_where_there_are_replicates():
    frame = survey()
    assert relative_importance(frame, "y", list("abcd")).r2_low is None
    for method in ("lmg", "last"):
        found = relative_importance(
            frame, "y", list("abcd"), method=method, replicates=300, rng=RNG(0)
        )
        assert found.r2_low < found.r2 < found.r2_high
        assert found.r2_high - found.r2_low == pytest.approx(4 * 0.03, rel=0.5)  # 1 / sqrt(400)


def test_sampled_orders_tell_their_monte_carlo_error():
    frame = survey()
    exact = column(relative_importance(frame, "y", list("abcd")), "importance")
    assert "monte_carlo_error" not in relative_importance(frame, "y", list("abcd")).table.columns
    gaps = []
    for seed in range(40):
        found = relative_importance(frame, "y", list("abcd"), orders=40, rng=RNG(seed))
        error = column(found, "monte_carlo_error")
        gaps += [(value - exact[name]) / error[name]
                 for name, value in column(found, "importance").items()]  # fmt: skip
    assert np.std(gaps) == pytest.approx(1.0, abs=0.25)


def test_every_policy_is_compared_without_being_asked():
    _, holed = punched(400, 0.3)
    found = relative_importance(holed, "y", list("abcd"), missing="em")
    assert found.policies["policy"].unique(maintain_order=True).to_list() == [
        "listwise", "pairwise", "em"]  # fmt: skip
    for policy in ("listwise", "pairwise", "em"):
        alone = relative_importance(holed, "y", list("abcd"), missing=policy)
        mine = found.policies.filter(policy=policy)
        assert dict(mine.select("driver", "importance_pct").rows()) == pytest.approx(
            column(alone, "importance_pct")
        )
        assert mine["n"].unique().to_list() == [alone.n]


def test_a_policy_that_refuses_says_why():
    row = pl.int_range(pl.len())
    frame = survey().with_columns(a=pl.when(row < 200).then("a"), b=pl.when(row >= 200).then("b"))
    found = relative_importance(frame, "y", ["c"], missing="listwise")
    assert found.policies.is_empty()  # nothing of these columns is missing
    apart = frame.with_columns(a=pl.when(row < 202).then(pl.col("a")))
    both = relative_importance(apart, "y", ["a", "b"], missing="em", prior_rows=5)
    reasons = dict(
        both.policies.filter(pl.col("driver").is_null()).select("policy", "reason").rows()
    )
    assert reasons["listwise"] == "0 rows; expected more than 3 rows for 3 columns"
    assert "answered together by somebody" in reasons["pairwise"]


def test_dominance_is_told_at_the_strictest_level_that_holds():
    attitude = pl.read_csv(REFERENCE / "attitude.csv")
    names = ["complaints", "privileges", "learning", "raises", "critical", "advance"]
    found = relative_importance(attitude, "rating", names).dominance
    level = {(driver, over): name for driver, over, name in found.rows()}
    # dominanceanalysis README: complaints completely dominates all others.
    assert {level["complaints", name] for name in names[1:]} == {"complete"}
    assert len(level) == 15
    assert set(level.values()) == {"complete", "general"}
    assert not {(b, a) for a, b in level} & set(level)
