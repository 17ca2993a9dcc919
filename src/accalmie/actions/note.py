"""One line in the timeline, and one in the log: everything that happens leaves both."""

from __future__ import annotations

from datetime import datetime

import structlog

from accalmie.records.models import AlarmRecord, TimelineEntry, TopicRecord

log = structlog.get_logger()


def note(
    what: str,
    now: datetime,
    *,
    who: str = "",
    topic: TopicRecord | None = None,
    alarm: AlarmRecord | None = None,
    **values: str | int | float,
) -> None:
    """Write down that `what` (a key of phrasebook/timeline.toml) happened. No private words, no tokens."""
    TimelineEntry.objects.create(at=now, who=who, topic=topic, alarm=alarm, what=what, values=values)
    log.info(what, who=who, topic=topic and topic.id, alarm=alarm and alarm.id, **values)
