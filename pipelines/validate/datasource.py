"""The data source `polars` of Great Expectations: one asset per table, Parquet files as batches.

Checkpoints, validation results and Data Docs then work as for any other engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import polars as pl
from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.core import IDDict
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource

import pipelines.validate.metrics  # noqa: F401  # registers the metrics
from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.validate.engine import PolarsExecutionEngine

Prepare = Callable[[pl.LazyFrame], Frame]


class ParquetTable(DataAsset):  # type: ignore[misc]  # GX is not typed
    """A table in Parquet files; the batch parameter `path` says which file.

    What a rule needs beside the file's own columns is added by `prepare`, before judging.
    """

    type: Literal["parquet_table"] = "parquet_table"
    _prepare: Prepare | None = PrivateAttr(None)

    def test_connection(self) -> None:
        """Nothing to test: the file is named when a batch is asked for."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:
        """Name the batch parameters."""
        return ("path",)

    def build_batch_request(
        self,
        options: dict[str, Any] | None = None,
        batch_slice: Any = None,
        partitioner: Any = None,
    ) -> BatchRequest:
        """Ask for the batch in one file.

        Raises
        ------
        ValueError
            If the options are anything but a `path`.
        """
        if set(options or {}) != {"path"} or batch_slice or partitioner:
            raise ValueError(f"{self.name}: the one batch parameter is 'path', got {options}")
        return BatchRequest(
            datasource_name=self.datasource.name, data_asset_name=self.name, options=options
        )

    def _validate_batch_request(self, batch_request: BatchRequest) -> None:
        self.build_batch_request(batch_request.options)

    def get_batch_identifiers_list(self, batch_request: BatchRequest) -> list[dict[str, Any]]:
        """Name the one batch of a request."""
        return [IDDict(batch_request.options)]

    def get_batch(self, batch_request: BatchRequest) -> Batch:
        """Scan the file; nothing is read yet."""
        self._validate_batch_request(batch_request)
        rows = pl.scan_parquet(batch_request.options["path"])
        if self._prepare:
            rows = engine.to_polars(self._prepare(rows))
        spec = RuntimeDataBatchSpec(batch_data=rows)
        judge = self.datasource.get_execution_engine()
        data, markers = judge.get_batch_data_and_markers(batch_spec=spec)
        spec["batch_data"] = "polars.LazyFrame"  # results are serialised, frames cannot be
        definition = LegacyBatchDefinition(
            datasource_name=self.datasource.name,
            data_connector_name="fluent",
            data_asset_name=self.name,
            batch_identifiers=IDDict(batch_request.options),
        )
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            metadata=self._get_batch_metadata_from_batch_request(batch_request),
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=definition,
        )


class PolarsDatasource(Datasource):  # type: ignore[misc]  # GX is not typed
    """Parquet files judged by Polars, larger than memory if need be."""

    type: Literal["polars"] = "polars"
    asset_types: ClassVar[list[Any]] = [ParquetTable]
    assets: list[ParquetTable] = []  # noqa: RUF012  # a pydantic field, copied per instance

    @property
    def execution_engine_type(self) -> Any:
        """The engine that computes the metrics of this source's tables."""
        return PolarsExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to test: no server, no credentials."""

    def add_parquet_table(self, name: str, prepare: Prepare | None = None) -> ParquetTable:
        """Add a table.

        Parameters
        ----------
        prepare : callable, optional
            Adds columns that rules refer to; not part of the configuration.
        """
        asset = self._add_asset(ParquetTable(name=name))
        asset._prepare = prepare
        added: ParquetTable = asset
        return added
