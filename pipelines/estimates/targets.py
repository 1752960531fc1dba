"""Targets: what is estimated, and of which measure; every value lies between 0 and 1 here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

from pipelines.contract.estimate import BY_NAME
from pipelines.contract.table import Family, Measure
from pipelines.core.errors import ContractError, closest, examples
from pipelines.statistics.survey import BoolArray, FloatArray

FAMILIES: tuple[str, ...] = get_args(Family)


class Target(NamedTuple):
    """What is estimated: the mean of `y` over the rows that count.

    Parameters
    ----------
    measure : str or Measure
        One that is declared, by its name, or another one.
    answer : str or None
        Which answer it is the share of, in distributions.
    counts : ndarray of bool, shape (n_rows,)
    y : ndarray, shape (n_rows,)
        As shares of the measure's range; finite where it counts.
    """

    measure: str | Measure
    answer: str | None
    counts: BoolArray
    y: FloatArray


@dataclass(frozen=True)
class Item:
    """What is estimated of one subject: a question, a stage, a column.

    Parameters
    ----------
    subject : str
        Its name.
    is_pooled : bool
        Whether a value averages several answers of a person, so that its shares are means.
    asked : ndarray of bool, shape (n_rows,)
        Who could have a value. Groups without anybody have no estimates.
    targets : list of Target
    """

    subject: str
    is_pooled: bool
    asked: BoolArray
    targets: list[Target]


def declared(measure: str | Measure) -> Measure:
    """Return a measure, and refuse one that does not say what its interval is.

    Raises
    ------
    ContractError
        If nobody declared a measure of that name, or it has no family or no range, such as one
        that is told on the scale of each question.

    Examples
    --------
    >>> declared("nps").family
    'nps'
    """
    if isinstance(measure, str):
        if measure not in BY_NAME:
            todo = f"{_DECLARE}, or correct its name: {closest(measure, BY_NAME)}"
            raise ContractError(_WHERE, expected="a declared one", got=repr(measure), todo=todo)
        measure = BY_NAME[measure]
    where = f"{_WHERE} {measure.name!r}"
    for family in (measure.family, measure.pooled):
        if family not in FAMILIES:
            wanted = f"the family of its interval among {examples(FAMILIES)}"
            raise ContractError(where, expected=wanted, got=repr(family), todo=_DECLARE)
    if not 0 < measure.width < float("inf"):
        ends = f"{measure.lowest:g} to {measure.highest:g}"
        todo = f"say its scale: BY_NAME[{measure.name!r}].on_scale(1, 5)"
        todo = todo if measure.is_on_scale else _DECLARE
        raise ContractError(where, expected="a range of values", got=ends, todo=todo)
    return measure


_WHERE = "measure"
_DECLARE = "declare it with its range and family, see MEASURES in pipelines/contract/estimate.py"
