"""The code of a step is what it imports and what it loads by name, and nothing else."""

import ast
from pathlib import Path

from pipelines.contract import registry
from pipelines.core.lineage import code_of, imported_by
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


def test_what_one_step_declares_is_an_input_of_that_step_and_of_publish_alone():
    for name in registry.steps():
        declaration = Path(f"pipelines/contract/{name}.py")
        users = {n for n, step in registry.steps().items() if declaration in code_of(step, PROJECT)}
        shared = {"ingest": {"validate"}}  # whose ledger settles what ingest offers
        assert users == {name} | shared.get(name, set()), declaration


def test_imports_inside_functions_and_blocks_are_followed():
    tree = ast.parse(
        "def late():\n    if True:\n        from pipelines.core import store\n"
        "try:\n    import pipelines.core.map\nexcept ImportError:\n    import numpy\n"
    )
    found = set(imported_by(tree, PROJECT))
    assert found == {"pipelines.core", "pipelines.core.store", "pipelines.core.map"}
