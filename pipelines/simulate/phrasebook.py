"""The phrase bank as data: phrases/*.yaml, and how sentences are drawn from it.

A cell is what its path in the files says, such as ``de/touchpoints/delivery/negative/plain``.
It lists templates; a template stands for all variants that its choices ``(a|b)`` allow. A
sentence is drawn as a template of the cell and then as a variant of the template, so that
many choices do not make a template more frequent. Slots such as ``{days}`` are filled last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from pipelines.simulate.model import Ints

PHRASES_FOLDER = Path(__file__).parent / "phrases"
PHRASE_LANGUAGES = ("de", "en")
POLARITIES = {-1: "negative", 0: "neutral", 1: "positive"}
GENERAL = "general"  # stands among the touchpoints for a text about none of them
CHOICE = re.compile(r"\(([^()]*)\)")
SPACES = re.compile(r" {2,}")
PLACES_TO_OTHER_PRODUCT = 7  # places from a product to the one that it is compared with

_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the parser in C needs a tenth of the time
_PARTED = "\x1f"  # between texts that share the values of their slots


@dataclass(frozen=True)
class Slot:
    """Values of a slot in all languages, one language after the other.

    Attributes
    ----------
    values : Series of str
    first, count : ndarray of int, shape (n_languages,)
        Where each language begins, and how many values it has.
    group : str
        Slots of a group take the value at the same place: ``a_product`` and ``the_product``
        of a text are one product.
    """

    values: pl.Series
    first: Ints
    count: Ints
    group: str


@dataclass(frozen=True)
class Phrasebook:
    """All sentences of all languages.

    Attributes
    ----------
    variants : Series of str
        Grouped by template; the last one is empty.
    cells : mapping of str to int
        Number of each cell.
    first_template, n_templates : ndarray of int, shape (n_cells,)
    first_variant, n_variants : ndarray of int, shape (n_templates,)
    slots : mapping of str to Slot
    """

    variants: pl.Series
    cells: Mapping[str, int]
    first_template: Ints
    n_templates: Ints
    first_variant: Ints
    n_variants: Ints
    slots: Mapping[str, Slot]

    def draw(self, cell: pl.Series, rng: np.random.Generator) -> pl.Series:
        """Draw one sentence per row.

        Parameters
        ----------
        cell : Series of str, shape (n,)
            Names of cells; null draws an empty text.
        rng : Generator

        Returns
        -------
        Series of str, shape (n,)
            Sentences with their slots still to be filled.
        """
        number = cell.replace_strict(self.cells, return_dtype=pl.Int64)
        place = number.fill_null(0).to_numpy()
        chance = rng.random((2, len(cell)))
        template = self.first_template[place] + _below(self.n_templates[place], chance[0])
        variant = self.first_variant[template] + _below(self.n_variants[template], chance[1])
        chosen = np.where(number.is_null().to_numpy(), len(self.variants) - 1, variant)
        return self.variants.gather(chosen)

    def fill(
        self, texts: Mapping[str, pl.Series], language: pl.Series, rng: np.random.Generator
    ) -> dict[str, pl.Series]:
        """Fill the slots of texts; a slot has one value per row, whichever text it is in.

        Parameters
        ----------
        texts : mapping of Series of str, each of shape (n,)
        language : Series of str, shape (n,)
        rng : Generator

        Returns
        -------
        dict of str to Series of str, each of shape (n,)
        """
        spoken = language.replace_strict(PHRASE_LANGUAGES, range(len(PHRASE_LANGUAGES))).to_numpy()
        joined = pl.concat_str(*(pl.lit(text) for text in texts.values()), separator=_PARTED)
        frame = pl.select(joined.alias("text"))
        groups = dict.fromkeys(slot.group for slot in self.slots.values())
        chance = {group: rng.random(len(language)) for group in groups}
        for name, slot in self.slots.items():
            place = slot.first[spoken] + _below(slot.count[spoken], chance[slot.group])
            value = pl.lit(slot.values.gather(place))
            replaced = pl.col("text").str.replace_all(f"{{{name}}}", value, literal=True)
            frame = frame.with_columns(replaced)
        parted = frame["text"].str.split_exact(_PARTED, len(texts) - 1).struct
        return dict(zip(texts, (parted.field(name) for name in parted.fields), strict=True))


def _below(count: Ints, chance: np.ndarray) -> Ints:
    """Turn chances in [0, 1) into whole numbers below `count`."""
    return (chance * count).astype(np.int64)


@cache
def phrasebook() -> Phrasebook:
    """Read the phrase bank of every language."""
    banks = {language: read_bank(language) for language in PHRASE_LANGUAGES}
    cells = {
        f"{language}/{name}": [expand(template) for template in templates]
        for language, bank in banks.items()
        for name, templates in cells_of(bank)
    }
    templates = [variants for cell in cells.values() for variants in cell]
    n_templates = np.array([len(cell) for cell in cells.values()])
    n_variants = np.array([len(variants) for variants in templates])
    return Phrasebook(
        variants=pl.Series([text for variants in templates for text in variants] + [""]),
        cells={name: number for number, name in enumerate(cells)},
        first_template=np.cumsum(n_templates) - n_templates,
        n_templates=n_templates,
        first_variant=np.cumsum(n_variants) - n_variants,
        n_variants=n_variants,
        slots=_slots([_values(bank) for bank in banks.values()]),
    )


def read_bank(language: str) -> dict[str, Any]:
    """Read the file of one language."""
    content = (PHRASES_FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(content, Loader=_YAML))


def cells_of(bank: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Give name and templates of every cell of a language.

    What is listed under `shared` goes to the cell ``shared`` of each touchpoint it is for.
    """
    for section, content in bank.items():
        if section not in ("slots", "products", "shared"):
            yield from _leaves(section, content)
    touchpoints = dict.fromkeys(name for group in bank["shared"] for name in group["touchpoints"])
    for touchpoint in touchpoints:
        groups = [group for group in bank["shared"] if touchpoint in group["touchpoints"]]
        for polarity in POLARITIES.values():
            templates = [template for group in groups for template in group[polarity]]
            yield f"touchpoints/{touchpoint}/{polarity}/shared", templates


def _leaves(path: str, content: Any) -> Iterator[tuple[str, list[str]]]:
    if isinstance(content, list):
        yield path, content
    else:
        for name, inner in content.items():
            yield from _leaves(f"{path}/{name}", inner)


def expand(template: str) -> list[str]:
    """Write out all variants of a template.

    >>> expand("das ging (sehr |)schnell")
    ['das ging sehr schnell', 'das ging schnell']
    """
    pieces = CHOICE.split(template)  # text, choice, text, choice, ..., text
    choices = [[text] if n % 2 == 0 else text.split("|") for n, text in enumerate(pieces)]
    return [SPACES.sub(" ", "".join(chosen)).rstrip(" ") for chosen in product(*choices)]


def _values(bank: Mapping[str, Any]) -> dict[str, list[str]]:
    """Values of each slot of a language, forms of products included."""
    forms, nouns = bank["products"]["forms"], bank["products"]["nouns"]
    named = [(kind, noun) for kind, listed in nouns.items() for noun in listed]
    articles = dict.fromkeys(form for kinds in forms.values() for form in kinds)
    bare = [noun for _, noun in named]
    return {
        **bank["slots"],
        "product": bare,
        "other_product": bare[PLACES_TO_OTHER_PRODUCT:] + bare[:PLACES_TO_OTHER_PRODUCT],
        **{form: [f"{forms[kind][form]} {noun}" for kind, noun in named] for form in articles},
    }


def _slots(values: list[dict[str, list[str]]]) -> dict[str, Slot]:
    """Put the slots of all languages side by side; a language may lack some."""
    slots = {}
    for name in dict.fromkeys(name for language in values for name in language):
        listed = [language.get(name, []) for language in values]
        count = np.array([len(words) for words in listed])
        slots[name] = Slot(
            values=pl.Series([*(word for words in listed for word in words), ""]),
            first=np.cumsum(count) - count,
            count=count,
            group="product" if "product" in name else name,
        )
    return slots
