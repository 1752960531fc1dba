"""`touchstone new`: what it recognises, marks, writes and refuses."""

import random
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
import xlsxwriter

from pipelines.command.drafting.sniff import sniff
from pipelines.command.new import new_study
from pipelines.core import engine
from pipelines.core.errors import SourceError, StudyError
from pipelines.core.params import PROJECT
from pipelines.core.study import inspect, load
from pipelines.ingest.readers import read_source
from pipelines.ingest.tables import map_study

SURVEY = (
    "Fragebogen-Nr;Kunde;Datum;Geschlecht;Zuf. Beratung;Zuf. Hotline;Empfehlung;Gewicht;Kommentar"
)


def survey(n=24) -> str:
    """A German survey: 1 to 5 with 9 for no answer, 0 to 10 with 99."""
    rows = [
        f"F{i:02d};K{i % 20:03d};{i % 28 + 1:02d}.0{i % 9 + 1}.2024;{'mw'[i % 2]};"
        f"{[1, 2, 3, 4, 5, 9][i % 6]};{[5, 4, 9, 3, 2, 1][i % 6]};{[0, 6, 8, 10, 99][i % 5]};"
        f"0,{80 + i};" + (f"Sehr freundlich, für mich gut, Nummer {i}" if i % 3 else "")
        for i in range(n)
    ]
    return "\n".join([SURVEY, *rows]) + "\n"


def orders(month: int) -> str:
    rows = [
        f"{month}{i // 2:03d};K{i % 20:03d};{i + 1:02d}.0{month}.2024 12:30;A{i % 4};{i % 3 + 1};"
        f"1.{i:03d},{i + 10}"
        for i in range(24)
    ]
    return "\n".join(["Bestell-Nr;Kundennr;Bestelldatum;Artikel;Menge;Betrag", *rows])


def customers(path: Path) -> None:
    header = ["Kundennummer", "Vorname", "Nachname", "E-Mail", "PLZ", "Ort", "Land"]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Stamm")
        sheet.write_row(0, 0, header)
        for i in range(20):
            row = [f"K{i:03d}", "Ada", "Graf", f"a{i}@x.de", f"0{1000 + i}", "Köln", "DA"[i % 2]]
            sheet.write_row(i + 1, 0, row)


@pytest.fixture
def desk(tmp_path):
    """A folder with a company's files."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "umfrage.csv").write_bytes(survey().encode("latin-1"))
    for month in (1, 2):
        (folder / f"auftrag_2024-0{month}.csv").write_text(orders(month), encoding="utf-8")
    customers(folder / "stamm.xlsx")
    shutil.copy(PROJECT / "params.yaml", tmp_path / "params.yaml")
    return folder


def new(desk: Path, *names: str, study: str = "kunden") -> tuple[str, Path]:
    """Make a study of some files; give what was said, and its folder."""
    data, params = desk.parent / "data", desk.parent / "params.yaml"
    return new_study(study, [desk / name for name in names], data, params), data / study


def text_of(folder: Path) -> str:
    return (folder / "study.yaml").read_text(encoding="utf-8")


def map_all(folder: Path) -> dict[str, pl.DataFrame]:
    """Bring a drafted study through the mapping of ingest."""
    study = load(str(folder))
    raw = [table for name in study.map.sources for table in read_source(study, name)]
    mapped = map_study(study, raw, engine.from_polars)
    return {name: rows.collect() for name, rows in mapped.tables.items()}


ALL = ("umfrage.csv", "auftrag_2024-01.csv", "auftrag_2024-02.csv", "stamm.xlsx")


def test_a_draft_passes_inspection_and_marks_its_guesses(desk):
    said, folder = new(desk, *ALL)
    study, problems = inspect(folder)
    assert study is not None
    assert problems == []
    assert list(study.map.sources) == ["umfrage", "auftrag", "stamm"]
    marks = text_of(folder).count("# guess: ")
    assert f"{marks} guesses" in said
    assert "Next: look at each line marked with 'guess:'" in said
    assert "touchstone check kunden" in said


def test_reader_delimiter_and_encoding_are_found_by_content(desk):
    _, folder = new(desk, *ALL)
    sources = load(str(folder)).map.sources
    survey_, orders_, customers_ = sources["umfrage"], sources["auftrag"], sources["stamm"]
    assert (survey_.reader, survey_.delimiter, survey_.encoding) == ("csv", ";", "latin-1")
    assert (orders_.reader, orders_.delimiter, orders_.encoding) == ("csv", ";", "utf-8")
    assert (customers_.reader, customers_.sheet) == ("xlsx", "Stamm")
    assert "delimiter: ;  # guess: " in text_of(folder)
    assert "encoding: latin-1  # guess: " in text_of(folder)


def test_files_of_one_layout_are_one_source(desk):
    _, folder = new(desk, *ALL)
    source = load(str(folder)).map.sources["auftrag"]
    assert source.files == "raw/auftrag/*.csv"
    assert sorted(path.name for path in (folder / "raw" / "auftrag").iterdir()) == [
        "auftrag_2024-01.csv",
        "auftrag_2024-02.csv",
    ]


def test_a_draft_of_linked_files_runs_through_the_mapping(desk):
    _, folder = new(desk, *ALL)
    tables = map_all(folder)
    heights = {name: rows.height for name, rows in tables.items()}
    assert heights == {
        "customers": 20,
        "responses": 24 * 3,
        "reviews": 16,
        "transactions": 48,
        "interactions": 0,
        "touchpoint_metrics": 0,
    }
    assert all(rows["unreadable"].null_count() == rows.height for rows in tables.values())
    amounts = tables["transactions"]["amount"]
    assert amounts[0] == 1000.10
    assert tables["transactions"]["ordered_at"].dt.hour().unique().to_list() == [11]  # Berlin
    assert tables["responses"]["weight"][0] == 0.8
    # customers of the survey and of the orders are those of the master data
    assert tables["transactions"]["source_system"].unique().to_list() == ["stamm"]
    assert tables["responses"]["source_system"].unique().to_list() == ["stamm"]


def test_ratings_come_with_scale_and_codes_for_no_answer(desk):
    _, folder = new(desk, "umfrage.csv")
    study = load(str(folder)).map
    measures = {name: question.measure for name, question in study.questions.items()}
    assert measures == {"zuf_beratung": "csat", "zuf_hotline": "csat", "empfehlung": "nps"}
    assert study.scales["rating_1_5"].missing == {"9": "skipped"}
    assert study.scales["rating_0_10"].missing == {"99": "skipped"}
    assert study.touchpoints["hotline"].stage == "retention"
    assert list(study.segments) == ["geschlecht"]
    tables = map_all(folder)
    assert tables["responses"]["missing"].value_counts().sort("count").rows()[-1][0] is None
    assert tables["responses"]["segment_geschlecht"].n_unique() == 2, "as of the answer"
    assert tables["customers"]["segment_geschlecht"].is_null().all()
    assert tables["customers"].height == 20


def test_a_draft_is_german_when_the_headers_are(desk):
    _, folder = new(desk, "umfrage.csv")
    study = load(str(folder)).map
    assert study.languages == ["en", "de"]
    assert study.time_zone == "Europe/Berlin"


def test_the_study_is_listed_in_params_and_comments_stay(desk):
    before = (desk.parent / "params.yaml").read_text(encoding="utf-8")
    new(desk, "umfrage.csv")
    after = (desk.parent / "params.yaml").read_text(encoding="utf-8")
    changed = [
        (a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b
    ]
    ((old, added),) = changed
    assert old.startswith("studies: [")
    assert added == old.replace("]", ", kunden]")


def test_an_existing_study_is_refused_and_stays(desk):
    _, folder = new(desk, "umfrage.csv")
    (folder / "study.yaml").write_text("mine")
    with pytest.raises(StudyError, match="expected a new study, got one of that name"):
        new(desk, "stamm.xlsx")
    assert text_of(folder) == "mine"


@pytest.mark.parametrize("name", ["Shop", "my shop", "../x", "2024", ""])
def test_a_name_that_cannot_be_a_folder_is_refused(desk, name):
    with pytest.raises(StudyError, match="a name of small letters"):
        new(desk, "umfrage.csv", study=name)


def test_two_files_of_one_name_are_refused(desk):
    (desk / "b").mkdir()
    shutil.copy(desk / "umfrage.csv", desk / "b")
    with pytest.raises(StudyError, match=r"'umfrage\.csv' more than once"):
        new(desk, "umfrage.csv", "b/umfrage.csv")


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("none.csv", None, "expected a file, got none there"),
        ("empty.csv", b"", "got an empty file"),
        ("header.csv", b"a,b\n", "at least one row, got only column names"),
        ("broken.parquet", b"PAR1 and no more", "got a truncated one"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3\n", "line 3: expected 2 cells"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_nothing_behind(desk, name, content, match):
    if content is not None:
        (desk / name).write_bytes(content)
    with pytest.raises(SourceError, match=match):
        new(desk, "umfrage.csv", name)
    assert list((desk.parent / "data").glob("*")) == []
    assert "kunden" not in (desk.parent / "params.yaml").read_text(encoding="utf-8")


def test_spss_labels_become_code_lists_and_missing_codes(desk):
    chance = random.Random(1)
    n = 40
    answers = {
        f"Q{k}": [float(chance.choice([1, 2, 3, 4, 5, 99])) for _ in range(n)] for k in (1, 2)
    }
    rows = pl.DataFrame(
        {
            "RESPID": [float(i) for i in range(n)],
            "INTDATE": [date(2024, 5, 1 + i % 28) for i in range(n)],
            "AGE": [float([1, 2, 9, 4][i % 4]) for i in range(n)],
            **answers,
            "NPS": [float(chance.choice([0, 7, 10])) for _ in range(n)],
        }
    )
    scale = {1: "Very bad", 5: "Very good", 99: "Never used"}
    pyreadstat.write_sav(
        rows,
        str(desk / "wave.sav"),
        column_labels={"Q1": "Satisfaction with staff", "Q2": "Overall satisfaction"},
        variable_value_labels={
            "AGE": {1: "Young", 2: "Old", 9: "No answer"},
            "Q1": scale,
            "Q2": scale,
        },
        missing_ranges={"AGE": [9], "Q1": [99], "Q2": [99]},
    )
    _, folder = new(desk, "wave.sav")
    study = load(str(folder)).map
    assert study.codes["age"] == {"1": "Young", "2": "Old", "9": None, "4": "4"}
    assert study.segments["age"].order == ["Young", "Old", "4"]
    assert study.scales["rating_1_5"].missing == {"99": "not_experienced"}
    assert study.questions["q1"].label["en"] == "Satisfaction with staff"
    assert study.questions["q2"].measure == "overall"
    tables = map_all(folder)
    assert tables["responses"].height == n * 3
    assert sorted(set(tables["responses"]["segment_age"].drop_nulls())) == ["4", "Old", "Young"]


def test_a_long_survey_names_its_columns(desk):
    rows = [
        f"r{i},2024-05-0{i % 9 + 1},{question},{i % 5 + 1 if question != 'nps' else 2 * (i % 6)}"
        for i in range(30)
        for question in ("store", "website", "nps")
    ]
    (desk / "long.csv").write_text("\n".join(["respondent_id,date,question,answer", *rows]))
    _, folder = new(desk, "long.csv")
    study = load(str(folder)).map
    (table,) = study.sources["long"].tables
    assert (table.long.question, table.long.answer) == ("question", "answer")
    assert table.answers == {"nps": "nps", "store": "store", "website": "website"}
    responses = map_all(folder)["responses"]
    assert responses.height == 90
    assert responses["response_id"].n_unique() == 30


def test_texts_with_stars_are_reviews(desk):
    rows = [f"{i};{i % 5 + 1};2024-01-0{i % 9 + 1};It was a good day number {i}" for i in range(20)]
    (desk / "rev.csv").write_text("\n".join(["id;stars;date;review", *rows]))
    _, folder = new(desk, "rev.csv")
    reviews = map_all(folder)["reviews"]
    assert reviews.select("rating_min", "rating_max").unique().rows() == [(1.0, 5.0)]
    assert reviews["text"][3] == "It was a good day number 3"


def test_a_log_of_contacts_declares_its_touchpoints(desk):
    rows = [
        f"u{i % 5},2024-01-01 10:0{i % 9}:00,{['home', 'support chat'][i % 2]}" for i in range(20)
    ]
    (desk / "log.csv").write_text("\n".join(["user_id,timestamp,event", *rows]))
    _, folder = new(desk, "log.csv")
    assert list(load(str(folder)).map.touchpoints) == ["home", "support_chat"]
    contacts = map_all(folder)["interactions"]
    assert contacts["touchpoint_id"].unique().sort().to_list() == ["home", "support_chat"]


def test_files_in_which_nothing_is_recognised_can_still_be_read(desk):
    (desk / "odd.csv").write_text("alpha,beta\n1,2\n3,4\n")
    said, folder = new(desk, "odd.csv")
    assert "nothing recognised" in said
    assert "# guess: nothing in it was recognised" in text_of(folder)
    assert map_all(folder)["customers"].height == 2


def test_rows_that_nothing_names_over_several_files_make_a_source_each(desk):
    for month in (1, 2):
        rows = [f"{i % 5 + 1},{5 - i % 5},{i % 5 + 1}" for i in range(20)]
        (desk / f"pulse_{month}.csv").write_text("\n".join(["rate_a,rate_b,rate_c", *rows]))
    _, folder = new(desk, "pulse_1.csv", "pulse_2.csv")
    responses = map_all(folder)["responses"]
    assert list(load(str(folder)).map.sources) == ["pulse_1", "pulse_2"]
    assert responses["response_id"].n_unique() == 40


def test_a_workbook_has_a_reading_per_sheet(desk):
    with xlsxwriter.Workbook(desk / "two.xlsx") as book:
        for name in ("A", "B"):
            book.add_worksheet(name).write_column(0, 0, [f"id {name}", "1"])
    assert [reading.sheet for reading in sniff(desk / "two.xlsx")] == ["A", "B"]
    _, folder = new(desk, "two.xlsx")
    assert list(load(str(folder)).map.sources) == ["a", "b"]


def write_sheets(path: Path, *names: str) -> None:
    with xlsxwriter.Workbook(path) as book:
        for name in names:
            book.add_worksheet(name).write_column(0, 0, ["id", f"{path.stem} {name}"])


def test_workbooks_with_the_same_sheets_have_a_source_per_sheet(desk):
    for name in ("jan", "feb"):
        write_sheets(desk / f"{name}.xlsx", "A", "B")
    _, folder = new(desk, "jan.xlsx", "feb.xlsx")
    sources = load(str(folder)).map.sources
    assert [(name, source.files) for name, source in sources.items()] == [
        ("a", "raw/a/*.xlsx"),
        ("b", "raw/a/*.xlsx"),
    ]
    assert map_all(folder)["customers"].height == 4


def test_workbooks_that_share_one_sheet_only_are_read_one_by_one(desk):
    write_sheets(desk / "jan.xlsx", "A", "B")
    write_sheets(desk / "feb.xlsx", "A")
    _, folder = new(desk, "jan.xlsx", "feb.xlsx")
    sources = load(str(folder)).map.sources
    assert [(name, source.files) for name, source in sources.items()] == [
        ("a_jan", "raw/jan.xlsx"),
        ("a_feb", "raw/feb.xlsx"),
        ("b", "raw/jan.xlsx"),
    ]


def test_sources_of_one_name_are_numbered(desk):
    (desk / "list.csv").write_text("alpha,beta\n1,2\n")
    (desk / "list.txt").write_text("gamma,delta\n1,2\n")
    _, folder = new(desk, "list.csv", "list.txt")
    assert list(load(str(folder)).map.sources) == ["list", "list_2"]
