"""Who wrote in a stretch of time, and who of them has a case: the newest so many mentions, and no scan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Avg, Count, Sum

from accalmie.core.fever.pulse import Phase
from accalmie.core.mention import EPOCH, first_number, time_of
from accalmie.core.reading import Stance
from accalmie.records.barometer import minute
from accalmie.records.models import (
    HearingRecord,
    HourRecord,
    MeasureRecord,
    MentionRecord,
    PulseRecord,
    TopicRecord,
)

#: So many mentions at most are looked at: each costs some microseconds.
MOST = 4000
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Before a storm, so long is looked back on for what is usual; with fewer hours nothing is said.
USUALLY, ENOUGH_HOURS = 28 * DAY, 24
#: An alarm comes after the onset, but not more than so long.
LONGEST_ONSET = DAY
AFFECTED, UNDERSTANDING = Stance.AFFECTED.value, Stance.UNDERSTANDING.value
CALM = (Phase.CALM.value, Phase.CALM_AGAIN.value, Phase.LEARNING.value)


@dataclass(frozen=True, slots=True)
class Voice:
    """What somebody said who has a case of their own (`affected`), or who shows understanding."""

    number: int
    author: str
    name: str
    network: str
    language: str
    text: str
    affected: bool


@dataclass(slots=True)
class Said:
    """Who wrote: authors by what they said. What only forwards the words of others is left out.

    `cases` holds for each affected author the hours in which they wrote; `voices` are newest first; `reached`
    is whether all of the stretch was looked at.
    """

    mentions: int = 0
    unread: int = 0
    authors: set[str] = field(default_factory=set)
    cases: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    voices: list[Voice] = field(default_factory=list)
    reached: bool = True


def said(topic_id: int, since: datetime, until: datetime, most: int = MOST) -> Said:
    """Return who wrote from `since` to `until`, of the newest `most` mentions."""
    hearings, mentions = HearingRecord._meta.db_table, MentionRecord._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.author_key, m.tone IS NULL, m.forwards = '', m.stance, m.author_name, m.network, "
            "m.language, CASE WHEN m.stance IN (%s, %s) THEN m.text END FROM "
            f"(SELECT mention_id FROM {hearings} WHERE topic_id = %s AND mention_id >= %s AND mention_id < %s "
            f"ORDER BY mention_id DESC LIMIT %s) h JOIN {mentions} m ON m.id = h.mention_id ORDER BY m.id DESC",
            [AFFECTED, UNDERSTANDING, topic_id, first_number(since), first_number(until), most],
        )
        rows = cursor.fetchall()
    found = Said(reached=len(rows) < most)
    for number, author, unread, own_words, stance, name, network, language, text in rows:
        if not own_words:
            continue
        found.mentions += 1
        found.unread += bool(unread)
        if not author:
            # A file without a column of authors: nobody can be told apart.
            continue
        found.authors.add(author)
        if stance == AFFECTED:
            found.cases[author].add((time_of(number) - EPOCH) // HOUR)
        if text is not None:
            found.voices.append(Voice(number, author, name, network, language, text, stance == AFFECTED))
    return found


def counted(topic: TopicRecord, since: datetime, until: datetime) -> int:
    """Return how many mentions there were in a stretch, by its pulses."""
    pulses = PulseRecord.objects.filter(topic=topic, minute__gte=minute(since), minute__lt=minute(until) + 1)
    return pulses.aggregate(mentions=Sum("mentions"))["mentions"] or 0


def usual(topic: TopicRecord, before: datetime) -> float | None:
    """Return how many mentions an hour of people with a case are usual; None where too little is known."""
    last = (before - EPOCH) // HOUR
    hours = HourRecord.objects.filter(topic=topic, hour__lt=last, hour__gte=last - USUALLY // HOUR)
    known = hours.aggregate(hours=Count("id"), affected=Avg("affected"))
    return float(known["affected"]) if known["hours"] >= ENOUGH_HOURS else None


def onset(topic: TopicRecord, alarm_at: datetime) -> datetime:
    """Return when the storm began for which an alarm was raised at `alarm_at`: after the last calm minute."""
    low, high = minute(alarm_at - LONGEST_ONSET), minute(alarm_at)
    calm = MeasureRecord.objects.filter(topic=topic, minute__gte=low, minute__lt=high, phase__in=CALM)
    last = calm.order_by("-minute").values_list("minute", flat=True).first()
    return EPOCH + timedelta(minutes=low if last is None else last + 1)
