"""Panels: waves in which the same customers answered, and how their scores vary together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.estimates.panels import SHARED_ESTIMATES, shared_estimates
from pipelines.estimates.samples import Sample
from pipelines.estimates.targets import Item
from pipelines.measure.items import items_of, questions_of

# Shared estimates of two waves, in the words of `measure`.
TOGETHER = {
    "mode": pl.String(),
    "wave": pl.String(),
    "wave_against": pl.String(),
    **{
        ("is_stage" if name == "is_pooled" else name): kind
        for name, kind in SHARED_ESTIMATES.items()
    },
}


def covariances(
    waves: Sequence[Sample], pairs: pl.DataFrame, register: pl.DataFrame, stages: Mapping[str, str]
) -> pl.DataFrame:
    """Estimate how the scores of waves that are compared vary together.

    A sampling unit that is in both waves, a customer or a cluster, is known by its name.

    Parameters
    ----------
    waves : sequence of Sample
    pairs : DataFrame
        With ``mode, wave, wave_against``.
    register : DataFrame
        See `answers.question_register`.
    stages : mapping
        Touchpoint to journey stage.

    Returns
    -------
    DataFrame
        `TOGETHER`: see `estimates.panels.shared_estimates`.
    """
    drawn = {(wave.about["mode"], wave.about["wave"]): wave for wave in waves}
    frames = [pl.DataFrame(schema=TOGETHER)]
    for mode, wave, wave_against in _compared(pairs):
        later, earlier = drawn[mode, wave], drawn[mode, wave_against]
        if later.unit_names.is_in(earlier.unit_names.implode()).any():
            asked, asked_before = (_items(one, register, stages) for one in (later, earlier))
            both = [(asked[of], asked_before[of]) for of in asked if of in asked_before]
            found = shared_estimates(later, earlier, both).rename({"is_pooled": "is_stage"})
            about = {"mode": mode, "wave": wave, "wave_against": wave_against}
            frames.append(found.with_columns(**{k: pl.lit(v) for k, v in about.items()}))
    return pl.concat(frame.select(*TOGETHER) for frame in frames)


def _compared(pairs: pl.DataFrame) -> list[tuple[str, str, str]]:
    waves = pairs.select("mode", "wave", "wave_against").unique()
    return waves.sort(pl.all()).rows()


def _items(
    wave: Sample, register: pl.DataFrame, stages: Mapping[str, str]
) -> dict[tuple[str, bool], Item]:
    listed = items_of(questions_of(wave, register), stages)
    return {(item.subject, item.is_pooled): item for item in listed}
