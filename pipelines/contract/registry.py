"""Registry: all steps and tables that are declared, found by looking."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from pipelines import contract
from pipelines.contract.code import DeclarationError
from pipelines.contract.step import Step
from pipelines.contract.table import Table


def step(name: str) -> Step:
    """Return the declaration of one step, and load no other.

    Raises
    ------
    DeclarationError
        If nothing is declared under that name.
    """
    try:
        found: Step = import_module(f"{contract.__name__}.{name}").STEP
    except (ModuleNotFoundError, AttributeError) as error:
        raise DeclarationError(
            f"step {name}: expected a constant STEP in pipelines/contract/{name}.py, got {error}; "
            "declare it there"
        ) from error
    return found


@cache
def steps() -> dict[str, Step]:
    """All declared steps, each after those whose output it reads.

    >>> list(steps())[-1]
    'notebooks'
    """
    modules = sorted(info.name for info in pkgutil.iter_modules(contract.__path__))
    found = [
        module.STEP
        for module in (import_module(f"{contract.__name__}.{name}") for name in modules)
        if hasattr(module, "STEP")
    ]
    ordered: dict[str, Step] = {}
    while len(ordered) < len(found):
        ready = [
            one
            for one in found
            if one.name not in ordered
            and not any(_feeds(other, one) for other in found if other.name not in ordered)
        ]
        if not ready:
            rest = sorted({one.name for one in found} - ordered.keys())
            raise DeclarationError(
                f"steps {', '.join(rest)}: expected data that flow one way, got a circle; "
                "see what they read and write"
            )
        ordered |= {one.name: one for one in ready}
    return ordered


def outputs(one: Step) -> tuple[str, ...]:
    """Files and folders of a study that a step makes."""
    return (*(f"derived/{table.name}" for table in one.writes), *one.fills, *one.keeps)


def _feeds(maker: Step, reader: Step) -> bool:
    """Whether one step reads what another makes; a folder stands for all that is in it."""
    if maker is reader:
        return False
    return any(
        read == made or read.startswith(f"{made}/") or made.startswith(f"{read}/")
        for read in reader.reads
        for made in outputs(maker)
    )


@cache
def places() -> dict[str, Table]:
    """All tables that are published, by where they stand, in the order of their steps.

    Raises
    ------
    DeclarationError
        If two steps declare a table of one name.
    """
    found: dict[str, Table] = {}
    for one in steps().values():
        for place, table in one.published.items():
            if table.name in {known.name for known in found.values()}:
                raise DeclarationError(
                    f"table {table.name}: expected one step to write it, got another, {one.name}; "
                    "give it a name of its own"
                )
            found[place] = table
    return found


def published() -> dict[str, Table]:
    """All tables that are published, by name."""
    return {table.name: table for table in places().values()}


def upstream(name: str) -> list[Step]:
    """The steps that lead to a step, and itself, for any study; in order.

    >>> [step.name for step in upstream("validate")]
    ['ingest', 'validate']
    """
    wanted = {name}
    for one in reversed(steps().values()):
        if one.only is None and any(_feeds(one, steps()[later]) for later in wanted):
            wanted.add(one.name)
    return [one for one in steps().values() if one.name in wanted]
