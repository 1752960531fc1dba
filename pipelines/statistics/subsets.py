"""R2 of every set of drivers, or of groups of drivers, from one covariance matrix."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError, examples
from pipelines.statistics.survey import FloatArray, IntArray

MAX_GROUPS_EXACT = 30  # groups; 2**30 sets take seconds, every further one doubles them
MAX_GROUPS_STORED = 25  # groups; R2 of 2**25 sets takes 256 MB
MIN_GROUPS_FOR_THREADS = 18  # groups; below, threads cost more than they save
THREADED_GROUPS = 4  # 16 equal parts, on any number of processors: sums come out the same
MIN_VARIANCE_LEFT = 1e-10  # of 1, as in `sweeps`: a column with less repeats others
MIN_EIGENVALUE = -1e-8  # a smaller eigenvalue of a correlation matrix is no rounding error


@dataclass(frozen=True)
class ColumnLayout:
    """Which columns of a covariance matrix enter together, and which are held throughout.

    Parameters
    ----------
    order : ndarray of int, shape (n_columns,)
        Columns of the groups one after the other, then covariates, then the outcome.
    first : ndarray of int, shape (n_groups + 1,)
        Place in `order` at which each group starts, and the covariates.
    """

    order: IntArray
    first: IntArray

    @property
    def groups(self) -> int:
        """Number of groups."""
        return int(self.first.size) - 1

    def arrange(self, covariances: FloatArray) -> FloatArray:
        """Scale covariance matrices, shape (..., n, n), to variances of 1, and put in order.

        A column without variance has zeros: it can add nothing.
        """
        tables = covariances[..., self.order[:, None], self.order]
        variance = np.diagonal(tables, axis1=-2, axis2=-1)
        scale = np.where(variance > 0, 1 / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
        scaled: FloatArray = tables * scale[..., :, None] * scale[..., None, :]
        return scaled


def lay_out(
    columns: int, groups: Sequence[Sequence[int]] | None, covariates: Sequence[int]
) -> ColumnLayout:
    """Order the columns of a covariance matrix whose last is the outcome.

    Raises
    ------
    ContractError
        If a column is in two places or in none, or a group is empty.
    """
    outcome = columns - 1
    if groups is None:
        groups = [[c] for c in range(outcome) if c not in set(covariates)]
    flat = [c for group in groups for c in group] + list(covariates)
    if sorted(flat) != list(range(outcome)) or not groups or not all(groups):
        raise ContractError(
            "dominance",
            expected=f"each of the columns 0 to {outcome - 1} in one group or the covariates",
            got=f"groups {[list(g) for g in groups]} and covariates {list(covariates)}",
            todo="leave unused columns out of the covariance matrix",
        )
    first = np.cumsum([0, *(len(group) for group in groups)], dtype=np.int64)
    return ColumnLayout(np.array([*flat, outcome], dtype=np.int64), first)


def arrange(
    covariance: FloatArray, groups: Sequence[Sequence[int]] | None, covariates: Sequence[int]
) -> tuple[FloatArray, ColumnLayout]:
    """Scale and order a covariance matrix, or say what is wrong with it; and its layout.

    Raises
    ------
    ContractError
        If a column is in two places or in none, the matrix is not finite and symmetric, a
        variance is not positive, or an eigenvalue of the correlations is negative, as
        happens with pairwise deletion.
    """
    _check_matrix(covariance)
    layout = lay_out(len(covariance), groups, covariates)
    table = layout.arrange(covariance)
    smallest = float(np.linalg.eigvalsh(table).min())
    if smallest < MIN_EIGENVALUE:
        raise ContractError(
            "dominance",
            expected="a positive semi-definite covariance matrix",
            got=f"an eigenvalue of {smallest:.3g} of the correlations",
            code=write_code("contradiction", eigenvalue=f"{smallest:.3g}"),
            todo="do not compute covariances from pairs of columns with different rows: use EM",
        )
    return table, layout


def _check_matrix(covariance: FloatArray) -> None:
    wanted = "a finite symmetric matrix of at least one driver and the outcome"
    square = covariance.ndim == 2 and covariance.shape[0] == covariance.shape[1] >= 2
    if not square or not np.isfinite(covariance).all():
        got = f"shape {covariance.shape}" if not square else "NaN or infinity"
        raise ContractError(
            "dominance", expected=wanted, got=got, todo="compute the covariances of complete rows"
        )
    # Against the spread of both columns: a covariance of nearly 0 is all rounding.
    spread = np.sqrt(np.abs(np.diagonal(covariance)))
    if (np.abs(covariance - covariance.T) > 1e-10 * np.outer(spread, spread)).any():
        raise ContractError(
            "dominance", expected=wanted, got="an asymmetric one", todo="mend the estimator"
        )
    constant = np.flatnonzero(np.diagonal(covariance) <= 0)
    if constant.size:
        raise ContractError(
            "dominance",
            expected="positive variances",
            got=f"none in columns {examples(constant.tolist())}",
            todo="leave out constant columns",
        )


def limit(layout: ColumnLayout, most: int, todo: str) -> None:
    """Refuse more than `most` groups."""
    if layout.groups > most:
        raise ContractError(
            "dominance",
            expected=f"at most {most} drivers or groups, because all their subsets are visited",
            got=str(layout.groups),
            todo=todo,
        )


def threads() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def visit_all(
    table: FloatArray, layout: ColumnLayout, every: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sum R2 over all sets, in equal parts that threads share; see `sweeps.visit`.

    Returns
    -------
    sums, member : ndarray, shape (n_groups + 1,) and (n_groups, n_groups + 1)
        By size of the set, and by group in it and size.
    """
    from pipelines.statistics import sweeps

    groups = layout.groups
    fixed = THREADED_GROUPS if groups >= MIN_GROUPS_FOR_THREADS else 0
    walked = groups - min(sweeps.LANE_BITS, groups) - fixed
    parts = every.reshape(2**fixed, -1)
    visit = partial(sweeps.visit, table[None], layout.first, walked)
    if not fixed:
        found = [visit(0, parts[0])]
    else:
        with ThreadPoolExecutor(threads()) as pool:
            found = list(pool.map(visit, range(2**fixed), parts))
    sums = np.sum([sums[0] for sums, _ in found], axis=0)
    member = np.sum([member[0] for _, member in found], axis=0)
    return sums, member
