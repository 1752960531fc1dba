"""Imports point one way, every room keeps to its work, and a name stands for one thing."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

from pipelines.contract import registry
from pipelines.contract.glossary import INSTEAD
from pipelines.core.lineage import file_of, imports_of

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE, LONGEST_RUN, LONGEST_FUNCTION = 400, 40, 50  # lines

# Room -> the rooms below it that it may use. Steps use all that is shared, and no other step.
SHARED = {
    "contract": set(),
    "core": {"contract"},
    "statistics": {"contract", "core"},
    "charts": {"contract", "core"},
    "estimates": {"contract", "core", "statistics"},
    "importance": {"contract", "core", "statistics"},
    "outcomes": {"contract", "core", "statistics", "importance"},
    "decisions": {"contract", "core", "statistics"},
}
STEPS = registry.steps()
ABOVE = {"command", "runner"}  # know everything below
# What only the runner does, and the steps that fill folders or keep files of their own.
WRITES = {
    ("store", "write"),
    ("store", "sink"),
    ("store", "write_json"),
    ("store", "replacing"),
    ("versions", "draft"),
    ("versions", "settle"),
    ("outputs", "replacing"),
    ("params", "read"),
}
# Names that every module of a kind has, by which it is found.
FOUND_BY_NAME = {"STEP", "PAGE", "SUITE", "CARDS"}


@cache
def files(*folders: str) -> tuple[Path, ...]:
    return tuple(path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Module name of a file: pipelines.core.store."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """Folder below pipelines/ that a module belongs to; empty if it is none."""
    package, _, rest = module.partition(".")
    return rest.split(".")[0] if package == "pipelines" else ""


def test_imports_point_one_way():
    wrong = []
    for path in files("pipelines"):
        own = room(name_of(path))
        if own in ABOVE or not own:
            continue
        allowed = {own, *SHARED.get(own, SHARED)}
        wrong += [
            f"{name_of(path)} imports {module}"
            for module in imports_of(path, ROOT)
            if module.split(".")[0] == "app" or (room(module) and room(module) not in allowed)
        ]
    assert not wrong


def test_suites_know_the_contract_and_the_app_what_it_draws_and_evaluates_besides():
    allowed = {"expectations": {"", "contract"}, "app": {"", "contract", "charts", "decisions"}}
    wrong = [
        f"{name_of(path)} imports {module}"
        for package, rooms in allowed.items()
        for path in files(package)
        for module in imports_of(path, ROOT)
        if not module.startswith(package) and (room(module) not in rooms or module == "pipelines")
    ]
    assert not [line for line in wrong if not line.endswith("imports pipelines")]


def test_no_modules_import_each_other_in_a_circle():
    graph = {
        path: {found for name in imports_of(path, ROOT) if (found := file_of(name, ROOT))}
        for path in files("pipelines", "expectations", "app")
    }
    # A package's __init__ hands on names of its modules, which is no circle.
    for path in graph:
        graph[path] -= {path} | {file for file in graph[path] if file.name == "__init__.py"}
    left = dict(graph)
    while free := [path for path, needs in left.items() if not needs & left.keys()]:
        for path in free:
            del left[path]
    assert not sorted(map(name_of, left))


def test_every_step_has_a_folder_a_declaration_and_a_short_run():
    for name in STEPS:
        lines = (ROOT / "pipelines" / name / "run.py").read_text().splitlines()
        assert len([line for line in lines if line.strip()]) <= LONGEST_RUN, name
    folders = {path.parent.name for path in (ROOT / "pipelines").glob("*/run.py")}
    assert folders == set(STEPS)


def test_only_the_run_of_a_step_writes():
    wrong = [
        f"{name_of(path)}: {'.'.join(call)}"
        for name in STEPS
        for path in files(f"pipelines/{name}")
        if path.name != "run.py"
        for call in calls(tree_of(path)) & WRITES
    ]
    assert not wrong


def calls(tree: ast.AST) -> set[tuple[str, str]]:
    """Calls of the form name.attribute(...)."""
    return {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }


def test_files_and_functions_are_short_and_swallow_no_error():
    wrong = []
    for path in files("pipelines", "expectations", "app"):
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE:
            wrong.append(f"{name_of(path)} is long")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef) and length(node) > LONGEST_FUNCTION:
                wrong.append(f"{name_of(path)}.{node.name} is long")
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "everything"
                if caught in ("Exception", "BaseException", "everything"):
                    wrong.append(f"{name_of(path)}:{node.lineno} catches {caught}")
    assert not wrong


def length(function: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    first, lines = function.body[0], (function.end_lineno or 0) - function.lineno
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def test_a_name_stands_for_one_thing():
    constants, classes = defaultdict(set), defaultdict(set)
    for path in files("pipelines", "expectations", "app"):
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                classes[node.name].add(name_of(path))
            for name in assigned(node):
                constants[name].add(name_of(path))
    twice = {
        name: sorted(where)
        for name, where in (*constants.items(), *classes.items())
        if len(where) > 1 and name not in FOUND_BY_NAME and not name.startswith("_")
    }
    assert not twice


def assigned(node: ast.stmt) -> list[str]:
    """Constants that a statement of a module defines."""
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:
        targets = node.targets if isinstance(node, ast.Assign) else []
    elements = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return [e.id for e in elements if isinstance(e, ast.Name) and e.id.isupper()]


def test_columns_and_parameters_use_the_words_of_the_glossary():
    words = [column for table in registry.published().values() for column in table.schema]
    words += [path for step in STEPS.values() for path in step.settings.paths().values()]
    assert not [word for word in words if any(old in word for old in INSTEAD)]
