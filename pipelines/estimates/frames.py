"""Frames: estimates of the columns of any table, by sample and segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from narwhals.typing import IntoFrame

from pipelines.contract.table import Measure
from pipelines.core.frames import as_lazy
from pipelines.estimates.cells import estimate_cells
from pipelines.estimates.families import with_intervals
from pipelines.estimates.inputs import (
    OF_SAMPLE,
    OF_SEGMENT,
    WHERE,
    EstimatedColumns,
    check_columns,
    items_of,
    read_rows,
)
from pipelines.estimates.provenance import WARNINGS, method_of, with_flags
from pipelines.estimates.samples import samples as samples_of
from pipelines.estimates.targets import declared

# Beside the columns that tell samples apart.
ESTIMATE_KEY = ("target", "segment", "group", "measure", "weighted")
ESTIMATE_NUMBERS = ("value", "low", "high", "std_error", "level", "n", "n_eff", "deff")
MAKING = ("method", "flags")


def estimate(
    frame: IntoFrame,
    targets: Mapping[str, str | Measure],
    *,
    samples: Sequence[str] = (),
    by: Sequence[str] = (),
    weights: str | None = None,
    stratum: str | None = None,
    cluster: str | None = None,
    level: float,
    flag_n: int,
) -> pl.DataFrame:
    """Estimate means, shares, net promoter scores or gaps, with design-based intervals.

    Every estimate is the mean of a column, in the unit of its measure. Variances are linearised
    over strata and clusters; a group is a domain of its sample, so that those outside it count
    for the design. The interval is that of the measure's family: of means a score interval with
    Student's quantile, of shares Wilson's, of net promoter scores adjusted Wald, the latter two
    on n over the design effect.

    Parameters
    ----------
    frame : DataFrame or LazyFrame
        A row per answer sheet, order or whatever was drawn; of Polars, or of pandas, Arrow and
        what else Narwhals reads.
    targets : mapping of str to str or Measure
        Numeric columns and what they measure: a name in `pipelines.contract.estimate.MEASURES`,
        or a measure of your own, whose family and range hold. Values are in its unit: of a share
        the lowest and the highest, or true and false; of a promoter score -100, 0 and 100.
        Null and NaN are no answers and left out.
    samples : sequence of str
        Columns that tell independent samples apart, such as the wave.
    by : sequence of str
        Columns by which each sample is split, one at a time. A null belongs to no group.
    weights : str, optional
        Column of positive sampling weights.
    stratum, cluster : str, optional
        Columns of the sampling stratum and of the primary sampling unit in it. A row without a
        cluster is a unit of its own; where others of its sample have one, flagged and counted.
    level : float
        Of the intervals, 0 to 1.
    flag_n : int
        An estimate on fewer answers is flagged ``small``.

    Returns
    -------
    DataFrame
        The columns of `samples`; ``target, segment, group, measure, weighted``, where everybody
        is the group ``all``; ``value, low, high, std_error`` in the measure's unit, null where
        nobody answered; ``level``; ``n``, answers; ``deff``, the design effect, and ``n_eff``, n
        over it; ``method`` and ``flags``, codes of `pipelines.contract.estimate.METHODS` and
        `FLAGS`. With weights every estimate is there twice, weighted and not.

    Raises
    ------
    ContractError
        If a column is unknown or no number, a measure is not declared or has no family, a value
        is none of its measure, a weight is not positive, the frame is empty, a row does not say
        its sample, or the level is not between 0 and 1.

    References
    ----------
    See `pipelines.statistics.survey` and `pipelines.statistics.intervals`.

    Examples
    --------
    >>> import polars as pl
    >>> from pipelines import estimates
    >>> answers = pl.DataFrame(
    ...     {
    ...         "wave": ["2017"] * 4 + ["2018"] * 4,
    ...         "is_satisfied": [True, True, True, False, True, None, False, False],
    ...     }
    ... )
    >>> found = estimates.estimate(
    ...     answers, {"is_satisfied": "top2"}, samples=["wave"], level=0.95, flag_n=30
    ... )
    >>> found.select("wave", pl.col("value", "low", "high").round(1), "n", "method").rows()
    [('2017', 75.0, 30.1, 95.4, 4, 'share'), ('2018', 33.3, 6.1, 79.2, 3, 'share')]
    """
    table = as_lazy(frame, WHERE)
    columns = EstimatedColumns(
        {name: declared(measure) for name, measure in targets.items()},
        tuple(samples),
        tuple(by),
        weights,
        stratum,
        cluster,
    )
    check_columns(table.collect_schema(), columns, (*ESTIMATE_KEY, *ESTIMATE_NUMBERS, *MAKING))
    rows = read_rows(table, columns)
    segments = {name: OF_SEGMENT + name for name in by}
    apart = [OF_SAMPLE + name for name in samples]
    drawn = samples_of(rows, apart, segments, columns.design)
    cells = estimate_cells((sample, items_of(sample.rows, columns)) for sample in drawn)
    made = with_intervals(cells, level).with_columns(
        level=pl.lit(level), method=method_of(pl.col("family"))
    )
    names = {"subject": "target", **dict(zip(apart, samples, strict=True))}
    key = (*samples, *ESTIMATE_KEY)
    flagged = with_flags(made, flag_n, WARNINGS).rename(names)
    return flagged.select(*key, *ESTIMATE_NUMBERS, *MAKING).sort(key)
