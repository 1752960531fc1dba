"""Models: penalty, reward and class of every driver, from one matrix of moments and its draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.importance.totals import Draws
from pipelines.kano.levels import LevelDesign, knee
from pipelines.statistics.bootstrap import percentile
from pipelines.statistics.intervals import Interval, normal_quantile
from pipelines.statistics.penalty_reward import (
    HALF,
    AsymmetryPosterior,
    CutPair,
    Steps,
    asymmetry,
    given,
    rising,
    slopes,
)
from pipelines.statistics.survey import BoolArray, FloatArray

MIN_ROWS_HELD = 10  # that differ in a column, for a model to hold it
HELD_COLUMNS = ("use", "below", "above", "held")  # of other drivers, and confounders
CHI_SQUARE_OF_TWO = 2.0  # half of it is -log of the tail's probability, for two degrees of freedom


@dataclass(frozen=True)
class LevelSample:
    """What respondents gave, beside the moments of their columns.

    Attributes
    ----------
    levels : LevelDesign
    draws : Draws
        Of these respondents.
    steps : tuple of Steps
        Theirs, of each driver.
    differs : ndarray of bool, shape (n_columns,)
        Whether at least `MIN_ROWS_HELD` of them differ from the others in a column.
    level : float
        Of intervals.
    wide : float
        The same for percentiles of replicates; see `bootstrap.expanded_level`.
    joint : float or None
        Least share of weight in which two columns have answers, if much is blank.
    """

    levels: LevelDesign
    draws: Draws
    steps: tuple[Steps, ...]
    differs: BoolArray
    level: float
    wide: float
    joint: float | None

    @property
    def inflation(self) -> float:
        """By how much the spread of replicates is too small."""
        return normal_quantile(self.wide) / normal_quantile(self.level)


@dataclass(frozen=True)
class Asymmetry:
    """Penalty and reward of one driver.

    Attributes
    ----------
    pairs : tuple of CutPair
    penalties, rewards : ndarray, shape (1 + n_replicates, n_pairs)
        Of the sample, then of its replicates; per half of the scale, penalties negative as a rule.
    spline : tuple of float
        Penalty and reward of a line with a knot at the middle that never falls.
    level, wide, inflation : float
        See `LevelSample`.
    """

    pairs: tuple[CutPair, ...]
    penalties: FloatArray
    rewards: FloatArray
    spline: tuple[float, float]
    level: float
    wide: float
    inflation: float

    @cached_property
    def _share(self) -> FloatArray:
        weight: FloatArray = np.array([pair.weight for pair in self.pairs])
        share: FloatArray = weight / weight.sum()
        return share

    @property
    def penalty(self) -> FloatArray:
        """Mean over the pairs of cuts: of the sample, then of replicates."""
        return self.penalties @ self._share

    @property
    def reward(self) -> FloatArray:
        """Mean over the pairs of cuts: of the sample, then of replicates."""
        return self.rewards @ self._share

    @property
    def value(self) -> float:
        """Asymmetry; NaN if there is neither penalty nor reward."""
        return float(asymmetry(self.penalty[:1], self.reward[:1])[0])

    @property
    def over_cuts(self) -> tuple[float, float]:
        """Least and greatest asymmetry over the pairs of cuts."""
        each = asymmetry(self.penalties[0], self.rewards[0])
        each = each[~np.isnan(each)]
        return (float(each.min()), float(each.max())) if each.size else (np.nan, np.nan)

    @cached_property
    def posterior(self) -> AsymmetryPosterior:
        """What the asymmetry may be, over all pairs of cuts."""
        spread = np.stack([_covariance(*both) for both in zip(self.penalties[1:].T,
                           self.rewards[1:].T, strict=True)])  # fmt: skip
        return AsymmetryPosterior.of(
            self.penalties[0], self.rewards[0], self.inflation**2 * spread, self._share
        )

    @property
    def has_effect(self) -> bool:
        """Whether penalty and reward together are told from 0."""
        both = np.array([self.penalty[0], self.reward[0]])
        spread = self.inflation**2 * _covariance(self.penalty[1:], self.reward[1:])
        wald = float(both @ np.linalg.solve(spread, both))
        return bool(np.exp(-wald / CHI_SQUARE_OF_TWO) < 1 - self.level)

    def interval(self, drawn: FloatArray) -> Interval:
        """Interval of the penalty or the reward."""
        found = percentile(drawn[1:], self.wide)
        return Interval(np.minimum(found.low, drawn[0]), np.maximum(found.high, drawn[0]))


def _covariance(penalty: FloatArray, reward: FloatArray) -> FloatArray:
    found: FloatArray = np.cov(penalty, reward)
    return found


def asymmetries(sample: LevelSample, least: int) -> list[Asymmetry | None]:
    """Penalty and reward of every driver, the others held.

    Parameters
    ----------
    sample : LevelSample
    least : int
        Answers at low, middle and high.

    Returns
    -------
    list
        None for a driver that has no pair of cuts with so many answers at each level.

    Raises
    ------
    ContractError
        If other columns foretell the levels of a driver, as in few and repeated answers.
    """
    wide = _Widened.of(sample, least)
    try:
        return [wide.asymmetry(k) if wide.pairs[k] else None for k in range(len(wide.pairs))]
    except np.linalg.LinAlgError as error:
        raise ContractError(
            "kano",
            expected="levels of ratings that the other columns do not foretell",
            got="some that they do",
            todo="use more answers, or fewer drivers",
            code="no_fit",
        ) from error


@dataclass(frozen=True)
class _Widened:
    """Covariances of what models are made of: uses, lines with a knot, levels, what is held.

    Columns are numbered in the order of `names`: ``(driver, what)``, the outcome last.
    """

    sample: LevelSample
    pairs: tuple[tuple[CutPair, ...], ...]
    names: tuple[tuple[int, str], ...]
    covariances: FloatArray

    @classmethod
    def of(cls, sample: LevelSample, least: int) -> _Widened:
        levels, steps = sample.levels, sample.steps
        pairs = tuple(tuple(one.pairs(least)) for one in steps)
        columns = dict(_columns(sample, pairs))
        weights = np.stack([*columns.values(), _unit(levels.outcome, levels.design.columns)], 1)
        every = np.concatenate([sample.draws.covariance[None], sample.draws.covariances])
        return cls(sample, pairs, tuple(columns), weights.T @ every @ weights)

    def asymmetry(self, k: int) -> Asymmetry:
        """That of one driver."""
        own = [at for at, (driver, what) in enumerate(self.names) if driver == k and what != "use"]
        held = [
            at for at, (_, what) in enumerate(self.names) if at not in own and what in HELD_COLUMNS
        ]
        left = given(self.covariances, held, [*own, len(self.names)])
        names = [self.names[at][1] for at in own]
        found = [_pair(left, names, pair) for pair in self.pairs[k]]
        penalties, rewards = (np.stack(side, axis=1) for side in zip(*found, strict=True))
        return Asymmetry(
            self.pairs[k], penalties, rewards, _spline(left[0], names), self.sample.level,
            self.sample.wide, self.sample.inflation,
        )  # fmt: skip


def _pair(left: FloatArray, names: list[str], pair: CutPair) -> tuple[FloatArray, FloatArray]:
    """Penalties and rewards of one pair of cuts, from what the held columns leave."""
    asked = [names.index(f"{end} {getattr(pair, end)}") for end in ("low", "high")]
    drawn = slopes(left, asked, len(names))
    return HALF * drawn[:, 0] / pair.down, HALF * drawn[:, 1] / pair.up


def _spline(left: FloatArray, names: list[str]) -> tuple[float, float]:
    """Penalty and reward of a line with a knot that never falls, of the sample."""
    asked = [names.index("below"), names.index("above")]
    both = slopes(left, asked, len(names))
    alone = [slopes(left, [one], len(names))[0] for one in asked]
    down, up = rising(both[0], both[1], np.array(alone))
    return -HALF * float(down), HALF * float(up)


def _columns(
    sample: LevelSample, pairs: Sequence[Sequence[CutPair]]
) -> list[tuple[tuple[int, str], FloatArray]]:
    """Name the columns of the models, with the weights of the design's columns in each."""
    levels, size = sample.levels, sample.levels.design.columns
    found: list[tuple[tuple[int, str], FloatArray]] = []
    for k, (columns, steps) in enumerate(zip(levels.drivers, sample.steps, strict=True)):
        if columns.use is not None and sample.differs[columns.use]:
            found.append(((k, "use"), _unit(columns.use, size)))
        step = np.arange(len(steps.value))
        for name, line in zip(("below", "above"), knee(steps.value), strict=True):
            if steps.n[line != 0].sum() >= MIN_ROWS_HELD:
                found.append(((k, name), columns.of_steps(line, size)))
        for low in sorted({pair.low for pair in pairs[k]}):
            found.append(
                ((k, f"low {low}"), columns.of_steps((step < low).astype(np.float64), size))
            )
        for high in sorted({pair.high for pair in pairs[k]}):
            found.append(
                ((k, f"high {high}"), columns.of_steps((step >= high).astype(np.float64), size))
            )
    held = [at for at in levels.held if sample.differs[at]]
    return [*found, *(((-1 - at, "held"), _unit(at, size)) for at in held)]


def _unit(at: int, size: int) -> FloatArray:
    found = np.zeros(size)
    found[at] = 1.0
    return found
