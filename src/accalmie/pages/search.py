"""Search over everything kept: what was said, how much of it when, compared, and who and what is passed on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accalmie.core.mention import EPOCH, time_of
from accalmie.core.people import Do, may
from accalmie.pages import names
from accalmie.pages.charts import compare_chart
from accalmie.pages.door import Visit, page
from accalmie.pages.forms import SearchForm
from accalmie.pages.links import outward
from accalmie.pages.marked import Piece, found, positive_words, shortened
from accalmie.records import search
from accalmie.records.models import HearingRecord, HourRecord, MentionRecord, TopicRecord
from accalmie.records.search import Asked

#: Steps of the chart, and at most so many of them.
STEPS = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 720, 1440, 7 * 1440, 28 * 1440, 364 * 1440)
)
MOST_STEPS = 180
#: So many hours of topics are looked at for their channels.
LATELY = 1000
#: So many mentions are looked at for what is passed on, the newest.
MOST_COUNTED = 50_000
#: So much of a long text is shown in a list; all of it is on the mention's own page.
MOST_TEXT = 700


@dataclass(frozen=True, slots=True)
class Question:
    """One of the questions that are compared, with its name in the chart's legend."""

    name: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Series:
    """How much was said of one question, step by step, also in steps where nothing was."""

    name: str
    total: int
    points: list[tuple[datetime, int]]

    @property
    def most(self) -> tuple[datetime, int] | None:
        """The step in which most was said."""
        return max(self.points, key=lambda point: point[1], default=None) if self.total else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A mention in the list."""

    mention: MentionRecord
    said_at: datetime
    pieces: list[Piece]
    original: str
    #: Invented, for a drill.
    drill: bool


@page("GET")
def results(request: Visit) -> HttpResponseBase:
    """Show what was said, newest first, with its course over time next to up to two other questions."""
    form, shown = opened(request)
    if form.is_valid():
        try:
            shown |= _answered(request, form)
        except search.Unclear as unclear:
            form.add_error("q", names.sentence(unclear))
    return render(request, "pages/search.html", shown)


@page("GET")
def most(request: Visit) -> HttpResponseBase:
    """Show which links and hashtags were passed on most, and whose voice was heard most."""
    form, shown = opened(request)
    if form.is_valid():
        try:
            shown |= _passed_on(questions(form)[0].asked)
        except search.Unclear as unclear:
            form.add_error("q", names.sentence(unclear))
    return render(request, "pages/search_most.html", shown)


def opened(request: Visit) -> tuple[SearchForm, dict[str, Any]]:
    """Return the form with what was asked, and what every page of the search shows around the answer."""
    topics = list(TopicRecord.objects.order_by("name").values_list("id", "name"))
    form = SearchForm(request.GET, topics=topics, channels=_channels(request.GET.getlist("channel")))
    asked = request.GET.copy()
    asked.pop("before", None)
    return form, {
        "form": form,
        "asked": asked.urlencode(),
        "may_export": may(request.user.rank, Do.EXPORT),
        "filtered": any(asked.get(name) for name in FILTERS),
        "compared": any(asked.get(name) for name in COMPARED),
    }


def _channels(asked: list[str]) -> list[str]:
    """Return the channels of what was heard lately, and those that an address asks for.

    Hours know them; of the mentions, all would have to be read.
    """
    hours = HourRecord.objects.order_by("-id").values_list("channels", flat=True)[:LATELY]
    named = {name for name in asked if re.fullmatch(r"[\w .+-]{1,24}", name)}
    return sorted({name for channels in hours for name in channels} | named)


FILTERS = ("channel", "language", "tone", "author", "since", "until")
COMPARED = ("q2", "topic2", "q3", "topic3")


def questions(form: SearchForm) -> list[Question]:
    """Return the questions of a valid form: the first, and those that it is compared with."""
    fields = form.cleaned_data
    topics = dict(TopicRecord.objects.values_list("id", "name"))
    first = Asked(
        words=fields["q"], topic=fields["topic"], channels=tuple(fields["channel"]),
        languages=tuple(fields["language"]), tones=tuple(fields["tone"]), author=fields["author"].strip(),
        since=fields["since"], until=fields["until"],
    )  # fmt: skip
    asked = [first]
    for words, topic in (("q2", "topic2"), ("q3", "topic3")):
        if fields[words] or fields[topic]:
            asked.append(replace(first, words=fields[words], topic=fields[topic]))
    return [Question(_named(one, topics), one) for one in asked]


def _named(asked: Asked, topics: dict[int, str]) -> str:
    topic = topics.get(asked.topic or 0, "")
    if topic and asked.words:
        return _("%(words)s in %(topic)s") % {"words": asked.words, "topic": topic}
    return topic or asked.words or _("Everything")


def _answered(request: Visit, form: SearchForm) -> dict[str, Any]:
    asked = questions(form)
    before = request.GET.get("before", "")
    answer = search.page(asked[0].asked, before=int(before) if before.isdecimal() else None)
    series, step = over_time(asked)
    words = positive_words(asked[0].asked.words)
    return {
        "hits": hits(answer.mentions, words),
        "next": answer.next,
        "later": before.isdecimal(),
        "series": series,
        "total": series[0].total if series else 0,
        "chart": compare_chart(series, step) if series and any(one.total for one in series) else None,
        "kept_any": search.span() is not None,
    }


def hits(mentions: list[MentionRecord], words: list[str]) -> list[Hit]:
    """Return mentions for the list, with the words that were asked for marked, and those of drills told apart."""
    heard = HearingRecord.objects.filter(mention__in=[mention.pk for mention in mentions], topic__drill=True)
    drills = set(heard.values_list("mention_id", flat=True))
    return [_hit(mention, words, drill=mention.pk in drills) for mention in mentions]


def _hit(mention: MentionRecord, words: list[str], *, drill: bool) -> Hit:
    pieces = shortened(found(mention.text[: 4 * MOST_TEXT], words), MOST_TEXT)
    # Where invented people said it, nobody is.
    return Hit(mention, time_of(mention.id), pieces, "" if drill else outward(mention.url), drill)


def over_time(asked: list[Question]) -> tuple[list[Series], timedelta]:
    """Return the course of each question over the same steps, and how long a step is.

    Where all that was said lies close together within what was kept, only that stretch is shown.
    """
    spans = [span for one in asked if (span := search.span(one.asked.topic))]
    if not spans:
        return [], STEPS[0]
    first = asked[0].asked
    since = first.since or min(span[0] for span in spans)
    until = first.until or max(span[1] for span in spans)
    step = step_for(until - since)
    counted = _counted(asked, step)
    for _closer in range(2):
        said = [at for counts in counted for at in counts]
        if not said or step_for(max(said) + step - min(said)) >= step:
            break
        since, until = max(since, min(said)), min(until, max(said) + step)
        step = step_for(until - since)
        counted = _counted(asked, step)
    return [
        _series(one.name, counts, since, until, step) for one, counts in zip(asked, counted, strict=True)
    ], step


def _counted(asked: list[Question], step: timedelta) -> list[dict[datetime, int]]:
    return [dict(search.over_time(one.asked, step=step)) for one in asked]


def _series(
    name: str, counts: dict[datetime, int], since: datetime, until: datetime, step: timedelta
) -> Series:
    at = EPOCH + (since - EPOCH) // step * step
    points: list[tuple[datetime, int]] = []
    while at <= until and len(points) <= MOST_STEPS + 1:
        points.append((at, counts.get(at, 0)))
        at += step
    return Series(name, sum(counts.values()), points)


def step_for(length: timedelta) -> timedelta:
    """Return the shortest step with which `length` has at most MOST_STEPS of them."""
    return next((step for step in STEPS if length / step <= MOST_STEPS), STEPS[-1])


def _passed_on(asked: Asked) -> dict[str, Any]:
    since = newest(asked, MOST_COUNTED)
    near = asked if since is None else replace(asked, since=since)
    return {
        "since": since,
        "links": [(one, outward(one.value)) for one in search.links(near)],
        "hashtags": search.hashtags(near),
        "by_reach": search.voices(near, by="reach"),
        "by_repeated": [voice for voice in search.voices(near, by="repeated") if voice.shares],
    }


def newest(asked: Asked, most: int) -> datetime | None:
    """Return from when on about `most` mentions answer the question; None when there are not more in all.

    Ranking authors and links means to look at every row. Of a million that would take too long to wait for.
    """
    span = search.span(asked.topic)
    if span is None:
        return None
    since, step = None, step_for((asked.until or span[1]) - (asked.since or span[0]))
    for _closer in range(4):
        counts = search.over_time(asked if since is None else replace(asked, since=since), step=step)
        begin, counted = since, 0
        for at, count in reversed(counts):
            if counted and counted + count > most:
                break
            begin, counted = at, counted + count
        else:
            begin = since
        # One step alone may hold too many: then a closer look into it.
        if begin is None or counted <= 2 * most or step == STEPS[0]:
            return begin
        since, step = begin, step_for(step)
    return since


urls: list[URLPattern] = [
    path("search/", results, name="search"),
    path("search/most/", most, name="search_most"),
]
