"""Scales of the questions of answer sheets, and what of an outcome's answers is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.whatif_codes import WHATIF_TARGETS
from pipelines.core.scales import dissatisfied, in_top_boxes, points_of, very_satisfied
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.survey import FloatArray

POINTS_WITH_TOP_TWO = range(4, 8)  # of scales whose best two answers are told
NPS_KIND = "nps"  # of a question


@dataclass(frozen=True)
class SheetScales:
    """Points of the scales of one outcome and its drivers.

    Parameters
    ----------
    outcome : int
    is_nps : bool
        Whether promoters less detractors are told of it.
    drivers : tuple of int
        In the order of the sheets'.
    """

    outcome: int
    is_nps: bool
    drivers: tuple[int, ...]

    @classmethod
    def of(cls, sheets: Sheets, register: pl.DataFrame) -> SheetScales:
        """Look them up.

        Parameters
        ----------
        sheets : Sheets
        register : DataFrame
            See `core.answers.question_register`.
        """
        asked = register.filter(pl.col("mode") == sheets.mode, pl.col("wave") == sheets.wave)
        found = {row["question_id"]: row for row in asked.iter_rows(named=True)}
        points = {
            name: points_of(found[name]["scale_min"], found[name]["scale_max"])
            for name in (sheets.outcome, *sheets.drivers)
        }
        return cls(
            points[sheets.outcome],
            found[sheets.outcome]["kind"] == NPS_KIND,
            tuple(points[name] for name in sheets.drivers),
        )

    def scores(self, answers: FloatArray) -> dict[str, FloatArray]:
        """What answers count, by target.

        Parameters
        ----------
        answers : ndarray
            0 to 100, as in `Sheets.target`.

        Returns
        -------
        dict of str to ndarray
            By target, without ``nps``, which is ``top_box`` less ``bottom_box``: from 0 to 100.

        Examples
        --------
        >>> found = SheetScales(5, False, ()).scores(np.array([0.0, 25, 50, 75, 100]))
        >>> found["top_two"].tolist()
        [0.0, 0.0, 0.0, 100.0, 100.0]
        """
        last = float(self.outcome - 1)
        place = np.round(answers / 100 * last)
        found: dict[str, FloatArray] = {
            "mean": answers,
            "top_two": np.where(in_top_boxes(place, last, 2), 100.0, 0.0),
            "top_box": np.where(very_satisfied(place, 0, last), 100.0, 0.0),
            "bottom_box": np.where(dissatisfied(place, 0, last), 100.0, 0.0),
        }
        if self.outcome not in POINTS_WITH_TOP_TWO:
            del found["top_two"]
        return {name: found[name] for name in WHATIF_TARGETS.names if name in found}
