"""The page of data quality: the ledger adds up, and the report is there."""

from tests.app.reading import metrics, texts


def test_the_ledger_adds_up_and_broken_rules_come_first(data, open_page):
    app = open_page("quality", study="airport", lang="en")
    assert metrics(app) == {"Survey answers": "21,000"}
    ledger, rules, examples = (table.value for table in app.dataframe[:3])
    total = ledger["rows_accepted"] + ledger["rows_quarantined"]
    assert total.tolist() == ledger["rows_in"].tolist()
    assert rules["n_unexpected"].tolist() == [35, 0, 0]
    assert examples["got"][0] == "value=9; <b>scale</b>=1..5"


def test_the_data_docs_can_be_downloaded(data, open_page):
    app = open_page("quality", study="airport", lang="en")
    assert [button.label for button in app.download_button] == ["Download the report"]


def test_examples_say_of_how_many_rows_they_are(data, open_page):
    said = texts(open_page("quality", study="airport", lang="en"))
    assert "Rows that broke the rule: 3 of 35." in said
