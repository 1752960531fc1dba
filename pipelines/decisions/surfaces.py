"""Surfaces: what scenarios of moves would change, from the published tables alone.

A move of one touchpoint has its effect at full strength; of two moves it is known what the one
adds beside the other. What a scenario asks is put together from these: a share of a move's
customers has that share of the effect, and more than two moves add up on the logit scale, where
shares lie within 0 and 1 whatever is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contract.code import write_code
from pipelines.contract.whatif_codes import BOTTOM_BOX, LIFTS, NPS, TOP_BOX
from pipelines.core.errors import ContractError
from pipelines.decisions.curves import Curves
from pipelines.statistics.survey import FloatArray

SHARE_ROUNDING = 1e-6  # of shares that were asked


@dataclass(frozen=True)
class Asked:
    """One move of a scenario.

    Parameters
    ----------
    driver, move : str
        Question that rates the touchpoint, and a code of `contract.whatif_codes.MOVES`.
    share : float
        Of those concerned, 0 to 1.
    """

    driver: str
    move: str
    share: float

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ContractError(
                f"{self.move} of {self.driver}",
                expected="a share of those concerned, 0 to 1",
                got=f"{self.share:g}",
                todo="ask for a share",
            )


@dataclass(frozen=True)
class Refusal:
    """A move that is not evaluated.

    Parameters
    ----------
    asked : Asked
    code : str
        Of `contract.whatif_codes.MOVE_REASONS`, with its values.
    largest : float
        The share that the data support, 0 to 1; 0 if none.
    """

    asked: Asked
    code: str
    largest: float


@dataclass(frozen=True)
class Change:
    """What a scenario changes in one target, in its points.

    Parameters
    ----------
    today : float
    floor, floor_low, floor_high : float
        The other touchpoints held.
    ceiling, ceiling_low, ceiling_high : float
        The other ratings moving along as in the data; nothing is ranked by it.
    draws, ceiling_draws : ndarray, shape (n_draws,)
    """

    today: float
    floor: float
    floor_low: float
    floor_high: float
    ceiling: float
    ceiling_low: float
    ceiling_high: float
    draws: FloatArray
    ceiling_draws: FloatArray


@dataclass(frozen=True)
class Surface:
    """The model of one outcome, for everybody or one group, ready to be evaluated.

    Parameters
    ----------
    targets : tuple of str
        Those that have rows; none if the model is refused.
    today : mapping of str to float
        By target.
    moves : tuple of (str, str)
        Driver and move of every row of the table, refused ones too.
    reasons : tuple of (str or None)
        Why each is refused.
    largest : ndarray, shape (n_moves,)
        Share of those concerned up to which it is supported.
    counts : tuple of (int, int)
        Respondents concerned, and those who show the target.
    curves : mapping of str to Curves
        By target that has draws; nps has those of its parts.
    along, correlations : ndarray, shape (n_drivers, n_drivers)
        See the table outcome_models.
    drivers : tuple of str
        In their order.
    level : float
        Of intervals.
    weight_share : float
        Of the group, among all who answered.
    """

    targets: tuple[str, ...]
    today: Mapping[str, float]
    moves: tuple[tuple[str, str], ...]
    reasons: tuple[str | None, ...]
    largest: FloatArray
    counts: tuple[tuple[int, int], ...]
    curves: Mapping[str, Curves]
    along: FloatArray
    correlations: FloatArray
    drivers: tuple[str, ...]
    level: float
    weight_share: float

    @classmethod
    def of(cls, models: pl.DataFrame, moves: pl.DataFrame) -> Surface:
        """Read the rows of one model.

        Parameters
        ----------
        models, moves : DataFrame
            Rows of the tables outcome_models and moves, of one mode, wave, outcome, segment and
            group.

        Raises
        ------
        ContractError
            If they are those of several models.
        """
        _require_one(models)
        fitted = models.filter(pl.col("value").is_not_null())
        rows = moves.sort("driver", "move")
        by_target = {str(name): part for (name,), part in rows.partition_by(
            "target", as_dict=True, maintain_order=True).items()}  # fmt: skip
        told = tuple(name for name in fitted["target"] if name in by_target)
        first = by_target[told[0]] if told else rows.clear()
        drivers = tuple(first["driver"].unique().sort())
        along, correlations = (_square(fitted, name, len(drivers))
                               for name in ("along", "correlations"))  # fmt: skip
        today = dict(fitted.select("target", "value").iter_rows())
        return cls(
            targets=told,
            today=today,
            moves=tuple(first.select("driver", "move").iter_rows()),
            reasons=tuple(first["reason"]),
            largest=first["max_share"].fill_null(0.0).to_numpy(),
            counts=tuple(first.select(pl.col("n_concerned", "n_shown").fill_null(0)).iter_rows()),
            curves={name: Curves.of(by_target[name], today[name]) for name in told if name != NPS},
            along=along,
            correlations=correlations,
            drivers=drivers,
            level=float(models["level"][0]),
            weight_share=float(fitted["weight_share"][0]) if fitted.height else 0.0,
        )

    def refusals(self, asked: Sequence[Asked]) -> list[Refusal]:
        """Which moves are refused, and why: leave them out, or ask for the largest share."""
        found = [self._refusal(one, asked[:at]) for at, one in enumerate(asked)]
        return [one for one in found if one is not None]

    def _refusal(self, one: Asked, before: Sequence[Asked]) -> Refusal | None:
        if not self.targets:
            return Refusal(one, "no_model", 0.0)
        if (one.driver, one.move) not in self.moves:
            return Refusal(one, "no_driver", 0.0)
        at = self.moves.index((one.driver, one.move))
        reason = self.reasons[at]
        if reason is not None or not self.is_told(at):
            return Refusal(one, reason or "no_driver", 0.0)
        rival = next((other for other in before if _contradict(one, other)), None)
        if rival is not None:
            return Refusal(one, write_code("contradicts", other=rival.move), 0.0)
        largest = float(self.largest[at])
        if one.share > largest + SHARE_ROUNDING:
            concerned, shown = self.counts[at]
            code = write_code("beyond_support", asked=_percent(one.share), concerned=concerned,
                              largest=_percent(largest), shown=shown)  # fmt: skip
            return Refusal(one, code, largest)
        return None

    def is_told(self, at: int) -> bool:
        """Whether a row of the table has numbers: it is neither refused nor withheld."""
        return not any(np.isnan(one.effects[at]).any() for one in self.curves.values())

    def evaluate(self, asked: Sequence[Asked]) -> dict[str, Change]:
        """Say what a scenario changes, by target.

        Parameters
        ----------
        asked : sequence of Asked
            Moves that are not refused; without any nothing changes.

        Returns
        -------
        dict of str to Change
            By target, in the order of `targets`.

        Raises
        ------
        ContractError
            If one of them has no numbers, or contradicts another one.
        """
        told = [self._place(one, asked[:at]) for at, one in enumerate(asked)]
        share = np.array([one.share for one in asked])
        part = self._along(asked)
        floors, ceilings = {}, {}
        for name, curves in self.curves.items():
            floors[name], ceilings[name] = curves.together(told, share, part)
        if NPS in self.targets:
            floors[NPS] = floors[TOP_BOX] - floors[BOTTOM_BOX]
            ceilings[NPS] = ceilings[TOP_BOX] - ceilings[BOTTOM_BOX]
        return {name: self._change(name, floors[name], ceilings[name]) for name in self.targets}

    def _place(self, one: Asked, before: Sequence[Asked]) -> int:
        refusal = self._refusal(one, before)
        if refusal is not None and not refusal.code.startswith("beyond_support"):
            raise ContractError(
                f"{one.move} of {one.driver}",
                expected="a move that the model supports",
                got=refusal.code,
                todo="leave out what `refusals` names",
                code=refusal.code,
            )
        return self.moves.index((one.driver, one.move))

    def _along(self, asked: Sequence[Asked]) -> FloatArray:
        """Share of what moves along with each move alone that still does beside the others.

        A touchpoint that the scenario moves does not move along: it is where the scenario puts
        it, for the share of customers it reaches. What moves along follows from all that is
        moved together, by regression.
        """
        found = np.ones(len(asked))
        lifts = [at for at, one in enumerate(asked) if one.move in LIFTS]
        places = [self.drivers.index(asked[at].driver) for at in lifts]
        free = np.ones(len(self.drivers))
        free[places] -= [asked[at].share for at in lifts]
        among = self.correlations[np.ix_(places, places)]
        for here, at in enumerate(lifts):
            root = np.sqrt([asked[other].share for other in lifts])
            root[here] = 1.0
            joint = np.outer(root, root) * among
            np.fill_diagonal(joint, 1.0)
            unit = np.linalg.lstsq(joint, np.eye(len(lifts))[here], rcond=1e-6)[0] * root
            left = free.copy()
            left[places[here]] = 0.0
            alone = self.along[:, places[here]].sum()
            beside = left @ self.along[:, places] @ unit
            found[at] = np.clip(beside / alone, -1.0, 1.0) if abs(alone) > SHARE_ROUNDING else 0.0
        return found

    def _change(self, target: str, floor: FloatArray, ceiling: FloatArray) -> Change:
        tail = (1 - self.level) / 2
        ends = [np.quantile(drawn[1:], [tail, 1 - tail]) for drawn in (floor, ceiling)]
        return Change(
            self.today[target],
            float(floor[0]), *_around(float(floor[0]), ends[0]),
            float(ceiling[0]), *_around(float(ceiling[0]), ends[1]),
            floor[1:], ceiling[1:],
        )  # fmt: skip


def _around(value: float, ends: FloatArray) -> tuple[float, float]:
    """Ends of an interval that holds its value."""
    return min(float(ends[0]), value), max(float(ends[1]), value)


def _contradict(one: Asked, other: Asked) -> bool:
    """Whether two moves are asked of the same respondents: who uses a touchpoint is lifted, or
    stops using it; who does not may come to.
    """
    return one.driver == other.driver and (one.move == "widen") == (other.move == "widen")


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def _require_one(models: pl.DataFrame) -> None:
    found = models.select("mode", "wave", "outcome", "segment", "group").unique().height
    if found != 1:
        raise ContractError(
            "surface",
            expected="rows of one model",
            got=f"those of {found}",
            todo="filter by mode, wave, outcome, segment and group",
        )


def _square(fitted: pl.DataFrame, name: str, size: int) -> FloatArray:
    told = fitted[name].drop_nulls()
    if not len(told):
        return np.zeros((size, size))
    return np.asarray(told[0].to_numpy(), np.float64).reshape(size, size)
