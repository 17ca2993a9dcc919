"""Charts: one description (Vega-Lite) for the page and later for the report, with a summary and a table.

Colours are names of the style sheet's (`var(--bar)`), so that light and dark are decided in one place.
Words, dates and figures are the reader's when they get here: nothing is translated in the browser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie.core.fever import scale
from accalmie.core.mention import EPOCH
from accalmie.pages import chart_marks, chart_panes, told
from accalmie.pages.chart import Chart, Key, Row
from accalmie.pages.chart_axis import ticks
from accalmie.pages.chart_parts import (
    TIMES,
    ZERO,
    Spec,
    counts,
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
from accalmie.records.marks import Marks
from accalmie.records.models import HourRecord

HOUR = timedelta(hours=1)
#: How the lines of a comparison are dashed.
DASHES: tuple[list[int], ...] = ([1, 0], [7, 3], [2, 3])
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


def fever_chart(
    curve: Curve, *, name: str = "fever", pick: str = "", marks: Marks | None = None, csv: str = ""
) -> Chart:
    """Return the barometer's chart: the fever, levels and phases, and the mentions against what is usual.

    `pick` is the address that shows one stretch of time (its query may be empty); bars lead there. `marks`
    are the campaigns and our own messages in it. `csv` is the address of its table as a file.
    """
    marks = marks or Marks()
    data = {
        "points": [_point(point, min(point.at + curve.step, curve.until), marks) for point in curve.points],
        "heat": _heat(curve),
        "runs": _runs(curve),
        "phases": _phases(curve),
        "gaps": [
            {"a": milliseconds(a), "b": milliseconds(b), "w": told.stretch(a, b)} for a, b in curve.gaps
        ],
        "alarms": [
            {"a": milliseconds(alarm.at), "w": told.moment(alarm.at), "level": told.level(alarm.peak)}
            for alarm in curve.alarms
        ],
        **chart_marks.data(marks, curve),
    }
    keys = [Key("key-negative", _("Negative")), Key("key-bar", _("All mentions"))]
    keys += [Key("key-band", _("Still usual"))] if any(point.ceiling for point in curve.points) else []
    keys += [Key("key-gap", _("Nobody listened"))] if curve.gaps else []
    keys += [Key("key-alarm", _("Alarm"))] if curve.alarms else []
    columns = [_("From"), _("Mentions"), _("Different people"), _("Negative"), _("Usual"), _("Still usual")]
    columns += [_("Fever"), _("Level"), _("Phase")]
    columns += [_("Marked")] if marks.campaigns or marks.messages else []
    return Chart(
        name=name,
        title=_("Fever and mentions"),
        summary=(*_fever_summary(curve), *chart_marks.summary(marks)),
        spec=_over_time(
            curve.since, curve.until, data, {"vconcat": chart_panes.panes(curve, marks), "spacing": 8}
        ),
        columns=tuple(columns),
        rows=tuple(
            _fever_row(point, curve.step, pick, marks) for point in reversed(curve.points[-MOST_ROWS:])
        ),
        keys=(*keys, *chart_marks.keys(marks)),
        pick=pick,
        csv=csv,
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


# ── What the charts say ───────────────────────────────────────────────────────────────────────────────────


def _point(point: Point, end: datetime, marks: Marks) -> dict[str, Any]:
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
        "marked": chart_marks.within(marks, point.at, end),
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
    return [
        {
            **_stretch(first, end, curve, str(first.level)),
            "l": first.level,
            "ink": f"var(--on-level-{first.level})",
            "level": told.level(first.level),
        }
        for first, end in _same(curve, lambda point: point.level)
    ]


def _phases(curve: Curve) -> list[dict[str, Any]]:
    """Return stretches of the same phase, each with its name where there is room."""
    reader = told.reader()
    return [
        {
            **_stretch(first, end, curve, name := scale.phase_name(first.phase, reader)),
            "phase": name,
            "meaning": scale.phase_meaning(first.phase, reader),
            "look": chart_panes.PHASES[first.phase],
        }
        for first, end in _same(curve, lambda point: point.phase)
    ]


def _same(curve: Curve, what: Callable[[Point], object]) -> list[tuple[Point, datetime]]:
    """Return the first point of each stretch in which `what` is the same, and where the stretch ends."""
    runs: list[tuple[Point, datetime]] = []
    for point in curve.points:
        end = min(point.at + curve.step, curve.until)
        if runs and what(runs[-1][0]) == what(point):
            runs[-1] = runs[-1][0], end
        else:
            runs.append((point, end))
    return runs


def _stretch(first: Point, end: datetime, curve: Curve, words: str) -> dict[str, Any]:
    """Return a stretch; its words are written where `share` of the width is more than they `need` (pixels)."""
    return {
        "a": milliseconds(first.at),
        "b": milliseconds(end),
        "mid": milliseconds(first.at + (end - first.at) / 2),
        "w": told.stretch(first.at, end),
        "words": words,
        "share": round((end - first.at) / (curve.until - curve.since), 4),
        "need": 7 * len(words) + 8,
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


def _fever_row(point: Point, step: timedelta, pick: str, marks: Marks) -> Row:
    cells: tuple[str, ...] = (
        told.moment(point.at), told.integer(point.mentions), _people(point, step), told.integer(point.negative),
        told.integer(point.expected) if point.ceiling else "", _usual(point), told.fever(point.fever),
        told.level(point.level), scale.phase_name(point.phase, told.reader()),
    )  # fmt: skip
    if marks.campaigns or marks.messages:
        cells += (chart_marks.within(marks, point.at, point.at + step),)
    return Row(cells, picked(pick, point.at, point.at + step) if pick and point.mentions else "")


def _people(point: Point, step: timedelta) -> str:
    if point.authors is None:
        return ""
    if step <= HOUR or not point.authors:
        return told.integer(point.authors)
    return _("up to %(count)s") % {"count": told.integer(point.authors)}


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
