"""Mentions that reached us late: what they would have changed about an alarm is told honestly.

A late mention changes the pulse it belongs to, and the fever is measured anew from there. What people were told
stays as it was told; what it would have been with these mentions is noted in the alarm's timeline. Mentions
older than an hour (imports of old files) are history, and nothing is told of them this way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accalmie.actions.note import note
from accalmie.core.alarm import SAME_STORM, AlarmState, Verdict
from accalmie.core.fever.hindsight import Raise, Told, match, raises
from accalmie.core.fever.pulse import Measure
from accalmie.core.mention import first_number
from accalmie.records import changes, replay
from accalmie.records.barometer import minute, moment
from accalmie.records.models import AlarmRecord, HearingRecord, TimelineEntry, TopicRecord

#: Minutes. What was said longer ago when it is measured is history.
LATE = 60
#: A source that is asked every few minutes is always some of them late: less than this is not worth a word.
WORTH = 5
KINDS = (
    "alarm_late_earlier", "alarm_late_later", "alarm_late_level", "alarm_late_never", "alarm_late_same",
    "alarm_late_found",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Before:
    """What was known before the late `mentions`: the alarms as told, and the raises as measured then.

    `closed` is the minute up to which all had been judged: only before it can somebody be late.
    """

    closed: int
    mentions: int
    alarms: tuple[AlarmRecord, ...]
    told: tuple[Told, ...]
    raises: tuple[Raise, ...]


def before(
    topic: TopicRecord, alarm: AlarmState, start: int, running: int, open_minutes: int
) -> Before | None:
    """Return what is known of a topic before it is measured anew from minute `start`, where `alarm` stood so.

    None when nothing is late: nothing new was said in what was judged already, or only history.
    """
    since, measured_to = topic.dirty_from, topic.measured_to
    if since is None or measured_to is None or topic.measured_at is None or running - since > LATE:
        return None
    closed = measured_to - 1 - open_minutes
    if since >= closed:
        return None
    late = HearingRecord.objects.filter(
        topic=topic, heard_at__gt=topic.measured_at,
        mention_id__gte=first_number(moment(since)), mention_id__lt=first_number(moment(closed)),
    ).count()  # fmt: skip
    if not late:
        return None
    rows = tuple(
        AlarmRecord.objects.filter(topic=topic, at__gte=moment(start), at__lt=moment(measured_to)).order_by(
            "at"
        )
    )
    levels = replay.raised_at_level(rows)
    told = tuple(
        Told(minute(row.at), levels[row.pk], minute(row.cleared_at) if row.cleared_at else None)
        for row in rows
    )
    judged = replay.measures(topic, start, measured_to, held=False)
    return Before(closed, late, rows, told, tuple(raises(judged, alarm, topic.threshold)))


def tell(
    topic: TopicRecord, before: Before | None, verdicts: Iterable[tuple[Verdict, Measure]], now: datetime
) -> None:
    """Note what the late mentions would have changed about the alarms, now that these are the `verdicts`."""
    if before is None:
        return
    anew = [Raise(one.minute, one.level) for verdict, one in verdicts if verdict is Verdict.RAISED]
    was = dict(match(before.told, before.raises, near=SAME_STORM))
    pairs = match(before.told, anew, near=SAME_STORM)
    for row, (told, found) in zip(before.alarms, pairs, strict=True):
        if found != was[told]:
            _note(topic, row, told, found, before.mentions, now)
    known = {found for _told, found in pairs}
    for one in anew:
        if one not in known and one.at <= before.closed - WORTH and one not in before.raises:
            _note_found(topic, one, before.mentions, now)


def _note(
    topic: TopicRecord, alarm: AlarmRecord, told: Told, found: Raise | None, mentions: int, now: datetime
) -> None:
    if found is None:
        note("alarm_late_never", now, topic=topic, alarm=alarm, mentions=mentions)
    elif found.at <= told.at - WORTH:
        note(
            "alarm_late_earlier", now, topic=topic, alarm=alarm, mentions=mentions,
            then=_iso(found.at), told=_iso(told.at), level=found.level,
        )  # fmt: skip
    elif found.at >= told.at + WORTH:
        note(
            "alarm_late_later", now, topic=topic, alarm=alarm, mentions=mentions,
            then=_iso(found.at), told=_iso(told.at), level=found.level,
        )  # fmt: skip
    elif found.level != told.level:
        note(
            "alarm_late_level", now, topic=topic, alarm=alarm, mentions=mentions, level=found.level,
            told_level=told.level,
        )  # fmt: skip
    elif TimelineEntry.objects.filter(alarm=alarm, what__in=KINDS).exists():
        note("alarm_late_same", now, topic=topic, alarm=alarm, mentions=mentions)
    changes.note("alarm", alarm.id, now)


def _note_found(topic: TopicRecord, one: Raise, mentions: int, now: datetime) -> None:
    alarm = AlarmRecord.objects.filter(topic=topic, at=moment(one.at)).first()
    if alarm is not None:
        note("alarm_late_found", now, topic=topic, alarm=alarm, mentions=mentions, then=_iso(one.at))


def _iso(at: int) -> str:
    return moment(at).isoformat(timespec="minutes")
