"""Levels, seas, times and figures as the reader writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import sin, tau
from typing import Any

from babel import dates, numbers
from django import template
from django.template.context import RenderContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accalmie.core.fever import scale
from accalmie.pages import names

register = template.Library()
_Context = RenderContext


def reader() -> str:
    """Return the two-letter language of the page."""
    return (get_language() or "en")[:2]


@register.simple_tag
def level(value: int, kind: str = "") -> SafeString:
    """Return a level as number and name; kind "big" for the head of a page."""
    size = " level-big" if kind == "big" else ""
    told = _("Level")
    return format_html(
        '<span class="level level-{}{}"><b><span class="visually-hidden">{} </span>{}</b> {}</span>',
        value, size, told, value, scale.level_name(value, reader()),
    )  # fmt: skip


@register.filter
def level_name(value: int) -> str:
    """Return the name of a level on the storm scale."""
    return scale.level_name(value, reader())


@register.filter
def phase(value: str) -> str:
    """Return the name of a phase."""
    return scale.phase_name(value, reader())


@register.simple_tag
def sea(value: int) -> SafeString:
    """Return the sea at this level as a drawing: smooth at 0, heavy at 6. Decoration, hidden from readers."""
    return mark_safe(  # noqa: S308  (numbers only)
        f'<svg class="sea level-{int(value)}" viewBox="0 0 600 60" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="sea-water" d="{_wave(int(value))} L600 60 L0 60 Z"/>'
        f'<path class="sea-line" d="{_wave(int(value))}"/></svg>'
    )


def _wave(value: int) -> str:
    height = (0.0, 1.6, 4.0, 7.5, 12.0, 17.0, 23.0)[value]
    waves = (0, 14, 12, 10, 9, 8, 7)[value]
    points = []
    for x in range(0, 601, 4):
        turn = tau * waves * x / 600
        # The second and third wave make crests sharper and uneven, as wind does.
        y = 32 - height * (sin(turn + 0.5 * sin(turn)) * 0.75 + 0.25 * sin(turn * 0.37 + 1.0))
        points.append(f"{x} {y:.1f}")
    return "M" + " L".join(points)


def _locale() -> str:
    return {"en": "en_GB", "fr": "fr_FR", "de": "de_DE"}.get(reader(), "en_GB")


def _local(at: datetime) -> datetime:
    return timezone.localtime(at)


def told_when(at: datetime, now: datetime) -> str:
    """Return a moment in the reader's zone: the time alone for today, with the date for other days."""
    local = _local(at)
    clock = dates.format_time(local, "HH:mm", locale=_locale())
    if local.date() == _local(now).date():
        return str(clock)
    form = "d MMM" if local.year == _local(now).year else "d MMM y"
    return _("%(date)s, %(time)s") % {
        "date": dates.format_datetime(local, form, locale=_locale()), "time": clock,
    }  # fmt: skip


def told_whole(at: datetime) -> str:
    """Return a moment in the reader's zone with weekday, date, time and zone."""
    local = _local(at)
    return str(dates.format_datetime(local, "EEEE d MMMM y, HH:mm:ss zzz", locale=_locale()))


@register.filter
def when(at: datetime | None) -> str | SafeString:
    """Return a moment as a <time> of the reader's zone: "14:02" today, "3 May, 14:02" before."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(timespec="seconds"), told_whole(at), told_when(at, timezone.now()),
    )  # fmt: skip


@register.filter
def whole_when(at: datetime | None) -> str | SafeString:
    """Return a moment as a <time> with weekday, date, seconds and zone."""
    if at is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="milliseconds"), told_whole(at))


@register.filter
def day(at: datetime | None) -> str:
    """Return the date of a moment, in the reader's zone."""
    return "" if at is None else str(dates.format_date(_local(at).date(), "long", locale=_locale()))


@register.filter
def ago(at: datetime | None) -> str | SafeString:
    """Return how long ago a moment was ("5 minutes ago") as a <time>."""
    if at is None:
        return ""
    told = dates.format_timedelta(at - timezone.now(), add_direction=True, locale=_locale())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="seconds"), told_whole(at), told
    )


@register.filter
def lasting(span: timedelta | None) -> str:
    """Return a stretch of time in words ("3 hours")."""
    return "" if span is None else str(dates.format_timedelta(span, locale=_locale()))


@register.filter
def integer(value: Any) -> str:
    """Return a whole number with the reader's separators."""
    return "" if value is None else str(numbers.format_decimal(round(value), format="#,##0", locale=_locale()))


@register.filter
def decimal(value: Any) -> str:
    """Return a number with one place after the reader's decimal mark."""
    return "" if value is None else str(numbers.format_decimal(value, format="#,##0.0", locale=_locale()))


@register.filter
def short(value: Any) -> str:
    """Return a large number shortened ("1.2M"), as the reader does."""
    if value is None:
        return ""
    return str(numbers.format_compact_decimal(value, locale=_locale(), fraction_digits=0 if value < 1e6 else 1))


@register.filter
def percent(value: Any) -> str:
    """Return a share (0 to 1) in percent."""
    return "" if value is None else str(numbers.format_percent(value, format=None, locale=_locale()))


@register.filter
def megabytes(value: int | None) -> str:
    """Return a number of bytes in megabytes."""
    return "" if value is None else _("%(count)s MB") % {"count": decimal(value / 1_000_000)}


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
