"""Measures, hours and checkpoints in the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accalmie.core.alarm import AlarmState
from accalmie.core.fever.count import unpack_voices
from accalmie.core.fever.measure import State
from accalmie.core.fever.pulse import Measure, Phase, Reason
from accalmie.records.barometer import NOT_LIVE, gaps, minute, moment
from accalmie.records.models import (
    CheckpointRecord,
    HourRecord,
    MeasureRecord,
    PulseRecord,
    SourceRecord,
    TopicRecord,
)

#: Checkpoints of the last hours are all kept, of older days one a day.
HOURS_KEPT = 12
DAY = 1440
#: Between a file's last mention and the first moment of listening; less than this is no gap worth showing.
UNHEARD_MINUTES = 60
#: Hours in which nobody spoke for longer than this have no row: the charts know them to be empty.
SILENT_HOURS = 14 * 24


@dataclass(slots=True)
class _Remembered:
    """The last checkpoint of a topic, as it was stored: a storm's state is long, and asked for often."""

    id: int
    state: State
    alarm: AlarmState


_remembered: dict[int, _Remembered] = {}


def checkpoint(topic: TopicRecord, dirty_from: int | None) -> tuple[State, AlarmState, int] | None:
    """Return the latest checkpoint before whatever changed, and the minute it stands at; None without any."""
    rows = CheckpointRecord.objects.filter(topic=topic)
    if dirty_from is not None:
        rows = rows.filter(minute__lte=dirty_from)
    found = rows.order_by("-minute").values_list("id", "minute").first()
    if found is None:
        return None
    id, at = found
    known = _remembered.get(topic.id)
    if known is not None and known.id == id:
        return known.state, known.alarm, at
    row = CheckpointRecord.objects.get(pk=id)
    try:
        return State.from_json(row.state), AlarmState.from_json(row.alarm), at
    except (KeyError, TypeError, ValueError):
        # Written by another version of the fever: all is measured anew from the pulses.
        CheckpointRecord.objects.filter(topic=topic).delete()
        return None


def keep_checkpoints(
    topic: TopicRecord,
    start: int,
    end: int,
    hours: Mapping[int, tuple[State, AlarmState]],
    last: tuple[State, AlarmState],
) -> None:
    """Store where the walk from `start` to `end` can go on, and forget what that makes worthless.

    `hours` holds the state at the end of each hour walked through.
    """
    if end <= start and CheckpointRecord.objects.filter(topic=topic, minute=end).exists():
        return
    rows = CheckpointRecord.objects.filter(topic=topic)
    rows.filter(minute__gt=start).delete()
    # The last one before was only a place to go on from: kept if it stands at a full hour.
    if start % 60:
        rows.filter(minute=start).delete()
    kept = {(hour + 1) * 60: both for hour, both in hours.items()}
    recent = end - HOURS_KEPT * 60
    stored = [
        _row(topic, at, both) for at, both in kept.items() if at < end and (at % DAY == 0 or at >= recent)
    ]
    CheckpointRecord.objects.bulk_create(stored, ignore_conflicts=True)
    newest = _row(topic, end, last)
    newest.save()
    _remembered[topic.id] = _Remembered(newest.id, *last)
    old = rows.filter(minute__lt=recent)
    gone = [pk for pk, at in old.values_list("id", "minute") if at % DAY]
    rows.filter(id__in=gone).delete()


def _row(topic: TopicRecord, at: int, both: tuple[State, AlarmState]) -> CheckpointRecord:
    state, alarm = both
    return CheckpointRecord(topic=topic, minute=at, state=state.to_json(), alarm=alarm.to_json())


def deaf(topic: TopicRecord, since: int, until: int) -> list[tuple[int, int]]:
    """Return the stretches of minutes in which none of the topic's live sources listened.

    Where one of several still listens the storm is seen, so nothing is held back; the page shows every gap.
    """
    live = list(SourceRecord.objects.filter(topic=topic).exclude(kind__in=NOT_LIVE))
    if not live:
        return []
    unheard = _before_listening(topic, live, since, until)
    common: list[tuple[int, int]] | None = None
    for source in live:
        mine = [(minute(a), minute(b)) for a, b in gaps(topic, moment(since), moment(until), source)]
        common = mine if common is None else _both(common, mine)
    return sorted([(a, b) for a, b in common or [] if a < b] + unheard)


def _before_listening(
    topic: TopicRecord, live: Sequence[SourceRecord], since: int, until: int
) -> list[tuple[int, int]]:
    """Return the stretch between the end of what was read in from files and the beginning of listening."""
    began = minute(min(source.created_at for source in live))
    before = PulseRecord.objects.filter(topic=topic, minute__lt=began).order_by("-minute")
    last = before.values_list("minute", flat=True).first()
    if last is None or began - last < UNHEARD_MINUTES:
        return []
    begins, ends = max(last + 1, since), min(began, until)
    return [(begins, ends)] if begins < ends else []


def _both(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where both lists of stretches overlap."""
    return [(max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d)]


MEASURE = (
    "topic_id", "minute", "fever", "level", "phase", "mentions_hour", "authors_hour", "negative_hour",
    "judged_hour", "expected", "ceiling", "usual_negative", "known", "gap", "reasons", "against",
)  # fmt: skip


def replace(topic_id: int, since: int, found: Sequence[Measure]) -> None:
    """Store what was measured from minute `since` on, in place of what was there."""
    MeasureRecord.objects.filter(topic_id=topic_id, minute__gte=since).delete()
    marks = ", ".join(["%s"] * len(MEASURE))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {MeasureRecord._meta.db_table}({', '.join(MEASURE)}) VALUES ({marks})",
            [_values(topic_id, one) for one in found],
        )


def _values(topic_id: int, one: Measure) -> tuple[Any, ...]:
    return (
        topic_id, one.minute, one.fever, one.level, one.phase.value, one.mentions_hour, one.authors_hour,
        one.negative_hour, one.judged_hour, one.expected, one.ceiling, one.usual_negative, one.known, one.gap,
        json.dumps(plain(one.reasons)), json.dumps(plain(one.against)),
    )  # fmt: skip


def plain(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """Return reasons as they are stored."""
    return [{"key": reason.key, "values": dict(reason.values)} for reason in reasons]


def keep_hours(topic_id: int, start: int, end: int, usual: Mapping[int, tuple[float, float]]) -> None:
    """Store the topic's hours from the one of minute `start` to that of `end`, from pulses and measures."""
    first, last = start // 60, (end - 1) // 60
    rows = {hour: HourRecord(topic_id=topic_id, hour=hour) for hour in range(first, last + 1)}
    for hour, (expected, ceiling) in usual.items():
        if hour in rows:
            rows[hour].expected, rows[hour].ceiling = expected, ceiling
    _heat(topic_id, rows, first, last)
    _count(topic_id, rows, first, last)
    HourRecord.objects.filter(topic_id=topic_id, hour__gte=first).delete()
    HourRecord.objects.bulk_create(_near_words(rows), batch_size=500)


def _near_words(rows: Mapping[int, HourRecord]) -> list[HourRecord]:
    """Return the hours without those deep in a silence of weeks or years."""
    kept, spoken = [], min(rows, default=0)
    for hour, row in sorted(rows.items()):
        if row.mentions:
            spoken = hour
        if hour - spoken <= SILENT_HOURS:
            kept.append(row)
    return kept


def _heat(topic_id: int, rows: Mapping[int, HourRecord], first: int, last: int) -> None:
    measured = MeasureRecord.objects.filter(
        topic_id=topic_id, minute__gte=first * 60, minute__lt=last * 60 + 60
    )
    before = (
        MeasureRecord.objects.filter(topic_id=topic_id, minute__lt=first * 60).order_by("-minute").first()
    )
    phases = dict.fromkeys(rows, before.phase if before else Phase.LEARNING.value)
    phase = next(iter(phases.values()))
    hottest: dict[int, tuple[float, int, str]] = {}
    for at, fever, level, named in measured.order_by("minute").values_list(
        "minute", "fever", "level", "phase"
    ):
        hour = at // 60
        if hour not in hottest or fever >= hottest[hour][0]:
            hottest[hour] = fever, level, named
    for hour, row in rows.items():
        if hour in hottest:
            row.fever, row.level, row.phase = hottest[hour]
            phase = row.phase
        else:
            row.phase = phase if phase == Phase.LEARNING.value else Phase.CALM.value


def _count(topic_id: int, rows: Mapping[int, HourRecord], first: int, last: int) -> None:
    names = (
        "mentions", "judged", "negative", "positive", "insults", "affected", "loud", "understanding", "teasing",
        "reach",
    )  # fmt: skip
    people: dict[int, set[int]] = {}
    said = PulseRecord.objects.filter(topic_id=topic_id, minute__gte=first * 60, minute__lt=last * 60 + 60)
    for at, channels, voices, *numbers in said.values_list("minute", "channels", "voices", *names):
        row = rows[at // 60]
        for name, number in zip(names, numbers, strict=True):
            setattr(row, name, getattr(row, name) + number)
        for name, number in channels.items():
            row.channels[name] = row.channels.get(name, 0) + number
        people.setdefault(at // 60, set()).update(voice >> 1 for voice in unpack_voices(bytes(voices)))
    for hour, authors in people.items():
        rows[hour].authors = len(authors)
