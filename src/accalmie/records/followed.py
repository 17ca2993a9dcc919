"""What was said around messages of ours, out of the database: few questions, however many messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from accalmie.core.fever.count import unpack_voices
from accalmie.core.fever.followed import AFTER, BEFORE, Around, Followed, follow
from accalmie.core.fever.pulse import Phase, Pulse
from accalmie.records.barometer import minute
from accalmie.records.marks import OwnMessage
from accalmie.records.models import HourRecord, MeasureRecord, PulseRecord

FIELDS = ("minute", "mentions", "judged", "negative", "positive", "insults")


def followed(
    topic_id: int,
    messages: Sequence[OwnMessage],
    clock: datetime,
    gaps: Sequence[tuple[datetime, datetime]] = (),
) -> list[Followed]:
    """Return what was said around each of our messages, in their order, up to `clock` (the topic's now).

    Keep them few: of each, thirteen hours of pulses are read. `messages` are oldest first. The usual share of
    negative mentions is the one known before the first of them, untouched by the storm that they speak to.
    """
    if not messages:
        return []
    minutes = [message.minute for message in messages]
    around = Around(
        _pulses(topic_id, minutes),
        minute(clock),
        [(minute(a), minute(b)) for a, b in gaps],
        _usual(topic_id, minutes),
        _usual_negative(topic_id, minutes[0]),
    )
    return list(follow(minutes, around))


def _pulses(topic_id: int, minutes: Sequence[int]) -> list[Pulse]:
    near = Q()
    for at in minutes:
        near |= Q(minute__gte=at - BEFORE, minute__lt=at + AFTER[-1])
    rows = PulseRecord.objects.filter(near, topic_id=topic_id).order_by("minute")
    return [
        Pulse(**dict(zip(FIELDS, figures, strict=True)), voices=unpack_voices(bytes(voices)))
        for *figures, voices in rows.values_list(*FIELDS, "voices")
    ]


def _usual(topic_id: int, minutes: Sequence[int]) -> dict[int, float]:
    near = Q()
    for at in minutes:
        near |= Q(hour__gte=(at - BEFORE) // 60, hour__lte=(at + AFTER[-1]) // 60)
    rows = HourRecord.objects.filter(near, topic_id=topic_id).exclude(phase=Phase.LEARNING.value)
    return dict(rows.values_list("hour", "expected"))


def _usual_negative(topic_id: int, first: int) -> float | None:
    rows = MeasureRecord.objects.filter(topic_id=topic_id, minute__lt=first, known=True)
    return rows.order_by("-minute").values_list("usual_negative", flat=True).first()
