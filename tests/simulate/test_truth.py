"""What truth.json tells, against computing it directly."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from pipelines.simulate import truth
from pipelines.simulate.answers import BLANK_CODE, DONT_KNOW_CODE, LENIENCY, NOT_USED_CODE
from pipelines.simulate.model import MONTHS, N_RATED, PLACE_OF, TOUCHPOINT_NAMES
from pipelines.simulate.partition import Scene
from pipelines.simulate.surveys import Wave
from pipelines.simulate.truth import Sums, TruthFile

DELIVERY = PLACE_OF["delivery"]


def half(wave: Wave, part: slice) -> Wave:
    """Some customers of a wave's frame."""
    style = replace(
        wave.style,
        **{name: getattr(wave.style, name)[part] for name in vars(wave.style)},
    )
    return replace(
        wave,
        **{
            name: getattr(wave, name)[part]
            for name in ("customer", "meant", "quality", "used", "response", "answered")
        },
        would_answer={question: said[part] for question, said in wave.would_answer.items()},
        style=style,
    )


def test_sums_of_two_halves_are_those_of_the_whole(scene: Scene):
    wave = scene.waves[1]
    together = Sums.over(half(wave, slice(400))) + Sums.over(half(wave, slice(400, None)))
    whole = Sums.over(wave)
    assert together.size == whole.size
    assert together.products == pytest.approx(whole.products, abs=1e-6)
    for question, sums in whole.said.items():
        assert together.said[question] == pytest.approx(sums)
    added = truth.add({"2024": together}, {"2024": whole, "2025": whole})
    assert added["2024"].size == 2 * whole.size
    assert added["2025"].size == whole.size


def test_the_covariance_of_use_and_use_times_quality_is_the_direct_one(scene: Scene):
    wave = scene.waves[0]
    centre = np.array([wave.quality[wave.used[:, k], k].mean() for k in range(N_RATED)])
    felt = np.where(wave.used, wave.quality - centre, 0.0)
    overall = wave.meant + LENIENCY * wave.style.leniency
    direct = np.cov(np.column_stack([wave.used, felt, overall]), rowvar=False, bias=True)
    assert truth.covariance(Sums.over(wave)) == pytest.approx(direct, abs=1e-10)


def test_population_values_of_a_wave_are_counted_directly(scene: Scene):
    wave = scene.waves[2]
    told = truth.describe_wave(Sums.over(wave))
    nps = wave.would_answer["nps"]
    given = nps[nps != BLANK_CODE]
    votes = 100 * ((given >= 9).mean() - (given <= 6).mean())
    assert told["nps"] == pytest.approx(votes, abs=1e-4)
    assert told["frame"] == len(wave.customer)
    assert told["response_rate"] == pytest.approx(wave.response.mean(), abs=1e-5)
    rating = wave.would_answer["delivery"]
    rated = rating[~np.isin(rating, (NOT_USED_CODE, DONT_KNOW_CODE, BLANK_CODE))]
    assert told["mean_answer"]["delivery"] == pytest.approx(rated.mean(), abs=1e-5)
    assert told["csat"]["delivery"] == pytest.approx(100 * (rated.mean() - 1) / 4, abs=1e-3)
    used = wave.used[:, DELIVERY]
    assert told["reach"]["delivery"] == pytest.approx(100 * used.mean(), abs=1e-4)
    assert told["quality_of_users"]["delivery"] == pytest.approx(
        wave.quality[used, DELIVERY].mean(), abs=1e-5
    )


def test_importance_adds_up_and_is_in_order(scene: Scene):
    told = truth.importance(Sums.over(scene.waves[0]))
    assert sum(told["lmg"].values()) == pytest.approx(told["r2"], abs=1e-4)
    assert list(told["lmg"]) == list(TOUCHPOINT_NAMES[:N_RATED])
    assert sorted(told["lmg"].values(), reverse=True) == [told["lmg"][n] for n in told["order"]]


def test_the_lever_of_delivery_by_hand(scene: Scene):
    """From -.2 to .3: the penalty of 1.4 * .2 is gone, .8 * .3 is earned: .52."""
    lives, last = scene.lives, MONTHS - 1
    memory = lives.memory.copy()
    memory[last, :, DELIVERY] = -0.2
    told = truth.customers(scene.people, replace(lives, memory=memory))
    used = lives.used[last, :, DELIVERY]
    gained = np.array(told["satisfaction_by_delivery"], float)
    stays = ~np.isnan(gained)
    assert gained[stays & used] == pytest.approx(0.52, abs=2e-5)
    assert (gained[stays & ~used] == 0).all()
    assert (stays & used).sum() > 100


def test_the_churn_probability_of_one_customer_by_hand(scene: Scene):
    people, lives = scene.people, scene.lives
    told = truth.customers(people, lives)
    one = next(i for i, known in enumerate(told["churn_probability"]) if known is not None)
    years = (MONTHS - 1 - people.joined_month[one]) / 12
    odds = (
        -3.4
        - 0.55 * told["satisfaction"][one]
        - 0.40 * people.attachment[one]
        - 0.30 * np.log(1 + years)
    )
    stays = 1 - 1 / (1 + np.exp(-odds))
    assert told["churn_probability"][one] == pytest.approx(1 - stays**3, abs=1e-5)


def test_levers_help_those_who_stay_and_are_null_for_the_others(scene: Scene):
    told = truth.customers(scene.people, scene.lives)
    last = scene.lives.present(MONTHS - 1, scene.people.joined_month)
    for name in TOUCHPOINT_NAMES[:N_RATED]:
        gained = told[f"satisfaction_by_{name}"]
        lost = told[f"churn_by_{name}"]
        assert [value is not None for value in gained] == last.tolist()
        assert min(value for value in gained if value is not None) >= 0
        assert max(value for value in lost if value is not None) <= 0
    assert all(len(column) == scene.people.size for column in told.values())


def test_parameters_have_every_constant_of_a_module_and_can_be_written():
    told = truth.parameters()
    assert told["leaving"]["HOTLINE"] == 1.1
    assert told["journeys"]["MEMORY"] == 0.4
    assert "BAD_QUALITY" not in told["journeys"]  # imported, and told where it belongs
    assert told["model"]["BAD_QUALITY"] == -0.7
    assert told["observations"]["FIRST_HOUR"] == 8
    again = json.loads(truth._json(told))
    assert again["model"]["PLANNED"][0]["id"] == "careful_carrier"
    assert again["surveys"]["KANO_SLIP"] == 0.12


def test_the_odds_ratios_told_are_those_of_the_constants():
    ratios = truth.effects()["odds_ratio_of_leaving"]
    assert ratios["bad_hotline"] == pytest.approx(3.00417)
    assert ratios["bad_returns_later"] == 1.0


def test_the_file_is_json_whatever_the_number_of_partitions():
    for partitions in (1, 3):
        content = io.StringIO()
        told = TruthFile(content)
        for number in range(partitions):
            told.add({"customers": {"person": [number, number + 1]}})
        told.close({"effects": {"a": 1}, "last": None})
        assert told.persons == 2 * partitions
        assert json.loads(content.getvalue()) == {
            "partitions": [{"customers": {"person": [n, n + 1]}} for n in range(partitions)],
            "effects": {"a": 1},
            "last": None,
        }


def test_what_json_cannot_tell_is_refused():
    told = TruthFile(io.StringIO())
    with pytest.raises(TypeError, match="expected numbers, texts and dates, got set"):
        told.close({"oddity": {1, 2}})
