"""Charts: one description (Vega-Lite) for the page and later for the report, with a summary and a table.

Colours are names of the style sheet's (`var(--bar)`), so that light and dark are decided in one place.
Words, dates and figures are the reader's when they get here: nothing is translated in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie.core.fever import scale
from accalmie.core.mention import EPOCH
from accalmie.pages import told
from accalmie.pages.chart import Chart, Key, Row
from accalmie.pages.chart_axis import ticks
from accalmie.pages.chart_parts import (
    TIMES,
    Spec,
    counts,
    gaps,
    layer,
    level_colour,
    milliseconds,
    number,
    over,
    pane,
    spanning,
    tips,
    whole,
)
from accalmie.records.barometer import Curve, Point
from accalmie.records.models import HourRecord

HOUR = timedelta(hours=1)
#: Degrees that the fever's axis always spans: so a small rise looks small.
FEVER = (36.0, 40.0)
#: Where bars stand.
ZERO: Spec = {"datum": 0}
#: How the lines of a comparison are dashed.
DASHES: tuple[list[int], ...] = ([1, 0], [7, 3], [2, 3])
#: Fewer bars than this have a gap between them.
APART = 140
#: So many rows a table has at most, the newest; more would only be slow to read out.
MOST_ROWS = 400


class Series(Protocol):
    """One line of a comparison: its name, and a count for each step."""

    @property
    def name(self) -> str:
        """What it is called in the chart."""

    @property
    def points(self) -> Sequence[tuple[datetime, int]]:
        """When each step begins (aware), and how many were counted in it."""


def fever_chart(curve: Curve, *, name: str = "fever", pick: str = "") -> Chart:
    """Return the barometer's chart: the fever, the levels, and the mentions against what is usual.

    `pick` is the address that shows one stretch of time (its query may be empty); bars lead there.
    """
    data = {
        "points": [_point(point, min(point.at + curve.step, curve.until)) for point in curve.points],
        "heat": _heat(curve),
        "runs": _runs(curve),
        "gaps": [
            {"a": milliseconds(a), "b": milliseconds(b), "w": told.stretch(a, b)} for a, b in curve.gaps
        ],
        "alarms": [
            {"a": milliseconds(alarm.at), "w": told.moment(alarm.at), "level": told.level(alarm.peak)}
            for alarm in curve.alarms
        ],
    }
    panes = [_fever_pane(curve), _level_pane(curve), _count_pane(curve)]
    keys = [Key("key-negative", _("Negative")), Key("key-bar", _("All mentions"))]
    keys += [Key("key-band", _("Still usual"))] if any(point.ceiling for point in curve.points) else []
    keys += [Key("key-gap", _("Nobody listened"))] if curve.gaps else []
    keys += [Key("key-alarm", _("Alarm"))] if curve.alarms else []
    return Chart(
        name=name,
        title=_("Fever and mentions"),
        summary=tuple(_fever_summary(curve)),
        spec=_over_time(curve.since, curve.until, data, {"vconcat": panes, "spacing": 8}),
        columns=(_("From"), _("Mentions"), _("Negative"), _("Still usual"), _("Fever"), _("Level")),
        rows=tuple(_fever_row(point, curve.step, pick) for point in reversed(curve.points[-MOST_ROWS:])),
        keys=tuple(keys),
        pick=pick,
    )


def sparkline(hours: Sequence[HourRecord], until: datetime, name: str) -> Chart:
    """Return the last 24 hours up to `until` (aware) as small bars in their level's colour."""
    since = EPOCH + ((until - EPOCH) // HOUR - 23) * HOUR
    known = {EPOCH + row.hour * HOUR: row for row in hours}
    points = []
    for at in (since + hours_on * HOUR for hours_on in range(24)):
        row = known.get(at)
        counted = {"n": row.mentions, "l": row.level, "c": row.ceiling} if row else {"n": 0, "l": 0, "c": 0.0}
        points.append({"a": milliseconds(at), "b": milliseconds(at + HOUR), **counted})
    bars: Spec = {"type": "bar", "x2Offset": -1.5, "cornerRadiusEnd": 1}
    body = pane(
        56,
        None,
        spanning("points", {"type": "rect", "color": "var(--band)"}, y=number("c", axis=None), y2=ZERO),
        spanning("points", bars, y=number("n", axis=None), y2=ZERO, color=level_colour()),
    )
    total = sum(row.mentions for at, row in known.items() if at >= since)
    summary = ngettext(
        "%(count)s mention in the last 24 hours.", "%(count)s mentions in the last 24 hours.", total
    ) % {"count": told.integer(total)}
    return Chart(
        name=name,
        title=_("The last 24 hours"),
        summary=(summary,),
        spec=whole(since, since + 24 * HOUR, {"points": points}, body),
        size="chart-spark",
        template="pages/_spark.html",
    )


def compare_chart(series: Sequence[Series], step: timedelta, *, name: str = "compare") -> Chart:
    """Return up to three courses of counts in one chart, each with its own colour, dashes and name."""
    times = [at for at, _count in series[0].points]
    rows = [
        {
            "a": milliseconds(at),
            "n": count,
            "s": number_of,
            "who": one.name,
            "when": told.stretch(at, at + step),
            "told": told.integer(count),
        }
        for number_of, one in enumerate(series)
        for at, count in one.points
    ]
    numbers = list(range(len(series)))
    shared: Spec = {"field": "s", "type": "nominal", "legend": None}
    colours = {**shared, "scale": {"domain": numbers, "range": [f"var(--series-{n})" for n in numbers]}}
    dashes = {**shared, "scale": {"domain": numbers, "range": [DASHES[n] for n in numbers]}}
    y = number("n", axis=counts(max(count for one in series for _at, count in one.points)))
    line: Spec = {"type": "line", "strokeWidth": 2.2}
    dot: Spec = {"type": "point", "filled": True, "size": 90}
    tooltip = tips(who=_("Question"), when=_("When"), told=_("Mentions"))
    body = pane(
        220,
        TIMES,
        layer("rows", line, y=y, color=colours, strokeDash=dashes),
        over(1, tooltip, dot, "rows", y=y, color=colours),
    )
    return Chart(
        name=name,
        title=_("Mentions over time"),
        summary=tuple(_compare_summary(one) for one in series),
        spec=_over_time(times[0], times[-1] + step, {"rows": rows}, body),
        columns=(_("From"), *(one.name for one in series)),
        rows=tuple(
            Row((told.moment(at), *(told.integer(one.points[place][1]) for one in series)))
            for place, at in reversed(list(enumerate(times))[-MOST_ROWS:])
        ),
        keys=tuple(Key(f"key-series-{n}", one.name) for n, one in enumerate(series)),
        size="chart-compare",
    )


def _over_time(since: datetime, until: datetime, data: Mapping[str, Any], body: Spec) -> Spec:
    return whole(
        since, until, data, body, ticks(since, until, timezone.get_current_timezone(), told.locale())
    )


# ── The panes of the barometer ────────────────────────────────────────────────────────────────────────────


def _fever_pane(curve: Curve) -> Spec:
    hottest = max((point.fever for point in curve.points), default=FEVER[0])
    scale = {"domain": [FEVER[0], max(FEVER[1], hottest + 0.3)], "nice": False, "zero": False}
    degrees = {"values": [36, 38, 40, 42], "format": ".0f", "labelExpr": "datum.label + '°'"}
    line: Spec = {
        "type": "line",
        "interpolate": "step-after",
        "color": "var(--ink)",
        "strokeWidth": 1.8,
        "clip": True,
    }
    return pane(
        92,
        None,
        *(gaps(92, _("Nobody listened")) if curve.gaps else []),
        layer("heat", line, y=number("f", scale=scale, axis=degrees)),
        *(_alarms(flag=True) if curve.alarms else []),
        _touch(),
    )


def _level_pane(curve: Curve) -> Spec:
    words: Spec = {"type": "text", "fontWeight": 650, "fontSize": 12.5, "baseline": "middle", "tooltip": None}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    figure = {
        **layer("runs", words, x="mid", text={"field": "l"}, color=ink),
        "transform": [{"filter": "datum.wide"}],
    }
    tooltip = tips(w=_("When"), level=_("Level"))
    return pane(
        22,
        None,
        spanning(
            "runs", {"type": "rect", "cornerRadius": 3, "x2Offset": -1}, color=level_colour(), tooltip=tooltip
        ),
        figure,
        *(gaps(22, _("Nobody listened")) if curve.gaps else []),
    )


def _count_pane(curve: Curve) -> Spec:
    apart = -1 if len(curve.points) <= APART else 0
    ceiling: Spec = {"type": "rule", "color": "var(--band-line)", "strokeWidth": 1.4, "strokeDash": [3, 2]}
    edge = spanning("points", ceiling, y=number("c"))
    axis = counts(max((max(point.mentions, point.ceiling) for point in curve.points), default=0))
    return pane(
        180,
        TIMES,
        spanning("points", {"type": "rect", "color": "var(--band)"}, y=number("c", axis=axis), y2=ZERO),
        spanning("points", {"type": "bar", "color": "var(--bar)", "x2Offset": apart}, y=number("n"), y2=ZERO),
        spanning(
            "points",
            {"type": "bar", "color": "var(--bar-negative)", "x2Offset": apart},
            y=number("g"),
            y2=ZERO,
        ),
        *(
            [{**edge, "transform": [{"filter": "datum.c > 0"}]}]
            if any(p.ceiling for p in curve.points)
            else []
        ),
        *(gaps(180, _("Nobody listened")) if curve.gaps else []),
        *(_alarms() if curve.alarms else []),
        _touch(),
    )


def _alarms(flag: bool = False) -> list[Spec]:
    tooltip = tips(w=_("Alarm"), level=_("Highest level"))
    rule = layer("alarms", {"type": "rule", "color": "var(--bad)", "strokeWidth": 1.6}, tooltip=tooltip)
    sign: Spec = {
        "type": "point",
        "shape": "triangle-right",
        "filled": True,
        "color": "var(--bad)",
        "size": 110,
        "opacity": 1,
        "xOffset": 5,
    }
    return [rule, layer("alarms", sign, y={"value": 5}, tooltip=tooltip)] if flag else [rule]


def _touch() -> Spec:
    tooltip = tips(
        w=_("When"),
        m=_("Mentions"),
        neg=_("Negative"),
        usual=_("Still usual"),
        fever=_("Fever"),
        level=_("Level"),
        phase=_("Phase"),
    )
    return over(
        0.09, tooltip, {"type": "rect", "color": "var(--ink)", "cursor": "pointer"}, x2={"field": "b"}
    )


# ── What the charts say ───────────────────────────────────────────────────────────────────────────────────


def _point(point: Point, end: datetime) -> dict[str, Any]:
    return {
        "a": milliseconds(point.at),
        "b": milliseconds(end),
        "n": point.mentions,
        "g": point.negative,
        "c": round(point.ceiling, 1),
        "w": told.stretch(point.at, end),
        "m": told.integer(point.mentions),
        "neg": told.integer(point.negative),
        "usual": _usual(point),
        "fever": told.fever(point.fever),
        "level": told.level(point.level),
        "phase": scale.phase_name(point.phase, told.reader()),
    }


def _heat(curve: Curve) -> list[dict[str, Any]]:
    """Return the fever at each step, and once more at the end, so that the line reaches it."""
    line = [{"a": milliseconds(point.at), "f": round(point.fever, 2)} for point in curve.points]
    return [*line, {**line[-1], "a": milliseconds(curve.until)}] if line else []


def _usual(point: Point) -> str:
    if not point.ceiling:
        return _("not known yet")
    return _("up to %(count)s") % {"count": told.integer(point.ceiling)}


def _runs(curve: Curve) -> list[dict[str, Any]]:
    """Return stretches of the same level: one rectangle each, with its number where there is room."""
    runs: list[tuple[Point, datetime]] = []
    for point in curve.points:
        end = min(point.at + curve.step, curve.until)
        if runs and runs[-1][0].level == point.level:
            runs[-1] = runs[-1][0], end
        else:
            runs.append((point, end))
    return [
        _run(point, end, wide=(end - point.at) / (curve.until - curve.since) > 0.03) for point, end in runs
    ]


def _run(first: Point, end: datetime, *, wide: bool) -> dict[str, Any]:
    return {
        "a": milliseconds(first.at),
        "b": milliseconds(end),
        "mid": milliseconds(first.at + (end - first.at) / 2),
        "l": first.level,
        "ink": f"var(--on-level-{first.level})",
        "wide": wide,
        "w": told.stretch(first.at, end),
        "level": told.level(first.level),
    }


def _fever_summary(curve: Curve) -> Iterable[str]:
    total = sum(point.mentions for point in curve.points)
    negative = sum(point.negative for point in curve.points)
    values = {
        "since": told.moment(curve.since), "until": told.end(curve.since, curve.until),
        "count": told.integer(total), "negative": told.integer(negative),
    }  # fmt: skip
    yield (
        ngettext(
            "From %(since)s to %(until)s: %(count)s mention, %(negative)s negative.",
            "From %(since)s to %(until)s: %(count)s mentions, %(negative)s of them negative.",
            total,
        )
        % values
    )
    if curve.points and total:
        hottest = max(curve.points, key=lambda point: (point.level, point.fever))
        yield _("Hottest: %(fever)s, level %(level)s, %(when)s.") % {
            "fever": told.fever(hottest.fever), "level": told.level(hottest.level), "when": told.moment(hottest.at),
        }  # fmt: skip
    for since, until in curve.gaps[-3:]:
        yield _("Nobody listened: %(stretch)s.") % {"stretch": told.stretch(since, until)}


def _fever_row(point: Point, step: timedelta, pick: str) -> Row:
    cells = (
        told.moment(point.at), told.integer(point.mentions), told.integer(point.negative), _usual(point),
        told.fever(point.fever), told.level(point.level),
    )  # fmt: skip
    return Row(cells, picked(pick, point.at, point.at + step) if pick and point.mentions else "")


def picked(pick: str, since: datetime, until: datetime) -> str:
    """Return the address `pick` with the stretch of time in its query (ISO, UTC)."""
    query = urlencode({"since": since.isoformat(), "until": until.isoformat()})
    return f"{pick}{'&' if '?' in pick else '?'}{query}"


def _compare_summary(series: Series) -> str:
    total = sum(count for _at, count in series.points)
    at, most = max(series.points, key=lambda point: point[1])
    return ngettext(
        "%(name)s: %(count)s mention, at most %(most)s at once, %(when)s.",
        "%(name)s: %(count)s mentions, at most %(most)s at once, %(when)s.",
        total,
    ) % {
        "name": series.name,
        "count": told.integer(total),
        "most": told.integer(most),
        "when": told.moment(at),
    }
