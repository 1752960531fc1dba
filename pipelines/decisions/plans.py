"""Plans: the best measures under a budget, how sure that is, and why each is in or out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.contract.code import write_code
from pipelines.core.errors import ContractError, closest
from pipelines.decisions.candidates import Candidate
from pipelines.decisions.combinations import allowed_sets, best_sets, slack
from pipelines.decisions.effects import Gain, Outlook, are_rivals, bars, gain
from pipelines.decisions.portfolio import Options, best_plan, mean_of_worst
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Offer:
    """What may be chosen from, for one target of one outcome.

    Parameters
    ----------
    candidates : tuple of Candidate
    bars : tuple of tuple of str
        Why each cannot be chosen; nothing if it can.
    gains : tuple of (Gain or None)
        What each brings alone; None if barred.
    options : Options
        The same as numbers; `exclusions` holds rivals too.
    capacities : tuple of str
        In the order of the options.
    outlook : Outlook
    target : str
    """

    candidates: tuple[Candidate, ...]
    bars: tuple[tuple[str, ...], ...]
    gains: tuple[Gain | None, ...]
    options: Options
    capacities: tuple[str, ...]
    outlook: Outlook
    target: str

    def together(self, taken: BoolArray) -> Gain:
        """What measures bring together."""
        chosen = [one for one, is_in in zip(self.candidates, taken, strict=True) if is_in]
        return gain(chosen, self.outlook, self.target)

    def names(self, taken: BoolArray) -> tuple[str, ...]:
        """Their names."""
        return tuple(one.name for one, is_in in zip(self.candidates, taken, strict=True) if is_in)


@dataclass(frozen=True)
class ChosenPlan:
    """The best measures under one budget.

    Parameters
    ----------
    budget, cost : float
    taken : tuple of str
    gain : Gain
        Of all taken together.
    worst : float
        Its mean in the worst share of the draws.
    added : float
        What was maximised: of single effects, which add up, the mean or that of the worst draws.
    gap : float
        How much more, at most, another plan could have of it.
    p_best : float
        Share of draws in which no other plan has more.
    p_taken : mapping of str to float
        Share of draws in whose best plan a measure is.
    why : mapping of str to str
        Why each is in or out.
    """

    budget: float
    cost: float
    taken: tuple[str, ...]
    gain: Gain
    worst: float
    added: float
    gap: float
    p_best: float
    p_taken: Mapping[str, float]
    why: Mapping[str, str]


def offer_of(
    candidates: Sequence[Candidate],
    capacities: Mapping[str, float],
    outlook: Outlook,
    target: str,
    *,
    months: float,
    beyond: Collection[str],
) -> Offer:
    """Find what each measure brings alone, and what forbids it.

    Parameters
    ----------
    candidates : sequence of Candidate
    capacities : mapping of str to float
        What there is of each.
    outlook : Outlook
    target : str
        Of the outcome; more is better.
    months : float
        Of the plan.
    beyond : collection of str
        Touchpoints that the company cannot change.

    Raises
    ------
    ContractError
        If a measure takes up a capacity, or names a measure, that nobody declared.
    """
    _require_known(candidates, capacities)
    found = [bars(one, outlook, target, months=months, beyond=beyond) for one in candidates]
    found = _with_ties(candidates, found)
    gains = [
        None if barred else gain([one], outlook, target)
        for one, barred in zip(candidates, found, strict=True)
    ]
    return Offer(
        tuple(candidates),
        tuple(map(tuple, found)),
        tuple(gains),
        _options(candidates, gains, capacities, outlook),
        tuple(capacities),
        outlook,
        target,
    )


def _require_known(candidates: Sequence[Candidate], capacities: Mapping[str, float]) -> None:
    names = {one.name for one in candidates}
    for one in candidates:
        for kind, named, known in (
            ("capacity", one.capacity, capacities.keys()),
            ("measure", (*one.excludes, *one.requires), names),
        ):
            for name in named:
                if name not in known:
                    raise ContractError(
                        f"measure {one.name}",
                        expected=f"a {kind} that is declared",
                        got=repr(name),
                        todo=closest(name, known),
                    )


def _with_ties(candidates: Sequence[Candidate], found: Sequence[list[str]]) -> list[list[str]]:
    """Add what follows from measures taken already, and from those that cannot be chosen."""
    by_name = {one.name: one for one in candidates}
    whole = {one.name: list(barred) for one, barred in zip(candidates, found, strict=True)}
    for name, one in by_name.items():
        for other in by_name.values():
            if other.is_taken and (other.name in one.excludes or name in other.excludes):
                whole[name].append(write_code("taken_instead", other=other.name))
    for _ in candidates:  # as often as needs may hang on one another
        for name, one in by_name.items():
            for other_name in one.requires:
                other = by_name[other_name]
                code = write_code("requires_barred", other=other_name)
                if whole[other_name] and not other.is_taken and code not in whole[name]:
                    whole[name].append(code)
    return list(whole.values())


def _options(
    candidates: Sequence[Candidate],
    gains: Sequence[Gain | None],
    capacities: Mapping[str, float],
    outlook: Outlook,
) -> Options:
    place = {one.name: at for at, one in enumerate(candidates)}
    pairs = {
        (min(at, place[other]), max(at, place[other]))
        for at, one in enumerate(candidates)
        for other in one.excludes
    } | set(_rivals(candidates, gains, outlook))
    nothing = np.zeros(outlook.n_draws)
    return Options(
        value=np.column_stack([nothing if one is None else one.draws for one in gains])
        if gains
        else np.zeros((outlook.n_draws, 0)),
        cost=np.array([one.cost for one in candidates]),
        use=np.array([[one.capacity.get(name, 0.0) for name in capacities] for one in candidates])
        .reshape(len(candidates), len(capacities)),
        capacity=np.array(list(capacities.values()), float),
        exclusions=sorted(pairs),
        prerequisites=[
            (at, place[other])
            for at, one in enumerate(candidates)
            for other in one.requires
            if not candidates[place[other]].is_taken
        ],
        barred=np.array([one is None for one in gains], bool),
    )  # fmt: skip


def _rivals(
    candidates: Sequence[Candidate], gains: Sequence[Gain | None], outlook: Outlook
) -> list[tuple[int, int]]:
    free = [at for at, one in enumerate(gains) if one is not None]
    return [
        (at, other)
        for at in free
        for other in free
        if at < other and are_rivals(candidates[at], candidates[other], outlook)
    ]


def plan_under(
    budget: float, offer: Offer, *, objective: str, tail: float, solved: int
) -> ChosenPlan:
    """Choose the best measures under a budget.

    Parameters
    ----------
    budget : float
    offer : Offer
    objective : str
        ``expected`` or ``cautious``, see `contract.plan_codes.OBJECTIVES`.
    tail : float
        Share of the draws, the worst for a plan, whose mean a cautious plan raises.
    solved : int
        Draws of which each has its own best plan, where not all sets can be listed.
    """
    options = offer.options
    found = best_plan(options, budget, 1.0 if objective == "expected" else tail)
    draws, best, reached = _best_of_draws(options, budget, solved)
    values = options.value[np.ix_(draws, found.taken)].sum(axis=1)
    total = offer.together(found.taken)
    return ChosenPlan(
        budget=budget,
        cost=float(options.cost[found.taken].sum()),
        taken=offer.names(found.taken),
        gain=total,
        worst=mean_of_worst(total.draws, tail),
        added=found.value,
        gap=found.gap,
        p_best=float((values >= reached - slack(reached)).mean()),
        p_taken=dict(zip((one.name for one in offer.candidates), best.mean(axis=0), strict=True)),
        why=reasons(offer, budget, found.taken),
    )


def _spread(n_draws: int, solved: int) -> IntArray:
    """Draws that stand for all, evenly spread."""
    return np.unique(np.linspace(0, n_draws - 1, min(solved, n_draws)).round().astype(np.int64))


def _best_of_draws(
    options: Options, budget: float, solved: int
) -> tuple[IntArray, BoolArray, FloatArray]:
    """Draws, the best set in each, and its value: all draws if every set can be listed."""
    sets = allowed_sets(options, budget)
    if sets is not None:
        place, value = best_sets(options, sets)
        return np.arange(len(value)), sets[place], value
    draws = _spread(len(options.value), solved)
    best = [best_plan(options.draw(at), budget) for at in draws]
    return draws, np.array([one.taken for one in best]), np.array([one.value for one in best])


def reasons(offer: Offer, budget: float, taken: BoolArray) -> dict[str, str]:
    """Why each measure is in or out, the first reason that holds."""
    return {
        one.name: "taken" if taken[at] else _why_not(offer, budget, taken, at)
        for at, one in enumerate(offer.candidates)
    }


def _why_not(offer: Offer, budget: float, taken: BoolArray, at: int) -> str:
    options, one = offer.options, offer.candidates[at]
    if offer.bars[at]:
        return offer.bars[at][0]
    if options.value[:, at].mean() <= 0:
        return "no_gain"
    if options.cost[at] > budget:
        return "too_dear"
    short = np.flatnonzero(options.use[at] > options.capacity)
    if short.size:
        return write_code("capacity", capacity=offer.capacities[short[0]])
    for mine, needed in options.prerequisites:
        if mine == at and not taken[needed]:
            return write_code("requires", other=offer.candidates[needed].name)
    for pair in options.exclusions:
        if at in pair and taken[other := sum(pair) - at]:
            rival = offer.candidates[other]
            declared = rival.name in one.excludes or one.name in rival.excludes
            return write_code("excluded" if declared else "rival", other=rival.name)
    return "outweighed"
