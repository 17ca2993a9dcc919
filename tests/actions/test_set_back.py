"""Alerts after the machine's clock was set back by a day: nobody waits a day for them, and none is held back for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import alarm as alarms
from accalmie.actions import lease, notice
from accalmie.records.models import AlarmRecord, ContactRecord, NoticeRecord
from tests.cast import mara
from tests.heard import NOON, topic

pytestmark = [pytest.mark.django_db, pytest.mark.claim("M4")]

AHEAD = NOON + timedelta(days=1)


@pytest.fixture
def alarm():
    brand, person = topic("Aurelia"), mara()
    brand.alerted.add(person)
    ContactRecord.objects.create(person=person, label="mail", address="json://example.org/x")
    return AlarmRecord.objects.create(topic=brand, at=NOON, known_at=NOON, level=4, peak=4, fever=40.0)


def due(at):
    return [(row.what, row.level) for row in notice.due(at)]


def test_what_waited_by_the_wrong_clock_goes_out(alarm):
    alarms.tell(alarm, "raised", 4, AHEAD)
    assert not due(NOON)
    lease.begin_again(NOON)
    assert due(NOON) == [("raised", 4)]


def test_alerts_of_the_future_do_not_use_up_this_hours_ceiling(alarm):
    for level in range(20):
        alarms.tell(alarm, "cleared", level, AHEAD)
    assert NoticeRecord.objects.filter(state=NoticeRecord.HELD_BACK).exists()
    alarms.tell(alarm, "raised", 5, NOON)
    assert due(NOON) == [("raised", 5)]


def test_a_storm_that_grows_is_told_within_minutes_of_the_right_clock(alarm):
    alarms.tell(alarm, "raised", 4, AHEAD)
    alarms.tell(alarm, "grown", 5, NOON)
    assert due(NOON + alarms.BREATH) == [("grown", 5)]


def test_an_alert_interrupted_by_the_wrong_clock_is_shown_as_uncertain(alarm):
    alarms.tell(alarm, "raised", 4, AHEAD)
    NoticeRecord.objects.update(state=NoticeRecord.SENDING, leased_until=AHEAD + notice.LEASE)
    notice.interrupted(NOON)
    assert NoticeRecord.objects.get().state == NoticeRecord.UNCERTAIN
