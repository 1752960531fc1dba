"""What moves of ratings change in predicted answers, compiled by Numba: see `compiled`.

An ordered logit with thresholds t says ``P(y > k) = S_k = 1 / (1 + exp(t_k - eta))``. What an
answer counts, from 0 up by `rise` from one category to the next, has the expectation
``sum of rise_k S_k``; every target of an outcome is such a sum.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.compiled import compiled
from pipelines.statistics.survey import FloatArray, IntArray


@compiled
def expect_scores(eta: FloatArray, thresholds: FloatArray, rises: FloatArray) -> FloatArray:
    """Expected scores above those of the lowest category, shape (n_rows, n_targets)."""
    odds = np.exp(thresholds)
    found = np.zeros((eta.size, rises.shape[0]))
    for row in range(eta.size):
        growth = np.exp(eta[row])
        for k in range(odds.size):
            above = growth / (growth + odds[k])
            for t in range(rises.shape[0]):
                found[row, t] += rises[t, k] * above
    return found


@compiled
def _add_gradient(into: FloatArray, inner: int, bends: FloatArray, rises: FloatArray,
                  w: float, values: FloatArray) -> None:  # fmt: skip
    """Add what a row's curvature of S, `bends`, says about thresholds and slopes."""
    for t in range(rises.shape[0]):
        pull = 0.0
        for k in range(inner):
            one = w * rises[t, k] * bends[k]
            into[t, k] -= one
            pull += one
        for i in range(values.size):
            into[t, inner + i] += pull * values[i]


@compiled
def move_sums(values: FloatArray, eta: FloatArray, weights: FloatArray, unit: IntArray, units: int,
              thresholds: FloatArray, rises: FloatArray, rows: IntArray, columns: IntArray,
              change: FloatArray, delta: FloatArray, lift: FloatArray, slope: float,
              along: FloatArray) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Sum up what a move changes, by unit, and how that hangs on thresholds and slopes.

    Parameters
    ----------
    values : ndarray, shape (n_rows, n_columns)
        Columns of the model.
    eta, weights : ndarray, shape (n_rows,)
    unit : ndarray of int, shape (n_rows,)
    units : int
    thresholds : ndarray, shape (n_thresholds,)
    rises : ndarray, shape (n_targets, n_thresholds)
    rows : ndarray of int, shape (n_moved,)
        Whom the move concerns.
    columns : ndarray of int, shape (n_changed,)
        Columns that it changes.
    change : ndarray, shape (n_moved, n_changed)
        By how much.
    delta : ndarray, shape (n_moved,)
        What that adds to eta.
    lift : ndarray, shape (n_moved,)
        Points by which the moved rating rises.
    slope : float
        What moves along adds to eta per point.
    along : ndarray, shape (n_columns,)
        By how much columns move along per point.

    Returns
    -------
    sums : ndarray, shape (2, units, n_targets)
        Of weighted changes: the others held, and moving along.
    gradient : ndarray, shape (2, n_targets, n_thresholds + n_columns)
        Derivatives of their totals.
    """
    inner, targets, size = thresholds.size, rises.shape[0], values.shape[1]
    odds = np.exp(thresholds)
    sums, gradient = np.zeros((2, units, targets)), np.zeros((2, targets, inner + size))
    before, after = np.empty(inner), np.empty((2, inner))
    bends, moved = np.empty(inner), np.zeros((2, targets))
    for at in range(rows.size):
        row = rows[at]
        w, into = weights[row], unit[row]
        growth = np.exp(eta[row])
        for k in range(inner):
            before[k] = growth / (growth + odds[k])
        for kind in range(2):
            grown = growth * np.exp(delta[at] + kind * slope * lift[at])
            for k in range(inner):
                after[kind, k] = grown / (grown + odds[k])
                bends[k] = after[kind, k] * (1 - after[kind, k]) - before[k] * (1 - before[k])
            _add_gradient(gradient[kind], inner, bends, rises, w, values[row])
            for t in range(targets):
                total, pull = 0.0, 0.0
                for k in range(inner):
                    total += rises[t, k] * (after[kind, k] - before[k])
                    pull += rises[t, k] * after[kind, k] * (1 - after[kind, k])
                sums[kind, into, t] += w * total
                for i in range(columns.size):
                    gradient[kind, t, inner + columns[i]] += w * pull * change[at, i]
                moved[kind, t] += w * pull * lift[at]
    for t in range(targets):
        for i in range(size):
            gradient[1, t, inner + i] += moved[1, t] * along[i]
    return sums, gradient


@compiled
def _starts(moves: int, per: int) -> tuple[IntArray, int]:
    """Where the triples of moves a and b begin, less the first c; and how many there are."""
    start, total = np.zeros((moves, moves), np.int64), 0
    for a in range(moves):
        for b in range((a // per + 1) * per, moves):
            start[a, b] = total - (b // per + 1) * per
            total += moves - (b // per + 1) * per
    return start, total


@compiled
def _add_triples(triples: FloatArray, start: IntArray, concerned: IntArray, per: int, w: float,
                 grown: FloatArray, factor: FloatArray, odds: FloatArray, base: FloatArray,
                 alone: FloatArray, both: FloatArray) -> None:  # fmt: skip
    """Add what a row says of every three moves that concern it."""
    count = concerned.size
    for i in range(count):
        a = concerned[i]
        for j in range(i + 1, count):
            b = concerned[j]
            if b // per == a // per:
                continue
            for last in range(j + 1, count):
                c = concerned[last]
                if c // per == b // per:
                    continue
                whole, at = grown[a] * factor[b] * factor[c], start[a, b] + c
                for k in range(odds.size):
                    triples[k, at] += w * (
                        whole / (whole + odds[k]) - both[a, b, k] - both[a, c, k] - both[b, c, k]
                        + alone[a, k] + alone[b, k] + alone[c, k] - base[k]
                    )  # fmt: skip


@compiled
def joint_sums(eta: FloatArray, deltas: FloatArray, weights: FloatArray, thresholds: FloatArray,
               per: int, with_triples: bool) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Weighted sums of what two and three moves change in every S beyond fewer of them.

    Parameters
    ----------
    eta, weights : ndarray, shape (n_rows,)
    deltas : ndarray, shape (n_rows, n_moves)
        What each move adds to eta; 0 for those it does not concern.
    thresholds : ndarray, shape (n_thresholds,)
    per : int
        Moves of one touchpoint, which follow one another; those of one are not put together.
    with_triples : bool

    Returns
    -------
    pairs : ndarray, shape (n_thresholds, n_moves, n_moves)
        Above the diagonal.
    triples : ndarray, shape (n_thresholds, n_triples)
        Of moves a, b, c of three touchpoints in their order; c runs fastest.
    """
    inner, moves = thresholds.size, deltas.shape[1]
    odds = np.exp(thresholds)
    start, total = _starts(moves, per)
    pairs = np.zeros((inner, moves, moves))
    triples = np.zeros((inner, total if with_triples else 0))
    alone, both = np.empty((moves, inner)), np.empty((moves, moves, inner))
    factor, base = np.empty(moves), np.empty(inner)
    concerned = np.empty(moves, np.int64)
    for row in range(eta.size):
        growth, w, count = np.exp(eta[row]), weights[row], 0
        for k in range(inner):
            base[k] = growth / (growth + odds[k])
        for m in range(moves):
            if deltas[row, m] != 0.0:
                concerned[count] = m
                factor[m] = np.exp(deltas[row, m])
                for k in range(inner):
                    alone[m, k] = growth * factor[m] / (growth * factor[m] + odds[k])
                count += 1
        for i in range(count):
            a = concerned[i]
            for j in range(i + 1, count):
                b = concerned[j]
                if b // per > a // per:
                    grown = growth * factor[a] * factor[b]
                    for k in range(inner):
                        both[a, b, k] = grown / (grown + odds[k])
                        pairs[k, a, b] += w * (both[a, b, k] - alone[a, k] - alone[b, k] + base[k])
        if with_triples:
            _add_triples(
                triples,
                start,
                concerned[:count],
                per,
                w,
                growth * factor,
                factor,
                odds,
                base,
                alone,
                both,
            )
    return pairs, triples
