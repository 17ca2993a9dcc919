"""Campaigns in the measuring: that it is loud is expected, anger is not; what was marked later is measured anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import fever, mark
from accalmie.actions.mention import take_in
from accalmie.core.network import Batch
from accalmie.records import barometer
from accalmie.records.models import AlarmRecord, CheckpointRecord, HourRecord, MeasureRecord, TopicRecord
from tests.cast import ben
from tests.heard import NOON, mention, source, topic

pytestmark = pytest.mark.django_db

DAYS = 5
BEGIN = DAYS * 1440
BAD = "Aurelia lost my parcel, the worst service ever, nobody answers"
MILD = "A day with Aurelia"


def quiet_days() -> list:
    """Five days in which somebody else says something every seven minutes, one of ten complains."""
    return [mention(BAD if n % 70 == 0 else MILD, n) for n in range(0, BEGIN, 7)]


def said(text: str, people: int, minutes: int = 60) -> list:
    """So many different people say it after the quiet days."""
    return [
        mention(text, 100_000 + n, said_at=NOON + timedelta(minutes=BEGIN, seconds=n * minutes * 60 / people))
        for n in range(people)
    ]


@pytest.fixture
def brand():
    return topic("Aurelia", zone="UTC")


@pytest.fixture
def measured(brand, monkeypatch):
    """Hear these mentions and measure the topic, half an hour after the last hour began."""
    now = NOON + timedelta(minutes=BEGIN + 61)
    monkeypatch.setattr(barometer, "clock_of", lambda topic: now)

    def measure(mentions: list = ()) -> TopicRecord:
        if mentions:
            take_in(source(brand, kind="file", name="a file"), Batch("1", tuple(mentions)), now)
        fever.measure(brand.id, now)
        return TopicRecord.objects.get(pk=brand.id)

    return measure


def plan(brand: TopicRecord, since: int = BEGIN - 5, until: int = BEGIN + 60):
    minutes = [NOON + timedelta(minutes=at) for at in (since, until)]
    return mark.plan_campaign(ben(), brand.id, name="Spring sale", since=minutes[0], until=minutes[1])


def against(brand: TopicRecord) -> set[str]:
    """What speaks against a storm in the last measure that says so."""
    last = MeasureRecord.objects.filter(topic=brand).exclude(against=[]).order_by("-minute").first()
    return {reason["key"] for reason in last.against} if last else set()


@pytest.mark.claim("M7")
def test_in_a_campaign_twice_as_many_critics_are_awaited_and_that_is_said(brand, measured):
    without = measured(quiet_days() + said(BAD, 9))
    highest = max(HourRecord.objects.filter(topic=brand).values_list("fever", flat=True))
    assert "campaign" not in against(brand)
    plan(brand)
    within = measured()
    assert within.fever < without.fever
    assert max(HourRecord.objects.filter(topic=brand).values_list("fever", flat=True)) < highest
    assert "campaign" in against(brand)


@pytest.mark.claim("M7")
def test_anger_in_a_campaign_raises_an_alarm_all_the_same(brand, measured):
    plan(brand)
    assert measured(quiet_days() + said(BAD, 240)).level >= 3
    (alarm,) = AlarmRecord.objects.filter(topic=brand)
    assert {"key": "campaign", "values": {"name": "Spring sale"}} in alarm.against


def test_what_is_said_in_a_campaign_is_not_learnt_as_usual(brand, measured, monkeypatch):
    def expected() -> float:
        later = NOON + timedelta(minutes=BEGIN + 180)
        monkeypatch.setattr(barometer, "clock_of", lambda topic: later)
        TopicRecord.objects.update(dirty_from=barometer.minute(NOON))
        fever.measure(brand.id, later)
        return (
            CheckpointRecord.objects.filter(topic=brand).order_by("-minute").first().state["usual"]["level"]
        )

    measured(quiet_days() + said(MILD, 60))
    loud = expected()
    plan(brand)
    assert expected() < loud


def test_a_campaign_that_is_taken_away_leaves_the_same_fever_as_if_it_had_never_been(brand, measured):
    fields = ("minute", "fever", "level", "phase", "expected", "reasons", "against")
    measured(quiet_days() + said(BAD, 30))
    before = list(MeasureRecord.objects.filter(topic=brand).order_by("minute").values_list(*fields))
    planned = plan(brand)
    measured()
    assert list(MeasureRecord.objects.filter(topic=brand).order_by("minute").values_list(*fields)) != before
    mark.remove_campaign(ben(), planned.id)
    measured()
    assert list(MeasureRecord.objects.filter(topic=brand).order_by("minute").values_list(*fields)) == before


@pytest.mark.claim("M7")
def test_an_alarm_that_the_campaign_explains_does_not_stay_open(brand, measured):
    for people in range(8, 60, 4):
        AlarmRecord.objects.all().delete()
        measured(said(BAD, people) if people > 8 else quiet_days() + said(BAD, people))
        if AlarmRecord.objects.filter(topic=brand, cleared_at=None).exists():
            break
    else:
        pytest.fail("no storm was found without a campaign")
    plan(brand)
    measured()
    assert not AlarmRecord.objects.filter(topic=brand, cleared_at=None).exists()
