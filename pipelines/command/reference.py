"""docs/contract.md and GLOSSARY.md, derived from the declarations.

`make derive` writes them; a test fails while one is not current.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipelines.contract import registry
from pipelines.contract.canonical import CANONICAL, FREE_TEXT, IDENTIFIERS
from pipelines.contract.code import LANGUAGES, Vocabulary
from pipelines.contract.estimate import BY_NAME
from pipelines.contract.glossary import TERMS
from pipelines.contract.people import Nobody, Of, Own
from pipelines.contract.step import Step
from pipelines.contract.table import TIME, Column, Table
from pipelines.core.params import PROJECT

CONTRACT = PROJECT / "docs" / "contract.md"
GLOSSARY = PROJECT / "GLOSSARY.md"

INTRODUCTION = """\
# The contract

Made from `pipelines/contract/` by `make derive`; edit the declarations there.

Every study is mapped to the same six **canonical tables**, whatever its files look like. What is
published is a handful of small tables, each number with its interval. Times are UTC. A column in
bold is part of the key. A row of a canonical table that lacks a required value goes to quarantine;
a published table that is not as declared here is not written.
"""

CUSTOMERS_NOTE = """\
`customers` also has a column `segment_<name>` for every segment that study.yaml declares.
`responses` have one for every segment that a source of theirs maps: the group of an answer is then
the one it was given in, else the customer's.
"""

WORDS = """\
# Glossary

Made from `pipelines/contract/` by `make derive`. One word for one thing, in code, columns, pages
and texts; a word of a column, a parameter or a code is one of these, or a field's own term.
"""


def reference() -> str:
    """Return the text of docs/contract.md."""
    private = ", ".join(f"`{name}`" for name in sorted(IDENTIFIERS | FREE_TEXT))
    steps = registry.steps().values()
    return "\n".join(
        [
            INTRODUCTION,
            "## Steps\n",
            _rows(("step", "does", "reads", "makes", "parameters"), map(_step, steps)),
            "## Canonical tables\n",
            CUSTOMERS_NOTE,
            *map(_section, CANONICAL.values()),
            "## Published tables\n",
            f"Never published: {private}.\n",
            *map(_section, registry.published().values()),
            "## Measures\n",
            _measures(),
            "## Codes\n",
            *map(_vocabulary, _vocabularies()),
        ]
    )


def glossary() -> str:
    """Return the text of GLOSSARY.md."""
    terms = ((f"**{word}**", meaning) for word, meaning in sorted(TERMS.items()))
    columns = ((f"`{name}`", meaning, where) for name, meaning, where in sorted(_columns()))
    return "\n".join(
        [
            WORDS,
            _rows(("word", "means"), terms),
            "## Columns\n",
            _rows(("column", "means", "in"), columns),
            "## Measures\n",
            _measures(),
        ]
    )


def _columns() -> Iterator[tuple[str, str, str]]:
    """Every column with each of its meanings, and the tables that have it so."""
    where: dict[tuple[str, str], list[str]] = {}
    for table in (*CANONICAL.values(), *registry.published().values()):
        for column in table.columns:
            where.setdefault((column.name, column.meaning), []).append(table.name)
    return ((name, meaning, ", ".join(tables)) for (name, meaning), tables in where.items())


def _step(step: Step) -> tuple[str, ...]:
    listed = (step.reads, registry.outputs(step), sorted(step.settings.paths().values()))
    return (f"`{step.name}`", step.does, *(", ".join(map("`{}`".format, one)) for one in listed))


def _section(table: Table) -> str:
    """Describe one table: what a row is, whom it rests on, and every column."""
    described = (
        (
            f"**`{column.name}`**" if column.name in table.key else f"`{column.name}`",
            "Datetime (UTC)" if column.dtype == TIME else f"{column.dtype}",
            "required" if column.required else "",
            _meaning(column),
        )
        for column in table.columns
    )
    said = [f"One row is {table.row}."]
    if table.people:
        said.append(f"Rests on {', '.join(_people(table))}.")
    if table.empty:
        said.append(f"Without rows if {table.empty[LANGUAGES[0]]}.")
    columns = _rows(("column", "type", "", "meaning"), described)
    return f"### {table.name}\n\n{' '.join(said)}\n\n{columns}"


def _meaning(column: Column) -> str:
    listed = f": {', '.join(column.listed)}" if column.listed else ""
    ends = (column.lowest, column.highest)
    if column.unit == "count" or ends == (None, None):
        return column.meaning + listed
    low, high = ("" if end is None else f"{end:g}" for end in ends)
    return f"{column.meaning}{listed} [{low}, {high}]"


def _people(table: Table) -> Iterator[str]:
    for rests in table.people:
        if isinstance(rests, Nobody):
            yield "nobody: it is about files and rules"
        elif isinstance(rests, Of):
            yield f"the pool of people *{rests.pool.name}*"
        elif isinstance(rests, Own):
            names = rests.size.meta.root_names()
            yield f"the people in {' or '.join(map('`{}`'.format, names))}"


def _measures() -> str:
    found = BY_NAME.values()
    ends = {m.name: ("its scale",) * 2 if m.is_on_scale else (f"{m.lowest:g}", f"{m.highest:g}")
            for m in found}  # fmt: skip
    rows = ((f"`{m.name}`", *ends[m.name], m.unit, m.family) for m in found)
    return _rows(("measure", "from", "to", "unit", "family of its interval"), rows)


def _vocabularies() -> list[Vocabulary]:
    """Every vocabulary of a published table, once."""
    found = [
        column.codes
        for table in registry.published().values()
        for column in table.columns
        if column.codes is not None
    ]
    merged: dict[str, Vocabulary] = {}
    for one in found:
        merged[one.name] = merged[one.name] | one if one.name in merged else one
    return [merged[name] for name in sorted(merged)]


def _vocabulary(one: Vocabulary) -> str:
    rows = ((f"`{code}`", *(said[x] for x in LANGUAGES)) for code, said in one.codes.items())
    return f"### {one.name}\n\n{_rows(('code', *LANGUAGES), rows)}"


def _rows(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table."""
    names = list(heading)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    CONTRACT.write_text(reference(), encoding="utf-8")
    GLOSSARY.write_text(glossary(), encoding="utf-8")
