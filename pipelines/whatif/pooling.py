"""Pooling: one answer from several fillings of the blanks, whose draws hold what they hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.statistics.intervals import normal_quantile, t_quantile
from pipelines.statistics.survey import FloatArray
from pipelines.whatif.response import Response

MOST_DF = 1e6  # of Student's t, beyond which it is the normal distribution


@dataclass(frozen=True)
class Pooled:
    """What moves change.

    Parameters
    ----------
    effects : ndarray, shape (2, n_moves, n_targets)
        The others held, and moving along.
    draws : ndarray, shape (n_draws, 2, n_moves, n_targets)
        Their percentiles at the level that `pool` is given cover.
    pairs : ndarray, shape (2, n_targets, n_moves, n_moves)
    triples : ndarray, shape (n_targets, n_triples)
    halves : ndarray, shape (n_moves, n_targets)
    shares, lifts : ndarray, shape (n_moves,)
    latent, correlations : ndarray, shape (n_drivers, n_drivers)
        See `MovingAlong`.
    """

    effects: FloatArray
    draws: FloatArray
    pairs: FloatArray
    triples: FloatArray
    halves: FloatArray
    shares: FloatArray
    lifts: FloatArray
    latent: FloatArray
    correlations: FloatArray


def pool(responses: Sequence[Response], n: int, slopes: int, free: int, level: float) -> Pooled:
    """Pool the fillings.

    A draw is one filling's bootstrap draw. Between few fillings the effects differ less than
    over all that could be drawn: that part is widened so that the variance of the draws is the
    total variance of Rubin's rules. All are widened by what the slopes take from the
    residuals, and to Student's quantile with the degrees of freedom of units and fillings.

    Parameters
    ----------
    responses : sequence of Response
        Of each filling; draw r of all belongs to filling ``r mod n_fillings``.
    n, slopes : int
        Rows, and columns of the model.
    free : int
        Degrees of freedom of the units.
    level : float
        Of intervals, 0 to 1.

    References
    ----------
    Rubin (1987), Multiple Imputation for Nonresponse in Surveys, section 3.3; Hesterberg (2015),
    The American Statistician 69, 371-386, section 5.3.
    """
    count = len(responses)
    points = np.array([one.effects for one in responses])
    effects = points.mean(axis=0)
    root, df = 1.0, np.full(effects.shape, float(free))
    if count > 1:
        root = np.sqrt((count + 1) / (count - 1))
        within = np.mean([one.draws.var(axis=0, ddof=1) for one in responses], axis=0)
        between = (1 + 1 / count) * points.var(axis=0, ddof=1)
        lost = np.divide(between, within + between, out=np.zeros_like(between),
                         where=within + between > 0)  # fmt: skip
        df = 1 / (1 / free + lost**2 / (count - 1))
    quantile = t_quantile(np.minimum(df, MOST_DF), level) / normal_quantile(level)
    wide = np.sqrt(n / (n - slopes)) * quantile
    size = sum(len(one.draws) for one in responses)
    draws = np.empty((size, *effects.shape))
    for at, one in enumerate(responses):
        moved = one.draws - points[at] + root * (points[at] - effects)
        draws[at::count] = effects + wide * moved

    def mean(name: str) -> FloatArray:
        return np.asarray(np.mean([getattr(one, name) for one in responses], axis=0))

    return Pooled(
        effects, draws, mean("pairs"), mean("triples"), mean("halves"), mean("shares"),
        mean("lifts"),
        np.mean([one.along.latent for one in responses], axis=0),
        np.mean([one.along.correlations for one in responses], axis=0),
    )  # fmt: skip
