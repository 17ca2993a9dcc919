"""Marks: campaigns and own messages, by whom they may be made, and what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accalmie.actions import mark
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import NoRight
from accalmie.records import barometer, marks
from accalmie.records.models import SourceRecord, TimelineEntry, TopicRecord
from tests.cast import ben, mara, olu, ravi
from tests.heard import NOON, topic

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def plan(of: TopicRecord, name: str = "Spring sale", since=NOON, until=NOON + DAY, who=ben):
    return mark.plan_campaign(who(), of.id, name=name, since=since, until=until)


def publish(of: TopicRecord, text: str = "We are on it", at=NOON, who=ben, **fields):
    return mark.note_own_message(who() if who else None, of.id, text=text, at=at, **fields)


def happened() -> list[str]:
    return list(TimelineEntry.objects.order_by("id").values_list("what", flat=True))


# ── Campaigns ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("M7")
def test_a_campaign_is_planned_changed_and_removed_and_the_timeline_says_so():
    brand = topic("Aurelia")
    made = plan(brand, "  Spring   sale ")
    assert [one.name for one in marks.campaigns(brand.id)] == ["Spring sale"]
    mark.change_campaign(mara(), made.id, name="Spring", since=NOON, until=NOON + 2 * DAY)
    assert [(one.name, one.until, one.by) for one in marks.campaigns(brand.id)] == [
        ("Spring", NOON + 2 * DAY, "ben")
    ]
    mark.remove_campaign(ben(), made.id)
    assert marks.campaigns(brand.id) == []
    assert happened() == ["campaign_planned", "campaign_changed", "campaign_removed"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "  "}, "needs a name"),
        ({"name": "x" * 121}, "120 characters"),
        ({"until": NOON}, "ends before it begins"),
        ({"until": NOON - DAY}, "ends before it begins"),
        ({"until": NOON + 60 * DAY + timedelta(minutes=1)}, "at most 60 days"),
    ],
)
def test_a_campaign_that_cannot_be_is_told_in_a_sentence(fields, why):
    with pytest.raises(NotPossible, match=why):
        plan(topic("Aurelia"), **fields)


def test_the_same_campaign_is_not_planned_twice_over_the_same_time():
    brand = topic("Aurelia")
    first = plan(brand)
    with pytest.raises(NotPossible, match="already"):
        plan(brand, "SPRING sale", NOON + DAY / 2, NOON + 2 * DAY)
    plan(brand, "Spring sale", NOON + DAY, NOON + 2 * DAY)
    plan(brand, "Another", NOON, NOON + DAY)
    mark.change_campaign(ben(), first.id, name="Spring sale", since=NOON - DAY, until=NOON + DAY)
    with pytest.raises(NotPossible, match="already"):
        mark.change_campaign(ben(), first.id, name="Spring sale", since=NOON, until=NOON + DAY * 1.5)


def test_a_campaign_that_is_gone_or_whose_topic_is_gone_is_told():
    made = plan(topic("Aurelia"))
    mark.remove_campaign(ben(), made.id)
    with pytest.raises(NotPossible, match="removed meanwhile"):
        mark.remove_campaign(ben(), made.id)
    with pytest.raises(NotPossible, match="removed meanwhile"):
        mark.change_campaign(ben(), made.id, name="x", since=NOON, until=NOON + DAY)
    gone = topic("Borea", removed_at=NOON)
    with pytest.raises(NotPossible, match="topic was removed"):
        plan(gone)


@pytest.mark.parametrize("who", [olu, ravi])
def test_who_makes_no_topics_makes_no_marks(who):
    brand = topic("Aurelia")
    campaign, message = plan(brand), publish(brand)
    tries = [
        lambda: plan(brand, "x", who=who),
        lambda: mark.change_campaign(who(), campaign.id, name="x", since=NOON, until=NOON + DAY),
        lambda: mark.remove_campaign(who(), campaign.id),
        lambda: publish(brand, "x", who=who),
        lambda: mark.change_own_message(who(), message.id, text="x", at=NOON),
        lambda: mark.remove_own_message(who(), message.id),
    ]
    for attempt in tries:
        with pytest.raises(NoRight):
            attempt()
    assert len(marks.campaigns(brand.id)) == len(marks.own_messages(brand.id)) == 1


NOON_MINUTE = barometer.minute(NOON)


@pytest.mark.parametrize(
    ("measured_to", "dirty_from", "after"),
    [
        (None, None, None),
        (NOON_MINUTE, None, None),
        (NOON_MINUTE + 60, None, NOON_MINUTE),
        (NOON_MINUTE + 60, NOON_MINUTE + 30, NOON_MINUTE),
        (NOON_MINUTE + 60, NOON_MINUTE - 30, NOON_MINUTE - 30),
    ],
)
def test_what_was_measured_before_the_mark_is_measured_anew_from_its_beginning(
    measured_to, dirty_from, after
):
    brand = topic("Aurelia", measured_to=measured_to, dirty_from=dirty_from)
    made = plan(brand)
    brand.refresh_from_db()
    assert brand.dirty_from == after
    TopicRecord.objects.update(dirty_from=dirty_from)
    mark.remove_campaign(ben(), made.id)
    brand.refresh_from_db()
    assert brand.dirty_from == after, "removing it, too"


def test_a_campaign_that_is_moved_is_measured_anew_from_the_earlier_of_both():
    brand = topic("Aurelia", measured_to=NOON_MINUTE + 9000)
    made = plan(brand)
    TopicRecord.objects.update(dirty_from=None)
    mark.change_campaign(ben(), made.id, name="x", since=NOON + DAY, until=NOON + 2 * DAY)
    brand.refresh_from_db()
    assert brand.dirty_from == NOON_MINUTE


# ── Own messages ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("B9")
def test_a_message_of_ours_is_marked_changed_and_its_mark_removed():
    brand = topic("Aurelia")
    made = publish(brand, " We are on it \n", address="https://aurelia.example/1", network="mastodon")
    (kept,) = marks.own_messages(brand.id)
    assert (kept.text, kept.at, kept.by, kept.network) == ("We are on it", NOON, "ben", "mastodon")
    mark.change_own_message(mara(), made.id, text="Solved", at=NOON - DAY)
    (kept,) = marks.own_messages(brand.id)
    assert (kept.text, kept.at, kept.address) == ("Solved", NOON - DAY, "")
    mark.remove_own_message(ben(), made.id)
    assert marks.own_messages(brand.id) == []
    with pytest.raises(NotPossible, match="removed meanwhile"):
        mark.remove_own_message(ben(), made.id)
    assert happened() == ["own_message_noted", "own_message_changed", "own_message_removed"]
    assert not any(TimelineEntry.objects.exclude(values={})), "no words of a message in the timeline"


def test_without_a_moment_it_was_published_now():
    made = publish(topic("Aurelia"), at=None)
    assert abs(datetime.now(UTC) - made.at) < timedelta(minutes=1)


def test_in_a_drill_now_is_the_drills_own():
    drill = topic("Practice", drill=True)
    SourceRecord.objects.create(topic=drill, kind="drill", name="drill", cursor=NOON.isoformat())
    assert publish(drill, at=None).at == NOON - mark.JUST_BEFORE
    with pytest.raises(NotPossible, match="yet to come"):
        publish(drill, at=NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"text": " \n"}, "Say what was published"),
        ({"text": "x" * 10_001}, "10,000"),
        ({"address": "javascript:alert(1)"}, "https://"),
        ({"address": "aurelia.example"}, "https://"),
        ({"address": "https://["}, "https://"),
        ({"at": datetime.now(UTC) + timedelta(hours=1)}, "yet to come"),
    ],
)
def test_a_message_that_cannot_be_is_told_in_a_sentence(fields, why):
    with pytest.raises(NotPossible, match=why):
        publish(topic("Aurelia"), **fields)


def test_what_the_program_published_itself_is_kept_once_however_often_it_is_told():
    brand, address = topic("Aurelia"), "https://social.example/@aurelia/1"
    first = publish(brand, who=None, address=address)
    assert publish(brand, "again", who=None, address=address) == first
    with pytest.raises(NotPossible, match="already"):
        publish(brand, address=address)
    other = publish(brand, "two")
    with pytest.raises(NotPossible, match="already"):
        mark.change_own_message(ben(), other.id, text="two", at=NOON, address=address)
    publish(brand, "three")
    assert len(marks.own_messages(brand.id)) == 3, "without a link nothing is taken for the same"
