"""What few people answered is not told, not even by subtraction."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipelines.core.estimate import MODELLED

from pipelines.contract.estimate import ALL
from pipelines.publish.cells import LINE, USER_LINE, cells, user_cells, withheld
from pipelines.publish.suppression import (
    METHOD,
    NUMBERS,
    NUMBERS_OF_CHANGES,
    suppress,
    withhold_activity,
    withhold_changes,
)
from tests.publish.stub_study import by_age, table

LIMIT = 10
NOTHING = {
    "scores": table("scores"),
    "distributions": table("distributions"),
    "changes": table("changes"),
    "activity": table("activity"),
    **{name: table(name) for name in MODELLED},
}


def hidden_ages(scores: pl.DataFrame, distributions: pl.DataFrame = NOTHING["distributions"]):
    chosen = withheld(cells(scores, distributions), LIMIT)
    return sorted(chosen["group"].unique())


def test_a_cell_of_nine_is_withheld_and_one_of_ten_is_not():
    assert hidden_ages(table("scores", {"n": 9})) == [ALL]
    assert hidden_ages(table("scores", {"n": 10})) == []


def test_the_smallest_other_age_is_withheld_so_that_subtraction_tells_nothing():
    assert hidden_ages(by_age(young=60, old=35, very_old=5)) == ["old", "very_old"]


def test_two_small_ages_that_make_ten_together_protect_each_other():
    assert hidden_ages(by_age(young=60, old=6, very_old=5)) == ["old", "very_old"]


def test_ages_are_withheld_until_ten_answers_are_missing():
    assert hidden_ages(by_age(a=50, b=10, c=2, d=3)) == ["b", "c", "d"]


def test_people_of_unknown_age_protect_a_small_age():
    scores = by_age(young=60, old=35, very_old=5)
    unknown = pl.when(pl.col("segment") == ALL).then(pl.col("n") + 5).otherwise("n")
    assert hidden_ages(scores.with_columns(n=unknown)) == ["very_old"]


def test_an_age_that_nobody_has_protects_nobody():
    assert hidden_ages(by_age(a=50, b=40, c=0, d=5)) == ["b", "d"]


def test_of_two_ages_of_one_size_the_first_by_name_is_withheld():
    assert hidden_ages(by_age(b=40, a=40, c=5)) == ["a", "c"]


def test_a_small_cell_loses_every_number_its_flags_and_how_it_was_made():
    scores = by_age(young=60, old=6, very_old=5).with_columns(flags=pl.lit("small no_variance"))
    told = suppress(NOTHING | {"scores": scores}, LIMIT)["scores"]
    gone = told.filter(pl.col("group").is_in(("old", "very_old")))
    assert all(gone[name].null_count() == 2 for name in NUMBERS)
    assert gone["flags"].unique().to_list() == ["withheld"]
    assert gone["method"].unique().to_list() == [METHOD]
    kept = told.filter(pl.col("group").is_in((ALL, "young")))
    assert kept.equals(scores.filter(pl.col("group").is_in((ALL, "young"))))


def test_weighted_and_unweighted_numbers_of_a_cell_go_together():
    rows = [{"n": 9, "weighted": weighted, "measure": m} for weighted in (True, False) for m in
            ("mean", "top2")]  # fmt: skip
    told = suppress(NOTHING | {"scores": table("scores", *rows)}, LIMIT)["scores"]
    assert told["value"].null_count() == 4


def test_reach_goes_with_a_rating_because_it_tells_how_many_rated():
    scores = table("scores", {"n": 5}, {"measure": "reach", "n": 200, "value": 2.5})
    told = suppress(NOTHING | {"scores": scores}, LIMIT)["scores"]
    assert told["value"].null_count() == 2


def test_reach_of_what_nobody_rated_is_told():
    scores = table("scores", {"n": 0}, {"measure": "reach", "n": 200, "value": 0.0})
    told = suppress(NOTHING | {"scores": scores}, LIMIT)["scores"]
    assert told.filter(pl.col("measure") == "reach")["value"].to_list() == [0.0]


def test_reach_of_few_is_withheld_though_more_were_asked_and_nobody_rated():
    scores = table("scores", {"measure": "reach", "n": 9, "value": 0.0})
    tables = {"scores": scores, "distributions": shares(11, skipped=2)}
    assert suppress(NOTHING | tables, LIMIT)["scores"]["value"].to_list() == [None]


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
    told = suppress(NOTHING | {"distributions": shares(200, a5=4, a4=2, skipped=20)}, LIMIT)
    assert told["distributions"]["value"].null_count() == 4
    assert told["distributions"]["n"].null_count() == 4


def test_a_rare_answer_among_many_is_told():
    told = suppress(NOTHING | {"distributions": shares(200, a5=150, a1=1)}, LIMIT)
    assert told["distributions"]["value"].null_count() == 0


def test_a_score_and_its_distribution_are_withheld_together():
    ages = {"young": 60, "old": 35, "very_old": 5}
    tables = {"scores": by_age(**ages), "distributions": by_age("distributions", **ages)}
    told = suppress(NOTHING | tables, LIMIT)
    for name in tables:
        gone = told[name].filter(pl.col("value").is_null())["group"]
        assert gone.to_list() == ["old", "very_old"]


def test_complete_pairs_are_cells_of_their_own():
    scores = table("scores", {"n": 100}, {"measure": "gap", "n": 8}, {"measure": "met", "n": 8})
    told = suppress(NOTHING | {"scores": scores}, LIMIT)["scores"]
    assert told.filter(pl.col("value").is_null())["measure"].to_list() == ["gap", "met"]


@pytest.mark.parametrize("wave", ["wave", "wave_against"])
def test_a_change_goes_if_either_wave_is_withheld(wave):
    hidden = withheld(cells(table("scores", {"n": 5}), NOTHING["distributions"]), LIMIT)
    other = {"wave": "2018", "wave_against": "2016"}
    changes = table("changes", other | {wave: "2017"}, other)
    told = withhold_changes(changes, hidden)
    assert all(told[name].is_null().to_list() == [True, False] for name in NUMBERS_OF_CHANGES)


def test_a_month_of_few_customers_keeps_its_rows_but_not_their_orders():
    told = withhold_activity(
        table("activity", {"n_customers": 3}, {"n_customers": 10}, {"n_customers": None}), LIMIT
    )
    assert told["amount"].is_null().to_list() == [True, False, False]
    assert told["first_at"].is_null().to_list() == [True, False, False]
    assert told["n_rows"].to_list() == [400, 400, 400]


def test_few_anonymous_rows_are_few_people():
    told = withhold_activity(table("activity", {"n_customers": None, "n_rows": 3}), LIMIT)
    assert told["amount"].to_list() == [None]


def test_daily_figures_of_a_touchpoint_are_about_nobody():
    rows = {"table": "touchpoint_metrics", "n_rows": 3, "n_customers": None}
    assert withhold_activity(table("activity", rows), LIMIT)["first_at"].null_count() == 0


sizes = st.lists(st.integers(0, 60), min_size=1, max_size=8)


@given(sizes, st.integers(0, 20), st.integers(1, 20))
def test_what_subtraction_tells_is_nothing_or_about_enough_people(ages, unknown, limit):
    scores = by_age(**{f"age_{i}": n for i, n in enumerate(ages)})
    everybody = pl.when(pl.col("segment") == ALL).then(pl.col("n") + unknown).otherwise("n")
    sized = cells(scores.with_columns(n=everybody), NOTHING["distributions"])
    hidden = withheld(sized, limit)
    parts = sized.filter(pl.col("segment") == "age")
    shown = parts.join(hidden, on=[*LINE, "group"], how="anti", nulls_equal=True)
    assert not ((shown["answered"] > 0) & (shown["answered"] < limit)).any()
    left = sum(ages) + unknown - shown["answered"].sum()
    nobody_is_shown = not (shown["answered"] > 0).any()
    nothing_is_hidden = shown.height == parts.height
    assert left == 0 or left >= limit or nobody_is_shown or nothing_is_hidden


@given(sizes)
def test_a_limit_of_one_withholds_nothing(ages):
    scores = by_age(**{f"age_{i}": n for i, n in enumerate(ages)})
    assert withheld(cells(scores, NOTHING["distributions"]), 1).is_empty()


def by_side(name: str, n: dict[str, int], users: dict[str, int]) -> pl.DataFrame:
    """Models of everybody and of sides, of so many answers and so many users of the desk."""
    rows = [{"segment": "side", "group": side} if side != ALL else {} for side in n]
    return table(
        name,
        *(row | {"n": n[side], "n_users": users[side]} for row, side in zip(rows, n, strict=True)),
    )


SIDES = {ALL: 1000, "left": 600, "right": 400}


def told_users(users: dict[str, int], models: pl.DataFrame) -> list[str]:
    drivers = by_side("drivers", SIDES, users)
    told = suppress(NOTHING | {"drivers": drivers, "driver_models": models}, 10)["drivers"]
    return told.filter(pl.col("value").is_not_null())["group"].to_list()


def test_a_driver_of_nine_users_is_withheld_and_one_of_ten_is_not():
    models = by_side("driver_models", SIDES, SIDES)
    assert told_users({ALL: 500, "left": 490, "right": 10}, models) == [ALL, "left", "right"]
    # And the other side, because everybody minus it would tell the nine.
    assert told_users({ALL: 500, "left": 491, "right": 9}, models) == [ALL]


def test_users_of_a_side_without_a_model_are_not_told_by_subtraction():
    models = table("driver_models", {}, {"segment": "side", "group": "left"},
                   {"segment": "side", "group": "right", "value": None,
                    "status": "refused", "n": 30})  # fmt: skip
    users = {ALL: 500, "left": 495, "right": 5}
    drivers = by_side("drivers", SIDES, users).filter(pl.col("group") != "right")
    sized = user_cells(drivers, models)
    assert withheld(sized, 10, USER_LINE, ("n_users",))["group"].to_list() == [
        "left",
        "right",
    ]
    enough = drivers.with_columns(n_users=pl.Series([500, 480]))
    sized = user_cells(enough, models)
    assert withheld(sized, 10, USER_LINE, ("n_users",))["group"].to_list() == ["right"]


def test_models_are_withheld_with_the_answers_to_their_outcome():
    scores = by_age(young=60, old=35, very_old=5).with_columns(question_id=pl.lit("overall"))
    models = table("driver_models", *({"segment": "age", "group": age, "n": 35,
                   "status": "refused", "value": None, "reason": "fewer than 400 answers"}
                   for age in ("young", "old")))  # fmt: skip
    told = suppress(NOTHING | {"scores": scores, "driver_models": models}, 10)["driver_models"]
    assert told["n"].to_list() == [35, None]
    assert told["reason"].to_list() == ["fewer than 400 answers", METHOD]


@pytest.mark.parametrize("name", sorted(MODELLED))
def test_a_model_withheld_loses_every_number_about_people(name):
    scores = table("scores", {"n": 9, "question_id": "overall"})
    told = suppress(NOTHING | {"scores": scores, name: table(name, {})}, 10)[name]
    numbers = [column for column, kind in told.schema.items() if kind.is_numeric()]
    assert {column for column in numbers if told[column].is_not_null().any()} <= {
        "level", "n_drivers"}  # fmt: skip
    assert told["flags"].to_list() == ["withheld"]
    assert "quadrant" not in told.columns or told["quadrant"].is_null().all()


def test_what_a_comparison_rests_on_is_told_from_ten_rows_on():
    rows = ({"policy": "listwise", "n": n, "n_users": None} for n in (9, 10))
    told = suppress(NOTHING | {"drivers": table("drivers", *rows)}, 10)["drivers"]
    assert told["value"].is_null().to_list() == [True, False]
