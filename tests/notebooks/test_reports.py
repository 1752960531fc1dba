"""A notebook becomes a page: the same bytes, no network, and a message when a cell fails."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from pipelines import runner
from pipelines.contract import registry
from pipelines.core import params
from pipelines.core.errors import SourceError
from pipelines.core.params import PROJECT
from pipelines.notebooks import rendering, run
from pipelines.notebooks.execution import NotebookError, execute, failure, refuse_warnings
from pipelines.notebooks.page import render

CHART = """\
import altair as alt, os, polars as pl
rows = pl.DataFrame({"wave": ["2016", "2017"], "score": [61.0, 64.5]})
print(os.environ["TOUCHSTONE_STUDY"], os.environ["TZ"])
alt.Chart(rows, title="Scores <rise>").mark_bar().encode(x="wave:N", y="score:Q")
"""


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [new_code_cell(source, id=f"cell{i}") for i, source in enumerate(sources)]
    return new_notebook(cells=[new_markdown_cell("# A tour\n\nof it", id="first"), *cells])


def report_of(study, name: str) -> str:
    return runner.run(registry.step("notebooks"), study, params.read(), name)


def test_a_notebook_becomes_the_same_page_twice_without_network_or_script(
    study, tmp_path, monkeypatch
):
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook(CHART, "rows"), tmp_path / "notebooks" / "01_tour.ipynb")
    monkeypatch.setattr(run, "PROJECT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    report, pages = study.folder / "reports" / "01_tour.html", []
    for _ in range(2):
        assert report_of(study, "01_tour") == "report of 3 cells"
        pages.append(report.read_text())
    assert pages[0] == pages[1]
    page = pages[0]
    assert "<title>A tour</title>" in page
    assert f"{study.folder} UTC" in page
    assert '<img alt="Scores &lt;rise&gt;" src="data:image/svg+xml;base64,' in page
    assert "64.5" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_an_unknown_notebook_is_named_with_the_nearest(study, tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_tour.ipynb").touch()
    monkeypatch.setattr(run, "PROJECT", tmp_path)
    with pytest.raises(SourceError, match=r"got no file; did you mean '01_tour'"):
        report_of(study, "01_tuor")


def test_a_cell_that_fails_is_named_with_its_error():
    with pytest.raises(
        NotebookError,
        match=r"notebooks/tour.ipynb: cell 3: expected no error, got ZeroDivisionError: division",
    ):
        execute(notebook("a = 0", "1 / a"), name="tour", study="sfo", folder=PROJECT)


def test_a_cell_that_warns_is_named():
    warned = notebook("1", "old()")
    warned.cells[2].outputs = [new_output("stream", name="stderr", text="UserWarning: old\n")]
    with pytest.raises(NotebookError, match=r"cell 3: expected no warning, got UserWarning: old;"):
        refuse_warnings(warned, "tour")


def test_a_chart_that_cannot_be_drawn_is_named():
    broken = "import altair as alt\nalt.Chart('x.csv').mark_bar().facet('wave:N', title=None)"
    with pytest.raises(NotebookError, match=r"cell 2: expected no error, got .*for `title`"):
        execute(notebook(broken), name="tour", study="sfo", folder=PROJECT)


def test_a_kernel_that_dies_is_the_fault_of_the_first_unfinished_cell():
    died = notebook("1", "exit()")
    died.cells[1].execution_count = 1
    assert "cell 3: expected no error, got Kernel died" in str(failure(died, "tour", "Kernel died"))


def test_a_notebook_without_a_heading_is_called_by_its_name():
    page = render(new_notebook(cells=[new_code_cell("1", id="a")]), name="02_x<y")
    assert "<title>02_x&lt;y</title>" in page


def test_every_font_of_a_chart_becomes_the_one_that_is_in_the_package():
    spec = {
        "config": {"font": "Inter", "axis": {"labelFont": "Inter", "labelFontSize": 12}},
        "layer": [{"mark": {"type": "text", "font": "Inter"}}],
        "data": {"values": [{"font": "Inter"}]},
    }
    assert rendering.with_font(spec) == {
        "config": {
            "font": "Liberation Sans",
            "axis": {"labelFont": "Liberation Sans", "labelFontSize": 12},
        },
        "layer": [{"mark": {"type": "text", "font": "Liberation Sans"}}],
        "data": {"values": [{"font": "Inter"}]},
    }


def test_a_chart_is_described_by_its_description_or_its_title():
    assert rendering.description({"title": "a"}) == "a"
    assert rendering.description({"title": {"text": ["a", "b"]}}) == "a b"
    assert rendering.description({"title": "a", "description": "c"}) == "c"
    assert rendering.description({}) == "chart"
