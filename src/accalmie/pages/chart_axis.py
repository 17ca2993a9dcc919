"""The marks on a chart's time axis: at round hours and days of the reader's zone, in the reader's words.

They are worked out here and not in the browser: an axis that counts in the person's zone must be right in the
night when the clocks change, and in a report without a browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from babel import dates

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Distances between two marks within a day, then in whole days.
WITHIN = (5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR)
DAYS = (1, 2, 7, 14)
MONTHS = (1, 2, 3, 6, 12, 24, 60)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis."""

    at: datetime
    told: str


def ticks(since: datetime, until: datetime, zone: tzinfo, locale: str, most: int = 9) -> list[Tick]:
    """Return at most some `most` marks between two moments (both aware), at round times of `zone`."""
    length = until - since
    for distance in WITHIN:
        if length / distance <= most:
            return [_of_hour(at, locale) for at in _within(since, until, zone, distance)]
    for days in DAYS:
        if length / DAY / days <= most:
            return [Tick(at, _date(at, "MMMEd", locale)) for at in _by_days(since, until, zone, days)]
    months = next((m for m in MONTHS if length / DAY / 30 / m <= most), MONTHS[-1])
    form = "yMMM" if months < 12 else "y"
    return [Tick(at, _date(at, form, locale)) for at in _by_months(since, until, zone, months)]


def _of_hour(at: datetime, locale: str) -> Tick:
    midnight = at.timetz().replace(tzinfo=None) == time(0)
    return Tick(at, _date(at, "MMMEd", locale) if midnight else f"{at:%H:%M}")


def _date(at: datetime, skeleton: str, locale: str) -> str:
    return str(dates.format_skeleton(skeleton, at, locale=locale))


def _within(since: datetime, until: datetime, zone: tzinfo, distance: timedelta) -> list[datetime]:
    """Walk in real time from midnight and keep what the clock on the wall calls round."""
    found = []
    begin = since.astimezone(zone)
    # From here on in UTC: adding an hour to a local time would go wrong when the clocks change.
    at = datetime.combine(begin.date(), time(0), zone).astimezone(since.tzinfo)
    small = min(distance, HOUR)
    while at <= until:
        local = at.astimezone(zone)
        past = timedelta(hours=local.hour, minutes=local.minute)
        # The hour that comes twice when summer ends has its mark once.
        if at >= since and not past % distance and not local.fold:
            found.append(local)
        at += small
    return found


def _by_days(since: datetime, until: datetime, zone: tzinfo, days: int) -> list[datetime]:
    day = since.astimezone(zone).date()
    found = []
    while (at := datetime.combine(day, time(0), zone)) <= until:
        # Counted from a fixed Monday, so that marks stay where they are while the chart moves on.
        if at >= since and not (day.toordinal() - 1) % days:
            found.append(at)
        day += DAY
    return found


def _by_months(since: datetime, until: datetime, zone: tzinfo, months: int) -> list[datetime]:
    begin = since.astimezone(zone)
    number = begin.year * 12 + begin.month - 1
    found = []
    while (at := datetime(number // 12, number % 12 + 1, 1, tzinfo=zone)) <= until:
        if at >= since and not number % months:
            found.append(at)
        number += 1
    return found
