"""How an R2 splits among drivers: for the sample, and when customers count more than once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.importance.covariances import Covariances
from pipelines.importance.inputs import Columns
from pipelines.importance.methods import importances
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.dominance import sampled_dominance
from pipelines.statistics.regression import r_squared
from pipelines.statistics.subsets import arrange
from pipelines.statistics.survey import FloatArray


@dataclass(frozen=True)
class Replicates:
    """Splits when customers count more than once.

    Parameters
    ----------
    importance : ndarray, shape (n_replicates, n_drivers)
    r2 : ndarray, shape (n_replicates,)
        Of drivers and covariates.
    """

    importance: FloatArray
    r2: FloatArray


@dataclass(frozen=True)
class ImportanceSplit:
    """A split of an R2.

    Parameters
    ----------
    r2, r2_covariates : float
        Of drivers and covariates, and of the covariates alone.
    importance : ndarray, shape (n_drivers,)
        In units of R2.
    replicate : callable
        Of `Units` gives a function of counts, shape (n_replicates, n_units), to `Replicates`.
    monte_carlo_error : ndarray, shape (n_drivers,), optional
        Standard error of the importance if orders of entry were sampled.
    """

    r2: float
    r2_covariates: float
    importance: FloatArray
    replicate: Callable[[Units], Callable[[FloatArray], Replicates]]
    monte_carlo_error: FloatArray | None = None


def split_covariances(
    found: Covariances,
    columns: Columns,
    method: str,
    orders: int | None,
    rng: np.random.Generator | None,
) -> ImportanceSplit:
    """Split R2 of a covariance matrix by a method; see `methods.importances`."""

    def split(matrices: FloatArray) -> FloatArray:
        return importances(method, matrices, columns.groups, columns.held, orders, rng)

    def replicate(units: Units) -> Callable[[FloatArray], Replicates]:
        matrices = found.replicate(units)

        def split_again(counts: FloatArray) -> Replicates:
            drawn = matrices(counts)
            return Replicates(split(drawn), r_squared(drawn))

        return split_again

    r2, r2_covariates = _r2(found.matrix, columns)
    if method == "lmg" and orders is not None and rng is not None:
        sampled = sampled_dominance(found.matrix, orders, rng, columns.groups, columns.held)
        return ImportanceSplit(r2, r2_covariates, sampled.general, replicate, sampled.std_error)
    return ImportanceSplit(r2, r2_covariates, split(found.matrix[None])[0], replicate)


def _r2(matrix: FloatArray, columns: Columns) -> tuple[float, float]:
    """R2 of drivers and covariates, and of covariates alone."""
    from pipelines.statistics import sweeps

    table, layout = arrange(matrix, columns.groups, columns.held)
    base = sweeps.hold(table, int(layout.first[-1]), len(table) - 1)
    return float(base + sweeps.hold(table, 0, int(layout.first[-1]))), float(base)
