"""A number and its interval as a picture small enough for a table's cell."""

from __future__ import annotations

from urllib.parse import quote

from pipelines.charts.theme import ACCENT, BACKDROP, MUTED

WIDTH, HEIGHT = 98, 24  # pixels


def interval_picture(
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    lowest: float,
    highest: float,
    small: bool = False,
) -> str | None:
    """Bar from the lowest value to this one, with the interval as a tick and a line.

    Parameters
    ----------
    value, low, high : float or None
        The estimate and its interval, in the unit of the measure.
    lowest, highest : float
        Ends of the bar's scale.
    small : bool
        Whether it rests on few answers, and is grey.

    Returns
    -------
    str or None
        An SVG as a data URL; it holds numbers only, no text from the data. None without a value.
    """
    if value is None or low is None or high is None:
        return None
    ink = MUTED if small else ACCENT
    at, left, right = (_place(x, lowest, highest) for x in (value, low, high))
    zero = _place(0.0, lowest, highest)
    start, width = min(zero, at), abs(at - zero)
    shapes = (
        f'<rect x="0" y="11" width="{WIDTH}" height="2" fill="{BACKDROP}" opacity=".3"/>'
        f'<rect x="{start:.1f}" y="7" width="{width:.1f}" height="10" fill="{ink}" opacity=".35"/>'
        f'<rect x="{left:.1f}" y="11" width="{right - left:.1f}" height="2" fill="{ink}"/>'
        f'<rect x="{at - 1.25:.1f}" y="5" width="2.5" height="14" fill="{ink}"/>'
    )
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{shapes}</svg>'
    return f"data:image/svg+xml;utf8,{quote(svg)}"


def _place(value: float, lowest: float, highest: float) -> float:
    share = (value - lowest) / (highest - lowest)
    return min(max(share, 0.0), 1.0) * WIDTH
