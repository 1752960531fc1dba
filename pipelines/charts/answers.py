"""How the answers to one question are spread, and why some are missing."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import polars as pl

from pipelines.charts.estimates import Wording, interval_text, picked, tooltip, value_axis
from pipelines.charts.theme import LIKERT, REASON_COLOURS


def answer_distribution(
    shares: pl.DataFrame,
    *,
    periods: Sequence[str],
    answers: Sequence[str],
    reasons: Sequence[str],
    title: str,
    number: str = ".1f",
    wording: Wording = Wording(),  # noqa: B008  (frozen)
    picks: bool = False,
) -> alt.Chart:
    """One stacked bar per wave: the answers from worst to best, then why there is none.

    Parameters
    ----------
    shares : DataFrame
        Rows of the table distributions: ``wave``, ``answer`` (as it is to be read), ``value``
        (percent), ``low``, ``high``, ``n``; also ``row`` if `picks`.
    periods : sequence of str
        All waves, in order; those without rows are left out.
    answers, reasons : sequence of str
        The answers from worst to best, and the reasons for a missing one, as in ``answer``.
    """
    order = [*answers, *reasons]
    place = pl.col("answer").replace_strict(order, list(range(len(order))), return_dtype=pl.Int64)
    when = pl.col("wave").replace_strict(list(periods), list(range(len(periods))))
    frame = shares.with_columns(place=place).sort(when, "place")
    shown = frame["wave"].unique(maintain_order=True).to_list()
    base = alt.Chart(frame, height=max(34 * len(shown), 34)).transform_calculate(
        interval=interval_text(number)
    )
    tips = [alt.Tooltip("answer:N", title=""), *tooltip("wave", "", number, wording)]
    colours = alt.Scale(domain=order, range=[*ramp(len(answers)), *REASON_COLOURS[: len(reasons)]])
    bars: alt.Chart = base.mark_bar(height=22, cornerRadiusEnd=0).encode(
        x=alt.X(
            "value:Q",
            stack="zero",
            title=title,
            axis=value_axis(number, grid=False),
            scale=alt.Scale(nice=False),
        ),
        y=alt.Y("wave:O", sort=shown, title=None, axis=alt.Axis(grid=False)),
        color=alt.Color(
            "answer:N", scale=colours, legend=alt.Legend(title=None, columns=3, columnPadding=10)
        ),
        order=alt.Order("place:Q"),
        tooltip=tips,
    )
    return picked(bars) if picks else bars


def ramp(steps: int) -> list[str]:
    """Colours from worst to best, of any number of answers.

    >>> ramp(5) == list(LIKERT)
    True
    """
    if steps == 1:
        return [LIKERT[-1]]
    last = len(LIKERT) - 1
    return [_between(place * last / (steps - 1)) for place in range(steps)]


def _between(position: float) -> str:
    lower = min(int(position), len(LIKERT) - 2)
    share = position - lower
    low, high = _channels(LIKERT[lower]), _channels(LIKERT[lower + 1])
    mixed = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{channel:02X}" for channel in mixed)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
