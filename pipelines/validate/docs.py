"""Data Docs: the results of Great Expectations as pages, by its own renderers and templates.

Its site builder is not used. Its pages carry times, paths and random ids, so that no two
are the same, and load styles and scripts from eleven addresses; these stand alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from great_expectations.core import ExpectationSuiteValidationResult
from great_expectations.render import (
    RenderedDocumentContent,
    RenderedHeaderContent,
    RenderedSectionContent,
    RenderedStringTemplateContent,
    RenderedTableContent,
)
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from pipelines.validate.judge import Judgement

FRONT_PAGE = "index.html"
_MARK = {True: "fa-check-circle text-success", False: "fa-times text-danger"}


def pages(study: str, judged: Mapping[str, Judgement]) -> dict[str, str]:
    """Render one page per table, and an index.

    Parameters
    ----------
    judged : mapping
        Table -> its judgement, whose result holds no values of the data.

    Returns
    -------
    dict
        File name -> HTML. The same results give the same text.
    """
    results = {table: judgement.result for table, judgement in judged.items()}
    view = DefaultJinjaPageView(custom_views_directory=str(Path(__file__).parent))
    rendered = {
        f"{table}.html": _html(view, _table_page(f"{study}: {table}", result), back=FRONT_PAGE)
        for table, result in results.items()
    }
    return {FRONT_PAGE: _html(view, _index_page(study, results)), **rendered}


def _html(
    view: DefaultJinjaPageView, document: RenderedDocumentContent, back: str | None = None
) -> str:
    numbers = count(1)  # instead of random ids
    view.env.filters["generate_html_element_uuid"] = lambda prefix: f"{prefix}{next(numbers)}"
    text: str = view.render(document, template="data_docs.j2", back=back)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _table_page(title: str, result: ExpectationSuiteValidationResult) -> RenderedDocumentContent:
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(result)
    overview, *columns, _run_info = document.sections
    overview.content_blocks[0] = _heading(title, result.success)
    return RenderedDocumentContent(sections=[overview, *columns], page_title=title)


def _index_page(
    study: str, results: Mapping[str, ExpectationSuiteValidationResult]
) -> RenderedDocumentContent:
    title = f"{study}: validated tables"
    rows = [
        [_link(table), _mark(result.success), *_counts(result)] for table, result in results.items()
    ]
    table = RenderedTableContent(
        header_row=["Table", "", "Expectations", "Met", "Not met"], table=rows
    )
    success = all(result.success for result in results.values())
    section = RenderedSectionContent(content_blocks=[_heading(title, success), table])
    return RenderedDocumentContent(sections=[section], page_title=title)


def _counts(result: ExpectationSuiteValidationResult) -> list[str]:
    statistics = result.statistics
    names = ("evaluated_expectations", "successful_expectations", "unsuccessful_expectations")
    return [str(statistics[name]) for name in names]


def _heading(title: str, success: bool | None) -> RenderedHeaderContent:
    said = "every expectation is met" if success else "some expectations are not met"
    return RenderedHeaderContent(header=_text(title, "h5"), subheader=_text(said))


def _text(text: str, tag: str = "span") -> RenderedStringTemplateContent:
    return RenderedStringTemplateContent(
        string_template={"template": "$text", "params": {"text": text}, "tag": tag}
    )


def _link(table: str) -> RenderedStringTemplateContent:
    href: dict[str, Any] = {"tag": "a", "attributes": {"href": f"{table}.html"}}
    return RenderedStringTemplateContent(
        string_template={
            "template": "$table",
            "params": {"table": table},
            "styling": {"params": {"table": href}},
        }
    )


def _mark(success: bool | None) -> RenderedStringTemplateContent:
    classes = ["fas", *_MARK[bool(success)].split()]
    return RenderedStringTemplateContent(
        string_template={
            "template": "$mark",
            "params": {"mark": ""},
            "styling": {"params": {"mark": {"tag": "i", "classes": classes}}},
        }
    )
