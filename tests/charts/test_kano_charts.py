"""Charts of Kano: what they draw, odd labels, and nothing."""

from __future__ import annotations

import altair as alt
import polars as pl
import pytest

from pipelines.charts.kano import (
    category_bars,
    class_probabilities,
    gaps_and_importance,
    gate_dots,
    penalties_and_rewards,
)
from pipelines.contract.kano_codes import FEATURE_CATEGORIES, GATES, KANO_CLASSES
from tests.app import tiny_kano
from tests.charts.reading_charts import picks, rows_of

ODD = "</script>\"'\\ `x` {{y}} <b>Ä</b> datum.value % 日本"
CLASSES = {code: said["en"] for code, said in KANO_CLASSES.codes.items()}
CATEGORIES = {code: said["en"] for code, said in FEATURE_CATEGORIES.codes.items()}
STATES = [said["en"] for said in GATES.codes.values()]


def of_everybody(name: str) -> pl.DataFrame:
    table = tiny_kano.tables()[name].with_row_index("row").filter(segment="all")
    return table.with_columns(label=pl.col("feature" if name == "kano_answers" else "driver"))


def asymmetries() -> pl.DataFrame:
    rows = of_everybody("asymmetry").filter(outcome="recommend").drop_nulls("penalty")
    return rows.with_columns(class_text=pl.lit("Basic (90%)"))


def bars(frame: pl.DataFrame) -> alt.LayerChart:
    return penalties_and_rewards(
        frame, title="Points", penalty="Penalty", reward="Reward", beside="Class", picks=True
    )


def dots(frame: pl.DataFrame) -> alt.LayerChart:
    told = frame.with_columns(gate_text=pl.lit("holds"))
    return gate_dots(told, title="Share", minimum="Minimum", states=STATES, picks=True)


def gaps(frame: pl.DataFrame) -> alt.LayerChart:
    return gaps_and_importance(frame, across="Importance", up="Gap", picks=True)


def with_importance() -> pl.DataFrame:
    rows = [row for row in tiny_kano.gaps() if row["measure"] == "gap" and row["segment"] == "all"]
    frame = pl.DataFrame(rows).with_row_index("row").filter("weighted")
    return frame.with_columns(
        label="touchpoint_id", importance=20.0, importance_low=15.0, importance_high=25.0
    )


CHARTS = {
    "penalties and rewards": (bars, asymmetries),
    "classes": (
        lambda f: class_probabilities(f, classes=CLASSES, title="p", picks=True),
        asymmetries,
    ),
    "gates": (dots, lambda: of_everybody("gates")),
    "gaps": (gaps, with_importance),
    "features": (
        lambda f: category_bars(f, categories=CATEGORIES, title="Share", picks=True),
        lambda: of_everybody("kano_answers"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHARTS)
def test_a_click_picks_the_row_of_the_table(name):
    draw, rows = CHARTS[name]
    chart = draw(rows())
    assert len(picks(chart)) == 1
    drawn = rows_of(chart, 1 if name == "gaps" else 0)  # the first of gaps is the line at 0
    assert {row["row"] for row in drawn} == set(rows()["row"])


@pytest.mark.parametrize("name", CHARTS)
def test_labels_may_hold_anything(name):
    draw, rows = CHARTS[name]
    odd = rows().with_columns(label=pl.format("{} {}", pl.lit(ODD), "label"))
    assert draw(odd).to_dict()


def test_a_driver_has_its_penalty_and_its_reward_with_their_intervals():
    found = rows_of(bars(asymmetries()))
    parking = {row["side"]: row for row in found if row["label"] == "parking_rating"}
    assert parking["Penalty"]["value"] == pytest.approx(1.4 * -14)
    assert parking["Penalty"]["low"] < parking["Penalty"]["value"] < parking["Penalty"]["high"]
    assert parking["Reward"]["value"] == pytest.approx(1.4 * 2)


def test_a_driver_without_asymmetry_still_has_its_bars():
    labels = {row["label"] for row in rows_of(bars(asymmetries()))}
    assert "signs_rating" in labels


def test_probabilities_and_shares_of_a_row_fill_it():
    classes = rows_of(class_probabilities(asymmetries(), classes=CLASSES, title="p"))
    shares = rows_of(category_bars(of_everybody("kano_answers"), categories=CATEGORIES, title="s"))
    for rows, whole in ((classes, 1.0), (shares, 100.0)):
        for label in {row["label"] for row in rows}:
            assert sum(r["value"] for r in rows if r["label"] == label) == pytest.approx(whole)
