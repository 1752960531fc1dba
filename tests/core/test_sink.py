"""Large tables: the same rows give the same bytes, however they arrive."""

from pathlib import Path

import polars as pl

from pipelines.core import store


def test_the_bytes_of_a_table_do_not_depend_on_the_chunks_it_comes_in(tmp_path: Path):
    whole = pl.DataFrame({"number": range(300_000)}).with_columns(
        text=pl.col("number").cast(pl.String)
    )
    parts = [whole.slice(0, 7), whole.slice(7, 200_000), whole.slice(200_007)]
    store.sink(tmp_path / "whole.parquet", whole.lazy())
    store.sink(tmp_path / "parts.parquet", pl.concat(parts, rechunk=False).lazy())
    assert (tmp_path / "whole.parquet").read_bytes() == (tmp_path / "parts.parquet").read_bytes()
    assert pl.read_parquet(tmp_path / "parts.parquet").equals(whole)
