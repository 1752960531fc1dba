"""Measure checks: names in measures that point at nothing, and measures that make no sense."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from pipelines.core.errors import StudyError, examples
from pipelines.core.map import Map
from pipelines.core.measures import CompanyMeasure

Need = Callable[[str, str, str | None, Collection[str]], None]  # place, kind, name, valid names


def measure_needs(declared: Map, need: Need) -> None:
    """Names in the measures and in what they are chosen for."""
    for name, measure in declared.measures.items():
        place = f"measures.{name}"
        need(f"{place}.touchpoint", "touchpoint", measure.touchpoint, declared.touchpoints)
        for number, move in enumerate(measure.moves):
            at = f"{place}.moves.{number}"
            need(f"{at}.driver", "question", move.driver, declared.questions)
            need(f"{at}.touchpoint", "touchpoint", move.touchpoint, declared.touchpoints)
        others = [other for other in declared.measures if other != name]
        for key, named in (("excludes", measure.excludes), ("requires", measure.requires)):
            for other in named:
                need(f"{place}.{key}", "measure beside it", other, others)
        for capacity in measure.capacity:
            need(f"{place}.capacity", "capacity", capacity, declared.capacities)
        if measure.evidence is not None:
            outcome = measure.evidence.outcome
            need(f"{place}.evidence.outcome", "question", outcome, declared.questions)
        _whom_needs(declared, measure, place, need)
    if declared.plan is not None:
        need("plan.outcome", "question", declared.plan.outcome, declared.questions)


def _whom_needs(declared: Map, measure: CompanyMeasure, place: str, need: Need) -> None:
    if measure.whom is None:
        return
    segment = declared.segments.get(measure.whom.segment)
    need(f"{place}.whom.segment", "segment", measure.whom.segment, declared.segments)
    if segment is not None and segment.order:
        need(f"{place}.whom.group", "group", measure.whom.group, segment.order)


def refusals_of_measures(declared: Map, where: str) -> Iterator[StudyError]:
    """Measures that make no sense, whose names are right.

    What is not the company's to change gets no cost to fix: neither the touchpoint of a measure
    nor what it moves. Needing each other in a circle, or what one cannot go together with, a
    measure could never be taken.
    """
    for name, measure in declared.measures.items():
        yield from _costs_out_of_reach(declared, name, measure, where)
        yield from _circles(declared, name, where)


def _costs_out_of_reach(
    declared: Map, name: str, measure: CompanyMeasure, where: str
) -> Iterator[StudyError]:
    moved = [
        declared.questions[move.driver].touchpoint
        if move.driver in declared.questions
        else move.touchpoint
        for move in measure.moves
    ]
    for about in dict.fromkeys([measure.touchpoint, *moved]):
        point = declared.touchpoints.get(about or "")
        if point is not None and not point.controllable and measure.has_cost:
            kind = "not controllable" if point.direct else "not direct"
            yield StudyError(
                f"{where}: measures.{name}",
                expected="a cost only at touchpoints that the company can change",
                got=f"a cost at {about!r}, which is {kind}",
                todo="move what the company can change instead, or remove the measure",
            )


def _circles(declared: Map, name: str, where: str) -> Iterator[StudyError]:
    """A measure whose own needs forbid it."""
    needed: list[str] = []
    ahead = list(declared.measures[name].requires)
    while ahead:
        other = ahead.pop()
        if other not in needed and other in declared.measures:
            needed.append(other)
            ahead += declared.measures[other].requires
    together = {name, *needed}
    apart = [
        one
        for one in sorted(together)
        for other in declared.measures[one].excludes
        if other in together
    ]
    if name in needed or apart:
        yield StudyError(
            f"{where}: measures.{name}.requires",
            expected="measures that can be taken together with it",
            got=f"a circle over {examples(needed)}" if name in needed
            else f"needs that exclude each other: {examples(dict.fromkeys(apart))}",
            todo="remove one of `requires` or `excludes`",
        )  # fmt: skip
