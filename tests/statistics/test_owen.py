"""Owen's value of the columns of pairs: by hand, over all orders, and its identities."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.core.errors import ContractError
from pipelines.statistics.dominance import general_dominance
from pipelines.statistics.owen import owen_of_last


def r2(matrix: np.ndarray, columns: list[int]) -> float:
    if not columns:
        return 0.0
    inner, response = matrix[np.ix_(columns, columns)], matrix[columns, -1]
    return float(response @ np.linalg.pinv(inner) @ response / matrix[-1, -1])


def over_orders(matrix: np.ndarray, groups: list[list[int]], held: list[int]) -> dict[int, float]:
    """Mean R2 that columns add over all orders in which a group's columns follow each other."""
    orders = [[]]
    for group in groups:  # orders of each group's columns
        orders = [[*order, inner] for order in orders for inner in permutations(group)]
    added: dict[int, list[float]] = {column: [] for group in groups for column in group}
    for inner_orders in orders:
        for order in permutations(inner_orders):
            entered = list(held)
            for column in (c for group in order for c in group):
                before = r2(matrix, entered)
                entered.append(column)
                added[column].append(r2(matrix, entered) - before)
    return {column: float(np.mean(gains)) for column, gains in added.items()}


def covariance(seed: int, columns: int, rows: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, columns)) @ rng.normal(size=(columns, columns))
    return np.cov(values.T)


def split(matrix: np.ndarray, groups: list[list[int]], held: list[int] = []) -> np.ndarray:  # noqa: B006
    general = general_dominance(matrix[None], groups, held)
    return owen_of_last(general, matrix[None], groups, held)[0]


def test_one_pair_and_a_single_driver_worked_by_hand():
    # Use u and rating x of one driver, z another: r_uy = .4, r_xy = .3, r_zy = .5, r_xz = .5.
    # x before and after u, without z: .09 twice, as x and u are uncorrelated. With z held x
    # has 1 - .25 of its variance left and .3 - .5 * .5 = .05 of its covariance: .0025 / .75.
    matrix = np.array(
        [[1.0, 0.0, 0.0, 0.4], [0.0, 1.0, 0.5, 0.3], [0.0, 0.5, 1.0, 0.5], [0.4, 0.3, 0.5, 1.0]]
    )
    rating, other = split(matrix, [[0, 1], [2]])
    assert rating == pytest.approx((0.09 + 0.0025 / 0.75) / 2)
    general = general_dominance(matrix[None], [[0, 1], [2]])[0]
    assert general[0] - rating == pytest.approx(0.16)  # the use, which nothing else goes with
    assert other == general[1]


@pytest.mark.parametrize(
    "groups",
    [
        [[0, 1]],
        [[0, 1], [2, 3]],
        [[4], [0, 1], [2, 3]],
        [[0], [1, 2], [3], [4, 5]],
        [[5, 0], [1, 4], [3, 2]],
        [[0, 1], [2, 3], [4, 5], [6, 7]],
    ],
)
@pytest.mark.parametrize("held", [False, True])
def test_it_is_the_mean_over_orders_in_which_groups_stay_together(groups, held):
    columns = sum(map(len, groups))
    matrix = covariance(len(groups), columns + 1 + held)
    covariates = [columns] if held else []
    expected = over_orders(matrix, groups, covariates)
    found = split(matrix, groups, covariates)
    assert found == pytest.approx([expected[group[-1]] for group in groups], abs=1e-12)


def test_many_pairs_are_the_mean_over_sets_of_other_groups():
    # More groups than the lanes hold: sets are walked too.
    groups = [[2 * g, 2 * g + 1] for g in range(10)]
    matrix = covariance(3, 21, rows=200)
    found = split(matrix, groups)
    general = general_dominance(matrix[None], groups)[0]
    with_first = covariance_without(matrix, groups[4][1])
    with_last = covariance_without(matrix, groups[4][0])
    one_less = [[2 * g, 2 * g + 1] for g in range(4)] + [[8]]
    one_less += [[2 * g - 1, 2 * g] for g in range(5, 10)]
    first = general_dominance(with_first[None], one_less)[0][4]
    last = general_dominance(with_last[None], one_less)[0][4]
    assert found[4] == pytest.approx((general[4] + last - first) / 2, abs=1e-12)


def covariance_without(matrix: np.ndarray, column: int) -> np.ndarray:
    return np.delete(np.delete(matrix, column, axis=0), column, axis=1)


def test_a_column_that_repeats_the_other_has_half_and_a_constant_one_nothing():
    matrix = covariance(1, 4)
    twice = matrix[np.ix_([0, 0, 1, 2, 3], [0, 0, 1, 2, 3])]
    general = general_dominance(twice[None], [[0, 1], [2, 3]])[0]
    assert split(twice, [[0, 1], [2, 3]])[0] == pytest.approx(general[0] / 2)
    matrix[1, :] = matrix[:, 1] = 0.0
    assert split(matrix, [[0, 1], [2]])[0] == 0.0


@given(st.integers(1, 9), st.integers(0, 10_000))
def test_parts_lie_inside_the_share_and_change_sides_with_the_columns(pairs, seed):
    groups = [[2 * g, 2 * g + 1] for g in range(pairs)]
    matrix = covariance(seed, 2 * pairs + 1)
    general = general_dominance(matrix[None], groups)[0]
    last, first = split(matrix, groups), split(matrix, [group[::-1] for group in groups])
    assert ((last >= 0) & (last <= general)).all()
    assert last + first == pytest.approx(general, abs=1e-12)
    assert (last + first).sum() == pytest.approx(r2(matrix, list(range(2 * pairs))), abs=1e-9)


def test_groups_of_three_are_refused():
    with pytest.raises(ContractError, match="groups of one or two columns, got one of 3"):
        owen_of_last(np.ones((1, 1)), covariance(1, 4)[None], [[0, 1, 2]])
