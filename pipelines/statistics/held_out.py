"""R2 on rows that the regression has not seen, from moments alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.statistics.moments import Moments, merge
from pipelines.statistics.regression import coefficients


def cross_validated_r2(
    folds: Mapping[int, Moments], tests: Mapping[int, Moments] | None = None
) -> float:
    """R2 of predicting each fold from the others; the outcome is the last column.

    Parameters
    ----------
    folds : mapping of int to Moments
        Rows of one customer belong into one fold.
    tests : mapping of int to Moments, optional
        What is predicted of each fold, if not the same: where a prior shrinks the slopes it
        is part of what is fitted and not of what is predicted.

    Returns
    -------
    float
        ``1 - SS(outcome - prediction) / SS(outcome - mean of the others)``: at most 1, and
        below 0 if the mean would have predicted better.

    Raises
    ------
    ContractError
        If there are fewer than two folds, the outcome does not vary, or columns differ.
    """
    if len(folds) < 2:
        raise ContractError(
            "cross-validation", expected="two folds or more", got=str(len(folds)), todo="split more"
        )
    errors = [
        _errors(merge([one for name, one in folds.items() if name != fold]), test)
        for fold, test in (folds if tests is None else tests).items()
    ]
    residual, total = np.sum(errors, axis=0)
    return _share(float(residual), float(total))


def _errors(train: Moments, test: Moments) -> tuple[float, float]:
    """Weighted sums of squares of the prediction's errors, and of the mean's."""
    train.require(test.names)
    spread = np.append(np.sqrt(np.diagonal(train.scatter)[:-1]), 1.0)
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    slopes = scale[:-1] * coefficients(train.scatter * np.outer(scale, scale))
    contrast = np.append(-slopes, 1.0)  # outcome - prediction
    gap = test.mean - train.mean
    residual = contrast @ test.scatter @ contrast + test.weight * (contrast @ gap) ** 2
    total = test.scatter[-1, -1] + test.weight * gap[-1] ** 2
    return float(residual), float(total)


def _share(residual: float, total: float) -> float:
    if not total > 0:
        raise ContractError(
            "held-out R2", expected="an outcome that varies", got="a constant", todo="use more rows"
        )
    return 1 - residual / total
