"""What-if of any table: what moves of its ratings would change in its outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from narwhals.typing import IntoFrame

from pipelines.contract.code import read_code
from pipelines.contract.whatif_codes import MOVE_REASONS, OUTCOME_MODEL_REASONS
from pipelines.core.errors import ContractError, examples
from pipelines.core.frames import as_lazy, require_known
from pipelines.core.scales import points_of
from pipelines.decisions.surfaces import Asked, Surface
from pipelines.outcomes.scales import SheetScales
from pipelines.outcomes.sheets import Sheets, targets_of
from pipelines.statistics.survey import FloatArray, IntArray
from pipelines.whatif.tables import tables_of
from pipelines.whatif.terms import WhatifSample, WhatifTerms

CALLED = "what_if"  # where errors say they come from
MIN_CONCERNED, MIN_SHOWN = 30, 10  # respondents; see `contract.whatif_codes.MOVE_REASONS`


def what_if(
    frame: IntoFrame,
    outcome: str,
    drivers: Mapping[str, tuple[float, float]],
    moves: Sequence[tuple[str, str, float]],
    *,
    scale: tuple[float, float],
    seed: int,
    nps: bool = False,
    routed: Mapping[str, str] | None = None,
    confounders: Sequence[str] = (),
    weights: str | None = None,
    cluster: str | None = None,
    stratum: str | None = None,
    draws: int = 200,
    imputations: int = 5,
    level: float = 0.95,
) -> pl.DataFrame:
    """Say what moves of ratings would change in an outcome, if the association is an effect.

    Parameters
    ----------
    frame : DataFrame or LazyFrame
        A row per answer sheet; of Polars, or of pandas, Arrow and what else Narwhals reads. Rows
        without an answer to the outcome are left out.
    outcome : str
        Numeric column.
    drivers : mapping of str to (float, float)
        Columns of ratings, with the ends of their scales. A blank is filled, several times.
    moves : sequence of (str, str, float)
        Driver, move (a code of `contract.whatif_codes.MOVES`), and the share of those concerned,
        0 to 1.
    scale : (float, float)
        Ends of the outcome's scale.
    seed : int
        Of draws and fillings.
    nps : bool
        Whether promoters less detractors are told too.
    routed : mapping of str to str, optional
        Drivers that not everybody experienced, and the columns that say who did, 1 or true.
    confounders : sequence of str
        Columns that are held: groups as text, or numbers.
    weights, cluster, stratum : str, optional
        Columns of survey weights, and of the design.
    draws, imputations : int
        Of the bootstrap, and of blanks.
    level : float
        Of intervals, 0 to 1.

    Returns
    -------
    DataFrame
        By target: today, floor and ceiling of the change with their intervals; the other
        touchpoints held, and moving along as in the data.

    Raises
    ------
    ContractError
        For a column that is unknown, a move beyond what the data support, or answers that bear no
        model.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> web = rng.integers(1, 6, 500)
    >>> answer = np.clip(np.round(web + rng.normal(size=500)), 1, 5)
    >>> shop = rng.integers(1, 6, 500)
    >>> table = pl.DataFrame({"web": web, "shop": shop, "all": answer})
    >>> scales = {"web": (1, 5), "shop": (1, 5)}
    >>> lift = [("web", "lift_good", 0.5)]
    >>> found = what_if(table, "all", scales, lift, scale=(1, 5), seed=1)
    >>> found.select("target", pl.col("today", "floor").round(0)).rows()[0]
    ('mean', 50.0, 13.0)
    """
    named = [outcome, *drivers, *(routed or {}).values(), *confounders]
    named += [name for name in (weights, cluster, stratum) if name is not None]
    table = as_lazy(frame, CALLED)
    require_known(named, table.collect_schema(), CALLED)
    rows = table.select(list(dict.fromkeys(named))).filter(pl.col(outcome).is_not_null()).collect()
    scales = SheetScales(
        points_of(*scale), nps, tuple(points_of(*drivers[name]) for name in sorted(drivers))
    )
    sheets = _sheets(rows, outcome, drivers, scale, routed or {}, confounders,
                     (weights, cluster, stratum))  # fmt: skip
    terms = WhatifTerms(seed, level, MIN_CONCERNED, draws, draws, imputations, 1, MIN_SHOWN)
    found = tables_of(WhatifSample.of(sheets, scales, terms), "")
    surface = Surface.of(found["outcome_models"], found["moves"])
    asked = [Asked(*move) for move in moves]
    _require_supported(surface, asked, found["outcome_models"])
    changes = surface.evaluate(asked)
    numbers = ("today", "floor", "floor_low", "floor_high", "ceiling", "ceiling_low",
               "ceiling_high")  # fmt: skip
    return pl.DataFrame(
        [
            {"target": target, **{name: getattr(change, name) for name in numbers}}
            for target, change in changes.items()
        ]
    )


def _require_supported(surface: Surface, asked: Sequence[Asked], models: pl.DataFrame) -> None:
    reason = models["reason"].drop_nulls().to_list()
    if not surface.targets and reason:
        raise _refused(
            "a model of the outcome", OUTCOME_MODEL_REASONS.sentence(reason[0]), reason[0]
        )
    for one in surface.refusals(asked):
        said = MOVE_REASONS.sentence(one.code)
        raise _refused(
            f"{one.asked.move} of {one.asked.driver} that the data support", said, one.code
        )


def _refused(expected: str, got: str, code: str) -> ContractError:
    todo = "ask for less" if read_code(code)[0] == "beyond_support" else "leave it out"
    return ContractError(CALLED, expected=expected, got=got, todo=todo, code=code)


def _sheets(
    rows: pl.DataFrame,
    outcome: str,
    drivers: Mapping[str, tuple[float, float]],
    scale: tuple[float, float],
    routed: Mapping[str, str],
    confounders: Sequence[str],
    design: tuple[str | None, str | None, str | None],
) -> Sheets:
    names = tuple(sorted(drivers))
    rating = np.column_stack([_percent(rows, name, *drivers[name]) for name in names])
    used = np.where(np.isnan(rating), np.nan, 1.0)
    for k, name in enumerate(names):
        if name in routed:
            used[:, k] = rows[routed[name]].cast(pl.Float64).fill_null(np.nan).to_numpy()
    weight, cluster, stratum = design
    return Sheets(
        mode="", wave="", outcome=outcome, drivers=names, touchpoints=names, left_out=(),
        target=targets_of(rows[outcome].cast(pl.Float64).to_numpy(), *scale),
        rating=np.where(used == 0, np.nan, rating),
        used=used,
        stated=np.full(rating.shape, np.nan),
        weight=np.ones(rows.height) if weight is None else rows[weight].cast(pl.Float64).to_numpy(),
        cluster=_codes(rows, cluster, np.arange(rows.height)),
        stratum=_codes(rows, stratum, np.zeros(rows.height, np.int64)),
        segments=pl.DataFrame(),
        confounders=rows.select(confounders),
    )  # fmt: skip


def _percent(rows: pl.DataFrame, name: str, low: float, high: float) -> FloatArray:
    """Ratings from 0 to 100; NaN where blank."""
    found = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    outside = found[(found < low) | (found > high)]
    if outside.size:
        raise ContractError(
            CALLED,
            expected=f"answers of {name} from {low:g} to {high:g}",
            got=examples(outside.tolist()),
            todo="correct its scale",
        )
    return np.asarray(100 * (found - low) / (high - low))


def _codes(rows: pl.DataFrame, name: str | None, default: IntArray) -> IntArray:
    return default if name is None else rows[name].rank("dense").to_numpy().astype(np.int64)
