"""The map of the airport survey against the raw files, counted directly."""

import re
from collections import Counter
from datetime import date
from functools import cache

import polars as pl
import pytest

from pipelines.core import study
from pipelines.core.params import PROJECT

FOLDER = PROJECT / "data" / "sfo"
RESPONDENTS = {
    "2010": 3234,
    "2011": 3872,
    "2012": 3521,
    "2013": 3535,
    "2014": 2818,
    "2015": 2958,
    "2016": 3087,
    "2017": 2831,
    "2018": 2809,
}
WAVES = list(RESPONDENTS)

# The questionnaire asks in this order in every wave, whatever the columns are called.
SERVICES = [
    "artwork",
    "restaurants",
    "shops",
    "signs",
    "walkways",
    "screens",
    "info_arrivals",
    "info_departures",
    "wifi",  # since 2013
    "road_signs",
    "parking",
    "airtrain",
    "long_term_shuttle",
    "rental_car_center",
    "overall",
]
SERVICE_COLUMNS = {
    "2010": r"^Q6[A-N]$",
    "2011": r"^Q8[A-N]$",
    "2012": r"^Q8[A-N]_",
    "2013": r"^Q7[A-O]_",
}  # from 2014 on ^Q7
CLEANLINESS = [
    "clean_boarding_areas",
    "clean_parking",  # until 2012
    "clean_airtrain",
    "clean_rental_car_center",
    "clean_restaurants",
    "clean_restrooms",
    "clean_airport",  # since 2013
]
CLEANLINESS_COLUMNS = {
    "2010": r"^Q8[A-F]$",
    "2011": r"^Q10[A-F]$",
    "2012": r"^Q10[A-F]_",
    "2013": r"^Q9[A-F]_",
}  # from 2014 on ^Q9, without the comments
OTHERS = {
    "2010": {"safety": "Q9", "website": "Q11", "wayfinding": "Q13A", "screening": "Q13B"},
    "2011": {"safety": "Q11", "website": "Q13", "wayfinding": "Q15A", "screening": "Q15B"},
    "2012": {
        "safety": "Q11SAFE",
        "website": "Q13_RATEWEB",
        "trip": "Q14RATEGETTO",
        "wayfinding": "Q15A_FIND",
        "screening": "Q15B_SECURITY",
    },
    "2013": {
        "safety": "Q10SAFE",
        "trip": "Q13_RATEGETTO",
        "wayfinding": "Q14A_FIND",
        "screening": "Q14B_SECURITY",
    },
}
OTHERS_SINCE_2014 = {
    "safety": "Q10SAFE",
    "trip": "Q13GETRATE",
    "wayfinding": "Q14FIND",
    "screening": "Q14PASSTHRU",
}
COMMENTS = r"^Q(8|9|10|12|15)((COM|IMPROVE|SAFE|PRECOM|PROBCOM)?[0-9A-C]?|-[1-6])$"


@cache
def raw(wave: str) -> pl.DataFrame:
    """Read a file as text, under the names in its header without blanks around them."""
    (path,) = (FOLDER / "raw").glob(f"{wave}_*.csv")
    rows = pl.read_csv(path, infer_schema=False)
    return rows.rename({name: name.strip() for name in rows.columns})


def columns(wave: str) -> dict[str, str]:
    """Name the column of every question, found by the questionnaire's order."""
    names = raw(wave).columns
    services = [n for n in names if re.match(SERVICE_COLUMNS.get(wave, "^Q7"), n)]
    asked = [q for q in SERVICES if q != "wifi" or wave >= "2013"]
    pattern = CLEANLINESS_COLUMNS.get(wave, r"^Q9(?!COM)[A-Za-z]")
    cleanliness = [n for n in names if re.match(pattern, n)]
    absent = "clean_airport" if wave < "2013" else "clean_parking"
    clean = [q for q in CLEANLINESS if q != absent]
    others = dict(OTHERS.get(wave, OTHERS_SINCE_2014))
    if wave == "2018":
        others["safety"] = "Q10Safe"
    if wave >= "2017":
        others["nps"] = "NETPRO"
    pairs = [*zip(asked, services, strict=True), *zip(clean, cleanliness, strict=True)]
    return {**dict(pairs), **others}


def meaning(question: str, cell: str | None) -> str:
    """Say what the code books say of a cell."""
    if cell is None:
        return "not_experienced" if question == "website" else "skipped"
    if question == "nps":
        return "skipped" if cell == "11" else cell
    if cell in ("0", "Blank", "BLANK"):
        return "skipped"
    if cell == "6":
        return "dont_know" if question in ("safety", "website") else "not_experienced"
    return cell


@pytest.fixture(scope="module")
def tables(mapped):
    return mapped("sfo")


def customers_of(tables, wave: str) -> pl.DataFrame:
    return tables["customers"].filter(pl.col("source_id").str.starts_with(f"{wave}-"))


def test_the_map_has_no_problem():
    _, problems = study.inspect(FOLDER)
    assert problems == []


def test_all_28665_respondents_are_there_once(tables):
    counted = dict(
        tables["responses"].group_by("wave").agg(pl.col("response_id").n_unique()).iter_rows()
    )
    assert counted == RESPONDENTS
    assert sum(counted.values()) == 28_665
    assert tables["customers"].height == tables["customers"]["source_id"].n_unique() == 28_665


def test_every_respondent_answers_each_question_once(tables):
    keys = tables["responses"].select("response_id", "question_id")
    assert keys.is_unique().all()


@pytest.mark.parametrize("wave", WAVES)
def test_every_cell_is_a_value_or_has_its_reason(tables, wave):
    answers = tables["responses"].filter(pl.col("wave") == wave)
    what = pl.coalesce("missing", pl.col("value").cast(pl.Int64).cast(pl.String))
    got = {
        (question, answer): n
        for question, answer, n in answers.group_by("question_id", what.alias("answer"))
        .agg(pl.len())
        .iter_rows()
    }
    expected: Counter[tuple[str, str]] = Counter()
    rows = raw(wave)
    for question, column in columns(wave).items():
        for cell, n in rows[column].value_counts().iter_rows():
            expected[question, meaning(question, cell)] += n
    assert got == dict(expected)
    assert answers["unreadable"].null_count() == answers.height


@pytest.mark.parametrize(
    ("wave", "question", "n", "not_experienced", "skipped"),
    [  # counted by hand in the files
        ("2010", "airtrain", 1380, 1664, 190),
        ("2013", "wifi", 2227, 1161, 147),
        ("2017", "artwork", 2284, 445, 102),
        ("2017", "overall", 2688, 0, 143),
        ("2018", "rental_car_center", 910, 1669, 230),
    ],
)
def test_never_used_is_not_blank(tables, wave, question, n, not_experienced, skipped):
    answers = tables["responses"].filter(wave=wave, question_id=question)
    reasons = Counter(answers["missing"].to_list())
    assert (reasons[None], reasons["not_experienced"], reasons["skipped"]) == (
        n,
        not_experienced,
        skipped,
    )


def test_fourteen_services_are_touchpoints_and_wifi_came_in_2013(tables):
    services = tables["responses"].filter(
        pl.col("question_id").is_in(SERVICES), pl.col("question_id") != "overall"
    )
    asked = services.group_by("wave").agg(pl.col("touchpoint_id").n_unique()).sort("wave")
    assert asked["touchpoint_id"].to_list() == [13, 13, 13, 14, 14, 14, 14, 14, 14]
    since = services.filter(touchpoint_id="wifi")["wave"].min()
    assert since == "2013"


def test_nps_of_2017_is_39_8_on_2746_answers(tables):
    answers = tables["responses"].filter(wave="2017", question_id="nps").drop_nulls("value")
    promoters = (answers["value"] >= 9).sum()
    detractors = (answers["value"] <= 6).sum()
    assert (answers.height, promoters, detractors) == (2746, 1436, 342)
    assert 100 * (promoters - detractors) / answers.height == pytest.approx(39.8398, abs=1e-4)


@pytest.mark.parametrize("wave", WAVES)
def test_weights_are_the_files_and_sum_to_the_respondents(tables, wave):
    one_each = tables["responses"].filter(wave=wave, question_id="overall")
    rows = raw(wave)
    expected = rows["WEIGHT"].cast(pl.Float64) if "WEIGHT" in rows.columns else None
    if expected is None:
        assert wave in ("2011", "2012")
        assert (one_each["weight"] == 1).all()
    else:
        assert one_each["weight"].to_list() == expected.to_list()
        assert one_each["weight"].sum() == pytest.approx(RESPONDENTS[wave], abs=0.1)


@pytest.mark.parametrize(
    ("wave", "flights"),
    [("2010", 186), ("2011", 244), ("2012", 199), ("2013", 210), ("2014", 153), ("2018", 205)],
)
def test_respondents_are_clustered_by_flight_and_stratified_by_time_of_day(tables, wave, flights):
    one_each = tables["responses"].filter(wave=wave, question_id="overall")
    assert one_each["cluster"].drop_nulls().n_unique() == flights
    assert one_each["stratum"].n_unique() == 3
    assert one_each["cluster"].drop_nulls().str.starts_with(f"{wave}-").all()


@pytest.mark.parametrize(
    ("wave", "first", "last"),
    [
        ("2010", date(2010, 9, 7), date(2010, 9, 21)),
        ("2011", date(2011, 5, 11), date(2011, 5, 24)),
        ("2014", date(2014, 9, 3), date(2014, 9, 25)),
        ("2016", date(2016, 5, 6), date(2016, 5, 24)),
    ],
)
def test_answers_are_dated_in_san_francisco(tables, wave, first, last):
    days = _days(tables, wave)
    assert (days.min(), days.max()) == (first, last)


@pytest.mark.parametrize("wave", ["2016", "2017", "2018"])
def test_dates_fall_on_the_weekdays_that_the_file_names(tables, wave):
    names = ["SUN", "MON", "TUE", "WED", "THUR", "FRI", "SAT"]  # in 2017, numbers in the others
    numbers = {name: str(number) for number, name in enumerate(names, 1)}
    named = raw(wave)["DAY"].replace(numbers).cast(pl.Int64)
    weekday = _days(tables, wave).dt.weekday() % 7 + 1
    assert (weekday != named).sum() == (2 if wave == "2017" else 0)  # two slips in 2017


def _days(tables, wave: str) -> pl.Series:
    one_each = tables["responses"].filter(wave=wave, question_id="overall")
    return one_each["answered_at"].dt.convert_time_zone("America/Los_Angeles").dt.date()


def test_only_62_answers_of_2012_have_no_date(tables):
    one_each = tables["responses"].filter(question_id="overall")
    undated = one_each.filter(pl.col("answered_at").is_null())["wave"]
    assert Counter(undated.to_list()) == {"2012": 62}


def test_segments_hold_only_the_values_that_their_order_lists(tables):
    segments = study.load("sfo").map.segments
    for name, segment in segments.items():
        values = set(tables["customers"][f"segment_{name}"].drop_nulls())
        assert values == set(segment.order), name


@pytest.mark.parametrize(
    ("wave", "segment", "value", "n"),
    [
        ("2010", "home_region", "San Francisco Bay Area", 945),  # from flag and country
        ("2010", "home_region", "Europe", 206),
        ("2013", "came_by", "Rental car", 324),  # code 8, against the code book
        ("2015", "first_time", "Yes", 523),  # code 2, against the code book
        ("2016", "age", "Under 18", 15),  # counted up to "Under 32"
        ("2017", "first_time", "Yes", 599),
        ("2018", "home_region", "San Francisco Bay Area", 883),  # counties renumbered
        ("2018", "came_by", "Ride service", 713),
    ],
)
def test_codes_that_change_between_waves_are_brought_together(tables, wave, segment, value, n):
    values = customers_of(tables, wave)[f"segment_{segment}"]
    assert (values == value).sum() == n


@pytest.mark.parametrize("wave", ["2011", "2013", "2016", "2018"])
def test_the_home_region_agrees_with_the_country(tables, wave):
    home = customers_of(tables, wave).drop_nulls(["country", "segment_home_region"])
    is_bay = home["segment_home_region"] == "San Francisco Bay Area"
    assert set(home.filter(is_bay)["country"]) == {"United States"}
    is_us = home["segment_home_region"].is_in(["San Francisco Bay Area", "Other United States"])
    assert (home.filter(is_us)["country"] == "United States").mean() > 0.99


def test_a_segment_is_empty_in_waves_that_did_not_ask(tables):
    since = {"first_time": "2015", "precheck": "2014", "used_wifi": "2013", "flight_kind": "2012"}
    for segment, first in since.items():
        for wave in WAVES:
            asked = customers_of(tables, wave)[f"segment_{segment}"].drop_nulls().len() > 0
            assert asked == (wave >= first), (segment, wave)


@pytest.mark.parametrize("wave", ["2013", "2014", "2015", "2016", "2017", "2018"])
def test_every_coded_comment_becomes_a_review(tables, wave):
    rows = raw(wave)
    names = [n for n in rows.columns if re.match(COMMENTS, n) and n not in ("Q10SAFE", "Q15A")]
    cells = Counter(cell for name in names for cell in rows[name].drop_nulls())
    silent = cells["0"] + _problems_without_text(rows, wave)
    reviews = _reviews(tables, wave).filter(~pl.col("review_id").str.ends_with("-Q15A"))
    assert reviews.height == cells.total() - silent


def _problems_without_text(rows: pl.DataFrame, wave: str) -> int:
    """Count code 34, "no answer", among the problems of 2013 to 2015."""
    if wave not in ("2013", "2014", "2015"):
        return 0
    names = [n for n in rows.columns if re.match(r"^Q15(PROB)?COM", n)]
    return sum((rows[name] == "34").sum() for name in names)


def _reviews(tables, wave: str) -> pl.DataFrame:
    return tables["reviews"].filter(pl.col("review_id").str.starts_with(f"{wave}-"))


def test_a_comment_is_decoded_with_its_own_wave_s_list(tables):
    safety = tables["reviews"].filter(touchpoint_id="safety")
    code_16 = {
        "2010": "If someone wants to harm people, they’ll find a way to do it",
        "2018": "Has never been an incident at SFO/Nothing’s happened to me personally/have not "
        "been attacked/items taken",
    }
    for wave, text in code_16.items():
        rows = raw(wave)
        names = [n for n in rows.columns if re.match(r"^Q9A(POS|NEG|NTR)|^Q10-", n)]
        expected = sum((rows[name] == "16").sum() for name in names)
        of_wave = safety.filter(pl.col("review_id").str.starts_with(wave))
        assert (of_wave["text"] == text).sum() == expected > 0


def test_codes_that_no_book_lists_are_named_as_such(tables):
    unlisted = tables["reviews"].filter(pl.col("text").str.contains("not in the code book"))
    by_wave = Counter(unlisted["review_id"].str.slice(0, 4).to_list())
    assert by_wave == {"2010": 2, "2013": 2, "2014": 5, "2015": 30, "2017": 2}


def test_the_words_of_2018_are_reviews_unless_they_wait_for_translation(tables):
    words = tables["reviews"].filter(pl.col("review_id").str.ends_with("-Q15A"))
    written = raw("2018")["Q15A"].drop_nulls()
    waiting = written.str.contains("^(TO )?TRANSLATE$").sum()
    assert (words.height, written.len(), waiting) == (347, 354, 7)
    assert Counter(words["language"].to_list()) == {"en": 344, "es": 3}


def test_reviews_belong_to_respondents_and_say_who_asked(tables):
    reviews = tables["reviews"]
    assert reviews["review_id"].is_unique().all()
    assert reviews["text"].null_count() == 0
    assert set(reviews["origin"]) == {"survey"}
    assert reviews["direct"].all()
    assert set(reviews["source_id"]) <= set(tables["customers"]["source_id"])


def test_the_ledger_leaves_out_blank_comments_only(tables):
    skipped = tables["ledger"].filter(pl.col("rows_skipped") > 0)
    assert set(skipped["table"]) == {"reviews"}


def test_no_column_reaches_a_person(tables):
    reaching = ["given_name", "family_name", "email", "phone", "street", "postcode", "city"]
    found = tables["customers"].select(pl.col(reaching).drop_nulls().len())
    assert set(found.row(0)) == {0}
