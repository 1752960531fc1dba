"""Judge one frame with the project's Polars engine and with the pandas engine of GX."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

COUNTS = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "missing_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
)


@dataclass(frozen=True)
class Outcome:
    """What one engine said about one expectation."""

    type: str
    success: bool
    result: dict[str, Any]
    raised: bool

    @property
    def said(self) -> tuple[Any, ...]:
        """The type, success, and the numbers of the rows that broke it."""
        return self.type, self.raised, self.success, self.result.get("unexpected_index_list")

    @property
    def counts(self) -> dict[str, Any]:
        """Counts and percentages."""
        return {name: self.result[name] for name in COUNTS if name in self.result}


class TwoEngines:
    """One context with one table on each engine."""

    def __init__(self, path: Path) -> None:
        import great_expectations as gx

        from pipelines.validate import datasource  # noqa: F401  # registers `add_polars`

        self.path = path
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        ours = context.data_sources.add_polars(name="ours")
        theirs = context.data_sources.add_pandas(name="theirs")
        self._polars = ours.add_parquet_table("frame").add_batch_definition(name="whole")
        asset = theirs.add_dataframe_asset("frame")
        self._pandas = asset.add_batch_definition_whole_dataframe("whole")
        self.context = context

    def polars(
        self, frame: pl.DataFrame, expectations: Sequence[Any], shape: Any = "COMPLETE"
    ) -> list[Outcome]:
        """Judge on the project's engine."""
        frame.write_parquet(self.path)
        return _judge(self._polars.get_batch({"path": str(self.path)}), expectations, shape)

    def pandas(
        self, frame: pl.DataFrame, expectations: Sequence[Any], shape: Any = "COMPLETE"
    ) -> list[Outcome]:
        """Judge on the engine that comes with GX."""
        batch = self._pandas.get_batch({"dataframe": frame.to_pandas()})
        return _judge(batch, expectations, shape)


def _judge(batch: Any, expectations: Sequence[Any], shape: Any) -> list[Outcome]:
    import great_expectations as gx

    copies = [e.copy(update={"meta": {"at": n}}) for n, e in enumerate(expectations)]
    suite = gx.ExpectationSuite(name="suite", expectations=copies)
    results = batch.validate(suite, result_format=shape).results
    ordered = sorted(results, key=lambda result: result.expectation_config.meta["at"])
    return [
        Outcome(
            result.expectation_config.type,
            bool(result.success),
            result.result,
            "'raised_exception': True" in str(result.exception_info),
        )
        for result in ordered
    ]
