"""What moves change, against straightforward computations."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from pipelines.decisions.surfaces import Surface
from pipelines.outcomes.filling import fillings
from pipelines.outcomes.models import fit_outcome
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.slopes import Slopes, parts_of
from pipelines.whatif.exploration import explore
from pipelines.whatif.moves import MOVE_NAMES, moves_of
from pipelines.whatif.response import respond
from pipelines.whatif.tables import tables_of
from pipelines.whatif.terms import WhatifSample, WhatifTerms
from tests.whatif import naive
from tests.whatif.surveys import WhatifSurvey

TERMS = WhatifTerms(
    seed=1, level=0.95, flag_n=30, draws=200, segment_draws=100, imputations=3, min_n=400,
    min_shown=10,
)  # fmt: skip


@pytest.fixture(scope="module")
def survey():
    return WhatifSurvey(drivers=4, weighted=True)


@pytest.fixture(scope="module")
def sample(survey):
    sheets = survey.sheets(900, np.random.default_rng(3))
    return WhatifSample.of(sheets, survey.scales, TERMS)


@pytest.fixture(scope="module")
def fitted(sample):
    filled = next(fillings(sample.sheets, sample.scales, sample.units, 1, sample.rng))
    slopes = Slopes.of(sample.sheets, sample.scales, np.ones(sample.sheets.n, bool), 0)
    answers, weight = sample.sheets.target[:, 0], sample.sheets.weight
    return filled, fit_outcome(filled, answers, weight, slopes, sample.scales)


@pytest.fixture(scope="module")
def response(sample, fitted):
    filled, fit = fitted
    return respond(fit, filled, sample.units, sample.counts, sample.scales.drivers, 10**6, True,
                   sample.rng)  # fmt: skip


@pytest.fixture(scope="module")
def moves(sample, fitted):
    filled, fit = fitted
    found = moves_of(filled, fit.model, fit.values @ fit.model.beta, fit.weights,
                     sample.scales.drivers)  # fmt: skip
    return {(move.driver, move.name): move for move in found}


def naive_latent(survey, fit, rating, used):
    """The model's linear predictor from ratings, written out."""
    model = fit.model
    columns = np.zeros((len(rating), model.beta.size))
    for k in range(survey.drivers):
        if model.slopes.use[k] is not None:
            columns[:, model.slopes.use[k]] = used[:, k]
        own = list(model.slopes.rating[k])
        columns[:, own] = used[:, [k]] * parts_of(rating[:, k], len(own))
    return (columns - model.centre) / model.scale @ model.beta


def test_floor_is_the_mean_change_of_predictions_person_by_person(survey, fitted, response):
    filled, fit = fitted
    at = 2 * len(MOVE_NAMES) + MOVE_NAMES.index("lift_good")
    lifted = filled.rating.copy()
    lifted[:, 2] = np.where(filled.used[:, 2] > 0, np.maximum(lifted[:, 2], 75.0), 50.0)
    before, after = (
        fit.model.expected(naive_latent(survey, fit, rating, filled.used))
        for rating in (filled.rating, lifted)
    )
    change = fit.weights @ (after - before) / fit.weights.sum()
    np.testing.assert_allclose(response.effects[0, at], change, atol=1e-9)


def test_narrowing_takes_use_and_rating_away(survey, fitted, response):
    filled, fit = fitted
    at = 3 * len(MOVE_NAMES) + MOVE_NAMES.index("narrow")
    nobody = filled.used.copy()
    nobody[:, 3] = 0
    before, after = (
        fit.model.expected(naive_latent(survey, fit, filled.rating, used))
        for used in (filled.used, nobody)
    )
    change = fit.weights @ (after - before) / fit.weights.sum()
    np.testing.assert_allclose(response.effects[0, at], change, atol=1e-9)


def test_widening_is_the_mean_over_all_ratings_that_users_give(survey, fitted, response):
    filled, fit = fitted
    at = 3 * len(MOVE_NAMES) + MOVE_NAMES.index("widen")
    used = filled.used[:, 3] > 0
    everybody = filled.used.copy()
    everybody[:, 3] = 1
    before = fit.model.expected(naive_latent(survey, fit, filled.rating, filled.used))
    total = np.zeros(before.shape)
    for value in np.unique(filled.rating[used, 3]):
        share = fit.weights[used & (filled.rating[:, 3] == value)].sum() / fit.weights[used].sum()
        rating = filled.rating.copy()
        rating[~used, 3] = value
        total += share * fit.model.expected(naive_latent(survey, fit, rating, everybody))
    change = fit.weights @ (total - before) / fit.weights.sum()
    np.testing.assert_allclose(response.effects[0, at], change, atol=0.03)


def test_the_model_is_the_most_likely_ordered_logit(fitted, sample):
    _, fit = fitted
    step = fit.rows.code

    def minus_log_likelihood(point):
        beta, cuts = point[: fit.model.beta.size], point[fit.model.beta.size :]
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])
        eta = fit.values @ beta
        upper = 1 / (1 + np.exp(-(edges[step + 1] - eta)))
        lower = 1 / (1 + np.exp(-(edges[step] - eta)))
        return -(fit.weights @ np.log(upper - lower))

    point = np.concatenate([fit.model.beta, fit.model.thresholds])
    found = minimize(minus_log_likelihood, point + 0.01, method="BFGS")
    np.testing.assert_allclose(found.x, point, atol=2e-3)


def test_draws_are_those_of_models_fitted_to_each_replicate(sample, fitted, response, moves):
    filled, fit = fitted
    model = fit.model
    keys = list(moves)
    again = []
    for counts in sample.counts[:60]:
        times = counts[sample.units.of_row]
        kept = times > 0
        weights = fit.weights[kept] * times[kept]
        one = fit_outcome(filled.of_rows(kept), fit.answers[kept], weights, model.slopes,
                          sample.scales)  # fmt: skip
        values = one.model.standard(filled)
        latent = values @ one.model.beta
        all_weights = fit.weights * times
        effects = []
        for move in moves.values():
            after = latent.copy()
            change = move.change * model.scale[move.columns] / one.model.scale[move.columns]
            after[move.rows] += change @ one.model.beta[move.columns]
            gain = one.model.expected(after) - one.model.expected(latent)
            effects.append(all_weights @ gain / all_weights.sum())
        again.append(effects)
    refitted = np.array(again)
    drawn = response.draws[:60, 0]
    lifts = [at for at, (_, name) in enumerate(keys) if name.startswith("lift")]
    error = refitted.std(axis=0)[lifts]
    # Draw by draw they are the same up to a part of a standard error, and spread as much.
    assert np.sqrt(((drawn - refitted) ** 2).mean(axis=0))[lifts].max() < 0.35 * error.max()
    np.testing.assert_allclose(drawn.std(axis=0)[lifts] / error, 1.0, atol=0.15)
    correlation = [np.corrcoef(drawn[:, at, 0], refitted[:, at, 0])[0, 1] for at in lifts]
    assert min(correlation) > 0.97


def test_pairs_are_exact_and_more_moves_nearly(survey, sample, fitted, response, moves):
    filled, fit = fitted
    tables = tables_of(sample, "0")
    models, rows = (tables[name].filter(segment="all") for name in ("outcome_models", "moves"))
    surface = Surface.of(models, rows)
    rng = np.random.default_rng(7)
    names = sample.sheets.drivers
    for count, allowed in ((1, 0.006), (2, 0.012), (3, 0.05), (4, 0.05)):
        for _ in range(12):
            drivers = rng.choice(survey.drivers, count, replace=False)
            asked = [(int(k), str(rng.choice(MOVE_NAMES)), float(rng.uniform())) for k in drivers]
            steps = naive.as_asked(names, asked)
            if any(one.code.split("?")[0] != "beyond_support" for one in surface.refusals(steps)):
                continue
            told = surface.evaluate(steps)
            wanted = naive.change(fit, filled, moves, response.along, asked)
            assert told["mean"].floor == pytest.approx(wanted["mean"], abs=allowed)


def test_the_ceiling_of_moves_follows_from_all_that_is_moved(
    survey, sample, fitted, response, moves
):
    filled, fit = fitted
    tables = tables_of(sample, "0")
    surface = Surface.of(tables["outcome_models"], tables["moves"])
    names = sample.sheets.drivers
    for asked in (
        [(0, "lift_good", 1.0)],
        [(0, "lift_good", 1.0), (1, "lift_good", 1.0)],
        [(0, "lift_best", 1.0), (1, "lift_good", 1.0), (2, "lift_best", 1.0)],
        [(0, "lift_good", 0.4), (1, "lift_good", 0.6)],
    ):
        told = surface.evaluate(naive.as_asked(names, asked))
        wanted = naive.change(fit, filled, moves, response.along, asked, ceiling=True)
        assert told["mean"].ceiling == pytest.approx(wanted["mean"], rel=0.01), asked


def test_interactions_are_what_two_moves_change_beyond_both(fitted, response, moves):
    filled, fit = fitted
    keys = list(moves)
    first, second = keys.index((0, "lift_best")), keys.index((1, "lift_good"))
    both = naive.change(fit, filled, moves, response.along,
                        [(0, "lift_best", 1.0), (1, "lift_good", 1.0)])  # fmt: skip
    for t, target in enumerate(fit.model.targets):
        alone = response.effects[0, [first, second], t].sum()
        assert response.pairs[0, t, first, second] == pytest.approx(both[target] - alone, abs=1e-9)


def test_everything_is_the_same_the_second_time(survey):
    sheets = survey.sheets(500, np.random.default_rng(4))
    one, other = (tables_of(WhatifSample.of(sheets, survey.scales, TERMS), "0") for _ in range(2))
    assert all(one[name].equals(other[name]) for name in one)


def test_an_outcome_of_many_steps_takes_the_linear_model():
    survey = WhatifSurvey(drivers=3)
    sheets = survey.sheets(600, np.random.default_rng(5))
    answers = sheets.target[:, 0] + np.random.default_rng(1).uniform(0, 5, 600)
    sheets = replace(sheets, target=np.column_stack([answers, sheets.target[:, 1:]]))
    scales = SheetScales(101, False, survey.scales.drivers)
    sample = WhatifSample.of(sheets, scales, TERMS)
    everybody = explore(sample)[0]
    assert everybody.model.is_linear
    fit_columns = everybody.model.slopes.columns(
        next(fillings(sheets, scales, sample.units, 1, sample.rng))
    )
    design = np.column_stack([np.ones(600), fit_columns])
    beta = np.linalg.lstsq(design, answers, rcond=None)[0]
    own = everybody.model.slopes.rating[0]
    lifted = np.maximum(sheets.rating[:, 0], 75.0)
    gain = parts_of(lifted, 2) - parts_of(sheets.rating[:, 0], 2)
    at = MOVE_NAMES.index("lift_good")
    wanted = (gain @ beta[1:][list(own)]).mean()
    assert everybody.pooled.effects[0, at, 0] == pytest.approx(wanted, abs=1e-6)
    tables = tables_of(WhatifSample.of(sheets, scales, TERMS), "0")
    surface = Surface.of(tables["outcome_models"], tables["moves"])
    assert surface.targets == ("mean",)
    assert surface.curves["mean"].pairs is None
