"""Cells: the mean of every target in every group of every sample, with its variance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.estimates.samples import Sample
from pipelines.estimates.targets import Item, Target, declared
from pipelines.statistics.survey import DomainSums, FloatArray, domain_means

# What an estimate is of, beside its sample and its group.
ITEM_COLUMNS = {"subject": pl.String(), "is_pooled": pl.Boolean()}
TARGET_COLUMNS = {"measure": pl.String(), "answer": pl.String()}
# What its interval follows from: `pipelines.contract.table.Measure`.
MEASURE_COLUMNS = {"family": pl.String(), "lowest": pl.Float64(), "highest": pl.Float64()}
DOMAIN_NUMBERS = ("value", "variance", "spread", "n", "n_eff", "psus", "df", "lonely")

Block = dict[str, npt.NDArray[Any]]


def estimate_cells(asked: Iterable[tuple[Sample, Iterable[Item]]]) -> pl.DataFrame:
    """Estimate every target of every item in every group, with and without weights.

    Parameters
    ----------
    asked : iterable of (Sample, iterable of Item)
        At least one of both.

    Returns
    -------
    DataFrame
        What tells the samples apart, `ITEM_COLUMNS`, ``segment, group``, `TARGET_COLUMNS`,
        ``weighted`` (false only, of samples without weights), `MEASURE_COLUMNS`,
        ``unweighted_wave`` and
        `DOMAIN_NUMBERS`, the fields of `statistics.survey.DomainMeans`. Groups in which nobody was
        asked are left out.

    Raises
    ------
    ContractError
        If a measure is not declared, or has no family.
    """
    blocks: list[Block] = []
    groups: list[pl.DataFrame] = []
    targets: list[tuple[object, ...]] = []
    for number, (sample, items) in enumerate(asked):
        groups.append(_label_groups(sample, number))
        for item in items:
            first = np.array(len(targets))
            targets += [_label_target(item, target) for target in item.targets]
            for weighted in (False,) if sample.weight is None else (True, False):
                block = _block(sample, item, weighted=weighted)
                block |= {"sample": np.array(number), "target": block["target"] + first}
                blocks.append(block)
    labels = pl.DataFrame(
        targets, schema={**ITEM_COLUMNS, **TARGET_COLUMNS, **MEASURE_COLUMNS}, orient="row"
    ).with_row_index("target")
    return (
        _stack(blocks)
        .join(pl.concat(groups), on=["sample", "place"], maintain_order="left")
        .join(labels.cast({"target": pl.Int64}), on="target", maintain_order="left")
        .drop("sample", "place", "target")
    )


def _label_target(item: Item, target: Target) -> tuple[object, ...]:
    measure = declared(target.measure)
    family = measure.pooled if item.is_pooled else measure.family
    return (
        item.subject,
        item.is_pooled,
        measure.name,
        target.answer,
        family,
        float(measure.lowest),
        float(measure.highest),
    )


def _label_groups(sample: Sample, number: int) -> pl.DataFrame:
    about = {name: pl.lit(value, sample.rows.schema[name]) for name, value in sample.about.items()}
    return sample.groups.with_columns(
        **about,
        sample=pl.lit(number, pl.Int64),
        unweighted_wave=pl.lit(sample.is_unweighted),
    )


def _stack(blocks: list[Block]) -> pl.DataFrame:
    """Put the blocks under one another; what is one number in a block is repeated."""
    lengths = [block["value"].size for block in blocks]
    return pl.DataFrame(
        {
            name: np.concatenate(
                [np.broadcast_to(b[name], n) for b, n in zip(blocks, lengths, strict=True)]
            )
            for name in blocks[0]
        }
    )


def _block(sample: Sample, item: Item, *, weighted: bool) -> Block:
    """Estimate an item in all groups; one entry per group and target."""
    n_groups, n_targets = sample.groups.height, len(item.targets)
    weight = sample.weight if weighted else None
    weight = np.ones(sample.rows.height) if weight is None else weight
    means = domain_means(_sums(sample, item, weight), n_groups * n_targets)
    asked = sample.by_part(sample.by_unit(item.asked[:, None].astype(np.float64)))[:, 0]
    is_asked = np.bincount(sample.part_group, asked, minlength=n_groups) > 0
    block: Block = {
        "place": np.repeat(np.arange(n_groups), n_targets),
        "target": np.tile(np.arange(n_targets), n_groups),
        **asdict(means),
    }
    kept = np.repeat(is_asked, n_targets)
    return {name: column[kept] for name, column in block.items()} | {"weighted": np.array(weighted)}


def _sums(sample: Sample, item: Item, weight: FloatArray) -> DomainSums:
    """Sum up all targets at once; the domains are the targets of the groups."""
    distinct = {id(target.counts): target.counts for target in item.targets}
    whose = [list(distinct).index(id(target.counts)) for target in item.targets]
    counts = np.stack(list(distinct.values()), axis=1).astype(np.float64)
    y = np.stack([np.where(t.counts, t.y, 0.0) for t in item.targets], axis=1)
    weights = weight[:, None]
    squares = y * y
    between = (squares != y).any(axis=0)  # yes and no are their own squares
    columns = (counts, weights * counts, weights * y, weights**2 * counts)
    n, u, v, ww, wyy = _apart(sample.by_unit, (*columns, weights * squares[:, between]))
    of_counts = {"n": n, "psus": (n > 0).astype(np.float64), "w": u, "ww": ww, "uu": u * u}
    of_values = {"wy": v, "uv": u[:, whose] * v, "vv": v * v}
    *sums, wyy = _apart(sample.by_part, (*of_counts.values(), *of_values.values(), wyy))
    parts = dict(zip((*of_counts, *of_values), sums, strict=True))
    parts |= {name: parts[name][:, whose] for name in of_counts}
    parts["wyy"] = parts["wy"].copy()
    parts["wyy"][:, between] = wyy
    n_targets = len(item.targets)
    domain = sample.part_group[:, None] * n_targets + np.arange(n_targets)
    return DomainSums(
        domain=domain.ravel(),
        design_psus=np.repeat(sample.design_psus, n_targets),
        **{name: sums.ravel() for name, sums in parts.items()},
    )


def _apart(
    add_up: Callable[[FloatArray], FloatArray], blocks: Sequence[FloatArray]
) -> list[FloatArray]:
    """Add up blocks of columns in one go, which is faster than one by one."""
    ends = np.cumsum([block.shape[1] for block in blocks])[:-1]
    return np.split(add_up(np.concatenate(blocks, axis=1)), ends, axis=1)
