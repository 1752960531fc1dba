"""Importance for ordinal and binary outcomes: what it rests on, policies, draws, and bad input."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.core.errors import ContractError
from pipelines.importance import RelativeImportance, relative_importance
from pipelines.importance.inputs import Columns, Rows
from pipelines.importance.ordinal import estimate_ordinal, split_likelihood
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.dominance import dominance
from tests.statistics.plain_fits import fit_ordered_logit, latent_r2, polychoric_correlations
from tests.statistics.test_pseudo_r2 import brute_force, fitted

RNG = np.random.default_rng
NAMES = ["a", "b", "c", "d"]
LOGIT = {"outcome_model": "ordered_logit"}
MODELS = [
    LOGIT,
    LOGIT | {"pseudo_r2": "mcfadden"},
    LOGIT | {"pseudo_r2": "nagelkerke"},
    {"outcome_model": "polychoric"},
]


def survey(seed: int = 0, n: int = 400) -> pl.DataFrame:
    """Four drivers on five points, of falling weight; a rating, a yes or no, and a design."""
    rng = RNG(seed)
    x = rng.normal(size=(n, 4)) + 0.7 * rng.normal(size=(n, 1))
    latent = x @ [1.2, 0.7, 0.3, 0.0] + rng.logistic(size=n)
    return pl.DataFrame(np.digitize(x, [-1.5, -0.5, 0.5, 1.5]), schema=NAMES).with_columns(
        y=pl.Series(np.digitize(latent, [-3, -1, 0.5, 2])),
        yes=pl.Series(latent > 1),
        w=pl.Series(rng.uniform(0.3, 3, n)),
        who=pl.Series(rng.integers(0, n // 2, n)).cast(pl.String),
        region=pl.Series(np.array(["north", "south"])[rng.integers(0, 2, n)]),
    )


def column(found: RelativeImportance, name: str) -> list[float]:
    by_name = dict(zip(found.table["driver"], found.table[name], strict=True))
    return [by_name[driver] for driver in found.question.columns.drivers]


def test_two_uncorrelated_binary_drivers_are_worked_by_hand():
    # The log odds are 2 a + b: uncorrelated, Var a = Var b = 1/4, so the latent variance is
    # 1 + 1/4 + pi**2 / 3 of which a explains 1 and b 1/4. Weights make the odds exact.
    cells = pl.DataFrame({"a": [0, 0, 1, 1] * 2, "b": [0, 1, 0, 1] * 2, "yes": [0] * 4 + [1] * 4})
    chance = 1 / (1 + np.exp(-2.0 * cells["a"] - cells["b"] + 1.5))
    cells = cells.with_columns(w=pl.when(pl.col("yes") == 1).then(chance).otherwise(1 - chance))
    found = relative_importance(cells, "yes", ["a", "b"], weights="w", outcome_model="logit")
    whole = 1.25 + np.pi**2 / 3
    assert found.r2 == pytest.approx(1.25 / whole, abs=1e-9)
    assert column(found, "importance") == pytest.approx([1 / whole, 0.25 / whole], abs=1e-9)
    assert column(found, "importance_pct") == pytest.approx([80, 20], abs=1e-6)
    assert found.fit.slopes == pytest.approx([2, 1], abs=1e-7)


@pytest.mark.parametrize("method", ["lmg", "johnson", "first", "last", "beta"])
def test_latent_shares_are_those_of_the_covariances_with_the_latent_outcome(method):
    frame = survey()
    found = relative_importance(frame, "y", NAMES, weights="w", method=method, **LOGIT)
    model = fit_ordered_logit(
        frame.select(NAMES).to_numpy().astype(float), frame["y"].to_numpy(), frame["w"].to_numpy()
    )
    assert found.r2 == pytest.approx(latent_r2(model), abs=1e-10)
    assert found.covariance == pytest.approx(model.covariance, rel=1e-9)
    scale = np.sqrt(np.diagonal(model.covariance))
    assert column(found, "beta") == pytest.approx(model.slopes * scale[:-1] / scale[-1], abs=1e-8)
    if method in ("lmg", "first", "last"):
        split = dominance(model.covariance)
        added = split.conditional
        expected = {"lmg": split.general, "first": added[:, 0], "last": added[:, -1]}[method]
        assert column(found, "importance") == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("method", ["lmg", "first", "last"])
@pytest.mark.parametrize("pseudo_r2", ["mcfadden", "nagelkerke"])
def test_likelihood_shares_are_those_of_models_of_every_set(method, pseudo_r2):
    frame = survey()
    found = relative_importance(
        frame, "y", ["a", "rest"], groups={"rest": ["b", "c"]}, covariates=["d"], weights="w",
        method=method, pseudo_r2=pseudo_r2, **LOGIT,
    )  # fmt: skip
    x, y = frame.select(NAMES).to_numpy().astype(float), frame["y"].to_numpy()
    w = frame["w"].to_numpy()
    added = brute_force(x, y, w, pseudo_r2, [[0], [1, 2]], [3])
    expected = {"lmg": added.mean(axis=1), "first": added[:, 0], "last": added[:, -1]}[method]
    assert column(found, "importance") == pytest.approx(expected, abs=1e-9)
    assert found.r2 == pytest.approx(fitted(x, y, w, [0, 1, 2, 3], pseudo_r2), abs=1e-10)
    assert found.r2_covariates == pytest.approx(fitted(x, y, w, [3], pseudo_r2), abs=1e-10)


def test_polychoric_shares_are_those_of_polychoric_correlations():
    frame = survey()
    found = relative_importance(frame, "y", NAMES, weights="w", outcome_model="polychoric")
    values = frame.select(*NAMES, "y").to_numpy().astype(float)
    matrix = polychoric_correlations(values, frame["w"].to_numpy()).correlation
    assert column(found, "importance") == pytest.approx(dominance(matrix).general, abs=1e-10)
    assert found.fit.n_ordinal == 5


@pytest.mark.parametrize("options", MODELS)
@pytest.mark.parametrize("method", ["lmg", "first"])
def test_the_linear_share_stands_beside_it(options, method):
    frame = survey()
    found = relative_importance(frame, "y", NAMES, weights="w", method=method, **options)
    linear = relative_importance(frame, "y", NAMES, weights="w", method=method)
    assert column(found, "linear_pct") == pytest.approx(column(linear, "importance_pct"), abs=1e-9)
    assert "linear_pct" not in linear.table.columns
    assert (found.question.outcome_model, found.n) == (options["outcome_model"], 400)


def test_two_categories_are_the_binary_logit():
    frame = survey()
    binary = relative_importance(frame, "yes", NAMES, outcome_model="logit")
    assert_frame_equal(relative_importance(frame, "yes", NAMES, **LOGIT).table, binary.table)


def test_where_answers_are_normal_all_models_share_alike():
    rng = RNG(1)
    z = rng.normal(size=(20_000, 4)) + 0.7 * rng.normal(size=(20_000, 1))
    y = z @ [0.8, 0.5, 0.2, 0.0] + rng.normal(size=20_000)
    frame = pl.DataFrame(z, schema=NAMES).with_columns(y=pl.Series(np.digitize(y, [-2, -1, 0, 2])))
    for options in (LOGIT, {"outcome_model": "polychoric"}):
        found = relative_importance(frame, "y", NAMES, **options)
        assert column(found, "importance_pct") == pytest.approx(column(found, "linear_pct"), abs=1)


def test_where_they_are_not_the_latent_shares_are_recovered_and_the_linear_ones_differ():
    # A rare yes and a skewed driver: a straight line fits the chances badly.
    rng = RNG(2)
    x = np.column_stack([rng.exponential(size=60_000), rng.normal(size=60_000)])
    yes = x @ [1.0, 1.0] + rng.logistic(size=60_000) > 4
    frame = pl.DataFrame(x, schema=["a", "b"]).with_columns(yes=pl.Series(yes))
    found = relative_importance(frame, "yes", ["a", "b"], outcome_model="logit")
    # Var a = Var b = 1: of the latent outcome both carry 1 / (2 + pi**2 / 3).
    assert column(found, "importance") == pytest.approx([1 / (2 + np.pi**2 / 3)] * 2, abs=0.02)
    assert abs(column(found, "linear_pct")[0] - 50) > 4


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.sampled_from(MODELS))
def test_importances_sum_to_r2_and_do_not_depend_on_units(seed, options):
    frame = survey(seed, 120)
    found = relative_importance(frame, "y", NAMES, weights="w", **options)
    assert found.table["importance"].sum() == pytest.approx(found.r2, abs=1e-10)
    assert 0 < found.r2 < 1
    moved = frame.with_columns(a=7 - 3 * pl.col("a"), y=pl.col("y") ** 3)
    again = relative_importance(moved, "y", NAMES, weights="w", **options)
    assert column(again, "importance") == pytest.approx(column(found, "importance"), abs=1e-5)


@pytest.mark.parametrize("options", MODELS)
def test_copied_drivers_share_equally(options):
    frame = survey().with_columns(copy=3 - 2 * pl.col("a"))
    found = relative_importance(frame, "y", ["a", "b", "copy"], **options)
    a, _, copy = column(found, "importance")
    assert a == pytest.approx(copy, abs=1e-7)
    alone = relative_importance(frame, "y", ["a", "b"], **options)
    assert found.r2 == pytest.approx(alone.r2, abs=1e-6)


@pytest.mark.parametrize("options", MODELS)
def test_a_weight_of_two_is_two_rows(options):
    frame = survey().with_columns(w=1 + (pl.int_range(pl.len()) % 2))
    twice = pl.concat([frame, frame.filter(pl.col("w") == 2)])
    weighted = relative_importance(frame, "y", ["a", "b"], weights="w", **options)
    repeated = relative_importance(twice, "y", ["a", "b"], **options)
    assert_frame_equal(weighted.table, repeated.table, abs_tol=1e-6)


def sheets(n: int = 150) -> tuple[Rows, Columns]:
    frame = survey(n=n)
    values = frame.select(*NAMES, "y").to_numpy().astype(float)
    drivers = {name: (name,) for name in NAMES}
    columns = Columns(drivers, (), (), "y", None, None, None)
    return Rows(values, frame["w"].to_numpy(), None, None), columns


def drawn(rows: Rows, without: float) -> tuple[Units, np.ndarray, Rows]:
    """Counts of a replicate that has nobody with one answer, and its rows one by one."""
    n = len(rows.values)
    counts = RNG(0).integers(0, 4, n)
    counts[rows.values[:, -1] == without] = 0
    again = rows.keep(np.repeat(np.arange(n), counts))
    return Units(np.arange(n), np.zeros(n, np.int64)), counts[None].astype(float), again


@pytest.mark.parametrize("without", [9.0, 0.0, 2.0, 4.0])
@pytest.mark.parametrize("model", ["ordered_logit", "polychoric"])
def test_a_replicate_is_the_fit_of_the_rows_drawn(model, without):
    rows, columns = sheets()
    units, counts, again = drawn(rows, without)
    found = estimate_ordinal(rows, columns, model).replicate(units)(counts)[0]
    assert found == pytest.approx(estimate_ordinal(again, columns, model).matrix, abs=1e-5)


@pytest.mark.parametrize("without", [9.0, 2.0])
@pytest.mark.parametrize("pseudo_r2", ["mcfadden", "nagelkerke"])
def test_a_replicate_of_likelihoods_is_the_fits_of_the_rows_drawn(pseudo_r2, without):
    rows, columns = sheets()
    units, counts, again = drawn(rows, without)
    asked = (columns, "ordered_logit", pseudo_r2, "lmg", None, None)
    found = split_likelihood(rows, *asked).replicate(units)(counts)
    assert found.importance[0] == pytest.approx(
        split_likelihood(again, *asked).importance, abs=1e-9
    )


def test_a_replicate_in_which_all_answer_the_same_has_nothing_to_explain():
    rows, columns = sheets()
    n = len(rows.values)
    units = Units(np.arange(n), np.zeros(n, np.int64))
    counts = (rows.values[:, -1] == 2)[None].astype(float)
    matrix = estimate_ordinal(rows, columns, "ordered_logit").replicate(units)(counts)[0]
    assert matrix[-1, :-1] == pytest.approx(np.zeros(4))
    split = split_likelihood(rows, columns, "ordered_logit", "mcfadden", "lmg", None, None)
    assert split.replicate(units)(counts).importance[0] == pytest.approx(np.zeros(4))


@pytest.mark.parametrize("interval", ["percentile", "bca"])
@pytest.mark.parametrize("options", MODELS)
def test_intervals_hold_their_importance_and_the_truth_is_told_apart(options, interval):
    replicates = 40 if "pseudo_r2" in options else 200
    found = relative_importance(
        survey(n=800), "y", NAMES, weights="w", cluster="who", stratum="region",
        replicates=replicates, interval=interval, rng=RNG(1), **options,
    )  # fmt: skip
    table = found.table
    assert (table["low"] <= table["importance_pct"]).all()
    assert (table["importance_pct"] <= table["high"]).all()
    assert table["driver"][0] == "a"
    assert table["letters"].to_list()[:2] == ["a", "b"]
    assert found.rank_probability.height == 16


@pytest.mark.parametrize("options", MODELS)
def test_the_same_seed_gives_the_same_bytes(options):
    one, other = (
        relative_importance(survey(), "y", NAMES, replicates=20, rng=RNG(9), **options).table
        for _ in range(2)
    )
    assert one.equals(other)


@pytest.mark.parametrize("options", MODELS)
def test_sampled_orders_agree_with_all_subsets(options):
    exact = relative_importance(survey(), "y", NAMES, **options)
    found = relative_importance(
        survey(), "y", NAMES, orders=2000, replicates=2, rng=RNG(0), **options
    )
    assert column(found, "importance") == pytest.approx(column(exact, "importance"), abs=0.01)


def holed(n: int = 400) -> pl.DataFrame:
    row = pl.int_range(pl.len())
    return survey(n=n).with_columns(
        a=pl.when(row >= 5).then("a"), b=pl.when(row < n - 10).then("b")
    )


@pytest.mark.parametrize("options", MODELS)
def test_rows_with_a_missing_answer_are_refused_or_dropped(options):
    with pytest.raises(ContractError, match=r"rows without: 'a: 5', 'b: 10'"):
        relative_importance(holed(), "y", NAMES, **options)
    found = relative_importance(holed(), "y", NAMES, missing="listwise", **options)
    assert (found.n, found.n_left_out) == (385, 15)
    assert_frame_equal(
        found.table, relative_importance(survey()[5:390], "y", NAMES, **options).table
    )


def test_polychoric_correlations_take_what_each_pair_has():
    rng = RNG(3)
    whole = survey(3, 20_000)
    gone = rng.random((20_000, 4)) < 0.4
    frame = whole.with_columns(
        pl.when(~pl.Series(gone[:, i])).then(name).alias(name) for i, name in enumerate(NAMES)
    )
    found = relative_importance(
        frame, "y", NAMES, missing="pairwise", outcome_model="polychoric", replicates=3, rng=rng
    )
    truth = relative_importance(whole, "y", NAMES, outcome_model="polychoric")
    for name in ("importance_pct", "linear_pct"):
        assert column(found, name) == pytest.approx(column(truth, name), abs=2)
    assert found.n == 20_000


FRAME = survey().with_columns(
    points=pl.int_range(pl.len()) % 13, foretold=pl.col("y").cast(pl.Float64) ** 2
)


@pytest.mark.parametrize(
    ("outcome", "options", "message"),
    [
        ("y", {"outcome_model": "probit"}, r"a known model of the outcome, got 'probit'"),
        ("y", {"pseudo_r2": "tjur"}, r"a known pseudo-R2, got 'tjur'"),
        ("y", {"outcome_model": "logit"}, r"two distinct values of 'y'.*got 5: 0\.0, 1\.0.*yes"),
        ("points", LOGIT, r"logit of 'points': expected 2 to 12 distinct values, got 13"),
        ("y", LOGIT | {"missing": "em"}, r"missing answers of .*got 'em', which only.*listwise"),
        ("y", LOGIT | {"missing": "pairwise"}, r"got 'pairwise', which only completes"),
        ("y", {"outcome_model": "polychoric", "missing": "em"}, r"'pairwise'\).*got 'em'"),
        ("y", LOGIT | {"missing": "drop"}, r"a known policy for missing answers, got 'drop'"),
        ("y", LOGIT | {"pseudo_r2": "mcfadden", "method": "johnson"},
         r"'lmg', 'first' or 'last' for pseudo_r2='mcfadden', got 'johnson'.*use pseudo_r2='lat"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_way_out(outcome, options, message):
    with pytest.raises(ContractError, match=message):
        relative_importance(FRAME, outcome, ["a", "b"], **options)


@pytest.mark.parametrize("options", MODELS[:3])
def test_an_outcome_that_a_driver_foretells_is_refused(options):
    with pytest.raises(ContractError, match=r"logit of 'y'.*still grow.*fewer drivers"):
        relative_importance(FRAME, "y", ["a", "foretold"], **options)


@pytest.mark.parametrize("pseudo_r2", ["latent", "mcfadden"])
def test_a_bootstrap_of_samples_that_drivers_foretell_is_refused(pseudo_r2):
    # One customer of each kind alone keeps the sample from being told apart.
    frame = pl.DataFrame({"a": [0] * 9 + [1] * 11, "yes": [1] + [0] * 9 + [1] * 10})
    options = {"outcome_model": "logit", "pseudo_r2": pseudo_r2}
    assert relative_importance(frame, "yes", ["a"], **options).r2 > 0.1
    with pytest.raises(ContractError, match=r"at most 1% of replicates.*got \d+ of 50"):
        relative_importance(frame, "yes", ["a"], replicates=50, rng=RNG(0), **options)


def test_many_drivers_need_sampled_orders():
    rng = RNG(0)
    names = [f"d{i}" for i in range(13)]
    frame = pl.DataFrame(rng.normal(size=(300, 13)), schema=names)
    frame = frame.with_columns(y=pl.Series(rng.integers(0, 3, 300)))
    options = LOGIT | {"pseudo_r2": "mcfadden"}
    with pytest.raises(ContractError, match=r"at most 12 drivers.*got 13; give `orders`"):
        relative_importance(frame, "y", names, **options)
    found = relative_importance(frame, "y", names, orders=10, rng=rng, **options)
    assert found.table["importance"].sum() == pytest.approx(found.r2, abs=1e-10)
