"""Measures: what a company could do, what it costs, and what it is chosen for; in study.yaml."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipelines.contract.company_measures import (
    EvidenceKind,
    MoveKind,
    Status,
    TargetToRaise,
)
from pipelines.contract.people import EVERYBODY
from pipelines.core.parts import Labels, Part, Text

# In tables several stand in one cell, separated by blanks.
Name = Annotated[str, Field(pattern=r"^[^\s=&?]+$")]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CompanyMove(Part):
    """What a measure changes: one kind of move of one rating, for a share of those concerned."""

    driver: str | None = None  # question
    touchpoint: str | None = None  # all questions on it that are drivers
    kind: MoveKind
    share: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.driver is None) == (self.touchpoint is None):
            raise ValueError("exactly one of driver and touchpoint")
        return self


class Whom(Part):
    """The group of customers that a measure reaches."""

    segment: Text
    group: Text


class MeasuredEffect(Part):
    """What a trial found: its effect takes the place of the model's."""

    kind: EvidenceKind
    outcome: Text
    target: TargetToRaise
    effect: float = Field(allow_inf_nan=False)  # points of the target, of whom it reaches
    std_error: float = Field(gt=0, allow_inf_nan=False)
    n: int = Field(ge=1)  # whom it rests on
    source: Text


class RealisedEffect(Part):
    """What a measure brought after it was taken."""

    effect: float = Field(allow_inf_nan=False)  # points of the plan's target, of whom it reaches
    std_error: float = Field(gt=0, allow_inf_nan=False)
    since: date
    source: Text


class CompanyMeasure(Part):
    """A measure of the register: something that the company could do."""

    label: Labels
    touchpoint: Text
    moves: list[CompanyMove] = Field(min_length=1)
    whom: Whom | None = None  # everybody
    one_off: Amount  # in the study's currency
    yearly: Amount
    months: Amount  # until it works
    capacity: dict[Name, Amount] = {}  # what it takes up of each
    excludes: list[Name] = []
    requires: list[Name] = []
    owner: str | None = None
    status: Status
    evidence: MeasuredEffect | None = None
    realised: RealisedEffect | None = None
    example: bool = False  # made up; its costs are placeholders

    @property
    def reaches(self) -> tuple[str, str]:
        """Segment and group of whom it reaches.

        >>> part = CompanyMeasure.model_validate({
        ...     "label": {"en": "Call back"}, "touchpoint": "hotline", "one_off": 1, "yearly": 0,
        ...     "months": 3, "status": "idea", "whom": {"segment": "country", "group": "GB"},
        ...     "moves": [{"touchpoint": "hotline", "kind": "lift_good", "share": 0.5}]})
        >>> part.reaches
        ('country', 'GB')
        """
        if self.whom is None:
            return EVERYBODY, EVERYBODY
        return self.whom.segment, self.whom.group

    @property
    def has_cost(self) -> bool:
        """Whether it costs money."""
        return self.one_off > 0 or self.yearly > 0


class Capacity(Part):
    """What measures take up beside money, such as days of a team."""

    label: Labels
    amount: Amount  # what there is, over the months of the plan


class Budgets(Part):
    """The budgets that are compared, from the least to the most in equal steps."""

    least: Amount
    most: Amount
    steps: int = Field(ge=1, le=50)

    @model_validator(mode="after")
    def _ends_are_ordered(self) -> Self:
        if not self.least < self.most:
            raise ValueError(f"least below most, got {self.least:g} and {self.most:g}")
        return self

    @property
    def listed(self) -> list[float]:
        """Every one.

        >>> Budgets(least=0, most=300, steps=3).listed
        [0.0, 100.0, 200.0, 300.0]
        """
        width = (self.most - self.least) / self.steps
        return [self.least + step * width for step in range(self.steps + 1)]


class Aim(Part):
    """What measures are chosen for: the target of an outcome, over months, within budgets."""

    mode: Literal["hot", "cold"]
    outcome: Text
    target: TargetToRaise
    months: float = Field(gt=0, allow_inf_nan=False)  # whose costs count
    budgets: Budgets


PARTS_OF_MEASURES: dict[type[Part], dict[str, type[Part]]] = {
    CompanyMeasure: {
        "moves": CompanyMove,
        "whom": Whom,
        "evidence": MeasuredEffect,
        "realised": RealisedEffect,
    },
    Aim: {"budgets": Budgets},
}
