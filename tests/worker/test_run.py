"""One worker: what it does when it begins, and for those that are no more."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from accalmie.actions import lease
from accalmie.records import work
from accalmie.worker import run
from tests.heard import source, topic

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def ended():
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_process_that_is_no_more_is_known_by_its_workers_name(ended):
    here = run.machine()
    assert run.gone(f"{here}-{ended}")
    assert not run.gone(f"{here}-{os.getpid()}")
    assert not run.gone(f"elsewhere-{ended}"), "nobody sees into another machine"
    assert not run.gone("nobody")


@pytest.mark.django_db
@pytest.mark.claim("M4")
def test_what_a_killed_worker_listened_to_is_taken_over_at_once(ended):
    place = source(topic("Aurelia"), next_at=NOW)
    lease.claim(place, f"{run.machine()}-{ended}", NOW)
    run.beat("here-1", NOW, NOW)
    assert lease.due_sources({"mastodon"}, NOW) == [place]


@pytest.mark.django_db
@pytest.mark.claim("M4")
def test_a_clock_that_is_set_back_by_a_day_makes_nobody_deaf_for_a_day():
    place = source(topic("Aurelia"), next_at=NOW + timedelta(days=1, minutes=5))
    run.beat(run.name(), NOW, NOW + timedelta(days=1))
    run.beat(run.name(), NOW, NOW)
    assert lease.due_sources({"mastodon"}, NOW) == [place]
    assert work.worker_seen() == NOW
