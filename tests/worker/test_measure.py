"""Measuring when the machine's clock jumps: no storm, and nobody waits for a moment that will not come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accalmie.actions import fever
from accalmie.actions.mention import take_in
from accalmie.core.network import Batch
from accalmie.records import barometer
from accalmie.records.models import AlarmRecord, CheckpointRecord, MeasureRecord, PulseRecord, TopicRecord
from accalmie.worker import measure
from tests.heard import NOON, mention, source, topic

pytestmark = [pytest.mark.django_db, pytest.mark.claim("M4")]

DAY = timedelta(days=1)
DAYS = 4


@pytest.fixture
def brand():
    return topic("Aurelia", zone="UTC")


@pytest.fixture
def frozen(monkeypatch):
    """The machine's clock, set by the test (barometer.clock_of asks the world's otherwise)."""

    def at(moment: datetime) -> datetime:
        monkeypatch.setattr(barometer, "clock_of", lambda topic: moment)
        return moment

    return at


def said(begin: datetime, hours: int, first: int = 0) -> tuple:
    """Somebody says something every six minutes."""
    return tuple(
        mention("A day with Aurelia", first + n, said_at=begin + timedelta(minutes=6 * n))
        for n in range(hours * 10)
    )


def test_a_topic_measured_by_a_clock_that_was_ahead_is_measured_again(brand):
    now = datetime.now(UTC)
    take_in(source(brand), Batch("1", said(now - timedelta(hours=3), 2)), now)
    TopicRecord.objects.update(measured_at=now + DAY)
    measure.step()
    assert TopicRecord.objects.get().measured_at < now + DAY
    assert MeasureRecord.objects.exists()


def test_what_was_measured_of_the_future_does_not_hold_up_the_present(brand, frozen):
    now = NOON + DAY
    take_in(source(brand), Batch("1", said(NOON, 24)), now)
    fever.measure(brand.id, frozen(now + DAY))
    fever.measure(brand.id, frozen(now))
    after = TopicRecord.objects.get()
    assert after.measured_to == barometer.minute(now) + 1
    assert not CheckpointRecord.objects.filter(minute__gt=after.measured_to).exists()
    assert not MeasureRecord.objects.filter(minute__gt=after.measured_to).exists()


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_a_clock_that_jumps_by_a_day_and_returns_makes_no_storm(brand, frozen, jump):
    place = source(brand)
    begun = NOON - DAYS * DAY
    take_in(place, Batch("1", said(begun, 24 * DAYS)), NOON)
    fever.measure(brand.id, frozen(NOON))
    # Two hours by the wrong clock, then by the right one again.
    for hour in range(4):
        clock = NOON + timedelta(hours=hour + 1) + (jump if hour < 2 else timedelta(0))
        new = said(NOON + timedelta(hours=hour), 1, first=10_000 + 100 * hour)
        take_in(place, Batch(str(hour), new), clock)
        fever.measure(brand.id, frozen(clock))
    assert not AlarmRecord.objects.exists()
    assert TopicRecord.objects.get().level == 0
    assert sum(PulseRecord.objects.values_list("mentions", flat=True)) == DAYS * 240 + 40
