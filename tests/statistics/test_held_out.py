"""Held-out R2 from moments against predictions of the rows."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.core.errors import ContractError
from pipelines.statistics.held_out import cross_validated_r2, held_out_r2
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


def test_it_is_the_r2_of_predicting_each_row():
    train, test = draw(0, 60), draw(1, 40)
    residual, total = by_rows(train, test)
    found = held_out_r2(*(moments_of_matrix(x, NAMES, w) for x, w in (train, test)))
    assert found == pytest.approx(1 - residual / total, abs=1e-12)


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
    train, test = (moments_of_matrix(rng.normal(size=(n, 9)), "abcdefghy") for n in (20, 2000))
    assert held_out_r2(train, test) < 0


def test_a_driver_that_repeats_another_changes_nothing():
    (train, _), (test, _) = draw(0, 60), draw(1, 40)
    alone = held_out_r2(*(moments_of_matrix(x, NAMES) for x in (train, test)))
    twice = [np.column_stack([x[:, 0], 2 - x[:, 0], x[:, 1:]]) for x in (train, test)]
    found = held_out_r2(*(moments_of_matrix(x, ("a", "copy", "b", "y")) for x in twice))
    assert found == pytest.approx(alone, abs=1e-9)


def test_what_cannot_be_held_out_is_refused():
    moments = moments_of_matrix(draw(0, 60)[0], NAMES)
    with pytest.raises(ContractError, match="two folds or more, got 1"):
        cross_validated_r2({0: moments})
    with pytest.raises(ContractError, match="an outcome that varies, got a constant"):
        held_out_r2(moments, moments_of_matrix(np.tile(moments.mean, (2, 1)), NAMES))
    with pytest.raises(ContractError, match="expected the columns 'a', 'b', 'y'"):
        held_out_r2(moments, moments.select(["b", "a", "y"]))
