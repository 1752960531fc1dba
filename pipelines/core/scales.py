"""What an answer on a scale says: very satisfied, dissatisfied, in the top boxes.

Answers are arrays of any shape, the ends of their scale single numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIDDLE = 50.0  # of a rating from 0 to 100
# By points of the scale: how many of the highest are very satisfied, and how many of the
# lowest are dissatisfied; of other scales one each. Of 0 to 10 they are promoters and detractors.
VERY_SATISFIED_POINTS = {10: 2, 11: 2}
DISSATISFIED_POINTS = {4: 2, 5: 2, 7: 3, 10: 5, 11: 7}


def points_of(low: float, high: float) -> int:
    """Number of points of a scale."""
    return round(high - low) + 1


def in_top_boxes(answer: NDArray[np.float64], high: float, boxes: int) -> NDArray[np.bool_]:
    """Which answers reach the highest points of a scale; NaN does not.

    Parameters
    ----------
    answer : ndarray
    high : float
        Highest point of the scale.
    boxes : int
        How many points, 1 or more.

    Examples
    --------
    >>> import numpy as np
    >>> in_top_boxes(np.array([3.0, 4.0, 5.0]), 5, 2).tolist()
    [False, True, True]
    """
    return np.asarray(answer >= high - boxes + 1)


def very_satisfied(answer: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    """Which answers are very satisfied, by `VERY_SATISFIED_POINTS`; NaN is not.

    Examples
    --------
    >>> import numpy as np
    >>> very_satisfied(np.array([8.0, 9.0, 10.0]), 0, 10).tolist()
    [False, True, True]
    """
    return in_top_boxes(answer, high, VERY_SATISFIED_POINTS.get(points_of(low, high), 1))


def dissatisfied(answer: NDArray[np.float64], low: float, high: float) -> NDArray[np.bool_]:
    """Which answers are dissatisfied, by `DISSATISFIED_POINTS`; NaN is not.

    Examples
    --------
    >>> import numpy as np
    >>> dissatisfied(np.array([2.0, 3.0]), 1, 5).tolist()
    [True, False]
    """
    return np.asarray(answer <= low + DISSATISFIED_POINTS.get(points_of(low, high), 1) - 1)
