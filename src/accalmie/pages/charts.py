"""Charts: one description (Vega-Lite) for the page and later for the report, with a summary and a table.

Colours are names of the style sheet's (`var(--bar)`), so that light and dark are decided in one place.
Words, dates and figures are the reader's when they get here: nothing is translated in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.template import loader
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie.core.fever import scale
from accalmie.core.mention import EPOCH
from accalmie.pages import told
from accalmie.pages.chart_axis import ticks
from accalmie.records.barometer import Curve, Point
from accalmie.records.models import HourRecord

Spec = dict[str, Any]
HOUR = timedelta(hours=1)
#: Degrees that the fever's axis always spans: so a small rise looks small.
FEVER = (36.0, 40.0)
#: Fewer bars than this have a gap between them.
APART = 140
#: So many rows a table has at most, the newest; more would only be slow to read out.
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a chart's table, and where its stretch of time can be looked at ("" nowhere)."""

    cells: tuple[str, ...]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour or pattern of the chart stands for; `look` is a class of the style sheet."""

    look: str
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a page shows it: `{{ chart }}` draws it, with its summary, its key and its table."""

    name: str
    title: str
    summary: tuple[str, ...]
    spec: Spec
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    keys: tuple[Key, ...] = ()
    #: The page that a click on the chart opens, with since and until added to it; "" for none.
    pick: str = ""
    #: A class for the height of the place.
    size: str = "chart-fever"
    template: str = field(default="pages/_chart.html", kw_only=True)

    def __html__(self) -> str:
        """Return the chart as HTML."""
        return loader.render_to_string(self.template, {"chart": self})

    def __str__(self) -> str:
        return self.__html__()


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
    panes = [_fever_pane(curve), _level_pane(curve), _count_pane(curve)]
    data = {
        "points": [_point(p, curve.step) for p in curve.points],
        "runs": _runs(curve),
        "gaps": [{"a": _ms(a), "b": _ms(b), "w": told.stretch(a, b)} for a, b in curve.gaps],
        "alarms": [
            {"a": _ms(x.at), "w": told.moment(x.at), "l": scale.level_name(x.peak, told.reader())}
            for x in curve.alarms
        ],
    }
    keys = [Key("key-negative", _("Negative")), Key("key-bar", _("All mentions"))]
    keys += [Key("key-band", _("Still usual"))] if any(p.ceiling for p in curve.points) else []
    keys += [Key("key-gap", _("Nobody listened"))] if curve.gaps else []
    keys += [Key("key-alarm", _("Alarm"))] if curve.alarms else []
    return Chart(
        name=name,
        title=_("Fever and mentions"),
        summary=tuple(_fever_summary(curve)),
        spec=_spec(curve.since, curve.until, data, {"vconcat": panes, "spacing": 8}),
        columns=(_("From"), _("Mentions"), _("Negative"), _("Still usual"), _("Fever"), _("Level")),
        rows=tuple(_fever_row(p, curve.step, pick) for p in reversed(curve.points[-MOST_ROWS:])),
        keys=tuple(keys),
        pick=pick,
    )


def sparkline(hours: Sequence[HourRecord], until: datetime, name: str) -> Chart:
    """Return the last 24 hours up to `until` (aware) as small bars in their level's colour."""
    since = EPOCH + ((until - EPOCH) // HOUR - 23) * HOUR
    known = {row.hour: row for row in hours}
    first = (since - EPOCH) // HOUR
    points = []
    for number in range(first, first + 24):
        row = known.get(number)
        at = EPOCH + number * HOUR
        counted = {"n": row.mentions, "l": row.level, "c": row.ceiling} if row else {"n": 0, "l": 0, "c": 0.0}
        points.append({"a": _ms(at), "b": _ms(at + HOUR), **counted})
    layers: list[Spec] = [
        {
            "data": {"name": "points"},
            "mark": {"type": "rect", "color": "var(--band)"},
            "encoding": {"x": _x("a", axis=None), "x2": {"field": "b"}, "y": {"datum": 0}, "y2": {"field": "c"}},
        },
        {
            "data": {"name": "points"},
            "mark": {"type": "bar", "x2Offset": -1.5, "cornerRadiusEnd": 1},
            "encoding": {
                "x": _x("a", axis=None), "x2": {"field": "b"}, "color": _level_colour(),
                "y": {"field": "n", "type": "quantitative", "axis": None, "title": None},
            },
        },
    ]  # fmt: skip
    total = sum(int(point["n"]) for point in points)
    summary = ngettext(
        "%(count)s mention in the last 24 hours.", "%(count)s mentions in the last 24 hours.", total
    ) % {"count": told.integer(total)}
    body = {"layer": layers, "width": "container", "height": 56}
    return Chart(
        name=name, title=_("The last 24 hours"), summary=(summary,), size="chart-spark",
        spec=_spec(since, since + 24 * HOUR, {"points": points}, body, bare=True),
        template="pages/_spark.html",
    )  # fmt: skip


def compare_chart(series: Sequence[Series], step: timedelta, *, name: str = "compare") -> Chart:
    """Return up to three courses of counts in one chart, each with its own colour, dashes and name."""
    times = [at for at, _count in series[0].points]
    since, until = times[0], times[-1] + step
    rows = [
        {"a": _ms(at), "b": _ms(at + step), "n": count, "s": number, "who": one.name, "w": told.stretch(at, at + step),
         "m": told.integer(count)}
        for number, one in enumerate(series) for at, count in one.points
    ]  # fmt: skip
    numbers = list(range(len(series)))
    colour = {
        "field": "s", "type": "nominal", "legend": None,
        "scale": {"domain": numbers, "range": [f"var(--series-{n})" for n in numbers]},
    }  # fmt: skip
    dashes = {
        "field": "s", "type": "nominal", "legend": None,
        "scale": {"domain": numbers, "range": [[1, 0], [7, 3], [2, 3]][: len(numbers)]},
    }  # fmt: skip
    y = {"field": "n", "type": "quantitative", "title": None, "axis": _counts()}
    tooltip = [_tip("who", _("Question")), _tip("w", _("When")), _tip("m", _("Mentions"))]
    layers: list[Spec] = [
        {
            "data": {"name": "rows"},
            "mark": {"type": "line", "strokeWidth": 2.2, "interpolate": "monotone"},
            "encoding": {"x": _x("a", axis=_times()), "y": y, "color": colour, "strokeDash": dashes},
        },
        {
            "data": {"name": "rows"},
            "mark": {"type": "point", "filled": True, "size": 90},
            "params": [_over()],
            "encoding": {
                "x": _x("a"), "y": {"field": "n", "type": "quantitative"}, "color": colour, "tooltip": tooltip,
                "opacity": {"condition": {"param": "over", "value": 1, "empty": False}, "value": 0},
            },
        },
    ]  # fmt: skip
    return Chart(
        name=name,
        title=_("Mentions over time"),
        summary=tuple(_compare_summary(one) for one in series),
        spec=_spec(since, until, {"rows": rows}, {"layer": layers, "width": "container", "height": 220}),
        columns=(_("From"), *(one.name for one in series)),
        rows=tuple(
            Row((told.moment(at), *(told.integer(one.points[number][1]) for one in series)))
            for number, at in reversed(list(enumerate(times))[-MOST_ROWS:])
        ),
        keys=tuple(Key(f"key-series-{n}", one.name) for n, one in enumerate(series)),
        size="chart-compare",
    )


# ── The panes of the barometer ────────────────────────────────────────────────────────────────────────────


def _fever_pane(curve: Curve) -> Spec:
    hottest = max((point.fever for point in curve.points), default=FEVER[0])
    y = {
        "field": "f", "type": "quantitative", "title": None,
        "scale": {"domain": [FEVER[0], max(FEVER[1], hottest + 0.3)], "nice": False, "zero": False},
        "axis": {"tickCount": 3, "format": ".0f", "labelExpr": "datum.label + '°'"},
    }  # fmt: skip
    return _pane(
        92,
        *_gap_layers(curve, 92),
        {
            "data": {"name": "points"},
            "mark": {"type": "line", "interpolate": "step-after", "color": "var(--ink)", "strokeWidth": 1.8,
                     "strokeJoin": "round", "clip": True},
            "encoding": {"x": _x("a", axis=None), "y": y},
        },
        *_alarm_layers(curve, flag=True),
        _touch(),
    )  # fmt: skip


def _level_pane(curve: Curve) -> Spec:
    x2 = {"field": "b"}
    return _pane(
        22,
        {
            "data": {"name": "runs"},
            "mark": {"type": "rect", "cornerRadius": 3, "x2Offset": -1},
            "encoding": {"x": _x("a", axis=None), "x2": x2, "color": _level_colour(), "tooltip": [
                _tip("w", _("When")), _tip("name", _("Level")), _tip("phase", _("Phase"))]},
        },
        {
            "data": {"name": "runs"},
            "transform": [{"filter": "datum.wide"}],
            "mark": {"type": "text", "fontWeight": 650, "fontSize": 12.5, "baseline": "middle", "tooltip": None},
            "encoding": {"x": {"field": "mid", "type": "quantitative"}, "text": {"field": "l"},
                         "color": _level_colour("on-level")},
        },
        *_gap_layers(curve, 22),
    )  # fmt: skip


def _count_pane(curve: Curve) -> Spec:
    height = 180
    apart = -1 if len(curve.points) <= APART else 0
    y: Spec = {"field": "n", "type": "quantitative", "title": None, "axis": _counts()}
    span = {"x": _x("a", axis=_times()), "x2": {"field": "b"}}
    return _pane(
        height,
        {
            "data": {"name": "points"},
            "mark": {"type": "rect", "color": "var(--band)"},
            "encoding": {**span, "y": {**y, "field": "c"}, "y2": {"datum": 0}},
        },
        {
            "data": {"name": "points"},
            "mark": {"type": "bar", "color": "var(--bar)", "x2Offset": apart},
            "encoding": {**span, "y": y},
        },
        {
            "data": {"name": "points"},
            "mark": {"type": "bar", "color": "var(--bar-negative)", "x2Offset": apart},
            "encoding": {**span, "y": {"field": "g", "type": "quantitative"}},
        },
        {
            "data": {"name": "points"},
            "transform": [{"filter": "datum.c > 0"}],
            "mark": {"type": "rule", "color": "var(--band-line)", "strokeWidth": 1.4, "strokeDash": [3, 2]},
            "encoding": {**span, "y": {"field": "c", "type": "quantitative"}},
        },
        *_gap_layers(curve, height),
        *_alarm_layers(curve),
        _touch(),
    )


def _pane(height: int, *layers: Spec) -> Spec:
    return {"width": "container", "height": height, "layer": list(layers)}


def _gap_layers(curve: Curve, height: int) -> list[Spec]:
    """Return the gaps as hatched stretches. Vega has no patterns: a rule as thick as the pane, finely dashed."""
    if not curve.gaps:
        return []
    span = {"x": {"field": "a", "type": "quantitative"}, "x2": {"field": "b"}}
    tooltip = [_tip("w", _("Nobody listened"))]
    return [
        {
            "data": {"name": "gaps"},
            "mark": {"type": "rect", "color": "var(--surface)"},
            "encoding": {**span, "tooltip": tooltip},
        },
        {
            "data": {"name": "gaps"},
            "mark": {"type": "rule", "color": "var(--band-line)", "strokeWidth": height, "strokeDash": [1.2, 4.8],
                     "opacity": 0.75, "clip": True},
            "encoding": {**span, "y": {"value": height / 2}, "tooltip": tooltip},
        },
    ]  # fmt: skip


def _alarm_layers(curve: Curve, flag: bool = False) -> list[Spec]:
    if not curve.alarms:
        return []
    x = {"x": {"field": "a", "type": "quantitative"}}
    tooltip = [_tip("w", _("Alarm")), _tip("l", _("Highest level"))]
    rule: Spec = {
        "data": {"name": "alarms"},
        "mark": {"type": "rule", "color": "var(--bad)", "strokeWidth": 1.6},
        "encoding": {**x, "tooltip": tooltip},
    }
    head: Spec = {
        "data": {"name": "alarms"},
        "mark": {"type": "point", "shape": "triangle-right", "filled": True, "color": "var(--bad)", "size": 110,
                 "opacity": 1, "xOffset": 5},
        "encoding": {**x, "y": {"value": 5}, "tooltip": tooltip},
    }  # fmt: skip
    return [rule, head] if flag else [rule]


def _touch() -> Spec:
    """Return an unseen layer, as high as the pane: what is told and picked where the bar is low."""
    tooltip = [
        _tip("w", _("When")), _tip("m", _("Mentions")), _tip("neg", _("Negative")), _tip("usual", _("Still usual")),
        _tip("fever", _("Fever")), _tip("level", _("Level")),
    ]  # fmt: skip
    return {
        "data": {"name": "points"},
        "params": [_over()],
        "mark": {"type": "rect", "color": "var(--ink)", "cursor": "pointer"},
        "encoding": {
            "x": {"field": "a", "type": "quantitative"}, "x2": {"field": "b"}, "tooltip": tooltip,
            "opacity": {"condition": {"param": "over", "value": 0.09, "empty": False}, "value": 0},
        },
    }  # fmt: skip


# ── What all charts share ─────────────────────────────────────────────────────────────────────────────────


def _spec(
    since: datetime, until: datetime, data: Mapping[str, Any], body: Spec, *, bare: bool = False
) -> Spec:
    marks = [] if bare else ticks(since, until, timezone.get_current_timezone(), told.locale())
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "datasets": data,
        "params": [
            {"name": "since", "value": _ms(since)},
            {"name": "until", "value": _ms(until)},
            {"name": "marks", "value": [_ms(tick.at) for tick in marks]},
            {"name": "words", "value": {str(_ms(tick.at)): tick.told for tick in marks}},
        ],
        "config": CONFIG,
        "padding": 0 if bare else {"left": 0, "right": 12, "top": 4, "bottom": 0},
        **body,
    }


CONFIG: Spec = {
    # The place itself carries the summary; two hundred bars read out one by one help nobody.
    "aria": False,
    "background": None,
    "font": 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
    "view": {"stroke": None},
    "axis": {
        "domain": False, "ticks": False, "gridColor": "var(--line)", "labelColor": "var(--muted)",
        "labelFontSize": 12.5, "labelPadding": 8, "titleColor": "var(--muted)",
    },
    "axisY": {"minExtent": 46, "maxExtent": 46},
}  # fmt: skip


def _x(name: str, **rest: Any) -> Spec:
    # Numbers and not times: Vega would tell times in the browser's zone, which is not always the person's.
    scale = {"domain": [{"expr": "since"}, {"expr": "until"}], "nice": False, "zero": False}
    return {"field": name, "type": "quantitative", "title": None, "scale": scale, **rest}


def _times() -> Spec:
    return {
        "values": {"expr": "marks"}, "labelExpr": "words[datum.value]", "labelOverlap": "greedy",
        "labelSeparation": 12, "labelFlush": 24, "grid": False, "ticks": True, "tickColor": "var(--line-strong)",
        "domain": True, "domainColor": "var(--line-strong)", "orient": "bottom",
    }  # fmt: skip


def _counts() -> Spec:
    return {"tickCount": 4, "tickMinStep": 1, "format": ",d"}


def _level_colour(what: str = "level") -> Spec:
    colours = [f"var(--{what}-{level})" for level in range(7)]
    return {
        "field": "l", "type": "ordinal", "legend": None,
        "scale": {"domain": list(range(7)), "range": colours},
    }  # fmt: skip


def _tip(name: str, title: str) -> Spec:
    return {"field": name, "type": "nominal", "title": title}


def _over() -> Spec:
    return {"name": "over", "select": {"type": "point", "on": "pointerover", "clear": "pointerout"}}


def _ms(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


# ── What the charts say ───────────────────────────────────────────────────────────────────────────────────


def _point(point: Point, step: timedelta) -> dict[str, Any]:
    return {
        "a": _ms(point.at), "b": _ms(point.at + step), "n": point.mentions, "g": point.negative,
        "f": round(point.fever, 2), "l": point.level, "e": round(point.expected, 1), "c": round(point.ceiling, 1),
        "w": told.stretch(point.at, point.at + step), "m": told.integer(point.mentions),
        "neg": told.integer(point.negative), "usual": _usual(point), "fever": told.fever(point.fever),
        "level": told.level(point.level),
    }  # fmt: skip


def _usual(point: Point) -> str:
    if not point.ceiling:
        return _("not known yet")
    return _("up to %(count)s") % {"count": told.integer(point.ceiling)}


def _runs(curve: Curve) -> list[dict[str, Any]]:
    """Return stretches of the same level: one rectangle each, with its number where there is room."""
    runs: list[tuple[Point, datetime]] = []
    for point in curve.points:
        if runs and (runs[-1][0].level, runs[-1][0].phase) == (point.level, point.phase):
            runs[-1] = runs[-1][0], point.at + curve.step
        else:
            runs.append((point, point.at + curve.step))
    length = curve.until - curve.since
    return [
        {
            "a": _ms(first.at), "b": _ms(end), "mid": _ms(first.at + (end - first.at) / 2), "l": first.level,
            "wide": (end - first.at) / length > 0.025, "w": told.stretch(first.at, end),
            "name": told.level(first.level), "phase": scale.phase_name(first.phase, told.reader()),
        }
        for first, end in runs
    ]  # fmt: skip


def _fever_summary(curve: Curve) -> Iterable[str]:
    total = sum(point.mentions for point in curve.points)
    negative = sum(point.negative for point in curve.points)
    values = {
        "since": told.moment(curve.since), "until": told.moment(curve.until),
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
