"""Auxiliary variables: what is known of respondents apart from their answers.

Whom a question is asked often depends on who they are. Blanks are then missing at random only
given that, so the distribution that fills them has to know it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.statistics.survey import FloatArray

MIN_PEOPLE_PER_VALUE = 10  # an attribute's values that fewer have, or lack, are not told apart
MAX_AUXILIARIES = 12


def auxiliaries(attributes: pl.DataFrame, values: FloatArray, room: int) -> FloatArray:
    """Directions in attributes that go most with who answers what, and how.

    Attributes have far more values than a model of answers has room for, and imply each other
    (a region its country). Their indicators are reduced to an orthogonal basis, and of it those
    directions are kept that have the largest covariances with the answers and with whether
    there is one, as in partial least squares.

    Parameters
    ----------
    attributes : DataFrame, n rows
        A column for each; null is a value like others.
    values : ndarray, shape (n, n_columns)
        Answers; NaN where blank.
    room : int
        How many variables the answers can bear.

    Returns
    -------
    ndarray, shape (n, at most `room` and `MAX_AUXILIARIES`)
        Uncorrelated, of mean 0 and variance 1; no column if nothing is blank.

    References
    ----------
    Howard, Rhemtulla and Little (2015), Multivariate Behavioral Research 50, 285-299, of
    principal components as auxiliary variables.
    """
    blank = np.isnan(values)
    most = min(room, MAX_AUXILIARIES)
    if most < 1 or not attributes.width or not blank.any():
        return np.empty((len(values), 0))
    basis = _basis(attributes)
    answers = (values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0)
    lacking = blank[:, blank.any(axis=0)].astype(np.float64)
    lacking = (lacking - lacking.mean(axis=0)) / lacking.std(axis=0)
    wanted = np.column_stack([np.nan_to_num(answers), lacking])
    directions = np.linalg.svd(basis.T @ wanted, full_matrices=False)[0][:, :most]
    found: FloatArray = np.sqrt(len(values)) * basis @ directions
    return found


def _basis(attributes: pl.DataFrame) -> FloatArray:
    """Orthonormal, centred columns that span the values of all attributes, shape (n, rank)."""
    indicators = attributes.to_dummies().to_numpy().astype(np.float64)
    counts = indicators.sum(axis=0)
    told = indicators[
        :, (counts >= MIN_PEOPLE_PER_VALUE) & (counts <= len(attributes) - MIN_PEOPLE_PER_VALUE)
    ]
    left, strength, _ = np.linalg.svd(told - told.mean(axis=0), full_matrices=False)
    basis: FloatArray = left[:, strength > 1e-8 * strength.max(initial=0.0)]
    return basis
