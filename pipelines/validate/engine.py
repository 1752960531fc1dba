"""A Great Expectations execution engine on Polars: every count of a suite in one pass.

The batch is a LazyFrame that scans a Parquet file. Great Expectations asks for metrics in
bundles; each bundle becomes one streaming query (see `metrics` for what they compute), so
that a table larger than memory can be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import narwhals as nw
import polars as pl
from great_expectations.core.batch import BatchMarkers
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.row_conditions import deserialize_row_condition

from pipelines.core import engine
from pipelines.validate import conditions, duplicates
from pipelines.validate.conditions import Condition


class PolarsBatchData:
    """A lazy frame as Great Expectations holds it."""

    def __init__(self, execution_engine: PolarsExecutionEngine, rows: pl.LazyFrame) -> None:
        self.execution_engine, self.rows = execution_engine, rows
        self.schema: Mapping[str, Any] = engine.from_polars(rows).collect_schema()


class PolarsExecutionEngine(ExecutionEngine):  # type: ignore[misc]  # GX is not typed
    """Compute the metrics of Great Expectations on a Polars LazyFrame."""

    def get_batch_data_and_markers(
        self, batch_spec: Mapping[str, Any]
    ) -> tuple[PolarsBatchData, BatchMarkers]:
        """Wrap the frame of a batch, and note when that was."""
        markers = BatchMarkers({"ge_load_time": datetime.now(UTC).isoformat()})
        return PolarsBatchData(self, batch_spec["batch_data"]), markers

    def batch(self, domain: Mapping[str, Any]) -> PolarsBatchData:
        """Return the whole batch that a domain is about.

        Raises
        ------
        KeyError
            If that batch was not loaded.
        """
        batch_id = domain.get("batch_id") or self.batch_manager.active_batch_data_id
        data: PolarsBatchData = self.batch_manager.batch_data_cache[batch_id]
        return data

    def among(self, domain: Mapping[str, Any]) -> nw.Expr | None:
        """Rows that the row condition of a domain leaves in; None if there is no condition."""
        row_condition = deserialize_row_condition(domain.get("row_condition"))
        if row_condition is None:
            return None
        return conditions.clause(row_condition, self.batch(domain).schema)

    def condition(self, metric: str, arguments: Mapping[str, Any]) -> Condition:
        """Build the condition of a map metric; see `conditions.build`."""
        schema = self.batch(arguments).schema
        return conditions.build(metric, arguments, schema, self.among(arguments))

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> pl.LazyFrame:
        """Return the rows that the row condition of a domain leaves in."""
        rows, among = self.batch(domain_kwargs).rows, self.among(domain_kwargs)
        if among is None:
            return rows
        return engine.to_polars(engine.from_polars(rows).filter(among))

    def get_compute_domain(
        self,
        domain_kwargs: dict[str, Any],
        domain_type: Any,
        accessor_keys: Iterable[str] | None = None,
    ) -> tuple[pl.LazyFrame, dict[str, Any], dict[str, Any]]:
        """Return the rows of a domain, and the domain without and with its columns."""
        parts = self._partition_domain_kwargs(domain_kwargs, domain_type, accessor_keys)
        return self.get_domain_records(domain_kwargs), parts.compute, parts.accessor

    def resolve_metric_bundle(self, metric_fn_bundle: Iterable[Any]) -> dict[Any, Any]:
        """Compute all metrics of a bundle in one streaming query per batch."""
        bundle = list(metric_fn_bundle)
        batches = {metric.compute_domain_kwargs.get("batch_id") for metric in bundle}
        resolved: dict[Any, Any] = {}
        for batch in batches:
            own = [m for m in bundle if m.compute_domain_kwargs.get("batch_id") == batch]
            rows = self.batch({"batch_id": batch}).rows
            values = compute(rows, [metric.metric_fn for metric in own])
            ids = [metric.metric_configuration.id for metric in own]
            resolved.update(zip(ids, values, strict=True))
        return resolved

    def _clause(self, condition: Any) -> nw.Expr:
        return conditions.clause(condition, self.batch({}).schema)

    _comparison_condition_to_filter_clause = _clause
    _nullity_condition_to_filter_clause = _clause
    _and_condition_to_filter_clause = _clause
    _or_condition_to_filter_clause = _clause


def compute(rows: pl.LazyFrame, wanted: Sequence[nw.Expr | Condition]) -> list[Any]:
    """Compute numbers in one streaming pass over the rows.

    Parameters
    ----------
    wanted : sequence of Expr or Condition
        Expressions that give one value each, and conditions on repeated keys, of which
        the rows that break them are counted.
    """
    single = [metric for metric in wanted if isinstance(metric, nw.Expr)]
    repeats = [metric for metric in wanted if isinstance(metric, Condition)]
    numbered = (metric.alias(str(n)) for n, metric in enumerate(single))
    one_row = engine.from_polars(rows).select(nw.len().alias("rows"), *numbered)
    plans = [engine.to_polars(one_row), *([duplicates.hashes(rows, repeats)] if repeats else [])]
    values, *hashed = pl.collect_all(plans, engine="streaming")
    _, *found = values.row(0)
    counted = zip(repeats, hashed[0], strict=True) if repeats else ()
    numbers = iter(found)
    counts = (duplicates.count(rows, condition, column) for condition, column in counted)
    return [next(counts if isinstance(metric, Condition) else numbers) for metric in wanted]
