"""Kano's questionnaire: what a feature does to satisfaction when it is there and when it lacks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray

# Attractive, one-dimensional, must-be, indifferent, reverse, questionable.
KANO_CATEGORIES = (
    "attractive",
    "one_dimensional",
    "must_be",
    "indifferent",
    "reverse",
    "questionable",
)
A, O, M, I, R, Q = range(6)  # noqa: E741 - Kano's own letters
# Rows: how the customer feels if it is there; columns: if it is not. Both from 1, "I like it",
# over "it must be so", "I do not mind" and "I can live with it" to 5, "I dislike it".
KANO_TABLE = np.array(
    [
        [Q, A, A, A, O],
        [R, I, I, I, M],
        [R, I, I, I, M],
        [R, I, I, I, M],
        [R, R, R, R, Q],
    ]
)
KANO_POINTS = len(KANO_TABLE)
# Of equally frequent categories the one that forbids more comes first.
ORDER_OF_TIES = (M, O, A, I, R, Q)
FONG_QUANTILE = 1.65  # one-sided, at 95 %


def categorise(functional: FloatArray, dysfunctional: FloatArray) -> IntArray:
    """Categories of pairs of answers.

    Parameters
    ----------
    functional, dysfunctional : ndarray
        Answers from 1 (like) to 5 (dislike), of one shape, without missing values.

    Returns
    -------
    ndarray of int
        Places in `KANO_CATEGORIES`.

    Raises
    ------
    ContractError
        If an answer is none of the five.

    References
    ----------
    Kano, Seraku, Takahashi and Tsuji (1984), Hinshitsu 14(2), 39-48; the table is that of
    Berger et al. (1993), Center for Quality of Management Journal 2(4), 3-36.

    Examples
    --------
    >>> import numpy as np
    >>> [KANO_CATEGORIES[k] for k in categorise(np.array([1.0, 2.0]), np.array([5.0, 5.0]))]
    ['one_dimensional', 'must_be']
    """
    for answers in (functional, dysfunctional):
        wrong = answers[~np.isin(answers, np.arange(1, KANO_POINTS + 1))]
        if wrong.size:
            raise ContractError(
                "Kano's questionnaire",
                expected=f"answers 1, 2 ... {KANO_POINTS}, from like to dislike",
                got=f"{wrong.size} others: {wrong[:5].tolist()}",
                todo="map the answers in study.yaml",
            )
    return KANO_TABLE[functional.astype(np.int64) - 1, dysfunctional.astype(np.int64) - 1]


@dataclass(frozen=True)
class KanoCounts:
    """How often each category was found.

    Parameters
    ----------
    counts : ndarray, shape (..., 6)
        Answers by category, in the order of `KANO_CATEGORIES`; weighted ones scaled to the
        effective number.
    """

    counts: FloatArray

    @property
    def n(self) -> FloatArray:
        """Number of answers, shape (...)."""
        return np.asarray(self.counts.sum(axis=-1))

    @property
    def dominant(self) -> IntArray:
        """The most frequent category; of equally frequent ones by `ORDER_OF_TIES`."""
        ordered = self.counts[..., ORDER_OF_TIES]
        found: IntArray = np.asarray(ORDER_OF_TIES)[ordered.argmax(axis=-1)]
        return found

    @property
    def is_decided(self) -> BoolArray:
        """Whether the two most frequent categories differ, by Fong's test.

        References
        ----------
        Fong (1996), Center for Quality of Management Journal 5(1), 21-28.
        """
        second, first = np.moveaxis(np.sort(self.counts, axis=-1)[..., -2:], -1, 0)
        both, n = first + second, self.n
        spread = np.sqrt(np.where(n > 0, both * (2 * n - both) / np.where(n > 0, 2 * n, 1.0), 0.0))
        return np.asarray(first - second >= FONG_QUANTILE * spread) & (n > 0)

    @property
    def satisfaction(self) -> FloatArray:
        """Share of those in the first four categories whom it pleases to have, 0 to 1."""
        return self._share(A, O)

    @property
    def dissatisfaction(self) -> FloatArray:
        """Share of the same whom it displeases not to have, with a minus: -1 to 0."""
        return -self._share(O, M)

    def _share(self, *categories: int) -> FloatArray:
        basis = self.counts[..., [A, O, M, I]].sum(axis=-1)
        part = self.counts[..., list(categories)].sum(axis=-1)
        share: FloatArray = np.divide(part, basis, out=np.full_like(basis, np.nan), where=basis > 0)
        return share
