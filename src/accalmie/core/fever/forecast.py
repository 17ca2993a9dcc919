"""A humble look ahead: the next twelve hours as a band, when it may be usual again, whether it may come back.

For the team that decides, never for the public: a forecast that is published becomes a promise of time, and
the articles forbid those (claim S5). Nothing that is exported or meant to be published may read a `Forecast`.

The band comes from a Kalman filter over three numbers: how high the hour is above the usual (as a logarithm),
by how much that changes an hour, and this storm's own pace. A change lasts a while (half of it is gone after two
hours), then a share of the height goes each hour, so that a high peak falls fast and its rest lingers. Doubling
and halving are the slope of the last hours. What known storms did stands at the beginning of both (field.md B3),
what this topic's earlier storms did draws it towards them, each heard hour towards what is running now. What is
not known stays in the width; simulated storms and real bursts hold it to its promise
(tests/core/test_fever_forecast.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from accalmie.core.fever.course import Course, Heard, Hour
from accalmie.core.fever.pulse import Phase
from accalmie.core.fever.usual import QUIET

#: Known storms halve after so many hours: bursts of nine brands after 1 h, views of a tweet after 80 minutes
#: (field.md B3; Pfeffer et al. 2023). They count as much as so many storms of the topic's own.
HALF_LIFE, KNOWN_STORMS = 1.15, 4
#: That is the fall from such a height (a logarithm, three times the usual); from higher it is faster.
TYPICAL = 2.5
#: The change of an hour when a storm begins, upwards, and the spread of changes; what is left of a change an
#: hour later: from start to peak known bursts need 2 h (field.md B3).
RISE, SPREAD, LASTS = 0.3, 0.8, 0.5 ** (1 / 2)
#: The spread of storms' own paces, an hour.
PACE = 0.1
#: Chosen on the bursts of ten brands (bench/nab, in hours) among a few: what chance adds an hour to height and
#: change, what is only of that hour, and how far usual hours lie around the expected, as a share of it.
CHANCE, CHANCE_CHANGE, PASSING, AROUND = 0.3, 0.3, 0.5, 0.4
#: Doubling and halving are told from the slope of so many hours.
SLOPE_HOURS = 5
#: Below this height above the usual, counts cannot tell any more.
FLOOR = 0.25
#: Four times of five it lies within so many deviations.
DEVIATIONS = 1.2816
#: Hours looked ahead in the band, and until it is usual again; hours of the storm that are looked at.
AHEAD, FARTHEST, LOOKED_AT = 12, 48, 48
#: Too early to say: fewer minutes of storm than these, fewer mentions above the usual in the last six hours,
#: or a next hour whose bounds are so many times apart.
MINUTES, MENTIONS, APART = 75, 10.0, 20.0


class Unsure(StrEnum):
    """Why nothing is said yet; the values are keys of phrasebook/forecast.toml."""

    LEARNING = "learning"
    CALM = "calm"
    DEAF = "deaf"
    GAP = "gap"
    SHORT = "short"
    FEW = "few"
    WIDE = "wide"


class Way(StrEnum):
    """Where it is going: clearly up, clearly down, or not to be told."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"


_OTHERWISE = {Way.UP: (Phase.PEAK, Phase.FALLING), Way.DOWN: (Phase.RISING,)}


@dataclass(frozen=True, slots=True)
class Between:
    """A figure with the bounds within which it lies four times of five. `high` None: no bound can be told."""

    point: float
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected of the hour `number`: mentions, with the usual ones and the most that is usual."""

    number: int
    mentions: Between
    expected: float
    ceiling: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What may come, for the team alone (see the head of this file).

    `turn` are the hours until it has doubled (way UP) or halved (way DOWN) if it goes on as now, None where the
    way is unclear; `usual_again` the hours from now until it is as usual, None as point or bound where that is
    not in sight within FARTHEST; `own_storms` how many of this topic's storms stand behind it.
    """

    way: Way
    turn: Between | None
    hours: tuple[Ahead, ...]
    usual_again: Between | None
    own_storms: int


Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Trend:
    """The three numbers (height over the floor, change, pace) with their covariances, and how they go on."""

    mean: Matrix
    spread: Matrix
    on: Matrix

    def later(self) -> _Trend:
        """Return the trend an hour later."""
        chance = np.diag([CHANCE**2, CHANCE_CHANGE**2, 0.0])
        return _Trend(self.on @ self.mean, self.on @ self.spread @ self.on.T + chance, self.on)

    def with_hour(self, hour: Heard) -> _Trend:
        """Return the trend when the hour is counted in. One that was not listened to, or has hardly begun, says
        nothing."""
        if hour.gap or hour.minutes < 15:
            return self
        gain = self.spread[:, 0] / (self.spread[0, 0] + _doubt(hour) + PASSING**2)
        mean = self.mean + gain * (_height(hour) - self.mean[0])
        return _Trend(mean, self.spread - np.outer(gain, self.spread[0]), self.on)


def look_ahead(
    course: Course,
    awaited: Sequence[tuple[float, float]],
    *,
    known: bool,
    listening: bool,
    phase: Phase | None = None,
) -> Forecast | Unsure:
    """Return what may come, or why that is too early to say.

    `awaited` are the usual mentions and the most that is usual (`Usual.expected_hour`, `ceiling`) of the hours
    after the course's last one; `known`: enough is known of the topic; `listening`: somebody hears what is said
    now. `phase` sees minutes where this sees hours: where it says otherwise, the way is not clear.
    """
    why = _unsure(course, known=known, listening=listening)
    if why is not None:
        return why
    fallen = list(_halvings(course))
    running = [hour.heard for hour in course.in_storm][-LOOKED_AT:]
    half = _half_life(fallen)
    hours, paths, later = [], [], _trend(running, half)
    for number, (expected, ceiling) in enumerate(awaited[:FARTHEST], start=course.hours[-1].number + 1):
        later = later.later()
        height, spread = float(later.mean[0]), float(later.spread[0, 0])
        paths.append(_mentions(height, sqrt(spread), expected))
        band = _with_chance(_mentions(height, sqrt(spread + PASSING**2), expected), expected)
        hours.append(Ahead(number, band, expected, ceiling))
    if hours and _too_wide(hours[0].mentions):
        return Unsure.WIDE
    way, turn = _turn(*_slope(running, half))
    if way is not Way.UNCLEAR and phase in _OTHERWISE[way]:
        way, turn = Way.UNCLEAR, None
    again = _usual_again(paths, [ceiling for _, ceiling in awaited])
    return Forecast(way, turn, tuple(hours[:AHEAD]), again, len(fallen))


def _unsure(course: Course, *, known: bool, listening: bool) -> Unsure | None:
    inside: tuple[Hour, ...] = course.in_storm
    if not known:
        return Unsure.LEARNING
    if not listening:
        return Unsure.DEAF
    if course.over_and_usual:
        return Unsure.CALM
    if any(hour.heard.gap for hour in course.hours[-3:]):
        return Unsure.GAP
    if sum(hour.heard.minutes for hour in inside) < MINUTES:
        return Unsure.SHORT
    if sum(max(hour.heard.mentions - hour.heard.expected, 0.0) for hour in inside[-6:]) < MENTIONS:
        return Unsure.FEW
    return None


def _half_life(fallen: Sequence[float]) -> float:
    """Return the half-life to begin with, in hours: that of known storms and of the topic's own together."""
    return exp((KNOWN_STORMS * log(HALF_LIFE) + sum(map(log, fallen))) / (KNOWN_STORMS + len(fallen)))


def _trend(hours: Sequence[Heard], half: float) -> _Trend:
    """Return the trend after these hours of a storm that is expected to halve in `half` hours."""
    goes = 1 - (1 - log(2) / TYPICAL) ** (1 / half)
    turns = 1 - LASTS
    on: Matrix = np.array([[1.0, 1.0, 0.0], [-turns * goes, LASTS, turns], [0.0, 0.0, 1.0]])
    start: Matrix = np.array([_height(hours[0]), RISE, 0.0])
    trend = _Trend(start, np.diag([1.0, SPREAD**2, PACE**2]), on).with_hour(hours[0])
    for hour in hours[1:]:
        trend = trend.later().with_hour(hour)
    return trend


def _slope(hours: Sequence[Heard], half: float) -> tuple[float, float]:
    """Return by how much the height changes an hour, from the last hours, and the deviation of that.

    Before they say anything it falls as known storms do, or rises, when the last hour is the highest.
    """
    last = [hour for hour in hours[-SLOPE_HOURS:] if not hour.gap and hour.minutes >= 15]
    top = max(hours, key=lambda hour: hour.above)
    prior = RISE if top is hours[-1] else -log(2) / half
    if len(last) < 2:
        return prior, SPREAD
    at = np.array([hour.number + hour.minutes / 120 for hour in last])
    height = np.array([_height(hour) for hour in last])
    noise = sum(_doubt(hour) for hour in last) / len(last) + PASSING**2
    apart = at - at.mean()
    sure = float(apart @ apart) / noise
    spread = 1 / (sure + SPREAD**-2)
    seen = float(apart @ height) / float(apart @ apart)
    return spread * (sure * seen + prior * SPREAD**-2), sqrt(spread)


def _height(hour: Heard) -> float:
    return log(hour.above + FLOOR) - log(FLOOR)


def _doubt(hour: Heard) -> float:
    """Return the variance of a height: that of counts, whose variance is twice their mean, on the logarithm."""
    counted = (2 * hour.pace + 1) * 60 / max(hour.minutes, 1)
    return min(counted / ((hour.above + FLOOR) * (hour.expected + QUIET)) ** 2, 4.0)


def _halvings(course: Course) -> Iterator[float]:
    """Yield after how many hours the topic's earlier storms had halved: half of the time to a quarter."""
    for storm in course.storms[:-1]:
        hours = course.since(storm.begin, storm.end + 12)
        top = max(hours, key=lambda hour: hour.heard.above, default=None)
        if top is None or top.heard.above <= 0:
            continue
        quarter = (h.number for h in hours if h.number > top.number and h.heard.above <= top.heard.above / 4)
        yield min(max((next(quarter, storm.end + 12) - top.number) / 2, 0.5), 24.0)


def _mentions(height: float, deviation: float, expected: float) -> Between:
    def at(place: float) -> float:
        return expected + max(FLOOR * exp(min(place, 12.0)) - FLOOR, 0.0) * (expected + QUIET)

    wide = DEVIATIONS * deviation
    return Between(at(height), at(height - wide), at(height + wide))


def _with_chance(path: Between, expected: float) -> Between:
    """Return the band with the chance of counts in it: their variance is twice their mean, and more."""
    chance = DEVIATIONS**2 * (2 * path.point + 1 + (AROUND * expected) ** 2)
    high = path.point if path.high is None else path.high
    return Between(
        path.point,
        max(path.point - sqrt((path.point - path.low) ** 2 + chance), 0.0),
        path.point + sqrt((high - path.point) ** 2 + chance),
    )


def _too_wide(band: Between) -> bool:
    """Tell whether even the next hour may be anything: no help to anybody."""
    return band.high is not None and band.high + QUIET > APART * (band.low + QUIET)


def _turn(change: float, deviation: float) -> tuple[Way, Between | None]:
    low, high = change - DEVIATIONS * deviation, change + DEVIATIONS * deviation
    if low > 0:
        return Way.UP, Between(log(2) / change, log(2) / high, log(2) / low)
    if high < 0:
        return Way.DOWN, Between(log(2) / -change, log(2) / -low, log(2) / -high)
    return Way.UNCLEAR, None


def _usual_again(paths: Sequence[Between], ceilings: Sequence[float]) -> Between | None:
    """Return after how many hours the path and its bounds are first below what is usual at most."""

    def first(within: Sequence[float | None]) -> float | None:
        both = enumerate(zip(within, ceilings, strict=False), start=1)
        return next((float(n) for n, (said, top) in both if said is not None and said <= top), None)

    point, low = first([path.point for path in paths]), first([path.low for path in paths])
    if point is None or low is None:
        return None
    return Between(point, low, first([path.high for path in paths]))


class Chance(StrEnum):
    """How likely it is that it comes back on the next morning."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


#: Of known days with a storm, how often there was one again on the next morning (5 to 13 h): ten brands, eight
#: weeks (bench/nab, own count), when it was still at level 2 or more in the evening, and when it was not.
BACK_STILL_UP, BACK_CALMED = (7, 24), (5, 26)


@dataclass(frozen=True, slots=True)
class Morning:
    """Whether it may come back tomorrow morning: a word, the known days behind it, and the signs for it.

    `signs` are keys of phrasebook/forecast.toml. `back` of `days` such days, this topic's own included.
    """

    chance: Chance
    back: int
    days: int
    signs: tuple[str, ...]


def morning(course: Course, *, usual_negative: float, unresolved: bool | None = None) -> Morning | None:
    """Return the risk that the storm comes back on the next morning; None when there was none for a day.

    A storm is what does not halve in the usual hour, comes back on the next morning or jumps to a second
    channel (field.md B3). `unresolved`: whether the problem behind it goes on; None when nobody has said.
    """
    storm = course.storm
    if storm is None or course.hours[-1].number - storm.end > 18:
        return None
    last = [hour.heard for hour in course.hours[-3:]]
    still_up = max(hour.level for hour in last) >= 2
    signs = {
        "still_up": still_up,
        "not_halved": _not_halved(course),
        "still_negative": _still_negative(last, usual_negative),
        "came_back": any(each.came_back for each in course.storms),
        "unresolved": unresolved is True,
    }
    found = tuple(name for name, holds in signs.items() if holds)
    chance = Chance.LOW
    if still_up or len(found) >= 2:
        chance = Chance.HIGH if len(found) >= 3 else Chance.RAISED
    known_back, known_days = BACK_STILL_UP if still_up else BACK_CALMED
    own = course.storms[:-1]
    return Morning(chance, known_back + sum(each.came_back for each in own), known_days + len(own), found)


def _not_halved(course: Course) -> bool:
    peak, last = course.peak, course.closed(1)
    return peak is not None and bool(last) and last[0].heard.above > peak.heard.above / 2


def _still_negative(hours: Sequence[Heard], usual: float) -> bool:
    judged = sum(hour.judged for hour in hours)
    return judged >= 10 and sum(hour.negative for hour in hours) / judged > usual + 0.1
