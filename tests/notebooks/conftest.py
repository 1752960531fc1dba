"""A study that has a map and nothing else."""

from pathlib import Path

import pytest

from pipelines.core.study import Study
from pipelines.core.study import load as load_study

MAP = """\
title: {en: Stub}
about: {en: Nothing in it.}
licence: none
languages: [en]
currency: EUR
time_zone: UTC
sources: {}
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Lay out the study's folder."""
    folder = tmp_path / "stub"
    folder.mkdir()
    (folder / "study.yaml").write_text(MAP)
    return load_study(f"{folder}/")
