"""A reader who adds and subtracts published lines finds nobody, or enough people."""

import doctest

import numpy as np
import polars as pl
import pytest

from pipelines.contract.people import EVERYBODY
from pipelines.core.errors import ContractError
from pipelines.publish import differences, nested, withholding
from pipelines.publish.differences import isolated, require_safe
from tests.publish.stub_study import MODELLED, by_age, table
from tests.publish.test_run import run

LIMIT = 10
KINDS = {"a": "csat", "b": "ces", "c": "csat", "expected_a": "expectation"}
NOTHING = {name: table(name) for name in ("scores", "distributions", *MODELLED)}


def found(kinds: dict[str, str] = KINDS, **tables: pl.DataFrame) -> dict[str, float]:
    """People told of, by family."""
    rows = isolated(NOTHING | tables, kinds, LIMIT)
    return dict(rows.select("family", "people").rows())


def about(question: str | None, n: int | None, **other: object) -> dict[str, object]:
    """A score of a question of the stage, or of the stage itself."""
    scope = "stage" if question is None else "touchpoint"
    touchpoint = None if question is None else question.removeprefix("expected_")
    return {"question_id": question, "touchpoint_id": touchpoint, "scope": scope, "n": n, **other}


def test_five_people_of_unknown_age_are_found():
    scores = by_age(young=60, old=35)
    everybody = pl.when(pl.col("segment") == EVERYBODY).then(100).otherwise("n")
    assert found(scores=scores) == {}
    assert found(scores=scores.with_columns(n=everybody)) == {"line": 5}


def test_a_cell_of_nine_that_is_told_is_found():
    assert found(scores=table("scores", {"n": 9})) == {"line": 9}


def test_people_are_found_whose_answers_only_the_distribution_tells():
    rows = [{"n": 50, "value": 100.0}, {"n": 46, "value": 100.0, "segment": "age", "group": "old"}]
    shares = table("distributions", *({**row, "measure": "share"} for row in rows))
    assert found(distributions=shares) == {"line": 4}


def test_how_many_gave_a_rare_answer_is_not_about_few():
    rows = [{"n": 200, "value": 99.0, "answer": "5"}, {"n": 200, "value": 1.0, "answer": "skipped"}]
    shares = table("distributions", *({**row, "measure": "share"} for row in rows))
    assert found(distributions=shares) == {}


def test_those_who_rated_one_of_two_touchpoints_are_found_and_their_ratings_told():
    ratings = np.array([[4.0, 2.0]] * 37 + [[5.0, np.nan]] * 3 + [[np.nan, 1.0]] * 2)
    stage = np.nanmean(ratings, axis=1)
    n = (~np.isnan(ratings)).sum(axis=0)
    told = 2 * stage.sum() - np.nansum(ratings)
    assert told == 3 * 5 + 2 * 1  # the ratings of five people, and of nobody else
    rows = (about("a", n[0]), about("b", n[1]), about(None, 42))
    assert found(scores=table("scores", *rows)) == {"unrated": 5}


def test_those_who_rated_both_of_two_touchpoints_are_found():
    scores = table("scores", about("a", 30), about("b", 24), about(None, 50))
    assert found(scores=scores) == {"several": 4}


def test_those_who_rated_a_touchpoint_withheld_are_found_by_their_stage():
    scores = table("scores", about("a", 30), about("b", None, value=None), about(None, 35))
    assert found(scores=scores) == {"untold": 5, "filled in": 5}


def test_a_touchpoint_withheld_is_filled_in_from_a_stage_of_which_all_rated_one():
    def ages(question: str | None, **sizes: int) -> list[dict[str, object]]:
        place = {age: {"segment": "age", "group": age} for age in sizes} | {"all": {}}
        return [about(question, n, **place[age]) for age, n in sizes.items()]

    hidden = {"segment": "age", "group": "old", "value": None}
    rows = [*ages("a", all=95, young=50), *ages("b", all=60, young=30, old=30),
            about("a", None, **hidden), *ages(None, all=155, young=80)]  # fmt: skip
    assert found(scores=table("scores", *rows)) == {}
    told = [*rows, *ages(None, old=70)]  # of whom 40 rated a: 5 of unknown age are left
    assert found(scores=table("scores", *told)) == {"line": 5, "filled in": 5}


def test_a_stage_of_which_most_rated_some_touchpoints_tells_of_many():
    scores = table("scores", about("a", 30), about("b", 34), about("c", 40), about(None, 60))
    assert found(scores=scores) == {}


def test_stages_are_compared_with_their_touchpoints_in_what_groups_leave():
    old = {"segment": "age", "group": "old"}
    rows = [about("a", 100), about("b", 80), about(None, 120),
            about("a", 60, **old), about("b", 45, **old), about(None, 70, **old)]  # fmt: skip
    assert found(scores=table("scores", *rows)) == {}  # 40, 35, and 50 of whom 25 rated both
    rows[2] = about(None, 110)
    rows[5] = about(None, 70, **old)
    assert found(scores=table("scores", *rows)) == {"unrated": 5}


def test_those_who_gave_only_a_rating_or_only_an_expectation_are_found():
    gap = about("a", 95, measure="gap")
    rows = (about("a", 100), about("expected_a", 97), gap)
    assert found(scores=table("scores", *rows)) == {"unpaired": 7}
    assert found({"a": "csat"}, scores=table("scores", *rows)) == {}


def test_regions_are_subtracted_from_the_country_that_they_add_up_to():
    def wave(year: str, north: int, south: int, unknown: int) -> list[dict[str, object]]:
        cells = {("region", "north"): north, ("region", "south"): south,
                 ("country", "A"): north + south + unknown, ("country", "B"): 400,
                 ("region", "east"): 300, ("region", "west"): 100}  # fmt: skip
        return [
            {"n": n, "wave": year, "segment": segment, "group": group}
            for (segment, group), n in cells.items()
        ]

    years = [("2015", 60, 30, 0), ("2016", 50, 45, 0), ("2017", 90, 40, 0), ("2018", 55, 38, 0),
             ("2019", 81, 72, 0), ("2020", 70, 41, 0)]  # fmt: skip
    rows = [row for year in years for row in wave(*year)]
    assert found(scores=table("scores", *rows)) == {}
    rows += wave("2021", 70, 30, 4)
    assert found(scores=table("scores", *rows)) == {"nested groups": 4}


def test_users_in_a_model_are_subtracted_from_all_who_answered():
    scores = table("scores", {"n": 66}, {"n": 104, "measure": "reach"})
    drivers = table("drivers", {"n_users": 60, "reach": 60.0})
    priorities = table("priorities", {})
    tables = {"scores": scores, "drivers": drivers}
    assert found(**tables) == {"reach": 4}
    assert found(**tables, priorities=priorities) == {"reach": 4, "performance": 6}
    assert found(scores=scores, drivers=drivers.with_columns(reach=59.87)) == {}  # weights differ


def test_a_bundle_that_tells_of_few_is_refused_with_where_and_how_many():
    tables = NOTHING | {"scores": table("scores", {"n": 9})}
    with pytest.raises(
        ContractError,
        match=r"published: expected no lines .* tell of 1 to 9 people, got .*mean, all: 9.*"
        r"nothing was published; .*withholding\.py",
    ):
        require_safe(tables, KINDS, LIMIT)
    require_safe(NOTHING, KINDS, LIMIT)


def test_nothing_is_published_where_withholding_failed(study, monkeypatch):
    monkeypatch.setattr(withholding, "withhold", lambda tables, *_: dict(tables))
    with pytest.raises(ContractError, match=r"cold 2017 use desk q_desk mean, age: 5"):
        run(study)
    assert not (study.folder / "published" / "manifest.json").exists()


def test_the_examples_are_as_they_say():
    assert doctest.testmod(nested).attempted
    assert not doctest.testmod(nested).failed
    assert not doctest.testmod(differences).failed
