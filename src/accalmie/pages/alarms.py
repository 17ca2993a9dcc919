"""Alarms: the open ones first, each with what speaks for and against it, who took it on, and who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accalmie.actions import alarm as actions
from accalmie.actions.late import KINDS as LATE
from accalmie.core.people import Do, may
from accalmie.pages import affected, hindsight, playback
from accalmie.pages import told as reader
from accalmie.pages.door import Visit, page
from accalmie.phrasebook import say
from accalmie.records import barometer
from accalmie.records.models import AlarmRecord, NoticeRecord, TimelineEntry

#: So many of the past alarms are on one page.
PAST = 25
#: Values of the timeline that are moments.
MOMENTS = ("then", "told")


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm in the reader's words."""

    alarm: AlarmRecord
    reasons: list[str]
    against: list[str]
    #: What mentions that came late would have changed about it; "" for nothing.
    late: str = ""

    @property
    def open(self) -> bool:
        """Whether the storm still goes on."""
        return self.alarm.cleared_at is None


@page("GET")
def alarms(request: Visit) -> HttpResponseBase:
    """Show the open alarms, then those that are over, newest first."""
    rows = AlarmRecord.objects.select_related("topic", "acknowledged_by")
    over = rows.filter(cleared_at__isnull=False).order_by("-id")
    before = request.GET.get("before", "")
    if before.isdecimal():
        over = over.filter(id__lt=int(before))
    past = list(over[: PAST + 1])
    standing = list(rows.filter(cleared_at__isnull=True).order_by("-level", "-at"))
    late = _late([*standing, *past])
    shown = {
        "open": [told(alarm, late.get(alarm.pk, "")) for alarm in standing],
        "past": [told(alarm, late.get(alarm.pk, "")) for alarm in past[:PAST]],
        "next": past[PAST - 1].pk if len(past) > PAST else None,
        "may_acknowledge": may(request.user.rank, Do.ACKNOWLEDGE),
    }
    return render(request, "pages/alarms.html", shown)


@page("GET")
def alarm(request: Visit, alarm_id: int) -> HttpResponseBase:
    """Show one alarm with everything that happened, and whom it was told to."""
    rows = AlarmRecord.objects.select_related("topic", "acknowledged_by")
    row = get_object_or_404(rows, pk=alarm_id)
    clock = barometer.clock_of(row.topic)
    notices = row.notices.select_related("person", "contact").order_by("id")
    shown = {
        "told": told(row, _late([row]).get(row.pk, "")),
        "topic": row.topic,
        "affected": affected.shown(row.topic, clock, row),
        "moments": hindsight.moments(row, clock),
        "replay": playback.address(row.topic_id, *playback.around(row, clock)),
        "timeline": [(entry, happened(entry)) for entry in row.timeline.order_by("at", "id")],
        "notices": [(notice, NOTICES.get(notice.state, str)(notice)) for notice in notices],
        "may_acknowledge": may(request.user.rank, Do.ACKNOWLEDGE),
    }
    return render(request, "pages/alarm.html", shown)


@page("POST", needs=Do.ACKNOWLEDGE)
def acknowledge(request: Visit, alarm_id: int) -> HttpResponseBase:
    """Take the alarm on: from now on the others see who looks after it."""
    get_object_or_404(AlarmRecord, pk=alarm_id)
    actions.acknowledge(request.user, alarm_id)
    messages.success(request, _("You have acknowledged the alarm. The others see it."))
    return redirect("alarm", alarm_id)


def told(row: AlarmRecord, late: str = "") -> Told:
    """Return an alarm with its reasons as sentences of the reader's language and zone."""
    return Told(row, reader.reasons(row.reasons), reader.reasons(row.against), late)


def _late(rows: list[AlarmRecord]) -> dict[int, str]:
    """Return what late mentions would have changed about each of these alarms, as was noted last."""
    entries = TimelineEntry.objects.filter(alarm__in=rows, what__in=LATE).order_by("id")
    return {entry.alarm_id: happened(entry) for entry in entries if entry.alarm_id}


def happened(entry: TimelineEntry) -> str:
    """Return what an entry of the timeline says, in the reader's language."""
    moments = {
        name: reader.moment(datetime.fromisoformat(entry.values[name]))
        for name in MOMENTS
        if name in entry.values
    }
    return say("timeline", entry.what, get_language() or "en", **(entry.values | moments))


#: What became of an alert, in plain words.
NOTICES: dict[str, Any] = {
    NoticeRecord.WAITING: lambda notice: (
        _("Waits to be tried again: %(why)s") % {"why": notice.error} if notice.error else _("On its way")
    ),
    NoticeRecord.SENDING: lambda notice: _("Being sent"),
    NoticeRecord.SENT: lambda notice: _("Sent"),
    NoticeRecord.FAILED: lambda notice: _("Not sent: %(why)s") % {"why": notice.error},
    NoticeRecord.HELD_BACK: lambda notice: _("Held back: the person's ceiling of alerts an hour was reached"),
    NoticeRecord.UNCERTAIN: lambda notice: _("Uncertain whether it arrived; it was not sent a second time"),
}

urls: list[URLPattern] = [
    path("alarms/", alarms, name="alarms"),
    path("alarms/<int:alarm_id>/", alarm, name="alarm"),
    path("alarms/<int:alarm_id>/acknowledge/", acknowledge, name="alarm_acknowledge"),
]
