"""The pages in a real browser, on the real server with its worker: charts under the policy, live, without a mouse,
on a phone, and without JavaScript.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator

import pytest

from tests.servers.house import House, started

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: apt-get install chromium")
OWN = "a-quiet-harbour"
#: What is said of a line that a test has cut.
CUT = ("net::ERR_FAILED", "htmx:")


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[House]:
    with started(tmp_path_factory.mktemp("house"), demo=True) as house:
        yield house


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(house, chromium, tmp_path_factory) -> str:
    """The first start, as a person sees it; returns the session for the other tests."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page = context.new_page()
    page.goto(house.address)
    page.get_by_label("User name").fill(house.name)
    page.get_by_label("Password").fill(house.one_time)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Choose your own password")).to_be_visible()
    page.get_by_label("New Password", exact=True).fill(OWN)
    page.get_by_label("New Password (again)").fill(OWN)
    page.get_by_role("button", name="Keep this password").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    kept = tmp_path_factory.mktemp("session") / "state.json"
    context.storage_state(path=kept)
    context.close()
    return str(kept)


@pytest.fixture
def visit(house, chromium, signed_in):
    """Opens pages; nothing may be said on the browser's console, where a breach of the policy is told."""
    contexts, said = [], []

    def opened(address: str, **options: object):
        context = chromium.new_context(
            **{"base_url": house.address, "storage_state": signed_in, "locale": "en-GB",
               "timezone_id": "Europe/Paris", "viewport": {"width": 1280, "height": 900}} | options
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [line for line in said if not any(cut in line for cut in CUT)] == []


def bars(page):
    return page.locator("#chart-fever svg .mark-rect path")


def _pointed_at(page, words: str, point) -> None:
    """Call `point` until the chart says these words.

    The storm goes on, and the chart is drawn anew under the mouse: whoever sees nothing moves the mouse a little.
    """
    told = page.locator("#vg-tooltip-element").filter(has_text=words)
    for aside in range(40):
        with contextlib.suppress(playwright.Error):
            point(aside % 2)
        page.wait_for_timeout(100)
        if told.is_visible():
            return
    raise AssertionError(f"nothing says {words!r}")


def test_charts_are_drawn_under_the_policy(visit):
    page = visit("/")
    expect(page.locator("figure[data-chart^=spark] svg")).to_have_count(1)
    page.goto("/topics/1/?range=day")
    # The style sheet's colours, so that light and dark need no new drawing. The usual is known once it was measured.
    for colour in ("--bar", "--bar-negative", "--band"):
        bar = page.locator(f'#chart-fever svg path[fill="var({colour})"]').first
        expect(bar).to_be_attached(timeout=30_000)


def test_a_bar_says_what_it_is_and_a_click_shows_what_was_said_then(visit):
    page = visit("/topics/1/?range=week")
    expect(bars(page).first).to_be_attached()
    page.locator("#chart-fever").scroll_into_view_if_needed()
    box = page.locator("#chart-fever").bounding_box()
    at = (box["x"] + box["width"] * 0.5, box["y"] + box["height"] - 60)
    _pointed_at(page, "Still usual", lambda aside: page.mouse.move(at[0] + aside, at[1]))
    page.mouse.click(*at)
    expect(page.get_by_text("Show the latest again")).to_be_visible()
    assert "since=" in page.url and "until=" in page.url
    page.go_back()
    expect(page.get_by_text("Show the latest again")).to_have_count(0)


@pytest.mark.claim("M4")
def test_the_page_goes_on_by_itself_and_what_was_opened_stays_open(visit):
    page = visit("/topics/1/")
    page.get_by_text("The same as a table").click()
    expect(page.locator("#table-fever")).to_have_attribute("open", "")
    clock = page.locator("#drill")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before, timeout=20_000)
    expect(page.locator("html")).to_have_attribute("data-stream", "live")
    expect(page.locator("#table-fever")).to_have_attribute("open", "")
    expect(page.locator("#chart-fever svg")).to_have_count(1)


@pytest.mark.claim("B9")
def test_what_we_published_is_a_mark_on_the_curve_and_has_its_figures_below(visit):
    page = visit("/topics/1/")
    page.get_by_text("We published something").click()
    page.get_by_label("What did you publish?").fill("We are on it")
    page.get_by_role("button", name="Mark it").click()
    expect(page.get_by_text("Your message is marked.")).to_be_visible()
    mine = page.locator("#followed tbody").filter(has_text="We are on it")
    expect(mine.get_by_role("row", name="Critics an hour")).to_have_count(1)
    mark = page.locator('#chart-fever svg path[fill="var(--own)"]')
    expect(mark).to_have_count(1)
    page.locator("#chart-fever").scroll_into_view_if_needed()
    mark.hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("We are on it")
    page.get_by_text("The same as a table").click()
    # What somebody reads does not move; the row of this very minute comes when they have left.
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    row = page.locator("#table-fever tbody tr").filter(has_text="“We are on it”")
    expect(row).to_have_count(1, timeout=30_000)


@pytest.mark.claim("M7")
def test_the_drills_alarm_arrives_on_the_open_page_and_is_acknowledged(visit):
    page = visit("/drill/")
    page.get_by_label("How fast").select_option("240")
    page.get_by_role("button", name="Play it").click()
    expect(page.locator("#level-now")).to_be_visible()
    page.evaluate("document.title = 'not loaded again'")
    expect(page.get_by_text("Nobody has looked yet")).to_be_visible(timeout=90_000)
    expect(page).to_have_title("not loaded again")
    expect(page.locator("#announce")).not_to_be_empty()
    page.get_by_role("button", name=re.compile("Acknowledge")).click()
    expect(page.get_by_text("You have acknowledged the alarm.")).to_be_visible()


def test_what_somebody_reads_does_not_move_under_their_hands(visit):
    page = visit("/topics/1/?range=week")
    link = page.locator("#mentions .mention a").first
    link.focus()
    mine = link.inner_text()
    expect(page.get_by_text("What is new waits while you read here.")).to_be_visible(timeout=20_000)
    expect(page.locator("#mentions .mention a").first).to_have_text(mine)
    expect(link).to_be_focused()
    page.locator("#id_tone").focus()
    expect(page.get_by_text("What is new waits while you read here.")).to_be_hidden()


def test_the_focus_stays_where_it_is_when_its_part_comes_again(visit):
    page = visit("/")
    page.locator(".card-link").first.focus()
    before = page.locator("#overview").element_handle()
    page.evaluate("htmx.trigger('#overview', 'live')")
    before.wait_for_element_state("hidden")
    expect(page.locator(".card-link").first).to_be_focused()


def test_everything_is_reached_by_keyboard_and_the_focus_is_seen(visit):
    page = visit("/topics/1/?range=week")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.add(focused.get_attribute("id") or focused.inner_text()[:40])
        if focused.get_attribute("id") == "id_tone":
            break
    assert {"range-1", "range-5", "id_channel", "id_tone", "The same as a table"} <= reached
    outline = page.locator(":focus").evaluate("element => getComputedStyle(element).outlineWidth")
    assert outline == "3px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/", "/topics/1/", "/drill/", "/search/?q=a", "/alarms/", "/account/2fa/"]
)
def test_on_a_phone_nothing_is_wider_than_the_screen(visit, address, scheme):
    page = visit(address, viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    nav = page.get_by_role("navigation", name="Main")
    assert nav.bounding_box()["y"] > 700, "the menu is under the thumb"


def test_the_chart_fits_a_screen_that_is_turned(visit):
    page = visit("/topics/1/", viewport={"width": 390, "height": 844})
    svg = page.locator("#chart-fever svg")
    expect(svg).to_have_attribute("width", re.compile(r"^3\d\d"))
    page.set_viewport_size({"width": 844, "height": 390})
    expect(svg).to_have_attribute("width", re.compile(r"^[67]\d\d"))


def test_the_chosen_light_changes_the_page_and_its_charts_at_once(visit):
    page = visit("/topics/1/", color_scheme="light")
    expect(bars(page).first).to_be_attached()
    colour = "element => getComputedStyle(element).fill"
    before = bars(page).first.evaluate(colour)
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(bars(page).first).to_be_attached()
    assert bars(page).first.evaluate(colour) != before


def test_without_javascript_everything_can_be_read_and_chosen(visit):
    page = visit("/topics/1/", java_script_enabled=False)
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    page.get_by_label("Tone").select_option("negative")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "tone=negative" in page.url and "range=week" in page.url
    page.get_by_text("The same as a table").click()
    row = page.locator("#table-fever tbody a").first
    row.click()
    expect(page.get_by_text("Show the latest again")).to_be_visible()


def test_a_part_that_cannot_be_fetched_is_told(visit, house):
    page = visit("/alarms/")
    context = page.context
    context.route("**/alarms/", lambda route: route.abort())
    page.evaluate("htmx.trigger('#alarms', 'live')")
    expect(page.locator("#failed")).to_be_visible()
    context.unroute("**/alarms/")
    page.evaluate("htmx.trigger('#alarms', 'live')")
    expect(page.locator("#failed")).to_be_hidden()


def test_what_changes_while_a_part_is_being_fetched_is_fetched_after_it(visit):
    page = visit("/alarms/")
    held = []
    page.route("**/alarms/", lambda route: held.append(route), times=1)
    with page.expect_request("**/alarms/"):
        page.evaluate("htmx.trigger('#alarms', 'live')")
    page.evaluate("htmx.trigger('#alarms', 'live'); htmx.trigger('#alarms', 'live')")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/alarms/"), page.expect_request("**/alarms/"):
        held[0].continue_()
    page.goto("/")
    assert len([url for url in asked if url.endswith("/alarms/")]) == 1, "once, however often it was told"


@pytest.mark.parametrize("first", ["a filter", "a bar", "the page itself"])
def test_an_answer_that_comes_late_is_not_shown_over_a_newer_one(visit, first):
    page = visit("/topics/1/?range=week")
    held = []
    late = {"a filter": "tone=negative", "a bar": "since=", "the page itself": "range=week"}[first]
    page.route(
        lambda url: late in url,
        lambda route: held.append(route) if not held else route.continue_(),
    )
    with page.expect_request(lambda request: late in request.url):
        if first == "a filter":
            page.locator("#filters").get_by_label("Tone").select_option("negative")
        elif first == "a bar":
            address = (
                "/topics/1/?range=week&since=2020-01-01T00:00:00%2B00:00&until=2020-01-02T00:00:00%2B00:00"
            )
            page.evaluate(
                "address => document.dispatchEvent(new CustomEvent('accalmie:pick', { detail: { address } }))",
                address,
            )
        else:
            page.evaluate("htmx.trigger('#now', 'live')")
    page.get_by_role("link", name="All", exact=True).click()
    chosen = page.get_by_role("link", name="All", exact=True)
    expect(chosen).to_have_attribute("aria-current", "true")
    with contextlib.suppress(playwright.Error):  # the browser may have given it up
        held[0].continue_()
    page.wait_for_timeout(700)
    expect(chosen).to_have_attribute("aria-current", "true")
    expect(page.get_by_text("Show the latest again")).to_have_count(0)
    expect(page.locator("#filters").get_by_label("Tone")).to_have_value(
        "" if first != "a filter" else "negative"
    )
