"""Leases: who was killed gives nothing back, and a clock that is set back makes nobody deaf."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import lease
from accalmie.actions import source as sources
from accalmie.core.network import Batch, Trouble, Wrong
from accalmie.records import work
from accalmie.records.models import HeartbeatRecord, SourceRecord
from tests.heard import NOON, source, topic

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SOON = timedelta(seconds=1)


@pytest.fixture
def place():
    return source(topic("Aurelia"), next_at=NOON)


def due(at):
    return lease.due_sources({"mastodon"}, at)


def test_the_leases_of_a_dead_worker_are_taken_back_and_no_others(place):
    other = source(topic("Borea"), next_at=NOON)
    assert lease.claim(place, "here-1", NOON) and lease.claim(other, "here-2", NOON)
    assert lease.holders() == {"here-1", "here-2"}
    assert lease.take_back(["here-1"]) == 1
    assert due(NOON + SOON) == [place]


def test_a_worker_that_ends_gives_everything_back(place):
    lease.claim(place, "here-1", NOON)
    lease.release_all("here-1")
    assert due(NOON + SOON) == [place]


def test_an_open_line_that_was_lost_is_due_at_once(place):
    lease.claim(place, "here-1", NOON)
    sources.looked(place.id, Batch("1"), "stream", timedelta(minutes=1), NOON)
    lease.take_back(["here-1"])
    assert due(NOON + SOON) == [place]


@pytest.mark.claim("M4")
def test_a_lease_given_before_the_clock_was_set_back_holds_nobody_up(place):
    assert lease.claim(place, "here-1", NOON + DAY)
    assert due(NOON) == [place]
    assert lease.claim(place, "here-2", NOON)
    assert not lease.renew(place.id, "here-1", NOON)


def test_clocks_that_differ_by_a_minute_do_not_take_leases_from_each_other(place):
    assert lease.claim(place, "ahead-1", NOON + timedelta(minutes=1))
    assert not due(NOON)


@pytest.mark.claim("M4")
def test_after_the_clock_was_set_back_what_waited_is_due(place):
    sources.looked(place.id, Batch("1"), "poll", timedelta(minutes=5), NOON + DAY)
    sources.failed(place.id, Trouble(Wrong.SERVER_FAULT, "social.example"), NOON + DAY)
    assert not due(NOON)
    lease.begin_again(NOON)
    assert due(NOON) == [place]
    assert SourceRecord.objects.get(pk=place.pk).trouble == "server_fault", "what was noted stays"


def test_that_the_clock_was_set_back_is_seen_once_and_on_this_machine_alone():
    work.beat("here-1", NOON, NOON + DAY)
    assert not work.was_set_back("there", NOON)
    assert not work.was_set_back("here", NOON + DAY)
    assert work.was_set_back("here", NOON)
    assert not work.was_set_back("here", NOON)


def test_a_sign_of_life_from_the_future_does_not_say_that_a_worker_runs():
    assert not work.lives(NOON + DAY, NOON) and not work.lives(None, NOON)
    assert work.lives(NOON, NOON + SOON) and not work.lives(NOON, NOON + timedelta(minutes=1))


def test_signs_of_life_do_not_pile_up():
    for number in range(9):
        work.beat(f"here-{number}", NOON, NOON + number * DAY)
    assert HeartbeatRecord.objects.count() == 8
