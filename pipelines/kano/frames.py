"""Kano classes of the columns of any table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from narwhals.typing import IntoFrame

from pipelines.contract.kano_codes import KANO_CLASSES
from pipelines.core.errors import ContractError, closest, examples
from pipelines.core.frames import as_lazy, require_known
from pipelines.kano.asymmetry import lacking, numbers
from pipelines.kano.models import asymmetries
from pipelines.kano.sample import RatedAnswers, RatedSample
from pipelines.outcomes.confounders import columns_of
from pipelines.statistics.moments import check_weights
from pipelines.statistics.survey import FloatArray, IntArray

KANO_PLACE = "kano"
KANO_MISSING = ("error", "listwise", "em")
Ends = tuple[float, float]
# Of the result, in order.
KANO_NUMBERS = (
    "value", "low", "high", "penalty", "penalty_low", "penalty_high", "reward", "reward_low",
    "reward_high", *(f"p_{name}" for name in KANO_CLASSES.names), "kano_class", "cuts",
    "asymmetry_least", "asymmetry_most", "spline_penalty", "spline_reward", "n_low", "n_middle",
    "n_high", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class KanoColumns:
    """Which columns play which part."""

    outcome: str
    drivers: tuple[str, ...]
    routed: Mapping[str, str]
    confounders: tuple[str, ...]
    weights: str | None
    cluster: str | None
    stratum: str | None

    @property
    def named(self) -> list[str]:
        """All of them, in order."""
        design = [one for one in (self.weights, self.cluster, self.stratum) if one is not None]
        return [self.outcome, *self.drivers, *self.routed.values(), *self.confounders, *design]


def kano(
    frame: IntoFrame,
    outcome: str,
    drivers: Sequence[str],
    *,
    scale: Ends | Mapping[str, Ends],
    min_level_n: int,
    routed: Mapping[str, str] | None = None,
    confounders: Sequence[str] = (),
    weights: str | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    missing: str = "error",
    replicates: int,
    level: float = 0.95,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Say what ratings below and above the middle of their scale go with.

    Penalty and reward are associations: not what a change of a touchpoint would bring.

    Parameters
    ----------
    frame : DataFrame or LazyFrame
        A row per answer sheet; of Polars, or of pandas, Arrow and what else Narwhals reads.
    outcome : str
        Numeric column without blanks; penalty and reward are in its unit.
    drivers : sequence of str
        Numeric columns of ratings; the higher, the better.
    scale : tuple of float, or mapping of str to it
        Lowest and highest rating there is; of all drivers, or of each.
    min_level_n : int
        Answers below, at and above the middle that a pair of cuts must have to be used.
    routed : mapping of str to str, optional
        Drivers that not everybody experienced, and the columns that say who did, 1 or true, 0
        or false, null if that is not known.
    confounders : sequence of str
        Columns that are held, text or numbers.
    weights, cluster, stratum : str, optional
        Columns of positive survey weights, of customers, and of strata.
    missing : {"error", "listwise", "em"}
        Ratings that users left out are refused, dropped with their row, or filled in expectation,
        level by level of their scale.
    replicates : int
        Of the bootstrap, 1,000 or more to publish.
    level : float
        Of the intervals, 0 to 1.
    rng : Generator

    Returns
    -------
    DataFrame
        A row per driver: ``driver, n`` (rows of the model), and the columns of the table
        asymmetry: ``value``, the asymmetry, with ``low`` and ``high``, penalty and reward per
        half of the scale with theirs, probabilities of the classes, what pairs of cuts were
        used, and the ``reason`` where none was.

    Raises
    ------
    ContractError
        For columns that are unknown or no numbers, ratings outside their scale, blanks under
        ``error``, an outcome in which nearly all agree, or fewer rows than the columns bear.

    References
    ----------
    Brandt (1988), in: Surprenant (ed.), Add Value to Your Service, 35-38; Mittal, Ross and
    Baldasare (1998), Journal of Marketing 62, 33-47; see docs/methods/kano.md.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> desk, page = rng.integers(1, 6, (2, 600))
    >>> liked = 50 + 8.0 * np.minimum(desk - 3, 0) + 8.0 * np.maximum(page - 3, 0)
    >>> answers = pl.DataFrame({"desk": desk, "page": page, "liked": liked + rng.normal(size=600)})
    >>> found = kano(answers, "liked", ["desk", "page"], scale=(1, 5), min_level_n=30,
    ...              replicates=200, rng=rng)
    >>> found.select("driver", "kano_class", pl.col("penalty", "reward").round(0)).rows()
    [('desk', 'basic', -14.0, 2.0), ('page', 'excitement', -1.0, 14.0)]
    """
    columns = KanoColumns(
        outcome, tuple(drivers), dict(routed or {}), tuple(confounders), weights, cluster, stratum
    )
    table = _read(frame, columns, missing)
    given = _answers(table, columns, scale)
    sample = RatedSample.of(given, min_level_n, replicates, rng)
    found = asymmetries(sample.everybody(level), min_level_n)
    rows = [
        {"reason": lacking(given.rating[:, k], min_level_n)} if one is None else numbers(one)
        for k, one in enumerate(found)
    ]
    parts = {name: [row.get(name) for row in rows] for name in KANO_NUMBERS}
    return pl.DataFrame({"driver": list(drivers), "n": given.n, **parts}, strict=False)


def _read(frame: IntoFrame, columns: KanoColumns, missing: str) -> pl.DataFrame:
    """Collect the columns, with null for NaN, and treat the blanks of ratings."""
    _check(columns, missing)
    lazy = as_lazy(frame, KANO_PLACE)
    schema = lazy.collect_schema()
    require_known(columns.named, schema, KANO_PLACE)
    texts = [
        f"{name}: {schema[name]}"
        for name in (columns.outcome, *columns.drivers)
        if not schema[name].is_numeric()
    ]
    _refuse(texts, expected="numeric columns", todo="turn them into numbers")
    table = lazy.select(pl.col(columns.named).name.keep()).collect()
    table = table.with_columns(pl.col(pl.Float32, pl.Float64).fill_nan(None))
    blank = pl.any_horizontal(_is_blank(columns, driver) for driver in columns.drivers)
    blank = blank | pl.col(columns.outcome).is_null()
    if missing == "listwise":
        return table.filter(~blank)
    if missing == "em":
        blank = pl.col(columns.outcome).is_null()
    n = table.select(blank.sum()).item()
    _refuse(
        [f"{n} rows"] if n else [],
        expected="no blanks" if missing == "error" else "an outcome in every row",
        todo="drop the rows, or say missing='listwise' or missing='em'",
    )
    return table


def _check(columns: KanoColumns, missing: str) -> None:
    named = columns.named
    _refuse(
        sorted({name for name in named if named.count(name) > 1}),
        expected="each column once",
        todo="name it once",
    )
    _refuse(
        [] if missing in KANO_MISSING else [missing],
        expected=f"one of {examples(KANO_MISSING)}",
        todo=closest(missing, KANO_MISSING),
    )
    _refuse(
        [name for name in columns.routed if name not in columns.drivers],
        expected="drivers in routed",
        todo="name them among the drivers",
    )


def _is_blank(columns: KanoColumns, driver: str) -> pl.Expr:
    """Whether a rating is missing of one who used it, or who may have."""
    empty = pl.col(driver).is_null()
    if driver not in columns.routed:
        return empty
    return empty & (pl.col(columns.routed[driver]).cast(pl.Float64) != 0).fill_null(True)


def _answers(
    table: pl.DataFrame, columns: KanoColumns, scale: Ends | Mapping[str, Ends]
) -> RatedAnswers:
    ratings, uses = [], []
    for driver in columns.drivers:
        low, high = scale[driver] if isinstance(scale, Mapping) else scale
        value = _floats(table[driver])
        outside = value[(value < low) | (value > high)]
        _refuse(
            outside[:5].tolist(),
            expected=f"ratings of {driver} from {low:g} to {high:g}",
            todo="correct the scale, or leave out codes that are no answers",
        )
        rated = ~np.isnan(value)
        use = _use(table, columns, driver, rated)
        ratings.append(np.where(use == 0, np.nan, 100 * (value - low) / (high - low)))
        uses.append(use)
    weight = np.ones(table.height) if columns.weights is None else _floats(table[columns.weights])
    check_weights(weight)
    held = columns_of(table.select(columns.confounders))
    values = held.values if held.of else np.empty((table.height, 0))
    return RatedAnswers(
        np.column_stack(ratings), np.column_stack(uses), _floats(table[columns.outcome]), values,
        weight, _codes(table, columns.cluster), _codes(table, columns.stratum), pl.DataFrame(),
    )  # fmt: skip


def _use(table: pl.DataFrame, columns: KanoColumns, driver: str, rated: np.ndarray) -> FloatArray:
    """1 if experienced, 0 if not, NaN if the rating is blank: then its levels are."""
    if driver not in columns.routed:
        return np.where(rated, 1.0, np.nan)
    used = _floats(table[columns.routed[driver]].cast(pl.Float64))
    return np.where(used == 0, 0.0, np.where(rated, 1.0, used))


def _floats(column: pl.Series) -> FloatArray:
    found: FloatArray = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return found.astype(np.float64)


def _codes(table: pl.DataFrame, name: str | None) -> IntArray | None:
    if name is None:
        return None
    return table[name].rank("dense").fill_null(0).to_numpy().astype(np.int64)


def _refuse(bad: Sequence[object], *, expected: str, todo: str) -> None:
    if bad:
        raise ContractError(KANO_PLACE, expected=expected, got=examples(bad), todo=todo)
