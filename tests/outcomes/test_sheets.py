"""Answer sheets: the targets that an outcome's answers are, and the questions that are drivers."""

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from pipelines.core import engine
from pipelines.core.answers import (
    DONT_KNOW,
    GIVEN,
    NOT_EXPERIENCED,
    question_register,
    questionnaires,
)
from pipelines.core.map import Outcome
from pipelines.estimates.samples import SamplingDesign, samples
from pipelines.measure.items import questions_of
from pipelines.outcomes.sheets import Sheets, sheets, targets_of
from tests.measure.small_survey import answer, customers, responses


@pytest.mark.parametrize(
    ("answers", "low", "high", "top", "bottom"),
    [
        ([0, 6, 7, 8, 9, 10], 0, 10, [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0]),
        ([1, 5, 6, 8, 9, 10], 1, 10, [0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0]),
        ([1, 2, 3, 4, 5], 1, 5, [0, 0, 0, 0, 1], [1, 1, 0, 0, 0]),
    ],
)
def test_answers_become_percents_and_boxes_of_their_scale(answers, low, high, top, bottom):
    found = targets_of(np.array(answers, float), low, high)
    assert (found[:, 1] / 100).tolist() == top
    assert (found[:, 2] / 100).tolist() == bottom
    assert (found[0, 0], found[-1, 0]) == (0, 100)


def test_scores_and_drivers_take_the_same_people_for_those_who_experienced_a_touchpoint():
    asked = {"mode": "cold", "wave": "1", "scale_min": 1.0, "scale_max": 5.0}
    register = pl.DataFrame(
        [
            {**asked, "question_id": "desk", "kind": "csat", "touchpoint_id": "desk"},
            {**asked, "question_id": "overall", "kind": "overall", "touchpoint_id": None},
        ]
    ).select("mode", "wave", "question_id", "kind", "touchpoint_id", "scale_min", "scale_max")
    reasons = [GIVEN, NOT_EXPERIENCED, DONT_KNOW, None]
    people = pl.DataFrame(
        {
            "response_id": ["a", "b", "c", "d"],
            **dict.fromkeys(("mode", "wave", "survey_id", "stratum", "cluster"), "cold"),
            **dict.fromkeys(("source_system", "source_id"), None),
            "weight": 1.0,
            "value desk": [4.0, None, None, None],
            "reason desk": reasons,
            "value overall": 3.0,
            "reason overall": GIVEN,
        },
        schema_overrides={"source_system": pl.String, "source_id": pl.String},
    ).with_columns(wave=pl.lit("1"))
    (sheet,) = sheets(people, register, {}, (), 0)
    drawn = people.with_columns(stratum=pl.lit("s"), unit="response_id")
    (sample,) = samples(drawn, ("mode", "wave"), {}, SamplingDesign("stratum", "unit", "weight"))
    desk, _ = questions_of(sample, register)
    nan = float("nan")
    assert sheet.used[:, 0].tolist() == pytest.approx([1, 0, nan, nan], nan_ok=True)
    np.testing.assert_array_equal(sheet.used[:, 0], desk.experience)


EVERY_RATED = Outcome()


def asked_of(*kinds: tuple[str, str, str | None]) -> list[dict]:
    """Two questionnaires with an outcome and these questions: id, kind, touchpoint."""
    questions = [("whole", "overall", None), *kinds]
    return [
        answer(
            person, value, name, measure=kind, touchpoint_id=touchpoint, wave="2024",
            scale_max=7.0 if kind == "ces" else 5.0,
        )
        for person, value in (("a", 5), ("b", 2))
        for name, kind, touchpoint in questions
    ]  # fmt: skip


def made(rows: list[dict], declared: Outcome = EVERY_RATED) -> Sheets:
    frames = [nw.from_native(table.lazy()) for table in (responses(rows), customers({}))]
    register = question_register(frames[0])
    wide = questionnaires(*frames, register["question_id"].unique().sort(), ())
    people = engine.to_polars(wide).collect()
    (found,) = sheets(people, register, {"whole": declared}, (), min_users=1)
    return found


MIXED = (
    ("rated", "csat", "desk"),
    ("easy", "ces", "desk"),
    ("easy_call", "ces", "hotline"),
    ("feel_call", "emotion", "hotline"),
    ("feel_box", "emotion", "parcel"),
    ("hope", "expectation", "parcel"),
)


def test_effort_or_feeling_is_the_driver_of_a_touchpoint_that_nobody_is_asked_to_rate():
    sheet = made(asked_of(*MIXED))
    assert dict(zip(sheet.drivers, sheet.touchpoints, strict=True)) == {
        "rated": "desk",
        "easy_call": "hotline",
        "feel_box": "parcel",
    }
    ease = sheet.rating[:, sheet.drivers.index("easy_call")]
    assert ease.tolist() == pytest.approx([100 * 4 / 6, 100 / 6]), "0 to 100 of its own scale"


def test_drivers_that_the_map_names_may_be_about_effort():
    sheet = made(asked_of(*MIXED), Outcome(drivers=["rated", "easy", "hope"]))
    assert sheet.drivers == ("easy", "rated"), "what was expected rates nothing"


def test_what_the_map_holds_stands_beside_the_ratings():
    held = Outcome(confounders=["hope", "never_asked"])
    found = made(asked_of(("rated", "csat", "desk"), ("hope", "expectation", "desk")), held)
    assert found.confounders.to_dict(as_series=False) == {"hope": [100.0, 25.0]}
