"""Waves: the one place that decides which came first.

The dates of the answers and the names of the waves say it; both must not contradict each other.
Where they do, or neither says it, the study's map lists the waves in their order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import narwhals as nw
import polars as pl

from pipelines.contract.waves import WAVES_IN_TIME
from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.errors import StudyError, closest, examples
from pipelines.core.study import Study
from pipelines.core.wave_names import in_order_of_names, is_earlier

# Days between which the middle half of a wave's questionnaires were answered, and their median.
# A few late answers move none of them.
QUARTILES = {"from_on": 0.25, "median_on": 0.5, "to_on": 0.75}


@dataclass(frozen=True)
class DatedWave:
    """A wave, and when the middle half of its questionnaires were answered; None if undated."""

    name: str
    from_on: date | None
    median_on: date | None
    to_on: date | None

    def is_clearly_after(self, other: DatedWave) -> bool:
        """Whether its middle half was answered later than all of the other's."""
        return bool(self.from_on and other.to_on and self.from_on > other.to_on)


def waves_of(study: Study, responses: Frame) -> pl.DataFrame:
    """Describe the waves of a study, in their order.

    Parameters
    ----------
    responses : LazyFrame
        The canonical table.

    Returns
    -------
    DataFrame
        The table `contract.waves.WAVES_IN_TIME`.

    Raises
    ------
    StudyError
        If dates and names contradict each other or do not say the order, and study.yaml does
        not list the waves; or if its baseline is no wave.
    """
    found = ordered(responses, study.map.time_zone, study.map.waves, where=study.name)
    names = found["wave"].unique().sort().to_list()
    baseline = study.map.baseline
    if names and baseline is not None and baseline not in names:
        raise StudyError(
            f"{study.name}/study.yaml: baseline",
            expected="a wave of the responses",
            got=repr(baseline),
            todo=closest(baseline, names),
        )
    return found


def ordered(
    responses: Frame, time_zone: str, declared: Sequence[str], *, where: str
) -> pl.DataFrame:
    """Describe waves in their order; see `waves_of`.

    Parameters
    ----------
    time_zone : str
        In which days are told apart.
    declared : sequence of str
        Waves in the order of time, as the study's map lists them.
    where : str
        The study, for messages.
    """
    described = _describe(responses, time_zone)
    parts = [
        rows.join(_places(rows, declared, f"{where}, {mode} survey"), on="wave")
        for (mode,), rows in sorted(described.partition_by("mode", as_dict=True).items())
    ]
    whole = pl.concat(parts).sort("mode", "place") if parts else WAVES_IN_TIME.without_rows()
    return whole.select(pl.col(name).cast(kind) for name, kind in WAVES_IN_TIME.schema.items())


def _describe(responses: Frame, time_zone: str) -> pl.DataFrame:
    """Count the questionnaires of every wave, and say when they were answered."""
    key, one = ["mode", "wave"], nw.col("response_id").n_unique()
    counted = responses.group_by(*key).agg(
        one.alias("n_respondents"), (nw.col("weight") != 1).any().alias("weighted")
    )
    local = engine.to_local(responses, "answered_at", time_zone)
    by_day = local.with_columns(day=nw.col("answered_at").cast(nw.Date)).group_by(*key, "day")
    days = engine.to_polars(by_day.agg(one.alias("n"))).collect().drop_nulls("day")
    answered = pl.col("n").cast(pl.Int64)
    when = [
        pl.col("day").filter(answered.cum_sum() >= share * answered.sum()).first().alias(name)
        for name, share in QUARTILES.items()
    ]
    ends = (pl.col("day").min().alias("first_on"), pl.col("day").max().alias("last_on"))
    dated = days.sort("day").group_by(key).agg(*ends, *when)
    return engine.to_polars(counted).collect().join(dated, on=key, how="left")


def _places(rows: pl.DataFrame, declared: Sequence[str], where: str) -> pl.DataFrame:
    """Number the waves of one mode in their order."""
    waves = [DatedWave(**row) for row in rows.sort("wave").select("wave", *QUARTILES).rename(
        {"wave": "name"}).to_dicts()]  # fmt: skip
    names = in_order(waves, declared, where)
    return pl.DataFrame({"wave": names}).with_row_index("place", offset=1)


def in_order(waves: Sequence[DatedWave], declared: Sequence[str], where: str) -> list[str]:
    """Put the names of the waves of one mode in the order of time.

    Parameters
    ----------
    waves : sequence of DatedWave
    declared : sequence of str
        The order in the study's map; it wins. It lists all of these waves, or none.
    where : str
        For messages.

    Raises
    ------
    StudyError

    Examples
    --------
    >>> days = [date(2024, 5, day) for day in (1, 2, 3)]
    >>> in_order([DatedWave("Main", *days), DatedWave("Pilot", *3 * [date(2024, 1, 9)])], (), "")
    ['Pilot', 'Main']
    """
    names = [wave.name for wave in waves]
    if set(names) & set(declared):
        _require_all_declared(names, declared, where)
        return [name for name in declared if name in names]
    by_names, by_dates = in_order_of_names(names), _by_dates(waves)
    _require_agreement(waves, by_names, by_dates, where)
    found = by_names or by_dates
    if found is None:
        raise StudyError(
            f"{where}: waves",
            expected="dates of answers, or names, that say which wave came first",
            got=f"{examples(names)}, {_what_dates_say(waves)}",
            todo=_list_them(names),
        )
    return found


def _by_dates(waves: Sequence[DatedWave]) -> list[str] | None:
    """Sort by the median day; None if a wave has none, or two have the same."""
    days = {wave.name: wave.median_on for wave in waves if wave.median_on}
    if len(days) < len(waves) or len(set(days.values())) < len(waves):
        return None
    return sorted(days, key=days.__getitem__)


def _require_agreement(
    waves: Sequence[DatedWave],
    by_names: list[str] | None,
    by_dates: list[str] | None,
    where: str,
) -> None:
    """Refuse waves whose dates say another order than their names.

    Waves that were asked at overlapping times do not contradict their names, unless nothing but
    the dates puts the others in order.
    """
    for one, other in combinations(waves, 2):
        first = is_earlier(one.name, other.name)
        if first is None:
            continue
        earlier, later = (one, other) if first else (other, one)
        reversed_medians = bool(
            by_names is None and by_dates
            and by_dates.index(earlier.name) > by_dates.index(later.name)
        )  # fmt: skip
        if earlier.is_clearly_after(later) or reversed_medians:
            raise StudyError(
                f"{where}: wave and answered_at",
                expected=f"{earlier.name!r} answered before {later.name!r}, as their names say",
                got=f"{earlier.name!r} mostly answered {_span(earlier)}, "
                f"{later.name!r} {_span(later)}",
                todo="correct the columns wave and answered_at in study.yaml (is the date's "
                f"format right?); or, if both are right, {_list_them(by_dates or by_names or [])}",
            )


def _require_all_declared(names: Sequence[str], declared: Sequence[str], where: str) -> None:
    absent = [name for name in names if name not in declared]
    if absent:
        raise StudyError(
            f"{where}: waves of study.yaml",
            expected="every wave of the responses",
            got=f"none for {examples(absent)}",
            todo="add them at their place, the earliest first",
        )


def _span(wave: DatedWave) -> str:
    return f"from {wave.from_on} to {wave.to_on}"


def _what_dates_say(waves: Sequence[DatedWave]) -> str:
    undated = [wave.name for wave in waves if wave.median_on is None]
    if not undated:
        return "with the same median day"
    return "without dates" if len(undated) == len(waves) else f"no dates of {examples(undated)}"


def _list_them(names: Sequence[str]) -> str:
    """Say what to write into study.yaml."""
    listed = json.dumps(list(names), ensure_ascii=False)
    return f"list them in study.yaml, the earliest first: `waves: {listed}`"
