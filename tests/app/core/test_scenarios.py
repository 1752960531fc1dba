"""Scenarios go to a file and come back; whatever else a file holds is refused kindly."""

import json

import pytest

from app.core import language, scenarios
from app.core.scenarios import Scenario, WrongFileError

KEYS = ("moves", "segment")
FIRST = Scenario("Wi-Fi first", {"moves": "wifi:lift_good:50", "segment": "all"})
GOOD = {
    "kind": scenarios.KIND,
    "format": scenarios.FORMAT,
    "study": "airport",
    "page": "whatif",
    "scenarios": [{"name": "Ärger", "view": {"moves": "a:b:1"}}],
}
ENTRY = GOOD["scenarios"][0]
WRONG = {
    "too_large": b" " * (scenarios.LARGEST_FILE + 1),
    "no_json": b"\xff\x00",
    "other_kind": [1],
    "other_format": GOOD | {"format": 99},
    "other_study": GOOD | {"study": "moon"},
    "other_page": GOOD | {"page": "plan"},
    "none": GOOD | {"scenarios": []},
    "too_many": GOOD | {"scenarios": [ENTRY] * (scenarios.MOST_KEPT + 1)},
    "entry": GOOD | {"scenarios": [ENTRY, {"name": 3, "view": {}}]},
    "key": GOOD | {"scenarios": [{"name": "x", "view": {"colour": "red"}}]},
}


def as_bytes(content: object) -> bytes:
    return content if isinstance(content, bytes) else json.dumps(content).encode()


def test_what_is_downloaded_can_be_loaded_again():
    written = scenarios.as_file("airport", "whatif", [FIRST]).encode()
    assert scenarios.from_file(written, "airport", "whatif", KEYS) == [FIRST]


@pytest.mark.parametrize("code", WRONG)
@pytest.mark.parametrize("spoken", ["en", "de"])
def test_a_wrong_file_says_in_both_languages_what_is_wrong(code, spoken):
    with pytest.raises(WrongFileError, match=code) as found:
        scenarios.from_file(as_bytes(WRONG[code]), "airport", "whatif", KEYS)
    said = language.load(spoken)(f"scenarios.wrong.{code}", **found.value.places)
    assert {"en": "Nothing was loaded", "de": "Nichts wurde geladen"}[spoken] in said
    assert "{" not in said


@pytest.mark.parametrize(
    "damaged",
    [
        b"{",
        b"[" * 100_000,
        GOOD | {"scenarios": {"name": "x"}},
        GOOD | {"scenarios": ["x"]},
        GOOD | {"scenarios": [ENTRY | {"name": " "}]},
        GOOD | {"scenarios": [ENTRY | {"name": "x" * 61}]},
        GOOD | {"scenarios": [ENTRY | {"view": {"moves": 3}}]},
        GOOD | {"scenarios": [ENTRY | {"view": {"moves": "x" * 4001}}]},
        GOOD | {"study": ["airport"] * 1000},
    ],
)
def test_no_damaged_file_is_loaded_and_none_is_repeated_at_length(damaged):
    with pytest.raises(WrongFileError) as found:
        scenarios.from_file(as_bytes(damaged), "airport", "whatif", KEYS)
    assert all(len(str(value)) <= scenarios.LONGEST_NAME for value in found.value.places.values())


def test_every_text_about_wrong_files_is_of_a_file_that_is_wrong():
    texts = language.load("en").texts
    assert {key.rpartition(".")[2] for key in texts if key.startswith("scenarios.wrong.")} == set(
        WRONG
    )
