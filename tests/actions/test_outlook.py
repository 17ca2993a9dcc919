"""What comes next, from what was measured: advice, look ahead, and what it costs to ask."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accalmie.actions import fever
from accalmie.actions.mention import take_in
from accalmie.actions.outlook import Outlook, outlook
from accalmie.core.fever.forecast import Forecast, Unsure
from accalmie.core.fever.reaction import Do
from accalmie.core.fever.trust import Trust
from accalmie.core.network import Batch
from accalmie.records import barometer
from accalmie.records.models import CheckpointRecord, GapRecord, OwnMessageRecord, SourceRecord, TopicRecord
from tests.heard import NOON, mention, source, topic

pytestmark = pytest.mark.django_db

DAYS = 3
STORM = DAYS * 1440
LOST = "Aurelia lost my parcel, the worst service ever, nobody answers"
ANGRY = "Aurelia is a shameful disaster, I am furious"
MILD = "A day with Aurelia"


def quiet(since: int, until: int) -> list:
    """Forty regulars, one of whom says something mild every seven minutes."""
    return [
        mention(MILD, minute, author=mention("", minute // 7 % 40).author)
        for minute in range(since, until, 7)
    ]


def storm(text: str, people: int = 240, minutes: int = 120) -> list:
    """Two hours in which many different people complain."""
    return [
        mention(text, 100_000 + n, said_at=NOON + timedelta(minutes=STORM, seconds=n * minutes * 60 / people))
        for n in range(people)
    ]


@pytest.fixture
def brand(db):
    made = topic("Aurelia", zone="UTC")
    source(made)
    SourceRecord.objects.update(created_at=NOON - timedelta(days=1))
    return made


@pytest.fixture
def after(brand, monkeypatch):
    """What comes next so many minutes after the storm began, when all of this was heard."""

    def asked(minutes: int, text: str = LOST, **fields: bool) -> Outlook:
        at = NOON + timedelta(minutes=STORM + minutes)
        monkeypatch.setattr(barometer, "clock_of", lambda topic: at)
        said = [m for m in [*quiet(0, STORM + minutes), *storm(text)] if m.said_at <= at]
        take_in(source(brand), Batch("1", tuple(said)), at)
        return looked(brand, at, **fields)

    return asked


def looked(brand: TopicRecord, at: datetime, **fields: bool) -> Outlook:
    fever.measure(brand.pk, at)
    brand.refresh_from_db()
    return outlook(brand, at, barometer.now_of(brand), **({"listening": True, "press_heard": True} | fields))


@pytest.mark.claim("M4b")
def test_in_a_storm_with_many_affected_it_says_to_go_public(after):
    found = after(100)
    assert found.reaction.do is Do.GO_PUBLIC
    affected = next(why for why in found.reaction.why if why.key == "many_affected")
    assert float(affected.values["affected"]) > 100
    assert found.course.in_storm[0].new_authors > 50, "none of them had spoken before"
    assert found.course.in_storm[0].critics > 50
    assert isinstance(found.ahead, Forecast) and len(found.ahead.hours) == 12


@pytest.mark.claim("M4b")
def test_who_has_spoken_keeps_informing(after, brand):
    OwnMessageRecord.objects.create(topic=brand, at=NOON, text="Before all that")
    assert after(80).reaction.do is Do.GO_PUBLIC, "that was before"
    OwnMessageRecord.objects.create(topic=brand, at=NOON + timedelta(minutes=STORM + 90), text="We are sorry")
    assert after(100).reaction.do is Do.KEEP_INFORMING


@pytest.mark.claim("M4b")
def test_after_it_one_is_told_to_stop_and_a_gap_takes_that_back(after, brand):
    for later in range(120, 120 + 36 * 60, 120):
        found = after(later, ANGRY)
        if found.reaction.do is Do.STOP_REACTING:
            break
    assert found.reaction.do is Do.STOP_REACTING, "within a day and a half of its end"
    assert later > 120 + 5 * 60, "and not before it was quiet for some hours"
    at = NOON + timedelta(minutes=STORM + later)
    GapRecord.objects.create(source=source(brand), since=at - timedelta(hours=2), until=at, why="down")
    TopicRecord.objects.filter(pk=brand.pk).update(dirty_from=barometer.minute(at) - 180)
    deaf = looked(brand, at + timedelta(seconds=1))
    assert deaf.reaction.do is not Do.STOP_REACTING
    heard = next(condition for condition in deaf.reaction.stop if condition.key == "all_heard")
    assert heard.holds is False


@pytest.mark.claim("B9")
def test_after_it_the_tone_of_those_who_had_spoken_is_compared(after):
    found = after(120 + 30 * 60, ANGRY)
    assert found.recovery is not None and found.recovery.trust is Trust.BACK
    assert found.recovery.returning[0].of == 40, "the regulars, and nobody of the storm"


def test_when_nobody_listens_nothing_is_foretold(after):
    assert after(100, listening=False).ahead is Unsure.DEAF


def test_when_the_measuring_lags_behind_nobody_listens_either(after, brand):
    after(100)
    late = NOON + timedelta(minutes=STORM + 200)
    found = outlook(brand, late, barometer.now_of(brand), listening=True, press_heard=True)
    assert found.ahead is Unsure.DEAF


def test_a_topic_that_heard_nothing_yet_is_learning(brand):
    found = outlook(brand, NOON, None, listening=True, press_heard=False)
    assert found.ahead is Unsure.LEARNING and found.reaction.rule.key == "learning"
    assert found.course.hours == () and found.recovery is None and found.morning is None


def test_what_another_version_left_is_not_foretold_from(after, brand):
    after(100)
    CheckpointRecord.objects.update(state={"usual": {"strange": 1}})
    TopicRecord.objects.update(measured_at=NOON)
    brand.refresh_from_db()
    at = NOON + timedelta(minutes=STORM + 100)
    assert outlook(brand, at, None, listening=True, press_heard=True).ahead is Unsure.LEARNING


def test_late_mentions_are_counted_in(after, brand):
    before = after(100).course.in_storm[0]
    at = NOON + timedelta(minutes=STORM + 100)
    late = [mention(ANGRY, 300_000 + n, said_at=NOON + timedelta(minutes=STORM + 20)) for n in range(30)]
    take_in(source(brand), Batch("2", tuple(late)), at)
    now = looked(brand, at + timedelta(seconds=1)).course.in_storm[0]
    assert (now.heard.mentions, now.new_authors) == (before.heard.mentions + 30, before.new_authors + 30)


def questions(brand: TopicRecord, at: datetime) -> int:
    with CaptureQueriesContext(connection) as captured:
        outlook(brand, at, None, listening=True, press_heard=True)
    return len(captured)


def test_it_asks_little_and_hardly_anything_until_it_is_measured_again(after, brand):
    after(60)
    at = NOON + timedelta(minutes=STORM + 60)
    assert questions(brand, at) <= 1, "our own messages, which may have come since"
    TopicRecord.objects.update(measured_at=NOON)
    brand.refresh_from_db()
    few = questions(brand, at)
    after(120 + 9 * 60)
    TopicRecord.objects.update(measured_at=NOON)
    brand.refresh_from_db()
    assert questions(brand, at) <= few <= 6
