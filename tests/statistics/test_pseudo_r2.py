"""Pseudo-R2 of likelihoods and their split: by hand, against brute force, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.ordered_logit import ordinal_rows
from pipelines.statistics.pseudo_r2 import (
    SetFits,
    conditional,
    draw_orders,
    entries,
    every_set,
    likelihood_r2,
    sets_of_orders,
)
from tests.statistics.plain_fits import fit_ordered_logit

KINDS = ("mcfadden", "nagelkerke")


def answers(seed: int, n: int, p: int, categories: int = 4):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1))
    eta = x @ np.linspace(0.9, -0.2, p) + rng.logistic(size=n)
    y = np.digitize(eta, np.linspace(-1.5, 2, categories - 1)).astype(float)
    return x, y, rng.uniform(0.3, 3, n)


def fitted(x, y, w, columns, kind) -> float:
    """Pseudo-R2 of one model as its definition has it."""
    used = x[:, columns] if columns else np.ones((len(y), 1))
    model = fit_ordered_logit(used, y, w)
    gap = model.null_log_likelihood - model.log_likelihood
    if kind == "mcfadden":
        return gap / model.null_log_likelihood
    cox_snell = 1 - np.exp(2 * gap / model.n)
    return cox_snell / (1 - np.exp(2 * model.null_log_likelihood / model.n))


def brute_force(x, y, w, kind, groups, covariates=()) -> np.ndarray:
    """Mean pseudo-R2 that each group adds to sets of each size, every model fitted cold."""
    g = range(len(groups))
    r2 = {
        frozenset(s): fitted(x, y, w, [*covariates, *(c for i in s for c in groups[i])], kind)
        for k in range(len(groups) + 1)
        for s in combinations(g, k)
    }
    return np.array(
        [
            [np.mean([r2[s | {i}] - r2[s] for s in r2 if len(s) == k and i not in s]) for k in g]
            for i in g
        ]
    )


def fits(x, y, kind, w=None, groups=None, covariates=()) -> tuple[SetFits, np.ndarray]:
    weights = np.ones(len(y)) if w is None else w / w.mean()
    rows = ordinal_rows(x, y, weights, "the outcome")
    return SetFits.of(rows, weights, groups, covariates, kind), weights


def every_r2(x, y, kind, w=None, groups=None, covariates=()) -> np.ndarray:
    """Pseudo-R2 of all sets of groups, the empty one first."""
    found, weights = fits(x, y, kind, w, groups, covariates)
    r2, converged = found.r2(every_set(found.layout.groups), weights)
    assert converged
    return r2


def test_two_driver_shares_worked_by_hand():
    # R2 of {}, {1}, {2}, {1, 2}: 0, .3, .2, .4; so (.3 + .2) / 2 and (.2 + .1) / 2.
    found = conditional(np.array([0.0, 0.3, 0.2, 0.4]))
    assert found == pytest.approx(np.array([[0.3, 0.2], [0.2, 0.1]]))
    assert found.mean(axis=1) == pytest.approx([0.25, 0.15])


def test_pseudo_r2_worked_by_hand():
    # Ten answers at log 2 each are lowered to log 4/3: 1 - .2877 / .6931 = .585;
    # 1 - exp(-2 (.6931 - .2877)) = 5/9 of at most 1 - exp(-2 * .6931) = 3/4.
    null, model = -np.log(2), np.array([-np.log(4 / 3)])
    assert likelihood_r2("mcfadden", model, null) == pytest.approx([1 - np.log(4 / 3) / np.log(2)])
    assert likelihood_r2("nagelkerke", model, null) == pytest.approx([(5 / 9) / (3 / 4)])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("p", "categories"), [(2, 2), (4, 3), (5, 5)])
def test_every_subset_has_the_pseudo_r2_of_its_model(kind, p, categories):
    x, y, w = answers(p, 150, p, categories)
    r2 = every_r2(x, y, kind, w)
    expected = brute_force(x, y, w, kind, [[c] for c in range(p)])
    assert conditional(r2) == pytest.approx(expected, abs=1e-9)
    assert r2[-1] == pytest.approx(fitted(x, y, w, list(range(p)), kind), abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_groups_and_covariates_are_those_of_models_of_the_rows(kind):
    x, y, w = answers(9, 200, 6)
    groups, covariates = [[4, 1], [0], [2, 5]], [3]
    r2 = every_r2(x, y, kind, w, groups, covariates)
    expected = brute_force(x, y, w, kind, groups, covariates)
    assert conditional(r2) == pytest.approx(expected, abs=1e-9)
    assert r2[0] == pytest.approx(fitted(x, y, w, [3], kind), abs=1e-10)


def test_the_binary_split_is_that_of_statsmodels_logits():
    import statsmodels.api as sm

    x, y, _ = answers(2, 200, 3, 2)
    expected = [0.0] * 8
    for k in (1, 2, 3):
        for s in combinations(range(3), k):
            fitted_set = sm.Logit(y, sm.add_constant(x[:, s])).fit(disp=0, tol=1e-12)
            expected[sum(1 << c for c in s)] = fitted_set.prsquared
    assert every_r2(x, y, "mcfadden") == pytest.approx(expected, abs=1e-8)


def test_the_slopes_are_those_of_the_whole_model():
    x, y, w = answers(3, 300, 4)
    model = fit_ordered_logit(x, y, w)
    found, _ = fits(x, y, "mcfadden", w, [[3], [1, 0]], [2])
    order = [3, 1, 0, 2]
    assert found.slopes == pytest.approx((model.slopes * spread(x, w))[order], abs=1e-7)


def spread(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Weighted standard deviations."""
    return np.sqrt(np.average((x - np.average(x, axis=0, weights=w)) ** 2, axis=0, weights=w))


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
def test_shares_sum_to_r2_and_do_not_depend_on_units_or_order(seed, kind):
    x, y, w = answers(seed, 150, 4)
    r2 = every_r2(x, y, kind, w)
    general = conditional(r2).mean(axis=1)
    assert general.sum() == pytest.approx(r2[-1], abs=1e-10)
    assert (general > -1e-9).all()
    rng = np.random.default_rng(seed)
    order = rng.permutation(4)
    moved = every_r2((x * rng.uniform(-50, 50, 4))[:, order], y**3, kind, 5 * w)
    assert conditional(moved).mean(axis=1) == pytest.approx(general[order], abs=1e-9)


def test_copied_drivers_share_equally():
    x, y, w = answers(4, 200, 3)
    r2 = every_r2(np.column_stack([x, 7 - 3 * x[:, 0]]), y, "mcfadden", w)
    added = conditional(r2)
    assert added[0].mean() == pytest.approx(added[3].mean(), abs=1e-10)
    assert r2[-1] == pytest.approx(every_r2(x, y, "mcfadden", w)[-1], abs=1e-10)
    assert added[[0, 3], -1] == pytest.approx([0, 0], abs=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_sampled_orders_agree_with_all_subsets_within_their_error(kind):
    x, y, w = answers(5, 200, 7)
    groups, covariates = [[0, 5], [1], [2], [3], [4]], [6]
    exact = every_r2(x, y, kind, w, groups, covariates)
    found, weights = fits(x, y, kind, w, groups, covariates)
    orders = draw_orders(5, 400, np.random.default_rng(0))
    sets, place = np.unique(sets_of_orders(orders), return_inverse=True)
    r2, _ = found.r2(sets, weights)
    pairs = entries(orders, r2[place])
    error = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    general = conditional(exact).mean(axis=1)
    assert (np.abs(pairs.mean(axis=0) - general) < 4 * error + 1e-12).all()
    assert (error < 0.01).all()
    assert r2[-1] == pytest.approx(exact[-1], abs=1e-10)
    assert pairs.mean(axis=0).sum() == pytest.approx(r2[-1] - r2[0], abs=1e-10)


def test_bad_input_is_refused():
    x, y, _ = answers(7, 60, 3)
    with pytest.raises(ContractError, match=r"each of the columns 0 to 2 in one group"):
        fits(x, y, "mcfadden", groups=[[0], [1]])
    with pytest.raises(ContractError, match=r"slopes that still grow after 30 steps"):
        fits(np.column_stack([x, y]), y, "nagelkerke")
