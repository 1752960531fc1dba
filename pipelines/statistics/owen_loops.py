"""The inner loops of `owen`, compiled by Numba: import late, see `compiled`.

What either column of a pair adds to every set of the other groups, for many pairs at once. Sets
are built by halves: to look at the pairs of one half, every set of the other half is held first,
and so on within the half. So what is held is shared by all pairs that are looked at below it, and
columns that nobody looks at any more are left alone. Sets of the first groups lie side by side,
in lanes, so that every operation is one on vectors.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.survey import FloatArray, IntArray
from pipelines.statistics.sweeps import MIN_PIVOT, hold

LANE_GROUPS = 7  # 128 sets side by side: the fastest for 10 to 14 pairs
FACTORS = 5  # rows that `_hold` works with


@compiled
def _hold(source: FloatArray, at: int, target: FloatArray, to: int, lanes: int, a: int, b: int,
          others: IntArray, n: int, left: FloatArray, factor: FloatArray) -> None:  # fmt: skip
    """Hold a pair of columns `a` and `b`, or one column `a` = `b`, for the first `n` others.

    From lanes `at` of `source` into lanes `to` of `target`; `left` and `factor` are overwritten.
    """
    for lane in range(lanes):
        pivot, crossed = source[a, a, at + lane], source[a, b, at + lane]
        factor[0, lane] = 1.0 / pivot if pivot > MIN_PIVOT else 0.0
        factor[1, lane] = crossed * factor[0, lane]
        rest = source[b, b, at + lane] - factor[1, lane] * crossed  # of b, with a held
        factor[2, lane] = 1.0 / rest if rest > MIN_PIVOT else 0.0
    for place in range(n + 1):
        k = others[place] if place < n else source.shape[0]  # the outcome comes last
        x, y, u, v = min(a, k), max(a, k), min(b, k), max(b, k)
        for lane in range(lanes):
            left[k, lane] = source[u, v, at + lane] - factor[1, lane] * source[x, y, at + lane]
    for row in range(n):
        i = others[row]
        x, y = min(a, i), max(a, i)
        for lane in range(lanes):
            factor[3, lane] = source[x, y, at + lane] * factor[0, lane]
            factor[4, lane] = left[i, lane] * factor[2, lane]
        for place in range(row, n + 1):
            k = others[place] if place < n else source.shape[0]
            x, y, u, v = min(i, k), max(i, k), min(a, k), max(a, k)
            for lane in range(lanes):
                target[x, y, to + lane] = (
                    source[x, y, at + lane]
                    - factor[3, lane] * source[u, v, at + lane]
                    - factor[4, lane] * left[k, lane]
                )


@compiled
def _compare(table: FloatArray, i: int, weight: FloatArray, lead: FloatArray) -> None:
    """Add what column `i` gains more than the one after it, by lane."""
    j, outcome = i + 1, table.shape[0]
    for lane in range(lead.size):
        one, two = table[i, i, lane], table[j, j, lane]
        by_one = table[i, outcome, lane] if one > MIN_PIVOT else 0.0
        by_two = table[j, outcome, lane] if two > MIN_PIVOT else 0.0
        one, two = max(one, MIN_PIVOT), max(two, MIN_PIVOT)
        gap = (by_one * by_one * two - by_two * by_two * one) / (one * two)
        lead[lane] += weight[lane] * gap


@compiled
def _compare_twice(table: FloatArray, i: int, a: int, b: int, weight: FloatArray,
                   heavier: FloatArray, lead: FloatArray) -> None:  # fmt: skip
    """Do as `_compare`, without and with columns `a` and `b` held."""
    j, outcome = i + 1, table.shape[0]
    p, q, r, s = min(a, i), max(a, i), min(a, j), max(a, j)
    t, u, v, w = min(b, i), max(b, i), min(b, j), max(b, j)
    for lane in range(lead.size):
        pivot, crossed = table[a, a, lane], table[a, b, lane]
        inverse = (1.0 if pivot > MIN_PIVOT else 0.0) / max(pivot, MIN_PIVOT)
        tie = crossed * inverse
        rest = table[b, b, lane] - tie * crossed
        further = (1.0 if rest > MIN_PIVOT else 0.0) / max(rest, MIN_PIVOT)
        a_i, a_j, a_y = table[p, q, lane], table[r, s, lane], table[a, outcome, lane]
        b_i, b_j = table[t, u, lane] - tie * a_i, table[v, w, lane] - tie * a_j
        b_y = table[b, outcome, lane] - tie * a_y
        one, two = table[i, i, lane], table[j, j, lane]
        by_one, by_two = table[i, outcome, lane], table[j, outcome, lane]
        one_left = one - a_i * a_i * inverse - b_i * b_i * further
        two_left = two - a_j * a_j * inverse - b_j * b_j * further
        by_one_left = by_one - a_i * a_y * inverse - b_i * b_y * further
        by_two_left = by_two - a_j * a_y * inverse - b_j * b_y * further
        by_one = by_one if one > MIN_PIVOT else 0.0
        by_two = by_two if two > MIN_PIVOT else 0.0
        one, two = max(one, MIN_PIVOT), max(two, MIN_PIVOT)
        by_one_left = by_one_left if one_left > MIN_PIVOT else 0.0
        by_two_left = by_two_left if two_left > MIN_PIVOT else 0.0
        one_left, two_left = max(one_left, MIN_PIVOT), max(two_left, MIN_PIVOT)
        gap = (by_one * by_one * two - by_two * by_two * one) / (one * two)
        gap_left = (by_one_left * by_one_left * two_left - by_two_left * by_two_left * one_left) / (
            one_left * two_left
        )
        lead[lane] += weight[lane] * gap + heavier[lane] * gap_left


@compiled
def _push(tasks: IntArray, waiting: int, held: int, low: int, high: int, start: int, stop: int,
          holds: int) -> int:  # fmt: skip
    """Put a task on the stack; return how many wait."""
    task = tasks[waiting]
    task[0], task[1], task[2], task[3], task[4], task[5] = held, low, high, start, stop, holds
    return waiting + 1


@compiled
def _visit(levels: FloatArray, first: IntArray, looked_at: int, start: int, weights: FloatArray,
           lead: FloatArray, others: IntArray, left: FloatArray, factor: FloatArray,
           tasks: IntArray) -> None:  # fmt: skip
    """Look at the pairs from `looked_at`, with every set of groups from `start` held besides.

    A task is to look at pairs `low` to `high` with every set of groups `start` to `stop` held
    besides, given the table of `levels` that has `held` groups held; or, if it `holds`, with
    those sets that have the group `start`.
    """
    waiting = _push(tasks, 0, 0, looked_at, first.size - 1, start, looked_at, 0)
    while waiting:
        waiting -= 1
        held, low, high, start, stop, holds = tasks[waiting]
        if holds:
            n, further = first[high] - first[low], first[stop] - first[start + 1]
            others[:n] = np.arange(first[low], first[high])
            others[n : n + further] = np.arange(first[start + 1], first[stop])
            _hold(levels[held], 0, levels[held + 1], 0, lead.shape[1], first[start],
                  first[start + 1] - 1, others, n + further, left, factor)  # fmt: skip
            held, start = held + 1, start + 1
        if start < stop and (high - low > 1 or stop - start > 1):  # without the group, then with
            waiting = _push(tasks, waiting, held, low, high, start, stop, 1)
            waiting = _push(tasks, waiting, held, low, high, start + 1, stop, 0)
        elif start < stop:
            _compare_twice(levels[held], first[low], first[start], first[start + 1] - 1,
                           weights[held], weights[held + 1], lead[low])  # fmt: skip
        elif high - low > 1:
            middle = (low + high) // 2
            waiting = _push(tasks, waiting, held, middle, high, low, middle, 0)
            waiting = _push(tasks, waiting, held, low, middle, middle, high, 0)
        else:
            _compare(levels[held], first[low], weights[held], lead[low])


@compiled
def _fill(table: FloatArray, first: IntArray, lane_groups: int, root: FloatArray,
          others: IntArray, left: FloatArray, factor: FloatArray) -> None:  # fmt: skip
    """Fill the root: hold each subset of the first groups in a lane of its own."""
    columns, outcome = root.shape[0], table.shape[0] - 1
    for i in range(columns):
        root[i, i:columns, 0] = table[i, i:columns]
        root[i, columns, 0] = table[i, outcome]
    for g in range(lane_groups):
        n = columns - first[g + 1]
        others[:n] = np.arange(first[g + 1], columns)
        lanes = 1 << g
        _hold(root, 0, root, lanes, lanes, first[g], first[g + 1] - 1, others, n, left, factor)


@compiled
def compare(tables: FloatArray, first: IntArray, lane_groups: int, looked_at: int,
            weights: FloatArray) -> FloatArray:  # fmt: skip
    """How much more the first column of each pair adds to sets of other groups than the second.

    Parameters
    ----------
    tables : ndarray, shape (n_tables, n_columns + 1, n_columns + 1)
        Covariances: groups of one or two columns, those looked at last and all pairs; then
        covariates, then the outcome with variance 1.
    first : ndarray of int, shape (n_groups + 1,)
        First column of each group; the last entry is the first covariate.
    lane_groups, looked_at : int
        How many groups the lanes hold, and the first group that is looked at.
    weights : ndarray, shape (n_groups - lane_groups, 2 ** lane_groups)
        Of a set, by the number of groups in it beside those of the lane, and lane.

    Returns
    -------
    ndarray, shape (n_tables, n_groups - looked_at)
        Weighted sum over sets.
    """
    groups, columns, lanes = first.size - 1, first[-1], 1 << lane_groups
    levels = np.empty((groups - lane_groups, columns, columns + 1, lanes))
    others, left = np.empty(columns, np.int64), np.empty((columns + 1, lanes))
    factor, lead = np.empty((FACTORS, lanes)), np.empty((groups, lanes))
    tasks = np.empty((4 * groups, 6), np.int64)
    found = np.zeros((tables.shape[0], groups - looked_at))
    for number in range(tables.shape[0]):
        table = tables[number].copy()
        hold(table, columns, table.shape[0] - 1)
        _fill(table, first, lane_groups, levels[0], others, left, factor)
        lead[:] = 0.0
        _visit(levels, first, looked_at, lane_groups, weights, lead, others, left, factor, tasks)
        for g in range(looked_at, groups):
            for lane in range(lanes):
                found[number, g - looked_at] += lead[g, lane]
    return found
