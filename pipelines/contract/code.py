"""Codes: what tables say of their numbers, and the sentence of each code in every language.

A table holds a code, and the values that its sentence has places for; see `write_code`. The
sentence is read only where a person reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from urllib.parse import parse_qsl, urlencode

LANGUAGES = ("en", "de")  # a declaration speaks all of them; more may be added beside the app
# Places that a reader fills from the manifest.
READER_PLACES = frozenset({"flag_n", "withhold_below"})
# Places whose numbers are names: no amounts, hence no thousands marks.
NAME_PLACES = frozenset({"year", "wave"})
WITHHELD = "withheld"  # flag and method of a number that too few people stand behind

Says = Mapping[str, str]


class DeclarationError(Exception):
    """A declaration that cannot be kept; the author of the step mends it."""


def says(*, en: str, de: str) -> Says:
    """Say something in every language.

    >>> says(en="answers", de="Antworten")["de"]
    'Antworten'
    """
    return {"en": en, "de": de}


def require_languages(text: Says, where: str) -> None:
    """Refuse a text that a language lacks, or whose places differ between languages.

    Raises
    ------
    DeclarationError
        Naming the language or the places.
    """
    lacking = [language for language in LANGUAGES if not text.get(language)]
    if lacking:
        raise DeclarationError(
            f"{where}: expected a sentence in {', '.join(LANGUAGES)}, got none in "
            f"{', '.join(lacking)}; write it beside the others"
        )
    places = {language: places_of(text[language]) for language in LANGUAGES}
    if len(set(places.values())) > 1:
        raise DeclarationError(
            f"{where}: expected the same places in every language, got "
            f"{ {language: sorted(found) for language, found in places.items()} }; name them alike"
        )


def places_of(sentence: str) -> frozenset[str]:
    """Names in braces.

    >>> sorted(places_of("{n} of {of} answers"))
    ['n', 'of']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Codes of one kind, each with its sentence in every language.

    Parameters
    ----------
    name : str
        What the codes are about; translations elsewhere refer to it.
    codes : mapping of str to mapping
        Code to sentence by language. Places in braces are the code's values.

    Raises
    ------
    DeclarationError
        If a sentence lacks a language.
    """

    name: str
    codes: Mapping[str, Says] = field(repr=False)

    def __post_init__(self) -> None:
        for code, sentence in self.codes.items():
            require_languages(sentence, f"code {self.name}.{code}")

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    @property
    def names(self) -> tuple[str, ...]:
        """The codes, in order."""
        return tuple(self.codes)

    def __or__(self, other: Vocabulary) -> Vocabulary:
        """The same with the codes of another one added."""
        return Vocabulary(self.name, {**self.codes, **other.codes})

    def only(self, *codes: str) -> Vocabulary:
        """The same with some of its codes."""
        return Vocabulary(self.name, {code: self.codes[code] for code in codes})

    def values_of(self, code: str) -> tuple[str, ...]:
        """Names of the values that a code is written with, sorted.

        >>> Vocabulary("flag", {"few": says(en="{n} only", de="nur {n}")}).values_of("few")
        ('n',)
        """
        return tuple(sorted(places_of(self.codes[code][LANGUAGES[0]]) - READER_PLACES))

    def fault(self, text: str) -> str | None:
        """What is wrong with a coded text; None if nothing is.

        >>> Vocabulary("flag", {"few": says(en="{n} only", de="nur {n}")}).fault("few")
        'few lacks the values n'
        """
        code, values = read_code(text)
        if code not in self:
            return f"{code} is no code of {self.name}"
        wanted = set(self.values_of(code))
        if wanted != values.keys():
            lacking, foreign = sorted(wanted - values.keys()), sorted(values.keys() - wanted)
            return f"{code} lacks the values {', '.join(lacking)}" if lacking else (
                f"{code} has no place for {', '.join(foreign)}"
            )  # fmt: skip
        return None

    def sentence(self, text: str, language: str = LANGUAGES[0]) -> str:
        """Say a coded text, its values as they are.

        >>> Vocabulary("flag", {"few": says(en="{n} only", de="nur {n}")}).sentence("few?n=3")
        '3 only'
        """
        code, values = read_code(text)
        return self.codes[code][language].format(**values)


def write_code(code: str, **values: object) -> str:
    """Write a code and its values as one text, in the form of a query string.

    >>> write_code("few_answers", columns=33, prior=66)
    'few_answers?columns=33&prior=66'
    """
    return f"{code}?{urlencode(values)}" if values else code


def read_code(text: str) -> tuple[str, dict[str, str]]:
    """Take apart what `write_code` wrote.

    >>> read_code("few_answers?columns=33&prior=66")
    ('few_answers', {'columns': '33', 'prior': '66'})
    """
    code, _, values = text.partition("?")
    return code, dict(parse_qsl(values, keep_blank_values=True))
