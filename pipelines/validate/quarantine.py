"""Split a judged table: rows that keep every rule, and rows that do not, with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import narwhals as nw

from pipelines.contract.table import Table
from pipelines.core.engine import Frame
from pipelines.core.study import Study
from pipelines.validate import duplicates
from pipelines.validate.conditions import Condition
from pipelines.validate.verdicts import Verdict

BROKEN_RULES = "rules"
SEPARATOR = "; "


@dataclass(frozen=True)
class Split:
    """A judged table in its parts.

    Parameters
    ----------
    accepted : Frame
        Rows that break no rule, with exactly the contract's columns.
    rejected : Frame
        Rows that break a rule, as they were mapped, and the `rules` they break.
    counts : Frame
        Rows, and rejected rows, per raw file; see `count_by_file`.
    """

    accepted: Frame
    rejected: Frame
    counts: Frame


def split(study: Study, table: str, rows: Frame, verdicts: Iterable[Verdict]) -> Split:
    """Split a study's table by the rules that some of its rows break.

    Parameters
    ----------
    rows : Frame
        The mapped table as it was judged, with its helper columns.
    """
    rules = {
        verdict.rule: verdict.by_row
        for verdict in verdicts
        if verdict.on_fail == "quarantine" and verdict.n_unexpected and verdict.by_row
    }
    judged = name_broken_rules(rows, rules)
    return Split(
        accepted(judged, study.canonical(table)),
        rejected(judged, study.mapped(table)),
        count_by_file(judged),
    )


def name_broken_rules(rows: Frame, rules: Mapping[str, Condition]) -> Frame:
    """Add a column `rules`: the names of the rules each row breaks, joined; empty if none.

    Parameters
    ----------
    rules : mapping
        Rule name -> its condition, in the order in which a row's rules are named. Rules
        that no row breaks may be left out; that saves their computation.
    """
    flags = {name: f"{name}?" for name in rules}  # no column of a table ends like that
    for name, condition in rules.items():
        rows = duplicates.flag(rows, condition, flags[name])
    named = [nw.when(nw.col(flag)).then(nw.lit(name)) for name, flag in flags.items()]
    joined = nw.concat_str(*named, separator=SEPARATOR, ignore_nulls=True) if named else nw.lit("")
    return rows.with_columns(joined.alias(BROKEN_RULES)).drop(*flags.values())


def accepted(judged: Frame, table: Table) -> Frame:
    """Rows that break no rule, with exactly the table's columns; NaN, which is missing, as null."""
    numbers = [name for name, dtype in table.schema.items() if dtype.is_float()]
    rows = judged.filter(nw.col(BROKEN_RULES) == "").select(*table.schema)
    return rows.with_columns(nw.col(name).fill_nan(None) for name in numbers) if numbers else rows


def rejected(judged: Frame, mapped: Table) -> Frame:
    """Rows that break a rule, as they came, with their trace and the rules they break."""
    return judged.filter(nw.col(BROKEN_RULES) != "").select(*mapped.schema, BROKEN_RULES)


def count_by_file(judged: Frame) -> Frame:
    """Count rows, and rejected rows, per raw file.

    Returns
    -------
    Frame
        Columns source, source_file, rows_judged and rows_quarantined.
    """
    return judged.group_by("source", "source_file").agg(
        rows_judged=nw.len(), rows_quarantined=(nw.col(BROKEN_RULES) != "").cast(nw.Int64).sum()
    )
