"""Whether trust is back after a storm: how negative people speak, against their own level before it (claim B9).

Two things are compared with the seven days before the storm: the negative share of all that is said, and the
tone of those who had spoken before and speak again. They have met again when their intervals overlap. Where
too little is said, that is the answer; nobody's silence is taken for forgiveness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np

from accalmie.core.fever.course import BEFORE_HOURS, NOBODY, Course, Hour, Voices, first_of

#: Four times of five the true share lies within so many deviations (Wilson 1927).
DEVIATIONS = 1.2816
#: A share is only believed when its interval is no wider than this: from some 18 judged mentions on.
WIDEST = 0.3
#: The share of now is that of a day, or of up to a week where less was said than this.
DAY, WEEK, ENOUGH = 24, 7 * 24, 30


class Trust(StrEnum):
    """Whether it is back; the values are keys of phrasebook/forecast.toml, as `trust_{value}`."""

    NOT_YET = "not_yet"
    BACK = "back"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Share:
    """A negative share with its bounds, out of so many."""

    share: float
    low: float
    high: float
    of: int

    @property
    def sure(self) -> bool:
        """Whether enough was said to believe it."""
        return self.high - self.low <= WIDEST


@dataclass(frozen=True, slots=True)
class Recovery:
    """Where trust stands; `since` is the hour from which on it is back.

    `everybody` and `returning` are pairs (before the storm, now); `returning` is counted in people.
    """

    trust: Trust
    since: int | None
    everybody: tuple[Share, Share]
    returning: tuple[Share, Share]


def recovery(course: Course) -> Recovery | None:
    """Return whether trust is back after the course's last storm; None while it runs, or without any."""
    storm = course.storm
    if storm is None or storm.running:
        return None
    before = _of_hours(course.since(storm.begin - BEFORE_HOURS, storm.begin))
    after = course.since(storm.end)
    days = _days(after)
    if not days:
        return None
    met = [_met(before, day) for day, _ in days]
    everybody, returning = (before, days[-1][0]), _returning(course, after[days[-1][1] :])
    if met[-1] is None:
        return Recovery(Trust.UNKNOWN, None, everybody, returning)
    if not met[-1] or _met(*returning) is False:
        return Recovery(Trust.NOT_YET, None, everybody, returning)
    place = len(met)
    while place and met[place - 1]:
        place -= 1
    return Recovery(Trust.BACK, after[place].number, everybody, returning)


def share(negative: float, of: int) -> Share:
    """Return the share `negative` / `of` with its interval (Wilson's, at four of five)."""
    if of <= 0:
        return Share(0.0, 0.0, 1.0, 0)
    part, square = negative / of, DEVIATIONS**2
    middle = (part + square / (2 * of)) / (1 + square / of)
    wide = DEVIATIONS * sqrt(part * (1 - part) / of + square / (4 * of * of)) / (1 + square / of)
    return Share(part, min(max(middle - wide, 0.0), part), max(min(middle + wide, 1.0), part), of)


def _met(before: Share, now: Share) -> bool | None:
    """Tell whether the two overlap; None when too little was said."""
    if not (before.sure and now.sure):
        return None
    return now.low <= before.high


def _of_hours(hours: Sequence[Hour]) -> Share:
    heard = [hour.heard for hour in hours if not hour.heard.gap]
    return share(sum(hour.negative for hour in heard), sum(hour.judged for hour in heard))


def _days(after: Sequence[Hour]) -> list[tuple[Share, int]]:
    """Return for each of these hours the share of the day that ends with it, and the place where that begins.

    Where a day holds too little, it is as many more hours as it takes until enough was said, up to a week.
    """
    heard = [hour.heard for hour in after]
    judged = np.cumsum([0, *(0 if hour.gap else hour.judged for hour in heard)])
    negative = np.cumsum([0, *(0 if hour.gap else hour.negative for hour in heard)])
    days = []
    for end in range(1, len(heard) + 1):
        enough = int(np.searchsorted(judged, judged[end] - ENOUGH, side="right")) - 1
        begin = max(min(enough, end - DAY), end - WEEK, 0)
        said = int(judged[end] - judged[begin])
        days.append((share(float(negative[end] - negative[begin]), said), begin))
    return days


def _returning(course: Course, now: Sequence[Hour]) -> tuple[Share, Share]:
    """Return how negative those are who spoke before the storm and again `now`: then, and now.

    Each counts as one, however much they write, so that a few loud ones do not stand for all.
    """
    storm = course.storm
    if storm is None:
        return share(0, 0), share(0, 0)
    before = _voices(course.since(storm.begin - BEFORE_HOURS, storm.begin))
    after = _voices(now)
    both = np.intersect1d(_authors(before), _authors(after), assume_unique=True)
    return _tone(before, both), _tone(after, both)


def _voices(hours: Sequence[Hour]) -> Voices:
    read = [hour.heard.voices for hour in hours if hour.heard.voices is not None]
    return np.concatenate(read) if read else NOBODY


def _authors(voices: Voices) -> Voices:
    authors = np.sort(voices >> 1)
    return authors[first_of(authors)]


def _tone(voices: Voices, of: Voices) -> Share:
    """Return the mean over these people of the negative share of what each of them said."""
    if not len(of):
        return share(0, 0)
    theirs = voices[np.isin(voices >> 1, of)]
    places = np.searchsorted(of, theirs >> 1)
    said = np.bincount(places, minlength=len(of))
    negative = np.bincount(places, weights=(theirs & 1).astype(float), minlength=len(of))
    return share(float((negative / said).sum()), len(of))
