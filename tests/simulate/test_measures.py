"""What measures of the demo study truly change: against answers drawn anew, and study.yaml."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.core import study
from pipelines.simulate import measures
from pipelines.simulate.answers import (
    LENIENCY,
    LOYAL_ANSWER,
    OVERALL,
    OVERALL_NOISE,
    RATING,
    RATING_NOISE,
    RECOMMEND,
    SATISFACTION_HALO,
)
from pipelines.simulate.measures import EFFECTS, REGISTERED
from pipelines.simulate.model import PLACE_OF, satisfy
from pipelines.simulate.partition import Scene


def test_the_register_of_study_yaml_has_the_moves_whose_effects_are_told():
    declared = study.load("demo")
    segments = {label: code for code, label in declared.codes["segment"].items()}
    found = {}
    for name, one in declared.map.measures.items():
        (move,) = one.moves
        group = segments[one.whom.group] if one.whom else None
        found[name] = (move.touchpoint, move.kind, move.share, group)
        assert one.example, name
    assert found == {m.id: (m.touchpoint, m.lift, m.share, m.segment) for m in REGISTERED}


@pytest.mark.parametrize("name", ["hotline_training", "same_day_delivery", "hotline_premium_line"])
def test_effects_are_the_mean_change_of_answers_drawn_anew(scene: Scene, name: str):
    wave, people = scene.waves[2], scene.people
    one = next(m for m in REGISTERED if m.id == name)
    told = measures.effects_of(wave, people)[REGISTERED.index(one)] / len(wave.customer)
    drawn = np.mean([_drawn(wave, people, one, seed) for seed in range(60)], axis=0)
    assert dict(zip(EFFECTS, drawn, strict=True)) == pytest.approx(
        dict(zip(EFFECTS, told, strict=True)), rel=0.15, abs=0.02
    )


def _drawn(wave, people, one, seed):
    """Change of the means with one draw of the noise, the same before and after."""
    rng = np.random.default_rng(seed)
    at, size = PLACE_OF[one.touchpoint], len(wave.customer)
    style = wave.style
    felt = wave.quality[:, at] + SATISFACTION_HALO * wave.meant + LENIENCY * style.leniency
    rating = RATING.place(felt + RATING_NOISE * rng.normal(size=size), style.scale_use)
    target = measures.TARGET_OF_LIFT[one.lift]
    concerned = wave.used[:, at] & (rating < target) & (rng.random(size) < one.share)
    if one.segment:
        concerned &= people.is_("segment", one.segment)[wave.customer]
    lifted = wave.quality.copy()
    points = (target - rating) / (RATING.step * style.scale_use)
    lifted[concerned, at] += points[concerned]
    noise = OVERALL_NOISE * rng.normal(size=size)
    loyal = LOYAL_ANSWER * people.attachment[wave.customer]
    means = []
    for quality in (wave.quality, lifted):
        said = satisfy(quality, wave.used) + LENIENCY * style.leniency + noise
        nps = RECOMMEND.place(said + loyal, style.scale_use)
        overall = OVERALL.place(said, style.scale_use)
        votes = 100 * ((nps >= 9).mean() - (nps <= 6).mean())
        means.append([10 * nps.mean(), votes, 100 * (overall.mean() - 1) / 9])
    return np.subtract(means[1], means[0])


def test_a_lift_never_harms_and_a_larger_one_brings_more(scene: Scene):
    found = measures.effects_of(scene.waves[2], scene.people)
    assert (found > 0).all()
    names = [m.id for m in REGISTERED]
    per_share = found[:, 0] / [m.share for m in REGISTERED]
    assert per_share[names.index("hotline_call_back")] > per_share[names.index("hotline_training")]


def test_sums_of_partitions_add_up_and_are_told_by_name(scene: Scene):
    sums = measures.effects_of(scene.waves[0], scene.people)
    added = measures.add({"2023": sums}, {"2023": sums, "2024": sums})
    assert added["2023"] == pytest.approx(2 * sums)
    told = measures.describe(added["2023"], 2 * len(scene.waves[0].customer), 5)
    assert told.keys() == {m.id for m in REGISTERED}
    assert told["faster_refunds"].keys() == set(EFFECTS)
