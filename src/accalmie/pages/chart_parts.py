"""The pieces that the charts are put together from, in Vega-Lite's words.

Every layer's x is a number (milliseconds since 1970) and not a time: Vega tells times in the browser's zone,
which is not always the person's. Its labels come with the description (`chart_axis.ticks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from accalmie.core.mention import EPOCH
from accalmie.pages.chart_axis import Tick

Spec = dict[str, Any]

CONFIG: Spec = {
    # The place itself carries the summary; two hundred bars read out one by one help nobody.
    "aria": False,
    "background": None,
    "font": 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": "var(--line)",
        "labelColor": "var(--muted)",
        "labelFontSize": 12.5,
        "labelPadding": 8,
    },
    # The browser works out the width from this: see charts.js.
    "axisY": {"minExtent": 46, "maxExtent": 46},
}

#: The axis of time, with the marks and words of the description.
TIMES: Spec = {
    "values": {"expr": "marks"},
    "labelExpr": "words[datum.value]",
    "labelOverlap": "greedy",
    "labelSeparation": 12,
    "labelFlush": 24,
    "grid": False,
    "ticks": True,
    "tickColor": "var(--line-strong)",
    "domain": True,
    "domainColor": "var(--line-strong)",
    "orient": "bottom",
}
#: Where bars stand.
ZERO: Spec = {"datum": 0}
#: Up to this count, every whole number has its mark.
FEW = 5


def counts(most: float) -> Spec:
    """Return the axis of counts up to `most`. Left to itself, Vega would mark one and a half mentions."""
    few = {"values": list(range(max(1, ceil(most)) + 1))}
    return {"format": ",d", **(few if most <= FEW else {"tickCount": 4})}


def whole(
    since: datetime, until: datetime, data: Mapping[str, Any], body: Spec, marks: Sequence[Tick] = ()
) -> Spec:
    """Return a whole description: `body` over the stretch of time, with its data and the axis's `marks`."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "datasets": data,
        "params": [
            {"name": "since", "value": milliseconds(since)},
            {"name": "until", "value": milliseconds(until)},
            {"name": "marks", "value": [milliseconds(tick.at) for tick in marks]},
            # The width of the panes in pixels, put in by who draws them (charts.js).
            {"name": "room", "value": 600},
            {"name": "words", "value": {str(milliseconds(tick.at)): tick.told for tick in marks}},
        ],
        "config": CONFIG,
        "padding": {"left": 0, "right": 12, "top": 4, "bottom": 0} if marks else 0,
        **body,
    }


def pane(height: int, axis: Spec | None, *layers: Spec) -> Spec:
    """Return layers upon each other, with one axis of time (None: without)."""
    for layer in layers:
        layer["encoding"]["x"]["axis"] = axis
    return {"width": "container", "height": height, "layer": list(layers)}


def layer(data: str, mark: Spec, x: str = "a", **encoding: Any) -> Spec:
    """Return a layer with one mark for each row of `data`, at its field `x`."""
    scale = {"domain": [{"expr": "since"}, {"expr": "until"}], "nice": False, "zero": False}
    at = {"field": x, "type": "quantitative", "title": None, "scale": scale}
    return {"data": {"name": data}, "mark": mark, "encoding": {"x": at, **encoding}}


def spanning(data: str, mark: Spec, **encoding: Any) -> Spec:
    """Return a layer whose marks reach from a to b."""
    return layer(data, mark, x2={"field": "b"}, **encoding)


def number(field: str, **rest: Any) -> Spec:
    """Return a field that is a number."""
    return {"field": field, "type": "quantitative", "title": None, **rest}


def level_colour(what: str = "level", field: str = "l") -> Spec:
    """Return the colour of a level ("level"), or of the words upon it ("on-level")."""
    colours = [f"var(--{what}-{level})" for level in range(7)]
    return {
        "field": field,
        "type": "ordinal",
        "legend": None,
        "scale": {"domain": list(range(7)), "range": colours},
    }


def tips(**titles: str) -> list[Spec]:
    """Return the lines of a tooltip: field and title. The first one is its head."""
    return [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]


def over(shown: float, tooltip: list[Spec], mark: Spec, data: str = "points", **encoding: Any) -> Spec:
    """Return a layer that is unseen until the pointer is over it: what is told where the mark is small."""
    opacity = {"condition": {"param": "over", "value": shown, "empty": False}, "value": 0}
    made = layer(data, mark, tooltip=tooltip, opacity=opacity, **encoding)
    select = {"type": "point", "on": "pointerover", "clear": "pointerout"}
    return {**made, "params": [{"name": "over", "select": select}]}


def gaps(height: int, title: str) -> list[Spec]:
    """Return the rows of `gaps` as hatched stretches.

    Vega has no patterns: it is a rule as thick as the pane is high, with dashes as fine as hatching.
    """
    hatch: Spec = {
        "type": "rule",
        "color": "var(--band-line)",
        "strokeWidth": height,
        "strokeDash": [1.2, 4.8],
        "opacity": 0.75,
        "clip": True,
    }
    return [
        spanning("gaps", {"type": "rect", "color": "var(--surface)"}, tooltip=tips(w=title)),
        spanning("gaps", hatch, y={"value": height / 2}, tooltip=tips(w=title)),
    ]


def milliseconds(at: datetime) -> int:
    """Return a moment (aware) as browsers count it."""
    return (at - EPOCH) // timedelta(milliseconds=1)
