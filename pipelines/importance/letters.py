"""Letters: which drivers can be told apart, as in tables of multiple comparisons.

Drivers that have a letter in common cannot be told apart; those without one can. A driver may
have several letters, because "cannot be told from" is not transitive.
"""

from __future__ import annotations

from string import ascii_letters

import numpy as np
from scipy import special

from pipelines.statistics.survey import BoolArray, FloatArray

SAME_SHARE = 1e-10  # shares, in percent, that differ by less are equal
FIRST_FURTHER_LETTER = 0x100  # code point of the 53rd letter: after a to z and A to Z


def told_apart(shares: FloatArray, replicates: FloatArray, level: float) -> BoolArray:
    """Which two drivers differ, by intervals of all differences that hold together.

    The interval of a difference is its value and so many bootstrap standard errors on either
    side that in `level` of the replicates no difference lies further from that of the sample
    (max-t). If no two drivers differed, two would be told apart in ``1 - level`` of samples,
    however many drivers there are.

    Parameters
    ----------
    shares : ndarray, shape (n_drivers,)
    replicates : ndarray, shape (n_replicates, n_drivers)
    level : float
        0 to 1.

    Returns
    -------
    ndarray of bool, shape (n_drivers, n_drivers)
        Symmetric.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing, chapter 2; Davison and Hinkley
    (1997), Bootstrap Methods and their Application, section 4.3.

    Examples
    --------
    >>> replicates = np.random.default_rng(1).normal([50, 30, 20], 2, (500, 3))
    >>> told_apart(np.array([50.0, 30.0, 20.0]), replicates, 0.95)[0].tolist()
    [False, True, True]
    """
    p = shares.size
    first, second = np.triu_indices(p, 1)
    differs = np.zeros((p, p), dtype=np.bool_)
    if not first.size:
        return differs
    gap = shares[first] - shares[second]
    gaps = replicates[:, first] - replicates[:, second]
    error = gaps.std(axis=0, ddof=1)
    varies = error > SAME_SHARE
    scale = np.where(varies, error, 1.0)
    furthest = (np.abs(gaps - gap) / scale).max(axis=1, where=varies, initial=0.0)
    errors = _errors_away(furthest, level)
    reach = np.where(varies, errors * error, SAME_SHARE)
    differs[first, second] = np.abs(gap) > reach
    return differs | differs.T


def _errors_away(furthest: FloatArray, level: float) -> float:
    """How many standard errors the intervals reach to either side.

    Few replicates know neither their quantile nor the standard errors well: the quantile is the
    one that a further replicate would exceed in ``1 - level`` of cases, and taken from the normal
    distribution to Student's with their degrees of freedom.
    """
    quantile = np.quantile(furthest, level, method="weibull")
    tail = special.ndtr(-quantile)
    return float(-special.stdtrit(furthest.size - 1.0, tail))


def letters(shares: FloatArray, differs: BoolArray) -> tuple[str, ...]:
    """Give drivers letters so that two have one in common exactly if they do not differ.

    Insert and absorb: one column holds everybody; for every two that differ, each column with
    both is replaced by one without the first and one without the second; a column that lies
    within another one is dropped. What is left are the largest sets in which nobody differs.

    Parameters
    ----------
    shares : ndarray, shape (n_drivers,)
        The letter a is that of the largest.
    differs : ndarray of bool, shape (n_drivers, n_drivers)
        Symmetric; see `told_apart`.

    Returns
    -------
    tuple of str
        The letters of each driver.

    References
    ----------
    Piepho (2004), Journal of Computational and Graphical Statistics 13, 456-466.

    Examples
    --------
    >>> differs = np.zeros((3, 3), bool)
    >>> differs[0, 2] = differs[2, 0] = True
    >>> letters(np.array([50.0, 30.0, 20.0]), differs)
    ('a', 'ab', 'b')
    """
    place = np.argsort(np.argsort(-shares, kind="stable")).tolist()
    columns = {frozenset(range(len(place)))}
    for first, second in np.argwhere(np.triu(differs, 1)).tolist():
        split = {column for column in columns if first in column and second in column}
        parts = {column - {one} for column in split for one in (first, second)}
        columns = _absorbed((columns - split) | parts)
    ordered = sorted(columns, key=lambda column: sorted(place[driver] for driver in column))
    named = list(zip(map(_letter, range(len(ordered))), ordered, strict=True))
    return tuple(
        "".join(letter for letter, column in named if driver in column)
        for driver in range(len(place))
    )


def _absorbed(columns: set[frozenset[int]]) -> set[frozenset[int]]:
    """Without the columns that lie within another one."""
    return {column for column in columns if not any(column < other for other in columns)}


def _letter(place: int) -> str:
    """One character for each column: a to z, A to Z, then further letters of Latin."""
    if place < len(ascii_letters):
        return ascii_letters[place]
    return chr(FIRST_FURTHER_LETTER + place - len(ascii_letters))
