"""A storm played back: how it stood in each minute, what changed and why, and what was said then.

Every step is an address of its own, so it works without JavaScript; with it, replay.js plays the same page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from accalmie.core.fever.pulse import Measure, Phase
from accalmie.pages import barometer as page_of_topic
from accalmie.pages import charts, playback, told
from accalmie.pages.chart import Chart
from accalmie.pages.door import Visit, page
from accalmie.pages.playback import Playback
from accalmie.pages.search import hits
from accalmie.records import barometer, pulses, search
from accalmie.records import replay as kept
from accalmie.records.barometer import minute, moment
from accalmie.records.marks import marked
from accalmie.records.models import AlarmRecord, SourceRecord, TopicRecord

#: Minutes. Nothing shorter is worth playing; without a storm to show, the last day is.
SHORTEST, DAY = 60, 24 * 60
#: What was said in so many minutes is shown, the newest so many of it.
SAID_IN, SAID = 60, 8
#: A replay is looked at more closely than a topic: its curve has up to so many steps, of so many minutes.
MOST_STEPS, FINER = 400, (1, 2, 5, 10, 15, 30)
#: How fast: times as fast as life; 0 is the whole stretch within seconds.
SPEEDS = (
    (1, lazy("as it was")),
    (10, lazy("10 times as fast")),
    (60, lazy("an hour in a minute")),
    (600, lazy("an hour in six seconds")),
    (0, pgettext_lazy("speed", "as fast as possible")),
)
USUAL_SPEED = 600


@dataclass(frozen=True, slots=True)
class Step:
    """A link to another minute of the stretch. `by` and `change` tell the browser how to go there itself."""

    name: object
    address: str
    by: int = 0
    change: int = 0


@page("GET")
def replay(request: Visit, topic_id: int) -> HttpResponseBase:
    """Show one minute of a stretch, with all that is needed to play it."""
    row = get_object_or_404(TopicRecord, pk=topic_id)
    clock = barometer.clock_of(row)
    since, until = stretch(request.GET, row, minute(clock))
    played = playback.played(row, since, until, minute(clock))
    at = shown_minute(request.GET, played)
    shown = {
        "topic": row,
        "played": played,
        "since": moment(played.since),
        "until": moment(played.until),
        "at": at,
        "speeds": SPEEDS,
        "usual_speed": USUAL_SPEED,
        "levels": range(7),
        "phases": [phase.value for phase in Phase],
        "now": played.at(at) or _nothing(at),
        "steps": _steps(played, at),
        "events": [(one, _address(played, one.minute), one.minute <= at) for one in played.listed],
        "left_out": len(played.events) - len(played.listed),
        "chart": _chart(row, played, at) if played.measures else None,
        "data": played.data() | {"at": at, "last": played.until - 1},
        "next_part": playback.address(row.pk, moment(played.more), moment(until)) if played.more else "",
        **_moment(row, at),
    }
    return render(request, "pages/replay.html", shown)


@page("GET")
def replay_moment(request: Visit, topic_id: int) -> HttpResponseBase:
    """Return why it stood so in one minute, and what was said up to it."""
    row = get_object_or_404(TopicRecord, pk=topic_id)
    asked = request.GET.get("minute", "")
    at = int(asked) if _is_minute(asked) else minute(barometer.clock_of(row))
    return render(request, "pages/_replay_moment.html", {"topic": row, **_moment(row, at)})


def stretch(asked: QueryDict, row: TopicRecord, clock: int) -> tuple[int, int]:
    """Return the minutes to play: those asked for, else the last storm, else the last day. Never the future."""
    a, b = (
        page_of_topic.asked_moment(asked.get("since", "")),
        page_of_topic.asked_moment(asked.get("until", "")),
    )
    if a and b and a < b:
        since, until = minute(a), minute(b)
    elif alarm := AlarmRecord.objects.filter(topic=row).order_by("-at").first():
        since, until = map(minute, playback.around(alarm, moment(clock)))
    else:
        since, until = clock - DAY, clock
    begins = pulses.first_minute(row.pk)
    since = max(since, (clock if begins is None else begins) - SHORTEST)
    until = min(max(until, since + SHORTEST), clock + 1)
    return min(since, until - SHORTEST), until


def shown_minute(asked: QueryDict, played: Playback) -> int:
    """Return the minute to show: the one asked for, within the stretch; its first without."""
    wanted = asked.get("minute", "")
    at = int(wanted) if _is_minute(wanted) else played.since
    return min(max(at, played.since), played.until - 1)


def _is_minute(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def _nothing(at: int) -> Measure:
    """Return what is shown where nothing was measured yet."""
    return Measure(at, 36.6, 0, Phase.LEARNING, 0, 0, 0, 0, 0.0, 0.0, 0.0, known=False)


def _address(played: Playback, at: int) -> str:
    return playback.address(played.topic.pk, moment(played.since), moment(played.until), at)


def _steps(played: Playback, at: int) -> list[Step]:
    first, last = played.since, played.until - 1
    before, after = played.changed(at)

    def step(name: object, to: int, **how: int) -> Step:
        return Step(name, _address(played, min(max(to, first), last)), **how)

    return [
        step(_("Change before"), first if before is None else before, change=-1),
        step(_("1 minute back"), at - 1, by=-1),
        step(_("1 minute on"), at + 1, by=1),
        step(_("Next change"), last if after is None else after, change=1),
    ]


def _chart(row: TopicRecord, played: Playback, at: int) -> Chart:
    length = played.until - played.since
    step = next((step for step in FINER if length / step <= MOST_STEPS), None)
    since, until = moment(played.since), moment(played.until)
    curve = heard_curve(row, since, until, timedelta(minutes=step) if step else None)
    marks = marked(row.pk, curve.since, curve.until)
    chart = charts.fever_chart(
        curve, name="replay", marks=marks, csv=playback.figures_address(row.pk, since, until)
    )
    return playback.curtained(chart, moment(at + 1))


def heard_curve(
    row: TopicRecord, since: datetime, until: datetime, step: timedelta | None = None
) -> barometer.Curve:
    """Return a topic's curve with every stretch of it in which nobody listened."""
    curve = barometer.curve(row, since, until, step)
    ears = SourceRecord.objects.filter(topic=row, state=SourceRecord.LISTENING).exclude(kind="file")
    listening = row.drill or ears.exists()
    gaps = page_of_topic.with_silence(curve, row, search.span(row.pk), listening=listening)
    return replace(curve, gaps=gaps)


def _moment(row: TopicRecord, at: int) -> dict[str, Any]:
    why, against = kept.reasons_at(row, at)
    asked = search.Asked(topic=row.pk, since=moment(at + 1 - SAID_IN), until=moment(at + 1))
    return {
        "moment": moment(at),
        "reasons": told.reasons(why),
        "against": told.reasons(against),
        "hits": hits(search.page(asked, before=None, limit=SAID).mentions, []),
        "words": told.moment(moment(at)),
    }


urls: list[URLPattern] = [
    path("topics/<int:topic_id>/replay/", replay, name="replay"),
    path("topics/<int:topic_id>/replay/moment/", replay_moment, name="replay_moment"),
]
