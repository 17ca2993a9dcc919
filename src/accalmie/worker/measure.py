"""Measuring: topics whose pulses changed at once, all others now and then, for time passes for them too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from accalmie.actions import fever
from accalmie.records.models import TopicRecord

#: A topic in which nothing is said is measured this often: it cools, it falls into a gap, it stays calm.
REST = timedelta(seconds=30)
#: A topic in a storm is measured no oftener than this.
BREATH = timedelta(milliseconds=400)


def step() -> bool:
    """Measure what needs it; tell whether something more may be waiting."""
    now = datetime.now(UTC)
    # What was measured in the future was measured before the clock was set back.
    never = Q(measured_at__isnull=True) | Q(measured_at__gt=now + REST)
    changed = Q(dirty_from__isnull=False) & (never | Q(measured_at__lt=now - BREATH))
    rested = never | Q(measured_at__lt=now - REST)
    rows = TopicRecord.objects.filter(changed | rested).order_by(F("dirty_from").asc(nulls_last=True))
    found = list(rows.values_list("id", "measured_at")[:20])
    for topic_id, seen in found:
        # Of several workers, the one whose UPDATE still sees the old moment measures.
        mine = TopicRecord.objects.filter(pk=topic_id, measured_at=seen)
        if mine.update(measured_at=now):
            fever.measure(topic_id, now)
    return False
