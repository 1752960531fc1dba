"""Response: what every move changes in a model's population, with bootstrap draws.

The change is computed for the people there are, each with their own answers (g-computation), and
averaged by their weights. In a replicate these averages are as exact as in the sample, since they
are sums over units; the replicate's slopes enter through the derivatives of the change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.outcomes.filling import Filled
from pipelines.outcomes.models import OutcomeFit, OutcomeModel
from pipelines.statistics.bootstrap import Units
from pipelines.statistics.survey import FloatArray, IntArray
from pipelines.whatif.along import MovingAlong, moving_along
from pipelines.whatif.moves import MOVE_NAMES, Move, moves_of

EDGE_OF_SHARE = 1e-6  # of where those concerned end, from 0 and 1
MOST_LOG_ODDS = 50.0  # beyond them a share is 0 or 1 to all digits
MAX_JOINT_ROWS = 20_000  # respondents that pairs and triples are computed of, in all fillings


@dataclass(frozen=True)
class Response:
    """What moves change, of one filling of the blanks.

    Parameters
    ----------
    effects : ndarray, shape (2, n_moves, n_targets)
        The others held, and moving along.
    draws : ndarray, shape (n_replicates, 2, n_moves, n_targets)
    pairs : ndarray, shape (2, n_targets, n_moves, n_moves)
        What two moves change beyond the sum of both; 0 for two of one touchpoint.
    triples : ndarray, shape (n_targets, n_triples)
        What three moves change beyond their singles and pairs, the others held; see `joint_sums`.
    halves : ndarray, shape (n_moves, n_targets)
        Changes where half of what moves along does.
    shares, lifts : ndarray, shape (n_moves,)
        Share of the weight that is concerned, and mean points by which their ratings rise.
    along : MovingAlong
    """

    effects: FloatArray
    draws: FloatArray
    pairs: FloatArray
    triples: FloatArray
    halves: FloatArray
    shares: FloatArray
    lifts: FloatArray
    along: MovingAlong


def respond(
    fit: OutcomeFit, filled: Filled, units: Units, counts: FloatArray, points: tuple[int, ...],
    joint_rows: int, triples: bool, rng: np.random.Generator,
) -> Response:  # fmt: skip
    """Compute what every move changes.

    Parameters
    ----------
    fit : OutcomeFit
    filled : Filled
        The rows it was fitted to.
    units : Units
        Theirs.
    counts : ndarray, shape (n_replicates, n_units)
        How often each unit counts.
    points : tuple of int
        Of the drivers' scales.
    joint_rows : int
        Rows that pairs and triples are computed of, at most; drawn if there are more.
    triples : bool
        Whether triples are computed.
    rng : Generator
    """
    model, weights = fit.model, fit.weights
    latent = fit.values @ model.beta
    along = moving_along(fit, filled)
    point = np.concatenate([model.thresholds, model.beta])
    steps = fit.replicates(units, counts) - point
    by_unit = np.bincount(units.of_row, weights, minlength=units.n)
    total, counted = weights.sum(), counts @ by_unit
    expected = model.expected(latent)
    found, deltas = [], _Deltas.of(fit, len(points), joint_rows, rng)
    for at, move in enumerate(moves_of(filled, model, latent, weights, points)):
        sums, gradient = _sums(fit, latent, units, move, along)
        weighed = np.einsum("ru,kut->rkt", counts, sums) / counted[:, None, None]
        moved = weights[move.rows]
        found.append(
            (
                sums.sum(axis=1) / total,
                weighed + np.einsum("rp,ktp->rkt", steps, gradient) / total,
                _half(fit, latent, expected, move, along) / total,
                moved @ expected[move.rows],
                moved.sum(),
                moved @ move.lift,
            )
        )
        deltas.put(at, move, model, along)
    effects, drawn, halves, before, concerned, lifted = (
        np.array(each) for each in zip(*found, strict=True)
    )
    effects, draws = effects.swapaxes(0, 1), drawn.transpose(1, 2, 0, 3)
    there = np.where(concerned > 0, concerned, 1.0)
    if not model.is_linear:
        draws = bounded(effects, draws, before / there[:, None], concerned / total)
    return Response(
        effects,
        draws,
        *deltas.joint(fit, latent, triples=triples),
        halves,
        concerned / total,
        lifted / there,
        along,
    )


def bounded(
    effects: FloatArray, draws: FloatArray, before: FloatArray, shares: FloatArray
) -> FloatArray:
    """Keep draws where changes can be: those concerned end between 0 and 100.

    Draws that are linear in the slopes leave these bounds where little is known. They are taken
    as linear in the log odds of where those concerned end instead, which is the same for small
    steps.

    Parameters
    ----------
    effects : ndarray, shape (2, n_moves, n_targets)
        Changes, averaged over all.
    draws : ndarray, shape (n_replicates, 2, n_moves, n_targets)
    before : ndarray, shape (n_moves, n_targets)
        Where those concerned are expected to be today, 0 to 100.
    shares : ndarray, shape (n_moves,)
        Of those concerned.

    Examples
    --------
    >>> effects = np.full((2, 1, 1), 10.0)
    >>> draws = np.array([10.0, 10.1, 90.0])[:, None, None, None] + np.zeros((3, 2, 1, 1))
    >>> bounded(effects, draws, np.array([[40.0]]), np.array([0.5]))[:, 0, 0, 0].round(2).tolist()
    [10.0, 10.1, 29.96]
    """
    part = np.where(shares > 0, shares, 1.0)[:, None]
    after = np.clip((before + effects / part) / 100, EDGE_OF_SHARE, 1 - EDGE_OF_SHARE)
    step = (draws - effects) / part / 100 / (after * (1 - after))
    odds = np.log(after / (1 - after)) + step
    moved = 1 / (1 + np.exp(-np.clip(odds, -MOST_LOG_ODDS, MOST_LOG_ODDS)))
    return np.asarray(effects + 100 * part * (moved - after))


def _sums(
    fit: OutcomeFit, latent: FloatArray, units: Units, move: Move, along: MovingAlong
) -> tuple[FloatArray, FloatArray]:
    """Changes by unit, shape (2, n_units, n_targets), and their gradients."""
    from pipelines.statistics.move_loops import move_sums

    model, slope = fit.model, along.columns[move.driver]
    delta = move.change @ model.beta[move.columns]
    if model.is_linear:
        return _linear_sums(fit, units, move, delta, slope)
    return move_sums(
        fit.values, latent, fit.weights, units.of_row, units.n, model.thresholds, model.rises,
        move.rows, move.columns, np.ascontiguousarray(move.change), delta, move.lift,
        float(slope @ model.beta), slope,
    )  # fmt: skip


def _half(
    fit: OutcomeFit, latent: FloatArray, expected: FloatArray, move: Move, along: MovingAlong
) -> FloatArray:
    """Weighted sum of changes where half of what moves along does, by target."""
    model, rows = fit.model, move.rows
    delta = move.change @ model.beta[move.columns]
    delta += move.lift * (along.columns[move.driver] @ model.beta) / 2
    gain = model.expected(latent[rows] + delta) - expected[rows]
    return np.asarray(fit.weights[rows] @ gain)


def _linear_sums(
    fit: OutcomeFit, units: Units, move: Move, delta: FloatArray, slope: FloatArray
) -> tuple[FloatArray, FloatArray]:
    w, beside = fit.weights[move.rows], move.lift * (slope @ fit.model.beta)
    sums = [np.bincount(units.of_row[move.rows], w * change, minlength=units.n)
            for change in (delta, delta + beside)]  # fmt: skip
    held = np.zeros(slope.size)
    held[move.columns] = w @ move.change
    gradient = np.stack([held, held + (w @ move.lift) * slope])
    return np.array(sums, np.float64)[:, :, None], gradient[:, None, :]


@dataclass(frozen=True)
class _Deltas:
    """What every move adds to the linear predictor of some rows: alone, and with the others."""

    rows: IntArray
    place: IntArray
    values: FloatArray

    @classmethod
    def of(cls, fit: OutcomeFit, drivers: int, most: int, rng: np.random.Generator) -> _Deltas:
        """Choose rows at random, if there are more than so many."""
        n = 0 if fit.model.is_linear else fit.weights.size
        rows = np.arange(n) if n <= most else np.sort(rng.choice(n, most, replace=False))
        place = np.full(fit.weights.size, -1)
        place[rows] = np.arange(rows.size)
        return cls(rows, place, np.zeros((2, rows.size, drivers * len(MOVE_NAMES))))

    def put(self, at: int, move: Move, model: OutcomeModel, along: MovingAlong) -> None:
        """Note a move."""
        here = self.place[move.rows] >= 0
        to = self.place[move.rows[here]]
        self.values[:, to, at] = move.change[here] @ model.beta[move.columns]
        self.values[1, to, at] += move.lift[here] * (along.columns[move.driver] @ model.beta)

    def joint(
        self, fit: OutcomeFit, latent: FloatArray, *, triples: bool
    ) -> tuple[FloatArray, FloatArray]:
        """What two moves change beyond both, shape (2, n_targets, n_moves, n_moves), and three."""
        from pipelines.statistics.move_loops import joint_sums

        model, moves = fit.model, self.values.shape[2]
        if model.is_linear:
            return np.zeros((2, len(model.targets), moves, moves)), np.zeros((0, 0))
        weights = fit.weights[self.rows] / fit.weights[self.rows].sum()
        held, moving = (
            joint_sums(latent[self.rows], values, weights, model.thresholds, len(MOVE_NAMES), each)
            for values, each in zip(self.values, (triples, False), strict=True)
        )
        pairs = np.einsum("tk,skab->stab", model.rises, np.stack([held[0], moving[0]]))
        return np.asarray(pairs), np.asarray(model.rises @ held[1])
