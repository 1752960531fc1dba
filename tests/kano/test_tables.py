"""The tables of Kano: latest waves, groups, features by hand, gates and their minimum."""

from __future__ import annotations

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipelines.contract.kano import STEP
from pipelines.core.errors import ContractError
from pipelines.kano.asymmetry import KanoTerms
from pipelines.kano.gates import GateTerms, gate, p_fails
from pipelines.kano.tables import classify
from pipelines.statistics.kano import KanoCounts
from tests.kano import survey_of_shops as shops

TERMS = KanoTerms(0.95, 300, 100, 500, 50, 30, 0.8, 1)
OF_GATES = GateTerms(0.95, 30, 90.0, 0.8)
EVERYBODY = {"segment": "all", "group": "all"}


def classified(study=None, given=None, terms=TERMS, of_gates=OF_GATES):
    return classify(study or shops.study(), *(given or shops.tables()), terms, of_gates, "hash")


@pytest.fixture(scope="module")
def found():
    return classified()


def test_the_tables_are_as_declared(found):
    for table in STEP.writes:
        assert found[table.name].schema == table.schema
        assert not found[table.name].select(table.key).is_duplicated().any()
        for column in table.columns:
            assert column.faults(found[table.name][column.name]) == [] if column.codes else True
            assert not (column.required and found[table.name][column.name].has_nulls())


def test_the_classes_are_those_of_the_latest_wave(found):
    rows = found["asymmetry"].filter(**EVERYBODY).sort("driver")
    assert set(rows["wave"]) == {"2025"}
    classes = dict(zip(rows["driver"], rows["kano_class"], strict=True))
    assert classes == {"desk": "basic", "page": "excitement", "line": "performance"}


def test_a_group_that_is_too_small_has_the_reason_in_every_row(found):
    few = found["asymmetry"].filter(group="few")
    assert few["reason"].unique().to_list() == ["few_answers?least=500"]
    assert few["penalty"].null_count() == few.height == len(shops.DRIVERS)
    assert found["asymmetry"].filter(group="many")["reason"].null_count() == len(shops.DRIVERS)


def test_no_published_level_has_fewer_answers_than_the_minimum(found):
    known = found["asymmetry"].drop_nulls("penalty")
    assert known.height > 3
    assert known.select(pl.min_horizontal("n_low", "n_middle", "n_high").min()).item() >= 30


def test_probabilities_sum_to_one_and_the_class_is_the_likeliest(found):
    for row in found["asymmetry"].drop_nulls("penalty").to_dicts():
        chances = {c: row[f"p_{c}"] for c in ("basic", "performance", "excitement")}
        assert sum(chances.values()) == pytest.approx(1)
        assert row["kano_class"] == max(chances, key=chances.__getitem__)


def test_shares_and_coefficients_of_a_feature_are_those_of_its_pairs(found):
    responses = shops.tables()[0].to_native().filter(pl.col("wave") == "2025").collect()
    value = responses.pivot("question_id", index="response_id", values="value")
    pairs = value.select("with_seat", "without_seat").to_numpy()
    letter = {pair: name for name, pair in shops.PAIRS.items()}
    counted = dict.fromkeys(shops.PAIRS, 0)
    for pair in pairs:
        counted[letter[tuple(int(v) for v in pair)]] += 1
    row = found["kano_answers"].filter(feature="seat", **EVERYBODY).row(0, named=True)
    n = len(pairs)
    assert row["must_be"] == pytest.approx(100 * counted["m"] / n)
    assert row["questionable"] == pytest.approx(100 * counted["q"] / n)
    told = n - counted["q"] - counted["r"]
    assert row["satisfaction"] == pytest.approx((counted["a"] + counted["o"]) / told)
    assert row["dissatisfaction"] == pytest.approx(-(counted["o"] + counted["m"]) / told)
    assert row["dominant"] == "must_be"
    assert row["decided"]
    assert row["p_must_be"] == 1
    assert row["value"] == row["must_be"]
    assert row["satisfaction_low"] < row["satisfaction"] < row["satisfaction_high"]


def test_without_weights_and_clusters_effective_counts_are_the_counts(found):
    row = found["kano_answers"].filter(feature="tea", **EVERYBODY).row(0, named=True)
    assert row["n_eff"] == pytest.approx(row["n"], rel=0.01)
    counts = np.array([row[c] for c in ("attractive", "one_dimensional", "must_be", "indifferent",
                                        "reverse", "questionable")]) * row["n"] / 100  # fmt: skip
    assert row["decided"] == bool(KanoCounts(counts).is_decided)


def test_clusters_make_effective_counts_small_and_fongs_test_undecided():
    responses, customers = shops.tables(400)
    frame = responses.to_native().collect()
    ten = frame.filter(pl.col("response_id").str.extract(r"-(\d+)$").cast(pl.Int64) < 40)
    copies = [
        ten.with_columns(
            pl.format("{}-{}", "response_id", pl.lit(i)).alias("response_id"),
            cluster=pl.col("response_id"),
        )
        for i in range(10)
    ]
    given = nw.from_native(pl.concat(copies).lazy())
    row = classified(given=(given, customers))["kano_answers"].filter(feature="tea", **EVERYBODY)
    told = row.row(0, named=True)
    assert told["n"] == 400
    assert told["n_eff"] == pytest.approx(40, rel=0.1)


def test_a_scale_that_has_not_five_points_is_refused():
    responses, customers = shops.tables(60)
    seven = responses.to_native().with_columns(
        scale_max=pl.when(pl.col("question_id") == "with_tea").then(7.0).otherwise("scale_max")
    )
    with pytest.raises(ContractError, match="features: with_tea: expected a scale of 5 points"):
        classified(given=(nw.from_native(seven), customers))


def test_the_minimum_is_the_declared_one_or_else_the_default(found):
    rows = found["gates"].filter(**EVERYBODY)
    told = {row["driver"]: (row["minimum"], row["minimum_source"]) for row in rows.to_dicts()}
    assert told == {
        "desk": (shops.MINIMUM, "declared"),
        "page": (90.0, "default"),
        "line": (90.0, "default"),
    }


def test_a_must_be_below_its_minimum_fails_and_a_delight_does_not():
    """18 % of the ratings are 1 or 2: with a minimum of 90 all are below it."""
    touchpoints = {
        name: {"label": {"en": name}, "stage": "buy", "channel": "store"} for name in shops.DRIVERS
    }
    rows = classified(shops.study(touchpoints=touchpoints))["gates"].filter(**EVERYBODY)
    assert rows["p_fails"].min() > 0.99
    found = dict(zip(rows["driver"], rows["gate"], strict=True))
    assert found == {"desk": "fails", "line": "fails", "page": "holds"}
    by = dict(zip(rows["driver"], rows["must_be_source"], strict=True))
    assert by["desk"] == "ratings?n=1"
    assert by["line"] == "answers"  # a performance by its ratings, with a must-be seat


def test_a_group_without_classes_takes_those_of_all_and_says_so(found):
    few = found["gates"].filter(group="few", driver="desk").row(0, named=True)
    everybody = found["gates"].filter(driver="desk", **EVERYBODY).row(0, named=True)
    assert few["must_be_source"] == "ratings_of_all?n=1"
    assert few["p_basic"] == everybody["p_basic"]
    assert few["n"] < everybody["n"]


def test_the_share_is_that_of_users_who_are_not_dissatisfied(found):
    responses = shops.tables()[0].to_native().filter(
        pl.col("wave") == "2025", pl.col("question_id") == "page", pl.col("value").is_not_null()
    )  # fmt: skip
    share = responses.select(100 * (pl.col("value") > 2).mean()).collect().item()
    row = found["gates"].filter(driver="page", **EVERYBODY).row(0, named=True)
    assert row["value"] == pytest.approx(share)
    assert row["low"] < share < row["high"]


def test_the_probability_of_failing_is_the_beta_posteriors():
    assert p_fails(0.85, 200, 0.9) == pytest.approx(stats.beta(170.5, 30.5).cdf(0.9))


@pytest.mark.parametrize("share", [0.85, 0.9, 0.95])
def test_the_probability_of_failing_is_calibrated(share):
    """Shares from the prior, answers from them: of those said to fail with p so many do."""
    rng = np.random.default_rng(round(100 * share))
    true = stats.beta(0.5, 0.5).rvs(20_000, random_state=rng)
    seen = rng.binomial(80, true) / 80
    said = np.array([p_fails(s, 80, share) for s in seen])
    unsure = (said > 0.1) & (said < 0.9)
    assert (true[unsure] < share).mean() == pytest.approx(said[unsure].mean(), abs=0.04)


@pytest.mark.parametrize(
    ("fails", "must_be", "expected"),
    [(0.9, 0.9, "fails"), (0.9, 0.5, "undecided"), (0.9, 0.1, "holds"), (0.1, 0.9, "holds"),
     (0.5, 0.9, "undecided"), (0.9, None, "undecided"), (0.1, None, "holds")],
)  # fmt: skip
def test_a_gate_fails_only_if_both_are_sure(fails, must_be, expected):
    assert gate(fails, must_be, 0.8) == expected


def test_a_study_without_responses_has_empty_tables():
    responses, customers = shops.tables(60)
    empty = nw.from_native(responses.to_native().clear())
    for table in classified(given=(empty, customers)).values():
        assert table.is_empty()


def test_the_same_input_gives_the_same_tables(found):
    again = classified()
    for name, table in found.items():
        assert table.equals(again[name])
