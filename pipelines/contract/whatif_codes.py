"""Codes of what-if: moves, targets, and why something is not told."""

from __future__ import annotations

from pipelines.contract.code import WITHHELD, Vocabulary, says
from pipelines.contract.estimate import FLAGS, METHOD_OF_WITHHELD

# Of the outcome's answers, all in percent or points of 0 to 100; nps from -100 to 100.
WHATIF_TARGETS = Vocabulary(
    "target of what-if",
    {
        "mean": says(en="mean answer", de="mittlere Antwort"),
        "top_two": says(en="share of the best two answers", de="Anteil der besten zwei Antworten"),
        "top_box": says(en="very satisfied", de="sehr zufrieden"),
        "bottom_box": says(en="dissatisfied", de="unzufrieden"),
        "nps": says(en="promoters minus detractors (NPS)", de="Fürsprecher minus Kritiker (NPS)"),
    },
)
# NPS is the share of the one less that of the other, in every draw.
NPS, TOP_BOX, BOTTOM_BOX = "nps", "top_box", "bottom_box"
# What can be done to a touchpoint, at full strength: to all whom it concerns.
MOVES = Vocabulary(
    "move",
    {
        "lift_middle": says(
            en="remove failures: who rates below the middle of the scale comes to the middle",
            de="Mängel beseitigen: Wer unter der Skalenmitte bewertet, kommt zur Mitte",
        ),
        "lift_good": says(
            en="make it good: who rates below the second best point comes to it",
            de="gut machen: Wer unter dem zweitbesten Punkt bewertet, kommt zu ihm",
        ),
        "lift_best": says(
            en="make it the best: who rates below the best point comes to it",
            de="bestmöglich machen: Wer unter dem besten Punkt bewertet, kommt zu ihm",
        ),
        "widen": says(
            en="widen its reach: who did not experience it does, and rates as users do today",
            de="Reichweite erhöhen: Wer es nicht erlebt hat, erlebt es und bewertet wie die "
            "heutigen Nutzer",
        ),
        "narrow": says(
            en="narrow its reach: who experienced it no longer does",
            de="Reichweite verringern: Wer es erlebt hat, erlebt es nicht mehr",
        ),
    },
)
LIFTS = ("lift_middle", "lift_good", "lift_best")
# Why a move is refused, and what a scenario is told.
MOVE_REASONS = Vocabulary(
    "reason of a move",
    {
        "few_concerned": says(
            en="it would concern {n} respondents, where {least} are needed",
            de="es beträfe {n} Befragte, nötig sind {least}",
        ),
        "few_shown": says(
            en="{n} respondents show where it would lead, where {least} are needed",
            de="{n} Befragte zeigen, wohin es führen würde, nötig sind {least}",
        ),
        "all_alike": says(
            en="nearly all are alike in it: the model tells no difference",
            de="darin sind fast alle gleich: Das Modell sagt keinen Unterschied",
        ),
        "not_supported": says(
            en="{concerned} respondents are concerned; {shown} show where it would lead, but none "
            "of them answers like those concerned in the rest",
            de="{concerned} Befragte sind betroffen; {shown} zeigen, wohin es führen würde, aber "
            "niemand davon antwortet im Übrigen wie die Betroffenen",
        ),
        "beyond_support": says(
            en="{asked} % of those concerned were asked, the data support {largest} %: "
            "{concerned} respondents are concerned, {shown} show where it would lead",
            de="verlangt waren {asked} % der Betroffenen, die Daten tragen {largest} %: "
            "{concerned} Befragte sind betroffen, {shown} zeigen, wohin es führen würde",
        ),
        "no_driver": says(
            en="this model has no such touchpoint: too few rated it, or all alike",
            de="dieses Modell hat diesen Kontaktpunkt nicht: Zu wenige haben ihn bewertet, oder "
            "alle gleich",
        ),
        "contradicts": says(
            en="{other} is asked of the same touchpoint and the same respondents",
            de="{other} ist für denselben Kontaktpunkt und dieselben Befragten verlangt",
        ),
        "no_model": says(
            en="these customers have no model", de="für diese Kunden gibt es kein Modell"
        ),
    },
)
PUBLISHED_MOVE_REASONS = MOVE_REASONS.only(
    "few_concerned", "few_shown", "all_alike", "not_supported"
)
OUTCOME_MODEL_STATUSES = Vocabulary(
    "status of an outcome model",
    {
        "fitted": says(en="fitted", de="berechnet"),
        "refused": says(en="refused", de="abgelehnt"),
    },
)
OUTCOME_MODEL_REASONS = Vocabulary(
    "reason of an outcome model",
    {
        "few_answers": says(en="fewer than {least} answers", de="weniger als {least} Antworten"),
        "few_differ": says(
            en="only {n} customers or clusters differ from the others in it, where {least} are "
            "needed",
            de="nur {n} Kunden oder Klumpen unterscheiden sich darin von den anderen, nötig sind "
            "{least}",
        ),
        "few_units": says(
            en="{n} customers or clusters, strata taken off, where more than {columns} are needed "
            "for {columns} columns",
            de="{n} Kunden oder Klumpen, abzüglich der Schichten, wo mehr als {columns} nötig sind "
            "für {columns} Spalten",
        ),
        "few_touchpoints": says(en="no touchpoint rated", de="kein Kontaktpunkt bewertet"),
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
        "constant": says(
            en="of some columns all answers are the same: {n}",
            de="in einigen Spalten sind alle Antworten gleich: {n}",
        ),
        "no_fit": says(
            en="the answers do not bear the model", de="die Antworten tragen das Modell nicht"
        ),
    },
)
BLANK_POLICIES = Vocabulary(
    "policy of blanks",
    {
        "whole": says(
            en="no rating is blank; not experienced enters as no use, with use times rating",
            de="keine Bewertung fehlt; nicht erlebt zählt als keine Nutzung, dazu Nutzung mal "
            "Bewertung",
        ),
        "drawn": says(
            en="not experienced enters as no use, with use times rating; blanks drawn several "
            "times under normality, from answers and attributes, each time from another bootstrap "
            "sample, so that intervals hold what they hide",
            de="nicht erlebt zählt als keine Nutzung, dazu Nutzung mal Bewertung; Lücken mehrfach "
            "unter Normalverteilung gezogen, aus Antworten und Merkmalen, jedes Mal aus einer "
            "anderen Bootstrap-Stichprobe, sodass Intervalle enthalten, was fehlt",
        ),
    },
)
_DRAWS_EN = "percentile interval from a bootstrap of customers within strata"
_DRAWS_DE = "Perzentilintervall aus einem Bootstrap der Kunden innerhalb der Schichten"
_MODELS = {
    "logit": ("an ordered logit", "einem geordneten Logit"),
    "linear": ("a linear model", "einem linearen Modell"),
}
METHODS_OF_OUTCOMES = Vocabulary(
    "method of outcome models",
    {
        **METHOD_OF_WITHHELD,
        **{
            name: says(
                en=f"today's answers, by their weights, explained by {en}; {_DRAWS_EN}",
                de=f"heutige Antworten nach ihren Gewichten, erklärt mit {de}; {_DRAWS_DE}",
            )
            for name, (en, de) in _MODELS.items()
        },
    },
)
METHODS_OF_MOVES = Vocabulary(
    "method of moves",
    {
        **METHOD_OF_WITHHELD,
        **{
            name: says(
                en="expected change, if the association is an effect: difference of what "
                f"{en} predicts for these customers after and before the move (g-computation), "
                f"the other touchpoints held; one Newton step per bootstrap sample; {_DRAWS_EN}",
                de="erwartete Änderung, falls der Zusammenhang eine Wirkung ist: Unterschied der "
                f"Vorhersagen nach und vor der Änderung aus {de} für diese Kunden "
                "(g-Computation), die anderen Kontaktpunkte festgehalten; ein Newton-Schritt je "
                f"Bootstrap-Stichprobe; {_DRAWS_DE}",
            )
            for name, (en, de) in _MODELS.items()
        },
    },
)
FLAGS_OF_OUTCOMES = Vocabulary(
    "flag of outcome models",
    {
        WITHHELD: FLAGS.codes[WITHHELD],
        "unweighted_wave": FLAGS.codes["unweighted_wave"],
        "left_out": says(
            en="Some drivers were rated by too few and are left out of the model.",
            de="Einige Treiber wurden von zu wenigen bewertet und fehlen im Modell.",
        ),
        "no_confounders": says(
            en="The study declares no confounders that this wave has: nothing but the other "
            "touchpoints is held.",
            de="Die Studie nennt keine Störgrößen, die diese Welle hat: Festgehalten sind nur die "
            "anderen Kontaktpunkte.",
        ),
        "mostly_shared": says(
            en="Most of what a rating alone goes with is shared with all other ratings: floor and "
            "ceiling lie far apart.",
            de="Das meiste von dem, womit eine Bewertung allein einhergeht, teilt sie mit allen "
            "anderen: Unter- und Obergrenze liegen weit auseinander.",
        ),
    },
)
FLAGS_OF_MOVES = Vocabulary(
    "flag of moves",
    {
        WITHHELD: FLAGS.codes[WITHHELD],
        "unweighted_wave": FLAGS.codes["unweighted_wave"],
        "partly_supported": says(
            en="The data support it for {share} % of those concerned.",
            de="Die Daten tragen es für {share} % der Betroffenen.",
        ),
        "mostly_shared": says(
            en="Most of what this rating alone goes with is shared with all other ratings.",
            de="Das meiste von dem, womit diese Bewertung allein einhergeht, teilt sie mit allen "
            "anderen.",
        ),
    },
)
