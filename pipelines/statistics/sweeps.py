"""The inner loops of `dominance`, compiled by Numba: import late, see `compiled`.

All R2 come from one walk over the tree of subsets: a node is a set S, its children add one
later driver each, and a node holds the covariances that the drivers after the last of S have
left when S is held. A child needs one elimination step on the part behind it (Furnival and
Wilson 1974, Technometrics 16, 499-511). Half of all nodes are leaves and a quarter have one
child, so that a subset costs a constant number of operations however many drivers there are.
`LANES` sets of the first drivers walk side by side, so that every operation is one on vectors.
Nothing is stored per subset; sums go up the tree as the walk leaves a node.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.survey import FloatArray, IntArray

LANE_BITS = 6  # 64 sets side by side: the fastest from 12 to 25 drivers
LANES = 1 << LANE_BITS
MIN_PIVOT = 1e-10  # a driver with less of its variance left adds nothing: it repeats others
# A copy, computed in double precision, has some 1e-15 of its variance left.


@compiled
def hold(table: FloatArray, first: int, last: int) -> float:
    """Hold columns `first` to `last` of a covariance table, in place; return the R2 gained.

    The outcome is the last column and has variance 1.
    """
    size = table.shape[0]
    outcome = size - 1
    gained = 0.0
    for c in range(first, last):
        pivot = table[c, c]
        if pivot <= MIN_PIVOT:
            continue
        gained += table[c, outcome] * table[c, outcome] / pivot
        row = table[c].copy()
        for i in range(size):
            factor = row[i] / pivot
            for k in range(size):
                table[i, k] -= factor * row[k]
    return gained


@compiled
def _eliminate(source: FloatArray, target: FloatArray, r2: FloatArray, c: int, inverse: FloatArray,
               factor: FloatArray) -> None:  # fmt: skip
    """Hold column `c` of `source` in each lane, for the columns after it, into `target`."""
    outcome = source.shape[0]
    pivots = source[c, c]
    response = source[c, outcome]
    for lane in range(LANES):
        pivot = pivots[lane]
        inverse[lane] = 1.0 / pivot if pivot > MIN_PIVOT else 0.0
        r2[lane] += response[lane] * response[lane] * inverse[lane]
    for i in range(c + 1, outcome):
        crossed = source[c, i]
        for lane in range(LANES):
            factor[lane] = crossed[lane] * inverse[lane]
        for k in range(i, outcome + 1):
            old, row, new = source[i, k], source[c, k], target[i, k]
            for lane in range(LANES):
                new[lane] = old[lane] - factor[lane] * row[lane]


@compiled
def _start(table: FloatArray, first: IntArray, lane_groups: int, levels: FloatArray,
           r2: FloatArray) -> None:  # fmt: skip
    """Fill the root: hold each subset of the first groups in a lane of its own."""
    size = table.shape[0]
    held = np.empty((1 << lane_groups, size, size))
    held[0] = table
    offset, width = first[lane_groups], levels.shape[1]
    bit = 0
    for lane in range(1 << lane_groups):
        if lane >= 1 << (bit + 1):
            bit += 1
        if lane:
            without = lane ^ (1 << bit)
            held[lane] = held[without]
            r2[0, lane] = r2[0, without] + hold(held[lane], first[bit], first[bit + 1])
        for i in range(width):
            for k in range(i, width):
                levels[0, i, k, lane] = held[lane, offset + i, offset + k]
            levels[0, i, width, lane] = held[lane, offset + i, size - 1]


@compiled
def _walk(table: FloatArray, first: IntArray, lane_groups: int, walked: int, base: float,
         total: FloatArray, having: FloatArray, every: FloatArray) -> None:  # fmt: skip
    """Visit all subsets of the first `lane_groups + walked` groups of columns.

    Parameters
    ----------
    table : ndarray, shape (n_columns + 1, n_columns + 1)
        Covariances, the outcome last with variance 1.
    first : ndarray of int, shape (n_groups + 1,)
        First column of each group; columns behind those walked are left alone.
    base : float
        R2 of the empty set.
    total : ndarray, shape (walked + 1, LANES)
        Out: sum of R2 by the number of walked groups in the set, and lane.
    having : ndarray, shape (walked, walked + 1, LANES)
        Out: the same for the sets that have a walked group.
    every : ndarray, shape (2 ** (lane_groups + walked),) or (0,)
        Out: R2 of every set, bit g standing for group g.
    """
    width = first[lane_groups + walked] - first[lane_groups]
    levels = np.empty((walked + 1, width, width + 1, LANES))
    levels[0] = 0.0
    r2 = np.zeros((walked + 1, LANES))
    sums = np.zeros((walked + 1, walked + 1, LANES))  # of a level's node, by further groups
    inverse, factor = np.empty(LANES), np.empty(LANES)
    following, last = np.zeros(walked + 1, np.int64), np.zeros(walked + 1, np.int64)
    members, mask = 1 << lane_groups, 0
    _start(table, first, lane_groups, levels, r2)
    r2[0] += base
    sums[0, 0] = r2[0]
    if every.size:
        every[:members] = r2[0, :members]
    depth = 0
    while True:
        child = following[depth]
        if child < walked:  # go down
            following[depth] += 1
            here, below = levels[depth], levels[depth + 1]
            r2[depth + 1] = r2[depth]
            offset = first[lane_groups]
            for c in range(first[lane_groups + child], first[lane_groups + child + 1]):
                _eliminate(here, below, r2[depth + 1], c - offset, inverse, factor)
                here = below  # the group's next column, in place
            depth += 1
            last[depth], following[depth] = child, child + 1
            sums[depth, 0] = r2[depth]
            sums[depth, 1 : walked - child] = 0.0
            if every.size:
                mask |= 1 << child
                every[mask * members : (mask + 1) * members] = r2[depth, :members]
        elif depth:  # go up
            child = last[depth]
            for k in range(walked - child):
                into, of, up = having[child, depth + k], sums[depth, k], sums[depth - 1, k + 1]
                for lane in range(LANES):
                    into[lane] += of[lane]
                    up[lane] += of[lane]
            mask &= ~(1 << child)
            depth -= 1
        else:
            break
    total += sums[0]


@compiled
def _fold(total: FloatArray, having: FloatArray, lane_groups: int, outer: int, sums: FloatArray,
          member: FloatArray) -> None:  # fmt: skip
    """Add what a walk found to the sums by size of the set, and by group and size."""
    walked = having.shape[0]
    for lane in range(1 << lane_groups):
        held = lane | (outer << (lane_groups + walked))
        size = 0
        for g in range(member.shape[0]):
            size += (held >> g) & 1
        for k in range(walked + 1):
            sums[size + k] += total[k, lane]
            for v in range(walked):
                member[lane_groups + v, size + k] += having[v, k, lane]
            for g in range(member.shape[0]):
                if (held >> g) & 1:
                    member[g, size + k] += total[k, lane]


@compiled
def visit(tables: FloatArray, first: IntArray, walked: int, outer: int, every: FloatArray
          ) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Sum R2 over the subsets of groups of columns, for each of several tables.

    Parameters
    ----------
    tables : ndarray, shape (n_tables, n_columns + 1, n_columns + 1)
        Covariances: groups, then covariates, then the outcome with variance 1.
    first : ndarray of int, shape (n_groups + 1,)
        First column of each group; the last entry is the first covariate.
    walked, outer : int
        The first groups, as many as lanes take plus `walked`, are free; the groups behind
        them are in the set exactly where `outer` has a bit.
    every : ndarray
        Out, if it has a size: R2 of the sets visited, for a single table.

    Returns
    -------
    sums : ndarray, shape (n_tables, n_groups + 1)
        Sum of R2 over the sets visited, by size of the set.
    member : ndarray, shape (n_tables, n_groups, n_groups + 1)
        The same over those sets that have the group.
    """
    groups = first.shape[0] - 1
    lane_groups = min(LANE_BITS, groups)
    sums = np.zeros((tables.shape[0], groups + 1))
    member = np.zeros((tables.shape[0], groups, groups + 1))
    total, having = np.empty((walked + 1, LANES)), np.empty((walked, walked + 1, LANES))
    for number in range(tables.shape[0]):
        table = tables[number].copy()
        base = hold(table, first[groups], table.shape[0] - 1)
        for bit in range(groups - lane_groups - walked):
            if (outer >> bit) & 1:
                g = lane_groups + walked + bit
                base += hold(table, first[g], first[g + 1])
        total[:], having[:] = 0.0, 0.0
        _walk(table, first, lane_groups, walked, base, total, having, every)
        _fold(total, having, lane_groups, outer, sums[number], member[number])
    return sums, member


@compiled
def enter(table: FloatArray, first: IntArray, orders: IntArray) -> FloatArray:
    """R2 that each group adds when groups enter in given orders, shape (n_orders, n_groups).

    `table` and `first` are as for `visit`; covariates enter before all.
    """
    added = np.empty(orders.shape)
    start = table.copy()
    hold(start, first[-1], table.shape[0] - 1)
    for number in range(orders.shape[0]):
        left = start.copy()
        for g in orders[number]:
            added[number, g] = hold(left, first[g], first[g + 1])
    return added


@compiled
def never_less(every: FloatArray, i: int, j: int, tolerance: float) -> bool:
    """Whether group `i` adds at least what `j` adds to every set of others, and once more."""
    low, high = min(i, j), max(i, j)
    more = False
    for number in range(every.shape[0] // 4):
        # Make room for a zero bit at `low`, then at `high`.
        mask = ((number >> low) << (low + 1)) | (number & ((1 << low) - 1))
        mask = ((mask >> high) << (high + 1)) | (mask & ((1 << high) - 1))
        gap = every[mask | (1 << i)] - every[mask | (1 << j)]
        if gap < -tolerance:
            return False
        more = more or gap > tolerance
    return more
