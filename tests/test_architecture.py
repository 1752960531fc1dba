"""Imports point one way, steps keep to their folders, and DVC knows all a step imports."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT_PACKAGES = ("pipelines", "expectations", "app")
SHARED = ("core", "statistics", "charts")  # what steps may import beside their own folder
APP_READS = ("contract",)  # what the app may know of the pipeline besides its charts
COMMAND = "command"
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
STEPS = sorted(STAGES)
LONGEST_FILE, LONGEST_RUN, LONGEST_FUNCTION = 400, 40, 50
# What only a step's run.py does: everything else is a function of its arguments.
WRITES = {
    ("store", "write"),
    ("store", "sink"),
    ("store", "write_json"),
    ("store", "replacing"),
    ("versions", "draft"),
    ("versions", "settle"),
    ("outputs", "replacing"),
}
SETTINGS = ("params", "load")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


ALL_FILES = [path for package in PROJECT_PACKAGES for path in python_files(package)]


def name_of(path: Path) -> str:
    """Module name of a file: pipelines.core.store."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def file_of(module: str) -> Path | None:
    """File of a module of this project, or None."""
    path = ROOT / module.replace(".", "/")
    if (path / "__init__.py").is_file():
        return path / "__init__.py"
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else None


def imported_by(tree: ast.AST) -> Iterator[str]:
    """Names of this project's modules that code imports, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            module = node.module or ""
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (n for n in names if n.split(".")[0] in PROJECT_PACKAGES and exists(n))


def exists(module: str) -> bool:
    return file_of(module) is not None or (ROOT / module.replace(".", "/")).is_dir()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(imported_by(tree_of(path)))


def reachable(modules: set[str]) -> set[Path]:
    """Files that modules load, their packages and all they import included."""
    found: set[Path] = set()
    waiting = set(modules)
    while waiting:
        module = waiting.pop()
        parents = [module.rsplit(".", n)[0] for n in range(module.count(".") + 1)]
        files = {file for name in parents if (file := file_of(name))} - found
        found |= files
        waiting |= {name for file in files for name in imports(file)}
    return found


def part(module: str) -> str:
    """Folder below pipelines/ that a module belongs to; empty if it is none."""
    package, _, rest = module.partition(".")
    return rest.split(".")[0] if package == "pipelines" else ""


@pytest.mark.parametrize("path", python_files("pipelines"), ids=name_of)
def test_imports_point_one_way(path):
    own = part(name_of(path))
    for module in imports(path):
        assert not module.startswith("app"), f"{name_of(path)} imports the app"
        other = part(module)
        if own == COMMAND or not other:
            continue
        allowed = {"core"} if own in ("core", "statistics") else {*SHARED, own}
        if own == "charts":
            allowed = {"core", "charts"}
        assert other in {own, *allowed}, f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("path", python_files("expectations"), ids=name_of)
def test_suites_know_the_contract_and_nothing_else(path):
    for module in imports(path):
        assert module.startswith("expectations") or part(module) in ("", "core"), module


def app_folder(module: str) -> str:
    """Folder of the app that a module belongs to: app.core, or that of a page."""
    names = module.split(".")
    return ".".join(names[:3] if names[1:2] == ["views"] else names[:2])


@pytest.mark.parametrize("path", python_files("app"), ids=name_of)
def test_the_app_knows_the_bundle_and_the_charts_and_pages_know_app_core(path):
    own = app_folder(name_of(path))
    for module in imports(path):
        if module.startswith("app."):
            assert app_folder(module) in (own, "app.core"), f"{name_of(path)} imports {module}"
        else:
            assert part(module) in ("", "charts", *APP_READS), f"{name_of(path)} imports {module}"


@pytest.mark.parametrize("step", STEPS)
def test_every_stage_is_a_step_of_that_name(step):
    assert STAGES[step]["cmd"].startswith(f"python -m pipelines.{step}.run ")
    assert (ROOT / "pipelines" / step / "run.py").is_file()


def notebook_imports(stage: dict) -> set[str]:
    """Modules that the notebooks of a stage import."""
    reports = yaml.safe_load((ROOT / "params.yaml").read_text())["reports"]
    if "report" not in stage.get("matrix", {}):
        return set()
    found: set[str] = set()
    for report in reports:
        path = ROOT / "notebooks" / f"{report['notebook']}.ipynb"
        cells = json.loads(path.read_text())["cells"] if path.is_file() else []
        for cell in cells:
            if cell["cell_type"] == "code":
                found |= set(imported_by(ast.parse("".join(cell["source"]))))
    return found


@pytest.mark.parametrize("step", STEPS)
def test_dvc_knows_all_a_step_imports(step):
    stage = STAGES[step]
    deps = [ROOT / dep for dep in stage["deps"] if "$" not in dep]
    used = reachable({f"pipelines.{step}.run"} | notebook_imports(stage))
    unknown = sorted(
        file.relative_to(ROOT).as_posix()
        for file in used
        if not any(file == dep or dep in file.parents for dep in deps)
    )
    assert not unknown, f"add to deps of {step} in dvc.yaml: {unknown}"


@pytest.mark.parametrize("step", STEPS)
def test_every_dependency_on_code_exists(step):
    missing = [dep for dep in STAGES[step]["deps"] if "$" not in dep and not (ROOT / dep).exists()]
    assert not missing


def calls(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Calls of the form name.attribute(...)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            value = node.func.value
            yield (value.id if isinstance(value, ast.Name) else ""), node.func.attr


@pytest.mark.parametrize("step", STEPS)
def test_only_run_writes_tables_and_reads_parameters(step):
    for path in python_files(f"pipelines/{step}"):
        if path.name != "run.py":
            found = set(calls(tree_of(path))) & {*WRITES, SETTINGS}
            assert not found, f"{name_of(path)}: {found}"


@pytest.mark.parametrize("step", STEPS)
def test_run_is_short(step):
    lines = (ROOT / "pipelines" / step / "run.py").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= LONGEST_RUN


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_files_and_functions_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno - docstring_lines(node)
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def docstring_lines(function: ast.FunctionDef) -> int:
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return (first.end_lineno or 0) - first.lineno + 1
    return 0


@pytest.mark.parametrize("path", ALL_FILES, ids=name_of)
def test_no_error_is_swallowed(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            assert caught not in ("Exception", "BaseException", "everything")
