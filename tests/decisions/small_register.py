"""Measures for the model of `small_model`, small enough to be worked by hand."""

import polars as pl

from pipelines.contract.kano import ASYMMETRY, GATE_TABLE
from pipelines.contract.plan import MEASURE_MOVES, REGISTER_OF_MEASURES
from pipelines.decisions.candidates import Candidate, candidates
from pipelines.decisions.effects import Outlook, outlook_of
from tests.decisions import small_model

MONTHS = 24.0
EVERYBODY = {"segment": "all", "group": "all"}


def measure(name, driver="desk", move="lift_good", share=1.0, **changes):
    """A measure of one move: a row of both tables."""
    row = {"measure_id": name, "touchpoint_id": driver, **EVERYBODY, "one_off": 10.0,
           "yearly": 0.0, "months": 6.0, "status": "idea", "evidence": "association"}  # fmt: skip
    moved = {"measure_id": name, "place": 1, "driver": driver, "touchpoint_id": driver,
             "move": move, "share": share}  # fmt: skip
    return row | changes, moved


def register(*measures) -> tuple[pl.DataFrame, pl.DataFrame]:
    return (
        small_model.table(REGISTER_OF_MEASURES, [row for row, _ in measures]),
        small_model.table(MEASURE_MOVES, [moved for _, moved in measures]),
    )


def read(*measures, months=MONTHS) -> list[Candidate]:
    return candidates(*register(*measures), months)


def outlook(groups=(), gates=(), classes=(), **changes) -> Outlook:
    """Everybody's model, and that of groups which weigh a quarter each."""
    who = [{**EVERYBODY, "weight_share": 1.0}]
    who += [{"segment": "age", "group": name, "weight_share": 0.25} for name in groups]
    models = [small_model.models(**(one | changes)) for one in who]
    at = [{key: one[key] for key in EVERYBODY} for one in who]
    moves = [small_model.moves(**one) for one in at]
    return outlook_of(
        pl.concat(models),
        pl.concat(moves),
        small_model.table(GATE_TABLE, [{**EVERYBODY, "mode": "cold", **row} for row in gates]),
        small_model.table(ASYMMETRY, [{**EVERYBODY, "mode": "cold", **row} for row in classes]),
        level=0.9,
        seed=1,
    )
