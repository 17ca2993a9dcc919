"""Signs of life of the workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from accalmie.records.models import HeartbeatRecord

#: A worker that was not heard of for longer is not running.
ALIVE = timedelta(seconds=15)


def beat(name: str, started_at: datetime, now: datetime) -> None:
    """Say that the worker `name` lives."""
    HeartbeatRecord.objects.update_or_create(name=name, defaults={"started_at": started_at, "at": now})


def worker_seen() -> datetime | None:
    """Return when any worker last said that it lives; None when none ever did."""
    return HeartbeatRecord.objects.order_by("-at").values_list("at", flat=True).first()
