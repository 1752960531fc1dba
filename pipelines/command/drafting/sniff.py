"""Find out how a file is to be read: by its content, whatever its name."""

from __future__ import annotations

import codecs
import itertools
from dataclasses import dataclass
from pathlib import Path

from pipelines.core.errors import SourceError
from pipelines.ingest.encodings import CHUNK_BYTES, probable_encoding, utf8_chunks
from pipelines.ingest.excel import sheet_names
from pipelines.ingest.records import DELIMITER_NAMES, fitting_delimiter

_MARKS = {
    b"PAR1": "parquet",
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xlsx",  # the older .xls
    b"$FL2": "sav",
    b"$FL3": "sav",
}
BYTES_SNIFFED = 1 << 18  # bytes looked at for the delimiter


@dataclass(frozen=True)
class Reading:
    """How to read a file: the keys of a source in study.yaml, without its tables."""

    reader: str
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None

    @property
    def keys(self) -> dict[str, str]:
        """The keys as study.yaml has them."""
        named = {
            "reader": self.reader,
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "sheet": self.sheet,
        }
        return {key: value for key, value in named.items() if value is not None}

    def __str__(self) -> str:
        delimiter = DELIMITER_NAMES[self.delimiter] if self.delimiter else None
        parts = (self.reader, delimiter, self.encoding, self.sheet)
        return ", ".join(part for part in parts if part)


def sniff(path: Path) -> list[Reading]:
    """Say how to read a file; a workbook with several sheets has several readings.

    Raises
    ------
    SourceError
        If there is no such file, or it is empty.
    """
    if not path.is_file():
        raise SourceError(
            str(path), expected="a file", got="none there", todo="correct the path, or its name"
        )
    with path.open("rb") as file:
        begin = file.read(CHUNK_BYTES)
    if not begin:
        raise SourceError(
            str(path), expected="a table", got="an empty file", todo="export it again"
        )
    reader = _MARKS.get(begin[:4], "csv")
    if reader == "xlsx":
        return [Reading(reader, sheet=sheet) for sheet in sheet_names(path, str(path))]
    if reader == "csv":
        return [_delimited(path, begin)]
    return [Reading(reader)]


def _delimited(path: Path, begin: bytes) -> Reading:
    encoding = _encoding(path, begin)
    text = next(itertools.chain(utf8_chunks(path, encoding, str(path)), [b""]))[:BYTES_SNIFFED]
    first = text.partition(b"\n")[0].decode()
    most = max(DELIMITER_NAMES, key=first.count)
    return Reading("csv", fitting_delimiter(text) or (most if most in first else ","), encoding)


def _encoding(path: Path, begin: bytes) -> str:
    """UTF-8 if the whole file is; else what its foreign letters look like."""
    if (guess := probable_encoding(begin)) != "utf-8":
        return guess
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return probable_encoding(chunk)
    return "utf-8"
