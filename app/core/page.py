"""What a page declares of itself, and how the pages are found and ordered.

A page is a folder in app/views: `page.py` declares `PAGE` and draws with `show`, texts are in one
file per language, and cards of tables that no other page shows are in `card.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from app.core.bundle import Bundle
from app.core.choices import FILTERS, Choice
from app.core.language import Words

# Not app/pages: a folder of that name beside main.py turns on the page discovery that Streamlit had
# before st.navigation, and the first link to a page that a new server gets opens the main page.
VIEWS_FOLDER = Path(__file__).resolve().parents[1] / "views"


@dataclass(frozen=True)
class View:
    """What a page is drawn from.

    Parameters
    ----------
    bundle : Bundle
        The study as it was published.
    words : Words
        Texts and numbers in the reader's language.
    choice : Choice
        What the reader picked beside the page.
    """

    bundle: Bundle
    words: Words
    choice: Choice


@dataclass(frozen=True)
class Page:
    """A page's declaration.

    Parameters
    ----------
    name : str
        Name of the page's folder, the beginning of its address and of its texts' keys.
    icon : str
        Name of a Material symbol.
    after : str or None
        The page that it follows in the navigation; None for the first.
    needs : tuple of str
        Published tables without which it has nothing to show.
    filters : tuple of str
        Pickers beside the page that it heeds, of `app.core.choices.FILTERS`.
    uses : tuple of str
        Published tables that it shows besides where they have rows.

    Raises
    ------
    ValueError
        If a filter is not one of those that there are.
    """

    name: str
    icon: str
    after: str | None
    needs: tuple[str, ...]
    filters: tuple[str, ...]
    uses: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unknown = sorted(set(self.filters) - set(FILTERS))
        if unknown:
            raise ValueError(
                f"app/views/{self.name}/page.py: expected filters among {FILTERS}, got {unknown};"
                " a page's own pickers are drawn in `show`"
            )

    def can_show(self, bundle: Bundle) -> bool:
        """Whether the bundle holds what this page needs, as the app knows it."""
        return bundle.has(*self.needs) and not self.outdated(bundle)

    def outdated(self, bundle: Bundle) -> dict[str, tuple[str, ...]]:
        """What the bundle lacks of the columns and parameters that this page asks for."""
        asked = (*self.needs, *self.uses, "manifest.json")
        return {name: bundle.outdated[name] for name in asked if name in bundle.outdated}


@dataclass(frozen=True)
class Entry:
    """A page of the navigation: its declaration, and what draws it."""

    page: Page
    show: Callable[[View], None]


def entries() -> list[Entry]:
    """Find every page in app/views, in the order of the navigation.

    Raises
    ------
    ValueError
        If a page has another name than its folder, or follows one that is not there.
    """
    found: dict[str, Entry] = {}
    for folder, module in modules("page").items():
        page: Page = module.PAGE
        if page.name != folder:
            raise ValueError(
                f"app/views/{folder}/page.py: expected the name of the folder, {folder!r}, got"
                f" {page.name!r}; name the page as its folder"
            )
        found[folder] = Entry(page, module.show)
    return [found[page.name] for page in ordered([entry.page for entry in found.values()])]


def ordered(pages: Sequence[Page]) -> list[Page]:
    """Put every page behind the one it follows; those that follow the same one by name.

    Raises
    ------
    ValueError
        If a page follows one that is not there, or pages follow each other in a circle.
    """

    def behind(name: str | None) -> Iterator[Page]:
        for page in sorted((p for p in pages if p.after == name), key=lambda page: page.name):
            yield page
            yield from behind(page.name)

    found = list(behind(None))
    lost = {page.name: page.after for page in pages if page not in found}
    if lost:
        raise ValueError(
            f"app/views: expected every page to follow another, got {lost}; mend `after` of PAGE"
        )
    return found


def modules(name: str) -> dict[str, ModuleType]:
    """The module of that name of every page that has one, by the page's folder."""
    folders = sorted(path.parent.name for path in VIEWS_FOLDER.glob(f"*/{name}.py"))
    return {folder: import_module(f"app.views.{folder}.{name}") for folder in folders}
