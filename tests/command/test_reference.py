"""What repeats a declaration is derived from it, and current."""

from pipelines.command.reference import CONTRACT, GLOSSARY, glossary, reference
from pipelines.command.stages import PIPELINE_FILE, pipeline
from pipelines.contract.canonical import CANONICAL
from pipelines.contract.registry import published


def test_the_documentation_is_current():
    assert CONTRACT.read_text(encoding="utf-8") == reference(), "run `make derive`"


def test_the_glossary_is_current():
    assert GLOSSARY.read_text(encoding="utf-8") == glossary(), "run `make derive`"


def test_the_stages_are_current():
    assert PIPELINE_FILE.read_text(encoding="utf-8") == pipeline(), "run `make derive`"


def test_every_column_of_every_table_is_documented():
    text = reference()
    for table in (*CANONICAL.values(), *published().values()):
        for column in table.columns:
            assert f"`{column.name}`" in text
            assert column.meaning in text
