"""How good a contact is: operations, measures and the incident, one at a time."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from pipelines.simulate import operations as ops
from pipelines.simulate.calendar import DAYS, day_of
from pipelines.simulate.model import INCIDENT, PLACE_OF, PLANNED, TOUCHPOINT_NAMES, TOUCHPOINTS
from pipelines.simulate.operations import Operations, draw_operations, stores_of
from pipelines.simulate.population import REGIONS
from pipelines.simulate.quality import Served, serve

N = 20_000
SPRING = day_of(date(2023, 3, 11))  # season is about zero a quarter of a year before June


@pytest.fixture(scope="module")
def ordinary() -> Operations:
    """Every day as an ordinary day, every store and agent as the others."""
    days, stores = np.ones(DAYS), sum(ops.STORES.values())
    return Operations(
        wait=ops.WAIT_MINUTES * days,
        late=ops.LATE_SHARE * days,
        load=ops.LOAD_SECONDS * days,
        reply=ops.REPLY_HOURS * days,
        refund=ops.REFUND_DAYS * days,
        stock=ops.STOCK_SHARE * np.ones((DAYS, stores)),
        store=np.zeros(stores),
        agent=np.zeros(ops.AGENTS),
    )


def contact(name: str, on: date, world: Operations, member: bool = False, n: int = 50) -> Served:
    units = {planned.id: np.full(n, member) for planned in PLANNED}
    where = np.full(n, PLACE_OF[name]), np.full(n, day_of(on)), np.zeros(n, int)
    return serve(*where, units, world, np.random.default_rng(3))


@pytest.mark.parametrize("planned", PLANNED, ids=lambda planned: planned.id)
def test_a_measure_lifts_its_touchpoint_in_its_units_from_its_day_on(ordinary, planned):
    def lift(name: str, on: date) -> np.ndarray:
        reached = contact(name, on, ordinary, member=True).quality
        return reached - contact(name, on, ordinary).quality

    day_before = planned.starts - timedelta(days=1)
    assert lift(planned.touchpoint, planned.starts) == pytest.approx(planned.effect)
    assert lift(planned.touchpoint, day_before) == pytest.approx(0)
    for name in {*TOUCHPOINT_NAMES} - {one.touchpoint for one in PLANNED}:
        assert lift(name, planned.starts) == pytest.approx(0), name


def test_the_outage_is_felt_in_the_app_on_its_fourteen_days_and_no_other(ordinary):
    assert (INCIDENT.last - INCIDENT.first).days == 13
    calm = INCIDENT.first - timedelta(days=1)
    expected = {"app_checkout": -2.2, "app": -1.2, "web_shop": 0.0, "hotline": 0.0}
    for name, effect in expected.items():
        usual = contact(name, calm, ordinary).quality
        for on in (INCIDENT.first, INCIDENT.last):
            assert contact(name, on, ordinary).quality - usual == pytest.approx(effect), name
        after = contact(name, INCIDENT.last + timedelta(days=1), ordinary).quality
        assert after == pytest.approx(usual), name


@pytest.mark.parametrize("point", TOUCHPOINTS, ids=lambda point: point.id)
def test_on_ordinary_days_quality_is_that_of_the_touchpoint(ordinary, point):
    expected = point.quality
    on = date(2023, 3, 11)
    served = contact(point.id, on, ordinary, n=N)
    if point.id == "delivery":  # late parcels are worse than the rest: days late, at most six
        days = 1 / ops.LATE_DAYS
        late = sum(min(d, 6) * days * (1 - days) ** (d - 1) for d in range(1, 60))
        expected += ops.LATE_SLOPE * ops.LATE_SHARE * late
    season = 0.003  # on that day
    error = served.quality.std() / N**0.5
    assert served.quality.mean() == pytest.approx(expected, abs=4 * error + season)
    assert served.quality.std() >= 0.98 * point.chance


def test_a_minute_more_on_hold_takes_nine_hundredths_off():
    rng = np.random.default_rng(1)
    world = draw_operations(rng)
    n = 60_000
    day = rng.integers(0, DAYS, n)
    where = np.full(n, PLACE_OF["hotline"]), day, np.zeros(n, int)
    units = {planned.id: np.zeros(n, bool) for planned in PLANNED}
    served = serve(*where, units, world, rng)
    rest = served.quality - world.agent[served.agent]
    slope = np.cov(served.wait, rest)
    se = rest.std() / served.wait.std() / n**0.5
    assert slope[0, 1] / slope[0, 0] == pytest.approx(-0.09, abs=4 * se)


def test_parcels_alone_are_late_calls_and_mails_alone_wait_and_stores_alone_have_a_store(ordinary):
    on = date(2024, 5, 1)
    for name in TOUCHPOINT_NAMES:
        served = contact(name, on, ordinary)
        assert np.isnan(served.late).all() == (name != "delivery")
        assert np.isnan(served.wait).all() == (name not in ("hotline", "support_email"))
        assert (served.store == -1).all() == (not name.startswith("store_"))
        assert (served.agent == -1).all() == (name != "hotline")


def test_eighteen_percent_of_parcels_are_late(ordinary):
    late = contact("delivery", date(2024, 5, 1), ordinary, n=N).late
    assert (late > 0).mean() == pytest.approx(0.18, abs=4 * (0.18 * 0.82 / N) ** 0.5)
    assert late[late > 0].mean() == pytest.approx(1.6, abs=0.1)
    assert (late == np.floor(late)).all()


def test_customers_go_to_stores_of_their_country_and_regions_share_none():
    region = np.repeat([name for names in REGIONS.values() for name in names], 400)
    country = np.array([name[:2] for name in region])
    home = stores_of(country, region, np.random.default_rng(0))
    ranges = {"DE": (0, 11), "AT": (12, 16), "GB": (17, 23)}
    for name, (first, last) in ranges.items():
        assert set(home[country == name]) == set(range(first, last + 1))
    by_region = [set(home[region == name]) for name in np.unique(region)]
    assert sum(map(len, by_region)) == len(set.union(*by_region))


def test_operations_of_a_day_resemble_those_of_the_day_before():
    world = draw_operations(np.random.default_rng(2))
    for series in (world.load, world.refund, world.reply):
        logs = np.log(series)
        assert 0.5 < np.corrcoef(logs[1:], logs[:-1])[0, 1] < 0.85
    assert world.late.min() >= 0.02
    assert world.stock.max() <= 1
