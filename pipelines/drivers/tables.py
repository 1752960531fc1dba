"""The derived tables of driver models, over all waves and outcomes of a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.core import answers, engine
from pipelines.core.engine import Frame
from pipelines.core.estimate import MODELLED
from pipelines.drivers.analysis import MIN_DRIVERS, analyse
from pipelines.drivers.sample import ModelTerms
from pipelines.drivers.sheets import Sheets, sheets

P_VALUES = ("p_value", "p_adjusted")
DECIMALS = 9  # of all but p-values; what comes after differs between machines

_SPLIT = {
    "lmg": "LMG (Shapley) share of R2",
    "johnson": "Johnson's relative weight, share of R2",
    "first": "R2 alone, share of the sum",
    "last": "R2 added last, share of the sum",
    "latent": "LMG of McKelvey and Zavoina's latent R2 of ",
}
_POLICY = {
    "use_rating": "not experienced enters as no use, with use times rating; blanks filled in"
    " expectation under normality, from answers and the attributes they have room for",
    "em": "not experienced taken as blank; blanks filled in expectation under normality, from"
    " answers and the attributes they have room for",
    "pairwise": "each covariance from those who rated both",
    "listwise": "only those who rated every touchpoint",
}
_TARGET = {
    "mean": "",
    "top_box": " of the share of very satisfied (linear probability)",
    "bottom_box": " of the share of dissatisfied (linear probability)",
}
_LOGIT = {
    "mean": "an ordered logit",
    "top_box": "a binary logit, very satisfied or not",
    "bottom_box": "a binary logit, dissatisfied or not",
}
_DRAWN = "; blanks drawn once; one Newton step per bootstrap sample"
_FROM = " interval from a bootstrap of customers within strata"


def relate(
    responses: Frame,
    customers: Frame,
    outcomes: Mapping[str, Sequence[str]],
    segments: Sequence[str],
    terms: ModelTerms,
    min_users: int,
    inputs_hash: str,
) -> dict[str, pl.DataFrame]:
    """Relate every outcome of every wave to its drivers.

    Returns
    -------
    dict
        The tables drivers, driver_models, priorities and driver_contrasts of
        `core.estimate`; empty ones if no outcome was asked.
    """
    register = answers.question_register(responses)
    rows: dict[str, list[pl.DataFrame]] = {name: [] for name in MODELLED}
    if not register.is_empty():
        questions = register["question_id"].unique().sort()
        wide = answers.questionnaires(responses, customers, questions, segments)
        people = engine.to_polars(wide).collect()
        for sheet in sheets(people, register, outcomes, segments, min_users):
            if len(sheet.drivers) < MIN_DRIVERS:
                continue
            found = analyse(sheet, terms)
            for name in MODELLED:
                rows[name].append(_table(getattr(found, name), sheet, name, terms, inputs_hash))
    return {name: pl.concat([table.empty(), *rows[name]]) for name, table in MODELLED.items()}


def _table(
    rows: list[dict[str, Any]], sheet: Sheets, name: str, terms: ModelTerms, inputs_hash: str
) -> pl.DataFrame:
    """Give rows the columns that all of a sheet share, and what they were made with."""
    table = MODELLED[name]
    if not rows:
        return table.empty()
    constant: dict[str, Any] = {
        "mode": sheet.mode,
        "outcome": sheet.outcome,
        "wave": sheet.wave,
        "level": terms.level,
        "evidence": "association",
        "inputs_hash": inputs_hash,
        "policy": "use_rating",
        "approach": "lmg",
        "n_drivers": len(sheet.drivers),
    }
    full = [constant | row for row in rows]
    if name == "driver_contrasts":
        from scipy.stats import false_discovery_control  # slow: a third of a second

        adjusted = false_discovery_control(_column(full, "p_value"))
        full = [row | {"p_adjusted": p} for row, p in zip(full, adjusted, strict=True)]
    made = [row | _making(row, sheet, name) for row in full]
    found = pl.DataFrame(
        {column: [row.get(column) for row in made] for column in table.schema},
        schema=table.schema,
        strict=False,
    )
    return found.with_columns(pl.col(pl.Float64).exclude(P_VALUES).round(DECIMALS))


def _column(rows: list[dict[str, Any]], name: str) -> Any:
    return pl.Series([row[name] for row in rows], dtype=pl.Float64).to_numpy()


def _making(row: dict[str, Any], sheet: Sheets, name: str) -> dict[str, str | None]:
    is_latent = row["approach"] == "latent"
    about = _LOGIT[row["target"]] + _DRAWN if is_latent else _TARGET[row["target"]]
    method = f"{_SPLIT[row['approach']]}{about}; percentile{_FROM}"
    if name == "driver_models":
        about = _TARGET[row["target"]]
        method = f"R2 of the linear model{about}; reflected{_FROM}, on Fisher's scale"
    if name == "driver_contrasts":
        method = (
            "difference of LMG shares from joint bootstrap draws; p-values adjusted by"
            " Benjamini-Hochberg over the segments and drivers of this wave and outcome"
        )
    flags = [row["flags"]] if row.get("flags") else []
    if sheet.left_out and name == "driver_models":
        flags.append("left_out")
    if not sheet.is_weighted:
        flags.append("unweighted_wave")
    return {
        "method": method,
        "missing_policy": _POLICY[row["policy"]],
        "flags": " ".join(flags) or None,
    }
