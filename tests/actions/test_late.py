"""Mentions that reach us late: what people were told stays, and what it would have been is said."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accalmie.actions import fever, late
from accalmie.actions.mention import take_in
from accalmie.core.alarm import Verdict
from accalmie.core.fever.hindsight import Raise, Told
from accalmie.core.fever.pulse import Measure, Phase
from accalmie.core.network import Batch
from accalmie.core.people import Role
from accalmie.records import barometer
from accalmie.records.models import (
    AlarmRecord,
    ContactRecord,
    MeasureRecord,
    NoticeRecord,
    TimelineEntry,
    TopicRecord,
    User,
)
from tests.heard import NOON, mention, source, topic

pytestmark = pytest.mark.django_db

STORM = 3 * 1440
BAD = "Aurelia lost my parcel, the worst service ever, nobody answers"


class Night:
    """A brand on the night of a storm, minute by minute; `at` is minutes after the storm's first minute."""

    def __init__(self, brand: TopicRecord, clock) -> None:
        self.brand, self.clock, self.people = brand, clock, 100_000
        self.hear([mention("A day with Aurelia", n) for n in range(0, STORM, 7)], -1)

    def moment(self, at: float) -> datetime:
        return NOON + timedelta(minutes=STORM + at)

    def hear(self, mentions: list, at: float) -> None:
        """Take these in, and measure, at this moment."""
        self.clock(self.moment(at))
        live = source(self.brand, kind="feed", name="a feed")
        take_in(live, Batch("1", tuple(mentions)), self.moment(at))
        # A worker measures a moment after it has heard.
        fever.measure(self.brand.id, self.moment(at) + timedelta(seconds=1))

    def angry(self, count: int, at: float) -> list:
        """So many new people complain, all in this minute."""
        self.people += count
        return [
            mention(BAD, self.people + n, said_at=self.moment(at) + timedelta(seconds=n * 50 // count))
            for n in range(count)
        ]

    def late(self) -> list[TimelineEntry]:
        """What the timeline says about late mentions."""
        return list(TimelineEntry.objects.filter(what__startswith="alarm_late").order_by("id"))


@pytest.fixture
def night(db, monkeypatch) -> Night:
    times: dict[str, datetime] = {}
    monkeypatch.setattr(barometer, "clock_of", lambda topic: times["now"])
    brand = topic("Aurelia", zone="UTC")
    brand.sources.all().delete()
    source(brand, kind="feed", name="a feed", created_at=NOON - timedelta(days=1))
    mara = User.objects.create_user("mara", password="x", role=Role.LEAD)
    brand.alerted.add(mara)
    ContactRecord.objects.create(person=mara, label="mail", address="json://example.org")
    return Night(brand, lambda at: times.update(now=at))


def as_told(alarm: AlarmRecord) -> dict:
    return AlarmRecord.objects.filter(pk=alarm.pk).values("at", "known_at", "past").get()


@pytest.mark.claim("S1")
def test_an_alarm_that_late_mentions_would_have_raised_earlier_says_so_and_stays_as_told(night):
    night.hear(night.angry(40, 20), 20)
    [alarm] = AlarmRecord.objects.all()
    told = as_told(alarm)
    assert alarm.at == night.moment(20)
    night.hear(night.angry(40, 2), 30)
    assert as_told(alarm) == told
    assert AlarmRecord.objects.count() == 1
    [entry] = night.late()
    assert (entry.what, entry.alarm_id) == ("alarm_late_earlier", alarm.pk)
    assert entry.values["mentions"] == 40
    assert datetime.fromisoformat(entry.values["then"]) == night.moment(2)
    assert datetime.fromisoformat(entry.values["told"]) == night.moment(20)
    assert NoticeRecord.objects.filter(what="raised").count() == 1


def test_it_is_said_once_and_again_only_when_it_changes(night):
    night.hear(night.angry(40, 20), 20)
    night.hear(night.angry(40, 6), 30)
    assert len(night.late()) == 1
    night.hear([], 31)
    night.hear([mention("A day with Aurelia", 500_001, said_at=night.moment(10))], 32)
    assert len(night.late()) == 1
    night.hear(night.angry(40, 2), 33)
    first, second = night.late()
    assert first.values["then"] > second.values["then"]


@pytest.mark.claim("S1")
def test_a_storm_that_only_late_mentions_made_is_told_as_such(night):
    night.hear([mention("A day with Aurelia", 500_001, said_at=night.moment(30))], 30)
    assert not AlarmRecord.objects.exists()
    night.hear(night.angry(40, 5), 31)
    [alarm] = AlarmRecord.objects.all()
    [entry] = night.late()
    assert (entry.what, entry.alarm_id, entry.values["mentions"]) == ("alarm_late_found", alarm.pk, 40)
    assert alarm.at == night.moment(5) and not alarm.past
    assert NoticeRecord.objects.filter(what="raised").count() == 1


def test_what_comes_some_seconds_late_is_not_late(night):
    night.hear(night.angry(30, 20), 20)
    night.hear(night.angry(10, 19), 21)
    night.hear(night.angry(40, 20), 21.5)
    assert AlarmRecord.objects.exists()
    assert not night.late()


def test_a_source_that_is_asked_every_few_minutes_is_not_always_late(night):
    night.hear(night.angry(40, 2) + night.angry(3, 5), 6)
    [alarm] = AlarmRecord.objects.all()
    assert alarm.at == night.moment(2)
    night.hear(night.angry(40, 1), 7)
    assert not night.late()


def test_what_comes_more_than_an_hour_late_is_history(night):
    night.hear(night.angry(40, 20), 20)
    night.hear(night.angry(40, 2), 63)
    assert MeasureRecord.objects.filter(topic=night.brand, minute=barometer.minute(night.moment(2))).exists()
    assert not night.late()


def test_late_mentions_that_change_no_alarm_are_not_worth_a_word(night):
    night.hear(night.angry(40, 20), 20)
    night.hear([mention("A day with Aurelia", 500_001, said_at=night.moment(5))], 30)
    assert not night.late()


def test_an_alarm_that_would_not_be_raised_any_more_is_cleared(night):
    night.hear(night.angry(40, 20), 20)
    alarm = AlarmRecord.objects.get()
    # Measured anew from before it, by another measure: nothing would ever say that this storm is over.
    TopicRecord.objects.filter(pk=night.brand.pk).update(threshold=6)
    night.hear([mention("A day with Aurelia", 500_001, said_at=night.moment(5))], 30)
    alarm.refresh_from_db()
    assert alarm.cleared_at == night.moment(30) and alarm.at == night.moment(20)
    assert TimelineEntry.objects.filter(alarm=alarm, what="alarm_cleared").count() == 1


def verdict(at: int, level: int) -> tuple[Verdict, Measure]:
    return Verdict.RAISED, Measure(at, 38.0, level, Phase.RISING, 9, 9, 9, 9, 1.0, 2.0, 0.3, known=True)


@pytest.mark.parametrize(
    ("anew", "what"),
    [
        ([], "alarm_late_never"),
        ([verdict(990, 3)], "alarm_late_earlier"),
        ([verdict(1010, 3)], "alarm_late_later"),
        ([verdict(1000, 4)], "alarm_late_level"),
        ([verdict(1000, 3)], None),
    ],
)
def test_what_it_would_have_been_is_named(anew, what):
    brand = topic("Aurelia")
    at = barometer.moment(1000)
    alarm = AlarmRecord.objects.create(topic=brand, at=at, known_at=at, level=3, peak=3, fever=38.0)
    before = late.Before(1020, 12, (alarm,), (Told(1000, 3),), (Raise(1000, 3),))
    late.tell(brand, before, anew, at)
    noted = [entry.what for entry in TimelineEntry.objects.filter(alarm=alarm)]
    assert noted == ([what] if what else [])
    if what:
        # Then others come, and it would have been as it was told after all.
        again = late.Before(
            1020, 3, (alarm,), (Told(1000, 3),), tuple(Raise(m.minute, m.level) for _, m in anew)
        )
        late.tell(brand, again, [verdict(1000, 3)], at + timedelta(minutes=1))
        assert TimelineEntry.objects.filter(alarm=alarm).order_by("-id").first().what == "alarm_late_same"
