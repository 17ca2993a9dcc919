"""Dates of every kind that people export: ISO, RFC 2822, epochs, Twitter's, German, French, American, Excel's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from accalmie.core.mention import EPOCH, folded

_TIME = r"(?P<hour>\d{1,2})\s?[:.h]\s?(?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_REST = rf"(?:(?:,|\s|t|à|um|at|-)+{_TIME}(?:\s*uhr)?\s*(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d)?)?"
_NUMBERS = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}}){_REST}", re.IGNORECASE)
_WEEKDAY = r"(?:[^\W\d]{2,10}\.?,?\s+)?"
_DAY_MONTH = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|er)?[\s-]+(?P<month>[^\W\d]{{3,9}})\.?,?[\s-]+(?P<year>\d{{4}}){_REST}",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"{_WEEKDAY}(?P<month>[^\W\d]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_REST}",
    re.IGNORECASE,
)
#: "Tue Feb 24 11:35:52 -0800 2015": the time stands before the year.
_TWITTER = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d) "
    r"(?P<half>)(?P<zone>[+-]\d{4}) (?P<year>\d{4})"
)
#: Months as folded words begin, in the three languages; "jun" before "ju", "mar" and "mai" apart.
_MONTHS = {
    "jan": 1, "fev": 2, "feb": 2, "mar": 3, "mrz": 3, "mae": 3, "avr": 4, "apr": 4, "may": 5, "mai": 5, "jun": 6,
    "juin": 6, "jul": 7, "juil": 7, "aug": 8, "aou": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}(?!\d)")
_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)


def moment(value: str, day_first: bool = True) -> datetime | None:
    """Return the moment, UTC, or None when this is no date. Without a zone it counts as UTC.

    `day_first` tells how to read 3/4/2026; with dots (3.4.2026) the day always comes first.
    """
    value = value.strip()
    try:
        # The usual case, first and fast. Only with hyphens: fromisoformat takes any digits for a date.
        if value[4:5] == "-" and value[:4].isdecimal():
            return _utc(datetime.fromisoformat(value))
    except ValueError:
        pass
    try:
        return _other(value, day_first)
    except (ValueError, OverflowError, TypeError, KeyError):
        return None


def day_first(values: Iterable[str]) -> bool | None:
    """Return whether these dates have the day before the month, or None when they do not tell."""
    for value in values:
        if found := _SLASHES.match(value.strip()):
            first, second = int(found[1]), int(found[2])
            if first > 12 >= second:
                return True
            if second > 12 >= first:
                return False
    return None


def _other(value: str, day_first: bool) -> datetime | None:
    if value[:1].isdecimal() and value.replace(".", "", 1).isdecimal() and value.isascii():
        return _number(value)
    if found := _TWITTER.fullmatch(value):
        return _named(found)
    if found := _NUMBERS.fullmatch(value):
        return _numbers(found, day_first)
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        if found := pattern.fullmatch(value):
            return _named(found)
    return _utc(parsedate_to_datetime(value))


def _number(value: str) -> datetime | None:
    """Read an epoch in seconds, milli-, micro- or nanoseconds by its size; a date in digits; Excel's days."""
    whole = value.partition(".")[0]
    if value == whole and len(value) == 8:
        return _utc(datetime.strptime(value, "%Y%m%d"))  # noqa: DTZ007
    if value == whole and len(value) == 14:
        return _utc(datetime.strptime(value, "%Y%m%d%H%M%S"))  # noqa: DTZ007
    if len(whole) == 5:
        return _EXCEL_ZERO + timedelta(seconds=round(float(value) * 86400))
    for digits, unit in ((11, 1), (13, 10**3), (16, 10**6), (19, 10**9)):
        if 9 <= len(whole) <= digits:
            return EPOCH + timedelta(seconds=float(value) / unit)
    return None


def _numbers(found: re.Match[str], day_first: bool) -> datetime:
    first, middle, last = int(found[1]), int(found[3]), int(found[4])
    if len(found[1]) == 4:
        return _at(first, middle, last, found)
    day, month = (first, middle) if day_first or found[2] == "." else (middle, first)
    if len(found[4]) == 2:
        last += 2000 if last < 69 else 1900
    return _at(last, month, day, found)


def _named(found: re.Match[str]) -> datetime:
    word = folded(found["month"])
    month = _MONTHS.get(word[:4]) or _MONTHS[word[:3]]
    return _at(int(found["year"]), month, int(found["day"]), found)


def _at(year: int, month: int, day: int, found: re.Match[str]) -> datetime:
    hour, half = int(found["hour"] or 0), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(found[0])
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    zone = _zone((found["zone"] or "").replace(":", ""))
    return _utc(
        datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=zone)
    )


def _zone(name: str) -> timezone:
    if name[:1] not in {"+", "-"}:
        return UTC
    ahead = timedelta(hours=int(name[1:3]), minutes=int(name[3:5]))
    return timezone(ahead if name[0] == "+" else -ahead)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
