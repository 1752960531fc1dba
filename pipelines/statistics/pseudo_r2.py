"""How a pseudo-R2 of the ordered logit splits among drivers, a model fitted for every set.

McFadden's is the share by which a model lowers minus the log-likelihood of thresholds alone;
Nagelkerke's the share of what can be explained by Cox and Snell's measure. Neither comes from
a covariance matrix, so every set of drivers is a fit of its own: dominance analysis of logit
models, as in the R package domir (Azen and Traxel 2009, Journal of Educational and Behavioral
Statistics 34, 319-347).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from pipelines.statistics.ordered_logit import (
    LIKELIHOOD_TOLERANCE,
    OrdinalRows,
    Top,
    covariance_of,
    fit_rows,
)
from pipelines.statistics.subsets import ColumnLayout, lay_out, threads
from pipelines.statistics.survey import FloatArray, IntArray

MAX_GROUPS_FITTED = 12  # groups, exact; 2**12 models of 2,000 rows take about a second
MAX_GROUPS_SAMPLED = 62  # groups; a set is an integer
THREADED_PARTS = 16  # of the sets, for threads

LikelihoodR2 = Literal["mcfadden", "nagelkerke"]


def likelihood_r2(kind: LikelihoodR2, log_likelihood: FloatArray, null: float) -> FloatArray:
    """Pseudo-R2 of models, 0 to 1.

    Parameters
    ----------
    kind : {"mcfadden", "nagelkerke"}
    log_likelihood : ndarray
        Of the models, per row.
    null : float
        Of thresholds alone, per row.

    References
    ----------
    McFadden (1974), in Zarembka (ed.), Frontiers in Econometrics, 105-142; Nagelkerke (1991),
    Biometrika 78, 691-692.
    """
    if kind == "mcfadden":
        return 1 - log_likelihood / null
    found: FloatArray = np.expm1(2 * (null - log_likelihood)) / np.expm1(2 * null)
    return found


@dataclass(frozen=True)
class SetFits:
    """Models of sets of groups of columns, under many weights.

    Parameters
    ----------
    rows : OrdinalRows
        Columns of the groups one after the other, then covariates.
    layout : ColumnLayout
    kind : {"mcfadden", "nagelkerke"}
    slopes : ndarray, shape (n_columns,)
        Of the model of all columns, standardised, under the weights of the sample.
    top : Top
        That model.
    """

    rows: OrdinalRows
    layout: ColumnLayout
    kind: LikelihoodR2
    slopes: FloatArray
    top: Top

    @classmethod
    def of(cls, rows: OrdinalRows, weights: FloatArray, groups: Sequence[Sequence[int]] | None,
           covariates: Sequence[int], kind: LikelihoodR2) -> SetFits:  # fmt: skip
        """Put the columns in the order of the groups, and fit the model of all."""
        layout = lay_out(rows.values.shape[1] + 1, groups, covariates)
        order = layout.order[:-1]
        ordered = replace(rows, values=np.ascontiguousarray(rows.values[:, order]),
                          centre=rows.centre[order], scale=rows.scale[order])  # fmt: skip
        model, top = fit_rows(ordered, weights)
        return cls(ordered, layout, kind, model.slopes * ordered.scale, top)

    def r2(self, sets: IntArray, weights: FloatArray) -> tuple[FloatArray, bool]:
        """Pseudo-R2 of sets, bit g standing for group g; and whether the model of all has a top.

        Where it has none, slopes grow for ever, but likelihoods do not: they are near their
        limit where the steps end.

        Parameters
        ----------
        sets : ndarray of int, shape (n_sets,)
        weights : ndarray, shape (n_rows,)
            0 for rows that do not count.
        """
        from pipelines.statistics.logit_loops import fit_sets

        table = covariance_of(self.rows.values, weights)
        top = self.rows.climb(weights, table, self.slopes, self.top.thresholds)
        code, weight, _ = self.rows.present(weights)
        if weight.size == 1:  # nothing to explain
            return np.zeros(sets.size), True

        def fit(part: IntArray) -> FloatArray:
            found: FloatArray = fit_sets(
                self.rows.values, code, weights, weight, table, top.latent, top.explained,
                top.thresholds, self.layout.first, part, LIKELIHOOD_TOLERANCE,
            )  # fmt: skip
            return found

        with ThreadPoolExecutor(threads()) as pool:
            found = list(pool.map(fit, np.array_split(sets, min(THREADED_PARTS, sets.size))))
        log_likelihood = np.concatenate(found) / weight.sum()
        return likelihood_r2(self.kind, log_likelihood, top.null_log_likelihood), top.converged


def every_set(groups: int) -> IntArray:
    """All sets of groups, shape (2 ** n_groups,)."""
    return np.arange(2**groups, dtype=np.int64)


def conditional(r2: FloatArray) -> FloatArray:
    """Mean R2 that a group (row) adds to sets of k others (column), from R2 of `every_set`."""
    groups = r2.size.bit_length() - 1
    sets = every_set(groups)
    size = np.bitwise_count(sets).astype(np.int64)
    found = np.empty((groups, groups))
    for g in range(groups):
        without = sets[sets >> g & 1 == 0]
        added = r2[without | 1 << g] - r2[without]
        found[g] = np.bincount(size[without], added, groups)
    mean: FloatArray = found / special.binom(groups - 1, np.arange(groups))
    return mean


def sets_of_orders(orders: IntArray) -> IntArray:
    """The set after each entry, shape (n_orders, n_groups + 1); the first is empty."""
    entered = np.cumsum(np.left_shift(np.int64(1), orders), axis=1)
    return np.concatenate([np.zeros((len(orders), 1), np.int64), entered], axis=1)


def draw_orders(groups: int, orders: int, rng: np.random.Generator) -> IntArray:
    """Draw orders of entry, each followed by itself backwards, shape (orders, n_groups)."""
    unordered = np.tile(np.arange(groups), (orders // 2, 1))
    drawn = rng.permuted(unordered, axis=1)
    return np.stack([drawn, drawn[:, ::-1]], axis=1).reshape(-1, groups)


def entries(orders: IntArray, r2: FloatArray) -> FloatArray:
    """What each group adds in each order, and in the same backwards: the mean of both.

    Parameters
    ----------
    orders : ndarray of int, shape (n_orders, n_groups)
        As from `draw_orders`.
    r2 : ndarray, shape (n_orders, n_groups + 1)
        Of `sets_of_orders`.

    Returns
    -------
    ndarray, shape (n_orders / 2, n_groups)
    """
    added = np.empty(orders.shape)
    np.put_along_axis(added, orders, np.diff(r2, axis=1), axis=1)
    return (added[::2] + added[1::2]) / 2
