"""Kept measures, read back for a replay and for looking back on an alarm. Nothing is measured anew here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from accalmie.core.fever import replay
from accalmie.core.fever.hindsight import Hindsight, look_back
from accalmie.core.fever.pulse import Measure, Phase
from accalmie.records.barometer import minute
from accalmie.records.models import AlarmRecord, MeasureRecord, TimelineEntry, TopicRecord

#: So many measures are read for one replay (two busy weeks); what comes after them is its next part.
MOST = 20_000
#: So far before an alarm its storm can have begun, and so far after it, while it is open, can it be told.
RUN_UP, LONGEST = 24 * 60, 14 * 24 * 60
#: So many numbers go into one question.
CHUNK = 500

FIGURES = (
    "minute", "fever", "level", "phase", "mentions_hour", "authors_hour", "negative_hour", "judged_hour",
    "expected", "ceiling", "usual_negative", "known", "gap",
)  # fmt: skip


def _measures(rows: Iterable[Sequence[Any]]) -> list[Measure]:
    return [
        Measure(**{**dict(zip(FIGURES, row, strict=True)), "phase": Phase(row[FIGURES.index("phase")])})
        for row in rows
    ]


def measures(
    topic: TopicRecord, since: int, until: int, most: int = MOST, *, held: bool = True
) -> list[Measure]:
    """Return at most `most` measures, without their reasons, from minute `since` up to `until` (exclusive).

    With `held`, the first one is that which held at `since`, set to that minute, where one was measured before.
    """
    rows = MeasureRecord.objects.filter(topic=topic)
    found = _measures(
        rows.filter(minute__gte=since, minute__lt=until).order_by("minute").values_list(*FIGURES)[:most]
    )
    if not held or (found and found[0].minute == since):
        return found
    before = _measures(rows.filter(minute__lt=since).order_by("-minute").values_list(*FIGURES)[:1])
    return [_held(one, since) for one in before] + found


def _held(one: Measure, since: int) -> Measure:
    """Return what a measure from before `since` says about it."""
    if one.phase in replay.QUIET and since - one.minute >= replay.HOUR:
        return replay.emptied(one, since)
    return replace(one, minute=since)


Stored = list[dict[str, Any]]


def reasons(topic: TopicRecord, minutes: Sequence[int]) -> dict[int, tuple[Stored, Stored]]:
    """Return for each of these minutes that has a measure why it was so hot, and what spoke against it."""
    found: dict[int, tuple[Stored, Stored]] = {}
    for first in range(0, len(minutes), CHUNK):
        rows = MeasureRecord.objects.filter(topic=topic, minute__in=minutes[first : first + CHUNK])
        for at, why, against in rows.values_list("minute", "reasons", "against"):
            found[at] = why, against
    return found


def reasons_at(topic: TopicRecord, at: int) -> tuple[Stored, Stored]:
    """Return the reasons that hold in minute `at`: those of the last measure up to an hour before."""
    rows = MeasureRecord.objects.filter(topic=topic, minute__lte=at, minute__gt=at - replay.HOUR)
    row = rows.order_by("-minute").values_list("reasons", "against").first()
    return (row[0], row[1]) if row else ([], [])


def raised_at_level(alarms: Sequence[AlarmRecord]) -> dict[int, int]:
    """Return the level at which each alarm was raised, by its number: a storm that grew has written over it."""
    raised = TimelineEntry.objects.filter(alarm__in=alarms, what="alarm_raised")
    told = {number: values.get("level") for number, values in raised.values_list("alarm", "values")}
    return {alarm.pk: told.get(alarm.pk) or alarm.level for alarm in alarms}


def looked_back(alarm: AlarmRecord, clock: int) -> Hindsight:
    """Return what can be said of an alarm afterwards; `clock` is the minute up to which its topic is measured."""
    raised = minute(alarm.at)
    ends = minute(alarm.cleared_at) if alarm.cleared_at else clock
    ends = min(max(ends, raised), raised + LONGEST)
    # Who has changed the threshold since does not change at which level this one was raised.
    threshold = min(alarm.topic.threshold, raised_at_level([alarm])[alarm.pk])
    return look_back(measures(alarm.topic, raised - RUN_UP, ends + 1), raised, threshold=threshold)
