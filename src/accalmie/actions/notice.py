"""Alerts on their way to people: claimed by one worker, sent at most once, tried again when that is safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q

from accalmie.actions.note import note
from accalmie.core.alarm import sentence
from accalmie.core.fever.scale import level_name
from accalmie.phrasebook import say
from accalmie.records import changes
from accalmie.records.models import ContactRecord, NoticeRecord, User

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=10)


class Went(Enum):
    """What became of one attempt, in the four words that every network answers with."""

    SENT = "sent"
    TRY_LATER = "try_later"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of one attempt, with the reason in plain words where there is one."""

    went: Went
    why: str = ""


#: (address, title, body, language of the reader) -> Attempt
Send = Callable[[str, str, str, str], Attempt]


def due(now: datetime, most: int = 20) -> list[NoticeRecord]:
    """Return notices that should go out now and that nobody holds."""
    rows = NoticeRecord.objects.filter(state=NoticeRecord.WAITING, next_at__lte=now).order_by("next_at")
    return list(rows.select_related("alarm__topic", "person", "contact")[:most])


def interrupted(now: datetime) -> None:
    """A notice that a worker died with may be out there: it becomes uncertain and is not sent again."""
    over = Q(leased_until__lt=now) | Q(leased_until__gt=now + 2 * LEASE)  # the clock was set back
    rows = NoticeRecord.objects.filter(over, state=NoticeRecord.SENDING)
    rows.update(state=NoticeRecord.UNCERTAIN, error="interrupted", leased_by="", leased_until=None)


def send_one(notice: NoticeRecord, send: Send, worker: str, now: datetime) -> bool:
    """Send one notice, if this worker gets it; tell whether it did."""
    title, body = words(notice)
    mine = NoticeRecord.objects.filter(pk=notice.pk, state=NoticeRecord.WAITING).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    )
    claimed = mine.update(state=NoticeRecord.SENDING, leased_by=worker, leased_until=now + LEASE)
    if claimed != 1:
        return False
    attempt = Attempt(Went.REFUSED, "removed")
    if notice.contact is not None:
        attempt = send(notice.contact.address, title, body, notice.person.language or "en")
    _settle(notice, attempt, now)
    return True


def _settle(notice: NoticeRecord, attempt: Attempt, now: datetime) -> None:
    attempts = notice.attempts + 1
    state, next_at = NoticeRecord.FAILED, None
    if attempt.went is Went.SENT:
        state = NoticeRecord.SENT
    elif attempt.went is Went.UNCERTAIN:
        state = NoticeRecord.UNCERTAIN
    elif attempt.went is Went.TRY_LATER and attempts < MOST_ATTEMPTS:
        state, next_at = NoticeRecord.WAITING, now + FIRST_WAIT * 2 ** (attempts - 1)
    NoticeRecord.objects.filter(pk=notice.pk).update(
        state=state, next_at=next_at, attempts=attempts, error=attempt.why, leased_by="", leased_until=None,
        sent_at=now if state == NoticeRecord.SENT else None,
    )  # fmt: skip
    if notice.contact_id:
        sent = {"last_sent_at": now} if state == NoticeRecord.SENT else {}
        ContactRecord.objects.filter(pk=notice.contact_id).update(last_error=attempt.why, **sent)
    if state == NoticeRecord.FAILED:
        note("alert_failed", now, topic=notice.alarm.topic, alarm=notice.alarm, name=notice.person.username)
    changes.note("alarm", notice.alarm_id, now)


def words(notice: NoticeRecord) -> tuple[str, str]:
    """Return the title and the text of an alert, in the language and the zone of who gets it."""
    alarm, person = notice.alarm, notice.person
    language = person.language or "en"
    kind = f"drill_{notice.what}" if alarm.topic.drill else notice.what
    name = level_name(notice.level, language)
    title = say("alerts", kind, language, topic=alarm.topic.name, level=notice.level, name=name)
    lines = [] if notice.what == "cleared" else _reasons(notice, person, language)
    lines.append(say("alerts", f"next_{notice.what}", language))
    return title, "\n".join(lines)


def _reasons(notice: NoticeRecord, person: User, language: str) -> list[str]:
    zone = person.zone or notice.alarm.topic.zone
    alarm = notice.alarm
    lines = [f"- {sentence(reason['key'], reason['values'], language, zone)}" for reason in alarm.reasons]
    if alarm.against:
        lines.append(say("alerts", "against", language))
        lines += [f"- {sentence(one['key'], one['values'], language, zone)}" for one in alarm.against]
    return lines
