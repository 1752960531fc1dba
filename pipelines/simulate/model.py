"""The constants of the simulated retailer: its touchpoints, and what they do.

Quality is in standard deviations of felt experience; 0 is adequate, above is good.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
MONTHS = 36
TIME_ZONE = "Europe/Berlin"  # of the company's clocks
PARTITION = 20_000  # customers simulated at a time


@dataclass(frozen=True)
class SimulatedTouchpoint:
    """A touchpoint, how good it is on average, and what it does to satisfaction.

    `penalty` and `reward` are the slopes of satisfaction on remembered quality below and
    above adequate. `system` is the source system whose customer number contacts carry.
    """

    id: str
    stage: str
    channel: str
    system: str | None
    direct: bool = True
    quality: float = 0.0
    chance: float = 0.0  # standard deviation of quality from contact to contact
    penalty: float = 0.0
    reward: float = 0.0
    minutes: float = 2.0  # mean length of a contact
    gap_hours: float = 0.2  # mean time since the contact before it

    @property
    def kind(self) -> str:
        """Basic, performance or delight: which slope is the steeper."""
        if self.penalty == self.reward == 0:
            return "indifferent"
        if self.penalty > 2 * self.reward:
            return "basic"
        return "delight" if self.reward > 2 * self.penalty else "performance"


def _indirect(name: str, stage: str, channel: str) -> SimulatedTouchpoint:
    return SimulatedTouchpoint(name, stage, channel, None, direct=False, gap_hours=24.0)


# The first twelve are rated in surveys. The order of the columns is that of the fields.
# The importance of the first five falls in steps that a survey of some 4,000 answers can tell
# apart although halo, leniency and who answers bend them: returns, which few use, loses a
# third of its share among respondents, touchpoints that many use gain.
TOUCHPOINTS = (
    SimulatedTouchpoint(
        "web_shop", "consideration", "web", "shop", True, 0.50, 0.7, 0.37, 0.37, 6.0
    ),
    SimulatedTouchpoint("app", "consideration", "app", "shop", True, 0.60, 0.7, 0.10, 0.12, 4.0),
    SimulatedTouchpoint(
        "store_advice", "consideration", "store", "crm", True, 0.50, 0.9, 0.10, 0.46, 12.0
    ),
    SimulatedTouchpoint(
        "product_info", "consideration", "web", "shop", True, 0.30, 0.7, 0.08, 0.10, 3.0
    ),
    SimulatedTouchpoint(
        "web_checkout", "purchase", "web", "shop", True, 0.45, 0.7, 0.40, 0.04, 4.0
    ),
    SimulatedTouchpoint(
        "app_checkout", "purchase", "app", "shop", True, 0.60, 0.6, 0.25, 0.03, 3.0
    ),
    SimulatedTouchpoint(
        "store_checkout", "purchase", "store", "crm", True, 0.50, 0.7, 0.14, 0.04, 5.0, 0.4
    ),
    SimulatedTouchpoint(
        "delivery", "retention", "delivery", "shop", True, 0.40, 0.9, 1.40, 0.80, 1.0, 60.0
    ),
    SimulatedTouchpoint(
        "order_updates", "retention", "e-mail", "shop", True, 0.60, 0.6, 0.03, 0.08, 1.0
    ),
    SimulatedTouchpoint(
        "returns", "retention", "returns", "shop", True, 0.10, 0.9, 1.50, 0.72, 8.0, 120.0
    ),
    SimulatedTouchpoint(
        "hotline", "retention", "hotline", "callcentre", True, 0.00, 1.0, 1.12, 0.69, 5.0, 30.0
    ),
    SimulatedTouchpoint(
        "support_email", "retention", "e-mail", "callcentre", True, 0.10, 0.9, 0.25, 0.12, 4.0, 30.0
    ),
    SimulatedTouchpoint("display_ad", "awareness", "display", None, minutes=0.2, gap_hours=24.0),
    SimulatedTouchpoint("newsletter", "awareness", "e-mail", "crm", minutes=1.0, gap_hours=24.0),
    SimulatedTouchpoint("paid_search", "awareness", "search", "shop", minutes=0.5, gap_hours=24.0),
    SimulatedTouchpoint("own_social", "advocacy", "social", None, minutes=2.0, gap_hours=30.0),
    _indirect("press", "awareness", "press"),
    _indirect("social_comments", "awareness", "social"),
    _indirect("comparison_sites", "consideration", "web"),
    _indirect("external_reviews", "consideration", "web"),
    _indirect("forums", "retention", "forum"),
    _indirect("word_of_mouth", "advocacy", "personal"),
)
SYSTEMS = ("crm", "shop", "callcentre")  # that give customers numbers
STAGES = ("awareness", "consideration", "purchase", "retention", "advocacy")
TOUCHPOINT_NAMES = tuple(point.id for point in TOUCHPOINTS)
PLACE_OF = {name: place for place, name in enumerate(TOUCHPOINT_NAMES)}
N_RATED = 12  # the first touchpoints are the rated ones
BAD_QUALITY = -0.7  # quality below it is a bad contact, which changes what happens next

PENALTY: Floats = np.array([point.penalty for point in TOUCHPOINTS[:N_RATED]])
REWARD: Floats = np.array([point.reward for point in TOUCHPOINTS[:N_RATED]])
QUALITY: Floats = np.array([point.quality for point in TOUCHPOINTS])
CHANCE: Floats = np.array([point.chance for point in TOUCHPOINTS])


@dataclass(frozen=True)
class Planned:
    """A planned measure: from a day on, quality at a touchpoint rises in some units."""

    id: str
    touchpoint: str
    starts: date
    unit: str  # attribute by which it was rolled out
    units: tuple[str, ...]
    effect: float  # of quality


@dataclass(frozen=True)
class Incident:
    """Something that went wrong for some days."""

    id: str
    first: date
    last: date
    effects: tuple[tuple[str, float], ...]  # touchpoint, change of quality


@dataclass(frozen=True)
class Rewording:
    """From a wave on a question was worded anew; answers moved, the experience did not."""

    touchpoint: str
    wave: str
    effect: float  # on the latent answer, in its standard deviations


PLANNED = (
    Planned(
        "careful_carrier",
        "delivery",
        date(2024, 7, 1),
        "region",
        ("DE south", "AT west"),
        0.6,
    ),
    Planned("call_back", "hotline", date(2025, 2, 1), "country", ("GB",), 0.7),
)
INCIDENT = Incident(
    "app_outage",
    date(2024, 11, 11),
    date(2024, 11, 24),
    (("app_checkout", -2.2), ("app", -1.2)),
)
REWORDING = Rewording("support_email", "2025", 0.5)


def satisfy(memory: Floats, used: Flags) -> Floats:
    """Satisfaction that remembered quality brings, over touchpoints.

    Parameters
    ----------
    memory : ndarray of float, shape (n_customers, N_RATED)
        Remembered quality.
    used : ndarray of bool, shape (n_customers, N_RATED)
        Whether the touchpoint was used in the last twelve months.

    Returns
    -------
    ndarray of float, shape (n_customers,)
    """
    slopes = np.where(memory < 0, PENALTY, REWARD)
    total: Floats = np.where(used, slopes * memory, 0.0).sum(axis=1)
    return total
