"""The navigation is what the folders of pages declare."""

import sys

import pytest

import app.views
from app.core import language, page
from app.core.page import Page


def declared(name: str, after: str | None) -> Page:
    return Page(name, icon="star", after=after, needs=(), filters=())


def order(*pages: Page) -> list[str]:
    return [found.name for found in page.ordered(pages)]


def test_a_page_stands_behind_the_one_it_names():
    pages = [declared("c", "b"), declared("a", None), declared("b", "a")]
    assert order(*pages) == ["a", "b", "c"]


def test_pages_that_follow_the_same_one_stand_by_name_each_with_its_own_followers():
    pages = [declared("z", "a"), declared("b", "a"), declared("c", "b"), declared("a", None)]
    assert order(*pages) == ["a", "b", "c", "z"]


@pytest.mark.parametrize("after", ["nowhere", "b"])
def test_a_page_that_follows_none_that_is_there_is_refused(after):
    with pytest.raises(ValueError, match=r"expected every page to follow another, got \{'b'"):
        order(declared("a", None), declared("b", after))


def test_a_filter_that_is_no_picker_beside_the_pages_is_refused():
    with pytest.raises(ValueError, match=r"app/views/voice/page\.py: expected filters among"):
        Page("voice", icon="forum", after=None, needs=(), filters=("colour",))


DECLARATION = """
from app.core.page import Page
PAGE = Page({name!r}, icon="forum", after=None, needs=(), filters=())
def show(view): ...
"""


@pytest.fixture
def add_page(tmp_path, monkeypatch):
    """Add the folder of a page beside which there is no other."""
    monkeypatch.setattr(page, "VIEWS_FOLDER", tmp_path)
    monkeypatch.setattr(app.views, "__path__", [str(tmp_path)])
    for name in [name for name in sys.modules if name.startswith("app.views.voice")]:
        monkeypatch.delitem(sys.modules, name)

    def add(folder: str, name: str) -> None:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "page.py").write_text(DECLARATION.format(name=name))

    yield add
    for name in [name for name in sys.modules if name.startswith("app.views.voice")]:
        del sys.modules[name]


def test_a_new_folder_is_a_page_of_the_navigation(add_page):
    add_page("voice", "voice")
    assert [entry.page.name for entry in page.entries()] == ["voice"]


def test_a_page_with_another_name_than_its_folder_is_refused(add_page):
    add_page("voice", "voices")
    with pytest.raises(ValueError, match=r"expected the name of the folder, 'voice', got 'voices'"):
        page.entries()


def test_every_page_has_a_title_and_says_what_would_fill_it_in_every_language():
    for code in language.languages():
        known = language.load(code).texts
        for entry in page.entries():
            parts = ("title", "empty_title", "empty_about", "empty_list")
            wanted = [f"{entry.page.name}.{part}" for part in parts]
            assert [key for key in wanted if key not in known] == []
