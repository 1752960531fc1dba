"""Contents: what may be in the folders that a bundle is made from."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.contract.step import Step
from pipelines.core.errors import ContractError, examples
from pipelines.core.study import Study


def require_declared_files(study: Study, steps: Iterable[Step]) -> None:
    """Refuse tables in ``derived/`` that no step declares.

    Raises
    ------
    ContractError
        Naming the first of them.
    """
    places = {place for step in steps for place in step.places}
    found = sorted((study.folder / "derived").glob("*.parquet"))
    foreign = [path.name for path in found if f"derived/{path.stem}" not in places]
    if foreign:
        raise ContractError(
            f"data/{study.name}/derived",
            expected="tables that a step declares",
            got=f"others: {examples(foreign)}",
            todo="declare them in pipelines/contract/, or move them out of the folder",
        )
