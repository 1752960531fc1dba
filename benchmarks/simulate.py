"""Time the simulation of the demo study, and see whether its memory grows with the customers.

    python benchmarks/simulate.py                20 thousand, 200 thousand, 2 million customers
    python benchmarks/simulate.py 20K 200K       some of them

Every size runs in a process of its own, one after the other, and writes to a temporary folder
that is deleted afterwards (2 million customers: about 6 GB). Seconds are those of the step
without its imports; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

SIZES = ("20K", "200K", "2M")
UNITS = {"K": 1_000, "M": 1_000_000}
DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"
COLUMNS = (
    "customers",
    "raw rows",
    "contacts",
    "seconds",
    "customers per second",
    "raw rows per second",
    "raw, MB",
    "truth, MB",
    "peak memory, MB",
)


def number(text: str) -> int:
    """Read 20K or 2M."""
    unit = UNITS.get(text[-1:].upper())
    return int(text) if unit is None else int(float(text[:-1]) * unit)


def simulate(folder: Path, customers: int) -> dict[str, Any]:
    """Run the step for that many customers, in this process."""
    from pipelines import runner
    from pipelines.contract import registry
    from pipelines.core import params, study

    sized = {**params.read(), "simulate": {"customers": customers}}
    began = time.perf_counter()
    said = runner.run(registry.step("simulate"), study.load(str(folder)), sized)
    seconds = time.perf_counter() - began
    rows = int(re.findall(r"([\d,]+) raw rows", said)[0].replace(",", ""))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"customers": customers, "raw rows": rows, "seconds": seconds, "peak memory, MB": peak}


def contacts(raw: Path) -> int:
    """Count the logged contacts of all systems."""
    logs = (
        pl.scan_parquet(raw / "shop" / "events_*.parquet"),
        pl.scan_parquet(raw / "crm" / "contacts_*.parquet"),
        pl.scan_csv(raw / "callcentre" / "contacts_*.csv", encoding="utf8-lossy"),
    )
    return sum(log.select(pl.len()).collect().item() for log in logs)


def measure(customers: int) -> dict[str, Any]:
    """Simulate in a fresh process and a temporary folder."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "demo"
        shutil.copytree(DEMO / "codes", folder / "codes")
        shutil.copy(DEMO / "study.yaml", folder)
        command = [sys.executable, __file__, "--in", str(folder), str(customers)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        size = sum(path.stat().st_size for path in (folder / "raw").rglob("*") if path.is_file())
        return {
            **found,
            "contacts": contacts(folder / "raw"),
            "customers per second": found["customers"] / found["seconds"],
            "raw rows per second": found["raw rows"] / found["seconds"],
            "raw, MB": size / 1e6,
            "truth, MB": (folder / "truth.json").stat().st_size / 1e6,
        }


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", default=SIZES, help="customers, such as 20K or 2M")
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.folder:
        print(json.dumps(simulate(chosen.folder, number(chosen.sizes[0]))))
        return
    print(f"| {' | '.join(COLUMNS)} |\n|{'--:|' * len(COLUMNS)}", flush=True)
    for size in chosen.sizes:
        found = measure(number(size))
        cells = (f"{found[name]:,.0f}" for name in COLUMNS)
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
