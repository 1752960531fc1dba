"""Models of outcomes: fillings, columns, and answers put together."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pipelines.core.errors import ContractError
from pipelines.outcomes.filling import blank_share, fillings
from pipelines.outcomes.models import fit_outcome, steps_of
from pipelines.outcomes.slopes import Slopes
from pipelines.statistics.bootstrap import sampling_units
from tests.whatif.surveys import WhatifSurvey


def filled_of(survey, sheets, count=1, seed=1):
    units = sampling_units(sheets.n, None, None, 2000, np.random.default_rng(0))
    return list(fillings(sheets, survey.scales, units, count, np.random.default_rng(seed)))


def fitted(survey, sheets, filled):
    slopes = Slopes.of(sheets, survey.scales, np.ones(sheets.n, bool), 0)
    return fit_outcome(filled, sheets.target[:, 0], sheets.weight, slopes, survey.scales)


def test_slopes_are_those_of_statsmodels():
    survey = WhatifSurvey(drivers=3, points=5)
    sheets = survey.sheets(700, np.random.default_rng(1))
    (filled,) = filled_of(survey, sheets)
    fit = fitted(survey, sheets, filled)
    other = OrderedModel(fit.rows.code, fit.values, distr="logit").fit(method="bfgs", disp=False)
    np.testing.assert_allclose(fit.model.beta, other.params[: fit.model.beta.size], atol=2e-3)


def test_true_slopes_come_back_below_and_above_the_middle():
    survey = WhatifSurvey(drivers=4)
    sheets = survey.sheets(20_000, np.random.default_rng(2))
    (filled,) = filled_of(survey, sheets)
    model = fitted(survey, sheets, filled).model
    found = model.beta / model.scale
    for k in range(4):
        below, above = model.slopes.rating[k]
        assert found[below] == pytest.approx(survey.slopes[0, k], abs=0.006)
        assert found[above] == pytest.approx(survey.slopes[1, k], abs=0.006)


def test_blanks_are_filled_with_answers_that_the_scale_has_and_known_ones_kept():
    survey = WhatifSurvey(drivers=4, blank=0.2)
    sheets = survey.sheets(600, np.random.default_rng(3))
    one, other = filled_of(survey, sheets, count=2)
    assert set(np.unique(one.rating)) <= {0.0, 25.0, 50.0, 75.0, 100.0}
    seen = ~np.isnan(sheets.rating)
    np.testing.assert_array_equal(one.rating[seen], sheets.rating[seen])
    np.testing.assert_array_equal(one.used[sheets.used == 0], 0.0)
    blank = np.isnan(sheets.used)
    assert (one.rating[blank] != other.rating[blank]).mean() > 0.2
    assert blank_share(sheets) == pytest.approx(0.2, abs=0.03)


def test_without_blanks_there_is_one_filling():
    survey = WhatifSurvey(drivers=3)
    sheets = survey.sheets(400, np.random.default_rng(4))
    assert len(filled_of(survey, sheets, count=5)) == 1


def test_a_rating_that_few_give_below_the_middle_has_one_slope_and_a_constant_one_none():
    survey = WhatifSurvey(drivers=3, routed=1.0)
    sheets = survey.sheets(500, np.random.default_rng(5))
    rating = sheets.rating.copy()
    rating[:, 0] = np.where(rating[:, 0] < 50, 50.0, rating[:, 0])
    rating[:20, 0] = 25.0
    rating[:, 1] = 75.0
    slopes = Slopes.of(replace(sheets, rating=rating), survey.scales, np.ones(500, bool), 2)
    assert [len(own) for own in slopes.rating] == [1, 0, 2]
    assert slopes.use == (None, None, None)
    assert slopes.absent.size == 5


def test_confounders_are_held():
    # The confounder makes rating and outcome: held, no slope is left.
    survey = WhatifSurvey(drivers=1, routed=1.0, points=5)
    rng = np.random.default_rng(6)
    sheets = survey.sheets(4_000, rng)
    cause = rng.integers(0, 2, 4_000)
    rating, answer = (
        25.0 * np.clip(np.round(1.2 + 1.6 * cause + rng.normal(size=4_000)), 0, 4) for _ in range(2)
    )
    target = np.column_stack([answer, sheets.target[:, 1:]])
    made = replace(sheets, rating=rating[:, None], target=target,
                   confounders=pl.DataFrame({"cause": np.where(cause, "yes", "no")}))  # fmt: skip
    (filled,) = filled_of(survey, made)
    found = {}
    for held, one in ((1, filled), (0, replace(filled, held=filled.held[:, :0]))):
        slopes = Slopes.of(made, survey.scales, np.ones(4_000, bool), held)
        model = fit_outcome(one, answer, made.weight, slopes, survey.scales).model
        found[held] = np.abs(model.beta[:2] / model.scale[:2]).max()
    assert found[0] > 0.015
    assert found[1] < 0.006


def test_answers_that_hardly_anybody_gave_join_a_neighbour_of_their_box():
    answers = np.repeat([0.0, 25, 50, 75, 100], [3, 40, 5, 60, 50])
    boxes = {"top_box": np.where(answers == 100, 100.0, 0.0),
             "bottom_box": np.where(answers <= 25, 100.0, 0.0)}  # fmt: skip
    steps = steps_of(answers, {"mean": answers, **boxes})
    assert np.bincount(steps).tolist() == [43, 65, 50]
    alone = {"bottom_box": np.where(answers == 0, 100.0, 0.0)}
    assert np.bincount(steps_of(answers, alone))[0] == 3  # its target must be told


def test_answers_told_apart_without_fail_are_refused():
    survey = WhatifSurvey(drivers=1, routed=1.0, points=5)
    sheets = survey.sheets(400, np.random.default_rng(7))
    made = replace(sheets, target=np.column_stack([sheets.rating[:, 0], sheets.target[:, 1:]]))
    (filled,) = filled_of(survey, made)
    with pytest.raises(ContractError, match="do not tell apart"):
        fitted(survey, made, filled)
