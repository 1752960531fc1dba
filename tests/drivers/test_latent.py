"""Ordered logits in the step: the latent R2, blanks drawn, and outcomes with too many steps."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.contract.driver_codes import TARGETS
from pipelines.contract.drivers import DRIVERS
from pipelines.drivers.analysis import analyse
from pipelines.drivers.sample import ModelTerms
from pipelines.drivers.tables import _table
from pipelines.importance import relative_importance
from pipelines.importance.designs import use_and_rating
from pipelines.outcomes.sheets import Sheets, targets_of
from tests.outcomes.answer_sheets import made_up

TERMS = ModelTerms(
    level=0.95, replicates=300, segment_replicates=100, min_n=5000, flag_n=30, seed=3
)


def stepped(n: int = 900, blank: float = 0.0, seed: int = 1) -> Sheets:
    """Sheets whose outcome is told in five steps."""
    sheets = made_up(n, blank=blank, seed=seed)
    edges = np.quantile(sheets.target[:, 0], [0.06, 0.2, 0.5, 0.85])
    return replace(sheets, target=targets_of(1.0 + np.digitize(sheets.target[:, 0], edges), 1, 5))


@pytest.fixture(scope="module")
def sheets() -> Sheets:
    return stepped()


@pytest.fixture(scope="module")
def found(sheets):
    return analyse(sheets, TERMS)


def latent(found, target: str) -> list[dict]:
    return [r for r in found.drivers if r["approach"] == "latent" and r["target"] == target]


@pytest.mark.parametrize("target", TARGETS.names)
def test_the_latent_split_is_that_of_the_function(sheets, found, target):
    design = use_and_rating(sheets.rating, sheets.used, sheets.targets, sheets.weight)
    columns = {f"x{k}": design.values[:, k] for k in range(5)}
    outcome = sheets.target[:, TARGETS.names.index(target)]
    direct = relative_importance(
        pl.DataFrame(columns | {"y": outcome, "w": sheets.weight}), "y", ["t0", "t1", "t2"],
        groups={"t0": ["x0"], "t1": ["x1", "x2"], "t2": ["x3", "x4"]}, weights="w",
        outcome_model="ordered_logit", replicates=300, rng=np.random.default_rng(0),
    )  # fmt: skip
    mine = {row["driver"]: row for row in latent(found, target)}
    for row in direct.table.to_dicts():
        one = mine[row["driver"]]
        assert one["importance"] == pytest.approx(row["importance"], abs=1e-8)
        # The function fits every replicate anew, the step goes one Newton step.
        width = row["high"] - row["low"]
        assert one["high"] - one["low"] == pytest.approx(width, rel=0.2)
        assert one["low"] == pytest.approx(row["low"], abs=0.15 * width)


def test_a_latent_row_has_no_slope_in_points_and_says_what_it_is(sheets, found):
    made = _table(found.drivers, sheets, "drivers", TERMS, "hash").filter(approach="latent")
    assert made.height == 9
    assert made["slope"].is_null().all()
    methods = dict(made.select("target", "method").unique().rows())
    said = {target: DRIVERS.column("method").codes.sentence(m) for target, m in methods.items()}
    assert said["mean"].startswith("LMG of McKelvey and Zavoina's latent R² of an ordered logit;")
    assert "a binary logit, dissatisfied or not; blanks drawn once" in said["bottom_box"]


def test_an_outcome_of_many_steps_has_no_latent_split():
    found = analyse(made_up(400), TERMS)
    assert not latent(found, "mean")
    assert latent(found, "top_box")


def test_few_dissatisfied_have_no_logit_of_their_own():
    sheets = stepped()
    rare = np.flatnonzero(sheets.target[:, 2])[:20]  # 5 columns: 25 are needed
    target = sheets.target.copy()
    target[:, 2] = 0
    target[rare, 2] = 100
    found = analyse(replace(sheets, target=target), TERMS)
    assert not latent(found, "bottom_box")
    assert latent(found, "mean")


def test_blanks_at_random_leave_the_latent_shares_where_they_are():
    whole, holed = (
        {row["driver"]: row for row in latent(analyse(stepped(5000, blank), TERMS), "mean")}
        for blank in (0.0, 0.15)
    )
    for driver, row in whole.items():
        assert holed[driver]["value"] == pytest.approx(row["value"], abs=3 * row["std_error"])
