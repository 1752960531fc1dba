"""Cells to values: text, numbers, flags and codes as expressions, the same on every engine.

Each function takes an expression of trimmed text cells (null if empty) and returns an
expression that is null where the cell cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import narwhals as nw

Decimal = Literal[".", ","]

# Plain or grouped in thousands, with an optional exponent: 1234.5, 1,234.5, .5, 1e-3.
_NUMBER = {
    ".": r"^[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+|(?:\.)?)(?:[eE][+-]?\d+)?$",
    ",": r"^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)?(?:,\d+|(?:,)?)(?:[eE][+-]?\d+)?$",
}
_HAS_DIGIT_FIRST = r"^[+-]?[.,]?\d"
_EXACT = 2.0**53  # whole numbers beyond are not exact in a float
_TRUE, _FALSE = ("true", "1", "yes", "ja"), ("false", "0", "no", "nein")


def text(column: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Read a column of any type as trimmed text; whole numbers without '.0', blanks as null."""
    cell = nw.col(column)
    if dtype.is_float():
        cell = nw.when(~cell.is_nan()).then(cell)
        whole = nw.when((cell.abs() <= _EXACT) & (cell == cell.round(0))).then(cell)
        cell = (
            nw.when(whole.is_null())
            .then(cell.cast(nw.String))
            .otherwise(whole.cast(nw.Int64).cast(nw.String))
        )
    elif dtype != nw.String:
        cell = cell.cast(nw.String)
    trimmed = cell.str.strip_chars()
    return nw.when(trimmed != "").then(trimmed)


def number(cell: nw.Expr, decimal: Decimal = ".") -> nw.Expr:
    """Read numbers written with a decimal point or comma; thousands may be grouped."""
    group = "," if decimal == "." else "."
    fits = cell.str.contains(_NUMBER[decimal]) & cell.str.contains(_HAS_DIGIT_FIRST)
    plain = nw.when(fits).then(cell).str.replace_all(group, "", literal=True)
    if decimal == ",":
        plain = plain.str.replace_all(",", ".", literal=True)
    return plain.cast(nw.Float64)


def flag(cell: nw.Expr) -> nw.Expr:
    """Read true and false, 1 and 0, yes and no, ja and nein."""
    lower = cell.str.to_lowercase()
    return (
        nw.when(lower.is_in(_TRUE))
        .then(nw.lit(True))
        .otherwise(nw.when(lower.is_in(_FALSE)).then(nw.lit(False)))
    )


def translated(
    cell: nw.Expr, codes: Mapping[str, str | None], otherwise: str | None = None
) -> nw.Expr:
    """Replace codes by their labels; other cells by `otherwise`."""
    known = [code for code, label in codes.items() if label is not None]
    silent = [code for code, label in codes.items() if label is None]
    if not known:
        return nw.when(~cell.is_in(silent)).then(nw.lit(otherwise, dtype=nw.String))
    labelled = cell.replace_strict(
        known, [codes[code] for code in known], default=otherwise, return_dtype=nw.String
    )
    return (
        nw.when(cell.is_null() | cell.is_in(silent))
        .then(nw.lit(None, dtype=nw.String))
        .otherwise(labelled)
    )


def matched(cell: nw.Expr, patterns: Mapping[str, str], otherwise: str | None = None) -> nw.Expr:
    """Replace cells by the value of the first regular expression that is found in them."""
    value: nw.Expr = nw.when(~cell.is_null()).then(nw.lit(otherwise, dtype=nw.String))
    for pattern, label in reversed(list(patterns.items())):
        value = nw.when(cell.str.contains(pattern)).then(nw.lit(label)).otherwise(value)
    return value


PROBLEM = "problem_"


def problem(unread: nw.Expr, name: str, cell: nw.Expr, noun: str) -> nw.Expr:
    """Say what is wrong with a cell, where something is."""
    said = nw.concat_str(nw.lit(f"{name}: '"), cell, nw.lit(f"' {noun}"))
    return nw.when(unread).then(said).alias(PROBLEM + name)
