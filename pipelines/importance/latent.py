"""Models of the steps of an outcome: ordered logits, whose latent outcome has an R2 to share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.core.errors import ContractError
from pipelines.importance.models import Model
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.logit_bootstrap import latent_replicates
from pipelines.statistics.ordered_logit import ordinal_rows
from pipelines.statistics.survey import FloatArray, IntArray

MIN_ANSWERS_PER_LATENT_COLUMN = 5  # of those that limit what can be learnt


@dataclass(frozen=True)
class LatentModel(Model):
    """The latent outcome of an ordered logit on the drivers; of two answers, of a logit.

    Attributes
    ----------
    latent : ndarray, shape (1 + n_replicates, n_columns + 1, n_columns + 1)
        Covariances of the model's columns, the latent outcome last: of the sample, then of
        the replicates.
    """

    latent: FloatArray

    @classmethod
    def of_steps(
        cls, model: Model, values: FloatArray, weight: FloatArray, units: Units, counts: FloatArray
    ) -> LatentModel:
        """Fit the ordered logit of a linear model's target on its columns.

        Parameters
        ----------
        model : Model
        values : ndarray, shape (n, n_columns of the design)
            Without blanks.
        weight : ndarray, shape (n,)
        units, counts
            What was drawn, and how often each unit counts in a replicate.

        Raises
        ------
        ContractError
            If the target has too many steps, or too few answers on some of them for so many
            columns, or the drivers tell them apart without fail.
        """
        *columns, target = model.columns
        chosen = np.ascontiguousarray(values[:, columns])
        rows = ordinal_rows(chosen, values[:, target], weight, model.target)
        _check_enough(np.bincount(rows.code), len(columns))
        covariances = model.matrices[:, :-1, :-1]
        latent = latent_replicates(rows, weight, units, counts, covariances)
        return cls(model.design, model.draws, model.target, model.drivers, latent)

    @cached_property
    def matrices(self) -> FloatArray:
        """Covariances of the model's columns and the latent outcome."""
        return self.latent


def _check_enough(answers: IntArray, columns: int) -> None:
    """Refuse too few answers per column; where few are dissatisfied, they are what counts.

    References
    ----------
    Harrell (2015), Regression Modeling Strategies, 2nd ed., section 4.4.
    """
    n = answers.sum()
    limiting = answers.min() if answers.size == 2 else n - (answers**3).sum() / n**2
    if limiting < MIN_ANSWERS_PER_LATENT_COLUMN * columns:
        raise ContractError(
            "ordered logit",
            expected=f"{MIN_ANSWERS_PER_LATENT_COLUMN} answers per column on the rarer step,"
            f" {MIN_ANSWERS_PER_LATENT_COLUMN * columns}",
            got=f"{limiting:.0f}",
            todo="use the linear split, or fewer drivers",
        )
