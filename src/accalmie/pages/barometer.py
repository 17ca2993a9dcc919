"""The barometer: one topic's level, its fever over time, what it is made of, and what was said last."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from accalmie.actions.outlook import Outlook, outlook
from accalmie.core.people import Do, may
from accalmie.pages import affected, alarms, charts, marks, names, playback, told
from accalmie.pages import outlook as ahead
from accalmie.pages.door import Visit, page
from accalmie.pages.drills import playing
from accalmie.pages.forms import Form
from accalmie.pages.search import hits
from accalmie.pages.shell import moving
from accalmie.records import barometer, search
from accalmie.records.marks import marked as marked_in
from accalmie.records.models import AlarmRecord, HourRecord, MeasureRecord, SourceRecord, TopicRecord

HOUR = timedelta(hours=1)
#: What can be looked at: the key in the address, its length (None: all that was kept), what people read.
RANGES = (
    ("6h", 6 * HOUR, lazy("6 hours")),
    ("day", 24 * HOUR, lazy("24 hours")),
    ("week", 7 * 24 * HOUR, lazy("7 days")),
    ("month", 30 * 24 * HOUR, lazy("30 days")),
    ("all", None, pgettext_lazy("stretch of time", "All")),
)
#: Kinds of sources that are press and blogs; a drill plays them too.
PRESS_KINDS = ("feed", "drill")
#: So many mentions are listed, and so many hours tell which channels there are.
LATEST, LATELY = 20, 240
#: So many past storms of the chart can be replayed by one click below it.
STORMS = 4


@dataclass(frozen=True, slots=True)
class Look:
    """What of a topic is looked at: the chart's stretch of time, and perhaps one picked in it. UTC."""

    range: str
    since: datetime
    until: datetime
    picked: tuple[datetime, datetime] | None
    #: When the first and the last mention were said; None without any.
    span: tuple[datetime, datetime] | None = None

    @property
    def parts(self) -> tuple[datetime, datetime]:
        """The stretch whose parts are shown: the picked one, else the last hour."""
        return self.picked or (self.until - HOUR, self.until)


@dataclass(frozen=True, slots=True)
class Part:
    """One figure of what the fever is made of, with what is usual."""

    name: object
    value: float | None
    kind: str
    usual: float | None = None
    #: Which mentions it counts, as the page's query asks for them; "" where they cannot be asked for.
    query: str = ""


class FilterForm(Form):
    """Which of the mentions are listed."""

    channel = forms.ChoiceField(label=lazy("Channel"), required=False)
    language = forms.ChoiceField(label=lazy("Language"), required=False)
    tone = forms.ChoiceField(label=lazy("Tone"), required=False)

    def __init__(self, *args: Any, channels: list[str], languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[str, list[tuple[str, object]]] = {
            "channel": [(name, names.channel(name)) for name in channels],
            "language": [(code, names.language(code)) for code in languages],
            "tone": [(tone, name) for tone, name in names.TONES.items()],
        }
        for name, choices in known.items():
            self.fields[name].choices = [("", lazy("All")), *choices]  # type: ignore[attr-defined]


@page("GET")
def topic(request: Visit, topic_id: int) -> HttpResponseBase:
    """Show a topic's barometer; to htmx only the parts that move."""
    row = get_object_or_404(TopicRecord, pk=topic_id)
    clock = barometer.clock_of(row)
    look = looked_at(request.GET, row, clock)
    measure = barometer.now_of(row)
    sources = _sources(row)
    found = outlook(row, clock, measure, listening=sources["listening"], press_heard=sources["press_heard"])
    shown = {
        "topic": row,
        "look": look,
        "clock": clock,
        "kept": _kept(look),
        "drill": playing(row, clock),
        **_now(row, measure, found),
        "ahead": ahead.shown(found),
        **_course(request, row, look, clock, listening=sources["listening"]),
        **_mentions(request, row, look),
        "parts": parts(barometer.made_of(row, *look.parts), None if look.picked else measure),
        "sources": sources,
        "affected": affected.shown(row, clock),
        "may": {do.name.lower(): may(request.user.rank, do) for do in Do},
    }
    return render(request, "pages/_topic_live.html" if moving(request) else "pages/topic.html", shown)


def looked_at(asked: QueryDict, row: TopicRecord, clock: datetime) -> Look:
    """Return what an address asks to see. What cannot be understood is as if it were not there."""
    chosen = asked.get("range", "")
    lengths = {key: length for key, length, _told in RANGES}
    span = search.span(row.pk)
    if chosen not in lengths:
        # What was read in from an old file would be an empty day: show all of it. A drill is a matter of hours.
        chosen = "all" if span and span[1] < clock - 24 * HOUR else "6h" if row.drill else "day"
    length = lengths[chosen]
    until = clock
    if length is None:
        since, until = span or (clock - 24 * HOUR, clock)
        until = max(until, since + HOUR) + timedelta(minutes=1)
    else:
        since = clock - length
    a, b = asked_moment(asked.get("since", "")), asked_moment(asked.get("until", ""))
    return Look(chosen, since, until, (a, b) if a and b and a < b else None, span)


def asked_moment(text: str) -> datetime | None:
    """Return a moment out of an address (ISO, with its zone); None for what is none."""
    try:
        at = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at and timezone.is_aware(at) else None


def _now(row: TopicRecord, measure: MeasureRecord | None, found: Outlook) -> dict[str, Any]:
    open_alarms = AlarmRecord.objects.filter(topic=row, cleared_at__isnull=True, past=False)
    alarm = open_alarms.select_related("topic", "acknowledged_by").order_by("-id").first()
    unseen = alarm is not None and alarm.acknowledged_at is None
    return {
        "alarm": alarms.told(alarm) if alarm else None,
        "step": ahead.step(found, row.level, unseen=unseen),
        "reasons": told.reasons(measure.reasons) if measure else [],
        "against": told.reasons(measure.against) if measure else [],
    }


def _course(
    request: Visit, row: TopicRecord, look: Look, clock: datetime, *, listening: bool
) -> dict[str, Any]:
    curve = barometer.curve(row, look.since, look.until)
    curve = replace(curve, gaps=with_silence(curve, row, look.span, listening=listening))
    marked = marked_in(row.pk, curve.since, curve.until)
    pick = with_query(request, range=look.range, since=None, until=None, before=None)
    ranges = [
        (name, with_query(request, range=key, since=None, until=None, before=None), key == look.range)
        for key, _length, name in RANGES
    ]
    return {
        "chart": charts.fever_chart(
            curve, pick=pick, marks=marked, csv=playback.figures_address(row.pk, look.since, look.until)
        ),
        "ranges": ranges,
        "marked": marks.shown(row, curve, marked, clock),
        "replay": playback.address(row.pk, *(look.picked or (look.since, look.until))),
        "storms": [
            (alarm.at, playback.address(row.pk, *playback.around(alarm, clock)))
            for alarm in curve.alarms[-STORMS:]
        ],
    }


def with_silence(
    curve: barometer.Curve, row: TopicRecord, span: tuple[datetime, datetime] | None, *, listening: bool
) -> list[tuple[datetime, datetime]]:
    """Return the curve's gaps, and the time before anybody listened, and since then if nobody listens now.

    What was not listened to is never shown as calm. Files tell of the time from their first mention to their last.
    """
    first, last = span or (row.created_at, row.created_at)
    begins = min(first, row.created_at)
    gaps = [(curve.since, min(begins, curve.until))] if begins > curve.since else []
    gaps += [(a, b) for a, b in curve.gaps if a >= begins]
    if not listening and last + HOUR < curve.until:
        gaps.append((max(last, curve.since), curve.until))
    return gaps


def _kept(look: Look) -> str:
    """Return the beginning of a query that keeps what is looked at, for a link to some of its mentions."""
    kept = {"range": look.range}
    if look.picked:
        kept |= {"since": look.picked[0].isoformat(), "until": look.picked[1].isoformat()}
    return urlencode(kept) + "&"


def with_query(request: Visit, **changed: str | None) -> str:
    """Return the page's address with some of its query changed, or taken out (None)."""
    query = request.GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"{request.path}?{query.urlencode()}"


def _mentions(request: Visit, row: TopicRecord, look: Look) -> dict[str, Any]:
    form = FilterForm(request.GET, channels=_channels(row, request.GET), languages=_languages(row))
    form.is_valid()  # What cannot be chosen is left out, and the rest still holds.
    fields = form.cleaned_data
    asked = search.Asked(
        topic=row.pk,
        channels=tuple(filter(None, [fields.get("channel")])),
        languages=tuple(filter(None, [fields.get("language")])),
        tones=tuple(filter(None, [fields.get("tone")])),
        since=look.picked[0] if look.picked else None,
        until=look.picked[1] if look.picked else None,
    )
    before = request.GET.get("before", "")
    found = search.page(asked, before=int(before) if before.isdecimal() else None, limit=LATEST)
    return {
        "form": form,
        "hits": hits(found.mentions, []),
        "older": with_query(request, before=str(found.next)) if found.next else "",
        "unpicked": with_query(request, since=None, until=None, before=None) if look.picked else "",
        "filtered": any(fields.values()),
        "later": before.isdecimal(),
    }


def _channels(row: TopicRecord, asked: QueryDict) -> list[str]:
    """Return the channels on which the topic was heard lately, and the one that is asked for.

    Hours know them; of the mentions, all would have to be read.
    """
    hours = HourRecord.objects.filter(topic=row).order_by("-hour").values_list("channels", flat=True)
    named = {name for name in asked.getlist("channel") if re.fullmatch(r"[\w .+-]{1,24}", name)}
    return sorted({name for channels in hours[:LATELY] for name in channels} | named)


def _languages(row: TopicRecord) -> list[str]:
    return list(dict.fromkeys(["en", "fr", "de", *row.languages, "und"]))


def parts(made: barometer.MadeOf, measure: MeasureRecord | None) -> dict[str, Any]:
    """Return what a stretch is made of, with what is usual; `measure` tells what is usual in the last hour."""
    usual = measure.expected if measure else made.usual_mentions
    usual_negative = measure.usual_negative if measure and measure.known else made.usual_negative
    judged, mentions = made.judged, made.mentions
    figures = [
        Part(lazy("Mentions"), mentions, "integer", usual if measure is None or measure.known else None),
        Part(lazy("Different people"), made.authors, "integer"),
        Part(
            lazy("Negative"),
            made.negative / judged if judged else None,
            "percent",
            usual_negative,
            "tone=negative",
        ),
        Part(lazy("Insults"), made.insults, "integer"),
        Part(lazy("Reach"), made.reach, "short"),
        Part(lazy("Teasing"), made.teasing, "integer"),
    ]
    stances = [
        ("affected", lazy("Affected"), made.affected),
        ("loud", lazy("Loud"), made.loud),
        ("understanding", lazy("Understanding"), made.understanding),
    ]
    return {
        "figures": figures,
        "stances": [(key, told, count, count / mentions) for key, told, count in stances] if mentions else [],
        "channels": [(name, count, count / mentions) for name, count in made.channels.items()]
        if mentions
        else [],
        "mentions": mentions,
    }


def _sources(row: TopicRecord) -> dict[str, Any]:
    rows = list(SourceRecord.objects.filter(topic=row).values_list("trouble", "kind", "state"))
    ears = [state for _trouble, kind, state in rows if kind != "file"]
    return {
        "count": len(rows),
        "troubled": sum(1 for trouble, _kind, _state in rows if trouble),
        # A drill hears up to its own clock, also when it is held or over.
        "listening": row.drill or SourceRecord.LISTENING in ears,
        "only_files": bool(rows) and not ears,
        "press_heard": any(kind in PRESS_KINDS for _trouble, kind, _state in rows),
    }


urls: list[URLPattern] = [path("topics/<int:topic_id>/", topic, name="topic")]
