"""The ordered logit: worked by hand, against statsmodels, recovered, and where it has no top."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pipelines.core.errors import ContractError
from pipelines.statistics.ordered_logit import OrderedLogit
from tests.statistics.plain_fits import fit_ordered_logit, latent_r2

CUTS = {2: [0.3], 3: [-1.0, 0.8], 5: [-2.5, -1.0, 0.2, 1.5], 11: np.linspace(-4, 3, 10)}


def answers(seed: int, n: int = 300, p: int = 3, categories: int = 5):
    """Correlated drivers of different units, and answers of an ordered logit."""
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1))) * rng.uniform(0.1, 30, p)
    eta = (x / x.std(axis=0)) @ np.linspace(1, -0.3, p) + rng.logistic(size=n)
    return x, np.digitize(eta, CUTS[categories]) * 2.0 - 3, rng.uniform(0.3, 3, n)


def test_the_slope_of_one_binary_driver_is_the_log_odds_ratio():
    # 2 x 2 table: yes 30 of 40 with the driver, 10 of 30 without; odds 3 and 1/2.
    x = np.repeat([1.0, 1.0, 0.0, 0.0], [30, 10, 10, 20])[:, None]
    y = np.repeat([1.0, 0.0, 1.0, 0.0], [30, 10, 10, 20])
    found = fit_ordered_logit(x, y)
    assert found.slopes == pytest.approx([np.log(6)], abs=1e-7)
    assert found.thresholds == pytest.approx([np.log(2)], abs=1e-7)
    likely = 30 * np.log(0.75) + 10 * np.log(0.25) + 10 * np.log(1 / 3) + 20 * np.log(2 / 3)
    assert found.log_likelihood == pytest.approx(likely, abs=1e-8)
    assert found.null_log_likelihood == pytest.approx(40 * np.log(4 / 7) + 30 * np.log(3 / 7))
    # Var x = 40/70 * 30/70: McKelvey and Zavoina by hand.
    explained = np.log(6) ** 2 * 12 / 49
    assert latent_r2(found) == pytest.approx(explained / (explained + np.pi**2 / 3), abs=1e-8)


def test_without_a_driver_that_varies_thresholds_are_those_of_the_margins():
    y = np.repeat([1.0, 2.0, 7.0], [10, 30, 60])
    found = fit_ordered_logit(np.ones((100, 1)), y)
    assert found.thresholds == pytest.approx(np.log([10 / 90, 40 / 60]), abs=1e-10)
    assert found.log_likelihood == pytest.approx(found.null_log_likelihood, abs=1e-9)
    assert found.slopes == pytest.approx([0.0])
    assert found.categories.tolist() == [1.0, 2.0, 7.0]


@pytest.mark.parametrize("categories", [3, 5, 11])
@pytest.mark.filterwarnings("ignore:Maximum Likelihood optimization failed")
@pytest.mark.filterwarnings("ignore:Inverting hessian failed")
def test_an_ordinal_outcome_is_fitted_as_statsmodels_does(categories):
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    x, y, _ = answers(categories, categories=categories)
    x = x / x.std(axis=0)  # its optimiser needs one scale
    found = fit_ordered_logit(x, y)
    ranks = np.unique(y, return_inverse=True)[1]
    model = OrderedModel(ranks, x, distr="logit")
    other = model.fit(method="bfgs", disp=0, gtol=1e-7, maxiter=500)
    assert found.log_likelihood == pytest.approx(other.llf, abs=1e-8)
    assert found.null_log_likelihood == pytest.approx(other.llnull, abs=1e-8)
    assert found.slopes == pytest.approx(other.params[:3], abs=1e-5)
    thresholds = model.transform_threshold_params(other.params)[1:-1]
    assert found.thresholds == pytest.approx(thresholds, abs=1e-5)


def test_a_weighted_binary_outcome_is_fitted_as_statsmodels_does():
    import statsmodels.api as sm

    x, y, w = answers(1, categories=2)
    w *= len(w) / w.sum()
    yes = (y == y.max()).astype(float)
    found = fit_ordered_logit(x, y, 7 * w)
    model = sm.GLM(yes, sm.add_constant(x), sm.families.Binomial(), freq_weights=w)
    other = model.fit(tol=1e-12)
    assert found.slopes == pytest.approx(other.params[1:], abs=1e-7)
    assert found.thresholds == pytest.approx(-other.params[:1], abs=1e-7)
    assert found.log_likelihood == pytest.approx(other.llf, abs=1e-8)


@pytest.mark.parametrize("categories", [2, 5])
def test_slopes_and_thresholds_are_recovered(categories):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40_000, 3))
    y = np.digitize(x @ [1.0, -0.5, 0.0] + rng.logistic(size=40_000), CUTS[categories])
    found = fit_ordered_logit(x, y.astype(float))
    assert found.slopes == pytest.approx([1.0, -0.5, 0.0], abs=0.05)
    assert found.thresholds == pytest.approx(CUTS[categories], abs=0.06)
    assert latent_r2(found) == pytest.approx(1.25 / (1.25 + np.pi**2 / 3), abs=0.01)


def test_a_weight_of_two_is_two_rows():
    x, y, _ = answers(4)
    times = 1 + np.arange(300) % 2
    weighted = fit_ordered_logit(x, y, times.astype(float))
    twice = fit_ordered_logit(np.repeat(x, times, axis=0), np.repeat(y, times))
    assert weighted.slopes == pytest.approx(twice.slopes, rel=1e-7)
    assert weighted.thresholds == pytest.approx(twice.thresholds, rel=1e-7)
    assert weighted.log_likelihood / 300 == pytest.approx(twice.log_likelihood / 450, rel=1e-10)


def test_columns_that_repeat_each_other_share_their_slope():
    x, y, w = answers(5)
    alone = fit_ordered_logit(x, y, w)
    copied = fit_ordered_logit(np.column_stack([x, 5 - 2 * x[:, 0], np.full(300, 4.0)]), y, w)
    assert copied.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-8)
    assert copied.slopes[0] == pytest.approx(alone.slopes[0] / 2, rel=1e-6)
    assert copied.slopes[3] == pytest.approx(-alone.slopes[0] / 4, rel=1e-6)
    assert copied.slopes[4] == 0.0
    assert latent_r2(copied) == pytest.approx(latent_r2(alone), abs=1e-10)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 5]))
def test_units_order_and_names_of_categories_do_not_matter(seed, categories):
    x, y, w = answers(seed, 200, 3, categories)
    rng = np.random.default_rng(seed)
    units, shift, order = rng.uniform(0.01, 100, 3), rng.uniform(-9, 9, 3), rng.permutation(3)
    plain = fit_ordered_logit(x, y, w)
    moved = fit_ordered_logit((x * units + shift)[:, order], np.exp(y / 3), w)
    assert moved.slopes * units[order] == pytest.approx(plain.slopes[order], rel=1e-5, abs=1e-8)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7)
    assert latent_r2(moved) == pytest.approx(latent_r2(plain), abs=1e-8)
    turned = fit_ordered_logit(x, -y, w)
    assert turned.slopes == pytest.approx(-plain.slopes, rel=1e-5, abs=1e-8)
    assert turned.thresholds == pytest.approx(-plain.thresholds[::-1], rel=1e-5, abs=1e-6)


def test_drivers_far_from_zero_lose_no_digits():
    x, y, _ = answers(6)
    near, far = fit_ordered_logit(x, y), fit_ordered_logit(x + 1e6, y)
    assert far.slopes == pytest.approx(near.slopes, rel=1e-6)


def separated(kind: str):
    x, y, _ = answers(7, 100, 2, 3)
    if kind == "complete":
        return np.column_stack([x, y]), y
    return np.column_stack([x, y == y.max()]), y  # the top category alone is foretold


@pytest.mark.parametrize("kind", ["complete", "in part"])
def test_categories_that_drivers_foretell_without_fail_are_refused(kind):
    x, y = separated(kind)
    with pytest.raises(ContractError, match=r"logit of 'loyalty'.*still grow.*fewer drivers"):
        fit_ordered_logit(x, y, name="loyalty")


def foretold(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether some slopes and thresholds put no row on the wrong side, and one on the right."""
    code = np.unique(y, return_inverse=True)[1]
    cuts = np.eye(code.max())
    sides = [
        np.append(-row, cuts[k]) * (1 if at <= k else -1)
        for row, at in zip(x, code, strict=True)
        for k in range(max(at - 1, 0), min(at + 1, len(cuts)))
    ]
    found = optimize.linprog(
        -np.sum(sides, axis=0), -np.array(sides), np.zeros(len(sides)), bounds=(-1, 1)
    )
    return found.fun < -1e-6


def test_what_is_refused_is_what_a_linear_programme_says_has_no_top():
    # Albert and Anderson (1984): the programme has a solution where slopes grow for ever.
    verdicts = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.integers(0, 3, (25, 2 + seed % 3)).astype(float)
        eta = 2 * x.sum(axis=1) + rng.logistic(size=25)
        y = np.digitize(eta, np.quantile(eta, [0.3, 0.8])).astype(float)
        try:
            fit_ordered_logit(x, y)
            refused = False
        except ContractError:
            refused = True
        assert refused == foretold(x, y)
        verdicts.append(refused)
    assert 5 < sum(verdicts) < 55


@pytest.mark.parametrize(
    ("y", "weights", "message"),
    [
        (np.ones(20), None, r"2 to 12 distinct values, got 1: 1.0; merge"),
        (np.arange(20.0), None, r"2 to 12 distinct values, got 20: 0.0, 1.0.* and 1 more"),
        (np.append(np.arange(19) % 3, np.nan), None, r"NaN|missing|finite"),
        (np.arange(20) % 3.0, np.append(np.ones(19), 0.0), r"weights: expected positive"),
    ],
)
def test_bad_input_is_refused(y, weights, message):
    x = np.random.default_rng(0).normal(size=(20, 1))
    with pytest.raises(ContractError, match=message):
        fit_ordered_logit(x, y, weights)


def test_a_model_less_likely_than_none_is_no_result():
    with pytest.raises(ContractError, match="above that of thresholds alone, got -12 and -10"):
        OrderedLogit(np.zeros(1), np.zeros(1), np.zeros(2), -12.0, -10.0, 10, 3, np.eye(2))
