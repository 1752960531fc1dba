"""Codes of trust in the what-if: verdicts, reasons and methods."""

from __future__ import annotations

from pipelines.contract.code import WITHHELD, Vocabulary, says
from pipelines.contract.estimate import FLAGS, METHOD_OF_WITHHELD

BENCHMARKS = Vocabulary(
    "benchmark of robustness",
    {
        "confounder": says(
            en="a declared confounder, the strongest of all that is held",
            de="eine deklarierte Störgröße, die stärkste von allem, was festgehalten ist",
        ),
        "rating": says(
            en="another rating, the strongest of all that is held",
            de="eine andere Bewertung, die stärkste von allem, was festgehalten ist",
        ),
    },
)
VERDICTS_OF_ROBUSTNESS = Vocabulary(
    "verdict of robustness",
    {
        "robust": says(
            en="An unknown confounder as strong as the strongest known one would leave a slope of "
            "{left}, still told from zero. Only one that explains {percent} % or more of what is "
            "left of both rating and outcome takes it to zero.",
            de="Eine unbekannte Störgröße, so stark wie die stärkste bekannte, ließe eine Steigung "
            "von {left}, noch von null zu unterscheiden. Erst eine, die {percent} % oder mehr "
            "dessen erklärt, was von Bewertung und Ergebnis übrig ist, bringt sie auf null.",
        ),
        "fragile": says(
            en="An unknown confounder as strong as the strongest known one would leave a slope of "
            "{left}, not told from zero. One that explains {percent} % of what is left of both "
            "rating and outcome takes it to zero.",
            de="Eine unbekannte Störgröße, so stark wie die stärkste bekannte, ließe eine Steigung "
            "von {left}, von null nicht zu unterscheiden. Eine, die {percent} % dessen erklärt, "
            "was von Bewertung und Ergebnis übrig ist, bringt sie auf null.",
        ),
        "not_distinguishable": says(
            en="The slope cannot be told from zero even without an unknown confounder.",
            de="Die Steigung ist auch ohne unbekannte Störgröße nicht von null zu unterscheiden.",
        ),
        "no_benchmark": says(
            en="Nothing known is like an unknown confounder. One that explains {percent} % of what "
            "is left of both rating and outcome takes the slope to zero.",
            de="Nichts Bekanntes gleicht einer unbekannten Störgröße. Eine, die {percent} % dessen "
            "erklärt, was von Bewertung und Ergebnis übrig ist, bringt die Steigung auf null.",
        ),
    },
)
HELD_OUT = Vocabulary(
    "held out",
    {
        "waves": says(
            en="each wave, predicted from the others", de="jede Welle, aus den anderen vorhergesagt"
        ),
        "groups": says(
            en="each group of customers, predicted from all others",
            de="jede Kundengruppe, aus allen anderen vorhergesagt",
        ),
        "respondents": says(
            en="each tenth of the respondents by prediction, predicted from other respondents",
            de="jedes Zehntel der Befragten nach Vorhersage, aus anderen Befragten vorhergesagt",
        ),
    },
)
VERDICTS_OF_CALIBRATIONS = Vocabulary(
    "verdict of calibration",
    {
        "as_predicted": says(
            en="Changes came as predicted: of a predicted point came {slope}, which may be 1.",
            de="Änderungen kamen wie vorhergesagt: Von einem vorhergesagten Punkt kamen {slope}, "
            "was auch 1 sein kann.",
        ),
        "less_than_predicted": says(
            en="Less came than was predicted: {slope} of a predicted point. Take effects as too "
            "large by that much.",
            de="Es kam weniger als vorhergesagt: {slope} von einem vorhergesagten Punkt. Wirkungen "
            "sind um so viel zu groß angegeben.",
        ),
        "more_than_predicted": says(
            en="More came than was predicted: {slope} of a predicted point.",
            de="Es kam mehr als vorhergesagt: {slope} von einem vorhergesagten Punkt.",
        ),
        "not_told": says(
            en="Nothing can be said: of a predicted point came {slope}, which may be 0 or 1. What "
            "was predicted is too small beside what moves the outcome otherwise.",
            de="Es lässt sich nichts sagen: Von einem vorhergesagten Punkt kamen {slope}, was 0 "
            "oder 1 sein kann. Das Vorhergesagte ist zu klein neben dem, was das Ergebnis sonst "
            "bewegt.",
        ),
        "did_not_come": says(
            en="What was predicted did not come: of a predicted point came {slope}, which may be "
            "0 and is below 1.",
            de="Das Vorhergesagte kam nicht: Von einem vorhergesagten Punkt kamen {slope}, was 0 "
            "sein kann und unter 1 liegt.",
        ),
        "opposite": says(
            en="The opposite of what was predicted came: {slope} of a predicted point.",
            de="Es kam das Gegenteil des Vorhergesagten: {slope} von einem vorhergesagten Punkt.",
        ),
    },
)
REASONS_OF_CALIBRATIONS = Vocabulary(
    "reason of a calibration",
    {
        "one_wave": says(
            en="only one wave asks this in the same way: held-out respondents stand for waves",
            de="nur eine Welle fragt das auf dieselbe Art: zurückgehaltene Befragte stehen für "
            "Wellen",
        ),
        "few_points": says(
            en="{n} can be compared, where a slope needs {least}: errors without a slope",
            de="{n} lassen sich vergleichen, eine Steigung braucht {least}: Fehler ohne Steigung",
        ),
        "few_groups": says(
            en="no attribute has two groups of {least} answers or more",
            de="kein Merkmal hat zwei Gruppen mit {least} oder mehr Antworten",
        ),
        "few_drivers": says(
            en="fewer than two touchpoints were rated in the same way in all waves",
            de="weniger als zwei Kontaktpunkte wurden in allen Wellen auf dieselbe Art bewertet",
        ),
        "no_fit": says(
            en="the answers do not bear the model", de="die Antworten tragen das Modell nicht"
        ),
    },
)
POLICIES_OF_TRUST = Vocabulary(
    "policy of trust",
    {
        "drawn": says(
            en="not experienced enters as no use, with use times rating; blanks drawn several "
            "times from what the answers let expect",
            de="nicht erlebt zählt als keine Nutzung, dazu Nutzung mal Bewertung; Lücken mehrmals "
            "gezogen aus dem, was die Antworten erwarten lassen",
        ),
        "expected": says(
            en="not experienced enters as no use, with use times rating; blanks filled with what "
            "the other ratings of the wave let expect, never from the outcome",
            de="nicht erlebt zählt als keine Nutzung, dazu Nutzung mal Bewertung; Lücken gefüllt "
            "mit dem, was die anderen Bewertungen der Welle erwarten lassen, nie aus dem Ergebnis",
        ),
    },
)
METHODS_OF_ROBUSTNESS = Vocabulary(
    "method of robustness",
    {
        **METHOD_OF_WITHHELD,
        "cinelli_hazlett": says(
            en="slope of a linear model with the other ratings and the declared confounders held; "
            "errors linearised over strata and clusters; robustness value and bounds after "
            "Cinelli and Hazlett",
            de="Steigung eines linearen Modells, die anderen Bewertungen und deklarierten "
            "Störgrößen festgehalten; Fehler über Schichten und Klumpen linearisiert; "
            "Robustheitswert und Grenzen nach Cinelli und Hazlett",
        ),
    },
)
METHODS_OF_CALIBRATIONS = Vocabulary(
    "method of calibration",
    {
        **METHOD_OF_WITHHELD,
        "meta_regression": says(
            en="observed on predicted changes, weighted by the error of each point and what else "
            "moves points; t interval after Knapp and Hartung; errors by chi-square",
            de="beobachtete auf vorhergesagte Änderungen, gewichtet mit dem Fehler jedes Punkts "
            "und dem, was Punkte sonst bewegt; t-Intervall nach Knapp und Hartung; Fehler nach "
            "Chi-Quadrat",
        ),
    },
)
METHODS_OF_POINTS = Vocabulary(
    "method of calibration points",
    {
        **METHOD_OF_WITHHELD,
        "difference": says(
            en="mean of those held out less that of the others, t interval linearised over strata "
            "and clusters; predicted by a model that saw the others only",
            de="Mittelwert der Zurückgehaltenen weniger dem der anderen, t-Intervall über "
            "Schichten und Klumpen linearisiert; vorhergesagt von einem Modell, das nur die "
            "anderen sah",
        ),
    },
)
FLAGS_OF_TRUST = Vocabulary(
    "flag of trust",
    {name: FLAGS.codes[name] for name in ("small", WITHHELD, "unweighted_wave")},
)
