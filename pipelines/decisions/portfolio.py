"""Portfolios: which measures to take together, under a budget, proven best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from pipelines.core.errors import ContractError
from pipelines.statistics.survey import BoolArray, FloatArray


@dataclass(frozen=True)
class Options:
    """Measures one may take, and what forbids taking them together.

    Parameters
    ----------
    value : ndarray, shape (n_draws, n_measures)
        What each measure brings, in each draw of its uncertainty; values of measures taken
        together add up.
    cost : ndarray, shape (n_measures,)
        In the study's currency, 0 or more.
    use : ndarray, shape (n_measures, n_capacities)
        Units of each capacity that a measure takes up, 0 or more.
    capacity : ndarray, shape (n_capacities,)
    exclusions : sequence of (int, int)
        Pairs of measures of which one at most is taken.
    prerequisites : sequence of (int, int)
        A measure, and another without which it is not taken.
    barred : ndarray of bool, shape (n_measures,)
        Measures that are not taken at all, such as what delights where a must-be fails.
    """

    value: FloatArray
    cost: FloatArray
    use: FloatArray
    capacity: FloatArray
    exclusions: Sequence[tuple[int, int]]
    prerequisites: Sequence[tuple[int, int]]
    barred: BoolArray

    def __post_init__(self) -> None:
        numbers = (self.value, self.cost, self.use, self.capacity)
        if not all(np.isfinite(part).all() for part in numbers):
            self._refuse("finite numbers", "others", "fill in cost, capacity and effect")
        if (self.cost < 0).any() or (self.use < 0).any():
            self._refuse("costs and capacities of 0 or more", "negative ones", "correct their sign")

    @property
    def n(self) -> int:
        """Number of measures."""
        return int(self.cost.size)

    @staticmethod
    def _refuse(expected: str, got: str, todo: str) -> None:
        raise ContractError("measures", expected=expected, got=got, todo=f"{todo} in study.yaml")


@dataclass(frozen=True)
class Portfolio:
    """Measures taken together.

    Parameters
    ----------
    taken : ndarray of bool, shape (n_measures,)
    value : float
        Of what was maximised.
    gap : float
        How much better, at most, another plan could be.
    """

    taken: BoolArray
    value: float
    gap: float


def best_plan(options: Options, budget: float, tail: float = 1.0) -> Portfolio:
    """Find the plan with the highest mean value over the draws, or over the worst of them.

    Parameters
    ----------
    options : Options
    budget : float
        In the currency of the costs.
    tail : float
        Share of the draws whose mean counts, the worst for the plan: 1 is the expected value,
        0.1 the mean of the worst tenth (expected shortfall).

    References
    ----------
    Rockafellar and Uryasev (2000), Journal of Risk 2(3), 21-41; Huangfu and Hall (2018),
    Mathematical Programming Computation 10, 119-142 (HiGHS).

    Examples
    --------
    >>> import numpy as np
    >>> none = np.zeros((3, 0))
    >>> options = Options(np.array([[3.0, 2.0, 2.0]]), np.array([3.0, 2.0, 2.0]), none, none[0],
    ...                   (), (), np.zeros(3, bool))
    >>> best_plan(options, 4.0).taken.tolist()
    [False, True, True]
    """
    if not 0 < tail <= 1:
        raise ContractError("plan", expected="a tail in 0-1", got=str(tail), todo="write 1 or 0.1")
    scale = max(float(np.abs(options.value).max(initial=0.0)), np.finfo(float).tiny)
    value = options.value / scale
    whole = tail == 1
    n, draws = options.n, 0 if whole else len(value)
    # Beside the measures: the quantile, and by how much each draw falls short of it.
    extra = 0 if whole else 1 + draws
    gain = np.concatenate(
        [value.mean(axis=0)] if whole else [np.zeros(n), [1.0], np.full(draws, -1 / (tail * draws))]
    )
    rows, limits = _constraints(options, budget)
    constraints = [LinearConstraint(sparse.hstack([rows, sparse.csr_array((len(limits), extra))]),
                                    -np.inf, limits)]  # fmt: skip
    if not whole:
        short = sparse.hstack([sparse.csr_array(-value), np.ones((draws, 1)), -sparse.eye(draws)])
        constraints.append(LinearConstraint(short, -np.inf, np.zeros(draws)))
    found = milp(
        -gain,
        integrality=np.r_[np.ones(n), np.zeros(extra)],
        bounds=Bounds(
            np.r_[np.zeros(n), np.full(min(extra, 1), -np.inf), np.zeros(draws)],
            np.r_[np.where(options.barred, 0.0, 1.0), np.full(extra, np.inf)],
        ),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    if not found.success:  # taking nothing is always allowed
        raise ContractError("plan", expected="a proven best plan", got=found.message, todo="report")
    taken = np.asarray(found.x[:n] > 0.5)
    gap = max(float(found.fun - found.mip_dual_bound), 0.0)
    return Portfolio(taken, plan_value(options, taken, tail), scale * gap)


def plan_value(options: Options, taken: BoolArray, tail: float = 1.0) -> float:
    """Mean value of a plan over the worst share of the draws; see `best_plan`."""
    values = np.sort(options.value[:, taken].sum(axis=1))
    mass = tail * len(values)
    whole = int(mass)
    total = values[:whole].sum() + (mass - whole) * (values[whole] if whole < mass else 0.0)
    return float(total / mass)


def _constraints(options: Options, budget: float) -> tuple[sparse.csr_array, FloatArray]:
    """Rows over the measures, and their upper limits."""
    blocks = [options.cost[None], options.use.T]
    limits = [np.array([budget]), options.capacity]
    for pairs, signs, limit in (
        (options.exclusions, (1.0, 1.0), 1.0),
        (options.prerequisites, (1.0, -1.0), 0.0),
    ):
        rows = np.zeros((len(pairs), options.n))
        for at, pair in enumerate(pairs):
            rows[at, pair[0]] += signs[0]
            rows[at, pair[1]] += signs[1]
        blocks.append(rows)
        limits.append(np.full(len(pairs), limit))
    return sparse.csr_array(np.concatenate(blocks)), np.concatenate(limits)


def keeps_constraints(options: Options, taken: BoolArray, budget: float) -> bool:
    """Whether a plan is allowed."""
    rows, limits = _constraints(options, budget)
    used = rows @ taken.astype(float)
    slack = 1e-9 * np.maximum(np.abs(limits), 1.0)
    return bool((used <= limits + slack).all() and not (taken & options.barred).any())
