"""Trust in the what-if: robustness of slopes, and predictions held against what was seen."""

from __future__ import annotations

import polars as pl

from pipelines.contract.canonical import MODES
from pipelines.contract.code import says
from pipelines.contract.driver_people import PEOPLE_OF_MODEL
from pipelines.contract.estimate import INTERVAL, NUMBER_COLUMNS, making, people_of_question
from pipelines.contract.people import Own
from pipelines.contract.table import NUMBER, TEXT, WHOLE, Column, Table, count
from pipelines.contract.whatif_codes import WHATIF_TARGETS
from pipelines.contract.whatif_trust_codes import (
    BENCHMARKS,
    FLAGS_OF_TRUST,
    HELD_OUT,
    METHODS_OF_CALIBRATIONS,
    METHODS_OF_POINTS,
    METHODS_OF_ROBUSTNESS,
    POLICIES_OF_TRUST,
    REASONS_OF_CALIBRATIONS,
    VERDICTS_OF_CALIBRATIONS,
    VERDICTS_OF_ROBUSTNESS,
)

_MODE = Column("mode", TEXT, "hot or cold survey; never pooled", True, codes=MODES)
_OUTCOME = Column("outcome", TEXT, "question whose answers are predicted", required=True)
_TARGET = Column("target", TEXT, "what of them", True, codes=WHATIF_TARGETS)
_HELD_OUT = Column("held_out", TEXT, "what is predicted from what", True, codes=HELD_OUT)
_PEOPLE = (
    Column("segment", TEXT, "attribute by which customers are split; 'all' if not", True),
    Column("group", TEXT, "that attribute's value; 'all' if not split", True),
)
_LOWER, _UPPER = "lower end of its interval", "upper end of its interval"


def _numbers(*left_out: str, **changes: object) -> tuple[Column, ...]:
    """The value in another unit, without some of the columns beside it."""
    kept = (column for column in NUMBER_COLUMNS if column.name not in left_out)
    return tuple(c.but(**changes) if c.name == "value" else c for c in kept)


def _points(name: str, meaning: str, *, en: str, de: str) -> Column:
    """A column in points of the target."""
    return Column(name, NUMBER, meaning, unit="points", label=says(en=en, de=de))


_NO_MODEL = says(
    en="no wave asks an outcome and two touchpoints",
    de="keine Welle fragt nach einem Ergebnis und zwei Kontaktpunkten",
)

ROBUSTNESS = Table(
    "robustness",
    "how strong an unknown confounder must be to undo the slope of one driver in the latest wave",
    ("mode", "wave", "outcome", "segment", "group", "driver"),
    (
        _MODE,
        Column("wave", TEXT, "the latest that asks the outcome", required=True),
        _OUTCOME,
        *_PEOPLE,
        Column("driver", TEXT, "question that rates a touchpoint", required=True),
        Column("touchpoint_id", TEXT, "its touchpoint", required=True),
        # points of the outcome (0 to 100) per point of the rating (0 to 100) among users
        *_numbers(
            unit="signed_ratio", label=says(en="Slope among users", de="Steigung unter Nutzern")
        ),
        Column("df", NUMBER, "degrees of freedom of the standard error, by the design", lowest=0),
        Column(
            "partial_r2", NUMBER,
            "share of what is left of the outcome that goes with what is left of the rating",
            lowest=0, highest=1, unit="small_share",
            label=says(en="Partial R² of the rating", de="Partielles R² der Bewertung"),
        ),
        Column(
            "rv", NUMBER,
            "robustness value: share of what is left of both rating and outcome that an unknown "
            "confounder must explain to take the slope to zero",
            lowest=0, highest=1, unit="small_share",
            label=says(en="Robustness value", de="Robustheitswert"),
        ),
        Column(
            "rv_alpha", NUMBER, "the same, for an interval that reaches zero",
            lowest=0, highest=1, unit="small_share",
            label=says(
                en="Robustness value of the interval", de="Robustheitswert des Intervalls"
            ),
        ),
        Column("benchmark", TEXT, "the strongest known confounder: a segment or a question"),
        Column("benchmark_kind", TEXT, "what it is", codes=BENCHMARKS),
        Column(
            "benchmark_with_rating", NUMBER,
            "partial R2 of a confounder as strong as the benchmark with the rating",
            lowest=0, highest=1, unit="small_share",
            label=says(
                en="As strong as the benchmark: partial R² with the rating",
                de="So stark wie der Vergleich: partielles R² mit der Bewertung",
            ),
        ),
        Column(
            "benchmark_with_outcome", NUMBER, "and with the outcome",
            lowest=0, highest=1, unit="small_share",
            label=says(
                en="As strong as the benchmark: partial R² with the outcome",
                de="So stark wie der Vergleich: partielles R² mit dem Ergebnis",
            ),
        ),
        Column(
            "adjusted", NUMBER, "slope that is left beside such a confounder",
            unit="signed_ratio",
            label=says(
                en="Slope beside a confounder as strong", de="Steigung neben einer so starken "
                "Störgröße",
            ),
        ),
        Column("adjusted_low", NUMBER, _LOWER),
        Column("adjusted_high", NUMBER, _UPPER),
        Column(
            "verdict", TEXT, "what it comes to", codes=VERDICTS_OF_ROBUSTNESS,
            label=says(en="Robustness", de="Robustheit"),
        ),
        *making(METHODS_OF_ROBUSTNESS, POLICIES_OF_TRUST, FLAGS_OF_TRUST, evidence="association"),
    ),
    rests_on=PEOPLE_OF_MODEL,
    empty=_NO_MODEL,
    fed_by=("responses",),
    intervals=(INTERVAL, ("adjusted_low", "adjusted", "adjusted_high")),
)  # fmt: skip

CALIBRATIONS = Table(
    "calibrations",
    "predicted against observed changes of one target, over what was held out",
    ("mode", "outcome", "target", "held_out"),
    (
        _MODE,
        _OUTCOME,
        _TARGET,
        _HELD_OUT,
        Column("wave", TEXT, "the latest wave", required=True),
        # observed points by predicted point
        *_numbers(
            "std_error", "n_eff", unit="signed_ratio",
            label=says(en="Slope, 1 is perfect", de="Steigung, 1 ist vollkommen"),
        ),
        Column(
            "attainable_low", NUMBER,
            "slope of a perfect model, given the noise of what was observed: lower end",
            unit="signed_ratio",
            label=says(
                en="Slope of a perfect model, from", de="Steigung eines vollkommenen Modells, von"
            ),
        ),
        Column(
            "attainable_high", NUMBER, "upper end", unit="signed_ratio",
            label=says(
                en="Slope of a perfect model, to", de="Steigung eines vollkommenen Modells, bis"
            ),
        ),
        _points("intercept", "observed where nothing is predicted",
                en="Observed where nothing is predicted",
                de="Beobachtet, wo nichts vorhergesagt ist"),
        _points("rmse", "root of the mean squared error of predictions",
                en="Error of predictions (RMSE)", de="Fehler der Vorhersagen (RMSE)"),
        _points("rmse_low", _LOWER, en="Error, from", de="Fehler, von"),
        _points("rmse_high", _UPPER, en="Error, to", de="Fehler, bis"),
        _points("mae", "mean absolute error of predictions",
                en="Mean absolute error", de="Mittlerer absoluter Fehler"),
        _points("rmse_attainable", "error of a perfect model, given the noise of what was observed",
                en="Error of a perfect model", de="Fehler eines vollkommenen Modells"),
        _points("rmse_no_change", "error of predicting that nothing changes",
                en="Error of predicting no change", de="Fehler der Vorhersage, nichts ändere sich"),
        count("n_points", "waves, groups or tenths compared",
              label=says(en="Compared", de="Verglichen")),
        count("n_drivers", "drivers that all of them have",
              label=says(en="Drivers in common", de="Gemeinsame Treiber")),
        Column(
            "verdict", TEXT, "what it comes to", codes=VERDICTS_OF_CALIBRATIONS,
            label=says(en="Calibration", de="Kalibrierung"),
        ),
        Column(
            "reason", TEXT, "why there is no slope", codes=REASONS_OF_CALIBRATIONS,
            label=says(en="Reason", de="Grund"),
        ),
        *making(METHODS_OF_CALIBRATIONS, POLICIES_OF_TRUST, FLAGS_OF_TRUST, evidence="association"),
    ),
    rests_on=(Own(pl.col("n")),),
    empty=_NO_MODEL,
    fed_by=("responses",),
    intervals=(INTERVAL, ("rmse_low", "rmse", "rmse_high")),
    ascending=(("attainable_low", "attainable_high"),),
)  # fmt: skip

CALIBRATION_POINTS = Table(
    "calibration_points",
    "predicted and observed change of one wave, group or tenth that was held out",
    ("mode", "outcome", "target", "held_out", "wave", "segment", "group", "tenth"),
    (
        _MODE,
        _OUTCOME,
        _TARGET,
        _HELD_OUT,
        Column("wave", TEXT, "wave held out, or that of those held out", required=True),
        *_PEOPLE,
        Column("tenth", WHOLE, "of respondents, 1 has the lowest predictions; null of waves and "
               "groups", lowest=1),
        # of those held out against those the model was fitted on
        *_numbers("n_eff", unit="points",
                  label=says(en="Observed change", de="Beobachtete Änderung")),
        _points("predicted", "change that the model of the others predicts",
                en="Predicted change", de="Vorhergesagte Änderung"),
        _points("noise", "standard error of observed less predicted, were the model perfect",
                en="Error by chance", de="Zufälliger Fehler"),
        *making(METHODS_OF_POINTS, POLICIES_OF_TRUST, FLAGS_OF_TRUST, evidence="association"),
    ),
    rests_on=(Own(pl.col("n")), people_of_question("outcome")),
    empty=_NO_MODEL,
    fed_by=("responses",),
    intervals=(INTERVAL,),
)  # fmt: skip

TRUST = (ROBUSTNESS, CALIBRATIONS, CALIBRATION_POINTS)
