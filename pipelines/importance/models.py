"""Models: importance, slopes and R2 of one outcome, with their intervals, from draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from pipelines.importance.designs import MIN_VARIANCE, Design
from pipelines.importance.halo import Halo, compare_with_bound
from pipelines.importance.methods import importances
from pipelines.importance.totals import Draws
from pipelines.statistics.bootstrap import percentile
from pipelines.statistics.intervals import Interval
from pipelines.statistics.owen import owen_of_last
from pipelines.statistics.regression import coefficients, r_squared
from pipelines.statistics.relative_weights import variance_inflation
from pipelines.statistics.survey import BoolArray, FloatArray


@dataclass(frozen=True)
class DrawnEstimates:
    """Values and their replicates, shape (k,) and (n_replicates, k)."""

    value: FloatArray
    replicates: FloatArray

    def interval(self, level: float) -> Interval:
        """Percentiles; widened to hold the value, should all replicates miss it."""
        found = percentile(self.replicates, level)
        return Interval(np.minimum(found.low, self.value), np.maximum(found.high, self.value))

    @property
    def error(self) -> FloatArray:
        """Standard errors."""
        return np.asarray(self.replicates.std(axis=0, ddof=1))


@dataclass(frozen=True)
class Model:
    """One target on the drivers of a design.

    Attributes
    ----------
    design : Design
    draws : Draws
        Of all columns of the design.
    target : str
        One of the design's.
    drivers : tuple of int
        Places of the drivers that vary here.
    """

    design: Design
    draws: Draws
    target: str
    drivers: tuple[int, ...]

    @classmethod
    def of(cls, design: Design, draws: Draws, target: str, rated: BoolArray | None = None) -> Model:
        """Take the drivers whose rating varies among these customers.

        `rated`, shape (n_drivers,), are those that these customers rated at all: of others
        there is only what was filled in from other customers. By default all were.
        """
        variance = np.diagonal(draws.covariance)
        varying = [k for k, group in enumerate(design.groups) if variance[group[-1]] > MIN_VARIANCE]
        kept = [k for k in varying if rated is None or rated[k]]
        return cls(design, draws, target, tuple(kept))

    @cached_property
    def columns(self) -> list[int]:
        """Columns of the design: those of the drivers, then the target."""
        variance = np.diagonal(self.draws.covariance)
        used = [
            c for k in self.drivers for c in self.design.groups[k] if variance[c] > MIN_VARIANCE
        ]
        targets = self.design.targets
        return [*used, self.design.columns - len(targets) + targets.index(self.target)]

    @cached_property
    def groups(self) -> list[list[int]]:
        """Places among the model's columns, by driver."""
        place = {column: at for at, column in enumerate(self.columns)}
        return [[place[c] for c in self.design.groups[k] if c in place] for k in self.drivers]

    @cached_property
    def matrices(self) -> FloatArray:
        """Covariances of the model's columns: of the sample, then of the replicates."""
        grid = np.ix_(self.columns, self.columns)
        sample = self.draws.covariance[grid]
        every = self.draws.covariances[:, np.array(self.columns)[:, None], self.columns]
        return np.ascontiguousarray(np.concatenate([sample[None], every]))

    def importance(self, approach: str) -> DrawnEstimates:
        """Importance in units of R2."""
        if approach in ("lmg", "latent"):  # the latter is the LMG of a latent outcome
            return self._lmg
        return _drawn(importances(approach, self.matrices, self.groups, []))

    @cached_property
    def _lmg(self) -> DrawnEstimates:
        return _drawn(importances("lmg", self.matrices, self.groups, []))

    @cached_property
    def importance_of_rating(self) -> DrawnEstimates:
        """What the ratings have of the LMG importance; the use of a driver has the rest.

        A driver that everybody used is its rating alone.
        """
        general = np.concatenate([self._lmg.value[None], self._lmg.replicates])
        return _drawn(owen_of_last(general, self.matrices, self.groups))

    @cached_property
    def has_use(self) -> BoolArray:
        """Whether a driver has a column of use beside its rating, shape (n_drivers,)."""
        return np.array([len(group) > 1 for group in self.groups])

    @cached_property
    def _slopes(self) -> FloatArray:
        """Coefficients of all columns, scaled to be solved, shape (1 + n_replicates, p)."""
        scale = 1 / np.sqrt(np.maximum(np.diagonal(self.matrices, axis1=1, axis2=2), MIN_VARIANCE))
        correlation = self.matrices * scale[:, :, None] * scale[:, None, :]
        slopes: FloatArray = coefficients(correlation) * scale[:, :-1] / scale[:, -1:]
        return slopes

    @cached_property
    def slope_errors(self) -> FloatArray:
        """Standard errors of the coefficients of all columns but the target's, shape (p,).

        Half of the middle 68.3 % of replicates: of a column that hardly anybody differs in, such
        as the use of what nearly all used, a single replicate can be far off any scale.
        """
        low, high = np.quantile(self._slopes[1:], special.ndtr([-1.0, 1.0]), axis=0)
        return np.asarray((high - low) / 2)

    @cached_property
    def slope(self) -> DrawnEstimates:
        """Points of the target per point of the rating among users, others held."""
        ratings = [group[-1] for group in self.groups]
        return DrawnEstimates(self._slopes[0, ratings], self._slopes[1:, ratings])

    @property
    def r2(self) -> DrawnEstimates:
        """R2 of all drivers."""
        share = r_squared(self.matrices)
        return DrawnEstimates(share[:1], share[1:, None])

    @cached_property
    def inflation(self) -> FloatArray:
        """Variance inflation of the ratings."""
        scale = 1 / np.sqrt(np.diagonal(self.matrices[0]))
        inner = (self.matrices[0] * np.outer(scale, scale))[:-1, :-1]
        return variance_inflation(inner)[[group[-1] for group in self.groups]]

    @cached_property
    def halo(self) -> Halo:
        """What is left of the slopes with the others held, against what is left of equals."""
        ratings = [group[-1] for group in self.groups]
        return compare_with_bound(self.matrices, self._slopes[:, ratings], self.groups)

    @property
    def performance(self) -> DrawnEstimates:
        """Mean rating of users, 0 to 100."""
        means = np.concatenate([self.draws.mean[None], self.draws.means])
        found = []
        for k in self.drivers:
            *use, rating = self.design.groups[k]
            share = means[:, use[0]] if use else 1.0
            found.append(self.design.centre[k] + means[:, rating] / share)
        rated = np.clip(np.column_stack(found), 0, 100)
        return DrawnEstimates(rated[0], rated[1:])


def shares(importance: DrawnEstimates, of: DrawnEstimates | None = None) -> DrawnEstimates:
    """Importance in percent of the sum over drivers, or of the sum of another importance."""
    whole = of or importance
    total, totals = whole.value.sum(), whole.replicates.sum(axis=1, keepdims=True)
    return DrawnEstimates(100 * importance.value / total, 100 * importance.replicates / totals)


def _drawn(found: FloatArray) -> DrawnEstimates:
    """The sample first, then the replicates."""
    return DrawnEstimates(found[0], found[1:])
