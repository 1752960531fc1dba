"""Kano of any table: against the step's own way, columns by name, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from pipelines.core.errors import ContractError
from pipelines.kano import kano
from tests.kano.rated_populations import KnownSlopes, rated

TRUE = KnownSlopes(np.array([-20.0, -4.0, -12.0]), np.array([4.0, 18.0, 11.0]))
DRIVERS = ["desk", "page", "line"]
ASKED = {"scale": (1, 5), "min_level_n": 30, "replicates": 200}


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    answers = rated(3_000, TRUE, np.random.default_rng(1), unanswered=0.03)
    rating = 1 + answers.rating / 25
    return pl.DataFrame(
        {
            **{name: rating[:, k] for k, name in enumerate(DRIVERS)},
            **{f"used {name}": answers.used[:, k] for k, name in enumerate(DRIVERS)},
            "liked": answers.outcome,
            "w": answers.weight,
            "who": [f"c{i // 2}" for i in range(3_000)],
        }
    )


ROUTED = {name: f"used {name}" for name in DRIVERS}


def ask(frame, **changed):
    asked = {**ASKED, "routed": ROUTED, "missing": "em", "weights": "w",
             "rng": np.random.default_rng(7)} | changed  # fmt: skip
    return kano(frame, "liked", DRIVERS, **asked)


def test_classes_of_a_table_are_the_true_ones(table):
    found = ask(table)
    assert found["driver"].to_list() == DRIVERS
    assert found["kano_class"].to_list() == ["basic", "excitement", "performance"]
    for row, there in zip(found.to_dicts(), TRUE.asymmetry, strict=True):
        assert row["low"] < there < row["high"]
        assert min(row["n_low"], row["n_middle"], row["n_high"]) >= 30


def test_blanks_are_refused_dropped_or_filled(table):
    with pytest.raises(ContractError, match="expected no blanks"):
        ask(table, missing="error")
    listwise, filled = ask(table, missing="listwise"), ask(table)
    assert listwise["n"][0] < filled["n"][0] == table.height
    assert filled["reward"].to_list() == pytest.approx(listwise["reward"].to_list(), abs=2.0)


def test_other_tables_weights_and_clusters_are_read_alike(table):
    plain = ask(table)
    assert ask(table.lazy()).equals(plain)
    assert ask(pd.DataFrame(table.to_dict(as_series=False))).equals(plain)
    clustered = ask(table, cluster="who", weights=None)
    assert clustered["penalty"].to_list() != plain["penalty"].to_list()


def test_scales_may_differ(table):
    seven = table.with_columns(page=1 + (pl.col("page") - 1) * 1.5)
    found = ask(seven, scale={"desk": (1, 5), "page": (1, 7), "line": (1, 5)})
    assert found.select("driver", "penalty").equals(ask(table).select("driver", "penalty"))


def test_a_driver_without_enough_answers_at_a_level_has_a_reason(table):
    capped = table.with_columns(desk=pl.min_horizontal("desk", pl.lit(3.0)))
    row = ask(capped).row(0, named=True)
    assert row["reason"] == "few_high?n=0&least=30"
    assert row["reward"] is None
    assert row["kano_class"] is None


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scale": (1, 4)}, r"ratings of desk from 1 to 4, got 5\.0"),
        ({"missing": "pairwise"}, "one of 'error', 'listwise', 'em', got 'pairwise'"),
        ({"routed": {"dsk": "used desk"}}, "drivers in routed, got 'dsk'"),
        ({"confounders": ["w"]}, "each column once, got 'w'"),
        ({"confounders": ["nobody"]}, "columns of the frame, got 'nobody'"),
    ],
)
def test_what_it_cannot_read_is_refused(table, changed, words):
    with pytest.raises(ContractError, match=words):
        ask(table, **changed)


def test_text_is_no_rating(table):
    with pytest.raises(ContractError, match="numeric columns, got 'desk: String'"):
        ask(table.with_columns(pl.col("desk").cast(pl.String)))
