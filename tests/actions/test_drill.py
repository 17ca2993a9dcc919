"""Drills: composed, played on their own clock, paused, ended, removed without a trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accalmie.actions import drill, fever
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import NoRight, Role
from accalmie.records import barometer, search
from accalmie.records.models import AlarmRecord, MentionRecord, SourceRecord, TopicRecord, User
from accalmie.records.search import Asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben():
    return User.objects.create_user("ben", password="x", role=Role.AUTHOR)


def begin(who: User, scenario: str = "outage", speed: float = 60.0) -> tuple[TopicRecord, datetime]:
    """Start a drill and return it with the moment when it was started."""
    topic = drill.start(who, scenario=scenario, speed=speed)
    source = SourceRecord.objects.get(topic=topic)
    return topic, datetime.fromisoformat(source.address["resumed_at"])


def test_it_is_marked_and_begins_with_what_was_said_before(ben):
    topic, began = begin(ben)
    drill.play_all("w1", began)
    assert topic.drill and topic.words
    kept = MentionRecord.objects.count()
    assert kept > 500
    assert barometer.clock_of(topic) < began - timedelta(hours=1), "its own clock is behind"
    fever.measure(topic.id, began)
    topic.refresh_from_db()
    assert topic.phase != "learning"
    drill.play_all("w1", began)
    assert MentionRecord.objects.count() == kept


@pytest.mark.claim("S1")
def test_played_to_its_end_it_raised_one_alarm(ben):
    topic, began = begin(ben, speed=3600)
    for second in range(9):
        now = min(began + timedelta(seconds=second), datetime.now(UTC) + timedelta(seconds=second))
        SourceRecord.objects.update(next_at=began)
        drill.play_all("w1", now)
        fever.measure(topic.id, now)
    assert SourceRecord.objects.get().state == SourceRecord.STOPPED
    assert AlarmRecord.objects.filter(topic=topic).count() >= 1
    assert max(alarm.peak for alarm in AlarmRecord.objects.all()) >= 4


def test_paused_its_clock_stands_still(ben):
    topic, began = begin(ben)
    drill.pause(ben, topic.id)
    source = SourceRecord.objects.get(topic=topic)
    assert drill.played(source, began + timedelta(hours=5)) < timedelta(minutes=5)
    drill.go_on(ben, topic.id)
    assert SourceRecord.objects.get(topic=topic).state == SourceRecord.LISTENING


def test_removed_it_leaves_nothing_invented_behind(ben):
    topic, began = begin(ben)
    drill.play_all("w1", began)
    drill.remove(ben, topic.id)
    assert not MentionRecord.objects.exists() and not TopicRecord.every.exists()
    assert search.count(Asked("tillorbe")) == 0


def test_two_drills_of_one_kind_have_two_names(ben):
    first, second = begin(ben)[0], begin(ben)[0]
    assert first.name != second.name


@pytest.mark.parametrize("wrong", [{"scenario": "flood"}, {"speed": 0.5}, {"speed": 4000}])
def test_what_cannot_be_is_told(ben, wrong):
    with pytest.raises(NotPossible):
        drill.start(ben, **({"scenario": "outage"} | wrong))


def test_a_viewer_cannot_start_one():
    olu = User.objects.create_user("olu", password="x", role=Role.VIEWER)
    with pytest.raises(NoRight):
        drill.start(olu, scenario="outage")
