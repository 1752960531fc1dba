"""The columns of a frame as a checked matrix: drivers, covariates, outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError, closest, examples
from pipelines.core.frames import require_known
from pipelines.statistics.moments import check_weights
from pipelines.statistics.survey import FloatArray, IntArray

ERROR_PLACE = "relative_importance"  # where errors say they come from


def require_choice(given: str, known: Sequence[str], what: str) -> None:
    """Refuse a choice that there is not.

    Raises
    ------
    ContractError
        Naming the choices nearest to it.
    """
    if given not in known:
        raise ContractError(
            ERROR_PLACE, expected=f"a known {what}", got=repr(given), todo=closest(given, known)
        )


@dataclass(frozen=True)
class Columns:
    """Which columns play which part.

    Parameters
    ----------
    drivers : dict of str to tuple of str
        Columns of each driver, by its name, in the order in which they were asked for.
    covariates, auxiliary : tuple of str
        Columns that are held, and that only help to fill in what is missing.
    outcome : str
    weights, cluster, stratum : str, optional
    """

    drivers: dict[str, tuple[str, ...]]
    covariates: tuple[str, ...]
    auxiliary: tuple[str, ...]
    outcome: str
    weights: str | None
    cluster: str | None
    stratum: str | None

    @property
    def matrix(self) -> tuple[str, ...]:
        """Columns of the matrix: drivers, covariates, outcome, auxiliary."""
        members = [name for columns in self.drivers.values() for name in columns]
        return (*members, *self.covariates, self.outcome, *self.auxiliary)

    @property
    def groups(self) -> list[list[int]]:
        """Places of each driver's columns in the matrix."""
        place = {name: at for at, name in enumerate(self.matrix)}
        return [[place[name] for name in columns] for columns in self.drivers.values()]

    @property
    def held(self) -> list[int]:
        """Places of the covariates in the matrix."""
        return [self.matrix.index(name) for name in self.covariates]

    @property
    def modelled(self) -> int:
        """Number of columns of the matrix without the auxiliary ones."""
        return len(self.matrix) - len(self.auxiliary)


@dataclass(frozen=True)
class Rows:
    """Rows of a frame.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        As `Columns.matrix`; NaN where missing.
    weights : ndarray, shape (n_rows,)
    cluster, stratum : ndarray of int, shape (n_rows,), or None
        Codes.
    """

    values: FloatArray
    weights: FloatArray
    cluster: IntArray | None
    stratum: IntArray | None

    def keep(self, at: IntArray) -> Rows:
        """Some of the rows."""
        return Rows(
            self.values[at],
            self.weights[at],
            None if self.cluster is None else self.cluster[at],
            None if self.stratum is None else self.stratum[at],
        )


def members(
    drivers: Sequence[str], groups: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Columns of each driver: those of its group, or itself.

    A driver is named by its column or by its group; naming columns of a group is naming it.
    """
    owner = {column: name for name, columns in groups.items() for column in columns}
    found: dict[str, tuple[str, ...]] = {}
    named: list[str] = []
    for driver in drivers:
        name = owner.get(driver, driver) if driver not in groups else driver
        named.append(driver)
        found.setdefault(name, tuple(groups.get(name, (driver,))))
    _refuse_repeats(named, "each driver once")
    unused = [name for name in groups if name not in found]
    empty = [name for name, columns in found.items() if not columns]
    if not found or unused or empty:
        got = f"groups {examples(unused)} that are not" if unused else f"no columns in {empty}"
        raise ContractError(
            ERROR_PLACE,
            expected="drivers, every group among them, each with columns",
            got=got if found else "none",
            todo="name the group, or its columns, in `drivers`",
        )
    return found


def check_columns(frame: pl.LazyFrame, columns: Columns) -> None:
    """Refuse columns that are not there, twice there, or no numbers."""
    schema = frame.collect_schema()
    named = [n for n in (columns.weights, columns.cluster, columns.stratum) if n is not None]
    require_known((*columns.matrix, *named), schema, ERROR_PLACE)
    _refuse_repeats(columns.matrix, "each column as one of driver, covariate or outcome")
    numeric = [*columns.matrix, *([columns.weights] if columns.weights else [])]
    texts = [f"{n}: {schema[n]}" for n in numeric if not _is_number(schema[n])]
    if texts:
        raise ContractError(
            ERROR_PLACE,
            expected="numbers",
            got=examples(texts),
            todo="turn categories into dummies and give them as a group",
        )


def _is_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype == pl.Boolean


def _refuse_repeats(names: Sequence[str], expected: str) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ContractError(
            ERROR_PLACE, expected=expected, got=f"{examples(repeated)} twice", todo="name it once"
        )


def read_rows(frame: pl.LazyFrame, columns: Columns) -> Rows:
    """Collect the columns, and refuse weights that are missing or not positive.

    A missing cluster is a customer of its own; a missing stratum is a stratum.
    """
    exprs = [pl.col(name).cast(pl.Float64).alias(f"x{i}") for i, name in enumerate(columns.matrix)]
    exprs.append((pl.col(columns.weights) if columns.weights else pl.lit(1.0)).alias("w"))
    if columns.cluster:
        code, row = pl.col(columns.cluster).rank("dense").cast(pl.Int64), pl.int_range(pl.len())
        exprs.append(pl.when(code.is_null()).then(-1 - row).otherwise(code).alias("cluster"))
    if columns.stratum:
        code = pl.col(columns.stratum).rank("dense").cast(pl.Int64)
        exprs.append(code.fill_null(0).alias("stratum"))
    found = frame.select(exprs).collect()
    weights = found["w"].cast(pl.Float64).to_numpy().astype(np.float64)
    check_weights(weights)
    return Rows(
        values=found.select(f"x{i}" for i in range(len(columns.matrix))).to_numpy(),
        weights=weights,
        cluster=found["cluster"].to_numpy() if columns.cluster else None,
        stratum=found["stratum"].to_numpy() if columns.stratum else None,
    )


def check_rows(rows: Rows, columns: Columns) -> None:
    """Refuse columns that are empty, infinite or constant, and fewer rows than columns."""
    n = len(rows.values)
    if n < columns.modelled + 1:
        raise ContractError(
            ERROR_PLACE,
            expected=f"more than {columns.modelled} rows for {columns.modelled} columns",
            got=f"{n} rows",
            todo="use fewer drivers or more data",
            code=write_code("few_rows", n=n, columns=columns.modelled),
        )
    seen = ~np.isnan(rows.values)
    low = np.min(rows.values, axis=0, where=seen, initial=np.inf)
    high = np.max(rows.values, axis=0, where=seen, initial=-np.inf)
    reasons = {
        "values": ~seen.any(axis=0),
        "finite values": np.isinf(rows.values).any(axis=0),
        "values that vary": low == high,
    }
    for expected, bad in reasons.items():
        if bad.any():
            named = [columns.matrix[at] for at in np.flatnonzero(bad)]
            raise ContractError(
                ERROR_PLACE,
                expected=f"{expected} in every column",
                got=f"none in {examples(named)}"
                if expected != "finite values"
                else f"infinity in {examples(named)}",
                todo="leave out these columns",
            )
