"""Run a step for a study: ``python -m pipelines.runner STEP STUDY``.

A step is a pure function of what it declared to read, and of its settings. Everything else is
here: parameters are read, tables are handed out, what comes back is checked against its
declaration and written, an error that the user can mend is shown without a traceback.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipelines.contract import registry
from pipelines.contract.code import DeclarationError
from pipelines.contract.step import Settings, Step
from pipelines.core import outputs, params, store, study
from pipelines.core.enforcement import require_returned
from pipelines.core.errors import BAD_INPUT, TouchstoneError
from pipelines.core.study import Study
from pipelines.core.tables import Tables

POLARS = "polars"


def main(arguments: list[str]) -> None:
    """Run the step named first for the study named second; more is for the step.

    Prints one line on what was done, and the seconds it took. A `TouchstoneError` is printed
    and ends the process with exit code 2.
    """
    if len(arguments) < 2:
        sys.exit("usage: python -m pipelines.runner STEP STUDY")
    name, about, *more = arguments
    began = time.perf_counter()
    try:
        done = run(registry.step(name), study.load(about), params.read(), *more)
    except (TouchstoneError, DeclarationError) as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_INPUT)
    print(f"  {about}: {done} ({time.perf_counter() - began:.1f} s)")


def run(step: Step, about: Study, parameters: params.Content, *more: str) -> str:
    """Run a step for a study; return what it did in a line.

    Parameters
    ----------
    step : Step
        Its declaration; its function is ``pipelines/<step>/run.py:run``.
    about : Study
    parameters : mapping
        The content of params.yaml, or other values for a test.
    more : str
        Further arguments of the step: the notebook, of a report.

    Raises
    ------
    ContractError
        If a table is not as declared, or nobody declared it. What was there stays.
    """
    settings = params.settings_of(step.settings, parameters)
    function = import_module(f"pipelines.{step.name}.run").run
    with TemporaryDirectory() as scratch:
        read = _tables(step, about, settings, Path(scratch))
        if step.writes:
            made: dict[str, pl.DataFrame] = function(about, settings, read, *more)
            write(step, about, made)
            return summary(made)
        if step.fills:
            with outputs.replacing(about.folder, step.fills) as draft:
                return str(function(about, settings, read, draft, *more))
        return str(function(about, settings, read, *more))


def _tables(step: Step, about: Study, settings: Settings, scratch: Path) -> Tables:
    return Tables(step, about.folder, getattr(settings, "engine", POLARS), scratch)


def write(step: Step, about: Study, made: Mapping[str, pl.DataFrame]) -> None:
    """Check what a step returned, all of it, and write it to ``derived/``."""
    where = f"{about.name}: step {step.name}"
    require_returned(made, step, where)
    prepared = {
        table.name: store.prepare(made[table.name], table, f"{where}, table {table.name}")
        for table in step.writes
    }
    for table in step.writes:
        with store.replacing(about.path("derived", table.name)) as temporary:
            prepared[table.name].write_parquet(temporary)


def summary(made: Mapping[str, Any]) -> str:
    """Say in a line how many rows were made.

    >>> summary({"driver_models": pl.DataFrame({"n": [1, 2]})})
    '2 driver models'
    """
    return ", ".join(f"{rows.height:,} {name.replace('_', ' ')}" for name, rows in made.items())


if __name__ == "__main__":
    main(sys.argv[1:])
