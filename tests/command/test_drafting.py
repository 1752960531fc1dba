"""What the values and names of a column tell about it, before anything is written."""

import polars as pl
import pytest
import yaml

from pipelines.command.drafting.facts import describe
from pipelines.command.drafting.guessed import Guess, count_guesses, to_yaml
from pipelines.command.drafting.ratings import DraftScale, find_ratings
from pipelines.command.drafting.words import role_of, stage_of, tidy


def column(name: str, values: list[object]):
    cells = pl.DataFrame({name: [None if v is None else str(v) for v in values]})
    return describe(cells, set(), {})[0]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 2, 3, 4, 5], DraftScale(1, 5)),
        ([0, 1, 2, 3, 4, 5, 6], DraftScale(1, 5, missing={"0": "skipped", "6": "not_experienced"})),
        ([1, 2, 3, 4, 5, 6], DraftScale(1, 6)),
        ([1, 3, 4, 5, 8, 9], DraftScale(1, 5, missing={"8": "dont_know", "9": "skipped"})),
        ([1, 2, 3, 4, 5, 6, 7, -99], DraftScale(1, 7, missing={"-99": "skipped"})),
        ([1, 2, 4, 5, "Blank"], DraftScale(1, 5, missing={"Blank": "skipped"})),
        (
            ["very dissatisfied", "satisfied", "very satisfied", "N/A"],
            DraftScale(
                1,
                5,
                {
                    "very dissatisfied": 1,
                    "dissatisfied": 2,
                    "neither satisfied nor dissatisfied": 3,
                    "satisfied": 4,
                    "very satisfied": 5,
                },
                {"N/A": "not_experienced"},
            ),
        ),
    ],
)
def test_a_scale_is_told_by_its_values(values, scale):
    (rating,) = find_ratings([column("satisfaction", values)])
    assert rating.scale == scale


def test_recommendation_reaches_from_0_to_10_even_if_few_answered_low():
    (rating,) = find_ratings([column("NETPRO", [7, 8, 10, 11])])
    assert rating.measure == "nps"
    assert rating.scale == DraftScale(0, 10, missing={"11": "not_experienced"})


def test_neighbours_on_one_scale_are_ratings_whatever_their_names():
    points = [1, 2, 3, 4, 5]
    battery = [column(name, points) for name in ("A", "B", "C")]
    assert len(find_ratings(battery)) == 3
    assert find_ratings(battery[:2]) == []
    assert find_ratings([column("region", points), *battery[:2]]) == []


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Kunden-Nr.", "customer"),
        ("CustomerID", "customer"),
        ("Betrag", "amount"),
        ("Umsatz EUR", "amount"),
        ("InvoiceNo", "order"),
        ("Bestelldatum", "date"),
        ("Stückzahl", "quantity"),
        ("PLZ", "postcode"),
        ("Vorname", "given_name"),
        ("E-Mail-Adresse", "email"),
        ("Gewichtung", "weight"),
        ("Welle", "wave"),
        ("Q7", None),
    ],
)
def test_a_name_tells_what_a_column_is_for(name, role):
    assert role_of(name) == role


def test_names_are_written_without_umlauts_and_blanks():
    assert tidy(" Größe (in cm) ") == "groesse_in_cm"
    assert stage_of("Hotline") == "retention"


@pytest.mark.parametrize(
    ("cells", "pattern", "either"),
    [
        (["31.01.2024", "01.02.2024"], "%d.%m.%Y", False),
        (["31.01.24", "01.02.24"], "%d.%m.%y", False),
        (["01/31/2024", "02/01/2024"], "%m/%d/%Y", False),
        (["01/02/2024", "02/03/2024"], "%m/%d/%Y", True),
        (["31/01/2024", "01/02/2024"], "%d/%m/%Y", False),
        (["2024-01-31T10:00:00"], "%Y-%m-%dT%H:%M:%S", False),
    ],
)
def test_the_format_of_dates_is_found(cells, pattern, either):
    fact = column("when", cells)
    assert (fact.format, fact.either_day_or_month) == (pattern, either)


def test_eight_digits_are_a_date_only_if_the_name_says_so():
    assert column("order_date", ["20240131", "20240201"]).format == "%Y%m%d"
    assert column("order_no", ["20240131", "20240201"]).format is None


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["1,5", "2"], ","),
        (["1.5", "2"], "."),
        (["1.234,50", "2,00"], ","),
        (["1,234.50", "2.00"], "."),
        (["1", "2"], "."),
        (["a", "2"], None),
    ],
)
def test_the_decimal_sign_is_found(cells, decimal):
    assert column("x", cells).decimal == decimal


def test_a_number_that_could_be_either_follows_its_neighbours():
    cells = pl.DataFrame({"a": ["1,5", "2,25"], "b": ["1.234", "5.678"]})
    assert [fact.decimal for fact in describe(cells, set(), {})] == [",", ","]


def test_guesses_are_comments_and_what_is_written_is_read_back():
    draft = {
        "title": Guess({"en": "no"}, "named so"),
        "codes": {"sex": {"1": "yes", "on": None, "12:30": "a: b # c"}},
        "sources": {
            "a": {"tables": [{"columns": Guess({"x": Guess("y", "because"), "z": "007"}, "why")}]}
        },
    }
    text = to_yaml(draft, "Heading")
    assert yaml.safe_load(text) == {
        "title": {"en": "no"},
        "codes": {"sex": {"1": "yes", "on": None, "12:30": "a: b # c"}},
        "sources": {"a": {"tables": [{"columns": {"x": "y", "z": "007"}}]}},
    }
    assert text.startswith("# Heading\n")
    assert text.count("# guess: ") == count_guesses(draft) == 3
