"""The panes of the barometer's chart, below each other: the fever, levels, phases, and mentions."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accalmie.core.fever.pulse import Phase
from accalmie.pages import chart_marks
from accalmie.pages.chart_parts import (
    TIMES,
    ZERO,
    Spec,
    counts,
    gaps,
    layer,
    level_colour,
    number,
    over,
    pane,
    spanning,
    tips,
)
from accalmie.records.barometer import Curve
from accalmie.records.marks import Marks

#: Degrees that the fever's axis always spans: so a small rise looks small.
FEVER = (36.0, 40.0)
#: Fewer bars than this have a gap between them.
APART = 140
HEIGHTS = {"fever": 92, "level": 22, "phase": 18, "count": 180}
#: How the stretch of each phase is filled: a storm stands out, and its name says the rest.
PHASES = {
    Phase.LEARNING.value: "var(--sunken)",
    Phase.CALM.value: "var(--sunken)",
    Phase.GRUMBLING.value: "var(--band)",
    Phase.RISING.value: "var(--phase-rising)",
    Phase.PEAK.value: "var(--phase-peak)",
    Phase.FALLING.value: "var(--phase-falling)",
    Phase.CALM_AGAIN.value: "var(--band)",
}


def panes(curve: Curve, marks: Marks) -> list[Spec]:
    """Return all panes; their data is the description's: points, heat, runs, phases, gaps, alarms, marks."""
    return [_fever(curve, marks), _levels(curve), _phases(curve), _counts(curve, marks)]


def _fever(curve: Curve, marks: Marks) -> Spec:
    height = HEIGHTS["fever"]
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
        height,
        None,
        *chart_marks.shades(marks),
        *_deaf(curve, height),
        *chart_marks.rules(marks),
        layer("heat", line, y=number("f", scale=scale, axis=degrees)),
        _touch(marks),
        # Above what tells of the whole step, so that they can be pointed at.
        *(_alarms(flag=True) if curve.alarms else []),
        *chart_marks.signs(marks, height),
    )


def _levels(curve: Curve) -> Spec:
    ink = {"field": "ink", "type": "nominal", "scale": None}
    tooltip = tips(w=_("When"), level=_("Level"))
    stretch: Spec = {"type": "rect", "cornerRadius": 3, "x2Offset": -1}
    return pane(
        HEIGHTS["level"],
        None,
        spanning("runs", stretch, color=level_colour(), tooltip=tooltip),
        _words("runs", {"fontWeight": 650, "fontSize": 12.5}, color=ink),
        *_deaf(curve, HEIGHTS["level"]),
    )


def _phases(curve: Curve) -> Spec:
    fill = {"field": "look", "type": "nominal", "scale": None}
    tooltip = tips(w=_("When"), phase=_("Phase"), meaning=_("Meaning"))
    stretch: Spec = {"type": "rect", "cornerRadius": 3, "x2Offset": -1}
    return pane(
        HEIGHTS["phase"],
        None,
        spanning("phases", stretch, color=fill, tooltip=tooltip),
        _words("phases", {"fontSize": 12, "color": "var(--ink)"}),
        *_deaf(curve, HEIGHTS["phase"]),
    )


def _words(data: str, look: Spec, **encoding: Spec) -> Spec:
    """Return the words of stretches, written in their middle where there is room ("room" is the width)."""
    text: Spec = {"type": "text", "baseline": "middle", "tooltip": None, **look}
    written = layer(data, text, x="mid", text={"field": "words"}, **encoding)
    return {**written, "transform": [{"filter": "datum.share * room > datum.need"}]}


def _counts(curve: Curve, marks: Marks) -> Spec:
    apart = -1 if len(curve.points) <= APART else 0
    ceiling: Spec = {"type": "rule", "color": "var(--band-line)", "strokeWidth": 1.4, "strokeDash": [3, 2]}
    edge = {**spanning("points", ceiling, y=number("c")), "transform": [{"filter": "datum.c > 0"}]}
    axis = counts(max((max(point.mentions, point.ceiling) for point in curve.points), default=0))
    bar: Spec = {"type": "bar", "x2Offset": apart}
    return pane(
        HEIGHTS["count"],
        TIMES,
        spanning("points", {"type": "rect", "color": "var(--band)"}, y=number("c", axis=axis), y2=ZERO),
        *chart_marks.shades(marks),
        spanning("points", {**bar, "color": "var(--bar)"}, y=number("n"), y2=ZERO),
        spanning("points", {**bar, "color": "var(--bar-negative)"}, y=number("g"), y2=ZERO),
        *([edge] if any(point.ceiling for point in curve.points) else []),
        *_deaf(curve, HEIGHTS["count"]),
        *chart_marks.rules(marks),
        *(_alarms() if curve.alarms else []),
        _touch(marks),
    )


def _deaf(curve: Curve, height: int) -> list[Spec]:
    return gaps(height, _("Nobody listened")) if curve.gaps else []


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


def _touch(marks: Marks) -> Spec:
    tooltip = tips(
        w=_("When"),
        m=_("Mentions"),
        neg=_("Negative"),
        usual=_("Still usual"),
        fever=_("Fever"),
        level=_("Level"),
        phase=_("Phase"),
        **({"marked": _("Marked")} if marks.campaigns or marks.messages else {}),
    )
    return over(
        0.09, tooltip, {"type": "rect", "color": "var(--ink)", "cursor": "pointer"}, x2={"field": "b"}
    )
