"""What the barometer shows: every topic now, the curve of one, and what its fever is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q

from accalmie.core.fever.count import unpack_voices
from accalmie.core.fever.pulse import Phase
from accalmie.core.mention import EPOCH
from accalmie.records.models import (
    AlarmRecord,
    GapRecord,
    HourRecord,
    MeasureRecord,
    PulseRecord,
    SourceRecord,
    TopicRecord,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Up to this length, the curve is made of that step.
STEPS = (
    (timedelta(hours=3), MINUTE),
    (timedelta(hours=12), timedelta(minutes=5)),
    (timedelta(days=10), HOUR),
    (timedelta(days=60), timedelta(hours=6)),
    (timedelta(days=400), DAY),
)


@dataclass(frozen=True, slots=True)
class TopicNow:
    """A topic on the overview: its last 24 hours, its open alarm, and whether somebody listens."""

    topic: TopicRecord
    hours: list[HourRecord]
    alarm: AlarmRecord | None
    sources: int
    sources_in_trouble: int
    last_heard_at: datetime | None
    clock: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the curve; counts are of the step, fever, level and phase the highest in it.

    `authors` are the different people, exactly up to an hour; in a longer step they are those of its hours added
    up, and so at most so many. None: not counted, in a long stretch of short steps.
    """

    at: datetime
    mentions: int
    negative: int
    fever: float
    level: int
    phase: str
    expected: float
    ceiling: float
    authors: int | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """A topic's fever over a stretch of time, with the gaps in listening and the alarms in it. UTC."""

    step: timedelta
    since: datetime
    until: datetime
    points: list[Point] = field(default_factory=list)
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    alarms: list[AlarmRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a stretch of time is made of. `usual_*`: what such a stretch usually has, None when unknown."""

    mentions: int = 0
    authors: int = 0
    judged: int = 0
    negative: int = 0
    positive: int = 0
    insults: int = 0
    affected: int = 0
    loud: int = 0
    understanding: int = 0
    teasing: int = 0
    reach: int = 0
    channels: dict[str, int] = field(default_factory=dict)
    usual_mentions: float | None = None
    usual_negative: float | None = None


def minute(at: datetime) -> int:
    """Return the minute since 1970 in which a moment lies."""
    return (at - EPOCH) // MINUTE


def moment(minute: int) -> datetime:
    """Return when a minute begins, UTC."""
    return EPOCH + minute * MINUTE


#: Sources that do not listen: what they hold was said before.
NOT_LIVE = ("file", "drill")
#: After the last mention of a file, a storm in it has this long to cool down.
COOLING = timedelta(hours=6)


def clock_of(topic: TopicRecord) -> datetime:
    """Return the topic's now: the world's; a drill's own clock; or, of files alone, where they end.

    Nobody listened after the end of a file: the years since then are neither calm nor to be measured.
    """
    now = datetime.now(UTC)
    if topic.drill:
        source = SourceRecord.objects.filter(topic=topic, kind="drill").first()
        return _played_to(source.cursor, source.address, now) if source is not None else now
    if SourceRecord.objects.filter(topic=topic).exclude(kind__in=NOT_LIVE).exists():
        return now
    last = (
        PulseRecord.objects.filter(topic=topic).order_by("-minute").values_list("minute", flat=True).first()
    )
    return now if last is None else min(moment(last) + COOLING, now)


def _played_to(cursor: str, address: Mapping[str, Any], now: datetime) -> datetime:
    """Return how far a drill was played: its cursor, or where it begins."""
    at = cursor or str(address.get("begins", ""))
    return min(datetime.fromisoformat(at), now) if at else now


def now_of(topic: TopicRecord) -> MeasureRecord | None:
    """Return the latest measure; None before the first mention."""
    return MeasureRecord.objects.filter(topic=topic).order_by("-minute").first()


def overview() -> list[TopicNow]:
    """Return every topic as it is now: open alarms first, then the hottest, then by name."""
    topics = list(
        TopicRecord.objects.annotate(
            places=Count("sources"),
            troubled=Count("sources", filter=~Q(sources__trouble="")),
            heard_last=Max("sources__last_heard_at"),
        )
    )
    alarms = {
        alarm.topic_id: alarm for alarm in AlarmRecord.objects.filter(cleared_at__isnull=True).order_by("id")
    }
    clocks = _clocks(topics)
    hours: dict[int, list[HourRecord]] = {topic.id: [] for topic in topics}
    if topics:
        earliest = min(clocks.values()) - DAY
        for row in HourRecord.objects.filter(hour__gte=(earliest - EPOCH) // HOUR).order_by("hour"):
            if row.topic_id in hours and row.hour >= (clocks[row.topic_id] - DAY - EPOCH) // HOUR:
                hours[row.topic_id].append(row)
    rows = [
        TopicNow(
            topic, hours[topic.id], alarms.get(topic.id), topic.places, topic.troubled, topic.heard_last,
            clocks[topic.id],
        )
        for topic in topics
    ]  # fmt: skip
    return sorted(
        rows, key=lambda row: (row.alarm is None, -row.topic.level, -row.topic.fever, row.topic.name)
    )


def _clocks(topics: Sequence[TopicRecord]) -> dict[int, datetime]:
    """Return `clock_of` each topic, in three questions for all of them."""
    now = datetime.now(UTC)
    drills = {
        topic_id: _played_to(cursor, address, now)
        for topic_id, cursor, address in SourceRecord.objects.filter(kind="drill").values_list(
            "topic_id", "cursor", "address"
        )
    }
    live = set(SourceRecord.objects.exclude(kind__in=NOT_LIVE).values_list("topic_id", flat=True))
    ends = dict(
        HourRecord.objects.filter(mentions__gt=0)
        .values("topic_id")
        .annotate(last=Max("hour"))
        .values_list("topic_id", "last")
    )
    clocks = {}
    for topic in topics:
        clocks[topic.id] = now
        if topic.id in drills:
            clocks[topic.id] = drills[topic.id]
        elif topic.id not in live and topic.id in ends:
            clocks[topic.id] = min(EPOCH + (ends[topic.id] + 1) * HOUR + COOLING, now)
    return clocks


def curve(topic: TopicRecord, since: datetime, until: datetime, step: timedelta | None = None) -> Curve:
    """Return the topic's curve from `since` to `until`, in minutes, hours or days as its length asks for.

    `step` sets another one: some minutes that divide an hour, or whole hours.
    """
    step = step or next((step for longest, step in STEPS if until - since <= longest), 7 * DAY)
    since = EPOCH + ((since - EPOCH) // step) * step
    points = _of_minutes(topic, since, until, step) if step < HOUR else _of_hours(topic, since, until, step)
    alarms = AlarmRecord.objects.filter(topic=topic, at__gte=since, at__lt=until).order_by("at")
    return Curve(step, since, until, points, gaps(topic, since, until), list(alarms))


def gaps(
    topic: TopicRecord, since: datetime, until: datetime, source: SourceRecord | None = None
) -> list[tuple[datetime, datetime]]:
    """Return the stretches in which a source (or any of the topic's) was deaf and which were not filled.

    They are joined where they overlap, and cut to the stretch that is asked for.
    """
    rows = GapRecord.objects.filter(source__topic=topic, filled=False, since__lt=until)
    if source is not None:
        rows = rows.filter(source=source)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gt=since)).order_by("since")
    joined: list[tuple[datetime, datetime]] = []
    for row in rows:
        begins, ends = max(row.since, since), min(row.until or until, until)
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends)
        elif begins < ends:
            joined.append((begins, ends))
    return joined


def _of_minutes(topic: TopicRecord, since: datetime, until: datetime, step: timedelta) -> list[Point]:
    size = step // MINUTE
    low, high = minute(since), minute(until)
    counts: dict[int, list[int]] = {}
    people: dict[int, set[int]] = {}
    exact = until - since <= EXACT
    rows = PulseRecord.objects.filter(topic=topic, minute__gte=low, minute__lt=high)
    for at, mentions, negative, *voices in rows.values_list(
        "minute", "mentions", "negative", *(["voices"] if exact else [])
    ):
        slot = counts.setdefault(at // size, [0, 0])
        slot[0] += mentions
        slot[1] += negative
        for packed in voices:
            people.setdefault(at // size, set()).update(voice >> 1 for voice in unpack_voices(bytes(packed)))
    heat = _heat(topic, low, high, size)
    points, last = [], heat.pop(-1)
    for slot_number in range(low // size, (high - 1) // size + 1):
        last = heat.get(slot_number, _cooled(last))
        mentions, negative = counts.get(slot_number, (0, 0))
        begins = moment(slot_number * size)
        expected, ceiling = last[3] * size / 60, last[4] * size / 60
        authors = len(people.get(slot_number, ())) if exact else None
        points.append(
            Point(begins, mentions, negative, last[0], last[1], last[2], expected, ceiling, authors)
        )
    return points


Heat = tuple[float, int, str, float, float]
QUIET = {Phase.LEARNING.value, Phase.CALM.value}


def _cooled(last: Heat) -> Heat:
    """Return what holds in a step without a measure: minutes without one are calm ones."""
    return last if last[2] not in QUIET else (36.6, 0, last[2], last[3], last[4])


def _heat(topic: TopicRecord, low: int, high: int, size: int) -> dict[int, Heat]:
    """Return the hottest measure of each step; under -1 the last one before the first step."""
    fields = ("minute", "fever", "level", "phase", "expected", "ceiling")
    measures = MeasureRecord.objects.filter(topic=topic)
    found: dict[int, Heat] = {-1: (36.6, 0, Phase.LEARNING.value, 0.0, 0.0)}
    before = measures.filter(minute__lt=low).order_by("-minute").values_list(*fields).first()
    if before is not None:
        found[-1] = (before[1], before[2], before[3], before[4], before[5])
    rows = measures.filter(minute__gte=low, minute__lt=high).order_by("minute")
    for at, fever, level, phase, expected, ceiling in rows.values_list(*fields):
        slot = at // size
        if slot not in found or fever >= found[slot][0]:
            found[slot] = (fever, level, phase, expected, ceiling)
    return found


def _of_hours(topic: TopicRecord, since: datetime, until: datetime, step: timedelta) -> list[Point]:
    size = step // HOUR
    low, high = (since - EPOCH) // HOUR, -((EPOCH - until) // HOUR)
    rows = HourRecord.objects.filter(topic=topic, hour__gte=low, hour__lt=high).order_by("hour")
    slots: dict[int, list[HourRecord]] = {}
    for row in rows:
        slots.setdefault(row.hour // size, []).append(row)
    return [
        _joined(EPOCH + slot * step, slots.get(slot, []))
        for slot in range(low // size, (high - 1) // size + 1)
    ]


def _joined(at: datetime, hours: Sequence[HourRecord]) -> Point:
    if not hours:
        return Point(at, 0, 0, 36.6, 0, Phase.CALM.value, 0.0, 0.0, 0)
    hottest = max(hours, key=lambda row: row.fever)
    return Point(
        at,
        sum(row.mentions for row in hours),
        sum(row.negative for row in hours),
        hottest.fever,
        hottest.level,
        hottest.phase,
        sum(row.expected for row in hours),
        sum(row.ceiling for row in hours),
        sum(row.authors for row in hours),
    )


#: Beyond this length people are not told apart minute by minute; the hours' counts are added up.
EXACT = timedelta(days=3)


def made_of(topic: TopicRecord, since: datetime, until: datetime) -> MadeOf:
    """Return what was said from `since` to `until`.

    Authors are exact up to three days; beyond, whole hours are added up, so that somebody who speaks in two
    of them counts twice.
    """
    hours = list(
        HourRecord.objects.filter(
            topic=topic, hour__gte=(since - EPOCH) // HOUR, hour__lt=-((EPOCH - until) // HOUR)
        )
    )
    exact = until - since <= EXACT
    total = _of_pulses(topic, since, until) if exact else _of_whole_hours(hours)
    usual = sum(hour.expected for hour in hours) if until - since >= HOUR else None
    measure = now_of(topic)
    return replace(
        total,
        channels=dict(sorted(total.channels.items(), key=lambda channel: -channel[1])),
        usual_mentions=usual,
        usual_negative=measure.usual_negative if measure and measure.known else None,
    )


def _of_pulses(topic: TopicRecord, since: datetime, until: datetime) -> MadeOf:
    sums, channels, voices = dict.fromkeys(_SUMS, 0), Counter[str](), set[int]()
    rows = PulseRecord.objects.filter(topic=topic, minute__gte=minute(since), minute__lt=minute(until))
    for row in rows.values_list(*_SUMS, "channels", "voices"):
        for name, number in zip(_SUMS, row, strict=False):
            sums[name] += number
        channels.update(row[-2])
        voices.update(voice >> 1 for voice in unpack_voices(bytes(row[-1])))
    return MadeOf(**sums, authors=len(voices), channels=channels)


def _of_whole_hours(hours: Sequence[HourRecord]) -> MadeOf:
    channels = Counter[str]()
    for hour in hours:
        channels.update(hour.channels)
    sums = {name: sum(getattr(hour, name) for hour in hours) for name in _SUMS}
    return MadeOf(**sums, authors=sum(hour.authors for hour in hours), channels=channels)


_SUMS = (
    "mentions", "judged", "negative", "positive", "insults", "affected", "loud", "understanding", "teasing",
    "reach",
)  # fmt: skip
