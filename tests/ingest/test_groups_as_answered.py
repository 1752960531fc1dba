"""A source of responses may say the group of each answer itself."""

from __future__ import annotations

import pytest

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params, store, study
from pipelines.core.errors import StudyError
from tests.small_study import build, edit

GROUP = "          segment_gender: {column: gender, values: gender}\n"


@pytest.fixture
def shop(tmp_path):
    """The small study, where the answers say the gender and not the customers."""
    folder = build(tmp_path / "shop")
    edit(folder, "study.yaml", GROUP, "")
    edit(folder, "study.yaml", "        answers:", f"{GROUP}        answers:")
    return folder


def test_responses_have_the_segments_that_their_sources_map(shop):
    about = study.load(str(shop))
    assert list(about.canonical("responses").schema)[-1] == "segment_gender"
    runner.run(registry.step("ingest"), about, params.read())
    rows = store.read(about.path("mapped", "responses"))
    assert sorted(rows["segment_gender"].unique()) == ["Female", "Male"]
    assert rows.filter(segment_gender="Female").height == rows.height / 2


def test_responses_of_which_no_source_maps_a_segment_have_none(tmp_path):
    about = study.load(str(build(tmp_path / "shop")))
    assert "segment_gender" not in about.canonical("responses").schema
    assert "segment_gender" in about.canonical("customers").schema


def test_a_segment_that_is_not_declared_is_named_with_the_nearest(shop):
    edit(shop, "study.yaml", "segment_gender", "segment_gendr")
    with pytest.raises(StudyError, match=r"column of responses.*did you mean 'segment_gender'"):
        study.load(str(shop))
