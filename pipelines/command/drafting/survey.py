"""Draft the map of a survey: wide, one column per question, or long, one answer per row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.command.drafting import maps, words
from pipelines.command.drafting.facts import Facts, describe
from pipelines.command.drafting.guessed import Guess
from pipelines.command.drafting.layouts import FileLayout
from pipelines.command.drafting.part import DraftPart, Entries, Owner
from pipelines.command.drafting.ratings import DraftScale, Rating, find_ratings
from pipelines.command.drafting.segments import (
    code_lists,
    column_map,
    column_name,
    entries,
    find_segments,
    label_of,
)
from pipelines.command.drafting.words import tidy
from pipelines.ingest.header import SOURCE_ROW

OVERALL_MEASURES = ("nps", "overall")  # measures about everything, not one touchpoint
MIN_COMMENT_LENGTH = 25  # signs of a mean comment
_HINTS = "|".join(
    (words.EXPECTATION_WORDS, words.IMPORTANCE_WORDS, words.EFFORT_WORDS, words.RATING_WORDS)
)


@dataclass(frozen=True)
class DraftSurvey:
    """What was recognised in the files of a survey.

    Parameters
    ----------
    asked : dict
        Question id -> the answers to it.
    long : tuple or None
        Columns of question and answer, if there is one answer per row.
    key : tuple of str
        Columns that name a questionnaire over all files, or `source_row`.
    when, who : Facts or None
        Columns of the time and of the customer.
    texts : list
        Columns of comments.
    alone : bool
        Whether no other source holds questionnaires, whose numbers could be the same.
    """

    layout: FileLayout
    asked: dict[str, Rating]
    long: tuple[Facts, Facts] | None
    key: tuple[str, ...]
    when: Facts | None
    who: Facts | None
    texts: list[Facts]
    alone: bool = True

    @property
    def needs_parting(self) -> bool:
        """Whether nothing names a questionnaire over all of several files."""
        return len(self.layout.files) > 1 and self.key == (SOURCE_ROW,)

    @property
    def prefix(self) -> str:
        """What makes ids differ from those of other sources."""
        return "" if self.alone and self.key != (SOURCE_ROW,) else self.layout.name

    @property
    def taken(self) -> set[str]:
        """Columns that are no attributes."""
        facts = [*self.texts, *(rating.column for rating in self.asked.values())]
        return {*self.key, *(fact.name for fact in facts)}


def find_survey(layout: FileLayout) -> DraftSurvey | None:
    """Find a survey's questions; None if the files hold none."""
    question, answer = layout.with_role("question"), layout.with_role("answer")
    long = None
    if question and answer and question.values and not answer.is_time:
        long, ratings = (question, answer), _ratings_of_rows(layout, question, answer)
        sure = bool(ratings)
    else:
        ratings = find_ratings(layout.facts)
        sure = len(ratings) > 1 or any(rating.measure == "nps" for rating in ratings)
    if not sure:
        return None
    when = next((fact for fact in layout.facts if fact.is_time and fact.filled), None)
    key, who = _key(layout, when, long), layout.with_role("customer")
    texts = [] if long else [fact for fact in layout.facts if is_text(fact)]
    return DraftSurvey(layout, _by_id(ratings), long, key, when, who, texts)


def is_text(fact: Facts) -> bool:
    """Whether a column holds what people wrote."""
    if fact.is_time or fact.decimal or not fact.filled or fact.email:
        return False
    written = (
        fact.length >= MIN_COMMENT_LENGTH and fact.spoken > 0.5 and fact.unique > fact.filled / 2
    )
    return fact.role == "text" or (fact.role is None and written)


def _ratings_of_rows(layout: FileLayout, question: Facts, answer: Facts) -> list[Rating]:
    """Look at the answers to each question as if they had a column of their own."""
    asked = layout.sample.select(pl.col(question.name).alias("q"), pl.col(answer.name).alias("a"))
    columns = [
        asked.filter(pl.col("q") == name).select(pl.col("a").alias(name))
        for name in question.values
    ]
    facts = [fact for column in columns for fact in describe(column, set(), {})]
    return find_ratings([replace(fact, role=None) for fact in facts], sure=True)


def _by_id(ratings: Sequence[Rating]) -> dict[str, Rating]:
    ids: dict[str, Rating] = {}
    for number, rating in enumerate(ratings, start=1):
        name = tidy(rating.column.name) or "question"
        ids[f"{name}_{number}" if name in ids or name == "question" else name] = rating
    return ids


def _key(
    layout: FileLayout, when: Facts | None, long: tuple[Facts, Facts] | None
) -> tuple[str, ...]:
    """Find what names a questionnaire; in a long file, it does so together with the question."""
    ids = [layout.with_role(role) for role in ("response", "id", "customer")]
    times = [fact.name for fact in (layout.with_role("wave"), when) if fact]
    named = [[fact.name] for fact in ids if fact]
    wider = [[*names, time] for names in named for time in times]
    question = [long[0].name] if long else []
    keys = (tuple(names) for names in (*named, *wider) if layout.key([[*names, *question]]))
    return next(keys, (SOURCE_ROW,))


def draft_survey(survey: DraftSurvey, owner: Owner, german: bool) -> DraftPart:
    """Draft responses with attributes as of the answer, and comments as reviews."""
    segments = [] if survey.long else find_segments(survey.layout, survey.taken)
    person = maps.person(survey.who, owner) if survey.who else {}
    reviews = [_comment(survey, fact, person, german) for fact in survey.texts]
    tables = [_responses(survey, person, segments), *reviews]
    if survey.who and not owner.has_master_data:
        tables.append(_customers(person))
    return DraftPart(
        tables=tables,
        said=_said(survey, segments),
        segments=entries(segments, german),
        codes=code_lists(segments),
        questions=_questions(survey, german),
        touchpoints=_touchpoints(survey, german),
        scales=_scales(survey),
    )


def _responses(survey: DraftSurvey, person: Entries, segments: Sequence[Facts]) -> Entries:
    layout, when = survey.layout, survey.when
    weight, stratum = layout.with_role("weight"), layout.with_role("stratum")
    columns = {
        "response_id": Guess(maps.joined(survey.key, survey.prefix), "names each questionnaire"),
        "survey_id": {"constant": layout.name},
        "wave": maps.wave(layout, when),
        "mode": Guess({"constant": "cold"}, "hot if asked right after a contact"),
        **person,
        **({"answered_at": maps.time(when)} if when else {}),
        **({"weight": maps.number(weight)} if weight and weight.decimal else {}),
        **({"stratum": maps.text(stratum)} if stratum else {}),
        **{column_name(fact): column_map(fact) for fact in segments},
    }
    answers = {question_id: rating.column.name for question_id, rating in survey.asked.items()}
    if not survey.long:
        return {"table": "responses", "columns": columns, "answers": answers}
    question, answer = survey.long
    long = Guess({"question": question.name, "answer": answer.name}, "by their names")
    return {"table": "responses", "long": long, "columns": columns, "answers": answers}


def _comment(survey: DraftSurvey, fact: Facts, person: Entries, german: bool) -> Entries:
    when = survey.when
    return {
        "table": "reviews",
        "skip_when_missing": ["text"],
        "columns": {
            "review_id": maps.joined(survey.key, survey.prefix, tidy(fact.name)),
            "origin": {"constant": "survey"},
            "direct": {"constant": True},
            **person,
            **({"written_at": maps.time(when)} if when else {}),
            "language": Guess({"constant": "de" if german else "en"}, "by the column names"),
            "text": Guess(fact.name, "reads like something people wrote"),
        },
    }


def _customers(person: Entries) -> Entries:
    return {
        "table": "customers",
        "skip_when_missing": ["source_id"],
        "one_per_key": True,
        "columns": person,
    }


def _questions(survey: DraftSurvey, german: bool) -> Entries:
    return {
        question_id: Guess(
            {
                "label": label_of(rating.column, german),
                "measure": rating.measure,
                "scale": scale_name(rating.scale),
                **({"touchpoint": topic} if (topic := _topic(question_id, rating)) else {}),
            },
            f"values {_range(rating.column)}",
        )
        for question_id, rating in survey.asked.items()
    }


def _touchpoints(survey: DraftSurvey, german: bool) -> Entries:
    found: Entries = {}
    for question_id, rating in survey.asked.items():
        topic = _topic(question_id, rating)
        if topic:
            label = label_of(rating.column, german)
            stage = words.stage_of(f"{topic} {label['en']}") or "retention"
            found.setdefault(topic, {"label": label, "stage": stage, "channel": "unknown"})
    return found


def _topic(question_id: str, rating: Rating) -> str | None:
    """Name the touchpoint a question is about: its id without words such as satisfaction."""
    if rating.measure in OVERALL_MEASURES:
        return None
    kept = [word for word in question_id.split("_") if not re.search(_HINTS, word)]
    return "_".join(kept) or question_id


def _scales(survey: DraftSurvey) -> dict[str, DraftScale]:
    scales: dict[str, DraftScale] = {}
    for rating in survey.asked.values():
        name = scale_name(rating.scale)
        scales[name] = merged(scales.get(name), rating.scale)
    return scales


def scale_name(scale: DraftScale) -> str:
    """Name a scale after its ends."""
    return f"{'words' if scale.labels else 'rating'}_{scale.low}_{scale.high}"


def merged(one: DraftScale | None, other: DraftScale) -> DraftScale:
    """Put the labels and codes of two scales with the same ends together."""
    if one is None:
        return other
    return replace(one, labels=other.labels | one.labels, missing=other.missing | one.missing)


def scale_entry(scale: DraftScale) -> Guess:
    """Draft an entry of the section `scales`."""
    labels = {"labels": scale.labels} if scale.labels else {}
    missing = {"missing": scale.missing} if scale.missing else {}
    codes = "; what each code means" if scale.missing else ""
    entry = {"min": scale.low, "max": scale.high, **labels, **missing}
    return Guess(entry, f"the highest is the best{codes}")


def _range(fact: Facts) -> str:
    values = fact.whole
    return f"{min(values)} to {max(values)}" if values else ", ".join(list(fact.values)[:3])


def _said(survey: DraftSurvey, segments: Sequence[Facts]) -> list[str]:
    by_scale: dict[str, list[str]] = {}
    for rating in survey.asked.values():
        scale = rating.scale
        codes = f", no answer: {' '.join(scale.missing)}" if scale.missing else ""
        title = f"{rating.measure} from {scale.low} to {scale.high}{codes}"
        by_scale.setdefault(title, []).append(rating.column.name)
    lines = [f"responses: {', '.join(names)} ({title})" for title, names in by_scale.items()]
    lines += [f"reviews: {fact.name}" for fact in survey.texts]
    listed = ", ".join(fact.name for fact in segments)
    return lines + ([f"segments: {listed}"] if listed else [])
