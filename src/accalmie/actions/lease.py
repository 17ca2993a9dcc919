"""The table is the queue: of several workers, the one whose UPDATE counts a row has it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from accalmie.records.models import NoticeRecord, SourceRecord

#: Longer than any one look at a network may take.
LEASE = timedelta(seconds=90)


def _free(now: datetime) -> Q:
    """Match what nobody holds. A lease that ends later than any can was given before the clock was set back."""
    expired = Q(leased_until__lt=now) | Q(leased_until__gt=now + 2 * LEASE)
    return Q(leased_until__isnull=True) | expired


def due_sources(kinds: set[str], now: datetime, most: int = 20) -> list[SourceRecord]:
    """Return sources that should be listened to and that nobody holds, longest due first."""
    rows = SourceRecord.objects.select_related("topic").filter(
        _free(now), state=SourceRecord.LISTENING, kind__in=kinds, next_at__lte=now
    )
    return list(rows.order_by("next_at")[:most])


def claim(source: SourceRecord, worker: str, now: datetime) -> bool:
    """Take the lease of a source; tell whether this worker got it."""
    rows = SourceRecord.objects.filter(_free(now), pk=source.pk, state=SourceRecord.LISTENING)
    return rows.update(leased_by=worker, leased_until=now + LEASE) == 1


def renew(source_id: int, worker: str, now: datetime) -> bool:
    """Hold on to a lease; False when it was taken away (paused, changed, or we were too slow)."""
    rows = SourceRecord.objects.filter(pk=source_id, leased_by=worker, state=SourceRecord.LISTENING)
    return rows.update(leased_until=now + LEASE) == 1


def release(source_id: int, worker: str) -> None:
    """Give a lease back."""
    SourceRecord.objects.filter(pk=source_id, leased_by=worker).update(leased_by="", leased_until=None)


def release_all(worker: str) -> None:
    """Give back every lease of a worker that ends."""
    SourceRecord.objects.filter(leased_by=worker).update(leased_by="", leased_until=None)


def holders() -> set[str]:
    """Return the names of the workers that hold a lease."""
    return set(SourceRecord.objects.exclude(leased_by="").values_list("leased_by", flat=True).distinct())


def take_back(dead: Collection[str]) -> int:
    """Take the leases from workers that are no more; return how many these were.

    Who was killed gives nothing back, and nobody is to be deaf until a lease has run out.
    """
    return SourceRecord.objects.filter(leased_by__in=dead).update(leased_by="", leased_until=None)


def begin_again(now: datetime) -> None:
    """Make everything due that waits for a moment ahead, after the clock was set back.

    Some are asked too early by that, which is better than to be deaf for as long as the clock was wrong.
    """
    SourceRecord.objects.filter(next_at__gt=now).update(next_at=now)
    NoticeRecord.objects.filter(state=NoticeRecord.WAITING, next_at__gt=now).update(next_at=now)
