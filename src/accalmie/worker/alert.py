"""Alerts: every notice that is due goes out at once, through Apprise, some at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection

from accalmie.actions import notice
from accalmie.actions.notice import Attempt, Went
from accalmie.networks import alerts
from accalmie.records.models import ContactRecord, NoticeRecord

#: A slow mail server must not hold up a quick chat service.
AT_ONCE = 4


def send(address: str, title: str, body: str, language: str) -> Attempt:
    """Send through the network's room, and put its outcome into the words of the queue."""
    private = settings.PRIVATE_NETWORK_ALLOWED
    outcome = alerts.send(address, title, body, private_allowed=private, language=language)
    match outcome:
        case alerts.Sent():
            return Attempt(Went.SENT)
        case alerts.TryLater(why=why):
            return Attempt(Went.TRY_LATER, why)
        case alerts.Refused(why=why):
            return Attempt(Went.REFUSED, why)
        case alerts.Uncertain(why=why):
            return Attempt(Went.UNCERTAIN, why)


class Alerting:
    """All sending of one worker."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.senders = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="alert")
        self.ready = False

    def step(self) -> bool:
        """Send what is due; tell whether anything was."""
        if not self.ready:
            self._warm()
        now = datetime.now(UTC)
        notice.interrupted(now)
        due = notice.due(now)
        list(self.senders.map(self._one, due))
        return bool(due)

    def _warm(self) -> None:
        """Load Apprise as soon as anybody has a contact: the first alarm must not wait for it.

        Where nobody has one it stays out of memory, of which it takes some sixty megabytes.
        """
        contact = ContactRecord.objects.filter(active=True).first()
        if contact is not None:
            alerts.check(contact.address, private_allowed=settings.PRIVATE_NETWORK_ALLOWED)
            self.ready = True

    def _one(self, row: NoticeRecord) -> None:
        try:
            notice.send_one(row, send, self.worker, datetime.now(UTC))
        finally:
            connection.close()
