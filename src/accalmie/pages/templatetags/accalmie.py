"""Levels, seas, times and figures as the reader writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from math import sin, tau

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accalmie.core.fever import scale
from accalmie.pages import chart_library, names, told

register = template.Library()

#: How high the waves are at each level, and how many of them there are.
HEIGHTS = (0.0, 1.6, 4.0, 7.5, 12.0, 17.0, 23.0)
WAVES = (0, 14, 12, 10, 9, 8, 7)


@register.simple_tag
def level(value: int, kind: str = "") -> SafeString:
    """Return a level as number and name; kind "big" for the head of a page."""
    return format_html(
        '<span class="level level-{}{}"><b><span class="visually-hidden">{} </span>{}</b> {}</span>',
        value, " level-big" if kind == "big" else "", _("Level"), value, level_name(value),
    )  # fmt: skip


@register.filter
def level_name(value: int) -> str:
    """Return the name of a level on the storm scale."""
    return scale.level_name(value, told.reader())


@register.filter
def level_meaning(value: int) -> str:
    """Return what a level means, in a sentence."""
    return scale.level_meaning(value, told.reader())


@register.filter
def phase(value: str) -> str:
    """Return the name of a phase."""
    return scale.phase_name(value, told.reader())


@register.simple_tag
def sea(value: int) -> SafeString:
    """Return the sea at this level as a drawing: smooth at 0, heavy at 6. Decoration, hidden from readers."""
    line = _wave(int(value))
    return mark_safe(  # noqa: S308  (numbers only)
        f'<svg class="sea level-{int(value)}" viewBox="0 0 600 60" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="sea-water" d="{line} L600 60 L0 60 Z"/><path class="sea-line" d="{line}"/></svg>'
    )


@cache
def _wave(value: int) -> str:
    points = []
    for x in range(0, 601, 4):
        turn = tau * WAVES[value] * x / 600
        # The second term makes crests sharper, the slow one uneven, as wind does.
        y = 32 - HEIGHTS[value] * (0.75 * sin(turn + 0.5 * sin(turn)) + 0.25 * sin(turn * 0.37 + 1.0))
        points.append(f"{x} {y:.1f}")
    return "M" + " L".join(points)


@register.simple_tag
def charts_library() -> str:
    """Return the address of the chart library."""
    return static(chart_library.file_name())


@register.filter
def when(at: datetime | None) -> str | SafeString:
    """Return a moment as a <time> of the reader's zone: "14:02" today, "Sun 3 May, 14:02" before."""
    return "" if at is None else _time(at, told.moment(at))


@register.filter
def whole_when(at: datetime | None) -> str | SafeString:
    """Return a moment as a <time> with weekday, date, seconds and zone."""
    return "" if at is None else _time(at, told.whole(at))


@register.filter
def day(at: datetime | None) -> str:
    """Return the date of a moment, in the reader's zone."""
    return "" if at is None else told.day(at)


@register.filter
def ago(at: datetime | None) -> str | SafeString:
    """Return how long ago a moment was ("5 minutes ago") as a <time>."""
    return "" if at is None else _time(at, told.ago(at, timezone.now()))


def _time(at: datetime, words: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="milliseconds"),
        told.whole(at),
        words,
    )


@register.filter
def lasting(span: timedelta | None) -> str:
    """Return a stretch of time in words ("3 hours")."""
    return "" if span is None else told.span(span)


@register.filter
def integer(value: float | None) -> str:
    """Return a whole number with the reader's separators."""
    return "" if value is None else told.integer(value)


@register.filter
def decimal(value: float | None) -> str:
    """Return a number with one place after the reader's decimal mark."""
    return "" if value is None else told.decimal(value)


@register.filter
def short(value: float | None) -> str:
    """Return a large number shortened ("1.2M"), as the reader does."""
    return "" if value is None else told.short(value)


@register.filter
def percent(value: float | None) -> str:
    """Return a share (0 to 1) in percent."""
    return "" if value is None else told.percent(value)


@register.filter
def fever(value: float | None) -> str:
    """Return a fever in degrees."""
    return "" if value is None else told.fever(value)


@register.filter
def megabytes(value: int | None) -> str:
    """Return a number of bytes in megabytes."""
    return "" if value is None else _("%(count)s MB") % {"count": told.decimal(value / 1_000_000)}


@register.filter
def tone(value: int | None) -> SafeString:
    """Return a stored tone with its sign."""
    return format_html('<span class="tone-{}">{}</span>', names.tone_key(value), names.tone(value))


@register.filter
def channel(network: str) -> str:
    """Return what people call a network."""
    return names.channel(network)


@register.filter
def language(code: str) -> str:
    """Return the name of a language."""
    return names.language(code)
