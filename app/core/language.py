"""Words and numbers in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
import yaml
from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern

from pipelines.contract.code import NAME_PLACES, Says, Vocabulary, read_code
from pipelines.contract.estimate import BY_NAME
from pipelines.contract.registry import published

APP_FOLDER = Path(__file__).resolve().parents[1]
COMPLETE = "en"  # the language whose keys every other must have, and that stands in for others

MINUS, NO_BREAK = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
MIN_P_WRITTEN = 0.001
NUMBERED = re.compile(r"^(\d+)\.")  # "1. März" is no list
# Unit of a measure -> how charts write it.
Day = date  # `Words` has a method of that name
VEGA_FORMATS = {"points": ".1f", "percent": ".1f", "scale": ".2f", "signed": "+.1f"}
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:-])")


def plain(text: str) -> str:
    """Escape text from the data, so that Markdown shows it as it is.

    >>> plain("a*b")
    'a\\\\*b'
    """
    return NUMBERED.sub(r"\1\\.", MARKDOWN.sub(r"\\\1", text))


@dataclass(frozen=True)
class Words:
    """The texts and number formats of one language.

    Parameters
    ----------
    code : str
        Language, ISO 639-1.
    texts : Mapping of str to str
        Texts by their dotted key, as in ``overview.title``. What is declared in
        pipelines/contract stands there in English and German; of other languages it may be here,
        as ``codes.<vocabulary>.<code>``, ``columns.<table>.<column>`` (labels) and
        ``tables.<table>.empty``.
    """

    code: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, its places filled."""
        return self.texts[key].format(**values)

    def name(self, group: str, code: str) -> str:
        """Name of a code from the pipeline, or the code itself if it has none."""
        return self.texts.get(f"{group}.{code}", code)

    def sentence(self, vocabulary: Vocabulary, text: str, **places: object) -> str:
        """The sentence of a coded text, its values written as this language writes them.

        Parameters
        ----------
        vocabulary : Vocabulary
            That of the column.
        text : str
            A code with its values; see `pipelines.contract.code.write_code`.
        **places : object
            What a reader fills in; see `app.core.bundle.Bundle.places`.
        """
        code, values = read_code(text)
        said = self._declared(f"codes.{vocabulary.name}.{code}", vocabulary.codes[code])
        return said.format(**{n: self._place(n, str(v)) for n, v in {**places, **values}.items()})

    def heading(self, table: str, column: str) -> str:
        """What the numbers of a published column are called.

        Raises
        ------
        KeyError
            If its declaration has no label.
        """
        label, key = published()[table].column(column).label, f"columns.{table}.{column}"
        if label is None:
            raise KeyError(f"{key}: expected a label in pipelines/contract, got none; add it there")
        return self._declared(key, label)

    def why_empty(self, table: str) -> str:
        """Why a published table may have no rows; nothing if that is not declared."""
        reason = published()[table].empty
        return "" if reason is None else self._declared(f"tables.{table}.empty", reason)

    def _declared(self, key: str, text: Says) -> str:
        """A declared text in this language, or in English if it has none."""
        return self.texts.get(key) or text.get(self.code) or text[COMPLETE]

    def _place(self, name: str, text: str) -> str:
        """A value of a sentence: the name of a table, a number, or as it is."""
        if name == "table":
            return self.name("table", text)
        digits = None if name in NAME_PLACES else _decimals(text)
        return text if digits is None else self.number(float(text), digits)

    def label(self, labels: Mapping[str, str], code: str) -> str:
        """A label from the study's register, in the language it has."""
        return labels.get(self.code) or labels.get("en") or next(iter(labels.values()), code)

    def number(self, value: float, digits: int = 1, *, signed: bool = False) -> str:
        """A number with the language's decimal and thousands marks."""
        pattern = _pattern(self.code, digits, percent=False)
        written: str = pattern.apply(_rounded(value, digits), Locale.parse(self.code))
        return _sign(value, digits, signed=signed) + written

    def p_value(self, value: float) -> str:
        """A p-value to three places, or that it is smaller."""
        if value < MIN_P_WRITTEN:
            return f"< {self.number(MIN_P_WRITTEN, 3)}"
        return self.number(value, 3)

    def count(self, value: int | None) -> str:
        """A whole number; a dash if there is none."""
        return "–" if value is None else self.number(value, 0)

    def percent(self, value: float, digits: int = 1, *, signed: bool = False) -> str:
        """A percentage, given 0 to 100."""
        pattern = _pattern(self.code, digits, percent=True)
        written: str = pattern.apply(_rounded(value, digits).scaleb(-2), Locale.parse(self.code))
        return _sign(value, digits, signed=signed) + written

    def value(self, measure: str, value: float) -> str:
        """A measure's value as it is written in running text."""
        unit = BY_NAME[measure].unit
        if unit == "percent":
            return self.percent(value)
        return self.number(value, digits(measure), signed=unit == "signed")

    def change(self, measure: str, value: float) -> str:
        """A change of a measure, with its sign; of a percentage in percentage points."""
        unit = BY_NAME[measure].unit
        if unit == "percent":
            return self.percentage_points(value)
        return self.number(value, digits(measure), signed=True)

    def percentage_points(self, value: float) -> str:
        """A difference of two percentages."""
        return f"{self.number(value, signed=True)}{NO_BREAK}{self('unit.pp')}"

    def interval(self, measure: str, low: float, high: float, *, change: bool = False) -> str:
        """Both ends of an interval; the unit stands once."""
        unit = BY_NAME[measure].unit
        signed = change or unit == "signed"
        ends = [self.number(end, digits(measure), signed=signed) for end in (low, high)]
        if unit == "percent":
            ends[1] = self.percentage_points(high) if change else self.percent(high)
        return self("format.interval", low=ends[0], high=ends[1])

    def money(self, value: float, currency: str) -> str:
        """An amount without cents, its currency behind it."""
        return f"{self.number(value, 0)}{NO_BREAK}{currency}"

    def day(self, moment: Day) -> str:
        """A day without its year."""
        return format_date(moment, self("format.day"), self.code)

    def date(self, moment: Day | str | None) -> str:
        """A day; a dash if there is none."""
        if moment is None:
            return "–"
        day = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return format_date(day, self("format.date"), self.code)

    def period(self, period: str) -> str:
        """A month as words, for instance 2011-03; a wave as it is."""
        try:
            first = date.fromisoformat(f"{period}-01")
        except ValueError:
            return period
        return format_date(first, self("format.month"), self.code)

    def vega(self, measure: str) -> str:
        """Number format of a measure in a chart (d3-format)."""
        return VEGA_FORMATS[BY_NAME[measure].unit]


def digits(measure: str) -> int:
    """How many decimals the values of a measure are written with."""
    return 2 if BY_NAME[measure].unit == "scale" else 1


def _rounded(value: float, digits: int) -> Decimal:
    """Size of a number, rounded as Python and the charts round, so that all show the same."""
    return Decimal(f"{abs(value):.{digits}f}")


def _decimals(text: str) -> int | None:
    """How many decimals a number is written with; None if the text is no number."""
    try:
        exponent = Decimal(text).as_tuple().exponent
    except InvalidOperation:
        return None
    return max(-exponent, 0) if isinstance(exponent, int) else None


def _sign(value: float, digits: int, *, signed: bool) -> str:
    """Sign of a number as it is written; none if it rounds to zero."""
    rounded = round(value, digits)
    return MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""


@cache
def _pattern(code: str, digits: int, *, percent: bool) -> NumberPattern:
    """How a language writes numbers with so many decimals."""
    locale = Locale.parse(code)
    formats = locale.percent_formats if percent else locale.decimal_formats
    pattern: NumberPattern = copy(formats[None])
    pattern.frac_prec = (digits, digits)
    return pattern


def files() -> dict[str, list[Path]]:
    """Files of texts by language.

    A language is a file in app/core and one in the folder of every page, or a single file in
    app/core/languages, in which the texts of a page stand below the page's name.
    """
    found: dict[str, list[Path]] = {}
    for pattern in ("core/*.yaml", "views/*/*.yaml", "core/languages/*.yaml"):
        for path in sorted(APP_FOLDER.glob(pattern)):
            found.setdefault(path.stem, []).append(path)
    return found


def languages() -> dict[str, str]:
    """Languages that have every text, by code, with the names they give themselves."""
    codes = sorted(files(), key=lambda code: (code != COMPLETE, code))
    every = {code: load(code) for code in codes}
    wanted = every[COMPLETE].texts.keys()
    return {
        code: words("language") for code, words in every.items() if wanted <= words.texts.keys()
    }


def load(code: str) -> Words:
    """Texts of a language, read anew when a file changes."""
    paths = files()[code]
    return _read(code, tuple(map(str, paths)), tuple(path.stat().st_mtime_ns for path in paths))


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(code: str, paths: tuple[str, ...], modified: tuple[int, ...]) -> Words:
    content: dict[str, Any] = {}
    for path in map(Path, paths):
        texts = yaml.safe_load(path.read_text(encoding="utf-8"))
        is_of_page = path.parent.parent.name == "views"
        content |= {path.parent.name: texts} if is_of_page else texts
    return Words(code, flatten(content))


def flatten(content: Mapping[Any, Any], prefix: str = "") -> dict[str, str]:
    """Nested texts by their dotted keys.

    >>> flatten({"a": {"b": "text"}})
    {'a.b': 'text'}
    """
    flat: dict[str, str] = {}
    for key, value in content.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
