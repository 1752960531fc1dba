"""What holds of every history: order in time, memory, who can have contacts when."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.simulate import paths
from pipelines.simulate.calendar import DAYS
from pipelines.simulate.journeys import (
    BURN_IN,
    FORGOTTEN_AFTER,
    LONGEST_JOURNEY,
    MEMORY,
    Contacts,
    Diary,
)
from pipelines.simulate.model import (
    MONTHS,
    N_RATED,
    PENALTY,
    PLACE_OF,
    REWARD,
    TOUCHPOINT_NAMES,
    satisfy,
)
from pipelines.simulate.partition import Scene
from pipelines.simulate.population import draw_population

DELIVERY, HOTLINE = PLACE_OF["delivery"], PLACE_OF["hotline"]
PURCHASE, BROWSE = paths.INTENTIONS.index("purchase"), paths.INTENTIONS.index("browse")


def contacts(*rows: tuple[int, str, float, float]) -> Contacts:
    """Contacts of (customer, touchpoint, minute, quality)."""
    customer, names, minute, quality = zip(*rows, strict=True)
    none = np.full(len(rows), np.nan)
    whole = np.zeros(len(rows), int)
    return Contacts(
        np.array(customer),
        whole,
        whole,
        np.array([PLACE_OF[name] for name in names]),
        np.array(minute, float),
        none,
        np.array(quality, float),
        none,
        none,
        whole,
        whole,
    )


def begun_in(lives: Contacts) -> np.ndarray:
    """Month in which the journey of each contact began."""
    return lives.journey // 10_000_000 - BURN_IN


@pytest.fixture
def diary() -> Diary:
    return Diary(draw_population(3, 1, np.random.default_rng(0)))


def test_memory_by_hand(diary):
    diary.remember(contacts((1, "delivery", 10, 1.0)), 0)
    assert diary.memory[1, DELIVERY] == pytest.approx(1.0)  # the first contact is all there is
    diary.remember(contacts((1, "delivery", 10, 0.0)), 1)
    assert diary.memory[1, DELIVERY] == pytest.approx(0.6)
    # Two in a month, the later one given first: .6 * .36 + .4 * .6 * -1 + .4 * 2
    diary.remember(contacts((1, "delivery", 90, 2.0), (1, "delivery", 20, -1.0)), 2)
    assert diary.memory[1, DELIVERY] == pytest.approx(0.776)
    assert np.count_nonzero(diary.memory) == 1


def test_the_first_two_contacts_in_one_month_by_hand(diary):
    diary.remember(contacts((0, "hotline", 5, 1.0), (0, "hotline", 6, -1.0)), 0)
    assert diary.memory[0, HOTLINE] == pytest.approx(0.6 * 1.0 + 0.4 * -1.0)


def test_satisfaction_by_hand(diary):
    seen = contacts((0, "delivery", 5, -0.5), (0, "hotline", 6, 1.5), (2, "press", 7, -3.0))
    diary.remember(seen, 0)
    assert diary.satisfaction == pytest.approx([1.4 * -0.5 + 0.69 * 1.5, 0.0, 0.0])
    diary.remember(contacts((2, "press", 7, 1.0)), 11)
    assert diary.satisfaction[0] == pytest.approx(0.335)
    diary.remember(contacts((2, "press", 7, 1.0)), 12)  # a year later it is forgotten
    assert diary.satisfaction[0] == 0


def test_satisfaction_has_a_kink_at_adequate():
    memory = np.zeros((3, N_RATED))
    memory[:, PLACE_OF["web_checkout"]] = (-1, 0, 1)
    used = np.ones((3, N_RATED), bool)
    assert satisfy(memory, used) == pytest.approx([-0.40, 0, 0.04])
    assert satisfy(memory, ~used) == pytest.approx([0, 0, 0])


def test_contacts_of_a_journey_are_in_time_order_and_in_the_window(scene: Scene):
    seen = scene.lives.contacts
    same = (np.diff(seen.journey) == 0) & (np.diff(seen.customer) == 0)
    assert (np.diff(seen.minute)[same] >= 0).all()
    order = np.lexsort((seen.minute, seen.journey, seen.customer))
    assert (order == np.arange(len(order))).all()
    assert seen.day.min() >= 0
    assert seen.day.max() < DAYS
    _, lengths = np.unique(seen.journey, return_counts=True)
    assert 1 < lengths.max() <= LONGEST_JOURNEY


def test_a_journey_belongs_to_one_customer_and_has_one_intention(scene: Scene):
    seen = scene.lives.contacts
    pairs = np.unique(np.stack([seen.journey, seen.customer, seen.intention]), axis=1)
    assert pairs.shape[1] == len(np.unique(seen.journey))


def test_nobody_begins_a_journey_after_leaving(scene: Scene):
    seen, left = scene.lives.contacts, scene.lives.left_month
    assert (left < MONTHS).any()
    assert (begun_in(seen) < left[seen.customer]).all()


def test_before_joining_people_only_look_around_for_a_month(scene: Scene):
    seen = scene.lives.contacts
    ahead = scene.people.joined_month[seen.customer] - begun_in(seen)
    assert ahead.max() == 1
    assert (seen.intention[ahead == 1] == BROWSE).all()


def test_whoever_joins_buys_in_that_month(scene: Scene):
    seen, joined = scene.lives.contacts, scene.people.joined_month
    first = (begun_in(seen) == joined[seen.customer]) & (seen.intention == PURCHASE)
    late = joined < MONTHS - 1  # journeys of the last month may be cut off
    assert set(np.flatnonzero((joined >= 0) & late)) <= set(seen.customer[first])


def test_memory_and_use_follow_from_the_contacts_one_by_one(scene: Scene):
    """Independent of the vectorised diary: a loop over the contacts of new customers."""
    lives, joined = scene.lives, scene.people.joined_month
    seen, month = lives.contacts, begun_in(lives.contacts)
    until = MONTHS - 3  # contacts of the last months may be cut off
    chosen = np.flatnonzero((joined >= 1) & (joined < 24))[:60]
    for customer in chosen:
        memory: dict[int, float] = {}
        last: dict[int, int] = {}
        own = np.flatnonzero((seen.customer == customer) & (month <= until))
        for i in own[np.lexsort((seen.minute[own], month[own]))]:
            point = int(seen.touchpoint[i])
            if point < N_RATED:
                before = memory.get(point, seen.quality[i])
                memory[point] = (1 - MEMORY) * before + MEMORY * seen.quality[i]
                last[point] = int(month[i])
        for point in range(N_RATED):
            assert lives.memory[until, customer, point] == pytest.approx(
                memory.get(point, 0.0), abs=1e-5
            )
            used = point in last and until - last[point] < FORGOTTEN_AFTER
            assert lives.used[until, customer, point] == used


def test_the_hazard_is_known_of_customers_alone_and_leavers_were_at_risk(scene: Scene):
    lives, joined = scene.lives, scene.people.joined_month
    month = np.arange(MONTHS)[:, None]
    present = (joined <= month) & (lives.left_month > month)
    at_risk = present | (lives.left_month == month + 1) & (joined <= month)
    assert (~np.isnan(lives.hazard) == at_risk).all()
    assert (lives.left_month > joined).all()
    for check in (0, 17, 35):
        assert (lives.present(check, joined) == present[check]).all()


def test_satisfaction_is_that_of_memory(scene: Scene):
    lives = scene.lives
    for month in (0, 20, 35):
        again = satisfy(lives.memory[month].astype(float), lives.used[month])
        assert lives.satisfaction[month] == pytest.approx(again, abs=1e-5)


def test_every_touchpoint_is_met_and_the_kinds_of_the_model_are_as_described(scene: Scene):
    assert set(scene.lives.contacts.touchpoint) == set(range(len(TOUCHPOINT_NAMES)))
    slopes = dict(zip(TOUCHPOINT_NAMES, zip(PENALTY, REWARD, strict=True), strict=False))
    assert slopes["delivery"] == (1.4, 0.8)
    assert slopes["store_advice"] == (0.10, 0.46)
