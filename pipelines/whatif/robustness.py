"""Robustness of every slope of the latest wave to a confounder that nobody knows."""

from __future__ import annotations

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.core.scales import MIDDLE
from pipelines.outcomes.confounders import columns_of
from pipelines.outcomes.filling import fillings
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.bootstrap import sampling_units
from pipelines.statistics.effective_size import effective_n
from pipelines.whatif.confounding import Regressors, Robustness, slopes_and_robustness, verdict
from pipelines.whatif.terms import WhatifTerms
from pipelines.whatif.trust_rows import Row, about, flags_of, generator


def robustness_rows(sheet: Sheets, scales: SheetScales, terms: WhatifTerms) -> list[Row]:
    """Rows of `ROBUSTNESS` for all customers of a wave; none if its answers bear no model."""
    if not sheet.drivers:
        return []
    try:
        model = _regressors(sheet, scales, terms)
    except ContractError:  # its outcome_models row says why there is no model
        return []
    every = np.ones(sheet.n, bool)
    n_eff = effective_n(sheet.target[:, 0], sheet.weight, model.units, every)
    touchpoints = dict(zip(sheet.drivers, sheet.touchpoints, strict=True))
    users = dict(zip(sheet.drivers, (~np.isnan(sheet.rating)).sum(axis=0), strict=True))
    found = []
    for one in slopes_and_robustness(model, terms.level):
        low, high = one.interval(one.slope, terms.level)
        row: Row = {
            **about(sheet),
            "driver": one.driver,
            "touchpoint_id": touchpoints[one.driver],
            "value": float(one.slope.value[0]),
            "low": low,
            "high": high,
            "std_error": float(one.slope.std_error[0]),
            "n": sheet.n,
            "n_eff": n_eff,
            "df": one.design_df,
            "partial_r2": float(one.slope.partial_r2[0]),
            "rv": one.rv,
            "rv_alpha": one.rv_alpha,
            "verdict": verdict(one, terms.level),
            "flags": flags_of(sheet, is_small=users[one.driver] < terms.flag_n),
            "missing_policy": "drawn",
            "method": "cinelli_hazlett",
        }
        found.append(row | _beside_benchmark(one, terms.level))
    return found


def _beside_benchmark(one: Robustness, level: float) -> Row:
    """What a confounder as strong as the benchmark would leave; nothing without one."""
    if one.confounder is None or one.left is None:
        return {}
    low, high = one.interval(one.left, level)
    return {
        "benchmark": one.benchmark,
        "benchmark_kind": one.benchmark_kind,
        "benchmark_with_rating": float(one.confounder.with_regressor[0]),
        "benchmark_with_outcome": float(one.confounder.with_outcome[0]),
        "adjusted": float(one.left.value[0]),
        "adjusted_low": low,
        "adjusted_high": high,
    }


def _regressors(sheet: Sheets, scales: SheetScales, terms: WhatifTerms) -> Regressors:
    """Columns of the linear model of the mean answer, their blanks drawn several times."""
    rng = generator(sheet, terms)
    units = sampling_units(sheet.n, sheet.cluster, sheet.stratum, sheet.n, rng)
    drawn = list(fillings(sheet, scales, units, terms.imputations, rng))
    k = len(sheet.drivers)
    of = columns_of(sheet.confounders).of if sheet.confounders.width else ()
    return Regressors(
        [
            np.column_stack(
                [one.used, one.used * (one.rating - MIDDLE), one.held, sheet.target[:, 0]]
            )
            for one in drawn
        ],
        {name: (at, k + at) for at, name in enumerate(sheet.drivers)},
        {
            name: tuple(2 * k + at for at, one in enumerate(of) if one == name)
            for name in sheet.confounders.columns
        },
        sheet.weight,
        units,
    )
