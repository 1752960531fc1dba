"""Populations whose shares of R2 are known, for tests and benchmarks of their recovery."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from pipelines.drivers.records import DerivedRows
from pipelines.outcomes.sheets import Sheets
from pipelines.simulate.answers import BLANK_CODE, DONT_KNOW_CODE, NOT_USED_CODE, OVERALL, RATING
from pipelines.simulate.model import N_RATED, TOUCHPOINT_NAMES
from pipelines.simulate.partition import Scene
from pipelines.simulate.surveys import Wave
from pipelines.statistics.dominance import dominance

Floats = np.ndarray

# Twelve drivers, of which everybody rates four.
ROUTED = tuple(f"d{k}" for k in range(12))
ASKED = 4
WEIGHTS = np.linspace(0.6, 0.05, 12)  # of the drivers, in the outcome
STEPS = (-1.6, -0.8, 0.0, 0.9)  # standard deviations at which a rating of 1 to 5 changes


def routed(
    n: int, rng: np.random.Generator, *, by_scale: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All ratings, and those that were asked for.

    An attribute moves ratings and outcome, and decides which four of the twelve drivers a
    respondent is asked about: those high on it the last ones, those low the first ones.
    What is asked depends on nothing else, so that ratings are missing at random given the
    attribute.

    Parameters
    ----------
    by_scale : bool
        Ratings and outcome are given on scales of five points, fewer people at the low end.

    Returns
    -------
    whole, given : DataFrame
        The drivers `ROUTED`, ``y`` and ``attribute``; of `given` three ratings in four null.
    """
    attribute, common = rng.normal(size=(2, n, 1))
    loading = np.linspace(-0.6, 0.6, len(ROUTED))
    x = 0.6 * common + loading * attribute + rng.normal(size=(n, len(ROUTED)))
    y = x @ WEIGHTS + attribute[:, 0] + 2 * rng.normal(size=n)
    if by_scale:
        x, y = _on_five_points(x), _on_five_points(y)
    wish = 2.5 * np.linspace(-1, 1, len(ROUTED)) * attribute + rng.gumbel(size=x.shape)
    asked = np.argsort(np.argsort(-wish, axis=1), axis=1) < ASKED
    frames = (
        pl.DataFrame(rated, schema=ROUTED).with_columns(
            y=pl.Series(y), attribute=pl.Series(attribute[:, 0])
        )
        for rated in (x, np.where(asked, x, np.nan))
    )
    whole, given = frames
    return whole, given.fill_nan(None)


def _on_five_points(values: Floats) -> Floats:
    exact = (values - values.mean(axis=0)) / values.std(axis=0)
    return 1.0 + np.digitize(exact, STEPS)


# Five touchpoints that people use or do not.
REACH = np.array([1.4, 0.4, 0.0, -0.4, -0.8])  # log odds of use
ATTRACTED = np.array([0.0, 0.8, -0.8, 1.2, -1.2])  # of the attribute on them
EFFECT = np.array([2.0, -3.0, 3.0, -2.0, 4.0])  # of use, points of the outcome
SLOPE = np.array([0.5, 0.7, 0.3, 0.6, 0.4])  # points per point of the rating of users
OVERSAMPLED = 2 / 3  # of the sample are high on the attribute, of the population half


def experienced(n: int, rng: np.random.Generator, *, blank: float = 0.0) -> Sheets:
    """Sheets of a weighted sample in which the outcome depends on use, and on ratings of users.

    The attribute moves use, ratings and outcome, and the sample has too many people high on
    it, which their weights make up for. Answers are left out at random.
    """
    high = rng.random(n) < OVERSAMPLED
    attribute = np.abs(rng.normal(size=n)) * np.where(high, 1, -1)
    names = tuple(f"t{k}" for k in range(len(REACH)))
    shape = (n, len(names))
    use = rng.random(shape) < 1 / (1 + np.exp(-(REACH + ATTRACTED * attribute[:, None])))
    rating = 50 + 6 * attribute[:, None] + 7 * rng.normal(size=(n, 1)) + 12 * rng.normal(size=shape)
    felt = np.where(use, EFFECT + SLOPE * (rating - 50), 0.0).sum(axis=1)
    outcome = 50 + felt + 4 * attribute + 15 * rng.normal(size=n)
    lost = rng.random(shape) < blank
    return Sheets(
        mode="cold",
        wave="2025",
        outcome="overall",
        drivers=names,
        touchpoints=names,
        left_out=(),
        target=np.column_stack([outcome, 100.0 * (outcome > 65), 100.0 * (outcome < 40)]),
        rating=np.where(use & ~lost, rating, np.nan),
        used=np.where(lost, np.nan, use.astype(float)),
        stated=np.full(shape, np.nan),
        weight=np.where(high, 0.5 / OVERSAMPLED, 0.5 / (1 - OVERSAMPLED)),
        cluster=np.arange(n),
        stratum=high.astype(np.int64),
        segments=pl.DataFrame(),
        confounders=pl.DataFrame(),
    )


def shares_of(used: Floats, rating: Floats, outcome: Floats, weight: Floats) -> Floats:
    """Shares of R2 in percent; a driver is use and use x (rating - mean of users).

    Parameters
    ----------
    used, rating : ndarray, shape (n, n_drivers)
        Without missing values; ratings of those who did not use a driver are not looked at.
    """
    k = used.shape[1]
    rated = np.where(used > 0, rating, 0.0)
    centre = (weight @ rated) / (weight @ used)
    columns = np.column_stack([used, np.where(used > 0, rating - centre, 0.0), outcome])
    deviation = (columns - np.average(columns, axis=0, weights=weight)) * np.sqrt(weight)[:, None]
    matrix = deviation.T @ deviation
    varies = [[g for g in (d, k + d) if matrix[g, g] > 1e-9 * len(used)] for d in range(k)]
    kept = [g for group in varies for g in group]
    place = {g: at for at, g in enumerate(kept)}
    groups = [[place[g] for g in group] for group in varies]
    grid = np.ix_([*kept, 2 * k], [*kept, 2 * k])
    general = dominance((matrix + matrix.T)[grid], groups).general
    return 100 * general / general.sum()


def experienced_shares(n: int) -> Floats:
    """Shares of the population of `experienced`, from a sample of that size without blanks."""
    sheets = experienced(n, np.random.default_rng(99))
    return shares_of(sheets.used, np.nan_to_num(sheets.rating), sheets.target[:, 0], sheets.weight)


def frame_of(sheets: Sheets) -> tuple[pl.DataFrame, dict[str, list[str]]]:
    """Sheets without blanks as a frame for `relative_importance`, and its groups."""
    used, weight = sheets.used, sheets.weight
    rated = np.nan_to_num(sheets.rating)
    centre = (weight @ rated) / (weight @ used)
    columns = {"y": sheets.target[:, 0], "w": weight, "stratum": sheets.stratum}
    for k, name in enumerate(sheets.drivers):
        columns |= {f"{name}_used": used[:, k]}
        columns |= {f"{name}_rating": np.where(used[:, k] > 0, rated[:, k] - centre[k], 0.0)}
    return pl.DataFrame(columns), {n: [f"{n}_used", f"{n}_rating"] for n in sheets.drivers}


def asked(given: pl.DataFrame) -> Sheets:
    """Sheets of the ratings from `routed`: who was not asked is not known to be a user.

    The attribute is known in ten steps, as a survey would know it.
    """
    rating, outcome = given.select(ROUTED).to_numpy(), given["y"].to_numpy()
    high, low = (100.0 * (sign * outcome > np.quantile(sign * outcome, 0.8)) for sign in (1, -1))
    return Sheets(
        mode="cold",
        wave="2025",
        outcome="y",
        drivers=ROUTED,
        touchpoints=ROUTED,
        left_out=(),
        target=np.column_stack([outcome, high, low]),
        rating=rating,
        used=np.where(np.isnan(rating), np.nan, 1.0),
        stated=np.full(rating.shape, np.nan),
        weight=np.ones(len(outcome)),
        cluster=np.arange(len(outcome)),
        stratum=np.zeros(len(outcome), np.int64),
        segments=pl.DataFrame({"attribute": _in_ten(given["attribute"].to_numpy())}),
        confounders=pl.DataFrame(),
    )


def _in_ten(values: Floats) -> Floats:
    steps = np.quantile(values, np.arange(1, 10) / 10)
    return np.digitize(values, steps).astype(str)


def of_policy(found: DerivedRows, sheets: Sheets, policy: str) -> list[dict[str, Any]]:
    """LMG of the mean under a policy, in the order of the drivers; none if it was refused."""
    rows = {
        row["driver"]: row
        for row in found.drivers
        if (row["policy"], row["approach"], row["target"]) == (policy, "lmg", "mean")
    }
    return [rows[name] for name in sheets.drivers] if rows else []


def questionnaires(wave: Wave) -> Sheets:
    """What respondents of a wave of the demo study answer, before their files are spoilt."""
    there = wave.answered & (wave.would_answer["overall"] != BLANK_CODE)
    said = np.column_stack([wave.would_answer[name][there] for name in TOUCHPOINT_NAMES[:N_RATED]])
    overall = wave.would_answer["overall"][there].astype(float)
    weight = np.zeros(len(there))
    weight[wave.answered] = wave.weight
    n = int(there.sum())
    percent = 100 * (said - RATING.low) / (RATING.high - RATING.low)
    target = 100 * (overall - OVERALL.low) / (OVERALL.high - OVERALL.low)
    return Sheets(
        mode="cold",
        wave=wave.name,
        outcome="overall",
        drivers=TOUCHPOINT_NAMES[:N_RATED],
        touchpoints=TOUCHPOINT_NAMES[:N_RATED],
        left_out=(),
        target=np.column_stack([target, 100.0 * (overall >= 9), 100.0 * (overall <= 5)]),
        rating=np.where(
            np.isin(said, (NOT_USED_CODE, DONT_KNOW_CODE, BLANK_CODE)), np.nan, percent
        ),
        used=np.where(said == BLANK_CODE, np.nan, (said != NOT_USED_CODE).astype(float)),
        stated=np.full(said.shape, np.nan),
        weight=weight[there],
        cluster=np.arange(n),
        stratum=np.zeros(n, np.int64),
        segments=pl.DataFrame(),
        confounders=pl.DataFrame(),
    )


def tendency(scene: Scene, wave: Wave) -> Floats:
    """How much each customer of the frame counts among respondents, weights expected.

    The probability of answering, times the weight by country and age that makes up for it.
    """
    known = scene.people.known.select(pl.struct("country", "age").rank("dense")).to_series()
    cell = known.to_numpy()[wave.customer].astype(int)
    answering = np.maximum(np.bincount(cell, wave.response), 1e-9)
    return wave.response * (np.bincount(cell) / answering)[cell]


def shares_of_answers(scene: Scene, wave: Wave) -> Floats:
    """Shares that respondents of a wave can be expected to have, from what all would answer.

    Those with a blank or a don't-know, which come at random, are left out.
    """
    said = np.column_stack([wave.would_answer[name] for name in TOUCHPOINT_NAMES[:N_RATED]]).astype(
        float
    )
    overall = wave.would_answer["overall"].astype(float)
    whole = ~np.isin(said, (DONT_KNOW_CODE, BLANK_CODE)).any(axis=1) & (overall != BLANK_CODE)
    used = (said != NOT_USED_CODE).astype(float)
    return shares_of(used[whole], said[whole], overall[whole], tendency(scene, wave)[whole])
