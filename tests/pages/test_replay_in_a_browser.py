"""A storm played back in a real browser: by button, slider and keyboard, on a phone, and without JavaScript."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.servers.house import House, started

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: apt-get install chromium")
OWN = "a-quiet-harbour"
#: Four days of an ordinary brand; the storm comes on the fourth.
BEGIN = datetime(2026, 3, 4, tzinfo=UTC)
STORM = 3 * 1440 + 720


def write(path: Path) -> None:
    """Write what was said as a file to read in."""
    said = [(n, "A day with Aurelia", n) for n in range(0, 4 * 1440, 9)]
    storm = "Aurelia lost my parcel, the worst service ever, nobody answers"
    said += [(STORM + n / 4, storm, 100_000 + n) for n in range(240)]
    with path.open("w", encoding="utf-8") as file:
        for minute, text, who in sorted(said):
            at = (BEGIN + timedelta(minutes=minute)).isoformat()
            file.write(
                json.dumps({"id": str(who), "text": text, "created_at": at, "author": f"p{who}"}) + "\n"
            )


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    write(folder / "storm.jsonl")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "accalmie", "import", str(folder / "storm.jsonl"), "--topic", "Aurelia"]
    subprocess.run(
        command, env={**clean, "ACCALMIE_DATA": str(folder / "data")}, check=True, capture_output=True
    )
    with started(folder) as house:
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(house, chromium, tmp_path_factory) -> str:
    """Somebody who signed in for the first time; returns their session for the tests."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page = context.new_page()
    page.goto(house.address)
    page.get_by_label("User name").fill(house.name)
    page.get_by_label("Password").fill(house.one_time)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("New Password", exact=True).fill(OWN)
    page.get_by_label("New Password (again)").fill(OWN)
    page.get_by_role("button", name="Keep this password").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    # Read in and measured: the storm is on the chart.
    page.goto(f"{house.address}/topics/1/?range=all")
    expect(page.get_by_role("link", name="Replay the storm of")).to_be_visible(timeout=60_000)
    kept = tmp_path_factory.mktemp("session") / "state.json"
    context.storage_state(path=kept)
    context.close()
    return str(kept)


@pytest.fixture
def visit(house, chromium, signed_in):
    """Opens pages; nothing may be said on the browser's console, where a breach of the policy is told."""
    said: list[str] = []
    with contextlib.ExitStack() as opened:

        def open_page(address: str, **options: object):
            context = chromium.new_context(
                **{"base_url": house.address, "storage_state": signed_in, "locale": "en-GB",
                   "timezone_id": "Europe/Paris", "viewport": {"width": 1280, "height": 900}} | options
            )  # fmt: skip
            opened.callback(context.close)
            page = context.new_page()
            page.on(
                "console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None
            )
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(address)
            return page

        yield open_page
    assert said == []


def shown(page) -> int:
    """The level that is shown; of the seven, one is."""
    return int(page.locator(".replay-level:not([hidden])").get_attribute("data-level"))


def minute(page) -> int:
    return int(page.locator("#replay-minute").input_value())


def line(page):
    """The line of the shown moment on the chart's first pane, right of which the curtain hangs."""
    return page.locator('#chart-replay svg line[stroke="var(--accent)"]').first


@pytest.mark.claim("S1")
def test_a_storm_is_played_from_its_calm_to_its_end(visit):
    page = visit("/topics/1/?range=all")
    page.get_by_role("link", name="Replay the storm of").click()
    expect(
        page.get_by_text("This is a replay of what was: nothing is sent, and nothing changes.")
    ).to_be_visible()
    assert shown(page) == 0
    expect(line(page)).to_be_attached(timeout=30_000)
    before = line(page).get_attribute("transform")
    page.get_by_label("How fast").select_option("as fast as possible")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    # Level by level it is said to who cannot see it, and shown to who can.
    expect(page.locator("#announce")).to_contain_text("Level", timeout=30_000)
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=30_000)
    assert str(minute(page)) == page.locator("#replay-minute").get_attribute("max")
    expect(line(page)).not_to_have_attribute("transform", before)
    expect(page.locator(".replay-events .replay-ahead")).to_have_count(0)
    assert "minute=" in page.url


@pytest.mark.claim("S1")
def test_by_keyboard_one_goes_minute_by_minute_and_from_change_to_change(visit):
    page = visit("/topics/1/replay/")
    first = minute(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert minute(page) == first + 1
    page.keyboard.press("Shift+ArrowRight")
    change = minute(page)
    expect(page.locator(f'.replay-events [data-at="{change}"]').first).to_be_attached()
    for _n in range(40):
        if shown(page) >= 3:
            break
        page.keyboard.press("Shift+ArrowRight")
    assert shown(page) >= 3
    # The words of that minute come by themselves.
    expect(page.locator("#replay-moment")).to_contain_text("lost my parcel")
    expect(page.locator("#replay-moment")).to_contain_text("different people criticise")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    here = minute(page)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.reload()
    assert minute(page) == here, "the address knows where it stood"


def test_the_slider_and_the_list_of_changes_jump(visit):
    page = visit("/topics/1/replay/")
    slider = page.get_by_label("Moment", exact=True)
    words = slider.get_attribute("aria-valuetext")
    slider.fill(str(minute(page) + 90))
    expect(slider).not_to_have_attribute("aria-valuetext", words)
    page.locator(".replay-events li", has_text="An alarm was raised").locator("a").first.click()
    assert shown(page) >= 3
    expect(page.locator("[data-show=clock]")).to_contain_text("7 Mar")


def test_without_javascript_every_step_is_a_link(visit):
    page = visit("/topics/1/replay/", java_script_enabled=False)
    expect(page.get_by_role("button", name="Play")).to_be_hidden()
    first = minute(page)
    page.get_by_role("link", name="1 minute on").click()
    assert minute(page) == first + 1
    for _n in range(40):
        if shown(page) >= 3:
            break
        page.get_by_role("link", name="Next change").click()
    assert shown(page) >= 3
    expect(page.locator("#replay-moment")).to_contain_text("lost my parcel")


def test_on_a_phone_nothing_sticks_out(visit):
    page = visit("/topics/1/replay/", viewport={"width": 360, "height": 740}, has_touch=True)
    expect(line(page)).to_be_attached(timeout=30_000)
    width = page.locator("html").evaluate("(page) => page.scrollWidth")
    assert width <= 360
