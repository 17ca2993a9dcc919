"""What people do with it, from the first start to the export: the real product, a real browser, nothing pretended.

One house serves all journeys here; each begins with the people signed in and leaves nothing that another needs.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from accalmie.core.fever.scale import LEVELS, level_name
from tests.journeys.tweets import Tweets, at_hand
from tests.journeys.visiting import (
    CHROMIUM,
    OWN,
    PHONE,
    Visitors,
    expect,
    is_the_same,
    mark,
    sign_in,
    tabs_to,
    visitors,
)

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium: apt-get install chromium")
#: A storm played so fast comes within some seconds; this only ends a broken run.
STORM = 90_000


@pytest.fixture(scope="module")
def everybody(tmp_path_factory) -> Iterator[Visitors]:
    """The house, where admin has just signed in for the first time and invited Mara, who leads, and Ben."""
    with visitors(tmp_path_factory.mktemp("home")) as visit:
        house = visit.home.house
        visit.first_sign_in(house.name, house.one_time)
        visit.invite(house.name, "mara", "Lead")
        visit.invite(house.name, "ben", "Responder")
        visit.leave()
        yield visit


@pytest.fixture
def visit(everybody) -> Iterator[Visitors]:
    """Browsers for one journey; no script may fail in them, and nothing may breach the content policy."""
    everybody.said.clear()
    yield everybody
    everybody.leave()
    assert everybody.said == []


@pytest.fixture(scope="module")
def tweets(tmp_path_factory) -> Tweets:
    """A file of what was said of airlines."""
    return at_hand(tmp_path_factory.mktemp("tweets"))


@pytest.fixture(scope="module")
def airlines(everybody, tweets) -> str:
    """The topic into which the tweets were read in, in the browser; its address."""
    everybody.said.clear()
    page = everybody("mara", "/")
    page.get_by_role("link", name=re.compile("Listen to")).first.click()
    page.get_by_role("button", name="Make the topic").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Airlines")
    page.get_by_role("button", name="Make the topic").click()
    expect(page.get_by_role("heading", name="Where should we listen?")).to_be_visible()
    page.get_by_role("link", name="A file").click()
    page.get_by_label("File").set_input_files(tweets.path)
    page.get_by_role("button", name="Send and look at the columns").click()
    expect(page.get_by_role("heading", name="Which column holds what?")).to_be_visible()
    _correct_a_column(page)
    _watch_it_read_in(page, tweets)
    page.get_by_role("link", name="Look at the fever").click()
    expect(page.get_by_role("heading", name="Airlines", exact=True)).to_be_visible()
    address = urlsplit(page.url).path
    everybody.leave()
    assert everybody.said == []
    return address


def _correct_a_column(page: Any) -> None:
    text = page.get_by_label("Text", exact=True)
    expect(text).to_have_value("text")
    expect(page.get_by_label("When it was said")).to_have_value("created_at")
    expect(page.get_by_label("Number or name of the mention")).to_have_value("id")
    text.select_option("")
    page.get_by_role("button", name="Read it in").click()
    expect(text).to_be_focused()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    text.select_option("text")
    page.get_by_role("button", name="Read it in").click()


def _watch_it_read_in(page: Any, tweets: Tweets) -> None:
    expect(page.locator("#import")).to_be_visible()
    mark(page)
    expect(page.get_by_role("heading", name="Read in", exact=True)).to_be_visible(timeout=STORM)
    for name, figure in (
        ("Rows read", len(tweets.texts) + tweets.repeated), ("Kept", len(tweets.texts)),
        ("Heard before", tweets.repeated), ("Rejected", 0),
    ):  # fmt: skip
        found = page.locator("#import dl > div").filter(has=page.get_by_text(name, exact=True))
        expect(found.locator("dd")).to_have_text(f"{figure:,}")
    assert is_the_same(page)


# ── The first start ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("M4")
def test_the_first_look_is_a_drill_and_everything_is_still_there_after_a_restart(visit):
    house = visit.home.house
    page = visit("mara")
    drill = page.locator(".topic-card").filter(has_text="Tillorbe").first
    expect(drill.get_by_text("Drill", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^Listen to"))).to_be_visible()
    drill.get_by_role("link", name="Tillorbe").click()
    expect(page.get_by_text("This is a drill. All people and texts are invented.")).to_be_visible()
    page.locator(".mention-foot").last.get_by_role("link", name="Proof").click()
    expect(page.get_by_text("The proof holds.")).to_be_visible()
    mention = urlsplit(page.url).path
    visit.leave()

    visit.home.stop()
    visit.home.start()
    assert not visit.home.house.one_time, "who has an own password gets no other one"
    page = visit("mara", mention)
    expect(page.get_by_text("The proof holds.")).to_be_visible()
    page.goto("/")
    expect(page.locator(".topic-card").filter(has_text="Tillorbe")).to_have_count(1)
    stranger = visit("")
    sign_in(stranger, house.name, house.one_time)
    expect(stranger.get_by_text("are not correct")).to_be_visible()
    sign_in(stranger, house.name, OWN)
    expect(stranger.get_by_role("heading", name="Overview", exact=True)).to_be_visible()


# ── The alarm ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("S1")
@pytest.mark.claim("M7")
def test_a_storm_comes_by_itself_and_two_people_see_who_takes_care_of_it(visit):
    mara = visit("mara", "/drill/")
    ben = visit("ben")
    mark(ben)
    mara.get_by_label("Storm").select_option("clumsy_post")
    mara.get_by_label("How fast").select_option("240")
    mara.get_by_role("button", name="Play it").click()
    expect(mara.locator("#level-now")).to_be_visible()
    topic = urlsplit(mara.url).path
    mark(mara)
    _the_alarm_arrives(mara, ben)

    # A storm that grows is to be acknowledged anew; this one is held, so that it cannot grow in between.
    mara.get_by_role("button", name="Hold").click()
    expect(mara.get_by_text("Held at")).to_be_visible()
    behind = visit("ben", topic, java_script_enabled=False)
    expect(behind.locator("#acknowledge")).to_be_visible()
    _acknowledges_by_keyboard(mara)
    expect(ben.get_by_text("Acknowledged by mara")).to_be_visible()
    assert is_the_same(ben)
    behind.locator("#acknowledge").click()
    expect(behind.get_by_text("mara has acknowledged this alarm already.")).to_be_visible()

    _the_drill_is_removed(mara, topic)
    expect(ben.get_by_text("Dormavelle")).to_have_count(0)
    assert is_the_same(ben)
    # The browser notes that the late click was answered by "409 Conflict", and "404 Not Found" when a page asks
    # once more for the drill that is just being removed.
    visit.said[:] = [
        line for line in visit.said if not re.search("status of 40[49]|htmx:responseError", line)
    ]


def _the_alarm_arrives(topic: Any, overview: Any) -> None:
    expect(topic.get_by_text("Nobody has looked yet")).to_be_visible(timeout=STORM)
    alarm = topic.get_by_role("article", name="Dormavelle")
    for reason in (r"times the usual for a \w+day", r"\d+ different people", r"\d+% negative against"):
        expect(alarm.get_by_role("listitem").filter(has_text=re.compile(reason)).first).to_be_visible()
    assert is_the_same(topic)
    expect(overview.get_by_role("article", name="Dormavelle")).to_be_visible()
    assert is_the_same(overview)


def _acknowledges_by_keyboard(page: Any) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    tabs_to(page, "acknowledge")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have acknowledged the alarm.")).to_be_visible()
    timeline = page.get_by_role("region", name="Timeline")
    expect(timeline.get_by_text("The alarm was acknowledged. mara")).to_be_visible()


def _the_drill_is_removed(page: Any, topic: str) -> None:
    page.goto(topic)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Remove the drill").click()
    expect(page.get_by_role("heading", name="Dormavelle", level=1)).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove the drill").click()
    expect(page.get_by_text("The drill and all its invented mentions are removed.")).to_be_visible()
    expect(page.get_by_text("Dormavelle")).to_have_count(0)
    page.goto("/search/?q=dormavelle")
    expect(page.get_by_role("heading", name="0 mentions")).to_be_visible()


# ── A file, its fever, and what it holds ──────────────────────────────────────────────────────────────────


@pytest.mark.claim("M4")
def test_a_file_has_a_fever_and_a_click_into_it_shows_what_was_said_then(visit, airlines, tweets):
    page = visit("mara", airlines)
    expect(page.get_by_text("This is a drill.")).to_have_count(0)
    every = page.get_by_role("link", name="All", exact=True)
    every.click()
    expect(every).to_have_attribute("aria-current", "true")
    chart = page.locator("#chart-fever")
    expect(chart.locator("svg .mark-rect path").first).to_be_attached()
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] - 60)
    expect(page.get_by_text("Show the latest again")).to_be_visible()
    picked = parse_qs(urlsplit(page.url).query)
    since, until = (datetime.fromisoformat(picked[name][0]) for name in ("since", "until"))
    times = page.locator("#mentions .mention-head time")
    expect(times.first).to_be_visible()
    said = [
        datetime.fromisoformat(times.nth(n).get_attribute("datetime") or "") for n in range(times.count())
    ]
    assert said and all(since <= at < until for at in said)

    page.locator("#filters").get_by_label("Tone").select_option("negative")
    expect(page.locator("#mentions .mention-foot", has_not_text="Negative")).to_have_count(0)
    expect(page.locator("#mentions .mention-foot").first).to_be_visible()
    assert "tone=negative" in page.url and "since=" in page.url
    page.get_by_text("Show the latest again").click()
    expect(page.get_by_text("Show the latest again")).to_have_count(0)


PHRASE = re.compile(r"\bcustomer[\W_]+service\b", re.IGNORECASE)
DELAYED = re.compile(r"(?<![^\W_])delayed(?![^\W_])", re.IGNORECASE)


@pytest.mark.claim("M4")
def test_a_search_with_a_phrase_and_an_exclusion_compared_and_taken_home_as_a_table(
    visit, airlines, tweets, tmp_path
):
    page = visit("mara", f"/search/?topic={airlines.split('/')[2]}")
    page.get_by_label("Words", exact=True).fill('"customer service" -delayed')
    page.keyboard.press("Enter")
    wanted = {text for text in tweets.texts.values() if PHRASE.search(text) and not DELAYED.search(text)}
    ids = {key for key, text in tweets.texts.items() if text in wanted}
    expect(page.get_by_role("heading", name=f"{len(ids):,} mentions")).to_be_visible()
    shown = page.locator(".mention-text")
    assert all(PHRASE.search(shown.nth(n).inner_text()) for n in range(shown.count()))

    page.get_by_text("Compare with up to two others").click()
    page.get_by_label("Second words").fill("delayed")
    page.get_by_label("Third words").fill("late flight")
    page.get_by_role("button", name="Search").click()
    rows = page.locator("#answer table").filter(has_text="Most at once").locator("tbody tr")
    expect(rows).to_have_count(3)
    delayed = sum(1 for text in tweets.texts.values() if DELAYED.search(text))
    expect(rows.nth(1).locator("td").first).to_have_text(f"{delayed:,}")
    expect(page.locator("figure[data-chart] svg .mark-line path")).to_have_count(3)

    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        exported = list(csv.DictReader(file))
    assert len(exported) == len(ids)
    assert {row["text"].lstrip("'") for row in exported} == {text.lstrip("'") for text in wanted}

    page.get_by_label("Words", exact=True).fill("")
    page.get_by_role("link", name="What is passed on").click()
    expect(page.get_by_role("heading", name="Most heard voices, by reach")).to_be_visible()
    links = page.get_by_role("region", name="Most shared links").locator("tbody tr")
    expect(links.first).to_contain_text("example.invalid/link")


# ── Small screens, little light, no mouse, other languages ────────────────────────────────────────────────

EVERY = ("/", "/topics/1/", "{airlines}", "{airlines}sources/", "{airlines}import/", "{airlines}change/",
         "/topics/new/", "/search/?q=service", "/search/most/", "/alarms/", "/drill/", "/proof/", "/me/",
         "/account/2fa/")  # fmt: skip


def test_on_a_phone_everything_fits_and_the_menu_is_under_the_thumb(visit, airlines):
    page = visit("mara", "/", **PHONE)
    menu = page.get_by_role("navigation", name="Main")
    for name in ("Search", "Alarms", "Proof", "Overview"):
        link = menu.get_by_role("link", name=name)
        assert link.bounding_box()["height"] >= 40
        link.tap()
        expect(page.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible()
    for address in EVERY:
        page.goto(address.format(airlines=airlines))
        expect(page.locator("main h1")).to_be_visible()
        wide, room = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room == 390, f"{address} is {wide} wide"


def test_a_storm_and_a_search_are_seen_whole_on_a_phone(visit, airlines):
    page = visit("mara", "/topics/1/", **PHONE)
    expect(page.locator("#chart-fever svg")).to_be_visible()
    # Its place, for the drawing in it is a new one every second.
    place = page.locator("#chart-fever")
    box = place.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert place.evaluate("place => place.scrollWidth <= place.clientWidth")
    page.goto(f"/search/?topic={airlines.split('/')[2]}&q=service&q2=delayed&q3=flight")
    expect(page.locator("figure[data-chart] svg .mark-line path")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("Filter", exact=True).tap()
    page.get_by_role("checkbox", name="Negative").tap()
    expect(page.locator(".mention-foot", has_not_text="Negative")).to_have_count(0)
    expect(page.locator(".mention-foot").first).to_be_visible()


def test_in_the_dark_every_page_is_dark_and_nothing_moves_for_whom_it_makes_dizzy(visit, airlines):
    page = visit("mara", "/", color_scheme="dark", reduced_motion="reduce")
    for address in EVERY:
        page.goto(address.format(airlines=airlines))
        expect(page.locator("main h1")).to_be_visible()
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert sum(map(int, re.findall(r"\d+", paper)[:3])) < 180, f"{address} has {paper}"
        assert page.evaluate("document.getAnimations().length") == 0, f"{address} moves"


def test_a_breach_of_the_policy_would_be_noticed(visit):
    page = visit("ben")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    expect(page.locator("main h1")).to_be_visible()
    assert any("Content Security Policy" in line for line in visit.said)
    visit.said.clear()


def test_pages_speak_french_and_german_and_english_again(visit):
    page = visit("ben", "/topics/1/")
    for name, code in (("Français", "fr"), ("Deutsch", "de"), ("English", "en")):
        page.get_by_role("button", name=name).click()
        expect(page.locator("html")).to_have_attribute("lang", code)
        names = "|".join(f"{level}, {level_name(level, code)}" for level in LEVELS)
        expect(page.locator("#level-now")).to_have_attribute("data-announce", re.compile(f"({names}), "))
        expect(page.locator("#level-now")).to_contain_text(
            re.compile("|".join(level_name(level, code) for level in LEVELS))
        )
        assert urlsplit(page.url).path == "/topics/1/", "one stays where one is"
    german = visit("", locale="de-CH")
    expect(german.locator("html")).to_have_attribute("lang", "de")


def test_without_a_mouse_one_gets_from_the_sign_in_to_the_alarms_and_closes_what_was_opened(visit):
    page = visit("")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ben")
    page.keyboard.press("Tab")
    page.keyboard.type(OWN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name=re.compile("^Alarms"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Alarms", exact=True)).to_be_visible()
