"""Hindsight: what plans brought, or would have brought, by effects that are known afterwards."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.contract.plan_codes import CHOOSING_RULES
from pipelines.decisions.candidates import names


def in_hindsight(rules: pl.DataFrame, effects: Mapping[str, float]) -> pl.DataFrame:
    """Put the sum of known effects beside what each rule takes.

    Parameters
    ----------
    rules : DataFrame
        Rows of the table plan_rules of one objective.
    effects : mapping of str to float
        Of each measure alone, in points of the target.

    Returns
    -------
    DataFrame
        One row per budget: a column per rule with the sum of effects of what it takes.

    Examples
    --------
    >>> rules = pl.DataFrame({"budget": [1.0, 1.0], "rule": ["optimal", "gap"],
    ...                       "taken": ["a b", None]})
    >>> in_hindsight(rules, {"a": 2.0, "b": 0.5}).rows()
    [(1.0, 2.5, 0.0)]
    """
    sums = [sum((effects[name] for name in names(cell)), 0.0) for cell in rules["taken"]]
    told = rules.select("budget", "rule", realised=pl.Series(sums, dtype=pl.Float64))
    found = told.pivot("rule", index="budget", values="realised").sort("budget")
    return found.select("budget", *(rule for rule in CHOOSING_RULES.names if rule in found.columns))
