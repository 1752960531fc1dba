"""Touchpoints asked in rotation, and customers in clusters: what the tables say of them."""

import numpy as np
import pytest

from pipelines.contract.driver_codes import FLAGS_OF_DRIVERS, FLAGS_OF_MODELS
from pipelines.drivers.analysis import analyse
from pipelines.drivers.sample import ModelTerms
from tests.drivers.designed_surveys import Survey

TERMS = ModelTerms(0.95, 200, 100, 400, 30, 1)


def usual(rows):
    return [row for row in rows if row["policy"] == "use_rating" and row["target"] == "mean"]


def test_rotation_is_flagged_with_how_many_gave_two_answers_both():
    survey = Survey(drivers=4, asked=2)
    found = analyse(survey.sheets(1500, np.random.default_rng(0)), TERMS)
    # Of two asked of four a pair is one in six.
    for rows, flags in ((found.driver_models, FLAGS_OF_MODELS), (found.drivers, FLAGS_OF_DRIVERS)):
        told = {flag for row in usual(rows) for flag in (row["flags"] or "").split()}
        told -= {"halo", "noise"}
        assert {flag.split("?")[0] for flag in told} == {"much_blank"}
        assert all(flags.fault(flag) is None for flag in told)
        assert all(14 <= int(flag.split("joint=")[1]) <= 19 for flag in told)


def test_a_survey_of_everything_is_not_flagged():
    found = analyse(Survey(drivers=3, asked=3).sheets(900, np.random.default_rng(0)), TERMS)
    assert {row["flags"] for row in usual(found.driver_models)} == {None}


def test_clusters_lower_the_effective_number_of_answers():
    sheets = Survey(drivers=3, asked=3, clustered=True).sheets(4000, np.random.default_rng(0))
    (row,) = [one for one in usual(analyse(sheets, TERMS).driver_models) if one["group"] == "all"]
    # Five of a cluster share .2 of the variance: a design effect of 1 + 4 x .2.
    assert row["n_eff"] == pytest.approx(4000 / 1.8, rel=0.1)
