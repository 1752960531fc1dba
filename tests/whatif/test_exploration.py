"""Which models there are, what supports their moves, and how fillings are pooled."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.contract.whatif import MOVES_TABLE, OUTCOME_MODELS
from pipelines.core import store
from pipelines.decisions.surfaces import Asked, Surface
from pipelines.statistics.intervals import normal_quantile, t_quantile
from pipelines.whatif.along import MovingAlong
from pipelines.whatif.exploration import explore
from pipelines.whatif.moves import MOVE_NAMES
from pipelines.whatif.pooling import pool
from pipelines.whatif.response import Response
from pipelines.whatif.tables import tables_of
from pipelines.whatif.terms import WhatifSample, WhatifTerms
from tests.whatif.surveys import WhatifSurvey

TERMS = WhatifTerms(seed=1, level=0.95, flag_n=30, draws=100, segment_draws=60, imputations=3,
                    min_n=300, min_shown=10)  # fmt: skip


def sample_of(survey, sheets, **changes):
    return WhatifSample.of(sheets, survey.scales, replace(TERMS, **changes))


@pytest.fixture(scope="module")
def survey():
    return WhatifSurvey(drivers=3)


@pytest.fixture(scope="module")
def sheets(survey):
    return survey.sheets(700, np.random.default_rng(1), groups=2)


@pytest.fixture(scope="module")
def tables(survey, sheets):
    return tables_of(sample_of(survey, sheets), "0")


def test_tables_are_as_declared(tables):
    for table in (OUTCOME_MODELS, MOVES_TABLE):
        store.prepare(tables[table.name], table, "test")


def test_groups_have_models_of_their_own_without_triples(tables):
    models, moves = tables["outcome_models"], tables["moves"]
    groups = models.filter(pl.col("segment") == "side", pl.col("target") == "mean")
    assert groups["group"].to_list() == ["0", "1"]
    assert groups["weight_share"].sum() == pytest.approx(1.0)
    of_group = moves.filter(pl.col("group") == "1")
    assert of_group["triples"].null_count() == of_group.height
    surface = Surface.of(models.filter(pl.col("group") == "1"), of_group)
    asked = [Asked(driver, "lift_good", 1.0) for driver in surface.drivers]
    assert surface.evaluate(asked)["mean"].floor > 0
    assert len(surface.evaluate(asked)["mean"].draws) == TERMS.segment_draws


def test_small_groups_few_clusters_and_few_who_differ_are_refused(survey, sheets):
    def reasons(sheets, **changes):
        return [one.reason for one in explore(sample_of(survey, sheets, **changes))]

    assert reasons(sheets, min_n=400) == [None, "few_answers?least=400", "few_answers?least=400"]
    cluster = np.arange(700) % 16
    few = replace(sheets, cluster=cluster, stratum=cluster // 2)
    assert reasons(few)[0] == "few_units?n=8&columns=8"
    alike = np.tile([70.0, 0.0, 0.0], (700, 1))
    alike[:5, 0] = 20.0
    assert reasons(replace(sheets, target=alike))[0] == "few_differ?n=5&least=15"


def test_a_target_in_which_few_differ_is_refused_and_the_others_told(survey, sheets):
    target = sheets.target.copy()
    target[:, 0] = np.maximum(target[:, 0], 70.0)
    target[:4, 0] = 30.0
    found = tables_of(sample_of(survey, replace(sheets, target=target)), "0")
    models = found["outcome_models"].filter(pl.col("segment") == "all")
    refused = models.filter(pl.col("status") == "refused")
    assert refused.select("target", "reason").rows() == [("bottom_box", "few_differ?n=4&least=15")]
    assert "nps" not in found["moves"]["target"]
    assert {"mean", "top_box"} == set(found["moves"]["target"])


def test_moves_without_support_say_why(survey, sheets):
    rating = sheets.rating.copy()
    rating[:, 0] = np.minimum(rating[:, 0], 75.0)  # nobody shows the best point
    found = tables_of(sample_of(survey, replace(sheets, rating=rating)), "0")["moves"]
    of = found.filter(pl.col("segment") == "all", pl.col("target") == "mean").rows_by_key(
        ["driver", "move"], named=True, unique=True
    )
    best = of["d00", "lift_best"]
    assert best["reason"] == "few_shown?n=0&least=30"
    assert best["value"] is best["draws"] is None
    assert best["naive"] is not None
    assert of["d00", "widen"]["reason"].startswith("few_concerned?n=0")
    good = of["d00", "lift_good"]
    assert good["n_concerned"] == (rating[:, 0] < 75).sum()
    assert good["n_shown"] == (rating[:, 0] >= 75).sum()
    assert good["lift"] == pytest.approx((75 - rating[rating[:, 0] < 75, 0]).mean(), abs=1e-6)


def test_support_ends_where_nobody_like_those_concerned_shows_the_goal(survey, sheets):
    # Who is well off in the rest rates the first touchpoint well, who is badly off badly.
    rest = np.nansum(sheets.rating[:, 1:] - 50, axis=1)
    rating = sheets.rating.copy()
    rating[:, 0] = np.where(rest > np.median(rest), 75.0, 25.0)
    made = replace(sheets, rating=rating)
    found = tables_of(sample_of(survey, made, min_shown=20), "0")["moves"]
    lift = found.filter(pl.col("segment") == "all", pl.col("driver") == "d00",
                        pl.col("move") == "lift_good", pl.col("target") == "mean")  # fmt: skip
    assert 0 < lift["max_share"][0] < 0.7
    assert lift["flags"][0].split()[1].startswith("partly_supported")


def test_draws_of_few_fillings_have_the_total_variance_of_rubin():
    rng = np.random.default_rng(1)
    none = MovingAlong(np.zeros((1, 1)), np.zeros((1, 1)), np.ones((1, 1)))
    moves = len(MOVE_NAMES)
    points = np.array([-1.0, 0.0, 1.0, 2.0, 3.0])

    def response(point):
        effects = np.full((2, moves, 1), point)
        draws = point + rng.normal(size=(20_000, 2, moves, 1))
        zero = np.zeros((2, 1, moves, moves))
        return Response(effects, draws, zero, np.zeros((1, 0)), effects[0], np.zeros(moves),
                        np.zeros(moves), none)  # fmt: skip

    pooled = pool([response(point) for point in points], 10**6, 1, 10**6, 0.95)
    total = 1 + (1 + 1 / 5) * points.var(ddof=1)
    df = 4 * (total / (total - 1)) ** 2
    wide = t_quantile(np.array([df]), 0.95)[0] / normal_quantile(0.95)
    assert pooled.effects[0, 0, 0] == 1.0
    assert pooled.draws[:, 0, 0, 0].std() / wide == pytest.approx(np.sqrt(total), rel=0.01)


def test_a_rating_that_only_repeats_the_others_has_a_low_floor_and_a_high_ceiling():
    survey = WhatifSurvey(drivers=3, routed=1.0)
    sheets = survey.sheets(4_000, np.random.default_rng(9))
    rng = np.random.default_rng(10)
    # a fourth touchpoint echoes the first and has no slope of its own
    echo = np.clip(sheets.rating[:, 0] + 25.0 * rng.integers(-1, 2, 4_000), 0, 100)
    rating = np.column_stack([sheets.rating, echo])
    names = (*sheets.drivers, "d99")
    made = replace(sheets, rating=rating, used=np.ones(rating.shape), drivers=names,
                   touchpoints=names, stated=np.full(rating.shape, np.nan))  # fmt: skip
    scales = replace(survey.scales, drivers=(5, 5, 5, 5))
    moves = tables_of(WhatifSample.of(made, scales, TERMS), "0")["moves"]
    row = moves.filter(pl.col("driver") == "d99", pl.col("move") == "lift_best",
                       pl.col("target") == "mean").row(0, named=True)  # fmt: skip
    assert row["low"] < 0 < row["high"]
    assert row["halo"] > 0.9
    assert "mostly_shared" in row["flags"].split()
    assert row["ceiling_low"] > row["high"]
    assert row["naive"] == pytest.approx(row["ceiling"], rel=0.25)
