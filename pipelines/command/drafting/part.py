"""What one source adds to a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pipelines.command.drafting.ratings import DraftScale

Entries = dict[str, Any]


@dataclass(frozen=True)
class DraftPart:
    """Entries of one source for the sections of study.yaml.

    Parameters
    ----------
    tables : list
        Its table maps.
    said : list of str
        One line for each thing recognised.
    """

    tables: list[Entries]
    said: list[str]
    questions: Entries = field(default_factory=dict)
    touchpoints: Entries = field(default_factory=dict)
    scales: dict[str, DraftScale] = field(default_factory=dict)
    segments: Entries = field(default_factory=dict)
    codes: Entries = field(default_factory=dict)


@dataclass(frozen=True)
class Owner:
    """Whose customers a source names: a system's, and whether that system's data are there."""

    system: str
    has_master_data: bool = False
