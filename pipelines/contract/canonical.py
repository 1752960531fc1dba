"""The canonical tables: the same six for every study, whatever its files look like.

Times are UTC.
"""

from __future__ import annotations

from typing import Literal, get_args

from pipelines.contract.code import Vocabulary, says
from pipelines.contract.table import DATE, FLAG, NUMBER, TEXT, TIME, WHOLE, Column, Table

QuestionKind = Literal[
    "csat",
    "nps",
    "ces",
    "emotion",
    "overall",
    "expectation",
    "importance",
    "kano_functional",
    "kano_dysfunctional",
]
MissingReason = Literal["not_experienced", "dont_know", "refused", "skipped"]
QUESTION_KINDS: tuple[str, ...] = get_args(QuestionKind)
MISSING_REASONS: tuple[str, ...] = get_args(MissingReason)
# Kinds that ask what was experienced, and not what was expected or matters.
EXPERIENCES: tuple[str, ...] = ("csat", "ces", "emotion", "nps", "overall")
ORIGINS = ("survey", "review", "social", "forum", "press", "support")
TRANSACTION_STATUSES = ("completed", "cancelled", "returned", "adjustment")
MODES = Vocabulary(
    "mode",
    {
        "hot": says(en="right after a contact", de="gleich nach einem Kontakt"),
        "cold": says(en="at a distance", de="mit Abstand"),
    },
)


def _source_keys(required: bool) -> tuple[Column, ...]:
    return (
        Column("source_system", TEXT, "system the record comes from", required=required),
        Column("source_id", TEXT, "the customer's id in that system; null if anonymous", required),
    )


CUSTOMERS = Table(
    "customers",
    "one record in one source system",
    ("source_system", "source_id"),
    (
        *_source_keys(required=True),
        Column("given_name", TEXT, "given name"),
        Column("family_name", TEXT, "family name"),
        Column("email", TEXT, "e-mail address"),
        Column("phone", TEXT, "telephone number"),
        Column("street", TEXT, "street and house number"),
        Column("postcode", TEXT, "postal code"),
        Column("city", TEXT, "city"),
        Column("country", TEXT, "country"),
        Column("birth_on", DATE, "date of birth"),
        Column("created_at", TIME, "when the record was made"),
    ),
)

RESPONSES = Table(
    "responses",
    "one answer to one question",
    ("response_id", "question_id"),
    (
        Column("response_id", TEXT, "one filled-in questionnaire", required=True),
        Column("question_id", TEXT, "question in the study's register", required=True),
        Column("survey_id", TEXT, "survey the questionnaire belongs to", required=True),
        Column("wave", TEXT, "wave of the survey", required=True),
        Column("mode", TEXT, "hot: right after a contact; cold: at a distance", True, codes=MODES),
        *_source_keys(required=False),
        Column("answered_at", TIME, "when it was answered"),
        Column("measure", TEXT, "what the question measures", True, QUESTION_KINDS),
        Column("touchpoint_id", TEXT, "touchpoint in the study's register; null if overall"),
        Column("value", NUMBER, "the answer on its scale; null if missing"),
        Column("scale_min", NUMBER, "lowest answer possible", required=True),
        Column("scale_max", NUMBER, "highest answer possible", required=True),
        Column(
            "missing", TEXT, "why there is no value; null if there is one", values=MISSING_REASONS
        ),
        Column("weight", NUMBER, "sampling weight; 1 if the survey has none", required=True),
        Column("stratum", TEXT, "sampling stratum"),
        Column("cluster", TEXT, "primary sampling unit; null if the respondent is one"),
    ),
)

REVIEWS = Table(
    "reviews",
    "one text",
    ("review_id",),
    (
        Column("review_id", TEXT, "one text", required=True),
        Column("origin", TEXT, "where the text was written", True, ORIGINS),
        Column("direct", FLAG, "whether the company asked for it", required=True),
        Column("touchpoint_id", TEXT, "touchpoint the text was asked about"),
        *_source_keys(required=False),
        Column("written_at", TIME, "when it was written"),
        Column("rating", NUMBER, "rating given with the text"),
        Column("rating_min", NUMBER, "lowest rating possible"),
        Column("rating_max", NUMBER, "highest rating possible"),
        Column("language", TEXT, "language of the text (ISO 639-1)"),
        Column("text", TEXT, "the text; untrusted", required=True),
        Column("replied_at", TIME, "when the company replied"),
    ),
)

TRANSACTIONS = Table(
    "transactions",
    "one order line or payment",
    ("transaction_id",),
    (
        Column("transaction_id", TEXT, "one order line or payment", required=True),
        Column("order_id", TEXT, "order or invoice the line belongs to"),
        *_source_keys(required=False),
        Column("ordered_at", TIME, "when it was ordered", required=True),
        Column("amount", NUMBER, "money, negative if paid back; cancelled: either sign", True),
        Column("currency", TEXT, "ISO 4217", required=True),
        Column("quantity", NUMBER, "pieces, negative if returned"),
        Column("product_id", TEXT, "product"),
        Column("category", TEXT, "product category or name"),
        Column("channel", TEXT, "sales channel"),
        Column("promised_at", TIME, "promised delivery"),
        Column("delivered_at", TIME, "actual delivery"),
        Column("returned_at", TIME, "when it was sent back"),
        Column("status", TEXT, "what became of it", True, TRANSACTION_STATUSES),
    ),
)

INTERACTIONS = Table(
    "interactions",
    "one contact",
    ("interaction_id",),
    (
        Column("interaction_id", TEXT, "one contact", required=True),
        *_source_keys(required=False),
        Column("occurred_at", TIME, "when it happened", required=True),
        Column("touchpoint_id", TEXT, "touchpoint in the study's register", required=True),
        Column("interaction_type", TEXT, "kind of contact"),
        Column("channel", TEXT, "channel it went through"),
        Column("inbound", FLAG, "whether the customer began it"),
        Column("duration_s", NUMBER, "length in seconds", lowest=0),
        Column("outcome", TEXT, "how it ended"),
        Column("observer", TEXT, "who coded it, for observed contacts"),
        Column("campaign_id", TEXT, "campaign it belongs to"),
        Column("search_term", TEXT, "words searched for; untrusted"),
    ),
)

TOUCHPOINT_METRICS = Table(
    "touchpoint_metrics",
    "one daily figure of a touchpoint without customers",
    ("date", "touchpoint_id", "metric"),
    (
        Column("date", DATE, "day", required=True),
        Column("touchpoint_id", TEXT, "touchpoint in the study's register", required=True),
        Column("metric", TEXT, "what was counted", required=True),
        Column("value", NUMBER, "the figure", required=True),
    ),
)

CANONICAL = {
    table.name: table
    for table in (
        CUSTOMERS,
        RESPONSES,
        REVIEWS,
        TRANSACTIONS,
        INTERACTIONS,
        TOUCHPOINT_METRICS,
    )
}

# Columns that name or reach a person: never published.
IDENTIFIERS = frozenset(
    {
        "given_name",
        "family_name",
        "email",
        "phone",
        "street",
        "postcode",
        "birth_on",
        "source_id",
        "response_id",
        "review_id",
        "transaction_id",
        "order_id",
        "interaction_id",
    }
)
FREE_TEXT = frozenset({"text", "search_term"})

# Mapped tables carry these beside their own columns: where each row came from.
TRACE = (
    Column("source", TEXT, "source in study.yaml", required=True),
    Column("source_file", TEXT, "raw file, relative to the study's folder", required=True),
    Column("source_row", WHOLE, "row in that file, the first data row is 1", required=True),
    Column("unreadable", TEXT, "cells that could not be read, and why; null if none"),
)

SEGMENT_PREFIX = "segment_"
