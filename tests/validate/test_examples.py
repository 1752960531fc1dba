"""Examples of quarantined rows, for people to look at."""

import polars as pl

from pipelines.validate.examples import examples
from pipelines.validate.verdicts import Verdict

ON_SCALE = Verdict(
    table="responses",
    rule="value_on_scale_max",
    expectation="expect_column_pair_values_a_to_be_greater_than_b",
    columns=("scale_max", "value"),
    condition="answer_on_scale",
    on_fail="quarantine",
    success=False,
    n_rows=9,
    n_unexpected=4,
    by_row=None,
)


def rejected(rows: list[int]) -> pl.LazyFrame:
    """Rows that broke the rule, each with the line of the file it came from."""
    return pl.LazyFrame(
        {
            "value": [7.0 + place for place in range(len(rows))],
            "scale_max": [5.0] * len(rows),
            "source_file": ["raw/survey.csv"] * len(rows),
            "source_row": rows,
            "rules": ["value_on_scale_max"] * len(rows),
        }
    )


def test_a_questionnaire_that_breaks_a_rule_in_every_answer_is_shown_once():
    shown = examples(rejected([3, 3, 3, 8]), [ON_SCALE], "responses", most=5)
    assert shown.select("source_row", "got").rows() == [
        (3, "scale_max=5.0 value=7.0"),
        (8, "scale_max=5.0 value=10.0"),
    ]


def test_no_more_lines_are_shown_than_asked_for():
    shown = examples(rejected([1, 1, 2, 3]), [ON_SCALE], "responses", most=2)
    assert shown["source_row"].to_list() == [1, 2]
