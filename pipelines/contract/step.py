"""Steps: what each reads, with which parameters, and what it writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.contract.table import Table


@dataclass(frozen=True)
class Param:
    """Where in params.yaml a setting stands, as ``section.name``."""

    path: str


class Settings(BaseModel):
    """The parameters of a step; every field is annotated with its `Param`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def paths(cls) -> dict[str, str]:
        """Fields, and where in params.yaml their values stand."""
        return {
            name: next(mark.path for mark in field.metadata if isinstance(mark, Param))
            for name, field in cls.model_fields.items()
        }


class NoSettings(Settings):
    """A step without parameters."""


Seed = Annotated[int, Param("seed"), Field(ge=0)]
Engine = Annotated[Literal["polars", "spark"], Param("engine")]


@dataclass(frozen=True, eq=False)
class Step:
    """One step: a folder ``pipelines/<name>`` with run.py, and a stage of that name.

    Parameters
    ----------
    name : str
    does : str
        In a few words.
    reads : tuple of str
        Tables and folders of the study, such as ``canonical/responses`` or ``derived``. Its
        study.yaml is read by every step.
    writes : tuple of Table
        Tables that `run` returns; the runner checks and writes them to ``derived/``.
    settings : type
        Its parameters, read from params.yaml.
    fills : tuple of str
        Folders that `run` fills in a draft, which replaces them as one.
    keeps : tuple of str
        Files and folders that `run` writes itself, atomically.
    judges : tuple of Table
        Tables that `run` writes into the last folder of `fills`.
    only : str, optional
        The one study that has this step.
    needs : tuple of str
        Modules of the project that its code loads by name, beside what it imports; patterns of
        their files.
    per : str
        What a stage is for: each study, or each report of params.yaml.
    """

    name: str
    does: str
    reads: tuple[str, ...] = ()
    writes: tuple[Table, ...] = ()
    settings: type[Settings] = NoSettings
    fills: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    judges: tuple[Table, ...] = ()
    only: str | None = None
    needs: tuple[str, ...] = ()
    per: Literal["study", "report"] = "study"

    @property
    def places(self) -> dict[str, Table]:
        """Its tables by where they stand, such as ``derived/scores``."""
        derived = {f"derived/{table.name}": table for table in self.writes}
        return derived | {f"{self.fills[-1]}/{table.name}": table for table in self.judges}

    @property
    def published(self) -> dict[str, Table]:
        """Those of them that say whom they rest on; the others stay where they are."""
        return {place: table for place, table in self.places.items() if table.people}
