"""Owen's value: how the share of a group splits among its columns, where groups stay together.

The LMG share of a group averages over orders of the groups. Owen's value averages over those
orders of all columns in which the columns of a group follow each other: its parts sum to the
LMG share of the group, whatever its columns are.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy import special

from pipelines.core.errors import ContractError
from pipelines.statistics.subsets import MAX_GROUPS_EXACT, lay_out, limit, threads
from pipelines.statistics.survey import FloatArray, IntArray

COLUMNS_OF_PAIR = 2


def owen_of_last(
    general: FloatArray,
    covariances: FloatArray,
    groups: Sequence[Sequence[int]],
    covariates: Sequence[int] = (),
) -> FloatArray:
    """Split the LMG share of every pair of columns; return the part of its last column.

    Both orders of a pair count alike before and after every set of other groups, hence a
    column has half of the share of the pair, plus or minus half of what it adds to sets of
    other groups more than its partner does, on average.

    Parameters
    ----------
    general : ndarray, shape (n_matrices, n_groups)
        LMG shares of the groups; see `dominance.general_dominance`.
    covariances : ndarray, shape (n_matrices, n_columns, n_columns)
        Covariance matrices, the outcome last. A column that repeats others adds nothing.
    groups : sequence of sequences of int
        Groups of one or two columns, at most `MAX_GROUPS_EXACT`.
    covariates : sequence of int
        Columns held throughout.

    Returns
    -------
    ndarray, shape (n_matrices, n_groups)
        R2; the first column of a pair has the rest. All of it for a group of one column.

    Raises
    ------
    ContractError
        If a group has more than two columns, or there are too many groups.

    References
    ----------
    Owen (1977), Values of games with a priori unions, in Henn and Moeschlin (eds.),
    Mathematical Economics and Game Theory, 76-88; Winter (2002), The Shapley value, in
    Handbook of Game Theory 3, 2025-2054.

    Examples
    --------
    >>> alone = np.array([[[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]]])
    >>> owen_of_last(np.array([[0.45]]), alone, [[0, 1]]).round(2).tolist()
    [[0.09]]
    """
    if any(len(group) > COLUMNS_OF_PAIR for group in groups):
        raise ContractError(
            "Owen's value",
            expected="groups of one or two columns",
            got=f"one of {max(map(len, groups))}",
            todo="split groups of two only",
        )
    found = general.copy()
    for part in _parts([g for g, group in enumerate(groups) if len(group) == COLUMNS_OF_PAIR]):
        part_of_last = (general[:, part] - _leads(covariances, groups, covariates, part)) / 2
        found[:, part] = np.clip(part_of_last, 0.0, general[:, part])  # beyond it is rounding
    return found


def _parts(pairs: list[int]) -> list[list[int]]:
    """Pairs in two parts: sets of those of one part lie side by side for the other."""
    middle = len(pairs) // 2
    return [part for part in (pairs[:middle], pairs[middle:]) if part]


def _leads(
    covariances: FloatArray,
    groups: Sequence[Sequence[int]],
    covariates: Sequence[int],
    part: list[int],
) -> FloatArray:
    """R2 that the first column of some pairs adds to sets of other groups more than the last."""
    from pipelines.statistics import owen_loops

    order = [g for g in range(len(groups)) if g not in part] + part
    layout = lay_out(covariances.shape[-1], [groups[g] for g in order], covariates)
    limit(layout, MAX_GROUPS_EXACT, "leave the pairs whole")
    looked_at = len(groups) - len(part)
    lane_groups = min(owen_loops.LANE_GROUPS, looked_at)
    tables = np.ascontiguousarray(layout.arrange(covariances))
    weights = _weights(len(groups), lane_groups)

    def compare(some: FloatArray) -> FloatArray:
        return owen_loops.compare(some, layout.first, lane_groups, looked_at, weights)

    with ThreadPoolExecutor(threads()) as pool:
        split = np.array_split(tables, min(len(tables), 4 * threads()))
        return np.concatenate(list(pool.map(compare, split)))


def _weights(groups: int, lane_groups: int) -> FloatArray:
    """Weight of a set in Shapley's value, by groups in it beside those of the lane, and lane."""
    by_size = 1 / (groups * special.binom(groups - 1, np.arange(groups)))
    lanes: IntArray = np.arange(2**lane_groups)
    in_lane = ((lanes[:, None] >> np.arange(lane_groups)) & 1).sum(axis=1)
    sizes = np.arange(groups - lane_groups)[:, None] + in_lane
    weights: FloatArray = by_size[sizes]
    return weights
