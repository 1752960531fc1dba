"""The app as a whole: every page opens, and a bundle that is not there or not whole is told."""

from tests.app import tiny_bundle, tiny_survey
from tests.app.conftest import APP


def test_the_navigation_has_the_pages_of_the_folder_and_no_others(data, open_page):
    """Streamlit's own discovery of files in a folder `pages/` stays off."""
    app = open_page(study="airport", lang="en")
    listed = [(page["url_pathname"], page["page_name"]) for page in app._registered_pages.values()]
    assert listed == [
        ("", "Overview"),
        ("touchpoints", "Touchpoints"),
        ("drivers", "Drivers"),
        ("quality", "Data quality"),
    ]


def test_without_a_bundle_the_app_says_how_to_make_one(own_data, open_page):
    app = open_page(lang="en")
    assert app.title[0].value == "Nothing is published yet"
    assert app.code[0].value == "dvc repro"


def test_a_bundle_that_is_not_whole_says_what_is_missing(own_data, open_page):
    version = tiny_survey.publish(own_data)
    (own_data / "airport" / "published" / version / "changes.parquet").unlink()
    app = open_page(lang="en")
    assert "changes.parquet is missing" in app.error[0].value.replace("\\", "")


def test_a_new_bundle_is_shown_by_the_running_app(own_data, open_page):
    tiny_survey.publish(own_data)
    app = open_page(lang="en", study="airport")
    register = tiny_survey.register()
    register["title"]["en"] = "Airport survey, mended"
    tiny_bundle.write(own_data / "airport", register, tiny_survey.tables(), empty={})
    app.run()
    assert app.title[0].value == "Airport survey, mended"


def test_no_page_allows_html_from_data():
    sources = "".join(path.read_text(encoding="utf-8") for path in APP.rglob("*.py"))
    assert "unsafe_allow_html" not in sources
    assert "st.html" not in sources
