"""Relative importance of frames: published results, policies, designs, and bad input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.core.errors import ContractError
from pipelines.importance import RelativeImportance, relative_importance
from tests.importance.questionnaires import RNG, column, punched, survey

REFERENCE = Path(__file__).parents[1] / "reference"
SWISS = ["Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality"]


@pytest.fixture(scope="module")
def swiss() -> pl.DataFrame:
    return pl.read_csv(REFERENCE / "swiss.csv")


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # relaimpo 2.2-7 on Fertility ~ ., swiss: lmg, genizi (which is Johnson's), last.
        ("lmg", [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735,
                 0.1127659229265]),
        ("johnson", [0.048416895812, 0.154708249806, 0.271964104646, 0.114680029948,
                     0.116965721381]),
        ("last", [0.0428696071255, 0.0073874185151, 0.1619626930773, 0.0623726258274,
                  0.0569452587325]),
    ],
)  # fmt: skip
def test_swiss_is_what_relaimpo_gives(swiss, method, expected):
    found = relative_importance(swiss, "Fertility", SWISS, method=method)
    importance = column(found, "importance")
    assert [importance[name] for name in SWISS] == pytest.approx(expected, abs=1e-11)
    assert found.r2 == pytest.approx(0.706735001593, abs=1e-11)
    assert (found.n, found.n_eff, found.n_left_out) == (47, pytest.approx(47), 0)
    assert sum(column(found, "importance_pct").values()) == pytest.approx(100)


def test_first_is_the_squared_correlation_and_beta_the_squared_coefficient(swiss):
    matrix = swiss.select(*SWISS, "Fertility").to_numpy()
    correlation = np.corrcoef(matrix.T)
    first = column(relative_importance(swiss, "Fertility", SWISS, method="first"), "importance")
    assert [first[name] for name in SWISS] == pytest.approx(correlation[:-1, -1] ** 2)
    found = relative_importance(swiss, "Fertility", SWISS, method="beta")
    beta = np.linalg.solve(correlation[:-1, :-1], correlation[:-1, -1])
    assert [column(found, "beta")[name] for name in SWISS] == pytest.approx(beta)
    assert [column(found, "importance")[name] for name in SWISS] == pytest.approx(beta**2)
    vif = np.diag(np.linalg.inv(correlation[:-1, :-1]))
    assert [column(found, "vif")[name] for name in SWISS] == pytest.approx(vif)
    halo = beta / correlation[:-1, -1]
    assert [column(found, "halo_ratio")[name] for name in SWISS] == pytest.approx(halo)
    bound = 1 / np.maximum(correlation[:-1, :-1].sum(axis=1), 1)
    assert [column(found, "halo_bound")[name] for name in SWISS] == pytest.approx(bound)


def test_the_most_important_comes_first(swiss):
    table = relative_importance(swiss, "Fertility", SWISS).table
    assert table["driver"][0] == "Education"
    assert table["rank"].to_list() == [1, 2, 3, 4, 5]
    assert table["importance"].is_sorted(descending=True)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["lmg", "johnson"]))
def test_importances_sum_to_the_weighted_r2(seed, method):
    frame = survey(seed, 60)
    found = relative_importance(frame, "y", ["a", "b", "c", "d"], weights="w", method=method)
    x, y, w = frame.select("a", "b", "c", "d").to_numpy(), frame["y"], frame["w"].to_numpy()
    root = np.sqrt(w)[:, None]
    design = np.column_stack([np.ones(60), x])
    beta = np.linalg.lstsq(design * root, y.to_numpy() * root[:, 0])[0]
    error = y.to_numpy() - design @ beta
    total = y.to_numpy() - np.average(y, weights=w)
    assert found.r2 == pytest.approx(1 - (w * error**2).sum() / (w * total**2).sum(), abs=1e-10)
    assert found.table["importance"].sum() == pytest.approx(found.r2, abs=1e-10)
    assert found.n_eff == pytest.approx(w.sum() ** 2 / (w**2).sum())


def test_a_weight_of_two_is_two_rows():
    frame = survey().with_columns(w=1 + (pl.int_range(pl.len()) % 2))
    twice = pl.concat([frame, frame.filter(pl.col("w") == 2)])
    weighted = relative_importance(frame, "y", ["a", "b"], weights="w")
    assert_frame_equal(weighted.table, relative_importance(twice, "y", ["a", "b"]).table)


def test_groups_enter_together_and_covariates_are_held():
    frame = survey()
    found = relative_importance(
        frame, "y", ["a", "rest"], groups={"rest": ["b", "c"]}, covariates=["d"]
    )
    one = relative_importance(frame, "y", ["a"], covariates=["b", "c", "d"])
    none = relative_importance(frame, "y", ["a"], covariates=["d"])
    share = (one.r2 - one.r2_covariates + none.r2 - none.r2_covariates) / 2
    assert column(found, "importance")["a"] == pytest.approx(share, abs=1e-12)
    assert found.table["importance"].sum() == pytest.approx(found.r2 - found.r2_covariates)
    assert column(found, "beta")["rest"] is None
    by_columns = relative_importance(
        frame, "y", ["a", "b", "c"], groups={"rest": ["b", "c"]}, covariates=["d"]
    )
    assert_frame_equal(by_columns.table, found.table)


def test_a_routed_touchpoint_is_use_and_use_by_rating():
    # The hotline: only users rate it; its rating is centred among users and 0 for the rest.
    rng = RNG(1)
    used = rng.random(3000) < 0.3
    rating = np.where(used, rng.normal(size=3000), 0.0)
    other = rng.normal(size=3000)
    frame = pl.DataFrame({"hotline_used": used, "hotline_rating": rating, "other": other})
    frame = frame.with_columns(y=pl.Series(rating + 0.5 * other - used + rng.normal(size=3000)))
    groups = {"hotline": ["hotline_used", "hotline_rating"]}
    found = relative_importance(frame, "y", ["hotline", "other"], groups=groups)
    # Var y = .3 + .25 + .21 + 1 = 1.76, of which the hotline .51 and the other .25.
    assert column(found, "importance")["hotline"] == pytest.approx(0.51 / 1.76, abs=0.03)
    assert column(found, "importance")["other"] == pytest.approx(0.25 / 1.76, abs=0.03)


def test_copied_drivers_share_equally_and_rank_equally():
    frame = survey().with_columns(copy=3 - 2 * pl.col("a"))
    for method in ("lmg", "johnson"):
        found = relative_importance(
            frame, "y", ["a", "b", "copy"], method=method, replicates=50, rng=RNG(0)
        )
        importance, letters = column(found, "importance"), column(found, "letters")
        assert importance["a"] == pytest.approx(importance["copy"], abs=1e-10)
        assert set(letters["a"]) & set(letters["copy"])
        assert column(found, "beta")["a"] == pytest.approx(-column(found, "beta")["copy"])
        assert column(found, "vif")["copy"] == np.inf


def test_a_null_or_a_nan_is_missing():
    frame = survey().with_columns(
        a=pl.when(pl.int_range(pl.len()) > 4).then("a"),
        b=pl.when(pl.int_range(pl.len()) < 390).then("b").otherwise(float("nan")),
    )
    with pytest.raises(ContractError, match=r"of 400 rows without: 'a: 5', 'b: 10'; choose"):
        relative_importance(frame, "y", ["a", "b"])
    found = relative_importance(frame, "y", ["a", "b"], missing="listwise")
    assert (found.n, found.n_left_out) == (385, 15)
    assert_frame_equal(found.table, relative_importance(frame[5:390], "y", ["a", "b"]).table)


@pytest.mark.parametrize("missing", ["em", "pairwise"])
def test_answers_not_given_are_made_up_for(missing):
    whole, holed = punched(20_000, 0.4)
    truth = column(relative_importance(whole, "y", list("abcd")), "importance_pct")
    found = relative_importance(holed, "y", list("abcd"), missing=missing)
    for name, share in column(found, "importance_pct").items():
        assert share == pytest.approx(truth[name], abs=2.0)
    assert found.n == 20_000


@pytest.mark.parametrize("missing", ["em", "pairwise"])
def test_without_a_missing_answer_every_policy_is_the_same(missing):
    frame = survey()
    plain = relative_importance(frame, "y", list("abcd"), weights="w")
    other = relative_importance(frame, "y", list("abcd"), weights="w", missing=missing)
    assert_frame_equal(other.table, plain.table, rel_tol=1e-7)


@pytest.mark.parametrize("missing", ["em", "pairwise"])
def test_intervals_are_wider_where_answers_are_missing(missing):
    whole, holed = punched(600, 0.4)
    plain = relative_importance(whole, "y", list("abcd"), replicates=200, rng=RNG(0))
    found = relative_importance(
        holed, "y", list("abcd"), missing=missing, replicates=200, rng=RNG(0)
    )

    def widths(one):
        return (one.table["high"] - one.table["low"]).to_numpy()

    assert 1.1 < widths(found).mean() / widths(plain).mean() < 3


def test_an_auxiliary_column_helps_em():
    whole, holed = punched(5000, 0.0)
    helper = whole["a"] + pl.Series(RNG(3).normal(size=5000)) * 0.1
    holed = whole.with_columns(helper=helper, a=pl.when(helper < 0.5).then("a"))
    truth = column(relative_importance(whole, "y", list("abcd")), "importance_pct")["a"]
    alone, helped = (
        column(relative_importance(holed, "y", list("abcd"), missing="em", auxiliary=aux),
               "importance_pct")["a"] for aux in ([], ["helper"])
    )  # fmt: skip
    assert helped == pytest.approx(truth, abs=1.5)
    assert abs(helped - truth) < abs(alone - truth)


def test_em_says_how_it_went_and_what_the_prior_was():
    _, holed = punched(60, 0.6)
    with pytest.raises(ContractError, match="observed together in 15 rows"):
        relative_importance(holed, "y", list("abcd"), missing="em")
    found = relative_importance(holed, "y", list("abcd"), missing="em", prior_rows=5)
    assert found.fit.prior_rows == 5
    assert found.fit.converged


def test_pairwise_covariances_of_few_answers_are_refused():
    rng = RNG(0)
    x = rng.normal(size=(80, 8))
    x[rng.random((80, 8)) < 0.7] = np.nan
    frame = pl.DataFrame(x, schema=list("abcdefgh")).with_columns(y=pl.Series(rng.normal(size=80)))
    with pytest.raises(ContractError, match=r"positive semi-definite.*use EM"):
        relative_importance(frame, "y", list("abcdefgh"), missing="pairwise")


def test_columns_that_nobody_answers_together_have_no_pairwise_covariance():
    row = pl.int_range(pl.len())
    frame = survey().with_columns(a=pl.when(row < 200).then("a"), b=pl.when(row >= 200).then("b"))
    with pytest.raises(ContractError, match="answered together by somebody"):
        relative_importance(frame, "y", ["a", "b"], missing="pairwise")


def test_pairwise_replicates_that_are_no_covariances_are_moved_to_the_nearest():
    # 25 rows, 5 columns: the sample is positive definite, some of its replicates are not.
    _, holed = punched(25, 0.2, seed=6)
    found = relative_importance(
        holed, "y", list("abcd"), missing="pairwise", replicates=300, rng=RNG(0)
    )
    assert (found.table["importance_low"] >= 0).all()
    assert (found.table["importance_high"] <= 1).all()


@pytest.mark.parametrize("to", [pl.DataFrame.lazy, pl.DataFrame.to_pandas, pl.DataFrame.to_arrow])
def test_a_table_of_any_kind_gives_the_same(to):
    frame = survey(n=100)
    gaps = frame.with_columns(a=pl.when(pl.col("a") > -1).then("a"))
    for rows, missing in ((frame, "error"), (gaps, "em")):
        expected = relative_importance(rows, "y", list("abcd"), weights="w", missing=missing)
        found = relative_importance(to(rows), "y", list("abcd"), weights="w", missing=missing)
        assert found.table.equals(expected.table)


def test_what_is_no_table_is_refused():
    with pytest.raises(ContractError, match=r"a table of Polars, pandas or Arrow, got dict"):
        relative_importance({"a": [1.0], "y": [2.0]}, "y", ["a"])


def test_replicates_with_too_few_different_rows_are_refused():
    # 9 rows, 6 drivers: most samples of 9 have 5 to 7 different rows, which any drivers fit.
    rows = RNG(0).normal(size=(9, 7))
    frame = pl.DataFrame(rows, schema=[*"abcdef", "y"])
    with pytest.raises(ContractError, match=r"an R2 to share in all 100.*use fewer drivers"):
        relative_importance(frame, "y", list("abcdef"), method="last", replicates=100, rng=RNG(0))
    alone = relative_importance(frame, "y", list("abcdef"), method="last")
    assert alone.table["importance_pct"].sum() == pytest.approx(100)


@pytest.mark.parametrize("method", ["lmg", "johnson", "first", "last", "beta"])
@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_intervals_hold_their_importance_and_the_truth_is_told_apart(method, interval):
    found = relative_importance(
        survey(n=2000), "y", list("abcd"), weights="w", cluster="who", stratum="region",
        method=method, interval=interval, replicates=300, rng=RNG(1),
    )  # fmt: skip
    table = found.table
    for value, low, high in (("importance_pct", "low", "high"),
                             ("importance", "importance_low", "importance_high"),
                             ("rank", "rank_low", "rank_high")):  # fmt: skip
        assert (table[low] <= table[value]).all()
        assert (table[value] <= table[high]).all()
    assert table["driver"][0] == "a"
    assert table["letters"][0] == "a"
    assert "a" not in table["letters"][1]


def test_probabilities_of_rank_add_up():
    found = relative_importance(survey(n=400), "y", list("abcd"), replicates=200, rng=RNG(2))
    assert found.rank_probability.height == 16
    for key in ("driver", "rank"):
        sums = found.rank_probability.group_by(key).agg(pl.col("probability").sum())
        assert sums["probability"].to_list() == pytest.approx([1.0] * 4)
    first = found.rank_probability.filter(pl.col("rank") == 1)
    assert first.sort("probability")["driver"][-1] == "a"


def test_drivers_of_equal_weight_have_a_letter_in_common():
    rng = RNG(4)
    x = rng.normal(size=(500, 5))
    frame = pl.DataFrame(x, schema=list("abcde")).with_columns(
        y=pl.Series(x.sum(axis=1) - x[:, 4] + rng.normal(size=500))
    )
    found = relative_importance(frame, "y", list("abcde"), replicates=300, rng=RNG(0))
    letters = column(found, "letters")
    assert [letters[name] for name in "abcde"] == ["a", "a", "a", "a", "b"]


def test_customers_who_answer_often_widen_the_interval():
    frame = survey(5, 300).drop("who").with_columns(who=pl.int_range(pl.len()))
    often = pl.concat([frame] * 4)
    plain = relative_importance(frame, "y", list("abcd"), replicates=400, rng=RNG(0))
    apart = relative_importance(often, "y", list("abcd"), replicates=400, rng=RNG(0))
    whole = relative_importance(often, "y", list("abcd"), cluster="who", replicates=400, rng=RNG(0))
    width = [(one.table["high"] - one.table["low"]).mean() for one in (plain, apart, whole)]
    assert width[1] == pytest.approx(width[0] / 2, rel=0.15)
    assert width[2] == pytest.approx(width[0], rel=0.1)


def test_rows_without_a_customer_are_customers_of_their_own():
    frame = survey(6).with_columns(who=pl.lit(None, pl.String), region=pl.lit(None, pl.String))
    found, plain = (
        relative_importance(frame, "y", ["a", "b"], replicates=30, rng=RNG(0), **design)
        for design in ({"cluster": "who", "stratum": "region"}, {})
    )
    # The same draws, only the rows are numbered the other way round.
    for name in ("low", "high"):
        assert found.table[name].to_list() == pytest.approx(plain.table[name].to_list(), rel=0.2)


def test_the_same_seed_gives_the_same_bytes():
    one, other = (
        relative_importance(survey(), "y", list("abcd"), replicates=100, rng=RNG(9)).table
        for _ in range(2)
    )
    assert one.equals(other)


def test_sampled_orders_agree_with_all_subsets():
    frame = survey()
    exact = column(relative_importance(frame, "y", list("abcd")), "importance")
    found = relative_importance(frame, "y", list("abcd"), orders=4000, replicates=3, rng=RNG(0))
    for name, importance in column(found, "importance").items():
        assert importance == pytest.approx(exact[name], abs=0.01)


def test_a_lazy_frame_and_whole_numbers_will_do(swiss):
    lazy = swiss.lazy().with_columns(pl.col("Examination").cast(pl.Int32))
    found = relative_importance(lazy, "Fertility", SWISS)
    assert found.r2 == pytest.approx(0.706735001593, abs=1e-11)


FRAME = survey().with_columns(
    constant=pl.lit(3), empty=pl.lit(None, pl.Float64), zero=pl.lit(0.0), text=pl.lit("x"),
    huge=pl.when(pl.int_range(pl.len()) == 3).then(float("inf")).otherwise(1.0),
    gap=pl.when(pl.int_range(pl.len()) > 3).then(1.0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("drivers", "options", "message"),
    [
        (["a", "constant"], {}, r"values that vary in every column, got none in 'constant'"),
        (["a", "empty"], {"missing": "em"}, r"values in every column, got none in 'empty'"),
        (["a", "huge"], {}, r"finite values in every column, got infinity in 'huge'"),
        (["a", "empty"], {}, r"no missing answers, got of 400 rows without: 'empty: 400'"),
        (["a", "empty"], {"missing": "listwise"}, r"more than 3 rows for 3 columns, got 0"),
        (["a", "y"], {}, r"one of driver, covariate or outcome, got 'y' twice"),
        (["a", "b"], {"covariates": ["b"]}, r"one of driver.*got 'b' twice"),
        (["a", "a"], {}, r"each driver once, got 'a' twice"),
        (["a", "bb"], {}, r"columns of the frame, got 'bb'; did you mean"),
        (["a", "text"], {}, r"expected numbers, got 'text: String'; turn categories into"),
        ([], {}, r"expected drivers, .* got none"),
        (["a"], {"groups": {"g": ["b", "c"]}}, r"groups 'g' that are not; name the group"),
        (["g"], {"groups": {"g": []}}, r"each with columns, got no columns in \['g'\]"),
        (["a", "b"], {"weights": "zero"}, r"weights: expected positive numbers, got 400 others"),
        (["a", "b"], {"weights": "gap"}, r"weights: expected positive numbers, got 4 others: nan"),
        (["a", "b"], {"weights": "region"}, r"expected numbers, got 'region: String'"),
        (["a", "b"], {"cluster": "whom"}, r"columns of the frame, got 'whom'"),
        (["a", "b"], {"method": "lgm"}, r"a known method, got 'lgm'; did you mean 'lmg'"),
        (["a", "b"], {"missing": "drop"}, r"a known policy for missing answers, got 'drop'"),
        (["a", "b"], {"interval": "normal"}, r"got 'normal' from 0"),
        (["a", "b"], {"replicates": 9}, r"a source of randomness, got none; pass rng"),
        (["a", "b"], {"level": 95.0}, r"a confidence level between 0 and 1, got 95"),
        (["a", "b"], {"auxiliary": ["c"]}, r"auxiliary columns for missing='em' only"),
        (["g"], {"groups": {"g": ["a", "b"]}, "method": "beta"}, r"one column each.*got a group"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_way_out(drivers, options, message):
    with pytest.raises(ContractError, match=message):
        relative_importance(FRAME, "y", drivers, **options)


def test_more_drivers_than_rows_are_refused():
    with pytest.raises(ContractError, match=r"more than 5 rows for 5 columns, got 5"):
        relative_importance(survey()[:5], "y", list("abcd"))


def test_many_drivers_need_sampled_orders():
    rng = RNG(0)
    names = [f"d{i}" for i in range(40)]
    frame = pl.DataFrame(rng.normal(size=(200, 40)), schema=names)
    frame = frame.with_columns(y=pl.sum_horizontal(names))
    with pytest.raises(ContractError, match=r"at most 30 drivers .* got 40; give `orders`"):
        relative_importance(frame, "y", names)
    found = relative_importance(frame, "y", names, orders=200, rng=rng)
    assert found.table["importance"].sum() == pytest.approx(1.0, abs=1e-9)
    assert relative_importance(frame, "y", names, method="johnson").r2 == pytest.approx(1.0)


def test_a_result_that_does_not_add_up_is_none():
    found = relative_importance(survey(), "y", ["a", "b"])
    parts = {name: getattr(found, name) for name in found.__dataclass_fields__}
    with pytest.raises(ContractError, match=r"importances that sum to R2, got a gap of 0\.01"):
        RelativeImportance(**parts | {"r2": found.r2 + 0.01})
