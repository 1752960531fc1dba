"""What an evidence card tells of the numbers of driver models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.core import evidence, rows
from app.core.bundle import Bundle
from app.core.evidence import Card, Row
from app.core.language import NO_BREAK, Words
from app.views.drivers import models
from app.views.drivers.numbers import chance, ends, r2, span, with_span

Facts = dict[str, str]

FEW = {"small": "few_users"}  # flag -> the warning that it means here


def write(bundle: Bundle, words: Words, table: str, row: Row) -> Card:
    """The card of a driver or a model."""
    return Card(
        evidence.facts_of_estimate(
            bundle, words, table, row, partial(_numbers, of=NUMBERS[table]),
            FEW if "driver" in row else {},
        ),
        title=about(bundle, words, table, row),
        context=[*evidence.context(bundle, words, row), *details(bundle, words, row)],
    )  # fmt: skip


def about(bundle: Bundle, words: Words, table: str, row: Row) -> str:
    """What a number is of: the driver and the outcome."""
    outcome = models.outcome_name(bundle, words, row["outcome"])
    if table == "driver_models":
        return words("drivers.card.r2", outcome=outcome)
    labels = rows.question_labels(bundle, words, of_experience=True)
    driver = labels.get(row["driver"], row["driver"])
    key = table if table != "drivers" else f"share_of_{models.whole(row['approach'])}"
    return words(f"drivers.card.{key}", driver=driver, outcome=outcome)


def details(bundle: Bundle, words: Words, row: Row) -> list[str]:
    """Target, and policy and approach where the row has them."""
    parts = [models.target_name(bundle, words, row["outcome"], row["target"])]
    if "policy" in row:
        parts.append(words(f"drivers.policy.{row['policy']}.name"))
    if "approach" in row:
        parts.append(models.approach_name(words, row["approach"], row["target"]))
    return parts


def _level(words: Words, row: Row) -> str:
    return words("evidence.interval", level=words.percent(100 * row["level"], 0))


def _share(words: Words, row: Row) -> Facts:
    return {
        words("drivers.card.share"): words.value("share", row["value"]),
        _level(words, row): ends(words, "share", row["low"], row["high"]),
    }


def _of_driver(words: Words, row: Row) -> Facts:
    is_latent = row["approach"] == models.LATENT
    facts = _share(words, row) | {
        words("drivers.card.units_latent" if is_latent else "drivers.card.units"): with_span(
            words, words.number(row["importance"], 3),
            span(words, row["importance_low"], row["importance_high"], 3),
        ),
        words("drivers.card.rank"): words(
            "drivers.card.rank_of", rank=row["rank"], low=row["rank_low"], high=row["rank_high"]
        ),
        words("drivers.card.tier"): words.count(row["tier"]),
    }  # fmt: skip
    if row["slope"] is not None:
        facts[words("drivers.card.slope")] = with_span(
            words,
            words.number(row["slope"], 2, signed=True),
            span(words, row["slope_low"], row["slope_high"]),
        )
    if row["reach"] is not None:
        facts[words("measure.reach.name")] = words.value("reach", row["reach"])
    facts[words("drivers.card.n_users")] = words.count(row["n_users"])
    for name in ("vif", "halo"):
        if row[name] is not None:
            facts[words(f"drivers.card.{name}")] = words.number(row[name], 2)
    return facts


def _of_model(words: Words, row: Row) -> Facts:
    facts = {words("drivers.card.status"): words(f"drivers.status.{row['status']}")}
    if row["reason"]:
        facts[words("drivers.card.reason")] = words.method(row["reason"])
    if row["value"] is not None:
        facts[words("drivers.card.r2_name")] = r2(words, row["value"])
        facts[_level(words, row)] = span(words, row["low"], row["high"])
    if row["r2_held_out"] is not None:
        facts[words("drivers.card.held_out")] = r2(words, row["r2_held_out"])
    facts[words("drivers.card.n_drivers")] = words.count(row["n_drivers"])
    if row["n_left_out"] is not None:
        facts[words("drivers.card.n_left_out")] = words.count(row["n_left_out"])
    return facts


def _of_priority(words: Words, row: Row) -> Facts:
    facts = _share(words, row) | {
        words("drivers.card.performance"): with_span(
            words, words.value("mean", row["performance"]),
            ends(words, "mean", row["performance_low"], row["performance_high"]),
        ),
        words("drivers.card.correlation"): words.number(row["correlation"], 2, signed=True),
        words("drivers.card.importance_border"): words.value("share", row["importance_border"]),
        words("drivers.card.performance_border"): words.value("mean", row["performance_border"]),
    }  # fmt: skip
    for quadrant in models.QUADRANTS:
        name = words("drivers.card.chance", quadrant=words(f"drivers.quadrant.{quadrant}"))
        facts[name] = chance(words, row[f"p_{quadrant}"])
    if row["stated"] is not None:
        facts[words("drivers.card.stated")] = with_span(
            words,
            words.value("mean", row["stated"]),
            ends(words, "mean", row["stated_low"], row["stated_high"]),
        )
    return facts


def _of_contrast(words: Words, row: Row) -> Facts:
    return {
        words("drivers.card.difference"): words.change("share", row["value"]),
        _level(words, row): words.interval("share", row["low"], row["high"], change=True)
        + f"{NO_BREAK}{words('unit.pp')}",
        words("drivers.card.n_others"): words.count(row["n_against"]),
        words("evidence.p_adjusted"): words.p_value(row["p_adjusted"]),
    }


def _answers(words: Words, row: Row) -> Facts:
    if row["n"] is None:
        return {}
    facts = {words("evidence.n"): words.count(row["n"])}
    if row["n_eff"] is not None:
        facts[words("evidence.n_eff")] = words.number(row["n_eff"], 0)
    return facts


def _numbers(words: Words, row: Row, of: Callable[[Words, Row], Facts]) -> Facts:
    """The number, its interval and what belongs to it."""
    return of(words, row) | _answers(words, row)


NUMBERS: dict[str, Callable[[Words, Row], Facts]] = {
    "drivers": _of_driver,
    "driver_models": _of_model,
    "priorities": _of_priority,
    "driver_contrasts": _of_contrast,
}
CARDS = dict.fromkeys(NUMBERS, write)
