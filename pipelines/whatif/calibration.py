"""Calibration: predicted against observed changes of waves, groups and respondents held out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy import special

from pipelines.contract.code import write_code
from pipelines.contract.whatif_trust_codes import REASONS_OF_CALIBRATIONS
from pipelines.core.errors import ContractError
from pipelines.statistics.intervals import t_quantile
from pipelines.statistics.meta_regression import MetaRegression, regress_estimates
from pipelines.statistics.survey import BoolArray, FloatArray
from pipelines.whatif.alike import AskedAlike
from pipelines.whatif.foretelling import (
    Points,
    answers_of,
    foretold_points,
    groups_of,
    points_of_tenths,
)
from pipelines.whatif.stacks import Stack, stack
from pipelines.whatif.terms import WhatifTerms
from pipelines.whatif.trust_rows import Row, about, flags_of, generator

MIN_POINTS = 3  # for a slope
MIN_COMMON_DRIVERS = 2
FOLDS = 10  # of respondents


def calibration_rows(asked: AskedAlike, terms: WhatifTerms) -> Iterator[tuple[Row, list[Row]]]:
    """Rows of `CALIBRATIONS`, each with its points."""
    yield from _tried("waves", asked, _of_waves, terms)
    if len(asked.today.drivers) >= MIN_COMMON_DRIVERS:
        yield from _tried("groups", asked, _of_groups, terms)
        if len(asked.sheets) == 1:
            yield from _tried("respondents", asked, _of_respondents, terms)


Calibrated = Iterator[tuple[Row, list[Row]]]


def _tried(
    held_out: str,
    asked: AskedAlike,
    calibrated: Callable[[AskedAlike, WhatifTerms], Calibrated],
    terms: WhatifTerms,
) -> Calibrated:
    """What is found, or why there is nothing, as one row of the mean."""
    try:
        yield from list(calibrated(asked, terms))
    except ContractError as error:
        code = error.code or "no_fit"
        reason = code if REASONS_OF_CALIBRATIONS.fault(code) is None else "no_fit"
        sizes = {"n": sum(sheet.n for sheet in asked.sheets), "n_points": 0}
        row = _of(asked, "mean", held_out) | {"reason": reason} | sizes
        yield row | {"n_drivers": len(asked.drivers)}, []


def _refused(reason: str) -> ContractError:
    """Nothing to compare, with the code that says why."""
    return ContractError("calibration", expected="something to compare", got=reason,
                         todo="see its reason", code=reason)  # fmt: skip


def _of_waves(asked: AskedAlike, terms: WhatifTerms) -> Calibrated:
    if len(asked.sheets) == 1:
        raise _refused("one_wave")
    if len(asked.drivers) < MIN_COMMON_DRIVERS:
        raise _refused("few_drivers")
    whole = stack(asked.sheets, asked.drivers, asked.scales)
    held_out = [whole.wave == place for place in range(len(asked.sheets))]
    names = [{"wave": sheet.wave} for sheet in asked.sheets]
    yield from _each(asked, whole, "waves", held_out, names, terms)


def _of_groups(asked: AskedAlike, terms: WhatifTerms) -> Calibrated:
    groups = groups_of(asked.today.segments, terms.min_n)
    if not groups:
        raise _refused(write_code("few_groups", least=terms.min_n))
    today = stack(asked.sheets[-1:], asked.today.drivers, asked.scales)
    names = [{"segment": segment, "group": group} for segment, group, _ in groups]
    yield from _each(asked, today, "groups", [rows for _, _, rows in groups], names, terms)


def _each(
    asked: AskedAlike,
    rows: Stack,
    kind: str,
    held_out: Sequence[BoolArray],
    names: Sequence[Row],
    terms: WhatifTerms,
) -> Calibrated:
    """Every target, over what is held out after one another."""
    answers = answers_of(rows)
    found, places = foretold_points(answers, held_out)
    for target, points in zip(answers.targets, found, strict=True):
        yield _rows(asked, rows, kind, target, points, [names[at] for at in places], terms)


def _of_respondents(asked: AskedAlike, terms: WhatifTerms) -> Calibrated:
    today = stack(asked.sheets[-1:], asked.today.drivers, asked.scales)
    fold = generator(asked.today, terms).permutation(today.units.n)[today.units.of_row] % FOLDS
    answers = answers_of(today)
    found, places = points_of_tenths(answers, fold)
    for target, points, tenths in zip(answers.targets, found, places, strict=True):
        names = [{"tenth": int(tenth)} for tenth in tenths]
        yield _rows(asked, today, "respondents", target, points, names, terms)


def _of(asked: AskedAlike, target: str, held_out: str) -> Row:
    """What a row of `CALIBRATIONS` is about, and how it was made."""
    return {
        **about(asked.today),
        "target": target,
        "held_out": held_out,
        "method": "meta_regression",
        "missing_policy": "expected",
        "flags": flags_of(asked.today, is_small=False),
    }


def _rows(
    asked: AskedAlike,
    rows: Stack,
    held_out: str,
    target: str,
    points: Points,
    names: Sequence[Row],
    terms: WhatifTerms,
) -> tuple[Row, list[Row]]:
    """One calibration and its points, which `names` tells apart."""
    row = _of(asked, target, held_out)
    sizes = {"n": rows.sheets.n, "n_drivers": len(rows.sheets.drivers)}
    low, high = points.interval(terms.level)
    columns = {
        "value": points.observed,
        "low": low,
        "high": high,
        "predicted": points.predicted,
        "std_error": points.observed_error,
        "noise": points.noise,
        "n": points.n,
    }
    each = [
        row
        | {name: values[at].item() for name, values in columns.items()}
        | {"method": "difference"}
        | {"flags": flags_of(asked.today, is_small=points.n[at] < terms.flag_n)}
        | name_of
        for at, name_of in enumerate(names)
    ]
    return row | asdict(calibrate(points, terms.level)) | sizes, each


@dataclass(frozen=True)
class Calibration:
    """How predicted and observed changes go together; numbers as in `contract.whatif_trust`."""

    rmse: float
    rmse_low: float
    rmse_high: float
    mae: float
    rmse_attainable: float
    rmse_no_change: float
    n_points: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    attainable_low: float | None = None
    attainable_high: float | None = None
    intercept: float | None = None
    verdict: str | None = None
    reason: str | None = None


def calibrate(points: Points, level: float) -> Calibration:
    """Regress observed on predicted changes.

    Predictions are taken as they are, with their own error: what is asked is how much comes of a
    predicted point. Observed changes have the error of those held out, and points may be moved by
    more than chance. A perfect model's slope would be 1 with the error that chance alone gives.

    Parameters
    ----------
    points : Points
    level : float
        Of intervals, 0 to 1.

    References
    ----------
    See `statistics.meta_regression`.
    """
    gap, df = points.observed - points.predicted, points.contrasts - 1
    has_line = len(gap) >= MIN_POINTS and df > 0 and bool(np.ptp(points.predicted) > 0)
    found = _line(points, df, level) if has_line else None
    between = found.between if found else 0.0
    rmse = float(np.sqrt((gap**2).mean()))
    least, most = _factors(points.noise**2 + between, points.contrasts, level)
    errors = Calibration(
        rmse=rmse,
        rmse_low=rmse * least,
        rmse_high=rmse * most,
        mae=float(np.abs(gap).mean()),
        rmse_attainable=float(np.sqrt((points.noise**2).mean())),
        rmse_no_change=float(np.sqrt((points.observed**2).mean())),
        n_points=len(gap),
    )
    if found is None:
        return replace(errors, reason=write_code("few_points", n=len(gap), least=MIN_POINTS))
    value, low, high = (float(one[1]) for one in (found.value, found.low, found.high))
    half = t_quantile(np.array([float(df)]), level)[0] * float(found.chance_error[1])
    return replace(
        errors,
        value=value,
        low=low,
        high=high,
        attainable_low=1 - half,
        attainable_high=1 + half,
        intercept=float(found.value[0]),
        verdict=verdict(value, low, high),
    )


def _line(points: Points, df: int, level: float) -> MetaRegression:
    """Observed on predicted changes."""
    columns = np.column_stack([np.ones(len(points.predicted)), points.predicted])
    return regress_estimates(points.observed, columns, points.covariance, df, level)


def _factors(variance: FloatArray, most: int, level: float) -> tuple[float, float]:
    """Ends of the interval of a root mean square over the root itself, by chi-square.

    Degrees of freedom are Satterthwaite's, of errors that differ, at most those there are.
    """
    free = min(variance.sum() ** 2 / (variance**2).sum(), most)
    low, high = special.chdtri(free, [(1 - level) / 2, (1 + level) / 2])
    return float(np.sqrt(free / low)), float(np.sqrt(free / high))


def verdict(slope: float, low: float, high: float) -> str:
    """Code of `VERDICTS_OF_CALIBRATIONS` with its value."""
    if high < 0:
        code = "opposite"
    elif low > 1:
        code = "more_than_predicted"
    elif low > 0:
        code = "as_predicted" if high >= 1 else "less_than_predicted"
    else:
        code = "not_told" if high >= 1 else "did_not_come"
    return write_code(code, slope=f"{slope:.2f}")
