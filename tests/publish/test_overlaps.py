"""Lines that go together: stages and touchpoints, gaps and ratings, models and scores."""

import polars as pl
import pytest

from pipelines.contract.people import EVERYBODY
from pipelines.contract.registry import published
from pipelines.publish.structure import NEST, Structure
from pipelines.publish.withholding import withhold
from tests.publish.stub_study import MODELLED, table

LIMIT = 10
NOTHING = {name: table(name) for name in ("scores", "distributions", "changes", *MODELLED)}
DECLARED = {name: published()[name] for name in NOTHING}
KINDS = {"a": "csat", "b": "ces", "expected_a": "expectation"}
STAGE = None


def scores(sizes: dict[str | None, dict[str, int]], **other: object) -> pl.DataFrame:
    """Numbers of people by question and age; the question of the stage is none."""
    rows = []
    for question, ages in sizes.items():
        about = {"question_id": question, "scope": "touchpoint" if question else "stage",
                 "touchpoint_id": question and question.removeprefix("expected_")}  # fmt: skip
        for age, n in ages.items():
            place = {} if age == EVERYBODY else {"segment": "age", "group": age}
            rows.append({**about, **place, "n": n, **other})
    return table("scores", *rows)


def told(**tables: pl.DataFrame) -> dict[str, pl.DataFrame]:
    structure = Structure(KINDS, pl.DataFrame(schema=NEST))
    return withhold(NOTHING | tables, DECLARED, structure, LIMIT)


def hidden(rows: pl.DataFrame, measure: str = "mean") -> set[tuple[str | None, str]]:
    """Question and age of the scores that are withheld."""
    gone = told(scores=rows)["scores"].filter(
        pl.col("value").is_null() & (pl.col("measure") == measure)
    )
    return set(gone.select("question_id", "group").rows())


def test_a_stage_is_told_beside_touchpoints_that_differ_by_many():
    assert hidden(scores({"a": {"all": 80}, "b": {"all": 70}, STAGE: {"all": 100}})) == set()


def test_a_stage_is_withheld_if_five_people_rated_one_of_its_two_touchpoints():
    assert hidden(scores({"a": {"all": 80}, "b": {"all": 79}, STAGE: {"all": 82}})) == {
        (STAGE, "all")
    }


def test_a_stage_is_withheld_if_five_people_rated_both_of_its_touchpoints():
    assert hidden(scores({"a": {"all": 80}, "b": {"all": 75}, STAGE: {"all": 150}})) == {
        (STAGE, "all")
    }


def test_a_stage_is_withheld_with_a_touchpoint_that_few_rated():
    assert hidden(scores({"a": {"all": 80}, "b": {"all": 5}, STAGE: {"all": 85}})) == {
        ("b", "all"),
        (STAGE, "all"),
    }


def test_a_touchpoint_that_nobody_rated_takes_nothing_from_its_stage():
    assert hidden(scores({"a": {"all": 80}, "b": {"all": 0}, STAGE: {"all": 80}})) == set()


def test_a_touchpoint_withheld_cannot_be_filled_in_from_its_stage():
    # 5 old rated a, so that the middle-aged are withheld too; everybody rated one touchpoint.
    sizes = {
        "a": {"all": 95, "young": 50, "middle": 40, "old": 5},
        "b": {"all": 90, "young": 30, "middle": 30, "old": 30},
        STAGE: {"all": 185, "young": 80, "middle": 70, "old": 35},
    }
    gone = {("a", "old"), ("a", "middle"), (STAGE, "old"), (STAGE, "middle")}
    assert hidden(scores(sizes)) == gone


def gaps(n: int) -> pl.DataFrame:
    both = scores({"a": {"all": 100}, "expected_a": {"all": 97}, STAGE: {"all": 100}})
    return pl.concat([both, scores({"a": {"all": n}}, measure="gap")])


def test_a_gap_is_withheld_if_seven_people_gave_only_one_of_rating_and_expectation():
    assert hidden(gaps(95), "gap") == {("a", "all")}
    assert hidden(gaps(95)) == set()
    assert hidden(gaps(90), "gap") == set()


def test_a_gap_is_withheld_with_an_expectation_from_which_it_follows():
    ages = scores({"a": {"all": 100, "old": 50, "young": 50},
                   "expected_a": {"all": 105, "old": 50, "young": 50}})  # fmt: skip
    pairs = scores({"a": {"all": 90, "old": 50, "young": 40}}, measure="gap")
    rows = pl.concat([ages, pairs])
    assert ("expected_a", "old") in hidden(rows)  # for 5 of unknown age
    assert ("a", "old") in hidden(rows, "gap")


@pytest.mark.parametrize(("asked", "is_told"), [(104, False), (110, True), (100, True)])
def test_the_reach_of_a_driver_is_told_where_that_of_scores_leaves_nobody_or_enough(asked, is_told):
    reached = scores({"q_desk": {"all": asked}}, measure="reach")
    answered = scores({"q_desk": {"all": 90}})
    drivers = table("drivers", {"n_users": 60, "reach": 60.0})
    tables = told(scores=pl.concat([reached, answered]), drivers=drivers)
    assert tables["drivers"]["reach"].is_not_null().to_list() == [is_told]
    assert tables["drivers"]["value"].null_count() == 0


@pytest.mark.parametrize(("rated", "is_told"), [(64, False), (70, True), (60, True)])
def test_performance_goes_where_few_rated_and_did_not_answer_the_outcome(rated, is_told):
    drivers = table("drivers", {"n_users": 60, "reach": 60.0})
    tables = told(scores=scores({"q_desk": {"all": rated}}), drivers=drivers,
                  priorities=table("priorities", {}))  # fmt: skip
    row = tables["priorities"].row(0, named=True)
    assert (row["performance"] is not None) == (row["quadrant"] is not None) == is_told
    assert row["value"] is not None
