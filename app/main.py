"""Touchstone's app: the pages over what the pipeline published."""

import sys
from functools import partial
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # Streamlit puts the folder of its script there, not the project's
    sys.path.insert(0, str(ROOT))

from app.core import bundle, choices, evidence, language  # noqa: E402
from app.pages.drivers import sections as drivers  # noqa: E402
from app.pages.overview import sections as overview  # noqa: E402
from app.pages.quality import sections as quality  # noqa: E402
from app.pages.touchpoints import sections as touchpoints  # noqa: E402

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
with st.sidebar:
    choice = choices.choose(published, words)
    choices.language_switch(words)

views = {
    "overview": overview,
    "touchpoints": touchpoints,
    "drivers": drivers,
    "quality": quality,
}
icons = {
    "overview": "dashboard",
    "touchpoints": "route",
    "drivers": "leaderboard",
    "quality": "fact_check",
}
page = st.navigation(
    [
        st.Page(
            partial(view.show, published, words, choice),
            title=words(f"{name}.title"),
            icon=f":material/{icons[name]}:",
            url_path=name,
            default=name == "overview",
        )
        for name, view in views.items()
    ]
)
above = st.container()
page.run()
with above:
    choices.tell_unknown(words)
choices.write_address()
evidence.show_asked(published, words)
