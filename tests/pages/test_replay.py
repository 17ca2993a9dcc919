"""A storm played back: every step is a page; what it shows was measured before, and nothing changes by it."""

from __future__ import annotations

import csv
import json
import re
from datetime import timedelta
from html import unescape
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest

from accalmie.actions import fever
from accalmie.actions.mention import take_in
from accalmie.core.network import Batch
from accalmie.pages import playback
from accalmie.records import barometer
from accalmie.records.barometer import minute
from accalmie.records.models import (
    AlarmRecord,
    HearingRecord,
    MeasureRecord,
    NoticeRecord,
    TimelineEntry,
    TopicRecord,
)
from tests.cast import browser, olu
from tests.heard import NOON, mention, source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

#: Minutes after noon: three days of quiet talk, then the storm.
STORM = 3 * 1440
BAD = "Aurelia lost my parcel, the worst service ever, nobody answers"


@pytest.fixture
def brand(db) -> TopicRecord:
    """A brand that had a storm in a file which was read in; a quiet day follows it."""
    brand = topic("Aurelia", zone="UTC")
    quiet = [mention("A day with Aurelia", n) for n in range(0, STORM + 1440, 7)]
    storm = [
        mention(BAD, 100_000 + n, said_at=NOON + timedelta(minutes=STORM, seconds=15 * n)) for n in range(240)
    ]
    now = NOON + timedelta(days=9)
    take_in(source(brand, kind="file", name="a file"), Batch("1", tuple(quiet + storm)), now)
    fever.measure(brand.id, now)
    return TopicRecord.objects.get(pk=brand.pk)


@pytest.fixture
def alarm(brand) -> AlarmRecord:
    return AlarmRecord.objects.get(topic=brand)


def page(address: str) -> str:
    answer = browser(olu()).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def shown_level(html: str) -> int:
    levels = re.findall(r'class="replay-level" data-level="(\d)"( hidden)?', html)
    [level] = [int(level) for level, hidden in levels if not hidden]
    return level


def link(html: str, words: str) -> str:
    return unescape(re.search(rf'<a[^>]* href="([^"]+)"[^>]*>{re.escape(words)}</a>', html)[1])


def minute_in(address: str) -> int:
    return int(parse_qs(urlsplit(address).query)["minute"][0])


@pytest.mark.claim("S1")
def test_the_last_storm_is_played_from_hours_before_it(brand, alarm):
    html = page(f"/topics/{brand.pk}/replay/")
    assert "This is a replay of what was: nothing is sent, and nothing changes." in html
    assert shown_level(html) == 0
    raised = page(f"/topics/{brand.pk}/replay/?minute={minute(alarm.at)}")
    assert shown_level(raised) == 3
    peak = MeasureRecord.objects.filter(topic=brand, level=alarm.peak).order_by("minute").first().minute
    assert shown_level(page(f"/topics/{brand.pk}/replay/?minute={peak}")) == alarm.peak > 3
    assert "different people criticise" in raised


def test_without_javascript_one_goes_on_by_links(brand, alarm):
    html = page(f"/topics/{brand.pk}/replay/")
    first = minute_in(link(html, "1 minute on")) - 1
    assert first == minute(playback.around(alarm, barometer.clock_of(brand))[0])
    change = minute_in(link(html, "Next change"))
    assert first < change <= minute(alarm.at)
    there = page(link(html, "Next change"))
    assert minute_in(link(there, "1 minute back")) == change - 1
    assert minute_in(link(there, "Change before")) == first


@pytest.mark.claim("S1")
def test_what_changed_is_listed_with_why(brand, alarm):
    html = unescape(page(f"/topics/{brand.pk}/replay/"))
    events = html[html.index('class="replay-events') :]
    assert "An alarm was raised at level 3." in events
    assert f"The storm has grown to level {alarm.peak}." in events
    assert "The alarm was cleared" in events
    assert "Phase: rising." in events and "Phase: falling." in events
    assert "Up to level 3" in events
    assert f'href="/alarms/{alarm.pk}/"' in events
    assert "different people criticise" in events
    assert "The storm begins: from here on, more critics than usual." in events


def data(html: str) -> dict:
    return json.loads(re.search(r'id="replay-data" type="application/json">(.*?)</script>', html)[1])


def test_what_the_browser_gets_is_what_was_measured(brand, alarm):
    given = data(page(f"/topics/{brand.pk}/replay/"))
    known = {
        row[0]: row[1:]
        for row in MeasureRecord.objects.filter(topic=brand).values_list(
            "minute", "level", "mentions_hour", "negative_hour"
        )
    }
    columns = zip(given["minute"], given["level"], given["mentions"], given["negative"], strict=True)
    measured = [one for one in columns if one[0] in known]
    assert len(measured) > 60
    assert all(tuple(rest) == known[at] for at, *rest in measured)
    assert minute(alarm.at) in given["events"]


def test_a_long_stretch_has_few_points_and_every_change_of_it(brand, alarm, monkeypatch):
    clock = minute(barometer.clock_of(brand))
    since, until = minute(NOON), clock + 1
    whole = playback.played(brand, since, until, clock)
    assert len(whole.points) > 300
    monkeypatch.setattr(playback, "MOST_POINTS", 60)
    few = playback.played(brand, since, until, clock)
    assert len(few.points) < 100
    assert {one.minute for one in few.events} <= {one.minute for one in few.points} | {since}
    assert [one.minute for one in few.events] == [one.minute for one in whole.events]


def test_too_long_a_stretch_is_played_in_parts(brand):
    clock = minute(barometer.clock_of(brand))
    since, until, seen, parts = minute(NOON), clock + 1, 0, 0
    while since is not None:
        part = playback.played(brand, since, until, clock, most=200)
        assert part.since == since and part.until <= until
        seen += sum(1 for one in part.measures if one.minute > since)
        since, parts = part.more, parts + 1
    assert parts > 2
    assert seen >= MeasureRecord.objects.filter(topic=brand).count() - parts


def test_what_was_said_up_to_that_minute_is_shown_and_nothing_later(brand, alarm):
    calm = page(f"/topics/{brand.pk}/replay/moment/?minute={minute(NOON) + STORM - 1}")
    assert "A day with Aurelia" in calm and "lost my parcel" not in calm
    assert "lost my parcel" in page(f"/topics/{brand.pk}/replay/moment/?minute={minute(alarm.at)}")
    assert "Nothing was heard in that hour." in page(f"/topics/{brand.pk}/replay/moment/?minute=5")


def test_playing_changes_nothing(brand, alarm):
    tables = (AlarmRecord, MeasureRecord, NoticeRecord, TimelineEntry, HearingRecord, TopicRecord)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    for at in range(0, 240, 60):
        page(f"/topics/{brand.pk}/replay/?minute={minute(alarm.at) + at}")
        page(f"/topics/{brand.pk}/replay/moment/?minute={minute(alarm.at) + at}")
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_the_chart_is_hidden_from_the_shown_moment_on(brand, alarm):
    html = page(f"/topics/{brand.pk}/replay/?minute={minute(alarm.at)}")
    spec = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html)[1])
    now = next(one["value"] for one in spec["params"] if one["name"] == "now")
    assert now == (minute(alarm.at) + 1) * 60_000
    curtains = [pane["layer"][-2]["encoding"] for pane in spec["vconcat"]]
    assert {one["x"]["datum"]["expr"] for one in curtains} == {"now"}
    assert {one["x2"]["datum"]["expr"] for one in curtains} == {"until"}


@pytest.mark.parametrize(
    "query",
    [
        "minute=999999999", "minute=-1", "minute=x", "minute=٣", "since=2026-03-04T12:00:00Z",
        "since=2026-03-07T00:00:00Z&until=2026-03-06T00:00:00Z", "since=x&until=y",
        "since=2099-01-01T00:00:00Z&until=2099-01-02T00:00:00Z",
        "since=1999-01-01T00:00:00Z&until=1999-01-02T00:00:00Z",
        "since=0001-01-01T00:00:00Z&until=9999-12-31T00:00:00Z",
        "since=2026-03-07T12:00:00Z&until=2026-03-07T12:01:00Z",
    ],
)  # fmt: skip
def test_whatever_the_address_says_there_is_a_page(brand, query):
    assert "Replay" in page(f"/topics/{brand.pk}/replay/?{query}")


def test_where_nothing_was_measured_that_is_said(brand):
    assert "Nothing was measured in this stretch" in page(f"/topics/{topic('New').pk}/replay/")


def test_a_topic_without_a_storm_plays_its_last_day(db):
    brand = topic("Aurelia", zone="UTC")
    now = NOON + timedelta(days=1)
    said = tuple(mention("A day with Aurelia", n) for n in range(0, 600, 7))
    take_in(source(brand, kind="file", name="a file"), Batch("1", said), now)
    fever.measure(brand.id, now)
    html = page(f"/topics/{brand.pk}/replay/")
    assert shown_level(html) == 0
    assert "An alarm was raised" not in html


@pytest.mark.parametrize("address", ["/topics/1/replay/", "/topics/1/replay/moment/"])
def test_strangers_and_other_methods_are_refused(address):
    assert browser().post(address).status_code == 405
    assert browser().get(address).status_code == 302
    assert browser(olu()).get(address).status_code == 404


def test_it_asks_as_little_of_a_long_stretch_as_of_a_short_one(brand, alarm):
    short = asked(browser(olu()), f"/topics/{brand.pk}/replay/")
    long = asked(
        browser(olu()), f"/topics/{brand.pk}/replay/?since=2026-03-04T12:00:00Z&until=2026-03-12T12:00:00Z"
    )
    assert long <= short + 2 <= 40


# ── Where it is found, and the alarm seen from afterwards ─────────────────────────────────────────────────


@pytest.mark.claim("S1")
def test_the_page_of_an_alarm_says_when_its_storm_began_and_leads_to_its_replay(brand, alarm):
    html = unescape(page(f"/alarms/{alarm.pk}/"))
    story = html[html.index('id="afterwards"') : html.index('id="timeline"')]
    for words in (
        "The storm began: from here on, more critics than usual.",
        "Level 1, light air was reached.",
        "Level 3, fresh breeze was reached.",
        "The alarm was raised.",
        f"Hottest: level {alarm.peak}",
        "min after the alarm",
    ):
        assert words in story
    replayed = page(link(story, "Replay this storm"))
    assert f'href="/alarms/{alarm.pk}/"' in replayed


def test_the_chart_of_a_topic_leads_to_the_replay_of_what_it_shows(brand, alarm):
    html = page(f"/topics/{brand.pk}/?range=all")
    assert "Replay the storm of" in html
    assert "Replay" in page(link(html, "Replay this stretch"))
    since, until = alarm.at - timedelta(hours=1), alarm.at + timedelta(hours=1)
    picked = page(f"/topics/{brand.pk}/?since={since:%Y-%m-%dT%H:%M:%SZ}&until={until:%Y-%m-%dT%H:%M:%SZ}")
    replayed = page(link(picked, "Replay the picked stretch"))
    assert data(replayed)["since"] == minute(since)
    assert data(replayed)["until"] == minute(until)


# ── The figures as a file ─────────────────────────────────────────────────────────────────────────────────


def rows_of(address: str) -> list[dict[str, str]]:
    answer = browser(olu()).get(address)
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.content.decode())))


def test_the_table_of_a_chart_can_be_had_whole_as_a_file(brand, alarm):
    html = page(f"/topics/{brand.pk}/?range=all")
    rows = rows_of(link(html, "The table as a file (CSV)"))
    assert sum(int(row["mentions"]) for row in rows) == HearingRecord.objects.filter(topic=brand).count()
    assert max(int(row["level"]) for row in rows) == alarm.peak
    assert {"calm", "falling"} <= {row["phase"] for row in rows}
    hottest = max(rows, key=lambda row: int(row["mentions"]))
    assert int(hottest["people"]) > 200 and int(hottest["negative"]) > 200
    assert hottest["from"].startswith("2026-03-07T13") and hottest["from"].endswith("+01:00"), (
        "the reader's zone"
    )
    assert {row["nobody_listened"] for row in rows} <= {"yes", "no"}


def test_a_replays_table_is_in_minutes_and_counts_people_once(brand, alarm):
    html = page(f"/topics/{brand.pk}/replay/")
    assert "Different people" in html
    since, until = alarm.at, alarm.at + timedelta(hours=2)
    asked_for = f"since={since:%Y-%m-%dT%H:%M:%SZ}&until={until:%Y-%m-%dT%H:%M:%SZ}"
    rows = rows_of(f"/topics/{brand.pk}/figures.csv?{asked_for}")
    assert len(rows) == 120
    busy = [row for row in rows if int(row["mentions"]) == 4]
    assert busy and all(int(row["people"]) == 4 for row in busy)


def test_figures_of_nothing_are_an_empty_table(db):
    assert all(row["mentions"] == "0" for row in rows_of(f"/topics/{topic('New').pk}/figures.csv?range=all"))
    strange = "since=0001-01-01T00:00:00Z&until=9999-12-31T00:00:00Z"
    assert rows_of(f"/topics/{topic('Newer').pk}/figures.csv?{strange}")
