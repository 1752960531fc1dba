"""Differences: estimates of samples against one another, many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.estimates.families import FOR_DIFFERENCES
from pipelines.estimates.provenance import COUNTED, WARNINGS
from pipelines.statistics.differences import Estimates, Overlap, subtract

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


def with_adjusted_p(rows: pl.DataFrame, family: Sequence[str]) -> pl.DataFrame:
    """Adjust the p-values of each family for the number of its comparisons.

    Parameters
    ----------
    rows : DataFrame
        With ``p_value``, without nulls.
    family : sequence of str
        Columns in which the rows of one family agree.

    Returns
    -------
    DataFrame
        The rows with ``p_adjusted``.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    from scipy.stats import false_discovery_control  # slow: a third of a second

    p_values, adjusted = rows["p_value"].to_numpy(), np.empty(rows.height)
    number = rows.select(pl.struct(family).rank("dense"))[family[0]].to_numpy()
    order = np.argsort(number, kind="stable")
    for of_family in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        adjusted[of_family] = false_discovery_control(p_values[of_family])
    return rows.with_columns(p_adjusted=pl.Series(adjusted))
