"""What stands in a page's place when the bundle does not hold what the page needs."""

from __future__ import annotations

import streamlit as st

from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import Page
from pipelines.contract.publish import EMPTY_REASONS, OWN_REASON


def stand_in(bundle: Bundle, words: Words, page: Page) -> None:
    """Draw what stands in the place of a page that cannot be shown."""
    st.title(words(f"{page.name}.title"))
    outdated = page.outdated(bundle)
    if outdated:
        _older_version(bundle, words, outdated)
    else:
        missing_data(bundle, words, page.name, page.needs)


def _older_version(bundle: Bundle, words: Words, lacking: dict[str, tuple[str, ...]]) -> None:
    """Say that the study was published by an older version, and how to publish it anew."""
    st.warning(words("empty.older"), icon=":material/update:")
    st.code(f"touchstone run {bundle.study}", language="bash")
    listed = "; ".join(f"{name}: {', '.join(parts)}" for name, parts in lacking.items())
    st.caption(plain(words("empty.lacking", listed=listed)))


def missing_data(bundle: Bundle, words: Words, page: str, tables: tuple[str, ...]) -> None:
    """Say which data would fill a page, and why the pipeline left its tables empty."""
    with st.container(border=True):
        study = _in_code(bundle.study)
        st.subheader(words(f"{page}.empty_title"))
        st.markdown(words(f"{page}.empty_about", study=study))
        st.markdown(words(f"{page}.empty_list", study=study))
        for reason in _reasons(bundle, words, tables):
            st.caption(words("empty.reason", reason=plain(reason)))
        if any(name not in bundle.manifest["tables"] for name in tables):
            st.markdown(words("empty.absent", study=study))


def _reasons(bundle: Bundle, words: Words, tables: tuple[str, ...]) -> list[str]:
    """Why tables are empty, each sentence once."""
    reasons = bundle.manifest["empty"]
    said = (why_empty(words, name, reasons[name]) for name in tables if name in reasons)
    return list(dict.fromkeys(said))


def why_empty(words: Words, table: str, reason: str) -> str:
    """The sentence of a reason that the manifest gives; some tables declare their own."""
    return (reason == OWN_REASON and words.why_empty(table)) or words.sentence(
        EMPTY_REASONS, reason
    )


def _in_code(text: str) -> str:
    """Text for between backticks, where Markdown knows no escapes."""
    return text.replace("`", "")
