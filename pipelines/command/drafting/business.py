"""Draft the map of transactions, reviews and customer master data."""

from __future__ import annotations

from typing import Any

from pipelines.command.drafting import maps
from pipelines.command.drafting.facts import Facts
from pipelines.command.drafting.guessed import Guess
from pipelines.command.drafting.layouts import FileLayout
from pipelines.command.drafting.part import DraftPart, Entries, Owner
from pipelines.command.drafting.segments import (
    code_lists,
    column_map,
    column_name,
    entries,
    find_segments,
)
from pipelines.command.drafting.survey import is_text
from pipelines.command.drafting.words import stage_of, tidy
from pipelines.ingest.header import SOURCE_ROW

PERSONAL_COLUMNS = ("given_name", "family_name", "email", "phone", "street", "postcode")
PLACE_COLUMNS = ("city", "country")
STATUS_WORDS = {
    "(?i)cancel|storn": "cancelled",
    "(?i)return|retour|refund|rück": "returned",
    "(?i)adjust|korrektur": "adjustment",
}
CANCELLED_ORDER = r"^C\d+$"  # order numbers of cancellations, where the others are numbers only


def is_transactions(layout: FileLayout) -> bool:
    """Whether files hold order lines: a date and money."""
    return _when(layout) is not None and _amount(layout) is not None


def is_contacts(layout: FileLayout) -> bool:
    """Whether files hold a log of contacts: a time, and what kind of contact it was."""
    kind = layout.with_role("contact")
    return _when(layout) is not None and kind is not None and bool(kind.values)


def is_customers(layout: FileLayout) -> bool:
    """Whether files hold one row per customer, with personal data or attributes."""
    who = customer_key(layout)
    personal = sum(fact.role in PERSONAL_COLUMNS or fact.email for fact in layout.facts)
    return personal > 1 or (who is not None and who.role == "customer")


def is_reviews(layout: FileLayout) -> bool:
    """Whether files hold texts that people wrote."""
    return any(is_text(fact) for fact in layout.facts)


def needs_parting(layout: FileLayout) -> bool:
    """Whether nothing names a row over all of several files."""
    return len(layout.files) > 1 and not layout.key(_keys(layout))


def customer_key(layout: FileLayout) -> Facts | None:
    """Find the column that names each customer once."""
    emails = [fact for fact in layout.facts if fact.email]
    ids = [layout.with_role("customer"), layout.with_role("id"), *emails]
    return next((fact for fact in ids if fact and layout.is_unique([fact.name])), None)


def _keys(layout: FileLayout) -> list[list[str]]:
    """List what may name a row, best first."""
    roles = [layout.with_role(role) for role in ("line", "id", "order")]
    names = [fact.name for fact in roles if fact]
    return [*([name] for name in names), *([name, SOURCE_ROW] for name in names), [SOURCE_ROW]]


def _row_id(layout: FileLayout) -> Guess:
    """Make an id of what names a row; other sources may have the same numbers."""
    key = layout.key(_keys(layout)) or (SOURCE_ROW,)
    return Guess(maps.joined(key, layout.name), "names each row")


def _customer_id(layout: FileLayout, key: tuple[str, ...]) -> Any:
    """Make an id as other sources name the customer; of a row number, one of its own."""
    return maps.joined(key, layout.name if key == (SOURCE_ROW,) else "")


def _when(layout: FileLayout) -> Facts | None:
    times = (fact for fact in layout.facts if fact.is_time and fact.role in ("date", None))
    return next(times, None)


def _amount(layout: FileLayout) -> Guess | None:
    """Map the money of a line: a column of amounts, or pieces times price."""
    amount = layout.with_role("amount")
    if amount and amount.decimal:
        return maps.number(amount)
    quantity, price = layout.with_role("quantity"), layout.with_role("price")
    if not (price and price.decimal):
        return None
    if not (quantity and quantity.decimal):
        return maps.number(price)
    decimal = {"decimal": ","} if "," in (quantity.decimal, price.decimal) else {}
    return Guess({"product": [quantity.name, price.name], **decimal}, "pieces times price")


def _texts(layout: FileLayout, **roles: str) -> Entries:
    """Map the columns there are, as they are: column of the contract -> role."""
    found = {name: layout.with_role(role) for name, role in roles.items()}
    return {name: maps.text(fact) for name, fact in found.items() if fact}


def _times(layout: FileLayout, **roles: str) -> Entries:
    found = {name: layout.with_role(role) for name, role in roles.items()}
    return {name: maps.time(fact) for name, fact in found.items() if fact and fact.is_time}


def _person(layout: FileLayout, owner: Owner) -> Entries:
    who = layout.with_role("customer")
    return maps.person(who, owner) if who else {}


def draft_transactions(layout: FileLayout, owner: Owner, currency: str) -> DraftPart:
    """Draft order lines, and the customers they name."""
    quantity, named = layout.with_role("quantity"), layout.with_role("currency")
    when, amount = _when(layout), _amount(layout)
    columns = {
        "transaction_id": _row_id(layout),
        **_texts(layout, order_id="order"),
        **_person(layout, owner),
        **({"ordered_at": maps.time(when)} if when else {}),
        "amount": amount,
        "currency": maps.text(named) if named else Guess({"constant": currency}, "not in the file"),
        **({"quantity": maps.number(quantity)} if quantity and quantity.decimal else {}),
        **_texts(layout, product_id="product", category="category", channel="channel"),
        **_times(layout, promised_at="promised", delivered_at="delivered", returned_at="returned"),
        "status": _status(layout),
    }
    read = f"amount {_shown(amount.value)}" if amount else ""
    said = f"transactions: {read}, ordered_at {when.name if when else ''}"
    return DraftPart(
        [{"table": "transactions", "columns": columns}, *_buyers(layout, owner)], [said]
    )


def _shown(amount: Any) -> str:
    if not isinstance(amount, dict):
        return str(amount)
    return " times ".join(amount["product"]) if "product" in amount else str(amount["column"])


def _status(layout: FileLayout) -> Guess:
    """Tell what became of an order: by a column, else by the letter of its number."""
    status, order = layout.with_role("status"), layout.with_role("order")
    if status:
        by_words = {"column": status.name, "patterns": STATUS_WORDS, "otherwise": "completed"}
        return Guess(by_words, "by the words in it; look at each of its values")
    if order and _has_cancelled(layout, order):
        by_letter = {"column": order.name, "patterns": {"^C": "cancelled"}}
        return Guess({**by_letter, "otherwise": "completed"}, "numbers with C are cancelled")
    return Guess({"constant": "completed"}, "nothing tells what became of an order")


def _has_cancelled(layout: FileLayout, order: Facts) -> bool:
    numbers = layout.sample.get_column(order.name).drop_nulls()
    cancelled, known = (numbers.str.contains(p).sum() for p in (CANCELLED_ORDER, r"^C?\d+$"))
    return 0 < cancelled < len(numbers) / 2 and known > 0.9 * len(numbers)


def _buyers(layout: FileLayout, owner: Owner) -> list[Entries]:
    """List the customers that rows name, each once, unless master data do."""
    person = _person(layout, owner)
    if not person or owner.has_master_data:
        return []
    columns = {**person, **_master(layout)}
    once = {"skip_when_missing": ["source_id"], "one_per_key": True}
    return [{"table": "customers", **once, "columns": columns}]


def _master(layout: FileLayout) -> Entries:
    """Map names, addresses and the date of birth."""
    found = {role: layout.with_role(role) for role in (*PERSONAL_COLUMNS, *PLACE_COLUMNS)}
    by_cell = next((fact for fact in layout.facts if fact.email), None)
    found["email"] = found["email"] or by_cell
    columns = {role: maps.text(fact) for role, fact in found.items() if fact}
    return columns | _times(layout, birth_on="birth_on")


def draft_customers(layout: FileLayout, german: bool) -> DraftPart:
    """Draft customer master data, with attributes as segments."""
    who = customer_key(layout) or layout.with_role("customer")
    key = (who.name,) if who else layout.key(_keys(layout)) or (SOURCE_ROW,)
    master = _master(layout)
    taken = {
        *key,
        *(guess.value for guess in master.values() if isinstance(guess.value, str)),
    }
    segments = find_segments(layout, taken)
    columns = {
        "source_system": Guess({"constant": layout.name}, "the system they come from"),
        "source_id": Guess(_customer_id(layout, key), "names each customer"),
        **master,
        **_times(layout, created_at="created"),
        **{column_name(fact): column_map(fact) for fact in segments},
    }
    unique = who is None or layout.is_unique([who.name])
    once = {} if unique else {"skip_when_missing": ["source_id"], "one_per_key": True}
    return DraftPart(
        tables=[{"table": "customers", **once, "columns": columns}],
        said=[f"customers: {', '.join(list(columns)[1:])}"],
        segments=entries(segments, german),
        codes=code_lists(segments),
    )


def draft_reviews(layout: FileLayout, owner: Owner, german: bool) -> DraftPart:
    """Draft texts that people wrote, with their rating if they have one."""
    texts = [fact for fact in layout.facts if is_text(fact)]
    body = max(texts, key=lambda fact: (fact.role == "text", fact.length))
    when, language = _when(layout), layout.with_role("language")
    by_names = Guess({"constant": "de" if german else "en"}, "by the column names")
    columns = {
        "review_id": _row_id(layout),
        "origin": Guess({"constant": "review"}, "survey, review, social, forum, press or support"),
        "direct": Guess({"constant": False}, "true if the company asked for it"),
        **_person(layout, owner),
        **({"written_at": maps.time(when)} if when else {}),
        **_rating(layout.with_role("stars") or layout.with_role("answer")),
        "language": maps.text(language) if language else by_names,
        "text": Guess(body.name, "reads like something people wrote"),
    }
    reviews = {"table": "reviews", "skip_when_missing": ["text"], "columns": columns}
    return DraftPart([reviews, *_buyers(layout, owner)], [f"reviews: {body.name}"])


def _rating(stars: Facts | None) -> Entries:
    """Map a rating of up to five or ten stars."""
    values = stars.whole if stars else {}
    if not stars or not values or not 0 <= min(values) <= max(values) <= 10:
        return {}
    low, high = min(min(values), 1), 5 if max(values) <= 5 else 10
    return {
        "rating": maps.number(stars),
        "rating_min": Guess({"constant": low}, "lowest rating possible"),
        "rating_max": Guess({"constant": high}, "highest rating possible"),
    }


def draft_contacts(layout: FileLayout, owner: Owner, german: bool) -> DraftPart:
    """Draft a log of contacts; each kind of contact is a touchpoint."""
    when, kind = _when(layout), layout.with_role("contact")
    kinds = list(kind.values) if kind else []
    ids = {name: tidy(name) or f"contact_{i}" for i, name in enumerate(kinds, start=1)}
    columns = {
        "interaction_id": _row_id(layout),
        **_person(layout, owner),
        **({"occurred_at": maps.time(when)} if when else {}),
        "touchpoint_id": Guess(
            {"column": kind.name if kind else "", "values": ids},
            "each kind of contact is a touchpoint",
        ),
        **_texts(layout, channel="channel"),
    }
    languages = ("en", "de") if german else ("en",)
    touchpoints = {
        ids[name]: {
            "label": dict.fromkeys(languages, name.replace("_", " ")),
            "stage": stage_of(name) or "retention",
            "channel": "unknown",
        }
        for name in kinds
    }
    tables = [{"table": "interactions", "columns": columns}, *_buyers(layout, owner)]
    return DraftPart(tables, [f"interactions: {', '.join(kinds)}"], touchpoints=touchpoints)


def draft_unknown(layout: FileLayout) -> DraftPart:
    """Draft something that can be read, for files in which nothing was recognised."""
    key = layout.key([[fact.name] for fact in layout.facts]) or (SOURCE_ROW,)
    columns = {"source_system": {"constant": layout.name}, "source_id": _customer_id(layout, key)}
    why = "nothing in it was recognised: say which table it is, and map its columns"
    return DraftPart(
        [{"table": Guess("customers", why), "columns": columns}], ["nothing recognised"]
    )
