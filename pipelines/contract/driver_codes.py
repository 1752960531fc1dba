"""Codes of driver models: targets, policies, methods, and why there is no model."""

from __future__ import annotations

from pipelines.contract.code import WITHHELD, Vocabulary, says
from pipelines.contract.estimate import FLAGS, METHOD_OF_WITHHELD

# Of the outcome's answers.
TARGETS = Vocabulary(
    "target",
    {
        "mean": says(en="mean answer", de="mittlere Antwort"),
        "top_box": says(en="very satisfied", de="sehr zufrieden"),
        "bottom_box": says(en="dissatisfied", de="unzufrieden"),
    },
)
MEAN = TARGETS.names[0]  # the one that groups of customers are modelled by
# For missing ratings, best first.
RATING_POLICIES = Vocabulary(
    "policy",
    {
        "use_rating": says(
            en="not experienced enters as no use, with use times rating; blanks filled in "
            "expectation under normality, from answers and the attributes they have room for",
            de="nicht erlebt zählt als keine Nutzung, dazu Nutzung mal Bewertung; Lücken mit ihrem "
            "Erwartungswert unter Normalverteilung gefüllt, aus Antworten und den Merkmalen, für "
            "die sie reichen",
        ),
        "em": says(
            en="not experienced taken as blank; blanks filled in expectation under normality, "
            "from answers and the attributes they have room for",
            de="nicht erlebt als Lücke genommen; Lücken mit ihrem Erwartungswert unter "
            "Normalverteilung gefüllt, aus Antworten und den Merkmalen, für die sie reichen",
        ),
        "pairwise": says(
            en="each covariance from those who rated both",
            de="jede Kovarianz aus denen, die beides bewertet haben",
        ),
        "listwise": says(
            en="only those who rated every touchpoint", de="nur wer jeden Kontaktpunkt bewertet hat"
        ),
    },
)
APPROACHES = ("lmg", "johnson", "first", "last", "latent")
MODEL_STATUSES = Vocabulary(
    "status",
    {
        "fitted": says(en="fitted", de="berechnet"),
        "shrunk": says(en="shrunk", de="geschrumpft"),
        "refused": says(en="refused", de="abgelehnt"),
    },
)
# Important or not, below or above target.
QUADRANTS = Vocabulary(
    "quadrant",
    {
        "improve": says(en="Improve", de="Verbessern"),
        "keep": says(en="Keep up", de="Halten"),
        "watch": says(en="Watch", de="Beobachten"),
        "maintain": says(en="Maintain", de="Pflegen"),
    },
)

_BOOTSTRAP_EN = "interval from a bootstrap of customers within strata"
_BOOTSTRAP_DE = "aus einem Bootstrap der Kunden innerhalb der Schichten"
_SPLITS = {
    "lmg": ("LMG (Shapley) share of R²", "LMG-Anteil (Shapley) an R²"),
    "johnson": (
        "Johnson's relative weight, share of R²",
        "relatives Gewicht nach Johnson, Anteil an R²",
    ),
    "first": ("R² alone, share of the sum", "R² allein, Anteil an der Summe"),
    "last": ("R² added last, share of the sum", "zuletzt hinzugefügtes R², Anteil an der Summe"),
}
_LATENT = {
    "latent_mean": ("an ordered logit", "einem geordneten Logit"),
    "latent_top_box": (
        "a binary logit, very satisfied or not",
        "einem binären Logit, sehr zufrieden oder nicht",
    ),
    "latent_bottom_box": (
        "a binary logit, dissatisfied or not",
        "einem binären Logit, unzufrieden oder nicht",
    ),
}
_BOXES = {
    "": ("", ""),
    "_top_box": (
        " of the share of very satisfied (linear probability)",
        " des Anteils der sehr Zufriedenen (lineare Wahrscheinlichkeit)",
    ),
    "_bottom_box": (
        " of the share of dissatisfied (linear probability)",
        " des Anteils der Unzufriedenen (lineare Wahrscheinlichkeit)",
    ),
}
DRIVER_METHODS = Vocabulary(
    "method of drivers",
    {
        **METHOD_OF_WITHHELD,
        **{
            split + box: says(
                en=f"{en}{of_en}; percentile {_BOOTSTRAP_EN}",
                de=f"{de}{of_de}; Perzentilintervall {_BOOTSTRAP_DE}",
            )
            for split, (en, de) in _SPLITS.items()
            for box, (of_en, of_de) in _BOXES.items()
        },
        "owen": says(
            en="part of the rating, by Owen's value, in the LMG share (Shapley) of use and rating; "
            f"percentile {_BOOTSTRAP_EN}",
            de="Teil der Bewertung, nach Owens Wert, am LMG-Anteil (Shapley) von Nutzung und "
            f"Bewertung; Perzentilintervall {_BOOTSTRAP_DE}",
        ),
        **{
            name: says(
                en=f"LMG of McKelvey and Zavoina's latent R² of {en}; blanks drawn once; one "
                f"Newton step per bootstrap sample; percentile {_BOOTSTRAP_EN}",
                de=f"LMG des latenten R² nach McKelvey und Zavoina in {de}; Lücken einmal gezogen; "
                f"ein Newton-Schritt je Bootstrap-Stichprobe; Perzentilintervall {_BOOTSTRAP_DE}",
            )
            for name, (en, de) in _LATENT.items()
        },
    },
)
METHODS_OF_MODELS = Vocabulary(
    "method of driver models",
    {
        **METHOD_OF_WITHHELD,
        **{
            "r2" + box: says(
                en=f"R² of the linear model{of_en}; reflected {_BOOTSTRAP_EN}, on Fisher's scale",
                de=f"R² des linearen Modells{of_de}; gespiegeltes Intervall {_BOOTSTRAP_DE}, auf "
                "Fishers Skala",
            )
            for box, (of_en, of_de) in _BOXES.items()
        },
    },
)
METHODS_OF_CONTRASTS = Vocabulary(
    "method of driver contrasts",
    {
        **METHOD_OF_WITHHELD,
        "contrast": says(
            en="difference of LMG shares; interval and p-value of one t test on the standard "
            "error of joint bootstrap draws",
            de="Unterschied der LMG-Anteile; Intervall und p-Wert aus einem t-Test auf dem "
            "Standardfehler gemeinsamer Bootstrap-Ziehungen",
        ),
    },
)
FAMILIES_OF_CONTRASTS = Vocabulary(
    "family of driver contrasts",
    {
        "groups": says(
            en="drivers and groups of this attribute, in this wave and outcome: {n}; of "
            "{attributes} attributes those are selected in which something differs "
            "(Benjamini-Bogomolov)",
            de="Treiber und Gruppen dieses Merkmals, in dieser Welle und diesem Ergebnis: {n}; von "
            "{attributes} Merkmalen sind die ausgewählt, in denen sich etwas unterscheidet "
            "(Benjamini-Bogomolov)",
        ),
    },
)
MODEL_REASONS = Vocabulary(
    "reason of a driver model",
    {
        "few_answers": says(en="fewer than {least} answers", de="weniger als {least} Antworten"),
        "few_differ": says(
            en="only {n} customers or clusters differ from the others in it, where {least} are "
            "needed",
            de="nur {n} Kunden oder Klumpen unterscheiden sich darin von den anderen, nötig sind "
            "{least}",
        ),
        "few_touchpoints": says(
            en="fewer than two touchpoints rated", de="weniger als zwei Kontaktpunkte bewertet"
        ),
        "few_rated_all": says(
            en="{n} rated every touchpoint, where there must be {least} for each driver, {needed}",
            de="{n} haben jeden Kontaktpunkt bewertet, nötig sind {least} je Treiber, {needed}",
        ),
        "few_per_column": says(
            en="{n} answers, where {least} per column are needed, {needed} for {columns} columns",
            de="{n} Antworten, nötig sind {least} je Spalte, {needed} für {columns} Spalten",
        ),
        "few_rows": says(
            en="{n} usable answers, where more than {columns} are needed for {columns} columns",
            de="{n} nutzbare Antworten, wo mehr als {columns} nötig sind für {columns} Spalten",
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
        "contradiction": says(
            en="the correlations contradict each other, with an eigenvalue of {eigenvalue} where "
            "none may be negative",
            de="die Korrelationen widersprechen einander, mit einem Eigenwert von {eigenvalue}, "
            "wo keiner negativ sein darf",
        ),
        "no_r2": says(
            en="{n} bootstrap samples have no R² to share, which all must have of {of}",
            de="{n} Bootstrap-Stichproben haben kein R² zu teilen, nötig ist es in allen {of}",
        ),
        "no_fit": says(
            en="the answers do not bear the model", de="die Antworten tragen das Modell nicht"
        ),
        "prior": says(
            en="few answers for {columns} columns: a prior of {prior} answers without correlation "
            "was added",
            de="wenige Antworten für {columns} Spalten: ergänzt um {prior} Antworten ohne "
            "Zusammenhang",
        ),
    },
)
_FLAGS_OF_BLANKS = {
    "much_blank": says(
        en="Some two of its answers were given together by {joint} % only, as where touchpoints "
        "are asked in rotation: the interval knows what is missing, and is wide.",
        de="Zwei ihrer Antworten gaben nur {joint} % gemeinsam, wie dort, wo Kontaktpunkte im "
        "Wechsel gefragt werden: Das Intervall weiß, was fehlt, und ist breit.",
    ),
    "replicates_left_out": says(
        en="{n} of {of} bootstrap samples have no covariance matrix and are left out: an interval "
        "is a little too short.",
        de="{n} von {of} Bootstrap-Stichproben haben keine Kovarianzmatrix und sind weggelassen: "
        "Ein Intervall ist etwas zu kurz.",
    ),
    "few_replicates": says(
        en="Without interval: {n} of {of} bootstrap samples have no covariance matrix, where at "
        "most a twentieth may have none.",
        de="Ohne Intervall: {n} von {of} Bootstrap-Stichproben haben keine Kovarianzmatrix, "
        "höchstens ein Zwanzigstel darf keine haben.",
    ),
}
FLAGS_OF_MODELS = Vocabulary(
    "flag of driver models",
    {
        WITHHELD: FLAGS.codes[WITHHELD],
        "unweighted_wave": FLAGS.codes["unweighted_wave"],
        "left_out": says(
            en="Some drivers were rated by too few and are left out of the model.",
            de="Einige Treiber wurden von zu wenigen bewertet und fehlen im Modell.",
        ),
        **_FLAGS_OF_BLANKS,
    },
)
FLAGS_OF_DRIVERS = Vocabulary(
    "flag of drivers",
    {
        "small": says(
            en="Fewer than {flag_n} users rated it: read it with care.",
            de="Von weniger als {flag_n} Nutzern bewertet, mit Vorsicht zu lesen.",
        ),
        "noise": says(
            en="Not clearly above what noise alone has: its interval reaches the share that it "
            "would have with its answers permuted.",
            de="Nicht klar über dem, was Zufall allein hat: Das Intervall reicht bis zu dem "
            "Anteil, den der Treiber mit vertauschten Antworten hätte.",
        ),
        "halo": says(
            en="With the other drivers held, clearly less of the slope is left than if all ratings "
            "counted alike, not half as much: the rating mostly repeats the others.",
            de="Hält man die anderen Treiber fest, bleibt klar weniger von der Steigung, als wenn "
            "alle Bewertungen gleich zählten, nicht halb so viel: Die Bewertung wiederholt vor "
            "allem die anderen.",
        ),
        WITHHELD: FLAGS.codes[WITHHELD],
        "unweighted_wave": FLAGS.codes["unweighted_wave"],
        **_FLAGS_OF_BLANKS,
    },
)
