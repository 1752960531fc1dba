"""Support: whether enough respondents show where a move would lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.contract.code import write_code
from pipelines.outcomes.models import OutcomeFit
from pipelines.outcomes.sheets import Sheets
from pipelines.statistics.survey import BoolArray, FloatArray, IntArray
from pipelines.whatif.moves import MOVE_NAMES, goals

STRATA = 5  # of what is expected of the rest


@dataclass(frozen=True)
class Support:
    """How far the answers of some rows support a move.

    Parameters
    ----------
    n_concerned, n_shown : int
        Respondents whom it concerns, and who show where it leads; blanks are neither.
    max_share : float
        Share of the weight of those concerned in strata that show it, 0 to 1.
    reason : str or None
        Why it is refused.
    """

    n_concerned: int
    n_shown: int
    max_share: float
    reason: str | None


def supports(
    fit: OutcomeFit, sheets: Sheets, rows: BoolArray, points: tuple[int, ...], flag_n: int,
    min_shown: int,
) -> list[Support]:  # fmt: skip
    """Support of every move, in the order of `moves_of`.

    Parameters
    ----------
    fit : OutcomeFit
        Of these rows.
    sheets : Sheets
    rows : ndarray of bool, shape (n,)
    points : tuple of int
        Of the drivers' scales.
    flag_n : int
        Fewest respondents concerned, and who show it.
    min_shown : int
        Fewest respondents of a stratum who show it.
    """
    model = fit.model
    latent = fit.values @ model.beta
    slopes = model.slopes
    rating, used, weight = sheets.rating[rows], sheets.used[rows], sheets.weight[rows]
    found = []
    for k, own in enumerate(model.slopes.drivers):
        rest = latent - fit.values[:, own] @ model.beta[list(own)]
        cuts = np.quantile(rest, np.arange(1, STRATA) / STRATA)
        stratum = np.searchsorted(cuts, rest).astype(np.int64)
        levels = goals(points[k])
        for name in MOVE_NAMES:
            if name in levels:
                sides = rating[:, k] < levels[name] - 1e-9, rating[:, k] >= levels[name] - 1e-9
            else:
                there, away = used[:, k] == 1, used[:, k] == 0
                sides = (there, away) if name == "narrow" else (away, there)
            told = bool(slopes.rating[k]) if name in levels else slopes.use[k] is not None
            found.append(_support(*sides, stratum, weight, flag_n, min_shown, told=told))
    return found


def _support(
    concerned: BoolArray, shown: BoolArray, stratum: IntArray, weight: FloatArray, flag_n: int,
    min_shown: int, *, told: bool,
) -> Support:  # fmt: skip
    strong = np.bincount(stratum[shown], minlength=STRATA) >= min_shown
    among = weight[concerned]
    share = float(among @ strong[stratum[concerned]] / among.sum()) if among.size else 0.0
    n_concerned, n_shown = int(concerned.sum()), int(shown.sum())
    reason = None
    if n_concerned < flag_n:
        reason = write_code("few_concerned", n=n_concerned, least=flag_n)
    elif n_shown < flag_n:
        reason = write_code("few_shown", n=n_shown, least=flag_n)
    elif not told:
        reason = "all_alike"
    elif share == 0:
        reason = write_code("not_supported", concerned=n_concerned, shown=n_shown)
    return Support(n_concerned, n_shown, 0.0 if reason else share, reason)
