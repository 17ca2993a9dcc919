"""Sources: rights, troubles in words, gaps that are seen, leases that keep workers apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import lease
from accalmie.actions import source as sources
from accalmie.core.lifecycle import NotPossible
from accalmie.core.network import Batch, Missed, Trouble, Wrong
from accalmie.core.people import NoRight, Role
from accalmie.records.models import GapRecord, SourceRecord, User
from accalmie.records.secret import Lost
from tests.heard import NOON, topic

pytestmark = pytest.mark.django_db

EVERY = timedelta(minutes=5)


@pytest.fixture
def ben():
    return User.objects.create_user("ben", password="x", role=Role.AUTHOR)


@pytest.fixture
def place(ben):
    brand = topic("Aurelia")
    address = {"url": "https://news.example/feed"}
    return sources.add(ben, brand.id, kind="feed", name="news", address=address, secret="s3cret")


def again(source: SourceRecord) -> SourceRecord:
    return SourceRecord.objects.get(pk=source.pk)


def test_a_viewer_cannot_add_a_source():
    olu = User.objects.create_user("olu", password="x", role=Role.VIEWER)
    with pytest.raises(NoRight):
        sources.add(olu, topic("Aurelia").id, kind="feed", name="n", address={})


def test_only_an_admin_lets_a_source_reach_the_own_network(ben):
    with pytest.raises(NoRight):
        sources.add(ben, topic("Aurelia").id, kind="feed", name="n", address={}, private_allowed=True)


def test_a_secret_is_encrypted_at_rest_and_never_overwritten_by_nothing(ben, place):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM records_sourcerecord")
        assert "s3cret" not in cursor.fetchone()[0]
    sources.change(
        ben,
        place.id,
        name="news",
        address=place.address,
        secret="",
        only_matching=True,
        private_allowed=False,
    )
    assert again(place).secret == "s3cret"


def test_a_secret_of_another_key_reads_as_lost_and_stays_stored(place, settings):
    from cryptography.fernet import Fernet

    key = settings.SECRETS_KEY
    settings.SECRETS_KEY = Fernet.generate_key().decode()
    lost = again(place)
    assert isinstance(lost.secret, Lost) and not lost.secret
    lost.save()
    settings.SECRETS_KEY = key
    assert again(place).secret == "s3cret"


@pytest.mark.claim("M4")
def test_a_failure_opens_a_gap_and_each_try_is_later(place):
    waits = []
    for _ in range(4):
        sources.failed(place.id, Trouble(Wrong.UNREACHABLE, "news.example"), NOON)
        waits.append(again(place).next_at - NOON)
    assert waits == sorted(waits) and waits[0] < waits[-1]
    assert again(place).trouble == "unreachable"
    assert GapRecord.objects.filter(source=place, until__isnull=True).count() == 1


def test_what_the_network_asks_for_is_kept_to(place):
    sources.failed(place.id, Trouble(Wrong.RATE_LIMITED, "news.example", wait=timedelta(hours=2)), NOON)
    assert again(place).next_at == NOON + timedelta(hours=2)


def test_what_waiting_does_not_mend_stops_the_source_until_a_person_resumes_it(ben, place):
    sources.failed(place.id, Trouble(Wrong.WRONG_TOKEN, "news.example"), NOON)
    assert again(place).state == SourceRecord.STOPPED
    assert not lease.due_sources({"feed"}, NOON + timedelta(days=1))
    sources.resume(ben, place.id)
    assert again(place).state == SourceRecord.LISTENING


@pytest.mark.claim("M4")
def test_a_gap_is_closed_and_counts_as_filled_when_nothing_was_missed(place):
    sources.looked(place.id, Batch("1"), "poll", EVERY, NOON)
    sources.failed(place.id, Trouble(Wrong.UNREACHABLE, "x"), NOON + EVERY)
    sources.looked(place.id, Batch("2"), "poll", EVERY, NOON + 4 * EVERY)
    gap = GapRecord.objects.get()
    assert (gap.since, gap.until, gap.filled) == (NOON, NOON + 4 * EVERY, True)
    assert again(place).trouble == ""


@pytest.mark.claim("M4")
def test_what_the_network_can_no_longer_tell_stays_a_gap(place):
    sources.looked(place.id, Batch("1"), "poll", EVERY, NOON)
    sources.failed(place.id, Trouble(Wrong.UNREACHABLE, "x"), NOON + EVERY)
    late = NOON + timedelta(hours=8)
    missed = Missed(NOON, late - timedelta(hours=1), "window_passed")
    sources.looked(place.id, Batch("2", missed=(missed,)), "poll", EVERY, late)
    assert GapRecord.objects.filter(filled=False, until__isnull=False).exists()


@pytest.mark.claim("M4")
def test_when_we_did_not_run_that_is_a_gap_too(place):
    sources.looked(place.id, Batch("1"), "poll", EVERY, NOON)
    missed = Missed(NOON, NOON + timedelta(hours=4), "window_passed")
    sources.looked(place.id, Batch("2", missed=(missed,)), "poll", EVERY, NOON + timedelta(hours=5))
    assert list(GapRecord.objects.filter(why="down").values_list("filled", flat=True)) == [False]


def test_a_feed_that_asked_for_a_long_pause_was_listened_to(place):
    sources.looked(place.id, Batch("1", wait=timedelta(hours=1)), "poll", EVERY, NOON)
    sources.looked(place.id, Batch("2"), "poll", EVERY, NOON + timedelta(minutes=61))
    assert not GapRecord.objects.exists()


def test_of_two_workers_one_has_the_lease(place):
    now = NOON + timedelta(days=400)
    SourceRecord.objects.update(next_at=NOON)
    assert lease.claim(place, "w1", now)
    assert not lease.claim(place, "w2", now)
    assert not lease.due_sources({"feed"}, now)
    assert lease.claim(place, "w2", now + lease.LEASE * 2), "a worker that died loses it"
    assert not lease.renew(place.id, "w1", now)


def test_a_paused_source_takes_the_lease_away(ben, place):
    now = NOON
    assert lease.claim(place, "w1", now)
    sources.pause(ben, place.id)
    assert not lease.renew(place.id, "w1", now)


def test_a_removed_source_is_told(ben, place):
    sources.remove(ben, place.id)
    with pytest.raises(NotPossible):
        sources.resume(ben, place.id)


def test_moved_for_good_is_followed(place):
    sources.looked(place.id, Batch("1", moved_to="https://new.example/feed"), "poll", EVERY, NOON)
    assert again(place).address == {"url": "https://new.example/feed"}
