"""What the bundle must satisfy before anyone sees it: one suite per published table.

`publish` judges the tables once what few people stand behind is withheld. A suite is derived from
the declaration of its table in `pipelines/contract/`; what goes beyond it is in
``expectations/published/<table>.py``.
Exact column lists are what keeps identifiers and free text out: the contract declares none for
a published table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import great_expectations as gx
import great_expectations.expectations as gxe
import polars as pl
from great_expectations.expectations.row_conditions import Column as Cell

from pipelines.contract import registry
from pipelines.contract.code import Vocabulary
from pipelines.contract.table import BETWEEN_CODES, Column, Table

LIMIT = {"$PARAMETER": "withhold_below"}  # params.yaml: publish.withhold_below
EXTRAS = "expectations.published"

# A helper column that is added before judging: the first column without a value where there has
# to be one. One expectation about it costs a fraction of one for each of some ten columns a table.
LACKING = "lacking"

Rules = Iterator[gxe.Expectation]


def with_lacking(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Add the helper column `LACKING`."""
    needed = {name: pl.col(value).is_not_null() for name, value in table.told_with.items()}
    needed |= {column.name: pl.lit(True) for column in table.columns if column.required}
    lacking = [
        pl.when(is_needed & pl.col(name).is_null()).then(pl.lit(name))
        for name, is_needed in needed.items()
    ]
    return rows.with_columns(pl.coalesce(*lacking, pl.lit(None, pl.String)).alias(LACKING))


@cache
def suites() -> dict[str, gx.ExpectationSuite]:
    """One suite per published table, by the table's name."""
    return {
        name: suite_of(table, beyond=_beyond(name)) for name, table in registry.published().items()
    }


def _beyond(table: str) -> tuple[gxe.Expectation, ...]:
    """What a table must satisfy beyond its declaration; nothing if there is no file for it."""
    module = f"{EXTRAS}.{table}"
    return import_module(module).BEYOND if find_spec(module) else ()


def suite_of(table: Table, *, beyond: tuple[gxe.Expectation, ...] = ()) -> gx.ExpectationSuite:
    """Derive the suite of a table from its declaration.

    Parameters
    ----------
    table : Table
    beyond : tuple of Expectation
        What goes beyond the declaration.

    Returns
    -------
    ExpectationSuite
        Exact columns, one row per key, required values, lists and codes, ranges, intervals and
        orders, ranges of measures, and enough people behind every value. It takes a parameter
        ``withhold_below``, and judges rows to which `with_lacking` was applied.
    """
    rules = [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=[*table.schema, LACKING]),
        gxe.ExpectColumnValuesToBeNull(column=LACKING),
        _unique(table.key),
        *(rule for column in table.columns for rule in _of_column(column)),
        *_intervals(table),
        *_measures(table),
        *_enough_people(table),
        *beyond,
    ]
    return gx.ExpectationSuite(name=table.name, expectations=rules)


def _unique(key: tuple[str, ...]) -> gxe.Expectation:
    if len(key) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=key[0])
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(key))


def _of_column(column: Column) -> Rules:
    """A value from its list, with a sentence, in its range."""
    if column.values is not None:
        yield gxe.ExpectColumnValuesToBeInSet(column=column.name, value_set=list(column.values))
    if column.codes is not None:
        yield _coded(column.name, column.codes, several=column.several)
    if column.lowest is not None or column.highest is not None:
        yield gxe.ExpectColumnValuesToBeBetween(
            column=column.name, min_value=column.lowest, max_value=column.highest
        )


def _coded(column: str, codes: Vocabulary, *, several: bool) -> gxe.Expectation:
    """Codes with their values, as `write_code` writes them; several are separated by blanks."""
    words = [_word(code, codes.values_of(code)) for code in codes.names]
    if words == list(map(re.escape, codes.names)) and not several:
        return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(codes.names))
    word = f"(?:{'|'.join(words)})"
    regex = f"^{word}(?:{BETWEEN_CODES}{word})*$" if several else f"^{word}$"
    return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=regex)


def _word(code: str, places: tuple[str, ...]) -> str:
    """Regular expression of one code, its values in any order."""
    if not places:
        return re.escape(code)
    value = rf"(?:{'|'.join(map(re.escape, places))})=[^\s&]*"
    return rf"{re.escape(code)}\?{value}(?:&{value}){{{len(places) - 1}}}"


def _intervals(table: Table) -> Rules:
    """A value lies inside its interval; orders ascend."""
    for smaller, larger in table.orders:
        yield gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A=larger,
            column_B=smaller,
            or_equal=True,
            ignore_row_if="either_value_is_missing",
        )


def _measures(table: Table) -> Rules:
    """A measure is declared, and its value, or the difference of two, lies in its range."""
    if not table.measures:
        return
    names = [measure.name for measure in table.measures]
    yield gxe.ExpectColumnValuesToBeInSet(column="measure", value_set=names)
    alike: dict[tuple[float, float], list[str]] = defaultdict(list)
    for one in (measure for measure in table.measures if not measure.is_on_scale):
        alike[table.range_of(one)].append(one.name)
    for (lowest, highest), measures in sorted(alike.items()):
        yield gxe.ExpectColumnValuesToBeBetween(
            column="value",
            min_value=lowest,
            max_value=highest,
            row_condition=Cell("measure").is_in(measures),
        )


def _enough_people(table: Table) -> Rules:
    """What is told rests on so many people or more, in every column that counts them.

    Where there is no ``value``, every column that a withheld row blanks tells something.
    """
    telling = ("value",) if "value" in table.schema else table.telling
    for people in table.counting:
        for told in telling:
            if told not in table.counting:
                yield gxe.ExpectColumnValuesToBeBetween(
                    column=people, min_value=LIMIT, row_condition=_is_told(told)
                )


def _is_told(column: str) -> object:
    return Cell(column).is_not_null()
