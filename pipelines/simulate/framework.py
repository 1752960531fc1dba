"""The framework of observed journeys: every interaction that observers can code, with points.

Points say what an interaction does to the experience, from -3 (spoils it) to +3 (makes it).
Within a touchpoint they rise, so that neighbours are interactions of about the same value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.model import STAGES, TOUCHPOINT_NAMES, TOUCHPOINTS, Floats, Ints

LOWEST_POINTS, HIGHEST_POINTS = -3, 3  # points


@dataclass(frozen=True)
class Interaction:
    """What can happen at a touchpoint, and its points."""

    touchpoint: str
    name: str
    points: int
    en: str
    de: str

    @property
    def id(self) -> str:
        """Name of the interaction in the framework."""
        return f"{self.touchpoint}_{self.name}"


_BY_TOUCHPOINT: dict[str, tuple[tuple[str, int, str, str], ...]] = {
    "display_ad": (
        ("repeated", -1, "Ad for something already bought", "Anzeige für längst Gekauftes"),
        ("fitting", 1, "Ad that fits", "Anzeige, die passt"),
    ),
    "newsletter": (
        ("beside_the_point", -1, "Newsletter beside the point", "Newsletter ohne Bezug"),
        ("useful", 2, "Newsletter with a useful idea", "Newsletter mit nützlicher Idee"),
    ),
    "paid_search": (
        ("wrong_page", -1, "Ad leads to the wrong page", "Anzeige führt auf die falsche Seite"),
        ("right_page", 1, "Ad leads to the article", "Anzeige führt zum Artikel"),
    ),
    "press": (
        ("critical", -2, "Critical report", "Kritischer Bericht"),
        ("praising", 2, "Praising report", "Lobender Bericht"),
    ),
    "social_comments": (
        ("complaining", -2, "Complaint of another customer", "Beschwerde einer anderen Person"),
        ("recommending", 2, "Tip from another customer", "Tipp einer anderen Person"),
    ),
    "web_shop": (
        ("slow", -2, "Pages load slowly", "Seiten laden langsam"),
        ("found", 1, "Article found at once", "Artikel sofort gefunden"),
        ("inspired", 2, "Found an idea while browsing", "Beim Stöbern eine Idee gefunden"),
    ),
    "app": (
        ("crashed", -3, "App crashes", "App stürzt ab"),
        ("plain", 0, "App does what it should", "App tut, was sie soll"),
        ("planner", 2, "Garden planner helps", "Gartenplaner hilft"),
    ),
    "store_advice": (
        ("nobody", -2, "Nobody there to ask", "Niemand ansprechbar"),
        ("hurried", -1, "Short answer in passing", "Kurze Antwort im Vorbeigehen"),
        ("competent", 2, "Question answered well", "Frage gut beantwortet"),
        ("solution", 3, "Plan worked out together", "Gemeinsam einen Plan gemacht"),
    ),
    "product_info": (
        ("contradictory", -2, "Details contradict each other", "Angaben widersprechen sich"),
        ("complete", 1, "All details there", "Alle Angaben da"),
        ("film", 2, "Film shows how it is put up", "Film zeigt den Aufbau"),
    ),
    "comparison_sites": (
        ("dearer", -1, "Others are cheaper", "Andere sind billiger"),
        ("ahead", 1, "Ahead in a comparison", "Im Vergleich vorn"),
    ),
    "external_reviews": (
        ("bad", -2, "Reads bad reviews", "Liest schlechte Bewertungen"),
        ("good", 2, "Reads good reviews", "Liest gute Bewertungen"),
    ),
    "web_checkout": (
        ("broken_off", -3, "Payment fails", "Zahlung schlägt fehl"),
        ("account_forced", -1, "Account needed to buy", "Kauf nur mit Konto"),
        ("smooth", 1, "Paid in a minute", "In einer Minute bezahlt"),
    ),
    "app_checkout": (
        ("voucher_refused", -2, "Voucher not accepted", "Gutschein nicht angenommen"),
        ("as_expected", 0, "Paid as expected", "Bezahlt wie erwartet"),
        ("one_tap", 2, "Paid with one tap", "Mit einem Tippen bezahlt"),
    ),
    "store_checkout": (
        ("long_queue", -2, "More than ten minutes in the queue", "Über zehn Minuten angestanden"),
        ("wrong_price", -1, "Price differs from the shelf", "Preis anders als am Regal"),
        ("quick", 1, "Served at once", "Sofort bedient"),
        ("carried", 3, "Carried to the car", "Zum Auto getragen"),
    ),
    "delivery": (
        ("damaged", -3, "Arrives damaged", "Kommt beschädigt an"),
        ("late", -2, "Arrives days late", "Kommt Tage zu spät"),
        ("at_neighbours", -1, "Left with neighbours unasked", "Ungefragt beim Nachbarn"),
        ("on_time", 1, "Arrives on the day promised", "Kommt am zugesagten Tag"),
        ("carried_in", 3, "Carried to where it belongs", "Bis an den Platz getragen"),
    ),
    "order_updates": (
        ("contradicting", -1, "Messages contradict each other", "Meldungen widersprechen sich"),
        ("in_time", 1, "Told in time of each step", "Rechtzeitig über alles informiert"),
    ),
    "returns": (
        ("refused", -3, "Return refused", "Rückgabe abgelehnt"),
        ("refund_late", -2, "Weeks until the refund", "Wochen bis zur Erstattung"),
        ("without_questions", 2, "Taken back without questions", "Ohne Rückfragen genommen"),
    ),
    "hotline": (
        ("given_up", -3, "Gave up waiting", "Warten aufgegeben"),
        ("passed_on", -2, "Passed on several times", "Mehrmals weitergereicht"),
        ("solved", 1, "Solved in one call", "In einem Anruf gelöst"),
        ("called_back", 3, "Called back unasked to follow up", "Unaufgefordert zurückgerufen"),
    ),
    "support_email": (
        ("no_reply", -3, "No reply", "Keine Antwort"),
        ("set_phrases", -1, "Reply in set phrases", "Antwort aus Textbausteinen"),
        ("helpful", 2, "Reply that helps", "Antwort, die hilft"),
    ),
    "forums": (
        ("left_alone", -1, "Question stays without an answer", "Frage bleibt ohne Antwort"),
        ("helped", 1, "Other customers help", "Andere helfen weiter"),
    ),
    "own_social": (
        ("ignored", -2, "Comment ignored", "Kommentar übergangen"),
        ("thanked", 2, "Thanked for a photo", "Für ein Foto bedankt"),
    ),
    "word_of_mouth": (
        ("warns", -3, "Warns friends", "Rät Bekannten ab"),
        ("recommends", 3, "Recommends to friends", "Empfiehlt es weiter"),
    ),
}

INTERACTION_TYPES = tuple(
    Interaction(touchpoint, name, points, en, de)
    for touchpoint, listed in _BY_TOUCHPOINT.items()
    for name, points, en, de in listed
)
_STAGE_OF = {point.id: point.stage for point in TOUCHPOINTS}

POINTS: Ints = np.array([interaction.points for interaction in INTERACTION_TYPES])
TOUCHPOINT: Ints = np.array([TOUCHPOINT_NAMES.index(one.touchpoint) for one in INTERACTION_TYPES])
STAGE: Ints = np.array([STAGES.index(_STAGE_OF[one.touchpoint]) for one in INTERACTION_TYPES])


def framework() -> pl.DataFrame:
    """List the framework.

    Returns
    -------
    DataFrame
        ``interaction_type`` (its id), ``touchpoint_id, stage, label_en, label_de, points``.
    """
    return pl.DataFrame(
        {
            "interaction_type": [one.id for one in INTERACTION_TYPES],
            "touchpoint_id": [one.touchpoint for one in INTERACTION_TYPES],
            "stage": [_STAGE_OF[one.touchpoint] for one in INTERACTION_TYPES],
            "label_en": [one.en for one in INTERACTION_TYPES],
            "label_de": [one.de for one in INTERACTION_TYPES],
            "points": [one.points for one in INTERACTION_TYPES],
        }
    )


def neighbours(towards_better: float) -> Floats:
    """Chance of each interaction to be taken for another one of its touchpoint.

    Parameters
    ----------
    towards_better : float
        Chance that the neighbour with more points is taken, where there are both.

    Returns
    -------
    ndarray of float, shape (n_interactions, n_interactions)
        Rows, the true interactions, sum to one.
    """
    size = len(INTERACTION_TYPES)
    same = TOUCHPOINT[:, None] == TOUCHPOINT[None, :]
    step = np.arange(size)[None, :] - np.arange(size)[:, None]
    chances = np.where(same & (step == 1), towards_better, 0.0)
    chances += np.where(same & (step == -1), 1 - towards_better, 0.0)
    among: Floats = chances / chances.sum(axis=1, keepdims=True)
    return among
