"""The overview: every topic with its level, open alarms first; and the first steps when there is none."""

from __future__ import annotations

from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path

from accalmie.core.people import Do, may
from accalmie.pages import alarms
from accalmie.pages.chart import Chart
from accalmie.pages.charts import sparkline
from accalmie.pages.door import Visit, page
from accalmie.pages.shell import moving
from accalmie.records.barometer import TopicNow, overview


@dataclass(frozen=True, slots=True)
class Card:
    """A topic on the overview."""

    now: TopicNow
    chart: Chart

    @property
    def alarmed(self) -> bool:
        """Whether an alarm is open that is no history."""
        return self.now.alarm is not None and not self.now.alarm.past


@page("GET")
def start(request: Visit) -> HttpResponseBase:
    """Show all topics, those with an open alarm first; only the moving part to htmx."""
    cards = [Card(now, sparkline(now.hours, now.clock, f"spark-{now.topic.pk}")) for now in overview()]
    rank = request.user.rank
    shown = {
        "cards": cards,
        "alarms": [_told(card.now) for card in cards if card.alarmed],
        "own": any(not card.now.topic.drill for card in cards),
        "may_acknowledge": may(rank, Do.ACKNOWLEDGE),
        "may_listen": may(rank, Do.LISTEN),
        "may_drill": may(rank, Do.DRILL),
    }
    return render(request, "pages/_overview.html" if moving(request) else "pages/start.html", shown)


def _told(now: TopicNow) -> alarms.Told:
    alarm = now.alarm
    assert alarm is not None
    alarm.topic = now.topic
    return alarms.told(alarm)


urls: list[URLPattern] = [path("", start, name="overview")]
