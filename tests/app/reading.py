"""What a reader sees of a page or a card under AppTest."""

from __future__ import annotations

from typing import Any

import polars as pl
from streamlit.testing.v1 import AppTest

from app.core.bundle import Bundle

KINDS = ("title", "header", "subheader", "caption", "markdown", "info", "warning")


def texts(app: AppTest) -> str:
    """All that a page says outside its charts and tables."""
    return "\n".join(
        element.value.replace("\\", "") for kind in KINDS for element in getattr(app, kind)
    )


def metrics(app: AppTest) -> dict[str, str]:
    """Headline numbers by their label."""
    return {metric.label.replace("\\", ""): metric.value for metric in app.metric}


def charts(app: AppTest) -> list:
    """All charts of a page."""
    return app.get("arrow_vega_lite_chart") + app.get("vega_lite_chart")


def chart_rows(app: AppTest, alt_text: str) -> list[dict[str, Any]]:
    """The rows that the chart of that alternative text draws."""
    chart = next(chart for chart in charts(app) if chart.proto.alt == alt_text)
    drawn = [pl.read_ipc_stream(dataset.data.data) for dataset in chart.proto.datasets]
    return max(drawn, key=len).to_dicts()


def popovers(app: AppTest) -> list[str]:
    """Labels of the buttons that open evidence beside a number."""
    return [block.proto.popover.label.replace("\\", "") for block in app.get("popover")]


def open_card(read: Bundle, table: str, number: int, language: str = "en") -> dict[str, str]:
    """Draw a card alone, and read its table; the title stands under `title`."""

    def page(study: str, table: str, number: int, code: str) -> None:
        from app.core import bundle, evidence, language

        read = bundle.load(study)
        evidence.show(read, language.load(code), table, read.row(table, number))

    given = (read.study, table, number, language)
    app = AppTest.from_function(page, args=given, default_timeout=60).run()
    assert not app.exception, app.exception[0].stack_trace
    facts = app.table[0].value
    said = [app.markdown, app.caption]
    about = " | ".join(e.value.replace("\\", "").strip("*") for kind in said for e in kind)
    return {"title": about} | {
        name.replace("\\", ""): text.replace("\\", "")
        for name, text in zip(facts["fact"], facts["value"], strict=True)
    }
