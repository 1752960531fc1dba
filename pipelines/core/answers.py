"""Row scale: answers become one row per questionnaire, on Polars or Spark.

A questionnaire is a fraction of the size of its answers (16 bytes per question), and all
estimates follow from it. Sums per cell would not be smaller: a clustered sample needs them per
cluster, and there are more cells (cluster x question x segment x answer) than answers.
"""

from __future__ import annotations

from collections.abc import Iterable

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.contract.canonical import MISSING_REASONS, SEGMENT_PREFIX
from pipelines.core import engine
from pipelines.core.engine import Frame
from pipelines.core.errors import ContractError, examples

CUSTOMER = ("source_system", "source_id")
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
VALUE_PREFIX, REASON_PREFIX = "value ", "reason "  # a question's columns: these and its id
AS_ANSWERED = "as answered "  # begins the name of a segment that responses say themselves
GIVEN = 0  # code in the column of reasons; the first of `MISSING_REASONS` is 1
NOT_EXPERIENCED, DONT_KNOW = (
    GIVEN + 1 + MISSING_REASONS.index(name) for name in ("not_experienced", "dont_know")
)


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
        If a question has two kinds, touchpoints or scales in one wave, or an answer lies
        outside its scale.
    """
    about = ("measure", "touchpoint_id", "scale_min", "scale_max")
    outside = (nw.col("value") < nw.col("scale_min")) | (nw.col("value") > nw.col("scale_max"))
    found = responses.group_by("mode", "wave", "question_id", *about).agg(
        nw.when(outside).then(nw.lit(1)).otherwise(nw.lit(0)).sum().alias("outside")
    )  # NaN is above every number, on both engines
    listed = engine.to_polars(found).sort("mode", "wave", "question_id").collect()
    place = pl.struct("mode", "wave", "question_id")
    _refuse(
        listed.filter(place.is_duplicated())["question_id"],
        expected="one measure, touchpoint and scale per question and wave",
        todo="give the variants question ids of their own",
    )
    _refuse(
        listed.filter(pl.col("outside") > 0)["question_id"],
        expected="answers within the scale of their question",
        todo="correct the scale or its missing codes in study.yaml",
    )
    return listed.drop("outside").rename({"measure": "kind"})


def questionnaires(
    responses: Frame, customers: Frame, questions: Iterable[str], segments: Iterable[str]
) -> Frame:
    """Put the answers of each questionnaire side by side, with their groups.

    The group is the one that responses say, as of the answer; where they do not say one, the
    customer's.

    Returns
    -------
    LazyFrame
        `QUESTIONNAIRE`; a column ``segment_*`` per segment; per question its value, null
        if there is none, and its reason, null if it was not asked.
    """
    reasons = nw.col("missing").fill_null("skipped")
    codes = list(range(GIVEN + 1, len(MISSING_REASONS) + 1))
    coded = responses.with_columns(
        reason=nw.when(nw.col("value").is_null())
        .then(
            reasons.replace_strict(
                list(MISSING_REASONS), codes, default=codes[-1], return_dtype=nw.Int64
            )
        )
        .otherwise(nw.lit(GIVEN))
    )
    cells = [
        nw.when(nw.col("question_id") == question).then(nw.col(column)).max().alias(name + question)
        for question in questions
        for column, name in (("value", VALUE_PREFIX), ("reason", REASON_PREFIX))
    ]
    labels = [SEGMENT_PREFIX + name for name in segments]
    there = responses.collect_schema().names()
    said = {label: AS_ANSWERED + label for label in labels if label in there}
    wide = coded.group_by(*QUESTIONNAIRE, *said).agg(*cells).rename(said)
    joined = wide.join(customers.select(*CUSTOMER, *labels), on=list(CUSTOMER), how="left")
    if not said:
        return joined
    groups = [nw.coalesce(own, label).alias(label) for label, own in said.items()]
    return joined.with_columns(*groups).drop(*said.values())


def check_questionnaires(people: pl.DataFrame) -> None:
    """Refuse a questionnaire that lies in two places of the sample.

    Raises
    ------
    ContractError
        Naming the first response ids with two waves, modes, weights, customers or groups.
    """
    _refuse(
        people.filter(pl.col("response_id").is_duplicated())["response_id"],
        expected="one survey, wave, mode, stratum, weight, customer and group per response_id",
        todo="make response_id unique over waves in study.yaml, with a template",
    )


def experience(reason: NDArray[np.float64]) -> NDArray[np.float64]:
    """Who experienced a touchpoint, from the codes of a question about it.

    Reach is the mean of it: the share of those who rated among those who rated or had no
    experience. Who was not asked, cannot say, refused or skipped is not known to have been
    there or not.

    Parameters
    ----------
    reason : ndarray, shape (n,)
        A question's reasons, a column of `REASON_PREFIX`; NaN where it was not asked.

    Returns
    -------
    ndarray, shape (n,)
        1 if experienced, 0 if not, NaN if that is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> experience(np.array([GIVEN, NOT_EXPERIENCED, DONT_KNOW])).tolist()
    [1.0, 0.0, nan]
    """
    return np.where(reason == GIVEN, 1.0, np.where(reason == NOT_EXPERIENCED, 0.0, np.nan))


def sampling_stratum() -> pl.Expr:
    """Name strata apart that different surveys call the same."""
    return pl.format("{}/{}", "survey_id", pl.col("stratum").fill_null(""))


def sampling_unit() -> pl.Expr:
    """Name the sampling unit: the cluster; without one the customer, if known, who may
    have filled in several questionnaires; or else the questionnaire.

    A unit of the same name in another wave is the same unit. Clusters are named apart that
    different strata or surveys call the same.
    """
    cluster = pl.format("cluster {}/{}", sampling_stratum(), "cluster")
    customer = pl.format("customer {}/{}", *CUSTOMER)  # null if anonymous
    questionnaire = pl.format("questionnaire {}", "response_id")
    return pl.coalesce(cluster, customer, questionnaire)


def lacks_cluster() -> pl.Expr:
    """Whether a respondent has no cluster although others of the survey's wave have one.

    Examples
    --------
    >>> import polars as pl
    >>> about = {"mode": "cold", "wave": "2024", "survey_id": ["a", "a", "b"]}
    >>> people = pl.DataFrame({**about, "cluster": ["store 1", None, None]})
    >>> people.select(lacks_cluster())["cluster"].to_list()
    [False, True, False]
    """
    known = pl.col("cluster").is_not_null()
    return ~known & known.any().over("mode", "wave", "survey_id")


def _refuse(bad: pl.Series, *, expected: str, todo: str) -> None:
    if len(bad):
        got = f"others for {bad.name} {examples(bad.unique().sort())}"
        raise ContractError("responses", expected=expected, got=got, todo=todo)
