"""Months that are not whole: the page opens on a whole one, and marks the others."""

from datetime import date

import polars as pl
import pytest

from app.core import language
from app.views.overview.months import Months
from tests.app.reading import chart_rows, metrics, texts


def counted(*spans: tuple[str, str]) -> pl.DataFrame:
    """Rows of activity: a month for each span from one day to another."""
    days = [[date.fromisoformat(day) for day in span] for span in spans]
    return pl.DataFrame(
        {
            "period": [first[:7] for first, _ in spans],
            "first_on": [first for first, _ in days],
            "last_on": [last for _, last in days],
        }
    )


def months(*spans: tuple[str, str], code: str = "en") -> Months:
    return Months.of(counted(*spans), language.load(code))


WHOLE = ("2011-10-01", "2011-10-31")
QUIET_END = ("2011-11-03", "2011-11-23")  # amid the data: nobody ordered in the last week


@pytest.mark.parametrize(
    ("last", "partial", "usual"),
    [
        (("2011-12-01", "2011-12-09"), ("2011-12",), "2011-11"),
        (("2011-12-01", "2011-12-31"), (), "2011-12"),
        (("2011-12-20", "2011-12-31"), (), "2011-12"),  # begins amid the data
    ],
)
def test_a_page_opens_on_the_last_whole_month(last, partial, usual):
    found = months(WHOLE, QUIET_END, last)
    assert (found.partial, found.usual) == (partial, usual)


def test_the_first_month_may_be_partial_too():
    found = months(("2011-09-14", "2011-09-30"), WHOLE, ("2011-11-01", "2011-11-09"))
    assert found.partial == ("2011-09", "2011-11")
    assert found.names["2011-09"] == "Sep 2011\nfrom 14 Sep"
    assert found.in_a_line("2011-11") == "Nov 2011, to 9 Nov"


def test_a_study_of_one_month_that_is_not_whole_shows_it():
    found = months(("2011-09-14", "2011-09-20"), code="de")
    assert found.usual == "2011-09"
    assert found.in_a_line("2011-09") == "Sept. 2011, 14. Sept. bis 20. Sept."


def test_a_february_of_a_leap_year_ends_on_the_29th():
    assert months(("2012-02-01", "2012-02-28")).partial == ("2012-02",)
    assert months(("2012-02-01", "2012-02-29")).partial == ()


def test_rows_without_a_time_have_whole_months():
    undated = counted(WHOLE).with_columns(pl.lit(None, pl.Date()).alias("first_on"))
    assert Months.of(undated, language.load("en")).partial == ()


def test_the_overview_opens_on_a_whole_month_and_names_the_one_that_is_not(data, open_page):
    app = open_page(study="shop", lang="en")
    assert metrics(app)["Orders"] == "1,500"  # November; December ends on the 9th
    assert "are no whole months" in texts(app)
    assert "Dec 2011, to 9 Dec" in texts(app)
    drawn = {row["period"] for row in chart_rows(app, "Order lines by month")}
    assert "Dec 2011\nto 9 Dec" in drawn
    assert "Nov 2011" in drawn


def test_a_month_that_is_not_whole_can_still_be_opened(data, open_page):
    app = open_page(study="shop", lang="en", month="2011-12")
    assert metrics(app)["Orders"] == "1,560"
