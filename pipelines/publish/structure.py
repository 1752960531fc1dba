"""Structure: which published lines are made of which others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contract.canonical import SEGMENT_PREFIX
from pipelines.contract.people import GROUP, SEGMENT
from pipelines.core.answers import CUSTOMER
from pipelines.core.study import Map

NEST = {SEGMENT: pl.String, GROUP: pl.String, "within": pl.String, "within_group": pl.String}


@dataclass(frozen=True)
class Structure:
    """What the map and the customers tell of how lines hang together.

    Parameters
    ----------
    kinds : mapping
        Question to its kind, the measure that study.yaml declares: a stage averages its
        questions of experience, a gap is a ``csat`` minus an ``expectation``.
    nests : DataFrame
        `NEST`: groups whose people all belong to one group of another attribute, as those of
        a region belong to a country.
    """

    kinds: Mapping[str, str]
    nests: pl.DataFrame


def structure_of(study: Map, customers: pl.LazyFrame, responses: pl.LazyFrame) -> Structure:
    """Read the structure off a study's map and its canonical tables."""
    kinds = {name: question.measure for name, question in study.questions.items()}
    asked = responses.select(*CUSTOMER).unique()
    labels = [pl.col(SEGMENT_PREFIX + name).alias(name) for name in study.segments]
    people = customers.join(asked, on=list(CUSTOMER), how="semi").select(labels).collect()
    return Structure(kinds, nests(people, tuple(study.segments)))


def nests(people: pl.DataFrame, segments: Sequence[str]) -> pl.DataFrame:
    """List the groups that lie within a group of another attribute.

    Parameters
    ----------
    people : DataFrame
        A row per person, a column per attribute; null where it is not known.
    segments : sequence of str
        The attributes.

    Returns
    -------
    DataFrame
        `NEST`, sorted.

    Examples
    --------
    >>> people = pl.DataFrame({"region": ["north", "south"], "country": ["A", "A"]})
    >>> nests(people, ("region", "country")).rows()
    [('region', 'north', 'country', 'A'), ('region', 'south', 'country', 'A')]
    """
    found = [_nests(people, fine, [name for name in segments if name != fine]) for fine in segments]
    return pl.concat([pl.DataFrame(schema=NEST), *found]).sort(*NEST)


def _nests(people: pl.DataFrame, fine: str, others: Sequence[str]) -> pl.DataFrame:
    """List the groups of one attribute whose people have one value in others."""
    values = [pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()) for name in others]
    single = people.drop_nulls(fine).group_by(fine).agg(values)
    return (
        single.unpivot(index=fine, variable_name="within", value_name="within_group")
        .drop_nulls("within_group")
        .select(pl.lit(fine).alias(SEGMENT), pl.col(fine).alias(GROUP), "within", "within_group")
    )
