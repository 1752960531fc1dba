"""Robustness: how strong an unobserved confounder must be to change a conclusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.survey import FloatArray

MIN_LEFT = 1e-12  # of the outcome's variance, where a confounder leaves nothing


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of a linear regression; all arrays of one shape.

    Parameters
    ----------
    value, std_error : ndarray
        In units of the outcome by one of the regressor; errors are positive.
    df : ndarray
        Residual degrees of freedom, above 1.
    """

    value: FloatArray
    std_error: FloatArray
    df: FloatArray

    def __post_init__(self) -> None:
        if not ((self.std_error > 0).all() and (self.df > 1).all()):
            raise ContractError(
                "robustness",
                expected="standard errors above 0 and more than 1 degree of freedom",
                got=f"{self.std_error.min()} and {self.df.min()}",
                todo="leave out regressors without a slope, or use more rows",
            )

    @property
    def f(self) -> FloatArray:
        """Cohen's partial f, ``|t| / sqrt(df)``."""
        found: FloatArray = np.abs(self.value / self.std_error) / np.sqrt(self.df)
        return found

    @property
    def partial_r2(self) -> FloatArray:
        """Share of the residual variance of the outcome that goes with the regressor, 0 to 1."""
        return np.asarray(self.f**2 / (1 + self.f**2))


@dataclass(frozen=True)
class Confounder:
    """Strength of an unobserved confounder, as partial R2, 0 to 1.

    Parameters
    ----------
    with_regressor, with_outcome : ndarray
        Of the regressor on the confounder given the other regressors; of the outcome on the
        confounder given these and the regressor. The first is below 1.
    """

    with_regressor: FloatArray
    with_outcome: FloatArray


def robustness_value(
    found: Coefficients,
    share: float = 1.0,
    alpha: float | None = None,
    critical: FloatArray | None = None,
) -> FloatArray:
    """Strength at which a confounder changes a coefficient by a share of itself.

    A confounder that leaves less than this share of the residual variance of both the
    regressor and the outcome unexplained cannot do it; one with as much or more of both can.

    Parameters
    ----------
    found : Coefficients
    share : float
        Of the coefficient, above 0; 1 brings it to zero.
    alpha : float, optional
        The confounder need only make the coefficient differ insignificantly from what is left
        of it, at this two-sided level; without it the value itself is changed.
    critical : ndarray, optional
        Quantile that tells coefficients from zero at that level; by default Student's of the
        regression. The design of a survey may leave fewer degrees of freedom.

    Returns
    -------
    ndarray
        Partial R2, 0 to 1.

    References
    ----------
    Cinelli and Hazlett (2020), Journal of the Royal Statistical Society B 82(1), 39-67; the
    second case of `alpha`, where the confounder need not go with the outcome as much, is that
    of their R package sensemakr.

    Examples
    --------
    >>> import numpy as np
    >>> darfur = Coefficients(np.array([0.0973]), np.array([0.02326]), np.array([783.0]))
    >>> robustness_value(darfur).round(3).tolist()
    [0.139]
    """
    if not share > 0:
        raise ContractError(
            "robustness", expected="a share above 0", got=str(share), todo="write 1"
        )
    f = share * found.f
    limit = np.zeros_like(f)
    if alpha is not None:
        if not 0 < alpha < 1:
            raise ContractError(
                "robustness", expected="a level in 0-1", got=str(alpha), todo="write 0.05"
            )
        usual = special.stdtrit(found.df - 1, 1 - alpha / 2)
        limit = (usual if critical is None else critical) / np.sqrt(found.df - 1)
    left = np.maximum(f - limit, 0.0)
    equal = (np.sqrt(left**4 + 4 * left**2) - left**2) / 2
    # With a high enough bar a confounder of the regressor alone does it.
    alone = (f**2 - limit**2) / (1 + f**2)
    return np.where((left > 0) & (f * limit > 1), alone, equal)


def as_strong_as(observed: Confounder) -> Confounder:
    """A confounder as strong as an observed one, in both its relations.

    Parameters
    ----------
    observed : Confounder
        Partial R2 of an observed confounder, which may be several columns: with the regressor
        given the other regressors, and with the outcome given these and the regressor.

    Returns
    -------
    Confounder
        Its bounds; the relation with the outcome is 1 at most.

    Raises
    ------
    ContractError
        If the observed one goes with half of the regressor's residual variance or more: none
        can be as strong beside it.

    References
    ----------
    Cinelli and Hazlett (2020), section 4.4, with k = 1.
    """
    if not (observed.with_regressor < 0.5).all():
        raise ContractError(
            "robustness",
            expected="a benchmark with a partial R2 below 0.5 with the regressor",
            got=f"{observed.with_regressor.max():.3g}",
            todo="take another benchmark",
        )
    odds = observed.with_regressor / (1 - observed.with_regressor)
    shared = odds**2  # partial R2 of the two confounders, given the regressor
    left = np.maximum(1 - observed.with_outcome, MIN_LEFT)
    outcome = (1 + np.sqrt(shared)) ** 2 / (1 - shared) * observed.with_outcome / left
    return Confounder(odds, np.minimum(outcome, 1.0))


def adjust(found: Coefficients, confounder: Confounder) -> Coefficients:
    """Coefficients as they would be with the confounder in the regression.

    It is taken to have the sign that brings them nearer to zero, and beyond.

    References
    ----------
    Cinelli and Hazlett (2020), equations 8 and 11.
    """
    into, out = confounder.with_regressor, confounder.with_outcome
    bias = found.std_error * np.sqrt(found.df * out * into / (1 - into))
    error = found.std_error * np.sqrt((1 - out) / (1 - into) * found.df / (found.df - 1))
    return Coefficients(found.value - np.sign(found.value) * bias, error, found.df - 1)
