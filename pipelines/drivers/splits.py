"""How an R2 splits among drivers: for the sample, and when customers count more than once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.drivers.covariances import Covariances
from pipelines.drivers.inputs import Columns
from pipelines.drivers.methods import importances
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.subsets import arrange
from pipelines.statistics.survey import FloatArray


@dataclass(frozen=True)
class Split:
    """A split of an R2.

    Parameters
    ----------
    r2, r2_covariates : float
        Of drivers and covariates, and of the covariates alone.
    importance : ndarray, shape (n_drivers,)
        In units of R2.
    replicate : callable
        Of `Units` gives a function of counts, shape (n_replicates, n_units), to importances,
        shape (n_replicates, n_drivers).
    """

    r2: float
    r2_covariates: float
    importance: FloatArray
    replicate: Callable[[Units], Callable[[FloatArray], FloatArray]]


def split_covariances(
    found: Covariances,
    columns: Columns,
    method: str,
    orders: int | None,
    rng: np.random.Generator | None,
) -> Split:
    """Split R2 of a covariance matrix by a method; see `methods.importances`."""

    def split(matrices: FloatArray) -> FloatArray:
        return importances(method, matrices, columns.groups, columns.held, orders, rng)

    def replicate(units: Units) -> Callable[[FloatArray], FloatArray]:
        matrices = found.replicate(units)
        return lambda counts: split(matrices(counts))

    r2, r2_covariates = _r2(found.matrix, columns)
    return Split(r2, r2_covariates, split(found.matrix[None])[0], replicate)


def _r2(matrix: FloatArray, columns: Columns) -> tuple[float, float]:
    """R2 of drivers and covariates, and of covariates alone."""
    from pipelines.statistics import sweeps

    table, layout = arrange(matrix, columns.groups, columns.held)
    base = sweeps.hold(table, int(layout.first[-1]), len(table) - 1)
    return float(base + sweeps.hold(table, 0, int(layout.first[-1]))), float(base)
