"""A report: an executed notebook as one HTML page that needs nothing else."""

from __future__ import annotations

from html import escape

import nbformat
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.55 "Source Sans 3", system-ui, sans-serif; color: #1b2430; background: #fff;
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; margin: 2rem 0 .5rem; }
img, svg { max-width: 100%; height: auto; }
pre { overflow-x: auto; font-size: .85rem; line-height: 1.45; margin: 0; }
.input { background: #f6f7f9; border-radius: 6px; padding: .6rem .9rem; margin: 1rem 0 .5rem; }
.output { overflow-x: auto; margin: .5rem 0 1.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #e7eaee; text-align: right; }
"""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}{colours}</style>
</head>
<body>
{body}
</body>
</html>
"""


def render(notebook: nbformat.NotebookNode, *, name: str) -> str:
    """Turn an executed notebook into a page; the same notebook gives the same text.

    Parameters
    ----------
    notebook : NotebookNode
        With its outputs.
    name : str
        Title of the page if the notebook has no heading.
    """
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    body, _ = exporter.from_notebook_node(notebook)
    colours = HtmlFormatter().get_style_defs(".highlight")
    return PAGE.format(
        title=escape(heading(notebook) or name), style=STYLE, colours=colours, body=body
    )


def heading(notebook: nbformat.NotebookNode) -> str:
    """Return the notebook's first heading; empty if it has none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return str(line.removeprefix("# ").strip())
    return ""
