"""The metrics that expectations ask the Polars engine for.

Importing this module registers them with Great Expectations. Counts and other single
values only describe what is to be computed; the engine computes a bundle of them at once.
Values and rows that broke a rule are fetched afterwards, and only if there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from great_expectations.constants import MAX_RESULT_RECORDS
from great_expectations.core.metric_function_types import (
    MetricFunctionTypes,
    MetricPartialFunctionTypes,
)
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import (
    get_metric_kwargs,
    register_core_metrics,
    register_metric,
)
from great_expectations.validator.metric_configuration import MetricConfiguration

from pipelines.core import engine
from pipelines.validate import duplicates
from pipelines.validate.conditions import MAP_METRICS, PAIRS, Condition, missing
from pipelines.validate.engine import PolarsExecutionEngine

Single = tuple[nw.Expr | Condition, dict[str, Any], dict[str, Any]]
BROKEN, ROW_NUMBER = "broken?", "index?"  # columns added; no table has such names

FETCHED = ("unexpected_values", "unexpected_rows", "unexpected_index_list")


class PolarsMetric(MetricProvider):  # type: ignore[misc]  # GX is not typed
    """A metric of this engine; what is fetched waits for the count of what there is."""

    @classmethod
    def _get_evaluation_dependencies(
        cls, metric: MetricConfiguration, *args: Any, **kwargs: Any
    ) -> dict[str, MetricConfiguration]:
        needed: dict[str, MetricConfiguration] = super()._get_evaluation_dependencies(
            metric, *args, **kwargs
        )
        name, _, part = metric.metric_name.rpartition(".")
        if part in FETCHED:
            values = {k: v for k, v in metric.metric_value_kwargs.items() if k != "result_format"}
            needed["unexpected_count"] = MetricConfiguration(
                f"{name}.unexpected_count", metric.metric_domain_kwargs, values
            )
        return needed


def _arguments(domain: Mapping[str, Any], values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**domain, **(values or {})}


def _unexpected_count(
    name: str,
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any] | None,
    **_: Any,
) -> Single:
    arguments = _arguments(metric_domain_kwargs, metric_value_kwargs)
    condition = execution_engine.condition(name, arguments)
    counted = condition if condition.broken is None else condition.unexpected.sum()
    return counted, metric_domain_kwargs, {}


def _filtered_row_count(
    name: str,
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any] | None,
    **_: Any,
) -> Single:
    arguments = _arguments(metric_domain_kwargs, metric_value_kwargs)
    return execution_engine.condition(name, arguments).n_judged, metric_domain_kwargs, {}


def _fetch(
    name: str,
    part: str,
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any],
    metrics: Mapping[str, Any],
    **_: Any,
) -> Any:
    """Fetch values, rows or positions of the rows that broke a rule, in the batch's order."""
    shape = metric_value_kwargs["result_format"]
    withheld = shape.get("exclude_unexpected_values") and part != "unexpected_index_list"
    rows = execution_engine.batch(metric_domain_kwargs).rows
    if not metrics["unexpected_count"] or withheld:
        return [] if part != "unexpected_rows" else rows.clear().collect().to_pandas()
    arguments = _arguments(metric_domain_kwargs, metric_value_kwargs)
    condition = execution_engine.condition(name, arguments)
    return PARTS[part](name, _broken_rows(rows, condition), condition, shape)


def _broken_rows(rows: pl.LazyFrame, condition: Condition) -> pl.LazyFrame:
    """Return the rows that broke a rule, numbered as pandas would: from 0 in the batch."""
    numbered = engine.from_polars(rows.with_row_index(ROW_NUMBER))
    flagged = duplicates.flag(numbered, condition, BROKEN)
    return engine.to_polars(flagged.filter(nw.col(BROKEN)).drop(BROKEN))


def _limit(shape: Mapping[str, Any]) -> int:
    if shape["result_format"] == "COMPLETE":
        return int(MAX_RESULT_RECORDS)
    return min(int(shape["partial_unexpected_count"]), int(MAX_RESULT_RECORDS))


def _values(
    name: str, rows: pl.LazyFrame, condition: Condition, shape: Mapping[str, Any]
) -> list[Any]:
    """One item per row: a value, a pair, or a record of compound columns."""
    found = rows.select(condition.columns).head(_limit(shape)).collect(engine="streaming")
    if len(condition.columns) == 1:
        return found.to_series().to_list()
    return found.rows() if name in PAIRS else found.to_dicts()


def _rows(name: str, rows: pl.LazyFrame, condition: Condition, shape: Mapping[str, Any]) -> Any:
    return rows.drop(ROW_NUMBER).head(_limit(shape)).collect(engine="streaming").to_pandas()


def _positions(
    name: str, rows: pl.LazyFrame, condition: Condition, shape: Mapping[str, Any]
) -> list[int] | list[dict[str, Any]]:
    """Row numbers; or, if the result format names key columns, the keys and the values."""
    names = shape.get("unexpected_index_column_names")
    some = rows if shape["result_format"] == "COMPLETE" else rows.head(_limit(shape))
    if not names:
        return some.select(ROW_NUMBER).collect(engine="streaming").to_series().to_list()
    shown = () if shape.get("exclude_unexpected_values") else condition.columns
    keyed = some.select(*dict.fromkeys([*shown, *names])).collect(engine="streaming")
    return keyed.to_dicts()


PARTS: dict[str, Callable[[str, pl.LazyFrame, Condition, Mapping[str, Any]], Any]] = {
    "unexpected_values": _values,
    "unexpected_rows": _rows,
    "unexpected_index_list": _positions,
}


def _no_query(**_: Any) -> None:
    """Give no query for the rows: a Polars plan is not text that runs elsewhere."""


def _columns(
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    **_: Any,
) -> list[str]:
    return list(execution_engine.batch(metric_domain_kwargs).schema)


def _column_count(**given: Any) -> int:
    return len(_columns(**given))


def _column_types(
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    **_: Any,
) -> list[dict[str, Any]]:
    schema = execution_engine.batch(metric_domain_kwargs).rows.collect_schema()
    return [{"name": name, "type": dtype} for name, dtype in schema.items()]


def _row_count(
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    **_: Any,
) -> Single:
    among = execution_engine.among(metric_domain_kwargs)
    return nw.len() if among is None else among.sum(), metric_domain_kwargs, {}


def _aggregate(
    summarise: Callable[[nw.Expr], nw.Expr],
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    **_: Any,
) -> Single:
    """Summarise the values of a column that are there."""
    column = metric_domain_kwargs["column"]
    present = ~missing(column, execution_engine.batch(metric_domain_kwargs).schema)
    among = execution_engine.among(metric_domain_kwargs)
    values = nw.col(column).filter(present if among is None else present & among)
    return summarise(values), metric_domain_kwargs, {}


def _quantiles(
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any],
    **_: Any,
) -> list[float]:
    """Quantiles with NumPy's definitions, which are those of pandas; the column is held."""
    column = metric_domain_kwargs["column"]
    rows = execution_engine.get_domain_records(metric_domain_kwargs).select(column)
    present = engine.from_polars(rows).filter(
        ~missing(column, execution_engine.batch(metric_domain_kwargs).schema)
    )
    values = engine.to_polars(present).collect(engine="streaming").to_series().to_numpy()
    method: Any = metric_value_kwargs.get("allow_relative_error") or "nearest"
    if not len(values):
        return [float("nan") for _ in metric_value_kwargs["quantiles"]]
    found: list[float] = np.quantile(
        values, metric_value_kwargs["quantiles"], method=method
    ).tolist()
    return found


AGGREGATES: dict[str, Callable[[nw.Expr], nw.Expr]] = {
    "column.min": nw.Expr.min,
    "column.max": nw.Expr.max,
    "column.mean": nw.Expr.mean,
    "column.median": nw.Expr.median,
    "column.sum": nw.Expr.sum,
    "column.standard_deviation": nw.Expr.std,
    "column.distinct_values.count": nw.Expr.n_unique,
}


def _register(
    name: str,
    provider: Callable[..., Any] | None,
    kind: MetricFunctionTypes | MetricPartialFunctionTypes = MetricFunctionTypes.VALUE,
    *,
    like: str | None = None,
) -> None:
    """Register a metric that has the arguments of a metric Great Expectations knows."""
    keys = get_metric_kwargs(like or name)
    register_metric(
        metric_name=name,
        metric_domain_keys=keys["metric_domain_keys"],
        metric_value_keys=keys["metric_value_keys"],
        execution_engine=PolarsExecutionEngine,
        metric_class=PolarsMetric,
        metric_provider=provider,
        metric_fn_type=kind,
    )


def _register_single(name: str, provider: Callable[..., Single]) -> None:
    """Register a metric that is computed in a bundle: a description, and its value."""
    _register(f"{name}.aggregate_fn", provider, MetricPartialFunctionTypes.AGGREGATE_FN, like=name)
    _register(name, None)


def register() -> None:
    """Register every metric of this engine; call it once per process."""
    register_core_metrics()
    _register("table.columns", _columns)
    _register("table.column_types", _column_types)
    _register("table.column_count", _column_count)
    _register_single("table.row_count", _row_count)
    _register("column.quantile_values", _quantiles)
    for name, summarise in AGGREGATES.items():
        _register_single(name, partial(_aggregate, summarise))
    for name in MAP_METRICS:
        _register_single(f"{name}.unexpected_count", partial(_unexpected_count, name))
        for part in FETCHED:
            _register(f"{name}.{part}", partial(_fetch, name, part))
        _register(f"{name}.unexpected_index_query", _no_query)
    for name in (*PAIRS, "compound_columns.unique"):
        _register_single(f"{name}.filtered_row_count", partial(_filtered_row_count, name))


register()
