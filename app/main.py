"""Touchstone's app: the pages over what the pipeline published."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # Streamlit puts the folder of its script there, not the project's
    sys.path.insert(0, str(ROOT))

from app.core import bundle, choices, evidence, language, notices  # noqa: E402
from app.core.page import View, entries  # noqa: E402

STATIC = Path(__file__).parent / "static"

st.set_page_config(
    "Touchstone", page_icon=str(STATIC / "mark.svg"), layout="wide", initial_sidebar_state=260
)
st.logo(STATIC / "logo.svg", size="large", icon_image=STATIC / "mark.svg")
words = language.load(choices.choose_language())

studies = bundle.studies()
if not studies:
    choices.language_switch(words)
    st.title(words("empty.nothing_title"))
    st.markdown(words("empty.nothing"))
    st.code("dvc repro", language="bash")
    st.stop()

try:
    with st.sidebar:
        published = choices.choose_study(studies, words)
except FileNotFoundError as error:
    st.error(words("empty.broken", file=language.plain(Path(error.filename or "").name)))
    st.stop()


def draw() -> None:
    """Draw the page that is open, or say why it cannot be shown."""
    if is_shown:
        entry.show(View(published, words, choice))
    else:
        notices.stand_in(published, words, entry.page)


pages = {
    entry: st.Page(
        draw,
        title=words(f"{entry.page.name}.title"),
        icon=f":material/{entry.page.icon}:",
        url_path=entry.page.name,
        default=entry.page.after is None,
    )
    for entry in entries()
}
opened = st.navigation(list(pages.values()))
entry = next(entry for entry, page in pages.items() if page is opened)
is_shown = entry.page.can_show(published)
with st.sidebar:
    choice = choices.choose(published, words, entry.page.filters if is_shown else ())
    choices.language_switch(words)
above = st.container()
opened.run()
with above:
    choices.tell_unknown(words, entry.page.name)
choices.write_address()
evidence.show_asked(published, words)
