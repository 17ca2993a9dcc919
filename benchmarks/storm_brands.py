"""What storms and decoys are laid upon: brands on an ordinary day, real (NAB's Twitter series) and simulated.

Everything lies on a grid of minutes; rows of 1, 5 or 60 minutes are sums of it. The simulated brands were made
like the real ones in what was looked at: the curve of the day, weekends, how long an hour's surprise lasts,
how uneven five minutes are, and how often an hour is far above its usual.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

DAY = 1440
Array = np.ndarray[Any, Any]
#: The hours of NAB's people (the United States), against UTC.
NAB_OFFSET = -5
#: The collector of NAB's series stood still from 07:02 to 09:07 on this day: zeros.
NAB_OUTAGE = (np.datetime64("2015-03-11T06:57:00"), np.datetime64("2015-03-11T09:12:00"))


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand without any storm of ours: mentions in each minute, and what is usual in each.

    `usual` is the expected number in a minute of an ordinary week; `offset` is the hours of the brand's people
    against UTC; in the spans `events` something real happened (labelled by NAB), nothing is scored there.
    """

    name: str
    begin: np.datetime64
    counts: Array
    usual: Array
    offset: int
    events: tuple[tuple[np.datetime64, np.datetime64], ...] = ()

    @property
    def real(self) -> bool:
        """Whether the background is a real series."""
        return self.name.isupper()

    @property
    def median(self) -> float:
        """The usual number in five minutes (median over time)."""
        return float(np.median(self.usual)) * 5

    def local_hour(self) -> Array:
        """Return the hour of the day of the brand's people, for each minute, with its fraction."""
        first = int(self.begin.astype("datetime64[m]").astype(np.int64)) + self.offset * 60
        return (first + np.arange(len(self.counts))) % DAY / 60

    def weekend(self) -> Array:
        """Return for each minute whether it is Saturday or Sunday where the brand's people are."""
        first = int(self.begin.astype("datetime64[m]").astype(np.int64)) + self.offset * 60
        return ((first + np.arange(len(self.counts))) // DAY + 3) % 7 >= 5


def simulated(
    chance: np.random.Generator, name: str, median: float, days: int, *, bursts: bool = True
) -> Brand:
    """Return a brand with about `median` mentions in five minutes, over `days` days."""
    minutes = days * DAY
    begin = np.datetime64("2026-01-05T00:00:00") + np.timedelta64(int(chance.integers(0, 150 * DAY)), "m")
    offset = int(chance.choice([-8, -5, 0, 1, 1, 2, 9]))
    first = int(begin.astype("datetime64[m]").astype(np.int64)) + offset * 60
    clock = first + np.arange(minutes)
    if chance.random() < 0.3:  # From a day in mid-series on, everybody gets up an hour earlier or later.
        change = int(minutes * chance.uniform(0.3, 0.7)) // DAY * DAY
        clock[change:] += int(chance.choice([-60, 60]))
    usual = _curve(chance, clock)
    weekend = chance.uniform(1.0, 1.4) if chance.random() < 0.15 else chance.uniform(0.4, 0.85)
    usual *= np.where((clock // DAY + 3) % 7 >= 5, weekend, 1.0)
    if chance.random() < 0.3:
        usual *= np.exp(np.linspace(0, chance.uniform(-0.4, 0.5), minutes))
    usual *= median / 5 / np.median(usual)
    rate = usual * _mood(chance, minutes)
    if bursts:
        rate += _everyday_bursts(chance, usual)
    return Brand(name, begin, chance.poisson(rate * _uneven(chance, usual)), usual, offset)


def _curve(chance: np.random.Generator, clock: Array) -> Array:
    """A quiet night, a busy evening: the busiest hour has 2.5 to 8 times the quietest."""
    hour = clock % DAY / 60
    evening, noon = chance.uniform(17, 21.5), chance.uniform(9, 13)
    shape = 1.0 * _bump(hour, evening, chance.uniform(2.5, 4.5))
    shape += chance.uniform(0.3, 0.9) * _bump(hour, noon, chance.uniform(2.5, 4.5))
    shape /= shape.max()
    return 1.0 + (chance.uniform(2.5, 8.0) - 1) * shape


def _bump(hour: Array, at: float, width: float) -> Array:
    away = np.abs(hour - at)
    away = np.minimum(away, 24 - away)
    return np.asarray(np.exp(-0.5 * (away / width) ** 2))


def _mood(chance: np.random.Generator, minutes: int) -> Array:
    """A factor that wanders over hours (and a little over days), more upwards than down."""
    total = np.zeros(minutes // 10 + 1)
    spreads = ((chance.uniform(1.5, 4), chance.uniform(0.12, 0.32)), (24.0, chance.uniform(0.05, 0.2)))
    for hours, spread in spreads:
        keep = np.exp(-10 / 60 / hours)
        steps = chance.normal(0, spread * np.sqrt(1 - keep * keep), len(total))
        walk = np.empty(len(total))
        at = chance.normal(0, spread)
        for n, step in enumerate(steps):
            walk[n] = at = keep * at + step
        total += walk
    total = np.where(total > 0, 1.4 * total, total)
    return np.asarray(np.exp(np.repeat(total, 10)[:minutes]))


def _everyday_bursts(chance: np.random.Generator, usual: Array) -> Array:
    """Posts that do well and bots: some times a week, mostly under half an hour, now and then high.

    At brands that few speak of they are rarer, and some mentions make one.
    """
    minutes, mean = len(usual), 5 * float(usual.mean())
    a_week = float(np.clip(chance.lognormal(np.log(6), 0.8), 0.5, 25)) * min(1.0, 0.05 + mean / 1.0)
    fewest = 1.0 + chance.pareto(1.5, size=chance.poisson(a_week * minutes / (7 * DAY)))
    extra = np.zeros(minutes)
    for few in fewest:
        at = int(chance.integers(0, minutes))
        high = min(25.0, 1.0 + chance.pareto(1.2))
        lasts = float(np.clip(chance.lognormal(np.log(14), 0.8), 3, 90))
        shape = np.exp(-1.2 * np.arange(min(int(4 * lasts), minutes - at)) / lasts)
        extra[at : at + len(shape)] += shape * max(high * usual[at], min(few, 40.0) / shape.sum())
    return extra


def _uneven(chance: np.random.Generator, usual: Array) -> Array:
    """A factor for each five minutes: their counts vary 1 to 4 times as much as Poisson's, more in big brands."""
    mean = np.maximum(5 * usual[::5], 1e-6)
    ratio = np.minimum(4.0, 1 + chance.uniform(0.15, 0.45) * np.sqrt(mean))
    shape = mean / (ratio - 1)
    return np.repeat(chance.gamma(np.maximum(shape, 0.5)) / np.maximum(shape, 0.5), 5)[: len(usual)]


def real(chance: np.random.Generator, folder: Path) -> list[Brand]:
    """Return NAB's ten Twitter series, each five minutes split at random into minutes; none without the folder."""
    return [
        Brand(name, begin, _split(chance, counts), usual, NAB_OFFSET, events)
        for name, begin, counts, usual, events in _nab(folder)
    ]


def _split(chance: np.random.Generator, counts: Array) -> Array:
    return chance.multinomial(counts, [0.2] * 5).reshape(-1)


@cache
def _nab(folder: Path) -> list[tuple[str, np.datetime64, Array, Array, Any]]:
    series = folder / "realTweets"
    if not series.exists():
        return []
    windows = json.loads((folder / "windows.json").read_text())
    found = []
    for path in sorted(series.glob("*.csv")):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        counts = np.array([int(row["value"]) for row in rows])
        begin = np.datetime64(rows[0]["timestamp"].replace(" ", "T"))
        events = [
            (np.datetime64(a.replace(" ", "T")), np.datetime64(b.replace(" ", "T")))
            for a, b in windows[path.name]
        ]
        found.append((path.stem.rsplit("_")[-1], begin, counts, _usual(begin, counts), (*events, NAB_OUTAGE)))
    return found


def _usual(begin: np.datetime64, counts: Array) -> Array:
    """The median of each hour of the day, on weekdays and on weekends, smoothed over three hours; a minute's."""
    hours = np.add.reduceat(counts, np.arange(0, len(counts), 12)).astype(float)
    first = int(begin.astype("datetime64[h]").astype(np.int64)) + NAB_OFFSET
    clock = first + np.arange(len(hours))
    weekend = ((clock // 24 + 3) % 7 >= 5).astype(int)
    table = np.array(
        [[np.median(hours[(clock % 24 == h) & (weekend == w)]) for h in range(24)] for w in (0, 1)]
    )
    table = (np.roll(table, 1, axis=1) + table + np.roll(table, -1, axis=1)) / 3
    return np.repeat(np.maximum(table[weekend, clock % 24], 0.5), 60)[: len(counts) * 5] / 60
