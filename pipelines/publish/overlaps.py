"""Overlaps: how many people stand in one line of answers but not in another that goes with it.

A stage's score averages the ratings that each person gave, and a gap is a rating minus an
expectation. Added up over people, lines that go together cancel out for most of them:

- the stage, less all its touchpoints, for who rated one of them;
- k times the stage, less its k touchpoints, for who rated all k;
- the stage, less the touchpoints told, for who rated none of those withheld;
- rating less expectation less gap, for who gave both.

What is left is about the others. How many they are adds up over groups, and so they are
protected as cells are. Where there are more than two touchpoints only the number of ratings is
known, that somebody gave beyond the first or did not give; divided by the most that one person
may have, it is the fewest people that may be left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.contract.canonical import EXPERIENCES
from pipelines.contract.people import GROUP, SEGMENT
from pipelines.publish.structure import Structure

GROUP_AT = ("mode", "wave", SEGMENT, GROUP)
RATED_PREFIX = "rated "  # and a number: sizes of touchpoints
BOND = {"cell": pl.UInt32, "part": pl.UInt32, "others": pl.Float64}
NO_BONDS = pl.DataFrame(schema=BOND)


def with_overlaps(cells: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """Add the numbers of people whom subtracting lines that go together leaves.

    Parameters
    ----------
    cells : DataFrame
        Of the pool `contract.estimate.ANSWERS`, with its sizes.
    structure : Structure
        Which questions go together.

    Returns
    -------
    DataFrame
            Of stages ``rated 1`` and so on, who rated each touchpoint; see `further`. Of gaps
        ``unpaired``, who gave only a rating or only an expectation. 0 for all others.
    """
    rated, expected = _rated(cells, structure), _expected(cells, structure)
    stages = _of_stages(cells, rated)
    whole = cells.join(stages, on=["scope", "stage", *GROUP_AT], how="left", nulls_equal=True)
    whole = whole.join(
        _of_pairs(cells, rated, expected),
        on=["pairs", "question_id", *GROUP_AT],
        how="left",
        nulls_equal=True,
    )
    added = [name for name in whole.columns if name not in cells.columns]
    return whole.with_columns(pl.col(added).fill_null(0))


def further(sizes: Mapping[str, pl.Expr]) -> dict[str, pl.Expr]:
    """Count the people whom subtracting all touchpoints from their stage leaves, at least.

    Parameters
    ----------
    sizes : mapping
        Of some people, by name; see `with_overlaps`.

    Returns
    -------
    dict
        ``unrated``, the fewest who did not rate all touchpoints that any of them rated;
        ``several``, the fewest who rated more than one. Nothing of other pools.
    """
    rated = [size for name, size in sizes.items() if name.startswith(RATED_PREFIX)]
    if not rated:
        return {}
    given = pl.sum_horizontal(rated)
    touched = pl.sum_horizontal((size > 0).cast(pl.Int64) for size in rated)
    most = pl.max_horizontal(touched - 1, 1)  # that one person may have given, or not, at once
    answered = pl.when(touched > 0).then(sizes["answered"]).otherwise(0)
    return {
        "unrated": (touched * answered - given) / most,
        "several": (given - answered) / most,
    }


def _of_stages(cells: pl.DataFrame, rated: pl.DataFrame) -> pl.DataFrame:
    """Count who rated each touchpoint of a stage: ``scope, stage``, `GROUP_AT`, and the sizes."""
    line = ("mode", "wave", "stage")
    place = pl.col("question_id").rank("dense").over(line)
    counts = rated.with_columns(place=pl.format(RATED_PREFIX + "{}", place)).pivot(
        "place", index=["stage", *GROUP_AT], values="answered", sort_columns=True
    )
    stages = cells.filter(pl.col("scope") == "stage").select("scope", "stage", *GROUP_AT)
    return stages.join(counts, on=["stage", *GROUP_AT])


def _of_pairs(cells: pl.DataFrame, rated: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """Count who gave one of two ratings: ``pairs, question_id``, `GROUP_AT`, and the size.

    The average of several expectations does not cancel out.
    """
    on = ["touchpoint_id", *GROUP_AT]
    single = expected.filter(pl.len().over(on) == 1).select(*on, expected="answered")
    given = rated.select("question_id", *on, given="answered")
    pairs = cells.filter("pairs").select("pairs", "question_id", *on, "answered")
    return (
        pairs.join(given, on=["question_id", *on])
        .join(single, on=on)
        .select(
            "pairs",
            "question_id",
            *GROUP_AT,
            unpaired=pl.col("given") + pl.col("expected") - 2 * pl.col("answered"),
        )
    )


def _rated(cells: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    """The cells of questions that a stage averages."""
    return _of_kinds(cells, structure, EXPERIENCES).filter(pl.col("stage").is_not_null())


def _expected(cells: pl.DataFrame, structure: Structure) -> pl.DataFrame:
    return _of_kinds(cells, structure, ("expectation",))


def _of_kinds(cells: pl.DataFrame, structure: Structure, kinds: Sequence[str]) -> pl.DataFrame:
    kind = pl.col("question_id").replace_strict(
        structure.kinds, default=None, return_dtype=pl.String
    )
    return cells.filter(~pl.col("pairs") & kind.is_in(kinds) & (pl.col("answered") > 0))


def bonds(cells: pl.DataFrame, structure: Structure, limit: int) -> pl.DataFrame:
    """Say which cells follow from others, but for fewer than `limit` people.

    A stage follows from its touchpoints where all rated one of them, or all of them; a gap from
    the two ratings where all gave both. Then it cannot be told if one of these is withheld, nor
    withheld if they are told.

    Parameters
    ----------
    cells : DataFrame
        See `with_overlaps`.

    Returns
    -------
    DataFrame
        `BOND`: ``cell`` and ``part``, numbers of two rows, and how many ``others`` there are.
    """
    numbered = cells.with_row_index("cell")
    of_stage = further({name: pl.col(name) for name in cells.columns}).values()
    fewest = pl.min_horizontal(pl.lit(None, pl.Float64), *of_stage)
    others = pl.when("pairs").then("unpaired").otherwise(fewest)
    few = numbered.with_columns(others=others.cast(pl.Float64)).filter(pl.col("others") < limit)
    stages, gaps = few.filter(pl.col("scope") == "stage"), few.filter("pairs")
    rated, expected = (
        one(numbered, structure).rename({"cell": "part"}) for one in (_rated, _expected)
    )
    return pl.concat(
        [
            stages.join(rated, on=["stage", *GROUP_AT]).select(*BOND),
            gaps.join(rated, on=["question_id", *GROUP_AT]).select(*BOND),
            gaps.join(expected, on=["touchpoint_id", *GROUP_AT]).select(*BOND),
        ]
    )
