"""Every page in a real browser, wide and narrow: no error, no overflow, readable for all.

Needs a Chromium on the path (Debian: `apt install chromium`). Where there is none the tests
skip and say so; where CI is set they fail instead.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    ViewportSize,
    sync_playwright,
)

from tests.app.conftest import APP

pytestmark = pytest.mark.browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
PATIENCE = 60_000  # milliseconds

VIEWS = [
    ("", "airport", WIDE, "en"),
    ("touchpoints", "airport", WIDE, "en"),
    ("drivers", "airport", WIDE, "en"),
    ("quality", "airport", WIDE, "en"),
    ("whatif", "airport", WIDE, "en"),
    ("plan", "airport", WIDE, "en"),
    ("", "airport", NARROW, "de"),
    ("touchpoints", "airport", NARROW, "de"),
    ("drivers", "airport", NARROW, "de"),
    ("quality", "airport", NARROW, "de"),
    ("whatif", "airport", NARROW, "de"),
    ("plan", "airport", NARROW, "de"),
    ("", "shop", WIDE, "de"),
    ("", "shop", NARROW, "en"),
    ("touchpoints", "shop", NARROW, "de"),
    ("drivers", "shop", NARROW, "en"),
    ("whatif", "shop", NARROW, "de"),
    ("plan", "shop", WIDE, "en"),
]
NAMES = [f"{page or 'overview'}-{study}-{size['width']}" for page, study, size, _ in VIEWS]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        reason = "no Chromium on the path; install it (Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def server(published: Path, chromium: str) -> Iterator[str]:
    """The app on a free port, over the two small bundles."""
    port = free_port()
    options = {
        "server.port": port,
        "server.address": "localhost",
        "server.headless": "true",
        "server.fileWatcherType": "none",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(APP / "main.py"), *given]
    env = os.environ | {"TOUCHSTONE_DATA": str(published)}
    process = subprocess.Popen(command, env=env, cwd=APP.parent, stdout=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(120):
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.5)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


def is_fault(message: ConsoleMessage) -> bool:
    """Errors of the console, but for one that every deep link to a Streamlit page makes.

    Its client looks for the server's health below the page's own path first, and gets a 404.
    """
    return message.type == "error" and "/_stcore/" not in message.location.get("url", "")


@pytest.fixture(scope="session")
def windows(browser: Browser) -> dict[int, BrowserContext]:
    """A wide and a narrow window; the second page in each finds the app's scripts cached."""
    return {size["width"]: browser.new_context(viewport=size) for size in (WIDE, NARROW)}


Open = Callable[..., tuple[Page, list[str]]]


@pytest.fixture
def open_view(windows: dict[int, BrowserContext], server: str) -> Iterator[Open]:
    """Open a page; return it and the list that its faults will be in."""
    opened: list[Page] = []

    def _open(page: str, size: ViewportSize, **link: str) -> tuple[Page, list[str]]:
        view = windows[size["width"]].new_page()
        opened.append(view)
        view.set_default_timeout(PATIENCE)
        faults: list[str] = []
        view.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        view.on("pageerror", lambda error: faults.append(str(error)))
        query = "&".join(f"{name}={value}" for name, value in link.items())
        view.goto(f"{server}/{page}?{query}")
        settle(view)
        return view, faults

    yield _open
    for view in opened:
        view.close()


def settle(page: Page) -> None:
    """Wait until the script has run and everything is drawn."""
    page.wait_for_selector("[data-testid=stHeading]")
    page.wait_for_function(
        """() => document.querySelector('[data-testid=stApp]').dataset.testScriptState
                 === 'notRunning' && !document.querySelector('[data-testid=stSkeleton]')"""
    )
    page.wait_for_timeout(400)  # for transitions to end


def widths(page: Page) -> dict[str, float]:
    """How wide the page is, and how far its contents reach."""
    return page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid=stMain]');
            const parts = document.querySelectorAll(
                '[data-testid=stVegaLiteChart], [data-testid=stDataFrame], [data-testid=stTable]');
            const right = [...parts].map(part => part.getBoundingClientRect().right);
            return {window: window.innerWidth, page: document.documentElement.scrollWidth,
                    main: main.clientWidth, content: main.scrollWidth,
                    parts: Math.max(0, ...right),
                    sidebar: document.querySelector('[data-testid=stSidebar]')
                        ?.getBoundingClientRect().right ?? 0};
        }"""
    )


@pytest.mark.parametrize(("page", "study", "size", "language"), VIEWS, ids=NAMES)
def test_a_page_opens_without_error_overflow_or_serious_accessibility_violation(
    open_view, tmp_path_factory, page, study, size, language
):
    view, faults = open_view(page, size, study=study, lang=language)
    name = f"{page or 'overview'}_{study}_{size['width']}.png"
    view.screenshot(path=tmp_path_factory.getbasetemp() / name, full_page=True)
    assert faults == []
    assert view.locator("[data-testid=stException]").count() == 0
    measured = widths(view)
    assert measured["page"] <= measured["window"]
    assert measured["content"] <= measured["main"]
    assert measured["parts"] <= measured["window"]
    assert (measured["sidebar"] > 0) == (size is WIDE)
    text = view.locator("[data-testid=stMain]").inner_text()
    leaked = {"NaN", "None", "undefined"} | ({"null"} if language == "en" else set())  # German: 0
    assert not leaked & set(text.split())
    assert serious_violations(view) == {}


def test_the_navigation_has_the_pages_of_the_folder_and_no_others(open_view):
    view, faults = open_view("drivers", WIDE, study="airport", lang="en")
    assert faults == []
    links = view.locator("[data-testid=stSidebarNav] a").all_inner_texts()
    listed = [text.split("\n")[-1] for text in links]
    assert listed == [
        "Overview", "Touchpoints", "Drivers", "Kano and gaps", "What if", "Plan", "Data quality",
    ]  # fmt: skip


def serious_violations(view: Page) -> dict[str, list[str]]:
    """What axe-core finds serious or critical: rule -> the elements concerned."""
    return {
        violation["id"]: [node["html"][:200] for node in violation["nodes"]]
        for violation in Axe().run(view).response["violations"]
        if violation["impact"] in ("serious", "critical")
    }


def test_a_number_in_the_table_opens_its_evidence_again_and_again(open_view):
    view, faults = open_view("touchpoints", WIDE, study="airport", lang="en")
    for _ in range(2):
        table = view.locator("[data-testid=stDataFrame]").first.bounding_box()
        row = 35 + 2 * 38 + 19  # header, two rows, half a row
        view.mouse.click(table["x"] + 370, table["y"] + row)
        card = view.get_by_role("dialog")
        card.get_by_text("Parking: Mean score").first.wait_for()
        view.keyboard.press("Escape")
        card.wait_for(state="detached")
        settle(view)
    assert faults == []


def test_a_point_of_a_chart_opens_its_evidence(open_view):
    link = {"study": "airport", "lang": "en", "touchpoint": "wifi"}
    view, faults = open_view("touchpoints", WIDE, **link)
    chart = view.locator("[data-testid=stVegaLiteChart]").first
    chart.locator("path[aria-roledescription=point]").last.click(force=True)
    card = view.get_by_role("dialog")
    card.wait_for()
    card.get_by_text("Wi-Fi: Mean score").first.wait_for()
    assert faults == []


def test_a_place_on_the_map_of_drivers_opens_its_evidence(open_view):
    view, faults = open_view("drivers", WIDE, study="airport", lang="en")
    ground = view.locator("[data-testid=stVegaLiteChart]").nth(2)
    ground.locator("path[aria-roledescription=point]").last.click(force=True)
    card = view.get_by_role("dialog")
    card.wait_for()
    card.get_by_text("importance for Airport as a whole, and performance").first.wait_for()
    assert faults == []


def test_a_slider_moved_by_keyboard_changes_the_numbers_and_the_address_at_once(open_view):
    link = {"study": "airport", "lang": "en", "moves": "wifi_rating:lift_good:50"}
    view, faults = open_view("whatif", WIDE, **link)
    view.get_by_role("slider").first.focus()
    view.keyboard.press("ArrowRight")
    view.wait_for_url(re.compile("wifi_rating%3Alift_good%3A51"), wait_until="commit")
    view.get_by_text("If 51% of those who rate “Wi-Fi” below good").wait_for()
    assert faults == []


def test_a_touchpoint_on_the_map_is_added_to_the_scenario(open_view):
    link = {"study": "airport", "lang": "en", "moves": "none"}
    view, faults = open_view("whatif", WIDE, **link)
    view.get_by_text("Pick touchpoints on the map").click()
    view.get_by_text("Click a touchpoint to add it.").wait_for()
    settle(view)
    ground = view.locator("[data-testid=stVegaLiteChart]").first
    ground.locator("path[aria-roledescription=point]").last.click(force=True)
    view.wait_for_url(re.compile("_rating%3Alift_good%3A50"), wait_until="commit")
    view.get_by_role("slider").wait_for()
    assert faults == []


def test_a_cost_edited_in_the_table_changes_the_plan_and_the_address(open_view):
    view, faults = open_view("plan", WIDE, study="airport", lang="en")
    editor = view.locator("[data-testid=stDataFrame]").first
    editor.scroll_into_view_if_needed()
    settle(view)
    table = editor.bounding_box()
    view.mouse.click(table["x"] + 60, table["y"] + 35 + 7 * 35 + 17)  # header, seven rows, a half
    for key in ("ArrowRight", "ArrowRight", "Enter"):  # from the name to the cost, and into it
        view.keyboard.press(key)
    view.locator("#portal input").wait_for()
    view.wait_for_timeout(400)  # for the cell's editor to take the focus
    view.keyboard.press("Control+a")
    view.keyboard.type("100000", delay=60)
    view.keyboard.press("Enter")
    view.wait_for_url(re.compile("food_court%3Aone_off%3A100000"), wait_until="commit")
    assert faults == []


def test_the_view_stays_from_page_to_page_and_on_the_way_back(open_view):
    view, _ = open_view("", WIDE, study="airport", lang="en", wave="2017")
    view.get_by_role("link", name="Touchpoints").click()
    view.wait_for_url("**/touchpoints?*wave=2017*")
    settle(view)
    assert "2017" in view.locator("[data-testid=stMain]").inner_text()
    view.go_back()
    view.wait_for_url("**wave=2017*")
    settle(view)
    assert "2017" in view.locator("[data-testid=stMain]").inner_text()
