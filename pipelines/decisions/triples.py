"""Triples: what three moves of three touchpoints add beyond their singles and pairs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from pipelines.statistics.survey import FloatArray, IntArray


@dataclass(frozen=True)
class Triples:
    """What is told of every three moves, of one target.

    Parameters
    ----------
    values : ndarray, shape (n_triples,)
        Of rows a, b, c of three touchpoints in their order; c runs fastest.
    start : ndarray of int, shape (n_moves, n_moves)
        Where the triples of a and b begin, less the first c.
    driver : ndarray of int, shape (n_moves,)
        Touchpoint of each row, ascending from 0.
    """

    values: FloatArray
    start: IntArray
    driver: IntArray

    @classmethod
    def of(cls, rows: pl.Series, driver: IntArray) -> Triples:
        """Read the column of a table; rows without numbers have zeros.

        Parameters
        ----------
        rows : Series of lists
        driver : ndarray of int, shape (n_moves,)

        Examples
        --------
        >>> told = Triples.of(pl.Series([[1.0, 2.0], [], [], []]), np.array([0, 1, 2, 2]))
        >>> told.among([0, 1, 3]), told.among([3, 1, 0])
        (array([2.]), array([2.]))
        """
        n = driver.size
        after = np.searchsorted(driver, driver, side="right")  # the first row of a later touchpoint
        start, total, parts = np.zeros((n, n), np.int64), 0, []
        for a in range(n):
            begin = total
            for b in range(after[a], n):
                start[a, b] = total - after[b]
                total += n - after[b]
            given = rows[a]
            parts.append(np.zeros(total - begin) if given is None else given.to_numpy())
        return cls(np.concatenate(parts).astype(np.float64), start, driver)

    def among(self, rows: list[int]) -> FloatArray:
        """What every three of some rows add, in the order of `itertools.combinations`; 0 where
        two are of one touchpoint.
        """
        if len(rows) < 3:
            return np.empty(0)
        a, b, c = np.sort(np.array(list(combinations(rows, 3))), axis=1).T
        apart = (self.driver[a] < self.driver[b]) & (self.driver[b] < self.driver[c])
        place = np.where(apart, self.start[a, b] + c, 0)
        return np.where(apart, self.values[place], 0.0)
