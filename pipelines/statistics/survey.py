"""Means of domains of a survey, with the linearised variance of their design.

The formulas are those of a ratio mean (Särndal, Swensson and Wretman 1992, Model Assisted
Survey Sampling, section 5.7), with the bias of few or unequal units reduced (Bell and McCaffrey
2002). They need a few sums per sampling unit, not the answers.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipelines.core.errors import ContractError, examples

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MAX_VARIANCE_ROUNDING = 1e-12  # of the largest possible variance
MIN_REMAINING = 1e-9  # if one unit is the domain nothing remains, nor has it a residual
DF_DIGITS = 2  # quantiles are slow; rounded degrees of freedom repeat


@dataclass(frozen=True)
class UnitSums:
    """What every sampling unit has of every domain.

    A domain is a part of the population: the members of a group who answered a question. Groups
    are made of *parts*, what a group has in one stratum, and parts of sampling units, which
    follow one another. Columns are the questions, or whatever groups are asked; with ``i``
    running over the answers that a unit of a group gave to one of them, ``w`` their weights and
    ``y`` their values:

    Parameters
    ----------
    part_starts : ndarray of int, shape (n_parts,)
        Where a part begins among the units.
    part_group : ndarray of int, shape (n_parts,)
        Group of each part, ascending from 0 without a gap.
    design_psus : ndarray, shape (n_parts,)
        Primary sampling units of the stratum in the whole sample, inside the group or not.
    n, w, wy, wyy, ww : ndarray, shape (n_units, n_columns)
        Number of answers, and sums of ``w``, ``w y``, ``w y**2`` and ``w**2`` over them.

    Raises
    ------
    ContractError
        If a sum is not finite, or a part has more units than its design.
    """

    part_starts: IntArray
    part_group: IntArray
    design_psus: FloatArray
    n: FloatArray
    w: FloatArray
    wy: FloatArray
    wyy: FloatArray
    ww: FloatArray

    def __post_init__(self) -> None:
        broken = [f.name for f in fields(self) if not np.isfinite(getattr(self, f.name)).all()]
        if broken:
            raise ContractError(
                "sums of sampling units",
                expected="finite numbers",
                got=f"NaN or infinity in {examples(broken)}",
                todo="leave out answers without a value or a weight",
            )
        over = np.flatnonzero(self.part_sizes > self.design_psus)
        if over.size:
            raise ContractError(
                "sums of sampling units",
                expected="no more sampling units in a group than in the design",
                got=f"more in {over.size} parts, the first {over[0]}",
                todo="count the units of the whole sample, by stratum",
            )

    @cached_property
    def part_sizes(self) -> IntArray:
        """Units of each part, shape (n_parts,)."""
        return np.diff(np.append(self.part_starts, len(self.w)))

    @cached_property
    def unit_part(self) -> IntArray:
        """Part of each unit, shape (n_units,)."""
        return np.repeat(np.arange(len(self.part_starts)), self.part_sizes)

    @cached_property
    def group_starts(self) -> IntArray:
        """Where a group begins among the parts, shape (n_groups,)."""
        return np.flatnonzero(np.diff(self.part_group, prepend=-1))

    @cached_property
    def weight(self) -> FloatArray:
        """Sum of the weights of each domain, shape (n_groups, n_columns); NaN if there is none."""
        weight = self.by_group(self.by_part(self.w))
        return np.where(weight > 0, weight, np.nan)

    @cached_property
    def mean(self) -> FloatArray:
        """Weighted mean of each domain, shape (n_groups, n_columns)."""
        return self.by_group(self.by_part(self.wy)) / self.weight

    def by_part(self, units: FloatArray) -> FloatArray:
        """Add up units, shape (n_units, n_columns), to parts."""
        parts: FloatArray = np.add.reduceat(units, self.part_starts, axis=0)
        return parts

    def by_group(self, parts: FloatArray) -> FloatArray:
        """Add up parts, shape (n_parts, n_columns), to groups."""
        groups: FloatArray = np.add.reduceat(parts, self.group_starts, axis=0)
        return groups


@dataclass(frozen=True)
class DomainMeans:
    """Means of domains and their variances; all arrays of one shape, (n_groups, n_columns).

    Parameters
    ----------
    value : ndarray
        Weighted mean; NaN if the domain has no answers.
    variance : ndarray
        Linearised variance of `value`. Zero if the units do not differ, which at small n
        says little: intervals have to allow for it.
    spread : ndarray
        Weighted variance of one answer.
    n, kish : ndarray
        Answers, and Kish's effective number of them, ``(sum w)**2 / sum w**2``, which knows of
        the weights only.
    psus, kish_units : ndarray
        Sampling units with an answer, and Kish's effective number of them: of their sums of
        weights ``W``, ``(sum W)**2 / sum W**2``.
    df : ndarray
        Degrees of freedom: the effective number of units minus the strata, at least 1.
    lonely : ndarray of bool
        Whether an answer comes from a stratum of a single unit.
    """

    value: FloatArray
    variance: FloatArray
    spread: FloatArray
    n: FloatArray
    kish: FloatArray
    psus: FloatArray
    kish_units: FloatArray
    df: FloatArray
    lonely: BoolArray

    @cached_property
    def std_error(self) -> FloatArray:
        """Linearised standard error; NaN where there is no variance to estimate it from."""
        return np.sqrt(np.where(self.variance > 0, self.variance, np.nan))

    @cached_property
    def deff(self) -> FloatArray:
        """Design effect; NaN where there is no variance to estimate it from.

        The variance of the mean over that of a simple random sample of as many answers.
        """
        varies = (self.variance > 0) & (self.spread > 0)
        simple = np.where(varies, self.spread, np.nan) / np.maximum(self.n - 1, 1.0)
        return self.variance / simple

    @cached_property
    def n_eff(self) -> FloatArray:
        """Effective number of answers: how many of a simple random sample tell as much.

        ``n`` over the design effect, at most ``n``: few units whose means are close by chance
        prove no more. Where the answers do not differ, the effective number of units.
        """
        counted = np.minimum(self.n / self.deff, self.n)
        return np.where(np.isnan(self.deff), self.kish_units, counted)


@dataclass(frozen=True)
class Influences:
    """What the units of a design add to the errors of means.

    Parameters
    ----------
    units : ndarray, shape (n_units, n_columns)
        Of the units of groups. The variance of a mean is the sum of their squares; the
        covariance of two means the sum of the products of the units that they share.
    outside : ndarray, shape (n_parts, n_columns)
        The sum of squares of the units of a part's stratum that lie outside its group.
    """

    units: FloatArray
    outside: FloatArray


def domain_means(sums: UnitSums) -> DomainMeans:
    """Estimate the mean of every domain with its linearised variance.

    The units of a stratum are taken as drawn with replacement. Those without an answer in
    the domain count as zeros, because the size of a domain is itself an estimate. A stratum
    with a single unit is centred at the mean of all (`survey.lonely.psu = "adjust"` in R).

    Of a simple sample, and of any group in it, the variance is the textbook's.

    Parameters
    ----------
    sums : UnitSums
        Of values between -1 and 1.

    Returns
    -------
    DomainMeans
        A row per group, a column per column of `sums`, in the unit of the values.

    References
    ----------
    Lumley (2004), Journal of Statistical Software 9(8): `svymean` of a subset of a design.
    Bell and McCaffrey (2002), Survey Methodology 28(2), 169-181. Degrees of freedom: Valliant
    and Rust (2010), Journal of Official Statistics 26(4), 585-602; Carter, Schnepel and
    Steigerwald (2017), Review of Economics and Statistics 99(4), 698-709.
    """

    def total(units: npt.NDArray[np.generic]) -> FloatArray:
        return sums.by_group(sums.by_part(units.astype(np.float64)))

    weight, value = sums.weight, sums.mean
    found = influences(sums)
    variance = sums.by_group(sums.by_part(found.units**2) + found.outside)
    squares = total(sums.w**2)
    largest, kish_units = squares / weight**2, weight**2 / np.where(squares > 0, squares, np.nan)
    ww = total(sums.ww)
    answering = sums.by_part((sums.n > 0).astype(np.float64))
    psus, strata = sums.by_group(answering), sums.by_group((answering > 0).astype(np.float64))
    alone = (sums.design_psus == 1)[:, None] & (answering > 0)
    return DomainMeans(
        value=value,
        variance=np.where(variance <= MAX_VARIANCE_ROUNDING * largest, 0.0, variance),  # NaN stays
        spread=np.maximum(total(sums.wyy) / weight - value**2, 0.0),
        n=total(sums.n),
        kish=weight**2 / np.where(ww > 0, ww, np.nan),
        psus=psus,
        kish_units=kish_units,
        df=np.fmax(kish_units - strata, 1.0).round(DF_DIGITS),
        lonely=sums.by_group(alone.astype(np.float64)) > 0,
    )


def influences(sums: UnitSums) -> Influences:
    """Say what each unit adds to the error of the mean of each domain.

    The residual total of the unit, centred in its stratum, over the weight of the domain. A
    residual is smaller than the error, since the unit pulls the mean towards itself: it is
    divided by the root of what is left of the weight without it, see `remaining`.
    """
    units, of_unit = sums.design_psus[:, None], sums.unit_part
    weight = sums.weight[sums.part_group]
    residual = sums.wy - sums.mean[sums.part_group][of_unit] * sums.w
    several = units > 1
    factor = np.sqrt(np.where(several, units / np.where(several, units - 1, 1), 1.0))
    centre = np.where(several, sums.by_part(residual) / units, 0.0)
    left = remaining(sums)
    at_zero = factor * centre / weight / np.sqrt(left.outside)  # of a unit without an answer
    centred = factor[of_unit] * (residual - centre[of_unit]) / weight[of_unit]
    return Influences(
        units=centred / np.sqrt(left.units),
        outside=(units - sums.part_sizes[:, None]) * at_zero**2,
    )


def remaining(sums: UnitSums) -> Influences:
    """Share of the weight of each domain that is left when a unit is left out.

    The others of its stratum then stand for it, so that it is 1 of equal weights. A stratum with
    a single unit cannot lose it.

    Returns
    -------
    Influences
        ``units``, and ``outside`` of a unit without an answer.
    """
    units = sums.design_psus[:, None]
    several = units > 1
    others = np.where(several, units - 1, 1)
    share = sums.w / sums.weight[sums.part_group][sums.unit_part]
    of_stratum = np.where(several, sums.by_part(share) / others, 0.0)
    own = np.where(several, units / others, 0.0)[sums.unit_part] * share
    return Influences(
        units=np.maximum(1 + of_stratum[sums.unit_part] - own, MIN_REMAINING),
        outside=1 + of_stratum,
    )
