"""Features of Kano's questionnaire and minima in study.yaml, and what is wrong with them."""

from __future__ import annotations

import pytest

from pipelines.core import study
from tests.small_study import MAP

KANO = """\
  with_tea: {label: {en: Tea}, measure: kano_functional, scale: five, touchpoint: checkout}
  without_tea: {label: {en: Tea}, measure: kano_dysfunctional, scale: five, touchpoint: checkout}
"""
FEATURE = "features:\n  tea: {label: {en: Tea}, present: with_tea, absent: without_tea}\n"


def inspected(tmp_path, feature: str = FEATURE, minimum: str = "80"):
    text = MAP.replace("segments:\n", f"{KANO}{feature}segments:\n", 1)
    text = text.replace("channel: own site}", f"channel: own site, minimum: {minimum}}}")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    return study.inspect(tmp_path)


def test_features_and_minima_are_read(tmp_path):
    found, problems = inspected(tmp_path)
    assert problems == []
    assert found.map.features["tea"].present == "with_tea"
    assert found.map.touchpoints["checkout"].minimum == 80
    assert found.map.touchpoints["delivery"].minimum is None


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ("", "features.*.present: expected a declared feature with this question"),
        (FEATURE.replace("present: with_tea", "present: checkout"),
         "features.tea.present: expected a declared question of the measure kano_functional"),
        (FEATURE.replace("absent: without_tea", "absent: with_tea"),
         "features.tea.absent: expected a declared question of the measure kano_dysfunctional"),
    ],
)  # fmt: skip
def test_a_question_of_no_feature_and_a_feature_of_no_question_are_refused(
    tmp_path, feature, words
):
    _, problems = inspected(tmp_path, feature)
    assert words in str(problems[0])


@pytest.mark.parametrize("minimum", ["-1", "101"])
def test_a_minimum_is_a_percentage(tmp_path, minimum):
    found, problems = inspected(tmp_path, minimum=minimum)
    assert found is None
    assert "touchpoints.checkout.minimum" in str(problems[0])
