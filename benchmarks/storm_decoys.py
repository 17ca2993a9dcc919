"""What looks like a storm in the counts and is none: teasing, bots, adverts, gaps, backlogs, starts, growth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.storm_brands import DAY, Array, Brand
from benchmarks.storm_shapes import by_rows

#: Those that come between others in one series, and those that have a series of their own.
PASSING = ("teasing", "bots", "advert", "gap_missing", "gap_zeros", "backlog")
WHOLE = ("collection_start", "growth")


@dataclass(frozen=True, slots=True)
class Decoy:
    """A decoy in rows of the whole series: from `begin` until (not with) `end`, which includes what counts after."""

    kind: str
    begin: int
    end: int


@dataclass(slots=True)
class Rows:
    """A series in the making: counts of rows, whether each is there, and the usual count of each."""

    minutes: int
    counts: Array
    there: Array
    usual: Array

    @classmethod
    def of(cls, brand: Brand, minutes: int) -> Rows:
        """Return the rows of a brand as nothing had happened."""
        counts = by_rows(brand.counts, minutes)
        return cls(minutes, counts, np.ones(len(counts), dtype=bool), by_rows(brand.usual, minutes))

    def many(self, hours: float) -> int:
        """Return how many rows there are in so many hours, at least one."""
        return max(1, round(hours * 60 / self.minutes))


#: An alarm so many hours after a passing decoy still counts as raised by it.
AFTER = 6.0


def passing(chance: np.random.Generator, kind: str, rows: Rows, at: int) -> Decoy:
    """Lay a decoy on the rows, from row `at` on."""
    if kind == "teasing":
        last = _laid(chance, rows, at, _between(chance, 3, 12) * _hump(int(chance.uniform(20, 50))))
    elif kind == "advert":
        last = _laid(chance, rows, at, _between(chance, 2, 8) * _advert(chance))
    elif kind == "bots":
        last = at + 1
        times = _between(chance, 10, 200) if rows.minutes <= 5 else _between(chance, 3, 50)
        rows.counts[at] += chance.poisson(max(times * rows.usual[at], chance.uniform(5, 20)))
    else:
        last = at + rows.many(chance.uniform(1, 8))
        missed = int(rows.counts[at:last].sum())
        if kind == "gap_missing":
            rows.there[at:last] = False
        else:
            rows.counts[at:last] = 0
        if kind == "backlog":
            over = int(chance.integers(1, 4))
            rows.counts[last : last + over] += chance.multinomial(
                missed, chance.dirichlet(np.full(over, 2.0))
            )
            last += over
    return Decoy(kind, at, last + rows.many(AFTER))


def _between(chance: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(chance.uniform(np.log(low), np.log(high))))


def _hump(lasts: int) -> Array:
    """Minutes of a joke that is over: up in a few minutes, some time of fun, down as fast."""
    return np.asarray(np.minimum(1.0, np.minimum(np.arange(1, lasts + 1), np.arange(lasts, 0, -1)) / 5))


def _advert(chance: np.random.Generator) -> Array:
    """Minutes of what an advert on television brings: a sharp rise, a fall within three quarters of an hour."""
    up = np.linspace(0.3, 1.0, int(chance.integers(2, 8)))
    return np.concatenate([up, 0.5 ** (np.arange(45 - len(up)) / chance.uniform(7, 12))])


def _laid(chance: np.random.Generator, rows: Rows, at: int, times: Array) -> int:
    """Add `times` the usual in each minute, some four people at least; return the row after the last."""
    usual = rows.usual[at] / rows.minutes
    expected = times * max(usual, chance.uniform(3, 6) / times.sum())
    shift = int(chance.integers(0, rows.minutes))
    padded = np.concatenate([np.zeros(shift), expected, np.zeros(-(shift + len(expected)) % rows.minutes)])
    added = by_rows(padded, rows.minutes)[: len(rows.counts) - at]
    rows.counts[at : at + len(added)] += chance.poisson(added)
    return at + len(added)


def collection_start(chance: np.random.Generator, rows: Rows) -> Decoy:
    """Nothing, or hardly anything, for some days; then the usual level at once."""
    until = rows.many(chance.uniform(2, 6) * 24)
    how = chance.choice(["zeros", "trickle", "missing"])
    if how == "missing":
        rows.there[rows.many(6) : until] = False
    else:
        rows.counts[:until] = 0 if how == "zeros" else chance.binomial(rows.counts[:until], 0.02)
    return Decoy("collection_start", 0, until + rows.many(24))


def grown(chance: np.random.Generator, brand: Brand, minutes: int) -> tuple[Rows, Decoy]:
    """Return the rows of a brand that doubles over two to three weeks and stays so, and the decoy."""
    lasts = int(chance.uniform(14, 21) * DAY)
    begin = int(chance.uniform(7, 14) * DAY)
    factor = 2.0 ** np.clip((np.arange(len(brand.counts)) - begin) / lasts, 0, 1)
    more = brand.counts + chance.poisson(brand.counts * (factor - 1))
    rows = Rows.of(
        Brand(brand.name, brand.begin, more, brand.usual * factor, brand.offset, brand.events), minutes
    )
    return rows, Decoy("growth", begin // minutes, (begin + lasts + DAY) // minutes)
