"""What comes next for a topic: the course of its storm, the look ahead, what to do, and whether trust is back.

Read from hours and pulses alone, never from mentions: the cost does not grow with what was heard. What was
worked out is kept until the topic is measured again, and the voices of an hour until that hour changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import numpy as np

from accalmie.core.fever import course as courses
from accalmie.core.fever import forecast, reaction, trust
from accalmie.core.fever.course import BEFORE_HOURS, NOBODY, SAME_HOURS, Course, Heard, Voices
from accalmie.core.fever.pulse import Phase
from accalmie.core.fever.usual import Usual
from accalmie.records import barometer, marks
from accalmie.records.models import CheckpointRecord, HourRecord, MeasureRecord, PulseRecord, TopicRecord

#: The hours looked at; those in which gaps matter.
WEEKS_HOURS, GAP_HOURS = 28 * 24, 72
#: When the measuring lags so far behind the topic's now, nobody listens.
LATE = timedelta(minutes=15)
#: So many topics, and hours with their voices, are kept in memory.
TOPICS_KEPT, HOURS_KEPT = 64, 6000


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes next, as of the last measure. For the team: `ahead` and `morning` are never published."""

    course: Course
    ahead: forecast.Forecast | forecast.Unsure
    morning: forecast.Morning | None
    reaction: reaction.Reaction
    recovery: trust.Recovery | None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was worked out of a topic's records at one measuring."""

    course: Course
    usual: Usual | None
    recovery: trust.Recovery | None = None


_seen: OrderedDict[int, tuple[object, _Seen]] = OrderedDict()
_voices: OrderedDict[tuple[int, int], tuple[object, Voices]] = OrderedDict()
_lock = Lock()


def outlook(
    topic: TopicRecord,
    clock: datetime,
    measure: MeasureRecord | None,
    *,
    listening: bool,
    press_heard: bool,
) -> Outlook:
    """Return what comes next. `clock` is the topic's now (`barometer.clock_of`), `measure` its latest one;
    `listening` and `press_heard` tell of its sources: some listens now, some is press or blogs."""
    seen = _look(topic)
    course, measured = seen.course, barometer.moment(topic.measured_to or 0)
    hearing = listening and clock - measured <= LATE
    known = seen.usual is not None and topic.phase != Phase.LEARNING.value
    situation = reaction.Situation(
        course=course,
        level=topic.level,
        phase=Phase(topic.phase),
        known=topic.phase != Phase.LEARNING.value,
        listening=hearing,
        against=frozenset(reason["key"] for reason in measure.against) if measure else frozenset(),
        press_heard=press_heard or any(hour.heard.press for hour in course.hours),
        said=_said(topic, course),
    )
    usual_negative = measure.usual_negative if measure else 0.0
    return Outlook(
        course,
        forecast.look_ahead(
            course, _awaited(topic, seen), known=known, listening=hearing, phase=Phase(topic.phase)
        ),
        forecast.morning(course, usual_negative=usual_negative) if known and hearing else None,
        reaction.advise(situation),
        seen.recovery,
    )


def _said(topic: TopicRecord, course: Course) -> list[int]:
    """Return the minutes at which the brand itself spoke since the last storm began."""
    if course.storm is None:
        return []
    since = barometer.moment(course.storm.begin * 60)
    return [message.minute for message in marks.own_messages(topic.pk, since)]


def _awaited(topic: TopicRecord, seen: _Seen) -> list[tuple[float, float]]:
    if seen.usual is None or not seen.course.hours:
        return []
    first = seen.course.hours[-1].number + 1
    expected = [seen.usual.expected_hour(first + n, topic.zone) for n in range(forecast.FARTHEST)]
    return [(each, seen.usual.ceiling(each)) for each in expected]


def _look(topic: TopicRecord) -> _Seen:
    key = (topic.measured_to, topic.measured_at)
    with _lock:
        kept = _seen.get(topic.pk)
    if kept is not None and kept[0] == key:
        return kept[1]
    found = _read(topic)
    with _lock:
        _seen[topic.pk] = key, found
        _seen.move_to_end(topic.pk)
        while len(_seen) > TOPICS_KEPT:
            _seen.popitem(last=False)
    return found


def _read(topic: TopicRecord) -> _Seen:
    if topic.measured_to is None:
        return _Seen(Course((), 0), None)
    now = topic.measured_to
    hours = _hours(topic, now)
    begin = courses.begin_of(hours)
    if begin is not None:
        hours = _with_voices(topic, hours, begin)
    course = courses.follow(hours, now)
    return _Seen(course, _usual(topic), trust.recovery(course))


def _usual(topic: TopicRecord) -> Usual | None:
    """Return what is usual, as the last checkpoint knows it; None where there is none that can be read."""
    stored = CheckpointRecord.objects.filter(topic=topic).order_by("-minute").values_list("state__usual")
    row = stored.first()
    try:
        usual = Usual.from_json(row[0]) if row else None
    except (KeyError, TypeError, ValueError):
        return None  # Written by another version of the fever: it will be measured anew.
    return usual if usual is not None and usual.known else None


_FIELDS = (
    "hour", "mentions", "authors", "judged", "negative", "insults", "affected", "channels", "expected",
    "ceiling", "level", "phase",
)  # fmt: skip


def _hours(topic: TopicRecord, now: int) -> list[Heard]:
    last = (now - 1) // 60
    rows = HourRecord.objects.filter(topic=topic, hour__gt=last - WEEKS_HOURS, hour__lte=last)
    deaf = _deaf(topic, (last - GAP_HOURS) * 60, now)
    hours = []
    for row in rows.order_by("hour").values_list(*_FIELDS):
        values = dict(zip(_FIELDS, row, strict=True))
        number = values.pop("hour")
        values["phase"] = Phase(values["phase"])
        minutes = min(now - number * 60, 60)
        hours.append(Heard(number, minutes=minutes, deaf=min(deaf.get(number, 0), minutes), **values))
    return hours


def _deaf(topic: TopicRecord, since: int, until: int) -> dict[int, int]:
    """Return how many minutes of each hour nobody listened.

    The measures say in which hours no source heard anything; how much of such an hour is missing say the gaps,
    and where none is known (before anybody listened) it is all of it.
    """
    measures = MeasureRecord.objects.filter(topic=topic, minute__gte=since, minute__lt=until, gap=True)
    hours = {minute // 60 for minute in measures.values_list("minute", flat=True)}
    if not hours:
        return {}
    gaps = [
        (barometer.minute(a), barometer.minute(b))
        for a, b in barometer.gaps(topic, barometer.moment(since), barometer.moment(until))
    ]
    return {
        hour: sum(max(0, min(b, hour * 60 + 60) - max(a, hour * 60)) for a, b in gaps) or 60 for hour in hours
    }


def _with_voices(topic: TopicRecord, hours: Sequence[Heard], begin: int) -> list[Heard]:
    """Return the hours with who spoke in them: since a week before the storm, and of an old storm's aftermath
    only the last week."""
    last = hours[-1].number
    ended = max(hour.number for hour in hours if hour.stormy)
    wanted = set(range(begin - BEFORE_HOURS, last + 1))
    if last - ended > SAME_HOURS:
        wanted -= set(range(begin, max(last - trust.WEEK, ended) + 1))
    voices = _heard_in(topic, [hour for hour in hours if hour.number in wanted and hour.mentions])
    return [
        courses.with_voices(hour, voices.get(hour.number, NOBODY)) if hour.number in wanted else hour
        for hour in hours
    ]


def _heard_in(topic: TopicRecord, hours: Sequence[Heard]) -> dict[int, Voices]:
    """Return the voices of these hours: those kept in memory, and those that changed since, read anew."""
    marked: dict[int, object] = {
        hour.number: (topic.created_at, hour.mentions, hour.judged, hour.negative, hour.authors)
        for hour in hours
    }
    found: dict[int, Voices] = {}
    with _lock:
        for number, mark in marked.items():
            kept = _voices.get((topic.pk, number))
            if kept is not None and kept[0] == mark:
                found[number] = kept[1]
    missing = sorted(marked.keys() - found.keys())
    if missing:
        fresh = _from_pulses(topic, missing[0], missing[-1] + 1)
        found |= {number: fresh.get(number, NOBODY) for number in missing}
        with _lock:
            for number in missing:
                _voices[topic.pk, number] = marked[number], found[number]
            while len(_voices) > HOURS_KEPT:
                _voices.popitem(last=False)
    return found


def _from_pulses(topic: TopicRecord, since: int, until: int) -> dict[int, Voices]:
    rows = PulseRecord.objects.filter(topic=topic, minute__gte=since * 60, minute__lt=until * 60)
    said: dict[int, list[bytes]] = {}
    for minute, voices in rows.order_by("minute").values_list("minute", "voices"):
        said.setdefault(minute // 60, []).append(bytes(voices))
    return {hour: np.frombuffer(b"".join(parts), dtype="<u4") for hour, parts in said.items()}
