"""Sections of the page of data quality: totals, ledger, rules, report, provenance."""

from __future__ import annotations

import base64

import polars as pl
import streamlit as st

from app.core import choices, drawing, evidence, tables
from app.core.bundle import Bundle, data_docs, zipped_docs
from app.core.language import Words, flatten, plain
from pipelines.charts.counts import ledger_bars
from pipelines.contract.code import Vocabulary
from pipelines.contract.rules import CONDITIONS
from pipelines.contract.validate import ON_FAIL


def totals(bundle: Bundle, words: Words) -> None:
    """Draw what became of all rows, a number per canonical table."""
    counted = {t: c for t, c in bundle.manifest["rows"].items() if c["in"]}
    if not counted:
        return
    grid = st.grid(min(len(counted), 3), min_column_width=280, border=True)
    for table, counts in counted.items():
        with grid.cell():
            accepted = words.count(counts["accepted"])
            quarantined = words.count(counts["quarantined"])
            total = words("quality.sum", accepted=accepted, quarantined=quarantined)
            with st.container(gap="xxsmall"):
                st.metric(plain(words.name("table", table)), words.count(counts["in"]))
                evidence.popover(bundle, words, "ledger", {"table": table}, total)


def choose_table(bundle: Bundle, words: Words) -> str | None:
    """The picker of the canonical table; None if no row was read."""
    counts = bundle.manifest["rows"]
    filled = sorted((t for t in counts if counts[t]["in"]), key=lambda t: -counts[t]["in"])
    if not filled:
        return None
    names = {table: words.name("table", table) for table in filled}
    return choices.switch(
        words("quality.pick.table"), "table", filled, filled[0], names.__getitem__
    )


def ledger(bundle: Bundle, words: Words, table: str) -> None:
    """Draw the ledger of a table, file by file."""
    files = bundle.tables["ledger"].filter(pl.col("table") == table)
    st.subheader(words("quality.ledger"))
    st.caption(words("quality.ledger_about"))
    shown = files.with_columns(label=pl.col("source_file").str.strip_prefix("raw/"))
    chart = ledger_bars(
        shown,
        accepted=words("quality.accepted"),
        quarantined=words("quality.quarantined"),
        title=words("quality.rows"),
        total=words.heading("ledger", "rows_in"),
    )
    drawing.draw(chart, words, alt_text=words("quality.ledger"))
    counts = ("lines", "rows_read", "rows_skipped", "rows_in", "rows_accepted", "rows_quarantined")
    tables.show(
        files.select("source_file", *counts),
        words,
        {name: words.heading("ledger", name) for name in ("source_file", *counts)},
        alt_text=words("quality.ledger"),
    )


def rules(bundle: Bundle, words: Words, table: str) -> None:
    """Draw the rules of a table, those that rows broke first."""
    judged = bundle.tables["rules"].filter(pl.col("table") == table)
    st.subheader(words("quality.rules"))
    if judged.is_empty():
        st.info(words("quality.no_rules"), icon=":material/rule:")
        return
    kept = int(judged["success"].sum())
    st.caption(words("quality.rules_about", kept=kept, of=judged.height))
    ordered = judged.sort("n_unexpected", descending=True, nulls_last=True, maintain_order=True)
    shown = ordered.select(
        pl.when("success").then(pl.lit("✓")).otherwise(pl.lit("✗")).alias("success"),
        _said(words, CONDITIONS, ordered["condition"]),
        "n_unexpected",
        "n_rows",
        _said(words, ON_FAIL, ordered["on_fail"]),
        "expectation",
    )
    headings = {name: words.heading("rules", name) for name in shown.columns}
    about = words("quality.rules")
    tables.show(shown, words, headings, alt_text=about, widths={"condition": 430})
    _examples(bundle, words, table, ordered)


def _said(words: Words, vocabulary: Vocabulary, codes: pl.Series) -> pl.Series:
    """The sentences of a column of codes."""
    said = [words.sentence(vocabulary, code) for code in codes]
    return pl.Series(codes.name, said, dtype=pl.String)


def _examples(bundle: Bundle, words: Words, table: str, rules: pl.DataFrame) -> None:
    """Quarantined rows of one rule; the rule is picked among those that have some."""
    examples = bundle.tables["quarantine_examples"].filter(pl.col("table") == table)
    said = dict(zip(rules["rule"], _said(words, CONDITIONS, rules["condition"]), strict=True))
    broken = [rule for rule in said if rule in set(examples["rule"])]
    st.markdown(f"**{words('quality.examples')}**")
    if not broken:
        st.caption(words("quality.no_examples"))
        return
    rule = choices.pick(words("quality.pick.rule"), "rule", broken, broken[0], said.__getitem__)
    columns = ("source_file", "source_row", "got")
    shown = examples.filter(pl.col("rule") == rule).select(*columns)
    headings = {name: words.heading("quarantine_examples", name) for name in columns}
    tables.show(shown, words, headings, alt_text=words("quality.examples"))
    broke = rules.filter(pl.col("rule") == rule)["n_unexpected"][0]
    counts = {"shown": words.count(shown.height), "of": words.count(broke)}
    st.caption(f"{words('quality.examples_about', **counts)} {words('quality.withheld')}")


def docs(bundle: Bundle, words: Words) -> None:
    """Offer the report of Great Expectations, to read and to download."""
    st.subheader(words("quality.docs"))
    pages = data_docs(bundle)
    if not pages:
        st.caption(words("quality.no_docs"))
        return
    st.caption(words("quality.docs_about"))
    st.download_button(
        words("quality.docs_download"),
        lambda: zipped_docs(bundle),
        file_name=f"data_docs_{bundle.study}_{bundle.version}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.expander(words("quality.docs_open"), icon=":material/description:"):
        names = {path: path.removesuffix(".html").rsplit("/", 1)[-1] for path in pages}
        first = next((path for path in pages if path == "index.html"), next(iter(pages)))
        order = [first, *(path for path in pages if path != first)]
        page = st.selectbox(words("quality.pick.page"), order, format_func=names.__getitem__)
        # A data address has an origin of its own: the page cannot reach the app it stands in.
        packed = base64.b64encode(pages[page].encode()).decode("ascii")
        st.iframe(f"data:text/html;charset=utf-8;base64,{packed}", height=640)


def provenance(bundle: Bundle, words: Words) -> None:
    """List what the bundle was made from, and with what."""
    manifest = bundle.manifest
    st.subheader(words("quality.provenance"))
    st.caption(words("quality.provenance_about"))
    facts = {
        words("overview.fresh.bundle"): manifest["bundle"],
        words("quality.code"): manifest["code"][:12],
        words("quality.versions"): ", ".join(f"{k} {v}" for k, v in manifest["versions"].items()),
        words("quality.params"): ", ".join(
            f"{k} {v}" for k, v in flatten(manifest["params"]).items()
        ),
    }
    evidence.listing(facts)
    with st.expander(words("quality.inputs", n=len(manifest["inputs"]))):
        inputs = manifest["inputs"]
        frame = pl.DataFrame({"file": list(inputs), "sha256": list(inputs.values())})
        headings = {"file": words.heading("ledger", "source_file"), "sha256": "SHA-256"}
        tables.show(frame, words, headings, alt_text=words("quality.provenance"))
