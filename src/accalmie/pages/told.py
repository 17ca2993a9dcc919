"""Figures and moments as the reader writes them: in their language, and in the zone of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from babel import dates, numbers
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accalmie.core.alarm import sentence
from accalmie.core.fever import scale

LOCALES = {"en": "en_GB", "fr": "fr_FR", "de": "de_DE"}


def reader() -> str:
    """Return the two-letter language of the page."""
    return (get_language() or "en")[:2]


def locale() -> str:
    """Return the reader's locale, as Babel names it."""
    return LOCALES.get(reader(), "en_GB")


def clock(at: datetime) -> str:
    """Return the time of day."""
    return f"{timezone.localtime(at):%H:%M}"


def date(at: datetime, now: datetime | None = None) -> str:
    """Return the date, with its year when it is another one than that of `now`."""
    local = timezone.localtime(at)
    same = local.year == timezone.localtime(now or timezone.now()).year
    return str(dates.format_skeleton("MMMEd" if same else "yMMMd", local, locale=locale()))


def moment(at: datetime, now: datetime | None = None) -> str:
    """Return a moment: the time alone for today, with the date for other days."""
    if timezone.localtime(at).date() == timezone.localtime(now or timezone.now()).date():
        return clock(at)
    return _dated(at, now)


def stretch(since: datetime, until: datetime) -> str:
    """Return a stretch of time, naming the day once where both ends lie in it."""
    if until - since == timedelta(days=1) and clock(since) == "00:00":
        return date(since)
    return _("%(since)s to %(until)s") % {"since": moment(since), "until": end(since, until)}


def end(since: datetime, until: datetime) -> str:
    """Return the end of a stretch of time: with its day, also today, where it began on another one."""
    same = timezone.localtime(since).date() == timezone.localtime(until - timedelta(microseconds=1)).date()
    return clock(until) if same else _dated(until)


def _dated(at: datetime, now: datetime | None = None) -> str:
    return _("%(date)s, %(time)s") % {"date": date(at, now), "time": clock(at)}


def whole(at: datetime) -> str:
    """Return a moment with weekday, date, seconds and zone."""
    local = timezone.localtime(at)
    return f"{dates.format_date(local, 'full', locale())}, {local:%H:%M:%S} {_zone(local)}"


def _zone(local: datetime) -> str:
    """Return a zone's short name; where the reader's language has none, how far it is from UTC."""
    name = str(dates.format_datetime(local, "zzz", locale=locale()))
    # Babel's own way out, "+0100", is nobody's way to write it.
    return str(dates.format_datetime(local, "ZZZZ", locale=locale())) if name[0] in "+-" else name


def day(at: datetime) -> str:
    """Return the date in full."""
    return str(dates.format_date(timezone.localtime(at).date(), "long", locale=locale()))


def span(length: timedelta) -> str:
    """Return a length of time in words ("3 hours")."""
    return str(dates.format_timedelta(length, locale=locale()))


def length(minutes: int) -> str:
    """Return so many minutes exactly ("2 h 5 min")."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": integer(hours), "minutes": rest}


def ago(at: datetime, now: datetime) -> str:
    """Return how long before `now` it was ("3 hours ago")."""
    return str(dates.format_timedelta(at - now, add_direction=True, locale=locale()))


def integer(value: float) -> str:
    """Return a whole number with the reader's separators."""
    return _figure(round(value), "#,##0", locale())


@lru_cache(maxsize=8192)
def _figure(value: float, form: str, where: str) -> str:
    # Babel takes its time, and a chart's table has the same figures again and again.
    return str(numbers.format_decimal(value, format=form, locale=where))


def decimal(value: float) -> str:
    """Return a number with one place after the reader's decimal mark."""
    return _figure(round(value, 1), "#,##0.0", locale())


def short(value: float) -> str:
    """Return a large number shortened ("1.2M"); German has no short form below a million."""
    told = str(
        numbers.format_compact_decimal(value, locale=locale(), fraction_digits=0 if value < 1e6 else 1)
    )
    return integer(value) if told.isdecimal() else told


def percent(value: float) -> str:
    """Return a share (0 to 1) in percent."""
    return str(numbers.format_percent(value, locale=locale()))


def fever(value: float) -> str:
    """Return a fever in degrees."""
    return _("%(degrees)s °C") % {"degrees": decimal(value)}


def level(value: int) -> str:
    """Return a level with its name."""
    return _("%(level)d, %(name)s") % {"level": value, "name": scale.level_name(value, reader())}


def reasons(stored: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return stored reasons as sentences of the reader's language and zone."""
    zone = timezone.get_current_timezone_name()
    return [sentence(one["key"], one["values"], reader(), zone) for one in stored]
