"""Cards of plans name measures and touchpoints, in the reader's language."""

import polars as pl
import pytest

from app.core import bundle
from tests.app.reading import open_card


def card(table: str, measure: str, code: str) -> dict[str, str]:
    read = bundle.load("airport")
    found = read.tables[table].filter(pl.col("measure_id") == measure)
    return open_card(read, table, found["row"][0], code)


@pytest.mark.parametrize(
    ("code", "heading", "said"),
    [
        ("en", "Not to be chosen", "barred by the gate: at Parking a must-be"),
        ("de", "Nicht wählbar", "an der Schranke gesperrt: Bei Parken liegt"),
    ],
)
def test_what_bars_a_measure_is_told_with_the_name_of_its_touchpoint(data, code, heading, said):
    told = card("measure_effects", "valet", code)
    assert told[heading].startswith(said)
    assert {"en": "Valet parking", "de": "Parkservice"}[code] in told["title"]


def test_why_a_measure_is_out_names_the_other_one(data):
    told = card("plan_members", "wifi_vouchers", "en")
    assert told["Why"] == "cannot go together with Faster Wi-Fi, which is in the plan"
    assert "highest expected change" in told["title"]
    assert "200000" not in told["title"]
