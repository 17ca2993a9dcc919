"""The overview, and the first steps: what needs a look comes first; without a topic there are two ways to begin."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from accalmie.records.barometer import DAY, HOUR
from accalmie.records.models import AlarmRecord, HourRecord, TopicRecord
from tests.cast import ben, browser, htmx, olu, ravi
from tests.heard import source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db


def page(person=olu) -> str:
    return browser(person()).get("/").content.decode()


def order(html: str) -> list[str]:
    """The names of the topics, from top to bottom."""
    return re.findall(r'class="card-link"[^>]*>([^<]+)<', html)


def alarmed(of: TopicRecord, **fields: object) -> AlarmRecord:
    now = datetime.now(UTC)
    made = {"at": now, "known_at": now, "level": 3, "peak": 4, "fever": 39.0,
            "reasons": [{"key": "many_people", "values": {"people": 340}}]}  # fmt: skip
    return AlarmRecord.objects.create(topic=of, **(made | fields))


def test_without_topics_there_are_two_ways_to_begin():
    html = page(ben)
    assert "Play a drill" in html and 'href="/drill/"' in html
    assert "Listen to your own brand" in html and 'href="/topics/new/"' in html


def test_who_may_not_begin_is_told_who_may():
    html = page(olu)
    assert 'href="/drill/"' not in html and 'href="/topics/new/"' not in html
    assert "Your role may look." in html


def test_beside_a_drill_the_way_to_ones_own_brand_stays_open():
    topic("Tillorbe", drill=True)
    html = page(ben)
    assert "Listen to your own brand" in html
    assert '<span class="tag tag-drill">Drill</span>' in html


def test_each_topic_says_how_it_stands():
    one = topic("Aurelia", level=2, phase="grumbling", fever=37.8)
    source(one, last_heard_at=datetime.now(UTC))
    html = page()
    card = html.split('class="card topic-card"')[1]
    assert "gentle breeze" in card and "37.8 °C" in card and "grumbling" in card
    assert "Last heard" in card
    assert f'data-chart="spark-{one.pk}"' in card


def test_what_needs_a_look_comes_first():
    topic("Calm")
    topic("Warm", level=2)
    alarmed(topic("Zephyr", level=1))
    assert order(page()) == ["Zephyr", "Warm", "Calm"]


def test_an_open_alarm_stands_above_all_with_its_reasons_and_a_button_for_who_may():
    alarm = alarmed(topic("Aurelia", level=4))
    html = page(ravi)
    above = html.split('class="card topic-card"')[0]
    assert "340 different people" in above and "strong wind" in above
    assert f'action="/alarms/{alarm.pk}/acknowledge/"' in above
    assert f'action="/alarms/{alarm.pk}/acknowledge/"' not in page(olu)


def test_an_alarm_found_in_an_old_file_wakes_nobody():
    alarmed(topic("Aurelia"), past=True)
    assert "Nobody has looked yet" not in page()


def test_silence_is_explained():
    topic("Deaf")
    assert "No source yet: nothing is heard" in page()
    fresh = topic("Fresh")
    source(fresh)
    assert "Nothing heard yet" in page()
    source(fresh, name="other", trouble="gone")
    assert "1 source in trouble" in page()


def test_the_small_chart_counts_the_last_24_hours():
    one = topic("Aurelia")
    now = int(datetime.now(UTC).timestamp() // 3600)
    for hours in (1, 2, 30):
        HourRecord.objects.create(topic=one, hour=now - hours, mentions=100)
    assert "200 mentions in the last 24 hours." in page()
    assert (timedelta(days=1), timedelta(hours=1)) == (DAY, HOUR)


def test_htmx_gets_the_part_that_moves():
    one = topic("Aurelia")
    part = htmx(olu()).get("/").content.decode()
    assert "<html" not in part
    assert 'id="overview"' in part and 'data-live="topic-* alarm source-*"' in part
    assert one.name in part


def test_the_overview_is_only_read():
    assert browser(ben()).post("/").status_code == 405


def test_the_number_of_questions_does_not_grow_with_the_topics():
    alarmed(topic("Aurelia"))
    client = browser(ben())
    client.get("/")
    few = asked(client, "/")
    for number in range(12):
        one = topic(f"Topic {number}")
        source(one)
        alarmed(one)
        HourRecord.objects.create(topic=one, hour=int(datetime.now(UTC).timestamp() // 3600), mentions=3)
    assert asked(client, "/") == few
