"""Words that give a touchpoint or a negation away, written down apart from the phrase bank."""

WORDS = {
    "de": {
        "display_ad": r"werb|banner|anzeige",
        "newsletter": r"newsletter|rundmail|mailing",
        "paid_search": r"such|treffer|gesponsert",
        "web_shop": r"website|onlineshop|webshop|internetseite",
        "app": r"\bapp\b",
        "store_advice": r"berat|verkäufer|verkaufspersonal",
        "product_info": r"beschreibung|produkt|angaben|maße|datenblatt|anleitung",
        "web_checkout": r"bestellvorgang|warenkorb|bezahl|online-kasse|online-bestellung|rechnung",
        "app_checkout": r"\bapp\b",
        "store_checkout": r"kass|bezahl",
        "delivery": r"liefer|paket|versand|sendung|spedition|zustell|fahrer",
        "order_updates": r"sendungsverfolgung|status|benachrichtig|bestätigung|versandmail"
        r"|tracking|nachricht mit",
        "returns": r"rücksend|retour|rückgabe|umtausch|erstatt",
        "hotline": r"hotline|telefon|anruf|warteschleife",
        "support_email": r"mail|kontaktformular",
        "own_social": r"kanal|account|storys|eure (beiträge|reels)|post\b",
        "press": r"zeitung|artikel|presse|magazin|bericht|zeitschrift",
        "social_comments": r"komment",
        "comparison_sites": r"vergleich",
        "external_reviews": r"bewertung|rezension|sterne",
        "forums": r"\bfor(um|en)|forum|thread",
        "word_of_mouth": r"nachbar|freund|kolleg|schwester|bekannt|empf[eo]hl",
    },
    "en": {
        "display_ad": r"\bads?\b|advert|banner",
        "newsletter": r"newsletter|mailing",
        "paid_search": r"search|sponsored",
        "web_shop": r"website|online shop",
        "app": r"\bapp\b",
        "store_advice": r"advice|assistant|sales staff",
        "product_info": r"product|description|dimensions|measurements|specifications"
        r"|data sheet|instructions",
        "web_checkout": r"checkout|basket|paying|paid|pay\b",
        "app_checkout": r"\bapp\b",
        "store_checkout": r"\btills?\b|cashier",
        "delivery": r"deliver|parcel|courier|shipping|driver",
        "order_updates": r"tracking|status|notification|confirmation|dispatch|updates|time slot",
        "returns": r"\breturns?\b|refund|exchange",
        "hotline": r"hotline|phone|\bcalls?\b|on hold",
        "support_email": r"e-mail|contact form",
        "own_social": r"your (posts?|page|account|channel|video|stories|reels)",
        "press": r"paper|article|magazine|press|report",
        "social_comments": r"comment",
        "comparison_sites": r"compar",
        "external_reviews": r"review|stars|ratings",
        "forums": r"forum|thread",
        "word_of_mouth": r"neighbour|friend|colleague|sister|recommend",
    },
}

NEGATIONS = {
    "de": r"(?i)\b(nicht|nichts|nie|niemals|niemand\w*|nirgends|kein\w*|weder|ohne|nein)\b",
    "en": r"(?i)\b(no|not|never|nothing|nobody|none|nowhere|neither|nor|without|cannot|no one)\b"
    r"|n't\b",
}
