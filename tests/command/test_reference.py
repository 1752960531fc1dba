"""The documentation of the contract is made from the contract."""

from pipelines.command.reference import CONTRACT, reference
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.registry import published


def test_the_documentation_is_current():
    assert CONTRACT.read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_every_column_of_every_table_is_documented():
    text = reference()
    for table in (*CANONICAL.values(), *published().values()):
        for column in table.columns:
            assert f"`{column.name}`" in text
            assert column.meaning in text
