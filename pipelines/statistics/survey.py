"""Means of domains of a survey, with the linearised variance of their design.

The formulas are those of a ratio mean (Särndal, Swensson and Wretman 1992, Model Assisted
Survey Sampling, section 5.7). They need a few sums per domain and stratum, not the answers,
so that one pass over the rows is enough; see `DomainSums`.
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


@dataclass(frozen=True)
class DomainSums:
    """What one domain has in one stratum; all arrays have shape (n_parts,).

    A domain is a part of the population, such as the guests of a segment who answered a
    question. With ``i`` running over its answers, ``w`` their weights, ``y`` their values,
    and ``c`` over the primary sampling units of the stratum, ``W_c`` and ``Y_c`` being the
    sums of ``w`` and ``w y`` in unit ``c``:

    Parameters
    ----------
    domain : ndarray of int
        Index of the domain, from 0.
    n : ndarray
        Answers.
    psus : ndarray
        Primary sampling units with an answer in the domain.
    design_psus : ndarray
        Primary sampling units of the stratum in the whole sample, inside the domain or not.
    w, wy, wyy, ww : ndarray
        Sums of ``w``, ``w y``, ``w y**2`` and ``w**2`` over the answers.
    uu, uv, vv : ndarray
        Sums of ``W_c**2``, ``W_c Y_c`` and ``Y_c**2`` over the units. If every respondent
        is a unit these are the sums of ``w**2``, ``w**2 y`` and ``w**2 y**2``.

    Raises
    ------
    ContractError
        If a sum is not finite, or a domain has more units than its design.
    """

    domain: IntArray
    n: FloatArray
    psus: FloatArray
    design_psus: FloatArray
    w: FloatArray
    wy: FloatArray
    wyy: FloatArray
    ww: FloatArray
    uu: FloatArray
    uv: FloatArray
    vv: FloatArray

    def __post_init__(self) -> None:
        broken = [f.name for f in fields(self) if not np.isfinite(getattr(self, f.name)).all()]
        if broken:
            raise ContractError(
                "domain sums",
                expected="finite numbers",
                got=f"NaN or infinity in {examples(broken)}",
                todo="leave out answers without a value or a weight",
            )
        over = np.flatnonzero(self.psus > self.design_psus)
        if over.size:
            raise ContractError(
                "domain sums",
                expected="no more sampling units in a domain than in the design",
                got=f"more in {over.size} parts, the first {over[0]}",
                todo="count the units of the whole sample, by stratum",
            )


@dataclass(frozen=True)
class DomainMeans:
    """Means of domains and their variances; all arrays have shape (n_domains,).

    Parameters
    ----------
    value : ndarray
        Weighted mean; NaN if the domain has no answers.
    variance : ndarray
        Linearised variance of `value`. Zero if the units do not differ, which at small n
        says little: intervals have to allow for it.
    spread : ndarray
        Weighted variance of one answer.
    n, n_eff : ndarray
        Answers, and Kish's effective number of them, ``(sum w)**2 / sum w**2``.
    psus : ndarray
        Sampling units with an answer.
    df : ndarray
        Degrees of freedom: these units minus their strata, at least 1.
    lonely : ndarray of bool
        Whether an answer comes from a stratum of a single unit.
    """

    value: FloatArray
    variance: FloatArray
    spread: FloatArray
    n: FloatArray
    n_eff: FloatArray
    psus: FloatArray
    df: FloatArray
    lonely: BoolArray

    @cached_property
    def std_error(self) -> FloatArray:
        """Linearised standard error; NaN where there is no variance to estimate it from."""
        return np.sqrt(np.where(self.variance > 0, self.variance, np.nan))


def domain_means(sums: DomainSums, n_domains: int) -> DomainMeans:
    """Estimate the mean of every domain with its linearised variance.

    The units of a stratum are taken as drawn with replacement. Those without an answer in
    the domain count as zeros, because the size of a domain is itself an estimate. A stratum
    with a single unit is centred at the mean of all (`survey.lonely.psu = "adjust"` in R).

    Parameters
    ----------
    sums : DomainSums
        The sums of each domain in each stratum, of values between -1 and 1.
    n_domains : int
        Number of domains; one that is not in `sums` has no answers.

    Returns
    -------
    DomainMeans
        One entry per domain, in the unit of the values.

    References
    ----------
    Lumley (2004), Journal of Statistical Software 9(8): `svymean` of a subset of a design.
    """

    def total(part: npt.NDArray[np.generic]) -> FloatArray:
        weights = part.astype(np.float64)
        return np.bincount(sums.domain, weights, minlength=n_domains).astype(np.float64)

    w, ww = total(sums.w), total(sums.ww)
    weighed = np.where(w > 0, w, np.nan)
    value = total(sums.wy) / weighed
    psus = total(sums.psus)
    strata = total(sums.psus > 0)
    variance = total(_stratum_variance(sums, value[sums.domain])) / weighed**2
    largest = total(sums.uu) / weighed**2
    return DomainMeans(
        value=value,
        variance=np.where(variance <= MAX_VARIANCE_ROUNDING * largest, 0.0, variance),  # NaN stays
        spread=np.maximum(total(sums.wyy) / weighed - value**2, 0.0),
        n=total(sums.n),
        n_eff=weighed**2 / np.where(ww > 0, ww, np.nan),
        psus=psus,
        df=np.maximum(psus - strata, 1.0),
        lonely=total((sums.design_psus == 1) & (sums.psus > 0)) > 0,
    )


def _stratum_variance(sums: DomainSums, mean: FloatArray) -> FloatArray:
    """Variance of the total of ``w (y - mean)`` that each stratum adds, shape (n_parts,)."""
    squares = sums.vv - 2 * mean * sums.uv + mean**2 * sums.uu
    total = sums.wy - mean * sums.w
    units = sums.design_psus
    several = units > 1
    within = (squares - total**2 / np.where(several, units, 1)) * units
    return np.where(several, within / np.where(several, units - 1, 1), total**2)
