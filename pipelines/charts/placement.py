"""Where the names of points stand on a map, so that they hide nothing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

LETTER_WIDTH, NAME_HEIGHT, GAP_TO_POINT = (
    6.4,
    15.0,
    9.0,
)  # width of a letter, height of a line, distance from the point
POINT_RADIUS = 5.0  # half the width of a point
COST_OF_DISTANCE = (
    40.0  # what a place further away costs, in square pixels of a name that is hidden
)
COST_OF_OUTSIDE = 3.0  # how much worse a name is beyond the plot than over another name

Box = tuple[float, float, float, float]  # left, bottom, right, top
Span = tuple[float, float]  # lowest and highest value of an axis

_BESIDE = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
PLACES = (*_BESIDE, (0, 2), (0, -2), (1, 2), (-1, 2), (1, -2), (-1, -2))  # the nearest first


def with_names(
    points: pl.DataFrame,
    spans: tuple[Span, Span],
    size: tuple[float, float],
    reserved: Sequence[Box] = (),
) -> pl.DataFrame:
    """Find a place for the name of every point where it hides no other.

    Greedy: a name takes the place around its point that overlaps least with points, names that
    are placed already, what is reserved, and the border of the plot; of equal ones the nearest.

    Parameters
    ----------
    points : DataFrame
        ``label``, ``x``, ``y`` in the units of the axes.
    spans : pair of pairs
        Ends of both axes.
    size : pair of float
        Width and height of the plot in pixels.
    reserved : sequence of boxes
        Left, bottom, right and top of what else is on the plot, in the units of the axes.

    Returns
    -------
    DataFrame
        `points` with ``name_x``, ``name_y`` in the units of the axes, and ``align``.
    """
    scales = [long / (high - low) for long, (low, high) in zip(size, spans, strict=True)]
    lows = [low for low, _ in spans]

    def pixels(x: float, y: float) -> tuple[float, float]:
        return (x - lows[0]) * scales[0], (y - lows[1]) * scales[1]

    at = [pixels(x, y) for x, y in points.select("x", "y").rows()]
    taken: list[Box] = [(*pixels(*box[:2]), *pixels(*box[2:])) for box in reserved]
    taken += [
        (x - POINT_RADIUS, y - POINT_RADIUS, x + POINT_RADIUS, y + POINT_RADIUS) for x, y in at
    ]
    found = []
    for (x, y), label in zip(at, points["label"], strict=True):
        left, bottom, box, align = _best(x, y, LETTER_WIDTH * len(label), size, taken)
        taken.append(box)
        found.append((left / scales[0] + lows[0], bottom / scales[1] + lows[1], align))
    schema = {"name_x": pl.Float64, "name_y": pl.Float64, "align": pl.String}
    return points.hstack(pl.DataFrame(found, schema=schema, orient="row"))


def _best(
    x: float, y: float, width: float, size: tuple[float, float], taken: Sequence[Box]
) -> tuple[float, float, Box, str]:
    """The place around a point where a name of that width hides least."""

    def cost(place: tuple[int, int]) -> float:
        box = _beside(x, y, width, place)[2]
        return _hidden(box, size, taken) + COST_OF_DISTANCE * (abs(place[1]) > 1)

    return _beside(x, y, width, min(PLACES, key=cost))


def _beside(
    x: float, y: float, width: float, place: tuple[int, int]
) -> tuple[float, float, Box, str]:
    """Anchor, box and alignment of a name on one side of its point."""
    right, up = place
    anchor_x, anchor_y = x + right * GAP_TO_POINT, y + up * NAME_HEIGHT
    left = anchor_x - (0.0 if right > 0 else width if right < 0 else width / 2)
    box = (left, anchor_y - NAME_HEIGHT / 2, left + width, anchor_y + NAME_HEIGHT / 2)
    return anchor_x, anchor_y, box, {1: "left", -1: "right", 0: "center"}[right]


def _hidden(box: Box, size: tuple[float, float], taken: Sequence[Box]) -> float:
    """Area that a name would share with others, or have outside the plot."""
    inside = _overlap(box, (0.0, 0.0, *size))
    outside = (box[2] - box[0]) * (box[3] - box[1]) - inside
    return sum(_overlap(box, other) for other in taken) + COST_OF_OUTSIDE * outside


def _overlap(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(width, 0.0) * max(height, 0.0)
