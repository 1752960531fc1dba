"""What is true of the demo study can be found in it, at its full size of 20,000 customers."""

from __future__ import annotations

from math import comb

import numpy as np
import polars as pl
import pyreadstat
import pytest
import statsmodels.api as sm

from pipelines.contract.canonical import CANONICAL
from pipelines.simulate import leaving, surveys
from pipelines.simulate.answers import BLANK_CODE, DONT_KNOW_CODE, LENIENCY, NOT_USED_CODE, RATING
from pipelines.simulate.calendar import DAY, day_of
from pipelines.simulate.dirt import KINDS_OF_DIRT
from pipelines.simulate.journeys import BURN_IN, PURCHASES, PURCHASES_BY_SEGMENT
from pipelines.simulate.model import (
    BAD_QUALITY,
    INCIDENT,
    MONTHS,
    N_RATED,
    PLACE_OF,
    PLANNED,
    QUALITY,
    REWORDING,
    TOUCHPOINT_NAMES,
)
from pipelines.simulate.partition import Scene
from pipelines.simulate.paths import INTENTIONS
from pipelines.simulate.surveys import Wave

WAVES = tuple(surveys.WAVES)
LIMIT = 4  # standard errors, where many numbers are looked at; 3 where it is one
SIZE = 60e6  # bytes of all raw files


@pytest.fixture(scope="module")
def dirty(demo) -> pl.DataFrame:
    """Every dirty row of every file."""
    lists = [part["dirty"] for part in demo.truth["partitions"]] + [demo.truth["dirty"]]
    return pl.concat((pl.DataFrame(one) for one in lists), how="vertical_relaxed")


@pytest.fixture(scope="module")
def rejected(demo) -> dict[str, pl.DataFrame]:
    return {
        path.stem: pl.read_parquet(path) for path in (demo.folder / "quarantine").glob("*.parquet")
    }


def raw_rows(demo) -> int:
    """Rows of the raw tables that can be dirty."""
    raw, total = demo.folder / "raw", 0
    for path in raw.rglob("*.parquet"):
        total += pl.scan_parquet(path).select(pl.len()).collect().item()
    for path in raw.rglob("*.csv"):
        total += pl.scan_csv(path, encoding="utf8-lossy").select(pl.len()).collect().item()
    for path in raw.rglob("*.sav"):
        total += pyreadstat.read_sav(str(path), metadataonly=True)[1].number_rows
    return total


# Quarantine


def test_every_dirty_row_with_a_rule_is_in_quarantine_and_no_clean_one(
    dirty, rejected, record_property, capsys
):
    place, lines = ["file", "row"], []
    seen = dirty.filter(pl.col("rule").is_not_null())
    assert set(seen["table"]) == set(rejected)
    for table, rows in sorted(rejected.items()):
        found = rows.select(file="source_file", row="source_row").unique()
        wanted = seen.filter(pl.col("table") == table).select(place).unique()
        hits = found.join(wanted, on=place, how="semi").height
        precision, recall = hits / found.height, hits / wanted.height
        lines.append(f"{table}: precision {precision:.4f}, recall {recall:.4f}, rows {hits:,}")
        record_property(f"{table} precision", precision)
        record_property(f"{table} recall", recall)
        assert (precision, recall) == (1.0, 1.0), table
    with capsys.disabled():
        print("\n" + "\n".join(lines))


def test_every_rejected_row_is_under_the_rule_of_its_kind(dirty, rejected):
    for table, rows in rejected.items():
        kinds = dirty.filter(pl.col("table") == table, pl.col("rule").is_not_null())
        told = rows.join(
            kinds.select("file", "row", "question", "kind", "rule"),
            left_on=["source_file", "source_row"],
            right_on=["file", "row"],
            how="left",
        )
        broken = pl.col("rules").str.split("; ").list.contains(pl.col("rule"))
        assert told.select(broken.all()).item(), table
        if table == "responses":  # of one answer, the others of the row stay
            wrong = pl.col("question").is_not_null() & (pl.col("question") != pl.col("question_id"))
            assert told.filter(wrong).is_empty()


def test_kinds_that_no_check_can_see_are_these(dirty):
    unseen = set(dirty.filter(pl.col("rule").is_null())["kind"])
    assert unseen == {"amount_in_cents", "next_customer", "other_currency", "logged_twice"}
    assert {kind.name for kinds in KINDS_OF_DIRT.values() for kind in kinds} == set(dirty["kind"])


def test_rows_are_dirty_in_at_least_twelve_ways_and_about_two_percent_are(demo, dirty):
    assert dirty["kind"].n_unique() >= 12
    share = dirty.select("file", "row").n_unique() / raw_rows(demo)
    assert 0.015 < share < 0.025


# Files


def test_all_six_canonical_tables_have_rows_and_the_raw_files_are_small(demo):
    for name in CANONICAL:
        assert demo.table("canonical", name).height > 0, name
    files = [path for path in (demo.folder / "raw").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < SIZE


# Surveys


def respondents(demo, question: str, wave: str) -> pl.DataFrame:
    return demo.table("canonical", "responses").filter(
        pl.col("survey_id") == "yearly", pl.col("wave") == wave, pl.col("question_id") == question
    )


def weighted(values: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Weighted mean and its standard error."""
    mean = np.average(values, weights=weight)
    error = np.sqrt((weight**2 * (values - mean) ** 2).sum()) / weight.sum()
    return float(mean), float(error)


@pytest.mark.parametrize("name", WAVES)
def test_ratings_of_respondents_are_those_of_the_population_plus_selection(demo, whole, name):
    (wave,) = (one for one in whole.waves if one.name == name)
    cell = cells(whole, wave)
    for touchpoint in TOUCHPOINT_NAMES[:N_RATED]:
        rows = respondents(demo, touchpoint, name)
        rated = rows.filter(pl.col("value").is_not_null())
        values = 100 * (rated["value"].to_numpy() - RATING.low) / (RATING.high - RATING.low)
        mean, error = weighted(values, rated["weight"].to_numpy())
        said = wave.would_answer[touchpoint]
        given = ~np.isin(said, (NOT_USED_CODE, DONT_KNOW_CODE, BLANK_CODE))
        score = 100 * (said - RATING.low) / (RATING.high - RATING.low)
        truth = demo.truth["waves"][name]["csat"][touchpoint]
        assert score[given].mean() == pytest.approx(truth, abs=1e-3)
        expected = selected_mean(wave, cell, score, given)
        assert mean == pytest.approx(expected, abs=LIMIT * error), touchpoint
        used = (rows["missing"] != "not_experienced").fill_null(True).to_numpy().astype(float)
        reach, error = weighted(used, rows["weight"].to_numpy())
        true_reach = demo.truth["waves"][name]["reach"][touchpoint] / 100
        assert wave.used[:, PLACE_OF[touchpoint]].mean() == pytest.approx(true_reach, abs=1e-5)
        answered = said != BLANK_CODE
        chosen = selected_mean(wave, cell, wave.used[:, PLACE_OF[touchpoint]], answered)
        assert reach == pytest.approx(chosen, abs=LIMIT * error), touchpoint


def cells(whole: Scene, wave: Wave) -> np.ndarray:
    """Cell of country and age of each customer of the frame."""
    known = whole.people.known.select(pl.struct("country", "age").rank("dense")).to_series()
    return known.to_numpy()[wave.customer].astype(int)


def selected_mean(wave: Wave, cell: np.ndarray, values: np.ndarray, given: np.ndarray) -> float:
    """Weighted mean respondents can be expected to have, knowing who tends to answer."""
    total = np.bincount(cell)
    weight = wave.response * (total / np.maximum(np.bincount(cell, wave.response), 1e-9))[cell]
    return float(np.average(values[given], weights=weight[given]))


@pytest.mark.parametrize("name", WAVES)
def test_respondents_recommend_more_than_all_and_weighting_does_not_mend_it(demo, name):
    rows = respondents(demo, "nps", name).filter(pl.col("value").is_not_null())
    value, weight = rows["value"].to_numpy(), rows["weight"].to_numpy()
    votes = 100.0 * ((value >= 9).astype(int) - (value <= 6))
    truth = demo.truth["waves"][name]["nps"]
    for used in (np.ones(len(votes)), weight):
        nps, error = weighted(votes, used)
        assert nps - truth > 1.96 * error


def test_a_new_wording_moves_answers_and_not_quality(demo):
    waves = demo.truth["waves"]
    old, new = waves["2024"], waves[REWORDING.wave]

    def moved(name: str) -> float:
        felt = new["quality_of_users"][name] - old["quality_of_users"][name]
        return new["mean_answer"][name] - old["mean_answer"][name] - RATING.step * felt

    assert 0.35 < moved(REWORDING.touchpoint) < RATING.step * REWORDING.effect
    for name in {*TOUCHPOINT_NAMES[:N_RATED]} - {REWORDING.touchpoint}:
        assert moved(name) == pytest.approx(0, abs=0.08), name
    felt = {name: waves[name]["quality_of_users"][REWORDING.touchpoint] for name in WAVES}
    assert felt["2025"] == pytest.approx(felt["2024"], abs=0.1)


# Quality of contacts


def test_quality_is_that_of_the_touchpoint_where_operations_have_no_part(whole):
    seen = whole.lives.contacts
    outage = (seen.day >= day_of(INCIDENT.first)) & (seen.day <= day_of(INCIDENT.last))
    for name in ("app", "app_checkout", "order_updates", "newsletter", "word_of_mouth"):
        felt = seen.quality[(seen.touchpoint == PLACE_OF[name]) & ~outage]
        error = felt.std() / len(felt) ** 0.5
        assert felt.mean() == pytest.approx(QUALITY[PLACE_OF[name]], abs=LIMIT * error + 1e-12), (
            name
        )


def test_the_outage_is_seen_on_its_days_and_no_others(whole):
    seen = whole.lives.contacts
    first, last = day_of(INCIDENT.first), day_of(INCIDENT.last)
    for name, effect in INCIDENT.effects:
        here = seen.touchpoint == PLACE_OF[name]
        n = np.bincount(seen.day[here])
        daily = np.bincount(seen.day[here], seen.quality[here]) / np.maximum(n, 1)
        worst = np.argsort(np.where(n > 0, daily, np.inf))[: last - first + 1]
        assert sorted(worst) == list(range(first, last + 1)), name
        during = here & (seen.day >= first) & (seen.day <= last)
        change = seen.quality[during].mean() - seen.quality[here & ~during].mean()
        error = seen.quality[during].std() / during.sum() ** 0.5
        assert change == pytest.approx(effect, abs=3 * error), name


@pytest.mark.parametrize("planned", PLANNED, ids=lambda planned: planned.id)
def test_the_effect_of_a_measure_is_the_difference_of_differences(whole, planned):
    seen = whole.lives.contacts
    here = seen.touchpoint == PLACE_OF[planned.touchpoint]
    # Parcels are late after they were handed over, so they arrive days later than that.
    served = (seen.minute - np.nan_to_num(seen.late) * DAY) // DAY
    after = served >= day_of(planned.starts)
    treated = whole.people.is_(planned.unit, *planned.units)[seen.customer]
    means, variance = {}, 0.0
    for group in (False, True):
        for late in (False, True):
            felt = seen.quality[here & (treated == group) & (after == late)]
            means[group, late] = felt.mean()
            variance += felt.var() / len(felt)
    effect = means[True, True] - means[True, False] - means[False, True] + means[False, False]
    assert effect == pytest.approx(planned.effect, abs=3 * variance**0.5)
    assert planned.effect > 10 * variance**0.5


# Leaving and buying


def person_months(whole: Scene, months: range) -> tuple[np.ndarray, np.ndarray]:
    """Month and customer of everyone at risk."""
    month, customer = np.nonzero(~np.isnan(whole.lives.hazard[: months.stop]))
    chosen = (month >= months.start) & ((month - months.start) % months.step == 0)
    return month[chosen], customer[chosen]


def test_odds_of_leaving_are_those_of_the_model(whole):
    lives, people = whole.lives, whole.people
    seen, size = lives.contacts, whole.people.size
    month, customer = person_months(whole, range(MONTHS - 2))  # later journeys are cut off
    began = seen.journey // 10_000_000 - BURN_IN

    def bad(name: str) -> np.ndarray:
        had = np.zeros((MONTHS, size), bool)
        hit = (seen.touchpoint == PLACE_OF[name]) & (seen.quality < BAD_QUALITY) & (began >= 0)
        had[began[hit], seen.customer[hit]] = True
        return had[month, customer]

    tenure = month - people.joined_month[customer]
    returned = bad("returns")
    table = {
        "constant": np.ones(len(month)),
        "satisfaction": lives.satisfaction[month, customer],
        "attachment": people.attachment[customer],
        "tenure": np.log1p(tenure / 12),
        "hotline": bad("hotline"),
        "delivery": bad("delivery"),
        "returns_new": returned & (tenure < leaving.NEW_MONTHS),
        "returns_later": returned & (tenure >= leaving.NEW_MONTHS),
    }
    left = lives.left_month[customer] == month + 1
    fitted = sm.Logit(left, np.column_stack(list(table.values())).astype(float)).fit(disp=0)
    truth = {
        "constant": leaving.CONSTANT,
        "satisfaction": leaving.SATISFACTION,
        "attachment": leaving.ATTACHMENT,
        "tenure": leaving.TENURE,
        "hotline": leaving.HOTLINE,
        "delivery": leaving.DELIVERY,
        "returns_new": leaving.RETURNS_NEW,
        "returns_later": 0.0,
    }
    for name, found, error in zip(table, fitted.params, fitted.bse, strict=True):
        assert found == pytest.approx(truth[name], abs=3 * error), name
    noted = dict(zip(table, fitted.params / fitted.bse, strict=True))
    assert noted["hotline"] > 5
    assert noted["delivery"] > 5
    assert noted["returns_new"] > 3


def test_purchases_rise_with_satisfaction_as_the_model_says(whole):
    lives, people = whole.lives, whole.people
    month, customer = person_months(whole, range(2, MONTHS, 4))
    old = people.joined_month[customer] < month  # who joins buys for sure
    month, customer = month[old], customer[old]
    seen = lives.contacts
    buys = seen.intention == INTENTIONS.index("purchase")
    journey, first = np.unique(seen.journey[buys], return_index=True)
    counts = np.zeros((MONTHS, people.size))
    began = journey // 10_000_000 - BURN_IN
    inside = began >= 0
    np.add.at(counts, (began[inside], seen.customer[buys][first][inside]), 1)
    table = {
        "constant": np.ones(len(month)),
        "satisfaction": lives.satisfaction[month - 1, customer],
        "attachment": people.attachment[customer],
        "price": people.price_sensitivity[customer],
        "christmas": (month % 12 >= 10).astype(float),
        "family": people.is_("segment", "family")[customer].astype(float),
        "premium": people.is_("segment", "premium")[customer].astype(float),
    }
    fitted = sm.GLM(
        counts[month, customer], np.column_stack(list(table.values())), sm.families.Poisson()
    ).fit()
    found = dict(zip(table, zip(fitted.params, fitted.bse, strict=True), strict=True))
    truth = PURCHASES | {name: PURCHASES_BY_SEGMENT[name] for name in ("family", "premium")}
    for name, value in truth.items():
        estimate, error = found[name]
        assert estimate == pytest.approx(value, abs=3 * error), name
    assert found["satisfaction"][0] > 10 * found["satisfaction"][1]


# Importance


def test_the_true_order_of_importance_is_that_of_all_subsets(demo, whole):
    """LMG by its definition: mean gain of R2 over all subsets of the other touchpoints."""
    used, quality, overall = (
        np.concatenate(parts)
        for parts in zip(
            *((w.used, w.quality, w.meant + LENIENCY * w.style.leniency) for w in whole.waves),
            strict=True,
        )
    )
    cov = np.cov(np.column_stack([used, np.where(used, quality, 0.0), overall]), rowvar=False)
    r2 = np.zeros(1 << N_RATED)
    for subset in range(1, 1 << N_RATED):
        chosen = [place for place in range(N_RATED) if subset >> place & 1]
        x = chosen + [N_RATED + place for place in chosen]
        explained = cov[x, -1] @ np.linalg.solve(cov[np.ix_(x, x)], cov[x, -1])
        r2[subset] = explained / cov[-1, -1]
    size = np.array([bin(subset).count("1") for subset in range(1 << N_RATED)])
    lmg = {}
    for place, name in enumerate(TOUCHPOINT_NAMES[:N_RATED]):
        without = np.array([s for s in range(1 << N_RATED) if not s >> place & 1])
        weight = np.array([1 / (N_RATED * comb(N_RATED - 1, k)) for k in size[without]])
        lmg[name] = float((weight * (r2[without | 1 << place] - r2[without])).sum())
    told = demo.truth["importance"]["all"]
    assert told["r2"] == pytest.approx(r2[-1], abs=1e-4)
    assert told["lmg"] == pytest.approx(lmg, abs=1e-4)
    assert told["order"] == sorted(lmg, key=lambda name: -lmg[name])
    assert sum(told["lmg"].values()) == pytest.approx(told["r2"], abs=1e-4)


def test_the_true_order_is_that_of_every_wave_and_its_steps_can_be_told_apart(demo):
    """What an analysis is judged by must not hang on a gap of a tenth of a point."""
    told = demo.truth["importance"]
    assert set(told) == {*WAVES, "all"}
    for name, one in told.items():
        assert one["order"][:5] == ["delivery", "hotline", "returns", "store_advice", "web_shop"]
        share = [100 * one["lmg"][driver] / one["r2"] for driver in one["order"]]
        assert min(-np.diff(share[:6])) > 1, name
