"""Codes of measures and plans: what may be moved, on what evidence, why in or out."""

from __future__ import annotations

from pipelines.contract.code import WITHHELD, Vocabulary, says
from pipelines.contract.estimate import METHOD_OF_WITHHELD
from pipelines.contract.whatif_codes import MOVE_REASONS

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
# Why a measure cannot be chosen at all, whatever the budget; beside why its moves are refused.
BARS = Vocabulary(
    "bar of a measure",
    {
        **MOVE_REASONS.codes,
        "gate": says(
            en="barred by the gate: at {touchpoint} a must-be is below its minimum (probability "
            "{p}), and what delights does not make up for it",
            de="an der Schranke gesperrt: Bei {touchpoint} liegt eine Basisanforderung unter ihrem "
            "Minimum (Wahrscheinlichkeit {p}), und Begeisterung gleicht das nicht aus",
        ),
        "not_controllable": says(
            en="{touchpoint} is not the company's to change: it gets no cost to fix",
            de="{touchpoint} kann das Unternehmen nicht ändern: Dafür gibt es keine Kosten",
        ),
        "running": says(en="it is running already", de="sie läuft schon"),
        "done": says(en="it is done already", de="sie ist schon umgesetzt"),
        "dropped": says(en="it was dropped", de="sie wurde verworfen"),
        "too_late": says(
            en="it works after {months} months, the plan ends after {horizon}",
            de="sie wirkt nach {months} Monaten, der Plan endet nach {horizon}",
        ),
        "taken_instead": says(
            en="cannot go together with {other}, which was taken already",
            de="schließt sich mit {other} aus, die schon läuft oder umgesetzt ist",
        ),
        "requires_barred": says(
            en="needs {other}, which cannot be chosen",
            de="braucht {other}, die nicht gewählt werden kann",
        ),
        WITHHELD: says(
            en="withheld: too few people answered",
            de="zurückgehalten: zu wenige Personen haben geantwortet",
        ),
    },
)
# Why a measure is in a plan, or not.
WHY = BARS | Vocabulary(
    "why in or out",
    {
        "taken": says(
            en="in the best plan under this budget", de="im besten Plan unter diesem Budget"
        ),
        "too_dear": says(
            en="costs more than the whole budget", de="kostet mehr als das ganze Budget"
        ),
        "capacity": says(
            en="needs more of {capacity} than there is", de="braucht mehr {capacity}, als da ist"
        ),
        "excluded": says(
            en="cannot go together with {other}, which is in the plan",
            de="schließt sich mit {other} aus, die im Plan ist",
        ),
        "rival": says(
            en="moves the same rating of the same customers in another way than {other}, which is "
            "in the plan",
            de="ändert dieselbe Bewertung derselben Kunden auf andere Weise als {other}, die im "
            "Plan ist",
        ),
        "requires": says(
            en="needs {other}, which is not in the plan",
            de="braucht {other}, die nicht im Plan ist",
        ),
        "no_gain": says(en="no gain is expected of it", de="von ihr ist kein Gewinn zu erwarten"),
        "outweighed": says(
            en="others bring more for what it takes up",
            de="andere bringen mehr für das, was sie beansprucht",
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
