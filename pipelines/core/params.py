"""Parameters: params.yaml is the one way in; every value is named and checked here."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.core.errors import StudyError

PROJECT = Path(__file__).resolve().parents[2]


class Section(BaseModel):
    """A group of parameters; a misspelt name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Report(Section):
    """A notebook and the study it is about."""

    study: str
    notebook: str
    reads: str  # a file or folder of the study, beside its map, answers and derived tables


class Simulate(Section):
    """How large the demo study is."""

    customers: int = Field(ge=1)


class Validate(Section):
    """When a table with bad rows is a bad table."""

    max_rejected_share: float = Field(gt=0, le=1)  # of a table's rows; more stops the step
    examples: int = Field(ge=1)  # quarantined rows shown per rule


class Measure(Section):
    """How scores are estimated."""

    level: float = Field(gt=0, lt=1)  # of intervals
    fdr: float = Field(gt=0, lt=1)  # false discovery rate over a grid of changes
    flag_n: int = Field(ge=1)  # fewer answers: shown, but greyed


class Drivers(Section):
    """How driver models are made."""

    replicates: int = Field(ge=200)  # of the bootstrap, for all customers
    segment_replicates: int = Field(ge=100)  # for segments, and for policies compared
    min_n: int = Field(ge=50)  # segments with fewer answers get no model
    min_users: int = Field(ge=10)  # drivers with fewer ratings are left out


class Publish(Section):
    """What may be shown."""

    withhold_below: int = Field(ge=1)  # fewer answers: the number is withheld


class Params(Section):
    """All of params.yaml."""

    studies: list[str]
    reports: list[Report]
    engine: str = Field(pattern="^(polars|spark)$")
    seed: int = Field(ge=0)
    simulate: Simulate
    validate_: Validate = Field(alias="validate")
    measure: Measure
    drivers: Drivers
    publish: Publish


def load(path: Path = PROJECT / "params.yaml") -> Params:
    """Read params.yaml.

    Raises
    ------
    StudyError
        Naming the first key that is missing, unknown or of the wrong type.
    """
    try:
        return Params.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise StudyError(
            f"{path.name}: {'.'.join(map(str, first['loc']))}",
            expected=first["msg"],
            got=repr(first["input"]),
            todo="correct params.yaml",
        ) from error
