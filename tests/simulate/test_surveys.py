"""Questionnaires: scales by hand, who is asked, what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.simulate import answers, surveys
from pipelines.simulate.answers import (
    BLANK_CODE,
    DONT_KNOW_CODE,
    NOT_USED_CODE,
    OVERALL,
    RATING,
    RECOMMEND,
    leave_out,
)
from pipelines.simulate.calendar import DAY, month_of
from pipelines.simulate.model import N_RATED, PLACE_OF, REWORDING, TOUCHPOINT_NAMES
from pipelines.simulate.partition import Scene
from pipelines.simulate.surveys import KANO, KANO_ANSWERS, ask_after_contacts, ask_yearly

CODES = (NOT_USED_CODE, DONT_KNOW_CODE, BLANK_CODE)


@pytest.mark.parametrize(
    ("scale", "latent", "spread", "answer"),
    [
        (RATING, 0.0, 1.0, 3),  # 3.3
        (RATING, 1.0, 1.0, 4),  # 4.25
        (RATING, 1.0, 1.4, 5),  # 4.63: the same feeling, told with more emphasis
        (RATING, 3.0, 1.0, 5),  # 6.15, but the scale ends
        (RATING, -3.0, 1.0, 1),
        (OVERALL, 0.5, 1.0, 7),  # 7.2
        (RECOMMEND, 1.0, 1.0, 9),  # 9.1
        (RECOMMEND, -5.0, 1.0, 0),
    ],
)
def test_an_answer_is_the_nearest_place_of_the_scale(scale, latent, spread, answer):
    assert scale.place(np.array([latent]), np.array([spread])) == [answer]


def test_three_percent_of_answers_are_blank_and_two_percent_of_ratings_unknown():
    n = 100_000
    left = leave_out(np.full(n, 4), np.random.default_rng(1), can_be_unknown=True)
    for code, share in ((BLANK_CODE, 0.03), (DONT_KNOW_CODE, 0.02)):
        assert (left == code).mean() == pytest.approx(share, abs=4 * (share / n) ** 0.5)
    other = leave_out(np.full(n, 4), np.random.default_rng(1))
    assert set(np.unique(other)) == {BLANK_CODE, 4}


def test_who_did_not_use_a_touchpoint_says_so_and_nobody_else(scene: Scene):
    for wave in scene.waves:
        for place, name in enumerate(TOUCHPOINT_NAMES[:N_RATED]):
            said = wave.would_answer[name]
            assert ((said == NOT_USED_CODE) == ~wave.used[:, place]).all()


def test_answers_are_on_their_scales(scene: Scene):
    scales = {"overall": OVERALL, "nps": RECOMMEND}
    for wave in scene.waves:
        for question, said in wave.would_answer.items():
            scale = scales.get(question, RATING)
            given = (
                said[~np.isin(said, CODES)]
                if question in TOUCHPOINT_NAMES[:N_RATED]
                else said[said != BLANK_CODE]
            )
            assert given.min() >= scale.low, question
            assert given.max() <= scale.high, question


def test_card_holders_who_are_customers_are_the_frame(scene: Scene):
    for wave, month in zip(scene.waves, surveys.WAVES.values(), strict=True):
        present = scene.lives.present(month - 1, scene.people.joined_month)
        assert np.array_equal(wave.customer, np.flatnonzero(present & scene.card))


def test_weights_of_a_cell_add_up_to_its_customers(scene: Scene):
    for wave in scene.waves:
        known = scene.people.known[wave.customer].select("country", "age")
        frame = known.group_by("country", "age").len()
        asked = known.filter(wave.answered).with_columns(weight=wave.weight)
        total = asked.group_by("country", "age").agg(pl.col("weight").sum())
        both = frame.join(total, on=["country", "age"])
        assert both.height > 8
        assert both["weight"].to_numpy() == pytest.approx(both["len"].to_numpy())


def test_the_new_wording_moves_one_question_from_its_wave_on(scene: Scene, monkeypatch):
    def ask() -> list[surveys.Wave]:
        rng = np.random.default_rng(4)
        return ask_yearly(scene.people, scene.lives, scene.card, rng)

    worded = ask()
    monkeypatch.setattr(surveys, "REWORDING", replace(REWORDING, effect=0.0))
    moved = {
        (new.name, question)
        for new, old in zip(worded, ask(), strict=True)
        for question in new.would_answer
        if not np.array_equal(new.would_answer[question], old.would_answer[question])
    }
    assert moved == {("2025", "support_email")}
    last, before = worded[-1].would_answer["support_email"], ask()[-1].would_answer["support_email"]
    given = ~np.isin(last, CODES) & ~np.isin(before, CODES)
    assert (last[given] >= before[given]).all()


def test_straight_liners_rate_all_alike(scene: Scene):
    wave = scene.waves[-1]
    rated = np.stack([wave.would_answer[name] for name in TOUCHPOINT_NAMES[:N_RATED]], axis=1)
    given = np.where(np.isin(rated, CODES), np.nan, rated)
    several = wave.style.straight & ((~np.isnan(given)).sum(axis=1) > 1)
    assert several.sum() > 5
    spread = np.nanmax(given[several], axis=1) - np.nanmin(given[several], axis=1)
    assert (spread == 0).all()
    assert not (wave.style.straight & wave.style.speeder).any()


def test_the_commonest_kano_answers_are_those_of_the_commonest_category(whole: Scene):
    wave = whole.waves[0]
    for feature, (_, shares) in KANO.items():
        pair = wave.would_answer[f"with_{feature}"] * 10 + wave.would_answer[f"without_{feature}"]
        values, counts = np.unique(pair, return_counts=True)
        wanted, dislikes = list(KANO_ANSWERS.values())[int(np.argmax(shares))]
        assert values[np.argmax(counts)] == wanted * 10 + dislikes, feature


def test_the_satisfied_and_the_old_answer_more(scene: Scene):
    wave = scene.waves[0]
    age = scene.people.known["age"].to_numpy()[wave.customer]
    old = (age == "60+") & (np.abs(wave.meant) < 0.1)
    young = (age == "18-29") & (np.abs(wave.meant) < 0.1)
    assert wave.response[old].min() > wave.response[young].max()
    by_hand = 1 / (1 + np.exp(-(-0.2 + 0.45 * wave.meant[0] + surveys.RESPONSE_BY_AGE[age[0]])))
    assert wave.response[0] == pytest.approx(by_hand)


# Right after a contact


def test_a_customer_is_asked_once_a_month_at_most_and_after_the_contact(scene: Scene):
    seen, hot = scene.lives.contacts, scene.hot
    month = month_of(seen.day[hot.contact])
    pairs = set(zip(seen.customer[hot.contact], month, strict=True))
    assert len(pairs) == len(hot.contact) > 50
    assert (seen.touchpoint[hot.contact] < N_RATED).all()
    later = hot.minute - seen.minute[hot.contact]
    assert later.min() >= 10
    assert np.quantile(later, 0.8) < DAY


def test_ease_and_emotion_are_asked_where_they_make_sense(scene: Scene):
    hot = scene.hot
    place = scene.lives.contacts.touchpoint[hot.contact]
    for kind, asked in (("ease", surveys.EASE_ASKED), ("emotion", surveys.EMOTION_ASKED)):
        there = np.isin(place, [PLACE_OF[name] for name in asked])
        assert (hot.answers[kind][~there] == BLANK_CODE).all()
        assert (hot.answers[kind][there] != BLANK_CODE).mean() > 0.9
    assert hot.answers["ease"].max() <= answers.EFFORT.high


def test_ratings_right_after_a_contact_follow_its_quality(whole: Scene):
    hot, seen = whole.hot, whole.lives.contacts
    again = ask_after_contacts(whole.people, whole.lives, np.random.default_rng(1))
    assert len(again.contact) > 1000
    serious = ~hot.style.speeder
    together = np.corrcoef(seen.quality[hot.contact][serious], hot.answers["rating"][serious])
    assert together[0, 1] > 0.6
    careless = np.corrcoef(seen.quality[hot.contact][~serious], hot.answers["rating"][~serious])
    assert abs(careless[0, 1]) < 4 / (~serious).sum() ** 0.5
