"""Answer sheets: the targets that an outcome's answers are."""

import numpy as np
import polars as pl
import pytest

from pipelines.core.answers import DONT_KNOW, GIVEN, NOT_EXPERIENCED
from pipelines.drivers.sheets import sheets, targets_of
from pipelines.estimates.samples import SamplingDesign, samples
from pipelines.measure.items import questions_of


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
