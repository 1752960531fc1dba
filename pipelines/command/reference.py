"""Write docs/contract.md from the code: ``python -m pipelines.command.reference``.

`make docs` does it; a test fails while the file is not current.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.contract.canonical import CANONICAL, FREE_TEXT, IDENTIFIERS
from pipelines.contract.estimate import MEASURES
from pipelines.contract.registry import published
from pipelines.contract.table import Table
from pipelines.core.params import PROJECT

CONTRACT = PROJECT / "docs" / "contract.md"

INTRODUCTION = """\
# The contract

Made from `pipelines/core/contract.py` and `pipelines/core/estimate.py` by `make docs`; edit those.

Every study is mapped to the same six **canonical tables**, whatever its files look like. What is
published is a handful of small tables, each number with its interval. Times are UTC. A column in
bold is part of the key. A row of a canonical table that lacks a required value goes to quarantine.
"""

CUSTOMERS_NOTE = """\
`customers` also has a column `segment_<name>` for every segment that study.yaml declares.
"""


def reference() -> str:
    """Return the text of docs/contract.md."""
    private = ", ".join(f"`{name}`" for name in sorted(IDENTIFIERS | FREE_TEXT))
    parts = [
        INTRODUCTION,
        "## Canonical tables\n",
        CUSTOMERS_NOTE,
        *map(_section, CANONICAL.values()),
        "## Published tables\n",
        f"Never published: {private}.\n",
        *map(_section, published().values()),
        "## Measures\n",
        _rows(
            ("measure", "from", "to", "unit"),
            (
                (f"`{name}`", f"{low:g}", f"{high:g}", unit)
                for name, (low, high, unit) in MEASURES.items()
            ),
        ),
    ]
    return "\n".join(parts)


def _section(table: Table) -> str:
    """Describe one table: what a row is, and every column."""
    described = (
        (
            f"**`{column.name}`**" if column.name in table.key else f"`{column.name}`",
            f"{column.dtype}".replace(
                "Datetime(time_unit='us', time_zone='UTC')", "Datetime (UTC)"
            ),
            "required" if column.required else "",
            column.meaning + (f": {', '.join(column.values)}" if column.values else ""),
        )
        for column in table.columns
    )
    heading = f"### {table.name}\n\nOne row is {table.row}.\n"
    return f"{heading}\n{_rows(('column', 'type', '', 'meaning'), described)}"


def _rows(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    names = list(heading)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    CONTRACT.write_text(reference(), encoding="utf-8")
