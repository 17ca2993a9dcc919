"""What has changed on a page, told from the one process to the other."""

from __future__ import annotations

from datetime import datetime, timedelta

from accalmie.records.models import ChangeRecord

#: A page that was away for longer is loaded anew.
KEPT = timedelta(minutes=10)


def note(what: str, ref: int, now: datetime) -> None:
    """Say that `what` ("topic", "source", "alarm", "import") number `ref` has changed."""
    ChangeRecord.objects.create(at=now, what=what, ref=ref)


def since(id: int) -> list[ChangeRecord]:
    """Return the changes after change number `id`, oldest first, at most 500."""
    return list(ChangeRecord.objects.filter(id__gt=id).order_by("id")[:500])


def last() -> int:
    """Return the number of the newest change, 0 when there is none."""
    return ChangeRecord.objects.order_by("-id").values_list("id", flat=True).first() or 0


def forget(now: datetime) -> None:
    """Remove changes that no open page needs any more."""
    newest = last()
    ChangeRecord.objects.filter(at__lt=now - KEPT, id__lt=newest).delete()
