"""What stands in a page's place when the bundle does not hold what the page needs."""

from __future__ import annotations

import streamlit as st

from app.core.bundle import Bundle
from app.core.language import Words, plain
from app.core.page import Page


def stands_in(bundle: Bundle, words: Words, page: Page) -> bool:
    """Draw what stands in the place of a page that cannot be shown; whether it had to."""
    outdated = page.outdated(bundle)
    if not outdated and bundle.has(*page.needs):
        return False
    st.title(words(f"{page.name}.title"))
    if outdated:
        older_version(bundle, words, outdated)
    else:
        missing_data(bundle, words, page.name, page.needs)
    return True


def older_version(bundle: Bundle, words: Words, lacking: dict[str, tuple[str, ...]]) -> None:
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
        for reason in _reasons(bundle, tables):
            st.caption(words("empty.reason", reason=plain(words.method(reason))))
        if any(name not in bundle.manifest["tables"] for name in tables):
            st.markdown(words("empty.absent", study=study))


def _reasons(bundle: Bundle, tables: tuple[str, ...]) -> list[str]:
    """What the manifest says of empty tables, each sentence once."""
    said = bundle.manifest["empty"]
    return list(dict.fromkeys(said[name] for name in tables if name in said))


def _in_code(text: str) -> str:
    """Text for between backticks, where Markdown knows no escapes."""
    return text.replace("`", "")
