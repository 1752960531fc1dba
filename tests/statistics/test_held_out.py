"""Held-out R2 from moments against predictions of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.core.errors import ContractError
from pipelines.statistics.held_out import cross_validated_r2
from pipelines.statistics.moments import moments_of_matrix

NAMES = ("a", "b", "y")


def draw(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2)) + rng.normal(size=(n, 1)) + 3
    y = x @ [1.0, -0.5] + rng.normal(size=n) + 2
    return np.column_stack([x, y]), rng.uniform(0.5, 2, n)


def by_rows(train, test) -> tuple[float, float]:
    (rows, w), (new, v) = train, test
    design = np.column_stack([np.ones(len(rows)), rows[:, :2]])
    beta = np.linalg.lstsq(design * np.sqrt(w)[:, None], rows[:, 2] * np.sqrt(w))[0]
    error = new[:, 2] - np.column_stack([np.ones(len(new)), new[:, :2]]) @ beta
    mean = np.average(rows[:, 2], weights=w)
    return (v * error**2).sum(), (v * (new[:, 2] - mean) ** 2).sum()


def test_folds_are_each_predicted_from_the_others():
    parts = [draw(seed, 30) for seed in range(4)]
    errors = []
    for k, part in enumerate(parts):
        others = [p for j, p in enumerate(parts) if j != k]
        joined = tuple(np.concatenate(one) for one in zip(*others, strict=True))
        errors.append(by_rows(joined, part))
    residual, total = np.sum(errors, axis=0)
    folds = dict(enumerate(moments_of_matrix(x, NAMES, w) for x, w in parts))
    assert cross_validated_r2(folds) == pytest.approx(1 - residual / total, abs=1e-12)


def test_other_rows_of_a_fold_may_be_predicted_than_were_fitted():
    parts, others = [draw(seed, 30) for seed in (0, 1)], [draw(seed, 20) for seed in (2, 3)]
    residual, total = np.sum([by_rows(parts[1], others[0]), by_rows(parts[0], others[1])], axis=0)
    folds, tests = (
        dict(enumerate(moments_of_matrix(x, NAMES, w) for x, w in some)) for some in (parts, others)
    )
    assert cross_validated_r2(folds, tests) == pytest.approx(1 - residual / total, abs=1e-12)


def test_noise_predicts_worse_than_the_mean():
    rng = np.random.default_rng(5)
    folds = {k: moments_of_matrix(rng.normal(size=(20, 9)), "abcdefghy") for k in range(2)}
    assert cross_validated_r2(folds) < 0


def test_a_driver_that_repeats_another_changes_nothing():
    parts = [draw(0, 60)[0], draw(1, 40)[0]]
    alone = cross_validated_r2(dict(enumerate(moments_of_matrix(x, NAMES) for x in parts)))
    twice = [np.column_stack([x[:, 0], 2 - x[:, 0], x[:, 1:]]) for x in parts]
    names = ("a", "copy", "b", "y")
    found = cross_validated_r2(dict(enumerate(moments_of_matrix(x, names) for x in twice)))
    assert found == pytest.approx(alone, abs=1e-9)


def test_what_cannot_be_held_out_is_refused():
    rows = draw(0, 60)[0]
    moments = moments_of_matrix(rows, NAMES)
    with pytest.raises(ContractError, match="two folds or more, got 1"):
        cross_validated_r2({0: moments})
    constant = moments_of_matrix(np.tile(moments.mean, (2, 1)), NAMES)
    with pytest.raises(ContractError, match="an outcome that varies, got a constant"):
        cross_validated_r2({0: constant, 1: constant})
    turned = moments_of_matrix(rows[:, [1, 0, 2]], ("b", "a", "y"))
    with pytest.raises(ContractError, match=r"expected the columns '.', '.', 'y'"):
        cross_validated_r2({0: moments, 1: turned})
