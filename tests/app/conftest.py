"""The app under test: two small bundles, pages opened by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.app import tiny_shop, tiny_survey

APP = Path(__file__).resolve().parents[2] / "app"

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _no_search_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest reads the metadata of all packages at every run, a second each time."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with both studies; not to be changed."""
    data = tmp_path_factory.mktemp("data")
    tiny_survey.publish(data)
    tiny_shop.publish(data)
    return data


@pytest.fixture
def data(published: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, where the app looks for it."""
    monkeypatch.setenv("TOUCHSTONE_DATA", str(published))
    return published


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that a test fills and changes."""
    monkeypatch.setenv("TOUCHSTONE_DATA", str(tmp_path))
    return tmp_path


def open_address(page: str = "overview", **link: str) -> AppTest:
    """Open a page by its address, as a link does; fail if it shows an exception."""
    app = AppTest.from_file(str(APP / "main.py"), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    if page != "overview":
        app._page_hash = calc_hash(page)  # switch_page knows only pages that are files
    app.run()
    assert not app.exception, app.exception[0].stack_trace
    return app


@pytest.fixture
def open_page() -> Open:
    """How a test opens a page."""
    return open_address


@pytest.fixture(scope="session")
def drivers_page(published: Path) -> AppTest:
    """The page of drivers as it opens at first, in English; not to be changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOUCHSTONE_DATA", str(published))
        patch.setattr(manifest_scanner, "scan_component_manifests", list)
        return open_address("drivers", study="airport", lang="en")
