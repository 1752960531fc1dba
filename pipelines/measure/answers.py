"""Row scale: answers are placed in the sample and summed up, on Polars or Spark.

What leaves this module is small: counts and sums per wave, stratum, question and segment.
Respondents who are their own sampling unit are summed up with the others; only declared
clusters keep rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import narwhals as nw
import polars as pl

from pipelines.core import engine
from pipelines.core.contract import SEGMENT_PREFIX
from pipelines.core.engine import Frame
from pipelines.core.errors import ContractError, examples
from pipelines.core.estimate import ALL

CUSTOMER = ("source_system", "source_id")
PLACE = ("mode", "wave", "stratum", "cluster")  # where an answer lies in the sample
QUESTIONNAIRE = (
    "response_id",
    "mode",
    "wave",
    "survey_id",
    "stratum",
    "cluster",
    *CUSTOMER,
    "weight",
)
SUMS = ("n", "y", "yy", "w", "wy", "wyy", "ww", "wwy", "wwyy")  # of powers of weights, values
UNIT = "\x1f"  # ASCII's unit separator: grouping by one joined text takes a quarter of the time


def respondents(responses: Frame, customers: Frame, segments: Iterable[str]) -> Frame:
    """Return one row per questionnaire: its place in the sample, weight and segments.

    Strata of different surveys are different. A customer who fills in several
    questionnaires in one wave and stratum is one sampling unit. Weights are shares of the
    heaviest one of their wave, which changes no estimate; `is_unit` tells if it was 1.
    """
    labels = [SEGMENT_PREFIX + name for name in segments]
    filled_in = responses.group_by(*QUESTIONNAIRE).agg(nw.len().alias("n_questions"))
    repeats = nw.len().over("mode", "wave", "survey_id", "stratum", *CUSTOMER) > 1
    heaviest = nw.col("weight").max().over("mode", "wave")
    return (
        filled_in.with_columns(
            repeats=repeats,
            is_unit=nw.col("weight") == 1,
            weight=nw.col("weight") / heaviest,
        )
        .with_columns(stratum=_joined("survey_id", "stratum"), cluster=_unit())
        .select("response_id", *PLACE, "weight", "is_unit", *CUSTOMER)
        .join(customers.select(*CUSTOMER, *labels), on=list(CUSTOMER), how="left")
    )


def _unit() -> nw.Expr:
    """Return the declared cluster, or the customer who answered more than once."""
    is_repeated = nw.col("repeats") & ~nw.col("source_id").is_null()
    customer = nw.when(is_repeated).then(_joined("survey_id", *CUSTOMER))
    return nw.when(~nw.col("cluster").is_null()).then(nw.col("cluster")).otherwise(customer)


def _joined(*columns: str, separator: str = "/") -> nw.Expr:
    return nw.concat_str([nw.col(name).fill_null("") for name in columns], separator=separator)


def check_questionnaires(people: Frame) -> None:
    """Refuse a questionnaire that lies in two places of the sample.

    Raises
    ------
    ContractError
        Naming the first response ids with two waves, modes, weights or customers.
    """
    twice = people.group_by("response_id").agg(nw.len().alias("n")).filter(nw.col("n") > 1)
    bad = engine.to_polars(twice).select("response_id").collect()["response_id"].sort()
    if len(bad):
        raise ContractError(
            "responses",
            expected="one survey, wave, mode, stratum, weight and customer per response_id",
            got=f"several for {examples(bad)}",
            todo="make response_id unique over waves in study.yaml, with a template",
        )


def sample_design(people: Frame) -> pl.DataFrame:
    """Count the sampling units of every stratum, and find the waves without weights.

    Returns
    -------
    DataFrame
        ``mode, wave, stratum, design_psus, is_unweighted``; the last is true if every
        weight of the wave is 1.
    """
    counted = people.group_by(*PLACE).agg(
        nw.len().alias("n"), nw.col("is_unit").all().alias("ones")
    )
    units = pl.when(pl.col("cluster").is_null()).then("n").otherwise(1)
    return (
        engine.to_polars(counted)
        .with_columns(is_unweighted=pl.col("ones").all().over("mode", "wave"))
        .group_by("mode", "wave", "stratum", "is_unweighted")
        .agg(design_psus=units.sum())
        .sort("mode", "wave", "stratum")
        .collect()
    )


def shared_customers(people: Frame) -> pl.DataFrame:
    """List the pairs of waves that share customers.

    Returns
    -------
    DataFrame
        ``mode, wave, period_against``; the second is the earlier one.
    """
    seen = (
        people.filter(~nw.col("source_id").is_null())
        .group_by("mode", "wave", *CUSTOMER)
        .agg(nw.len().alias("n"))
    )
    later = seen.select("mode", "wave", *CUSTOMER)
    earlier = seen.select("mode", *CUSTOMER, nw.col("wave").alias("period_against"))
    pairs = later.join(earlier, on=["mode", *CUSTOMER], how="inner")
    found = (
        pairs.filter(nw.col("period_against") < nw.col("wave"))
        .group_by("mode", "wave", "period_against")
        .agg(nw.len().alias("n"))
    )
    return engine.to_polars(found).drop("n").sort("mode", "wave", "period_against").collect()


def count_answers(responses: Frame, people: Frame, segments: Iterable[str]) -> pl.DataFrame:
    """Count every answer to every question, and add up its weights.

    Returns
    -------
    DataFrame
        ``mode, wave, stratum, cluster, question_id, missing, value, segment, segment_value``
        and ``n, w, ww``: rows, the sum of their weights and of the squared weights.
    """
    rows = responses.select("response_id", "question_id", "value", "missing")
    placed = rows.join(people, on="response_id", how="inner")
    key = (*PLACE, "question_id", "missing")
    return _sum_up(placed, segments, key, by=["value"], sums=_WEIGHTS)


def sum_ratings(ratings: Frame, people: Frame, segments: Iterable[str]) -> pl.DataFrame:
    """Add up values per respondent, such as those of `stage_ratings`.

    Parameters
    ----------
    ratings : LazyFrame
        ``response_id, subject, measure, y``; `y` between 0 and 1.

    Returns
    -------
    DataFrame
        ``mode, wave, stratum, cluster, subject, measure, segment, segment_value`` and the
        sums ``n, y, yy, w, wy, wyy, ww, wwy, wwyy`` of powers of the values and weights.
    """
    placed = ratings.join(people, on="response_id", how="inner")
    return _sum_up(placed, segments, (*PLACE, "subject", "measure"), by=[], sums=_MOMENTS)


# Sums of floats depend on their order, which changes with the number of threads: whole
# numbers of these parts of one are added up instead. Weights and values lie in 0 to 1, so
# there is room for 5e8 answers in a group, and an error of at most 3e-11 in each.
PARTS = 2**34

_W, _Y = nw.col("weight"), nw.col("y")


def _exact_sum(terms: nw.Expr, name: str) -> nw.Expr:
    return (terms * PARTS).round().cast(nw.Int64).sum().alias(name)


_WEIGHTS = (nw.len().alias("n"), _exact_sum(_W, "w"), _exact_sum(_W * _W, "ww"))
_MOMENTS = (
    *_WEIGHTS,
    _exact_sum(_Y, "y"),
    _exact_sum(_Y * _Y, "yy"),
    _exact_sum(_W * _Y, "wy"),
    _exact_sum(_W * _Y * _Y, "wyy"),
    _exact_sum(_W * _W * _Y, "wwy"),
    _exact_sum(_W * _W * _Y * _Y, "wwyy"),
)


def _sum_up(
    rows: Frame,
    segments: Iterable[str],
    key: tuple[str, ...],
    by: list[str],
    sums: tuple[nw.Expr, ...],
) -> pl.DataFrame:
    """Add up rows by `key` and `by`, for everybody and for each value of each segment."""
    keyed = rows.with_columns(key=_joined(*key, separator=UNIT))
    everybody = keyed.with_columns(segment_value=nw.lit(ALL))
    parts = [everybody.group_by("key", *by, "segment_value").agg(*sums).with_columns(_name(ALL))]
    for name in segments:
        value = nw.col(SEGMENT_PREFIX + name)
        members = keyed.filter(~value.is_null()).with_columns(segment_value=value)
        summed = members.group_by("key", *by, "segment_value").agg(*sums)
        parts.append(summed.with_columns(_name(name)))
    return _split(engine.to_polars(nw.concat(parts)).collect(), key)


def _name(segment: str) -> nw.Expr:
    return nw.lit(segment).alias("segment")


def _split(summed: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Take the joined key apart; an empty part was null."""
    parts = summed["key"].str.count_matches(UNIT, literal=True)
    if (parts != len(key) - 1).any():
        raise ContractError(
            "responses",
            expected="texts without control characters",
            got="the unit separator, ASCII 31, in a wave, stratum or cluster",
            todo="map that column with a value map",
        )
    fields = pl.col("key").str.split_exact(UNIT, len(key) - 1).struct.rename_fields(key)
    nulls = [pl.col(name).replace("", None) for name in ("cluster", "missing") if name in key]
    whole = [
        pl.col(name).cast(pl.Float64) / (1 if name == "n" else PARTS)
        for name in SUMS
        if name in summed.columns
    ]
    return summed.with_columns(fields, *whole).unnest("key").with_columns(nulls)


def question_register(responses: Frame) -> pl.DataFrame:
    """List the questions of every wave.

    Returns
    -------
    DataFrame
        ``mode, wave, question_id, kind, touchpoint_id, scale_min, scale_max``; `kind` is
        the question's measure.

    Raises
    ------
    ContractError
        If a question has two kinds, touchpoints or scales in one wave.
    """
    about = ("measure", "touchpoint_id", "scale_min", "scale_max")
    found = responses.group_by("mode", "wave", "question_id", *about).agg(nw.len().alias("n"))
    listed = engine.to_polars(found).drop("n").sort("mode", "wave", "question_id").collect()
    twice = listed.filter(pl.struct("mode", "wave", "question_id").is_duplicated())
    if not twice.is_empty():
        raise ContractError(
            "responses",
            expected="one measure, touchpoint and scale per question and wave",
            got=f"several for {examples(twice['question_id'].unique().sort())}",
            todo="give the variants question ids of their own",
        )
    return listed.rename({"measure": "kind"})


def stage_ratings(responses: Frame, stages: Mapping[str, str]) -> Frame:
    """Average the ratings a respondent gave to the touchpoints of one stage.

    Parameters
    ----------
    stages : mapping
        Touchpoint to journey stage.

    Returns
    -------
    LazyFrame
        ``response_id, subject, measure, y``: subject is the stage, `y` lies in 0 to 1.
        Of the touchpoints rated: ``mean`` of the ratings as shares of their scale, share
        of them in the ``top2`` and ``top1`` boxes; ``reach`` is 1 if one was experienced.
    """
    asked = responses.filter((nw.col("measure") == "csat") & ~nw.col("touchpoint_id").is_null())
    value, top = nw.col("value"), nw.col("scale_max")
    length = top - nw.col("scale_min")
    has_boxes = (length >= BOXES[0] - 1) & (length <= BOXES[1] - 1)
    experienced = nw.when(~value.is_null()).then(nw.lit(1.0)).otherwise(_not_experienced())
    stage = nw.col("touchpoint_id").replace_strict(
        list(stages), list(stages.values()), return_dtype=nw.String
    )
    columns = {
        "mean": (value - nw.col("scale_min")) / length,
        "top2": nw.when(has_boxes).then(_indicator(value >= top - 1)),
        "top1": nw.when(has_boxes).then(_indicator(value >= top)),
        "reach": experienced,
    }
    pooled = [nw.col(name).mean() for name in columns if name != "reach"]
    return _long(
        asked.with_columns(subject=stage, **columns)
        .group_by("response_id", "subject")
        .agg(*pooled, nw.col("reach").max()),
        list(columns),
    )


BOXES = (4, 7)  # fewest and most points of a scale whose top boxes are counted


def _not_experienced() -> nw.Expr:
    return nw.when(nw.col("missing") == "not_experienced").then(nw.lit(0.0))


def _indicator(condition: nw.Expr) -> nw.Expr:
    """1 or 0; null where the condition is null."""
    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.when(~condition).then(nw.lit(0.0)))


def expectation_gaps(responses: Frame) -> Frame:
    """Compare ratings with what the same respondent expected of the touchpoint.

    Only complete pairs on the same scale count; several expectations of one touchpoint
    are averaged.

    Returns
    -------
    LazyFrame
        ``response_id, subject, measure, y``: subject is the question of the rating;
        ``gap`` is 0 if nothing and 1 if everything was exceeded by the whole scale, 1/2
        if the rating met the expectation; ``under_fulfilled``, ``met``, ``exceeded`` are 1 or 0.
    """
    pair = ["response_id", "touchpoint_id", "scale_min", "scale_max"]
    value = nw.col("value")
    known = responses.filter(~value.is_null() & ~nw.col("touchpoint_id").is_null())
    expected = known.filter(nw.col("measure") == "expectation").group_by(*pair)
    rated = known.filter(nw.col("measure") == "csat")
    pairs = rated.join(expected.agg(value.mean().alias("expected")), on=pair, how="inner")
    gap = value - nw.col("expected")
    columns = {
        "gap": (gap / (nw.col("scale_max") - nw.col("scale_min")) + 1) / 2,
        "under_fulfilled": _indicator(gap < 0),
        "met": _indicator(gap == 0),
        "exceeded": _indicator(gap > 0),
    }
    return _long(pairs.with_columns(subject=nw.col("question_id"), **columns), list(columns))


def _long(rows: Frame, measures: list[str]) -> Frame:
    index = ["response_id", "subject"]
    wide = rows.select(*index, *measures)  # drops the question's own `measure`
    long = wide.unpivot(on=measures, index=index, variable_name="measure", value_name="y")
    return long.filter(~nw.col("y").is_null())
