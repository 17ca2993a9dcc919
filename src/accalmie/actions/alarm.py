"""Alarms: one for one storm, told to whom the topic's team chose, acknowledged by a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions.note import note
from accalmie.core.alarm import SAME_STORM
from accalmie.core.fever.pulse import Measure
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, require
from accalmie.records import changes
from accalmie.records.barometer import moment
from accalmie.records.measures import plain
from accalmie.records.models import AlarmRecord, ContactRecord, NoticeRecord, TopicRecord, User

#: What began longer ago when we learn of it is history (an import, a backlog): nobody is woken for it.
NEWS = timedelta(hours=1)
#: Within so long of the last alert about a storm, its growing is told in one alert at the end of that time.
BREATH = timedelta(minutes=10)
#: A storm found again within this time of an alarm already known is the same storm.
SAME = timedelta(minutes=SAME_STORM)


def storm(topic: TopicRecord, at: datetime) -> AlarmRecord | None:
    """Return the alarm that a storm at `at` belongs to: still open then, or closed just before."""
    alarms = AlarmRecord.objects.select_for_update().filter(topic=topic, at__lte=at + SAME).order_by("-at")
    alarm = alarms.first()
    if alarm is None or (alarm.cleared_at is not None and alarm.cleared_at + SAME < at):
        return None
    return alarm


def settle(
    topic: TopicRecord, verdict: str, measure: Measure, clock: datetime, now: datetime
) -> AlarmRecord | None:
    """Do what the core judged: raise, hold, grow or clear the topic's alarm. `clock` is the topic's now.

    Measuring the same minutes again finds the same storm and changes nothing that people have seen.
    """
    at = moment(measure.minute)
    alarm = storm(topic, at)
    if verdict in {"raised", "grown"}:
        if alarm is None:
            return _raise(topic, measure, at, past=clock - at > NEWS, now=now)
        if measure.level > alarm.peak:
            _grow(alarm, measure, past=clock - at > NEWS, now=now)
        elif verdict == "raised":
            _reopen(alarm, now)
        return alarm
    if alarm is None:
        return None
    if verdict == "held":
        if measure.level > alarm.peak:
            AlarmRecord.objects.filter(pk=alarm.pk).update(peak=measure.level)
        _reopen(alarm, now)
    elif verdict == "cleared" and alarm.cleared_at is None:
        _clear(alarm, at, past=clock - at > NEWS, now=now)
    return alarm


def _raise(topic: TopicRecord, measure: Measure, at: datetime, *, past: bool, now: datetime) -> AlarmRecord:
    alarm = AlarmRecord.objects.create(
        topic=topic, at=at, known_at=now, level=measure.level, peak=measure.level, fever=measure.fever,
        reasons=plain(measure.reasons), against=plain(measure.against), past=past,
    )  # fmt: skip
    note(
        "alarm_raised",
        now,
        topic=topic,
        alarm=alarm,
        level=measure.level,
        at=at.isoformat(timespec="minutes"),
    )
    if not past:
        tell(alarm, "raised", measure.level, now)
    changes.note("alarm", alarm.id, now)
    return alarm


def _grow(alarm: AlarmRecord, measure: Measure, *, past: bool, now: datetime) -> None:
    """The storm is stronger than what people were told: tell them again, and ask for a look again."""
    alarm.state, alarm.cleared_at, alarm.peak = AlarmRecord.RAISED, None, measure.level
    alarm.level, alarm.fever = measure.level, measure.fever
    alarm.reasons, alarm.against = plain(measure.reasons), plain(measure.against)
    alarm.acknowledged_at, alarm.acknowledged_by = None, None
    alarm.save()
    note("alarm_grown", now, topic=alarm.topic, alarm=alarm, level=measure.level)
    if not past:
        tell(alarm, "grown", measure.level, now)
    changes.note("alarm", alarm.id, now)


def _reopen(alarm: AlarmRecord, now: datetime) -> None:
    if alarm.cleared_at is not None and not alarm.past:
        alarm.state, alarm.cleared_at = AlarmRecord.HELD, None
        alarm.save(update_fields=["state", "cleared_at"])
        changes.note("alarm", alarm.id, now)


def _clear(alarm: AlarmRecord, at: datetime, *, past: bool, now: datetime) -> None:
    alarm.state, alarm.cleared_at = AlarmRecord.CLEARED, at
    alarm.save(update_fields=["state", "cleared_at"])
    note("alarm_cleared", now, topic=alarm.topic, alarm=alarm)
    if not past and not alarm.past:
        tell(alarm, "cleared", alarm.peak, now)
    changes.note("alarm", alarm.id, now)


def lapse(topic: TopicRecord, since: int, clock: datetime, now: datetime) -> None:
    """Clear alarms raised at or after minute `since` that, measured anew from there, would not be raised.

    Nothing else would ever clear them: the storm that they told of is none, with all that is known now.
    """
    rows = AlarmRecord.objects.select_for_update(of=("self",)).select_related("topic")
    for alarm in rows.filter(topic=topic, cleared_at__isnull=True, at__gte=moment(since)):
        _clear(alarm, clock, past=False, now=now)


def tell(alarm: AlarmRecord, what: str, level: int, now: datetime) -> None:
    """Put one notice for each contact of the topic's people into the queue, as far as their ceiling allows.

    A notice above the ceiling is kept as held back, so that it can be seen that somebody was not told. A
    storm that grows level by level within minutes is told once, at the level it has reached then.
    """
    due = now
    if what == "grown":
        waiting = NoticeRecord.objects.filter(alarm=alarm, what="grown", state=NoticeRecord.WAITING)
        waiting.delete()
        last = NoticeRecord.objects.filter(alarm=alarm).order_by("-created_at").first()
        # Not later than a breath from now, whatever the clock said when the last one was told.
        due = min(max(now, last.created_at + BREATH), now + BREATH) if last is not None else now
    for person in alarm.topic.alerted.filter(is_active=True):
        # What was told in the future, before the clock was set back, must not use up this hour.
        hour = NoticeRecord.objects.filter(
            person=person, created_at__gt=now - timedelta(hours=1), created_at__lte=now + BREATH
        )
        told = hour.exclude(state=NoticeRecord.HELD_BACK).values("alarm", "what", "level").distinct().count()
        held = told >= person.alerts_per_hour
        for contact in ContactRecord.objects.filter(person=person, active=True):
            NoticeRecord.objects.get_or_create(
                alarm=alarm, contact=contact, what=what, level=level,
                defaults={
                    "person": person,
                    "state": NoticeRecord.HELD_BACK if held else NoticeRecord.WAITING,
                    "next_at": None if held else due,
                    "created_at": now,
                },
            )  # fmt: skip
        if held:
            note("alert_held_back", now, topic=alarm.topic, alarm=alarm, name=person.username)


def wake(topic: TopicRecord, now: datetime) -> None:
    """Tell people of a storm that began while nobody measured, and that is still going on."""
    alarm = (
        AlarmRecord.objects.filter(topic=topic, past=True, cleared_at__isnull=True).order_by("-at").first()
    )
    if alarm is not None:
        AlarmRecord.objects.filter(pk=alarm.pk).update(past=False, known_at=now)
        tell(alarm, "raised", alarm.peak, now)
        changes.note("alarm", alarm.id, now)


@transaction.atomic
def acknowledge(who: User, alarm_id: int) -> AlarmRecord:
    """Say that one has seen it. The first who does stays named. Raises NotPossible, NoRight."""
    require(who.rank, Do.ACKNOWLEDGE)
    alarm = (
        AlarmRecord.objects.select_for_update(of=("self",))
        .select_related("topic")
        .filter(pk=alarm_id)
        .first()
    )
    if alarm is None:
        raise NotPossible(_("This alarm was removed with its topic."))
    if alarm.acknowledged_at is not None:
        name = alarm.acknowledged_by.username if alarm.acknowledged_by else _("Somebody")
        raise NotPossible(_("%(name)s has acknowledged this alarm already.") % {"name": name})
    now = datetime.now(UTC)
    seen = AlarmRecord.objects.filter(pk=alarm.pk, acknowledged_at__isnull=True)
    state = AlarmRecord.HELD if alarm.state == AlarmRecord.RAISED else alarm.state
    seen.update(acknowledged_at=now, acknowledged_by=who, state=state)
    note("alarm_acknowledged", now, who=who.username, topic=alarm.topic, alarm=alarm)
    changes.note("alarm", alarm.id, now)
    alarm.refresh_from_db()
    return alarm
