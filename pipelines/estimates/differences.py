"""Differences: estimates of samples against one another, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.estimates.families import FOR_DIFFERENCES
from pipelines.estimates.provenance import COUNTED, WARNINGS
from pipelines.statistics.differences import Estimates, Overlap, subtract
from pipelines.statistics.hierarchy import over_selected_families

AGAINST = "_against"  # ends the names of columns of what is compared with


def with_differences(pairs: pl.DataFrame, level: float) -> pl.DataFrame:
    """Subtract one estimate from another in every row.

    Parameters
    ----------
    pairs : DataFrame
        Two estimates of one measure side by side, see `families.with_intervals`; the names of
        the columns of the second end in `AGAINST`. Both have answers. Beside them ``n_both`` and
        ``covariance``, see `panels.shared_estimates`; 0 where the samples are independent.
    level : float
        Of the intervals, 0 to 1.

    Returns
    -------
    DataFrame
        The pairs, with ``value, low, high, std_error, p_value`` of the differences and the
        warnings of either side, `COUNTED` of both; the interval stays in the range of a difference.
    """
    widest = (pairs["highest"] - pairs["lowest"]).to_numpy()
    n = pairs["n_both"].to_numpy().astype(np.float64)
    both = Overlap(
        n=n,
        covariance=widest**2 * pairs["covariance"].to_numpy(),
        of_later=n / pairs["psus"].to_numpy(),
        of_earlier=n / pairs["psus" + AGAINST].to_numpy(),
    )
    found = subtract(_side(pairs, ""), _side(pairs, AGAINST), both, level)
    return pairs.with_columns(
        value=pl.Series(found.value),
        low=pl.Series(np.maximum(found.interval.low, -widest)),
        high=pl.Series(np.minimum(found.interval.high, widest)),
        std_error=pl.Series(found.std_error),
        p_value=pl.Series(found.p_value),
        **{name: pl.col(name) | pl.col(name + AGAINST) for name in WARNINGS},
        **{name: pl.col(name) + pl.col(name + AGAINST) for name in COUNTED},
    )


def _side(pairs: pl.DataFrame, suffix: str) -> Estimates:
    columns = (pairs[name + suffix] for name in ("value", *FOR_DIFFERENCES))
    return Estimates(*(column.to_numpy() for column in columns))


def with_adjusted_p(
    rows: pl.DataFrame, stage: Sequence[str], family: Sequence[str]
) -> pl.DataFrame:
    """Adjust p-values for the comparisons that a reader sees together.

    Parameters
    ----------
    rows : DataFrame
        With ``p_value``; a row without one is not compared, and counts nowhere.
    stage : sequence of str
        Columns in which the rows agree that are searched together.
    family : sequence of str
        Columns in which those of them agree that are shown together; the families of a stage
        in which something is found are selected, see `hierarchy.over_selected_families`.

    Returns
    -------
    DataFrame
        The rows with ``p_adjusted``; ``n_compared``, the comparisons in its family; and
        ``n_families``, the families in its stage. Null where nothing was compared.

    Examples
    --------
    >>> import polars as pl
    >>> rows = pl.DataFrame({"wave": "2025", "group": "all", "p_value": [0.01, 0.04, 0.03, 0.2]})
    >>> with_adjusted_p(rows, ["wave"], ["group"])["p_adjusted"].round(4).to_list()
    [0.04, 0.0533, 0.0533, 0.2]
    """
    is_compared = pl.col("p_value").is_not_null()
    dense = {"stage": pl.struct(stage), "family": pl.struct(*stage, *family)}
    numbers = rows.filter(is_compared).select(
        "p_value", *(columns.rank("dense").cast(pl.Int64).alias(n) for n, columns in dense.items())
    )
    p_values, of_stage, of_family = (numbers[name].to_numpy() for name in numbers.columns)
    adjusted = np.empty(len(p_values))
    order = np.argsort(of_stage, kind="stable")
    for here in np.split(order, np.flatnonzero(np.diff(of_stage[order])) + 1):
        place = np.unique(of_family[here], return_inverse=True)[1]
        adjusted[here] = over_selected_families(p_values[here], place)
    sizes = numbers.select(
        p_adjusted=pl.Series(adjusted, dtype=pl.Float64),
        n_compared=pl.len().over("family").cast(pl.Int64),
        n_families=pl.col("family").n_unique().over("stage").cast(pl.Int64),
    )
    known = rows.select(is_compared).to_series()
    row_of = pl.when(known).then(known.cast(pl.Int64).cum_sum() - 1)
    return rows.with_columns(sizes.select(pl.all().gather(rows.select(row_of).to_series())))
