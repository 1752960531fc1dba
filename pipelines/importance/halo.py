"""Halo: ratings that repeat what the others say, told from causes that go together.

With the others held little is left of the slope of any driver that goes with them, also of one
that counts. If all ratings count alike, ``p`` of them correlated ``r``, what is left is
``1 / (1 + (p - 1) r)``: only a driver that falls clearly below its own such bound repeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from pipelines.importance.designs import MIN_VARIANCE
from pipelines.statistics.survey import BoolArray, FloatArray

MIN_PART_OF_BOUND = 0.5  # of what is left if all count alike: with more a rating is only weaker


@dataclass(frozen=True)
class Halo:
    """What is left of slopes once the other drivers are held.

    Attributes
    ----------
    ratio : ndarray, shape (n_drivers,)
        Slope with the others held over the slope of the driver's own columns alone; NaN if
        that is 0.
    bound : ndarray, shape (n_drivers,)
        The same if all ratings counted alike, in standard deviations; at most 1.
    p_value : ndarray, shape (n_drivers,)
        Of a slope that is not below its bound, one-sided, from the replicates.
    is_half : ndarray of bool, shape (n_drivers,)
        Whether it is less than `MIN_PART_OF_BOUND` of it.
    """

    ratio: FloatArray
    bound: FloatArray
    p_value: FloatArray
    is_half: BoolArray

    def repeats(self, level: float) -> BoolArray:
        """Which drivers repeat others, with false discoveries held at ``1 - level``."""
        from scipy.stats import false_discovery_control  # slow: a third of a second

        return np.asarray((false_discovery_control(self.p_value) < 1 - level) & self.is_half)


def compare_with_bound(
    matrices: FloatArray, slopes: FloatArray, groups: Sequence[Sequence[int]]
) -> Halo:
    """Compare slopes with what would be left of them if all ratings counted alike.

    Parameters
    ----------
    matrices : ndarray, shape (1 + n_replicates, n_columns + 1, n_columns + 1)
        Covariances, the outcome last: of the sample, then of the replicates.
    slopes : ndarray, shape (1 + n_replicates, n_drivers)
        Of the ratings, all columns held.
    groups : sequence of sequences of int
        Columns of each driver: its use, if it has one, and its rating.

    Examples
    --------
    >>> alike = np.full((3, 4, 4), 0.5) + 0.5 * np.eye(4)
    >>> alike[:, :3, 3] = alike[:, 3, :3] = 0.4  # three ratings that count alike, 0.2 each
    >>> found = compare_with_bound(alike, np.full((3, 3), 0.2), [[0], [1], [2]])
    >>> found.ratio.tolist(), found.bound.tolist()
    ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
    """
    ratings = [group[-1] for group in groups]
    scale = np.sqrt(np.maximum(np.diagonal(matrices, axis1=1, axis2=2), MIN_VARIANCE))[:, ratings]
    of_sum = (matrices[:, :, ratings] / scale[:, None, :]).sum(axis=2)  # covariance with the sum
    alone = _alone(matrices, matrices[:, :, -1], groups)
    around = np.maximum(scale * _alone(matrices, of_sum, groups), 1.0)
    gap = slopes * around - alone  # below 0: less is left than if all counted alike
    error = gap[1:].std(axis=0, ddof=1)
    z = np.divide(gap[0], error, out=np.zeros_like(error), where=error > 0)
    single = alone[0]
    return Halo(
        ratio=np.divide(slopes[0], single, out=np.full_like(single, np.nan), where=single != 0),
        bound=1 / around[0],
        p_value=special.ndtr(z),
        is_half=(single > 0) & (slopes[0] * around[0] < MIN_PART_OF_BOUND * single),
    )


def _alone(matrices: FloatArray, target: FloatArray, groups: Sequence[Sequence[int]]) -> FloatArray:
    """Slope of each rating with only the use of its driver held, shape (n_matrices, n_drivers).

    `target` are the covariances of all columns with what is explained.
    """
    found = np.empty((len(matrices), len(groups)))
    for at, (*use, rating) in enumerate(groups):
        variance, shared = matrices[:, rating, rating], target[:, rating]
        for u in use:
            part = matrices[:, rating, u] / np.maximum(matrices[:, u, u], MIN_VARIANCE)
            variance = variance - part * matrices[:, rating, u]
            shared = shared - part * target[:, u]
        found[:, at] = shared / np.maximum(variance, MIN_VARIANCE)
    return found
