"""What people marked, on a chart: campaigns as shaded stretches, messages of ours as points on a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie.pages import told
from accalmie.pages.chart import Key
from accalmie.pages.chart_parts import Spec, layer, milliseconds, spanning, tips
from accalmie.records.barometer import Curve
from accalmie.records.marks import Campaign, Marks, OwnMessage

#: So many letters of a message are told on a chart.
EXCERPT = 80
#: So many campaigns are named in the chart's summary.
NAMED = 3
CAMPAIGN, MESSAGE = "var(--campaign)", "var(--own)"


def data(marks: Marks, curve: Curve) -> dict[str, Any]:
    """Return the rows that the layers below draw."""
    return {
        "campaigns": [
            {
                "a": milliseconds(max(one.since, curve.since)),
                "b": milliseconds(min(one.until, curve.until)),
                "name": one.name,
                "w": told.stretch(one.since, one.until),
            }
            for one in marks.campaigns
        ],
        "messages": [
            {"a": milliseconds(one.at), "w": told.moment(one.at), "text": excerpt(one.text)}
            for one in marks.messages
        ],
    }


def keys(marks: Marks) -> list[Key]:
    """Return what stands in the chart's key."""
    found = [Key("key-campaign", _("Campaign"))] if marks.campaigns else []
    return found + ([Key("key-own", _("Our message"))] if marks.messages else [])


def shades(marks: Marks) -> list[Spec]:
    """Return the campaigns as shaded stretches, to lie below everything else."""
    return [_shade({"opacity": 0.13})] if marks.campaigns else []


def signs(marks: Marks, height: int) -> list[Spec]:
    """Return what can be pointed at in a pane of this height, to lie above everything else."""
    found = []
    if marks.campaigns:
        tooltip = tips(name=_("Campaign"), w=_("When"))
        found.append(_shade({"opacity": 0.75}, y={"value": 0}, y2={"value": 5}, tooltip=tooltip))
    if marks.messages:
        point: Spec = {"type": "point", "shape": "diamond", "filled": True, "color": MESSAGE, "size": 150}
        point |= {"opacity": 1, "stroke": "var(--surface)", "strokeWidth": 1}
        tooltip = tips(w=_("Our message"), text=_("Text"))
        found.append(layer("messages", point, y={"value": height - 9}, tooltip=tooltip))
    return found


def rules(marks: Marks) -> list[Spec]:
    """Return a line for each message of ours, through the whole pane."""
    line: Spec = {"type": "rule", "color": MESSAGE, "strokeWidth": 1.3, "strokeDash": [4, 3], "tooltip": None}
    return [layer("messages", line)] if marks.messages else []


def _shade(look: Spec, **encoding: Any) -> Spec:
    return spanning("campaigns", {"type": "rect", "color": CAMPAIGN, "clip": True, **look}, **encoding)


def summary(marks: Marks) -> Iterable[str]:
    """Yield what is marked, in sentences."""
    for one in marks.campaigns[-NAMED:]:
        yield _("Campaign “%(name)s”: %(stretch)s.") % {
            "name": one.name,
            "stretch": told.stretch(one.since, one.until),
        }
    if count := len(marks.messages):
        yield ngettext(
            "%(count)s message of ours, %(when)s.",
            "%(count)s messages of ours, the last one %(when)s.",
            count,
        ) % {"count": told.integer(count), "when": told.moment(marks.messages[-1].at)}


def within(marks: Marks, since: datetime, until: datetime) -> str:
    """Return what is marked in a step of the chart, in words; "" for nothing."""
    return ", ".join(
        [
            *(_campaign(one) for one in marks.campaigns if one.since < until and one.until > since),
            *(_message(one) for one in marks.messages if since <= one.at < until),
        ]
    )


def _campaign(one: Campaign) -> str:
    return _("campaign “%(name)s”") % {"name": one.name}


def _message(one: OwnMessage) -> str:
    return _("our message at %(time)s: “%(text)s”") % {"time": told.clock(one.at), "text": excerpt(one.text)}


def excerpt(text: str) -> str:
    """Return the beginning of a message, on one line."""
    return Truncator(" ".join(text.split())).chars(EXCERPT, truncate="…")
