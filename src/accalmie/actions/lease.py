"""The table is the queue: of several workers, the one whose UPDATE counts a row has it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from accalmie.records.models import SourceRecord

#: Longer than any one look at a network may take.
LEASE = timedelta(seconds=90)


def due_sources(kinds: set[str], now: datetime, most: int = 20) -> list[SourceRecord]:
    """Return sources that should be listened to and that nobody holds, longest due first."""
    rows = SourceRecord.objects.select_related("topic").filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now),
        state=SourceRecord.LISTENING, kind__in=kinds, next_at__lte=now,
    )  # fmt: skip
    return list(rows.order_by("next_at")[:most])


def claim(source: SourceRecord, worker: str, now: datetime) -> bool:
    """Take the lease of a source; tell whether this worker got it."""
    rows = SourceRecord.objects.filter(pk=source.pk, state=SourceRecord.LISTENING).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    )
    return rows.update(leased_by=worker, leased_until=now + LEASE) == 1


def renew(source_id: int, worker: str, now: datetime) -> bool:
    """Hold on to a lease; False when it was taken away (paused, changed, or we were too slow)."""
    rows = SourceRecord.objects.filter(pk=source_id, leased_by=worker, state=SourceRecord.LISTENING)
    return rows.update(leased_until=now + LEASE) == 1


def release(source_id: int, worker: str) -> None:
    """Give a lease back."""
    SourceRecord.objects.filter(pk=source_id, leased_by=worker).update(leased_by="", leased_until=None)
