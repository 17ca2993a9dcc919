"""Alerts on their way: sent once, tried again only when that is safe, in the reader's language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.actions import notice
from accalmie.actions.notice import Attempt, Went
from accalmie.core.people import Role
from accalmie.records.models import AlarmRecord, ContactRecord, NoticeRecord, User
from tests.heard import NOON, topic

pytestmark = pytest.mark.django_db


class Scripted:
    """A network that follows a script, and remembers what it was given."""

    def __init__(self, *outcomes: Attempt) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[tuple[str, str, str]] = []

    def __call__(self, address: str, title: str, body: str, language: str) -> Attempt:
        self.sent.append((address, title, body))
        return self.outcomes.pop(0)


@pytest.fixture
def waiting():
    brand = topic("Aurelia", zone="Europe/Paris")
    mara = User.objects.create_user("mara", password="x", role=Role.LEAD, language="fr")
    contact = ContactRecord.objects.create(person=mara, label="mail", address="json://example.org/x")
    reasons = [{"key": "many_people", "values": {"people": 340}}]
    alarm = AlarmRecord.objects.create(
        topic=brand, at=NOON, known_at=NOON, level=4, peak=4, fever=40.0, reasons=reasons
    )
    return NoticeRecord.objects.create(
        alarm=alarm, person=mara, contact=contact, what="raised", level=4, created_at=NOON, next_at=NOON
    )


def state(row: NoticeRecord) -> tuple[str, int]:
    row.refresh_from_db()
    return row.state, row.attempts


def test_an_alert_is_sent_once(waiting):
    network = Scripted(Attempt(Went.SENT))
    assert notice.send_one(waiting, network, "w1", NOON)
    assert not notice.send_one(waiting, network, "w2", NOON), "another worker is too late"
    assert state(waiting) == ("sent", 1)


def test_what_can_wait_is_tried_again_later(waiting):
    network = Scripted(Attempt(Went.TRY_LATER, "busy"), Attempt(Went.SENT))
    notice.send_one(waiting, network, "w1", NOON)
    assert state(waiting) == ("waiting", 1)
    assert not notice.due(NOON), "not before its time"
    again = notice.due(NOON + timedelta(minutes=1))
    assert notice.send_one(again[0], network, "w1", NOON + timedelta(minutes=1))
    assert state(waiting) == ("sent", 2)


def test_tries_come_to_an_end_and_the_reason_stays(waiting):
    now = NOON
    for _ in range(notice.MOST_ATTEMPTS):
        waiting.refresh_from_db()
        notice.send_one(waiting, Scripted(Attempt(Went.TRY_LATER, "busy")), "w1", now)
        now += timedelta(hours=1)
    assert state(waiting) == ("failed", notice.MOST_ATTEMPTS)
    assert waiting.error == "busy"


@pytest.mark.parametrize(("went", "after"), [(Went.REFUSED, "failed"), (Went.UNCERTAIN, "uncertain")])
def test_refused_and_uncertain_are_not_tried_again_blindly(waiting, went, after):
    notice.send_one(waiting, Scripted(Attempt(went, "no")), "w1", NOON)
    assert state(waiting) == (after, 1)
    assert not notice.due(NOON + timedelta(days=1))


def test_a_worker_that_dies_while_sending_leaves_it_uncertain(waiting):
    NoticeRecord.objects.update(state="sending", leased_by="w1", leased_until=NOON)
    notice.interrupted(NOON + timedelta(seconds=1))
    assert state(waiting) == ("uncertain", 0)


@pytest.mark.claim("S1")
def test_the_alert_says_what_how_strong_why_and_what_to_do_in_the_readers_language(waiting):
    title, body = notice.words(waiting)
    assert title.startswith("Aurelia : alerte, force 4")
    assert "340" in body and "Ensuite" in body


def test_a_drill_says_so_in_every_alert(waiting):
    waiting.alarm.topic.drill = True
    assert notice.words(waiting)[0].startswith("EXERCICE")
