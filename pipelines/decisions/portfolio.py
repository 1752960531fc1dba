"""Portfolios: which measures to take together, under a budget, proven best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.statistics.survey import BoolArray, FloatArray

_HALF = 0.5
CLOSE, ROUGH = 1e-9, 1e-6  # of values up to 1: differences that are rounding, or do not matter yet


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

    def draw(self, at: int) -> Options:
        """The same as it is in one draw."""
        return replace(self, value=self.value[at : at + 1])

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


def best_plan(
    options: Options, budget: float, tail: float = 1.0, accepted: float = 0.0
) -> Portfolio:
    """Find the plan with the highest mean value over the draws, or over the worst of them.

    The mean over the worst draws of a plan is the least of the means over any draws of that
    share, so that each set of draws is a bound, a *cut*. Only the cuts that matter are added, one
    after the other: first without whole measures, which is quick, then with them.

    Parameters
    ----------
    options : Options
    budget : float
        In the currency of the costs.
    tail : float
        Share of the draws whose mean counts, the worst for the plan: 1 is the expected value,
        0.1 the mean of the worst tenth (expected shortfall).
    accepted : float
        Proven gap, as a share of the value, at which the search ends; 0 proves the best.

    References
    ----------
    Rockafellar and Uryasev (2000), Journal of Risk 2(3), 21-41; Kuenzi-Bay and Mayer (2006),
    Computational Management Science 3, 3-27 (cuts); Huangfu and Hall (2018), Mathematical
    Programming Computation 10, 119-142 (HiGHS).

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
    if options.barred.all():
        return Portfolio(np.zeros(options.n, bool), 0.0, 0.0)
    scale = max(float(np.abs(options.value).max(initial=0.0)), np.finfo(float).tiny)
    value = options.value / scale
    cuts = [value.mean(axis=0)]
    for whole in (False, True) if tail < 1 else (True,):
        best, reached = np.zeros(options.n), 0.0  # taking nothing is always allowed
        while True:
            taken, bound = _bounded(options, budget, np.array(cuts), whole, accepted / 2)
            cut = worst_weights(value @ taken, tail) @ value
            if float(cut @ taken) > reached or not whole:
                best, reached = taken, float(cut @ taken)
            if bound - reached <= max(accepted * abs(bound), CLOSE if whole else ROUGH):
                break
            cuts.append(cut)
    chosen = np.asarray(best > _HALF)
    gap = scale * (bound - reached) if bound - reached > CLOSE else 0.0
    return Portfolio(chosen, plan_value(options, chosen, tail), gap)


def _bounded(
    options: Options, budget: float, cuts: FloatArray, whole: bool, accepted: float
) -> tuple[FloatArray, float]:
    """The measures with the highest least cut, and what no others can exceed."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # not at the start of the app

    n, least = options.n, int(len(cuts) > 1)
    rows, limits = _constraints(options, budget)
    # Of several cuts the least counts: a further column, below each of them.
    gain = np.r_[np.zeros(n), 1.0] if least else cuts[0]
    below = np.hstack([-cuts, np.ones((len(cuts), 1))]) if least else np.zeros((0, n))
    found = milp(
        -gain,
        integrality=np.r_[np.full(n, float(whole)), np.zeros(least)],
        bounds=Bounds(
            np.r_[np.zeros(n), np.full(least, -np.inf)],
            np.r_[np.where(options.barred, 0.0, 1.0), np.full(least, np.inf)],
        ),
        constraints=LinearConstraint(
            np.vstack([np.hstack([rows, np.zeros((len(rows), least))]), below]),
            -np.inf,
            np.r_[limits, np.zeros(len(below))],
        ),
        options={"mip_rel_gap": accepted},
    )
    if not found.success:
        raise ContractError("plan", expected="a proven best plan", got=found.message, todo="report")
    taken = np.asarray(found.x[:n])
    if not whole:
        return taken, -float(found.fun)
    return (taken > _HALF).astype(float), -float(found.mip_dual_bound)


def plan_value(options: Options, taken: BoolArray, tail: float = 1.0) -> float:
    """Mean value of a plan over the worst share of the draws; see `best_plan`."""
    return mean_of_worst(options.value[:, taken].sum(axis=1), tail)


def mean_of_worst(values: FloatArray, tail: float) -> float:
    """Mean of the lowest share of values (expected shortfall).

    >>> import numpy as np
    >>> mean_of_worst(np.array([4.0, 1.0, 3.0, 2.0]), 0.5)
    1.5
    """
    return float(worst_weights(values, tail) @ values)


def worst_weights(values: FloatArray, tail: float) -> FloatArray:
    """Weights that sum to 1 and lie on the lowest share of values, one of them in part."""
    mass = tail * len(values)
    whole = min(int(mass), len(values))
    order = np.argsort(values, kind="stable")
    weights = np.zeros(len(values))
    weights[order[:whole]] = 1.0
    if whole < len(values):
        weights[order[whole]] = mass - whole
    return weights / mass


def _constraints(
    options: Options, budget: float, *, whole: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Rows over the measures, and their upper limits; not `whole`: those no larger set mends."""
    blocks = [options.cost[None], options.use.T, _pairs(options.n, options.exclusions, 1.0)]
    limits = [np.array([budget]), options.capacity, np.ones(len(options.exclusions))]
    if whole:
        blocks.append(_pairs(options.n, options.prerequisites, -1.0))
        limits.append(np.zeros(len(options.prerequisites)))
    return np.concatenate(blocks), np.concatenate(limits)


def _pairs(n: int, pairs: Sequence[tuple[int, int]], sign: float) -> FloatArray:
    """A row for each pair: 1 for the first, the sign for the other."""
    rows = np.zeros((len(pairs), n))
    for at, (one, other) in enumerate(pairs):
        rows[at, one] += 1.0
        rows[at, other] += sign
    return rows


def allowed(options: Options, sets: BoolArray, budget: float, *, whole: bool = True) -> BoolArray:
    """Which sets keep the constraints; not `whole`: if more were added that is lacking.

    Parameters
    ----------
    sets : ndarray of bool, shape (n_sets, n_measures)
    """
    rows, limits = _constraints(options, budget, whole=whole)
    slack = 1e-9 * np.maximum(np.abs(limits), 1.0)
    keeps = (sets.astype(float) @ rows.T <= limits + slack).all(axis=1)
    return np.asarray(keeps & ~(sets & options.barred).any(axis=1))


def keeps_constraints(options: Options, taken: BoolArray, budget: float) -> bool:
    """Whether a plan is allowed."""
    return bool(allowed(options, taken[None], budget)[0])
