"""Codes of measures and plans: what may be moved, on what evidence, why in or out."""

from __future__ import annotations

from typing import Literal

from pipelines.contract.code import WITHHELD, Vocabulary, says
from pipelines.contract.estimate import METHOD_OF_WITHHELD

# What a study's map may say of measures.
MoveKind = Literal["lift_middle", "lift_good", "lift_best", "widen", "narrow"]
Status = Literal["idea", "planned", "running", "done", "dropped"]
EvidenceKind = Literal[
    "experiment", "difference_in_differences", "interrupted_series", "discontinuity"
]
TargetToRaise = Literal["mean", "top_two", "top_box", "nps"]

DELIGHTING = ("lift_best", "widen")  # what a failed must-be bars, whatever the rating does
CLASS_OF_EVIDENCE = {  # kind of trial -> `contract.estimate.EVIDENCE`
    "experiment": "experimental",
    "difference_in_differences": "quasi-experimental",
    "interrupted_series": "quasi-experimental",
    "discontinuity": "quasi-experimental",
}
STATUSES = Vocabulary(
    "status of a measure",
    {
        "idea": says(en="idea", de="Idee"),
        "planned": says(en="planned", de="geplant"),
        "running": says(en="running", de="läuft"),
        "done": says(en="done", de="umgesetzt"),
        "dropped": says(en="dropped", de="verworfen"),
    },
)
OPEN = ("idea", "planned")  # may be chosen
TAKEN = ("running", "done")  # chosen already
RAISED = Vocabulary(
    "target of a plan",
    {
        "mean": says(en="mean answer", de="mittlere Antwort"),
        "top_two": says(en="share in the best two boxes", de="Anteil in den besten zwei Stufen"),
        "top_box": says(en="share very satisfied", de="Anteil sehr zufrieden"),
        "bottom_box": says(en="share dissatisfied", de="Anteil unzufrieden"),
        "nps": says(en="net promoter score", de="Net Promoter Score"),
    },
)
OBJECTIVES = Vocabulary(
    "objective",
    {
        "expected": says(en="highest expected change", de="höchste erwartete Änderung"),
        "cautious": says(
            en="highest mean of the worst draws",
            de="höchster Mittelwert der schlechtesten Ziehungen",
        ),
    },
)
CHOOSING_RULES = Vocabulary(
    "rule of choosing",
    {
        "optimal": says(en="the best plan", de="der beste Plan"),
        "importance": says(en="by importance alone", de="nur nach Wichtigkeit"),
        "gap": says(en="by room for improvement alone", de="nur nach Verbesserungsraum"),
        "correlation": says(en="by correlation alone", de="nur nach Korrelation"),
    },
)
NOTES_ON_MEASURES = Vocabulary(
    "note on a measure",
    {
        "example": says(
            en="A made-up example: costs are placeholders, nobody has planned it.",
            de="Ein erfundenes Beispiel: Die Kosten sind Platzhalter, niemand hat es geplant.",
        ),
        WITHHELD: says(
            en="Withheld: too few people answered.",
            de="Zurückgehalten: Zu wenige Personen haben geantwortet.",
        ),
    },
)
# Why a measure cannot be chosen at all, whatever the budget.
BARS = Vocabulary(
    "bar of a measure",
    {
        "gate": says(
            en="Barred by the gate: at {touchpoint} a must-be is below its minimum (probability "
            "{p}). What delights does not make up for it.",
            de="Vom Tor gesperrt: Bei {touchpoint} liegt eine Basisanforderung unter ihrem Minimum "
            "(Wahrscheinlichkeit {p}). Begeisterung gleicht das nicht aus.",
        ),
        "unsupported": says(
            en="Beyond what the data show: asked for {asked} % of those concerned, shown for "
            "{shown} % at most.",
            de="Mehr, als die Daten zeigen: verlangt für {asked} % der Betroffenen, gezeigt für "
            "höchstens {shown} %.",
        ),
        "not_controllable": says(
            en="{touchpoint} is not the company's to change: it gets no cost to fix.",
            de="{touchpoint} kann das Unternehmen nicht ändern: Dafür gibt es keine Kosten.",
        ),
        "no_driver": says(
            en="No rating of {what} is in the outcome's model.",
            de="Im Modell des Ergebnisses ist keine Bewertung von {what}.",
        ),
        "no_model": says(
            en="There is no model of this outcome for the customers it reaches.",
            de="Für die erreichten Kunden gibt es kein Modell dieses Ergebnisses.",
        ),
        "running": says(en="It is running already.", de="Sie läuft schon."),
        "done": says(en="It is done already.", de="Sie ist schon umgesetzt."),
        "dropped": says(en="It was dropped.", de="Sie wurde verworfen."),
        "too_late": says(
            en="It works after {months} months, the plan ends after {horizon}.",
            de="Sie wirkt nach {months} Monaten, der Plan endet nach {horizon}.",
        ),
        "taken_instead": says(
            en="Cannot go together with {other}, which was taken already.",
            de="Schließt sich mit {other} aus, die schon läuft oder umgesetzt ist.",
        ),
        "requires_barred": says(
            en="Needs {other}, which cannot be chosen.",
            de="Braucht {other}, die nicht gewählt werden kann.",
        ),
        WITHHELD: says(
            en="Withheld: too few people answered.",
            de="Zurückgehalten: Zu wenige Personen haben geantwortet.",
        ),
    },
)
# Why a measure is in a plan, or not.
WHY = BARS | Vocabulary(
    "why in or out",
    {
        "taken": says(
            en="In the best plan under this budget.", de="Im besten Plan unter diesem Budget."
        ),
        "too_dear": says(
            en="Costs more than the whole budget.", de="Kostet mehr als das ganze Budget."
        ),
        "capacity": says(
            en="Needs more of {capacity} than there is.", de="Braucht mehr {capacity}, als da ist."
        ),
        "excluded": says(
            en="Cannot go together with {other}, which is in the plan.",
            de="Schließt sich mit {other} aus, die im Plan ist.",
        ),
        "requires": says(
            en="Needs {other}, which is not in the plan.",
            de="Braucht {other}, die nicht im Plan ist.",
        ),
        "no_gain": says(en="No gain is expected of it.", de="Von ihr ist kein Gewinn zu erwarten."),
        "outweighed": says(
            en="Others bring more for what it takes up.",
            de="Andere bringen mehr für das, was sie beansprucht.",
        ),
    },
)
_FLOOR = says(
    en="the others held (floor)",
    de="die übrigen Bewertungen gehalten (Untergrenze)",
)
METHODS_OF_PLANS = Vocabulary(
    "method of plans",
    {
        **METHOD_OF_WITHHELD,
        "surface": says(
            en=f"response surface of the outcome's model, {_FLOOR['en']}; interval from its draws",
            de=f"Wirkungsfläche des Ergebnismodells, {_FLOOR['de']}; Intervall aus ihren Ziehungen",
        ),
        "measured": says(
            en="effect measured by a trial; normal interval from its standard error",
            de="in einem Versuch gemessene Wirkung; Normalintervall aus ihrem Standardfehler",
        ),
        "mixed": says(
            en="some effects from the model's response surface, some measured by trials; joint "
            "draws",
            de="manche Wirkungen aus der Wirkungsfläche des Modells, manche in Versuchen gemessen; "
            "gemeinsame Ziehungen",
        ),
        "none": says(en="nothing is taken", de="nichts ist gewählt"),
    },
)
