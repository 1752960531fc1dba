"""Waves: the order of the waves of a study, which several steps need."""

from __future__ import annotations

from pipelines.contract.canonical import MODES
from pipelines.contract.code import says
from pipelines.contract.table import DATE, FLAG, TEXT, WHOLE, Column, Table, count

_NO_WAVES = says(en="no question was asked", de="es wurde keine Frage gestellt")

# Not published: the register of the bundle lists them.
WAVES_IN_TIME = Table(
    "waves",
    "one wave of a survey",
    ("mode", "wave"),
    (
        Column("mode", TEXT, "hot or cold survey; each has waves of its own", True, codes=MODES),
        Column("wave", TEXT, "wave", required=True),
        Column("place", WHOLE, "place in the order of time, the earliest is 1", True, lowest=1),
        count("n_respondents", "questionnaires"),
        Column("weighted", FLAG, "whether any weight differs from 1", required=True),
        Column("first_on", DATE, "first day of an answer, local; null without dates"),
        Column("median_on", DATE, "day by which half of the dated questionnaires were answered"),
        Column("last_on", DATE, "last day of an answer"),
    ),
    empty=_NO_WAVES,
    fed_by=("responses",),
    ascending=(("first_on", "median_on", "last_on"),),
)
