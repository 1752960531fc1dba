"""What an evidence card tells of the numbers of driver models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.core import rows
from app.core.bundle import Bundle
from app.core.language import NO_BREAK, Words
from app.pages.drivers import models
from app.pages.drivers.numbers import chance, ends, r2, span, with_span

Row = Mapping[str, Any]
Facts = dict[str, str]

TABLES = ("drivers", "driver_models", "priorities", "driver_contrasts")


def about(bundle: Bundle, words: Words, table: str, row: Row) -> str:
    """What a number is of: the driver and the outcome."""
    outcome = models.outcome_name(bundle, words, row["outcome"])
    if table == "driver_models":
        return words("association.r2", outcome=outcome)
    labels = rows.question_labels(bundle, words, of_experience=True)
    driver = labels.get(row["driver"], row["driver"])
    key = table if table != "drivers" else f"share_of_{models.whole(row['approach'])}"
    return words(f"association.{key}", driver=driver, outcome=outcome)


def details(bundle: Bundle, words: Words, row: Row) -> list[str]:
    """Target, and policy and approach where the row has them."""
    parts = [models.target_name(bundle, words, row["outcome"], row["target"])]
    if "policy" in row:
        parts.append(words(f"policy.{row['policy']}.name"))
    if "approach" in row:
        parts.append(models.approach_name(words, row["approach"], row["target"]))
    return parts


def numbers(words: Words, table: str, row: Row) -> Facts:
    """The number, its interval and what belongs to it."""
    write: Callable[[Words, Row], Facts] = {
        "drivers": _of_driver,
        "driver_models": _of_model,
        "priorities": _of_priority,
        "driver_contrasts": _of_contrast,
    }[table]
    return write(words, row) | _answers(words, row)


def _level(words: Words, row: Row) -> str:
    return words("evidence.interval", level=words.percent(100 * row["level"], 0))


def _share(words: Words, row: Row) -> Facts:
    return {
        words("association.share"): words.value("share", row["value"]),
        _level(words, row): ends(words, "share", row["low"], row["high"]),
    }


def _of_driver(words: Words, row: Row) -> Facts:
    is_latent = row["approach"] == models.LATENT
    facts = _share(words, row) | {
        words("association.units_latent" if is_latent else "association.units"): with_span(
            words, words.number(row["importance"], 3),
            span(words, row["importance_low"], row["importance_high"], 3),
        ),
        words("association.rank"): words(
            "association.rank_of", rank=row["rank"], low=row["rank_low"], high=row["rank_high"]
        ),
        words("association.tier"): words.count(row["tier"]),
    }  # fmt: skip
    if row["slope"] is not None:
        facts[words("association.slope")] = with_span(
            words,
            words.number(row["slope"], 2, signed=True),
            span(words, row["slope_low"], row["slope_high"]),
        )
    if row["reach"] is not None:
        facts[words("measure.reach.name")] = words.value("reach", row["reach"])
    facts[words("association.n_users")] = words.count(row["n_users"])
    for name in ("vif", "halo"):
        if row[name] is not None:
            facts[words(f"association.{name}")] = words.number(row[name], 2)
    return facts


def _of_model(words: Words, row: Row) -> Facts:
    facts = {words("association.status"): words(f"status.{row['status']}")}
    if row["reason"]:
        facts[words("association.reason")] = words.method(row["reason"])
    if row["value"] is not None:
        facts[words("association.r2_name")] = r2(words, row["value"])
        facts[_level(words, row)] = span(words, row["low"], row["high"])
    if row["r2_held_out"] is not None:
        facts[words("association.held_out")] = r2(words, row["r2_held_out"])
    facts[words("association.n_drivers")] = words.count(row["n_drivers"])
    if row["n_left_out"] is not None:
        facts[words("association.n_left_out")] = words.count(row["n_left_out"])
    return facts


def _of_priority(words: Words, row: Row) -> Facts:
    facts = _share(words, row) | {
        words("association.performance"): with_span(
            words, words.value("mean", row["performance"]),
            ends(words, "mean", row["performance_low"], row["performance_high"]),
        ),
        words("association.correlation"): words.number(row["correlation"], 2, signed=True),
        words("association.importance_border"): words.value("share", row["importance_border"]),
        words("association.performance_border"): words.value("mean", row["performance_border"]),
    }  # fmt: skip
    for quadrant in models.QUADRANTS:
        name = words("association.chance", quadrant=words(f"quadrant.{quadrant}"))
        facts[name] = chance(words, row[f"p_{quadrant}"])
    if row["stated"] is not None:
        facts[words("association.stated")] = with_span(
            words,
            words.value("mean", row["stated"]),
            ends(words, "mean", row["stated_low"], row["stated_high"]),
        )
    return facts


def _of_contrast(words: Words, row: Row) -> Facts:
    return {
        words("association.difference"): words.change("share", row["value"]),
        _level(words, row): words.interval("share", row["low"], row["high"], change=True)
        + f"{NO_BREAK}{words('unit.pp')}",
        words("association.n_others"): words.count(row["n_against"]),
        words("evidence.p_adjusted"): words.p_value(row["p_adjusted"]),
    }


def _answers(words: Words, row: Row) -> Facts:
    if row["n"] is None:
        return {}
    facts = {words("evidence.n"): words.count(row["n"])}
    if row["n_eff"] is not None:
        facts[words("evidence.n_eff")] = words.number(row["n_eff"], 0)
    return facts
