"""One Newton step per replicate lands where a fit of the replicate's rows would."""

import numpy as np
import pytest

from pipelines.statistics.bootstrap import block_moments, draw, sampling_units
from pipelines.statistics.logit_bootstrap import latent_replicates
from pipelines.statistics.ordered_logit import covariance_of, ordinal_rows
from tests.statistics.plain_fits import fit_ordered_logit


def answers(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)) * [1, 10, 0.1, 3]
    y = x @ [0.8, 0.05, 2.0, 0.0] + rng.logistic(size=n)
    return x, np.digitize(y, [-2.0, -0.5, 1.5]).astype(float), rng.uniform(0.5, 2, n)


def replicates(x, y, w, count: int, seed: int = 1):
    units = sampling_units(len(x), None, None, 2000, np.random.default_rng(seed))
    counts = draw(units, count, np.random.default_rng(seed))
    drawn = block_moments(x, w, units).covariances(counts)
    every = np.concatenate([covariance_of(x, w)[None], drawn])
    return units, counts, latent_replicates(ordinal_rows(x, y, w, "y"), w, units, counts, every)


def slopes(matrix: np.ndarray) -> np.ndarray:
    return np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])


def test_the_sample_comes_first_and_is_the_fit():
    x, y, w = answers(500)
    _, _, found = replicates(x, y, w, 3)
    fitted = fit_ordered_logit(x, y, w)
    assert found[0] == pytest.approx(fitted.covariance, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("n", "share"), [(300, 0.12), (3000, 0.04)])
def test_a_step_is_off_by_a_small_share_of_the_error_that_shrinks_with_n(n, share):
    x, y, w = answers(n)
    units, counts, found = replicates(x, y, w, 40)
    stepped = np.array([slopes(one) for one in found[1:]])
    fitted = np.array(
        [fit_ordered_logit(x[c > 0], y[c > 0], (w * c)[c > 0]).slopes
         for c in counts[:, units.of_row]]
    )  # fmt: skip
    gap = np.abs(stepped - fitted).mean(axis=0)
    assert (gap < share * fitted.std(axis=0)).all()


def test_columns_that_repeat_each_other_share_in_every_replicate():
    x, y, w = answers(400)
    doubled = np.column_stack([x, x[:, 0]])
    _, _, found = replicates(doubled, y, w, 10)
    _, _, plain = replicates(x, y, w, 10)
    assert found[:, -1, -1] == pytest.approx(plain[:, -1, -1], rel=1e-6)
