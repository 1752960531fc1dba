"""What few people answered is not told, not even by subtraction."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.code import WITHHELD
from pipelines.contract.driver_people import USERS
from pipelines.contract.estimate import ANSWERS
from pipelines.contract.people import EVERYBODY
from pipelines.contract.registry import published
from pipelines.contract.table import NUMBER, TEXT, Column, Table, count
from pipelines.core.errors import ContractError
from pipelines.publish.cells import sized, withheld, withheld_cells
from pipelines.publish.withholding import withhold
from tests.publish.stub_study import MODELLED, UNRELATED, by_age, table

LIMIT = 10
NUMBERS = ("value", "low", "high", "std_error", "n", "n_eff")
NOTHING = {
    "scores": table("scores"),
    "distributions": table("distributions"),
    "changes": table("changes"),
    "activity": table("activity"),
    **{name: table(name) for name in MODELLED},
}


DECLARED = {name: published()[name] for name in NOTHING}


def published_as(**tables: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables as they are published; those not given are empty."""
    return withhold(NOTHING | tables, DECLARED, UNRELATED, LIMIT)


def hidden_ages(scores: pl.DataFrame, distributions: pl.DataFrame = NOTHING["distributions"]):
    tables = NOTHING | {"scores": scores, "distributions": distributions}
    chosen = withheld_cells(tables, DECLARED, UNRELATED, LIMIT)[ANSWERS.name]
    return sorted(chosen["group"].unique())


def test_a_cell_of_nine_is_withheld_and_one_of_ten_is_not():
    assert hidden_ages(table("scores", {"n": 9})) == [EVERYBODY]
    assert hidden_ages(table("scores", {"n": 10})) == []


def test_the_smallest_other_age_is_withheld_so_that_subtraction_tells_nothing():
    assert hidden_ages(by_age(young=60, old=35, very_old=5)) == ["old", "very_old"]


def test_two_small_ages_that_make_ten_together_protect_each_other():
    assert hidden_ages(by_age(young=60, old=6, very_old=5)) == ["old", "very_old"]


def test_ages_are_withheld_until_ten_answers_are_missing():
    assert hidden_ages(by_age(a=50, b=10, c=2, d=3)) == ["b", "c", "d"]


def test_people_of_unknown_age_protect_a_small_age():
    scores = by_age(young=60, old=35, very_old=5)
    unknown = pl.when(pl.col("segment") == EVERYBODY).then(pl.col("n") + 5).otherwise("n")
    assert hidden_ages(scores.with_columns(n=unknown)) == ["very_old"]


def test_five_people_of_unknown_age_are_not_told_by_subtraction():
    scores = by_age(young=60, old=35)
    unknown = pl.when(pl.col("segment") == EVERYBODY).then(pl.col("n") + 5).otherwise("n")
    assert hidden_ages(scores.with_columns(n=unknown)) == ["old"]


def test_an_age_that_nobody_has_protects_nobody():
    assert hidden_ages(by_age(a=50, b=40, c=0, d=5)) == ["b", "d"]


def test_of_two_ages_of_one_size_the_first_by_name_is_withheld():
    assert hidden_ages(by_age(b=40, a=40, c=5)) == ["a", "c"]


def test_a_small_cell_loses_every_number_its_flags_and_how_it_was_made():
    scores = by_age(young=60, old=6, very_old=5).with_columns(flags=pl.lit("small no_variance"))
    told = published_as(scores=scores)["scores"]
    gone = told.filter(pl.col("group").is_in(("old", "very_old")))
    assert all(gone[name].null_count() == 2 for name in NUMBERS)
    assert gone["flags"].unique().to_list() == ["withheld"]
    assert gone["method"].unique().to_list() == [WITHHELD]
    kept = told.filter(pl.col("group").is_in((EVERYBODY, "young")))
    assert kept.equals(scores.filter(pl.col("group").is_in((EVERYBODY, "young"))))


def test_weighted_and_unweighted_numbers_of_a_cell_go_together():
    rows = [{"n": 9, "weighted": weighted, "measure": m} for weighted in (True, False) for m in
            ("mean", "top2")]  # fmt: skip
    told = published_as(scores=table("scores", *rows))["scores"]
    assert told["value"].null_count() == 4


def test_reach_goes_with_a_rating_because_it_tells_how_many_rated():
    scores = table("scores", {"n": 5}, {"measure": "reach", "n": 200, "value": 2.5})
    told = published_as(scores=scores)["scores"]
    assert told["value"].null_count() == 2


def test_reach_of_what_nobody_rated_is_told():
    scores = table("scores", {"n": 0}, {"measure": "reach", "n": 200, "value": 0.0})
    told = published_as(scores=scores)["scores"]
    assert told.filter(pl.col("measure") == "reach")["value"].to_list() == [0.0]


def test_reach_of_few_is_withheld_though_more_were_asked_and_nobody_rated():
    scores = table("scores", {"measure": "reach", "n": 9, "value": 0.0})
    tables = {"scores": scores, "distributions": shares(11, skipped=2)}
    assert published_as(**tables)["scores"]["value"].to_list() == [None]


def shares(n: int, **counts: int) -> pl.DataFrame:
    """Distribution of `n` people asked; what is left over was not experienced."""
    counts = {answer.removeprefix("a"): count for answer, count in counts.items()}
    counts["not_experienced"] = n - sum(counts.values())
    rows = [
        {"measure": "share", "answer": answer, "n": n, "value": 100 * count / n}
        for answer, count in counts.items()
    ]
    return table("distributions", *rows)


def test_a_distribution_of_few_answers_goes_whole_although_many_were_asked():
    told = published_as(distributions=shares(200, a5=4, a4=2, skipped=20))
    assert told["distributions"]["value"].null_count() == 4
    assert told["distributions"]["n"].null_count() == 4


def test_a_rare_answer_among_many_is_told():
    told = published_as(distributions=shares(200, a5=150, a1=1))
    assert told["distributions"]["value"].null_count() == 0


def test_a_score_and_its_distribution_are_withheld_together():
    ages = {"young": 60, "old": 35, "very_old": 5}
    tables = {"scores": by_age(**ages), "distributions": by_age("distributions", **ages)}
    told = published_as(**tables)
    for name in tables:
        gone = told[name].filter(pl.col("value").is_null())["group"]
        assert gone.to_list() == ["old", "very_old"]


def test_complete_pairs_are_cells_of_their_own():
    scores = table("scores", {"n": 100}, {"measure": "gap", "n": 8}, {"measure": "met", "n": 8})
    told = published_as(scores=scores)["scores"]
    assert told.filter(pl.col("value").is_null())["measure"].to_list() == ["gap", "met"]


@pytest.mark.parametrize("wave", ["wave", "wave_against"])
def test_a_change_goes_if_either_wave_is_withheld(wave):
    other = {"wave": "2018", "wave_against": "2016"}
    changes = table("changes", other | {wave: "2017"}, other)
    told = published_as(scores=table("scores", {"n": 5}), changes=changes)["changes"]
    numbers = (*NUMBERS, "n_against", "p_value", "p_adjusted")
    assert all(told[name].is_null().to_list() == [True, False] for name in numbers)


def told_months(*rows: dict) -> pl.DataFrame:
    return published_as(activity=table("activity", *rows))["activity"]


def test_a_month_of_few_customers_keeps_its_rows_but_not_their_orders():
    told = told_months({"n_customers": 3}, {"n_customers": 10}, {"n_customers": None})
    assert told["amount"].is_null().to_list() == [True, False, False]
    assert told["first_on"].is_null().to_list() == [True, False, False]
    assert told["n_rows"].to_list() == [400, 400, 400]


def test_few_anonymous_rows_are_few_people():
    assert told_months({"n_customers": None, "n_rows": 3})["amount"].to_list() == [None]


def test_daily_figures_of_a_touchpoint_are_about_nobody():
    rows = {"table": "touchpoint_metrics", "n_rows": 3, "n_customers": None}
    assert told_months(rows)["first_on"].null_count() == 0


HEADS = Table(
    "heads",
    "people at one desk",
    ("desk", "segment", "group"),
    (
        *(Column(name, TEXT, name, required=True) for name in ("desk", "segment", "group")),
        count("n", "people", required=False),
        Column("share", NUMBER, "of those who stand"),
    ),
    rests_on="n",
)


def heads(**sizes: int) -> pl.DataFrame:
    """Everybody at a desk, and groups of them."""
    rows = [("desk", EVERYBODY, EVERYBODY, sum(sizes.values()), 0.5)]
    rows += [("desk", "age", age, n, 0.5) for age, n in sizes.items()]
    return pl.DataFrame(rows, schema=HEADS.schema, orient="row")


def test_a_table_that_counts_its_people_is_protected_against_subtraction_too():
    found = withhold(
        {"heads": heads(young=60, old=35, very_old=5)}, {"heads": HEADS}, UNRELATED, LIMIT
    )
    assert found["heads"].filter(pl.col("n").is_null())["group"].to_list() == ["old", "very_old"]
    assert found["heads"]["share"].null_count() == 2


def test_a_table_that_nobody_declared_is_not_published():
    with pytest.raises(ContractError, match=r"published/diaries: .*got a table that nobody decl"):
        withhold({"diaries": heads(a=50)}, {}, UNRELATED, LIMIT)


def test_a_table_that_does_not_say_whom_it_rests_on_is_not_published():
    silent = Table("heads", "people", HEADS.key, HEADS.columns)
    with pytest.raises(ContractError, match=r"published/heads: .*give it `rests_on` in pipelines"):
        withhold({"heads": heads(a=50)}, {"heads": silent}, UNRELATED, LIMIT)


sizes = st.lists(st.integers(0, 60), min_size=1, max_size=8)


@given(sizes, st.integers(0, 20), st.integers(1, 20))
def test_what_subtraction_tells_is_nothing_or_about_enough_people(ages, unknown, limit):
    scores = by_age(**{f"age_{i}": n for i, n in enumerate(ages)})
    everybody = pl.when(pl.col("segment") == EVERYBODY).then(pl.col("n") + unknown).otherwise("n")
    tables = NOTHING | {"scores": scores.with_columns(n=everybody)}
    cells = sized(ANSWERS, tables, DECLARED)
    hidden = withheld(cells, ANSWERS.sizes, ANSWERS.line, UNRELATED.nests, limit)
    parts = cells.filter(pl.col("segment") == "age")
    shown = parts.join(hidden, on=list(ANSWERS.cell), how="anti", nulls_equal=True)
    assert not ((shown["answered"] > 0) & (shown["answered"] < limit)).any()
    left = sum(ages) + unknown - shown["answered"].sum()
    nobody_is_shown = not (shown["answered"] > 0).any()
    assert left == 0 or left >= limit or nobody_is_shown


@given(sizes)
def test_a_limit_of_one_withholds_nothing(ages):
    scores = by_age(**{f"age_{i}": n for i, n in enumerate(ages)})
    assert withheld_cells(NOTHING | {"scores": scores}, DECLARED, UNRELATED, 1)[
        ANSWERS.name
    ].is_empty()


def by_side(name: str, n: dict[str, int], users: dict[str, int]) -> pl.DataFrame:
    """Models of everybody and of sides, of so many answers and so many users of the desk."""
    rows = [{"segment": "side", "group": side} if side != EVERYBODY else {} for side in n]
    return table(
        name,
        *(row | {"n": n[side], "n_users": users[side]} for row, side in zip(rows, n, strict=True)),
    )


SIDES = {EVERYBODY: 1000, "left": 600, "right": 400}


def told_users(users: dict[str, int], models: pl.DataFrame) -> list[str]:
    drivers = by_side("drivers", SIDES, users)
    told = published_as(drivers=drivers, driver_models=models)["drivers"]
    return told.filter(pl.col("value").is_not_null())["group"].to_list()


def test_a_driver_of_nine_users_is_withheld_and_one_of_ten_is_not():
    models = by_side("driver_models", SIDES, SIDES)
    assert told_users({EVERYBODY: 500, "left": 490, "right": 10}, models) == [
        EVERYBODY,
        "left",
        "right",
    ]
    # And the other side, because everybody minus it would tell the nine.
    assert told_users({EVERYBODY: 500, "left": 491, "right": 9}, models) == [EVERYBODY]


def test_users_of_a_side_without_a_model_are_not_told_by_subtraction():
    models = table("driver_models", {}, {"segment": "side", "group": "left"},
                   {"segment": "side", "group": "right", "value": None,
                    "status": "refused", "n": 30})  # fmt: skip
    users = {EVERYBODY: 500, "left": 495, "right": 5}
    drivers = by_side("drivers", SIDES, users).filter(pl.col("group") != "right")
    assert withheld_users(drivers, models) == ["left", "right"]
    enough = drivers.with_columns(n_users=pl.Series([500, 480]))
    assert withheld_users(enough, models) == ["right"]


def withheld_users(drivers: pl.DataFrame, models: pl.DataFrame) -> list[str]:
    tables = NOTHING | {"drivers": drivers, "driver_models": models}
    return sorted(withheld_cells(tables, DECLARED, UNRELATED, LIMIT)[USERS.name]["group"])


def test_models_are_withheld_with_the_answers_to_their_outcome():
    scores = by_age(young=60, old=35, very_old=5).with_columns(question_id=pl.lit("overall"))
    models = table("driver_models", *({"segment": "age", "group": age, "n": 35,
                   "status": "refused", "value": None, "reason": "few_answers?least=400"}
                   for age in ("young", "old")))  # fmt: skip
    told = published_as(scores=scores, driver_models=models)["driver_models"]
    assert told["n"].to_list() == [35, None]
    assert told["reason"].to_list() == ["few_answers?least=400", None]


@pytest.mark.parametrize("name", sorted(MODELLED))
def test_a_model_withheld_loses_every_number_about_people(name):
    scores = table("scores", {"n": 9, "question_id": "overall"})
    told = published_as(**{"scores": scores, name: table(name, {})})[name]
    numbers = [column for column, kind in told.schema.items() if kind.is_numeric()]
    assert {column for column in numbers if told[column].is_not_null().any()} <= {
        "level", "n_drivers"}  # fmt: skip
    assert told["flags"].to_list() == ["withheld"]
    assert "quadrant" not in told.columns or told["quadrant"].is_null().all()


def test_what_a_comparison_rests_on_is_told_from_ten_rows_on():
    rows = ({"policy": "listwise", "n": n, "n_users": None} for n in (9, 10))
    told = published_as(drivers=table("drivers", *rows))["drivers"]
    assert told["value"].is_null().to_list() == [True, False]
