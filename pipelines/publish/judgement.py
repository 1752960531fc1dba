"""Judge the bundle with Great Expectations before anyone sees it.

The tables are small, so GX's own pandas engine does; the project's Polars engine belongs
to the step validate, and steps do not import each other.
"""

from __future__ import annotations

from collections.abc import Mapping

import great_expectations as gx
import polars as pl

from expectations.bundle import suites, with_lacking
from pipelines.contract import registry
from pipelines.core.errors import ContractError, examples


def judge(tables: Mapping[str, pl.DataFrame], *, withhold_below: int) -> None:
    """Refuse a bundle that breaks an expectation.

    Raises
    ------
    ContractError
        Naming the table, the expectation and the first values that broke it.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    declared = registry.published()
    source = context.data_sources.add_pandas("bundle")
    for name, rows in tables.items():
        if rows.is_empty():
            continue  # nothing to judge; its columns are looked at when it is written
        asset = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("all")
        judged = with_lacking(rows, declared[name])
        coded = judged.with_columns(pl.col(pl.String).cast(pl.Categorical))  # four times faster
        batch = asset.get_batch({"dataframe": coded.to_pandas()})
        result = batch.validate(
            suites()[name], expectation_parameters={"withhold_below": withhold_below}
        )
        for outcome in result.results:
            if not outcome.success:
                raise _refusal(name, outcome)


def _refusal(table: str, outcome: gx.ExpectationValidationResult) -> ContractError:
    asked = outcome.expectation_config
    about = {key: asked.kwargs[key] for key in sorted(asked.kwargs) if key != "batch_id"}
    found = outcome.result.get("partial_unexpected_list") or [outcome.result or "an exception"]
    return ContractError(
        f"published/{table}",
        expected=f"{asked.type} {about}",
        got=examples(found),
        todo="nothing was published; mend the step that made the table",
    )
