"""The app as a whole: every page opens, and a bundle that is not there or not whole is told."""

import os
import subprocess
import sys

from tests.app import tiny_bundle, tiny_survey
from tests.app.conftest import APP


def test_the_navigation_has_the_pages_of_the_folder_and_no_others(data, open_page):
    app = open_page(study="airport", lang="en")
    listed = [(page["url_pathname"], page["page_name"]) for page in app._registered_pages.values()]
    assert listed == [
        ("", "Overview"),
        ("touchpoints", "Touchpoints"),
        ("drivers", "Drivers"),
        ("kano", "Kano and gaps"),
        ("whatif", "What if"),
        ("plan", "Plan"),
        ("quality", "Data quality"),
    ]


OPEN = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(sys.argv[1], default_timeout=60).run()
print(app.title[0].value, len(app.exception))
"""


def test_streamlit_does_not_look_for_pages_itself():
    """It does where there is a folder `pages/`, and a new server's first link then goes astray."""
    assert not (APP / "pages").exists()


def test_the_app_starts_from_any_folder(data, tmp_path):
    """Streamlit puts the folder of main.py on the path, not the project's."""
    env = os.environ | {"PYTHONPATH": ""}
    command = [sys.executable, "-c", OPEN, str(APP / "main.py")]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "Airport passenger survey 0"


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
