"""A tiny project of its own: two studies, one step, one report; bad input makes it fail."""

import subprocess
from pathlib import Path

import pytest

PARAMS = """\
studies: [east, west]
reports: [{study: east, notebook: tour, reads: mapped}]
engine: polars
seed: 1
simulate: {customers: 100}
validate: {max_rejected_share: 0.05, examples: 20}
measure: {level: 0.95, fdr: 0.05, flag_n: 30}
drivers: {replicates: 200, segment_replicates: 100, min_n: 50, min_users: 10}
publish: {withhold_below: 10}
"""

STAGES = """\
stages:
  ingest:
    matrix: {study: "${studies}"}
    cmd: python ingest.py ${item.study}
    deps: [ingest.py, "data/${item.study}/raw"]
    outs: ["data/${item.study}/mapped"]
  notebooks:
    matrix: {report: "${reports}"}
    cmd: python report.py ${item.report.study}
    deps: [report.py, "data/${item.report.study}/mapped"]
    outs: ["data/${item.report.study}/reports/${item.report.notebook}.html"]
"""

INGEST = """\
import sys
from pathlib import Path
study = Path("data", sys.argv[1])
raw = (study / "raw" / "answers.csv").read_text()
if "bad" in raw:
    print("answers.csv: expected numbers, got 'bad'; correct it", file=sys.stderr)
    sys.exit(2)
(study / "mapped").mkdir(exist_ok=True)
(study / "mapped" / "rows.txt").write_text(raw)
(study / "mapped" / "count.txt").write_text(str(len(raw.split())))
print(f"  {len(raw.split())} rows mapped (0.1 s)")
"""

REPORT = """\
import sys
from pathlib import Path
study = Path("data", sys.argv[1])
(study / "reports").mkdir(exist_ok=True)
(study / "reports" / "tour.html").write_text((study / "mapped" / "rows.txt").read_text())
print("  report of 1 cell (0.1 s)")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Lay out the project in a git repository; nothing is computed yet."""
    root = tmp_path / "project"
    files = {
        "params.yaml": PARAMS,
        "dvc.yaml": STAGES,
        "ingest.py": INGEST,
        "report.py": REPORT,
        ".gitignore": "/data/*/mapped/\n/data/*/reports/\n",
        ".dvc/config": "[core]\n    analytics = false\n",
        ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
        "data/east/study.yaml": "title: East\n",
        "data/east/raw/answers.csv": "1\n2\n3\n",
        "data/west/study.yaml": "title: West\n",
        "data/west/raw/answers.csv": "4\n5\n",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    return root
