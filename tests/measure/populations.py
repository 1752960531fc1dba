"""Surveys of populations whose scores are known, for tests and benchmarks of their intervals.

Every wave is a sample of its own of one population that does not change, and every question a
replicate: answers to different questions are independent. What the step makes of many waves of
many questions then says how often its intervals hold the truth, and how often a change is found
where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from pipelines.contract.canonical import CUSTOMERS, RESPONSES
from pipelines.measure.tables import Survey, Terms, measure_survey
from tests.measure.small_survey import in_order

SIMPLE, CLUSTERS, SKEWED, STRATA, ROTATION, PANEL = DESIGNS = (
    "simple", "clusters", "skewed weights", "strata", "rotation", "panel",
)  # fmt: skip
ICC = 0.1  # of what clusters answer, on the latent scale
CLUSTER = 5  # respondents of a cluster, on average
LOG_WEIGHT = 0.8  # standard deviation of the logarithm of skewed weights: Kish's n is half of n
INFORMATIVE = 0.2  # correlation of the logarithm of the weight with the latent answer
HEAVY, ITS_WEIGHT = 0.2, 0.7  # share of the sample and of the population in the heavy stratum
STRATUM_SHIFT = np.array([-0.35, 0.15])  # latent: the light and the heavy stratum
ASKED = 1 / 3  # of the questions, under rotation
STAYS, CORRELATION = 0.5, 0.8  # share of a panel that answers in the next wave, and how alike


@dataclass(frozen=True)
class Kind:
    """Questions of one kind.

    Parameters
    ----------
    measure : str
        Of the canonical table.
    shares : tuple of float
        Of the answers in the population, from the lowest.
    lowest : float
        The lowest answer.
    """

    measure: str
    shares: tuple[float, ...]
    lowest: float = 1.0

    @property
    def cuts(self) -> np.ndarray:
        """Between which latent values lies an answer."""
        return ndtri(np.cumsum(self.shares)[:-1])

    @property
    def points(self) -> np.ndarray:
        """Answers, as shares of the scale."""
        return np.linspace(0, 1, len(self.shares))


EVEN, HIGH = (0.10, 0.20, 0.40, 0.20, 0.10), (0.01, 0.01, 0.03, 0.15, 0.80)
KINDS = {
    "even": Kind("csat", EVEN),
    "high": Kind("csat", HIGH),
    "ces": Kind("ces", (0.05, 0.05, 0.10, 0.15, 0.20, 0.25, 0.20)),
    # 0 to 10: a quarter detracts and a quarter promotes; 1/12 and 5/6
    "nps even": Kind("nps", (*[0.25 / 7] * 7, 0.25, 0.25, 0.125, 0.125), 0.0),
    "nps high": Kind("nps", (*[1 / 84] * 7, 1 / 24, 1 / 24, 5 / 12, 5 / 12), 0.0),
}
USED = {"even": 0.6, "high": 0.95}  # share of those who experienced what they are asked about


def respondents(design: str, n: int, waves: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw ``wave, person, stratum, cluster, weight`` and ``mood``, the mean of latent answers."""
    size = round(n / ASKED) if design == ROTATION else n
    wave, place = (index.ravel() for index in np.indices((waves, size)))
    frame = pl.DataFrame({"wave": wave, "place": place}).with_columns(
        person=pl.format("{}-{}", "wave", "place"),
        weight=pl.lit(1.0),
        stratum=pl.lit(None, pl.String),
        cluster=pl.lit(None, pl.String),
        mood=pl.lit(0.0),
    )
    if design == PANEL:  # whoever is in the second half answers again, in the first of the next
        half = size // 2
        again = (pl.col("wave") > 0) & (pl.col("place") < half)
        earlier = pl.format("{}-{}", pl.col("wave") - 1, pl.col("place") + (size - half))
        return frame.with_columns(person=pl.when(again).then(earlier).otherwise("person"))
    if design == CLUSTERS:
        sizes = np.resize([2, 5, 8], size)
        number = np.repeat(np.arange(size), sizes)[:size]
        return frame.with_columns(cluster=pl.format("{}-{}", "wave", pl.Series(number[place])))
    if design == SKEWED:
        log = rng.normal(0, 1, wave.size)
        return frame.with_columns(
            weight=pl.Series(np.exp(LOG_WEIGHT * log)),
            mood=pl.Series(INFORMATIVE * (log - LOG_WEIGHT)),
        )
    if design == STRATA:
        heavy = (place < HEAVY * size).astype(np.int64)
        share, drawn = np.array([1 - ITS_WEIGHT, ITS_WEIGHT]), np.array([1 - HEAVY, HEAVY])
        return frame.with_columns(
            stratum=pl.Series(heavy).cast(pl.String),
            weight=pl.Series((share / drawn)[heavy]),
            mood=pl.Series(STRATUM_SHIFT[heavy]),
        )
    return frame


def latent(people: pl.DataFrame, design: str, rng: np.random.Generator) -> np.ndarray:
    """Draw what everybody would answer one question on a normal scale."""
    noise = rng.normal(0, 1, people.height)
    if design == CLUSTERS:
        number = people["cluster"].rank("dense").to_numpy() - 1
        shared = rng.normal(0, 1, int(number.max()) + 1)[number]
        return np.sqrt(ICC) * shared + np.sqrt(1 - ICC) * noise
    if design == PANEL:
        number = people["person"].rank("dense").to_numpy() - 1
        own = rng.normal(0, 1, int(number.max()) + 1)[number]
        return np.sqrt(CORRELATION) * own + np.sqrt(1 - CORRELATION) * noise
    if design == SKEWED:
        return people["mood"].to_numpy() + np.sqrt(1 - INFORMATIVE**2) * noise
    return people["mood"].to_numpy() + noise


def answered(people: pl.DataFrame, design: str, rng: np.random.Generator) -> np.ndarray:
    """Say who was asked one question."""
    return rng.random(people.height) < (ASKED if design == ROTATION else 1)


def responses(design: str, n: int, waves: int, questions: int, seed: int) -> pl.DataFrame:
    """Draw a survey in the canonical table, `questions` of every kind.

    A question of satisfaction has one of expectation beside it, and every two of them a stage.
    """
    rng = np.random.default_rng([DESIGNS.index(design), n, seed])
    people = respondents(design, n, waves, rng)
    frames = []
    for name, kind in KINDS.items():
        for number in range(questions):
            about = f"{name} {number}"
            asked = answered(people, design, rng)
            drawn = latent(people, design, rng)
            frames.append(_rows(people, kind, about, drawn, asked))
            if kind.measure == "csat":
                expected = Kind("expectation", EVEN)
                beside = (drawn + latent(people, design, rng)) / np.sqrt(2)
                frames.append(_rows(people, expected, f"expected {about}", beside, asked))
    for name, share in USED.items():
        for number in range(questions):
            used = latent(people, design, rng) > ndtri(1 - share)
            asked = answered(people, design, rng)
            drawn = latent(people, design, rng)
            frames.append(_rows(people, KINDS[name], f"used {name} {number}", drawn, asked, used))
    rows = pl.concat(frames)
    rest = {c: pl.lit(None, t) for c, t in RESPONSES.schema.items() if c not in rows.columns}
    return rows.with_columns(**rest).select(*RESPONSES.schema)


def _rows(
    people: pl.DataFrame,
    kind: Kind,
    question: str,
    drawn: np.ndarray,
    asked: np.ndarray,
    used: np.ndarray | None = None,
) -> pl.DataFrame:
    answer = np.digitize(drawn, kind.cuts) + kind.lowest
    touchpoint = None if kind.measure == "nps" else question.removeprefix("expected ")
    there = np.ones(people.height, dtype=bool) if used is None else used
    reason = pl.when(pl.Series(there)).then(None).otherwise(pl.lit("not_experienced"))
    return people.select(
        "stratum",
        "cluster",
        "weight",
        response_id=pl.format("{}/{}", "wave", "place"),
        source_id="person",
        wave=pl.col("wave").cast(pl.String).str.zfill(4),
        value=pl.when(pl.Series(there)).then(pl.Series(answer)),
        missing=reason,
        question_id=pl.lit(question),
        touchpoint_id=pl.lit(touchpoint, pl.String),
        measure=pl.lit(kind.measure),
        scale_min=pl.lit(kind.lowest),
        scale_max=pl.lit(kind.lowest + len(kind.shares) - 1),
        survey_id=pl.lit("survey"),
        mode=pl.lit("cold"),
        source_system=pl.lit("panel"),
    ).filter(pl.Series(asked))


def stages(questions: int) -> dict[str, str]:
    """Every two questions of satisfaction are a stage."""
    return {
        f"{name} {number}": f"{name} stage {number // 2}"
        for name, kind in KINDS.items()
        if kind.measure == "csat"
        for number in range(questions)
    }


def measured(rows: pl.DataFrame, questions: int) -> dict[str, pl.DataFrame]:
    """Measure the survey as the step does."""
    nobody = pl.DataFrame(schema=CUSTOMERS.schema)
    lazy = (nw.from_native(frame.lazy()) for frame in (rows, nobody))
    survey = Survey(*lazy, (), stages(questions), None, in_order(rows))
    return measure_survey(survey, Terms(0.95, 30, "0" * 16))


def truths(design: str) -> pl.DataFrame:
    """``kind, measure, truth`` of the population; a stage has the mean of its two questions."""
    found = [
        row
        for name, kind in KINDS.items()
        for row in _truths_of(name, kind, _shares(kind, design), design)
    ]
    reach = [
        (f"used {name}", "reach", 100 * _above(ndtri(1 - share), design))
        for name, share in USED.items()
    ]
    return pl.DataFrame(found + reach, schema=["kind", "measure", "truth"], orient="row")


def _truths_of(name: str, kind: Kind, shares: np.ndarray, design: str) -> list[tuple]:
    mean = 100 * shares @ kind.points
    if kind.measure == "nps":
        return [(name, "nps", 100 * (shares[9:].sum() - shares[:7].sum())), (name, "mean", mean)]
    if kind.measure == "ces":
        return [(name, "ces", 1 + 6 * mean / 100), (name, "mean", mean)]
    boxes = [(name, box, 100 * shares[-k:].sum()) for box, k in (("top2", 2), ("top1", 1))]
    of_stage = [(f"{name} stage", *rest) for _, *rest in [(name, "mean", mean), *boxes]]
    expected = 100 * _shares_of_sum(design) @ Kind("expectation", EVEN).points
    return [(name, "mean", mean), *boxes, *of_stage, (name, "gap", mean - expected)]


def _above(cut: float, design: str) -> float:
    """Share of the population whose latent value is above."""
    shift, weight = _moods(design)
    return float(weight @ ndtr(shift - cut))


def _shares(kind: Kind, design: str) -> np.ndarray:
    above = np.array([1.0, *(_above(cut, design) for cut in kind.cuts), 0.0])
    return -np.diff(above)


def _shares_of_sum(design: str) -> np.ndarray:
    """Of the expectation, which averages two latent values of one mood."""
    shift, weight = _moods(design)
    spread = np.sqrt(1.0) if design != SKEWED else np.sqrt(1 + INFORMATIVE**2)
    cuts = Kind("expectation", EVEN).cuts
    above = [float(weight @ ndtr((np.sqrt(2) * shift - cut) / spread)) for cut in cuts]
    return -np.diff(np.array([1.0, *above, 0.0]))


def _moods(design: str) -> tuple[np.ndarray, np.ndarray]:
    """Means of latent values, and their shares of the population."""
    if design == STRATA:
        return STRATUM_SHIFT, np.array([1 - ITS_WEIGHT, ITS_WEIGHT])
    return np.zeros(1), np.ones(1)
