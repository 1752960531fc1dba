"""Breaks: what makes answers before and after a wave two series that are not compared."""

from __future__ import annotations

from typing import Literal, get_args

from pipelines.contract.code import Says, Vocabulary, says

# What a study's map may declare to have changed.
Change = Literal["wording", "scale", "labels", "order", "mode", "sample"]

_DECLARED: dict[str, Says] = {
    "wording": says(en="Worded anew in {wave}.", de="In {wave} neu formuliert."),
    "scale": says(
        en="Asked on another scale since {wave}.", de="Seit {wave} auf einer anderen Skala gefragt."
    ),
    "labels": says(
        en="The answers are called otherwise since {wave}.",
        de="Seit {wave} heißen die Antworten anders.",
    ),
    "order": says(
        en="At another place of the questionnaire since {wave}.",
        de="Seit {wave} an anderer Stelle im Fragebogen.",
    ),
    "mode": says(
        en="Asked in another way since {wave}: in person, by phone, online.",
        de="Seit {wave} auf anderem Weg gefragt: persönlich, telefonisch, online.",
    ),
    "sample": says(
        en="Other people were asked since {wave}.", de="Seit {wave} wurden andere Personen gefragt."
    ),
}
# What follows from it, or from which questions were asked.
_FOLLOWING: dict[str, Says] = {
    "questions": says(
        en="Since {wave} the stage pools other questions, or one that changed.",
        de="Seit {wave} fasst die Phase andere Fragen zusammen oder eine, die sich geändert hat.",
    ),
    "pairs": says(
        en="Since {wave} the rating or what was expected is another question, or one that changed.",
        de="Seit {wave} ist die Bewertung oder die Erwartung eine andere Frage oder eine, die sich "
        "geändert hat.",
    ),
}
BREAKS = Vocabulary("break", {**{name: _DECLARED[name] for name in get_args(Change)}, **_FOLLOWING})
