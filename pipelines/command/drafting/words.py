"""What column names and labels mean, in English and German."""

from __future__ import annotations

import re

_NUMBER = r"_?(id|ids|no|nr|num|number|nummer|code|key)"

# Role -> names it goes by, as regular expressions for whole tidy names. The first match wins.
ROLES = {
    "customer": rf"(customer|cust|client|member|user|account|kunde|kunden|mitglied)({_NUMBER})?",
    "response": (
        rf"(response|respondent|resp|interview|survey_response|fragebogen|teilnehmer|befragter?)"
        rf"({_NUMBER})?|respnum|.*_respnum|resp_?no|lfd_?nr"
    ),
    "order": rf"(order|invoice|basket|receipt|rechnungs?|bestell(ung)?s?|auftrags?|belegs?|bons?)"
    rf"({_NUMBER})?",
    "line": r"(line|transaction|transaktions?|positions?|row|payment|zahlungs?)_?(id|no|nr|nummer)",
    "product": rf"(product|produkt|item|article|artikel|stock|sku|ean)({_NUMBER})?|stockcode",
    "category": r"category|kategorie|warengruppe|product_(name|group|category)|description"
    r"|produktname|produktgruppe|artikelbezeichnung|bezeichnung|artikelname|beschreibung",
    "quantity": r"quantity|qty|menge|anzahl|stueck|stueckzahl|pieces|units",
    "amount": r"(.*_)?(amount|betrag|umsatz|revenue|sales|summe|gesamtpreis|gesamtbetrag|total)"
    r"(_(eur|usd|gbp|chf|net|gross|netto|brutto))?|(order|line|net|gross)_(value|total)",
    "price": r"(unit_?)?price|(einzel|stueck)?preis|price_per_(unit|piece)",
    "currency": r"currency|currency_code|waehrung",
    "delivered": r"delivered(_at|_on|_date)?|delivery_date|lieferdatum|zustelldatum|geliefert_am",
    "promised": r"promised(_at|_on|_date)?|promised_delivery|(wunsch|soll)liefer(datum|termin)",
    "returned": r"returned_(at|on|date)|return_date|retouren?datum|zurueck_am",
    "status": r"(order_|bestell)?status",
    "given_name": r"given_name|first_?name|vorname",
    "family_name": r"family_name|last_?name|surname|nachname|familienname",
    "email": r"e_?mail(_?(address|adresse))?|mail",
    "phone": r"phone(_number)?|telephone|tel|telefon(nummer)?|mobile?|handy(nummer)?",
    "street": r"street(_address)?|address(_1|_line_1)?|strasse(_hausnummer)?|adresse|anschrift",
    "postcode": r"post_?code|postal_?code|zip(_?code)?|plz|postleitzahl",
    "city": r"city|town|ort|stadt|wohnort",
    "country": r"country(_code)?|land",
    "birth_on": r"birth_?(date|day|_on)|date_of_birth|dob|geburtsdatum|geburtstag|geboren_am",
    "created": r"customer_since|kunde_seit|member_since|registered(_at|_on)?|registriert_am"
    r"|sign_?up(_date)?|anmelde?datum|account_created",
    "weight": r"(survey_|sampling_|final_|resp_)?(weight|weights|wt|wgt)|gewicht(ung)?"
    r"|gewichtungsfaktor",
    "wave": r"wave|survey_wave|survey_year|year|quarter|welle|erhebungswelle|jahr|quartal|runde",
    "stratum": r"strat(a|um)|schicht",
    "language": r"lang|language|sprache",
    "channel": r"(sales_?)?channel|kanal|vertriebskanal|absatzkanal",
    "question": r"question(_?(id|name|text))?|frage(_?(id|text|nummer|nr))?|item_name|variable",
    "answer": r"answer|response_value|antwort(wert)?|value|wert|score|rating|bewertung",
    "text": r"(.*_)?(comments?|verbatim|feedback|free_?text|review(_?text)?|text|opinion|remarks?"
    r"|kommentare?|freitext|bemerkung(en)?|anmerkung(en)?|rezension|meinung|begruendung)",
    "stars": r"stars?|sterne|star_rating",
    "id": r"id|nr|nummer|no|number|key|lfd|(rec|record|row|unique|entry)_?(id|no)|uuid|guid",
    "contact": r"event(_?(type|name))?|touchpoint(_?(id|name))?|kontaktpunkt|kontaktart|action"
    r"|contact_(type|reason)|interaction(_type)?|aktion|ereignis",
    "date": r"(.*_)?(date|datum|day|tag|timestamp|time|zeit|zeitpunkt|zeitstempel|at|on|am)"
    r"|(.*_)?(ordered|invoice|order|kauf|bestell|rechnungs|buchungs|beleg|antwort|interview)_?"
    r"(date|datum|time|zeit)|intdate|date_.*|datum_.*",
}

# Words in names, as parts of the tidy name.
RATING_WORDS = (
    r"satisf|zufrieden|(^|_)zuf(_|$)|rating|rate|bewert|score|csat|quali|beurteil|(^|_)note(_|$)"
)
RECOMMENDATION_WORDS = r"(^|_)nps|netpro|recommend|empfehl|would_rec|wtr(_|$)"
OVERALL_WORDS = r"overall|gesamt|insgesamt|general|alles_in_allem"
EFFORT_WORDS = r"(^|_)ces(_|$)|effort|aufwand|ease(_|$)|(^|_)easy|einfach|muehe"
EXPECTATION_WORDS = r"expect|erwart"
IMPORTANCE_WORDS = r"importan|wichtig"
ATTRIBUTE_WORDS = (
    r"gender|geschlecht|(^|_)sex(_|$)|(^|_)age|alter(_|$|s)|income|einkommen|region|bundesland|lang"
    r"|gruppe|group|(^|_)type?(_|$)|segment|educat|bildung|purp|zweck|peak|strat|beruf|occupat|count"
    r"|hh_?size|haushalt|kinder|children|anlass|flag|termin|method|tenure"
)

# Part of a touchpoint's name -> its stage; the first match wins.
STAGE_WORDS = {
    "awareness": r"werbung|advert|(^|_)ads?(_|$)|anzeige|search|suche|social|presse|press",
    "advocacy": r"referral|weiterempf|community",
    "consideration": r"website|(^|_)web|(^|_)site|(^|_)app(_|$)|beratung|advice|auswahl|sortiment"
    r"|info|katalog|catalog|preis|price",
    "purchase": r"store|shop|filiale|laden|markt|checkout|kasse|zahl|payment|bestell|order|liefer"
    r"|deliver|versand|shipping|personal|staff|verkauf|sales|wait|warte|food|restaurant",
    "retention": r"service|hotline|support|kunden|reklam|complain|retour|return|rueckgabe|rechnung"
    r"|invoice|billing|garantie|warranty|repair|reparatur|help|hilfe",
}
STAGE_LABELS = {
    "awareness": {"en": "Awareness", "de": "Aufmerksamkeit"},
    "consideration": {"en": "Consideration", "de": "Erwägung"},
    "purchase": {"en": "Purchase", "de": "Kauf"},
    "retention": {"en": "Retention", "de": "Bindung"},
    "advocacy": {"en": "Advocacy", "de": "Weiterempfehlung"},
}

# Label of an answer -> its place among five; all lower case.
_FIVE = (
    "very dissatisfied | dissatisfied | neither satisfied nor dissatisfied | satisfied"
    " | very satisfied",
    "very unsatisfied | unsatisfied | neutral | satisfied | very satisfied",
    "strongly disagree | disagree | neither agree nor disagree | agree | strongly agree",
    "very poor | poor | fair | good | very good",
    "very bad | bad | average | good | excellent",
    "very difficult | difficult | neither easy nor difficult | easy | very easy",
    "sehr unzufrieden | unzufrieden | teils/teils | zufrieden | sehr zufrieden",
    "sehr unzufrieden | eher unzufrieden | weder noch | eher zufrieden | sehr zufrieden",
    "stimme überhaupt nicht zu | stimme eher nicht zu | teils/teils | stimme eher zu"
    " | stimme voll und ganz zu",
    "stimme gar nicht zu | stimme nicht zu | neutral | stimme zu | stimme voll zu",
    "sehr schlecht | schlecht | mittelmäßig | gut | sehr gut",
)
FIVE = [[label.strip() for label in line.split("|")] for line in _FIVE]

# Why an answer is missing -> how that is written; lower case, part of the label.
WHY_MISSING = {
    "not_experienced": r"never used|not used|did not use|not applicable|n/a|no experience|nicht "
    r"genutzt|nie genutzt|trifft nicht zu|nicht erlebt|entfällt|keine erfahrung",
    "dont_know": r"don.?t know|do not know|dk$|unsure|weiß nicht|weiss nicht|keine ahnung"
    r"|kann ich nicht (sagen|beurteilen)",
    "refused": r"refus|prefer not|verweiger|möchte nicht",
    "skipped": r"no answer|missing|blank|skipped|keine angabe|k\. ?a\.|ohne angabe|no response",
}

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ROLES = {role: re.compile(pattern) for role, pattern in ROLES.items()}


def tidy(name: str) -> str:
    """Write a name in lower case with underscores, without umlauts.

    >>> tidy("Kunden-Nr."), tidy("InvoiceNo"), tidy("Straße")
    ('kunden_nr', 'invoice_no', 'strasse')
    """
    split = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", "_", name)
    plain = split.lower().translate(_UMLAUTS)
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def role_of(name: str) -> str | None:
    """Name what a column is for, if its name says so.

    >>> role_of("Betrag"), role_of("CustomerID"), role_of("Q7")
    ('amount', 'customer', None)
    """
    plain = tidy(name)
    return next((role for role, pattern in _ROLES.items() if pattern.fullmatch(plain)), None)


def has(name: str, words: str) -> bool:
    """Whether a name holds one of some words."""
    return re.search(words, tidy(name)) is not None


def why_missing(label: str) -> str | None:
    """Say why an answer with this label is none, if it is none."""
    low = label.lower()
    return next((why for why, words in WHY_MISSING.items() if re.search(words, low)), None)


def stage_of(name: str) -> str | None:
    """Guess the stage of a touchpoint by its name."""
    return next((stage for stage, words in STAGE_WORDS.items() if has(name, words)), None)


def is_german(names: list[str]) -> bool:
    """Whether column names are German rather than English."""
    words = (
        r"kunde|datum|betrag|antwort|frage|zufrieden|empfehl|umsatz|menge|strasse|plz|(^|_)ort(_|$)"
    )
    return any(has(name, words) or re.search("[äöüß]", name.lower()) for name in names)
