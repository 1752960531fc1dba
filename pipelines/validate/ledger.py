"""The ledger: what became of every row that a raw file offered to a table."""

from __future__ import annotations

import polars as pl

from pipelines.contract.table import WHOLE
from pipelines.contract.validate import LEDGER
from pipelines.core.errors import ContractError

FAULT = "this is a fault of Touchstone; please report it"


def settle(offered: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Set the rows accepted and rejected against the rows mapped, per table and file.

    Parameters
    ----------
    offered : DataFrame
        The ledger of ingest: table, source, source_file, lines, rows_read, rows_skipped.
    counted : DataFrame
        table, source, source_file, rows_judged and rows_quarantined.

    Returns
    -------
    DataFrame
        Columns of `LEDGER`, sorted by its key.

    Raises
    ------
    ContractError
        If a file's rows are not all accounted for.
    """
    joined = offered.join(counted, on=LEDGER.key, how="full", coalesce=True).sort(LEDGER.key)
    whole = pl.col("rows_judged", "rows_quarantined").fill_null(0).cast(WHOLE)
    settled = joined.with_columns(
        whole, rows_in=pl.col("rows_read") - pl.col("rows_skipped")
    ).with_columns(rows_accepted=pl.col("rows_judged") - pl.col("rows_quarantined"))
    wrong = settled.filter(pl.col("rows_in").ne_missing(pl.col("rows_judged")))
    for row in wrong.head(1).iter_rows(named=True):
        raise ContractError(
            f"mapped/{row['table']}.parquet, rows of {row['source_file']}",
            expected=f"{row['rows_in']} rows, as ingest counted",
            got=str(row["rows_judged"]),
            todo="run ingest again",
        )
    return settled.select(*LEDGER.schema)


def require_whole(
    counted: pl.DataFrame, table: str, accepted: pl.LazyFrame, rejected: pl.LazyFrame
) -> None:
    """Check the files written against the rows judged.

    Parameters
    ----------
    counted : DataFrame
        The table's rows_judged and rows_quarantined per file.
    accepted, rejected : LazyFrame
        The rows as they were written.

    Raises
    ------
    ContractError
        If a row was lost or doubled while the table was split.
    """
    n_rejected = int(counted["rows_quarantined"].sum())
    expected = (int(counted["rows_judged"].sum()) - n_rejected, n_rejected)
    got = tuple(rows.select(pl.len()).collect().item() for rows in (accepted, rejected))
    if expected != got:
        raise ContractError(
            f"canonical/{table}.parquet and quarantine/{table}.parquet",
            expected=f"{expected[0]} and {expected[1]} rows",
            got=f"{got[0]} and {got[1]}",
            todo=FAULT,
        )
