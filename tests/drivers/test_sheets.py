"""Answer sheets: the targets that an outcome's answers are, and the questions that are drivers."""

import narwhals as nw
import numpy as np
import pytest

from pipelines.core import engine
from pipelines.core.answers import question_register, questionnaires
from pipelines.drivers.sheets import Sheets, sheets, targets_of
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


def made(rows: list[dict], wanted: tuple[str, ...] = ()) -> Sheets:
    frames = [nw.from_native(table.lazy()) for table in (responses(rows), customers({}))]
    register = question_register(frames[0])
    wide = questionnaires(*frames, register["question_id"].unique().sort(), ())
    people = engine.to_polars(wide).collect()
    (found,) = sheets(people, register, {"whole": wanted}, (), min_users=1)
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
    sheet = made(asked_of(*MIXED), wanted=("rated", "easy", "hope"))
    assert sheet.drivers == ("easy", "rated"), "what was expected rates nothing"
