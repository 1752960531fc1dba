"""Trust: which waves and drivers are compared, and that the tables are as declared."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from pipelines.contract.whatif_trust import TRUST
from pipelines.core.enforcement import require_declared
from pipelines.core.errors import ContractError
from pipelines.core.map import Break
from pipelines.whatif.alike import asked_alike
from pipelines.whatif.trust import trust
from tests.whatif.waves import TERMS, places_of, register_of, wave, without

HASH = "0" * 16
FOUR = [wave(str(year), 44 + 3 * at) for at, year in enumerate(range(2022, 2026))]


def alike(sheets, *breaks, register=None):
    rows = register_of(sheets) if register is None else register
    (found,) = asked_alike(sheets, rows, places_of(sheets), breaks)
    return found


def test_all_waves_are_compared_where_nothing_changed():
    found = alike(FOUR)
    assert [one.wave for one in found.sheets] == ["2022", "2023", "2024", "2025"]
    assert found.drivers == ("desk", "shop", "web")
    assert found.today.wave == "2025"


def test_a_break_of_the_outcome_leaves_the_waves_since():
    reworded = Break(question="overall", wave="2024", changed="wording")
    assert [one.wave for one in alike(FOUR, reworded).sheets] == ["2024", "2025"]


def test_a_change_of_scale_is_a_break_without_being_declared():
    rows = register_of(FOUR)
    older = (pl.col("wave") == "2022") & (pl.col("question_id") == "overall")
    rows = rows.with_columns(scale_max=pl.when(older).then(5.0).otherwise("scale_max"))
    assert [one.wave for one in alike(FOUR, register=rows).sheets] == ["2023", "2024", "2025"]


def test_a_driver_that_changed_or_that_a_wave_lacks_is_no_common_driver():
    reworded = Break(touchpoint="web", wave="2025", changed="wording")
    assert alike(FOUR, reworded).drivers == ("desk", "shop")
    assert alike([without(FOUR[0], "desk"), *FOUR[1:]]).drivers == ("shop", "web")


def test_a_break_where_nothing_was_asked_is_refused():
    with pytest.raises(ContractError, match="a wave in which 'overall' was asked, got '1999'"):
        alike(FOUR, Break(question="overall", wave="1999", changed="wording"))


def test_no_sheets_give_tables_without_rows():
    tables = trust([], pl.DataFrame(), pl.DataFrame(), (), TERMS, HASH)
    assert {name: table.height for name, table in tables.items()} == {
        "robustness": 0, "calibrations": 0, "calibration_points": 0,
    }  # fmt: skip


def test_the_tables_are_as_declared_and_the_same_again():
    recommended = replace(wave("2025", n=600, outcome="nps"))
    sheets = [*FOUR, recommended]
    register = pl.concat(
        [register_of(FOUR), register_of([recommended], kind="nps")]
    ).unique(("wave", "question_id"), maintain_order=True)  # fmt: skip
    tables = trust(sheets, register, places_of(sheets), (), TERMS, HASH)
    for table in TRUST:
        require_declared(tables[table.name], table, table.name)
    again = trust(list(reversed(sheets)), register, places_of(sheets), (), TERMS, HASH)
    for name, rows in tables.items():
        assert rows.equals(again[name])
    robustness = tables["robustness"]
    assert robustness["wave"].unique().to_list() == ["2025"]
    assert robustness.select("outcome", "driver").rows() == [
        (outcome, driver) for outcome in ("nps", "overall") for driver in ("desk", "shop", "web")
    ]
    told = tables["calibrations"].select("outcome", "target", "held_out").rows()
    assert ("nps", "nps", "respondents") in told
    assert ("overall", "mean", "waves") in told
    assert not [row for row in told if row[:2] == ("overall", "nps")]


def test_drivers_that_waves_do_not_share_leave_no_comparison():
    first = without(without(FOUR[0], "desk"), "web")
    sheets = [first, *FOUR[1:]]
    tables = trust(sheets, register_of(sheets), places_of(sheets), (), TERMS, HASH)
    waves = tables["calibrations"].filter(held_out="waves")
    assert waves["reason"].unique().to_list() == ["few_drivers"]
    assert tables["calibration_points"].filter(held_out="waves").is_empty()
