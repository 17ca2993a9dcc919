"""Signs of life of the workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from accalmie.records.models import HeartbeatRecord

#: A worker that was not heard of for longer is not running.
ALIVE = timedelta(seconds=15)
#: A sign of life so far ahead of the clock was given before the clock was set back.
AHEAD = timedelta(minutes=1)
#: Signs of workers that ended are kept so long.
KEPT = timedelta(days=7)


def beat(name: str, started_at: datetime, now: datetime) -> None:
    """Say that the worker `name` lives."""
    HeartbeatRecord.objects.update_or_create(name=name, defaults={"started_at": started_at, "at": now})
    HeartbeatRecord.objects.filter(at__lt=now - KEPT).delete()


def worker_seen() -> datetime | None:
    """Return when any worker last said that it lives; None when none ever did."""
    return HeartbeatRecord.objects.order_by("-at").values_list("at", flat=True).first()


def lives(seen: datetime | None, now: datetime) -> bool:
    """Tell whether who was seen then lives. A sign from the future counts as little as an old one."""
    return seen is not None and now - ALIVE <= seen <= now + AHEAD


def was_set_back(machine: str, now: datetime) -> bool:
    """Tell, once, whether the clock of a machine was set back since a worker there last said that it lives.

    `machine` is what its workers' names begin with: clocks of other machines may differ.
    """
    later = HeartbeatRecord.objects.filter(name__startswith=f"{machine}-", at__gt=now + AHEAD)
    return bool(later.delete()[0])
