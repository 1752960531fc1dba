"""Confounders: columns of what may move ratings and outcome alike, for models to hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.statistics.survey import FloatArray

MIN_ROWS_OF_CONFOUNDER = 20  # of a group, or of unknown answers, for a column of its own


@dataclass(frozen=True)
class ConfounderColumns:
    """Columns without blanks.

    Attributes
    ----------
    of : tuple of str
        The declared confounder that each column belongs to.
    values : ndarray, shape (n, n_columns)
        An indicator of a group, an answer from 0 to 100 less its mean, or an indicator of who
        did not answer.
    """

    of: tuple[str, ...]
    values: FloatArray


def columns_of(confounders: pl.DataFrame) -> ConfounderColumns:
    """Make columns of confounders.

    Groups are compared with the largest one, which groups with fewer than
    `MIN_ROWS_OF_CONFOUNDER` rows join; who is of no known group is a group of its own. An answer
    that is missing counts as the mean, and as missing.

    Parameters
    ----------
    confounders : DataFrame, n rows
        Text or numbers; see `Sheets`.

    Examples
    --------
    >>> held = pl.DataFrame({"age": ["young"] * 30 + ["old"] * 40, "hope": [100.0] * 70})
    >>> found = columns_of(held)
    >>> found.of, found.values.shape
    (('age',), (70, 1))
    """
    parts = [
        (name, _of_groups(cells) if cells.dtype == pl.String else _of_answers(cells))
        for name, cells in zip(confounders.columns, confounders, strict=True)
    ]
    names = tuple(name for name, part in parts for _ in range(part.shape[1]))
    blank = np.empty((confounders.height, 0))
    return ConfounderColumns(names, np.column_stack([blank, *(part for _, part in parts)]))


def _of_groups(cells: pl.Series) -> FloatArray:
    sizes = cells.value_counts().sort("count", cells.name, descending=[True, False])
    kept = sizes.filter(pl.col("count") >= MIN_ROWS_OF_CONFOUNDER)[cells.name].to_list()[1:]
    columns = [(cells.is_null() if name is None else (cells == name).fill_null(False))
               for name in kept]  # fmt: skip
    return _side_by_side(columns, len(cells))


def _of_answers(cells: pl.Series) -> FloatArray:
    unknown = cells.is_null()
    centred = (cells - cells.mean()).fill_null(0.0)
    columns = [centred] if cells.n_unique() > 1 else []
    if unknown.sum() >= MIN_ROWS_OF_CONFOUNDER and unknown.sum() < len(cells):
        columns.append(unknown)
    return _side_by_side(columns, len(cells))


def _side_by_side(columns: list[pl.Series], height: int) -> FloatArray:
    found = [column.cast(pl.Float64).to_numpy() for column in columns]
    return np.column_stack([np.empty((height, 0)), *found])
