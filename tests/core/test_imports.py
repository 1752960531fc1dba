"""Great Expectations is imported without what nothing here asks for."""

import subprocess
import sys

import pytest

from pipelines.core.imports import GRAMMARS, without_grammars

# Each in a process of its own, because the one of the tests has imported everything.
JUDGING = f"""
import sys
from pipelines.core.imports import lean
with lean():
    {{imported}}
assert "great_expectations" in sys.modules
assert "{GRAMMARS}" not in sys.modules and "lark" not in sys.modules
assert "scipy.stats._stats_py" not in sys.modules
"""
ADDRESSES = """
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
checked = Draft202012Validator({"format": "uri"}, format_checker=FormatChecker())
assert checked.is_valid("https://shop.example/a") and not checked.is_valid("no address")
import rfc3987_syntax
assert rfc3987_syntax.is_valid_syntax("iri", "https://shop.example/ä")
"""


def in_a_fresh_process(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "imported",
    ["from pipelines.publish import judgement", "from pipelines.validate import docs, judge"],
)
def test_what_judges_is_imported_without_the_grammars(imported):
    done = in_a_fresh_process(JUDGING.format(imported=imported))
    assert done.returncode == 0, done.stderr


def test_other_formats_are_checked_and_the_grammars_can_be_imported_later():
    code = JUDGING.format(imported="from pipelines.publish import judgement") + ADDRESSES
    done = in_a_fresh_process(code)
    assert done.returncode == 0, done.stderr


def test_statistics_are_loaded_once_something_is_asked_of_them():
    code = JUDGING.format(imported="from pipelines.publish import judgement") + (
        "from scipy import stats\n"
        "assert abs(stats.norm.cdf(0) - 0.5) < 1e-12\n"
        "assert 'scipy.stats._stats_py' in sys.modules\n"
    )
    done = in_a_fresh_process(code)
    assert done.returncode == 0, done.stderr


def test_grammars_that_are_there_stay(monkeypatch):
    there = object()
    monkeypatch.setitem(sys.modules, GRAMMARS, there)
    with without_grammars():
        assert sys.modules[GRAMMARS] is there
    assert sys.modules[GRAMMARS] is there


def test_an_error_on_the_way_leaves_no_trace(monkeypatch):
    monkeypatch.delitem(sys.modules, GRAMMARS, raising=False)
    with pytest.raises(ValueError, match="half-way"), without_grammars():
        raise ValueError("half-way")
    assert GRAMMARS not in sys.modules
