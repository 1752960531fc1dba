"""Answer sheets: one outcome of one wave, and the ratings of its drivers beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.canonical import SEGMENT_PREFIX
from pipelines.contract.driver_codes import TARGETS
from pipelines.core.answers import (
    REASON_PREFIX,
    VALUE_PREFIX,
    experience,
    sampling_stratum,
    sampling_unit,
)
from pipelines.core.map import Outcome
from pipelines.core.scales import dissatisfied, very_satisfied
from pipelines.statistics.survey import FloatArray, IntArray

OUTCOME_KINDS = ("overall", "nps")  # kinds of question that are outcomes if the map names none
# Kinds of question that rate a touchpoint. Where the map names no drivers, those of the first kind
# that a touchpoint has are its drivers: two views of one contact would share its importance.
DRIVER_KINDS = ("csat", "ces", "emotion")


@dataclass(frozen=True)
class Sheets:
    """The questionnaires of one wave that answer one outcome.

    Attributes
    ----------
    mode, wave, outcome : str
        Kind of survey, wave, and question.
    drivers : tuple of str
        Questions that rate touchpoints.
    touchpoints : tuple of str
        Theirs.
    left_out : tuple of str
        Drivers that too few rated.
    target : ndarray of float, shape (n, 3)
        The outcome from 0 to 100; whether it is very satisfied, and dissatisfied, 0 or 100.
    rating : ndarray of float, shape (n, n_drivers)
        0 to 100; NaN without an answer.
    used : ndarray of float, shape (n, n_drivers)
        1 if experienced, 0 if not, NaN if that is unknown.
    stated : ndarray of float, shape (n, n_drivers)
        Importance that customers state, 0 to 100; NaN if not answered.
    weight : ndarray of float, shape (n,)
    cluster, stratum : ndarray of int, shape (n,)
    segments : DataFrame
        A column per attribute.
    confounders : DataFrame
        A column for each that the map declares and the wave has: a segment's group as text, or a
        question's answer from 0 to 100; null if unknown.
    """

    mode: str
    wave: str
    outcome: str
    drivers: tuple[str, ...]
    touchpoints: tuple[str, ...]
    left_out: tuple[str, ...]
    target: FloatArray
    rating: FloatArray
    used: FloatArray
    stated: FloatArray
    weight: FloatArray
    cluster: IntArray
    stratum: IntArray
    segments: pl.DataFrame
    confounders: pl.DataFrame

    @property
    def n(self) -> int:
        """Number of questionnaires."""
        return len(self.weight)

    @property
    def targets(self) -> dict[str, FloatArray]:
        """The columns of `target` by their names, `contract.driver_codes.TARGETS`."""
        return dict(zip(TARGETS.names, self.target.T, strict=True))

    @property
    def is_weighted(self) -> bool:
        """Whether weights differ."""
        return bool((self.weight != self.weight[0]).any())


def sheets(
    people: pl.DataFrame,
    register: pl.DataFrame,
    outcomes: Mapping[str, Outcome],
    segments: Sequence[str],
    min_users: int,
) -> Iterator[Sheets]:
    """Take apart the outcomes of every wave.

    Parameters
    ----------
    people, register : DataFrame
        See `core.answers.questionnaires` and `question_register`.
    outcomes : mapping of str to Outcome
        As the map declares them; without drivers every rated touchpoint is one, see `ratings`.
        Without any outcome the questions of `OUTCOME_KINDS` are.
    segments : sequence of str
        Attributes of customers.
    min_users : int
        Drivers with fewer ratings are left out.
    """
    for (mode, wave), asked in sorted(
        register.partition_by("mode", "wave", as_dict=True, include_key=False).items()
    ):
        rows = people.filter(pl.col("mode") == mode, pl.col("wave") == wave).sort("response_id")
        found = asked.filter(
            pl.col("question_id").is_in(list(outcomes))
            if outcomes
            else pl.col("kind").is_in(OUTCOME_KINDS) & pl.col("touchpoint_id").is_null()
        )
        for outcome in found.sort("question_id").iter_rows(named=True):
            declared = outcomes.get(outcome["question_id"], Outcome())
            answered = rows.filter(pl.col(VALUE_PREFIX + outcome["question_id"]).is_not_null())
            if answered.height:
                yield _sheet(str(mode), str(wave), outcome, asked, answered, declared,
                             segments, min_users)  # fmt: skip


def _sheet(
    mode: str,
    wave: str,
    outcome: Mapping[str, object],
    asked: pl.DataFrame,
    rows: pl.DataFrame,
    declared: Outcome,
    segments: Sequence[str],
    min_users: int,
) -> Sheets:
    rated = ratings(asked, declared.drivers).sort("question_id")
    enough = [rows[VALUE_PREFIX + name].count() >= min_users for name in rated["question_id"]]
    kept, few = rated.filter(enough), rated.filter([not some for some in enough])
    stated = _stated(asked, kept["touchpoint_id"].to_list())
    low, high = float(str(outcome["scale_min"])), float(str(outcome["scale_max"]))
    codes = rows.select(
        cluster=pl.struct(sampling_stratum(), sampling_unit().alias("u")).rank("dense"),
        stratum=sampling_stratum().rank("dense"),
    )
    return Sheets(
        mode=mode,
        wave=wave,
        outcome=str(outcome["question_id"]),
        drivers=tuple(kept["question_id"]),
        touchpoints=tuple(kept["touchpoint_id"]),
        left_out=tuple(few["question_id"]),
        target=targets_of(_numbers(rows, VALUE_PREFIX + str(outcome["question_id"])), low, high),
        rating=_side_by_side([_percent(rows, *row) for row in _scales(kept)], rows.height),
        used=_side_by_side([_used(rows, name) for name in kept["question_id"]], rows.height),
        stated=_side_by_side(
            [_percent(rows, *row) if row else None for row in stated], rows.height
        ),
        weight=_numbers(rows, "weight"),
        cluster=codes["cluster"].to_numpy().astype(np.int64),
        stratum=codes["stratum"].to_numpy().astype(np.int64),
        segments=rows.select(pl.col(SEGMENT_PREFIX + name).alias(name) for name in segments),
        confounders=_confounders(asked, rows, declared.confounders, segments),
    )


def ratings(asked: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """Choose the questions that are drivers.

    Parameters
    ----------
    asked : DataFrame
        Those of one wave, see `core.answers.question_register`.
    wanted : sequence of str
        Those that the map names; if it names none, each touchpoint's of its first kind among
        `DRIVER_KINDS`.

    Examples
    --------
    >>> asked = pl.DataFrame(
    ...     [("q1", "csat", "desk"), ("q2", "ces", "desk"), ("q3", "ces", "hotline")],
    ...     schema=["question_id", "kind", "touchpoint_id"],
    ...     orient="row",
    ... )
    >>> ratings(asked, ())["question_id"].to_list()
    ['q1', 'q3']
    """
    rated = asked.filter(pl.col("kind").is_in(DRIVER_KINDS) & pl.col("touchpoint_id").is_not_null())
    if wanted:
        return rated.filter(pl.col("question_id").is_in(list(wanted)))
    places = list(range(len(DRIVER_KINDS)))
    place = pl.col("kind").replace_strict(DRIVER_KINDS, places, return_dtype=pl.Int64)
    return rated.filter(place == place.min().over("touchpoint_id"))


def _confounders(
    asked: pl.DataFrame, rows: pl.DataFrame, names: Sequence[str], segments: Sequence[str]
) -> pl.DataFrame:
    """Groups of segments, and answers to questions that this wave asked, from 0 to 100."""
    groups = [rows[SEGMENT_PREFIX + name].alias(name) for name in names if name in segments]
    found = _scales(asked.filter(pl.col("question_id").is_in(list(names))).sort("question_id"))
    answers = [pl.Series(row[0], _percent(rows, *row)).fill_nan(None) for row in found]
    return pl.DataFrame([*groups, *answers])


def _scales(questions: pl.DataFrame) -> list[tuple[str, float, float]]:
    return questions.select("question_id", "scale_min", "scale_max").rows()


def _stated(
    asked: pl.DataFrame, touchpoints: Sequence[str]
) -> list[tuple[str, float, float] | None]:
    """The question on the importance of each touchpoint, if there is one."""
    said = asked.filter(pl.col("kind") == "importance")
    found = [_scales(said.filter(pl.col("touchpoint_id") == name)) for name in touchpoints]
    return [rows[0] if rows else None for rows in found]


def _numbers(rows: pl.DataFrame, column: str) -> FloatArray:
    return rows[column].cast(pl.Float64).fill_null(float("nan")).to_numpy().astype(np.float64)


def _percent(rows: pl.DataFrame, question: str, low: float, high: float) -> FloatArray:
    return 100 * (_numbers(rows, VALUE_PREFIX + question) - low) / (high - low)


def _used(rows: pl.DataFrame, question: str) -> FloatArray:
    """1 if experienced, 0 if not, NaN if that is unknown."""
    return experience(_numbers(rows, REASON_PREFIX + question))


def _side_by_side(columns: Sequence[FloatArray | None], height: int) -> FloatArray:
    empty = np.full(height, np.nan)
    whole = [empty if column is None else column for column in columns]
    return np.column_stack(whole) if whole else np.empty((height, 0))


def targets_of(answer: FloatArray, low: float, high: float) -> FloatArray:
    """The answer from 0 to 100, very satisfied, dissatisfied; shape (n, 3)."""
    percent = 100 * (answer - low) / (high - low)
    very, poorly = very_satisfied(answer, low, high), dissatisfied(answer, low, high)
    return np.column_stack([percent, 100.0 * very, 100.0 * poorly])
