"""Typing errors in running text: a letter is missing, doubled or swapped, or lost its dots."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.simulate.model import Flags, Ints

Codes = NDArray[np.uint32]  # code points, one row per text, zero after the end

# Share of each kind. A text without ä, ö, ü or ß has a letter dropped instead of transcribed.
TYPO_SHARES = {"drop": 0.35, "double": 0.2, "swap": 0.25, "transcribe": 0.2}
LETTERS_APART = 3  # letters between two slips of a text, so that the second never undoes the first

_TRANSCRIBED = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
_DOTTED = np.array([ord(letter) for letter in _TRANSCRIBED], np.uint32)
_WRITTEN = np.array([[ord(one) for one in pair] for pair in _TRANSCRIBED.values()], np.uint32)
_IS_LETTER = np.array([chr(code).isalpha() for code in range(0x180)])  # Latin letters


def mistype(texts: pl.Series, slips: Ints, rng: np.random.Generator) -> tuple[pl.Series, Ints]:
    """Mistype letters inside words; the first letter of a word stays.

    Parameters
    ----------
    texts : Series of str, shape (n,)
    slips : ndarray of int, shape (n,)
        How many letters to mistype, 0 to 2.
    rng : Generator

    Returns
    -------
    texts : Series of str, shape (n,)
    slips : ndarray of int, shape (n,)
        How many were: fewer where a text is too short.

    Examples
    --------
    >>> mistype(pl.Series(["Lieferung"]), np.array([1]), np.random.default_rng(1))[0].item()
    'Lieeferung'
    """
    rows = np.flatnonzero(slips)
    done = np.zeros(len(texts), np.int64)
    if rows.size == 0:
        return texts, done
    codes = _codes(texts.gather(rows))
    before = np.full(rows.size, -1 - 2 * LETTERS_APART)
    for number in range(int(slips.max())):
        wanted = slips[rows] > number
        codes, place = _slip(codes, wanted, before, rng)
        done[rows] += place >= 0
        before = place
    return texts.scatter(rows, _texts(codes)), done


def _slip(
    codes: Codes, wanted: Flags, before: Ints, rng: np.random.Generator
) -> tuple[Codes, Ints]:
    """Mistype one letter of each wanted text, away from the slip before; -1 where none is."""
    n, width = codes.shape
    chance, order = rng.random(n), rng.random((n, width))
    edges = np.cumsum(list(TYPO_SHARES.values()))[:-1]
    kind = np.array(list(TYPO_SHARES))[np.searchsorted(edges, chance, "right")]
    open_to = _inside(codes) & wanted[:, None]
    open_to &= np.abs(np.arange(width) - before[:, None]) > LETTERS_APART
    dotted = open_to & np.isin(codes, _DOTTED)
    transcribed = (kind == "transcribe") & dotted.any(axis=1)
    open_to = np.where(transcribed[:, None], dotted, open_to)
    place = np.where(open_to.any(axis=1), np.argmax(order * open_to, axis=1), -1)
    kind = np.where(transcribed, "transcribe", np.where(kind == "transcribe", "drop", kind))
    return _rewritten(codes, place, kind), place


def _inside(codes: Codes) -> Flags:
    """Letters between two others, and unlike the next, so that every slip can be seen."""
    letter = (codes < len(_IS_LETTER)) & _IS_LETTER[np.minimum(codes, len(_IS_LETTER) - 1)]
    inside = np.zeros(codes.shape, bool)
    inside[:, 1:-1] = letter[:, :-2] & letter[:, 1:-1] & letter[:, 2:]
    inside[:, 1:-1] &= codes[:, 1:-1] != codes[:, 2:]
    return inside


def _rewritten(codes: Codes, place: Ints, kind: NDArray[np.str_]) -> Codes:
    """Texts with the slips of these kinds at these places, one column wider."""
    n, width = codes.shape
    at, place = np.arange(width + 1), np.where(place < 0, 2 * width, place)[:, None]
    wide = np.hstack([codes, np.zeros((n, 2), np.uint32)])
    is_drop, is_swap = (kind == "drop")[:, None], (kind == "swap")[:, None]
    longer = ~is_drop & ~is_swap
    source = at + (is_drop & (at >= place)) - (longer & (at > place))
    source = source + (is_swap & (at == place)) - (is_swap & (at == place + 1))
    written = np.take_along_axis(wide, source, axis=1)
    rows = np.flatnonzero((kind == "transcribe") & (place[:, 0] < width))
    columns = place[rows, 0]
    pairs = _WRITTEN[np.argmax(codes[rows, columns][:, None] == _DOTTED, axis=1)]
    written[rows, columns], written[rows, columns + 1] = pairs.T
    return written


def _codes(texts: pl.Series) -> Codes:
    wide = np.array(texts.to_list(), dtype=np.str_)
    width = max(wide.dtype.itemsize // 4, 1)
    return wide.view(np.uint32).reshape(len(texts), width)


def _texts(codes: Codes) -> pl.Series:
    wide = np.ascontiguousarray(codes).view(f"<U{codes.shape[1]}")[:, 0]
    return pl.Series(wide.astype(object), dtype=pl.String)
