"""Curves: what the moves of one model change in one target, read from published rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.decisions.combining import combine, moved_along, pairs_along
from pipelines.decisions.triples import Triples
from pipelines.statistics.survey import FloatArray


@dataclass(frozen=True)
class Curves:
    """Moves of one target.

    Parameters
    ----------
    today : float
        0 to 100.
    effects, ceilings : ndarray, shape (n_moves, 1 + n_draws)
        Changes with the other touchpoints held, and moving along; the point first. NaN where a
        move is refused.
    halves : ndarray, shape (n_moves,)
        Points where half of what moves along does.
    pairs, ceiling_pairs : ndarray, shape (n_moves, n_moves), or None
        What two moves add beside each other, with the other touchpoints held and moving along;
        symmetric. None if the model is linear: nothing is added.
    triples : Triples or None
        What three moves add; None if it is not told, as of groups.
    """

    today: float
    effects: FloatArray
    ceilings: FloatArray
    halves: FloatArray
    pairs: FloatArray | None
    ceiling_pairs: FloatArray | None
    triples: Triples | None

    @classmethod
    def of(cls, rows: pl.DataFrame, today: float) -> Curves:
        """Read rows of the table moves: those of one model and target, by driver and move."""
        return cls(
            today,
            _effects(rows, "value", "draws"),
            _effects(rows, "ceiling", "ceiling_draws"),
            rows["ceiling_half"].fill_null(np.nan).to_numpy(),
            _pairs(rows["interactions"]),
            _pairs(rows["ceiling_interactions"]),
            Triples.of(rows["triples"], np.unique(rows["driver"], return_inverse=True)[1])
            if len(rows["triples"].drop_nulls())
            else None,
        )

    def together(
        self, rows: list[int], share: FloatArray, part: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Put moves together.

        Parameters
        ----------
        rows : list of int
            The moves.
        share : ndarray, shape (n_asked,)
            Of those concerned, 0 to 1.
        part : ndarray, shape (n_asked,)
            Of what moves along with each move alone, how much does beside the others.

        Returns
        -------
        floor, ceiling : ndarray, shape (1 + n_draws,)
            The point first.
        """
        floor, ceiling = self.effects[rows], self.ceilings[rows]
        if self.pairs is None or self.ceiling_pairs is None:
            partly = floor + part[:, None] * (ceiling - floor)
            return (
                combine(self.today, floor, floor[:, 0], None, None, share),
                combine(self.today, partly, partly[:, 0], None, None, share),
            )
        pairs, moving = (one[np.ix_(rows, rows)] for one in (self.pairs, self.ceiling_pairs))
        triples = None if self.triples is None else self.triples.among(rows)
        partly = moved_along(self.today, floor, self.halves[rows], ceiling, part)
        beside = pairs_along(self.today, (floor[:, 0], pairs), (ceiling[:, 0], moving), part)
        return (
            combine(self.today, floor, floor[:, 0], pairs, triples, share),
            combine(self.today, partly, partly[:, 0], beside, None, share),
        )


def _effects(rows: pl.DataFrame, value: str, draws: str) -> FloatArray:
    """The point and its draws."""
    told = rows[draws].drop_nulls()
    width = len(told[0]) if len(told) else 0
    found = np.full((rows.height, 1 + width), np.nan)
    for at, (point, drawn) in enumerate(rows.select(value, draws).iter_rows()):
        if drawn is not None:
            found[at, 0], found[at, 1:] = point, drawn
    return found


def _pairs(told: pl.Series) -> FloatArray | None:
    """A symmetric matrix of what each row says of those after it."""
    if not len(told.drop_nulls()):
        return None
    found = np.zeros((len(told), len(told)))
    for at, row in enumerate(told):
        if row is not None:
            found[at, at + 1 :] = row.to_numpy()
    return np.asarray(found + found.T)
