"""Rules: what a row of a canonical table must satisfy, and what to do where it does not.

A rule travels as a code; suites, tables and pages hold codes, and nothing translates sentences.
"""

from __future__ import annotations

from pipelines.contract.code import Says, Vocabulary, read_code, says

_CHECK_TIMES = "check the two time columns and their time zone"
_CORRECT_FORMAT = "correct the format of {column} in study.yaml, or the file"
_CORRECT_RATING = "correct rating_min and rating_max in study.yaml"
_CORRECT_SCALE = "correct the question's scale in study.yaml, or declare the code as missing there"
_DELIVER_ONCE = "deliver each row once, or set one_per_key in the table's map"
_TRANSLATE = "translate it with `values` in study.yaml"

# What several tables ask for.
_SHARED: dict[str, tuple[Says, str]] = {
    "columns": (
        says(
            en="the table has the contract's columns",
            de="die Tabelle hat die vereinbarten Spalten",
        ),
        "run ingest again",
    ),
    "readable": (
        says(en="every cell could be read", de="jede Zelle war lesbar"),
        "correct the column's map or the file",
    ),
    "given": (
        says(en="{column} is given", de="{column} ist angegeben"),
        "map a column that is always filled to {column}",
    ),
    "unique": (
        says(en="no two rows have the same {column}", de="{column} kommt nur einmal vor"),
        _DELIVER_ONCE,
    ),
    "unique_together": (
        says(
            en="no two rows have the same {columns}",
            de="{columns} kommen zusammen nur einmal vor",
        ),
        _DELIVER_ONCE,
    ),
    "allowed": (
        says(en="{column} is one of {values}", de="{column} ist eines von {values}"),
        "translate the codes of {column} with `values` in study.yaml",
    ),
    "in_range": (
        says(en="{column} is {range}", de="{column} ist {range}"),
        "correct {column}'s map in study.yaml, or the file",
    ),
    "finite": (
        says(en="{column} is a finite number", de="{column} ist eine endliche Zahl"),
        "correct {column} in the file",
    ),
    "not_before": (
        says(en="{column} is in {year} or later", de="{column} liegt nicht vor {year}"),
        _CORRECT_FORMAT,
    ),
    "not_after_tomorrow": (
        says(en="{column} is not after tomorrow", de="{column} liegt nicht nach morgen"),
        _CORRECT_FORMAT,
    ),
    "touchpoint_known": (
        says(
            en="the touchpoint is in the study's register",
            de="der Kontaktpunkt steht im Register der Studie",
        ),
        "declare it under touchpoints in study.yaml, or correct the name",
    ),
    "customer_known": (
        says(
            en="the customer is in the customer data; rows without a customer are fine",
            de="der Kunde steht in den Kundendaten; Zeilen ohne Kunden sind erlaubt",
        ),
        "deliver that customer's record, or correct source_system and source_id",
    ),
}
_OF_CUSTOMERS: dict[str, tuple[Says, str]] = {
    "email_address": (
        says(
            en="the e-mail address has the shape name@domain.tld",
            de="die E-Mail-Adresse hat die Form name@domain.tld",
        ),
        "correct it in the customer system",
    ),
    "telephone_number": (
        says(
            en="the telephone number is written in digits",
            de="die Telefonnummer besteht aus Ziffern",
        ),
        "correct it in the customer system",
    ),
}
_OF_RESPONSES: dict[str, tuple[Says, str]] = {
    "answer_on_scale": (
        says(en="the answer is on its scale", de="die Antwort liegt auf ihrer Skala"),
        _CORRECT_SCALE,
    ),
    "scale_ordered": (
        says(
            en="a scale's highest answer is above its lowest",
            de="die höchste Antwort einer Skala liegt über ihrer niedrigsten",
        ),
        _CORRECT_SCALE,
    ),
    "answer_or_reason": (
        says(
            en="there is an answer, or a reason why there is none",
            de="es gibt eine Antwort oder einen Grund, warum sie fehlt",
        ),
        "declare blank cells under the scale's missing codes in study.yaml",
    ),
    "no_answer_beside_reason": (
        says(
            en="where a reason for a missing answer is given there is no answer",
            de="wo ein Grund für eine fehlende Antwort steht, steht keine Antwort",
        ),
        "map either the answer or the reason",
    ),
    "weight_positive": (
        says(
            en="the sampling weight is above zero and finite",
            de="das Stichprobengewicht ist größer als null und endlich",
        ),
        "correct the weight's column in study.yaml",
    ),
}
_OF_REVIEWS: dict[str, tuple[Says, str]] = {
    "scale_given": (
        says(
            en="a rating comes with its scale: {column} is given",
            de="eine Bewertung hat ihre Skala bei sich: {column} ist angegeben",
        ),
        _CORRECT_RATING,
    ),
    "rating_on_scale": (
        says(en="the rating is on its scale", de="die Bewertung liegt auf ihrer Skala"),
        _CORRECT_RATING,
    ),
    "reply_after_text": (
        says(
            en="a reply is not older than the text",
            de="eine Antwort ist nicht älter als der Text",
        ),
        _CHECK_TIMES,
    ),
    "text_not_blank": (
        says(en="the text is not blank", de="der Text ist nicht leer"),
        "set skip_when_missing: [text] in the table's map",
    ),
    "text_intact": (
        says(
            en="the text's letters are whole: no Ã¼ for ü, no â€™ for an apostrophe",
            de="die Buchstaben des Textes sind heil: kein Ã¼ statt ü, kein â€™ statt Apostroph",
        ),
        "set the source's encoding in study.yaml, or have the file exported anew",
    ),
    "language_code": (
        says(
            en="the language is a code such as de or en",
            de="die Sprache ist ein Kürzel wie de oder en",
        ),
        _TRANSLATE,
    ),
}
_OF_TRANSACTIONS: dict[str, tuple[Says, str]] = {
    "sale_positive": (
        says(
            en="a completed sale has an amount above zero; "
            "zero or below is a gift, a sample or a correction, not a sale",
            de="ein abgeschlossener Verkauf hat einen Betrag über null; "
            "null oder darunter ist ein Geschenk, ein Muster oder eine Korrektur",
        ),
        "nothing if they are gifts; else map their status to adjustment",
    ),
    "refund_negative": (
        says(
            en="a returned line has an amount below zero",
            de="eine zurückgegebene Zeile hat einen Betrag unter null",
        ),
        "map the amount with its sign",
    ),
    "currency_code": (
        says(
            en="the currency is an ISO 4217 code such as EUR",
            de="die Währung ist ein Kürzel nach ISO 4217 wie EUR",
        ),
        f"{_TRANSLATE}, or set a constant",
    ),
    "delivered_after_ordered": (
        says(
            en="nothing is delivered before it is ordered",
            de="nichts wird geliefert, bevor es bestellt ist",
        ),
        _CHECK_TIMES,
    ),
}
_RULES = _SHARED | _OF_CUSTOMERS | _OF_RESPONSES | _OF_REVIEWS | _OF_TRANSACTIONS

CONDITIONS = Vocabulary("condition", {code: sentence for code, (sentence, _) in _RULES.items()})


def todo_of(condition: str) -> str:
    """Say what to do about rows that do not satisfy a condition; English, for the command line.

    >>> todo_of("given?column=wave")
    'map a column that is always filled to wave'
    """
    code, values = read_code(condition)
    return _RULES[code][1].format(**values)
