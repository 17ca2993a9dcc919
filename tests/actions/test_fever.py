"""Measuring: the same mentions give the same fever, whatever the order; one storm, one alarm."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import alarm as alarms
from accalmie.actions import fever
from accalmie.actions.mention import take_in
from accalmie.core.lifecycle import NotPossible
from accalmie.core.network import Batch
from accalmie.core.people import NoRight, Role
from accalmie.records import barometer
from accalmie.records.models import (
    AlarmRecord,
    CheckpointRecord,
    ContactRecord,
    GapRecord,
    HourRecord,
    MeasureRecord,
    NoticeRecord,
    TopicRecord,
    User,
)
from tests.heard import NOON, mention, source, topic

pytestmark = pytest.mark.django_db

DAYS = 3
STORM = DAYS * 1440
BAD = "Aurelia lost my parcel, the worst service ever, nobody answers"
MILD = "A day with Aurelia"


def quiet_days(until: int = STORM) -> list:
    """Three days in which somebody else says something mild every seven minutes."""
    return [mention(MILD, n) for n in range(0, until, 7)]


def storm(people: int = 240, minutes: int = 60, begin: int = STORM) -> list:
    """An hour in which many different people complain."""
    return [
        mention(BAD, 100_000 + n, said_at=NOON + timedelta(minutes=begin, seconds=n * minutes * 60 / people))
        for n in range(people)
    ]


def hear(brand: TopicRecord, mentions: list, now) -> None:
    take_in(source(brand, kind="file", name="a file"), Batch("1", tuple(mentions)), now)


def measured(brand: TopicRecord) -> list:
    fields = ("minute", "fever", "level", "phase", "mentions_hour", "authors_hour", "expected", "reasons")
    return list(MeasureRecord.objects.filter(topic=brand).order_by("minute").values_list(*fields))


@pytest.fixture
def brand(db):
    return topic("Aurelia", zone="UTC")


@pytest.fixture
def mara(brand):
    person = User.objects.create_user("mara", password="x", role=Role.LEAD)
    brand.alerted.add(person)
    ContactRecord.objects.create(person=person, label="mail", address="json://example.org")
    return person


@pytest.fixture
def frozen(monkeypatch):
    """The topic's now, set by the test (barometer.clock_of asks the world's clock otherwise)."""

    def at(minutes: float):
        moment = NOON + timedelta(minutes=minutes)
        monkeypatch.setattr(barometer, "clock_of", lambda topic: moment)
        return moment

    return at


@pytest.mark.claim("S1")
def test_a_storm_raises_one_alarm_with_its_reasons(brand, mara, frozen):
    now = frozen(STORM + 60)
    hear(brand, quiet_days() + storm(), now)
    fever.measure(brand.id, now)
    raised = AlarmRecord.objects.get()
    brand.refresh_from_db()
    assert brand.level >= 3 and brand.fever > 38
    assert raised.level >= 3 and raised.reasons and not raised.past
    assert NoticeRecord.objects.filter(what="raised").count() == 1


@pytest.mark.claim("M7")
def test_a_quiet_brand_has_no_alarm(brand, frozen):
    now = frozen(STORM)
    hear(brand, quiet_days(), now)
    fever.measure(brand.id, now)
    assert not AlarmRecord.objects.exists()
    brand.refresh_from_db()
    assert brand.level == 0 and brand.phase == "calm"


def test_measured_as_it_comes_or_all_at_once_it_is_the_same(brand, frozen):
    together = topic("Together", zone="UTC", words=["Aurelia"])
    said = quiet_days() + storm()
    now = frozen(STORM + 120)
    hear(together, said, now)
    fever.measure(together.id, now)
    for first in range(0, len(said), 97):
        piece = said[first : first + 97]
        hear(brand, piece, now)
        at = int((piece[-1].said_at - NOON) / timedelta(minutes=1))
        fever.measure(brand.id, frozen(at))
    fever.measure(brand.id, frozen(STORM + 120))
    assert measured(brand) == measured(together)
    hours = [
        list(
            HourRecord.objects.filter(topic=of)
            .order_by("hour")
            .values_list("hour", "mentions", "authors", "level")
        )
        for of in (brand, together)
    ]
    assert hours[0] == hours[1]


def test_in_small_pieces_it_is_the_same(brand, frozen, monkeypatch):
    now = frozen(STORM + 120)
    hear(brand, quiet_days() + storm(), now)
    fever.measure(brand.id, now)
    whole = measured(brand)
    monkeypatch.setattr(fever, "PIECE", 50)
    TopicRecord.objects.update(dirty_from=0)
    CheckpointRecord.objects.all().delete()
    fever.measure(brand.id, now)
    assert measured(brand) == whole
    assert AlarmRecord.objects.count() == 1


def test_late_mentions_change_the_minute_they_belong_to_and_nobody_is_told_twice(brand, mara, frozen):
    now = frozen(STORM + 50)
    said = storm()
    hear(brand, quiet_days() + said[::2], now)
    fever.measure(brand.id, now)
    hear(brand, said[1::2], now)
    fever.measure(brand.id, now)
    late = measured(brand)
    TopicRecord.objects.update(dirty_from=0)
    CheckpointRecord.objects.all().delete()
    fever.measure(brand.id, now)
    assert measured(brand) == late, "as if they had come in time"
    assert AlarmRecord.objects.count() == 1
    assert NoticeRecord.objects.filter(what="raised").count() == 1


def test_what_lies_in_the_past_is_found_but_wakes_nobody(brand, mara, frozen):
    now = frozen(STORM + 3000)
    hear(brand, quiet_days() + storm(), now)
    fever.measure(brand.id, now)
    found = AlarmRecord.objects.get()
    assert found.past and found.cleared_at is not None
    assert not NoticeRecord.objects.exists()


def test_a_storm_that_began_while_nobody_measured_is_told_if_it_still_goes_on(brand, mara, frozen):
    now = frozen(STORM + 100)
    hear(brand, quiet_days() + storm(400, minutes=100), now)
    fever.measure(brand.id, now)
    assert not AlarmRecord.objects.get().past
    assert NoticeRecord.objects.filter(what="raised").count() == 1


def test_growing_level_by_level_within_minutes_is_told_once(brand, mara, frozen):
    said = storm(400, minutes=30)
    for upto in range(2, 32, 2):
        now = frozen(STORM + upto)
        hear(brand, quiet_days() + [m for m in said if m.said_at <= now], now)
        fever.measure(brand.id, now)
    kinds = list(NoticeRecord.objects.order_by("id").values_list("what", flat=True))
    assert kinds in (["raised", "grown"], ["raised"]), kinds


def test_the_alarm_is_cleared_when_it_is_calm_again(brand, mara, frozen):
    hear(brand, quiet_days() + storm(), frozen(STORM + 70))
    fever.measure(brand.id, frozen(STORM + 70))
    assert AlarmRecord.objects.get().cleared_at is None
    for later in range(80, 700, 30):
        fever.measure(brand.id, frozen(STORM + later))
    assert AlarmRecord.objects.get().cleared_at is not None


def test_a_person_acknowledges_once(brand, mara, frozen):
    now = frozen(STORM + 60)
    hear(brand, quiet_days() + storm(), now)
    fever.measure(brand.id, now)
    seen = alarms.acknowledge(mara, AlarmRecord.objects.get().id)
    assert seen.acknowledged_by == mara
    with pytest.raises(NotPossible, match="mara has acknowledged"):
        alarms.acknowledge(mara, seen.id)
    olu = User.objects.create_user("olu", password="x", role=Role.VIEWER)
    with pytest.raises(NoRight):
        alarms.acknowledge(olu, seen.id)


def test_alerts_have_a_ceiling_per_person_and_hour(brand, mara, frozen):
    User.objects.filter(pk=mara.pk).update(alerts_per_hour=2)
    now = frozen(STORM)
    for count in range(4):
        raised = AlarmRecord.objects.create(
            topic=brand, at=now, known_at=now, level=3, peak=3, fever=39.0 + count
        )
        alarms.tell(raised, "raised", 3, now)
    states = list(NoticeRecord.objects.order_by("id").values_list("state", flat=True))
    assert states == ["waiting", "waiting", "held_back", "held_back"]


def test_a_gap_in_listening_is_neither_calm_nor_a_storm(brand, frozen):
    place = source(brand)
    take_in(place, Batch("1", tuple(quiet_days())), frozen(STORM))
    since = NOON + timedelta(minutes=STORM - 600)
    GapRecord.objects.create(
        source=place, since=since, until=NOON + timedelta(minutes=STORM - 300), why="down"
    )
    from accalmie.records.models import MentionRecord, PulseRecord

    low, high = barometer.minute(since), barometer.minute(since) + 300
    PulseRecord.objects.filter(minute__gte=low, minute__lt=high).delete()
    fever.measure(brand.id, frozen(STORM))
    inside = MeasureRecord.objects.filter(minute__gte=low, minute__lt=high)
    assert inside.filter(gap=True).exists()
    assert not AlarmRecord.objects.exists()
    assert MentionRecord.objects.exists()
    shown = barometer.curve(brand, since - timedelta(hours=1), since + timedelta(hours=6))
    assert shown.gaps == [(since, since + timedelta(minutes=300))]
