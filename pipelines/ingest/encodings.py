"""Turn files of any declared encoding into UTF-8, chunk by chunk, and say what does not fit."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from pipelines.core.errors import SourceError

CHUNK_BYTES = 1 << 22  # bytes
BYTES_SHOWN = 20  # bytes on each side of a bad one
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Signs that European text is likely to hold; how a wrong decoding looks is not among them.
_LIKELY = set("äöüÄÖÜßéèêëáàâãåæçñíìîïóòôõøúùûýÉÈÀÁÅÆÇÑÓØÚ€£§°–—‘’“”„…«»·©®™ ")
_CANDIDATES = ("latin-1", "cp1252", "cp850", "mac_roman")


def is_utf8(encoding: str) -> bool:
    """Whether Polars reads this encoding as it is."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")


def require_encoding(encoding: str, where: str) -> None:
    """Refuse an encoding that does not exist.

    Raises
    ------
    SourceError
        If Python knows no encoding of that name.
    """
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise SourceError(
            where,
            expected="a known `encoding` in study.yaml",
            got=repr(encoding),
            todo="write utf-8, latin-1, cp1252 or utf-16, for instance",
        ) from None


def probable_encoding(content: bytes) -> str:
    """Guess the encoding of some text: by its mark, its zeros, or its non-ASCII letters.

    >>> probable_encoding("März".encode("latin-1"))
    'latin-1'
    """
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    if content.count(0) > len(content) / 5:
        return "utf-16-le" if content[1::2].count(0) > content[::2].count(0) else "utf-16-be"
    if _is_valid_utf8(content):
        return "utf-8"
    return max(_CANDIDATES, key=lambda name: _likelihood(content, name))  # the first of equals


def _is_valid_utf8(content: bytes) -> bool:
    try:
        codecs.utf_8_decode(content, "strict", False)  # may end inside a letter
    except UnicodeDecodeError:
        return False
    return True


def _likelihood(content: bytes, encoding: str) -> float:
    """Share of the non-ASCII signs that European text is likely to hold."""
    foreign = bytes(byte for byte in set(content) if byte > 127)
    counts = {byte: content.count(byte) for byte in foreign}
    likely = (
        n
        for byte, n in counts.items()
        if bytes([byte]).decode(encoding, errors="replace") in _LIKELY
    )
    return sum(likely) / max(sum(counts.values()), 1)


def utf8_chunks(path: Path, encoding: str, where: str) -> Iterator[bytes]:
    """Read a file as UTF-8 bytes without a byte order mark, whatever its encoding.

    Raises
    ------
    SourceError
        At the first byte that is not valid in `encoding`, with line and byte; or if a
        file declared otherwise is UTF-8.
    """
    as_it_is = is_utf8(encoding)
    decoder = codecs.getincrementaldecoder("utf-8" if as_it_is else encoding)()
    witness = None if as_it_is else _Utf8Witness()
    place = _Place()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            text = _decode(decoder, chunk, place, encoding, where)
            if witness:
                witness.watch(chunk)
            if place.offset == 0:
                chunk, text = chunk.removeprefix(codecs.BOM_UTF8), text.removeprefix("\ufeff")
            place.pass_over(chunk)
            yield chunk if as_it_is else text.encode()
    _decode(decoder, b"", place, encoding, where)
    if witness and witness.is_sure:
        raise SourceError(
            where,
            expected=f"a file in {encoding}, as study.yaml says",
            got="a file in utf-8",
            todo="write `encoding: utf-8` in study.yaml",
        )


class _Utf8Witness:
    """Watches a file declared otherwise for being UTF-8 in truth."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid, self._foreign = True, False

    def watch(self, chunk: bytes) -> None:
        """Take note of the next bytes."""
        if not self._valid:
            return
        try:
            self._foreign |= not self._decoder.decode(chunk).isascii()
        except UnicodeDecodeError:
            self._valid = False

    @property
    def is_sure(self) -> bool:
        """Valid so far and not plain ASCII: text in another encoding hardly ever is."""
        return self._valid and self._foreign


class _Place:
    """Bytes and lines already read."""

    def __init__(self) -> None:
        self.offset, self.lines, self.line_start = 0, 0, 0

    def pass_over(self, chunk: bytes) -> None:
        """Move behind `chunk`."""
        if b"\n" in chunk:
            self.lines += chunk.count(b"\n")
            self.line_start = self.offset + chunk.rindex(b"\n") + 1
        self.offset += len(chunk)


def _decode(
    decoder: codecs.IncrementalDecoder, chunk: bytes, place: _Place, encoding: str, where: str
) -> str:
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        content = bytes(error.object)
        before = content[: error.start]
        offset = place.offset + len(chunk) - len(content) + error.start
        line = place.lines + before.count(b"\n") + 1
        start = offset - len(before) + before.rfind(b"\n") + 1
        column = offset - (start if b"\n" in before else place.line_start) + 1
        guess = probable_encoding(content)
        raise SourceError(
            f"{where}: line {line}, byte {column} (byte {offset + 1} of the file)",
            expected=f"text in {encoding}, as study.yaml says",
            got=_around(content, error.start, guess),
            todo=f"write `encoding: {guess}` in study.yaml, or save the file as {encoding}",
        ) from None


def _around(content: bytes, position: int, guess: str) -> str:
    """Show a bad byte with its neighbours, as it would read in the probable encoding."""
    start = max(content.rfind(b"\n", 0, position) + 1, position - BYTES_SHOWN)
    end = content.find(b"\n", position)
    near = content[start : min(end if end >= 0 else len(content), position + BYTES_SHOWN)]
    shown = near.decode(guess, errors="replace").strip()
    return f"the byte 0x{content[position]:02x}, probably {guess}: {shown!r}"
