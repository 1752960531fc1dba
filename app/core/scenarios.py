"""Scenarios: what a reader named and keeps of a page, in this session and in a file.

A scenario is the part of the page's address that makes it, under a name. To open one is to follow
its link, so that a file can ask for nothing that a link cannot.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.core import choices
from app.core.language import Words, plain

KIND, FORMAT = "touchstone scenarios", 1  # what a file says that it is
MOST_KEPT, LONGEST_NAME, LONGEST_TEXT, LARGEST_FILE = 50, 60, 4000, 500_000  # the last in bytes
SHELF, TOLD = "scenarios_kept", "scenarios_told"


@dataclass(frozen=True)
class Scenario:
    """A named state of a page.

    Parameters
    ----------
    name : str
        As the reader called it.
    view : Mapping of str to str
        Parameters of the page's address, without study and language.
    """

    name: str
    view: Mapping[str, str]


class WrongFileError(Exception):
    """A file that holds no scenarios of this page.

    Parameters
    ----------
    code : str
        Why, as a text below ``scenarios.wrong``.
    **places : object
        What the text has places for.
    """

    def __init__(self, code: str, **places: object) -> None:
        self.code, self.places = code, places
        super().__init__(code)


def as_file(study: str, page: str, scenarios: Sequence[Scenario]) -> str:
    """Write scenarios of a page as JSON."""
    content = {
        "kind": KIND,
        "format": FORMAT,
        "study": study,
        "page": page,
        "scenarios": [{"name": one.name, "view": dict(one.view)} for one in scenarios],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def from_file(content: bytes, study: str, page: str, keys: Collection[str]) -> list[Scenario]:
    """Read scenarios of a page; see `as_file`.

    Parameters
    ----------
    content : bytes
        The file.
    keys : collection of str
        Parameters of the address that a scenario of this page may set.

    Raises
    ------
    WrongFileError
        If the file is too large, no JSON, of another kind, study or page, or an entry is damaged.
    """
    if len(content) > LARGEST_FILE:
        raise WrongFileError("too_large", most=LARGEST_FILE // 1000)
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise WrongFileError("no_json") from None
    if not isinstance(read, dict) or read.get("kind") != KIND:
        raise WrongFileError("other_kind")
    if read.get("format") != FORMAT:
        raise WrongFileError("other_format")
    if read.get("study") != study:
        raise WrongFileError("other_study", found=_short(read.get("study")), study=study)
    if read.get("page") != page:
        raise WrongFileError("other_page")
    listed = read.get("scenarios")
    if not isinstance(listed, list) or not listed:
        raise WrongFileError("none")
    if len(listed) > MOST_KEPT:
        raise WrongFileError("too_many", most=MOST_KEPT)
    return [_entry(one, place, keys) for place, one in enumerate(listed, start=1)]


def _entry(one: object, place: int, keys: Collection[str]) -> Scenario:
    fields: dict[str, Any] = one if isinstance(one, dict) else {}
    name, view = fields.get("name"), fields.get("view")
    is_named = isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME
    if not is_named or not isinstance(view, dict) or not view:
        raise WrongFileError("entry", place=place)
    for key, value in view.items():
        if key not in keys:
            raise WrongFileError("key", place=place, found=_short(key))
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            raise WrongFileError("entry", place=place)
    return Scenario(str(name).strip(), view)


def _short(found: object) -> str:
    return str(found)[:LONGEST_NAME]


def kept(study: str, page: str) -> dict[str, Scenario]:
    """Scenarios of a page that this session keeps, by name, the oldest first."""
    shelf: dict[tuple[str, str], dict[str, Scenario]] = st.session_state.setdefault(SHELF, {})
    return shelf.setdefault((study, page), {})


def keep(study: str, page: str, scenario: Scenario) -> None:
    """Keep a scenario; one of the same name makes room for it, and the oldest for one too many."""
    shelf = kept(study, page)
    shelf.pop(scenario.name, None)
    while len(shelf) >= MOST_KEPT:
        shelf.pop(next(iter(shelf)))
    shelf[scenario.name] = scenario


def draw(
    words: Words,
    study: str,
    page: str,
    keys: Sequence[str],
    compare: Callable[[Sequence[Scenario]], None],
) -> None:
    """Draw the shelf of a page: save, open, compare, delete, download and upload scenarios.

    Parameters
    ----------
    keys : sequence of str
        Parameters of the address that make a scenario of this page.
    compare : callable
        Draws scenarios beside each other.
    """
    shelf = kept(study, page)
    _draw_save(words, study, page, keys)
    if shelf:
        compare(list(shelf.values()))
        _draw_open(words, study, page)
    else:
        st.caption(words("scenarios.nothing"))
    _draw_files(words, study, page, keys)


def _draw_save(words: Words, study: str, page: str, keys: Sequence[str]) -> None:
    field = f"scenario_name_{page}"

    def _save() -> None:
        name = str(st.session_state[field]).strip()
        if name:
            view = {key: choices.chosen(key) for key in keys if choices.chosen(key)}
            keep(study, page, Scenario(name, view))
            st.session_state[field] = ""

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            words("scenarios.name"),
            key=field,
            max_chars=LONGEST_NAME,
            placeholder=words("scenarios.name_example"),
            width=320,
        )
        icon = ":material/bookmark_add:"
        st.button(words("scenarios.save"), on_click=_save, icon=icon, key=f"scenario_save_{page}")


def _draw_open(words: Words, study: str, page: str) -> None:
    shelf, field = kept(study, page), f"scenario_pick_{page}"

    def _open() -> None:
        choices.follow(shelf[st.session_state[field]].view)

    def _delete() -> None:
        shelf.pop(st.session_state[field], None)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(words("scenarios.pick"), list(shelf), key=field, width=320)
        st.button(words("scenarios.open"), on_click=_open, key=f"scenario_open_{page}")
        st.button(words("scenarios.delete"), on_click=_delete, key=f"scenario_delete_{page}")


def _draw_files(words: Words, study: str, page: str, keys: Sequence[str]) -> None:
    field = f"scenario_file_{page}"

    def _take() -> None:
        file = st.session_state[field]
        if file is not None:
            st.session_state[TOLD] = take(file.getvalue(), study, page, keys)

    with st.expander(words("scenarios.files"), icon=":material/folder_open:"):
        shelf = kept(study, page)
        if shelf:
            st.download_button(
                words("scenarios.download"),
                as_file(study, page, list(shelf.values())),
                file_name=f"{study}_{page}_scenarios.json",
                mime="application/json",
                icon=":material/download:",
                on_click="ignore",
                key=f"scenario_download_{page}",
            )
        st.file_uploader(words("scenarios.upload"), type="json", key=field, on_change=_take)
        told = st.session_state.pop(TOLD, None)
        if isinstance(told, WrongFileError):
            places = {name: plain(str(value)) for name, value in told.places.items()}
            st.warning(
                words(f"scenarios.wrong.{told.code}", **places), icon=":material/description:"
            )
        elif told is not None:
            st.success(words("scenarios.taken", n=words.count(told)), icon=":material/check:")


def take(content: bytes, study: str, page: str, keys: Collection[str]) -> int | WrongFileError:
    """Keep the scenarios of a file: how many there were, or what is wrong with it."""
    try:
        read = from_file(content, study, page, keys)
    except WrongFileError as wrong:
        return wrong
    for scenario in read:
        keep(study, page, scenario)
    return len(read)
