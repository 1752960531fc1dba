"""What the reader has chosen: the pickers beside every page, their state in the URL.

The URL always says all of it, so that a copied link opens the same view. A value that the data
do not know falls back to the usual one, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import streamlit as st

from app.core import bundle as bundles
from app.core.bundle import Bundle
from app.core.language import Words, languages, plain
from pipelines.contract.canonical import MODES
from pipelines.contract.people import EVERYBODY

USUAL_LANGUAGE = "en"
SEEN, KEPT = "choices_seen", "choices_kept"  # what the URL said; what was chosen, on any page
FILTERS = ("mode", "wave", "segment", "weights")  # pickers that a page may ask for; a segment's
# group comes with it
VIEW, UNKNOWN = "choices_view", "choices_unknown"  # of this run


@dataclass(frozen=True)
class Choice:
    """What the pages show.

    Parameters
    ----------
    mode, wave : str or None
        Hot or cold survey and its wave; None in a study without a survey.
    segment, group : str
        Attribute by which customers are split, and one of its values; both ``all`` if not.
    weighted : bool
        Whether sampling weights count.
    """

    mode: str | None
    wave: str | None
    segment: str
    group: str
    weighted: bool


def settle(key: str, options: Sequence[str], default: str) -> str:
    """Decide a choice: a new link wins, then what was chosen before, then the default.

    The decision is kept over the pages; `write_address` puts it into the URL.
    """
    return settle_text(key, default, options.__contains__)


def settle_text(key: str, default: str, is_known: Callable[[str], bool]) -> str:
    """Decide a choice that is no list of options but a text, such as the moves of a scenario."""
    state, kept, seen = st.session_state, _kept(), _seen()
    linked = st.query_params.get(key)
    wanted: str = state.get(key, kept.get(key, default))
    if linked is not None and linked != seen.get(key):
        wanted = linked
        if not is_known(linked):
            state.setdefault(UNKNOWN, {})[key] = linked
    if not is_known(wanted):
        wanted = default
    state[key] = kept[key] = seen[key] = wanted
    state.setdefault(VIEW, {})[key] = wanted
    return wanted


def chosen(key: str, default: str = "") -> str:
    """What is chosen now, without a picker: for what reruns alone, such as a fragment."""
    return _kept().get(key, default)


def pick(
    label: str,
    key: str,
    options: Sequence[str],
    default: str,
    name: Callable[[str], str],
    *,
    width: Literal["stretch"] | int = "stretch",
) -> str:
    """A select box whose state is in the URL."""
    settle(key, options, default)
    return str(st.selectbox(label, options, key=key, format_func=name, width=width))


def switch(
    label: str,
    key: str,
    options: Sequence[str],
    default: str,
    name: Callable[[str], str],
    *,
    help: str | None = None,
) -> str:
    """A row of buttons, one pressed, whose state is in the URL."""
    settle(key, options, default)

    def written(option: str) -> str:
        return plain(name(option))  # unlike a select box, buttons read Markdown

    return str(
        st.segmented_control(label, options, key=key, format_func=written, help=help, required=True)
    )


def set_choice(key: str, value: str) -> None:
    """Choose by code, in a callback: as if the reader had used the picker."""
    st.session_state[key] = _kept()[key] = value


def follow(view: Mapping[str, str]) -> None:
    """Choose as a link does, in a callback: what the data do not know is told."""
    for key, value in view.items():
        _seen().pop(key, None)
        st.query_params[key] = value


def tell_unknown(words: Words, page: str) -> None:
    """Say once which values of the link the data do not know."""
    for key, value in st.session_state.pop(UNKNOWN, {}).items():
        own = f"{page}.url.{key}"
        picker = words(own) if own in words.texts else words(f"url.{key}")
        st.warning(
            words("url.unknown", picker=picker, value=plain(value)), icon=":material/link_off:"
        )


def show_in_address(key: str) -> None:
    """Write one choice to the URL at once: after a rerun of a fragment `write_address` is not."""
    value = _kept().get(key, "")
    _seen()[key] = value
    if VIEW in st.session_state:  # the whole script runs, and will write all of it
        st.session_state[VIEW][key] = value
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def write_address() -> None:
    """Write all choices of this run to the URL, in one step of the browser's history."""
    view = st.session_state.pop(VIEW, {})
    if st.query_params.to_dict() != view:
        st.query_params.from_dict(view)


def _kept() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault(KEPT, {})
    return kept


def _seen() -> dict[str, str]:
    seen: dict[str, str] = st.session_state.setdefault(SEEN, {})
    return seen


def choose_language() -> str:
    """The language: as linked, else as the browser asks, else English."""
    asked, known = (st.context.locale or USUAL_LANGUAGE)[:2], list(languages())
    return settle("lang", known, asked if asked in known else USUAL_LANGUAGE)


def language_switch(words: Words) -> None:
    """The picker of the language."""
    names = languages()
    label = words("pick.language")
    st.segmented_control(
        label, list(names), key="lang", format_func=names.__getitem__, required=True
    )


def choose_study(studies: Sequence[str], words: Words) -> Bundle:
    """The picker of the study; only its bundle is read."""
    name = settle("study", studies, studies[0])
    titles = {study: words.label(bundles.title(study), study) for study in studies}
    st.selectbox(words("pick.study"), studies, key="study", format_func=titles.__getitem__)
    return bundles.load(name)


def choose(bundle: Bundle, words: Words, filters: Collection[str]) -> Choice:
    """The pickers of a page; where it has none it shows all customers of the newest wave.

    What was chosen on other pages stays in the URL.
    """
    modes = sorted({wave["mode"] for wave in bundle.register["waves"]})
    if not modes:
        return Choice(None, None, EVERYBODY, EVERYBODY, True)
    for key in _not_offered(filters):
        _keep(key)
    mode = _choose_mode(words, modes) if "mode" in filters else modes[0]
    waves = [wave["wave"] for wave in bundle.waves(mode)]
    wave = waves[-1]
    if "wave" in filters:
        wave = pick(words("pick.wave"), "wave", waves[::-1], wave, words.period)
    segment, group = (
        _choose_customers(bundle, words) if "segment" in filters else (EVERYBODY, EVERYBODY)
    )
    weighted = _choose_weights(bundle, words, mode) if "weights" in filters else True
    return Choice(mode, wave, segment, group, weighted)


def _not_offered(filters: Collection[str]) -> list[str]:
    keys = [key for key in FILTERS if key not in filters]
    return [*keys, "group"] if "segment" in keys else keys


def _keep(key: str) -> None:
    """Leave a choice that this page does not offer in the URL, for the pages that do."""
    linked = st.query_params.get(key)
    if linked is not None and linked != _seen().get(key):
        st.session_state[key] = _kept()[key] = _seen()[key] = linked
    if key in _kept():
        st.session_state.setdefault(VIEW, {})[key] = _kept()[key]


def in_words(bundle: Bundle, words: Words, choice: Choice) -> str:
    """The choice in one line, for readers whose pickers are out of sight."""
    who = words("pick.everybody")
    if choice.segment != EVERYBODY:
        label = bundle.register["segments"][choice.segment]["label"]
        group = group_name(bundle, words, choice.segment, choice.group)
        who = f"{words.label(label, choice.segment)}: {group}"
    return " · ".join(
        [words.period(choice.wave or ""), who, _weights_in_words(bundle, words, choice)]
    )


def _weights_in_words(bundle: Bundle, words: Words, choice: Choice) -> str:
    """Whether weights count; a wave without weights is not weighted, whatever was picked."""
    if choice.wave is not None and not bundle.wave(choice.mode, choice.wave)["weighted"]:
        return words("pick.no_weights")
    return words("pick.weighted" if choice.weighted else "pick.unweighted")


def _choose_mode(words: Words, modes: Sequence[str]) -> str:
    if len(modes) < 2:
        return modes[0]
    about = words("pick.mode_help")
    names = {mode: words.sentence(MODES, mode) for mode in modes}
    return switch(words("pick.mode"), "mode", modes, modes[0], names.__getitem__, help=about)


def _choose_customers(bundle: Bundle, words: Words) -> tuple[str, str]:
    segments = bundle.register["segments"]
    everybody = words("pick.everybody")
    label = {EVERYBODY: everybody} | {
        name: words.label(segment["label"], name) for name, segment in segments.items()
    }
    segment = pick(words("pick.segment"), "segment", list(label), EVERYBODY, label.__getitem__)
    if segment == EVERYBODY:
        return EVERYBODY, EVERYBODY
    groups = groups_of(bundle, segment)
    if not groups:
        return EVERYBODY, EVERYBODY
    written = partial(group_name, bundle, words, segment)
    return segment, pick(words("pick.group"), "group", groups, groups[0], written)


def groups_of(bundle: Bundle, segment: str) -> list[str]:
    """Values of a segment that have rows, in their declared order."""
    scores = bundle.tables["scores"]
    found = set(scores.filter(scores["segment"] == segment)["group"])
    declared = bundle.register["segments"][segment].get("order") or []
    return [v for v in declared if v in found] + sorted(found - set(declared))


def group_name(bundle: Bundle, words: Words, segment: str, value: str) -> str:
    """What a value of a segment is called in the reader's language, or the value itself."""
    translations = bundle.register["segments"].get(segment, {}).get("translations", {})
    return str(translations.get(words.code, {}).get(value, value))


def _choose_weights(bundle: Bundle, words: Words, mode: str) -> bool:
    """Whether weights count; no picker where no wave of this kind of survey has weights."""
    kinds = bundle.tables["scores"]["weighted"].unique().to_list()
    if len(kinds) < 2:
        return bool(kinds[0]) if kinds else True
    if not any(wave["weighted"] for wave in bundle.waves(mode)):
        _keep("weights")
        return True
    names = {"yes": words("pick.weighted"), "no": words("pick.unweighted")}
    about = words("pick.weights_help")
    chosen = switch(
        words("pick.weights"), "weights", list(names), "yes", names.__getitem__, help=about
    )
    return chosen == "yes"
