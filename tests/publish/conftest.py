"""A study ready to be published."""

from pathlib import Path

import pytest

from pipelines.core.study import Study
from tests.publish.stub_study import by_age, lay_out, table


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Three ages, of which one is small."""
    tables = {
        "scores": by_age(young=60, old=35, very_old=5),
        "activity": table("activity", {}),
        "ledger": table("ledger", {}),
    }
    return lay_out(tmp_path / "stub", tables)
