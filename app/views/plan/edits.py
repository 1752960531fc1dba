"""Edits of the register: another cost, another share, must be in, left out; as a text too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.contract.table import BETWEEN_CODES

EDITS_KEY = "edits"  # in the address
NO_EDITS = "none"  # in the address: nothing is edited
AUTO, MUST, OUT = "auto", "must", "out"
USES = (AUTO, MUST, OUT)
EDITED = ("one_off", "yearly", "share")  # the share in whole percent
IN_EDIT = ":"
MOST_COST, MOST_SHARE = 1e12, 100


@dataclass(frozen=True)
class Edit:
    """What a reader changed of one measure; None is as declared.

    Parameters
    ----------
    one_off, yearly : float or None
        In the study's currency.
    share : float or None
        Largest of its moves' shares of those concerned, in percent; the others in proportion.
    use : str
        Whether it is chosen, must be in, or is left out.
    """

    one_off: float | None = None
    yearly: float | None = None
    share: float | None = None
    use: str = AUTO


Edits = Mapping[str, Edit]


def written(edits: Edits) -> str:
    """Edits as one text.

    >>> written({"chat": Edit(one_off=5000.0, use="must")})
    'chat:one_off:5000 chat:use:must'
    """
    parts = []
    for name in sorted(edits):
        one = edits[name]
        told = {field: getattr(one, field) for field in EDITED}
        parts += [f"{name}{IN_EDIT}{f}{IN_EDIT}{v:g}" for f, v in told.items() if v is not None]
        if one.use != AUTO:
            parts.append(f"{name}{IN_EDIT}use{IN_EDIT}{one.use}")
    return BETWEEN_CODES.join(parts) or NO_EDITS


def read(text: str) -> dict[str, Edit] | None:
    """Edits of a text; None if it is none of `written`.

    >>> read("chat:use:must")
    {'chat': Edit(one_off=None, yearly=None, share=None, use='must')}
    >>> read("chat:colour:red") is None
    True
    """
    if text == NO_EDITS:
        return {}
    found: dict[str, Edit] = {}
    for part in text.split(BETWEEN_CODES):
        pieces = part.rsplit(IN_EDIT, 2)
        edit = _changed(found.get(pieces[0], Edit()), *pieces[1:]) if len(pieces) == 3 else None
        if edit is None:
            return None
        found[pieces[0]] = edit
    return found


def _changed(edit: Edit, field: str, value: str) -> Edit | None:
    if field == "use":
        return replace(edit, use=value) if value in USES else None
    try:
        number = float(value)
    except ValueError:
        return None
    most = MOST_SHARE if field == "share" else MOST_COST
    is_known = field in EDITED and 0 <= number <= most
    return replace(edit, **{field: number}) if is_known else None  # type: ignore[arg-type]


def is_known(text: str, measures: Collection[str]) -> bool:
    """Whether a text edits these measures only."""
    edits = read(text)
    return edits is not None and set(edits) <= set(measures)


def shares(moves: pl.DataFrame) -> dict[str, float]:
    """Largest share of each measure's moves, in percent."""
    most = moves.group_by("measure_id").agg(pl.col("share").max())
    return {name: 100 * share for name, share in most.iter_rows()}


def applied(
    measures: pl.DataFrame, moves: pl.DataFrame, edits: Edits
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables measures and measure_moves with what was edited."""
    names = measures["measure_id"].to_list()
    costs = [
        pl.Series(field, _column(measures, names, edits, field), dtype=pl.Float64)
        for field in ("one_off", "yearly")
    ]
    left_out = [name for name, edit in edits.items() if edit.use == OUT]
    status = pl.when(pl.col("measure_id").is_in(left_out)).then(pl.lit("dropped"))
    found = measures.with_columns(*costs, status=status.otherwise("status"))
    usual = shares(moves)
    factor = {
        name: edit.share / usual[name]
        for name, edit in edits.items()
        if edit.share is not None and usual.get(name)
    }
    times = pl.col("measure_id").replace_strict(factor, default=1.0, return_dtype=pl.Float64)
    return found, moves.with_columns(share=(pl.col("share") * times).clip(0.0, 1.0))


def _column(measures: pl.DataFrame, names: Sequence[str], edits: Edits, field: str) -> list[float]:
    own = (getattr(edits.get(name, Edit()), field) for name in names)
    return [old if new is None else new for old, new in zip(measures[field], own, strict=True)]
