"""Cells: the mean of every target in every group of every sample, with its variance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.estimates.samples import Sample
from pipelines.estimates.targets import Item, Target, declared
from pipelines.statistics.survey import BoolArray, FloatArray, UnitSums, domain_means

# What an estimate is of, beside its sample and its group.
ITEM_COLUMNS = {"subject": pl.String(), "is_pooled": pl.Boolean()}
TARGET_COLUMNS = {"measure": pl.String(), "answer": pl.String()}
# What its interval follows from: `pipelines.contract.table.Measure`.
MEASURE_COLUMNS = {
    "family": pl.String(),
    "lowest": pl.Float64(),
    "highest": pl.Float64(),
    "missing": pl.String(),
}
DOMAIN_NUMBERS = (
    "value",
    "variance",
    "spread",
    "n",
    "kish",
    "psus",
    "kish_units",
    "df",
    "lonely",
)

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
        ``unweighted_wave, n_lacking, n_drawn`` of the sample, and
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
            for block in _blocks(sample, item):
                blocks.append(
                    block | {"sample": np.array(number), "target": block["target"] + first}
                )
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
        measure.missing,
    )


def _label_groups(sample: Sample, number: int) -> pl.DataFrame:
    about = {name: pl.lit(value, sample.rows.schema[name]) for name, value in sample.about.items()}
    return sample.groups.with_columns(
        **about,
        sample=pl.lit(number, pl.Int64),
        unweighted_wave=pl.lit(sample.is_unweighted),
        n_lacking=pl.lit(sample.n_lacking, pl.Int64),
        n_drawn=pl.lit(sample.rows.height, pl.Int64),
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


def _blocks(sample: Sample, item: Item) -> list[Block]:
    """Estimate an item in all groups, with and without the weights that there are."""
    asked = sample.by_part(sample.by_unit(item.asked[:, None].astype(np.float64)))[:, 0]
    is_asked = np.bincount(sample.part_group, asked, minlength=sample.groups.height) > 0
    plain = _block(sample, item, is_asked, None)
    unweighted = plain | {"weighted": np.array(False)}
    if sample.weight is None:
        return [unweighted]
    # Weights that are all 1 change nothing, and need not be reckoned with again.
    weighed = plain if sample.is_unweighted else _block(sample, item, is_asked, sample.weight)
    return [weighed | {"weighted": np.array(True)}, unweighted]


def _block(sample: Sample, item: Item, is_asked: BoolArray, weight: FloatArray | None) -> Block:
    """Estimate an item in the groups that were asked; one entry per group and target."""
    n_groups, n_targets = sample.groups.height, len(item.targets)
    means = domain_means(unit_sums(sample, item, weight))
    block: Block = {
        "place": np.repeat(np.arange(n_groups), n_targets),
        "target": np.tile(np.arange(n_targets), n_groups),
        **{name: column.ravel() for name, column in vars(means).items()},
    }
    kept = np.repeat(is_asked, n_targets)
    return {name: column[kept] for name, column in block.items()}


def unit_sums(sample: Sample, item: Item, weight: FloatArray | None) -> UnitSums:
    """Sum up all targets of an item at once, by sampling unit of every group.

    Parameters
    ----------
    weight : ndarray, shape (n_rows,), or None
        Without weights every row counts one.

    Returns
    -------
    UnitSums
        A column per target.
    """
    distinct = {id(target.counts): target.counts for target in item.targets}
    whose = [list(distinct).index(id(target.counts)) for target in item.targets]
    counts = np.stack(list(distinct.values()), axis=1).astype(np.float64)
    y = np.stack([np.where(t.counts, t.y, 0.0) for t in item.targets], axis=1)
    squares = y * y
    between = (squares != y).any(axis=0)  # yes and no are their own squares
    n = sample.by_unit(counts)
    w, ww, wy, wyy = n, n, y, squares[:, between]
    if weight is not None:
        weights = weight[:, None]
        w, ww = sample.by_unit(weights * counts), sample.by_unit(weights**2 * counts)
        wy, wyy = weights * wy, weights * wyy
    of_values = sample.by_unit(wy)
    of_squares = of_values.copy()
    of_squares[:, between] = sample.by_unit(wyy)
    return UnitSums(
        part_starts=sample.part_starts,
        part_group=sample.part_group,
        design_psus=sample.design_psus,
        n=n[:, whose],
        w=w[:, whose],
        wy=of_values,
        wyy=of_squares,
        ww=ww[:, whose],
    )
