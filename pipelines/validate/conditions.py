"""Which rows a rule judges, and which of them break it: every kind of rule, once.

The execution engine counts with these conditions and the quarantine splits with them.
They are Narwhals expressions, so that they run on Polars and on Spark. Like the pandas
engine of Great Expectations they take NaN for missing, and a missing value never breaks
a rule about values. One thing differs on purpose: regular expressions are those of the
engine underneath (Rust on Polars: no look-around, and `$` is the very end of the text).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from operator import and_, ge, gt, le, lt, or_
from typing import Any

import narwhals as nw

Schema = Mapping[str, Any]  # column name -> Narwhals data type
Arguments = Mapping[str, Any]  # of the expectation: column, min_value, ...


@dataclass(frozen=True)
class Condition:
    """What a rule says about rows.

    Parameters
    ----------
    columns : tuple of str
        Columns the rule is about.
    judged : Expr or None
        True for the rows the rule applies to; None if it applies to all.
    broken : Expr or None
        True for rows that break it. None for a rule that needs other rows to tell:
        a row breaks it if its `columns` repeat those of another judged row.
    """

    columns: tuple[str, ...]
    judged: nw.Expr | None
    broken: nw.Expr | None

    @property
    def unexpected(self) -> nw.Expr:
        """True for the rows that are judged and break the rule; never null."""
        if self.broken is None:
            raise TypeError(f"repeats in {self.columns} need the other rows; see duplicates.py")
        return self.among(self.broken).fill_null(False)

    @property
    def n_judged(self) -> nw.Expr:
        """The number of rows the rule applies to."""
        return nw.len() if self.judged is None else self.judged.cast(nw.Int64).sum()

    def among(self, rows: nw.Expr) -> nw.Expr:
        """Those of some rows that the rule applies to."""
        return rows if self.judged is None else self.judged & rows


def build(metric: str, arguments: Arguments, schema: Schema, among: nw.Expr | None) -> Condition:
    """Turn the metric of a row-level expectation into a condition.

    Parameters
    ----------
    metric : str
        Name of the map metric, such as ``column_values.between``.
    arguments : mapping
        Arguments of the expectation.
    schema : mapping
        Types of the table's columns.
    among : Expr or None
        The expectation's row condition: only these rows are judged.

    Raises
    ------
    KeyError
        If the table lacks a column of the rule, or there is no such metric here.
    """
    if metric in PRESENCE:
        column = arguments["column"]
        return Condition((column,), among, PRESENCE[metric](missing(column, schema)))
    if metric in VALUES:
        column = arguments["column"]
        judged = _all_of(among, ~missing(column, schema))
        return Condition((column,), judged, VALUES[metric](column, arguments, schema[column]))
    if metric == "column_values.unique":
        column = arguments["column"]
        return Condition((column,), _all_of(among, ~missing(column, schema)), None)
    if metric in PAIRS:
        return _pair(PAIRS[metric], arguments, schema, among)
    if metric == "compound_columns.unique":
        columns = tuple(arguments["column_list"])
        present = _ignoring(columns, arguments["ignore_row_if"], schema)
        return Condition(columns, _all_of(among, present), None)
    raise KeyError(f"no condition for the metric {metric!r}; add it to {__name__}")


def missing(column: str, schema: Schema) -> nw.Expr:
    """True where a column has no value: null, or NaN."""
    null = nw.col(column).is_null()
    return null | nw.col(column).is_nan() if schema[column].is_float() else null


def clause(row_condition: Any, schema: Schema) -> nw.Expr:
    """Translate a row condition of Great Expectations, built with ``Column``; never null.

    Raises
    ------
    TypeError
        If it is text: such conditions are written for pandas, Spark or SQL.
    """
    kind = getattr(row_condition, "type", None)
    if kind in ("and", "or"):
        parts = [clause(part, schema) for part in row_condition.conditions]
        joined: nw.Expr = reduce(and_ if kind == "and" else or_, parts)
        return joined
    if kind == "nullity":
        absent = missing(row_condition.column.name, schema)
        return absent if row_condition.is_null else ~absent
    if kind == "comparison":
        operator = str(getattr(row_condition.operator, "value", row_condition.operator))
        return compare(row_condition.column.name, operator, row_condition.parameter, schema)
    raise TypeError(f"write the row condition with Column(...), not as {row_condition!r}")


def columns_of(row_condition: Any) -> tuple[str, ...]:
    """Name the columns a row condition looks at, each once, in order."""
    if row_condition is None:
        return ()
    if row_condition.type in ("and", "or"):
        parts = [name for part in row_condition.conditions for name in columns_of(part)]
        return tuple(dict.fromkeys(parts))
    return (row_condition.column.name,)


def compare(column: str, operator: str, value: Any, schema: Schema) -> nw.Expr:
    """Compare a column with a value as a row condition does; never null.

    As in pandas a missing value differs from everything and is in no set.
    """
    if operator in ("IN", "NOT_IN"):
        inside = _in_set(column, value, schema[column]) & ~missing(column, schema)
        return inside if operator == "IN" else ~inside.fill_null(False)
    bound = as_type(value, schema[column])
    if operator == "!=":
        differs: nw.Expr = (nw.col(column) != bound) | missing(column, schema)
        return differs
    compared: nw.Expr = _COMPARE[operator](nw.col(column), bound)
    return (compared & ~missing(column, schema)).fill_null(False)


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda column, value: column == value,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def as_type(value: Any, dtype: Any) -> Any:
    """Make a bound comparable with a column: text becomes a time where the column is one.

    Raises
    ------
    TypeError
        If text is compared with numbers, or numbers with text.
    """
    if dtype.is_temporal():
        when = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(dtype, nw.Date):
            return when.date() if isinstance(when, datetime) else when
        naive = isinstance(when, datetime) and when.tzinfo is None
        return when.replace(tzinfo=UTC) if naive and getattr(dtype, "time_zone", None) else when
    if isinstance(value, str) != isinstance(dtype, nw.String):
        raise TypeError(f"cannot compare a column of {dtype} with {value!r}")
    return value


def _all_of(*conditions: nw.Expr | None) -> nw.Expr | None:
    given = [condition for condition in conditions if condition is not None]
    return reduce(and_, given) if given else None


def _in_set(column: str, values: Any, dtype: Any) -> nw.Expr:
    members = [value for value in values if _same_kind(value, dtype)]
    if not members:
        return nw.col(column).is_null() & nw.lit(False)
    if dtype.is_temporal():
        members = [as_type(value, dtype) for value in members]
    elif dtype.is_float():
        members = [float(value) for value in members]
    elif dtype.is_integer():
        members = [int(value) for value in members if value == int(value)]
    return nw.col(column).is_in(members)


def _same_kind(value: Any, dtype: Any) -> bool:
    """Whether a value can be in a column of that type at all."""
    if isinstance(dtype, nw.String):
        return isinstance(value, str)
    if isinstance(dtype, nw.Boolean):
        return isinstance(value, bool)
    if dtype.is_temporal():
        return isinstance(value, str | date)
    return isinstance(value, int | float) and value == value


def _not_in_set(column: str, arguments: Arguments, dtype: Any) -> nw.Expr:
    values = arguments["value_set"]
    if values is None:  # as in pandas: no set, nothing to break
        return nw.col(column).is_null() & nw.lit(False)
    return ~_in_set(column, values, dtype)


def _in_forbidden_set(column: str, arguments: Arguments, dtype: Any) -> nw.Expr:
    return _in_set(column, arguments["value_set"] or (), dtype)


def _outside(measured: nw.Expr, arguments: Arguments, dtype: Any) -> nw.Expr:
    low, high = arguments.get("min_value"), arguments.get("max_value")
    if low is None and high is None:
        raise ValueError("min_value and max_value cannot both be None")
    low = None if low is None else as_type(low, dtype)
    high = None if high is None else as_type(high, dtype)
    if low is not None and high is not None and low > high:
        raise ValueError("min_value cannot be greater than max_value")
    beyond = []
    if low is not None:
        beyond.append(measured <= low if arguments.get("strict_min") else measured < low)
    if high is not None:
        beyond.append(measured >= high if arguments.get("strict_max") else measured > high)
    outside: nw.Expr = reduce(or_, beyond)
    return outside


def _text(column: str, dtype: Any) -> nw.Expr:
    return nw.col(column) if isinstance(dtype, nw.String) else nw.col(column).cast(nw.String)


def _length_outside(column: str, arguments: Arguments, dtype: Any) -> nw.Expr:
    return _outside(_text(column, dtype).str.len_chars(), arguments, nw.Int64())


def _length_differs(column: str, arguments: Arguments, dtype: Any) -> nw.Expr:
    differs: nw.Expr = _text(column, dtype).str.len_chars() != arguments["value"]
    return differs


def _matches(column: str, arguments: Arguments, dtype: Any) -> nw.Expr:
    return _text(column, dtype).str.contains(arguments["regex"])


PRESENCE: dict[str, Callable[[nw.Expr], nw.Expr]] = {
    "column_values.nonnull": lambda absent: absent,
    "column_values.null": lambda absent: ~absent,
}

VALUES: dict[str, Callable[[str, Arguments, Any], nw.Expr]] = {
    "column_values.in_set": _not_in_set,
    "column_values.not_in_set": _in_forbidden_set,
    "column_values.between": lambda name, given, dtype: _outside(nw.col(name), given, dtype),
    "column_values.value_length.between": _length_outside,
    "column_values.value_length.equals": _length_differs,
    "column_values.match_regex": lambda name, given, dtype: ~_matches(name, given, dtype),
    "column_values.not_match_regex": _matches,
}


def _equal(a: nw.Expr, b: nw.Expr, arguments: Arguments) -> nw.Expr:
    return a == b


def _greater(a: nw.Expr, b: nw.Expr, arguments: Arguments) -> nw.Expr:
    return a >= b if arguments.get("or_equal") else a > b


PAIRS: dict[str, Callable[[nw.Expr, nw.Expr, Arguments], nw.Expr]] = {
    "column_pair_values.equal": _equal,
    "column_pair_values.a_greater_than_b": _greater,
}

MAP_METRICS = (
    *PRESENCE,
    *VALUES,
    *PAIRS,
    "column_values.unique",
    "compound_columns.unique",
)


def _pair(
    holds: Callable[[nw.Expr, nw.Expr, Arguments], nw.Expr],
    arguments: Arguments,
    schema: Schema,
    among: nw.Expr | None,
) -> Condition:
    columns = (arguments["column_A"], arguments["column_B"])
    absent = [missing(column, schema) for column in columns]
    kept = holds(nw.col(columns[0]), nw.col(columns[1]), arguments)
    # As in pandas nothing equals, or is greater than, a missing value.
    broken = ~kept | reduce(or_, absent)
    present = _ignoring(columns, arguments["ignore_row_if"], schema)
    return Condition(columns, _all_of(among, present), broken)


def _ignoring(columns: tuple[str, ...], ignored: str, schema: Schema) -> nw.Expr | None:
    """True for the rows that `ignore_row_if` leaves in; None if it leaves in all."""
    absent = [missing(column, schema) for column in columns]
    if ignored in ("both_values_are_missing", "all_values_are_missing"):
        return ~reduce(and_, absent)
    if ignored in ("either_value_is_missing", "any_value_is_missing"):
        return ~reduce(or_, absent)
    if ignored in ("neither", "never"):
        return None
    raise ValueError(f"unknown value of ignore_row_if: {ignored!r}")
