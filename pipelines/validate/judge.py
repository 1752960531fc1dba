"""Let Great Expectations judge tables on the Polars engine: one checkpoint per table.

Importing Great Expectations takes seconds, so this module is imported late.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import great_expectations as gx
from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.core.result_format import ResultFormat
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from pipelines.contract.canonical import CANONICAL
from pipelines.core.errors import ContractError
from pipelines.core.study import Study
from pipelines.validate.conditions import columns_of
from pipelines.validate.datasource import Prepare
from pipelines.validate.engine import PolarsExecutionEngine
from pipelines.validate.helpers import own_columns
from pipelines.validate.verdicts import Verdict

# No values: they may name a person, and results end up in the published Data Docs.
RESULT_FORMAT = {"result_format": ResultFormat.BASIC.value, "exclude_unexpected_values": True}


@dataclass(frozen=True)
class Judgement:
    """What Great Expectations found in a table: its own result, and the verdicts in it."""

    result: ExpectationSuiteValidationResult
    verdicts: tuple[Verdict, ...]


def judge_study(study: Study, prepare: Prepare) -> dict[str, Judgement]:
    """Judge a study's mapped tables by their suites, ``expectations/<table>.py``.

    Parameters
    ----------
    prepare : callable
        Adds the helper columns that rules refer to.

    Returns
    -------
    dict
        Table -> its judgement, the verdicts in the order of the suite.

    Raises
    ------
    ContractError
        If a rule cannot be evaluated on its table.
    """
    context = _context()
    source = context.data_sources.add_polars(name="mapped")
    judged = {}
    register = {"touchpoints": sorted(study.map.touchpoints)}
    for table in CANONICAL:
        suite = copy.deepcopy(import_module(f"expectations.{table}").SUITE)
        asset = source.add_parquet_table(table, prepare)
        checkpoint = _checkpoint(context, table, suite, asset.add_batch_definition(name="whole"))
        ran = checkpoint.run(
            batch_parameters={"path": str(study.path("mapped", table))},
            expectation_parameters=dict(register),
        )
        (result,) = ran.run_results.values()
        engine = source.get_execution_engine()
        found = {v.rule: v for v in (_verdict(table, one, engine) for one in result.results)}
        rules = [expectation.meta["rule"] for expectation in suite.expectations]
        judged[table] = Judgement(result, tuple(found[rule] for rule in rules))
    return judged


def _context() -> Any:
    """A context kept in memory, without progress bars and without calls home."""
    return gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            progress_bars=ProgressBarsConfig(globally=False),
            analytics_enabled=False,
        ),
    )


def _checkpoint(context: Any, name: str, suite: Any, batch: Any) -> Any:
    definition = gx.ValidationDefinition(name=name, data=batch, suite=context.suites.add(suite))
    checkpoint = gx.Checkpoint(
        name=name,
        validation_definitions=[context.validation_definitions.add(definition)],
        result_format=RESULT_FORMAT,
    )
    return context.checkpoints.add(checkpoint)


def _verdict(table: str, result: Any, engine: PolarsExecutionEngine) -> Verdict:
    """Read one expectation's result."""
    require_no_exception(table, result)
    config = result.expectation_config
    expectation = config.to_domain_obj()
    arguments = dict(expectation) | {"batch_id": config.kwargs["batch_id"]}
    metric = getattr(expectation, "map_metric", None)
    by_row = engine.condition(metric, arguments) if metric else None
    concerned = (
        *(by_row.columns if by_row else ()),
        *columns_of(arguments.get("row_condition")),
    )
    return Verdict(
        table=table,
        rule=config.meta["rule"],
        expectation=config.type,
        columns=own_columns(concerned),
        condition=config.meta["condition"],
        on_fail=config.meta["on_fail"],
        success=result.success,
        n_rows=result.result.get("element_count"),
        n_unexpected=result.result.get("unexpected_count"),
        by_row=by_row,
    )


def require_no_exception(table: str, result: Any) -> None:
    """Refuse a result that is none: the rule could not be evaluated."""
    info = result.exception_info or {}
    raised = [info, *(part for part in info.values() if isinstance(part, dict))]
    messages = [part["exception_message"] for part in raised if part.get("raised_exception")]
    if messages:
        raise ContractError(
            f"expectations/{table}.py: {result.expectation_config.meta['rule']}",
            expected="a rule that can be evaluated",
            got=str(messages[0]),
            todo="correct the rule",
        )
