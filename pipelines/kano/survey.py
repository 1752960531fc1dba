"""A survey: who answered what in the latest wave that asked it, as samples to estimate from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines import estimates
from pipelines.contract.canonical import SEGMENT_PREFIX
from pipelines.contract.table import Measure
from pipelines.core import answers, engine, waves
from pipelines.core.engine import Frame
from pipelines.core.study import Map, Study

OF_TARGET = "target "  # begins the name of an estimated column: segments may have any other
KANO_DESIGN = {"weights": "weight ", "stratum": "stratum ", "cluster": "cluster "}
# A share from 0 to 100.
SHARE_MEASURE = Measure("share", 0, 100, "percent", "share", "share", "neither", "answers")


@dataclass(frozen=True)
class KanoSurvey:
    """What a study asked of whom.

    Attributes
    ----------
    map : Map
        What study.yaml declares.
    people : DataFrame
        A row per questionnaire, see `answers.questionnaires`.
    register : DataFrame
        See `answers.question_register`; with ``place``, the wave's place in the order of time.
    """

    map: Map
    people: pl.DataFrame
    register: pl.DataFrame

    @classmethod
    def of(
        cls, study: Study, register: pl.DataFrame, responses: Frame, customers: Frame
    ) -> KanoSurvey:
        """Read the questionnaires of a study.

        Parameters
        ----------
        study : Study
        register : DataFrame
            See `answers.question_register`; not empty.
        responses, customers : LazyFrame
            Canonical tables.

        Raises
        ------
        ContractError, StudyError
            If a questionnaire lies in two waves, or nothing says which wave came first.
        """
        segments = tuple(study.map.segments)
        questions = register["question_id"].unique().sort()
        wide = answers.questionnaires(responses, customers, questions, segments)
        people = engine.to_polars(wide).collect()
        answers.check_questionnaires(people)
        places = waves.waves_of(study, responses).select("mode", "wave", "place")
        return cls(study.map, people, register.join(places, on=["mode", "wave"]))

    @property
    def segments(self) -> tuple[str, ...]:
        """Attributes of customers."""
        return tuple(self.map.segments)

    def latest(self, questions: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The latest wave of every mode that asks all of these questions: mode and wave."""
        asked = self.register.filter(pl.col("question_id").is_in(list(questions)))
        both = asked.group_by("mode", "wave", "place").agg(pl.col("question_id").n_unique())
        whole = both.filter(pl.col("question_id") == len(set(questions))).sort("mode", "place")
        yield from whole.group_by("mode", maintain_order=True).last().select("mode", "wave").rows()

    def scale(self, mode: str, wave: str, question: str) -> tuple[float, float]:
        """Lowest and highest answer of a question."""
        place = (pl.col("mode") == mode, pl.col("wave") == wave, pl.col("question_id") == question)
        low, high = self.register.filter(*place).select("scale_min", "scale_max").row(0)
        return float(low), float(high)

    def answered(self, mode: str, wave: str) -> pl.DataFrame:
        """The questionnaires of a wave."""
        rows = self.people.filter(pl.col("mode") == mode, pl.col("wave") == wave)
        return rows.sort("response_id")

    def shares(
        self, rows: pl.DataFrame, of: Mapping[str, pl.Series], level: float, flag_n: int
    ) -> pl.DataFrame:
        """Estimate shares of some questionnaires, for all of them and by segment.

        Parameters
        ----------
        rows : DataFrame
            Of one wave.
        of : mapping of str to Series
            0 or 100, null where it does not count.
        level, flag_n
            See `estimates.estimate`.

        Returns
        -------
        DataFrame
            As of `estimates.estimate`, with weights; targets by the names in `of`.
        """
        frame = rows.select(
            pl.col("weight").alias(KANO_DESIGN["weights"]),
            answers.sampling_stratum().alias(KANO_DESIGN["stratum"]),
            answers.sampling_unit().alias(KANO_DESIGN["cluster"]),
            *(pl.col(SEGMENT_PREFIX + name).alias(name) for name in self.segments),
            *(column.alias(OF_TARGET + name) for name, column in of.items()),
        )
        targets: dict[str, str | Measure] = {OF_TARGET + name: SHARE_MEASURE for name in of}
        found = estimates.estimate(
            frame, targets, by=self.segments, level=level, flag_n=flag_n, **KANO_DESIGN
        )
        kept = found.filter("weighted", pl.col("n") > 0)
        return kept.with_columns(pl.col("target").str.strip_prefix(OF_TARGET))
