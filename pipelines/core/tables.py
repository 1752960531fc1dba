"""Tables that a step reads: those it declared, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import polars as pl

from pipelines.contract.step import Step
from pipelines.core import engine, store
from pipelines.core.engine import Frame
from pipelines.core.errors import ContractError, examples

HASH_DIGITS = 16  # hex digits of SHA-256 that tell inputs apart
NO_BYTES = sha256(b"").hexdigest()[:HASH_DIGITS]  # of tables that are in no file


class Tables:
    """A study's tables, read when they are asked for.

    Parameters
    ----------
    step : Step
        Whose reads they are.
    folder : Path
        ``data/<study>``.
    engine : str
        What runs underneath rows, `polars` or `spark`.
    scratch : Path
        Where Spark finds them; has to outlive the rows.
    """

    def __init__(self, step: Step, folder: Path, engine: str, scratch: Path) -> None:
        self._step, self._folder, self._engine, self._scratch = step, folder, engine, scratch

    def rows(self, name: str) -> Frame:
        """Rows of a large table, on the engine of params.yaml.

        Raises
        ------
        ContractError
            If the step did not declare that it reads it.
        SourceError
            If it is not there.
        """
        return engine.lift(self.scan(name), self._engine, self._scratch)

    def scan(self, name: str) -> pl.LazyFrame:
        """The same as Polars rows; errors as of `rows`."""
        return store.scan(self.path(name))

    def table(self, name: str) -> pl.DataFrame:
        """A small table, whole; errors as of `rows`."""
        return self.scan(name).collect()

    def digest(self, name: str) -> str:
        """Hash of the file a table is in, for estimates that were computed from it."""
        return sha256(self.path(name).read_bytes()).hexdigest()[:HASH_DIGITS]

    def path(self, name: str) -> Path:
        """File of a table, ``canonical/responses`` for instance."""
        if not any(name == read or name.startswith(f"{read}/") for read in self._step.reads):
            raise ContractError(
                f"step {self._step.name}",
                expected=f"to read what it declares: {examples(self._step.reads)}",
                got=repr(name),
                todo=f"add it to `reads` in pipelines/contract/{self._step.name}.py",
            )
        return self._folder / f"{name}.parquet"


class Given:
    """The same for tables in memory, as tests and notebooks have them."""

    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        self._tables = tables

    def rows(self, name: str) -> Frame:
        """Rows of a table."""
        return engine.from_polars(self.scan(name))

    def scan(self, name: str) -> pl.LazyFrame:
        """The same as Polars rows."""
        return self._tables[name].lazy()

    def table(self, name: str) -> pl.DataFrame:
        """A table, whole."""
        return self._tables[name]

    def digest(self, name: str) -> str:
        """The hash of no bytes: these are in no file."""
        return NO_BYTES


Read = Tables | Given
