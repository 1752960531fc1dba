"""Time ten expectations on millions of rows: this engine, its peers and a bare query.

    python benchmarks/validate.py                    1M and 10M rows, every engine
    python benchmarks/validate.py 50M --only polars  one size, one engine

Every engine runs in a process of its own, on the same Parquet file, and its counts are
compared with those of the others. Seconds are those of the validation, without imports;
memory is the peak of the whole process. The file is made in a temporary folder, a part at
a time, and deleted. `gx_duckdb` needs the packages duckdb and duckdb-engine; without them
it is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

PART = 2_000_000  # rows made at once
EARLIEST, LATEST = datetime(1995, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
WAVES = [str(year) for year in range(2010, 2019)]
EMAIL = r"^[^@\s]+@[^@\s]+\.[a-z]+$"
BAD = 1_000  # one in so many cells breaks its rule
# What the step asks for, too: counts and percentages, no values.
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True}


def make(path: Path, rows: int) -> None:
    """Write answers to a survey: eight columns, some cells missing, some bad, some ids twice."""
    import pyarrow.parquet as pq

    writer = None
    for start in range(0, rows, PART):
        part = _part(start, min(PART, rows - start)).to_arrow()
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part, row_group_size=250_000)
    if writer:
        writer.close()


def _part(start: int, rows: int) -> pl.DataFrame:
    rng = np.random.default_rng(start)
    number = np.arange(start, start + rows)
    bad = {name: rng.integers(0, BAD, rows) == 0 for name in ("mode", "value", "email", "at")}
    repeated = np.where(rng.integers(0, BAD, rows) == 0, number - number % BAD, number)
    seconds = rng.integers(1_262_304_000, 1_546_300_800, rows)
    account = pl.Series(rng.integers(0, 10**7, rows)).cast(pl.String)
    return pl.DataFrame(
        {
            "id": pl.Series(repeated).cast(pl.String).str.zfill(12),
            "row": number,
            "wave": np.array(WAVES)[rng.integers(0, len(WAVES), rows)],
            "mode": np.where(
                bad["mode"], "warm", np.array(["hot", "cold"])[rng.integers(0, 2, rows)]
            ),
            "value": np.where(bad["value"], 9.0, rng.integers(1, 6, rows)),
            "weight": rng.random(rows) + 0.01,
            "email": account + np.where(bad["email"], " at ", "@") + "example.org",
            "seen_at": np.where(bad["at"], -2_208_988_800, seconds) * 1_000_000,
        }
    ).with_columns(
        pl.col("seen_at").cast(pl.Datetime("us", "UTC")),
        pl.when(pl.Series(rng.random(rows)) < 0.9).then("value").alias("value"),
    )


def expectations() -> list[Any]:
    """Ten rules: nulls, sets, ranges, a length, a pattern, dates and uniqueness."""
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnValuesToNotBeNull(column="id"),
        gxe.ExpectColumnValuesToNotBeNull(column="value"),
        gxe.ExpectColumnValuesToBeInSet(column="mode", value_set=["hot", "cold"]),
        gxe.ExpectColumnValuesToBeInSet(column="wave", value_set=WAVES),
        gxe.ExpectColumnValuesToBeBetween(column="value", min_value=1, max_value=5),
        gxe.ExpectColumnValuesToBeBetween(column="weight", min_value=0, strict_min=True),
        gxe.ExpectColumnValueLengthsToEqual(column="wave", value=4),
        gxe.ExpectColumnValuesToMatchRegex(column="email", regex=EMAIL),
        gxe.ExpectColumnValuesToBeBetween(column="seen_at", min_value=EARLIEST, max_value=LATEST),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
    ]


def bare(path: Path) -> list[int | None]:
    """The same ten counts as one query, as one would write it without a framework."""
    col = pl.col
    counts = [
        col("id").is_null().sum(),
        col("value").is_null().sum(),
        (~col("mode").is_in(["hot", "cold"])).sum(),
        (~col("wave").is_in(WAVES)).sum(),
        (~col("value").is_between(1, 5)).sum(),
        (col("weight") <= 0).sum(),
        (col("wave").str.len_chars() != 4).sum(),
        (~col("email").str.contains(EMAIL)).sum(),
        (~col("seen_at").is_between(EARLIEST, LATEST)).sum(),
        col("id").is_duplicated().sum(),
    ]
    rows = pl.scan_parquet(path).select(c.alias(str(n)) for n, c in enumerate(counts))
    return list(rows.collect(engine="streaming").row(0))


def polars(path: Path) -> list[int | None]:
    """A checkpoint on the project's engine."""
    import pipelines.validate.datasource  # noqa: F401  # registers `add_polars`

    context = _context()
    asset = context.data_sources.add_polars(name="source").add_parquet_table("rows")
    return _run(context, asset.add_batch_definition(name="whole"), {"path": str(path)})


def gx_pandas(path: Path) -> list[int | None]:
    """A checkpoint on the pandas engine of Great Expectations, reading included."""
    import pandas as pd

    context = _context()
    asset = context.data_sources.add_pandas("source").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("whole")
    return _run(context, batch, {"dataframe": pd.read_parquet(path)})


def gx_duckdb(path: Path) -> list[int | None]:
    """A checkpoint on the SQL engine of Great Expectations over DuckDB, which reads the file.

    Its SQL engine knows no regular expressions of DuckDB: that count stays empty.
    """
    import duckdb
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

    def keep_rows(engine: SqlAlchemyExecutionEngine, query: Any) -> Any:
        with engine.get_connection() as connection:
            return connection.execute(query).freeze()()

    # GX reads rows when it has given the connection back; DuckDB has none left then.
    SqlAlchemyExecutionEngine.execute_query = keep_rows
    database = path.with_suffix(".duckdb")
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE OR REPLACE VIEW rows AS FROM read_parquet('{path}')")
    context = _context()
    source = context.data_sources.add_sql("source", connection_string=f"duckdb:///{database}")
    asset = source.add_table_asset("rows", table_name="rows")
    return _run(context, asset.add_batch_definition_whole_table("whole"), {})


ENGINES: dict[str, Callable[[Path], list[int | None]]] = {
    "polars": polars,
    "bare": bare,
    "gx_pandas": gx_pandas,
    "gx_duckdb": gx_duckdb,
}


def _context() -> Any:
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def _run(context: Any, batch: Any, parameters: dict[str, Any]) -> list[int | None]:
    import great_expectations as gx

    suite = gx.ExpectationSuite(name="ten")
    for number, expectation in enumerate(expectations()):
        suite.add_expectation(expectation.copy(update={"meta": {"at": number}}))
    definition = gx.ValidationDefinition(name="ten", data=batch, suite=suite)
    context.suites.add(suite)
    context.validation_definitions.add(definition)
    checkpoint = gx.Checkpoint(
        name="ten", validation_definitions=[definition], result_format=RESULT_FORMAT
    )
    ran = context.checkpoints.add(checkpoint).run(batch_parameters=parameters)
    (result,) = ran.run_results.values()
    ordered = sorted(result.results, key=lambda one: one.expectation_config.meta["at"])
    return [one.result.get("unexpected_count") for one in ordered]


def measure(engine: str, path: Path) -> None:
    """Print what one engine counted, its seconds and its peak memory in megabytes."""
    if engine != "bare":
        import great_expectations  # noqa: F401  # imports are not timed
    began = time.perf_counter()
    counts = ENGINES[engine](path)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"counts": counts, "seconds": seconds, "peak": peak}))


def compare(rows: int, engines: list[str]) -> None:
    """Run engines on one size and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        subprocess.run([sys.executable, __file__, "--make", str(path), str(rows)], check=True)
        found = {engine: _in_own_process(engine, path) for engine in engines}
    ours = found.get("polars", {"seconds": float("nan")})["seconds"]
    print(f"\n{rows:,} rows, {path.name}: ten expectations\n")
    print("| engine | seconds | x polars | peak memory, MB | counts |")
    print("|---|--:|--:|--:|---|")
    for engine, one in found.items():
        same = "same" if one["counts"] == next(iter(found.values()))["counts"] else one["counts"]
        print(
            f"| {engine} | {one['seconds']:.1f} | {one['seconds'] / ours:.2f} "
            f"| {one['peak']:,.0f} | {same} |"
        )


def _in_own_process(engine: str, path: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--measure", engine, str(path)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return measured


def size(text: str) -> int:
    """Read 10M as ten million."""
    return int(float(text.upper().removesuffix("M")) * (1e6 if text.upper().endswith("M") else 1))


def main() -> None:
    """Read the command line."""
    if sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        installed = [
            e for e in ENGINES if e != "gx_duckdb" or importlib.util.find_spec("duckdb_engine")
        ]
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
        parser.add_argument("rows", nargs="*", type=size, default=[size("1M"), size("10M")])
        parser.add_argument("--only", nargs="+", choices=ENGINES, default=installed)
        given = parser.parse_args()
        for rows in given.rows:
            compare(rows, given.only)


if __name__ == "__main__":
    main()
