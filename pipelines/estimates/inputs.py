"""Inputs: the columns of a frame as checked rows, and their values as shares of a range."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.people import EVERYBODY
from pipelines.contract.table import Measure
from pipelines.core.errors import ContractError, examples
from pipelines.core.frames import require_known
from pipelines.estimates.samples import SamplingDesign
from pipelines.estimates.targets import Item, Target
from pipelines.statistics.moments import check_weights
from pipelines.statistics.survey import FloatArray

WHERE = "estimate"
# Blanks: no names of the caller's.
STRATUM, UNIT, WEIGHT, NO_UNIT = "stratum ", "unit ", "weight ", "no unit "
OF_SAMPLE, OF_SEGMENT, TARGET_PREFIX = "sample ", "segment ", "target "  # begin names of columns
STEPS = {"share": 1, "nps": 2}  # equal steps from the lowest to the highest value; else any
ROUNDING = 1e-9  # of the range; a value that is farther outside was never inside


@dataclass(frozen=True)
class EstimatedColumns:
    """Which columns play which part.

    Parameters
    ----------
    targets : mapping of str to Measure
    samples, segments : tuple of str
        Columns that tell samples apart, and by which each is split.
    weights, stratum, cluster : str, optional
    """

    targets: Mapping[str, Measure]
    samples: tuple[str, ...]
    segments: tuple[str, ...]
    weights: str | None
    stratum: str | None
    cluster: str | None

    @property
    def named(self) -> tuple[str, ...]:
        """All of them."""
        design = (self.weights, self.stratum, self.cluster)
        drawn = [name for name in design if name is not None]
        return (*self.targets, *self.samples, *self.segments, *drawn)

    @property
    def design(self) -> SamplingDesign:
        """The design in the rows of `read_rows`."""
        weight = None if self.weights is None else WEIGHT
        return SamplingDesign(STRATUM, UNIT, weight, NO_UNIT)


def check_columns(schema: pl.Schema, columns: EstimatedColumns, taken: Collection[str]) -> None:
    """Refuse columns that are not there, twice there or no numbers.

    Parameters
    ----------
    taken : collection of str
        Columns of the result whose names those that tell samples apart cannot have.

    Raises
    ------
    ContractError
    """
    if not columns.targets:
        raise ContractError(
            WHERE,
            expected="columns to estimate, each with its measure",
            got="none",
            todo='name them: {"is_satisfied": "top2"}',
        )
    require_known(columns.named, schema, WHERE)
    groups = (*columns.samples, *columns.segments)
    _refuse(
        sorted({name for name in groups if groups.count(name) > 1}),
        expected="each column once, to tell samples apart or to split them",
        todo="name it once",
    )
    _refuse(
        sorted(
            {*columns.samples}.intersection(taken) | {*columns.segments}.intersection([EVERYBODY])
        ),
        expected="groups by columns whose names the result does not have",
        todo="rename the column",
    )
    _refuse(
        [f"{name}: {schema[name]}" for name in _texts(schema, columns)],
        expected="numbers, or true and false of a share",
        todo="turn them into values of the measure, in its unit",
    )


def _texts(schema: pl.Schema, columns: EstimatedColumns) -> list[str]:
    """Columns whose values no mean can be taken of."""
    numbers = [*columns.targets, *([] if columns.weights is None else [columns.weights])]
    shares = {name for name, measure in columns.targets.items() if measure.family == "share"}
    return [
        name
        for name in numbers
        if not schema[name].is_numeric() and not (schema[name] == pl.Boolean and name in shares)
    ]


def _refuse(names: list[str], *, expected: str, todo: str) -> None:
    if names:
        raise ContractError(WHERE, expected=expected, got=examples(names), todo=todo)


def read_rows(frame: pl.LazyFrame, columns: EstimatedColumns) -> pl.DataFrame:
    """Collect the columns; refuse rows that have no positive weight, or belong to no sample.

    Rows are sorted by all that is read, so that their order changes no digit. A null cluster
    is a unit of its own, marked where others of the sample have a cluster; a null stratum is a
    stratum.

    Raises
    ------
    ContractError
        Also if there are no rows.
    """
    schema = frame.collect_schema()
    apart = [pl.col(OF_SAMPLE + name) for name in columns.samples]
    known = pl.col(UNIT).is_not_null()
    known_of_others = (known.any().over(apart) if apart else known.any()).and_(~known)
    stratum = pl.lit(0) if columns.stratum is None else _codes(columns.stratum).fill_null(0)
    cluster = pl.lit(None, pl.Int64) if columns.cluster is None else _codes(columns.cluster)
    weight = pl.lit(1.0) if columns.weights is None else pl.col(columns.weights).cast(pl.Float64)
    rows = (
        frame.select(
            *(pl.col(name).alias(OF_SAMPLE + name) for name in columns.samples),
            *(pl.col(name).cast(pl.String).alias(OF_SEGMENT + name) for name in columns.segments),
            *(_values(name, measure, schema) for name, measure in columns.targets.items()),
            stratum.alias(STRATUM),
            cluster.alias(UNIT),
            weight.alias(WEIGHT),
        )
        .sort(pl.all())
        .with_columns(known_of_others.alias(NO_UNIT))
        .with_columns(pl.col(UNIT).fill_null(-1 - pl.int_range(pl.len())))
        .collect()
    )
    if rows.is_empty():
        raise ContractError(
            WHERE, expected="rows", got="none", todo="do without estimates of an empty table"
        )
    check_weights(rows[WEIGHT].to_numpy())
    _refuse(
        [name for name in columns.samples if rows[OF_SAMPLE + name].null_count()],
        expected="columns that say of every row to which sample it belongs",
        todo="fill them, or leave these rows out and count them",
    )
    return rows


def _values(name: str, measure: Measure, schema: pl.Schema) -> pl.Expr:
    """Values in the unit of the measure; null where there is none."""
    if schema[name] == pl.Boolean:
        lowest, highest = pl.lit(measure.lowest, pl.Float64), pl.lit(measure.highest, pl.Float64)
        values = pl.when(name).then(highest).when(pl.col(name).not_()).then(lowest)
        return values.alias(TARGET_PREFIX + name)
    return pl.col(name).cast(pl.Float64).fill_nan(None).alias(TARGET_PREFIX + name)


def _codes(column: str) -> pl.Expr:
    return pl.col(column).rank("dense").cast(pl.Int64)


def items_of(rows: pl.DataFrame, columns: EstimatedColumns) -> Iterator[Item]:
    """Take the values of every target as shares of the range of its measure.

    Parameters
    ----------
    rows : DataFrame
        Of one sample, see `read_rows`.

    Raises
    ------
    ContractError
        If a value is none of its measure.
    """
    everybody = np.ones(rows.height, dtype=np.bool_)
    for name, measure in columns.targets.items():
        values = rows[TARGET_PREFIX + name]
        counts = values.is_not_null().to_numpy()
        shares = (values.fill_null(measure.lowest).to_numpy() - measure.lowest) / measure.width
        _require_values(shares, name, measure)
        target = Target(measure, None, counts, np.clip(shares, 0.0, 1.0))
        yield Item(name, False, everybody, [target])


def _require_values(shares: FloatArray, name: str, measure: Measure) -> None:
    """Refuse values outside the range, and between the votes of a share or a promoter score."""
    low, high, steps = measure.lowest, measure.highest, STEPS.get(measure.family)
    bad = ~((shares >= -ROUNDING) & (shares <= 1 + ROUNDING))
    if steps is None:
        expected = f"from {low:g} to {high:g}"
    else:
        votes = np.linspace(low, high, steps + 1)
        expected = f"among {', '.join(f'{vote:g}' for vote in votes)}"
        with np.errstate(invalid="ignore"):  # infinity is bad already
            bad |= np.abs(shares * steps - np.round(shares * steps)) > ROUNDING
    if bad.any():
        found = np.unique(low + measure.width * shares[bad])
        raise ContractError(
            f"{WHERE}, column {name!r}",
            expected=f"values of the measure {measure.name!r}, {expected}",
            got=f"{bad.sum():,} others: {examples(f'{value:g}' for value in found)}",
            todo="rescale the answers, code what is no answer as null, or take another measure",
        )
