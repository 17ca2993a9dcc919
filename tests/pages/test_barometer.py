"""The barometer: how it stands, what to do next, how it went, what it is made of, what was said."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from accalmie.actions.mention import take_in
from accalmie.core.mention import time_of
from accalmie.core.network import Batch
from accalmie.pages.next_step import ready
from accalmie.records.barometer import minute
from accalmie.records.models import (
    AlarmRecord,
    GapRecord,
    MeasureRecord,
    MentionRecord,
    TopicRecord,
)
from tests.cast import ada, ben, browser, htmx, mara, olu, ravi
from tests.heard import NOON, heard, mention, source, topic
from tests.questions import asked

pytestmark = pytest.mark.django_db

ANGRY, HAPPY = "Aurelia is a shameful disaster, I am furious", "I love Aurelia, thank you, wonderful"


def page(of: TopicRecord, query: str = "", person=olu) -> str:
    return browser(person()).get(f"/topics/{of.pk}/{query}").content.decode()


def measured(of: TopicRecord, level: int, phase: str = "rising", **fields: object) -> TopicRecord:
    """Say that the topic was just measured at `level`."""
    now = datetime.now(UTC)
    made = {
        "minute": minute(now), "fever": 36.6 + level, "level": level, "phase": phase, "mentions_hour": 60,
        "authors_hour": 50, "negative_hour": 40, "judged_hour": 60, "expected": 4.0, "ceiling": 9.0,
        "usual_negative": 0.22, "known": True,
        "reasons": [{"key": "many_people", "values": {"people": 340}}],
        "against": [{"key": "many_people", "values": {"people": 3}}],
    }  # fmt: skip
    MeasureRecord.objects.create(topic=of, **(made | fields))
    of.level, of.phase, of.fever = level, phase, 36.6 + level
    of.save()
    return of


def alarmed(of: TopicRecord, **fields: object) -> AlarmRecord:
    now = datetime.now(UTC)
    made = {"at": now, "known_at": now, "level": 4, "peak": 4, "fever": 40.6,
            "reasons": [{"key": "many_people", "values": {"people": 340}}]}  # fmt: skip
    return AlarmRecord.objects.create(topic=of, **(made | fields))


def just_said(of: TopicRecord, *texts: str, network: str = "mastodon") -> None:
    now = datetime.now(UTC)
    said = [
        mention(
            text,
            number,
            said_at=now - timedelta(minutes=number + 1),
            network=network,
            native_id=f"{of.pk} {number} {text}",
        )
        for number, text in enumerate(texts)
    ]
    take_in(source(of), Batch("1", tuple(said)), now)


def listed(html: str) -> list[str]:
    """The texts of the list of mentions."""
    return [text.strip() for text in re.findall(r'<p class="mention-text"[^>]*>(.*?)</p>', html, re.DOTALL)]


# ── How it stands, and what to do ─────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("S1")
def test_it_says_how_it_stands_in_number_name_meaning_phase_and_degrees():
    html = page(measured(topic("Aurelia"), 4))
    head = html.split('id="now"')[1].split('id="course"')[0]
    assert '<b><span class="visually-hidden">Level </span>4</b> strong wind' in head
    assert "a connected protest forms" in head
    assert "40.6 °C" in head and "<b>rising</b>" in head
    assert "340 different people" in head, "why"
    assert "3 different people" in head, "what speaks against it"


@pytest.mark.claim("S1")
@pytest.mark.parametrize(
    ("language", "name"), [("fr", "vent fort"), ("de", "starker Wind"), ("en", "strong wind")]
)
def test_levels_have_their_name_in_the_readers_language(language, name):
    one = measured(topic("Aurelia"), 4)
    reader = olu()
    reader.language = language
    reader.save()
    assert name in browser(reader).get(f"/topics/{one.pk}/").content.decode()


def test_what_the_team_gets_ready_grows_with_the_level():
    told = [str(ready(level) or "") for level in range(7)]
    assert told[:3] == ["", "", ""], "below a storm, nobody is called together"
    assert len(set(told[3:6])) == 3 and told[6] == told[5]
    assert "crisis team" in told[5] and "crisis team" not in told[4]


@pytest.mark.claim("M7")
def test_an_open_alarm_stands_on_the_page_with_its_reasons_and_its_button():
    one = measured(topic("Aurelia"), 4)
    alarm = alarmed(one)
    button = f'action="/alarms/{alarm.pk}/acknowledge/"'
    assert "Nobody has looked yet" in page(one) and "Acknowledge the alarm" in page(one)
    assert button in page(one, person=ravi)
    assert button not in page(one, person=olu), "who only looks has no button"
    alarm.acknowledged_at, alarm.acknowledged_by = datetime.now(UTC), ravi()
    alarm.save()
    html = page(one)
    assert "Acknowledged by ravi" in html
    assert "Acknowledge the alarm" not in html, "the next step is another one"


@pytest.mark.parametrize("fields", [{"past": True}, {"state": "cleared", "cleared_at": NOON}])
def test_what_is_over_or_found_in_an_old_file_is_no_open_alarm(fields):
    one = measured(topic("Aurelia"), 1)
    alarmed(one, **fields)
    assert "Nobody has looked yet" not in page(one)


def test_a_topic_without_a_source_says_that_silence_means_nothing():
    one = topic("Aurelia")
    assert "Nobody listens for this topic yet." in page(one)
    assert "Add a source" in page(one, person=ben)
    assert "Add a source" not in page(one, person=olu)


def test_a_source_in_trouble_is_told_where_the_figures_are():
    one = topic("Aurelia")
    source(one, trouble="timed_out", trouble_where="https://social.example")
    assert "1 source is in trouble." in page(one)


# ── How it went ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("key", "name"),
    [("6h", "6 hours"), ("day", "24 hours"), ("week", "7 days"), ("month", "30 days"), ("all", "All")],
)
def test_the_stretch_of_time_is_chosen_by_a_link(key, name):
    one = topic("Aurelia")
    heard(one, ANGRY, HAPPY)
    html = page(one, f"?range={key}")
    assert re.search(rf'id="range-\d" aria-current="true">{name}</a>', html)
    assert html.count('aria-current="true"') == 1
    assert 'data-chart="fever"' in html and "The same as a table" in html


def test_what_was_read_in_from_an_old_file_is_shown_whole():
    old, new = topic("Aurelia"), topic("Boreal")
    heard(old, ANGRY, HAPPY)
    just_said(new, "Boreal again")
    assert 'aria-current="true">All</a>' in page(old)
    assert "2 mentions" in page(old)
    assert 'aria-current="true">24 hours</a>' in page(new)


VAIN = (
    "?range=aeon", "?since=x&until=y", "?since=2026-03-04&until=2026-03-05", "?before=x", "?tone=angry&channel=%00",
    "?since=2026-13-45T99:00:00Z&until=2026-01-01T00:00:00Z",
)  # fmt: skip


@pytest.mark.parametrize("query", VAIN)
def test_what_an_address_asks_in_vain_is_left_out(query):
    one = topic("Aurelia")
    heard(one, ANGRY)
    assert len(listed(page(one, query))) == 1


def test_a_gap_is_told_as_a_gap():
    one = topic("Aurelia")
    just_said(one, ANGRY)
    now = datetime.now(UTC)
    GapRecord.objects.create(
        source=source(one), since=now - timedelta(hours=3), until=now - timedelta(hours=2), why="down"
    )
    assert "Nobody listened" in page(one)


def gaps_of(html: str) -> list[str]:
    return re.findall(r"Nobody listened: ([^.]+)\.", html)


@pytest.mark.claim("M4")
def test_the_time_before_anybody_listened_is_no_calm():
    one = topic("Aurelia")
    just_said(one, ANGRY)
    assert len(gaps_of(page(one, "?range=month"))) == 1
    TopicRecord.objects.update(created_at=datetime.now(UTC) - timedelta(days=60))
    assert gaps_of(page(one, "?range=month")) == [], "it listened, and nobody spoke"


def test_a_file_tells_of_its_own_time_and_of_no_other():
    one = topic("Aurelia")
    now = datetime.now(UTC)
    said = mention(ANGRY, said_at=now - timedelta(hours=9))
    take_in(source(one, kind="file"), Batch("1", (said,)), now)
    TopicRecord.objects.update(created_at=NOON)
    html = page(one, "?range=day")
    assert "This topic has only files" in html
    assert len(gaps_of(html)) == 1, "since the last line of the file, nobody listened"


def test_paused_sources_hear_nothing():
    one = topic("Aurelia")
    source(one, state="paused")
    assert "All its sources are paused or stopped" in page(one)


def test_times_are_told_in_the_persons_zone():
    one = topic("Aurelia")
    heard(one, ANGRY)
    assert "13:00" in page(one), "noon in UTC is one o'clock in Paris"
    reader = olu()
    reader.zone = "America/Lima"
    reader.save()
    assert "07:00" in browser(reader).get(f"/topics/{one.pk}/").content.decode()


# ── What it is made of, what was said ─────────────────────────────────────────────────────────────────────


@pytest.mark.claim("M4")
def test_the_last_hour_is_told_in_its_parts_against_what_is_usual():
    one = measured(topic("Aurelia"), 2)
    just_said(one, ANGRY, ANGRY, ANGRY, HAPPY)
    parts = page(one).split('id="parts"')[1]
    figures = re.sub(r"<[^>]+>|\s+", " ", parts)
    assert re.search(r"Mentions\s+4\s+usually 4", figures)
    assert re.search(r"Different people\s+4", figures)
    assert re.search(r"Negative\s+75%\s+usually 22%", figures)


def test_while_it_is_learnt_nothing_is_called_usual():
    one = measured(topic("Aurelia"), 0, "learning", known=False)
    just_said(one, ANGRY)
    assert "usually" not in page(one)


def picked(since: datetime, until: datetime) -> str:
    return f"?range=all&since={quote(since.isoformat())}&until={quote(until.isoformat())}"


@pytest.mark.claim("M4")
def test_a_stretch_picked_in_the_chart_filters_the_mentions_and_the_parts():
    one = topic("Aurelia")
    heard(one, "Aurelia one", "Aurelia two", "Aurelia three")
    html = page(one, picked(NOON + timedelta(seconds=30), NOON + timedelta(seconds=90)))
    assert listed(html) == ["Aurelia two"]
    assert "Show the latest again" in html
    assert re.search(r"Mentions\s+1", re.sub(r"<[^>]+>|\s+", " ", html.split('id="parts"')[1]))


def test_every_row_of_the_charts_table_leads_to_what_was_said_then():
    one = topic("Aurelia")
    heard(one, "Aurelia one", "Aurelia two")
    link = re.search(r'<th scope="row"><a href="([^"]+since=[^"]+)"', page(one, "?range=all"))
    assert link
    html = browser(olu()).get(link[1].replace("&amp;", "&")).content.decode()
    assert len(listed(html)) == 1


def test_mentions_are_filtered_by_tone_channel_and_language():
    one = topic("Aurelia")
    just_said(one, ANGRY, HAPPY)
    just_said(one, "Aurelia hat heute von neun bis zwölf Uhr geöffnet", network="feed")
    assert listed(page(one, "?tone=negative")) == [ANGRY]
    assert listed(page(one, "?tone=positive")) == [HAPPY]
    assert len(listed(page(one, "?channel=feed"))) == 1
    assert listed(page(one, "?language=de")) == listed(page(one, "?channel=feed"))
    assert "Nothing was kept that fits." in page(one, "?channel=feed&tone=positive")


def test_what_it_is_made_of_leads_to_the_mentions_behind_it():
    one = topic("Aurelia")
    just_said(one, ANGRY, HAPPY)
    just_said(one, "Aurelia hat heute von neun bis zwölf Uhr geöffnet", network="feed")
    client, html = browser(olu()), page(one, "?range=6h")
    addresses = [link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]+)#said"', html)]
    assert addresses == ["?range=6h&tone=negative", "?range=6h&channel=mastodon", "?range=6h&channel=feed"]
    shown = [len(listed(client.get(f"/topics/{one.pk}/{address}").content.decode())) for address in addresses]
    assert shown == [1, 2, 1]


def test_older_mentions_are_a_link_away_and_none_is_shown_twice():
    one = topic("Aurelia")
    heard(one, *(f"Aurelia number {number}" for number in range(25)))
    html = page(one)
    older = re.search(r'rel="next" href="([^"]+)"', html)
    assert older
    rest = browser(olu()).get(older[1].replace("&amp;", "&")).content.decode()
    assert len(listed(html)) == 20 and len(listed(rest)) == 5
    assert not set(listed(html)) & set(listed(rest))


def test_another_topics_mentions_are_not_on_the_page():
    one, other = topic("Aurelia"), topic("Boreal")
    heard(one, "Aurelia here")
    just_said(other, "Boreal there")
    assert listed(page(one)) == ["Aurelia here"]


# ── Live ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_htmx_gets_the_parts_that_move_and_every_one_is_on_the_page():
    one = topic("Aurelia")
    just_said(one, ANGRY)
    parts = htmx(olu()).get(f"/topics/{one.pk}/?range=6h").content.decode()
    assert "<html" not in parts
    whole = page(one, "?range=6h")
    assert f'id="now" class="stack" data-live="topic-{one.pk} alarm"' in whole
    for name in ("course", "mentions", "parts"):
        assert re.search(rf'id="{name}"[^>]*hx-swap-oob="outerHTML"', parts)
        assert re.search(rf'id="{name}"[^>]*>', whole)
    assert "hx-swap-oob" not in whole


def test_going_back_in_the_browser_gives_the_whole_page():
    one = topic("Aurelia")
    answer = htmx(olu()).get(f"/topics/{one.pk}/", headers={"HX-History-Restore-Request": "true"})
    assert "<html" in answer.content.decode()


# ── The door, and the cost ────────────────────────────────────────────────────────────────────────────────


def test_a_topic_that_is_not_there_is_not_found():
    assert browser(olu()).get("/topics/4711/").status_code == 404


def test_the_page_is_only_read():
    assert browser(ada()).post(f"/topics/{topic('Aurelia').pk}/").status_code == 405


def test_buttons_are_those_of_the_persons_rights():
    one = topic("Aurelia")
    assert "/change/" not in page(one, person=olu)
    assert "/change/" in page(one, person=mara)


@pytest.mark.parametrize("query", ["?range=6h", "?range=week", "?range=all"])
def test_the_number_of_questions_does_not_grow_with_what_was_heard(query):
    one = measured(topic("Aurelia"), 4)
    alarmed(one)
    just_said(one, ANGRY)
    client, address = browser(ada()), f"/topics/{one.pk}/{query}"
    client.get(address)
    few = asked(client, address)
    just_said(one, *(f"Aurelia is late again, {number}" for number in range(60)))
    heard(one, *(f"Aurelia was late, {number}" for number in range(60)))
    for hours in range(9):
        alarmed(one, at=datetime.now(UTC) - timedelta(hours=hours), cleared_at=NOON)
        GapRecord.objects.create(
            source=source(one), since=NOON, until=NOON + timedelta(hours=hours + 1), why="down"
        )
    assert asked(client, address) <= few
    assert few <= 30, "a page that costs more is slow at a million mentions"


def test_the_mentions_are_newest_first():
    one = topic("Aurelia")
    heard(one, *(f"Aurelia number {number}" for number in range(5)))
    times = [time_of(row.id) for row in MentionRecord.objects.order_by("-id")]
    assert times == sorted(times, reverse=True)
    assert listed(page(one)) == [f"Aurelia number {number}" for number in reversed(range(5))]
