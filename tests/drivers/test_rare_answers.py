"""Where few or none are dissatisfied, what can be said is said, and what cannot is refused."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.contract.drivers import STEP
from pipelines.core import store
from pipelines.drivers.analysis import MIN_DIFFERING_UNITS, analyse
from pipelines.drivers.sample import ModelSample, ModelTerms
from pipelines.drivers.tables import _table
from pipelines.outcomes.sheets import Sheets, targets_of
from tests.outcomes.answer_sheets import made_up

TERMS = ModelTerms(level=0.95, replicates=300, segment_replicates=100, min_n=200, flag_n=30, seed=3)


def answered(dissatisfied: int, n: int = 400) -> Sheets:
    """Sheets whose outcome is 3 to 5 of 5, but for so many who answered 1."""
    made = made_up(n)
    steps = np.digitize(made.target[:, 0], np.quantile(made.target[:, 0], [0.3, 0.7]))
    answer = 3.0 + steps
    answer[np.random.default_rng(5).permutation(n)[:dissatisfied]] = 1.0
    return replace(made, target=targets_of(answer, 1, 5))


def published(sheets: Sheets) -> dict[str, pl.DataFrame]:
    """The tables of a wave as the runner would write them."""
    found = analyse(sheets, TERMS)
    made = {
        table.name: _table(getattr(found, table.name), sheets, table.name, TERMS, "hash")
        for table in STEP.writes
    }
    return {table.name: store.prepare(made[table.name], table, table.name) for table in STEP.writes}


@pytest.mark.parametrize("few", [0, 1, 2, 8, MIN_DIFFERING_UNITS - 1])
def test_few_dissatisfied_cost_their_own_model_and_no_other(few):
    tables = published(answered(few))
    models = tables["driver_models"].filter(segment="all", policy="use_rating")
    said = dict(models.select("target", "status").rows())
    assert said == {"mean": "fitted", "top_box": "fitted", "bottom_box": "refused"}
    (reason,) = models.filter(target="bottom_box")["reason"]
    assert reason == f"few_differ?n={few}&least={MIN_DIFFERING_UNITS}"
    assert set(tables["drivers"]["target"]) == {"mean", "top_box"}
    assert tables["priorities"].height == 3


def test_enough_dissatisfied_have_their_model():
    models = published(answered(MIN_DIFFERING_UNITS))["driver_models"]
    assert models.filter(target="bottom_box")["status"].to_list() == ["fitted"]


def test_an_outcome_in_which_hardly_anybody_differs_is_refused_under_every_policy():
    sheets = answered(0)
    same = replace(sheets, target=targets_of(np.full(sheets.n, 4.0), 1, 5))
    tables = published(same)
    assert set(tables["driver_models"]["status"]) == {"refused"}
    assert tables["driver_models"].filter(target="mean").height == 4
    assert tables["drivers"].is_empty()
    assert tables["priorities"].is_empty()


def test_a_group_in_which_hardly_anybody_differs_has_no_model():
    sheets = answered(0, n=800)
    here = (sheets.segments["side"] == "left").to_numpy()
    answer = np.where(here, 4.0, 1 + 4 * sheets.target[:, 0] / 100)
    models = published(replace(sheets, target=targets_of(answer, 1, 5)))["driver_models"]
    status = dict(models.filter(segment="side").select("group", "reason").rows())
    assert status == {"left": f"few_differ?n=0&least={MIN_DIFFERING_UNITS}", "right": None}


def test_customers_of_one_cluster_count_once():
    sheets = answered(40)
    rare = sheets.target[:, 2] > 0
    clustered = replace(sheets, cluster=np.where(rare, 0, 1 + np.arange(sheets.n)))
    sample = ModelSample.of(clustered, TERMS)
    every = np.ones(sheets.n, bool)
    assert sample.differing("bottom_box", every) == 1
    assert ModelSample.of(sheets, TERMS).differing("bottom_box", every) == 40


def test_answers_that_all_differ_are_many_that_differ():
    sheets = made_up(50)
    assert np.unique(sheets.target[:, 0]).size == 50
    assert ModelSample.of(sheets, TERMS).differing("mean", np.ones(50, bool)) == 49
