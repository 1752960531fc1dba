"""Differences: what published lines tell of few people when they are added and subtracted.

Looks at the published tables alone, as a reader does who wants to know more than they say; of
`withholding` it knows nothing. A *line* is a published number of a cell with its n. Lines whose
people mostly cancel out are tried in families, each in every cell, and in what is left of
everybody when all groups shown are subtracted:

=============  ===========================================================================
family         people left
=============  ===========================================================================
line           n of one line: everybody less the groups of an attribute
nested groups  a group less the groups within it, as a country less its regions
unrated        k n of a stage, less the n of its k touchpoints rated: who did not rate all
several        the n of its touchpoints, less n of the stage: who rated more than one
untold         n of a stage of which nobody rated several, less the n of the touchpoints told
filled in      n of one line, with such touchpoints filled in
unpaired       n of rating and expectation, less twice the n of their gap
performance    n of a rating, less that of who also answered the outcome of driver models
reach          the same of those who rated or did not experience it
=============  ===========================================================================

If that is 1 to 9, published lines prove that a statistic of answers is that of fewer than ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from pipelines.contract.canonical import EXPERIENCES, MISSING_REASONS
from pipelines.contract.driver_codes import APPROACHES, RATING_POLICIES, TARGETS
from pipelines.contract.driver_people import PERCENT_ROUNDING
from pipelines.contract.people import EVERYBODY, GROUP, SEGMENT
from pipelines.core.errors import ContractError, examples
from pipelines.publish.nested import with_nested

SURVEYED = ("mode", "wave")
ASKED_OF = (*SURVEYED, "stage", "touchpoint_id", "question_id", "universe")
WHOSE = (SEGMENT, GROUP)
FOUND = {"family": pl.String, "about": pl.String, SEGMENT: pl.String, "people": pl.Float64}


def require_safe(tables: Mapping[str, pl.DataFrame], kinds: Mapping[str, str], limit: int) -> None:
    """Refuse tables whose lines, added and subtracted, tell of fewer than `limit` people.

    Raises
    ------
    ContractError
        Naming the first of them. Withholding has then failed.
    """
    found = isolated(tables, kinds, limit)
    if not found.is_empty():
        raise ContractError(
            "published",
            expected=f"no lines that, added and subtracted, tell of 1 to {limit - 1} people",
            got=examples("{}: {}, {}: {:g}".format(*row) for row in found.rows()),
            todo="nothing was published; pipelines/publish/withholding.py has to withhold more",
        )


def isolated(
    tables: Mapping[str, pl.DataFrame], kinds: Mapping[str, str], limit: int
) -> pl.DataFrame:
    """List the differences of published lines that are about 1 to ``limit - 1`` people.

    Parameters
    ----------
    tables : mapping
        Published tables by name.
    kinds : mapping
        Question to its measure, as the published register tells.
    limit : int
        Fewest people that may be told of.

    Returns
    -------
    DataFrame
        ``family`` (see above), ``about`` (mode, wave and what is asked), ``segment``,
        ``people``; sorted. An empty one if there are none.
    """
    lines = lines_of(tables)
    families = [
        *_single(lines),
        *_stages(lines, _withheld(tables["scores"]), kinds),
        *_gaps(lines, kinds),
        *_models(lines, tables),
    ]
    few = [
        people.filter((pl.col("people") > 0) & (pl.col("people") < limit)).select(
            pl.lit(family).alias("family"),
            _about(people),
            SEGMENT,
            pl.col("people").cast(pl.Float64),
        )
        for family, people in families
    ]
    return pl.concat([pl.DataFrame(schema=FOUND), *few]).unique().sort(*FOUND)


def _about(people: pl.DataFrame) -> pl.Expr:
    named = [name for name in ASKED_OF if name in people.columns]
    return pl.concat_str(named, separator=" ", ignore_nulls=True).alias("about")


def lines_of(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """List the published lines: `ASKED_OF`, `WHOSE` and ``n``, each once.

    A *universe* is what the people of a line have in common, such as a measure: those who are
    averaged. Shares of answers tell of who was ``asked`` and who ``answered``.
    """
    scores, shares = (_told(tables[name]) for name in ("scores", "distributions"))
    asked = shares.with_columns(universe=pl.lit("asked"))
    answer = ~pl.col("answer").is_in(MISSING_REASONS)
    given = shares.filter(answer & ~pl.col("weighted")).with_columns(
        universe=pl.lit("answered"), n=(pl.col("n") * pl.col("value") / 100)
    )
    keys = [*ASKED_OF, *WHOSE]
    summed = given.group_by(keys).agg(pl.col("n").sum().round().cast(pl.Int64))
    whole = [rows.group_by(keys).agg(pl.col("n").max()) for rows in
             (scores.with_columns(universe="measure"), asked)]  # fmt: skip
    return pl.concat([*whole, summed])


def _withheld(scores: pl.DataFrame) -> pl.DataFrame:
    """List the lines that are there without a number of people."""
    blank = scores.filter(pl.col("value").is_null() & pl.col("n").is_null())
    return blank.select(*ASKED_OF[:-1], *WHOSE, universe="measure").unique()


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("value").is_not_null() & (pl.col("n") > 0))


def with_rests(cells: pl.DataFrame, sizes: list[str]) -> pl.DataFrame:
    """Add to cells what is left of everybody without the groups shown, by attribute.

    Parameters
    ----------
    cells : DataFrame
        `WHOSE`, what the cells of a line have in common, and `sizes`.

    Returns
    -------
    DataFrame
        The same with further rows; their ``group`` is null.
    """
    line = [name for name in cells.columns if name not in (*WHOSE, *sizes)]
    everybody = cells.filter(pl.col(SEGMENT) == EVERYBODY)
    groups = cells.filter(pl.col(SEGMENT) != EVERYBODY)
    shown = groups.group_by(*line, SEGMENT).agg(pl.col(sizes).sum())
    rests = everybody.drop(WHOSE).join(shown, on=line, suffix=" shown", nulls_equal=True)
    left = [(pl.col(size) - pl.col(f"{size} shown")).alias(size) for size in sizes]
    missing = pl.lit(None, pl.String).alias(GROUP)
    return pl.concat([cells, rests.with_columns(missing, *left).select(cells.columns)])


def _single(lines: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "line", with_rests(lines, ["n"]).rename({"n": "people"})
    yield "nested groups", with_nested(lines, list(ASKED_OF)).rename({"n": "people"})


def _stages(
    lines: pl.DataFrame, untold: pl.DataFrame, kinds: Mapping[str, str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Subtract touchpoints from their stage, in each measure that both have."""
    line = (*SURVEYED, "stage", "universe")
    kind = pl.col("question_id").replace_strict(kinds, default=None, return_dtype=pl.String)
    is_rated = kind.is_in(EXPERIENCES) & pl.col("stage").is_not_null()
    lines, untold = (
        # The mean of two answers is the share of the better one.
        some.with_columns(pl.col("universe").replace("better", "mean"))
        for some in (lines, untold)
    )
    means = lines.filter(pl.col("universe").is_in(("mean", "top2", "top1")))
    rated = means.filter(is_rated).select(*line, "question_id", *WHOSE, "n")
    lacking = untold.filter(is_rated).select(*line, "question_id", *WHOSE)
    stages = means.filter(pl.col("question_id").is_null()).select(*line, *WHOSE, "n")
    place = pl.format("rated {}", pl.col("question_id").rank("dense").over(line))
    given = rated.with_columns(place=place).pivot("place", index=[*line, *WHOSE], values="n")
    each = [name for name in given.columns if name.startswith("rated ")]
    both = stages.join(given, on=[*line, *WHOSE]).with_columns(pl.col(each).fill_null(0))
    cells = with_rests(both.join(lacking, on=[*line, *WHOSE], how="anti"), ["n", *each])
    total = pl.sum_horizontal(0, *each)
    touched = pl.sum_horizontal(0, *((pl.col(name) > 0).cast(pl.Int64) for name in each))
    yield "unrated", cells.with_columns(people=touched * pl.col("n") - total)
    yield "several", cells.with_columns(people=total - pl.col("n"))
    one_each = both.join(
        cells.filter(total > pl.col("n")), on=["mode", "stage", "universe"], how="anti"
    ).with_columns(left=pl.col("n") - total)
    part = one_each.join(lacking, on=[*line, *WHOSE], how="semi")
    yield "untold", part.rename({"left": "people"})
    yield "filled in", with_rests(_filled(part, lacking, rated), ["n"]).rename({"n": "people"})


def _filled(stages: pl.DataFrame, lacking: pl.DataFrame, rated: pl.DataFrame) -> pl.DataFrame:
    """Fill in the one touchpoint that is not told, where all rated one of their stage.

    Returns
    -------
    DataFrame
        The lines of such touchpoints, as `rated`; none of others.
    """
    single = lacking.filter(pl.len().over(lacking.drop("question_id").columns) == 1)
    both = stages.drop("n").join(single, on=lacking.drop("question_id").columns)
    found = both.rename({"left": "n"}).filter(pl.col("n") > 0).select(rated.columns)
    line = rated.drop(*WHOSE, "n").columns
    touched = found.select(line).unique()
    return pl.concat([rated.join(touched, on=line, how="semi"), found])


def _gaps(lines: pl.DataFrame, kinds: Mapping[str, str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Subtract an expectation and the gap from the rating; several expectations are averaged."""
    line = (*SURVEYED, "touchpoint_id", *WHOSE)
    kind = pl.col("question_id").replace_strict(kinds, default=None, return_dtype=pl.String)
    means = lines.filter(pl.col("universe") == "mean").with_columns(kind=kind)
    expected = means.filter(pl.col("kind") == "expectation")
    single = expected.filter(pl.len().over(line) == 1).select(*line, expected="n")
    rated = means.filter(pl.col("kind") == "csat").select(*line, "question_id", given="n")
    pairs = lines.filter(pl.col("universe") == "gap").select(*line, "question_id", "n")
    cells = pairs.join(rated, on=[*line, "question_id"]).join(single, on=line)
    whole = with_rests(cells, ["n", "given", "expected"])
    left = pl.col("given") + pl.col("expected") - 2 * pl.col("n")
    yield "unpaired", whole.with_columns(people=left)


def _models(
    lines: pl.DataFrame, tables: Mapping[str, pl.DataFrame]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Subtract users in driver models, who answered the outcome, from all who answered."""
    line = (*SURVEYED, "question_id", *WHOSE)
    usual = {
        "policy": RATING_POLICIES.names[0],
        "target": TARGETS.names[0],
        "approach": APPROACHES[0],
    }
    drivers = tables["drivers"].filter(
        pl.col("value").is_not_null(), *(pl.col(name) == code for name, code in usual.items())
    )
    users = drivers.select(*SURVEYED, "outcome", *WHOSE, "n_users", "reach", question_id="driver")
    told = tables["priorities"].filter(pl.col("performance").is_not_null())
    rated = told.select(*SURVEYED, "outcome", *WHOSE, question_id="driver")
    of = {
        "performance": ("mean", users.join(rated, on=[*line, "outcome"]), pl.col("n_users")),
        "reach": ("reach", users, _n_reached()),
    }
    for family, (universe, rows, part) in of.items():
        all_who_answered = lines.filter(pl.col("universe") == universe).select(*line, "n")
        both = rows.join(all_who_answered, on=line).select(*line, "outcome", "n", part=part)
        whole = with_rests(both.drop_nulls("part"), ["n", "part"])
        yield family, whole.with_columns(people=pl.col("n") - pl.col("part"))


def _n_reached() -> pl.Expr:
    """Of how many the reach is a share; null if weights differ, so that it does not come out."""
    quotient = 100 * pl.col("n_users") / pl.col("reach")
    error = quotient * PERCENT_ROUNDING / pl.col("reach")
    comes_out = (pl.col("reach") > 0) & ((quotient - quotient.round()).abs() < error)
    return pl.when(comes_out).then(quotient.round())
