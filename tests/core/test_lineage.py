"""The code of a step is what it imports and what it loads by name, and nothing else."""

from pathlib import Path

from pipelines.contract import registry
from pipelines.core.lineage import code_of
from pipelines.core.params import PROJECT


def test_the_suites_of_canonical_tables_do_not_hang_on_what_later_steps_declare():
    code = code_of(registry.step("validate"), PROJECT)
    assert {Path("expectations/responses.py"), Path("expectations/rules.py")} <= code
    assert Path("expectations/bundle.py") not in code
    declared = {path.stem for path in code if path.parts[:2] == ("pipelines", "contract")}
    assert declared.isdisjoint({"driver_codes", "drivers", "estimate", "measure"})


def test_publish_hangs_on_the_rules_that_go_beyond_a_published_table_s_declaration():
    code = code_of(registry.step("publish"), PROJECT)
    assert Path("expectations/published/driver_models.py") in code
    assert Path("expectations/responses.py") not in code
