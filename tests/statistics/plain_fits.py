"""Estimates of plain rows in one call each, as the tests ask for them."""

from __future__ import annotations

import numpy as np

from pipelines.statistics.em import NormalFit, check_joint, find_patterns, fit_patterns
from pipelines.statistics.moments import check_weights
from pipelines.statistics.ordered_logit import OrderedLogit, fit_rows, ordinal_rows
from pipelines.statistics.polychoric import CutColumns, Polychoric, repaired

Floats = np.ndarray


def fit_normal(
    values: Floats,
    weights: Floats | None = None,
    prior_rows: float = 0.0,
    tolerance: float = 1e-8,
    most: int = 3000,
) -> NormalFit:
    """Mean and covariance by EM, of joint answers enough."""
    patterns = find_patterns(values, weights)
    check_joint(patterns, prior_rows)
    return fit_patterns(patterns, patterns.weights, prior_rows, tolerance, most)


def fit_ordered_logit(
    values: Floats, outcome: Floats, weights: Floats | None = None, name: str = "the outcome"
) -> OrderedLogit:
    """The proportional-odds model, under weights that are scaled to sum to the rows."""
    plain = np.ones(len(outcome)) if weights is None else weights
    scaled = plain * (len(plain) / plain.sum())
    return fit_rows(ordinal_rows(values, outcome, scaled, name), scaled)[0]


def latent_r2(model: OrderedLogit) -> float:
    """R2 of the latent outcome (McKelvey and Zavoina 1975)."""
    return float(1 - np.pi**2 / 3 / model.covariance[-1, -1])


def polychoric_correlations(values: Floats, weights: Floats | None = None) -> Polychoric:
    """Correlations of what columns are cuts of, made positive semi-definite."""
    plain = np.ones(len(values)) if weights is None else weights
    check_weights(plain)
    columns = CutColumns.of(values)
    return repaired(columns, columns.correlate(plain))
