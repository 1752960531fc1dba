"""The words of study.yaml: what a map may say, and what makes no sense in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from pipelines.contract.breaks import Change
from pipelines.contract.canonical import MissingReason, QuestionKind
from pipelines.contract.people import EVERYBODY
from pipelines.core.measures import Aim, Capacity, CompanyMeasure, Name
from pipelines.core.parts import Labels, Part, Text


class Stage(Part):
    """A stage of the journey."""

    label: Labels


class Touchpoint(Part):
    """A touchpoint of the register.

    `direct` ones belong to the company; only `controllable` ones can be given a cost. `minimum` is
    the percent of users who must not be dissatisfied.
    """

    label: Labels
    stage: Text
    channel: Text
    owner: str | None = None
    direct: bool = True
    controllable: bool = True
    instrument: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    minimum: Annotated[float, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _indirect_is_not_controllable(self) -> Self:
        if self.controllable and not self.direct:
            raise ValueError("an indirect touchpoint cannot be controllable")
        return self


class Scale(Part):
    """An answer scale: its ends, its labels, and the codes that are not answers."""

    min: float
    max: float
    labels: dict[str, float] = {}  # text in the file -> answer
    missing: dict[str, MissingReason] = {}  # code in the file -> why there is no answer

    @model_validator(mode="after")
    def _ends_are_ordered(self) -> Self:
        if not self.min < self.max:
            raise ValueError(f"min must be below max, got {self.min} and {self.max}")
        return self


class Question(Part):
    """A question of the register: what it measures, of which touchpoint, on which scale."""

    label: Labels
    measure: QuestionKind
    scale: Text
    touchpoint: str | None = None


class Feature(Part):
    """What Kano's questionnaire asks about: how customers feel if it is there, and if it is not."""

    label: Labels
    present: Text  # question of the measure kano_functional
    absent: Text  # question of the measure kano_dysfunctional


class Break(Part):
    """From a wave on a question is not what it was: answers before and after are two series.

    `question` may be ``all``; `touchpoint` means all questions about it.
    """

    question: str | None = None
    touchpoint: str | None = None
    wave: Text  # the first one after the break
    changed: Change

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Self:
        if (self.question is None) == (self.touchpoint is None):
            raise ValueError("give exactly one of question and touchpoint")
        return self

    @property
    def about(self) -> str:
        """What it is about, for messages."""
        if self.touchpoint is not None:
            return f"the touchpoint {self.touchpoint!r}"
        return "any question" if self.question == EVERYBODY else repr(self.question)


class Outcome(Part):
    """A question whose answers are related to touchpoints; without drivers, to all rated.

    `confounders` are segments and questions that may move ratings and outcome alike: models of
    what a measure would change hold them.
    """

    drivers: list[Text] = []
    confounders: list[Text] = []


class Segment(Part):
    """A customer attribute by which results are split; `order` sorts its values."""

    label: Labels
    order: list[str] = []
    translations: dict[str, dict[str, str]] = {}  # language code -> value -> text

    @model_validator(mode="after")
    def _translations_tell_values_apart(self) -> Self:
        for texts in self.translations.values():
            shown = [texts.get(value, value) for value in self.order or texts]
            twice = sorted({text for text in shown if shown.count(text) > 1})
            if twice:
                raise ValueError(f"a translation of its own for each value; two are {twice}")
        return self


class ColumnMap(Part):
    """How one column of the contract is made from a source's columns.

    Exactly one of `column`, `constant`, `template` and `product` says where it comes
    from; the rest says how it is read.
    """

    column: str | None = None
    constant: str | int | float | bool | None = None
    template: str | None = None  # "{RESPNUM}-2017"; {source_row} is the row's number
    product: list[str] | None = None  # columns multiplied with one another
    values: str | dict[str, str | None] | None = None  # a code list, by name or inline
    otherwise: str | None = None  # for codes not in `values`; if left out they are an error
    patterns: dict[str, str] | None = None  # regular expression -> value; the first match wins
    format: str | None = None  # of dates and times, strftime
    decimal: Literal[".", ","] = "."
    missing: list[str] = []  # cells that mean "no value"

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        origins = [k for k in ("column", "constant", "template", "product") if k in self.given]
        if len(origins) != 1:
            raise ValueError(
                f"give exactly one of column, constant, template, product; got {origins or 'none'}"
            )
        return self

    @property
    def given(self) -> set[str]:
        """Names of the keys written in study.yaml."""
        return self.model_fields_set

    @property
    def reads(self) -> list[str]:
        """Source columns this one is made from."""
        if self.template is not None:
            return [name for name in template_fields(self.template) if name != "source_row"]
        return self.product or ([self.column] if self.column is not None else [])


def template_fields(template: str) -> list[str]:
    """Names in braces, in order."""
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(template) if name]


class Unpivot(Part):
    """Turn several columns into rows: one row per column, its name and its cell."""

    columns: list[str]
    name: str = "question"
    value: str = "answer"


class Long(Part):
    """A questionnaire with one answer per row: what names its question, and what holds it."""

    question: Text
    answer: Text


class TableMap(Part):
    """How one source fills one canonical table.

    `answers` (responses only) maps question ids to columns; with `long`, to what stands in
    its question column, and rows of other questions are left out. `skip_when_missing` leaves
    out rows without a value in these columns, and counts them; `one_per_key` keeps one
    row per key of the table, and counts the others.
    """

    table: Text
    columns: dict[str, ColumnMap] = {}
    answers: dict[str, str] = {}
    long: Long | None = None
    unpivot: Unpivot | None = None
    skip_when_missing: list[str] = []
    one_per_key: bool = False

    @field_validator("columns", mode="before")
    @classmethod
    def _a_bare_name_is_a_column(cls, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        return {k: {"column": v} if isinstance(v, str) else v for k, v in columns.items()}

    @model_validator(mode="after")
    def _answers_are_for_responses(self) -> Self:
        if bool(self.answers) != (self.table == "responses"):
            raise ValueError("`answers` is required in, and only in, a map to responses")
        if self.long and not self.answers:
            raise ValueError("`long` says where `answers` are; it needs them")
        if self.unpivot and self.answers:
            raise ValueError("`answers` turn their columns into rows; remove `unpivot`")
        return self


class Source(Part):
    """Raw data with one layout: how to read it, and which tables it fills."""

    reader: Literal["csv", "parquet", "xlsx", "sav", "sql"]
    files: str | None = None  # pattern below the study's folder
    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    sheet: str | None = None
    url: str | None = None  # SQLAlchemy address; $NAME is taken from the environment
    query: str | None = None
    tables: list[TableMap] = Field(min_length=1)

    @model_validator(mode="after")
    def _says_where_it_is(self) -> Self:
        if self.reader == "sql":
            if not (self.url and self.query):
                raise ValueError("reader sql needs `url` and `query`")
        elif not self.files:
            raise ValueError(f"reader {self.reader} needs `files`")
        return self


class Benchmark(Part):
    """A figure from outside, never mixed with the study's own."""

    measure: Text
    value: float
    source: Text
    date: date


class Map(Part):
    """All of study.yaml."""

    title: Labels
    about: Labels
    licence: str
    languages: list[str]
    currency: str = Field(pattern="^[A-Z]{3}$")
    time_zone: str
    waves: list[Text] = []  # in the order of time, where neither dates nor names say it
    baseline: str | None = None  # wave that later ones are compared with
    notes: dict[str, Labels] = {}  # shown with the data they concern, by wave or "all"
    stages: dict[str, Stage] = {}
    touchpoints: dict[str, Touchpoint] = {}
    scales: dict[str, Scale] = {}
    questions: dict[str, Question] = {}
    features: dict[str, Feature] = {}  # of Kano's questionnaire
    breaks: list[Break] = []
    segments: dict[str, Segment] = {}
    outcomes: dict[str, Outcome] = {}  # question -> what is related to it
    measures: dict[Name, CompanyMeasure] = {}  # what the company could do
    capacities: dict[Name, Capacity] = {}  # what measures take up beside money
    plan: Aim | None = None  # what measures are chosen for
    codes: dict[str, str | dict[str, str | None]] = {}  # code -> label; or a csv file's path
    benchmarks: list[Benchmark] = []
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _measures_have_an_aim(self) -> Self:
        if self.measures and self.plan is None:
            raise ValueError("`plan` beside `measures`: the outcome, the months and the budgets")
        return self

    @field_validator("waves")
    @classmethod
    def _waves_differ(cls, waves: list[str]) -> list[str]:
        twice = sorted({wave for wave in waves if waves.count(wave) > 1})
        if twice:
            raise ValueError(f"each wave once; twice are {twice}")
        return waves

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is no IANA time zone such as Europe/Berlin") from error
        return name
