"""Customer numbers of the source systems: unique over partitions, and no clue to the person.

Each is a keyed bijection of the person's number, so that partitions need not agree on who
takes which, and neither the order nor a difference of two numbers says anything.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.core.errors import ContractError, examples
from pipelines.simulate.model import Ints

Words = NDArray[np.uint64]

COPIES = 2  # records that one person can have in one system
BITS = {"crm": 26, "shop": 48, "callcentre": 26}  # of a number, before it is written out
# Nothing secret: constants, so that every partition uses the same bijections.
NUMBER_KEYS = {
    "crm": 0x9E3779B97F4A7C15,
    "shop": 0xC2B2AE3D27D4EB4F,
    "callcentre": 0x165667B19E3779F9,
}
NUMBER_DIGITS = 8  # that hold 26 bits
PERSONS = 2 ** min(BITS.values()) // COPIES  # that there are numbers for
_ROUNDS = 6
_LONGEST = 19  # digits of a number that is checked


def customer_numbers(system: str, person: Ints, copy: Ints) -> pl.Series:
    """Write the customer numbers of records of one system.

    ``K-`` with eight digits and a Luhn check digit in the CRM, ``S`` with twelve
    hexadecimal digits in the shop, ``CC`` with eight digits in the call centre.

    Parameters
    ----------
    system : {"crm", "shop", "callcentre"}
    person : ndarray of int, shape (n,)
        From 0 to `PERSONS` - 1, unique over partitions.
    copy : ndarray of int, shape (n,)
        0 for a person's first record in the system, 1 for the second.

    Returns
    -------
    Series of str, shape (n,)
        A different one for every person and copy.

    Raises
    ------
    ContractError
        If a person has no number in the range.
    """
    number = scatter(person * COPIES + copy, BITS[system], NUMBER_KEYS[system])
    written = pl.Series("source_id", number)
    if system == "shop":
        return "S" + pl.Series("source_id", _hexadecimal(number, BITS["shop"] // 4))
    digits = written.cast(pl.String).str.zfill(NUMBER_DIGITS)
    if system == "callcentre":
        return "CC" + digits
    return "K-" + digits + pl.Series("check", luhn_digit(number)).cast(pl.String)


def scatter(number: Ints, bits: int, key: int) -> Words:
    """Map the numbers below ``2**bits`` onto themselves in an order that looks random.

    Parameters
    ----------
    number : ndarray of int, shape (n,)
        From 0 to ``2**bits - 1``.
    bits : int
        Even, at most 62.
    key : int
        Below ``2**64``; another key gives another order.

    Returns
    -------
    ndarray of uint64, shape (n,)
        A bijection of `number`, by a balanced Feistel network.

    Raises
    ------
    ContractError
        If a number is out of range.

    References
    ----------
    Luby and Rackoff (1988), SIAM Journal on Computing 17(2), 373-386.
    """
    outside = number[(number < 0) | (number >= 2**bits)]
    if outside.size:
        raise ContractError(
            "customer numbers",
            expected=f"persons numbered from 0 to {PERSONS - 1}",
            got=f"a number that makes {examples(outside.tolist())}",
            todo="simulate fewer customers, or give the numbers more bits",
        )
    value = number.astype(np.uint64)
    half = np.uint64(bits // 2)
    mask = np.uint64(2 ** (bits // 2) - 1)
    left, right = value >> half, value & mask
    for turn in range(_ROUNDS):
        left, right = right, left ^ (_mix(right + np.uint64((key + turn * 2**32) % 2**64)) & mask)
    return (left << half) | right


def _mix(word: Words) -> Words:
    """Scatter the bits of words: the finaliser of SplitMix64 (Steele et al. 2014)."""
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return word ^ (word >> np.uint64(31))


def luhn_digit(number: Words) -> Ints:
    """Check digits after Luhn (ISO/IEC 7812-1, annex B).

    >>> luhn_digit(np.array([7992739871], dtype=np.uint64)).tolist()
    [3]
    """
    total = np.zeros(len(number), dtype=np.int64)
    for place in range(_LONGEST):
        digit = (number // np.uint64(10**place) % np.uint64(10)).astype(np.int64)
        doubled = 2 * digit if place % 2 == 0 else digit  # from the right, every other one
        total += doubled // 10 + doubled % 10
    return -total % 10


def _hexadecimal(number: Words, length: int) -> NDArray[np.str_]:
    """Write numbers in upper-case hexadecimal digits."""
    shifts = np.arange(length - 1, -1, -1, dtype=np.uint64) * np.uint64(4)
    places = (number[:, None] >> shifts) & np.uint64(15)
    letters = np.array(list("0123456789ABCDEF"))[places.astype(np.int64)]
    return np.ascontiguousarray(letters).view(f"<U{length}").ravel()
