"""Codes of Kano: classes, categories, gates, and why a touchpoint has no class."""

from __future__ import annotations

from pipelines.contract.code import WITHHELD, Vocabulary, says
from pipelines.contract.driver_codes import FLAGS_OF_DRIVERS
from pipelines.contract.estimate import FLAGS, METHOD_OF_WITHHELD

# Of a touchpoint, by what ratings below and above the middle go with.
KANO_CLASSES = Vocabulary(
    "kano class",
    {
        "basic": says(en="Basic", de="Basis"),
        "performance": says(en="Performance", de="Leistung"),
        "excitement": says(en="Excitement", de="Begeisterung"),
    },
)
# Of a feature, by the two questions on it; as `statistics.kano.KANO_CATEGORIES`.
FEATURE_CATEGORIES = Vocabulary(
    "kano category",
    {
        "attractive": says(en="Attractive", de="Begeisterung"),
        "one_dimensional": says(en="One-dimensional", de="Leistung"),
        "must_be": says(en="Must-be", de="Basis"),
        "indifferent": says(en="Indifferent", de="Gleichgültig"),
        "reverse": says(en="Reverse", de="Umgekehrt"),
        "questionable": says(en="Questionable", de="Fraglich"),
    },
)
GATES = Vocabulary(
    "gate",
    {
        "fails": says(en="fails", de="verfehlt"),
        "holds": says(en="holds", de="hält"),
        "undecided": says(en="undecided", de="unentschieden"),
    },
)
MINIMUM_SOURCES = Vocabulary(
    "source of a minimum",
    {
        "declared": says(
            en="declared for this touchpoint in study.yaml",
            de="für diesen Kontaktpunkt in study.yaml festgelegt",
        ),
        "default": says(
            en="the project's default: none is declared for this touchpoint",
            de="der Standard des Projekts: Für diesen Kontaktpunkt ist keines festgelegt",
        ),
    },
)
MUST_BE_SOURCES = Vocabulary(
    "source of a must-be",
    {
        "ratings": says(
            en="ratings of these customers: the probability of the class Basic, mean over "
            "{n} outcomes",
            de="Bewertungen dieser Kunden: Wahrscheinlichkeit der Klasse Basis, Mittel über "
            "{n} Ergebnisse",
        ),
        "ratings_of_all": says(
            en="ratings of all customers, since these have no class of their own: the probability "
            "of the class Basic, mean over {n} outcomes",
            de="Bewertungen aller Kunden, da diese keine eigene Klasse haben: Wahrscheinlichkeit "
            "der Klasse Basis, Mittel über {n} Ergebnisse",
        ),
        "answers": says(
            en="Kano's questionnaire: the probability that Must-be is the most frequent category "
            "of a feature of this touchpoint",
            de="Kanos Fragebogen: Wahrscheinlichkeit, dass Basis die häufigste Kategorie eines "
            "Merkmals dieses Kontaktpunkts ist",
        ),
    },
)
_FEWER_EN = "{n} answers {where} the middle of the scale, where {least} are needed for every cut"
_FEWER_DE = "{n} Antworten {where} der Skalenmitte, nötig sind {least} für jeden Schnitt"
ASYMMETRY_REASONS = Vocabulary(
    "reason of an asymmetry",
    {
        "few_answers": says(en="fewer than {least} answers", de="weniger als {least} Antworten"),
        "few_raters": says(
            en="too few rated it: the model needs {least} ratings",
            de="von zu wenigen bewertet: Das Modell braucht {least} Bewertungen",
        ),
        "few_low": says(
            en=_FEWER_EN.replace("{where}", "below"), de=_FEWER_DE.replace("{where}", "unter")
        ),
        "few_middle": says(
            en=_FEWER_EN.replace("{where}", "at"), de=_FEWER_DE.replace("{where}", "in")
        ),
        "few_high": says(
            en=_FEWER_EN.replace("{where}", "above"), de=_FEWER_DE.replace("{where}", "über")
        ),
        "few_points": says(
            en="the scale has {n} points, where three are needed",
            de="die Skala hat {n} Punkte, nötig sind drei",
        ),
        "few_touchpoints": says(
            en="fewer than two touchpoints rated", de="weniger als zwei Kontaktpunkte bewertet"
        ),
        "few_per_column": says(
            en="{n} answers, where {least} per column are needed, {needed} for {columns} columns",
            de="{n} Antworten, nötig sind {least} je Spalte, {needed} für {columns} Spalten",
        ),
        "few_joint": says(
            en="two ratings were given together {n} times, where every two must be in {needed} "
            "rows, {least} for each column",
            de="zwei Bewertungen wurden gemeinsam {n} Mal gegeben, nötig je zwei in {needed} "
            "Zeilen, {least} je Spalte",
        ),
        "few_differ": says(
            en="only {n} customers or clusters differ from the others in the outcome, where "
            "{least} are needed",
            de="nur {n} Kunden oder Klumpen unterscheiden sich im Ergebnis von den anderen, nötig "
            "sind {least}",
        ),
        "few_units": says(
            en="{n} customers or clusters, where {least} more than the {columns} columns are "
            "needed",
            de="{n} Kunden oder Klumpen, nötig sind {least} mehr als die {columns} Spalten",
        ),
        "no_fit": says(
            en="the answers do not bear the model", de="die Antworten tragen das Modell nicht"
        ),
    },
)
ASYMMETRY_METHODS = Vocabulary(
    "method of asymmetries",
    {
        **METHOD_OF_WITHHELD,
        "penalty_reward": says(
            en="linear model of the outcome, use and rating of the other touchpoints and declared "
            "confounders held; low, middle and high over {cuts} pairs of cuts; probabilities and "
            "interval from the posterior of penalty and reward, on a bootstrap of customers within "
            "strata",
            de="lineares Modell des Ergebnisses, Nutzung und Bewertung der anderen Kontaktpunkte "
            "und festgelegte Störgrößen fest; niedrig, mittel und hoch über {cuts} Paare von "
            "Schnitten; Wahrscheinlichkeiten und Intervall aus der A-posteriori-Verteilung von "
            "Abzug und Zugewinn, auf einem Bootstrap der Kunden innerhalb der Schichten",
        ),
        "refused": says(en="not estimated", de="nicht geschätzt"),
    },
)
ASYMMETRY_POLICIES = Vocabulary(
    "missing ratings of asymmetries",
    {
        "use_levels": says(
            en="not experienced enters as no use; blanks filled in expectation, level by level of "
            "the scale, from answers and the attributes they have room for",
            de="nicht erlebt zählt als keine Nutzung; Lücken mit ihrem Erwartungswert gefüllt, "
            "Stufe für Stufe der Skala, aus Antworten und den Merkmalen, für die sie reichen",
        ),
    },
)
FLAGS_OF_ASYMMETRIES = Vocabulary(
    "flag of asymmetries",
    {
        "unsure": says(
            en="The class is not sure: no class has a probability of {sure} %.",
            de="Die Klasse ist nicht sicher: Keine hat eine Wahrscheinlichkeit von {sure} %.",
        ),
        "no_effect": says(
            en="Hardly goes with the outcome: neither penalty nor reward is told from 0.",
            de="Hängt kaum mit dem Ergebnis zusammen: Weder Abzug noch Zugewinn ist von 0 zu "
            "unterscheiden.",
        ),
        "cuts_differ": says(
            en="The class depends on where the scale is cut.",
            de="Die Klasse hängt davon ab, wo die Skala geschnitten wird.",
        ),
        "much_blank": FLAGS_OF_DRIVERS.codes["much_blank"],
        WITHHELD: FLAGS.codes[WITHHELD],
        "unweighted_wave": FLAGS.codes["unweighted_wave"],
    },
)
KANO_METHODS = Vocabulary(
    "method of kano answers",
    {
        **METHOD_OF_WITHHELD,
        "kano_table": says(
            en="categories by Kano's table; shares with Wilson intervals on n over the design "
            "effect, coefficients as ratios of totals, linearised; Fong's test on effective counts",
            de="Kategorien nach Kanos Tabelle; Anteile mit Wilson-Intervallen mit n durch den "
            "Design-Effekt, Koeffizienten als Quotienten von Summen, linearisiert; Fongs Test auf "
            "effektiven Anzahlen",
        ),
    },
)
KANO_POLICIES = Vocabulary(
    "missing answers of kano answers",
    {"pairs": says(en="complete pairs only", de="nur vollständige Paare")},
)
FLAGS_OF_KANO = Vocabulary(
    "flag of kano answers",
    {
        "small": FLAGS.codes["small"],
        WITHHELD: FLAGS.codes[WITHHELD],
        "unweighted_wave": FLAGS.codes["unweighted_wave"],
        "single_psu": FLAGS.codes["single_psu"],
        "no_cluster": FLAGS.codes["no_cluster"],
        "questionable": says(
            en="More than {most} % of the pairs contradict themselves: the questions may not have "
            "been understood.",
            de="Mehr als {most} % der Paare widersprechen sich: Die Fragen wurden vielleicht nicht "
            "verstanden.",
        ),
    },
)
GATE_METHODS = Vocabulary(
    "method of gates",
    {
        **METHOD_OF_WITHHELD,
        "gate": says(
            en="share, Wilson interval on n over the design effect; probability of a share below "
            "the minimum from a Beta posterior (Jeffreys) on that n",
            de="Anteil, Wilson-Intervall mit n durch den Design-Effekt; Wahrscheinlichkeit eines "
            "Anteils unter dem Minimum aus einer Beta-Verteilung (Jeffreys) auf diesem n",
        ),
    },
)
