"""What a replay shows: a stretch of kept measures in few points, what changed in it, and the chart's curtain.

Nothing is measured anew, nothing is sent, nothing changes: all comes from what was kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accalmie.core.fever import hindsight, scale
from accalmie.core.fever import replay as core
from accalmie.core.fever.pulse import Measure
from accalmie.pages import told
from accalmie.pages.chart import Chart, Key
from accalmie.pages.chart_parts import Spec, milliseconds
from accalmie.phrasebook import say
from accalmie.records import replay as kept
from accalmie.records.barometer import minute, moment
from accalmie.records.models import AlarmRecord, TopicRecord

HOUR = timedelta(hours=1)
#: A storm is played back from so long before its alarm, and for so long after it.
BEFORE, AFTER = 6 * HOUR, 2 * HOUR
#: So many points go to the browser, so many changes into the list, so many reasons to each.
MOST_POINTS, MOST_EVENTS, MOST_REASONS = 3000, 120, 3
#: Of so many alarms in one stretch it is said how early they could have been.
MOST_ALARMS = 5


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed in one minute: a level or a phase, or what became of an alarm."""

    minute: int
    words: str
    level: int
    #: "alarm", "hint" (known only afterwards) or "change".
    kind: str = "change"
    why: tuple[str, ...] = ()
    alarm: int | None = None

    @property
    def at(self) -> datetime:
        """When it was, UTC."""
        return moment(self.minute)


@dataclass(frozen=True, slots=True)
class Playback:
    """A stretch for being played back. Minutes since 1970; `more` is where its next part begins, None without."""

    topic: TopicRecord
    since: int
    until: int
    measures: list[Measure]
    points: list[Measure]
    events: list[Event]
    more: int | None = None

    def at(self, minute: int) -> Measure | None:
        """Return what held in a minute."""
        return core.at(self.measures, minute)

    @property
    def listed(self) -> list[Event]:
        """The changes for the list: when there are too many of them, the smallest are left out."""
        events = self.events
        for least in range(6):
            if len(events) <= MOST_EVENTS:
                break
            events = [one for one in events if one.kind != "change" or one.level > least]
        return events[:MOST_EVENTS]

    def changed(self, minute: int) -> tuple[int | None, int | None]:
        """Return the minutes of the last change before and of the next one after a minute."""
        before = [one.minute for one in self.events if one.minute < minute]
        after = [one.minute for one in self.events if one.minute > minute]
        return (before[-1] if before else None), (after[0] if after else None)

    def data(self) -> dict[str, Any]:
        """Return the points as columns, for the browser."""
        phases = sorted({one.phase.value for one in self.points})
        return {
            "since": self.since,
            "until": self.until,
            "phases": phases,
            "minute": [one.minute for one in self.points],
            "fever": [round(one.fever, 1) for one in self.points],
            "level": [one.level for one in self.points],
            "phase": [phases.index(one.phase.value) for one in self.points],
            "mentions": [one.mentions_hour for one in self.points],
            "authors": [one.authors_hour for one in self.points],
            "negative": [one.negative_hour for one in self.points],
            "expected": [round(one.expected) for one in self.points],
            "ceiling": [round(one.ceiling) for one in self.points],
            "gap": [int(one.gap) for one in self.points],
            "events": [one.minute for one in self.events],
        }


def around(alarm: AlarmRecord, clock: datetime) -> tuple[datetime, datetime]:
    """Return the stretch in which an alarm's storm is played back, whole hours."""
    since = alarm.at - BEFORE
    until = min((alarm.cleared_at or clock) + AFTER, max(clock, alarm.at + HOUR))
    return since.replace(minute=0, second=0, microsecond=0), until


def address(topic_id: int, since: datetime, until: datetime, at: int | None = None) -> str:
    """Return where a stretch is played back, perhaps with the minute that is shown first."""
    asked = {"since": since.isoformat(), "until": until.isoformat()}
    query = urlencode(asked | ({} if at is None else {"minute": str(at)}))
    return f"{reverse('replay', args=[topic_id])}?{query}"


def figures_address(topic_id: int, since: datetime, until: datetime) -> str:
    """Return where the figures of a stretch are to be had as a file."""
    query = urlencode({"since": since.isoformat(), "until": until.isoformat()})
    return f"{reverse('figures', args=[topic_id])}?{query}"


def played(topic: TopicRecord, since: int, until: int, clock: int, most: int = kept.MOST) -> Playback:
    """Return the stretch from minute `since` to `until`; where that is too long, its first part."""
    measures = kept.measures(topic, since, until, most)
    more = measures[-1].minute + 1 if len(measures) >= most and measures[-1].minute + 1 < until else None
    until = more or until
    measures = core.filled(measures, until)
    events = _events(topic, measures, since, until, clock)
    points = core.thinned(measures, MOST_POINTS, {one.minute for one in events})
    return Playback(topic, since, until, measures, points, events, more)


def _events(
    topic: TopicRecord, measures: Sequence[Measure], since: int, until: int, clock: int
) -> list[Event]:
    alarms = list(
        AlarmRecord.objects.filter(topic=topic, at__lt=moment(until))
        .select_related("topic")
        .order_by("-at")[:50]
    )
    here = [one for one in reversed(alarms) if one.cleared_at is None or one.cleared_at >= moment(since)]
    levels = kept.raised_at_level(here)
    events = [event for alarm in here for event in _of_alarm(alarm, levels[alarm.pk], measures)]
    events += [event for alarm in here[-MOST_ALARMS:] for event in _hints(alarm, clock)]
    events = [one for one in events if since <= one.minute < until]
    return sorted(_changes(topic, measures) + events, key=lambda one: (one.minute, one.kind != "change"))


def _changes(topic: TopicRecord, measures: Sequence[Measure]) -> list[Event]:
    """Return each change of level or phase; with a rise, why."""
    before = dict(zip((one.minute for one in measures[1:]), measures, strict=False))
    changed = core.changes(measures)
    risen = [one.minute for one in changed if one.level > before[one.minute].level]
    why = kept.reasons(topic, risen[: 4 * MOST_EVENTS])
    return [
        Event(
            one.minute,
            _change(before[one.minute], one),
            one.level,
            why=tuple(told.reasons(why.get(one.minute, ([], []))[0][:MOST_REASONS])),
        )
        for one in changed
    ]


def _change(before: Measure, one: Measure) -> str:
    words = []
    if one.level != before.level:
        text = _("Up to level %(level)s.") if one.level > before.level else _("Down to level %(level)s.")
        words.append(text % {"level": told.level(one.level)})
    if one.phase != before.phase:
        words.append(_("Phase: %(phase)s.") % {"phase": scale.phase_name(one.phase.value, told.reader())})
    return " ".join(words)


def _of_alarm(alarm: AlarmRecord, level: int, measures: Sequence[Measure]) -> list[Event]:
    raised = minute(alarm.at)
    cleared = minute(alarm.cleared_at) if alarm.cleared_at else None
    grown = hindsight.grown(measures, raised, level, cleared)
    found = [(raised, "alarm_raised", level)] + [(at, "alarm_grown", to) for at, to in grown]
    found += [(cleared, "alarm_cleared", 0)] if cleared is not None else []
    return [
        Event(at, say("timeline", what, told.reader(), level=to), to, "alarm", alarm=alarm.pk)
        for at, what, to in found
    ]


def _hints(alarm: AlarmRecord, clock: int) -> list[Event]:
    back = kept.looked_back(alarm, clock)
    found = []
    if back.onset is not None:
        found.append(
            Event(back.onset, _("The storm begins: from here on, more critics than usual."), 0, "hint")
        )
    if back.lower is not None and back.gained:
        words = _("With the threshold at level %(level)s, the alarm would have been raised here.")
        found.append(Event(back.lower, words % {"level": back.lower_threshold}, back.lower_threshold, "hint"))
    return found


# ── The chart, hidden from the shown moment on ────────────────────────────────────────────────────────────


def curtained(chart: Chart, at: datetime) -> Chart:
    """Return the chart with all after `at` hidden; the browser moves the curtain by the signal `now`."""
    spec = deepcopy(chart.spec)
    spec["params"].append({"name": "now", "value": milliseconds(at)})
    for pane in spec["vconcat"]:
        pane["layer"] += _curtain(pane)
    return replace(chart, spec=spec, keys=(*chart.keys, Key("key-now", _("The shown moment"))))


def _curtain(pane: Spec) -> list[Spec]:
    x = {key: value for key, value in pane["layer"][0]["encoding"]["x"].items() if key != "field"}
    now = {**x, "datum": {"expr": "now"}}
    height = {"y": {"value": -6}, "y2": {"value": pane["height"] + 1}}
    hidden: Spec = {"type": "rect", "color": "var(--surface)", "tooltip": None}
    line: Spec = {"type": "rule", "color": "var(--accent)", "strokeWidth": 2, "tooltip": None}
    one: Spec = {"values": [{}]}
    return [
        {"data": one, "mark": hidden, "encoding": {"x": now, "x2": {"datum": {"expr": "until"}}, **height}},
        {"data": one, "mark": line, "encoding": {"x": now, **height}},
    ]
