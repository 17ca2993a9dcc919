"""How many are affected by a topic's storm, and what people know of their customers.

The storm is the one whose alarm is open or was the last within a week; without one, the last 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions.note import note
from accalmie.core.fever import affected as core
from accalmie.core.fever.affected import Estimate, Ground, Known, Wrote
from accalmie.core.fever.downstream import Pressure, pressure
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, require
from accalmie.core.reading import read
from accalmie.records import affected as records
from accalmie.records import changes
from accalmie.records.affected import Said, Voice
from accalmie.records.models import AlarmRecord, TopicRecord, User

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: A storm that ended longer ago is not the one that people ask about.
LAST_STORM = 7 * DAY
#: So many messages are read again for customers behind customers (the reading of that is not kept), and shown.
READ_AGAIN, EXAMPLES = 600, 5
LIKELY = 0.5
MOST_CUSTOMERS = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """How many are affected from `since` to `until` (UTC), with examples; `alarm`: of this storm, or of none."""

    since: datetime
    until: datetime
    alarm: AlarmRecord | None
    estimate: Estimate
    pressure: Pressure
    #: The newest words of different affected people, and of those whose own customers press them.
    examples: list[Voice]
    pressed: list[Voice]


def find(topic: TopicRecord, clock: datetime, alarm: AlarmRecord | None = None) -> Found:
    """Return how many are affected by the storm of `alarm`, or by the topic's current one. `clock`: its now."""
    alarm = alarm or _last_storm(topic, clock)
    since, until = _stretch(topic, alarm, clock)
    said = records.said(topic.id, since, until)
    estimate = core.estimate(_wrote(topic, said, since, until), Known(topic.customers, topic.writing_share))
    estimate = _with_usual(estimate, topic, said, since, until)
    newest = said.voices[:READ_AGAIN]
    pressed = [voice for voice in newest if _downstream(voice.text, voice.language) >= LIKELY]
    people, of = ({voice.author for voice in voices} for voices in (pressed, newest))
    return Found(
        since,
        until,
        alarm,
        estimate,
        pressure(len(people), len(of)),
        _different(voice for voice in said.voices if voice.affected),
        _different(pressed),
    )


def _last_storm(topic: TopicRecord, clock: datetime) -> AlarmRecord | None:
    alarm = AlarmRecord.objects.filter(topic=topic, at__lte=clock).order_by("-at").first()
    if alarm is None or (alarm.cleared_at is not None and alarm.cleared_at < clock - LAST_STORM):
        return None
    return alarm


def _stretch(topic: TopicRecord, alarm: AlarmRecord | None, clock: datetime) -> tuple[datetime, datetime]:
    # What is said in the running minute belongs to it, and a storm ends with the minute that was calm again.
    if alarm is None:
        return clock - DAY, clock + timedelta(minutes=1)
    since = records.onset(topic, alarm.at)
    return since, max(alarm.cleared_at or clock, since) + timedelta(minutes=1)


def _wrote(topic: TopicRecord, said: Said, since: datetime, until: datetime) -> Wrote:
    """Return who wrote, as the core asks for it."""
    often = [len(hours) for hours in said.cases.values()]
    part = 1.0
    if not said.reached:
        part = min(records.MOST / max(records.counted(topic, since, until), 1), 1.0)
    return Wrote(
        mentions=said.mentions,
        authors=len(said.authors),
        affected=len(often),
        once=often.count(1),
        twice=often.count(2),
        hours=max(round((until - since) / HOUR), 1),
        unread=said.unread,
        part=part,
    )


def _with_usual(
    estimate: Estimate, topic: TopicRecord, said: Said, since: datetime, until: datetime
) -> Estimate:
    """Say beside the estimate how many mentions of people with a case are usual in as long a time."""
    usual = records.usual(topic, since)
    now = sum(voice.affected for voice in said.voices)
    if usual is None or not now or not said.reached:
        return estimate
    return core.with_ground(
        estimate, Ground("usual", {"usual": usual * ((until - since) / HOUR), "now": now})
    )


@lru_cache(maxsize=2048)
def _downstream(text: str, language: str) -> float:
    # An open page asks again for every new mention: only what is new is read.
    return read(text, language).downstream


def _different(voices: Iterable[Voice]) -> list[Voice]:
    """Return the newest words of each of the first few authors."""
    newest: dict[str, Voice] = {}
    for voice in voices:
        newest.setdefault(voice.author, voice)
        if len(newest) == EXAMPLES:
            break
    return list(newest.values())


@transaction.atomic
def tell_customers(
    who: User, topic_id: int, *, customers: int | None, writing_share: float | None
) -> TopicRecord:
    """Say how many customers can be affected, and which share of the affected writes in public (None: not known).

    Raises NotPossible for numbers that cannot be, NoRight.
    """
    topic = TopicRecord.objects.select_for_update().filter(pk=topic_id).first()
    if topic is None:
        raise NotPossible(_("This topic was removed meanwhile."))
    require(who.rank, Do.DRILL if topic.drill else Do.LISTEN)
    if customers is not None and not 1 <= customers <= MOST_CUSTOMERS:
        raise NotPossible(_("The number of customers is 1 or more; left empty, it is not known."))
    if writing_share is not None and not 0 < writing_share <= 1:
        raise NotPossible(_("The share that writes is above 0 and at most 100 percent."))
    topic.customers, topic.writing_share = customers, writing_share
    topic.save(update_fields=["customers", "writing_share"])
    now = datetime.now(UTC)
    note("customers_told", now, who=who.username, topic=topic, name=topic.name)
    changes.note("topic", topic.id, now)
    return topic
