"""Lay out delimited text: its header, its records, and every line that does not fit.

The bytes are looked at block by block with NumPy: memory stays small, and a fault is found
with its line before Polars reads the file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.core.errors import SourceError

DELIMITERS = ";\t|,"  # the comma last: it also stands in numbers and texts
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_RECORD = 1 << 25  # bytes; more is a quotation mark that never ends
_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')

Positions = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class RecordLayout:
    """What a delimited file holds.

    `may_have_blank_rows` is false only if each record has a filled cell.
    """

    header: tuple[str, ...]
    may_have_blank_rows: bool


@dataclass(frozen=True)
class _Block:
    """Some whole records: where their lines, records and delimiters are."""

    data: NDArray[np.uint8]
    newlines: Positions
    quotes: Positions
    ends: Positions  # of records
    delimiters: Positions  # between cells
    first_line: int

    def line(self, position: int) -> int:
        """Line of the file at a position."""
        return self.first_line + int(np.searchsorted(self.newlines, position))


def lay_out(chunks: Iterable[bytes], delimiter: str, where: str) -> RecordLayout:
    """Find header and records, and check that every record is as wide as the header.

    Parameters
    ----------
    chunks : iterable of bytes
        The file as UTF-8, in pieces of any length.

    Raises
    ------
    SourceError
        If the file is empty, has another delimiter, ragged lines, or a
        quotation mark where none may be; with the line.
    """
    header: tuple[str, ...] | None = None
    blank = False
    for block in _blocks(chunks, ord(delimiter), where):
        begin = 0
        starts = np.concatenate(([0], block.ends[:-1] + 1))
        _require_quoting(block, ord(delimiter), where)
        if header is None:
            begin = _first_filled(block, starts)
            if begin == len(starts):
                continue
            content = bytes(block.data[starts[begin] : block.ends[begin]]).decode()
            header = _header(content.removesuffix("\r"), delimiter, where)
            _require_delimiter(header, bytes(block.data[: 1 << 16]), delimiter, where)
            begin += 1
        _require_width(block, starts, begin, header, delimiter, where)
        blank |= bool(_is_blank(block, starts)[begin:].any())
    if header is None:
        raise SourceError(
            where, expected="a table", got="an empty file", todo="export it again, or remove it"
        )
    return RecordLayout(header, blank)


def fitting_delimiter(sample: bytes) -> str | None:
    """Find the delimiter that cuts every record of a sample into the same number of cells.

    >>> fitting_delimiter(b"id;name\\n1;a,b\\n")
    ';'
    """
    widths = {delimiter: _common_width(sample, delimiter) for delimiter in DELIMITERS}
    best = max(widths, key=lambda delimiter: widths[delimiter])
    return best if widths[best] > 1 else None


def _common_width(sample: bytes, delimiter: str) -> int:
    block = next(_blocks([sample], ord(delimiter), "sample", strict=False), None)
    if block is None:
        return 0
    starts = np.concatenate(([0], block.ends[:-1] + 1))
    widths = _widths(block)[block.ends - starts > 1]
    return int(widths[0]) if widths.size and bool((widths == widths[0]).all()) else 0


def _blocks(
    chunks: Iterable[bytes], delimiter: int, where: str, strict: bool = True
) -> Iterator[_Block]:
    """Cut chunks into blocks of whole records; an open end is not strict for a sample."""
    rest, line = b"", 1
    for chunk in chunks:
        block = _block(rest + chunk, delimiter, line)
        if block is None:
            rest += chunk
            if len(rest) > LONGEST_RECORD:
                raise _unclosed(rest, line, where)
            continue
        rest = (rest + chunk)[len(block.data) :]
        line += len(block.newlines)
        yield block
    if rest and strict:
        block = _block(rest + b"\n", delimiter, line)
        if block is None:
            raise _unclosed(rest, line, where)
        yield block


def _block(content: bytes, delimiter: int, first_line: int) -> _Block | None:
    """Find the whole records at the beginning of `content`; None if there is none."""
    data = np.frombuffer(content, np.uint8)
    quotes, newlines = np.flatnonzero(data == _QUOTE), np.flatnonzero(data == _NEWLINE)
    ends = newlines[_outside(newlines, quotes)]
    if not ends.size:
        return None
    size = int(ends[-1]) + 1
    delimiters = np.flatnonzero(data[:size] == delimiter)
    return _Block(
        data[:size],
        newlines[newlines < size],
        quotes[quotes < size],
        ends,
        delimiters[_outside(delimiters, quotes)],
        first_line,
    )


def _outside(positions: Positions, quotes: Positions) -> Flags:
    """Whether an even number of quotation marks stands before each position."""
    outside: Flags = np.searchsorted(quotes, positions) % 2 == 0
    return outside


def _widths(block: _Block) -> Positions:
    """Cells of each record."""
    return np.diff(np.searchsorted(block.delimiters, block.ends), prepend=0) + 1


def _first_filled(block: _Block, starts: Positions) -> int:
    """Index of the first record that is not an empty line."""
    filled = np.flatnonzero(~_is_empty(block, starts))
    return int(filled[0]) if filled.size else len(starts)


def _is_empty(block: _Block, starts: Positions) -> Flags:
    length = block.ends - starts
    empty: Flags = (length == 0) | ((length == 1) & (block.data[starts] == _RETURN))
    return empty


def _is_blank(block: _Block, starts: Positions) -> Flags:
    """Whether a record holds nothing but delimiters and quotation marks."""
    returns = np.flatnonzero(block.data == _RETURN)
    marks = np.zeros(len(starts), np.int64)
    for positions in (block.delimiters, block.quotes, returns):
        marks += np.searchsorted(positions, block.ends) - np.searchsorted(positions, starts)
    blank: Flags = marks == block.ends - starts
    return blank


def _header(content: str, delimiter: str, where: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([content], delimiter=delimiter, strict=True), []))
    except csv.Error as error:  # a bare CR, or a cell without end
        raise SourceError(
            f"{where}: line 1",
            expected=f"a header with names separated by {delimiter!r}",
            got=str(error),
            todo="save the file as delimited text with LF or CR LF at the end of lines",
        ) from error


def _require_delimiter(header: tuple[str, ...], sample: bytes, delimiter: str, where: str) -> None:
    if len(header) > 1:
        return
    other = fitting_delimiter(sample)
    if other is not None and other != delimiter:
        raise SourceError(
            f"{where}: line 1",
            expected=f"columns separated by {delimiter!r}, as study.yaml says",
            got=f"one column only, while {other!r} ({DELIMITER_NAMES[other]}) fits",
            todo=f'write `delimiter: "{_escaped(other)}"` in study.yaml',
        )


def _escaped(delimiter: str) -> str:
    return "\\t" if delimiter == "\t" else delimiter


def _require_width(
    block: _Block,
    starts: Positions,
    begin: int,
    header: tuple[str, ...],
    delimiter: str,
    where: str,
) -> None:
    """Refuse records with more or fewer cells than the header; empty lines may stand."""
    widths = _widths(block)
    ragged = np.flatnonzero((widths != len(header)) & ~_is_empty(block, starts))
    ragged = ragged[ragged >= begin]
    if not ragged.size:
        return
    line = block.line(int(starts[ragged[0]]))
    more = f", and so have {ragged.size - 1} more soon after" if ragged.size > 1 else ""
    other = fitting_delimiter(bytes(block.data[: 1 << 16]))
    hint = f'write `delimiter: "{_escaped(other)}"` in study.yaml' if other else _QUOTE_THEM
    raise SourceError(
        f"{where}: line {line}",
        expected=f"{len(header)} cells separated by {delimiter!r}, as in the header",
        got=f"{widths[ragged[0]]} cells{more}",
        todo=hint if other != delimiter else _QUOTE_THEM,
    )


_QUOTE_THEM = "put cells that hold the delimiter in quotation marks, or export the file again"


def _require_quoting(block: _Block, delimiter: int, where: str) -> None:
    """Refuse quotation marks that leave open where a cell ends.

    A mark inside an unquoted cell is harmless as long as it hides no delimiter and no line
    end; a quoted cell must end with its closing mark.
    """
    if not block.quotes.size:
        return
    data, opening, closing = block.data, block.quotes[::2], block.quotes[1::2]
    goes_on = np.zeros(len(opening), bool)
    goes_on[1:] = opening[1:] == closing[:-1] + 1  # "" within a cell
    first = np.maximum.accumulate(np.where(goes_on, 0, np.arange(len(opening))))
    before = data[np.maximum(opening - 1, 0)]
    at_start = ((opening == 0) | (before == delimiter) | (before == _NEWLINE))[first]
    after = data[closing + 1]
    line_end = (after == _RETURN) & (data[np.minimum(closing + 2, data.size - 1)] == _NEWLINE)
    well_closed = (after == delimiter) | (after == _NEWLINE) | (after == _QUOTE) | line_end
    inside = np.flatnonzero(~at_start)
    hidden = np.flatnonzero((data == delimiter) | (data == _NEWLINE)) if inside.size else inside
    ends = np.searchsorted(hidden, closing[inside]) - np.searchsorted(hidden, opening[inside])
    bad = np.union1d(np.flatnonzero(at_start & ~well_closed), inside[ends > 0])
    if bad.size:
        raise SourceError(
            f"{where}: line {block.line(int(opening[bad[0]]))}",
            expected="quotation marks around whole cells only",
            got="one in the middle of a cell",
            todo="write it twice and put the cell in quotation marks, or export the file again",
        )


def _unclosed(rest: bytes, line: int, where: str) -> SourceError:
    last = line + rest[: rest.rindex(b'"')].count(b"\n")
    return SourceError(
        f"{where}: line {line}",
        expected="a closing quotation mark",
        got=f"none up to the end; the last mark is in line {last}",
        todo="close the cell, or write a mark that belongs to the text twice",
    )
